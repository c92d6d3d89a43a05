//! `missing-core-layer`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    finding::Level,
    profile::stack::{self, Layer, REQUIRED_LAYERS},
    suggest::list,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-core-layer",
    summary: "a cluster or infrastructure profile lacks one of the core layers",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-core-layer.md"),
};

/// The rule.
pub struct MissingCoreLayer;

impl Rule for MissingCoreLayer {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let Some(kind) = cx.profile.profile_type().filter(|kind| kind.has_core()) else {
            return;
        };
        let layers: Option<Vec<Layer>> = cx.packs.iter().map(|pack| pack.known_layer()).collect();
        // A pack whose layer cannot be told may be in the one that seems to be missing.
        let (Some(layers), Some(node)) = (layers, cx.profile.kind_node()) else {
            return;
        };
        let cloud = cx.profile.cloud_type();
        let missing: Vec<Layer> = REQUIRED_LAYERS
            .into_iter()
            .filter(|layer| !layers.contains(layer))
            .collect();
        let has_none = missing.len() == REQUIRED_LAYERS.len();
        for level in [Level::Error, Level::Warning] {
            let names: Vec<&str> = missing
                .iter()
                .filter(|layer| stack::level_of_missing(**layer, &cloud) == level)
                .map(|layer| layer.name())
                .collect();
            if names.is_empty() {
                continue;
            }
            let noun = if names.len() == 1 { "layer" } else { "layers" };
            let needed = REQUIRED_LAYERS.map(Layer::name);
            sink.report(
                &META,
                node,
                format!("no pack in the {noun} {} of the stack", list(&names)),
            )
            .level(level)
            .label(format!(
                "`{}` has the layers {}",
                kind.name(),
                list(&needed)
            ))
            .subject(names.join(" "))
            .help(match level {
                _ if has_none => {
                    "add the core layers; a profile of add-ons only has the type `add-on`"
                }
                Level::Error => "add a pack of the layer",
                _ => "add a pack of the layer, unless clusters of this cloud do without",
            });
        }
    }
}
