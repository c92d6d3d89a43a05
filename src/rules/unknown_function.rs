//! `unknown-function`

use std::cell::LazyCell;

use super::{
    Group, ProfileContext, Rule, RuleMeta, Sink, Spot,
    sink::{inner_fix, scalar_part},
};
use crate::{
    finding::{Applicability, Level},
    suggest::Suggester,
    syntax::reference::{self, Family, FunctionSource},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unknown-function",
    summary: "a reference goes through a function that does not exist there",
    level: Level::Error,
    is_on: true,
    is_fixable: true,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unknown-function.md"),
};

/// The rule.
pub struct UnknownFunction;

impl Rule for UnknownFunction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let mut suggester = LazyCell::new(|| Suggester::new(reference::functions()));
        let references = cx.document.references();
        for (embedded, found) in references.filter(|(_, found)| found.problems.is_empty()) {
            for function in &found.functions {
                let name = &function.text;
                let is_variable = found.family == Some(Family::Var);
                let (level, message, label) = match FunctionSource::of(name) {
                    Some(FunctionSource::Helm) => (
                        Level::Warning,
                        format!(
                            "function `{name}` is one of Helm charts, and hardly known to Palette"
                        ),
                        "Helm only",
                    ),
                    Some(_) if is_variable => (
                        Level::Warning,
                        format!(
                            "function `{name}` after a profile variable, which takes no functions"
                        ),
                        "after a profile variable",
                    ),
                    Some(_) => continue,
                    None => (
                        Level::Error,
                        format!("function `{name}` does not exist in Go templates or Sprig"),
                        "no such function",
                    ),
                };
                let finding = sink.report(
                    &META,
                    Spot::inner_part(embedded, found.scalar, function.range),
                    message,
                );
                finding
                    .level(level)
                    .label(label)
                    .pack(cx.pack_name(embedded.pack_index()))
                    .subject(name.as_str());
                if level != Level::Error {
                    if is_variable {
                        finding.help("give the variable the value that is wanted in the end");
                    }
                    continue;
                }
                let Some(close) = reference::translated(name).or_else(|| suggester.closest(name))
                else {
                    continue;
                };
                finding.help(format!("did you mean `{close}`?"));
                let scalar = embedded.stream().tree.node(found.scalar);
                let fix = scalar_part(scalar, function.range, close).and_then(|edits| {
                    let description = format!("write `{close}`");
                    inner_fix(
                        cx.file,
                        embedded,
                        &edits,
                        description,
                        Applicability::Unsafe,
                    )
                });
                if let Some(fix) = fix {
                    finding.fix(fix);
                }
            }
        }
    }
}
