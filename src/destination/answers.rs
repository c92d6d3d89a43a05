//! Saved answers of the API, in every shape that tells of registries and packs.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use crate::syntax::{Kind, NodeRef};

use super::{
    config::clouds,
    file::ParsedFile,
    life_cycle::LifeCycle,
    registry::{PackVersion, Registry, RegistryKind},
};

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
    pub name: Cow<'t, str>,
    /// The registry's uid; empty when it is the registry of the folder.
    pub registry_uid: Cow<'t, str>,
    /// The registry's name, where the answer tells it.
    pub registry_name: Cow<'t, str>,
    /// The version.
    version: NodeRef<'t>,
    tag: Option<NodeRef<'t>>,
    parent_tags: Option<NodeRef<'t>>,
    group: Option<NodeRef<'t>>,
    /// The object that has its annotations and its end of life.
    about: Option<NodeRef<'t>>,
    /// The list of the clouds it is for.
    clouds: Option<NodeRef<'t>>,
    /// What the pack asks of its values, where the answer tells it.
    schema: Option<NodeRef<'t>>,
    /// The values it comes with, where the answer tells them.
    values: Option<NodeRef<'t>>,
}

impl AnsweredPack<'_> {
    /// Whether another one is a version of the same pack in the same registry.
    #[must_use]
    pub fn is_same_pack(&self, other: &Self) -> bool {
        self.name == other.name
            && self.registry_uid == other.registry_uid
            && self.registry_name == other.registry_name
    }

    /// The version of the pack, which the file tells.
    #[must_use]
    pub fn version(&self, file: &Arc<ParsedFile>) -> PackVersion {
        let parents = self.parent_tags.into_iter().flat_map(NodeRef::items);
        let life = self.about.map(|about| LifeCycle::of_pack(about, file));
        PackVersion {
            tag: text(self.tag),
            parent_tags: parents.map(|tag| tag.text().into_owned()).collect(),
            group: text(self.group),
            declared: Some(file.declaration(self.version)),
            life: life.unwrap_or_default(),
            clouds: self.clouds.and_then(|list| clouds(list, file)),
            answered_schema: self.schema.map(|schema| file.declaration(schema)),
            answered_values: self.values.map(|values| file.declaration(values)),
            ..PackVersion::named(&self.version.text())
        }
    }
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
    let version = version?;
    let filled = |node| Some(shown(node)).filter(|text| !text.is_empty());
    let name = filled(name).or_else(|| filled(item.at(&["metadata", "name"])))?;
    Some(AnsweredPack {
        name,
        registry_uid: shown(registry_uid),
        registry_name: Cow::Borrowed(""),
        version,
        tag: None,
        parent_tags: None,
        group,
        about: Some(spec),
        clouds,
        schema,
        values,
    })
}

fn pack_tags(root: NodeRef<'_>) -> Vec<AnsweredPack<'_>> {
    let name = shown(root.get("name"));
    let registry_uid = shown(root.get("registryUid"));
    let values = root.get("packValues").into_iter().flat_map(NodeRef::items);
    let by_uid: HashMap<Cow<'_, str>, NodeRef<'_>> = values
        .map(|entry| (shown(entry.get("packUid")), entry))
        .filter(|(uid, _)| !uid.is_empty())
        .collect();
    let clouds = root.get("cloudTypes");
    let tags = root.get("tags").into_iter().flat_map(NodeRef::items);
    tags.filter_map(|entry| {
        let keys = ["version", "tag", "parentTags", "packUid", "group"];
        let [version, tag, parent_tags, uid, group] = entry.get_each(keys);
        let version = version.or(tag)?;
        let about = by_uid.get(&shown(uid)).copied();
        Some(AnsweredPack {
            name: name.clone(),
            registry_uid: registry_uid.clone(),
            registry_name: Cow::Borrowed(""),
            version,
            tag,
            parent_tags,
            group,
            about,
            clouds,
            schema: about.and_then(|about| about.get("schema")),
            values: about.and_then(|about| about.get("values")),
        })
    })
    .collect()
}

fn search_item(item: NodeRef<'_>) -> Vec<AnsweredPack<'_>> {
    let name = shown(item.at(&["spec", "name"]));
    if name.is_empty() {
        return Vec::new();
    }
    let registries = item
        .at(&["spec", "registries"])
        .into_iter()
        .flat_map(NodeRef::items);
    registries
        .filter_map(|registry| {
            Some(AnsweredPack {
                name: name.clone(),
                registry_uid: shown(registry.get("uid")),
                registry_name: shown(registry.get("name")),
                version: registry.get("latestVersion")?,
                tag: None,
                parent_tags: None,
                group: item.at(&["spec", "group"]),
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
