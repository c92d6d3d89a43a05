//! What the registries of a destination hold, kept in a file for the next run.
//!
//! A registry may be thousands of folders, and to read them takes longer than all else for a single profile. Nothing but
//! reading them tells which packs they hold; that none of them was changed since they were read is told in a fifth of
//! the time. So an index has the state of every folder and file that was read, and counts for nothing unless all of them
//! are still as they were. Packs are taken from it when they are asked for. It has names, versions, and what is told of
//! them, but neither values nor schemas: these are read from their files.

mod confirmation;
mod place;
mod profiles;
mod stamp;
mod stored;
// Elsewhere there are no indexes.
#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap},
    ffi::CStr,
    fmt, mem,
    ops::Range,
    path::{Path, PathBuf},
    slice::SliceIndex,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
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
    source::{Source, shown_path},
    syntax::yaml,
};
pub(super) use confirmation::Confirmation;
pub use place::IndexFolder;
use place::{Block, Blocks, Part};
pub use profiles::{IndexedProfiles, PlaceInIndex};
use stamp::{Entry, Folder, Stamp, take_path, write_path};
use stored::{FileNumber, Front, StoredPack, Writer};

/// So many folders and files are read as fast as an index of them is.
const FEW: usize = 100;

/// What was changed so shortly before it was read may have been changed again without getting another time.
const RECENT: Duration = Duration::from_secs(2);

/// So many folders are written, and looked at, together.
const TOGETHER: usize = 64;

/// What is told of packs is written together until it has more bytes than these.
const SHELF: usize = 16 * 1024;

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

/// Folders with their states and the files in them that were read, in the order of their paths.
struct Stamped<'s> {
    root: &'s Path,
    folders: Vec<StampedFolder<'s>>,
}

struct StampedFolder<'s> {
    path: &'s Path,
    stamp: Stamp,
    files: Vec<(&'s Path, Stamp)>,
}

impl Seen {
    /// With the states that all of them, which are below a folder, have now. `None` if one was changed since then or
    /// shortly before, or if its state would not tell another change.
    fn stamped<'s>(&'s self, root: &'s Path, since: SystemTime) -> Option<Stamped<'s>> {
        // Where the clock was set back meanwhile, what was changed since then has an earlier time.
        since.elapsed().ok()?;
        let settled = since.checked_sub(RECENT)?;
        let settled = settled.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        let below = Folder::open(root)?;
        let stamp = |path: &Path| {
            let stamp = below.stamp(relative(path, root)?)?;
            let is_settled = u128::try_from(stamp.changed).is_ok_and(|changed| changed < settled);
            (is_settled && stamp.tells_changes()).then_some(stamp)
        };
        let mut files_of: HashMap<&Path, Vec<&Path>> = HashMap::new();
        for file in &self.files {
            files_of.entry(file.parent()?).or_default().push(file);
        }
        let mut folders: Vec<_> = self.folders.iter().map(PathBuf::as_path).collect();
        folders.sort_unstable();
        folders.dedup();
        let stamped = folders.into_par_iter().map(|path| {
            let files = files_of.get(path).into_iter().flatten();
            let files = files.map(|&file| Some((file, stamp(file)?)));
            Some(StampedFolder {
                path,
                stamp: stamp(path)?,
                files: files.collect::<Option<_>>()?,
            })
        });
        let folders = stamped.collect::<Option<_>>()?;
        Some(Stamped { root, folders })
    }

    /// Adds those of another one.
    pub(super) fn append(&mut self, mut other: Self) {
        self.folders.append(&mut other.folders);
        self.files.append(&mut other.files);
    }
}

impl<'s> Stamped<'s> {
    fn files(&self) -> impl Iterator<Item = (&'s Path, Stamp)> {
        let folders = self.folders.iter();
        folders.flat_map(|folder| folder.files.iter().copied())
    }

    /// The size of the largest file, in bytes.
    fn largest(&self) -> u64 {
        let sizes = self.files().map(|(_, stamp)| stamp.size);
        sizes.max().unwrap_or_default()
    }

