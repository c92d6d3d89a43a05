//! What a run found, ready for any output: sorted, without repetitions, with fingerprints.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::finding::{Finding, Level};

/// Counts and gaps of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Profiles that were checked.
    pub profiles: usize,
    /// Those of them without an error at any destination.
    pub ready: usize,
    /// For each destination, those of them without an error there.
    pub ready_at: BTreeMap<String, usize>,
    /// Packs in them.
    pub packs: usize,
    /// YAML texts in their packs.
    pub embedded_documents: usize,
    /// References in those.
    pub references: usize,
    /// Files in folders that have nothing to do with profiles.
    pub skipped_files: usize,
    /// What was not checked, and why.
    pub not_checked: BTreeSet<String>,
    /// Findings that are not told, because their file has more than [`MOST_FINDINGS`](crate::rules::MOST_FINDINGS).
    pub left_out: usize,
}

impl Coverage {
    /// Adds what another part of the run covered.
    pub fn add(&mut self, other: Self) {
        self.profiles += other.profiles;
        self.ready += other.ready;
        self.packs += other.packs;
        self.embedded_documents += other.embedded_documents;
        self.references += other.references;
        self.skipped_files += other.skipped_files;
        self.not_checked.extend(other.not_checked);
        self.left_out += other.left_out;
    }
}

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The findings: by file, place, rule.
    pub findings: Vec<Finding>,
    /// What was looked at.
    pub coverage: Coverage,
    /// The names of the destinations that were asked.
    pub destinations: Vec<String>,
    /// The names of the files that were checked.
    pub files: BTreeSet<Arc<str>>,
    /// How many findings were left out because a baseline knows them.
    pub known: usize,
    /// What could not be read or written, and why: the findings are not all there would be.
    pub failures: Vec<String>,
}

impl Report {
    /// Sorts findings, drops repetitions, and gives each its fingerprint.
    #[must_use]
    pub fn new(mut findings: Vec<Finding>, coverage: Coverage, destinations: Vec<String>) -> Self {
        findings.sort_by(|one, other| order(one).cmp(&order(other)));
        findings.dedup_by(|one, other| order(one) == order(other));
        set_fingerprints(&mut findings);
        Self {
            findings,
            coverage,
            destinations,
            ..Self::default()
        }
    }

    /// The number of findings at a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }

    /// The number of files that have findings at or above a level.
    #[must_use]
    pub fn files_at(&self, level: Level) -> usize {
        let files: BTreeSet<&str> = self
            .findings
            .iter()
            .filter(|finding| finding.level >= level)
            .map(|finding| finding.place.file.as_ref())
            .collect();
        files.len()
    }

    /// Findings by file, in order.
    #[must_use]
    pub fn by_file(&self) -> BTreeMap<&str, Vec<&Finding>> {
        let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in &self.findings {
            files
                .entry(finding.place.file.as_ref())
                .or_default()
                .push(finding);
        }
        files
    }
}

type Order<'f> = (
    &'f str,
    u32,
    u32,
    &'f str,
    Option<&'f str>,
    &'f str,
    &'f str,
    Option<&'f str>,
);

/// What findings are sorted by; two findings that agree in all of it say the same.
fn order(finding: &Finding) -> Order<'_> {
    (
        finding.place.file.as_ref(),
        finding.place.range.start,
        finding.place.range.end,
        finding.rule.id,
        finding.destination.as_deref(),
        finding.message.as_str(),
        finding.place.pointer.as_str(),
        // A value that packs share is a defect of each of them.
        finding.pack.as_deref(),
    )
}

fn set_fingerprints(findings: &mut [Finding]) {
    let mut seen: HashMap<u64, u32> = HashMap::new();
    for finding in findings {
        let hash = fingerprint(finding);
        let count = seen.entry(hash).or_default();
        // The same defect several times under one path: told apart by their order.
        let suffix = if *count == 0 {
            String::new()
        } else {
            format!("-{count}")
        };
        finding.fingerprint = format!("{hash:016x}{suffix}");
        *count += 1;
    }
}

/// Hashes what a finding is about, and nothing that moves when other parts of the file change.
fn fingerprint(finding: &Finding) -> u64 {
    let place = &finding.place;
    let mut hash = Fnv::default();
    hash.add(finding.rule.id);
    hash.add(&place.file);
    hash.add(finding.destination.as_deref().unwrap_or_default());
    hash.add(&path_by_names(finding));
    if place.document > 0 {
        hash.add(&place.document.to_string());
    }
    if let Some(inner) = &place.inner {
        hash.add(&inner.path);
    }
    hash.add(&finding.subject);
    hash.0
}

/// The pointer with the pack's name in place of its number, which changes when a pack is added before it.
fn path_by_names(finding: &Finding) -> String {
    match (finding.place.in_pack(), &finding.pack) {
        (Some((_, below)), Some(pack)) => format!("/spec/template/packs/{pack}/{below}"),
        _ => finding.place.pointer.clone(),
    }
}

/// FNV-1a, 64 bits: small, and the same on every machine and in every version of this tool.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, text: &str) {
        // The 0xFF, which is in no UTF-8 text, keeps `ab` + `c` apart from `a` + `bc`.
        for byte in text.bytes().chain([0xFF]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
