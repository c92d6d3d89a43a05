//! Loading a destination folder.

mod folders;
mod reader;
mod registries;

use std::{
    collections::{HashMap, HashSet},
    io, iter,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use walkdir::{DirEntry, WalkDir};

use crate::{
    finding::Place,
    source::{LineColumn, ReadError, Source, TextRange, shown_path},
    syntax::{Format, KeyFilter, NodeRef, SyntaxFault, parse_plain, parse_plain_keys},
};

use reader::Reader;

use super::{
    Destination, DestinationFault, FaultKind, IndexFolder,
    config::{self, ToldRegistry},
    existing::{ExistingProfile, ExistingProfiles, profiles_in},
    file::{ParsedFile, is_asked_for},
    index::Seen,
    macros::{Scope, empty_macros, names_in},
    registry::Listing,
};

/// Why a destination cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not there, or not a folder.
    #[error("destination folder `{}`: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder holds nothing that describes a destination.
    #[error(
        "`{}` describes no destination: expected `destination.yaml` or `destination.json`, or one of the folders `registries`, `macros`, `profiles`",
        folder.display()
    )]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
}

/// Loads a destination folder, and writes an index of it where there is a place for one.
///
/// # Errors
///
/// [`LoadError`]: the folder is not there, cannot be read, or describes nothing.
pub fn load(
    folder: &Path,
    max_file_size: u64,
    indexes: Option<&IndexFolder>,
) -> Result<Destination, LoadError> {
    let mut loader = Loader::open(folder, max_file_size)?;
    if loader.has("registries") {
        loader.registries(indexes);
    }
    Ok(loader.finish(indexes))
}

/// The same with the registries of its index, before it is known whether that is up to date. `None` where there is none.
///
/// # Errors
///
/// As those of [`load`].
pub fn load_ahead(
    folder: &Path,
    max_file_size: u64,
    indexes: &IndexFolder,
) -> Result<Option<Destination>, LoadError> {
    let mut loader = Loader::open(folder, max_file_size)?;
    let indexed = if loader.has("registries") {
        indexes.find(folder, &loader.real, max_file_size)
    } else {
        None
    };
    Ok(indexed.map(|indexed| {
        loader.indexed(indexed);
        loader.finish(Some(indexes))
    }))
}

struct Loader<'f> {
    folder: &'f Path,
    /// The same without links.
    real: PathBuf,
    /// What is in it, in the order of names.
    files: Vec<PathBuf>,
    reader: Reader,
    destination: Destination,
    by_uid: foldhash::HashMap<String, usize>,
    /// The numbers of the registries with each name that is not empty, in order.
    by_name: foldhash::HashMap<String, Vec<usize>>,
}

