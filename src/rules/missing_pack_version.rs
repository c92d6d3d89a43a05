//! `missing-pack-version`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    destination::Destination,
    finding::Level,
    resolve::{PackAnswer, Resolution},
    suggest,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-pack-version",
    summary: "the destination holds the pack, but not in this version",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-pack-version.md"),
};

/// The rule.
pub struct MissingPackVersion;

impl Rule for MissingPackVersion {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let destination = resolution.destination;
        for (pack, answer) in cx.packs.iter().copied().zip(&resolution.packs) {
            let PackAnswer::MissingVersion {
                wanted,
                registries,
                nearest,
                is_chosen,
            } = answer
            else {
                continue;
            };
            let Some(node) = pack.version_node().or_else(|| pack.name_node()) else {
                continue;
            };
            let (name, holders) = (pack.name(), holders(destination, registries));
            let message = if *is_chosen {
                format!(
                    "pack `{name}` {wanted} is not in the registry chosen for it: {holders} no such version"
                )
            } else {
                let destination = destination.name();
                format!(
                    "pack `{name}` {wanted} is not at destination `{destination}`: {holders} no such version"
                )
            };
            let finding = sink.report(&META, node, message);
            finding.pack(pack.name()).subject(wanted.as_str());
            let versions: Vec<&str> = nearest
                .iter()
                .map(|version| version.version.as_str())
                .collect();
            if let Some(first) = nearest.first() {
                finding.help(format!("nearest there: {}", suggest::list(&versions)));
                if let Some(declared) = &first.declared {
                    finding.related(
                        declared.place(),
                        format!("`{}` is declared here", first.version),
                    );
                }
            }
        }
    }
}

fn holders(destination: &Destination, registries: &[usize]) -> String {
    let names: Vec<String> = registries
        .iter()
        .filter_map(|&number| destination.registry(number))
        .map(ToString::to_string)
        .collect();
    match names.as_slice() {
        [only] => format!("{only} has"),
        several => format!("{} have", several.join(", ")),
    }
}
