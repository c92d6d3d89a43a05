//! Putting a result on disk: whole or not at all, and only where it belongs.

use std::{
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

/// Writes a file below a folder, which is made if it is not there. `input` is the file it was made from: never
/// overwritten, its mode is kept, unless the result holds secrets that the input did not: those only the owner reads.
///
/// # Errors
///
/// [`WriteError`]; the target is then what it was before.
pub fn write_below(
    folder: &Path,
    relative: &Path,
    input: &Path,
    text: &str,
    holds_secrets: bool,
) -> Result<PathBuf, WriteError> {
    let is_below = relative
        .components()
        .all(|component| matches!(component, Component::Normal(_)));
    let target = folder.join(relative);
    if !is_below || relative.as_os_str().is_empty() {
        return Err(WriteError::Outside(target));
    }
    let parent = target.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|source| io_error(parent, source))?;
    let real = |path: &Path| path.canonicalize().map_err(|source| io_error(path, source));
    if !real(parent)?.starts_with(real(folder)?) {
        return Err(WriteError::Outside(target));
    }
    if fs::symlink_metadata(&target).is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(WriteError::Link(target));
    }
    if target.exists() && real(&target)? == real(input)? {
        return Err(WriteError::Input(target));
    }
    replace(&target, input, text, holds_secrets)?;
    Ok(target)
}

/// Replaces a file by a new text. The file behind a link is replaced, the link stays.
///
/// # Errors
///
/// [`WriteError`]; the file is then what it was before.
pub fn write_in_place(input: &Path, before: &str, text: &str) -> Result<(), WriteError> {
    let target = input
        .canonicalize()
        .map_err(|source| io_error(input, source))?;
    let there = fs::read(&target).map_err(|source| io_error(&target, source))?;
    if there != before.as_bytes() {
        return Err(WriteError::Changed(target));
    }
    replace(&target, &target, text, false)
}

fn replace(target: &Path, mode_of: &Path, text: &str, only_owner: bool) -> Result<(), WriteError> {
    let failed = |source| io_error(target, source);
    let folder = target
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // In the folder of the target: a rename across file systems would be a copy, and a copy can stop half way.
    let mut file = tempfile::Builder::new()
        .prefix(".palette-knife-")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    // A temporary file is for the owner only, which is what a file with new secrets should stay.
    if !only_owner {
        let permissions = fs::metadata(mode_of).map_err(failed)?.permissions();
        file.as_file()
            .set_permissions(permissions)
            .map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(target).map_err(|error| failed(error.error))?;
    // The name is on disk when its folder is. Not every system can sync a folder, and the file is whole either way.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn io_error(path: &Path, source: io::Error) -> WriteError {
    WriteError::Io {
        path: path.to_owned(),
        source,
    }
}
