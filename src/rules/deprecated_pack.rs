//! `deprecated-pack`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{destination::Stage, finding::Level, resolve::Resolution};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "deprecated-pack",
    summary: "the destination has deprecated this version of the pack",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/deprecated-pack.md"),
};

/// The rule.
pub struct DeprecatedPack;

impl Rule for DeprecatedPack {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let today = cx.settings.today;
        for found in resolution.found(cx.packs) {
            let told = found.version.life.told_stage();
            let (Some(told), Some(node)) = (
                told.filter(|told| told.value == Stage::Deprecated),
                found.node(),
            ) else {
                continue;
            };
            let message = format!("{} is deprecated {}", found.name(), found.location());
            let finding = sink.report(&META, node, message);
            finding
                .pack(found.pack.name())
                .subject(found.version.version.as_str())
                .help(found.advice(today))
                .related(told.declared.place(), "deprecated here");
        }
    }
}
