//! Putting a result on disk: whole or not at all, and only where it belongs.

use std::{
    collections::BTreeSet,
    fs, io,
    io::Write as _,
    path::{Component, Path, PathBuf},
};

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The path would leave the output folder.
    #[error("`{}` would lie outside of the output folder", .0.display())]
    Outside(PathBuf),
    /// The target is a link.
    #[error("`{}` is a link: remove it, or choose another output folder", .0.display())]
    Link(PathBuf),
    /// The target is the input.
    #[error("`{}` is the input itself: choose another output folder, or pass --in-place", .0.display())]
    Input(PathBuf),
    /// The input is not what was read.
    #[error("`{}` was changed by somebody else in the meantime", .0.display())]
    Changed(PathBuf),
    /// The operating system said no.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Who may read what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Those of the input: its mode is kept.
    OfInput,
    /// Its owner only, because secrets were filled in: mode 0600.
    Owner,
    /// Those that the system gives to new files; a file that is replaced keeps its mode.
    Usual,
}

impl Readers {
    /// The same for a file of this tool's own, which keeps the mode of the one that it replaces.
    fn of_own(self, target: &Path) -> Self {
        match self {
            Self::Usual if target.exists() => Self::OfInput,
            readers => readers,
        }
    }
}

/// What the names of files that are not finished begin and end with. Nobody calls a file so that is to stay.
const UNFINISHED: [&str; 2] = [".palette-knife-", ".tmp"];

/// Removes what an interrupted run has left of files that it did not finish. What another run is about to finish is
/// locked by it.
pub fn sweep(folder: &Path) {
    // What cannot be removed is in nobody's way: no run reads it.
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let [start, end] = UNFINISHED;
        if !is_file || !name.starts_with(start) || !name.ends_with(end) {
            continue;
        }
        let file = fs::File::open(entry.path());
        let lock = file.as_ref().map(fs::File::try_lock);
        if !matches!(lock, Ok(Err(fs::TryLockError::WouldBlock))) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The same for the folders of files.
pub fn sweep_beside<'p>(files: impl Iterator<Item = &'p Path>) {
    let folders: BTreeSet<&Path> = files.map(folder_of).collect();
    folders.into_iter().for_each(sweep);
}

/// A new file with a name of its own in a folder, which no other run takes for one that was left. But for the usual readers
/// it is for its owner only.
fn unfinished(folder: &Path, readers: Readers) -> io::Result<tempfile::NamedTempFile> {
    let [start, end] = UNFINISHED;
    let mut builder = tempfile::Builder::new();
    builder.prefix(start).suffix(end);
    if readers == Readers::Usual {
        for_usual_readers(&mut builder);
    }
    loop {
        let file = builder.tempfile_in(folder)?;
        // Not every file system has locks. On those without, two runs into one folder at a time are at odds.
        let is_locked = file.as_file().lock().is_ok();
        // Another run may have removed it before it was locked.
        if !is_locked || file.path().exists() {
            return Ok(file);
        }
    }
}

/// Whether two names that differ in upper and lower case only are one in a folder, which is asked with a file that is
/// removed again, as is the folder if it was not there. Where no file can be made they are taken for two: no result can be
/// written there.
#[must_use]
pub fn ignores_case(folder: &Path) -> bool {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    let asked = fs::create_dir_all(folder).and_then(|()| unfinished(folder, Readers::Owner));
    let is_one = asked.is_ok_and(|file| {
        let name = file.path().file_name().unwrap_or_default();
        let other = name.to_string_lossy().to_uppercase();
        fs::symlink_metadata(folder.join(other)).is_ok()
    });
    for folder in missing {
        // Another run may have put something there.
        let _ = fs::remove_dir(folder);
    }
    is_one
}

