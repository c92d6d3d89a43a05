//! `missing-dependency`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    dependencies::{Stack, fitting},
    destination::{Dependency, DependencyKind},
    finding::Level,
    resolve::Resolution,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-dependency",
    summary: "a pack requires another one that is not in the profile",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Constraints,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-dependency.md"),
};

/// The rule.
pub struct MissingDependency;

impl Rule for MissingDependency {
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
        for (pack, dependency) in stack.asked(DependencyKind::Required) {
            if stack.found(pack, dependency).next().is_some() {
                continue;
            }
            let name = &dependency.pack;
            let versions = dependency.versions.words();
            let wanted = format!("`{name}` {versions}");
            let finding = sink.report(
                &META,
                pack.name_node().unwrap_or(pack.node()),
                format!(
                    "pack `{}` requires pack {}, which is not in the profile",
                    pack.name(),
                    wanted.trim_end()
                ),
            );
            finding
                .pack(pack.name())
                .subject(name.as_str())
                .label(format!("requires {}", wanted.trim_end()))
                .help(format!("add it; {}", fitting(destination, dependency)))
                .related(
                    dependency.declared.place(),
                    format!("the pack at `{}` requires it here", destination.name()),
                );
            if may_be_brought(&cx.profile.kind(), dependency) {
                finding
                    .level(Level::Warning)
                    .help(format!(
                        "add it, unless another profile of the cluster brings it; {}",
                        fitting(destination, dependency)
                    ))
                    .unless_brought(name.as_str());
            }
        }
    }
}

/// Whether another profile of a cluster can bring what this one lacks. Infrastructure profiles have no add-ons.
fn may_be_brought(profile_kind: &str, dependency: &Dependency) -> bool {
    match profile_kind {
        "cluster" => false,
        "infra" => dependency.layer == "addon",
        _ => true,
    }
}
