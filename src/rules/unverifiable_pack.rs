//! `unverifiable-pack`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    finding::Level,
    resolve::{PackAnswer, Resolution},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unverifiable-pack",
    summary: "a registry that cannot be listed may or may not hold the pack",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unverifiable-pack.md"),
};

/// The rule.
pub struct UnverifiablePack;

impl Rule for UnverifiablePack {
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
            let (PackAnswer::Unverifiable { registries, chosen }, Some(node)) =
                (answer, pack.name_node())
            else {
                continue;
            };
            let reasons: Vec<String> = registries
                .iter()
                .filter_map(|&number| destination.registry(number))
                .map(|registry| {
                    format!(
                        "{registry}: {}",
                        registry.unlistable().unwrap_or("not listed")
                    )
                })
                .collect();
            let name = pack.name();
            let finding = sink.report(
                &META,
                node,
                format!(
                    "pack `{name}` cannot be verified at destination `{}` ({})",
                    destination.name(),
                    reasons.join("; ")
                ),
            );
            finding.pack(name.as_ref()).subject(name.as_ref());
            match (
                chosen,
                registries
                    .iter()
                    .find_map(|&number| destination.registry(number)),
            ) {
                (None, Some(registry)) => finding.help(format!(
                    "`rewrite` needs a choice: `--registry \"{name}={}\"`, or `select.packs`",
                    registry.name
                )),
                _ => finding.help("make sure that the registry has the pack in this version"),
            };
        }
    }
}
