//! What an import of a batch would do at each destination.
//!
//! Read from what `rewrite` says without writing anything: here nothing is decided again.

pub mod todo;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    destination::Destination,
    finding::{Finding, Level},
    rewrite::{
        names::NameVersion,
        need::{Need, Question},
        result::{
            DestinationResult, FileResult, PackResult, PackState, ProfileResult, ReasonKind,
            Requirement, Status,
        },
    },
    rules,
};

/// How far a profile is from an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Readiness {
    /// It can be imported.
    Ready,
    /// It can be imported, but something about it is suspicious.
    Warnings,
    /// It is left out, as asked.
    Skipped,
    /// It can be imported when questions about it are answered.
    NeedsAnswers,
    /// No answer helps: the profile or the destination has to change.
    Blocked,
}

impl Readiness {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [
        Self::Ready,
        Self::Warnings,
        Self::Skipped,
        Self::NeedsAnswers,
        Self::Blocked,
    ];

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Warnings => "warnings",
            Self::Skipped => "skipped",
            Self::NeedsAnswers => "needs-answers",
            Self::Blocked => "blocked",
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Warnings => "ready with warnings",
            Self::Skipped => "skipped",
            Self::NeedsAnswers => "needs answers",
            Self::Blocked => "blocked",
        }
    }

    /// Whether it can be imported, or is left out on purpose.
    #[must_use]
    pub fn is_settled(self) -> bool {
        self <= Self::Skipped
    }

    fn of(file: &FileResult) -> Self {
        let errors = || {
            let findings = file.report.findings.iter();
            findings.filter(|finding| finding.level == Level::Error)
        };
        let is_last = |finding: &Finding| !rules::is_answerable(finding.rule);
        let mut reasons = file.reasons.iter();
        let needs_answers = || {
            let mut needs = file.profiles.iter().flat_map(|profile| &profile.needs);
            needs.any(|need| !need.is_optional) || file.status == Status::Refused
        };
        if file.status == Status::Skipped {
            Self::Skipped
        } else if reasons.any(|reason| reason.kind == ReasonKind::Last) || errors().any(is_last) {
            Self::Blocked
        } else if needs_answers() {
            Self::NeedsAnswers
        } else if file
            .report
            .findings
            .iter()
            .any(|finding| finding.level == Level::Warning)
        {
            Self::Warnings
        } else {
            Self::Ready
        }
    }
}

/// Which profiles of a plan are shown. What it tells of a destination as a whole is about all of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'f> {
    /// Those with one of these names; empty for all.
    pub names: &'f [String],
    /// Those that are this far at one of the destinations; empty for all.
    pub only: &'f [Readiness],
}

impl Filter<'_> {
    /// The numbers of the rows that are shown, the same for every destination of a run.
    #[must_use]
    pub fn rows(self, plans: &[DestinationPlan<'_>]) -> Vec<usize> {
        let count = plans.first().map_or(0, |plan| plan.rows.len());
        let shows = |number: &usize| {
            let of_profile = || plans.iter().filter_map(|plan| plan.rows.get(*number));
            let is_named = |row: &Row<'_>| {
                let profile = row.profile.map(|profile| &profile.profile.name);
                profile.is_some_and(|name| self.names.contains(name))
            };
            (self.names.is_empty() || of_profile().any(is_named))
                && (self.only.is_empty()
                    || of_profile().any(|row| self.only.contains(&row.readiness)))
        };
        (0..count).filter(shows).collect()
    }
}

/// A profile at a destination.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    /// What becomes of the file.
    pub file: &'r FileResult,
    /// The profile; `None` for a file that holds none that can be read.
    pub profile: Option<&'r ProfileResult>,
    /// How far its file is from an import.
    pub readiness: Readiness,
}

impl<'r> Row<'r> {
    /// The findings about it.
    #[must_use]
    pub fn findings(self) -> Vec<&'r Finding> {
        match self.profile {
            Some(profile) => self.file.findings_of(profile).collect(),
            None => self.file.report.findings.iter().collect(),
        }
    }

    /// The questions about it.
    #[must_use]
    pub fn needs(self) -> &'r [Need] {
        self.profile.map_or(&[], |profile| &profile.needs)
    }

    /// What its packs got.
    #[must_use]
    pub fn packs(self) -> &'r [PackResult] {
        self.profile.map_or(&[], |profile| &profile.packs)
    }

    /// What it is called in its file: name and version, or the file where it has none.
    #[must_use]
    pub fn title(self) -> String {
        match self.profile {
            Some(ProfileResult { profile, .. }) => format!("{} {}", profile.name, profile.version),
            None => self.file.file.clone(),
        }
    }

    /// What is new about its name and version at the destination; `None` where both stay.
    #[must_use]
    pub fn new_title(self) -> Option<String> {
        let profile = self.profile?;
        let NameVersion { name, version } = profile.target.as_ref()?;
        match (
            *name != profile.profile.name,
            *version != profile.profile.version,
        ) {
            (false, false) => None,
            (true, false) => Some(name.clone()),
            (false, true) => Some(version.clone()),
            (true, true) => Some(format!("{name} {version}")),
        }
    }
}

