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

use crate::{origin, source::MAX_FILE_SIZE};

/// What an index begins with.
const BEGINNING: &str = "palette-knife index of a destination";

const ENDING: &str = ".index";

/// What the name of one begins with that is not written to its end.
const UNFINISHED: &str = ".palette-knife-";

/// An index that nobody wrote anew for so long is removed when another one is written.
const OLD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

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

    /// The bytes of the index of a destination, and where its head begins and ends: see [`IndexFolder::save`]. `None`
    /// where there is no whole index that this very program has written.
    pub(super) fn read(&self, real: &Path) -> Option<(Vec<u8>, [usize; 2])> {
        let file = fs::File::open(self.place_of(real)).ok()?;
        let size = file.metadata().ok()?.len();
        // One more, so that its end is found without asking for more room.
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(MAX_FILE_SIZE)).ok()? + 1);
        file.take(MAX_FILE_SIZE).read_to_end(&mut bytes).ok()?;
        let rest = bytes.strip_prefix(header()?.as_bytes())?;
        let (sum, content) = rest.split_first_chunk()?;
        if hash(content) != u64::from_le_bytes(*sum) {
            return None;
        }
        let (length, rest) = content.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let begin = bytes.len() - rest.len();
        let end = begin
            .checked_add(length)
            .filter(|end| *end <= bytes.len())?;
        Some((bytes, [begin, end]))
    }

    /// Writes the file of an index beside its place, and then puts it there: a head, and the blocks that follow it.
    pub(super) fn save(&self, real: &Path, head: &[u8], blocks: &[u8]) -> io::Result<()> {
        let length = u32::try_from(head.len()).map_err(io::Error::other)?;
        let content = [&length.to_le_bytes(), head, blocks].concat();
        let header = header().ok_or(io::ErrorKind::Unsupported)?;
        let sum = hash(&*content).to_le_bytes();
        let place = self.place_of(real);
        let folder = place.parent().ok_or(io::ErrorKind::NotFound)?;
        make_folder(folder)?;
        remove_old(folder);
        let mut unfinished = tempfile::NamedTempFile::with_prefix_in(UNFINISHED, folder)?;
        unfinished.write_all(&[header.as_bytes(), &sum, &content].concat())?;
        unfinished.persist(place)?;
        Ok(())
    }

    fn place_of(&self, real: &Path) -> PathBuf {
        let name = format!("{:016x}{ENDING}", hash(real));
        self.folder.join("destinations").join(name)
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
fn hash(what: impl Hash) -> u64 {
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

/// Removes the indexes of destinations that may be gone, and what a run that was ended has left.
fn remove_old(folder: &Path) {
    let is_old = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_index = name.ends_with(ENDING) || name.starts_with(UNFINISHED);
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        let age = written.ok().and_then(|written| written.elapsed().ok());
        is_index && age.is_some_and(|age| age > OLD)
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_old(&entry) {
            fs::remove_file(entry.path()).ok();
        }
    }
}
