//! `mismatched-pack-type`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, sink::outer_fix};
use crate::{
    finding::{Applicability, Level},
    suggest,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "mismatched-pack-type",
    summary: "a pack's type does not fit the kind of its registry",
    level: Level::Error,
    group: Group::Stack,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/mismatched-pack-type.md"),
};

/// The rule.
pub struct MismatchedPackType;

impl Rule for MismatchedPackType {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for pack in cx.profile.packs() {
            let Some(node) = pack.string("type") else {
                continue;
            };
            let (kind, registry_kind) = (pack.kind(), pack.registry_text("kind"));
            let Some(expected) =
                expected(&kind, &registry_kind, &pack.registry_text("providerType"))
            else {
                continue;
            };
            if expected.contains(&kind.as_ref()) {
                continue;
            }
            let registry = pack
                .registry_metadata()
                .and_then(|metadata| metadata.get("kind"));
            let related = registry.map(|registry| sink.place(registry.into()));
            let message = if registry_kind.is_empty() {
                format!("pack type `{kind}` needs a registry, but its registry has no kind")
            } else {
                format!(
                    "pack type `{kind}` does not fit registry kind `{registry_kind}`: expected {}",
                    suggest::list(expected)
                )
            };
            let finding = sink.report(&META, node, message);
            finding.pack(pack.name());
            if let Some(place) = related {
                finding.related(place, "the registry's kind");
            }
            if let [only] = expected {
                finding.fix(outer_fix(
                    node.content_range(),
                    (*only).to_owned(),
                    format!("change the type to `{only}`"),
                    Applicability::Unsafe,
                ));
            }
        }
    }
}

/// The types a pack may have, by its registry's kind; `None` where anything goes.
///
/// The API answers "PackType 'pack' is not matching with registry type 'oci'" to anything else. Charts of an OCI
/// registry occur with both types, and older exports do not tell what an OCI registry serves. A manifest pack has no registry of its own.
fn expected(
    kind: &str,
    registry_kind: &str,
    provider_type: &str,
) -> Option<&'static [&'static str]> {
    match (registry_kind, provider_type) {
        _ if kind == "manifest" => None,
        ("pack", _) => Some(&["spectro"]),
        ("helm", _) => Some(&["helm"]),
        ("oci", "helm" | "") => Some(&["oci", "helm"]),
        ("oci", _) => Some(&["oci"]),
        ("", _) => Some(&["manifest"]),
        _ => None,
    }
}
