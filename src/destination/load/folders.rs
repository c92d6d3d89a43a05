//! The folders below a folder, with their files: listed on several threads, for a registry may have thousands of them.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{stem, walk};

/// A folder and the files in it that may tell something, in the order of their names.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) files: Vec<PathBuf>,
}

/// What cannot be listed, and why.
pub(super) type Unlisted = (Option<PathBuf>, String);

/// The folders below a folder.
pub(super) struct Listed {
    /// The folder and those below it, a folder before those in it, in the order of names. Some that hold no files may be
    /// left out where there are links.
    pub(super) folders: Vec<Folder>,
    pub(super) unlisted: Vec<Unlisted>,
    /// Whether there may be links among them.
    pub(super) has_links: bool,
}

/// A folder and all those below it, and what cannot be listed.
pub(super) fn listed(root: &Path) -> Listed {
    // Where there are links or faults, paths have to be followed one after the other.
    match list(root, MOST_LEVELS) {
        Some(folders) => Listed {
            folders,
            unlisted: Vec::new(),
            has_links: false,
        },
        None => {
            let (folders, unlisted) = walked(root);
            Listed {
                folders,
                unlisted,
                has_links: true,
            }
        }
    }
}

/// Folders that lie deeper are for the walk, which keeps no stack: registries nest a few levels deep.
const MOST_LEVELS: usize = 16;

/// The folders; `None` where there is a link, something that cannot be listed, or more than so many levels.
fn list(root: &Path, levels: usize) -> Option<Vec<Folder>> {
    let levels_below = levels.checked_sub(1)?;
    let mut folders = Vec::new();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root).ok()? {
        let entry = entry.ok()?;
        let kind = entry.file_type().ok()?;
        if kind.is_dir() {
            folders.push(entry.path());
        } else if kind.is_file() {
            let path = entry.path();
            if stem(&path).is_some() {
                files.push(path);
            }
        } else {
            return None;
        }
    }
    // Comparing paths part by part would take longer than listing them.
    folders.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    files.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    let mut all = vec![Folder {
        path: root.to_owned(),
        files,
    }];
    // Most have none below.
    if !folders.is_empty() {
        let below: Option<Vec<_>> = folders
            .par_iter()
            .map(|folder| list(folder, levels_below))
            .collect();
        all.extend(below?.into_iter().flatten());
    }
    Some(all)
}

fn walked(root: &Path) -> (Vec<Folder>, Vec<Unlisted>) {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut unlisted = Vec::new();
    for entry in walk(root) {
        match entry {
            Ok(entry) => {
                let path = entry.path();
                if entry.file_type().is_file() && stem(path).is_some() {
                    files.push(entry.into_path());
                }
            }
            Err(error) => {
                let path = error.path().map(Path::to_owned);
                unlisted.push((path, error.to_string()));
            }
        }
    }
    // In the order of folders: one of names has the files of a folder before and behind those of the folders in it.
    files.sort_by(|one, other| {
        let key = |file: &PathBuf| file.parent().map(Path::to_owned);
        key(one).cmp(&key(other)).then_with(|| one.cmp(other))
    });
    let mut folders: Vec<Folder> = Vec::new();
    for file in files {
        let parent = file.parent().unwrap_or(root);
        match folders.last_mut() {
            Some(folder) if folder.path == parent => folder.files.push(file),
            _ => folders.push(Folder {
                path: parent.to_owned(),
                files: vec![file],
            }),
        }
    }
    (folders, unlisted)
}
