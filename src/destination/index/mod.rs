//! What the registries of a destination hold, kept in a file for the next run.
//!
//! A registry may be thousands of folders, and to read them takes longer than all else for a single profile. Nothing but
//! reading them tells which packs they hold; that none of them was changed since they were read is told in a fifth of
//! the time. So an index has the state of every folder and file that was read, and counts for nothing unless all of them
//! are still as they were. Packs are taken from it when they are asked for. It has names, versions, and what is told of
//! them, but neither values nor schemas: these are read from their files.

mod place;
mod stamp;
mod stored;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    ops::Range,
    path::{Path, PathBuf},
    str,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rayon::prelude::*;

use super::{
    file::ParsedFile,
    load::read_again,
    packs::{self, Packs},
    registry::{HeldPack, Registry},
};
use crate::{
    source::{Source, TextRange, shown_path},
    syntax::yaml,
};
pub use place::IndexFolder;
use stamp::{Folder, Stamp};
use stored::{SeenFolder, StoredPack, Table, Writer};

/// So many folders and files are read as fast as an index of them is.
const FEW: usize = 100;

/// What was changed so shortly before it was read may have been changed again without getting another time.
const RECENT: Duration = Duration::from_secs(2);

/// What an index tells.
pub(super) struct Indexed {
    pub(super) registries: Vec<Registry>,
    pub(super) packs: Packs,
}

/// What was read of the registries of a destination.
pub(super) struct Read<'d> {
    pub(super) registries: &'d [Registry],
    pub(super) packs: &'d Packs,
    /// The folders that were listed and the files that were read, below the folder `registries` and with it.
    pub(super) seen: Seen,
    /// When reading them began.
    pub(super) since: SystemTime,
}

/// Folders and files that something was read from.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) folders: Vec<PathBuf>,
    pub(super) files: Vec<PathBuf>,
}

impl Seen {
    /// Adds those of another one.
    pub(super) fn append(&mut self, mut other: Self) {
        self.folders.append(&mut other.folders);
        self.files.append(&mut other.files);
    }
}

impl IndexFolder {
    /// What the index of a destination tells; `None` where there is none, or something was changed since it was written.
    /// `folder` is the destination folder as it was named, and `real` the same without links.
    pub(super) fn find(&self, folder: &Path, real: &Path, max_file_size: u64) -> Option<Indexed> {
        let (bytes, [begin, end]) = self.read(real)?;
        let table: Table<'_> = postcard::from_bytes(bytes.get(begin..end)?).ok()?;
        if Path::new(table.folder) != real || table.largest > max_file_size {
            return None;
        }
        let root = folder.join("registries");
        let below = Folder::open(&root)?;
        let folders = table.folders.par_iter().with_min_len(FEW);
        if !folders.all(|folder| is_unchanged(folder, &below)) {
            return None;
        }
        let paths = Paths::of(&table, &bytes, root);
        let registries = table.registries.iter();
        let registries = registries.map(|told| told.registry(&paths, &bytes));
        let registries = registries.collect::<Option<_>>()?;
        let packs = table.packs.into_iter().map(|pack| {
            let held = end + pack.held.start..end + pack.held.end;
            (pack.name.to_owned(), held, pack.shared)
        });
        let packs: Vec<_> = packs.collect();
        let index = Arc::new(PackIndex {
            bytes,
            paths,
            max_file_size,
            read: Mutex::default(),
        });
        let packs = packs.into_iter().map(|(name, held, shared)| {
            let pack = IndexedPack {
                index: Arc::clone(&index),
                held,
                shared: shared.into_iter().collect(),
            };
            (name, pack)
        });
        Some(Indexed {
            registries,
            packs: packs.collect(),
        })
    }

