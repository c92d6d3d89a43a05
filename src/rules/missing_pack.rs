//! `missing-pack`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    destination::{Destination, Registry},
    finding::Level,
    profile::Pack,
    resolve::{PackAnswer, Resolution},
    suggest,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-pack",
    summary: "no registry of the destination holds a pack of this name",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-pack.md"),
};

/// The rule.
pub struct MissingPack;

impl Rule for MissingPack {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        for (pack, answer) in cx.packs.iter().copied().zip(&resolution.packs) {
            let (PackAnswer::MissingPack { near, chosen }, Some(node)) = (answer, pack.name_node())
            else {
                continue;
            };
            let (destination, name) = (resolution.destination.name(), pack.name());
            let looked_up = looked_up(pack);
            let message = match chosen {
                Some(chosen) => format!(
                    "registry `{chosen}` of destination `{destination}`, chosen for pack {looked_up}, does not hold it"
                ),
                None => {
                    format!("no registry of destination `{destination}` holds pack {looked_up}")
                }
            };
            let finding = sink.report(&META, node, message);
            finding.pack(name.as_ref()).subject(name.as_ref());
            let unfit = match chosen {
                Some(_) => None,
                None => unfit_holder(resolution.destination, pack),
            };
            match (unfit, near.as_slice()) {
                (Some(registry), _) => finding.help(format!(
                    "{registry} has it, but a registry of kind `{}` cannot serve a pack of type `{}` in layer `{}`",
                    registry.kind.name(),
                    pack.kind(),
                    pack.layer()
                )),
                (None, []) => {
                    finding.help("add the pack to a registry there, or remove it from the profile")
                }
                (None, [close]) => finding.help(format!("did you mean `{close}`?")),
                (None, several) => finding.help(format!(
                    "packs with similar names there: {}",
                    suggest::list(several)
                )),
            };
        }
    }
}

/// What is looked for, in words: of a repeated pack the name behind the `--`.
fn looked_up(pack: Pack<'_>) -> String {
    let name = pack.name();
    match pack.registry_names().first() {
        Some(base) if *base != name => format!("`{base}`, repeated as `{name}`"),
        _ => format!("`{name}`"),
    }
}

/// A registry that holds a pack of this name, but cannot serve it.
fn unfit_holder<'d>(destination: &'d Destination, pack: Pack<'_>) -> Option<&'d Registry> {
    let names = pack.registry_names();
    let held = names
        .iter()
        .flat_map(|name| destination.pack(name))
        .next()?;
    destination.registry(held.registry)
}
