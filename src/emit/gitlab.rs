//! GitLab's code quality report: what a merge request shows beside its changes.

use serde::Serialize;

use super::{concise::inner_place, json::to_text};
use crate::{
    finding::{Finding, Level},
    report::Report,
    sensitive::printable,
    source::LineColumn,
};

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'static str,
    fingerprint: &'r str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

impl From<LineColumn> for Position {
    fn from(LineColumn { line, column }: LineColumn) -> Self {
        Self { line, column }
    }
}

/// Renders a report, with a line break at its end.
#[must_use]
pub fn render(report: &Report) -> String {
    let issues: Vec<Issue<'_>> = report.findings.iter().map(issue).collect();
    to_text(&issues)
}

fn issue(finding: &Finding) -> Issue<'_> {
    let place = &finding.place;
    let inner = inner_place(finding).map_or_else(String::new, |inner| format!(" ({inner})"));
    Issue {
        description: format!("{}{inner}", printable(&finding.message)),
        check_name: finding.rule.id,
        fingerprint: &finding.fingerprint,
        severity: match finding.level {
            Level::Error => "major",
            Level::Warning => "minor",
            Level::Info => "info",
        },
        location: Location {
            path: printable(&place.file),
            positions: Positions {
                begin: place.start.into(),
                end: place.end.into(),
            },
        },
    }
}
