//! `ambiguous-registry`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    finding::Level,
    resolve::{PackAnswer, Resolution},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "ambiguous-registry",
    summary: "several registries hold the pack and nothing decides between them",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/ambiguous-registry.md"),
};

/// The rule.
pub struct AmbiguousRegistry;

impl Rule for AmbiguousRegistry {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let destination = resolution.destination;
        for (pack, answer) in cx.profile.packs().zip(&resolution.packs) {
            let (PackAnswer::Ambiguous(registries), Some(node)) = (answer, pack.name_node()) else {
                continue;
            };
            let candidates: Vec<_> = registries
                .iter()
                .filter_map(|&number| destination.registry(number))
                .collect();
            let names: Vec<String> = candidates.iter().map(ToString::to_string).collect();
            let first = candidates
                .first()
                .map_or("", |registry| registry.name.as_str());
            let name = pack.name();
            sink.report(
                &META,
                node,
                format!(
                    "several registries of destination `{}` hold pack `{name}`: {}",
                    destination.name(),
                    names.join(", ")
                ),
            )
            .pack(name.as_ref())
            .subject(name.as_ref())
            .help(format!(
                "choose one: `--registry \"{name}={first}\"`, or `select.packs` in `{}`",
                crate::source::shown_path(destination.config_file()),
            ));
        }
    }
}
