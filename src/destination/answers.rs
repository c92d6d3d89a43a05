//! Saved answers of the API, in every shape that tells of registries and packs.

use std::{borrow::Cow, collections::HashMap};

use crate::syntax::{Kind, NodeRef};

use super::registry::{PackVersion, Registry, RegistryKind};

/// What a saved answer tells.
#[derive(Debug)]
pub enum Answer<'t> {
    /// Registries (`GET /v1/registries/metadata`), or one by itself; each with its node.
    Registries(Vec<(Registry, NodeRef<'t>)>),
    /// Packs, one item for each version (`GET /v1/packs`), one page of perhaps several.
    Packs {
        /// The versions.
        packs: Vec<AnsweredPack<'t>>,
        /// How many there are on all pages, if the answer tells.
        count: Option<usize>,
    },
    /// All versions of one pack in one registry (`GET /v1/packs/{name}/registries/{uid}`).
    PackTags(Vec<AnsweredPack<'t>>),
    /// Packs with their newest version in each registry (`POST /v1/packs/search`).
    Search(Vec<AnsweredPack<'t>>),
}

/// A version of a pack that an answer tells.
#[derive(Debug)]
pub struct AnsweredPack<'t> {
    /// The pack's name.
    pub name: String,
    /// The registry's uid; empty when it is the registry of the folder.
    pub registry_uid: String,
    /// The registry's name, where the answer tells it.
    pub registry_name: String,
    /// The version.
    pub version: PackVersion,
    /// The node that names the version.
    pub node: NodeRef<'t>,
    /// The object that has its annotations and its end of life.
    pub about: Option<NodeRef<'t>>,
    /// The list of the clouds it is for.
    pub clouds: Option<NodeRef<'t>>,
    /// What the pack asks of its values, where the answer tells it.
    pub schema: Option<NodeRef<'t>>,
    /// The values it comes with, where the answer tells them.
    pub values: Option<NodeRef<'t>>,
}

/// Reads an answer. `None` when it is none that is known.
#[must_use]
pub fn read(root: NodeRef<'_>) -> Option<Answer<'_>> {
    if root
        .get("tags")
        .is_some_and(|tags| tags.kind() == Kind::Array)
        && root.get("name").is_some()
    {
        return Some(Answer::PackTags(pack_tags(root)));
    }
    let Some(items) = root
        .get("items")
        .filter(|items| matches!(items.kind(), Kind::Array | Kind::Null))
    else {
        let registry = registry(root)?;
        return Some(Answer::Registries(vec![(registry, root)]));
    };
    let in_spec = |key: &'static str| move |item: NodeRef<'_>| item.at(&["spec", key]).is_some();
    if items.items().any(in_spec("registries")) {
        return Some(Answer::Search(
            items.items().flat_map(search_item).collect(),
        ));
    }
    if items.items().next().is_none() || items.items().any(in_spec("version")) {
        let count = root
            .at(&["listmeta", "count"])
            .and_then(|count| count.source().parse().ok());
        let packs = items.items().filter_map(pack_summary).collect();
        return Some(Answer::Packs { packs, count });
    }
    let told = items
        .items()
        .filter_map(|item| registry(item).map(|registry| (registry, item)));
    let registries: Vec<_> = told.collect();
    (!registries.is_empty()).then_some(Answer::Registries(registries))
}

/// A registry from its metadata as an export has it, from an item of the metadata list, or from the registry itself
/// (`metadata`, `spec`, `status`).
#[must_use]
pub fn registry(node: NodeRef<'_>) -> Option<Registry> {
    let metadata = node
        .get("metadata")
        .filter(|metadata| metadata.kind() == Kind::Object)
        .unwrap_or(node);
    let text = |key: &str| {
        text(metadata.get(key))
            .or_else(|| text(node.at(&["spec", key])))
            .unwrap_or_default()
    };
    let flag = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| node.get(key).or_else(|| node.at(&["spec", key])))
            .and_then(NodeRef::as_bool)
    };
    let (uid, name) = (text("uid"), text("name"));
    if uid.is_empty() && name.is_empty() {
        return None;
    }
    let is_sync_supported = flag(&["isSyncSupported"]).or_else(|| {
        node.at(&["status", "sync", "isSyncSupported"])
            .and_then(NodeRef::as_bool)
    });
    Some(Registry {
        uid,
        name,
        kind: RegistryKind::named(&text("kind")),
        provider_type: text("providerType"),
        is_private: flag(&["isPrivate", "private"]),
        is_sync_supported,
        is_default: flag(&["isDefault"]).unwrap_or(false),
        ..Registry::default()
    })
}

fn pack_summary(item: NodeRef<'_>) -> Option<AnsweredPack<'_>> {
    let spec = item.get("spec")?;
    let keys = [
        "version",
        "name",
        "registryUid",
        "group",
        "cloudTypes",
        "schema",
        "values",
    ];
    let [version, name, registry_uid, group, clouds, schema, values] = spec.get_each(keys);
    let node = version?;
    let name = text(name).or_else(|| text(item.at(&["metadata", "name"])))?;
    Some(AnsweredPack {
        name,
        registry_uid: text(registry_uid).unwrap_or_default(),
        registry_name: String::new(),
        version: PackVersion {
            group: text(group),
            ..PackVersion::named(&node.text())
        },
        node,
        about: Some(spec),
        clouds,
        schema,
        values,
    })
}

fn pack_tags(root: NodeRef<'_>) -> Vec<AnsweredPack<'_>> {
    let name = text(root.get("name")).unwrap_or_default();
    let registry_uid = text(root.get("registryUid")).unwrap_or_default();
    let values = root.get("packValues").into_iter().flat_map(NodeRef::items);
    let by_uid: HashMap<Cow<'_, str>, NodeRef<'_>> = values
        .map(|entry| (shown(entry.get("packUid")), entry))
        .filter(|(uid, _)| !uid.is_empty())
        .collect();
    let clouds = root.get("cloudTypes");
    let tags = root.get("tags").into_iter().flat_map(NodeRef::items);
    tags.filter_map(|entry| {
        let keys = ["version", "tag", "parentTags", "packUid", "group"];
        let [version, tag, parents, uid, group] = entry.get_each(keys);
        let node = version.or(tag)?;
        let parents = parents.into_iter().flat_map(NodeRef::items);
        let about = by_uid.get(&shown(uid)).copied();
        Some(AnsweredPack {
            name: name.clone(),
            registry_uid: registry_uid.clone(),
            registry_name: String::new(),
            version: PackVersion {
                tag: text(tag),
                parent_tags: parents.map(|tag| tag.text().into_owned()).collect(),
                group: text(group),
                ..PackVersion::named(&node.text())
            },
            node,
            about,
            clouds,
            schema: about.and_then(|about| about.get("schema")),
            values: about.and_then(|about| about.get("values")),
        })
    })
    .collect()
}

fn search_item(item: NodeRef<'_>) -> Vec<AnsweredPack<'_>> {
    let Some(name) = text(item.at(&["spec", "name"])) else {
        return Vec::new();
    };
    let registries = item
        .at(&["spec", "registries"])
        .into_iter()
        .flat_map(NodeRef::items);
    registries
        .filter_map(|registry| {
            let node = registry.get("latestVersion")?;
            Some(AnsweredPack {
                name: name.clone(),
                registry_uid: text(registry.get("uid")).unwrap_or_default(),
                registry_name: text(registry.get("name")).unwrap_or_default(),
                version: PackVersion {
                    group: text(item.at(&["spec", "group"])),
                    ..PackVersion::named(&node.text())
                },
                node,
                about: Some(registry),
                clouds: item.at(&["spec", "cloudTypes"]),
                schema: None,
                values: None,
            })
        })
        .collect()
}

/// The text of a scalar that is there and not empty.
fn text(node: Option<NodeRef<'_>>) -> Option<String> {
    let text = shown(node);
    (!text.is_empty()).then(|| text.into_owned())
}

/// The text of a scalar; empty where there is none.
fn shown(node: Option<NodeRef<'_>>) -> Cow<'_, str> {
    let node = node.filter(|node| !node.is_null());
    node.map(NodeRef::text).unwrap_or_default()
}
