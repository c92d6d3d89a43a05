//! `incompatible-dependency`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    dependencies::{Stack, fitting},
    destination::{DependencyKind, Side},
    finding::Level,
    resolve::Resolution,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "incompatible-dependency",
    summary: "a pack is in a version that another one does not work with",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Constraints,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/incompatible-dependency.md"),
};

/// The rule.
pub struct IncompatibleDependency;

impl Rule for IncompatibleDependency {
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
        let destination = resolution.destination;
        let required = stack.asked(DependencyKind::Required);
        for (asking, dependency) in required.chain(stack.asked(DependencyKind::Optional)) {
            let in_layer = stack.found(asking, dependency);
            for found in in_layer.filter(|found| found.is_in_layer) {
                let Some(version) = found.version else {
                    continue;
                };
                let state = match dependency.versions.side_of(&version) {
                    Some(Side::TooOld) => "too old",
                    Some(Side::TooNew) => "too new",
                    Some(Side::Within) | None => continue,
                };
                let expected = dependency.versions.words();
                let asks = asking.name_node().map(|name| sink.place(name.into()));
                let finding = sink.report(
                    &META,
                    found.pack.version_node().unwrap_or(found.pack.node()),
                    format!(
                        "version {version} of `{}` is {state} for pack `{}`: expected {expected}",
                        found.pack.name(),
                        asking.name(),
                    ),
                );
                finding
                    .pack(found.pack.name())
                    .subject(asking.name())
                    .label(format!("`{}` works with {expected}", asking.name()))
                    .help(fitting(destination, dependency));
                if let Some(asks) = asks {
                    finding.related(asks, "the pack that asks for it");
                }
                finding.related(
                    dependency.declared.place(),
                    format!("the pack at `{}` asks for it here", destination.name()),
                );
            }
        }
    }
}
