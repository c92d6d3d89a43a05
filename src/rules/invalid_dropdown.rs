//! `invalid-dropdown`

use std::collections::HashMap;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    finding::Level,
    profile::{InputType, Variable, VariableOption},
    sensitive, suggest,
    syntax::{NodeRef, reference},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "invalid-dropdown",
    summary: "a dropdown whose options or default do not go together",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Variables,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/invalid-dropdown.md"),
};

/// The rule.
pub struct InvalidDropdown;

impl Rule for InvalidDropdown {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let variables = cx.profile.variables();
        for variable in variables.filter(|variable| variable.input_type() == InputType::Dropdown) {
            let options: Vec<_> = variable.options().collect();
            if options.is_empty() {
                report_none(variable, sink);
                continue;
            }
            report_values(variable, &options, sink);
            report_chosen(variable, &options, sink);
            report_default(variable, &options, sink);
        }
    }
}

fn report_none(variable: Variable<'_>, sink: &mut Sink<'_>) {
    let node = variable.node();
    let node = node
        .get("options")
        .or_else(|| variable.string("inputType"))
        .unwrap_or(node);
    sink.report(
        &META,
        node,
        format!(
            "variable `{}` is a dropdown without options",
            variable.name()
        ),
    )
    .subject(variable.name())
    .label("no options")
    .help("give it at least one option with a `value`, or make its `inputType` `text`");
}

/// Reports options without a value, and those that have the value of another. An option that lacks the field is a
/// violation of the schema.
fn report_values(variable: Variable<'_>, options: &[VariableOption<'_>], sink: &mut Sink<'_>) {
    let mut seen: HashMap<_, NodeRef<'_>> = HashMap::new();
    for value in options.iter().filter_map(|option| option.value()) {
        if value.text().is_empty() {
            sink.report(
                &META,
                value,
                format!(
                    "an option of dropdown `{}` has an empty value",
                    variable.name()
                ),
            )
            .label("empty");
            continue;
        }
        let first = *seen.entry(value.text()).or_insert(value);
        if first != value {
            let place = sink.place(first.into());
            let which = sensitive::unless_secret(value);
            sink.report(
                &META,
                value,
                format!(
                    "two options of dropdown `{}` have the same value{which}",
                    variable.name()
                ),
            )
            .level(Level::Warning)
            .label("again here")
            .related(place, "first here");
        }
    }
}

fn report_chosen(variable: Variable<'_>, options: &[VariableOption<'_>], sink: &mut Sink<'_>) {
    let mut chosen = options
        .iter()
        .filter(|option| option.is_default())
        .filter_map(|option| option.node().get("default"));
    let Some(first) = chosen.next() else {
        return;
    };
    for again in chosen {
        let place = sink.place(first.into());
        sink.report(
            &META,
            again,
            format!(
                "dropdown `{}` has more than one default option",
                variable.name()
            ),
        )
        .label("again here")
        .help("leave `default` at one option")
        .related(place, "first here");
    }
}

fn report_default(variable: Variable<'_>, options: &[VariableOption<'_>], sink: &mut Sink<'_>) {
    let Some(default) = variable.string("defaultValue") else {
        return;
    };
    let text = default.text();
    let is_open = sensitive::is_mask(&text) || !reference::scan(&text).is_empty();
    let names = || {
        options
            .iter()
            .flat_map(|option| option.value().into_iter().chain(option.label()))
            .map(NodeRef::text)
    };
    if is_open || names().any(|name| name == text) {
        return;
    }
    let values: Vec<_> = options
        .iter()
        .filter_map(|option| option.value())
        .filter(|value| !value.text().is_empty())
        .collect();
    let is_secret = |node: &NodeRef<'_>| sensitive::is_secret(*node);
    let help = if variable.is_sensitive() || values.iter().any(is_secret) {
        "make it the value of one of the options".to_owned()
    } else {
        let values: Vec<_> = values.into_iter().map(NodeRef::text).collect();
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        match suggest::closest(&text, values.iter().copied()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("its options are {}", suggest::list(&values)),
        }
    };
    sink.report(
        &META,
        default,
        format!(
            "the default{} of dropdown `{}` is none of its options",
            sensitive::unless_secret(default),
            variable.name()
        ),
    )
    .label("no such option")
    .help(help);
}
