//! Loading a destination folder.

mod registries;

use std::{
    collections::{BTreeSet, HashMap},
    io,
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::{
    source::{Source, TextRange},
    syntax::{Format, Tree, json, yaml},
};

use super::{
    Destination, DestinationFault, FaultKind,
    config::{self, ToldRegistry},
    existing::{ExistingProfile, profiles_in},
    macros::{Scope, names_in},
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
        "`{}` describes no destination: expected `destination.yaml`, or one of the folders `registries`, `macros`, `profiles`",
        folder.display()
    )]
    Empty {
        /// The folder.
        folder: PathBuf,
    },
}

/// Loads a destination folder.
///
/// # Errors
///
/// [`LoadError`]: the folder is not there, cannot be read, or describes nothing.
pub fn load(folder: &Path, max_file_size: u64) -> Result<Destination, LoadError> {
    let failed = |source| LoadError::Folder {
        folder: folder.to_owned(),
        source,
    };
    let real = folder.canonicalize().map_err(failed)?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&real).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name());
    }
    let has = |name: &str| names.iter().any(|other| other == name);
    let config_file = ["destination.yaml", "destination.yml", "destination.json"]
        .into_iter()
        .find(|name| has(name));
    if config_file.is_none() && !["registries", "macros", "profiles"].into_iter().any(has) {
        return Err(LoadError::Empty {
            folder: folder.to_owned(),
        });
    }
    let default_name = real
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut loader = Loader {
        folder,
        max_file_size,
        destination: Destination {
            name: default_name.into(),
            folder: folder.to_owned(),
            ..Destination::default()
        },
        by_uid: HashMap::new(),
        pages: HashMap::new(),
    };
    if has("registries") {
        loader.registries();
    }
    if has("macros") {
        loader.macros();
    }
    if has("profiles") {
        loader.profiles();
    }
    if let Some(name) = config_file {
        loader.config(&folder.join(name));
    }
    Ok(loader.finish())
}

struct Loader<'f> {
    folder: &'f Path,
    max_file_size: u64,
    destination: Destination,
    by_uid: HashMap<String, usize>,
    /// For each registry known by pages of `GET /v1/packs`: how many items there are, where the pages tell.
    pages: HashMap<usize, Option<usize>>,
}

