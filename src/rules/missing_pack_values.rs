//! `missing-pack-values`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    finding::Level,
    profile::{Embedded, Pack},
    source::Text,
    syntax::{Kind, NodeRef},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-pack-values",
    summary: "a pack has no values",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-pack-values.md"),
};

/// The rule.
pub struct MissingPackValues;

impl Rule for MissingPackValues {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for &pack in cx.packs {
            let values = pack.get("values");
            let text = cx.document.values_of(pack.index()).map(Embedded::text);
            if values.is_some_and(|values| holds_something(values, text))
                || is_all_in_manifests(pack)
                || is_empty_there(cx, pack)
            {
                continue;
            }
            let node = values
                .or_else(|| pack.name_node())
                .unwrap_or_else(|| pack.node());
            let (what, label) = match values {
                Some(_) => ("the values of the pack are empty", "nothing in them"),
                None => ("the pack has no `values`", "without `values`"),
            };
            sink.report(&META, node, what)
            .label(label)
            .pack(pack.name())
            .help(if pack.is_manifest() {
                "add a manifest, or leave the pack out"
            } else {
                "put them there in full, as an export has them: they are not merged with those of the registry"
            });
        }
    }
}

/// Comments count: packs without settings say so in one. What is no string is a matter of the schema.
fn holds_something(values: NodeRef<'_>, text: Option<&Text>) -> bool {
    match values.kind() {
        Kind::Null => false,
        Kind::String => text.is_some_and(|text| !text.trim().is_empty()),
        _ => true,
    }
}

/// Whether the pack comes without values at a destination: then there is nothing to put there.
fn is_empty_there(cx: &ProfileContext<'_>, pack: Pack<'_>) -> bool {
    let mut versions = cx
        .resolutions
        .iter()
        .filter_map(|resolution| resolution.version_of(pack.index()));
    versions.any(|version| {
        let own = version.own_values();
        own.is_some_and(|own| own.stream().tree.text().trim().is_empty())
    })
}

/// Whether it is a manifest pack that does without values.
fn is_all_in_manifests(pack: Pack<'_>) -> bool {
    pack.is_manifest() && pack.manifests().next().is_some()
}
