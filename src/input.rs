//! Which files a run looks at.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use ignore::WalkBuilder;

use crate::syntax::Format;

/// A file to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path below the folder it was found in; the file name for a file that was named itself.
    pub relative: PathBuf,
    /// Its absolute path, without links where they can be resolved.
    pub real: PathBuf,
    /// Whether it was named on the command line: then it is checked whatever it looks like.
    pub is_named: bool,
}

/// Why an input cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A path that is not there, or cannot be read.
    #[error("`{}`: {reason}", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// The files of some paths, sorted, each once. Folders are searched for `.json`, `.yaml` and `.yml`, leaving out what
/// Git ignores and hidden folders; links are not followed.
///
/// What cannot be read is returned beside the rest.
#[must_use]
pub fn collect(paths: &[PathBuf]) -> (Vec<InputFile>, Vec<InputError>) {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    let here = std::env::current_dir().ok();
    for path in paths {
        let path = &from(here.as_deref(), path);
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => folder(path, &mut files, &mut errors),
            Ok(_) => files.push(InputFile {
                path: clean(path.clone()),
                relative: path.file_name().map(PathBuf::from).unwrap_or_default(),
                real: real(path),
                is_named: true,
            }),
            Err(error) => errors.push(InputError::Path {
                path: path.clone(),
                reason: error.to_string(),
            }),
        }
    }
    // A file that was both named and found counts as named.
    files.sort_by(|one, other| {
        one.path
            .cmp(&other.path)
            .then(other.is_named.cmp(&one.is_named))
    });
    files.dedup_by(|one, other| one.path == other.path);
    if paths.len() > 1 {
        leave_out_repetitions(&mut files);
    }
    (files, errors)
}

/// A path as it is from a folder, if it leads below it. Reports name files so, and fingerprints are made of the names:
/// pipelines that write `$PWD/profiles` mean the same files wherever the checkout is.
fn from(here: Option<&Path>, path: &Path) -> PathBuf {
    match here.and_then(|here| path.strip_prefix(here).ok()) {
        Some(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Some(below) => below.to_owned(),
        None => path.to_owned(),
    }
}

fn real(path: &Path) -> PathBuf {
    let real = path.canonicalize().or_else(|_| std::path::absolute(path));
    real.unwrap_or_else(|_| path.to_owned())
}

/// Leaves out files that were reached in another way already: by another spelling, or by a link. Those that were named
/// stay rather than those that were found.
fn leave_out_repetitions(files: &mut Vec<InputFile>) {
    let mut seen = HashSet::new();
    let mut kept: Vec<InputFile> = Vec::with_capacity(files.len());
    files.sort_by_key(|file| !file.is_named);
    for file in files.drain(..) {
        if seen.insert(file.real.clone()) {
            kept.push(file);
        }
    }
    kept.sort();
    *files = kept;
}

/// The files that tell what Git ignores, in a folder.
const IGNORE_FILES: [&str; 4] = [".gitignore", ".ignore", ".git", ".git/info/exclude"];

/// What in a folder would have to be read to know what is ignored, and is no file: reading a named pipe blocks.
fn unreadable_ignore_file(folder: &Path) -> Option<PathBuf> {
    let mut paths = IGNORE_FILES.iter().map(|name| folder.join(name));
    paths
        .find(|path| std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()))
}

fn folder(root: &Path, files: &mut Vec<InputFile>, errors: &mut Vec<InputError>) {
    let not_a_file = |path: PathBuf| InputError::Path {
        path,
        reason: "not a regular file, and what is ignored cannot be known".to_owned(),
    };
    let real = real(root);
    if let Some(path) = real.ancestors().find_map(unreadable_ignore_file) {
        return errors.push(not_a_file(path));
    }
    let left_out: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
    let found = Arc::clone(&left_out);
    let walk = WalkBuilder::new(root)
        .require_git(false)
        // What a user's own configuration of Git ignores would make the same run differ from one machine to the next.
        .git_global(false)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let unreadable = is_folder.then(|| unreadable_ignore_file(entry.path()));
            let Some(path) = unreadable.flatten() else {
                return true;
            };
            if let Ok(mut found) = found.lock() {
                found.push(path);
            }
            false
        })
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                if is_file && Format::of_name(entry.path()).is_some() {
                    let path = clean(entry.into_path());
                    let relative = path
                        .strip_prefix(clean(root.to_owned()))
                        .unwrap_or(&path)
                        .to_owned();
                    files.push(InputFile {
                        // No link was followed, and to resolve each of the paths would take longer than to find them.
                        real: real.join(&relative),
                        relative,
                        path,
                        is_named: false,
                    });
                }
            }
            Err(error) => errors.push(InputError::Path {
                path: root.to_owned(),
                reason: error.to_string(),
            }),
        }
    }
    if let Ok(mut left_out) = left_out.lock() {
        errors.extend(left_out.drain(..).map(not_a_file));
    }
}

/// Leaves out files that lie below a folder: the results of an earlier run are no input of the next.
pub fn leave_out(files: &mut Vec<InputFile>, folder: &Path) {
    if let Ok(folder) = folder.canonicalize() {
        files.retain(|file| file.is_named || !file.real.starts_with(&folder));
    }
}

/// Leaves out files that describe a destination, which a search of the folders around it finds as well: its profiles are
/// there already. Below a folder that itself lies in the description, files are meant.
pub fn leave_out_destination(files: &mut Vec<InputFile>, folder: &Path) {
    let parts = ["macros", "profiles", "registries"];
    let parts = parts.map(|part| folder.join(part).canonicalize());
    let parts: Vec<PathBuf> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return;
    }
    files.retain(|file| {
        if file.is_named {
            return true;
        }
        let real = &file.real;
        let searched = real.ancestors().nth(file.relative.components().count());
        let describes = |part: &&PathBuf| {
            real.starts_with(part) && !searched.is_some_and(|searched| searched.starts_with(part))
        };
        !parts.iter().any(|part| describes(&part))
    });
}

/// A path without a leading `./`.
fn clean(path: PathBuf) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
        _ => path,
    }
}
