//! `syntax-error`

use super::{Group, Rule, RuleMeta, Sink, Spot, sink::outer_fix};
use crate::{
    finding::{Applicability, Level},
    profile::ProfileFile,
    source::{Edit, TextRange},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "syntax-error",
    summary: "the file is not JSON or YAML",
    level: Level::Error,
    is_on: true,
    is_fixable: true,
    group: Group::Document,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/syntax-error.md"),
};

/// The rule.
pub struct SyntaxError;

impl Rule for SyntaxError {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_file(&self, file: &ProfileFile, sink: &mut Sink<'_>) {
        if let Some(at) = file.source().invalid_utf8_at() {
            report_encoding(at, file, sink);
            return;
        }
        if file.has_wrong_byte_order_mark() {
            report_byte_order_mark(sink);
        }
        for fault in file.faults() {
            let related = fault
                .related
                .as_ref()
                .map(|(range, message)| (sink.place(Spot::Bytes(*range)), message.clone()));
            let finding = sink.report(&META, Spot::Bytes(fault.range), fault.message.as_str());
            if let Some((place, message)) = related {
                finding.related(place, message);
            }
        }
    }
}

fn report_encoding(at: usize, file: &ProfileFile, sink: &mut Sink<'_>) {
    let finding = sink.report(
        &META,
        Spot::Bytes(TextRange::empty(at)),
        format!("the file is not UTF-8: byte {at} begins no character"),
    );
    // UTF-16 begins with FF FE or FE FF, or has a NUL in every second byte.
    if at == 0 || file.source().text().contains('\0') {
        finding.help("the file looks like UTF-16: save it as UTF-8 without a byte order mark");
    }
}

fn report_byte_order_mark(sink: &mut Sink<'_>) {
    let mark = TextRange::new(0, '\u{feff}'.len_utf8());
    sink.report(
        &META,
        Spot::Bytes(mark),
        "the file begins with a byte order mark, which JSON does not allow",
    )
    .level(Level::Warning)
    .help("save the file as UTF-8 without a byte order mark")
    .fix(outer_fix(
        vec![Edit {
            range: mark,
            text: String::new(),
        }],
        "remove the byte order mark".to_owned(),
        Applicability::Safe,
    ));
}
