//! `deprecated-registry`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    finding::Level,
    profile::Pack,
    resolve::{PackAnswer, Resolution},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "deprecated-registry",
    summary: "a pack comes from a registry that Palette has deprecated",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/deprecated-registry.md"),
};

/// The rule.
pub struct DeprecatedRegistry;

impl Rule for DeprecatedRegistry {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for pack in cx.packs {
            // Where a destination decides on the registry, that one counts.
            let is_decided = cx.resolutions.iter().any(|resolution| {
                let answer = resolution.packs.get(pack.index());
                !matches!(answer, None | Some(PackAnswer::NotChecked))
            });
            let (name, kind) = (pack.registry_text("name"), pack.registry_text("kind"));
            if !is_decided && is_deprecated(&name, &kind) {
                let message = format!(
                    "pack `{}` comes from `{name}`, which Palette has deprecated",
                    pack.name()
                );
                report(*pack, message, sink);
            }
        }
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let destination = resolution.destination;
        for pack in cx.packs {
            let choice = resolution.choice(pack.index());
            let registry = choice.and_then(|choice| destination.registry(choice.registry));
            let Some(registry) =
                registry.filter(|registry| is_deprecated(&registry.name, registry.kind.name()))
            else {
                continue;
            };
            let message = format!(
                "pack `{}` would come from {registry} of destination `{}`, which Palette has deprecated",
                pack.name(),
                destination.name()
            );
            report(*pack, message, sink);
        }
    }
}

/// The default registries that Palette's documentation calls deprecated, with their kinds.
const DEPRECATED: [(&str, &str); 1] = [("Public Spectro Helm Repo", "helm")];

/// Whether a registry is deprecated, by its name; one of another kind only has the same name.
fn is_deprecated(name: &str, kind: &str) -> bool {
    let mut deprecated = DEPRECATED.iter();
    deprecated.any(|&(known, known_kind)| name == known && (kind.is_empty() || kind == known_kind))
}

fn report(pack: Pack<'_>, message: String, sink: &mut Sink<'_>) {
    let name = pack.registry_field("name");
    let Some(node) = name.or_else(|| pack.name_node()) else {
        return;
    };
    sink.report(&META, node, message)
        .pack(pack.name())
        .subject(pack.name())
        .help("take it from another registry: `--registry` for this pack, `select.registries` of the destination for all");
}
