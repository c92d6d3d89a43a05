//! What is seen across the files of one run.

use std::collections::HashMap;

use crate::finding::{Finding, Place};

/// A profile of the run.
#[derive(Debug, Clone)]
pub struct BatchProfile {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its name stands.
    pub place: Place,
    /// The names that its packs may have in registries.
    pub packs: Vec<String>,
}

/// All profiles of a run, in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The profiles.
    pub profiles: Vec<BatchProfile>,
}

impl Batch {
    /// Leaves out findings that another profile of the run makes moot, since it brings the pack they miss.
    pub fn settle(&self, findings: &mut Vec<Finding>) {
        if findings
            .iter()
            .any(|finding| finding.unless_brought.is_some())
        {
            Bringers::new(self).settle(findings);
        }
    }
}

/// Which profiles of a run bring which packs.
#[derive(Debug)]
pub struct Bringers<'b>(HashMap<&'b str, Vec<&'b BatchProfile>>);

impl<'b> Bringers<'b> {
    /// Those of a batch.
    #[must_use]
    pub fn new(batch: &'b Batch) -> Self {
        let mut bringing: HashMap<&str, Vec<&BatchProfile>> = HashMap::new();
        for profile in &batch.profiles {
            for pack in &profile.packs {
                bringing.entry(pack).or_default().push(profile);
            }
        }
        Self(bringing)
    }

    /// The profiles that bring the pack that a finding misses, other than the one it is about.
    pub fn of(&self, finding: &Finding) -> impl Iterator<Item = &'b BatchProfile> {
        let missing = finding.unless_brought.as_deref();
        let all = missing.and_then(|pack| self.0.get(pack));
        all.into_iter().flatten().copied().filter(|other| {
            other.place.file != finding.place.file
                || Some(other.name.as_str()) != finding.profile.as_deref()
        })
    }

    /// Leaves out findings that another profile makes moot.
    pub fn settle(&self, findings: &mut Vec<Finding>) {
        findings.retain(|finding| self.of(finding).next().is_none());
    }
}