impl<'f> Loader<'f> {
    fn open(folder: &'f Path, max_file_size: u64) -> Result<Self, LoadError> {
        let failed = |source| LoadError::Folder {
            folder: folder.to_owned(),
            source,
        };
        let real = folder.canonicalize().map_err(failed)?;
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&real).map_err(failed)? {
            files.push(folder.join(entry.map_err(failed)?.file_name()));
        }
        files.sort();
        let default_name = real
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let loader = Self {
            folder,
            real,
            files,
            reader: Reader::new(max_file_size),
            destination: Destination {
                name: default_name.into(),
                folder: folder.to_owned(),
                config_file: folder.join("destination.yaml"),
                ..Destination::default()
            },
            by_uid: HashMap::default(),
            by_name: HashMap::default(),
        };
        let mut parts = ["registries", "macros", "profiles"].into_iter();
        if loader.config_files().next().is_none() && !parts.any(|name| loader.has(name)) {
            return Err(LoadError::Empty {
                folder: folder.to_owned(),
            });
        }
        Ok(loader)
    }

    fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file.ends_with(name))
    }

    /// The destination file, in each format that there is one in.
    fn config_files(&self) -> impl Iterator<Item = &PathBuf> {
        let files = self.files.iter();
        files.filter(|file| stem(file) == Some("destination"))
    }

    fn macros(&mut self) {
        let root = self.folder.join("macros");
        for file in self.reader.sorted_entries(&root) {
            let Some(scope) = stem(&file).and_then(Scope::named) else {
                self.reader.unread(
                    &shown_path(&file),
                    "expected `project`, `tenant` or `system`, as JSON or YAML",
                );
                continue;
            };
            let Some(ParsedFile { source, tree }) = self.reader.parse(&file, None) else {
                continue;
            };
            let names: Option<Vec<_>> = tree.filled_documents().map(names_in).collect();
            match names {
                Some(names) => {
                    for names in &names {
                        let faults = &mut self.reader.faults;
                        faults.extend(empty_macros(&source, names));
                        faults.extend(repeated_macros(&source, names));
                    }
                    let told = self.destination.macros.tell(scope);
                    for name in names.into_iter().flatten() {
                        told.entry(name.text().into_owned())
                            .or_insert_with(|| config::place_of(&source, name));
                    }
                }
                None => self
                    .reader
                    .unread(source.name(), "it is no list and no map of macros"),
            }
        }
    }

    /// The existing profiles, from an index where there is one that is up to date.
    fn profiles(&mut self, indexes: Option<&IndexFolder>) {
        let limit = self.reader.max_file_size;
        let indexed = indexes.and_then(|folder| folder.profiles(self.folder, &self.real, limit));
        if let Some(indexed) = indexed {
            self.destination.profiles = Some(indexed.into());
            return;
        }
        let (since, faults) = (SystemTime::now(), self.reader.faults.len());
        let (told, seen) = self.read_profiles();
        let is_sound = self.reader.faults.len() == faults;
        if let (Some(indexes), Some(told), Some(seen), true) = (indexes, &told, seen, is_sound) {
            // Without an index the next run takes longer, and no harm is done.
            let _written = indexes.write_profiles(self.folder, &self.real, told, &seen, since);
        }
        self.destination.profiles = told.map(ExistingProfiles::from);
    }

    /// The existing profiles, if files tell them, and what they depend on; `None` where links lead to some of it.
    fn read_profiles(&mut self) -> (Option<Vec<ExistingProfile>>, Option<Seen>) {
        let root = self.folder.join("profiles");
        let mut told: Vec<ExistingProfile> = Vec::new();
        // An empty folder tells nothing, not that there are no profiles.
        let mut has_file = false;
        if let Err(error) = std::fs::read_dir(&root) {
            let shown = shown_path(&root);
            self.reader.unread(&shown, &error.to_string());
            return (None, None);
        }
        let (mut seen, mut has_links) = (Seen::default(), false);
        for entry in walk(&root) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let shown = shown_path(error.path().unwrap_or(&root));
                    self.reader.unread(&shown, &error.to_string());
                    continue;
                }
            };
            has_links |= entry.path_is_symlink();
            if entry.file_type().is_dir() {
                seen.folders.push(entry.path().to_owned());
            }
            let file = entry.into_path();
            if stem(&file).is_none() || file.is_dir() {
                continue;
            }
            has_file = true;
            let Some(ParsedFile { source, tree }) = self.reader.parse(&file, None) else {
                continue;
            };
            for root in tree.filled_documents() {
                let Some(profiles) = profiles_in(root) else {
                    self.reader
                        .unread(source.name(), "it is no profile and no list of profiles");
                    continue;
                };
                let profiles = profiles.into_iter();
                let profiles = profiles
                    .map(|(profile, node)| profile.told_at(config::place_of(&source, node)));
                told.extend(profiles);
            }
            seen.files.push(file);
        }
        (has_file.then_some(told), (!has_links).then_some(seen))
    }

    fn config(&mut self, file: &Path) {
        let shown = shown_path(file);
        let source = match Source::read(file, &shown, self.reader.max_file_size) {
            Ok(source) => source,
            Err(error) => return self.reader.unread(&shown, &error.to_string()),
        };
        let (tree, faults) = parse_plain(format_of(file), source.text());
        let told = &mut self.reader.faults;
        match source.invalid_utf8_at() {
            // The text ends there, and what is wrong with that is no fault of its own.
            Some(at) => told.push(not_utf8(&source, at)),
            None => told.extend(faults.into_iter().map(|fault| syntax_fault(&source, fault))),
        }
        let Some(tree) = tree else {
            return;
        };
        let file = Arc::new(ParsedFile { source, tree });
        let Some(root) = self.reader.one_document(&file) else {
            return;
        };
        let config = config::read(&file, root);
        self.reader.faults.extend(config.faults);
        if let Some(name) = config.name.filter(|name| !name.trim().is_empty()) {
            self.destination.name = name.into();
        }
        if let Some(registries) = config.registries {
            self.destination.registries_told = true;
            for ToldRegistry { registry, packs } in registries {
                let number = self.registry(registry);
                if let Some(packs) = packs {
                    self.set_listing(number, Listing::Complete);
                    for (name, version) in packs {
                        let packs = &mut self.destination.packs;
                        packs.hold(number, name, vec![version], true);
                    }
                }
            }
        }
        for (scope, names) in config.macros {
            self.destination.macros.tell(scope).extend(names);
        }
        if let Some(profiles) = config.profiles {
            self.destination
                .profiles
                .get_or_insert_default()
                .extend(profiles);
        }
        self.unknown_selections(config.selected);
        self.unknown_preferences(config.preferred);
        self.destination.scope = config.scope;
        self.destination.select = config.select;
        self.destination.allowed_hosts = config.allowed_hosts;
    }

    /// The destination, once its registries are known.
    fn finish(mut self, indexes: Option<&IndexFolder>) -> Destination {
        if self.has("macros") {
            self.macros();
        }
        if self.has("profiles") {
            self.profiles(indexes);
        }
        let config_files = self.config_files().cloned().collect();
        if let Some(file) = self.reader.one_of_formats(config_files) {
            self.config(&file);
            self.destination.config_file = file;
        }
        self.destination.packs.join();
        self.same_names();
        self.overlaps();
        self.destination.faults = self.reader.faults;
        self.destination.unread = self.reader.unread;
        self.destination
    }
}

