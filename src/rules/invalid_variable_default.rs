//! `invalid-variable-default`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, sink::outer_fix};
use crate::{
    finding::{Applicability, Fix, Level},
    go_regex::GoRegex,
    profile::{InputType, ValueFormat, Variable},
    sensitive,
    syntax::{NodeRef, edit::Scalar, reference},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "invalid-variable-default",
    summary: "the default of a variable is not what its format or regex asks for",
    level: Level::Error,
    is_on: true,
    is_fixable: true,
    group: Group::Variables,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/invalid-variable-default.md"),
};

/// The rule.
pub struct InvalidVariableDefault;

impl Rule for InvalidVariableDefault {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for variable in cx.profile.variables() {
            let Some(default) = variable.string("defaultValue") else {
                continue;
            };
            let text = default.text();
            // A mask is to be filled in first, and what a reference gives is not known.
            let is_open = sensitive::is_mask(&text) || !reference::scan(&text).is_empty();
            // The default of a dropdown may be the label of an option, which no format is asked of.
            if is_open || variable.input_type() == InputType::Dropdown {
                continue;
            }
            if let Some(format) = variable.format()
                && !format.accepts(&text)
            {
                report_format(variable, default, format, sink);
            } else if let Some(pattern) = variable.string("regex")
                && let Ok(regex) = GoRegex::known(&pattern.text()).as_ref()
                && regex.is_match(&text) == Some(false)
            {
                let place = sink.place(pattern.into());
                sink.report(
                    &META,
                    default,
                    format!(
                        "the default{} of variable `{}` does not match its regular expression",
                        sensitive::unless_secret(default),
                        variable.name()
                    ),
                )
                .subject("regex")
                .label("does not match")
                .help("give it a default that matches, or change `regex`")
                .related(place, "the regular expression");
            }
        }
    }
}

fn report_format(
    variable: Variable<'_>,
    default: NodeRef<'_>,
    format: ValueFormat,
    sink: &mut Sink<'_>,
) {
    let place = variable
        .string("format")
        .map(|node| sink.place(node.into()));
    let finding = sink.report(
        &META,
        default,
        format!(
            "the default{} of variable `{}` is not of the format `{}`",
            sensitive::unless_secret(default),
            variable.name(),
            format.name()
        ),
    );
    finding
        .subject("format")
        .label("not a value of this format")
        .help(format!("right would be {}", format.description()));
    if let Some(place) = place {
        finding.related(place, "the format");
    }
    if let Some(fix) = meant(default, format) {
        finding.fix(fix);
    }
}

/// The fix that puts in the value which the default most likely stands for.
fn meant(default: NodeRef<'_>, format: ValueFormat) -> Option<Fix> {
    let text = default.text();
    let meant = format
        .meant_by(&text)
        .filter(|_| !sensitive::is_secret(default))?;
    let (edits, _) = default.set(&Scalar::String(meant.clone()))?;
    let applicability = if text.trim().eq_ignore_ascii_case(&meant) {
        Applicability::Safe
    } else {
        Applicability::Unsafe
    };
    Some(outer_fix(
        edits,
        format!("make the default `{meant}`"),
        applicability,
    ))
}
