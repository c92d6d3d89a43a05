//! The registries of a destination: folders, pack folders, and saved answers.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use rayon::prelude::*;

use super::{
    Loader, ReadFault,
    folders::{Listed, listed},
    read_file, read_listed_file,
    reader::Reader,
    start_of, stem,
};
use crate::{
    destination::{
        Destination, DestinationFault, FaultKind,
        answers::{self, Answer, AnsweredPack},
        config::{self, clouds},
        dependency::Dependency,
        file::{ParsedFile, is_asked_for},
        index::{IndexFolder, Indexed, Read},
        life_cycle::LifeCycle,
        registry::{Listing, PackFolder, PackVersion, Registry},
    },
    finding::{Place, Related},
    source::{Source, shown_path},
    suggest::{self, Suggester},
    syntax::NodeRef,
};

/// The files of a pack folder that tell of the pack. A registry folder may be one, and they are no answers then.
const PACK_FILES: [&str; 4] = ["pack", "values", "schema", "presets"];

/// How many packs of registries that overlap are named.
const SHOWN_PACKS: usize = 3;

/// A pack that the folder of a pack tells.
struct FolderPack {
    name: String,
    version: PackVersion,
}

/// A document of a saved answer, without the file it was read from.
enum ToldAnswer {
    /// Registries.
    Registries(Vec<Registry>),
    /// Packs with some of their versions.
    Packs {
        packs: Vec<ToldPack>,
        /// Whether it is a page of a list. Pages together may list a registry in full.
        is_page: bool,
        /// How many items the list has, where a page tells it.
        count: Option<usize>,
        /// Whether all versions of each pack are there. One page never lists all of them for certain.
        complete: bool,
    },
    /// Nothing that is known.
    Unknown,
}

/// A pack of a saved answer, with versions of it that stand one after another.
struct ToldPack {
    name: String,
    registry_uid: String,
    registry_name: String,
    versions: Vec<PackVersion>,
}

impl ToldAnswer {
    fn read(file: &Arc<ParsedFile>, root: NodeRef<'_>) -> Self {
        let told = |packs: Vec<AnsweredPack<'_>>| {
            let packs = packs.chunk_by(AnsweredPack::is_same_pack);
            packs
                .filter_map(|versions| ToldPack::read(file, versions))
                .collect()
        };
        match answers::read(root) {
            None => Self::Unknown,
            Some(Answer::Registries(registries)) => {
                let registries = registries.into_iter();
                let declared =
                    registries.map(|(registry, node)| declared(registry, node, &file.source));
                Self::Registries(declared.collect())
            }
            Some(Answer::Packs { packs, count }) => Self::Packs {
                packs: told(packs),
                is_page: true,
                count,
                complete: false,
            },
            Some(Answer::PackTags(packs)) => Self::Packs {
                packs: told(packs),
                is_page: false,
                count: None,
                complete: true,
            },
            Some(Answer::Search(packs)) => Self::Packs {
                packs: told(packs),
                is_page: false,
                count: None,
                complete: false,
            },
        }
    }
}

impl ToldPack {
    fn read(file: &Arc<ParsedFile>, versions: &[AnsweredPack<'_>]) -> Option<Self> {
        let pack = versions.first()?;
        Some(Self {
            name: pack.name.clone().into_owned(),
            registry_uid: pack.registry_uid.clone().into_owned(),
            registry_name: pack.registry_name.clone().into_owned(),
            versions: versions.iter().map(|pack| pack.version(file)).collect(),
        })
    }
}

/// A folder below `registries`, as it was read.
struct RegistryFolder {
    /// The registry, unless it is left to its answers to name theirs.
    registry: Option<Registry>,
    packs: Vec<FolderPack>,
    /// Whether all its packs could be read.
    all_read: bool,
    answers: Vec<ReadAnswer>,
}

/// For each registry known by pages of `GET /v1/packs`: how many items there are, where the pages tell.
type Pages = HashMap<usize, Option<usize>>;

/// A saved answer: its name, and what its documents tell.
type ReadAnswer = Result<(Arc<str>, Vec<ToldAnswer>), ReadFault>;

impl Loader<'_> {
    /// The registries, of which an index is written.
    pub(super) fn registries(&mut self, indexes: Option<&IndexFolder>) {
        let since = SystemTime::now();
        self.read_registries();
        let seen = self.reader.seen.take();
        let is_sound = self.reader.faults.is_empty();
        if let (Some(indexes), Some(seen), true) = (indexes, seen, is_sound) {
            let read = Read {
                registries: &self.destination.registries,
                packs: &self.destination.packs,
                seen,
                since,
            };
            // Without an index the next run takes longer, and no harm is done.
            let _written = indexes.write(self.folder, &self.real, &read);
        }
    }

