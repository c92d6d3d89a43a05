//! JUnit XML: a suite for each file, a test case for each finding, and one that passes for a file without any.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report as Suites, TestCase, TestCaseStatus, TestSuite};

use super::concise::inner_place;
use crate::{
    finding::{Finding, Level},
    report::Report,
    sensitive::printable,
};

/// Renders a report. Findings from this level on are failures, those below are told in cases that pass: a report is
/// green when the run is. `None` for no failures at all.
#[must_use]
pub fn render(report: &Report, fails_from: Option<Level>) -> String {
    let mut files: BTreeMap<&str, Vec<&Finding>> = report.by_file();
    for file in &report.files {
        files.entry(file).or_default();
    }
    let mut suites = Suites::new("palette-knife");
    for (file, findings) in files {
        let mut suite = TestSuite::new(printable(file));
        if findings.is_empty() {
            let mut case = TestCase::new("no findings", TestCaseStatus::success());
            case.set_classname(printable(file));
            suite.add_test_case(case);
        }
        for finding in findings {
            suite.add_test_case(case(finding, fails_from));
        }
        suites.add_test_suite(suite);
    }
    if !report.failures.is_empty() {
        let mut suite = TestSuite::new("palette-knife");
        for failure in &report.failures {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(printable(failure));
            suite.add_test_case(TestCase::new("run", status));
        }
        suites.add_test_suite(suite);
    }
    // Nothing here can fail: there are no times, and the text is written to memory.
    suites.to_string().unwrap_or_default()
}

fn case(finding: &Finding, fails_from: Option<Level>) -> TestCase {
    let place = &finding.place;
    let file = printable(&place.file);
    let (line, column) = (place.start.line, place.start.column);
    let message = printable(&finding.message);
    let mut text = format!("{file}:{line}:{column}: {}: {message}", finding.level);
    if let Some(inner) = inner_place(finding) {
        text.push_str(&format!("\nin {inner}"));
    }
    for related in &finding.related {
        let place = &related.place;
        text.push_str(&format!(
            "\nnote: {} ({}:{}:{})",
            printable(&related.message),
            printable(&place.file),
            place.start.line,
            place.start.column
        ));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!("\nhelp: {}", printable(help)));
    }
    let fails = fails_from.is_some_and(|level| finding.level >= level);
    let status = if fails {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(message);
        status.set_type(finding.level.name());
        status.set_description(text.as_str());
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(format!("{} {line}:{column}", finding.rule.id), status);
    if !fails {
        case.set_system_out(text);
    }
    case.set_classname(file.as_str());
    for (key, value) in [
        ("file", file),
        ("line", line.to_string()),
        ("column", column.to_string()),
    ] {
        case.extra.insert(key.into(), value.into());
    }
    case
}
