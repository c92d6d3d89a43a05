//! `invalid-values-yaml`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, profile::alias_faults};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "invalid-values-yaml",
    summary: "the YAML in values or in a manifest cannot be read",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
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
            let aliases = alias_faults(stream);
            for fault in stream.faults.iter().chain(&aliases) {
                let spot = |range| Spot::Inner {
                    embedded,
                    range,
                    node: None,
                };
                let related = fault
                    .related
                    .as_ref()
                    .map(|(range, message)| (sink.place(spot(*range)), message.clone()));
                let finding = sink.report(
                    &META,
                    spot(fault.range),
                    format!("invalid YAML: {}", fault.message),
                );
                finding.pack(cx.pack_name(embedded.pack_index()));
                if let Some((place, message)) = related {
                    finding.related(place, message);
                }
            }
        }
    }
}