impl Loader<'_> {
    fn macros(&mut self) {
        let root = self.folder.join("macros");
        for file in self.sorted_entries(&root) {
            let stem = file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            let Some(scope) = Scope::named(&stem).filter(|_| is_data_file(&file)) else {
                self.unread(
                    &self.shown(&file),
                    "expected `project`, `tenant` or `system`, as JSON or YAML",
                );
                continue;
            };
            let Some((source, tree)) = self.parse(&file) else {
                continue;
            };
            let names = match tree.documents().next() {
                Some(root) => names_in(root),
                None => Some(Vec::new()),
            };
            match names {
                Some(names) => {
                    let told = self.destination.macros.tell(scope);
                    for name in names {
                        told.entry(name.text().into_owned())
                            .or_insert_with(|| config::place_of(&source, name));
                    }
                }
                None => self.unread(source.name(), "it is no list and no map of macros"),
            }
        }
    }

    fn profiles(&mut self) {
        let root = self.folder.join("profiles");
        let mut told: Vec<ExistingProfile> = Vec::new();
        if let Err(error) = std::fs::read_dir(&root) {
            let shown = self.shown(&root);
            return self.unread(&shown, &error.to_string());
        }
        let walk = WalkDir::new(&root).follow_links(true).sort_by_file_name();
        for entry in walk {
            let file = match entry {
                Ok(entry) => entry.into_path(),
                Err(error) => {
                    let shown = self.shown(error.path().unwrap_or(&root));
                    self.unread(&shown, &error.to_string());
                    continue;
                }
            };
            if file.is_dir() || !is_data_file(&file) {
                continue;
            }
            let Some((source, tree)) = self.parse(&file) else {
                continue;
            };
            for root in tree.documents() {
                let Some(profiles) = profiles_in(root) else {
                    self.unread(source.name(), "it is no profile and no list of profiles");
                    continue;
                };
                told.extend(profiles.into_iter().map(|(profile, node)| ExistingProfile {
                    declared: Some(config::place_of(&source, node)),
                    ..profile
                }));
            }
        }
        self.destination.profiles = Some(told);
    }

    fn config(&mut self, file: &Path) {
        let shown = self.shown(file);
        let source = match Source::read(file, &shown, self.max_file_size) {
            Ok(source) => source,
            Err(error) => return self.unread(&shown, &error.to_string()),
        };
        if let Some(at) = source.invalid_utf8_at() {
            self.destination.faults.push(not_utf8(&source, at));
        }
        let config = config::read(&source);
        self.destination.faults.extend(config.faults);
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
                        self.hold(number, name, version, true);
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
        self.destination.scope = config.scope;
        self.destination.select = config.select;
    }

    fn finish(mut self) -> Destination {
        for (&number, &count) in &self.pages {
            let held = self.destination.packs.iter();
            let seen: BTreeSet<(&str, &str)> = held
                .flat_map(|(name, held)| held.iter().map(move |held| (name.as_str(), held)))
                .filter(|(_, held)| held.registry == number)
                .flat_map(|(name, held)| {
                    held.versions
                        .iter()
                        .map(move |version| (name, version.version.as_str()))
                })
                .collect();
            // Pages that do not tell how many items there are may be all of them, or not.
            if count.is_some_and(|count| seen.len() >= count)
                && let Some(registry) = self.destination.registries.get_mut(number)
            {
                registry.listing = Listing::Complete;
            }
        }
        for holders in self.destination.packs.values_mut() {
            holders.sort_by_key(|held| held.registry);
        }
        self.destination
    }

    fn sorted_entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unread(&self.shown(folder), &error.to_string());
                return Vec::new();
            }
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => {
                    let shown = self.shown(folder);
                    self.unread(&shown, &error.to_string());
                }
            }
        }
        paths.sort();
        paths
    }

    fn parse(&mut self, file: &Path) -> Option<(Source, Tree)> {
        match read_file(file, &self.shown(file), self.max_file_size) {
            Ok(read) => Some(read),
            Err(fault) => {
                self.fault(*fault);
                None
            }
        }
    }

    fn fault(&mut self, fault: ReadFault) {
        match fault {
            ReadFault::Unreadable { file, reason } => self.unread(&file, &reason),
            ReadFault::Fault(fault) => self.destination.faults.push(fault),
        }
    }

    fn unread(&mut self, file: &str, reason: &str) {
        self.destination.unread.push(format!("{file}: {reason}"));
    }

    fn shown(&self, path: &Path) -> String {
        crate::source::shown_path(path)
    }
}

enum ReadFault {
    Unreadable { file: String, reason: String },
    Fault(DestinationFault),
}

fn read_file(
    file: &Path,
    shown: &str,
    max_file_size: u64,
) -> Result<(Source, Tree), Box<ReadFault>> {
    let source = Source::read(file, shown, max_file_size).map_err(|error| {
        Box::new(ReadFault::Unreadable {
            file: shown.to_owned(),
            reason: error.to_string(),
        })
    })?;
    if let Some(at) = source.invalid_utf8_at() {
        return Err(Box::new(ReadFault::Fault(not_utf8(&source, at))));
    }
    let parsed = match format_of(file) {
        Format::Json => json::parse(source.text()).map_err(|fault| *fault),
        Format::Yaml => {
            let stream = yaml::parse_plain(source.text());
            match stream.faults.into_iter().next() {
                Some(fault) => Err(fault),
                None => Ok(stream.tree),
            }
        }
    };
    match parsed {
        Ok(tree) => Ok((source, tree)),
        Err(syntax) => {
            let fault = syntax_fault(&source, syntax.range, syntax.message);
            Err(Box::new(ReadFault::Fault(fault)))
        }
    }
}

fn not_utf8(source: &Source, at: usize) -> DestinationFault {
    let message = "the file is not UTF-8".to_owned();
    syntax_fault(source, TextRange::empty(at), message)
}

fn syntax_fault(source: &Source, range: TextRange, message: String) -> DestinationFault {
    DestinationFault {
        kind: FaultKind::Syntax,
        place: config::range_place(source, range),
        message,
        help: None,
    }
}

fn format_of(file: &Path) -> Format {
    if file
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        Format::Json
    } else {
        Format::Yaml
    }
}

fn is_data_file(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "json" || extension == "yaml" || extension == "yml")
}
