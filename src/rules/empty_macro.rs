//! `empty-macro`

use super::{Group, Rule, RuleMeta};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "empty-macro",
    summary: "a macro of a destination has no name or an empty value",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/empty-macro.md"),
};

/// The rule. What it reports is found when a destination is loaded, see [`super::for_destination_fault`].
pub struct EmptyMacro;

impl Rule for EmptyMacro {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }
}
