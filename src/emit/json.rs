//! The report for programs, version 1; `schemas/check-report.schema.json` describes it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    finding::{Finding, Fix, InnerPlace, Level, Place, Related},
    report::Report,
    sensitive::is_unprintable,
};

/// The version of the format: raised when a program that reads it would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonReport<'r> {
    version: u32,
    tool: JsonTool,
    summary: JsonSummary<'r>,
    findings: Vec<JsonFinding<'r>>,
}

/// The tool that wrote a report.
#[derive(Serialize)]
pub(super) struct JsonTool {
    name: &'static str,
    version: &'static str,
}

impl JsonTool {
    /// This tool.
    pub(super) const THIS: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonSummary<'r> {
    profiles: usize,
    ready: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    known: usize,
    packs: usize,
    embedded_documents: usize,
    references: usize,
    skipped: usize,
    not_checked: Vec<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct JsonFinding<'r> {
    rule: &'static str,
    level: &'static str,
    message: &'r str,
    help: Option<&'r str>,
    #[serde(flatten)]
    place: JsonPlace<'r>,
    inner: Option<JsonInner<'r>>,
    profile: Option<&'r str>,
    pack: Option<&'r str>,
    destination: Option<&'r str>,
    fingerprint: &'r str,
    related: Vec<JsonRelated<'r>>,
    fix: Option<JsonFix<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonPlace<'r> {
    file: &'r str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    start_byte: u32,
    end_byte: u32,
    /// Left out for the first document, which is the only one in almost all files.
    #[serde(skip_serializing_if = "is_first")]
    document: usize,
    pointer: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonInner<'r> {
    path: &'r str,
    document: usize,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct JsonRelated<'r> {
    message: &'r str,
    #[serde(flatten)]
    place: JsonPlace<'r>,
}

#[derive(Serialize)]
struct JsonFix<'r> {
    description: &'r str,
    applicability: &'static str,
    edits: Vec<JsonEdit<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEdit<'r> {
    start_byte: u32,
    end_byte: u32,
    text: &'r str,
}

/// Renders a report, with a line break at its end.
#[must_use]
pub fn render(report: &Report) -> String {
    let coverage = &report.coverage;
    let json = JsonReport {
        version: VERSION,
        tool: JsonTool::THIS,
        summary: JsonSummary {
            profiles: coverage.profiles,
            ready: coverage.ready,
            errors: report.count(Level::Error),
            warnings: report.count(Level::Warning),
            infos: report.count(Level::Info),
            known: report.known,
            packs: coverage.packs,
            embedded_documents: coverage.embedded_documents,
            references: coverage.references,
            skipped: coverage.skipped_files,
            not_checked: coverage.not_checked.iter().map(String::as_str).collect(),
        },
        findings: report.findings.iter().map(finding).collect(),
    };
    to_text(&json)
}

/// Pretty JSON with a line break at its end, in which nothing acts on a terminal or reorders text.
pub(super) fn to_text(value: &impl Serialize) -> String {
    // None of the types serialised here can fail: no maps with keys that are no strings, no failing impls.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    let acts = |sign: char| sign != '\n' && is_unprintable(sign);
    if !text.contains(acts) {
        return text;
    }
    // Such characters stand in strings only, where JSON has an escape for each.
    let mut escaped = String::with_capacity(text.len() + 64);
    for sign in text.chars() {
        if acts(sign) {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(sign));
        } else {
            escaped.push(sign);
        }
    }
    escaped
}

pub(super) fn finding(finding: &Finding) -> JsonFinding<'_> {
    JsonFinding {
        rule: finding.rule.id,
        level: finding.level.name(),
        message: &finding.message,
        help: finding.help.as_deref(),
        place: place(&finding.place),
        inner: finding.place.inner.as_ref().map(inner),
        profile: finding.profile.as_deref(),
        pack: finding.pack.as_deref(),
        destination: finding.destination.as_deref(),
        fingerprint: &finding.fingerprint,
        related: finding.related.iter().map(related).collect(),
        fix: finding
            .fix
            .as_ref()
            .filter(|fix| !fix.holds_secret)
            .map(fix),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_first(document: &usize) -> bool {
    *document == 0
}

fn place(place: &Place) -> JsonPlace<'_> {
    JsonPlace {
        file: &place.file,
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        start_byte: place.range.start,
        end_byte: place.range.end,
        document: place.document,
        pointer: &place.pointer,
    }
}

fn inner(inner: &InnerPlace) -> JsonInner<'_> {
    JsonInner {
        path: &inner.path,
        document: inner.document,
        line: inner.start.line,
        column: inner.start.column,
        end_line: inner.end.line,
        end_column: inner.end.column,
    }
}

fn related(related: &Related) -> JsonRelated<'_> {
    JsonRelated {
        message: &related.message,
        place: place(&related.place),
    }
}

fn fix(fix: &Fix) -> JsonFix<'_> {
    JsonFix {
        description: &fix.description,
        applicability: fix.applicability.name(),
        edits: fix
            .edits
            .iter()
            .map(|edit| JsonEdit {
                start_byte: edit.range.start,
                end_byte: edit.range.end,
                text: &edit.text,
            })
            .collect(),
    }
}
