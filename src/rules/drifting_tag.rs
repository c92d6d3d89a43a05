//! `drifting-tag`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, sink::outer_fix};
use crate::{
    destination::{Listing, Match, version},
    finding::{Applicability, Level},
    resolve::{Found, Resolution},
    syntax::edit::Scalar,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "drifting-tag",
    summary: "the tag leads to another version at the destination than the file says",
    level: Level::Warning,
    is_on: true,
    is_fixable: true,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/drifting-tag.md"),
};

/// The rule.
pub struct DriftingTag;

impl Rule for DriftingTag {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        for found in resolution.found(cx.packs) {
            let pack = found.pack;
            let (tag, wanted) = (pack.tag(), pack.version());
            let (Some(node), Some(version_node)) = (pack.string("tag"), pack.string("version"))
            else {
                continue;
            };
            // A version that moves itself says nothing that could be another.
            if tag.is_empty() || wanted.is_empty() || version::is_moving(&wanted) || !drifts(&found)
            {
                continue;
            }
            let there = &found.version.version;
            let place = sink.place(version_node.into());
            let finding = sink.report(
                &META,
                node,
                format!(
                    "tag `{tag}` of pack `{}` leads to {there} {}, and to {wanted} in the file",
                    pack.name(),
                    found.location()
                ),
            );
            finding
                .pack(pack.name())
                .subject(tag.as_ref())
                .related(place, "the version in the file");
            if let Some(declared) = &found.version.declared {
                finding.related(declared.place(), format!("`{there}` is declared here"));
            }
            let mut versions = found.held.versions.iter();
            let is_there = versions.any(|version| {
                version.life.is_selectable() && version::same(&version.version, &wanted)
            });
            if !is_there {
                finding.help(format!(
                    "{wanted} itself is not there: see that {there} is what you want"
                ));
                continue;
            }
            let pinned = version::pinned(&tag, &wanted);
            finding.help(format!(
                "{wanted} is there as well: the tag `{pinned}` keeps it"
            ));
            if let Some((edits, _)) = node.set(&Scalar::String(pinned.clone())) {
                finding.fix(outer_fix(
                    edits,
                    format!("change the tag to `{pinned}`"),
                    Applicability::Unsafe,
                ));
            }
        }
    }
}

/// Whether the tag is there and leads to another version, for certain.
fn drifts(found: &Found<'_, '_>) -> bool {
    let order = version::compare(&found.version.version, &found.pack.version());
    if found.by != Match::Tag || order.is_eq() {
        return false;
    }
    // An older version than that of the file may only be the newest one of those that are known.
    let wanted_tag = found.pack.tag();
    let (_, bare) = version::split_group(&wanted_tag);
    let tag = found.version.tag.as_deref();
    order.is_gt()
        || tag.is_some_and(|tag| version::split_group(tag).1 == bare)
        || found.held.complete
        || found.registry.listing == Listing::Complete
}