#[cfg(unix)]
fn for_usual_readers(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    // The system takes from it what new files do not get.
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn for_usual_readers(_: &mut tempfile::Builder<'_, '_>) {}

/// A file that is written beside its target, and has not got its name. It is gone with this, if it is not finished.
#[derive(Debug)]
#[must_use]
pub struct Unfinished {
    file: tempfile::NamedTempFile,
    target: PathBuf,
    /// What the target was when it was compared with what was read of it.
    replaces: Option<fs::Metadata>,
}

impl Unfinished {
    /// Waits until its text is on the disk, and gives it the name of its target. The name is on the disk after
    /// [`sync_folder`].
    ///
    /// # Errors
    ///
    /// [`WriteError`]; the target is then what it was before, or what somebody else has made of it.
    pub fn finish(self) -> Result<(), WriteError> {
        self.sync()?;
        self.name()
    }

    fn sync(&self) -> Result<(), WriteError> {
        let synced = self.file.as_file().sync_all();
        synced.map_err(|source| io_error(&self.target, source))
    }

    fn name(self) -> Result<(), WriteError> {
        let target = self.target;
        let failed = |source| io_error(&target, source);
        if let Some(was) = self.replaces
            && !is_same(&was, &fs::metadata(&target).map_err(failed)?)
        {
            return Err(WriteError::Changed(target));
        }
        let named = self.file.persist(&target);
        named.map_err(|error| failed(error.error))?;
        Ok(())
    }

    /// The folder that it gets its name in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.target)
    }
}

