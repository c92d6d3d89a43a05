//! The files of a run: which hold profiles, where their results go, and how those are put there.

use std::borrow::Cow;
use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rayon::prelude::*;

use crate::{
    batch::BatchProfile,
    check,
    finding::Place,
    input::InputFile,
    profile::{Pack, Profile, ProfileDocument, ProfileFile, Shape, TextCache},
    source::{Source, Text, shown_path},
    syntax::{Format, NodeRef, Tree},
};

use super::{
    finish::Finishers,
    names::{NameVersion, Named},
    result::{FileResult, Reason, Status},
    targets,
    write::{self, Readers, Unfinished, WriteError},
};

/// Where results go.
#[derive(Debug, Clone)]
pub enum Output {
    /// Below this folder.
    Folder(PathBuf),
    /// To the input files.
    InPlace,
    /// Nowhere: what would be written is only told.
    Nowhere,
}

/// A file to work on.
pub(super) struct Work<'f> {
    /// Its place among the files of the run, from 0.
    number: usize,
    pub(super) file: &'f InputFile,
    /// The profiles that were in it when it was read first.
    pub(super) profiles: Vec<WorkProfile>,
    /// What was read first, until it is its turn, if there was room for it.
    parsed: Mutex<Option<ProfileFile>>,
    /// Where the results lie below an output folder: one, or one for each document where a file can hold only one.
    targets: Vec<PathBuf>,
    /// The file before it that has a result at the same path.
    same_target: Option<PathBuf>,
    /// The file before it that has one at a path which differs in upper and lower case only.
    same_but_for_case: Option<PathBuf>,
}

/// Room for the files that are kept from the first reading on, until names are decided for all of a run.
struct Room(AtomicUsize);

impl Default for Room {
    fn default() -> Self {
        Self(AtomicUsize::new(Self::BYTES))
    }
}

impl Room {
    /// For some hundred profiles of usual size. What they take besides, embedded texts that no other file has, is less than
    /// their texts.
    const BYTES: usize = 32 << 20;

    /// Whether there is room for one more.
    fn takes(&self, file: &ProfileFile) -> bool {
        let size = file.source().text().len() + file.tree().map_or(0, Tree::size);
        let take = |left: usize| left.checked_sub(size);
        let taken = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok()
    }
}

/// A profile of a file to work on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WorkProfile {
    /// What it is called in the file.
    pub(super) name: NameVersion,
    /// Its type.
    pub(super) kind: String,
    /// The names that its packs may have in registries.
    packs: Vec<String>,
    /// Where its name stands.
    place: Place,
}

impl WorkProfile {
    fn new(file: &ProfileFile, profile: Profile<'_>) -> Self {
        let node = profile.name_node().unwrap_or(profile.root());
        Self {
            name: NameVersion::of(profile),
            kind: profile.kind().into_owned(),
            packs: profile
                .packs()
                .flat_map(Pack::registry_names)
                .map(Cow::into_owned)
                .collect(),
            place: file.place(node.content_range(), node.pointer()),
        }
    }

    /// What the other profiles of the run may want to know of it.
    pub(super) fn in_batch(&self) -> BatchProfile {
        BatchProfile {
            name: self.name.name.clone(),
            version: self.name.version.clone(),
            place: self.place.clone(),
            packs: self.packs.clone(),
        }
    }
}

impl<'f> Work<'f> {
    /// The files that have to do with profiles.
    pub(super) fn of_all(
        files: &'f [InputFile],
        format: Option<Format>,
        max_file_size: u64,
        cache: &TextCache,
    ) -> Vec<Self> {
        Self::of_all_with(files, format, max_file_size, cache, &Room::default())
    }

    fn of_all_with(
        files: &'f [InputFile],
        format: Option<Format>,
        max_file_size: u64,
        cache: &TextCache,
        room: &Room,
    ) -> Vec<Self> {
        let mut work: Vec<Self> = files
            .par_iter()
            .filter_map(|file| Self::of(file, format, max_file_size, cache, room))
            .collect();
        let mut targets: HashMap<PathBuf, &Path> = HashMap::new();
        let mut without_case: HashMap<String, &Path> = HashMap::new();
        for (number, work) in work.iter_mut().enumerate() {
            work.number = number;
            let input = work.file.path.as_path();
            let other = |first: &Path| (first != input).then(|| first.to_owned());
            for target in &work.targets {
                let first = *targets.entry(target.clone()).or_insert(input);
                work.same_target = other(first).or(work.same_target.take());
                let key = targets::without_case(target);
                let first = *without_case.entry(key).or_insert(input);
                work.same_but_for_case = other(first).or(work.same_but_for_case.take());
            }
        }
        work
    }

