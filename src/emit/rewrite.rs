//! What a rewrite decided and why, for people and for programs.

use std::{collections::HashMap, fmt::Write as _};

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
        run::{FileResult, ProfileResult, Status},
    },
    sensitive::printable,
};

/// The version of the machine-readable report.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonReport<'r> {
    version: u32,
    tool: JsonTool,
    destination: Option<&'r str>,
    summary: JsonSummary,
    files: Vec<JsonFile<'r>>,
}

#[derive(Serialize)]
struct JsonSummary {
    written: usize,
    planned: usize,
    unchanged: usize,
    skipped: usize,
    refused: usize,
    #[serde(rename = "notChecked")]
    not_checked: Vec<String>,
}

#[derive(Serialize)]
struct JsonFile<'r> {
    file: &'r str,
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
struct JsonName<'r> {
    name: &'r str,
    version: &'r str,
}

#[derive(Serialize)]
struct JsonDecision<'r> {
    subject: &'static str,
    pack: Option<&'r str>,
    from: &'r str,
    to: &'r str,
    changed: bool,
    why: &'r str,
}

/// Renders results for programs; `schemas/rewrite-report.schema.json` describes it.
#[must_use]
pub fn render_json(results: &[FileResult], destination: Option<&Destination>) -> String {
    let count = |status| {
        results
            .iter()
            .filter(|result| result.status == status)
            .count()
    };
    json::to_text(&JsonReport {
        version: VERSION,
        tool: JsonTool::THIS,
        destination: destination.map(|destination| destination.name().as_ref()),
        summary: JsonSummary {
            written: count(Status::Written),
            planned: count(Status::Planned),
            unchanged: count(Status::Unchanged),
            skipped: count(Status::Skipped),
            refused: count(Status::Refused),
            not_checked: destination.map_or_else(Vec::new, Destination::not_checked),
        },
        files: results.iter().map(file_entry).collect(),
    })
}

fn file_entry(result: &FileResult) -> JsonFile<'_> {
    JsonFile {
        file: &result.file,
        status: result.status.name(),
        outputs: result.outputs.iter().map(String::as_str).collect(),
        profiles: result.profiles.iter().map(profile).collect(),
        notes: result.notes.iter().map(String::as_str).collect(),
        reasons: result.reasons.iter().map(String::as_str).collect(),
        findings: result.report.findings.iter().map(json::finding).collect(),
    }
}

fn profile(result: &ProfileResult) -> JsonProfile<'_> {
    JsonProfile {
        profile: name(&result.profile),
        target: result.target.as_ref().map(name),
        decisions: result.decisions.iter().map(decision).collect(),
    }
}

fn name(name: &NameVersion) -> JsonName<'_> {
    JsonName {
        name: &name.name,
        version: &name.version,
    }
}

fn decision(decision: &Decision) -> JsonDecision<'_> {
    JsonDecision {
        subject: decision.subject.name(),
        pack: decision.pack.as_deref(),
        from: &decision.from,
        to: &decision.to,
        changed: decision.changed,
        why: &decision.why,
    }
}

/// Renders results for people: for each file what became of it, what was decided, and what is in the way.
#[must_use]
pub fn render_human(
    results: &[FileResult],
    destination: Option<&Destination>,
    color: bool,
    width: usize,
) -> String {
    let mut out = String::new();
    for result in results {
        file(&mut out, result, color, width);
    }
    let count = |status| {
        results
            .iter()
            .filter(|result| result.status == status)
            .count()
    };
    let counts: Vec<String> = [
        Status::Written,
        Status::Planned,
        Status::Unchanged,
        Status::Skipped,
        Status::Refused,
    ]
    .into_iter()
    .map(|status| (count(status), status.name()))
    .filter(|(count, _)| *count > 0)
    .map(|(count, name)| format!("{count} {name}"))
    .collect();
    let profiles = if results.len() == 1 {
        "1 file".to_owned()
    } else {
        format!("{} files", results.len())
    };
    let counts = if counts.is_empty() {
        "nothing to do".to_owned()
    } else {
        counts.join(", ")
    };
    let place = destination.map_or_else(String::new, |destination| {
        format!(" for {}", printable(destination.name()))
    });
    line(&mut out, &format!("{profiles}{place}: {counts}"));
    match destination {
        Some(destination) => {
            for gap in destination.not_checked() {
                line(&mut out, &format!("not checked: {}", printable(&gap)));
            }
        }
        None => line(
            &mut out,
            "only the format was changed: without `--to` nothing is checked",
        ),
    }
    out
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
        line(out, &format!("  not written: {}", printable(reason)));
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

fn title(result: &ProfileResult) -> String {
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
fn sentences(decisions: &[Decision]) -> Vec<String> {
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
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
