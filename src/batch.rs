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
            .all(|finding| finding.unless_brought.is_none())
        {
            return;
        }
        let mut bringing: HashMap<&str, Vec<&BatchProfile>> = HashMap::new();
        for profile in &self.profiles {
            for pack in &profile.packs {
                bringing.entry(pack).or_default().push(profile);
            }
        }
        let is_moot = |finding: &Finding, pack: &str| {
            let mut others = bringing.get(pack).into_iter().flatten();
            others.any(|other| {
                other.place.file != finding.place.file
                    || Some(other.name.as_str()) != finding.profile.as_deref()
            })
        };
        findings.retain(|finding| {
            let missing = finding.unless_brought.as_deref();
            missing.is_none_or(|pack| !is_moot(finding, pack))
        });
    }
}
