//! Two profiles, or two sets of them, compared as people think of them: metadata, layers, variables, then the texts in
//! the layers.
//!
//! The comparison is of what the files say and not of how: JSON and YAML, the order of keys and the style of scalars make
//! no difference. Values are shown without their secrets; a secret that has changed is a change all the same.

mod compare;
mod fields;
mod order;
mod pair;

pub use compare::{DiffFile, compare};
pub use fields::TooManyFields;
pub use pair::{Compared, DiffError, compare_paths, compare_sources, profiles_of};

use std::sync::Arc;

use crate::text_diff::Hunk;

/// A profile that takes part in a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileId {
    /// The file it is in.
    pub file: Arc<str>,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What became of something that both sides may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only the new side has it.
    Added,
    /// Only the old side has it.
    Removed,
    /// Both sides have it, and it differs.
    Changed,
}

impl Change {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// The sign that stands for it.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
        }
    }
}

/// A field with another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The keys that lead to it, with `.` between them.
    pub path: String,
    /// Its old value as it may be shown; `None` where it has none.
    pub old: Option<String>,
    /// Its new value as it may be shown; `None` where it has none.
    pub new: Option<String>,
}

/// A text in a layer that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    /// Which: `values`, or the name of a manifest.
    pub name: String,
    /// What became of it.
    pub change: Change,
    /// The lines that differ. A line with a secret is one of them although it may look the same.
    pub hunks: Vec<Hunk>,
}

impl TextChange {
    /// How many lines were added and removed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let lines = || self.hunks.iter().flat_map(|hunk| &hunk.lines);
        let count = |sign| lines().filter(|line| line.sign == sign).count();
        (
            count(crate::text_diff::Sign::Added),
            count(crate::text_diff::Sign::Removed),
        )
    }
}

/// A layer or a variable that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub change: Change,
    /// Its place in the old profile, 0-based.
    pub old_index: Option<usize>,
    /// Its place in the new profile, 0-based.
    pub new_index: Option<usize>,
    /// Whether its place among the others is another, and not only because others came or went.
    pub is_moved: bool,
    /// The fields that differ; of one that was added or removed, all of them.
    pub fields: Vec<FieldChange>,
    /// The texts that differ. Variables have none.
    pub texts: Vec<TextChange>,
}

/// Two versions of a profile, or one and nothing.
#[derive(Debug, Clone)]
pub struct ProfileDiff {
    /// The old one.
    pub old: Option<ProfileId>,
    /// The new one.
    pub new: Option<ProfileId>,
    /// The fields of the profile itself that differ.
    pub fields: Vec<FieldChange>,
    /// The layers that differ, in the order of the stack.
    pub layers: Vec<EntryChange>,
    /// The variables that differ, in their order.
    pub variables: Vec<EntryChange>,
}

impl ProfileDiff {
    /// Whether there is no difference.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.old.is_some()
            && self.new.is_some()
            && self.fields.is_empty()
            && self.layers.is_empty()
            && self.variables.is_empty()
    }
}

/// What a run compared.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// The pairs, in the order of their names; those without a difference too.
    pub pairs: Vec<ProfileDiff>,
    /// Profiles that only the old side has.
    pub only_old: Vec<ProfileId>,
    /// Profiles that only the new side has.
    pub only_new: Vec<ProfileId>,
    /// Files in folders that hold no profile.
    pub skipped_files: usize,
}

impl Comparison {
    /// Whether there is no difference.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.only_old.is_empty()
            && self.only_new.is_empty()
            && self.pairs.iter().all(ProfileDiff::is_same)
    }
}
