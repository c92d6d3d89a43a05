//! `leftover-placeholder`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    placeholders::Placeholder,
    stand_ins::{StandIn, stand_ins},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "leftover-placeholder",
    summary: "a text that stands in for a value which was never filled in",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/leftover-placeholder.md"),
};

/// The rule.
pub struct LeftoverPlaceholder;

impl Rule for LeftoverPlaceholder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for stand_in in stand_ins(cx.profile, cx.document, &cx.settings.placeholders) {
            for found in &stand_in.found {
                report(*found, &stand_in, sink);
            }
        }
    }
}

fn report(found: Placeholder<'_>, stand_in: &StandIn<'_, '_>, sink: &mut Sink<'_>) {
    let (node, range) = (stand_in.node, stand_in.range_of(found));
    let spot = match stand_in.embedded {
        Some(embedded) => Spot::inner_part(embedded, node.id(), range),
        None => Spot::Part(node, range),
    };
    // What stands where a secret should be is perhaps the secret: its pattern says enough.
    let shown = if stand_in.is_secret {
        found.pattern
    } else {
        found.range.of(&stand_in.text)
    };
    let finding = sink.report(
        &META,
        spot,
        format!("`{shown}` looks like a stand-in for a value that was never filled in"),
    );
    finding
        .subject(shown)
        .label("never filled in")
        .help("put the value here, or a macro or profile variable");
    if let Some(pack) = stand_in.packs.first() {
        finding.pack(pack);
    }
}
