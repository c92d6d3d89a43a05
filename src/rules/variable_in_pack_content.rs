//! `variable-in-pack-content`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    profile::Slot,
    syntax::{NodeRef, reference::Family},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "variable-in-pack-content",
    summary: "the `pack.content` of a pack refers to a profile variable",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Variables,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/variable-in-pack-content.md"),
};

/// The rule.
pub struct VariableInPackContent;

impl Rule for VariableInPackContent {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for (embedded, reference) in cx.document.references() {
            if embedded.slot() != Slot::Values || reference.family != Some(Family::Var) {
                continue;
            }
            let scalar = embedded.stream().tree.node(reference.scalar);
            if !is_pack_content(scalar) {
                continue;
            }
            let expression = reference.expression.of(embedded.text());
            sink.report(
                &META,
                Spot::inner_part(embedded, reference.scalar, reference.expression),
                format!("`pack.content` refers to a profile variable: `{expression}`"),
            )
            .pack(cx.pack_name(embedded.pack_index()))
            .subject(expression)
            .label("not possible in `pack.content`")
            .help("write the value itself: Palette fills in `pack.content` before clusters are deployed");
        }
    }
}

/// Whether a scalar lies under `pack.content`.
fn is_pack_content(scalar: NodeRef<'_>) -> bool {
    let path = scalar.path();
    let mut keys = path.iter().map(AsRef::as_ref);
    keys.next() == Some("pack") && keys.next() == Some("content")
}