/// A pack or a version that is missing at a destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingPack {
    /// The pack.
    pub name: String,
    /// The tag or version that is asked for.
    pub wanted: String,
    /// Whether it is there in other versions.
    pub is_version: bool,
    /// The nearest names, or versions.
    pub near: Vec<String>,
}

/// A profile that requires a pack from another one, which cannot be imported.
#[derive(Debug, Clone)]
pub struct OrderProblem<'r> {
    /// The profile.
    pub profile: &'r ProfileResult,
    /// What it requires.
    pub requirement: &'r Requirement,
}

/// The plan for one destination.
#[derive(Debug)]
pub struct DestinationPlan<'r> {
    /// The destination.
    pub destination: &'r Destination,
    /// Its profiles, in the order of the run.
    pub rows: Vec<Row<'r>>,
}

impl<'r> DestinationPlan<'r> {
    /// Reads the plan from results.
    #[must_use]
    pub fn new(result: &'r DestinationResult) -> Self {
        let mut rows = Vec::new();
        for file in &result.files {
            let readiness = Readiness::of(file);
            let row = |profile| Row {
                file,
                profile,
                readiness,
            };
            rows.extend(file.profiles.iter().map(|profile| row(Some(profile))));
            if file.profiles.is_empty() {
                rows.push(row(None));
            }
        }
        Self {
            destination: &result.destination,
            rows,
        }
    }

    /// How many profiles are that far.
    #[must_use]
    pub fn count(&self, readiness: Readiness) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.readiness == readiness).count()
    }

    /// The questions about all profiles, each with its profile.
    pub fn needs(&self) -> impl Iterator<Item = (&'r ProfileResult, &'r Need)> {
        let profiles = self.rows.iter().filter_map(|row| row.profile);
        profiles.flat_map(|profile| profile.needs.iter().map(move |need| (profile, need)))
    }

    /// Packs and versions that are missing, with the profiles that ask for them.
    #[must_use]
    pub fn missing_packs(&self) -> BTreeMap<MissingPack, Vec<String>> {
        let mut missing: BTreeMap<MissingPack, Vec<String>> = BTreeMap::new();
        for row in &self.rows {
            for pack in row.packs() {
                let (is_version, near) = match &pack.state {
                    PackState::Missing { near } => (false, near),
                    PackState::MissingVersion { nearest, .. } => (true, nearest),
                    _ => continue,
                };
                let pack = MissingPack {
                    name: pack.registry_name.clone(),
                    wanted: pack.wanted.clone(),
                    is_version,
                    near: near.clone(),
                };
                let profiles = missing.entry(pack).or_default();
                // A repeated pack may be missing twice in one profile.
                let title = row.title();
                if profiles.last() != Some(&title) {
                    profiles.push(title);
                }
            }
        }
        missing
    }

    /// The macros that have to be created: how often each is used, and one there that may be meant.
    #[must_use]
    pub fn macros(&self) -> BTreeMap<&'r str, (usize, Option<&'r str>)> {
        let mut macros = BTreeMap::new();
        for (_, need) in self.needs() {
            if let Question::Macro { name, near } = &need.question {
                macros
                    .entry(name.as_str())
                    .or_insert((0, near.as_deref()))
                    .0 += 1;
            }
        }
        macros
    }

    /// The stand-ins that nothing takes the place of.
    #[must_use]
    pub fn placeholders(&self) -> BTreeSet<&'r str> {
        let texts = self.needs().filter_map(|(_, need)| match &need.question {
            Question::Placeholder { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// The packs that a registry has to be chosen for, as registries call them.
    #[must_use]
    pub fn open_packs(&self) -> BTreeSet<&'r str> {
        let packs = self.needs().filter_map(|(_, need)| match &need.question {
            Question::Registry { name, .. } => Some(name.as_str()),
            _ => None,
        });
        packs.collect()
    }

    /// How many secrets have to be filled in.
    #[must_use]
    pub fn secrets(&self) -> usize {
        let is_secret = |need: &Need| matches!(need.question, Question::Secret(_));
        let needs = self.needs().map(|(_, need)| need);
        needs
            .filter(|need| is_secret(need) && !need.is_optional)
            .count()
    }

    /// How many profiles need another name or version.
    #[must_use]
    pub fn names(&self) -> usize {
        let needs = self.needs().map(|(_, need)| need);
        needs
            .filter(|need| matches!(need.question, Question::Name { .. }))
            .count()
    }

    /// Profiles that require a pack which only profiles bring that cannot be imported.
    #[must_use]
    pub fn order_problems(&self) -> Vec<OrderProblem<'r>> {
        let settled: BTreeSet<_> = self
            .rows
            .iter()
            .filter(|row| row.readiness.is_settled())
            .filter_map(|row| Some(&row.profile?.profile))
            .collect();
        let profiles = self.rows.iter().filter_map(|row| row.profile);
        profiles
            .flat_map(|profile| {
                profile
                    .requires
                    .iter()
                    .map(move |requirement| OrderProblem {
                        profile,
                        requirement,
                    })
            })
            .filter(|problem| {
                let brought_by = &problem.requirement.brought_by;
                brought_by.iter().all(|profile| !settled.contains(profile))
            })
            .collect()
    }
}
