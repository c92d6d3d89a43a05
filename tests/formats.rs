//! A profile says the same in JSON and in YAML: every case of every rule and every fixture, in both formats.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use palette_knife::{
    check::{self, CheckOptions},
    config::FILE_NAME,
    destination::Destination,
    finding::{Finding, Place},
    profile::ProfileFile,
    report::Report,
    rewrite::convert::difference,
    rules,
    settings::Settings,
    source::{DEFAULT_MAX_FILE_SIZE, Source, apply},
    syntax::{Format, write_json, write_yaml},
};

/// Files with their names.
type Files = Vec<(String, String)>;

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().expect("a name");
    name.to_string_lossy().into_owned()
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A text that is a profile in JSON or YAML without faults, in both formats: as JSON, as YAML in lines, and the JSON
/// as it is, which is YAML too.
fn in_all_forms(name: &str, text: &str) -> Option<[(String, String); 3]> {
    let file = ProfileFile::parse(Source::new(name, text));
    let tree = file
        .tree()
        .filter(|_| file.faults().is_empty() && !text.starts_with('\u{feff}'))?;
    let mut documents = tree.documents();
    let root = documents.next().filter(|_| documents.next().is_none())?;
    let (json, yaml) = match file.format() {
        Format::Json => (text.to_owned(), write_yaml(root).ok()?),
        Format::Yaml => {
            let json = write_json(root).ok()?;
            let file = ProfileFile::parse_as(Source::new(name, json.as_str()), Format::Json);
            let root = file.tree()?.documents().next()?;
            let yaml = write_yaml(root).ok()?;
            (json, yaml)
        }
    };
    let named = |end: &str, text: &str| (format!("{}.{end}", stem(name)), text.to_owned());
    Some([
        named("json", &json),
        named("yaml", &yaml),
        named("yml", &json),
    ])
}

/// Checks files with every rule, those that are off by default too.
fn check_all(files: &Files, destinations: &[Arc<Destination>], settings: &Settings) -> Report {
    let mut options = CheckOptions {
        settings: settings.clone(),
        ..CheckOptions::default()
    };
    for meta in rules::ALL.iter().map(|rule| rule.meta()) {
        if !meta.is_on {
            options.settings.set_level(meta.id, Some(meta.level));
        }
    }
    let outcomes = files
        .iter()
        .map(|(name, text)| {
            let source = Source::new(name, text.as_str());
            check::check_source(source, true, destinations, &options)
        })
        .collect();
    check::report(outcomes, destinations, &options.settings)
}

/// What a finding says, without where in the outer file and what file that is.
fn said(report: &Report, files: &Files) -> Vec<String> {
    let without_ends = |text: &str| {
        let mut text = text.to_owned();
        for (name, _) in files {
            text = text.replace(name.as_str(), stem(name));
        }
        text
    };
    let place = |place: &Place| {
        let file = stem(&place.file);
        let Place { pointer, inner, .. } = place;
        format!("{file} {} {pointer} {inner:?}", place.document)
    };
    let mut said: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let related: Vec<String> = finding
                .related
                .iter()
                .map(|related| format!("{} at {}", related.message, place(&related.place)))
                .collect();
            without_ends(&format!(
                "{} {} {} | {:?} | {:?} | {} | {related:?} | {:?}",
                finding.rule.id,
                finding.level,
                finding.message,
                finding.label,
                finding.help,
                place(&finding.place),
                fixed(finding, files),
            ))
        })
        .collect();
    said.sort();
    said
}

/// What a fix does, and what the document is with it: written in lines, so that formats do not matter.
fn fixed(finding: &Finding, files: &Files) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    let (name, text) = files
        .iter()
        .find(|(name, _)| **name == *finding.place.file)
        .expect("a file");
    let mended = apply(text, &fix.edits).expect("edits that do not overlap");
    let file = ProfileFile::parse(Source::new(name, mended.as_str()));
    assert!(file.faults().is_empty(), "{:?}: {mended}", file.faults());
    let root = file.tree()?.documents().next()?;
    let value = write_json(root).expect("a document that JSON can hold");
    Some(format!(
        "{} {:?} {value}",
        fix.description, fix.applicability
    ))
}

