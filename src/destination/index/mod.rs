//! What the registries of a destination hold, kept in a file for the next run.
//!
//! A registry may be thousands of folders, and to read them takes longer than all else for a single profile. Nothing but
//! reading them tells which packs they hold; that none of them was changed since they were read is told in a fifth of
//! the time. So an index has the state of every folder and file that was read, and counts for nothing unless all of them
//! are still as they were. Packs are taken from it when they are asked for. It has names, versions, and what is told of
//! them, but neither values nor schemas: these are read from their files.

mod confirmation;
mod place;
mod stamp;
mod stored;
// Elsewhere there are no indexes.
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rayon::prelude::*;
use serde::Serialize;

use super::{
    file::ParsedFile,
    load::read_again,
    packs::{self, Packs},
    registry::{HeldPack, Registry},
};
use crate::{
    source::{Source, shown_path},
    syntax::yaml,
};
pub(super) use confirmation::Confirmation;
pub use place::IndexFolder;
use stamp::{Folder, Stamp};
use stored::{FileNumber, Head, SeenFolder, StoredPack, Table, Writer};

/// So many folders and files are read as fast as an index of them is.
const FEW: usize = 100;

/// What was changed so shortly before it was read may have been changed again without getting another time.
const RECENT: Duration = Duration::from_secs(2);

/// So many folders are written, and looked at, together.
const TOGETHER: usize = 64;

