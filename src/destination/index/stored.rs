//! How an index writes down registries and packs. Texts are borrowed from its bytes, paths are below `registries`.

use std::{
    collections::HashMap,
    ops::Range,
    path::Path,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Serialize};

use super::{FileInIndex, FolderInIndex, PackIndex, place::Block};
use crate::{
    date::Date,
    destination::{
        dependency::{Dependency, DependencyKind, VersionRange},
        file::Declaration,
        life_cycle::{LifeCycle, Stage, Told},
        pack_schema::PackSchema,
        registry::{HeldPack, Listing, PackFolder, PackVersion, Registry, RegistryKind},
    },
    finding::Place,
    source::{LineColumn, TextRange, shown_path},
    syntax::NodeId,
};

/// What an index begins with.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Front<'a> {
    /// The destination folder, without links.
    pub(super) folder: &'a str,
    /// The size of its largest file, in bytes.
    pub(super) largest: u64,
    /// The folders that what follows was read from, [`super::TOGETHER`] at a time. Each block is a path below `registries`
    /// and then [`super::stamp::Entry`] from there: each folder, and behind it the files in it that were read.
    pub(super) folders: Vec<Block>,
    /// The registries, in their order.
    #[serde(borrow)]
    pub(super) registries: Vec<StoredRegistry<'a>>,
    /// The packs, in the order of their names.
    #[serde(borrow)]
    pub(super) packs: Vec<StoredPack<'a>>,
    /// What is told of them, that of several packs in one block.
    pub(super) shelves: Vec<Block>,
}

/// A pack.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredPack<'a> {
    pub(super) name: &'a str,
    /// See [`super::super::packs::shared`].
    pub(super) shared: Vec<Vec<usize>>,
    /// The number of its shelf.
    pub(super) shelf: usize,
    /// Where that tells which registries hold it.
    pub(super) held: Range<usize>,
}

/// A registry.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredRegistry<'a> {
    uid: &'a str,
    name: &'a str,
    kind: RegistryKind,
    provider_type: &'a str,
    is_private: Option<bool>,
    is_sync_supported: Option<bool>,
    is_default: bool,
    listing: Listing,
    #[serde(borrow)]
    declared: Option<StoredPlace<'a>>,
}

/// A place in a file of the destination.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredPlace<'a> {
    /// Its path.
    file: &'a str,
    range: (u32, u32),
    start: (u32, u32),
    end: (u32, u32),
    document: usize,
    pointer: &'a str,
}

/// A file, and the number of a node in its tree.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct StoredDeclaration {
    file: FileNumber,
    node: u32,
}

/// The number of a folder, and that of a file among those in it that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct FileNumber {
    pub(super) folder: u32,
    pub(super) file: u32,
}

/// A pack in one registry.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoredHeld<'a> {
    registry: usize,
    complete: bool,
    #[serde(borrow)]
    versions: Vec<StoredVersion<'a>>,
}

/// A version of a pack.
#[derive(Debug, Serialize, Deserialize)]
struct StoredVersion<'a> {
    version: &'a str,
    tag: Option<&'a str>,
    #[serde(borrow)]
    parent_tags: Vec<&'a str>,
    group: Option<&'a str>,
    #[serde(borrow)]
    folder: Option<StoredFolder<'a>>,
    answered_schema: AnsweredSchema,
    answered_values: Option<StoredDeclaration>,
    #[serde(borrow)]
    dependencies: Vec<StoredDependency<'a>>,
    declared: Option<StoredDeclaration>,
    stage: Option<(Stage, StoredDeclaration)>,
    end: Option<(Date, StoredDeclaration)>,
    #[serde(borrow)]
    clouds: Option<(Vec<&'a str>, StoredDeclaration)>,
}

/// The folder of a pack.
#[derive(Debug, Serialize, Deserialize)]
struct StoredFolder<'a> {
    number: u32,
    /// The name of its schema in it.
    schema: Option<&'a str>,
}

/// The schema of a pack in a saved answer.
#[derive(Debug, Serialize, Deserialize)]
enum AnsweredSchema {
    /// No answer tells it.
    Untold,
    /// It asks for nothing. Most do, and an answer is a large file to read again for that.
    Empty,
    /// It is written there.
    Told(StoredDeclaration),
}

