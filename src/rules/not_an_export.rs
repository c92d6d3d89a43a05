//! `not-an-export`

use super::{Group, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    profile::{ProfileFile, Shape},
    syntax::{Kind, NodeRef},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "not-an-export",
    summary: "the document is not an exported profile",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/not-an-export.md"),
};

/// The rule.
pub struct NotAnExport;

impl Rule for NotAnExport {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_file(&self, file: &ProfileFile, sink: &mut Sink<'_>) {
        for (document, root) in file.documents() {
            // What a syntax error cuts off cannot be told for anything.
            if document.shape() == Shape::Other && file.is_cut(root) {
                continue;
            }
            let Some((message, help)) = describe(document.shape(), root) else {
                continue;
            };
            let spot = telling_key(document.shape(), root).map_or(Spot::Value(root), Spot::Key);
            sink.report(&META, spot, message).help(help);
        }
    }
}

fn describe(shape: Shape, root: NodeRef<'_>) -> Option<(String, &'static str)> {
    let what = match shape {
        Shape::Export => return None,
        Shape::ApiAnswer => {
            "this is the API's answer about a profile (`GET /v1/clusterprofiles/{uid}`), not an export of it"
        }
        Shape::KubernetesObject => {
            "this is an object with `apiVersion` and `kind`, not an exported profile"
        }
        Shape::CreateBody => {
            "this is the body of a create request (`POST /v1/clusterprofiles`), not an exported profile"
        }
        Shape::Other if root.kind() == Kind::Object => {
            "this is not an exported profile: it has no `spec.template`"
        }
        Shape::Other => {
            "this is not an exported profile: expected an object with `metadata` and `spec`"
        }
    };
    let help = match shape {
        Shape::ApiAnswer => {
            "export the profile: in Palette from its menu, or with `GET /v1/clusterprofiles/{uid}/export`"
        }
        Shape::KubernetesObject => {
            "an export has `metadata` and `spec.template.packs`, and neither `apiVersion` nor `kind`"
        }
        Shape::CreateBody => {
            "in an export each pack names its registry in `registry.metadata`, not by `registryUid`"
        }
        Shape::Export | Shape::Other => {
            "exported profiles have `metadata.name` and `spec.template.packs`"
        }
    };
    Some((what.to_owned(), help))
}

/// The node whose key gives the document away.
fn telling_key(shape: Shape, root: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let spec = root.get("spec");
    match shape {
        Shape::ApiAnswer => {
            spec.and_then(|spec| spec.get("published").or_else(|| spec.get("draft")))
        }
        Shape::KubernetesObject => root.get("apiVersion").or_else(|| root.get("kind")),
        Shape::CreateBody => root
            .at(&["spec", "template", "packs"])?
            .items()
            .find_map(|pack| pack.get("registryUid").or_else(|| pack.get("packUid"))),
        Shape::Export | Shape::Other => None,
    }
}
