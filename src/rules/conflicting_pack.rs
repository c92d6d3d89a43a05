//! `conflicting-pack`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    dependencies::Stack,
    destination::{DependencyKind, Side},
    finding::Level,
    resolve::Resolution,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "conflicting-pack",
    summary: "a pack is in the profile that another one does not support",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Constraints,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/conflicting-pack.md"),
};

/// The rule.
pub struct ConflictingPack;

impl Rule for ConflictingPack {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let stack = Stack::new(cx.packs, resolution);
        let destination = resolution.destination.name();
        for (asking, dependency) in stack.asked(DependencyKind::NotSupported) {
            let in_layer = stack.found(asking, dependency);
            for found in in_layer.filter(|found| found.is_in_layer) {
                let versions = &dependency.versions;
                let side = found.version.and_then(|version| versions.side_of(&version));
                if !versions.is_open() && side != Some(Side::Within) {
                    continue;
                }
                let unsupported = format!("`{}` {}", dependency.pack, versions.words());
                let asks = asking.name_node().map(|name| sink.place(name.into()));
                let finding = sink.report(
                    &META,
                    found.pack.name_node().unwrap_or(found.pack.node()),
                    format!(
                        "pack `{}` does not support pack {} beside it",
                        asking.name(),
                        unsupported.trim_end()
                    ),
                );
                finding
                    .pack(found.pack.name())
                    .subject(asking.name())
                    .label(format!("not supported by `{}`", asking.name()))
                    .help("take one of the two packs out, or another version");
                if let Some(asks) = asks {
                    finding.related(asks, "the pack that does not support it");
                }
                finding.related(
                    dependency.declared.place(),
                    format!("the pack at `{destination}` says so here"),
                );
                if versions.is_open() {
                    // Without versions the server does not look, but the pack does not work any better for that.
                    finding.level(Level::Warning);
                }
            }
        }
    }
}