/// What an index tells, which is not known to be up to date.
pub(super) struct Indexed {
    pub(super) registries: Vec<Registry>,
    pub(super) packs: Packs,
    pub(super) confirmation: Confirmation,
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
    /// What the index of a destination tells; `None` where there is none. Whether something was changed since it was
    /// written is found out meanwhile. `folder` is the destination folder as it was named, and `real` the same without
    /// links.
    pub(super) fn find(&self, folder: &Path, real: &Path, max_file_size: u64) -> Option<Indexed> {
        let (bytes, [begin, blocks]) = self.read(real)?;
        let head: Head<'_> = postcard::from_bytes(bytes.get(begin..blocks)?).ok()?;
        if Path::new(head.folder) != real || head.largest > max_file_size {
            return None;
        }
        let root = folder.join("registries");
        let below = Folder::open(&root)?;
        let (chunks, table) = (head.chunks, head.table);
        let index = Arc::new(PackIndex {
            bytes,
            blocks,
            root,
            chunks: chunks.into_iter().map(Chunk::new).collect(),
            max_file_size,
            read: Mutex::default(),
        });
        let confirmation = Confirmation::begin(&index, below);
        let table: Table<'_> = postcard::from_bytes(index.block(&table)?).ok()?;
        let registries = table.registries.iter();
        let registries = registries.map(|told| told.registry(&index));
        let packs = table.packs.into_iter().map(|pack| {
            let indexed = IndexedPack {
                index: Arc::clone(&index),
                held: pack.held,
                shared: pack.shared.into_iter().collect(),
            };
            (pack.name.to_owned(), indexed)
        });
        Some(Indexed {
            registries: registries.collect::<Option<_>>()?,
            packs: packs.collect(),
            confirmation,
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
            let numbered = files.iter().zip(0..);
            writer.files.extend(numbered.map(|(path, file)| {
                let folder = number;
                (shown_path(path), FileNumber { folder, file })
            }));
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
        let mut blocks = Vec::new();
        let mut packs = Vec::with_capacity(names.len());
        for (name, held) in names {
            packs.push(StoredPack {
                name,
                shared: packs::shared(held).into_iter().collect(),
                held: add(&mut blocks, &writer.held(held)?)?,
            });
        }
        let registries = read.registries.iter();
        let registries = registries.map(|registry| writer.registry(registry));
        let table = Table {
            registries: registries.collect::<Option<_>>()?,
            packs,
        };
        let files = seen.iter().flat_map(|folder| &folder.files);
        let chunks = seen.chunks(TOGETHER);
        let chunks = chunks.map(|chunk| add(&mut blocks, chunk));
        let head = Head {
            folder: real.to_str()?,
            largest: files.map(|(_, stamp)| stamp.size).max().unwrap_or_default(),
            chunks: chunks.collect::<Option<_>>()?,
            table: add(&mut blocks, &table)?,
        };
        self.save(real, &postcard::to_stdvec(&head).ok()?, &blocks)
            .ok()
    }
}

/// Writes something behind other blocks, and gives its range.
fn add<T: Serialize + ?Sized>(blocks: &mut Vec<u8>, block: &T) -> Option<Range<usize>> {
    let start = blocks.len();
    blocks.append(&mut postcard::to_stdvec(block).ok()?);
    Some(start..blocks.len())
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
    /// The block of the registries that hold it.
    held: Range<usize>,
    shared: BTreeSet<Vec<usize>>,
}

impl IndexedPack {
    /// The registries that hold it.
    pub(super) fn held(&self) -> Vec<HeldPack> {
        let block = self.index.block(&self.held);
        // The checksum was right, so that these are the bytes that were written.
        let held = block.and_then(|bytes| stored::held(bytes, &self.index));
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
    /// Where its blocks begin, in bytes.
    blocks: usize,
    /// The folder `registries`, as it was named.
    root: PathBuf,
    chunks: Vec<Chunk>,
    max_file_size: u64,
    /// The files that something was asked of.
    read: Mutex<HashMap<FileNumber, Arc<IndexedFile>>>,
}

impl fmt::Debug for PackIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PackIndex")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

/// Some of the folders of an index.
struct Chunk {
    block: Range<usize>,
    /// Their paths, once somebody asked for one.
    paths: OnceLock<Vec<FolderPaths>>,
}

impl Chunk {
    fn new(block: Range<usize>) -> Self {
        let paths = OnceLock::new();
        Self { block, paths }
    }
}

/// The paths of a folder and the files in it that were read.
struct FolderPaths {
    folder: PathBuf,
    /// Each with [`Stamp::changed`].
    files: Vec<(PathBuf, i64)>,
}

impl PackIndex {
    fn block(&self, range: &Range<usize>) -> Option<&[u8]> {
        self.bytes.get(self.blocks..)?.get(range.clone())
    }

    /// The folders of a chunk.
    fn folders(&self, chunk: &Chunk) -> Option<Vec<SeenFolder<'_>>> {
        postcard::from_bytes(self.block(&chunk.block)?).ok()
    }

    /// Whether the folders of the chunk with this number, and the files in them, are as they were.
    fn is_unchanged(&self, number: usize, below: &Folder) -> bool {
        let folders = self
            .chunks
            .get(number)
            .and_then(|chunk| self.folders(chunk));
        folders.is_some_and(|folders| folders.iter().all(|folder| is_unchanged(folder, below)))
    }

    fn paths(&self, folder: usize) -> Option<&FolderPaths> {
        let chunk = self.chunks.get(folder / TOGETHER)?;
        let paths = chunk.paths.get_or_init(|| {
            let folders = self.folders(chunk).unwrap_or_default().into_iter();
            let paths = folders.map(|folder| {
                let path = match folder.path {
                    "." => self.root.clone(),
                    path => self.root.join(path),
                };
                let files = folder.files.iter();
                let files = files.map(|(name, stamp)| (path.join(name), stamp.changed));
                FolderPaths {
                    files: files.collect(),
                    folder: path,
                }
            });
            paths.collect()
        });
        paths.get(folder % TOGETHER)
    }

    /// The path of the folder with this number.
    fn folder(&self, number: usize) -> Option<&Path> {
        Some(&self.paths(number)?.folder)
    }

    /// The path of a file.
    fn path(&self, number: FileNumber) -> Option<&Path> {
        let (path, _) = self.paths(number.folder)?.files.get(number.file)?;
        Some(path)
    }

    /// A file, to be read when something is asked of it.
    fn file(&self, number: FileNumber) -> Option<Arc<IndexedFile>> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = read.get(&number) {
            return Some(Arc::clone(file));
        }
        let (path, changed) = self.paths(number.folder)?.files.get(number.file)?;
        let file = Arc::new(IndexedFile {
            path: path.clone(),
            changed: *changed,
            max_file_size: self.max_file_size,
            parsed: OnceLock::new(),
        });
        read.insert(number, Arc::clone(&file));
        Some(file)
    }
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
