//! What became of files and profiles in a run of `rewrite`.

use std::sync::Arc;

use crate::{
    batch::Bringers,
    destination::Destination,
    finding::Finding,
    profile::Pack,
    report::Report,
    resolve::{Choice, PackAnswer, Resolution, Why},
};

use super::{
    names::NameVersion,
    need::{Candidate, Need},
    plan::Decision,
};

/// How many reasons are told for not writing a file: one is enough to look for the others.
const MOST_REASONS: usize = 100;

/// What became of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was written.
    Written,
    /// It was there already, as an earlier run wrote it.
    Kept,
    /// It would be written, but for `--diff`.
    Planned,
    /// It is import-ready as it is.
    Unchanged,
    /// It was left out, as asked.
    Skipped,
    /// It cannot be made import-ready.
    Refused,
}

impl Status {
    /// All of them, in the order they are told.
    pub const ALL: [Self; 6] = [
        Self::Written,
        Self::Kept,
        Self::Planned,
        Self::Unchanged,
        Self::Skipped,
        Self::Refused,
    ];

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Kept => "kept",
            Self::Planned => "planned",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
        }
    }
}

/// The results for one destination.
#[derive(Debug)]
pub struct DestinationResult {
    /// The destination.
    pub destination: Arc<Destination>,
    /// What became of each file, in the order of the run.
    pub files: Vec<FileResult>,
}

/// The outcome for one file.
#[derive(Debug)]
pub struct FileResult {
    /// The file, as people know it.
    pub file: String,
    /// The profiles in it: one, but for YAML files with several documents.
    pub profiles: Vec<ProfileResult>,
    /// What became of it.
    pub status: Status,
    /// The files that were written: one, or one for each document of a YAML file that became JSON.
    pub outputs: Vec<String>,
    /// Whether its bytes differ from those of the input.
    pub changed: bool,
    /// What a person should know of how it was written.
    pub notes: Vec<String>,
    /// Why it was refused or skipped, beyond the findings.
    pub reasons: Vec<Reason>,
    /// What `check` says to the result; to the input when there is no result.
    pub report: Report,
    /// What changed, for people; without secrets.
    pub diff: String,
    /// Whether the refusal is the tool's own failure to read or write.
    pub failed: bool,
}

/// Why a file was refused or skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words.
    pub text: String,
    /// What would help.
    pub kind: ReasonKind,
}

/// What would help against a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonKind {
    /// An answer to one of the questions that are left.
    Open,
    /// What the findings ask for.
    Findings,
    /// Nothing that `rewrite` could be told.
    Last,
}

impl Reason {
    /// One that an answer helps against.
    #[must_use]
    pub fn open(text: String) -> Self {
        let kind = ReasonKind::Open;
        Self { text, kind }
    }

    /// One that findings tell about.
    #[must_use]
    pub fn findings(text: String) -> Self {
        let kind = ReasonKind::Findings;
        Self { text, kind }
    }

    /// One that nothing helps against that `rewrite` could be told.
    #[must_use]
    pub fn last(text: String) -> Self {
        let kind = ReasonKind::Last;
        Self { text, kind }
    }
}

/// The outcome for one profile of a file.
#[derive(Debug)]
pub struct ProfileResult {
    /// Its name and version in the file.
    pub profile: NameVersion,
    /// Its type: `cluster`, `infra`, `add-on` or `system`.
    pub kind: String,
    /// What it is called at the destination.
    pub target: Option<NameVersion>,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// What became of each pack, in the order of the stack.
    pub packs: Vec<PackResult>,
    /// The questions that nothing has answered.
    pub needs: Vec<Need>,
    /// Packs that it requires and other profiles of the run bring.
    pub requires: Vec<Requirement>,
}

/// A pack that a profile requires, and the profiles of the run that bring it. They are for one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The pack.
    pub pack: String,
    /// The profiles that bring it, as they are called in their files.
    pub brought_by: Vec<NameVersion>,
}

/// What became of one pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackResult {
    /// Its name in the profile.
    pub name: String,
    /// What registries call it: of a repeated pack, the name behind the `--`.
    pub registry_name: String,
    /// Its layer.
    pub layer: String,
    /// What the file asks for: its tag, or without one its version.
    pub wanted: String,
    /// The registry that the file names; empty for none.
    pub from: String,
    /// What the destination says to it.
    pub state: PackState,
}

/// What a destination says to a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackState {
    /// A manifest pack: it needs no registry.
    NotNeeded,
    /// The destination tells no registries.
    NotChecked,
    /// A registry serves it.
    Chosen {
        /// The registry's name.
        registry: String,
        /// The version there; `None` where the registry cannot be listed.
        version: Option<String>,
        /// Why it was chosen.
        why: Why,
    },
    /// Several registries could serve it: one has to be chosen.
    Open {
        /// The registries.
        candidates: Vec<Candidate>,
    },
    /// No registry holds it.
    Missing {
        /// Names there that come close.
        near: Vec<String>,
    },
    /// Registries hold it in other versions.
    MissingVersion {
        /// The registries.
        registries: Vec<String>,
        /// The nearest versions.
        nearest: Vec<String>,
    },
}

impl PackState {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotNeeded => "not-needed",
            Self::NotChecked => "not-checked",
            Self::Chosen { .. } => "chosen",
            Self::Open { .. } => "open",
            Self::Missing { .. } => "missing-pack",
            Self::MissingVersion { .. } => "missing-version",
        }
    }
}