    /// Writes the index of a destination. Where that cannot be done, or something was changed meanwhile or shortly
    /// before, there is none, and the next run reads the folder again.
    pub(super) fn write(&self, folder: &Path, real: &Path, read: Read<'_>) -> Option<()> {
        let Seen { folders, files } = read.seen;
        if folders.len() + files.len() < FEW {
            return None;
        }
        let root = folder.join("registries");
        let below = Folder::open(&root)?;
        let settled = read.since.checked_sub(RECENT)?;
        let settled = settled.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        let mut files_of: HashMap<&Path, Vec<&Path>> = HashMap::new();
        for file in &files {
            files_of.entry(file.parent()?).or_default().push(file);
        }
        let mut folders: Vec<_> = folders.iter().map(PathBuf::as_path).collect();
        folders.sort_unstable();
        folders.dedup();
        let (mut writer, mut seen) = (Writer::default(), Vec::with_capacity(folders.len()));
        for (number, folder) in folders.into_iter().enumerate() {
            let files = files_of.remove(folder).unwrap_or_default();
            for file in &files {
                let number = writer.files.len();
                writer.files.insert(shown_path(file), number);
            }
            writer.folders.insert(folder, number);
            seen.push((folder, files));
        }
        let stamp = |path: &Path| {
            let stamp = below.stamp(relative(path, &root)?)?;
            let is_settled = u128::try_from(stamp.changed).is_ok_and(|changed| changed < settled);
            is_settled.then_some(stamp)
        };
        let seen: Option<Vec<_>> = seen
            .par_iter()
            .map(|(folder, files)| {
                let files = files
                    .iter()
                    .map(|file| Some((file.file_name()?.to_str()?, stamp(file)?)));
                Some(SeenFolder {
                    path: relative(folder, &root)?,
                    stamp: stamp(folder)?,
                    files: files.collect::<Option<_>>()?,
                })
            })
            .collect();
        let seen = seen?;
        let mut names: Vec<_> = read.packs.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        let (mut all_held, mut packs) = (Vec::new(), Vec::with_capacity(names.len()));
        for (name, held) in names {
            let start = all_held.len();
            all_held.extend(writer.held(held)?);
            packs.push(StoredPack {
                name,
                shared: packs::shared(held).into_iter().collect(),
                held: start..all_held.len(),
            });
        }
        let files = seen.iter().flat_map(|folder| &folder.files);
        let registries = read.registries.iter();
        let registries = registries.map(|registry| writer.registry(registry));
        let table = Table {
            folder: real.to_str()?,
            largest: files.map(|(_, stamp)| stamp.size).max().unwrap_or_default(),
            folders: seen,
            registries: registries.collect::<Option<_>>()?,
            packs,
        };
        let table = postcard::to_stdvec(&table).ok()?;
        self.save(real, &table, &all_held).ok()
    }
}

/// A path below a folder; `.` is the folder itself. `None` for one that is not UTF-8.
fn relative<'p>(path: &'p Path, folder: &Path) -> Option<&'p str> {
    let path = path.strip_prefix(folder).ok()?.to_str()?;
    Some(if path.is_empty() { "." } else { path })
}

fn is_unchanged(folder: &SeenFolder<'_>, below: &Folder) -> bool {
    if below.stamp(folder.path) != Some(folder.stamp) {
        return false;
    }
    let mut path = String::new();
    folder.files.iter().all(|(name, stamp)| {
        path.clear();
        path.extend([folder.path, "/", name]);
        below.stamp(&path) == Some(*stamp)
    })
}

/// A pack in an index.
#[derive(Debug, Clone)]
pub(super) struct IndexedPack {
    index: Arc<PackIndex>,
    /// Where the registries that hold it are written, in bytes.
    held: Range<usize>,
    shared: BTreeSet<Vec<usize>>,
}

impl IndexedPack {
    /// The registries that hold it.
    pub(super) fn held(&self) -> Vec<HeldPack> {
        let bytes = self.index.bytes.get(self.held.clone());
        let held = bytes.and_then(|bytes| stored::held(bytes, &self.index));
        // The checksum was right, so that these are the bytes that were written.
        held.unwrap_or_default()
    }

    /// See [`packs::shared`].
    pub(super) fn shared(&self) -> &BTreeSet<Vec<usize>> {
        &self.shared
    }
}

