//! `repeated-manifest`

use std::collections::{HashMap, hash_map::Entry};

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{finding::Level, syntax::Kind};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "repeated-manifest",
    summary: "two manifests of a pack have the same name",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/repeated-manifest.md"),
};

/// The rule.
pub struct RepeatedManifest;

impl Rule for RepeatedManifest {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for pack in cx.packs {
            let mut seen = HashMap::new();
            let names = pack.manifests().filter_map(|manifest| manifest.get("name"));
            for node in names.filter(|name| name.kind() == Kind::String) {
                let name = node.text();
                if name.is_empty() {
                    continue;
                }
                match seen.entry(name) {
                    Entry::Vacant(entry) => {
                        entry.insert(node);
                    }
                    Entry::Occupied(entry) => {
                        let place = sink.place((*entry.get()).into());
                        sink.report(
                            &META,
                            node,
                            format!("manifest `{}` is in the pack more than once", entry.key()),
                        )
                        .pack(pack.name())
                        .label("again here")
                        .help("give each manifest a name of its own, or leave one of them out")
                        .related(place, "first here");
                    }
                }
            }
        }
    }
}
