//! The registries of a destination: folders, pack folders, and saved answers.

use std::path::Path;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::{Loader, read_file, stem};
use crate::{
    destination::{
        DestinationFault, FaultKind,
        answers::{self, Answer, AnsweredPack},
        config::{self, clouds},
        dependency::Dependency,
        life_cycle::LifeCycle,
        own_values::OwnValues,
        pack_schema::PackSchema,
        registry::{HeldPack, Listing, PackVersion, Registry},
    },
    finding::Place,
    source::Source,
    suggest,
    syntax::{NodeRef, Tree},
};

/// The files of a pack folder that tell of the pack. A registry folder may be one, and they are no answers then.
const PACK_FILES: [&str; 4] = ["pack", "values", "schema", "presets"];

/// A pack that the folder of a pack tells.
struct FolderPack {
    name: String,
    version: PackVersion,
}

impl Loader<'_> {
    pub(super) fn registries(&mut self) {
        self.destination.registries_told = true;
        let root = self.folder.join("registries");
        for entry in self.sorted_entries(&root) {
            if entry.is_dir() {
                self.registry_folder(&entry);
            } else if stem(&entry).is_some() {
                self.answer(&entry, None);
            }
        }
    }

    /// One folder below `registries`: metadata, pack folders, and saved answers.
    fn registry_folder(&mut self, folder: &Path) {
        let mut files = self.sorted_entries(folder);
        files.retain(|file| stem(file).is_some() && !file.is_dir());
        if files.iter().any(|file| stem(file) == Some("pack")) {
            files.retain(|file| !stem(file).is_some_and(|stem| PACK_FILES.contains(&stem)));
        }
        let (about_itself, answers): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|file| stem(file) == Some("registry"));
        let mut own = Registry::default();
        for file in self.one_format(about_itself).values() {
            let Some((source, tree)) = self.parse(file) else {
                continue;
            };
            match self
                .one_document(&source, &tree)
                .and_then(answers::registry)
            {
                Some(told) => own = told,
                None => self.unread(source.name(), "it names no registry"),
            }
        }
        let (packs, all_read) = self.pack_folders(folder);
        let folder_name = folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        // Answers that name their registries need no folder of their own.
        let names_itself = !own.name.is_empty() || !own.uid.is_empty();
        let number = if names_itself || !packs.is_empty() {
            if own.name.is_empty() {
                own.name = folder_name;
            }
            Some(self.registry(own))
        } else {
            None
        };
        if let Some(number) = number.filter(|_| !packs.is_empty()) {
            // A pack that cannot be read may be the one that is looked for.
            let listing = if all_read {
                Listing::Complete
            } else {
                Listing::Partial
            };
            self.set_listing(number, listing);
            for pack in packs {
                self.hold(number, pack.name, pack.version, true);
            }
        }
        for file in answers {
            self.answer(&file, number);
        }
    }

    /// The pack folders below a folder, and whether all of them could be read.
    fn pack_folders(&mut self, folder: &Path) -> (Vec<FolderPack>, bool) {
        let mut all_read = true;
        let (mut files, mut schemas) = (Vec::new(), Vec::new());
        for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_file() => match stem(entry.path()) {
                    Some("pack") => files.push(entry.into_path()),
                    Some("schema") => schemas.push(entry.into_path()),
                    _ => {}
                },
                Ok(_) => {}
                Err(error) => {
                    all_read = false;
                    let shown = self.shown(error.path().unwrap_or(folder));
                    self.unread(&shown, &error.to_string());
                }
            }
        }
        let found = files.len();
        let files = self.one_format(files);
        // What is left out may tell of another version.
        all_read &= files.len() == found;
        schemas.retain(|schema| {
            schema
                .parent()
                .is_some_and(|parent| files.contains_key(parent))
        });
        let mut schemas = self.one_format(schemas);
        let read: Vec<_> = files
            .par_iter()
            .map(|(_, file)| read_file(file, &self.shown(file), self.max_file_size))
            .collect();
        let mut packs = Vec::new();
        let mut around: Option<&Path> = None;
        for ((pack_folder, file), read) in files.iter().zip(read) {
            // A folder comes before those in it. What lies in the folder of a pack is its charts and manifests, some
            // of which may have the name of the file that tells of a pack.
            let is_content = around.is_some_and(|around| pack_folder.starts_with(around));
            let shown = self.shown(file);
            let schema = schemas.remove(pack_folder);
            match read
                .map(|(source, tree)| packs_in(&tree, &source, pack_folder, schema.as_deref()))
            {
                Ok(Some(told)) => {
                    packs.extend(told);
                    if !is_content && pack_folder != folder {
                        around = Some(pack_folder);
                    }
                }
                _ if is_content => self.unread(&shown, "it lies in a pack and names none"),
                Ok(None) => {
                    all_read = false;
                    self.unread(&shown, "it names no pack and version");
                }
                Err(fault) => {
                    all_read = false;
                    self.fault(fault);
                }
            }
        }
        (packs, all_read)
    }

    fn answer(&mut self, file: &Path, number: Option<usize>) {
        let Some((source, tree)) = self.parse(file) else {
            return;
        };
        let mut documents = tree.filled_documents().peekable();
        if documents.peek().is_none() {
            return self.unread(source.name(), "it is empty");
        }
        for root in documents {
            match answers::read(root) {
                None => self.unread(
                    source.name(),
                    "it is no answer about registries or packs that is known",
                ),
                Some(Answer::Registry(registry)) => {
                    self.registry(registry);
                }
                Some(Answer::Registries(registries)) => {
                    for registry in registries {
                        self.registry(registry);
                    }
                }
                Some(Answer::Packs { packs, count }) => self.page(&source, packs, count, number),
                Some(Answer::PackTags(packs)) => self.answered(&source, packs, number, true),
                Some(Answer::Search(packs)) => self.answered(&source, packs, number, false),
            }
        }
    }

    fn page(
        &mut self,
        source: &Source,
        packs: Vec<AnsweredPack<'_>>,
        count: Option<usize>,
        number: Option<usize>,
    ) {
        let uid = packs
            .first()
            .map(|pack| pack.registry_uid.clone())
            .unwrap_or_default();
        // Pages together may list a registry in full; one page never lists all versions of a pack for certain.
        self.answered(source, packs, number, false);
        if let Some(owner) = self.by_uid.get(&uid).copied().or(number) {
            let told = self.pages.entry(owner).or_default();
            *told = (*told).max(count);
        }
    }

    fn answered(
        &mut self,
        source: &Source,
        packs: Vec<AnsweredPack<'_>>,
        folder: Option<usize>,
        complete: bool,
    ) {
        for pack in packs {
            let number = if pack.registry_uid.is_empty() {
                folder
            } else {
                Some(self.registry(Registry {
                    uid: pack.registry_uid,
                    name: pack.registry_name,
                    ..Registry::default()
                }))
            };
            let Some(number) = number else {
                self.unread(source.name(), "it tells packs, but not of which registry");
                return;
            };
            self.set_listing(number, Listing::Partial);
            let schema = pack.schema.map(|schema| PackSchema::told(source, schema));
            // Nothing else is asked of the values a pack comes with.
            let has_readonly = schema.as_ref().is_some_and(PackSchema::has_readonly);
            let values = pack.values.filter(|_| has_readonly);
            let values = values.and_then(|values| OwnValues::told(&values.text()));
            let place = |node: NodeRef<'_>| config::place_of(source, node);
            let version = PackVersion {
                declared: Some(place(pack.node)),
                life: pack
                    .about
                    .map(|about| LifeCycle::of_pack(about, &place))
                    .unwrap_or_default(),
                clouds: pack.clouds.and_then(|list| clouds(list, &place)),
                known_schema: schema.map(|schema| Some(schema).into()).unwrap_or_default(),
                known_values: values.map(|values| Some(values).into()).unwrap_or_default(),
                ..pack.version
            };
            self.hold(number, pack.name, version, complete);
        }
    }

    /// A choice of a registry that is not there would leave every pack it is made for without one.
    pub(super) fn unknown_selections(&mut self, selected: Vec<(String, Place)>) {
        let destination = &self.destination;
        let known: Vec<&str> = destination
            .registries
            .iter()
            .map(|registry| registry.name.as_str())
            .collect();
        let unknown = selected
            .into_iter()
            .filter(|(name, _)| !known.contains(&name.as_str()));
        let faults: Vec<_> = unknown
            .map(|(name, place)| DestinationFault {
                kind: FaultKind::Schema,
                place,
                message: format!(
                    "`select` names registry `{name}`, which the destination does not have"
                ),
                help: Some(format!("its registries: {}", suggest::list(&known))),
            })
            .collect();
        self.destination.faults.extend(faults);
    }

    /// The number of a registry: of the one with the same uid, or without a uid the same name, else a new one. What
    /// was not told before is told now.
    pub(super) fn registry(&mut self, told: Registry) -> usize {
        let known = if told.uid.is_empty() {
            self.destination.registries_named(&told.name).next()
        } else {
            let same_name = || {
                let uid_untold = |number: &usize| {
                    self.destination
                        .registry(*number)
                        .is_some_and(|known| known.uid.is_empty())
                };
                self.destination
                    .registries_named(&told.name)
                    .find(uid_untold)
            };
            let named = || (!told.name.is_empty()).then(same_name).flatten();
            self.by_uid.get(&told.uid).copied().or_else(named)
        };
        let number = known.unwrap_or(self.destination.registries.len());
        if !told.uid.is_empty() {
            self.by_uid.insert(told.uid.clone(), number);
        }
        match self.destination.registries.get_mut(number) {
            Some(known) => merge(known, told),
            None => self.destination.registries.push(told),
        }
        number
    }

    pub(super) fn set_listing(&mut self, number: usize, listing: Listing) {
        if let Some(registry) = self.destination.registries.get_mut(number)
            && registry.listing != Listing::Complete
        {
            registry.listing = listing;
        }
    }

    pub(super) fn hold(
        &mut self,
        registry: usize,
        name: String,
        version: PackVersion,
        complete: bool,
    ) {
        let holders = self.destination.packs.entry(name).or_default();
        match holders.iter_mut().find(|held| held.registry == registry) {
            Some(held) => {
                held.versions.push(version);
                held.complete |= complete;
            }
            None => holders.push(HeldPack {
                registry,
                versions: vec![version],
                complete,
            }),
        }
    }
}

