//! `unread-file`

use super::{Group, Rule, RuleMeta};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unread-file",
    summary: "a file of a destination folder is left out",
    level: Level::Warning,
    is_on: false,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unread-file.md"),
};

/// The rule. What it reports is found when a destination is loaded, see [`super::for_destination_fault`].
pub struct UnreadFile;

impl Rule for UnreadFile {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }
}
