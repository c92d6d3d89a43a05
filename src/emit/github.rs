//! Workflow commands of GitHub Actions: what a pull request shows beside its changes.
//!
//! GitHub shows ten annotations of each kind for a step and drops the others without a word. So ten are commands, from
//! as many files as there are, the others lines of the log, and one notice tells how many there are.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    concise::inner_place,
    human::{counted, levels},
};
use crate::{
    finding::{Finding, Level},
    report::Report,
    sensitive::printable,
};

/// How many annotations of each kind GitHub shows for a step.
const SHOWN: usize = 10;

/// Renders a report.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    for failure in &report.failures {
        command(&mut out, "error", &[], failure);
    }
    let is_shown = shown(report);
    let mut rest: Vec<&Finding> = Vec::new();
    for (finding, is_shown) in report.findings.iter().zip(is_shown) {
        if is_shown {
            annotation(&mut out, finding);
        } else {
            rest.push(finding);
        }
    }
    if !rest.is_empty() {
        let count = counted(rest.len(), "more finding", "more findings");
        let _ = writeln!(out, "::group::{count}");
        for finding in &rest {
            let place = &finding.place;
            // A line that begins with two colons would be a command.
            let _ = writeln!(
                out,
                "- {}:{}:{}: {}[{}] {}",
                printable(&place.file),
                place.start.line,
                place.start.column,
                finding.level,
                finding.rule.id,
                message(finding),
            );
        }
        let _ = writeln!(out, "::endgroup::");
        let text = format!(
            "GitHub shows ten annotations of a kind; the log of this step has {} more",
            levels(&rest)
        );
        command(&mut out, "notice", &[("title", "palette-knife")], &text);
    }
    out
}

/// Which findings become annotations: of every kind the first of each file, then the second, as many as GitHub shows.
/// A file with many findings does not hide those of the others.
fn shown(report: &Report) -> Vec<bool> {
    let mut seen: BTreeMap<(Level, &str), usize> = BTreeMap::new();
    let mut kinds: BTreeMap<Level, Vec<(usize, usize)>> = BTreeMap::new();
    for (index, finding) in report.findings.iter().enumerate() {
        let before = seen
            .entry((finding.level, finding.place.file.as_ref()))
            .or_default();
        let kind = kinds.entry(finding.level).or_default();
        kind.push((*before, index));
        *before += 1;
    }
    let mut is_shown = vec![false; report.findings.len()];
    for (level, mut kind) in kinds {
        let most = match level {
            Level::Error => SHOWN.saturating_sub(report.failures.len()),
            Level::Warning => SHOWN,
            // The notice about the rest is one as well.
            Level::Info => SHOWN - 1,
        };
        kind.sort_unstable();
        for (_, index) in kind.into_iter().take(most) {
            if let Some(is_shown) = is_shown.get_mut(index) {
                *is_shown = true;
            }
        }
    }
    is_shown
}

fn annotation(out: &mut String, finding: &Finding) {
    let place = &finding.place;
    let number = |number: u32| number.to_string();
    let (line, column) = (number(place.start.line), number(place.start.column));
    let (end_line, end_column) = (number(place.end.line), number(place.end.column));
    let mut properties = vec![("file", place.file.as_ref()), ("line", line.as_str())];
    // GitHub takes columns only for what lies on one line.
    if line == end_line {
        properties.extend([("col", column.as_str()), ("endColumn", end_column.as_str())]);
    } else {
        properties.push(("endLine", end_line.as_str()));
    }
    properties.push(("title", finding.rule.id));
    let kind = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "notice",
    };
    let mut text = message(finding);
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(&printable(help));
    }
    command(out, kind, &properties, &text);
}

/// What was found, and where in an embedded document.
fn message(finding: &Finding) -> String {
    let text = printable(&finding.message);
    match inner_place(finding) {
        Some(inner) => format!("{text} ({inner})"),
        None => text,
    }
}

fn command(out: &mut String, kind: &str, properties: &[(&str, &str)], text: &str) {
    // Writing to a String cannot fail.
    let _ = write!(out, "::{kind}");
    for (index, (key, value)) in properties.iter().enumerate() {
        let separator = if index == 0 { ' ' } else { ',' };
        let value = encoded(&printable(value))
            .replace(':', "%3A")
            .replace(',', "%2C");
        let _ = write!(out, "{separator}{key}={value}");
    }
    let _ = writeln!(out, "::{}", encoded(text));
}

/// A text as a command takes it. Only line breaks end a command; the percent sign is what escapes them.
fn encoded(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
