//! `unknown-cloud-type`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, sink::outer_fix};
use crate::{
    finding::{Applicability, Level},
    profile::stack,
    suggest,
    syntax::edit::Scalar,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unknown-cloud-type",
    summary: "the cloud type is none that is known",
    level: Level::Warning,
    is_on: true,
    is_fixable: true,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unknown-cloud-type.md"),
};

/// The rule.
pub struct UnknownCloudType;

impl Rule for UnknownCloudType {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let Some(node) = cx.profile.cloud_type_node() else {
            return;
        };
        let cloud = node.text();
        if cloud.is_empty() || stack::cloud_names().any(|known| known == cloud) {
            return;
        }
        let known: Vec<&str> = stack::cloud_names().collect();
        let known = suggest::list(&known);
        let finding = sink.report(
            &META,
            node,
            format!("cloud type `{cloud}` is none that is known"),
        );
        finding.subject(cloud.as_ref());
        let Some(close) = suggest::closest(&cloud, stack::cloud_names()) else {
            finding.help(format!(
                "unless it is the name of a custom cloud, write one of {known}"
            ));
            return;
        };
        finding.help(format!("did you mean `{close}`? known are {known}"));
        if let Some((edits, _)) = node.set(&Scalar::String(close.to_owned())) {
            let description = format!("write `{close}`");
            finding.fix(outer_fix(edits, description, Applicability::Unsafe));
        }
    }
}
