//! `overlapping-registries`

use super::{Group, Rule, RuleMeta};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "overlapping-registries",
    summary: "registries hold the same packs, and nothing chooses between them",
    level: Level::Info,
    is_on: false,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/overlapping-registries.md"),
};

/// The rule. What it reports is found when a destination is loaded, see [`super::for_destination_fault`].
pub struct OverlappingRegistries;

impl Rule for OverlappingRegistries {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }
}
