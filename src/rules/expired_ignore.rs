//! `expired-ignore`

use super::{Group, Rule, RuleMeta};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "expired-ignore",
    summary: "the day until which the configuration ignores something is over",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/expired-ignore.md"),
};

/// The rule. [`crate::ignore`] reports: it knows the entries of the configuration.
pub struct ExpiredIgnore;

impl Rule for ExpiredIgnore {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }
}
