//! `duplicate-profile`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, resolve::Resolution};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "duplicate-profile",
    summary: "a profile with this name and version exists at the destination",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/duplicate-profile.md"),
};

/// The rule.
pub struct DuplicateProfile;

impl Rule for DuplicateProfile {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let (Some(existing), Some(node)) = (resolution.existing, cx.profile.name_node()) else {
            return;
        };
        let finding = sink.report(
            &META,
            node,
            format!(
                "profile `{}` version {} exists at destination `{}`",
                existing.name,
                existing.version,
                resolution.destination.name()
            ),
        );
        finding
            .subject(format!("{}@{}", existing.name, existing.version))
            .help("rewrite with `--on-conflict rename` or `--on-conflict bump`, or give it another version with `--set-version`");
        if let Some(place) = existing.place() {
            finding.related(place, "it exists here");
        }
    }
}
