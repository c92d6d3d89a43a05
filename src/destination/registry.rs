//! Registries and the packs they hold.

use std::{
    borrow::Cow,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use foldhash::{HashMap, HashMapExt};
use serde::{Deserialize, Serialize};

use super::{
    dependency::Dependency,
    file::Declaration,
    index::FolderInIndex,
    life_cycle::{LifeCycle, Told},
    own_values::OwnValues,
    pack_schema::PackSchema,
    version,
};
use crate::finding::Place;

/// What a registry is, as the API names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RegistryKind {
    /// A pack registry of the older kind (`pack`).
    Pack,
    /// A Helm chart repository.
    Helm,
    /// An OCI registry; [`Registry::provider_type`] tells what it serves.
    Oci,
    /// Not told.
    #[default]
    Unknown,
}

impl RegistryKind {
    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "pack" | "spectro" => Self::Pack,
            "helm" => Self::Helm,
            "oci" => Self::Oci,
            _ => Self::Unknown,
        }
    }

    /// Its name in the API; empty when it is not known.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Helm => "helm",
            Self::Oci => "oci",
            Self::Unknown => "",
        }
    }
}

/// How much of a registry's content is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Listing {
    /// Nothing is known of its content.
    #[default]
    None,
    /// A part of it: a pack that is not listed may be there all the same.
    Partial,
    /// All of it.
    Complete,
}

/// A registry of a destination.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    /// Its identity in the tenant; empty when it is not told.
    pub uid: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: RegistryKind,
    /// What an OCI registry serves: `pack`, `helm`, `zarf`, or nothing.
    pub provider_type: String,
    /// Whether its content is closed to the content synchronisation, for Helm registries.
    pub is_private: Option<bool>,
    /// Whether the server synchronises, and so knows, its content.
    pub is_sync_supported: Option<bool>,
    /// Whether it is the default registry.
    pub is_default: bool,
    /// How much of its content is known.
    pub listing: Listing,
    /// Where the destination folder tells of it first; packs may name a registry that nothing else tells of.
    pub declared: Option<Place>,
}

/// What a pack's content is, which decides the registries that can serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentFamily {
    /// Packs: `spectro`, and `oci` from an OCI registry of packs.
    Pack,
    /// Helm charts: `helm`, and `oci` from an OCI registry of charts.
    Chart,
    /// An OCI artefact of which the export does not say more.
    PackOrChart,
}

impl ContentFamily {
    /// The family of a pack of this type that came from a registry with this `providerType`.
    #[must_use]
    pub fn of_pack(kind: &str, provider_type: &str) -> Self {
        match (kind, provider_type) {
            ("helm", _) | ("oci", "helm") => Self::Chart,
            ("oci", "") => Self::PackOrChart,
            _ => Self::Pack,
        }
    }
}

impl Registry {
    /// Whether it can serve packs of this family. The registry decides a pack's `type`, so `spectro` packs may come
    /// from an OCI registry and the other way round.
    #[must_use]
    pub fn can_serve(&self, family: ContentFamily) -> bool {
        let serves = match (self.kind, self.provider_type.as_str()) {
            (RegistryKind::Helm, _) | (RegistryKind::Oci, "helm") => ContentFamily::Chart,
            (RegistryKind::Pack, _) | (RegistryKind::Oci, "pack" | "zarf") => ContentFamily::Pack,
            (RegistryKind::Oci | RegistryKind::Unknown, _) => ContentFamily::PackOrChart,
        };
        serves == family
            || serves == ContentFamily::PackOrChart
            || family == ContentFamily::PackOrChart
    }

    /// The `type` a pack from here has; `current` is kept where more than one is right.
    #[must_use]
    pub fn pack_type<'a>(&self, current: &'a str) -> &'a str {
        match (self.kind, self.provider_type.as_str()) {
            (RegistryKind::Pack, _) => "spectro",
            (RegistryKind::Helm, _) => "helm",
            (RegistryKind::Oci, "helm") if current == "helm" => "helm",
            (RegistryKind::Oci, _) => "oci",
            (RegistryKind::Unknown, _) => current,
        }
    }

    /// Whether the server itself does not know its content.
    #[must_use]
    pub fn is_unsynchronised(&self) -> bool {
        self.is_sync_supported == Some(false)
            || (self.kind == RegistryKind::Helm && self.is_private == Some(true))
    }

    /// Why its content cannot be listed, if it cannot.
    #[must_use]
    pub fn unlistable(&self) -> Option<&'static str> {
        if self.is_sync_supported == Some(false) {
            return Some("the registry is not synchronised");
        }
        if self.kind == RegistryKind::Helm && self.is_private == Some(true) {
            return Some("the registry is a private Helm repository");
        }
        match self.listing {
            Listing::Complete => None,
            Listing::Partial => Some("the destination folder lists only a part of the registry"),
            Listing::None => Some("the destination folder does not list the registry's packs"),
        }
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() {
            &self.uid
        } else {
            &self.name
        };
        write!(f, "`{name}`")
    }
}

