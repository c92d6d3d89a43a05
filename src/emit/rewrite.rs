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
        run::{FileResult, Status},
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
    destination: &'r str,
    summary: JsonSummary,
    profiles: Vec<JsonProfile<'r>>,
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
struct JsonProfile<'r> {
    file: &'r str,
    profile: Option<JsonName<'r>>,
    target: Option<JsonName<'r>>,
    status: &'static str,
    output: Option<&'r str>,
    decisions: Vec<JsonDecision<'r>>,
    reasons: Vec<&'r str>,
    findings: Vec<JsonFinding<'r>>,
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
pub fn render_json(results: &[FileResult], destination: &Destination) -> String {
    let count = |status| {
        results
            .iter()
            .filter(|result| result.status == status)
            .count()
    };
    json::to_text(&JsonReport {
        version: VERSION,
        tool: JsonTool::THIS,
        destination: destination.name(),
        summary: JsonSummary {
            written: count(Status::Written),
            planned: count(Status::Planned),
            unchanged: count(Status::Unchanged),
            skipped: count(Status::Skipped),
            refused: count(Status::Refused),
            not_checked: destination.not_checked(),
        },
        profiles: results.iter().map(profile).collect(),
    })
}

fn profile(result: &FileResult) -> JsonProfile<'_> {
    JsonProfile {
        file: &result.file,
        profile: result.profile.as_ref().map(name),
        target: result.target.as_ref().map(name),
        status: result.status.name(),
        output: result.output.as_deref(),
        decisions: result.decisions.iter().map(decision).collect(),
        reasons: result.reasons.iter().map(String::as_str).collect(),
        findings: result.report.findings.iter().map(json::finding).collect(),
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
    destination: &Destination,
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
    line(
        &mut out,
        &format!("{profiles} for {}: {counts}", printable(destination.name())),
    );
    for gap in destination.not_checked() {
        line(&mut out, &format!("not checked: {}", printable(&gap)));
    }
    out
}

fn file(out: &mut String, result: &FileResult, color: bool, width: usize) {
    let what = match (&result.profile, &result.target) {
        (Some(profile), Some(target)) if profile != target => {
            format!(
                "{} {} → {} {}",
                profile.name, profile.version, target.name, target.version
            )
        }
        (Some(profile), _) => format!("{} {}", profile.name, profile.version),
        (None, _) => "no profile".to_owned(),
    };
    let became = match (&result.output, result.status) {
        (Some(output), _) if result.changed => format!("written to {output}"),
        (Some(output), _) => format!("copied to {output}"),
        (None, status) => status.name().to_owned(),
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
        for sentence in sentences(&result.decisions) {
            line(out, &format!("  {}", printable(&sentence)));
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
