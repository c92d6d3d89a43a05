//! `disabled-pack`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, resolve::Resolution};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "disabled-pack",
    summary: "the destination has disabled this version of the pack, or deleted it",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/disabled-pack.md"),
};

/// The rule.
pub struct DisabledPack;

impl Rule for DisabledPack {
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
            let life = &found.version.life;
            let (Some(told), Some(node)) = (life.told_stage(), found.node()) else {
                continue;
            };
            if life.is_selectable() {
                continue;
            }
            let stage = told.value.name();
            let message = format!("{} is {stage} {}", found.name(), found.location());
            let finding = sink.report(&META, node, message);
            finding
                .pack(found.pack.name())
                .subject(found.version.version.as_str())
                .label("new profiles cannot take it")
                .help(found.advice(today))
                .related(told.declared.place(), format!("{stage} here"));
        }
    }
}