    /// Some of the folders with their files, see [`Front::folders`].
    fn block(
        &self,
        range: impl SliceIndex<[StampedFolder<'s>], Output = [StampedFolder<'s>]>,
    ) -> Option<Vec<u8>> {
        let folders = self.folders.get(range)?;
        let around = common_folder(folders.first()?.path, folders.last()?.path);
        let mut block = Vec::new();
        write_path(relative(around, self.root)?, &mut block)?;
        for folder in folders {
            let path = relative(folder.path, around)?;
            Entry::write(false, folder.stamp, path, &mut block)?;
            for (file, stamp) in &folder.files {
                Entry::write(true, *stamp, relative(file, around)?, &mut block)?;
            }
        }
        Some(block)
    }

    /// What writes down what was read from them.
    fn writer(&self) -> Option<Writer<'s>> {
        let mut writer = Writer::default();
        for (seen, folder) in self.folders.iter().zip(0..) {
            writer.folders.insert(seen.path, folder);
            for ((path, _), file) in seen.files.iter().zip(0..) {
                let told = (FileNumber { folder, file }, relative(path, self.root)?);
                writer.files.insert(shown_path(path), told);
            }
        }
        Some(writer)
    }
}

/// Nothing, unless the folders and files of a block, which are below `root`, are as they were: see [`Front::folders`].
fn as_they_were(mut block: &[u8], root: &Path) -> Option<()> {
    let below = Folder::open(&joined(root, take_path(&mut block)?)?)?;
    while !block.is_empty() {
        let seen = Entry::take(&mut block)?;
        if below.stamp(seen.path)? != seen.stamp {
            return None;
        }
    }
    Some(())
}

impl IndexFolder {
    /// What the index of a destination tells; `None` where there is none. Whether something was changed since it was
    /// written is found out meanwhile. `folder` is the destination folder as it was named, and `real` the same without
    /// links.
    pub(super) fn find(&self, folder: &Path, real: &Path, max_file_size: u64) -> Option<Indexed> {
        let (blocks, front) = self.open(real, Part::Registries)?;
        let front: Front<'_> = postcard::from_bytes(&front).ok()?;
        if Path::new(front.folder) != real || front.largest > max_file_size {
            return None;
        }
        let root = folder.join("registries");
        let index = Arc::new(PackIndex {
            blocks,
            root,
            chunks: front.folders.into_iter().map(Chunk::new).collect(),
            shelves: front.shelves,
            max_file_size,
            is_spoiled: AtomicBool::new(false),
            nothing: OnceLock::new(),
        });
        let confirmation = Confirmation::begin(&index);
        let registries = front.registries.iter();
        let registries = registries.map(|told| told.registry(&index.root));
        let packs = front.packs.into_iter().map(|pack| {
            let indexed = IndexedPack {
                index: Arc::clone(&index),
                shelf: pack.shelf,
                held: pack.held,
                shared: pack.shared.into_iter().collect(),
            };
            (pack.name.to_owned(), indexed)
        });
        Some(Indexed {
            registries: registries.collect(),
            packs: packs.collect(),
            confirmation,
        })
    }

