//! `ambiguous-label`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, sensitive, syntax::Kind};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "ambiguous-label",
    summary: "a label has a colon, which divides key and value where labels are tags",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/ambiguous-label.md"),
};

/// The value of a label that is a tag without one (Terraform provider for Palette).
const NO_VALUE: &str = "spectro__tag";

/// The rule.
pub struct AmbiguousLabel;

impl Rule for AmbiguousLabel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let labels = cx.profile.root().at(&["metadata", "labels"]);
        for (key, value) in labels.into_iter().flat_map(|labels| labels.entries()) {
            let (name, text) = (key.resolved().text(), value.text());
            let has_text = value.kind() == Kind::String;
            let (node, at, what) = if let Some(at) = name.find(':') {
                (key.resolved(), at, "the key of a label")
            } else if let Some(at) = text.find(':').filter(|_| has_text) {
                (value, at, "the value of a label")
            } else {
                continue;
            };
            let message = if sensitive::is_secret(value) {
                format!("{what} has a `:`, which divides key and value where labels are tags")
            } else {
                let has_value = has_text && text != NO_VALUE;
                let reading = reading(&name, has_value.then_some(text.as_ref()));
                format!("{what} has a `:`: as a tag it is read as {reading}")
            };
            sink.report(&META, Spot::text_part(node, at..at + 1), message)
                .label("divides key and value")
                .subject(name.as_ref())
                .help("use another character, such as `-` or `.`");
        }
    }
}

/// What the Terraform provider for Palette makes of a label that it has written as a tag.
fn reading(key: &str, value: Option<&str>) -> String {
    let tag = [key].into_iter().chain(value).collect::<Vec<_>>().join(":");
    let mut parts = tag.splitn(3, ':');
    let first = parts.next().unwrap_or_default();
    let second = parts.next().unwrap_or_default();
    match parts.next() {
        Some(rest) => format!("`{first}` with the value `{second}`, and `{rest}` is cut off"),
        None => format!("`{first}` with the value `{second}`"),
    }
}
