//! One run of `check --fix`: the fixes of findings are made, round by round, as long as each round holds.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    check::{self, CheckOptions, FileOutcome, Unreadable},
    destination::Destination,
    finding::{Applicability, Finding, Fix, Level},
    input::InputFile,
    profile::ProfileFile,
    rewrite::{
        diff::{self, Redactions},
        write::{self, Readers, WriteError},
    },
    rules::RuleMeta,
    sensitive::printable,
    source::{Edit, Source, apply, shown_path},
};

/// How often a file is fixed again: a fix may uncover what another one mends, but not without end.
const MOST_ROUNDS: usize = 10;

/// How many fixes are tried one by one when those of a round do not hold together.
const MOST_TRIALS: usize = 50;

/// How to fix.
#[derive(Debug)]
pub struct FixOptions {
    /// How files are checked.
    pub check: CheckOptions,
    /// Whether fixes are made that may not be what was meant.
    pub unsafe_fixes: bool,
    /// Whether files are written; otherwise only the diff is made.
    pub writes: bool,
}

/// What became of one file.
#[derive(Debug, Default)]
pub struct FixedFile {
    /// The file, as people know it.
    pub file: String,
    /// How many findings of which rule were fixed.
    pub fixed: BTreeMap<&'static str, usize>,
    /// Why fixes were not made, one sentence each.
    pub refused: Vec<String>,
    /// What changed, for people; without secrets.
    pub diff: String,
    /// Why the file could not be written.
    pub error: Option<WriteError>,
}

/// The outcome of all files: what is left in each, what was fixed, and what could not be read.
#[derive(Debug, Default)]
pub struct FixRun {
    /// What is left.
    pub outcomes: Vec<FileOutcome>,
    /// The files in which something was fixed or refused.
    pub files: Vec<FixedFile>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// Fixes files. A file is written when what it says afterwards has been checked.
#[must_use]
pub fn fix_files(
    files: &[InputFile],
    destinations: &[Arc<Destination>],
    options: &FixOptions,
) -> FixRun {
    if options.writes {
        write::sweep_beside(files.iter().map(|file| file.real.as_path()));
    }
    let results: Vec<_> = files
        .par_iter()
        .map(|file| {
            let limit = options.check.max_file_size;
            match Source::read(&file.path, &shown_path(&file.path), limit) {
                Ok(source) => Ok(fix_file(source, file, destinations, options)),
                Err(error) => Err(Unreadable {
                    path: file.path.clone(),
                    error,
                }),
            }
        })
        .collect();
    let mut run = FixRun::default();
    for result in results {
        match result {
            Ok((outcome, fixed)) => {
                run.outcomes.push(outcome);
                run.files.extend(fixed);
            }
            Err(unreadable) => run.unreadable.push(unreadable),
        }
    }
    run
}

fn fix_file(
    source: Source,
    input: &InputFile,
    destinations: &[Arc<Destination>],
    options: &FixOptions,
) -> (FileOutcome, Option<FixedFile>) {
    let name = Arc::clone(source.name());
    // What is not UTF-8 is not in the text, and would be lost.
    let is_text = source.invalid_utf8_at().is_none();
    let before = ProfileFile::parse(source);
    let is_foreign = !input.is_named && check::is_foreign(&before);
    if !is_text || is_foreign {
        let outcome = if is_foreign {
            FileOutcome::skipped()
        } else {
            check::check_file(&before, destinations, &options.check)
        };
        return (outcome, None);
    }
    let mut fixer = Fixer {
        destinations,
        check: CheckOptions {
            excerpts: None,
            ..options.check.clone()
        },
        unsafe_fixes: options.unsafe_fixes,
        result: FixedFile {
            file: name.to_string(),
            ..FixedFile::default()
        },
        tried: HashSet::new(),
    };
    let after = fixer.run(&before);
    let mut result = fixer.result;
    let is_confirmed = destinations.iter().all(|there| there.is_confirmed());
    let Some(after) = after.filter(|_| is_confirmed) else {
        let outcome = check::check_file(&before, destinations, &options.check);
        let is_told = !result.refused.is_empty();
        return (outcome, is_told.then_some(result));
    };
    result.diff = if before.documents().next().is_some() {
        diff::render(&before, &after, &Redactions::default())
    } else {
        // Of a text that cannot be read nobody knows what is a secret.
        format!(
            "{}: what changes is not shown, because the file cannot be read before\n",
            printable(&name)
        )
    };
    if options.writes {
        let (old, new) = (before.source().text(), after.source().text());
        result.error = write::write_in_place(&input.path, old, new, Readers::OfInput).err();
    }
    // What was not written is still as it was.
    let left = if result.error.is_some() {
        &before
    } else {
        &after
    };
    let outcome = check::check_file(left, destinations, &options.check);
    (outcome, Some(result))
}

/// A fix, and what is to be known of its finding.
struct Candidate {
    rule: &'static RuleMeta,
    level: Level,
    message: String,
    fix: Fix,
}

/// A file after a round.
struct Fixed {
    file: ProfileFile,
    findings: Vec<Finding>,
}

struct Fixer<'r> {
    destinations: &'r [Arc<Destination>],
    check: CheckOptions,
    unsafe_fixes: bool,
    result: FixedFile,
    /// What was refused, by rule and message: it is not tried in every round.
    tried: HashSet<(&'static str, String)>,
}

impl Fixer<'_> {
    /// The file with all fixes that hold; `None` when there are none.
    fn run(&mut self, before: &ProfileFile) -> Option<ProfileFile> {
        let mut current: Option<Fixed> = None;
        let mut findings = self.findings(before);
        for _ in 0..MOST_ROUNDS {
            let file = current.as_ref().map_or(before, |fixed| &fixed.file);
            let candidates = self.candidates(findings.clone());
            let Some(fixed) = self.round(file, &findings, &candidates) else {
                break;
            };
            findings.clone_from(&fixed.findings);
            current = Some(fixed);
        }
        current
            .map(|fixed| fixed.file)
            .filter(|file| file.source().text() != before.source().text())
    }

