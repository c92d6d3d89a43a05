//! `expired-pack`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, resolve::Resolution};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "expired-pack",
    summary: "the support of this version of the pack has ended",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/expired-pack.md"),
};

/// The rule.
pub struct ExpiredPack;

impl Rule for ExpiredPack {
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
            let (Some(end), Some(node)) = (life.ended(today), found.node()) else {
                continue;
            };
            // An error says the same and more of one that cannot be taken at all.
            if !life.is_selectable() {
                continue;
            }
            let message = format!(
                "the support of {} ended on {}, {}",
                found.name(),
                end.value,
                found.location()
            );
            let finding = sink.report(&META, node, message);
            finding
                .pack(found.pack.name())
                .subject(found.version.version.as_str())
                .help(found.advice(today))
                .related(end.declared.place(), "its end of life");
        }
    }
}