fn assert_same_in_all_forms(
    case: &str,
    files: &Files,
    destinations: &[Arc<Destination>],
    settings: &Settings,
) -> bool {
    let forms: Option<Vec<_>> = files
        .iter()
        .map(|(name, text)| in_all_forms(name, text))
        .collect();
    let Some(forms) = forms else {
        return false;
    };
    let [json, yaml, flow] = [0, 1, 2].map(|form| {
        let files: Files = forms.iter().map(|forms| forms[form].clone()).collect();
        said(&check_all(&files, destinations, settings), &files)
    });
    assert_eq!(json, yaml, "{case} as YAML:\n{}", forms[0][1].1);
    assert_eq!(json, flow, "{case} as JSON that is read as YAML");
    true
}

#[test]
fn every_case_of_every_rule_is_found_in_both_formats() {
    let (mut same, mut left_out) = (0, Vec::new());
    for rule in entries(Path::new("tests/rules")) {
        for case in entries(&rule) {
            let mut files = Files::new();
            let mut destinations = Vec::new();
            let mut is_text = true;
            let mut settings = Settings::default();
            for path in entries(&case) {
                match file_name(&path).as_str() {
                    "expected" => {}
                    FILE_NAME => {
                        let text = fs::read_to_string(&path).expect("a configuration");
                        settings = common::settings_of(&text);
                    }
                    "destination" => {
                        let destination = Destination::load(&path, DEFAULT_MAX_FILE_SIZE);
                        destinations.push(Arc::new(destination.expect("a destination")));
                    }
                    name => match fs::read_to_string(&path) {
                        Ok(text) => files.push((name.to_owned(), text)),
                        Err(_) => is_text = false,
                    },
                }
            }
            let name = format!("{}/{}", file_name(&rule), file_name(&case));
            if is_text && assert_same_in_all_forms(&name, &files, &destinations, &settings) {
                same += 1;
            } else {
                left_out.push(name);
            }
        }
    }
    // What is no document in one format is none in the other, and is not compared.
    left_out.retain(|name| !name.starts_with("syntax-error/"));
    // JSON has one document in a file.
    let of_several_documents = [
        "duplicate-in-batch/bad-two-documents-of-one-file",
        "not-an-export/good-yaml-two-exports",
    ];
    assert_eq!(left_out, of_several_documents);
    assert!(same > 400, "{same}");
}

#[test]
fn fixtures_say_the_same_in_both_formats() {
    for name in ["twin", "strict", "airgap"] {
        let folder = common::fixtures().join("destinations").join(name);
        let destination = Destination::load(&folder, DEFAULT_MAX_FILE_SIZE).expect("a destination");
        let destinations = [Arc::new(destination)];
        let mut all = Files::new();
        for folder in ["profiles", "broken"] {
            for (name, bytes) in common::fixture_files(folder) {
                let Ok(text) = String::from_utf8(bytes) else {
                    continue;
                };
                let files = vec![(name.clone(), text)];
                let is_same =
                    assert_same_in_all_forms(&name, &files, &destinations, &Settings::default());
                if folder == "profiles" {
                    assert!(is_same, "{name} is not compared");
                    all.extend(files);
                }
            }
        }
        assert!(assert_same_in_all_forms(
            "all",
            &all,
            &destinations,
            &Settings::default()
        ));
    }
}