/// An index, from which packs are taken when they are asked for.
struct PackIndex {
    bytes: Vec<u8>,
    paths: Paths,
    max_file_size: u64,
    /// The files that something was asked of, by their numbers.
    read: Mutex<HashMap<usize, Arc<IndexedFile>>>,
}

impl fmt::Debug for PackIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = &self.paths.root;
        f.debug_struct("PackIndex")
            .field("root", root)
            .finish_non_exhaustive()
    }
}

impl PackIndex {
    /// The file with this number.
    fn file(&self, number: usize) -> Option<Arc<IndexedFile>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = read.get(&number) {
            return Some(Arc::clone(file));
        }
        let file = Arc::new(IndexedFile {
            path: self.paths.file(number, &self.bytes)?,
            changed: self.paths.files.get(number)?.changed,
            max_file_size: self.max_file_size,
            parsed: OnceLock::new(),
        });
        read.insert(number, Arc::clone(&file));
        Some(file)
    }

    /// The path of the folder with this number.
    fn folder(&self, number: usize) -> Option<PathBuf> {
        self.paths.folder(number, &self.bytes)
    }
}

/// The paths that an index tells, as places in its bytes: few are ever asked for.
struct Paths {
    /// The folder `registries`, as it was named.
    root: PathBuf,
    folders: Vec<TextRange>,
    files: Vec<IndexedPath>,
}

/// The path of a file.
struct IndexedPath {
    /// The number of its folder.
    folder: u32,
    name: TextRange,
    /// See [`Stamp::changed`].
    changed: i64,
}

impl Paths {
    /// The paths of a table that is read from some of these bytes.
    fn of(table: &Table<'_>, bytes: &[u8], root: PathBuf) -> Self {
        let range = |text: &str| {
            let start = text.as_ptr().addr() - bytes.as_ptr().addr();
            TextRange::new(start, start + text.len())
        };
        let folders = table.folders.iter();
        let files = folders.clone().zip(0..).flat_map(|(folder, number)| {
            let files = folder.files.iter();
            files.map(move |(name, stamp)| IndexedPath {
                folder: number,
                name: range(name),
                changed: stamp.changed,
            })
        });
        Self {
            root,
            files: files.collect(),
            folders: folders.map(|folder| range(folder.path)).collect(),
        }
    }

    fn folder(&self, number: usize, bytes: &[u8]) -> Option<PathBuf> {
        match text_at(*self.folders.get(number)?, bytes)? {
            "." => Some(self.root.clone()),
            path => Some(self.root.join(path)),
        }
    }

    fn file(&self, number: usize, bytes: &[u8]) -> Option<PathBuf> {
        let file = self.files.get(number)?;
        let folder = self.folder(usize::try_from(file.folder).ok()?, bytes)?;
        Some(folder.join(text_at(file.name, bytes)?))
    }
}

fn text_at(range: TextRange, bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes.get(range.range())?).ok()
}

/// A file of a destination that is read when somebody asks for what is in it.
#[derive(Debug)]
pub struct IndexedFile {
    path: PathBuf,
    /// See [`Stamp::changed`].
    changed: i64,
    max_file_size: u64,
    parsed: OnceLock<ParsedFile>,
}

impl IndexedFile {
    /// The file and its tree. There is nothing in it where it was changed while the program ran.
    pub(super) fn parsed(&self) -> &ParsedFile {
        self.parsed.get_or_init(|| {
            let read = read_again(&self.path, self.max_file_size);
            let unchanged =
                read.filter(|_| self.stamp().map(|stamp| stamp.changed) == Some(self.changed));
            unchanged.unwrap_or_else(|| {
                let source = Source::new(&shown_path(&self.path), "null");
                let tree = yaml::parse_plain(source.text()).tree;
                ParsedFile { source, tree }
            })
        })
    }

    fn stamp(&self) -> Option<Stamp> {
        let folder = Folder::open(self.path.parent()?)?;
        folder.stamp(self.path.file_name()?.to_str()?)
    }
}
