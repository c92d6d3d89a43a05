//! `unknown-field`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot, sink::outer_fix};
use crate::{
    finding::{Applicability, Level},
    source::Edit,
    syntax::Kind,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unknown-field",
    summary: "a field that exports do not have",
    level: Level::Warning,
    is_on: true,
    is_fixable: true,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unknown-field.md"),
};

/// The rule.
pub struct UnknownField;

impl Rule for UnknownField {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for violation in cx.violations {
            let Some(key) = violation.unknown_key else {
                continue;
            };
            let finding = sink.report(&META, Spot::Key(key), violation.message.as_str());
            finding.subject(key.text());
            if let Some(help) = &violation.help {
                finding.help(help);
            }
            let free = |known: &&String| violation.node.get(known).is_none();
            // What is merged into an object may be right where it is written, and in others that it is merged into.
            if let Some(known) = violation.known_key.as_ref().filter(free)
                && key.kind() == Kind::String
                && key.parent() == Some(violation.node)
            {
                // Known keys are plain words, so they stand for themselves in JSON and in YAML.
                finding.fix(outer_fix(
                    vec![Edit {
                        range: key.content_range(),
                        text: known.clone(),
                    }],
                    format!("rename `{}` to `{known}`", key.text()),
                    Applicability::Unsafe,
                ));
            }
        }
    }
}
