//! `duplicate-key`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, profile::ProfileFile};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "duplicate-key",
    summary: "a key occurs twice in the same object",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/duplicate-key.md"),
};

/// The rule.
pub struct DuplicateKey;

impl Rule for DuplicateKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_file(&self, file: &ProfileFile, sink: &mut Sink<'_>) {
        for (first, again) in file
            .tree()
            .into_iter()
            .flat_map(|tree| tree.duplicate_keys())
        {
            let place = sink.place(Spot::Key(first));
            let key = again.text();
            sink.report(&META, Spot::Key(again), message(&key))
                .label("again here")
                .subject(key.as_ref())
                .related(place, "first here");
        }
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for embedded in cx.document.embedded() {
            for (first, again) in embedded.stream().tree.duplicate_keys() {
                let place = sink.place(Spot::inner(embedded, first));
                let key = again.text();
                sink.report(&META, Spot::inner(embedded, again), message(&key))
                    .label("again here")
                    .subject(key.as_ref())
                    .pack(cx.pack_name(embedded.pack_index()))
                    .related(place, "first here");
            }
        }
    }
}

fn message(key: &str) -> String {
    format!("duplicate key `{key}`: which of the two counts depends on who reads it")
}