/// A pack in one registry, with the versions that are known.
#[derive(Debug, Clone)]
pub struct HeldPack {
    /// The registry's number in [`super::Destination::registries`].
    pub registry: usize,
    /// Its versions.
    pub versions: Vec<PackVersion>,
    /// Whether all its versions are known.
    pub complete: bool,
    /// The numbers of its versions, once somebody looked for one: see [`HeldPack::by_preference`].
    pub(super) order: OnceLock<Vec<usize>>,
}

/// The clouds a pack is for, as `cloudTypes` tells them.
pub type Clouds = Told<Vec<String>>;

/// The folder of a pack.
#[derive(Debug, Clone)]
pub enum PackFolder {
    /// It was read.
    Read {
        /// Its path.
        path: PathBuf,
        /// The file of its schema, where it has one.
        schema: Option<PathBuf>,
    },
    /// It was read by an earlier run.
    Indexed(FolderInIndex),
}

impl PackFolder {
    /// Its path. There is none where the index is not as it was written.
    #[must_use]
    pub fn path(&self) -> Option<Cow<'_, Path>> {
        match self {
            Self::Read { path, .. } => Some(path.into()),
            Self::Indexed(folder) => folder.path().map(Cow::from),
        }
    }

    /// The file of its schema, where it has one.
    #[must_use]
    pub fn schema(&self) -> Option<PathBuf> {
        match self {
            Self::Read { schema, .. } => schema.clone(),
            Self::Indexed(folder) => folder.schema(),
        }
    }
}

/// One version of a pack in a registry.
#[derive(Debug, Clone)]
pub struct PackVersion {
    /// The concrete version.
    pub version: String,
    /// The tag of the entry, where the destination tells tags.
    pub tag: Option<String>,
    /// The moving tags that follow it, where the destination tells tags.
    pub parent_tags: Vec<String>,
    /// The group that stands before its tags (`LTS`).
    pub group: Option<String>,
    /// Its schema in a saved answer, where one tells it.
    pub answered_schema: Option<Declaration>,
    /// Its schema, read when first asked.
    pub known_schema: OnceLock<Option<Box<PackSchema>>>,
    /// Its folder, where it has one.
    pub folder: Option<PackFolder>,
    /// The values it comes with in a saved answer, where one tells them.
    pub answered_values: Option<Declaration>,
    /// The values it comes with, read when first asked.
    pub known_values: OnceLock<Option<Arc<OwnValues>>>,
    /// What it asks of other packs, where its folder tells it.
    pub dependencies: Vec<Dependency>,
    /// Where the destination folder says that it is there.
    pub declared: Option<Declaration>,
    /// Where it is in its life.
    pub life: LifeCycle,
    /// The clouds it is for, where they are told; `all` is for every cloud.
    pub clouds: Option<Box<Clouds>>,
}

/// How a wanted version or tag was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The tag is there.
    Tag,
    /// The tag is not there, but the version is.
    Version,
}

impl HeldPack {
    /// Tells of every version what any file of the destination tells of it: one may list the tags of a pack, and
    /// another its packs with their annotations.
    pub(super) fn join_told(&mut self) {
        if self.versions.len() < 2 {
            return;
        }
        // What is told of each version, by its number; entries about one version have the same.
        let mut numbers = HashMap::new();
        let identities = self.versions.iter().map(|version| {
            let next = numbers.len();
            *numbers.entry(version.identity()).or_insert(next)
        });
        let identities: Vec<usize> = identities.collect();
        let count = numbers.len();
        if count == self.versions.len() {
            return;
        }
        let mut told: Vec<(LifeCycle, Option<Box<Clouds>>)> = vec![Default::default(); count];
        for (version, &number) in self.versions.iter().zip(&identities) {
            let Some((life, clouds)) = told.get_mut(number) else {
                continue;
            };
            life.fill(&version.life);
            if clouds.is_none() {
                clouds.clone_from(&version.clouds);
            }
        }
        for (version, &number) in self.versions.iter_mut().zip(&identities) {
            if let Some((life, clouds)) = told.get(number) {
                version.life.clone_from(life);
                version.clouds.clone_from(clouds);
            }
        }
    }

