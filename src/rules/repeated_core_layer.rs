//! `repeated-core-layer`

use std::collections::BTreeMap;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, profile::stack::ProfileType};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "repeated-core-layer",
    summary: "two packs of a profile are in the same core layer",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/repeated-core-layer.md"),
};

/// The rule.
pub struct RepeatedCoreLayer;

impl Rule for RepeatedCoreLayer {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        // In an add-on profile each of them is out of place by itself.
        if cx.profile.profile_type() == Some(ProfileType::AddOn) {
            return;
        }
        let mut first = BTreeMap::new();
        for pack in cx.packs {
            let (Some(layer), Some(node)) = (pack.known_layer(), pack.string("layer")) else {
                continue;
            };
            if !layer.is_core() {
                continue;
            }
            let Some((first_name, first_node)) = first.get(&layer).copied() else {
                first.insert(layer, (pack.index(), node));
                continue;
            };
            let first_name = cx.pack_name(first_name);
            let place = sink.place(first_node.into());
            let layer = layer.name();
            sink.report(
                &META,
                node,
                format!("the layer `{layer}` holds one pack, and `{first_name}` is in it already"),
            )
            .pack(pack.name())
            .label("again here")
            .help("keep one of the two; a pack that adds to another belongs into the layer `addon`")
            .related(place, format!("`{first_name}` is in the layer here"));
        }
    }
}