    /// Writes the index of a destination. Where that cannot be done, or something was changed meanwhile or shortly
    /// before, there is none, and the next run reads the folder again.
    pub(super) fn write(&self, folder: &Path, real: &Path, read: &Read<'_>) -> Option<()> {
        let Seen { folders, files } = &read.seen;
        if folders.len() + files.len() < FEW {
            return None;
        }
        let root = folder.join("registries");
        let stamped = read.seen.stamped(&root, read.since)?;
        let writer = stamped.writer()?;
        let mut blocks = Vec::new();
        let together = (0..stamped.folders.len()).step_by(TOGETHER);
        let folders = together.map(|start| {
            let end = stamped.folders.len().min(start + TOGETHER);
            Block::add(&mut blocks, &stamped.block(start..end)?)
        });
        let folders = folders.collect::<Option<_>>()?;
        let mut names: Vec<_> = read.packs.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        let (mut packs, mut shelves, mut shelf) = (Vec::new(), Vec::new(), Vec::new());
        for (name, held) in names {
            if shelf.len() > SHELF {
                shelves.push(Block::add(&mut blocks, &mem::take(&mut shelf))?);
            }
            let start = shelf.len();
            shelf = postcard::to_extend(&writer.held(held)?, shelf).ok()?;
            packs.push(StoredPack {
                name,
                shared: packs::shared(held).into_iter().collect(),
                shelf: shelves.len(),
                held: start..shelf.len(),
            });
        }
        shelves.push(Block::add(&mut blocks, &shelf)?);
        let registries = read.registries.iter();
        let registries = registries.map(|registry| writer.registry(registry));
        let front = Front {
            folder: real.to_str()?,
            largest: stamped.largest(),
            folders,
            registries: registries.collect::<Option<_>>()?,
            packs,
            shelves,
        };
        let front = postcard::to_stdvec(&front).ok()?;
        self.save(real, Part::Registries, &front, &blocks).ok()
    }
}

/// The path that [`relative`] gave for a folder.
fn joined(folder: &Path, path: &CStr) -> Option<PathBuf> {
    Some(match path.to_str().ok()? {
        "." => folder.to_owned(),
        path => folder.join(path),
    })
}

/// A path below a folder; `.` is the folder itself. `None` for one that is not UTF-8.
fn relative<'p>(path: &'p Path, folder: &Path) -> Option<&'p str> {
    let path = path.strip_prefix(folder).ok()?.to_str()?;
    Some(if path.is_empty() { "." } else { path })
}

/// The folder that two others are in, or one of them where the other is in it.
fn common_folder<'p>(one: &'p Path, other: &Path) -> &'p Path {
    let mut around = one.ancestors();
    around
        .find(|around| other.starts_with(around))
        .unwrap_or(one)
}

/// A pack in an index.
#[derive(Debug, Clone)]
pub(super) struct IndexedPack {
    index: Arc<PackIndex>,
    /// See [`StoredPack::shelf`].
    shelf: usize,
    held: Range<usize>,
    shared: BTreeSet<Vec<usize>>,
}

impl IndexedPack {
    /// The registries that hold it.
    pub(super) fn held(&self) -> Vec<HeldPack> {
        let held = self.index.held(self.shelf, &self.held);
        held.unwrap_or_else(|| {
            self.index.spoil();
            Vec::new()
        })
    }

    /// See [`packs::shared`].
    pub(super) fn shared(&self) -> &BTreeSet<Vec<usize>> {
        &self.shared
    }
}

/// An index, from which packs are taken when they are asked for.
struct PackIndex {
    blocks: Blocks,
    /// The folder `registries`, as it was named.
    root: PathBuf,
    chunks: Vec<Chunk>,
    shelves: Vec<Block>,
    max_file_size: u64,
    /// Whether something that was asked for is not as it was.
    is_spoiled: AtomicBool,
    /// What is in a file that it does not tell any more.
    nothing: OnceLock<ParsedFile>,
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
    block: Block,
    /// They are known once somebody asked for one.
    folders: OnceLock<Vec<KnownFolder>>,
}

impl Chunk {
    fn new(block: Block) -> Self {
        let folders = OnceLock::new();
        Self { block, folders }
    }
}

/// A folder, and the files in it that were read.
struct KnownFolder {
    path: PathBuf,
    files: Vec<KnownFile>,
}

/// A file that is read when somebody asks for what is in it.
struct KnownFile {
    path: PathBuf,
    stamp: Stamp,
    parsed: OnceLock<ParsedFile>,
}

impl KnownFile {
    fn is_as_it_was(&self) -> bool {
        let stamp = || {
            let folder = Folder::open(self.path.parent()?)?;
            folder.stamp(self.path.file_name()?.to_str()?)
        };
        stamp() == Some(self.stamp)
    }
}

impl PackIndex {
    /// How many blocks it has.
    fn block_count(&self) -> usize {
        self.chunks.len() + self.shelves.len()
    }

