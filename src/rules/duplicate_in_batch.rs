//! `duplicate-in-batch`

use std::collections::HashMap;

use super::{Group, Rule, RuleMeta};
use crate::{
    batch::Batch,
    finding::{Finding, Level},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "duplicate-in-batch",
    summary: "two profiles of the run have the same name and version",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/duplicate-in-batch.md"),
};

/// The rule.
pub struct DuplicateInBatch;

impl Rule for DuplicateInBatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_batch(&self, batch: &Batch, findings: &mut Vec<Finding>) {
        let mut seen = HashMap::new();
        for profile in &batch.profiles {
            let Some(first) = seen.insert((&profile.name, &profile.version), profile) else {
                continue;
            };
            let mut finding = Finding::new(
                &META,
                profile.place.clone(),
                format!(
                    "profile `{}` version {} is also {}",
                    profile.name,
                    profile.version,
                    if first.place.file == profile.place.file {
                        "earlier in this file".to_owned()
                    } else {
                        format!("in `{}`", first.place.file)
                    }
                ),
            );
            finding
                .subject(format!("{}@{}", profile.name, profile.version))
                .help("only the first of them can be imported: give one another name or version")
                .related(first.place.clone(), "first here");
            finding.profile = Some(profile.name.clone());
            findings.push(finding);
            seen.insert((&profile.name, &profile.version), first);
        }
    }
}
