//! `unknown-preference`

use super::{Group, Rule, RuleMeta};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unknown-preference",
    summary: "a destination prefers a registry that it does not have",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unknown-preference.md"),
};

/// The rule. What it reports is found when a destination is loaded, see [`super::for_destination_fault`].
pub struct UnknownPreference;

impl Rule for UnknownPreference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }
}