/// What the registries of a destination call a pack; what they would call it, where none of them holds it.
pub(super) fn registry_name(pack: Pack<'_>, destination: &Destination) -> String {
    let names = pack.registry_names();
    let held = names.iter().find(|name| !destination.pack(name).is_empty());
    let name = held.or(names.first());
    name.map(|name| name.clone().into_owned())
        .unwrap_or_default()
}

impl PackResult {
    /// The result for a pack from what its destination answers.
    #[must_use]
    pub fn new(pack: Pack<'_>, answer: &PackAnswer<'_>, resolution: &Resolution<'_>) -> Self {
        let destination = resolution.destination;
        let name = |number: &usize| Some(destination.registry(*number)?.name.clone());
        let chosen = |choice: &Choice<'_>| PackState::Chosen {
            registry: name(&choice.registry).unwrap_or_default(),
            version: choice.found.map(|(_, found)| found.version.clone()),
            why: choice.why,
        };
        let state = match answer {
            PackAnswer::NotNeeded => PackState::NotNeeded,
            PackAnswer::NotChecked => PackState::NotChecked,
            PackAnswer::Chosen(choice)
            | PackAnswer::Unverifiable {
                chosen: Some(choice),
                ..
            } => chosen(choice),
            PackAnswer::Ambiguous(registries) => PackState::Open {
                candidates: registries
                    .iter()
                    .filter_map(|&number| resolution.candidate(pack, number))
                    .map(|found| Candidate::new(found.registry, Some(found.version)))
                    .collect(),
            },
            PackAnswer::Unverifiable {
                registries,
                chosen: None,
            } => PackState::Open {
                candidates: Candidate::unlisted(destination, registries),
            },
            PackAnswer::MissingPack { near, .. } => PackState::Missing {
                near: near.iter().map(|near| (*near).to_owned()).collect(),
            },
            PackAnswer::MissingVersion {
                registries,
                nearest,
                ..
            } => PackState::MissingVersion {
                registries: registries.iter().filter_map(name).collect(),
                nearest: nearest.iter().map(|near| near.version.clone()).collect(),
            },
        };
        let (tag, version) = (pack.tag(), pack.version());
        Self {
            name: pack.name().into_owned(),
            registry_name: registry_name(pack, destination),
            layer: pack.layer().into_owned(),
            wanted: if tag.is_empty() { version } else { tag }.into_owned(),
            from: pack.registry_text("name").into_owned(),
            state,
        }
    }
}

impl FileResult {
    pub(super) fn new(file: &str, profiles: impl Iterator<Item = (NameVersion, String)>) -> Self {
        let profiles = profiles.map(|(profile, kind)| ProfileResult {
            profile,
            kind,
            target: None,
            decisions: Vec::new(),
            packs: Vec::new(),
            needs: Vec::new(),
            requires: Vec::new(),
        });
        Self {
            file: file.to_owned(),
            profiles: profiles.collect(),
            status: Status::Refused,
            outputs: Vec::new(),
            changed: false,
            notes: Vec::new(),
            reasons: Vec::new(),
            report: Report::default(),
            diff: String::new(),
            failed: false,
        }
    }

    pub(super) fn refuse(&mut self, reason: Reason) {
        self.status = Status::Refused;
        if self.reasons.len() > MOST_REASONS || self.reasons.contains(&reason) {
            return;
        }
        self.reasons.push(if self.reasons.len() == MOST_REASONS {
            Reason::last("and for more reasons than these".to_owned())
        } else {
            reason
        });
    }

    pub(super) fn fail(&mut self, reason: String) {
        self.failed = true;
        self.refuse(Reason::last(reason));
    }

    /// Tells what the profiles require of others of the run, and leaves out the findings that those make moot.
    pub(super) fn settle(&mut self, bringers: &Bringers<'_>) {
        for finding in &self.report.findings {
            let Some(pack) = &finding.unless_brought else {
                continue;
            };
            let brought_by: Vec<NameVersion> = bringers
                .of(finding)
                .map(|profile| NameVersion {
                    name: profile.name.clone(),
                    version: profile.version.clone(),
                })
                .collect();
            let requirement = Requirement {
                pack: pack.clone(),
                brought_by,
            };
            for profile in &mut self.profiles {
                if profile.is_about(finding)
                    && !requirement.brought_by.is_empty()
                    && !profile.requires.contains(&requirement)
                {
                    profile.requires.push(requirement.clone());
                }
            }
        }
        bringers.settle(&mut self.report.findings);
    }

    /// The findings about one of its profiles, and those about the file as a whole.
    pub fn findings_of<'r>(
        &'r self,
        profile: &'r ProfileResult,
    ) -> impl Iterator<Item = &'r Finding> {
        let findings = self.report.findings.iter();
        findings.filter(|finding| finding.profile.is_none() || profile.is_about(finding))
    }
}

impl ProfileResult {
    /// Whether a finding is about it, under its name in the file or at the destination.
    fn is_about(&self, finding: &Finding) -> bool {
        let about = finding.profile.as_deref();
        let target = self.target.as_ref().unwrap_or(&self.profile);
        about.is_some_and(|about| about == self.profile.name || about == target.name)
    }
}
