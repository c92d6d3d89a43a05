//! `cloud-all-outside-addon`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, profile::stack};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "cloud-all-outside-addon",
    summary: "a profile with core layers is for all clouds",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/cloud-all-outside-addon.md"),
};

/// The rule.
pub struct CloudAllOutsideAddon;

impl Rule for CloudAllOutsideAddon {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        // System profiles are for appliances and name no cloud, or all.
        let Some(kind) = cx.profile.profile_type().filter(|kind| kind.has_core()) else {
            return;
        };
        let cloud = cx.profile.cloud_type_node();
        if let Some(node) = cloud.filter(|node| node.text() == stack::ANY_CLOUD) {
            sink.report(
                &META,
                node,
                format!(
                    "cloud type `all` is for add-on profiles, this one has type `{}`",
                    kind.name()
                ),
            )
            .help("name the cloud of its core layers, such as `aws` or `edge-native`");
        }
    }
}
