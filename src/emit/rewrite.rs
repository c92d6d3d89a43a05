//! What a rewrite decided and why, for people and for programs.

use std::{collections::HashMap, fmt::Write as _};

use rayon::prelude::*;
use serde::Serialize;

use super::{
    human,
    json::{self, JsonFinding, JsonTool},
};
use crate::{
    destination::Destination,
    rewrite::{
        names::NameVersion,
        plan::{Decision, Subject},
        result::{DestinationResult, FileResult, ProfileResult, Status},
    },
    sensitive::printable,
};

/// The version of the machine-readable report.
const VERSION: u32 = 1;

/// What was done for one destination, or without any.
#[derive(Debug, Clone, Copy)]
pub struct Part<'r> {
    /// The destination; `None` where files were only converted.
    pub destination: Option<&'r Destination>,
    /// What became of each file.
    pub files: &'r [FileResult],
}

impl<'r> Part<'r> {
    /// What was done for a destination.
    #[must_use]
    pub fn of(result: &'r DestinationResult) -> Self {
        Self {
            destination: Some(&result.destination),
            files: &result.files,
        }
    }

    /// Files that were only converted.
    #[must_use]
    pub fn converted(files: &'r [FileResult]) -> Self {
        Self {
            destination: None,
            files,
        }
    }

    fn name(self) -> Option<&'r str> {
        self.destination
            .map(|destination| destination.name().as_ref())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonReport<'r> {
    version: u32,
    tool: JsonTool,
    summary: JsonSummary,
    destinations: Vec<JsonDestination<'r>>,
    files: Vec<JsonFile<'r>>,
}

#[derive(Serialize)]
struct JsonSummary {
    written: usize,
    kept: usize,
    planned: usize,
    unchanged: usize,
    skipped: usize,
    refused: usize,
    #[serde(rename = "notChecked")]
    not_checked: Vec<String>,
}

#[derive(Serialize)]
struct JsonDestination<'r> {
    name: &'r str,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonFile<'r> {
    file: &'r str,
    destination: Option<&'r str>,
    status: &'static str,
    outputs: Vec<&'r str>,
    profiles: Vec<JsonProfile<'r>>,
    notes: Vec<&'r str>,
    reasons: Vec<&'r str>,
    findings: Vec<JsonFinding<'r>>,
}

#[derive(Serialize)]
struct JsonProfile<'r> {
    profile: JsonName<'r>,
    target: Option<JsonName<'r>>,
    decisions: Vec<JsonDecision<'r>>,
}

#[derive(Serialize)]
pub(super) struct JsonName<'r> {
    name: &'r str,
    version: &'r str,
}

#[derive(Serialize)]
pub(super) struct JsonDecision<'r> {
    subject: &'static str,
    pack: Option<&'r str>,
    from: &'r str,
    to: &'r str,
    changed: bool,
    why: &'r str,
}

