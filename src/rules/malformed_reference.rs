//! `malformed-reference`

use super::{
    Group, ProfileContext, Rule, RuleMeta, Sink, Spot,
    sink::{inner_fix, scalar_part},
};
use crate::finding::{Applicability, Level};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "malformed-reference",
    summary: "a reference to a macro, variable or pack value is spelt wrongly",
    level: Level::Error,
    is_on: true,
    is_fixable: true,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/malformed-reference.md"),
};

/// The rule.
pub struct MalformedReference;

impl Rule for MalformedReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for (embedded, reference) in cx.document.references() {
            for problem in &reference.problems {
                let spot = Spot::inner_part(embedded, reference.scalar, problem.range);
                let finding = sink.report(&META, spot, problem.message.as_str());
                finding
                    .pack(cx.pack_name(embedded.pack_index()))
                    .subject(reference.range.of(embedded.text()));
                let Some(suggestion) = &problem.suggestion else {
                    continue;
                };
                let (description, help) = if suggestion.is_empty() {
                    ("remove it".to_owned(), "leave it out".to_owned())
                } else {
                    (
                        format!("write `{suggestion}`"),
                        format!("did you mean `{suggestion}`?"),
                    )
                };
                finding.help(help);
                let scalar = embedded.stream().tree.node(reference.scalar);
                let fix = scalar_part(scalar, problem.range, suggestion).and_then(|edits| {
                    let applicability = if problem.is_certain {
                        Applicability::Safe
                    } else {
                        Applicability::Unsafe
                    };
                    inner_fix(cx.file, embedded, &edits, description, applicability)
                });
                if let Some(fix) = fix {
                    finding.fix(fix);
                }
            }
        }
    }
}
