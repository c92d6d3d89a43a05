//! `masked-value`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    masks::{MaskedPlace, masks},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "masked-value",
    summary: "a secret was masked on export and must be filled in again",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/masked-value.md"),
};

/// The rule.
pub struct MaskedValue;

impl Rule for MaskedValue {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for mask in masks(cx.profile, cx.document, cx.resolutions) {
            let spot = match mask.place {
                MaskedPlace::Variable {
                    variable, default, ..
                } => Spot::Value(default.unwrap_or(variable)),
                MaskedPlace::Embedded { embedded, node, .. } => Spot::inner(embedded, node),
            };
            let (message, help) = match (&mask.place, mask.level) {
                (MaskedPlace::Variable { name, .. }, Level::Error) => (
                    format!("the default of sensitive variable `{name}` is masked"),
                    "fill it in with `rewrite --secrets`, under `variables` of this profile".to_owned(),
                ),
                (MaskedPlace::Variable { name, .. }, _) => (
                    format!("the default of variable `{name}` looks masked, but the variable is not sensitive"),
                    "Palette takes it literally".to_owned(),
                ),
                (MaskedPlace::Embedded { path, .. }, Level::Error) => (
                    format!("the value of `{path}` is masked"),
                    "fill it in with `rewrite --secrets`, under `packs` of this profile".to_owned(),
                ),
                (MaskedPlace::Embedded { path, .. }, _) => (
                    format!("the value of `{path}` looks masked"),
                    "Palette masks values that the pack's schema calls passwords; this one it would take literally".to_owned(),
                ),
            };
            let finding = sink.report(&META, spot, message);
            finding.level(mask.level).help(help);
            if let Some(pack) = mask.packs.first() {
                finding.pack(pack.as_ref());
            }
        }
    }
}