    fn findings(&self, file: &ProfileFile) -> Vec<Finding> {
        check::check_file(file, self.destinations, &self.check).into_findings()
    }

    /// Fixes that may be made at once: none touches the bytes of another. What several destinations ask for is one.
    fn candidates(&self, mut findings: Vec<Finding>) -> Vec<Candidate> {
        findings.retain(|finding| {
            let is_wanted = |fix: &Fix| {
                let is_safe = fix.applicability == Applicability::Safe;
                (is_safe || self.unsafe_fixes) && !fix.edits.is_empty()
            };
            finding.fix.as_ref().is_some_and(is_wanted)
                && !self
                    .tried
                    .contains(&(finding.rule.id, finding.message.clone()))
        });
        let start = |fix: &Option<Fix>| {
            let edits = fix.as_ref().map(|fix| fix.edits.as_slice());
            edits
                .unwrap_or_default()
                .iter()
                .map(|edit| edit.range)
                .min()
        };
        findings.sort_by(|one, other| {
            (start(&one.fix), one.rule.id, &one.message).cmp(&(
                start(&other.fix),
                other.rule.id,
                &other.message,
            ))
        });
        let mut chosen: Vec<Candidate> = Vec::new();
        let mut end = None;
        for finding in findings {
            let Some(fix) = finding.fix else { continue };
            let first = fix.edits.iter().map(|edit| edit.range.start()).min();
            // A fix between the edits of another waits for the next round.
            let is_apart = end.is_none_or(|end| first > Some(end));
            if is_apart {
                end = fix.edits.iter().map(|edit| edit.range.end()).max();
                chosen.push(Candidate {
                    rule: finding.rule,
                    level: finding.level,
                    message: finding.message,
                    fix,
                });
            }
        }
        chosen
    }

    /// Makes fixes: all of them, or those that hold by themselves.
    fn round(
        &mut self,
        file: &ProfileFile,
        findings: &[Finding],
        candidates: &[Candidate],
    ) -> Option<Fixed> {
        let all: Vec<&Candidate> = candidates.iter().collect();
        let lowest = candidates.iter().map(|candidate| candidate.level).min()?;
        // Where some of the text cannot be read, a fix that mends it could hide that another one breaks it.
        if faults(file) == 0
            && let Ok(fixed) = self.made(file, &all, 0)
        {
            // Those that mend something of a higher level must not hide that others do harm there.
            let mended = all.iter().filter(|candidate| candidate.level > lowest);
            if above(&fixed.findings, lowest) + mended.count() <= above(findings, lowest) {
                candidates
                    .iter()
                    .for_each(|candidate| self.count(candidate));
                return Some(fixed);
            }
        }
        // Some may not hold: each is tried beside those that do.
        let mut held: Vec<&Candidate> = Vec::new();
        let mut last: Option<Fixed> = None;
        for candidate in candidates.iter().take(MOST_TRIALS) {
            let before = last.as_ref().map_or(findings, |fixed| &fixed.findings);
            let most_faults = faults(last.as_ref().map_or(file, |fixed| &fixed.file));
            held.push(candidate);
            let level = candidate.level;
            let made = match self.made(file, &held, most_faults) {
                Ok(fixed) if above(&fixed.findings, level) > above(before, level) => {
                    Err("it would lead to findings of a higher level".to_owned())
                }
                made => made,
            };
            match made {
                Ok(fixed) => {
                    self.count(candidate);
                    last = Some(fixed);
                }
                Err(reason) => {
                    held.pop();
                    let Candidate { rule, message, .. } = candidate;
                    let id = rule.id;
                    self.result
                        .refused
                        .push(format!("not fixed: {message} ({id}): {reason}"));
                    self.tried.insert((id, message.clone()));
                }
            }
        }
        last
    }

    fn count(&mut self, candidate: &Candidate) {
        *self.result.fixed.entry(candidate.rule.id).or_default() += 1;
    }

    /// The file with these fixes, if it has no more than this number of syntax errors.
    fn made(
        &self,
        file: &ProfileFile,
        candidates: &[&Candidate],
        most_faults: usize,
    ) -> Result<Fixed, String> {
        let edits: Vec<Edit> = candidates
            .iter()
            .flat_map(|candidate| candidate.fix.edits.iter().cloned())
            .collect();
        let text = apply(file.source().text(), &edits).map_err(|error| error.to_string())?;
        let fixed = ProfileFile::parse(Source::new(file.source().name(), text));
        if faults(&fixed) > most_faults {
            return Err("the file could not be read any more".to_owned());
        }
        Ok(Fixed {
            findings: self.findings(&fixed),
            file: fixed,
        })
    }
}

/// The number of findings above a level.
fn above(findings: &[Finding], level: Level) -> usize {
    findings
        .iter()
        .filter(|finding| finding.level > level)
        .count()
}

/// The number of syntax errors in a file and in the texts embedded in it.
fn faults(file: &ProfileFile) -> usize {
    let embedded = file
        .documents()
        .flat_map(|(document, _)| document.embedded());
    let inner: usize = embedded
        .map(|embedded| embedded.stream().faults.len())
        .sum();
    file.faults().len() + usize::from(file.tree().is_none()) + inner
}
