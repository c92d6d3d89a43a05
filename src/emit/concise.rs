//! One line for each finding: `file:line:column: level[rule] message`.

use std::fmt::Write as _;

use crate::{report::Report, sensitive::printable};

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
        if let Some(inner) = &place.inner {
            let pack = finding.pack.as_deref().unwrap_or_default();
            let _ = write!(
                out,
                " ({} {}:{}:{})",
                printable(pack),
                inner.name,
                inner.start.line,
                inner.start.column
            );
        }
        out.push('\n');
    }
    out
}