    /// Nothing, unless the block with this number is as it was written, and so are the folders and files that it tells of.
    fn is_unchanged(&self, number: usize) -> Option<()> {
        let Some(chunk) = self.chunks.get(number) else {
            let shelf = self.shelves.get(number - self.chunks.len())?;
            return self.blocks.get(*shelf).map(drop);
        };
        as_they_were(self.blocks.get(chunk.block)?, &self.root)
    }

    /// The registries that hold a pack.
    fn held(self: &Arc<Self>, shelf: usize, held: &Range<usize>) -> Option<Vec<HeldPack>> {
        let bytes = self.blocks.get(*self.shelves.get(shelf)?)?;
        stored::held(bytes.get(held.clone())?, self)
    }

    fn folder(&self, number: u32) -> Option<&KnownFolder> {
        let number = usize::try_from(number).ok()?;
        let chunk = self.chunks.get(number / TOGETHER)?;
        let folders = chunk
            .folders
            .get_or_init(|| self.folders(chunk).unwrap_or_default());
        folders.get(number % TOGETHER)
    }

    fn folders(&self, chunk: &Chunk) -> Option<Vec<KnownFolder>> {
        let mut folders = Vec::with_capacity(TOGETHER);
        let mut rest = self.blocks.get(chunk.block)?;
        let around = joined(&self.root, take_path(&mut rest)?)?;
        while !rest.is_empty() {
            let seen = Entry::take(&mut rest)?;
            let path = joined(&around, seen.path)?;
            if seen.is_file {
                let folder: &mut KnownFolder = folders.last_mut()?;
                folder.files.push(KnownFile {
                    path,
                    stamp: seen.stamp,
                    parsed: OnceLock::new(),
                });
            } else {
                let files = Vec::new();
                folders.push(KnownFolder { path, files });
            }
        }
        Some(folders)
    }

    fn parsed(&self, number: FileNumber) -> Option<&ParsedFile> {
        let folder = self.folder(number.folder)?;
        let file = folder.files.get(usize::try_from(number.file).ok()?)?;
        Some(file.parsed.get_or_init(|| {
            let read = read_again(&file.path, self.max_file_size);
            read.filter(|_| file.is_as_it_was()).unwrap_or_else(|| {
                self.spoil();
                nothing(&file.path)
            })
        }))
    }

    /// Something that was asked for is not as it was.
    fn spoil(&self) {
        self.is_spoiled.store(true, Ordering::Release);
    }
}

/// A file that nothing is in.
fn nothing(path: &Path) -> ParsedFile {
    let source = Source::new(&shown_path(path), "null");
    let tree = yaml::parse_plain(source.text()).tree;
    ParsedFile { source, tree }
}

/// A file that an index names.
#[derive(Clone)]
pub struct FileInIndex {
    index: Arc<PackIndex>,
    number: FileNumber,
}

impl FileInIndex {
    fn new(index: &Arc<PackIndex>, number: FileNumber) -> Self {
        let index = Arc::clone(index);
        Self { index, number }
    }

    /// The file and its tree. There is nothing in it where it was changed while the program ran.
    pub(super) fn parsed(&self) -> &ParsedFile {
        self.index.parsed(self.number).unwrap_or_else(|| {
            self.index.spoil();
            let nothing = || nothing(&self.index.root);
            self.index.nothing.get_or_init(nothing)
        })
    }
}

/// The folder of a pack that an index names.
#[derive(Debug, Clone)]
pub struct FolderInIndex {
    index: Arc<PackIndex>,
    number: u32,
    /// The name of the schema in it.
    schema: Option<String>,
}

impl FolderInIndex {
    fn new(index: &Arc<PackIndex>, number: u32, schema: Option<String>) -> Self {
        Self {
            index: Arc::clone(index),
            number,
            schema,
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        let folder = self.index.folder(self.number);
        if folder.is_none() {
            self.index.spoil();
        }
        Some(&folder?.path)
    }

    pub(super) fn schema(&self) -> Option<PathBuf> {
        let name = self.schema.as_ref()?;
        Some(self.path()?.join(name))
    }
}