    fn of(
        file: &'f InputFile,
        format: Option<Format>,
        max_file_size: u64,
        cache: &TextCache,
        room: &Room,
    ) -> Option<Self> {
        let shown = shown_path(&file.path);
        let (mut profiles, mut paths) = (Vec::new(), vec![file.relative.clone()]);
        let mut kept = None;
        // Why a file cannot be read is told when it is its turn.
        if let Ok(source) = Source::read(&file.path, &shown, max_file_size) {
            let parsed = ProfileFile::parse_with(source, cache);
            if !file.is_named && check::is_foreign(&parsed) {
                return None;
            }
            if let Some(format) = format.filter(|format| *format != parsed.format()) {
                paths = targets::of_documents(&file.relative, &parsed, format);
            }
            profiles = profiles_of(&parsed);
            kept = room.takes(&parsed).then_some(parsed);
        }
        Some(Self {
            number: 0,
            file,
            profiles,
            parsed: Mutex::new(kept),
            targets: paths,
            same_target: None,
            same_but_for_case: None,
        })
    }

    /// Its profiles as answers name them.
    pub(super) fn named(&self) -> impl Iterator<Item = Named> {
        let file = shown_path(&self.file.path);
        self.profiles.iter().map(move |profile| Named {
            profile: profile.name.clone(),
            file: file.clone(),
        })
    }

    /// A result that tells nothing yet, or why there will be none. `ignores_case` tells whether paths that differ in upper
    /// and lower case only are one at the output.
    pub(super) fn result(&self, output: &Output, ignores_case: bool) -> FileResult {
        let profiles = self.profiles.iter();
        let profiles = profiles.map(|profile| (profile.name.clone(), profile.kind.clone()));
        let mut result = FileResult::new(&shown_path(&self.file.path), profiles);
        let mut refuse = |other: &Path, why: &str| {
            let other = shown_path(other);
            result.refuse(Reason::last(format!(
                "its result would have the same path as that of `{other}`{why}: write them to different folders"
            )));
        };
        match (output, &self.same_target, &self.same_but_for_case) {
            (Output::Folder(_), Some(other), _) => refuse(other, ""),
            (Output::Folder(_), None, Some(other)) if ignores_case => {
                refuse(other, ", as upper and lower case are one there");
            }
            _ => {}
        }
        result
    }

    /// The file as it was read first; read once more if that was not kept.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, or that it is not what it was.
    pub(super) fn read(
        &self,
        max_file_size: u64,
        cache: &TextCache,
    ) -> Result<ProfileFile, String> {
        if let Some(parsed) = lock(&self.parsed).take() {
            return Ok(parsed);
        }
        let shown = shown_path(&self.file.path);
        let source = Source::read(&self.file.path, &shown, max_file_size);
        let file = ProfileFile::parse_with(source.map_err(|error| error.to_string())?, cache);
        if profiles_of(&file) != self.profiles {
            return Err(CHANGED_MEANWHILE.to_owned());
        }
        Ok(file)
    }

    pub(super) fn is_readable(&self, file: &ProfileFile) -> bool {
        !self.profiles.is_empty()
            && file.faults().is_empty()
            && file.source().invalid_utf8_at().is_none()
    }
}

/// Where results go, and what must not be written to.
pub(super) struct Outputs<'o> {
    output: &'o Output,
    inputs: &'o BTreeSet<PathBuf>,
    /// The folders of results.
    touched: Mutex<BTreeSet<PathBuf>>,
    /// The results that were written and could not be finished.
    failures: Mutex<Vec<Failure>>,
}

/// A result that was written, and could not be finished.
struct Failure {
    /// The number of the file that it is a result of, and its own among the results of that.
    result: (usize, usize),
    error: WriteError,
}

impl<'o> Outputs<'o> {
    pub(super) fn new(output: &'o Output, inputs: &'o BTreeSet<PathBuf>) -> Self {
        Self {
            output,
            inputs,
            touched: Mutex::default(),
            failures: Mutex::default(),
        }
    }

    /// Whether results are written anywhere.
    pub(super) fn are_written(&self) -> bool {
        !matches!(self.output, Output::Nowhere)
    }