    /// The registries that an index tells.
    pub(super) fn indexed(&mut self, indexed: Indexed) {
        let Indexed {
            registries,
            packs,
            confirmation,
        } = indexed;
        for (number, registry) in registries.iter().enumerate() {
            if !registry.uid.is_empty() {
                self.by_uid.insert(registry.uid.clone(), number);
            }
            if !registry.name.is_empty() {
                let numbers = self.by_name.entry(registry.name.clone()).or_default();
                numbers.push(number);
            }
        }
        self.destination.registries = registries;
        self.destination.registries_told = true;
        self.destination.packs = packs;
        self.destination.confirmation = Some(confirmation);
    }

    fn read_registries(&mut self) {
        let root = self.folder.join("registries");
        let limit = self.reader.max_file_size;
        let entries = self.reader.sorted_entries(&root);
        // What a link leads to may change, and the link stays as it was.
        if entries.iter().any(|entry| entry.is_symlink()) {
            self.reader.seen = None;
        }
        // All are read before the first counts: one may be a large file, and the next one thousands of folders.
        let read: Vec<_> = entries
            .into_par_iter()
            .map(|entry| {
                let mut reader = Reader::new(limit);
                let told = if entry.is_dir() {
                    Some(reader.registry_folder(&entry))
                } else if stem(&entry).is_some() {
                    Some(RegistryFolder {
                        registry: None,
                        packs: Vec::new(),
                        all_read: true,
                        answers: reader.answers(vec![entry]),
                    })
                } else {
                    None
                };
                (reader, told)
            })
            .collect();
        let mut pages = Pages::default();
        for (reader, told) in read {
            self.reader.append(reader);
            // An empty folder tells nothing, not that there are no registries.
            self.destination.registries_told |= told.is_some();
            if let Some(told) = told {
                self.registry_folder(told, &mut pages);
            }
        }
        self.complete_pages(&pages);
        self.destination.packs.join();
    }

    /// Registries are known in full where pages tell as many packs as there are on all of them.
    fn complete_pages(&mut self, pages: &Pages) {
        let mut seen: HashMap<usize, foldhash::HashSet<(&str, &str)>> = HashMap::new();
        for (name, held) in self.destination.packs.iter() {
            for held in held
                .iter()
                .filter(|held| pages.contains_key(&held.registry))
            {
                let versions = held.versions.iter();
                let versions = versions.map(|version| (name, version.version.as_str()));
                seen.entry(held.registry).or_default().extend(versions);
            }
        }
        for (&number, &count) in pages {
            let seen = seen.get(&number).map_or(0, foldhash::HashSet::len);
            // Pages that do not tell how many items there are may be all of them, or not.
            if count.is_some_and(|count| seen >= count)
                && let Some(registry) = self.destination.registries.get_mut(number)
            {
                registry.listing = Listing::Complete;
            }
        }
    }

    fn registry_folder(&mut self, told: RegistryFolder, pages: &mut Pages) {
        let number = told.registry.map(|registry| self.registry(registry));
        if let Some(number) = number.filter(|_| !told.packs.is_empty()) {
            // A pack that cannot be read may be the one that is looked for.
            let listing = if told.all_read {
                Listing::Complete
            } else {
                Listing::Partial
            };
            self.set_listing(number, listing);
            for pack in told.packs {
                let packs = &mut self.destination.packs;
                packs.hold(number, pack.name, vec![pack.version], true);
            }
        }
        for answer in told.answers {
            match answer {
                Ok((name, told)) => self.answer(&name, told, number, pages),
                Err(fault) => self.reader.fault(fault),
            }
        }
    }