/// What a pack asks of another one.
#[derive(Debug, Serialize, Deserialize)]
struct StoredDependency<'a> {
    pack: &'a str,
    layer: &'a str,
    kind: DependencyKind,
    min: &'a str,
    max: &'a str,
    declared: StoredDeclaration,
}

/// Writes down registries and packs; each method gives `None` where something cannot be written down.
#[derive(Debug, Default)]
pub(super) struct Writer<'d> {
    /// The number of each folder.
    pub(super) folders: HashMap<&'d Path, u32>,
    /// The number of each file by the name that people are shown, and its path below the root.
    pub(super) files: HashMap<String, (FileNumber, &'d str)>,
}

impl<'d> Writer<'d> {
    pub(super) fn registry(&self, registry: &'d Registry) -> Option<StoredRegistry<'d>> {
        let declared = registry.declared.as_ref();
        Some(StoredRegistry {
            uid: &registry.uid,
            name: &registry.name,
            kind: registry.kind,
            provider_type: &registry.provider_type,
            is_private: registry.is_private,
            is_sync_supported: registry.is_sync_supported,
            is_default: registry.is_default,
            listing: registry.listing,
            declared: optional(declared, |place| self.place(place))?,
        })
    }

    pub(super) fn place(&self, place: &'d Place) -> Option<StoredPlace<'d>> {
        Some(StoredPlace {
            file: self.files.get(&*place.file)?.1,
            range: (place.range.start, place.range.end),
            start: (place.start.line, place.start.column),
            end: (place.end.line, place.end.column),
            document: place.document,
            pointer: &place.pointer,
        })
    }

    /// The registries that hold a pack.
    pub(super) fn held(&self, held: &'d [HeldPack]) -> Option<Vec<StoredHeld<'d>>> {
        let held = held.iter().map(|held| {
            let versions = held.versions.iter().map(|version| self.version(version));
            Some(StoredHeld {
                registry: held.registry,
                complete: held.complete,
                versions: versions.collect::<Option<_>>()?,
            })
        });
        held.collect()
    }

    fn version(&self, version: &'d PackVersion) -> Option<StoredVersion<'d>> {
        let declaration = |told: &Declaration| self.declaration(told);
        let life = &version.life;
        let dependencies = version.dependencies.iter().map(|asked| {
            Some(StoredDependency {
                pack: &asked.pack,
                layer: &asked.layer,
                kind: asked.kind,
                min: &asked.versions.min,
                max: &asked.versions.max,
                declared: declaration(&asked.declared)?,
            })
        });
        Some(StoredVersion {
            version: &version.version,
            tag: version.tag.as_deref(),
            parent_tags: version.parent_tags.iter().map(String::as_str).collect(),
            group: version.group.as_deref(),
            folder: optional(version.folder.as_ref(), |folder| match folder {
                PackFolder::Read { path, schema } => Some(StoredFolder {
                    number: *self.folders.get(path.as_path())?,
                    schema: optional(schema.as_deref(), |schema| {
                        let name = schema.file_name()?.to_str()?;
                        (schema.parent() == Some(path.as_path())).then_some(name)
                    })?,
                }),
                PackFolder::Indexed(_) => None,
            })?,
            answered_schema: match &version.answered_schema {
                None => AnsweredSchema::Untold,
                Some(told) if told.node().items().next().is_none() => AnsweredSchema::Empty,
                Some(told) => AnsweredSchema::Told(declaration(told)?),
            },
            answered_values: optional(version.answered_values.as_ref(), declaration)?,
            dependencies: dependencies.collect::<Option<_>>()?,
            declared: optional(version.declared.as_ref(), declaration)?,
            stage: optional(life.told_stage(), |told| {
                Some((told.value, declaration(&told.declared)?))
            })?,
            end: optional(life.told_end(), |told| {
                Some((told.value, declaration(&told.declared)?))
            })?,
            clouds: optional(version.clouds.as_deref(), |told| {
                let clouds = told.value.iter().map(String::as_str);
                Some((clouds.collect(), declaration(&told.declared)?))
            })?,
        })
    }

    fn declaration(&self, told: &Declaration) -> Option<StoredDeclaration> {
        Some(StoredDeclaration {
            file: self.files.get(&**told.source().name())?.0,
            node: told.node().id().number(),
        })
    }
}

/// What is made of something that may be absent; `None` where it is there and nothing can be made of it.
fn optional<T, U>(told: Option<T>, make: impl FnOnce(T) -> Option<U>) -> Option<Option<U>> {
    match told {
        None => Some(None),
        Some(told) => make(told).map(Some),
    }
}

impl StoredRegistry<'_> {
    /// The registry of a folder `registries`.
    pub(super) fn registry(&self, root: &Path) -> Registry {
        Registry {
            uid: self.uid.to_owned(),
            name: self.name.to_owned(),
            kind: self.kind,
            provider_type: self.provider_type.to_owned(),
            is_private: self.is_private,
            is_sync_supported: self.is_sync_supported,
            is_default: self.is_default,
            listing: self.listing,
            declared: self.declared.as_ref().map(|place| place.place(root)),
        }
    }
}

impl StoredPlace<'_> {
    /// The place below a folder.
    pub(super) fn place(&self, root: &Path) -> Place {
        let position = |(line, column)| LineColumn { line, column };
        let (start, end) = self.range;
        Place {
            file: shown_path(&root.join(self.file)).into(),
            range: TextRange { start, end },
            start: position(self.start),
            end: position(self.end),
            document: self.document,
            pointer: self.pointer.to_owned(),
            inner: None,
        }
    }
}

/// The registries that hold a pack, from the bytes of what [`Writer::held`] gave. `None` for other bytes.
pub(super) fn held(bytes: &[u8], index: &Arc<PackIndex>) -> Option<Vec<HeldPack>> {
    let stored: Vec<StoredHeld<'_>> = postcard::from_bytes(bytes).ok()?;
    let held = stored.into_iter().map(|held| {
        let versions = held.versions.iter().map(|version| version.version(index));
        HeldPack {
            registry: held.registry,
            versions: versions.collect(),
            complete: held.complete,
            order: OnceLock::new(),
        }
    });
    Some(held.collect())
}

impl StoredVersion<'_> {
    fn version(&self, index: &Arc<PackIndex>) -> PackVersion {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let declaration = |stored: StoredDeclaration| {
            let file = FileInIndex::new(index, stored.file);
            Declaration::in_index(file, NodeId::numbered(stored.node))
        };
        let dependencies = self.dependencies.iter().map(|asked| Dependency {
            pack: asked.pack.to_owned(),
            layer: asked.layer.to_owned(),
            kind: asked.kind,
            versions: VersionRange {
                min: asked.min.to_owned(),
                max: asked.max.to_owned(),
            },
            declared: declaration(asked.declared),
        });
        let stage = self.stage;
        let stage = stage.map(|(stage, told)| Told::new(stage, declaration(told)));
        let end = self.end;
        let end = end.map(|(end, told)| Told::new(end, declaration(told)));
        let clouds = self.clouds.as_ref().map(|(clouds, told)| {
            let clouds = clouds.iter().map(|&cloud| cloud.to_owned());
            Told::new(clouds.collect(), declaration(*told))
        });
        let folder = self.folder.as_ref().map(|folder| {
            let schema = folder.schema.map(str::to_owned);
            PackFolder::Indexed(FolderInIndex::new(index, folder.number, schema))
        });
        let version = PackVersion {
            tag: owned(self.tag),
            parent_tags: self.parent_tags.iter().map(|&tag| tag.to_owned()).collect(),
            group: owned(self.group),
            folder,
            answered_values: self.answered_values.map(declaration),
            dependencies: dependencies.collect(),
            declared: self.declared.map(declaration),
            life: LifeCycle::told(stage, end),
            clouds,
            ..PackVersion::named(self.version)
        };
        match self.answered_schema {
            AnsweredSchema::Untold => version,
            AnsweredSchema::Empty => PackVersion {
                known_schema: OnceLock::from(Some(Box::new(PackSchema::default()))),
                ..version
            },
            AnsweredSchema::Told(told) => PackVersion {
                answered_schema: Some(declaration(told)),
                ..version
            },
        }
    }
}