    /// Whether results lie at paths that differ in upper and lower case only, and these are one at the output.
    pub(super) fn ignores_case(&self, work: &[Work<'_>]) -> bool {
        let Output::Folder(folder) = self.output else {
            return false;
        };
        work.iter().any(|work| work.same_but_for_case.is_some()) && write::ignores_case(folder)
    }

    /// Waits until all that was written is on the disk, and tells the results, those of all files in order, what could not be
    /// finished.
    pub(super) fn finish(self, results: &mut [FileResult]) {
        let touched = self.touched.into_inner();
        let touched = touched.unwrap_or_else(PoisonError::into_inner);
        touched
            .par_iter()
            .for_each(|folder| write::sync_folder(folder));
        let failures = self.failures.into_inner();
        let mut failures = failures.unwrap_or_else(PoisonError::into_inner);
        failures.sort_unstable_by_key(|failure| failure.result);
        for failure in &failures {
            if let Some(result) = results.get_mut(failure.result.0) {
                result.fail(failure.error.to_string());
            }
        }
        // From the last one on, as those behind one that goes get other numbers.
        for (file, output) in failures.iter().rev().map(|failure| failure.result) {
            if let Some(result) = results
                .get_mut(file)
                .filter(|result| output < result.outputs.len())
            {
                result.outputs.remove(output);
            }
        }
    }

    /// Has a file finished that was written for a result. It counts as written unless [`Self::finish`] finds otherwise.
    fn finish_later<'t>(
        &'t self,
        file: Unfinished,
        path: PathBuf,
        work: &Work<'_>,
        result: &mut FileResult,
        finishers: &Finishers<'t>,
    ) {
        let number = (work.number, result.outputs.len());
        result.outputs.push(shown_path(&path));
        finishers.finish(move || {
            if let Err(error) = file.finish() {
                lock(&self.failures).push(Failure {
                    result: number,
                    error: error.about(&path),
                });
            }
        });
    }

    /// Remembers that a result lies in a folder: also one that an earlier run has written, which may have ended before it
    /// waited.
    fn touch(&self, folder: &Path) {
        let mut touched = lock(&self.touched);
        if !touched.contains(folder) {
            touched.insert(folder.to_owned());
        }
    }