/// The packs that the file of a pack folder names: as a rule one. `None` when it names none, or something else too.
fn packs_in(
    tree: &Tree,
    source: &Source,
    folder: &Path,
    schema: Option<&Path>,
) -> Option<Vec<FolderPack>> {
    let packs: Option<Vec<_>> = tree
        .filled_documents()
        .map(|root| folder_pack(root, source, folder, schema))
        .collect();
    packs.filter(|packs| !packs.is_empty())
}

fn folder_pack(
    root: NodeRef<'_>,
    source: &Source,
    folder: &Path,
    schema: Option<&Path>,
) -> Option<FolderPack> {
    let node = root.get("version")?;
    let name = root
        .get("name")
        .map(NodeRef::text)
        .filter(|name| !name.is_empty())?;
    let group = root
        .get("group")
        .map(|group| group.text().trim().to_owned())
        .filter(|group| !group.is_empty());
    let place = |node: NodeRef<'_>| config::place_of(source, node);
    Some(FolderPack {
        name: name.into_owned(),
        version: PackVersion {
            group,
            folder: Some(folder.to_owned()),
            dependencies: Dependency::all_of(root, source),
            schema: schema.map(Path::to_owned),
            declared: Some(place(node)),
            life: LifeCycle::of_pack(root, &place),
            clouds: root.get("cloudTypes").and_then(|list| clouds(list, &place)),
            ..PackVersion::named(&node.text())
        },
    })
}

fn merge(known: &mut Registry, told: Registry) {
    let fill = |known: &mut String, told: String| {
        if known.is_empty() {
            *known = told;
        }
    };
    fill(&mut known.uid, told.uid);
    fill(&mut known.name, told.name);
    fill(&mut known.provider_type, told.provider_type);
    if known.kind.name().is_empty() {
        known.kind = told.kind;
    }
    known.is_private = known.is_private.or(told.is_private);
    known.is_default |= told.is_default;
    known.is_sync_supported = known.is_sync_supported.or(told.is_sync_supported);
}
