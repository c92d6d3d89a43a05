//! The file that an index is: where it lies, what tells that it is whole, and how it is written.

use std::{
    env,
    ffi::OsString,
    fs,
    hash::{BuildHasher as _, Hash},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use foldhash::quality::FixedState;
use serde::{Deserialize, Serialize};

use crate::origin;

/// What an index begins with.
const BEGINNING: &str = "palette-knife index of a destination";

const ENDING: &str = ".index";

/// What stands before that in the name of one of profiles.
const OF_PROFILES: &str = "-profiles";

/// What the name of one begins with that is not written to its end.
const UNFINISHED: &str = ".palette-knife-index-";

/// So many bytes are read first. What most indexes begin with has fewer.
const READ_FIRST: usize = 16 * 1024;

/// A larger index, in bytes, is neither written nor read. That of four thousand packs has half a million; but a small file
/// that repeats a text by aliases may have more to tell than anybody wants on a disk.
pub(super) const LARGEST: u64 = 16 << 20;

/// An index that nobody wrote anew for so long is removed when another one is written.
const OLD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What an index tells of a destination.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// Its registries and what they hold.
    Registries,
    /// The profiles that exist there.
    Profiles,
}

/// The folder that holds indexes of destinations.
#[derive(Debug, Clone)]
pub struct IndexFolder {
    pub(super) folder: PathBuf,
}

impl IndexFolder {
    /// Indexes are below this folder, which need not be there yet.
    #[must_use]
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder of the user: what `PALETTE_KNIFE_CACHE_DIR` names, or that of this program among those of the system
    /// for files that can be made again. `None` where there is none, or that variable is there and empty.
    #[must_use]
    pub fn of_user(variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        if let Some(folder) = variable("PALETTE_KNIFE_CACHE_DIR") {
            return (!folder.is_empty()).then(|| Self::at(folder.into()));
        }
        let folder = |name: &str| {
            let path = variable(name).map(PathBuf::from);
            path.filter(|path| path.is_absolute())
        };
        let caches = if cfg!(windows) {
            folder("LOCALAPPDATA")?
        } else if cfg!(target_os = "macos") {
            folder("HOME")?.join("Library/Caches")
        } else {
            folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?
        };
        Some(Self::at(caches.join("palette-knife")))
    }