    fn answer(
        &mut self,
        name: &str,
        documents: Vec<ToldAnswer>,
        number: Option<usize>,
        pages: &mut Pages,
    ) {
        if documents.is_empty() {
            return self.reader.unread(name, "it is empty");
        }
        for document in documents {
            match document {
                ToldAnswer::Unknown => {
                    self.reader.unread(
                        name,
                        "it is no answer about registries or packs that is known",
                    );
                }
                ToldAnswer::Registries(registries) => {
                    for registry in registries {
                        self.registry(registry);
                    }
                }
                ToldAnswer::Packs {
                    packs,
                    is_page,
                    count,
                    complete,
                } => {
                    let uid = packs
                        .first()
                        .map(|pack| pack.registry_uid.clone())
                        .unwrap_or_default();
                    self.answered(name, packs, number, complete);
                    if is_page && let Some(owner) = self.by_uid.get(&uid).copied().or(number) {
                        let told = pages.entry(owner).or_default();
                        *told = (*told).max(count);
                    }
                }
            }
        }
    }

    fn answered(
        &mut self,
        file: &str,
        packs: Vec<ToldPack>,
        folder: Option<usize>,
        complete: bool,
    ) {
        for pack in packs {
            let known = self.by_uid.get(&pack.registry_uid);
            let number = if pack.registry_uid.is_empty() {
                folder
            } else if let Some(&known) = known.filter(|_| pack.registry_name.is_empty()) {
                Some(known)
            } else {
                Some(self.registry(Registry {
                    uid: pack.registry_uid,
                    name: pack.registry_name,
                    ..Registry::default()
                }))
            };
            let Some(number) = number else {
                self.reader
                    .unread(file, "it tells packs, but not of which registry");
                return;
            };
            self.set_listing(number, Listing::Partial);
            let packs = &mut self.destination.packs;
            packs.hold(number, pack.name, pack.versions, complete);
        }
    }

    /// A choice of a registry that is not there would leave every pack it is made for without one.
    pub(super) fn unknown_selections(&mut self, selected: Vec<(String, Place)>) {
        let known = registry_names(&self.destination);
        let unknown = selected
            .into_iter()
            .filter(|(name, _)| !self.by_name.contains_key(name));
        let faults: Vec<_> = unknown
            .map(|(name, place)| {
                let message = format!(
                    "`select` names registry `{name}`, which the destination does not have"
                );
                DestinationFault::new(FaultKind::Schema, place, message)
                    .with_help(format!("its registries: {}", suggest::list(&known)))
            })
            .collect();
        self.reader.faults.extend(faults);
    }

