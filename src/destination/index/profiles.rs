//! The profiles that exist at a destination, kept in a file for the next run.
//!
//! There may be hundreds of them, and a profile that is checked asks for those of its name. They have an index of their
//! own: they change more often than registries. It says of few files what they tell, so that these are looked at before
//! it is used.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::{
    IndexFolder, Seen, as_they_were,
    place::{Part, hash},
    stored::StoredPlace,
};
use crate::{
    destination::{
        existing::{ExistingProfile, ProfilePlace},
        macros::Scope,
    },
    finding::Place,
};

/// Files that are smaller together, in bytes, are read as fast as an index of them is.
const SMALL: u64 = 16 * 1024;

/// What the index of profiles is.
#[derive(Debug, Serialize, Deserialize)]
struct Told<'a> {
    /// The destination folder, without links.
    folder: &'a str,
    /// The size of the largest file of profiles, in bytes.
    largest: u64,
    /// The folders and files that profiles were read from, see [`super::stored::Front::folders`].
    seen: &'a [u8],
    /// Sums of their names, sorted.
    names: &'a [u8],
    /// A list of [`StoredProfile`].
    profiles: &'a [u8],
    /// Where they are told, in the same order: a list of [`StoredPlace`].
    places: &'a [u8],
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredProfile<'a> {
    name: &'a str,
    version: &'a str,
    cloud_type: &'a str,
    kind: &'a str,
    scope: Option<Scope>,
}

/// The profiles of an index.
#[derive(Debug, Clone)]
pub struct IndexedProfiles {
    /// See [`Told`].
    told: Vec<u8>,
    /// The folder `profiles`, as it was named.
    root: PathBuf,
}

impl IndexedProfiles {
    /// Whether one may have this name: if not, none has it.
    pub(in super::super) fn may_have(&self, name: &str) -> bool {
        let told = postcard::from_bytes::<Told<'_>>(&self.told);
        told.is_ok_and(|told| {
            let (names, _) = told.names.as_chunks();
            names.binary_search(&sum(name)).is_ok()
        })
    }

    /// All of them.
    pub(in super::super) fn profiles(&self) -> Vec<ExistingProfile> {
        self.read().unwrap_or_default()
    }

    fn read(&self) -> Option<Vec<ExistingProfile>> {
        let told: Told<'_> = postcard::from_bytes(&self.told).ok()?;
        let profiles: Vec<StoredProfile<'_>> = postcard::from_bytes(told.profiles).ok()?;
        let places = Arc::new(Places {
            bytes: told.places.to_owned(),
            root: self.root.clone(),
            made: OnceLock::new(),
        });
        let profiles = profiles.into_iter().zip(0..);
        let profiles = profiles.map(|(profile, number)| ExistingProfile {
            name: profile.name.to_owned(),
            version: profile.version.to_owned(),
            cloud_type: profile.cloud_type.to_owned(),
            kind: profile.kind.to_owned(),
            scope: profile.scope,
            declared: Some(ProfilePlace::Indexed(PlaceInIndex {
                places: Arc::clone(&places),
                number,
            })),
        });
        Some(profiles.collect())
    }
}

/// The sum of a name, the first byte of which counts most.
fn sum(name: &str) -> [u8; 8] {
    hash(name).to_be_bytes()
}

/// Where an index says that a profile is told.
#[derive(Debug, Clone)]
pub struct PlaceInIndex {
    places: Arc<Places>,
    number: usize,
}

/// The places of profiles. Few are ever shown, so they are made when one is asked for.
#[derive(Debug)]
struct Places {
    bytes: Vec<u8>,
    /// The folder `profiles`, as it was named.
    root: PathBuf,
    made: OnceLock<Vec<Place>>,
}

impl PlaceInIndex {
    /// The place.
    pub(in super::super) fn place(&self) -> Option<Place> {
        let Places { bytes, root, made } = &*self.places;
        let make = || {
            let stored: Vec<StoredPlace<'_>> = postcard::from_bytes(bytes).unwrap_or_default();
            stored.iter().map(|place| place.place(root)).collect()
        };
        made.get_or_init(make).get(self.number).cloned()
    }
}

impl IndexFolder {
    /// The profiles that the index of a destination tells; `None` where there is none that is up to date. For `folder`
    /// and `real` see [`IndexFolder::find`].
    pub(in super::super) fn profiles(
        &self,
        folder: &Path,
        real: &Path,
        max_file_size: u64,
    ) -> Option<IndexedProfiles> {
        let (_, bytes) = self.open(real, Part::Profiles)?;
        let told: Told<'_> = postcard::from_bytes(&bytes).ok()?;
        if Path::new(told.folder) != real || told.largest > max_file_size {
            return None;
        }
        let root = folder.join("profiles");
        as_they_were(told.seen, &root)?;
        Some(IndexedProfiles { told: bytes, root })
    }

    /// Writes the index of the profiles of a destination, if that may be done: see [`IndexFolder::write`].
    pub(in super::super) fn write_profiles(
        &self,
        folder: &Path,
        real: &Path,
        profiles: &[ExistingProfile],
        seen: &Seen,
        since: SystemTime,
    ) -> Option<()> {
        let root = folder.join("profiles");
        let stamped = seen.stamped(&root, since)?;
        let sizes = stamped.files().map(|(_, stamp)| stamp.size);
        if sizes.sum::<u64>() < SMALL {
            return None;
        }
        let mut names: Vec<_> = profiles.iter().map(|profile| sum(&profile.name)).collect();
        names.sort_unstable();
        let writer = stamped.writer()?;
        let places = profiles.iter().map(|profile| match &profile.declared {
            Some(ProfilePlace::Known(place)) => writer.place(place),
            _ => None,
        });
        let profiles = profiles.iter().map(|profile| StoredProfile {
            name: &profile.name,
            version: &profile.version,
            cloud_type: &profile.cloud_type,
            kind: &profile.kind,
            scope: profile.scope,
        });
        let told = Told {
            folder: real.to_str()?,
            largest: stamped.largest(),
            seen: &stamped.block(..)?,
            names: names.as_flattened(),
            profiles: &postcard::to_stdvec(&profiles.collect::<Vec<_>>()).ok()?,
            places: &postcard::to_stdvec(&places.collect::<Option<Vec<_>>>()?).ok()?,
        };
        self.save(real, Part::Profiles, &postcard::to_stdvec(&told).ok()?, &[])
            .ok()
    }
}
