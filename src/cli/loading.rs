//! Loading the destinations of a run.

use std::{
    mem,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    destination::{Destination, IndexFolder},
    source::shown_path,
};

/// The destinations that a run is told to load.
#[derive(Debug)]
pub struct Loading<'a> {
    /// Their folders.
    pub folders: &'a [PathBuf],
    /// The largest file to read, in bytes.
    pub max_file_size: u64,
    /// Where indexes are kept, if they are.
    pub indexes: Option<IndexFolder>,
}

impl Loading<'_> {
    /// Loads them, in the order they were given.
    ///
    /// # Errors
    ///
    /// A message for the first that cannot be loaded, or when two have the same name.
    pub fn load(&self) -> Result<Vec<Arc<Destination>>, String> {
        let mut destinations = self.load_ahead()?;
        self.renew(&mut destinations)?;
        Ok(destinations)
    }

    /// The same before it is known whether their indexes are up to date: that takes as long as checking some profiles,
    /// and is found out meanwhile. [`Loading::renew`] is to be called before anything is told or written.
    ///
    /// # Errors
    ///
    /// As those of [`Loading::load`].
    pub fn load_ahead(&self) -> Result<Vec<Arc<Destination>>, String> {
        let mut destinations: Vec<Arc<Destination>> = Vec::new();
        for folder in self.folders {
            let ahead = match &self.indexes {
                Some(indexes) => Destination::load_ahead(folder, self.max_file_size, indexes),
                None => Ok(None),
            };
            let destination = match ahead {
                Ok(Some(ahead)) => kept(ahead),
                Ok(None) => self.read(folder)?,
                Err(error) => return Err(error.to_string()),
            };
            let mut others = destinations.iter();
            if let Some(same) = others.find(|other| other.name() == destination.name()) {
                return Err(format!(
                    "`{}` and `{}` are both called `{}`: give one another `name`, in `{}` or `{}`",
                    same.folder().display(),
                    folder.display(),
                    destination.name(),
                    shown_path(same.config_file()),
                    shown_path(destination.config_file()),
                ));
            }
            destinations.push(destination);
        }
        Ok(destinations)
    }

    /// Loads those once more whose index is out of date, and tells whether there are any: then what was found with them
    /// may be wrong.
    ///
    /// # Errors
    ///
    /// A message when one cannot be loaded any more.
    pub fn renew(&self, destinations: &mut [Arc<Destination>]) -> Result<bool, String> {
        let mut is_any = false;
        for destination in destinations {
            if !destination.is_confirmed() {
                is_any = true;
                *destination = self.read(destination.folder())?;
            }
        }
        Ok(is_any)
    }

    /// Loads one without an index.
    fn read(&self, folder: &Path) -> Result<Arc<Destination>, String> {
        share_work();
        let read = match &self.indexes {
            Some(indexes) => Destination::load_anew(folder, self.max_file_size, indexes),
            None => Destination::load(folder, self.max_file_size),
        };
        read.map(kept).map_err(|error| error.to_string())
    }
}

/// Lets this thread take part in work that is shared out, for which it would only wait. Where no others can be started it
/// does all of it. Nothing happens where the threads are there already.
pub fn share_work() {
    rayon::ThreadPoolBuilder::new()
        .use_current_thread()
        .build_global()
        .ok();
}

/// A destination that is used until the process ends, which frees thousands of versions at once.
fn kept(destination: Destination) -> Arc<Destination> {
    let destination = Arc::new(destination);
    mem::forget(Arc::clone(&destination));
    destination
}
