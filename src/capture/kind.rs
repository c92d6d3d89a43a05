//! What a saved answer is.

use std::path::Path;

use crate::{
    destination::{RegistryKind, Scope, names_in, profiles_in},
    profile::Shape,
    syntax::{Kind, NodeRef},
};

/// The answers that belong in a destination folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerKind {
    /// `GET /v1/registries/metadata`, or one registry.
    Registries,
    /// A page of `GET /v1/packs`.
    Packs,
    /// `GET /v1/packs/{name}/registries/{uid}`.
    PackVersions,
    /// `POST /v1/packs/search`.
    PackSearch,
    /// The macros of a scope.
    Macros(Scope),
    /// Profiles: `GET /v1/dashboard/clusterprofiles/metadata`, exports, or `GET /v1/clusterprofiles/{uid}`.
    Profiles,
}

impl AnswerKind {
    /// Every kind, in the order of the help.
    pub const ALL: [Self; 8] = [
        Self::Registries,
        Self::Packs,
        Self::PackVersions,
        Self::PackSearch,
        Self::Macros(Scope::Project),
        Self::Macros(Scope::Tenant),
        Self::Macros(Scope::System),
        Self::Profiles,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Registries => "registries",
            Self::Packs => "packs",
            Self::PackVersions => "pack-versions",
            Self::PackSearch => "pack-search",
            Self::Macros(Scope::Project) => "project-macros",
            Self::Macros(Scope::Tenant) => "tenant-macros",
            Self::Macros(Scope::System) => "system-macros",
            Self::Profiles => "profiles",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a document can be read as an answer of this kind.
    fn fits(self, root: NodeRef<'_>) -> bool {
        let items = || super::items_of(root);
        let is_list = root.get("items").is_some() || root.kind() == Kind::Array;
        match self {
            Self::Registries => items().into_iter().all(is_named),
            Self::Packs => is_list && items().into_iter().all(is_pack),
            Self::PackVersions => is_pack_versions(root),
            Self::PackSearch => is_list && items().into_iter().all(is_search_result),
            Self::Macros(_) => root.get("items").is_none() && names_in(root).is_some(),
            Self::Profiles => {
                let told = profiles_in(root).map_or(0, |profiles| profiles.len());
                told == items().len()
            }
        }
    }
}

/// What is taken, for those who have something else.
const KNOWN: &str = "expected registries, a page of packs, the versions of a pack, a search for packs, macros, or profiles";

/// Tells what a document is. `hint` wins over what it looks like, as long as it can be read so; `file` may name the scope
/// of macros.
///
/// # Errors
///
/// What it is instead, and what would be right.
pub fn recognise(
    root: NodeRef<'_>,
    hint: Option<AnswerKind>,
    file: &str,
) -> Result<AnswerKind, String> {
    if let (Some(code), true) = (root.get("code"), root.get("message").is_some()) {
        return Err(format!(
            "it is an error of the API, `{}`, and no answer: ask again",
            code.text()
        ));
    }
    if let Some(kind) = hint {
        return if kind.fits(root) {
            Ok(kind)
        } else {
            Err(format!("it cannot be read as `{}`: {KNOWN}", kind.name()))
        };
    }
    looks_like(root, file)
}

fn looks_like(root: NodeRef<'_>, file: &str) -> Result<AnswerKind, String> {
    if is_pack_versions(root) {
        return Ok(AnswerKind::PackVersions);
    }
    let is_array = |node: Option<NodeRef<'_>>| {
        node.is_some_and(|node| matches!(node.kind(), Kind::Array | Kind::Null))
    };
    if is_array(root.get("macros")) && names_in(root).is_some() {
        return scope_of(file);
    }
    match Shape::of(root) {
        Shape::Export | Shape::ApiAnswer => return Ok(AnswerKind::Profiles),
        Shape::KubernetesObject | Shape::CreateBody => {
            return Err("it is a profile, but not as the API answers it: export it".to_owned());
        }
        Shape::Other => {}
    }
    let is_list = is_array(root.get("items")) || root.kind() == Kind::Array;
    let items = super::items_of(root);
    if items.is_empty() {
        return Err("the list is empty: say what it would list with `--as`".to_owned());
    }
    let all = |is: fn(NodeRef<'_>) -> bool| items.iter().all(|item| is(*item));
    if is_list && all(is_search_result) {
        return Ok(AnswerKind::PackSearch);
    }
    if is_list && all(is_pack) {
        return Ok(AnswerKind::Packs);
    }
    if all(is_registry) {
        return Ok(AnswerKind::Registries);
    }
    if is_list && all(is_profile) {
        return Ok(AnswerKind::Profiles);
    }
    if root.kind() == Kind::Array && all(is_macro) {
        return scope_of(file);
    }
    if names_in(root).is_some_and(|names| !names.is_empty()) && !is_list {
        return Err(format!(
            "it may be macros by their names: say so with `--as project-macros`, `--as tenant-macros` or `--as system-macros`; else {KNOWN}"
        ));
    }
    Err(format!("it is no answer that is known: {KNOWN}"))
}

/// The scope of macros, which no answer tells, from the name of the file.
fn scope_of(file: &str) -> Result<AnswerKind, String> {
    let stem = Path::new(file).file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy().to_lowercase();
    let words = stem.split(|next: char| !next.is_ascii_alphanumeric());
    let scopes: Vec<Scope> = words.filter_map(Scope::named).collect();
    match scopes.as_slice() {
        [scope] => Ok(AnswerKind::Macros(*scope)),
        _ => Err(
            "they are macros, but of which scope no answer tells: say it with `--as project-macros`, `--as tenant-macros` or `--as system-macros`, or in the name of the file"
                .to_owned(),
        ),
    }
}

fn has_text(node: NodeRef<'_>, keys: &[&str]) -> bool {
    node.at(keys)
        .is_some_and(|text| text.kind() == Kind::String && !text.text().is_empty())
}

fn is_pack_versions(root: NodeRef<'_>) -> bool {
    let tags = root.get("tags");
    has_text(root, &["name"]) && tags.is_some_and(|tags| tags.kind() == Kind::Array)
}

fn is_search_result(item: NodeRef<'_>) -> bool {
    has_text(item, &["spec", "name"]) && item.at(&["spec", "registries"]).is_some()
}

/// Profiles have a version as well, but neither a layer nor a registry, and their names stand in the metadata.
fn is_pack(item: NodeRef<'_>) -> bool {
    let is_told = has_text(item, &["spec", "name"])
        || has_text(item, &["spec", "registryUid"])
        || has_text(item, &["spec", "layer"]);
    is_told && item.at(&["spec", "version"]).is_some()
}

fn is_named(item: NodeRef<'_>) -> bool {
    let keys: [&[&str]; 4] = [
        &["name"],
        &["uid"],
        &["metadata", "name"],
        &["metadata", "uid"],
    ];
    keys.iter().any(|keys| has_text(item, keys))
}

fn is_registry(item: NodeRef<'_>) -> bool {
    let kinds: [&[&str]; 3] = [&["kind"], &["metadata", "kind"], &["spec", "kind"]];
    let has_kind = kinds
        .iter()
        .filter_map(|keys| item.at(keys))
        .any(|kind| RegistryKind::named(&kind.text()) != RegistryKind::Unknown);
    let is_endpoint = has_text(item, &["spec", "endpoint"]);
    is_named(item) && (has_kind || is_endpoint)
}

fn is_profile(item: NodeRef<'_>) -> bool {
    let versions: [&[&str]; 5] = [
        &["spec", "version"],
        &["spec", "published"],
        &["spec", "cloudType"],
        &["spec", "template"],
        &["specSummary"],
    ];
    has_text(item, &["metadata", "name"]) && versions.iter().any(|keys| item.at(keys).is_some())
}

fn is_macro(item: NodeRef<'_>) -> bool {
    has_text(item, &["name"]) && item.get("value").is_some() && item.entries().count() == 2
}
