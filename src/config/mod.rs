//! `palette-knife.toml`: which rules a project wants, what it silences and why, and what it checks against.

mod options;
mod read;
pub mod schema;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    date::Date,
    finding::{Finding, Group, Level},
    ignore::{Ignore, Ignores, PathPattern},
    input::InputFile,
    settings::Settings,
    source::{ReadError, Source, shown_path},
};

pub use options::{OPTIONS, RuleOption};

/// What the file is called.
pub const FILE_NAME: &str = "palette-knife.toml";

/// A value, and where the file gives it.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The line of the file, 1-based.
    pub line: u32,
}

/// An entry of `[[ignore]]`.
#[derive(Debug, Clone)]
pub struct IgnoreEntry {
    /// What it silences.
    pub ignore: Ignore,
    /// Why.
    pub reason: String,
    /// The first day on which it silences nothing, and where it says so.
    pub expires: Option<(Date, crate::finding::Place)>,
}

/// What a configuration says. The default is that of a run without one.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file, as it is shown.
    pub name: Option<String>,
    /// Its text, for what is reported in it.
    pub source: Option<Arc<Source>>,
    /// The folder that its paths are relative to (canonical).
    pub folder: PathBuf,
    /// Levels by the names of rules and groups; `None` turns off.
    pub levels: Vec<(String, Located<Option<Level>>)>,
    /// What is set beside the levels.
    pub options: Vec<(&'static RuleOption, Located<Vec<String>>)>,
    /// Files in folders that are left out.
    pub exclude: Vec<Located<PathPattern>>,
    /// Destinations that `check` asks unless the command line names others.
    pub destinations: Vec<Located<PathBuf>>,
    /// The level that makes `check` fail; `None` for never.
    pub fail_on: Option<Located<Option<Level>>>,
    /// What is silenced.
    pub ignores: Vec<IgnoreEntry>,
}

/// Why a configuration cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// It cannot be read.
    Unreadable(String, ReadError),
    /// What is wrong with it, all of it, and its text.
    Faulty(Vec<Finding>, Box<Source>),
}

/// The largest configuration that is read, in bytes.
const LARGEST: u64 = 1 << 20;

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`Unusable`]: one mistake is enough, since a misspelt name would change what is checked without a word.
    pub fn read(path: &Path) -> Result<Self, Unusable> {
        let name = shown(path);
        let unreadable = |error| Unusable::Unreadable(name.clone(), error);
        let source = Source::read(path, &name, LARGEST).map_err(unreadable)?;
        let folder = path
            .canonicalize()
            .ok()
            .and_then(|real| real.parent().map(Path::to_owned))
            .unwrap_or_default();
        Self::parse(source, folder)
    }

    /// Reads a text whose paths are relative to `folder` (canonical).
    ///
    /// # Errors
    ///
    /// As [`Config::read`].
    pub fn parse(source: Source, folder: PathBuf) -> Result<Self, Unusable> {
        let (config, faults) = read::read(&source, folder);
        if faults.is_empty() {
            Ok(Self {
                source: Some(Arc::new(source)),
                ..config
            })
        } else {
            Err(Unusable::Faulty(faults, Box::new(source)))
        }
    }

    /// The levels and options of the rules. What is said of a rule counts more than what is said of its group.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        let is_group = |(name, _): &&(String, _)| Group::named(name).is_some();
        let (groups, rules): (Vec<_>, Vec<_>) = self.levels.iter().partition(is_group);
        for (name, level) in groups.into_iter().chain(rules) {
            settings.set_level(name, level.value);
        }
        for (option, values) in &self.options {
            // A value that is not allowed was a fault when the file was read.
            let _ = (option.set)(&mut settings, &values.value);
        }
        settings
    }

    /// What is silenced on a day, in a run that looks at these paths.
    #[must_use]
    pub fn ignores(&self, today: Date, inputs: &[PathBuf]) -> Ignores {
        let entries = self.ignores.iter().map(|entry| {
            let expired = entry.expires.clone().filter(|(day, _)| *day <= today);
            Ignore {
                expired: expired.map(|(day, place)| (day.to_string(), place)),
                ..entry.ignore.clone()
            }
        });
        let mut ignores = Ignores::new(entries.collect(), self.folder.clone());
        ignores.set_inputs(inputs);
        ignores
    }

    /// Leaves out files that are excluded. A file that was named itself is meant.
    pub fn leave_out(&self, files: &mut Vec<InputFile>) {
        if self.exclude.is_empty() {
            return;
        }
        files.retain(|file| {
            file.is_named
                || file
                    .real
                    .strip_prefix(&self.folder)
                    .map_or(true, |relative| {
                        let mut patterns = self.exclude.iter();
                        !patterns.any(|pattern| pattern.value.matches(relative))
                    })
        });
    }
}

/// The configuration of a file or folder: the nearest one upward, up to the root of the repository.
#[must_use]
pub fn find(start: &Path) -> Option<PathBuf> {
    let real = start.canonicalize().ok()?;
    let folder = if real.is_dir() {
        real.as_path()
    } else {
        real.parent()?
    };
    for folder in folder.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// A path as people read it: relative to the working folder where it lies in it or in a folder above.
fn shown(path: &Path) -> String {
    if path.is_relative() {
        return shown_path(path);
    }
    let Some(here) = std::env::current_dir()
        .and_then(|here| here.canonicalize())
        .ok()
    else {
        return shown_path(path);
    };
    if let Ok(below) = path.strip_prefix(&here) {
        return shown_path(below);
    }
    let folder = path.parent().unwrap_or(path);
    match (here.strip_prefix(folder), path.file_name()) {
        (Ok(down), Some(name)) => {
            let up: PathBuf = down.components().map(|_| "..").collect();
            shown_path(&up.join(name))
        }
        _ => shown_path(path),
    }
}
