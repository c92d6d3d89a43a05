//! What `check --fix` has changed, for people.

use std::{collections::BTreeMap, fmt::Write as _};

use super::human::counted;
use crate::fix::FixedFile;

/// What was fixed, in a line; empty when nothing was. `writes` tells whether files were written.
#[must_use]
pub fn summary(files: &[FixedFile], writes: bool) -> String {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    let mut changed = 0;
    let written = files.iter().filter(|file| file.error.is_none());
    for file in written.filter(|file| !file.fixed.is_empty()) {
        changed += 1;
        for (rule, count) in &file.fixed {
            *rules.entry(rule).or_default() += count;
        }
    }
    if changed == 0 {
        return String::new();
    }
    let verb = if writes { "fixed" } else { "would fix" };
    let findings = counted(rules.values().sum(), "finding", "findings");
    let files = counted(changed, "file", "files");
    let mut each = String::new();
    for (rule, count) in rules {
        let separator = if each.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(each, "{separator}{count} {rule}");
    }
    format!("{verb} {findings} in {files}: {each}")
}

/// The changes of all files.
#[must_use]
pub fn diffs(files: &[FixedFile]) -> String {
    let mut out = String::new();
    for file in files.iter().filter(|file| !file.diff.is_empty()) {
        out.push_str(&file.diff);
        out.push('\n');
    }
    out
}
