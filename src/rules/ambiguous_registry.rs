//! `ambiguous-registry`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    destination::Stage,
    finding::Level,
    resolve::{Found, PackAnswer, Resolution},
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
        for (pack, answer) in cx.packs.iter().zip(&resolution.packs) {
            let (PackAnswer::Ambiguous(registries), Some(node)) = (answer, pack.name_node()) else {
                continue;
            };
            let candidates: Vec<_> = registries
                .iter()
                .filter_map(|&number| resolution.candidate(*pack, number))
                .collect();
            let names = candidates.iter();
            let names: Vec<String> = names.map(|one| one.registry.to_string()).collect();
            let has_own_name = |one: &&Found<'_, '_>| {
                let mut others = candidates.iter();
                let same = |other: &Found<'_, '_>| other.registry.name == one.registry.name;
                others.position(same) == candidates.iter().rposition(same)
            };
            let named: Vec<_> = candidates.iter().filter(has_own_name).collect();
            let selectable = named.iter().find(|one| one.version.life.is_selectable());
            let name = pack.name();
            let help = match selectable.or(named.first()) {
                Some(first) => format!(
                    "choose one: `--registry \"{name}={}\"`, or `select.packs` in `{}`",
                    first.registry.name,
                    crate::source::shown_path(destination.config_file()),
                ),
                None => "their names are the same, so only the uid of the one that is meant can tell, in \
                         `registry.metadata` of the pack"
                    .to_owned(),
            };
            let finding = sink.report(
                &META,
                node,
                format!(
                    "several registries of destination `{}` hold pack `{name}`: {}",
                    destination.name(),
                    names.join(", ")
                ),
            );
            finding
                .pack(name.as_ref())
                .subject(name.as_ref())
                .help(help);
            for candidate in &candidates {
                if let Some(declared) = &candidate.version.declared {
                    finding.related(declared.place(), what(candidate));
                }
            }
        }
    }
}

/// What a registry would give, in words: what helps to choose between several.
fn what(candidate: &Found<'_, '_>) -> String {
    let stage = match candidate.version.life.stage() {
        Stage::Offered => String::new(),
        stage => format!(", {}", stage.name()),
    };
    format!(
        "{} has {}{stage}",
        candidate.registry, candidate.version.version
    )
}
