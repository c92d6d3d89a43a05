//! Every output format.

use palette_knife::{
    check::{self, CheckOptions},
    emit,
    excerpt::ExcerptStyle,
    finding::Level,
    settings::Settings,
};
use quick_xml::{Reader, events::Event};
use serde_json::Value;

use super::{DESTINATIONS, profile_name, source};

/// Before the name of the file, which is no more trustworthy than what is in it.
const FOLDER: &str = "a\u{1b}[31m \u{202e}<&\"'>|`]]>%0A::error::";

/// The texts of all formats are what they say they are, and nothing in them acts on a terminal.
pub fn emitters(data: &[u8]) {
    let options = CheckOptions {
        excerpts: Some((
            50,
            ExcerptStyle {
                width: 100,
                before: 1,
            },
        )),
        ..CheckOptions::default()
    };
    let destinations = &DESTINATIONS[..1];
    let name = format!("{FOLDER}/{}", profile_name(data));
    let outcome = check::check_source(source(&name, data), true, destinations, &options);
    let report = check::report(vec![outcome], destinations, &Settings::default());
    let count = report.findings.len();

    let json: Value = valid_json(&emit::json::render(&report));
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(count));
    let sarif = valid_json(&emit::sarif::render(&report));
    let results = sarif["runs"][0]["results"].as_array().map(Vec::len);
    assert!(
        results.is_some_and(|results| results <= count),
        "{results:?} of {count}"
    );
    let gitlab = valid_json(&emit::gitlab::render(&report));
    assert_eq!(gitlab.as_array().map(Vec::len), Some(count));
    valid_xml(&emit::junit::render(&report, Some(Level::Error)));
    let github = emit::github::render(&report);
    assert_harmless(&github);
    assert_harmless(&emit::markdown::render(&report));
    let concise = emit::concise::render(&report);
    assert_harmless(&concise);
    assert!(concise.lines().count() >= count, "{concise}");
    for width in [20, 80] {
        assert_harmless(&emit::human::render(&report, false, width));
    }
}

fn valid_json(text: &str) -> Value {
    assert_harmless(text);
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn valid_xml(text: &str) {
    assert_harmless(text);
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    loop {
        let event = reader
            .read_event()
            .unwrap_or_else(|error| panic!("{error} in {text}"));
        match event {
            Event::Start(start) => {
                depth += 1;
                for attribute in start.attributes() {
                    attribute.unwrap_or_else(|error| panic!("{error} in {text}"));
                }
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{text}");
}

/// No characters that steer a terminal or reorder text, but for line feeds.
pub fn assert_harmless(text: &str) {
    let acts = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if let Some((at, found)) = text.char_indices().find(|(_, c)| acts(*c)) {
        panic!("{found:?} at byte {at} of {text}");
    }
}
