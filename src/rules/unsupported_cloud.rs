//! `unsupported-cloud`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, profile::stack, resolve::Resolution, suggest};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unsupported-cloud",
    summary: "the pack is not made for the cloud of the profile",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unsupported-cloud.md"),
};

/// The rule.
pub struct UnsupportedCloud;

impl Rule for UnsupportedCloud {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let cloud = cx.profile.cloud_type();
        // A profile for every cloud is used with one of them in the end, and which one it does not tell.
        if cloud.is_empty() || cloud == "all" || is_misspelt(&cloud) {
            return;
        }
        let profile_cloud = cx.profile.root().at(&["spec", "template", "cloudType"]);
        for found in resolution.found(cx.packs) {
            let (Some(clouds), Some(node)) = (&found.version.clouds, found.pack.name_node()) else {
                continue;
            };
            if found.version.is_for_cloud(&cloud) {
                continue;
            }
            let place = profile_cloud.map(|node| sink.place(node.into()));
            let message = format!(
                "{} {} is not for cloud `{cloud}`, but for {}",
                found.name(),
                found.location(),
                suggest::list(&clouds.value)
            );
            let finding = sink.report(&META, node, message);
            finding
                .pack(found.pack.name())
                .subject(cloud.as_ref())
                .help(format!("take a pack that is made for `{cloud}`"));
            if let Some(place) = place {
                finding.related(place, "the cloud of the profile");
            }
            finding.related(clouds.declared.place(), "the clouds of the pack");
        }
    }
}

/// Whether a cloud is none that is known, and close to one: `unknown-cloud-type` says so once, rather than each pack.
fn is_misspelt(cloud: &str) -> bool {
    stack::cloud_names().all(|known| known != cloud)
        && suggest::closest(cloud, stack::cloud_names()).is_some()
}
