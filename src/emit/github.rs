//! Workflow commands of GitHub Actions: what a pull request shows beside its changes.
//!
//! GitHub shows ten annotations of each kind for a step and drops the others without a word. So the first ten are
//! commands, the others lines of the log, and one notice tells how many there are.

use std::fmt::Write as _;

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
    let mut shown = [0_usize; 3];
    let mut rest: Vec<&Finding> = Vec::new();
    for failure in &report.failures {
        command(&mut out, "error", &[], failure);
    }
    for finding in &report.findings {
        let (counter, most) = match finding.level {
            Level::Error => (0, SHOWN.saturating_sub(report.failures.len())),
            Level::Warning => (1, SHOWN),
            // The notice about the rest is one as well.
            Level::Info => (2, SHOWN - 1),
        };
        match shown.get_mut(counter) {
            Some(count) if *count < most => {
                *count += 1;
                annotation(&mut out, finding);
            }
            _ => rest.push(finding),
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
