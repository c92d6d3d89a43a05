//! `misplaced-layer`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, profile::stack::ProfileType};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "misplaced-layer",
    summary: "a pack is in a layer that the type of its profile does not have",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/misplaced-layer.md"),
};

/// The rule.
pub struct MisplacedLayer;

impl Rule for MisplacedLayer {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let (Some(kind), Some(type_node)) = (cx.profile.profile_type(), cx.profile.kind_node())
        else {
            return;
        };
        for pack in cx.packs {
            let (Some(layer), Some(node)) = (pack.known_layer(), pack.string("layer")) else {
                continue;
            };
            let level = match kind.takes(layer) {
                Some(true) => continue,
                Some(false) => Level::Error,
                None => Level::Warning,
            };
            let has = if kind == ProfileType::Infra {
                "core layers only"
            } else {
                "the layer `addon` only"
            };
            let place = sink.place(type_node.into());
            sink.report(
                &META,
                node,
                format!(
                    "a pack in the layer `{}`, but a profile of type `{}` has {has}",
                    layer.name(),
                    kind.name()
                ),
            )
            .level(level)
            .pack(pack.name())
            .help(match kind {
                ProfileType::Infra => {
                    "move the pack to an add-on profile, or make the profile one of type `cluster`"
                }
                ProfileType::AddOn => {
                    "move the pack to a profile of type `infra` or `cluster`, or make the profile one of these"
                }
                ProfileType::Cluster | ProfileType::System => {
                    "core layers belong to profiles of type `infra` or `cluster`"
                }
            })
            .related(place, "the type of the profile");
        }
    }
}
