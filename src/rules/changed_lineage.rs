//! `changed-lineage`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{destination::version, finding::Level, resolve::Resolution};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "changed-lineage",
    summary: "the profile would become a version of one for another cloud or of another type",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/changed-lineage.md"),
};

/// The rule.
pub struct ChangedLineage;

impl Rule for ChangedLineage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let (name, own_version) = (cx.profile.name(), cx.profile.version());
        let destination = resolution.destination;
        let others = destination
            .lineage(&name)
            .filter(|existing| existing.version != own_version);
        let Some(newest) =
            others.max_by(|one, other| version::compare(&one.version, &other.version))
        else {
            return;
        };
        let parts = [
            ("cloudType", "cloud", &newest.cloud_type),
            ("type", "type", &newest.kind),
        ];
        for (key, word, there) in parts {
            let Some(node) = cx.profile.root().at(&["spec", "template", key]) else {
                continue;
            };
            let Some(here) = node.as_str().filter(|here| !here.is_empty()) else {
                continue;
            };
            if there.is_empty() || here == there.as_str() {
                continue;
            }
            let finding = sink.report(
                &META,
                node,
                format!(
                    "profile `{name}` {} at destination `{}` has {word} `{there}`, this version has `{here}`",
                    newest.version,
                    destination.name()
                ),
            );
            finding
                .subject(format!("{name}@{there}"))
                .help("give it a name of its own, unless it is meant to follow that profile");
            if let Some(place) = newest.place() {
                finding.related(place, "it exists here");
            }
        }
    }
}