/// What lies below a folder, in the order of names, also behind links. A folder that several links lead to is entered
/// once: links to folders of links would otherwise have more paths than anybody can walk.
fn walk(root: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    let mut entered = HashSet::new();
    let walk = WalkDir::new(root).follow_links(true).sort_by_file_name();
    let mut walk = walk.into_iter();
    iter::from_fn(move || {
        let entry = walk.next()?;
        if let Ok(folder) = &entry
            && folder.file_type().is_dir()
            // Where none can be told, listing the folder fails as well, and says why.
            && identity(folder).is_ok_and(|identity| !entered.insert(identity))
        {
            walk.skip_current_dir();
        }
        Some(entry)
    })
}

/// What a folder is known by, whatever path leads to it: its device and its number there. To resolve its whole path takes
/// as long as the path is, for each part of it.
#[cfg(unix)]
fn identity(entry: &DirEntry) -> walkdir::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = entry.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

/// What a folder is known by, whatever path leads to it.
#[cfg(not(unix))]
fn identity(entry: &DirEntry) -> io::Result<PathBuf> {
    entry.path().canonicalize()
}

enum ReadFault {
    Unreadable { file: String, reason: String },
    Faults(Vec<DestinationFault>),
}

/// Reads a file of a registry once more.
pub(super) fn read_again(file: &Path, max_file_size: u64) -> Option<ParsedFile> {
    read_file(file, max_file_size, Some(is_asked_for)).ok()
}

/// Reads a file; of JSON only the entries with these keys.
fn read_file(
    file: &Path,
    max_file_size: u64,
    keys: Option<KeyFilter>,
) -> Result<ParsedFile, ReadFault> {
    let shown = shown_path(file);
    let source = Source::read(file, &shown, max_file_size);
    parsed_file(file, source, shown, keys)
}

/// The same of a file that its folder lists as a regular one.
fn read_listed_file(
    file: &Path,
    max_file_size: u64,
    keys: Option<KeyFilter>,
) -> Result<ParsedFile, ReadFault> {
    let shown = shown_path(file);
    let source = Source::read_listed(file, &shown, max_file_size);
    parsed_file(file, source, shown, keys)
}

fn parsed_file(
    file: &Path,
    source: Result<Source, ReadError>,
    shown: String,
    keys: Option<KeyFilter>,
) -> Result<ParsedFile, ReadFault> {
    let source = source.map_err(|error| ReadFault::Unreadable {
        file: shown,
        reason: error.to_string(),
    })?;
    if let Some(at) = source.invalid_utf8_at() {
        return Err(ReadFault::Faults(vec![not_utf8(&source, at)]));
    }
    match parse_plain_keys(format_of(file), source.text(), keys) {
        (Some(tree), faults) if faults.is_empty() => Ok(ParsedFile { source, tree }),
        (_, faults) => {
            let faults = faults.into_iter().map(|fault| syntax_fault(&source, fault));
            Err(ReadFault::Faults(faults.collect()))
        }
    }
}

fn not_utf8(source: &Source, at: usize) -> DestinationFault {
    let fault = SyntaxFault {
        range: TextRange::empty(at),
        message: "the file is not UTF-8".to_owned(),
        related: None,
    };
    syntax_fault(source, fault)
}

fn syntax_fault(source: &Source, fault: SyntaxFault) -> DestinationFault {
    let place = config::range_place(source, fault.range);
    DestinationFault::new(FaultKind::Syntax, place, fault.message)
}

/// The first byte of a file that may be no text, or not readable.
fn start_of(file: &str) -> Place {
    let start = LineColumn { line: 1, column: 1 };
    Place {
        file: file.into(),
        range: TextRange::empty(0),
        start,
        end: start,
        document: 0,
        pointer: String::new(),
        inner: None,
    }
}

/// Macros that one document tells more than once; names are unique within a scope.
fn repeated_macros(source: &Source, names: &[NodeRef<'_>]) -> Vec<DestinationFault> {
    let mut seen = HashSet::new();
    let repeated = names.iter().filter(|name| !seen.insert(name.text()));
    repeated
        .map(|&name| {
            let message = format!("macro `{}` is told twice", name.text());
            let place = config::place_of(source, name);
            DestinationFault::new(FaultKind::DuplicateKey, place, message)
        })
        .collect()
}

fn format_of(file: &Path) -> Format {
    Format::of_name(file).unwrap_or(Format::Yaml)
}

/// What a file of the folder is, whatever format it is in: its name without `.json`, `.yaml` or `.yml`. `None` when it
/// is in none of them.
fn stem(file: &Path) -> Option<&str> {
    Format::of_name(file)?;
    file.file_stem()?.to_str()
}