/// Runs the program, and gives what it printed.
fn run(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_palette-knife"))
        .args(args)
        .output()
        .expect("the program runs");
    assert!(
        output.status.code().is_some_and(|code| code < 2),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn value(path: &Path) -> serde_json::Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn converting_there_and_back_changes_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let [yaml, json] = ["yaml", "json"].map(|name| place.path().join(name));
    let convert = |from: &str, format: &str, to: &Path| {
        let report = run(&[
            "rewrite",
            from,
            "--to-format",
            format,
            "--out",
            &to.to_string_lossy(),
            "--format",
            "json",
        ]);
        let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
        assert_eq!(report["summary"]["refused"], 0, "{report:#}");
        assert_eq!(report["destinations"], serde_json::json!([]));
    };
    convert("fixtures/profiles", "yaml", &yaml);
    convert(&yaml.to_string_lossy(), "json", &json);
    for path in entries(Path::new("fixtures/profiles")) {
        let back = json.join(file_name(&path));
        assert_eq!(value(&path), value(&back), "{}", path.display());
        let yaml = yaml.join(format!("{}.yaml", stem(&file_name(&path))));
        let text = fs::read_to_string(&yaml).expect("a file");
        // Values are there to be read: none of them is a quoted text of several lines.
        for line in text.lines().filter(|line| line.contains("values: \"")) {
            assert!(!line.contains("\\n"), "{}: {line}", yaml.display());
        }
    }
}

#[test]
fn both_formats_are_rewritten_to_the_same_meaning() {
    let place = tempfile::tempdir().expect("a folder");
    let secrets = place.path().join("secrets.yaml");
    fs::write(
        &secrets,
        "profiles:\n  passenger-identity:\n    variables: {smtp_password: 'it''s #1: \"x\"'}\n",
    )
    .expect("written");
    let yaml = place.path().join("yaml");
    let yaml = yaml.to_string_lossy();
    run(&[
        "rewrite",
        "fixtures/profiles",
        "--to-format",
        "yaml",
        "--out",
        &yaml,
    ]);
    let mut written = 0;
    for destination in ["twin", "strict", "airgap"] {
        let rewrite = |from: &str, name: &str, more: &[&str]| {
            let out = place.path().join(format!("{destination}-{name}"));
            let to = format!("fixtures/destinations/{destination}");
            let report = run(&[
                &[
                    "rewrite",
                    from,
                    "--to",
                    &to,
                    "--out",
                    &out.to_string_lossy(),
                    "--on-conflict",
                    "bump",
                    "--allow-masked",
                    "--secrets",
                    &secrets.to_string_lossy(),
                    "--format",
                    "json",
                ],
                more,
            ]
            .concat());
            let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
            let files = report["files"].as_array().expect("files").clone();
            let told: Vec<_> = files
                .into_iter()
                .map(|file| {
                    let reasons = file["reasons"].clone();
                    (file["status"].clone(), file["profiles"].clone(), reasons)
                })
                .collect();
            (out, told)
        };
        let (json, of_json) = rewrite("fixtures/profiles", "json", &[]);
        let (from_yaml, of_yaml) = rewrite(&yaml, "yaml", &[]);
        let (converted, of_converted) =
            rewrite("fixtures/profiles", "converted", &["--to-format", "yaml"]);
        assert_eq!(of_json, of_yaml, "{destination}");
        assert_eq!(of_json, of_converted, "{destination}");
        if !json.exists() {
            continue;
        }
        for path in entries(&json) {
            let one = ProfileFile::parse(
                Source::read(&path, "one.json", DEFAULT_MAX_FILE_SIZE).expect("a file"),
            );
            for folder in [&from_yaml, &converted] {
                let other = folder.join(format!("{}.yaml", stem(&file_name(&path))));
                let other = Source::read(&other, "other.yaml", DEFAULT_MAX_FILE_SIZE);
                let other = ProfileFile::parse(other.expect("a file"));
                let root = |file: &ProfileFile| {
                    let tree = file.tree().expect("a tree");
                    write_json(tree.documents().next().expect("a root")).expect("JSON")
                };
                assert_eq!(root(&one), root(&other), "{}", path.display());
                let roots = [&one, &other].map(|file| file.documents().next().expect("one").1);
                assert_eq!(difference(roots[0], roots[1]), None);
            }
            written += 1;
        }
    }
    assert!(written > 12, "{written}");
}
