//! Reading the files of a destination folder.

use std::path::{Path, PathBuf};

use super::{ReadFault, read_file, start_of};
use crate::{
    destination::{DestinationFault, FaultKind, config, file::ParsedFile, index::Seen},
    source::shown_path,
    syntax::{KeyFilter, NodeRef},
};

/// Reads files, and keeps what is wrong with them in their order.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) max_file_size: u64,
    pub(super) faults: Vec<DestinationFault>,
    /// The files that are left out, and why.
    pub(super) unread: Vec<String>,
    /// The folders and files that what was read depends on; `None` where it depends on others, too, or nobody asks.
    pub(super) seen: Option<Seen>,
}

impl Reader {
    pub(super) fn new(max_file_size: u64) -> Self {
        Self {
            max_file_size,
            seen: Some(Seen::default()),
            ..Self::default()
        }
    }

    /// Adds what another one found.
    pub(super) fn append(&mut self, mut other: Self) {
        self.faults.append(&mut other.faults);
        self.unread.append(&mut other.unread);
        match (&mut self.seen, other.seen) {
            (Some(seen), Some(other)) => seen.append(other),
            (seen, _) => *seen = None,
        }
    }

    pub(super) fn sees_folder(&mut self, folder: PathBuf) {
        if let Some(seen) = &mut self.seen {
            seen.folders.push(folder);
        }
    }

    pub(super) fn sees_file(&mut self, file: PathBuf) {
        if let Some(seen) = &mut self.seen {
            seen.files.push(file);
        }
    }

    pub(super) fn sorted_entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        self.sees_folder(folder.to_owned());
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.unread(&shown_path(folder), &error.to_string());
                return Vec::new();
            }
        };
        let mut paths: Vec<PathBuf> = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => paths.push(entry.path()),
                Err(error) => {
                    let shown = shown_path(folder);
                    self.unread(&shown, &error.to_string());
                }
            }
        }
        paths.sort();
        paths
    }

    /// Of files of one folder that are one file in several formats, the one that is read: the first in the order of
    /// names, so `.json`, then `.yaml`, then `.yml`. `files` is in that order. The others are told.
    pub(super) fn one_of_formats(&mut self, files: Vec<PathBuf>) -> Option<PathBuf> {
        let mut files = files.into_iter();
        let read = files.next()?;
        for file in files {
            let reason = format!("`{}` is read in its place", shown_path(&read));
            self.unread(&shown_path(&file), &reason);
        }
        Some(read)
    }

    /// The document of a file that is about one thing. Others that it has are told.
    pub(super) fn one_document<'t>(&mut self, file: &'t ParsedFile) -> Option<NodeRef<'t>> {
        let mut documents = file.tree.filled_documents();
        let document = documents.next();
        if let Some(next) = documents.next() {
            let line = config::place_of(&file.source, next).start.line;
            let reason = format!("only its first document is read, a second begins in line {line}");
            self.unread(file.source.name(), &reason);
        }
        document
    }

    pub(super) fn parse(&mut self, file: &Path, keys: Option<KeyFilter>) -> Option<ParsedFile> {
        match read_file(file, self.max_file_size, keys) {
            Ok(read) => Some(read),
            Err(fault) => {
                self.fault(fault);
                None
            }
        }
    }

    pub(super) fn fault(&mut self, fault: ReadFault) {
        match fault {
            ReadFault::Unreadable { file, reason } => self.unread(&file, &reason),
            ReadFault::Faults(faults) => self.faults.extend(faults),
        }
    }

    pub(super) fn unread(&mut self, file: &str, reason: &str) {
        self.unread.push(format!("{file}: {reason}"));
        let message = format!("the file is left out: {reason}");
        let fault = DestinationFault::new(FaultKind::Unread, start_of(file), message);
        self.faults.push(fault);
    }
}
