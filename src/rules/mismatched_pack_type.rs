//! `mismatched-pack-type`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, sink::outer_fix};
use crate::{
    finding::{Applicability, Level},
    profile::Pack,
    suggest,
    syntax::{Kind, NodeRef, edit::Scalar},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "mismatched-pack-type",
    summary: "a pack's type does not fit the kind of its registry",
    level: Level::Error,
    is_on: true,
    is_fixable: true,
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
        for pack in cx.packs.iter().copied() {
            let kind = pack.kind();
            let registry_node = pack.registry_field("kind");
            let registry_node = registry_node.filter(|node| node.kind() == Kind::String);
            // A type that is none, and a registry or kind that is not there, is for the schema to say.
            let (Some(node), Some(registry_node)) = (pack.string("type"), registry_node) else {
                continue;
            };
            if !TYPES.contains(&kind.as_ref()) {
                continue;
            }
            let registry_kind = registry_node.text();
            if registry_kind.is_empty() {
                report_no_kind(pack, registry_node, sink);
                continue;
            }
            let provider_type = pack.registry_text("providerType");
            let expected = expected(&kind, &registry_kind, &provider_type);
            let Some(expected) = expected.filter(|expected| !expected.contains(&kind.as_ref()))
            else {
                continue;
            };
            let place = sink.place(registry_node.into());
            let message = format!(
                "pack type `{kind}` does not fit registry kind `{registry_kind}`: expected {}",
                suggest::list(expected)
            );
            let finding = sink.report(&META, node, message);
            finding
                .pack(pack.name())
                .related(place, "the registry's kind");
            if let [only] = expected
                && let Some((edits, _)) = node.set(&Scalar::String((*only).to_owned()))
            {
                finding.fix(outer_fix(
                    edits,
                    format!("change the type to `{only}`"),
                    Applicability::Unsafe,
                ));
            }
        }
    }
}

/// The types there are (`v1PackType` of the Palette API).
const TYPES: [&str; 4] = ["spectro", "helm", "manifest", "oci"];

/// Only manifest packs have a registry without a kind.
fn report_no_kind(pack: Pack<'_>, registry_kind: NodeRef<'_>, sink: &mut Sink<'_>) {
    let expected = match pack.kind().as_ref() {
        "spectro" => "pack",
        "helm" => "helm",
        "oci" => "oci",
        _ => return,
    };
    sink.report(
        &META,
        registry_kind,
        format!(
            "the registry has no kind: pack type `{}` expects `{expected}`",
            pack.kind()
        ),
    )
    .pack(pack.name());
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
        _ => None,
    }
}