    /// Its versions, those first that a tag leads to rather than to the others it matches: a version that new profiles can
    /// take before one that they cannot, then the newer one.
    fn by_preference(&self) -> impl Iterator<Item = &PackVersion> {
        let order = self.order.get_or_init(|| {
            let mut order: Vec<(usize, &PackVersion)> = self.versions.iter().enumerate().collect();
            // Of equal ones the last.
            order.reverse();
            order.sort_by(|(_, one), (_, other)| {
                let selectable = other.life.is_selectable().cmp(&one.life.is_selectable());
                selectable.then_with(|| version::compare(&other.version, &one.version))
            });
            order.into_iter().map(|(number, _)| number).collect()
        });
        order.iter().filter_map(|&number| self.versions.get(number))
    }

    /// The version that a tag, or without one a version, gives here. Of several that a moving tag follows it is the
    /// newest.
    #[must_use]
    pub fn find(&self, tag: &str, wanted_version: &str) -> Option<(Match, &PackVersion)> {
        let newest = |matching: &dyn Fn(&PackVersion) -> bool| {
            self.by_preference().find(|version| matching(version))
        };
        let split = version::split_group(tag);
        if !tag.is_empty()
            && let Some(found) = newest(&|version| version.has_split_tag(tag, split))
        {
            return Some((Match::Tag, found));
        }
        if wanted_version.is_empty() {
            return None;
        }
        let exact = newest(&|version| version.version == wanted_version);
        let found =
            exact.or_else(|| newest(&|version| version::same(&version.version, wanted_version)))?;
        let kind = if tag.is_empty() {
            Match::Tag
        } else {
            Match::Version
        };
        Some((kind, found))
    }
}

impl PackVersion {
    /// A version of which nothing else is known.
    #[must_use]
    pub fn named(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            tag: None,
            parent_tags: Vec::new(),
            group: None,
            answered_schema: None,
            known_schema: OnceLock::new(),
            folder: None,
            answered_values: None,
            known_values: OnceLock::new(),
            dependencies: Vec::new(),
            declared: None,
            life: LifeCycle::default(),
            clouds: None,
        }
    }

    /// What the pack asks of its values; `None` when it is not known.
    #[must_use]
    pub fn pack_schema(&self) -> Option<&PackSchema> {
        let read = || match &self.answered_schema {
            Some(answered) => Some(PackSchema::told(answered)),
            None => self.schema().as_deref().and_then(PackSchema::read),
        };
        let known = self.known_schema.get_or_init(|| read().map(Box::new));
        known.as_deref()
    }

    /// The file of its schema, where its folder has one.
    #[must_use]
    pub fn schema(&self) -> Option<PathBuf> {
        self.folder.as_ref()?.schema()
    }

    /// What could not be read of its schema, once a profile needed that.
    #[must_use]
    pub fn unread_schema(&self) -> Option<&str> {
        self.known_schema.get()?.as_ref()?.unread()
    }

    /// The values the pack comes with; `None` when they are not known.
    #[must_use]
    pub fn own_values(&self) -> Option<&OwnValues> {
        let read = || match &self.answered_values {
            Some(answered) => self.answered_own_values(answered),
            None => OwnValues::read(&self.folder.as_ref()?.path()?),
        };
        self.known_values.get_or_init(read).as_deref()
    }

    fn answered_own_values(&self, answered: &Declaration) -> Option<Arc<OwnValues>> {
        // Nothing else is asked of the values a pack comes with.
        let is_asked = self.pack_schema().is_some_and(PackSchema::has_readonly);
        is_asked.then(|| OwnValues::told(&answered.node().text()))?
    }

    /// What two entries have in common that are about one version.
    fn identity(&self) -> (&str, Option<&str>) {
        (&self.version, self.group.as_deref())
    }

    /// Whether it is for a cloud, as far as is told.
    #[must_use]
    pub fn is_for_cloud(&self, cloud: &str) -> bool {
        self.clouds.as_ref().is_none_or(|clouds| {
            let mut clouds = clouds.value.iter();
            clouds.any(|told| told == cloud || told == "all")
        })
    }

    /// Whether a profile that follows this tag gets this version.
    #[must_use]
    pub fn has_tag(&self, wanted: &str) -> bool {
        self.has_split_tag(wanted, version::split_group(wanted))
    }

    /// The same, of a tag whose group is split off already.
    fn has_split_tag(&self, wanted: &str, (group, bare): (Option<&str>, &str)) -> bool {
        let is_of_group = || self.group.as_deref() == group;
        // Without tags (pack folders, version lists) the version tells them.
        if self.tag.is_none() && self.parent_tags.is_empty() {
            let is_told = self.version == bare || version::follows(bare, &self.version);
            return match group {
                None => is_told,
                Some(_) => (is_told || self.version == wanted) && is_of_group(),
            };
        }
        let mut tags = self.tag.iter().chain(&self.parent_tags);
        tags.any(|tag| tag == wanted || (tag == bare && group.is_some() && is_of_group()))
    }
}
