//! Checks of texts that nobody would write: no panic, every place is right, and nothing depends on chance.
//!
//! `PROPTEST_CASES=20000 cargo test --release --test robustness` runs more of them.

mod common;

use std::{
    fmt::Write as _,
    path::Path,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use common::{cases, fixtures, mutated, mutations, sound::assert_place};
use palette_knife::{
    check::{self, CheckOptions},
    destination::Destination,
    emit,
    excerpt::ExcerptStyle,
    finding::Finding,
    input,
    profile::ProfileFile,
    report::Report,
    rules::MOST_FINDINGS,
    settings::Settings,
    source::{DEFAULT_MAX_FILE_SIZE, Source},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};

static STRICT: LazyLock<[Arc<Destination>; 1]> = LazyLock::new(|| {
    let folder = fixtures().join("destinations/strict");
    let destination = Destination::load(&folder, DEFAULT_MAX_FILE_SIZE).expect("a destination");
    [Arc::new(destination)]
});

const STYLE: ExcerptStyle = ExcerptStyle {
    width: 100,
    before: 1,
};

/// Checks a text, with its excerpts and in every output format.
fn findings(name: &str, bytes: &[u8], destinations: &[Arc<Destination>]) -> Vec<Finding> {
    let options = CheckOptions {
        excerpts: Some((50, STYLE)),
        ..CheckOptions::default()
    };
    let source = Source::from_bytes(name, bytes.to_vec());
    let outcome = check::check_source(source, true, destinations, &options);
    let report = check::report(vec![outcome], destinations, &Settings::default());
    let _ = emit::human::render(&report, true, 80);
    let _ = emit::concise::render(&report);
    let json: Value = serde_json::from_str(&emit::json::render(&report)).expect("a JSON report");
    assert_eq!(
        json["findings"].as_array().map(Vec::len),
        Some(report.findings.len())
    );
    report.findings
}

/// Checks a text for itself and for a destination, and every place that is told.
fn check(name: &str, bytes: &[u8]) -> usize {
    let file = ProfileFile::parse(Source::from_bytes(name, bytes.to_vec()));
    let alone = findings(name, bytes, &[]);
    let at_destination = findings(name, bytes, STRICT.as_slice());
    for finding in alone.iter().chain(&at_destination) {
        let related = finding.related.iter().map(|related| &related.place);
        for place in related
            .chain([&finding.place])
            .filter(|place| *place.file == *name)
        {
            assert_place(place, &file);
        }
        let mut end = 0;
        for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
            let text = file.source().text();
            assert!(
                text.get(edit.range.range()).is_some() && edit.range.start() >= end,
                "{finding:?}"
            );
            end = edit.range.end();
        }
    }
    at_destination.len()
}

fn all_fixtures() -> Vec<(String, Vec<u8>)> {
    [
        common::fixture_files("profiles"),
        common::fixture_files("broken"),
    ]
    .concat()
}

fn profile(packs: &[Value]) -> Value {
    json!({
        "metadata": {"name": "p", "description": "", "labels": {}},
        "spec": {"version": "1.0.0", "template": {"type": "add-on", "cloudType": "all", "packs": packs}, "variables": []},
    })
}