    /// The index of a destination, and what it begins with: see [`IndexFolder::save`]. `None` where there is none that
    /// begins as this very program has written it.
    pub(super) fn open(&self, real: &Path, part: Part) -> Option<(Blocks, Vec<u8>)> {
        let file = fs::File::open(self.place_of(real, part)).ok()?;
        // How much there is to read is told by bytes that may be spoiled, so no room is made for it beforehand.
        let read = |wanted: usize, bytes: &mut Vec<u8>| {
            let wanted = u64::try_from(wanted).ok()?;
            (&file).take(wanted).read_to_end(bytes).ok()
        };
        let mut front = Vec::with_capacity(READ_FIRST);
        read(READ_FIRST, &mut front)?;
        let rest = front.strip_prefix(header()?.as_bytes())?;
        let (sum, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (sum, length) = (u64::from_le_bytes(*sum), u32::from_le_bytes(*length));
        let begin = front.len() - rest.len();
        if u64::from(length) > LARGEST {
            return None;
        }
        let end = begin.checked_add(usize::try_from(length).ok()?)?;
        if let Some(missing) = end.checked_sub(front.len()) {
            read(missing, &mut front)?;
        }
        // Not left to who asks first: that would wait for another thread, while both make room in memory.
        let mut blocks = front.get(end..)?.to_vec();
        front.truncate(end);
        front.drain(..begin);
        if hash(&*front) != sum {
            return None;
        }
        let left = file.metadata().ok()?.len().min(LARGEST);
        blocks.reserve(usize::try_from(left).ok()?);
        (&file).take(LARGEST).read_to_end(&mut blocks).ok()?;
        Some((Blocks(blocks), front))
    }

    /// Writes the file of an index beside its place, and then puts it there: what it begins with, which tells where the
    /// blocks are that follow.
    pub(super) fn save(
        &self,
        real: &Path,
        part: Part,
        front: &[u8],
        blocks: &[u8],
    ) -> io::Result<()> {
        let length = u32::try_from(front.len()).map_err(io::Error::other)?;
        let header = header().ok_or(io::ErrorKind::Unsupported)?;
        let sum = hash(front).to_le_bytes();
        let content = [
            header.as_bytes(),
            &sum,
            &length.to_le_bytes(),
            front,
            blocks,
        ]
        .concat();
        if content.len() as u64 > LARGEST {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let place = self.place_of(real, part);
        let folder = place.parent().ok_or(io::ErrorKind::NotFound)?;
        make_folder(folder)?;
        remove_old(folder);
        let mut unfinished = tempfile::NamedTempFile::with_prefix_in(UNFINISHED, folder)?;
        unfinished.write_all(&content)?;
        unfinished.persist(place)?;
        Ok(())
    }

    fn place_of(&self, real: &Path, part: Part) -> PathBuf {
        let part = match part {
            Part::Registries => "",
            Part::Profiles => OF_PROFILES,
        };
        let name = format!("{:016x}{part}{ENDING}", hash(real));
        self.folder.join("destinations").join(name)
    }
}

/// What follows the beginning of an index. What is confirmed has to be there afterwards, whatever becomes of the file.
#[derive(Debug)]
pub(super) struct Blocks(Vec<u8>);

/// Some bytes of an index.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Block {
    /// Counted from the first block.
    start: u64,
    length: u32,
    sum: u64,
}

impl Block {
    /// Puts one behind others; `None` where there is no room for it.
    pub(super) fn add(blocks: &mut Vec<u8>, block: &[u8]) -> Option<Self> {
        let start = u64::try_from(blocks.len()).ok()?;
        if start > LARGEST {
            return None;
        }
        blocks.extend_from_slice(block);
        Some(Self {
            start,
            length: u32::try_from(block.len()).ok()?,
            sum: hash(block),
        })
    }
}

impl Blocks {
    /// A block. `None` where it is not as it was written.
    pub(super) fn get(&self, block: Block) -> Option<&[u8]> {
        let start = usize::try_from(block.start).ok()?;
        let length = usize::try_from(block.length).ok()?;
        let bytes = self.0.get(start..)?.get(..length)?;
        (hash(bytes) == block.sum).then_some(bytes)
    }
}

/// What an index of this program begins with. Another program may number nodes otherwise, or write them down in another
/// way.
fn header() -> Option<&'static str> {
    static HEADER: OnceLock<Option<String>> = OnceLock::new();
    let make = || {
        let program = fs::metadata(env::current_exe().ok()?).ok()?;
        let (size, built) = (program.len(), program.modified().ok()?);
        let version = env!("CARGO_PKG_VERSION");
        let commit = origin::commit().unwrap_or_default();
        Some(format!(
            "{BEGINNING}\n{version} {commit} {size} {built:?}\n"
        ))
    };
    HEADER.get_or_init(make).as_deref()
}

/// The same in every run of a program.
pub(super) fn hash(what: impl Hash) -> u64 {
    FixedState::with_seed(0).hash_one(what)
}

/// Makes a folder that nobody else looks into: it tells where destinations are and what their registries hold.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Whether a file has a name that an index is given. The folder may be one that holds other things as well.
fn is_ours(name: &str) -> bool {
    let number = name.strip_suffix(ENDING);
    let number = number.map(|name| name.strip_suffix(OF_PROFILES).unwrap_or(name));
    let is_index = number.is_some_and(|number| {
        number.len() == 16 && number.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    is_index || name.starts_with(UNFINISHED)
}

/// Removes the indexes of destinations that may be gone, and what a run that was ended has left.
fn remove_old(folder: &Path) {
    let is_old = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok());
        is_ours(&name) && age.is_some_and(|age| age > OLD)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_old(&entry) {
            fs::remove_file(entry.path()).ok();
        }
    }
}