/// Renders results for programs; `schemas/rewrite-report.schema.json` describes it.
#[must_use]
pub fn render_json(parts: &[Part<'_>]) -> String {
    let told = parts.iter().filter_map(|part| {
        Some(JsonDestination {
            name: part.name()?,
            summary: summary(std::slice::from_ref(part)),
        })
    });
    let files = parts
        .iter()
        .flat_map(|part| part.files.iter().map(|file| file_entry(file, part.name())));
    json::to_text(&JsonReport {
        version: VERSION,
        tool: JsonTool::THIS,
        summary: summary(parts),
        destinations: told.collect(),
        files: files.collect(),
    })
}

fn summary(parts: &[Part<'_>]) -> JsonSummary {
    let count = |status| parts.iter().map(|part| counted(*part, status)).sum();
    let destinations = parts.iter().filter_map(|part| part.destination);
    JsonSummary {
        written: count(Status::Written),
        kept: count(Status::Kept),
        planned: count(Status::Planned),
        unchanged: count(Status::Unchanged),
        skipped: count(Status::Skipped),
        refused: count(Status::Refused),
        not_checked: destinations.flat_map(Destination::not_checked).collect(),
    }
}

fn counted(part: Part<'_>, status: Status) -> usize {
    let files = part.files.iter();
    files.filter(|file| file.status == status).count()
}

fn file_entry<'r>(result: &'r FileResult, destination: Option<&'r str>) -> JsonFile<'r> {
    JsonFile {
        file: &result.file,
        destination,
        status: result.status.name(),
        outputs: result.outputs.iter().map(String::as_str).collect(),
        profiles: result.profiles.iter().map(profile).collect(),
        notes: result.notes.iter().map(String::as_str).collect(),
        reasons: result
            .reasons
            .iter()
            .map(|reason| reason.text.as_str())
            .collect(),
        findings: result.report.findings.iter().map(json::finding).collect(),
    }
}

fn profile(result: &ProfileResult) -> JsonProfile<'_> {
    JsonProfile {
        profile: JsonName::of(&result.profile),
        target: result.target.as_ref().map(JsonName::of),
        decisions: result.decisions.iter().map(JsonDecision::of).collect(),
    }
}

impl<'r> JsonName<'r> {
    /// A name and a version.
    pub(super) fn of(name: &'r NameVersion) -> Self {
        Self {
            name: &name.name,
            version: &name.version,
        }
    }
}

impl<'r> JsonDecision<'r> {
    /// A decision.
    pub(super) fn of(decision: &'r Decision) -> Self {
        Self {
            subject: decision.subject.name(),
            pack: decision.pack.as_deref(),
            from: &decision.from,
            to: &decision.to,
            changed: decision.changed,
            why: &decision.why,
        }
    }
}

/// Renders results for people: for each file what became of it, what was decided, and what is in the way; of files that
/// were not refused only with `all`.
#[must_use]
pub fn render_human(parts: &[Part<'_>], all: bool, color: bool, width: usize) -> String {
    let files = parts.par_iter().flat_map(|part| part.files);
    let files = files.filter(|file| all || file.status == Status::Refused);
    let files = files.map(|result| {
        let mut out = String::new();
        file(&mut out, result, color, width);
        out
    });
    let mut out = files.collect::<Vec<String>>().concat();
    for part in parts {
        totals(&mut out, *part);
    }
    out
}

fn totals(out: &mut String, part: Part<'_>) {
    let counts: Vec<String> = Status::ALL
        .into_iter()
        .map(|status| (counted(part, status), status.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let files = human::counted(part.files.len(), "file", "files");
    let counts = if counts.is_empty() {
        "nothing to do".to_owned()
    } else {
        counts.join(", ")
    };
    let place = part
        .name()
        .map_or_else(String::new, |name| format!(" for {}", printable(name)));
    line(out, &format!("{files}{place}: {counts}"));
    match part.destination {
        Some(destination) => {
            for gap in destination.not_checked() {
                line(out, &format!("not checked: {}", printable(&gap)));
            }
        }
        None => line(
            out,
            "only the format was changed: without `--to` nothing is checked",
        ),
    }
}

fn file(out: &mut String, result: &FileResult, color: bool, width: usize) {
    let what = match result.profiles.as_slice() {
        [] => "no profile".to_owned(),
        profiles => {
            let names: Vec<String> = profiles.iter().map(title).collect();
            names.join(", ")
        }
    };
    let became = match (result.outputs.join(", "), result.status) {
        (_, Status::Refused) => Status::Refused.name().to_owned(),
        (outputs, Status::Kept) => format!("is there already as {outputs}"),
        (outputs, Status::Written) if result.changed => format!("written to {outputs}"),
        (outputs, Status::Written) => format!("copied to {outputs}"),
        (_, status) => status.name().to_owned(),
    };
    line(
        out,
        &format!(
            "{}: {} — {}",
            printable(&result.file),
            printable(&what),
            printable(&became)
        ),
    );
    // What was decided for a profile that is not written is of no use before it is mended.
    if result.status != Status::Refused {
        for profile in &result.profiles {
            let whose = if result.profiles.len() > 1 {
                format!("{}: ", profile.profile.name)
            } else {
                String::new()
            };
            for sentence in sentences(&profile.decisions) {
                line(
                    out,
                    &format!("  {}", printable(&(whose.clone() + &sentence))),
                );
            }
        }
        for note in &result.notes {
            line(out, &format!("  {}", printable(note)));
        }
    }
    for reason in &result.reasons {
        let reason = printable(&reason.text);
        line(out, &format!("  not written: {reason}"));
    }
    if !result.diff.is_empty() {
        out.push('\n');
        out.push_str(&result.diff);
    }
    if result
        .report
        .findings
        .iter()
        .any(|finding| finding.excerpt.is_some())
    {
        out.push('\n');
        human::findings(out, &result.report, color, width);
    }
}

pub(super) fn title(result: &ProfileResult) -> String {
    let ProfileResult {
        profile, target, ..
    } = result;
    match target {
        Some(target) if profile != target => format!(
            "{} {} → {} {}",
            profile.name, profile.version, target.name, target.version
        ),
        _ => format!("{} {}", profile.name, profile.version),
    }
}

/// The decisions that change something; one sentence for all packs that it is true of.
pub(super) fn sentences(decisions: &[Decision]) -> Vec<String> {
    let mut sentences: Vec<(String, Vec<&str>)> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for decision in decisions.iter().filter(|decision| decision.changed) {
        let sentence = sentence(decision);
        let pack = decision.pack.as_deref();
        let number = *numbers.entry(sentence.clone()).or_insert(sentences.len());
        match sentences.get_mut(number) {
            Some((_, packs)) => packs.extend(pack),
            None => sentences.push((sentence, pack.into_iter().collect())),
        }
    }
    sentences
        .into_iter()
        .map(|(sentence, packs)| match packs.as_slice() {
            [] => sentence,
            packs => format!("{}: {sentence}", packs.join(", ")),
        })
        .collect()
}

fn sentence(decision: &Decision) -> String {
    let Decision { from, to, why, .. } = decision;
    let from = if from.is_empty() { "none" } else { from };
    match decision.subject {
        Subject::Name => format!("name {from} → {to}, because {why}"),
        Subject::Version | Subject::PackVersion => {
            format!("version {from} → {to}, because {why}")
        }
        Subject::Registry if from == to => {
            format!("registry {to} as it is known there, because {why}")
        }
        Subject::Registry => format!("registry {from} → {to}, because {why}"),
        Subject::PackType => format!("type {from} → {to}, because {why}"),
        Subject::Secret => format!("`{from}` is filled in, because {why}"),
        Subject::Placeholder => format!("placeholder {from} → {to}, because {why}"),
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
