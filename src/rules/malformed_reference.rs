//! `malformed-reference`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot, sink::inner_fix};
use crate::{
    finding::{Applicability, Level},
    source::yaml_scalar,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "malformed-reference",
    summary: "a reference to a macro, variable or pack value is spelt wrongly",
    level: Level::Error,
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
                let style = embedded.stream().tree.node(reference.scalar).style();
                let written = yaml_scalar::encode_piece(suggestion, style);
                let is_on_one_line = !problem.range.of(embedded.text()).contains('\n');
                let fix = written.filter(|_| is_on_one_line).and_then(|written| {
                    let applicability = if problem.is_certain {
                        Applicability::Safe
                    } else {
                        Applicability::Unsafe
                    };
                    inner_fix(
                        cx.file,
                        embedded,
                        problem.range,
                        &written,
                        description,
                        applicability,
                    )
                });
                if let Some(fix) = fix {
                    finding.fix(fix);
                }
            }
        }
    }
}
