//! Which profiles are compared with which.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{Comparison, DiffFile, ProfileDiff, ProfileId, compare};
use crate::{
    check::is_foreign,
    input::{self, InputFile},
    profile::ProfileFile,
    source::{Source, shown_path},
};

/// A file that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct DiffError {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// What became of a run: what could be compared, and what could not.
#[derive(Debug, Default)]
pub struct Compared {
    /// The comparison.
    pub comparison: Comparison,
    /// What is in the way of the rest.
    pub errors: Vec<DiffError>,
}

/// A profile of one side, and where it is.
#[derive(Debug, Clone)]
struct Found {
    /// The number of its file among those of its side.
    file: usize,
    /// The number of its document.
    document: usize,
    id: ProfileId,
}

/// One side: its files, and the profiles in them. The files themselves are let go, and read again pair by pair.
#[derive(Debug, Default)]
struct SideFiles {
    paths: Vec<PathBuf>,
    profiles: Vec<Found>,
    skipped: usize,
    is_file: bool,
}

/// Compares two files, or all profiles of two folders. Profiles pair by name and version; those of single files also by
/// their name alone, and at last the only ones that are left.
#[must_use]
pub fn compare_paths(old: &Path, new: &Path, max_file_size: u64) -> Compared {
    let mut compared = Compared::default();
    let mut side = |path| {
        let (side, errors) = list(path, max_file_size);
        compared.errors.extend(errors);
        side
    };
    let (old, new) = (side(old), side(new));
    let is_loose = old.is_file && new.is_file;
    let (pairs, only_old, only_new) = pair(&old.profiles, &new.profiles, is_loose);
    let comparison = &mut compared.comparison;
    comparison.skipped_files = old.skipped + new.skipped;
    comparison.only_old = only_old.into_iter().map(|found| found.id.clone()).collect();
    comparison.only_new = only_new.into_iter().map(|found| found.id.clone()).collect();
    // A file of many profiles is read once for all of them.
    let mut by_files: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
    for (old, new) in pairs {
        let documents = (old.document, new.document);
        by_files
            .entry((old.file, new.file))
            .or_default()
            .push(documents);
    }
    let results: Vec<_> = by_files
        .into_par_iter()
        .map(|((old_file, new_file), documents)| {
            let (old, new) = (old.paths.get(old_file), new.paths.get(new_file));
            let (Some(old), Some(new)) = (old, new) else {
                return Ok(Vec::new());
            };
            let (old, new) = (read(old, max_file_size)?, read(new, max_file_size)?);
            let pairs = documents.into_iter().map(|(old_number, new_number)| {
                one(Some((&old, old_number)), Some((&new, new_number)))
            });
            pairs.collect::<Result<Vec<_>, _>>()
        })
        .collect();
    for result in results {
        match result {
            Ok(pairs) => comparison.pairs.extend(pairs),
            Err(error) => compared.errors.push(error),
        }
    }
    sort(&mut compared.comparison);
    compared
}

/// Compares two texts that are one file before and after; `None` for one that was not there, or is there no more. What has
/// no counterpart is compared with nothing. `Ok(None)` when one of them holds no profile.
///
/// # Errors
///
/// [`DiffError`] when one of them cannot be read as what it seems to be.
pub fn compare_sources(
    old: Option<Source>,
    new: Option<Source>,
) -> Result<Option<Comparison>, DiffError> {
    let (old, new) = (
        old.map(profiles_of).transpose()?,
        new.map(profiles_of).transpose()?,
    );
    let is_other = |side: &Option<Option<DiffFile>>| matches!(side, Some(None));
    if is_other(&old) || is_other(&new) {
        return Ok(None);
    }
    let (old, new) = (old.flatten(), new.flatten());
    let found = |side: Option<&DiffFile>| -> Vec<Found> {
        let profiles = side.into_iter().flat_map(DiffFile::profiles);
        let found = profiles.map(|(document, id)| Found {
            file: 0,
            document,
            id,
        });
        found.collect()
    };
    let (old_profiles, new_profiles) = (found(old.as_ref()), found(new.as_ref()));
    let (pairs, only_old, only_new) = pair(&old_profiles, &new_profiles, true);
    let old_at = |found: &Found| old.as_ref().map(|file| (file, found.document));
    let new_at = |found: &Found| new.as_ref().map(|file| (file, found.document));
    let pairs = pairs
        .into_iter()
        .map(|(old, new)| one(old_at(old), new_at(new)));
    let gone = only_old.into_iter().map(|found| one(old_at(found), None));
    let come = only_new.into_iter().map(|found| one(None, new_at(found)));
    let mut comparison = Comparison {
        pairs: pairs.chain(gone).chain(come).collect::<Result<_, _>>()?,
        ..Comparison::default()
    };
    sort(&mut comparison);
    Ok(Some(comparison))
}

/// The profiles of a text; `None` when it holds none.
///
/// # Errors
///
/// [`DiffError`] when it cannot be read as what it seems to be.
pub fn profiles_of(source: Source) -> Result<Option<DiffFile>, DiffError> {
    let file = ProfileFile::parse(source);
    if is_foreign(&file) {
        return Ok(None);
    }
    let error = |reason: String| DiffError {
        file: file.source().name().to_string(),
        reason,
    };
    if let Some(at) = file.source().invalid_utf8_at() {
        return Err(error(format!(
            "it is not UTF-8: byte {at} begins no character"
        )));
    }
    if let Some(fault) = file.faults().first() {
        let text = file.source().text();
        let at = file.source().lines().position(text, fault.range.start());
        return Err(error(format!(
            "{}:{}: {}",
            at.line, at.column, fault.message
        )));
    }
    let file = DiffFile::new(file);
    let has_profile = file.profiles().next().is_some();
    Ok(has_profile.then_some(file))
}

