//! `duplicate-registry`

use super::{Group, Rule, RuleMeta};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "duplicate-registry",
    summary: "two registries of a destination share a name, or one is told in two ways",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/duplicate-registry.md"),
};

/// The rule. What it reports is found when a destination is loaded, see [`super::for_destination_fault`].
pub struct DuplicateRegistry;

impl Rule for DuplicateRegistry {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }
}
