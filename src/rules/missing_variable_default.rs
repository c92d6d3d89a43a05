//! `missing-variable-default`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, profile::Variable};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-variable-default",
    summary: "a variable that nobody can set has no default",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Variables,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-variable-default.md"),
};

/// The rule.
pub struct MissingVariableDefault;

impl Rule for MissingVariableDefault {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for variable in cx.profile.variables() {
            let Some(need) = Need::of(variable) else {
                continue;
            };
            // An export of a sensitive variable tells nothing of its value but a mask, and answers of the API not even that.
            let level = match need {
                Need::Asked if variable.is_sensitive() => continue,
                Need::Asked => Level::Info,
                Need::HiddenAndRequired | Need::ReadOnly if variable.is_sensitive() => {
                    Level::Warning
                }
                Need::HiddenAndRequired | Need::ReadOnly => Level::Error,
            };
            let name = variable.name();
            let places: Vec<_> = need
                .fields()
                .iter()
                .filter_map(|field| Some((*field, variable.get(field)?)))
                .map(|(field, node)| (field, sink.place(node.into())))
                .collect();
            let node = variable
                .default_value()
                .or_else(|| variable.string("name"))
                .unwrap_or(variable.node());
            let finding = sink.report(
                &META,
                node,
                format!("variable `{name}` is {} and has no default", need.words()),
            );
            finding.level(level).subject(name).label("no default");
            match need {
                Need::Asked => finding.help("that is legal: every cluster has to give it a value"),
                Need::HiddenAndRequired | Need::ReadOnly => {
                    finding.help("nobody can give it a value: set `defaultValue`")
                }
            };
            for (field, place) in places {
                finding.related(place, format!("`{field}` is set here"));
            }
        }
    }
}

/// Why a variable without a default needs a value.
#[derive(Debug, Clone, Copy)]
enum Need {
    /// It must have a value, and nobody is asked for it.
    HiddenAndRequired,
    /// It is shown, but nobody can change it.
    ReadOnly,
    /// It must have a value, and whoever deploys a cluster is asked for it.
    Asked,
}

impl Need {
    fn of(variable: Variable<'_>) -> Option<Self> {
        if variable.has_default() {
            None
        } else if variable.is_hidden() && variable.is_required() {
            Some(Self::HiddenAndRequired)
        } else if variable.is_immutable() {
            Some(Self::ReadOnly)
        } else {
            variable.is_required().then_some(Self::Asked)
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::HiddenAndRequired => "hidden and required",
            Self::ReadOnly => "read-only",
            Self::Asked => "required",
        }
    }

    /// The fields that say so, where it is more than one or goes by another name.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::HiddenAndRequired => &["hidden", "required"],
            Self::ReadOnly => &["immutable"],
            Self::Asked => &[],
        }
    }
}
