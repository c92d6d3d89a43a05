//! `nested-variable`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    syntax::reference::{self, Family},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "nested-variable",
    summary: "the default of a variable refers to a variable or macro",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Variables,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/nested-variable.md"),
};

/// The rule.
pub struct NestedVariable;

impl Rule for NestedVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for variable in cx.profile.variables() {
            let options = variable.options().filter_map(|option| option.value());
            for node in variable.string("defaultValue").into_iter().chain(options) {
                let Some(layer) = node.layer() else {
                    continue;
                };
                let text = layer.text();
                for reference in reference::scan(text) {
                    for target in reference.targets() {
                        let (level, what) = match target.family.map(|family| family.value) {
                            Some(Family::Var) => (Level::Error, "another profile variable"),
                            Some(Family::Macro) => (Level::Warning, "a macro"),
                            _ => continue,
                        };
                        let expression = text.get(target.expression.clone()).unwrap_or_default();
                        let spot = Spot::Part(node, layer.to_host(target.expression.into()));
                        sink.report(
                            &META,
                            spot,
                            format!("a value of variable `{}` refers to {what}: `{expression}`", variable.name()),
                        )
                        .level(level)
                        .subject(expression)
                        .label("is not resolved here")
                        .help("write the value itself, or put both references into the values of the pack");
                    }
                }
            }
        }
    }
}
