//! `invalid-values-yaml`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, sensitive, syntax::yaml};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "invalid-values-yaml",
    summary: "the YAML in values or in a manifest cannot be read",
    level: Level::Error,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/invalid-values-yaml.md"),
};

/// The rule.
pub struct InvalidValuesYaml;

impl Rule for InvalidValuesYaml {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for embedded in cx.document.embedded() {
            let stream = embedded.stream();
            let aliases = stream
                .unknown_aliases
                .iter()
                .map(|&id| stream.tree.node(id));
            // A mask that lost its quotes is a secret to fill in, and `masked-value` says so.
            let aliases = aliases
                .filter(|alias| !sensitive::is_mask(alias.source()))
                .map(yaml::unknown_alias_fault);
            for fault in stream.faults.iter().cloned().chain(aliases) {
                let spot = |range| Spot::Inner {
                    embedded,
                    range,
                    node: None,
                };
                let related = fault
                    .related
                    .as_ref()
                    .map(|(range, message)| (sink.place(spot(*range)), message.clone()));
                let pack = cx.pack(embedded.pack_index());
                let finding = sink.report(
                    &META,
                    spot(fault.range),
                    format!("invalid YAML: {}", fault.message),
                );
                finding.pack(
                    pack.map(|pack| pack.name().into_owned())
                        .unwrap_or_default(),
                );
                if let Some((place, message)) = related {
                    finding.related(place, message);
                }
            }
        }
    }
}
