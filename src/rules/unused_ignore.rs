//! `unused-ignore`

use super::{Group, Rule, RuleMeta};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unused-ignore",
    summary: "an ignore silences nothing, or does not say which rule and why",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unused-ignore.md"),
};

/// The rule. What an ignore silences is known when all others have run: [`crate::pragma`] and [`crate::ignore`] report.
pub struct UnusedIgnore;

impl Rule for UnusedIgnore {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }
}
