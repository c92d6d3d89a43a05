//! `malformed-name`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, sensitive};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "malformed-name",
    summary: "the profile's name is empty, padded, or has control characters",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/malformed-name.md"),
};

/// The rule.
pub struct MalformedName;

impl Rule for MalformedName {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let Some(node) = cx.profile.name_node() else {
            return;
        };
        let name = node.text();
        if let Some(defect) = defect(&name) {
            sink.report(&META, node, format!("the profile's name {defect}"));
        }
    }
}

/// What is wrong with a profile's name, to follow "the name".
///
/// Palette publishes no naming rule; names with spaces, capitals and punctuation are in use.
#[must_use]
pub fn defect(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("is empty".to_owned());
    }
    if let Some(character) = name
        .chars()
        .find(|character| sensitive::is_unprintable(*character))
    {
        return Some(format!(
            "contains the invisible character U+{:04X}",
            character as u32
        ));
    }
    if name.starts_with(char::is_whitespace) {
        return Some("begins with white space".to_owned());
    }
    if name.ends_with(char::is_whitespace) {
        return Some("ends with white space".to_owned());
    }
    None
}
