//! `invalid-variable-regex`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, go_regex::GoRegex};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "invalid-variable-regex",
    summary: "the regular expression of a variable is not one that Go takes",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Variables,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/invalid-variable-regex.md"),
};

/// The rule.
pub struct InvalidVariableRegex;

impl Rule for InvalidVariableRegex {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for variable in cx.profile.variables() {
            let Some(node) = variable.string("regex") else {
                continue;
            };
            let outcome = GoRegex::known(&node.text());
            let Err(fault) = outcome.as_ref() else {
                continue;
            };
            let spot = Spot::text_part(node, fault.range.range());
            let finding = sink.report(
                &META,
                spot,
                format!(
                    "in the regular expression of variable `{}`: {}",
                    variable.name(),
                    fault.message
                ),
            );
            finding
                .subject(variable.name())
                .label("not in Go's syntax")
                .help(
                    fault.help.unwrap_or(
                        "values are checked by Go's `regexp`, which has the syntax of RE2",
                    ),
                );
        }
    }
}
