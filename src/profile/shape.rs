//! What kind of document a file holds: an export, or one of the documents that people take for one.

use crate::syntax::{Kind, NodeRef};

/// The kinds of documents that have to do with profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An exported profile, the document that the import takes.
    Export,
    /// The answer of `GET /v1/clusterprofiles/{uid}`: its template is under `spec.published` or `spec.draft`.
    ApiAnswer,
    /// An object with `apiVersion` and `kind`, and the packs in `spec` itself.
    KubernetesObject,
    /// The body of `POST /v1/clusterprofiles`: packs carry `registryUid` and no `registry`.
    CreateBody,
    /// Something else.
    Other,
}

impl Shape {
    /// Looks at a document.
    #[must_use]
    pub fn of(root: NodeRef<'_>) -> Self {
        let Some(spec) = root.get("spec").filter(|spec| spec.kind() == Kind::Object) else {
            return Self::Other;
        };
        // Deployments and their like have a `spec.template` as well, but none of these in it.
        let has_template = spec.get("template").is_some_and(|template| {
            ["packs", "cloudType", "type"]
                .into_iter()
                .any(|key| template.get(key).is_some())
        });
        if spec.get("published").is_some() || spec.get("draft").is_some() {
            return Self::ApiAnswer;
        }
        let is_object = root.get("apiVersion").is_some() || root.get("kind").is_some();
        let has_packs = spec.get("packs").is_some() || spec.at(&["template", "packs"]).is_some();
        if is_object && has_packs {
            return Self::KubernetesObject;
        }
        if is_object || !has_template {
            return Self::Other;
        }
        let packs = || {
            spec.at(&["template", "packs"])
                .into_iter()
                .flat_map(NodeRef::items)
        };
        let by_uid = |pack: NodeRef<'_>| {
            pack.get("registry").is_none()
                && (pack.get("registryUid").is_some() || pack.get("packUid").is_some())
        };
        if packs().any(by_uid) {
            return Self::CreateBody;
        }
        Self::Export
    }

    /// Whether a folder scan takes the file: everything but documents that have nothing to do with profiles.
    #[must_use]
    pub fn is_profile(self) -> bool {
        self != Self::Other
    }
}
