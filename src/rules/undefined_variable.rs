//! `undefined-variable`

use std::collections::BTreeSet;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, suggest::Suggester, syntax::reference::Family};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "undefined-variable",
    summary: "a reference to a profile variable that the profile does not define",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/undefined-variable.md"),
};

/// The rule.
pub struct UndefinedVariable;

impl Rule for UndefinedVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let defined: BTreeSet<String> = cx
            .profile
            .variables()
            .map(|variable| variable.name().into_owned())
            .collect();
        let mut suggester = Suggester::new(defined.iter().map(String::as_str));
        for (embedded, reference) in cx.document.references() {
            let Some(name) = reference
                .name_in(Family::Var)
                .filter(|name| !defined.contains(&name.text))
            else {
                continue;
            };
            let finding = sink.report(
                &META,
                Spot::inner_part(embedded, reference.scalar, name.range),
                format!(
                    "profile variable `{}` is not defined in `spec.variables`",
                    name.text
                ),
            );
            finding
                .pack(cx.pack_name(embedded.pack_index()))
                .subject(name.text.as_str())
                .label("not defined");
            match suggester.closest(&name.text) {
                Some(close) => finding.help(format!("did you mean `{close}`?")),
                None if defined.is_empty() => finding.help("the profile defines no variables"),
                None => finding,
            };
        }
    }
}
