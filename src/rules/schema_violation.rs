//! `schema-violation`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "schema-violation",
    summary: "a field is missing, has the wrong type, or a value that is not allowed",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/schema-violation.md"),
};

/// The rule.
pub struct SchemaViolation;

impl Rule for SchemaViolation {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for violation in cx
            .violations
            .iter()
            .filter(|violation| violation.unknown_key.is_none())
        {
            let finding = sink.report(&META, violation.node, violation.message.as_str());
            finding.subject(violation.known_key.clone().unwrap_or_default());
            if let Some(help) = &violation.help {
                finding.help(help);
            }
        }
        for pack in cx.packs.iter().copied().filter(|pack| !pack.is_manifest()) {
            // The schema sees to it that one of the fields is there, but not that it says something.
            let field = pack.string("tag").or_else(|| pack.string("version"));
            if let Some(field) = field.filter(|_| pack.version_node().is_none()) {
                sink.report(&META, field, "the pack's `version` and `tag` are empty")
                    .pack(pack.name());
            }
        }
    }
}
