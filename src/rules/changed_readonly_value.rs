//! `changed-readonly-value`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot, sink::inner_fix};
use crate::{
    constraints::{Defaults, Given, GivenScalar, RuledPack, locate, ruled_packs},
    destination::ValueRule,
    finding::{Applicability, Fix, Level},
    resolve::Resolution,
    sensitive,
    syntax::{Kind, NodeRef, edit::Scalar},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "changed-readonly-value",
    summary: "a value that the pack marks as read-only is not the pack's own",
    level: Level::Warning,
    is_on: true,
    is_fixable: true,
    group: Group::Constraints,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/changed-readonly-value.md"),
};

/// The rule.
pub struct ChangedReadonlyValue;

impl Rule for ChangedReadonlyValue {
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
            if !ruled.schema.has_readonly() {
                continue;
            }
            let Some(own_values) = ruled.version.own_values() else {
                continue;
            };
            for rule in ruled.schema.rules() {
                let Some(readonly) = &rule.readonly else {
                    continue;
                };
                let Some((value, own)) = changed(&ruled, rule, &defaults, own_values.stream())
                else {
                    continue;
                };
                let name = resolution.destination.name();
                let is_secret = rule.is_secret || sensitive::is_secret(value);
                let shown = if is_secret {
                    String::new()
                } else {
                    format!(": the pack has `{}`", own.text())
                };
                let fix = fix(cx, &ruled, value, own).filter(|_| !is_secret);
                let finding = sink.report(
                    &META,
                    Spot::ruled(&ruled, value, is_secret),
                    format!("read-only value `{}` was changed{shown}", rule.path),
                );
                finding
                    .pack(ruled.pack.name())
                    .subject(rule.path.as_str())
                    .help("keep the pack's own value")
                    .related(
                        readonly.clone(),
                        format!("the pack at `{name}` marks it as read-only here"),
                    );
                if let Some(place) = own_values.place(own) {
                    finding.related(place, "the pack's own value");
                }
                if let Some(fix) = fix {
                    finding.fix(fix);
                }
            }
        }
    }
}

/// The value in the profile and the pack's own one, where each is one scalar and they differ.
fn changed<'a>(
    ruled: &RuledPack<'a>,
    rule: &ValueRule,
    defaults: &Defaults<'a>,
    own_values: &'a crate::syntax::yaml::Stream,
) -> Option<(NodeRef<'a>, NodeRef<'a>)> {
    let only = |nodes: Vec<NodeRef<'a>>| match nodes.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let value = only(locate(ruled.values.stream(), &rule.path).values)?;
    let own = only(locate(own_values, &rule.path).values)?;
    let is_scalar = matches!(own.kind(), Kind::Bool | Kind::Number | Kind::String);
    // The pack itself may leave it to the deployment.
    if !is_scalar || value.text() == own.text() || own.text().contains("{{") {
        return None;
    }
    let differs = match defaults.read(value, rule) {
        Given::Nothing => !own.text().trim().is_empty(),
        Given::Container => true,
        Given::Scalar(scalar) => !is_same(&scalar, own),
        Given::Untold => false,
    };
    differs.then_some((value, own))
}

fn is_same(scalar: &GivenScalar<'_>, own: NodeRef<'_>) -> bool {
    let is_same_bool = || {
        let given = scalar.default.is_none() && scalar.kind == Kind::Bool;
        given
            && own
                .as_bool()
                .is_some_and(|own| scalar.text.eq_ignore_ascii_case(&own.to_string()))
    };
    scalar.text.trim() == own.text().trim() || is_same_bool()
}

/// Puts the pack's own text back.
fn fix(
    cx: &ProfileContext<'_>,
    ruled: &RuledPack<'_>,
    value: NodeRef<'_>,
    own: NodeRef<'_>,
) -> Option<Fix> {
    if value.kind() != Kind::String || own.kind() != Kind::String {
        return None;
    }
    let text = own.text().into_owned();
    let description = format!("change it back to `{text}`");
    let (edits, _) = value.set(&Scalar::String(text))?;
    inner_fix(
        cx.file,
        ruled.values,
        &edits,
        description,
        Applicability::Unsafe,
    )
}