    /// A preference for a registry that is not there does nothing; the next one in the list is taken.
    pub(super) fn unknown_preferences(&mut self, preferred: Vec<(String, Place)>) {
        let known = registry_names(&self.destination);
        let mut suggester = Suggester::new(known.iter().copied());
        let unknown = preferred
            .into_iter()
            .filter(|(name, _)| !self.by_name.contains_key(name));
        let faults: Vec<_> = unknown
            .map(|(name, place)| {
                let message = format!(
                    "`select.prefer` names registry `{name}`, which the destination does not have"
                );
                let help = match suggester.closest(&name) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("its registries: {}", suggest::list(&known)),
                };
                DestinationFault::new(FaultKind::UnknownPreference, place, message).with_help(help)
            })
            .collect();
        self.reader.faults.extend(faults);
    }

    /// Registries that share a name: whatever chooses a registry by its name cannot tell them apart.
    pub(super) fn same_names(&mut self) {
        let mut seen: HashMap<&str, &Registry> = HashMap::new();
        let mut faults = Vec::new();
        for registry in &self.destination.registries {
            if registry.name.is_empty() {
                continue;
            }
            let Some(first) = seen.get(registry.name.as_str()) else {
                seen.insert(&registry.name, registry);
                continue;
            };
            let Some(place) = registry.declared.clone() else {
                continue;
            };
            let message = format!(
                "two registries are called `{}`: {} and {}",
                registry.name,
                identity(first),
                identity(registry)
            );
            let fault = DestinationFault::new(FaultKind::DuplicateRegistry, place, message);
            faults.push(DestinationFault {
                related: first.declared.clone().map(|place| Related {
                    place,
                    message: "the other one is told here".to_owned(),
                }),
                ..fault.with_help("what chooses a registry by its name cannot tell them apart")
            });
        }
        self.reader.faults.extend(faults);
    }

    /// Registries that hold the same packs in the same versions: an import has to be told which one is meant.
    pub(super) fn overlaps(&mut self) {
        let destination = &self.destination;
        let select = &destination.select;
        let preferred: HashSet<&str> = select.prefer.iter().map(String::as_str).collect();
        let is_preferred = |number: usize| {
            let registry = destination.registry(number);
            registry.is_some_and(|registry| preferred.contains(registry.name.as_str()))
        };
        let mut shared: BTreeMap<(usize, usize), BTreeSet<&str>> = BTreeMap::new();
        for (name, versions) in destination.packs.shared() {
            if select.packs.contains_key(name) {
                continue;
            }
            for registries in versions.iter() {
                let asked = registries.iter().filter(|number| !is_preferred(**number));
                let asked: Vec<usize> = asked.copied().collect();
                // Of many that have a version, neighbours are compared and not all pairs.
                for pair in asked.windows(2) {
                    if let &[one, other] = pair {
                        shared.entry((one, other)).or_default().insert(name);
                    }
                }
            }
        }
        let faults: Vec<_> = shared
            .into_iter()
            .filter_map(|((one, other), packs)| {
                let (one, other) = (destination.registry(one)?, destination.registry(other)?);
                Some(self.overlap(one, other, &packs))
            })
            .collect();
        self.reader.faults.extend(faults);
    }

    fn overlap(
        &self,
        one: &Registry,
        other: &Registry,
        packs: &BTreeSet<&str>,
    ) -> DestinationFault {
        let shown: Vec<&str> = packs.iter().copied().take(SHOWN_PACKS).collect();
        let more = match packs.len().saturating_sub(SHOWN_PACKS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "{one} and {other} hold the same versions of {}{more}, and nothing chooses between them",
            suggest::list(&shown)
        );
        let config = shown_path(&self.destination.config_file);
        let place = other.declared.clone().or_else(|| one.declared.clone());
        let place = place.unwrap_or_else(|| start_of(&config));
        let help = format!(
            "name one of them in `select.prefer` of `{config}`, or the registry of each pack in `select.packs`"
        );
        DestinationFault::new(FaultKind::OverlappingRegistries, place, message).with_help(help)
    }

    /// The number of a registry: of the one with the same uid, or without a uid the same name, else a new one. What
    /// was not told before is told now.
    pub(super) fn registry(&mut self, told: Registry) -> usize {
        let named = self.by_name.get(&told.name).map(Vec::as_slice);
        let mut named = named.unwrap_or_default().iter().copied();
        let known = if told.uid.is_empty() {
            named.next()
        } else {
            let uid_untold = |number: &usize| {
                let known = self.destination.registry(*number);
                known.is_some_and(|known| known.uid.is_empty())
            };
            let known = self.by_uid.get(&told.uid).copied();
            known.or_else(|| named.find(uid_untold))
        };
        let number = known.unwrap_or(self.destination.registries.len());
        if !told.uid.is_empty() {
            self.by_uid.insert(told.uid.clone(), number);
        }
        let name = told.name.clone();
        let gets_name = match self.destination.registries.get_mut(number) {
            Some(known) => {
                let gets_name = known.name.is_empty();
                let contradiction = contradiction(known, &told);
                merge(known, told);
                self.reader.faults.extend(contradiction);
                gets_name
            }
            None => {
                self.destination.registries.push(told);
                true
            }
        };
        if gets_name && !name.is_empty() {
            let numbers = self.by_name.entry(name).or_default();
            let at = numbers.partition_point(|other| *other < number);
            numbers.insert(at, number);
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
}

impl Reader {
    /// One folder below `registries`: metadata, pack folders, and saved answers.
    fn registry_folder(&mut self, folder: &Path) -> RegistryFolder {
        let mut files = self.sorted_entries(folder);
        files.retain(|file| stem(file).is_some() && !file.is_dir());
        if files.iter().any(|file| stem(file) == Some("pack")) {
            files.retain(|file| !stem(file).is_some_and(|stem| PACK_FILES.contains(&stem)));
        }
        let (about_itself, answers): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|file| stem(file) == Some("registry"));
        let mut own = Registry::default();
        if let Some(file) = self.one_of_formats(about_itself)
            && let Some(parsed) = self.parse(&file, Some(is_asked_for))
        {
            self.sees_file(file);
            let root = self.one_document(&parsed);
            match root.and_then(|root| Some((answers::registry(root)?, root))) {
                Some((told, root)) => own = declared(told, root, &parsed.source),
                None => self.unread(parsed.source.name(), "it names no registry"),
            }
        }
        let (packs, all_read) = self.pack_folders(folder);
        // Answers that name their registries need no folder of their own.
        let names_itself = !own.name.is_empty() || !own.uid.is_empty();
        if own.name.is_empty()
            && let Some(name) = folder.file_name()
        {
            own.name = name.to_string_lossy().into_owned();
        }
        RegistryFolder {
            registry: (names_itself || !packs.is_empty()).then_some(own),
            packs,
            all_read,
            answers: self.answers(answers),
        }
    }

    /// The pack folders below a folder, and whether all of them could be read.
    fn pack_folders(&mut self, folder: &Path) -> (Vec<FolderPack>, bool) {
        let mut all_read = true;
        let Listed {
            folders,
            unlisted,
            has_links,
        } = listed(folder);
        if has_links {
            self.seen = None;
        }
        for (path, error) in unlisted {
            all_read = false;
            let shown = shown_path(path.as_deref().unwrap_or(folder));
            self.unread(&shown, &error);
        }
        let mut found = Vec::new();
        for listed in folders {
            let (mut packs, mut schemas) = (Vec::new(), Vec::new());
            for file in listed.files {
                match stem(&file) {
                    Some("pack") => packs.push(file),
                    Some("schema") => schemas.push(file),
                    _ => {}
                }
            }
            let several = packs.len() > 1;
            let Some(file) = self.one_of_formats(packs) else {
                self.sees_folder(listed.path);
                continue;
            };
            // What is left out may tell of another version.
            all_read &= !several;
            let schema = self.one_of_formats(schemas);
            found.push((listed.path, file, schema));
        }
        let limit = self.max_file_size;
        let read: Vec<_> = found
            .par_iter()
            .map(|(pack_folder, file, schema)| {
                let file = Arc::new(read_listed_file(file, limit, Some(is_asked_for))?);
                Ok(packs_in(&file, pack_folder, schema.as_deref()))
            })
            .collect();
        let mut packs = Vec::new();
        let mut around: Option<&Path> = None;
        for ((pack_folder, file, _), read) in found.iter().zip(read) {
            // A folder comes before those in it. What lies in the folder of a pack is its charts and manifests, some
            // of which may have the name of the file that tells of a pack.
            let is_content = around.is_some_and(|around| is_in(pack_folder, around));
            match read {
                Ok(Some(told)) => {
                    packs.extend(told);
                    if !is_content && pack_folder != folder {
                        around = Some(pack_folder);
                    }
                }
                _ if is_content => {
                    self.unread(&shown_path(file), "it lies in a pack and names none");
                }
                Ok(None) => {
                    all_read = false;
                    self.unread(&shown_path(file), "it names no pack and version");
                }
                Err(fault) => {
                    all_read = false;
                    self.fault(fault);
                }
            }
        }
        for (pack_folder, file, _) in found {
            self.sees_folder(pack_folder);
            self.sees_file(file);
        }
        (packs, all_read)
    }

    fn answers(&mut self, files: Vec<PathBuf>) -> Vec<ReadAnswer> {
        let limit = self.max_file_size;
        let answers = files
            .par_iter()
            .map(|file| {
                let file = Arc::new(read_file(file, limit, Some(is_asked_for))?);
                let documents = file.tree.filled_documents();
                let told = documents.map(|root| ToldAnswer::read(&file, root));
                Ok((Arc::clone(file.source.name()), told.collect()))
            })
            .collect();
        files.into_iter().for_each(|file| self.sees_file(file));
        answers
    }
}