/// Whether nobody has written to a file in between, changed its mode, or put another one in its place. Not told by its time of
/// change: that is another one when another name of it (a hard link) goes.
fn is_same(before: &fs::Metadata, now: &fs::Metadata) -> bool {
    before.len() == now.len()
        && before.modified().ok() == now.modified().ok()
        && before.permissions() == now.permissions()
        && identity(before) == identity(now)
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> impl PartialEq {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> impl PartialEq {}

/// Writes what becomes a file below a folder, which is made if it is not there. `input` is the file it was made from. None
/// of `inputs` (canonical paths) is overwritten. Gives the path, and what is to be finished: what an earlier run has written
/// so is left alone. A run writes many files into few folders, so whoever calls it ends with [`sync_folder`] for each.
///
/// # Errors
///
/// [`WriteError`]; the target is then what it was before.
pub fn prepare_below(
    folder: &Path,
    relative: &Path,
    input: &Path,
    inputs: &BTreeSet<PathBuf>,
    text: &str,
    readers: Readers,
) -> Result<(PathBuf, Option<Unfinished>), WriteError> {
    let (target, real) = below(folder, relative)?;
    if inputs.contains(&real) {
        return Err(WriteError::Input(target));
    }
    if is_there(&real, input, text, readers) {
        return Ok((target, None));
    }
    let file = prepare(&real, input, text, readers).map_err(|error| error.about(&target))?;
    Ok((target, Some(file)))
}

/// Writes a file of this tool's own below a folder, or replaces it; the folder is made if it is not there.
///
/// # Errors
///
/// [`WriteError`]; the target is then what it was before.
pub fn write_into(
    folder: &Path,
    relative: &Path,
    text: &str,
    readers: Readers,
) -> Result<(), WriteError> {
    write_all_into(folder, [(relative, text, readers)])
}

/// The same for several files, with their paths below the folder: none is written before all are known to have a place, and
/// of those that stand in one folder none takes its name before all are on the disk.
///
/// # Errors
///
/// [`WriteError`]; targets in folders that come later are then what they were before.
pub fn write_all_into<'f>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'f Path, &'f str, Readers)>,
) -> Result<(), WriteError> {
    let files = files.into_iter().map(|(relative, text, readers)| {
        let (target, real) = below(folder, relative)?;
        if real.is_dir() {
            return Err(io_error(&target, io::ErrorKind::IsADirectory.into()));
        }
        Ok((target, real, text, readers))
    });
    let files: Vec<_> = files.collect::<Result<_, _>>()?;
    sweep_beside(files.iter().map(|(_, real, ..)| real.as_path()));
    // Those that are not named yet are open, and a process may have few files open.
    for files in files.chunk_by(|one, other| folder_of(&one.1) == folder_of(&other.1)) {
        let prepared = files.iter().map(|(target, real, text, readers)| {
            let file = prepare(real, real, text, readers.of_own(real));
            let file = file.and_then(|file| file.sync().map(|()| file));
            file.map_err(|error| error.about(target))
        });
        let prepared: Vec<_> = prepared.collect::<Result<_, _>>()?;
        for ((target, ..), file) in files.iter().zip(prepared) {
            file.name().map_err(|error| error.about(target))?;
        }
        if let Some((_, real, ..)) = files.first() {
            sync_folder(folder_of(real));
        }
    }
    Ok(())
}

/// A file below a folder, as it is shown and as it really is, in folders that are made if they are not there. No link
/// leads to it.
fn below(folder: &Path, relative: &Path) -> Result<(PathBuf, PathBuf), WriteError> {
    let target = folder.join(relative);
    let names: Option<Vec<_>> = relative
        .components()
        .map(|component| match component {
            Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect();
    let Some((file_name, folders)) = names.as_deref().and_then(<[_]>::split_last) else {
        return Err(WriteError::Outside(target));
    };
    fs::create_dir_all(folder).map_err(|source| io_error(folder, source))?;
    let mut parent = folder
        .canonicalize()
        .map_err(|source| io_error(folder, source))?;
    // One folder after another: a link among them would lead out of the output folder.
    for name in folders {
        parent.push(name);
        match fs::symlink_metadata(&parent) {
            Ok(metadata) if metadata.is_symlink() => return Err(WriteError::Outside(target)),
            Ok(_) => {}
            Err(_) => fs::create_dir(&parent)
                .or_else(|error| match error.kind() {
                    // Another thread has made it in the meantime.
                    io::ErrorKind::AlreadyExists => Ok(()),
                    _ => Err(error),
                })
                .map_err(|source| io_error(&parent, source))?,
        }
    }
    let real = parent.join(file_name);
    if fs::symlink_metadata(&real).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(WriteError::Link(target));
    }
    Ok((target, real))
}

/// Whether a file is there as it would be written: its text and who may read it.
fn is_there(target: &Path, mode_of: &Path, text: &str, readers: Readers) -> bool {
    let metadata = fs::metadata(target);
    metadata.is_ok_and(|metadata| has_mode(&metadata, mode_of, readers))
        && holds(target, text).unwrap_or_default()
}

/// Whether a path leads to a regular file that holds this text. Nothing else is opened: a named pipe would block.
///
/// # Errors
///
/// The file is not there, or cannot be read.
pub fn holds(path: &Path, text: &str) -> io::Result<bool> {
    let metadata = fs::metadata(path)?;
    let may_be_equal = metadata.is_file() && metadata.len() == text.len() as u64;
    Ok(may_be_equal && fs::read(path)? == text.as_bytes())
}

#[cfg(unix)]
fn has_mode(metadata: &fs::Metadata, mode_of: &Path, readers: Readers) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    match readers {
        Readers::OfInput => {
            fs::metadata(mode_of).is_ok_and(|wanted| wanted.permissions().mode() & 0o777 == mode)
        }
        Readers::Owner => mode & 0o077 == 0,
        Readers::Usual => true,
    }
}

#[cfg(not(unix))]
fn has_mode(_: &fs::Metadata, _: &Path, _: Readers) -> bool {
    true
}

/// Writes a new text for a file, which it replaces when it is finished, unless that has changed again. The file behind a
/// link is replaced, the link stays.
///
/// # Errors
///
/// [`WriteError`]; nothing is left to finish then.
pub fn prepare_in_place(
    input: &Path,
    before: &str,
    text: &str,
    readers: Readers,
) -> Result<Unfinished, WriteError> {
    let failed = |source| io_error(input, source);
    let target = input.canonicalize().map_err(failed)?;
    // Before it is read: a change in between is one as well.
    let replaces = fs::metadata(&target).map_err(failed)?;
    if !holds(&target, before).map_err(failed)? {
        return Err(WriteError::Changed(input.to_owned()));
    }
    let file = prepare(&target, &target, text, readers).map_err(|error| error.about(input))?;
    Ok(Unfinished {
        replaces: Some(replaces),
        ..file
    })
}

/// The same, finished at once.
///
/// # Errors
///
/// [`WriteError`]; the file is then what it was before.
pub fn write_in_place(
    input: &Path,
    before: &str,
    text: &str,
    readers: Readers,
) -> Result<(), WriteError> {
    let file = prepare_in_place(input, before, text, readers)?;
    let folder = file.folder().to_owned();
    file.finish().map_err(|error| error.about(input))?;
    sync_folder(&folder);
    Ok(())
}

/// Writes a file of this tool's own, or replaces it. The file behind a link is replaced, the link stays.
///
/// # Errors
///
/// [`WriteError`]; the file is then what it was before.
pub fn write_file(path: &Path, text: &str) -> Result<(), WriteError> {
    let target = match path.canonicalize() {
        Ok(target) => target,
        // It is new, unless a link leads to nothing.
        Err(_) if fs::symlink_metadata(path).is_err() => {
            fs::metadata(folder_of(path)).map_err(|source| io_error(path, source))?;
            path.to_owned()
        }
        Err(source) => return Err(io_error(path, source)),
    };
    write_own(&target, text, Readers::Usual).map_err(|error| error.about(path))
}

/// Writes a file of this tool's own to where no link leads.
fn write_own(target: &Path, text: &str, readers: Readers) -> Result<(), WriteError> {
    sweep(folder_of(target));
    prepare(target, target, text, readers.of_own(target))?.finish()?;
    sync_folder(folder_of(target));
    Ok(())
}

/// A file beside its target that is whole.
fn prepare(
    target: &Path,
    mode_of: &Path,
    text: &str,
    readers: Readers,
) -> Result<Unfinished, WriteError> {
    let failed = |source| io_error(target, source);
    let folder = folder_of(target);
    // In the folder of the target: a rename across file systems would be a copy, and a copy can stop half way.
    let mut file = unfinished(folder, readers).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if readers == Readers::OfInput {
        let permissions = fs::metadata(mode_of).map_err(failed)?.permissions();
        file.as_file()
            .set_permissions(permissions)
            .map_err(failed)?;
    }
    Ok(Unfinished {
        file,
        target: target.to_owned(),
        replaces: None,
    })
}

/// Waits until the names in a folder are on the disk, after files in it were replaced. Before that a file may still be the
/// one it was before: whole either way.
pub fn sync_folder(folder: &Path) {
    // Not every system can do that.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}

fn folder_of(target: &Path) -> &Path {
    target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

impl WriteError {
    /// The same error about the path that the user knows.
    pub(super) fn about(self, shown: &Path) -> Self {
        match self {
            Self::Io { source, .. } => io_error(shown, source),
            Self::Changed(_) => Self::Changed(shown.to_owned()),
            other => other,
        }
    }
}

fn io_error(path: &Path, error: io::Error) -> WriteError {
    // The temporary file that an error may name is nothing the user knows.
    let source = match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        // Of an error of the system `tempfile` keeps its kind and its text, to which it adds its path.
        None => match error.get_ref().map(ToString::to_string) {
            Some(text) => match text.rsplit_once(" at path ") {
                Some((what, _)) => io::Error::new(error.kind(), what.to_owned()),
                None => io::Error::from(error.kind()),
            },
            None => error,
        },
    };
    WriteError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_asked_about_case_and_left_as_it_was() {
        let place = tempfile::tempdir().expect("a folder");
        let out = place.path().join("out");
        fs::create_dir(&out).expect("a folder");
        let is_one = place.path().join("OUT").exists();
        assert_eq!(ignores_case(&out), is_one);
        assert_eq!(ignores_case(&out.join("not/there")), is_one);
        assert_eq!(fs::read_dir(&out).expect("a folder").count(), 0);
        // Nothing can be written below a file.
        fs::write(out.join("file"), "mine").expect("written");
        assert!(!ignores_case(&out.join("file/there")));
        assert_eq!(fs::read_to_string(out.join("file")).expect("read"), "mine");
    }
}