    /// Removes what an interrupted run has left in the folders that the results go to.
    pub(super) fn sweep(&self, work: &[Work<'_>]) {
        match self.output {
            Output::Nowhere => {}
            Output::InPlace => {
                write::sweep_beside(work.iter().map(|work| work.file.real.as_path()));
            }
            Output::Folder(folder) => {
                let targets = work.iter().flat_map(|work| &work.targets);
                let targets: Vec<PathBuf> = targets.map(|target| folder.join(target)).collect();
                write::sweep_beside(targets.iter().map(PathBuf::as_path));
            }
        }
    }

    /// Writes the texts that a file has become, one to each target.
    pub(super) fn put<'t>(
        &'t self,
        work: &Work<'_>,
        before: &ProfileFile,
        new: &[Text],
        readers: Readers,
        result: &mut FileResult,
        finishers: &Finishers<'t>,
    ) {
        let old = before.source().text();
        result.changed = !matches!(new, [only] if **only == **old);
        result.status = match (self.output, result.changed) {
            (Output::Nowhere | Output::InPlace, false) => Status::Unchanged,
            (Output::Nowhere, true) => Status::Planned,
            (Output::Folder(_), _) | (Output::InPlace, true) => Status::Written,
        };
        if result.status != Status::Written {
            return;
        }
        let path = &work.file.path;
        let Output::Folder(folder) = self.output else {
            let [new] = new else {
                return result.fail("internal error: several results for one file".to_owned());
            };
            match write::prepare_in_place(path, old, new, readers) {
                Ok(file) => {
                    self.touch(file.folder());
                    self.finish_later(file, path.clone(), work, result, finishers);
                }
                Err(error) => result.fail(error.to_string()),
            }
            return;
        };
        if new.len() != work.targets.len() {
            return result.fail(CHANGED_MEANWHILE.to_owned());
        }
        // A file of another format beside the input is somebody's file, not an earlier result.
        for (target, new) in work.targets.iter().zip(new) {
            let real = folder.join(target);
            if *target != work.file.relative && is_other_beside(&real, path, new) {
                result.refuse(Reason::last(format!(
                    "`{}` is there already, beside the input: choose another output folder, or remove it",
                    shown_path(&real)
                )));
            }
        }
        if result.status == Status::Refused {
            return;
        }
        let mut is_new = false;
        for (target, new) in work.targets.iter().zip(new) {
            let prepared = write::prepare_below(folder, target, path, self.inputs, new, readers);
            match prepared {
                Ok((path, file)) => {
                    if let Some(folder) = path.parent() {
                        self.touch(folder);
                    }
                    match file {
                        Some(file) => {
                            is_new = true;
                            self.finish_later(file, path, work, result, finishers);
                        }
                        None => result.outputs.push(shown_path(&path)),
                    }
                }
                Err(error) => result.fail(error.to_string()),
            }
        }
        if !is_new && result.status == Status::Written {
            result.status = Status::Kept;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const CHANGED_MEANWHILE: &str = "the file was changed by somebody else in the meantime";

fn profiles_of(file: &ProfileFile) -> Vec<WorkProfile> {
    let profiles = exports(file).map(|(document, root)| document.profile(root));
    profiles
        .map(|profile| WorkProfile::new(file, profile))
        .collect()
}

/// Files that must not be written to.
pub(super) fn real_paths(files: &[InputFile]) -> BTreeSet<PathBuf> {
    files.iter().map(|file| file.real.clone()).collect()
}

pub(super) fn exports(file: &ProfileFile) -> impl Iterator<Item = (&ProfileDocument, NodeRef<'_>)> {
    file.documents()
        .filter(|(document, _)| document.shape() == Shape::Export)
}

/// Whether a file with another text stands in the folder of the input.
fn is_other_beside(target: &Path, input: &Path, text: &str) -> bool {
    let folder = |path: &Path| path.canonicalize().ok()?.parent().map(Path::to_owned);
    let beside = folder(target).is_some_and(|of_target| folder(input) == Some(of_target));
    beside && write::holds(target, text).is_ok_and(|is_same| !is_same)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::source::DEFAULT_MAX_FILE_SIZE;

    #[test]
    fn files_are_read_once_more_where_there_is_no_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        let profile = |name| {
            format!(
                r#"{{"metadata": {{"name": "{name}"}}, "spec": {{"template": {{"packs": []}}}}}}"#
            )
        };
        let files = [InputFile {
            path: path.clone(),
            real: path.clone(),
            relative: "a.json".into(),
            is_named: true,
        }];
        let cache = TextCache::default();
        let texts = |room: &Room, then: &str| {
            fs::write(&path, profile("first")).expect("written");
            let works = Work::of_all_with(&files, None, DEFAULT_MAX_FILE_SIZE, &cache, room);
            fs::write(&path, then).expect("written");
            let files = works
                .iter()
                .map(|work| work.read(DEFAULT_MAX_FILE_SIZE, &cache));
            let texts = files.map(|file| file.map(|file| file.source().text().to_string()));
            texts.collect::<Vec<_>>()
        };
        let (first, second) = (profile("first"), profile("second"));
        let none = || Room(AtomicUsize::new(first.len()));
        assert_eq!(texts(&Room::default(), &second), [Ok(first.clone())]);
        assert_eq!(
            texts(&none(), &format!("{first}\n")),
            [Ok(format!("{first}\n"))]
        );
        assert_eq!(texts(&none(), &second), [Err(CHANGED_MEANWHILE.to_owned())]);
    }

    #[test]
    fn results_that_differ_in_case_are_refused_where_that_is_one_path() {
        let names = [
            "a.json",
            "A.json",
            "A.json",
            "ä/b.json",
            "Ä/B.json",
            "c.json",
        ];
        let files = names.iter().enumerate().map(|(number, name)| InputFile {
            path: format!("{number}/{name}").into(),
            real: format!("/{number}/{name}").into(),
            relative: name.into(),
            is_named: true,
        });
        let files: Vec<InputFile> = files.collect();
        let all = Work::of_all(&files, None, 1, &TextCache::default());
        let reasons = |output: &Output, ignores_case| -> Vec<String> {
            let results = all.iter().map(|work| work.result(output, ignores_case));
            let reasons = results.flat_map(|result| result.reasons);
            reasons.map(|reason| reason.text).collect()
        };
        let said = |other: &str, why: &str| {
            format!(
                "its result would have the same path as that of `{other}`{why}: write them to different folders"
            )
        };
        let one = ", as upper and lower case are one there";
        let folder = Output::Folder("out".into());
        assert_eq!(reasons(&folder, false), [said("1/A.json", "")]);
        assert_eq!(
            reasons(&folder, true),
            [
                said("0/a.json", one),
                said("1/A.json", ""),
                said("3/ä/b.json", one)
            ]
        );
        assert_eq!(reasons(&Output::InPlace, true), [""; 0]);
    }
}