fn registry_names(destination: &Destination) -> Vec<&str> {
    let registries = destination.registries.iter();
    registries.map(|registry| registry.name.as_str()).collect()
}

/// Whether a path is that of a folder or of something in it, both as listed from one folder. Comparing them part by part
/// would take longer than reading what is there.
fn is_in(path: &Path, folder: &Path) -> bool {
    let [path, folder] = [path, folder].map(|path| path.as_os_str().as_encoded_bytes());
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| {
        rest.first()
            .is_none_or(|&next| std::path::is_separator(char::from(next)))
    })
}

/// The packs that the file of a pack folder names: as a rule one. `None` when it names none, or something else too.
fn packs_in(
    file: &Arc<ParsedFile>,
    folder: &Path,
    schema: Option<&Path>,
) -> Option<Vec<FolderPack>> {
    let packs: Option<Vec<_>> = file
        .tree
        .filled_documents()
        .map(|root| folder_pack(root, file, folder, schema))
        .collect();
    packs.filter(|packs| !packs.is_empty())
}

fn folder_pack(
    root: NodeRef<'_>,
    file: &Arc<ParsedFile>,
    folder: &Path,
    schema: Option<&Path>,
) -> Option<FolderPack> {
    let keys = ["version", "name", "group", "cloudTypes"];
    let [version, name, group, told_clouds] = root.get_each(keys);
    let node = version?;
    let name = name.map(NodeRef::text).filter(|name| !name.is_empty())?;
    let group = group
        .map(|group| group.text().trim().to_owned())
        .filter(|group| !group.is_empty());
    Some(FolderPack {
        name: name.into_owned(),
        version: PackVersion {
            group,
            folder: Some(PackFolder::Read {
                path: folder.to_owned(),
                schema: schema.map(Path::to_owned),
            }),
            dependencies: Dependency::all_of(root, file),
            declared: Some(file.declaration(node)),
            life: LifeCycle::of_pack(root, file),
            clouds: told_clouds.and_then(|list| clouds(list, file)),
            ..PackVersion::named(&node.text())
        },
    })
}

