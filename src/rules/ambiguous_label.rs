//! `ambiguous-label`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, syntax::Kind};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "ambiguous-label",
    summary: "a label has a colon, which divides key and value where labels are tags",
    level: Level::Warning,
    is_on: true,
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
            let tag = if has_text && text != NO_VALUE {
                format!("{name}:{text}")
            } else {
                name.clone().into_owned()
            };
            let (node, at, what) = if let Some(at) = name.find(':') {
                (key.resolved(), at, "the key of a label")
            } else if let Some(at) = text.find(':').filter(|_| has_text) {
                (value, at, "the value of a label")
            } else {
                continue;
            };
            let mut parts = tag.splitn(3, ':');
            let (first, second) = (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            );
            let cut = match parts.next() {
                Some(rest) => format!(", and `{rest}` is cut off"),
                None => String::new(),
            };
            sink.report(
                &META,
                Spot::text_part(node, at..at + 1),
                format!(
                    "{what} has a `:`: as the tag `{tag}` it is read as `{first}` with the value `{second}`{cut}"
                ),
            )
            .label("divides key and value")
            .subject(name.as_ref())
            .help("use another character, such as `-` or `.`");
        }
    }
}
