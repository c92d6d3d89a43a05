//! `repeated-pack`

use foldhash::HashMap;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::finding::Level;

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "repeated-pack",
    summary: "two packs of a profile have the same name",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/repeated-pack.md"),
};

/// The rule.
pub struct RepeatedPack;

impl Rule for RepeatedPack {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let mut seen = HashMap::default();
        for pack in cx.packs.iter().copied() {
            let Some(node) = pack.name_node().filter(|node| !node.text().is_empty()) else {
                continue;
            };
            let name = node.text();
            let Some(first) = seen.insert(name.clone(), node) else {
                continue;
            };
            let base = pack.registry_names().into_iter().next().unwrap_or_default();
            let place = sink.place(first.into());
            sink.report(&META, node, format!("pack `{name}` is in the profile more than once"))
                .label("again here")
                .pack(name.as_ref())
                .help(format!(
                    "to use a pack twice, give each a display name: `<display-name>--{base}`, with the same name in `pack.spectrocloud.com/display-name` of its values"
                ))
                .related(place, "first here");
            seen.insert(name, first);
        }
    }
}
