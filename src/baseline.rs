//! Baselines: the findings that a project has agreed to live with for now, by their fingerprints.

use std::{collections::BTreeSet, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    finding::Finding,
    report::Report,
    rewrite::write::{WriteError, write_file},
    source::Source,
};

/// The version of the format.
const VERSION: u32 = 1;

/// A finding that is known. What stands beside the fingerprint is for those who review the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    file: String,
    rule: String,
    /// JSON Pointer in the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pointer: String,
    /// JSON Pointer in the embedded document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    inner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    message: String,
    fingerprint: String,
}

/// A baseline.
#[derive(Debug, Default)]
pub struct Baseline {
    known: BTreeSet<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadBaseline {
    version: u32,
    findings: BTreeSet<Known>,
}

#[derive(Serialize)]
struct WrittenBaseline<'b> {
    version: u32,
    findings: &'b BTreeSet<Known>,
}

/// What a run has looked at: what is known of other files is neither found again nor gone.
#[derive(Debug, Default)]
pub struct Scope {
    /// The files, by their names in findings.
    pub files: BTreeSet<String>,
    /// Folders of which all files were looked at, by their names in findings.
    pub folders: Vec<String>,
    /// The destinations that were asked.
    pub destinations: BTreeSet<String>,
}

impl Scope {
    /// Whether the run would have found a finding again.
    fn covers(&self, known: &Known) -> bool {
        let in_folder = |folder: &String| Path::new(&known.file).starts_with(folder);
        let is_asked = |name: &String| self.destinations.contains(name);
        let is_read = self.files.contains(&known.file) || self.folders.iter().any(in_folder);
        let is_there = Path::new(&known.file).exists();
        (is_read || !is_there) && known.destination.as_ref().is_none_or(is_asked)
    }
}

impl Known {
    fn new(finding: &Finding) -> Self {
        let place = &finding.place;
        Self {
            file: place.file.to_string(),
            rule: finding.rule.id.to_owned(),
            pointer: place.pointer.clone(),
            inner: place
                .inner
                .as_ref()
                .map(|inner| inner.path.clone())
                .unwrap_or_default(),
            destination: finding.destination.as_deref().map(str::to_owned),
            message: finding.message.clone(),
            fingerprint: finding.fingerprint.clone(),
        }
    }
}

impl Baseline {
    /// Reads a file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// A message when it cannot be read, or is no baseline.
    pub fn read(path: &Path, limit: u64) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
        let source = Source::read(path, "", limit).map_err(|error| failed(&error))?;
        let read: ReadBaseline =
            serde_json::from_str(source.text()).map_err(|error| failed(&error))?;
        if read.version != VERSION {
            let message = format!("expected a baseline of version {VERSION}");
            return Err(failed(&message));
        }
        Ok(Self {
            known: read.findings,
        })
    }

    /// The baseline of a report; of what the run has not looked at it keeps what was known.
    #[must_use]
    pub fn of(report: &Report, before: Self, scope: &Scope) -> Self {
        let found: BTreeSet<&str> = fingerprints(report);
        let kept = before
            .known
            .into_iter()
            .filter(|known| !scope.covers(known) && !found.contains(known.fingerprint.as_str()));
        let mut known: BTreeSet<Known> = kept.collect();
        known.extend(report.findings.iter().map(Known::new));
        Self { known }
    }

    /// Leaves out the findings of a report that are known, and counts them.
    pub fn apply(&self, report: &mut Report) {
        let known = self.known.iter().map(|known| known.fingerprint.as_str());
        let known: BTreeSet<&str> = known.collect();
        let before = report.findings.len();
        report
            .findings
            .retain(|finding| !known.contains(finding.fingerprint.as_str()));
        report.known += before - report.findings.len();
    }

    /// How many of the known findings are gone, as far as the run can tell.
    #[must_use]
    pub fn stale(&self, report: &Report, scope: &Scope) -> usize {
        let found = fingerprints(report);
        let is_gone =
            |known: &&Known| !found.contains(known.fingerprint.as_str()) && scope.covers(known);
        self.known.iter().filter(is_gone).count()
    }

    /// How many findings are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether no finding is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Writes it, sorted, so that a review shows what came and went.
    ///
    /// # Errors
    ///
    /// [`WriteError`]; the file is then what it was before.
    pub fn write(&self, path: &Path) -> Result<(), WriteError> {
        let json = WrittenBaseline {
            version: VERSION,
            findings: &self.known,
        };
        // Neither numbers nor texts can fail to be written.
        let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
        text.push('\n');
        write_file(path, &text)
    }
}

fn fingerprints(report: &Report) -> BTreeSet<&str> {
    let findings = report.findings.iter();
    findings
        .map(|finding| finding.fingerprint.as_str())
        .collect()
}