fn pack(name: &str, values: &str) -> Value {
    json!({
        "name": name, "type": "oci", "layer": "addon", "version": "1.0.0", "tag": "1.0.0", "values": values,
        "registry": {"metadata": {"uid": "5eecc89d0b150045ae661cef", "name": "Palette Registry", "kind": "oci",
            "isPrivate": true, "providerType": "pack", "isSyncSupported": true}},
    })
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn damaged_fixtures_have_sound_findings(file in any::<Index>(), mutations in mutations()) {
        let files = all_fixtures();
        let (name, bytes) = file.get(&files);
        check(name, &mutated(bytes, &mutations));
    }

    #[test]
    fn damaged_values_have_sound_findings(texts in vec(common::wild_text(), 1..5), mutations in mutations()) {
        let packs = texts.iter().enumerate().map(|(number, text)| {
            let values = format!("a: 1\n{text}\nb: '{{{{ .spectro.var.b }}}}'\n");
            let values = mutated(values.as_bytes(), &mutations);
            pack(&format!("pack{number}"), &String::from_utf8_lossy(&values))
        });
        let text = profile(&packs.collect::<Vec<_>>()).to_string();
        check("profile.json", text.as_bytes());
        check("profile.yaml", text.as_bytes());
    }

    #[test]
    fn any_bytes_have_sound_findings(bytes in vec(any::<u8>(), 0..200), text in common::wild_text()) {
        for name in ["profile.json", "profile.yaml", "profile"] {
            check(name, &bytes);
            check(name, text.as_bytes());
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [
        ("[", "]"),
        ("{\"a\":", "}"),
        ("- ", ""),
        ("a:\n ", ""),
        ("{{", "}}"),
    ] {
        for close in [close, ""] {
            let text = format!("{}{}", open.repeat(1_000), close.repeat(1_000));
            assert!(check("profile.json", text.as_bytes()) > 0);
            assert!(check("profile.yaml", text.as_bytes()) > 0);
            check(
                "profile.json",
                profile(&[pack("a", &text)]).to_string().as_bytes(),
            );
        }
    }
    assert!(check("profile.json", "[".repeat(100_000).as_bytes()) > 0);
}

#[test]
fn long_lines_have_columns() {
    for part in ["é", "x ", "\\u00e9"] {
        let line = part.repeat(1_000_000 / part.len());
        let text = profile(&[pack("a", "********")]).to_string();
        let text = text.replace(
            "\"********\"",
            &format!("\"a: {line}\\nb: {{{{ .spectro.var.é }}}}\""),
        );
        assert!(check("profile.json", text.as_bytes()) > 0);
    }
}

#[test]
fn many_packs_are_checked() {
    let packs =
        |count: usize| (0..count).map(|number| pack(&format!("p{}", number % 1000), "a: 1\n"));
    let text = profile(&packs(20_000).collect::<Vec<_>>()).to_string();
    let source = common::json_source(&text);
    let found = check::check_source(source, true, &[], &CheckOptions::default()).into_findings();
    assert_eq!(
        found
            .iter()
            .filter(|finding| finding.rule.id == "repeated-pack")
            .count(),
        19_000
    );
    check(
        "profile.json",
        profile(&packs(1_500).collect::<Vec<_>>())
            .to_string()
            .as_bytes(),
    );
}

#[test]
fn what_packs_share_is_looked_at_once() {
    let mut text = "metadata: {name: crew}\nspec:\n  version: 1.0.0\n  template:\n    type: add-on\n    cloudType: all\n    packs:\n".to_owned();
    let mut values = "&v |\n".to_owned();
    for number in 0..100 {
        let _ = write!(
            values,
            "        a{number}: '{{{{ .spectro.var.a{number} }}}} and {{{{ .spectro.pack.p{number}.b }}}}'\n        p{number}: '********'\n"
        );
    }
    for number in 0..2_000 {
        let _ = write!(
            text,
            "    - name: p{number}\n      type: oci\n      layer: addon\n      version: 1.0.0\n      values: {values}\n"
        );
        "*v".clone_into(&mut values);
    }
    let started = Instant::now();
    let found = findings("profile.yaml", text.as_bytes(), &[]);
    let count = |rule: &str| {
        let found = found.iter().filter(|finding| finding.rule.id == rule);
        found.count()
    };
    for rule in [
        "undefined-variable",
        "unresolved-pack-reference",
        "masked-value",
    ] {
        assert_eq!(count(rule), 100, "{rule}");
    }
    // Once for each pack it takes minutes.
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_file_has_only_so_many_findings() {
    const MORE: usize = 500;
    let values = "- ********\n".repeat(MOST_FINDINGS + MORE);
    let text = profile(&[pack("dns", &values)]).to_string();
    let check = |text: &str| {
        let source = Source::from_bytes("profile.json", text.as_bytes().to_vec());
        let outcome = check::check_source(source, true, &[], &CheckOptions::default());
        check::report(vec![outcome], &[], &Settings::default())
    };
    let report = check(&text);
    assert_eq!(report.findings.len(), MOST_FINDINGS);
    assert_eq!(report.coverage.left_out, MORE);
    // As many as may be are all told.
    let report = check(&text.replacen(&"- ********\\n".repeat(MORE), "", 1));
    assert_eq!(report.findings.len(), MOST_FINDINGS);
    assert_eq!(report.coverage.left_out, 0);
}

#[test]
fn long_texts_of_findings_are_shortened() {
    let name = format!("first{}last", "é".repeat(20_000));
    let variable = name.replace('é', "e");
    let values = format!("a: '{{{{ .spectro.var.{variable} }}}}'\n? '{name}'\n: ********\n");
    let profile = profile(&[pack(&name, &values)]).to_string();
    let findings = findings("profile.json", profile.as_bytes(), STRICT.as_slice());
    for rule in ["undefined-variable", "masked-value", "missing-pack"] {
        let finding = findings.iter().find(|finding| finding.rule.id == rule);
        let finding = finding.expect(rule);
        let inner = finding.place.inner.iter().map(|inner| &inner.path);
        let texts = inner.chain([&finding.message, &finding.subject, &finding.place.pointer]);
        let texts = texts
            .chain(&finding.help)
            .chain(&finding.label)
            .chain(&finding.pack);
        let mut are_long = false;
        for text in texts {
            assert!(text.len() <= 4096, "{rule}: {} bytes", text.len());
            // Both ends are there.
            let text = text.replace('é', "e");
            are_long |= ["firste", "e…e", "elast"]
                .iter()
                .all(|part| text.contains(part));
        }
        assert!(are_long, "{rule}: {finding:?}");
    }
}

#[test]
fn duplicate_keys_are_found_everywhere() {
    let text = profile(&[pack("a", "k: 1\nk: 2\nm: {a: 1, a: 2}\n")]).to_string();
    // Every key once more, with its value.
    let mut twice = String::new();
    let mut keys = 0;
    for part in text.split_inclusive([',', '{']) {
        match part.split_once(':') {
            Some((key, value))
                if key.starts_with('"')
                    && value.trim_end_matches(['}', ']', ',']).ends_with('"') =>
            {
                let value = value.trim_end_matches(['}', ']', ',']);
                let _ = write!(twice, "{key}:{value},{part}");
                keys += 1;
            }
            _ => twice.push_str(part),
        }
    }
    let found = findings("profile.json", twice.as_bytes(), &[]);
    let duplicates = found
        .iter()
        .filter(|finding| finding.rule.id == "duplicate-key")
        .count();
    assert!(keys > 10, "{twice}");
    // Two more are in the values.
    assert_eq!(duplicates, keys + 2, "{twice}");
    check("profile.json", twice.as_bytes());
}

#[test]
fn unusual_characters_have_places() {
    let good = profile(&[pack(
        "a",
        "k: '{{ .spectro.var.x }}'\r\rm: ********\n\u{85}n: \0\n",
    )]);
    let pretty = serde_json::to_string_pretty(&good).expect("JSON");
    for text in [
        good.to_string(),
        pretty.clone(),
        pretty.replace('\n', "\r"),
        pretty.replace('\n', "\r\n"),
    ] {
        for odd in [
            "\r",
            "\0",
            "\u{feff}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}\u{feff}",
            "\t\u{b}",
        ] {
            let middle = text.find("\"spec\"").expect("a spec");
            for at in [0, 1, middle, middle + 3, text.len()] {
                let odd_text = [&text[..at], odd, &text[at..]].concat();
                check("profile.json", odd_text.as_bytes());
                check("profile.yaml", odd_text.as_bytes());
            }
        }
    }
}

/// The value with the keys of its objects in an order that `picks` decides, as text.
fn shuffled(value: &Value, picks: &mut dyn FnMut(usize) -> usize) -> String {
    match value {
        Value::Object(entries) => {
            let mut left: Vec<_> = entries.iter().collect();
            let mut written = Vec::new();
            while !left.is_empty() {
                let (key, value) = left.remove(picks(left.len()));
                written.push(format!("{}:{}", json!(key), shuffled(value, picks)));
            }
            format!("{{{}}}", written.join(","))
        }
        Value::Array(items) => {
            let written: Vec<_> = items.iter().map(|item| shuffled(item, picks)).collect();
            format!("[{}]", written.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// What was found, without where.
fn said(name: &str, text: &str) -> Vec<(&'static str, String)> {
    let found = findings(name, text.as_bytes(), STRICT.as_slice());
    let mut said: Vec<_> = found
        .into_iter()
        .map(|finding| (finding.rule.id, finding.message))
        .collect();
    said.sort();
    said
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn the_order_of_keys_does_not_matter(file in any::<Index>(), picks in vec(any::<Index>(), 1..40), gone in any::<Index>()) {
        let files: Vec<_> = all_fixtures()
            .into_iter()
            .filter_map(|(name, bytes)| Some((name, serde_json::from_slice::<Value>(&bytes).ok()?)))
            .collect();
        let (name, mut value) = file.get(&files).clone();
        // Something is missing, or is something else.
        let text = value.to_string();
        let quotes: Vec<_> = text.match_indices("\":\"").map(|(at, _)| at).collect();
        if !quotes.is_empty() {
            let at = *gone.get(&quotes);
            let damaged = [&text[..at], "X", &text[at..]].concat();
            value = serde_json::from_str(&damaged).unwrap_or(value);
        }
        let mut turn = picks.iter().cycle();
        let other = shuffled(&value, &mut |len| turn.next().map_or(0, |pick| pick.index(len)));
        prop_assert_eq!(said(&name, &value.to_string()), said(&name, &other), "{}", other);
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let report = |threads: usize, folder: &Path| {
        let (files, _) = input::collect(&[folder.to_owned()]);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        let report: Report = pool.install(|| {
            let (outcomes, _) =
                check::check_files(&files, STRICT.as_slice(), &CheckOptions::default());
            check::report(outcomes, STRICT.as_slice(), &Settings::default())
        });
        emit::json::render(&report)
    };
    for folder in ["profiles", "broken"] {
        let folder = fixtures().join(folder);
        let one = report(1, &folder);
        assert!(one.contains("\"rule\""), "{one}");
        for _ in 0..3 {
            assert_eq!(one, report(4, &folder));
        }
    }
}
