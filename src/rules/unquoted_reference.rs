//! `unquoted-reference`

use std::collections::HashMap;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot, sink::inner_fix};
use crate::{
    finding::{Applicability, Level},
    source::Edit,
    syntax::NodeId,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unquoted-reference",
    summary: "a template is not quoted and so is no YAML scalar",
    level: Level::Error,
    is_on: true,
    is_fixable: true,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unquoted-reference.md"),
};

/// The rule.
pub struct UnquotedReference;

impl Rule for UnquotedReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for embedded in cx.document.embedded() {
            let stream = embedded.stream();
            for &range in &stream.loose_templates {
                let spot = Spot::Inner {
                    embedded,
                    range,
                    node: None,
                };
                sink.report(
                    &META,
                    spot,
                    "a template outside of a quoted text is no YAML",
                )
                .pack(cx.pack_name(embedded.pack_index()))
                .subject(range.of(embedded.text()))
                .help("values and manifests must be YAML before templates are filled in");
            }
            let mut references_in: HashMap<NodeId, usize> = HashMap::new();
            for reference in embedded.references() {
                *references_in.entry(reference.scalar).or_default() += 1;
            }
            for &id in &stream.unquoted {
                let node = stream.tree.node(id);
                let text = node.text();
                let finding = sink.report(
                    &META,
                    Spot::inner(embedded, node),
                    "a template that is not quoted is read as a YAML mapping, or not at all",
                );
                finding
                    .pack(cx.pack_name(embedded.pack_index()))
                    .subject(text.as_ref())
                    .label("put quotes around it");
                // Somebody else's template may be meant to become a mapping or a list.
                let references = references_in.get(&id).copied().unwrap_or(0);
                let is_ours = text.matches("{{").count() == references;
                let quoted = (is_ours && !text.contains(['\'', '\n'])).then(|| format!("'{text}'"));
                let fix = quoted.and_then(|quoted| {
                    inner_fix(
                        cx.file,
                        embedded,
                        &[Edit {
                            range: node.range(),
                            text: quoted,
                        }],
                        "put it in single quotes".to_owned(),
                        Applicability::Safe,
                    )
                });
                if let Some(fix) = fix {
                    finding.fix(fix);
                }
            }
        }
    }
}
