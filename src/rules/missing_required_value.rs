//! `missing-required-value`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    constraints::{Defaults, Given, RuledPack, hint, locate, ruled_packs},
    finding::Level,
    resolve::Resolution,
    syntax::NodeRef,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-required-value",
    summary: "a value that the pack requires is absent or empty",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Constraints,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-required-value.md"),
};

/// The rule.
pub struct MissingRequiredValue;

impl Rule for MissingRequiredValue {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let defaults = Defaults::of(cx.profile);
        for ruled in ruled_packs(cx.packs, cx.document, resolution) {
            for rule in ruled.schema.rules() {
                let Some(required) = &rule.required else {
                    continue;
                };
                let located = locate(ruled.values.stream(), &rule.path);
                let empty = located
                    .values
                    .into_iter()
                    .filter(|value| matches!(defaults.read(*value, rule), Given::Nothing))
                    .map(|value| (spot_of_value(&ruled, value), "is empty"));
                let absent = located
                    .absent
                    .into_iter()
                    .map(|around| (spot_of_object(&ruled, around), "is missing"));
                let name = ruled.pack.name_node().filter(|_| located.is_all_absent);
                let all_absent = name.map(|name| (Spot::Value(name), "is missing"));
                for (spot, state) in empty.chain(absent).chain(all_absent) {
                    let name = resolution.destination.name();
                    let help = hint(rule, name).unwrap_or_else(|| "give it a value".to_owned());
                    sink.report(
                        &META,
                        spot,
                        format!("required value `{}` {state}", rule.path),
                    )
                    .pack(ruled.pack.name())
                    .subject(rule.path.as_str())
                    .label(format!("`{}` {state}", rule.path))
                    .help(help)
                    .related(
                        required.clone(),
                        format!("the pack at `{name}` requires it here"),
                    );
                }
            }
        }
    }
}

/// An empty value; where nothing at all is written, its key.
fn spot_of_value<'a>(ruled: &RuledPack<'a>, value: NodeRef<'a>) -> Spot<'a> {
    if value.range().is_empty() {
        return spot_of_object(ruled, value);
    }
    Spot::inner(ruled.values, value)
}

/// The key of an object, and where it has none the name of its pack.
fn spot_of_object<'a>(ruled: &RuledPack<'a>, object: NodeRef<'a>) -> Spot<'a> {
    match (object.key(), object.parent(), ruled.pack.name_node()) {
        (Some(key), _, _) => Spot::inner(ruled.values, key),
        (None, None, Some(name)) => Spot::Value(name),
        _ => Spot::inner(ruled.values, object),
    }
}