fn one(
    old: Option<(&DiffFile, usize)>,
    new: Option<(&DiffFile, usize)>,
) -> Result<ProfileDiff, DiffError> {
    let name = new.or(old).map(|(file, _)| file.name());
    compare(old, new).map_err(|error| DiffError {
        file: name.unwrap_or_default(),
        reason: error.to_string(),
    })
}

fn sort(comparison: &mut Comparison) {
    let key = |pair: &ProfileDiff| {
        let id = pair.new.clone().or_else(|| pair.old.clone());
        id.map(|id| (id.name, id.version, id.file))
    };
    comparison.pairs.sort_by_cached_key(key);
    for ids in [&mut comparison.only_old, &mut comparison.only_new] {
        ids.sort_by(|one, other| {
            (&one.name, &one.version, &one.file).cmp(&(&other.name, &other.version, &other.file))
        });
    }
}

fn list(path: &Path, max_file_size: u64) -> (SideFiles, Vec<DiffError>) {
    let (files, missing) = input::collect(&[path.to_owned()]);
    let mut errors: Vec<DiffError> = missing
        .iter()
        .map(|error| DiffError {
            file: shown_path(path),
            reason: match error {
                input::InputError::Path { reason, .. } => reason.clone(),
            },
        })
        .collect();
    let listed: Vec<_> = files
        .par_iter()
        .map(|file| list_file(file, max_file_size))
        .collect();
    let mut side = SideFiles {
        is_file: files.iter().any(|file| file.is_named),
        ..SideFiles::default()
    };
    for (number, (file, listed)) in files.into_iter().zip(listed).enumerate() {
        side.paths.push(file.path);
        match listed {
            Ok(profiles) if profiles.is_empty() => side.skipped += 1,
            Ok(profiles) => side
                .profiles
                .extend(profiles.into_iter().map(|(document, id)| Found {
                    file: number,
                    document,
                    id,
                })),
            Err(error) => errors.push(error),
        }
    }
    (side, errors)
}

fn list_file(file: &InputFile, max_file_size: u64) -> Result<Vec<(usize, ProfileId)>, DiffError> {
    let found = profiles_of(source(&file.path, max_file_size)?)?;
    if found.is_none() && file.is_named {
        return Err(DiffError {
            file: shown_path(&file.path),
            reason: "it holds no exported profile".to_owned(),
        });
    }
    Ok(found.iter().flat_map(DiffFile::profiles).collect())
}

fn source(path: &Path, max_file_size: u64) -> Result<Source, DiffError> {
    Source::read(path, &shown_path(path), max_file_size).map_err(|error| DiffError {
        file: shown_path(path),
        reason: error.to_string(),
    })
}

fn read(path: &Path, max_file_size: u64) -> Result<DiffFile, DiffError> {
    profiles_of(source(path, max_file_size)?)?.ok_or_else(|| DiffError {
        file: shown_path(path),
        reason: "it was changed by somebody else in the meantime".to_owned(),
    })
}

type Pairs<'f> = (Vec<(&'f Found, &'f Found)>, Vec<&'f Found>, Vec<&'f Found>);

/// Pairs by name and version; if `is_loose` by name alone too, where it is the only one on both sides, and at last the
/// only ones that are left.
fn pair<'f>(old: &'f [Found], new: &'f [Found], is_loose: bool) -> Pairs<'f> {
    let mut pairs = Vec::new();
    let (mut old, mut new): (Vec<_>, Vec<_>) = (old.iter().collect(), new.iter().collect());
    pair_by(&mut pairs, &mut old, &mut new, false, |id| {
        (id.name.clone(), id.version.clone())
    });
    if is_loose {
        pair_by(&mut pairs, &mut old, &mut new, true, |id| id.name.clone());
        if let ([one], [other]) = (old.as_slice(), new.as_slice()) {
            pairs.push((one, other));
            old.clear();
            new.clear();
        }
    }
    (pairs, old, new)
}

/// Pairs what agrees in a key, in order; if `is_alone` only where one on each side has it.
fn pair_by<'f, K: std::hash::Hash + Eq>(
    pairs: &mut Vec<(&'f Found, &'f Found)>,
    old: &mut Vec<&'f Found>,
    new: &mut Vec<&'f Found>,
    is_alone: bool,
    key: impl Fn(&ProfileId) -> K,
) {
    let mut counts: HashMap<K, usize> = HashMap::new();
    for found in old.iter() {
        *counts.entry(key(&found.id)).or_default() += 1;
    }
    let mut waiting: HashMap<K, VecDeque<&'f Found>> = HashMap::new();
    for found in new.drain(..) {
        waiting.entry(key(&found.id)).or_default().push_back(found);
    }
    old.retain(|found| {
        let key = key(&found.id);
        let is_one = counts.get(&key) == Some(&1);
        let candidates = waiting.get_mut(&key);
        let candidates = candidates.filter(|found| !is_alone || (is_one && found.len() == 1));
        match candidates.and_then(VecDeque::pop_front) {
            Some(other) => {
                pairs.push((found, other));
                false
            }
            None => true,
        }
    });
    new.extend(waiting.into_values().flatten());
    new.sort_by_key(|found| (found.file, found.document));
}