/// A registry with the place that tells of it.
fn declared(registry: Registry, node: NodeRef<'_>, source: &Source) -> Registry {
    let keys: [&[&str]; 4] = [
        &["name"],
        &["metadata", "name"],
        &["uid"],
        &["metadata", "uid"],
    ];
    let named = keys.iter().find_map(|keys| node.at(keys));
    Registry {
        declared: Some(config::place_of(source, named.unwrap_or(node))),
        ..registry
    }
}

fn identity(registry: &Registry) -> String {
    match (registry.uid.as_str(), registry.kind.name()) {
        ("", "") => "one without a uid".to_owned(),
        ("", kind) => format!("one of kind `{kind}` without a uid"),
        (uid, _) => format!("`{uid}`"),
    }
}

/// What a registry is told to be here that another file tells otherwise. The first one counts.
fn contradiction(known: &Registry, told: &Registry) -> Option<DestinationFault> {
    let place = told.declared.clone()?;
    let kinds = (known.kind.name(), told.kind.name());
    let (what, first, now) = [
        ("called", known.name.as_str(), told.name.as_str()),
        ("of kind", kinds.0, kinds.1),
        ("with content", &known.provider_type, &told.provider_type),
    ]
    .into_iter()
    .find(|(_, first, now)| !first.is_empty() && !now.is_empty() && first != now)?;
    let subject = if what == "called" {
        format!("registry `{}`", told.uid)
    } else {
        format!("registry {known}")
    };
    let message = format!("{subject} is {what} `{now}` here, and `{first}` elsewhere");
    let fault = DestinationFault::new(FaultKind::DuplicateRegistry, place, message);
    Some(DestinationFault {
        related: known.declared.clone().map(|place| Related {
            place,
            message: format!("`{first}` is told here, and counts"),
        }),
        ..fault
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
    if known.declared.is_none() {
        known.declared = told.declared;
    }
}
