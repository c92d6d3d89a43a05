//! One line for each finding: `file:line:column: level[rule] message`.

use std::fmt::Write as _;

use crate::{finding::Finding, report::Report, sensitive::printable, source::LineColumn};

/// Renders a report.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let place = &finding.place;
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "{}:{}:{}: {}[{}] {}",
            printable(&place.file),
            place.start.line,
            place.start.column,
            finding.level,
            finding.rule.id,
            printable(&finding.message),
        );
        if let Some(inner) = inner_place(finding) {
            let _ = write!(out, " ({inner})");
        }
        out.push('\n');
    }
    out
}

/// `pack string:line:column` of the embedded document that a finding lies in.
pub(super) fn inner_place(finding: &Finding) -> Option<String> {
    let inner = finding.place.inner.as_ref()?;
    let pack = finding.pack.as_deref().unwrap_or_default();
    let LineColumn { line, column } = inner.start;
    Some(format!(
        "{} {}:{line}:{column}",
        printable(pack),
        inner.name
    ))
}
