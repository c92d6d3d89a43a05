//! The output formats of `check`, all over the same files: one without findings, one with an error, a warning and an
//! info, one with findings behind escapes in embedded YAML, and one that is no JSON. The places of known findings are
//! asserted as numbers; what else a format says stands in its snapshot.

mod common;

use std::{fs, path::Path, process::Output};

use common::FORMATS;
use serde_json::{Value, json};
use snapbox::cmd::{Command, cargo_bin};

/// The files, with the findings of each: rule, level, line and column, line and column of the end, and for a finding in
/// an embedded document line and column there.
const FILES: [(&str, &[Expected]); 4] = [
    ("clean.json", &[]),
    (
        "mixed.json",
        &[
            ("unknown-cloud-type", "info", (7, 21), (7, 25), None),
            ("unknown-field", "warning", (9, 68), (9, 74), None),
            ("repeated-pack", "error", (10, 20), (10, 26), None),
        ],
    ),
    (
        "embedded.json",
        &[
            (
                "undefined-variable",
                "error",
                (9, 158),
                (9, 162),
                Some((3, 35)),
            ),
            (
                "unquoted-reference",
                "error",
                (9, 176),
                (9, 200),
                Some((4, 8)),
            ),
        ],
    ),
    (
        "broken.json",
        &[("syntax-error", "error", (5, 36), (5, 37), None)],
    ),
];

type Expected = (
    &'static str,
    &'static str,
    (u32, u32),
    (u32, u32),
    Option<(u32, u32)>,
);

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report_formats")
}

fn run_in(folder: &Path, args: &[&str]) -> Output {
    Command::new(cargo_bin!("palette-knife"))
        .args(["check", "--no-config", "--rule", "unknown-cloud-type=info"])
        .args(args)
        .current_dir(folder)
        .env_remove("COLUMNS")
        .env_remove("FORCE_COLOR")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// What is said of one of the files.
fn report(file: &str, format: &str) -> String {
    stdout(&run_in(&folder(), &[file, "--format", format]))
}

fn json_report(file: &str, format: &str) -> Value {
    serde_json::from_str(&report(file, format)).expect("JSON")
}

#[test]
fn every_format_says_what_it_said() {
    for format in FORMATS {
        // The pages of the rules, which stand in SARIF, have tests of their own.
        let all: Vec<String> = FILES
            .iter()
            .map(|(file, _)| match format {
                "sarif" => {
                    let mut sarif = json_report(file, format);
                    for rule in sarif["runs"][0]["tool"]["driver"]["rules"]
                        .as_array_mut()
                        .expect("rules")
                    {
                        assert!(rule["help"]["text"].as_str().expect("a text").len() > 100);
                        rule["help"] = Value::Null;
                    }
                    format!("{sarif:#}\n")
                }
                _ => report(file, format),
            })
            .collect();
        insta::assert_snapshot!(format, all.join("\n--\n"));
    }
}

#[test]
fn one_line_formats_tell_the_places() {
    for (file, findings) in FILES {
        let concise = report(file, "concise");
        let lines: Vec<&str> = concise.lines().collect();
        assert_eq!(lines.len(), findings.len());
        for (line, (rule, level, (row, column), _, inner)) in lines.iter().zip(findings) {
            let start = format!("{file}:{row}:{column}: {level}[{rule}] ");
            assert!(line.starts_with(&start), "{line}");
            if let Some((row, column)) = inner {
                let end = format!(" (café values:{row}:{column})");
                assert!(line.ends_with(&end), "{line}");
            }
        }
        let github = report(file, "github");
        let lines: Vec<&str> = github.lines().collect();
        assert_eq!(lines.len(), findings.len());
        for (line, (rule, level, (row, column), (_, end), inner)) in lines.iter().zip(findings) {
            let command = if *level == "info" { "notice" } else { level };
            let start = format!(
                "::{command} file={file},line={row},col={column},endColumn={end},title={rule}::"
            );
            assert!(line.starts_with(&start), "{line}");
            if let Some((row, column)) = inner {
                let inner = format!(" (café values:{row}:{column})");
                assert!(line.contains(&inner), "{line}");
            }
        }
    }
}

#[test]
fn reports_for_people_tell_the_places() {
    for (file, findings) in FILES {
        let human = report(file, "human");
        let markdown = report(file, "markdown");
        for (rule, level, (row, column), _, inner) in findings {
            assert!(human.contains(&format!("{level}[{rule}]: ")), "{human}");
            assert!(human.contains(&format!("╰─ {file}:{row}:{column}\n")));
            let place = format!("- **{level}** `{rule}` at {row}:{column}");
            assert!(markdown.contains(&place), "{markdown}");
            if let Some((row, column)) = inner {
                assert!(human.contains(&format!(" › packs[0] café › values:{row}:{column}]")));
                let inner = format!("{place} (<code>café values&#58;{row}&#58;{column}</code>): ");
                assert!(markdown.contains(&inner), "{markdown}");
            }
        }
        assert_eq!(markdown.matches("- **").count(), findings.len());
    }
}

#[test]
fn sarif_tells_the_places() {
    for (file, findings) in FILES {
        let sarif = json_report(file, "sarif");
        let run = &sarif["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), findings.len());
        let text = fs::read_to_string(folder().join(file)).expect("a file");
        for (result, (rule, level, start, end, inner)) in results.iter().zip(findings) {
            assert_eq!(result["ruleId"], *rule);
            let index = result["ruleIndex"].as_u64().expect("a number");
            let index = usize::try_from(index).expect("a number");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], *rule);
            let level = if *level == "info" { "note" } else { level };
            assert_eq!(result["level"], level);
            let location = &result["locations"][0];
            let place = &location["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], file);
            assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
            let region = &place["region"];
            let byte = |key: &str| {
                let number = region[key].as_u64().expect("a number");
                usize::try_from(number).expect("a number")
            };
            let (at, len) = (byte("byteOffset"), byte("byteLength"));
            assert_eq!(
                (position(&text, at), position(&text, at + len)),
                (*start, *end)
            );
            assert_eq!(
                *region,
                json!({
                    "startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1,
                    "byteOffset": at, "byteLength": len,
                })
            );
            if let Some((row, column)) = inner {
                let logical = &location["logicalLocations"][0];
                assert_eq!(logical["name"], "values");
                assert_eq!(
                    logical["decoratedName"],
                    format!("café values:{row}:{column}")
                );
                assert_eq!(logical["properties"]["pack"], "café");
                assert_eq!(logical["properties"]["startLine"], *row);
                assert_eq!(logical["properties"]["startColumn"], *column);
            }
            let prints = &result["partialFingerprints"];
            assert_eq!(prints["paletteKnife/v1"], prints["primaryLocationLineHash"]);
        }
    }
}

/// Line and column, from 1 and in code points, of a byte of a text.
fn position(text: &str, at: usize) -> (u32, u32) {
    let before = &text[..at];
    let line = before.rsplit('\n').next().expect("a line");
    let number = |count: usize| u32::try_from(count).expect("a number");
    (
        number(before.matches('\n').count() + 1),
        number(line.chars().count() + 1),
    )
}

#[test]
fn a_fix_in_sarif_says_what_is_replaced() {
    let sarif = json_report("mixed.json", "sarif");
    let fix = &sarif["runs"][0]["results"][0]["fixes"][0];
    assert_eq!(fix["properties"]["applicability"], "unsafe");
    let change = &fix["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "mixed.json");
    let replacement = &change["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "all");
    let region = &replacement["deletedRegion"];
    assert_eq!(
        (
            &region["startLine"],
            &region["startColumn"],
            &region["endColumn"]
        ),
        (&json!(7), &json!(21), &json!(25))
    );
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mark.json"), "\u{feff}{}").expect("written");
    let output = run_in(folder.path(), &["mark.json", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let fix = results.iter().find_map(|result| result.get("fixes"));
    // A byte order mark has no line and no column.
    assert_eq!(
        fix.expect("a fix")[0]["artifactChanges"][0]["replacements"][0],
        json!({"deletedRegion": {"byteOffset": 0, "byteLength": 3}})
    );
}

fn sarif_schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/sarif-2.1.0.json");
    let text = fs::read_to_string(path).expect("a schema");
    let mut schema: Value = serde_json::from_str(&text).expect("JSON");
    // A misprint that errata 01 mends: as it stands the pattern of languages is none.
    for object in ["run", "toolComponent"] {
        schema["definitions"][object]["properties"]["language"]["pattern"] =
            json!("^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    }
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema")
}

fn assert_valid(validator: &jsonschema::Validator, report: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn sarif_is_what_its_schema_says() {
    let validator = sarif_schema();
    for (file, _) in FILES {
        assert_valid(&validator, &json_report(file, "sarif"));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = run_in(
        root,
        &[
            "fixtures",
            "no/such.json",
            "--to",
            "fixtures/destinations/strict",
            "--format",
            "sarif",
        ],
    );
    let sarif: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_valid(&validator, &sarif);
    let run = &sarif["runs"][0];
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().expect("a text").contains("no/such.json"));
    let results = run["results"].as_array().expect("results");
    assert!(results.len() > 30, "{}", results.len());
    assert!(
        results
            .iter()
            .any(|result| result.get("relatedLocations").is_some())
    );
    let mut broken = sarif.clone();
    broken["runs"][0]["results"][0]["level"] = json!("fatal");
    assert!(!validator.is_valid(&broken), "the schema tells something");
}

#[test]
fn gitlab_tells_the_places() {
    for (file, findings) in FILES {
        let issues = json_report(file, "gitlab");
        let issues = issues.as_array().expect("issues");
        assert_eq!(issues.len(), findings.len());
        for (issue, (rule, level, start, end, _)) in issues.iter().zip(findings) {
            let severity = match *level {
                "error" => "major",
                "warning" => "minor",
                other => other,
            };
            assert_eq!(issue["check_name"], *rule);
            assert_eq!(issue["severity"], severity);
            assert_eq!(
                issue["location"],
                json!({
                    "path": file,
                    "positions": {
                        "begin": {"line": start.0, "column": start.1},
                        "end": {"line": end.0, "column": end.1},
                    },
                })
            );
        }
    }
}

#[test]
fn fingerprints_for_gitlab_are_unique() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let args = ["fixtures", "--to", "fixtures/destinations/strict"];
    let output = run_in(root, &[&args[..], &["--format", "gitlab"]].concat());
    let issues: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let prints = issues.iter().map(|issue| issue["fingerprint"].as_str());
    let prints: std::collections::BTreeSet<_> =
        prints.map(|print| print.expect("a text")).collect();
    assert!(prints.len() > 30);
    assert_eq!(prints.len(), issues.len());
}

/// The elements of an XML document with their attributes, and the texts between them.
fn xml(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    use quick_xml::{Reader, events::Event};
    let mut reader = Reader::from_str(text);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(start) | Event::Empty(start) => {
                let name = String::from_utf8(start.name().as_ref().to_vec()).expect("UTF-8");
                let attributes = start.attributes().map(|attribute| {
                    let attribute = attribute.expect("an attribute");
                    let key = String::from_utf8(attribute.key.as_ref().to_vec()).expect("UTF-8");
                    (
                        key,
                        attribute
                            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                            .expect("a value")
                            .into_owned(),
                    )
                });
                let attributes = attributes.collect();
                elements.push((name, attributes));
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

fn attribute<'x>(attributes: &'x [(String, String)], key: &str) -> &'x str {
    let attribute = attributes.iter().find(|(name, _)| name == key);
    attribute.map_or("", |(_, value)| value)
}

#[test]
fn junit_tells_the_places_and_fails_as_the_run_does() {
    for (file, findings) in FILES {
        for fail_on in ["error", "warning", "info", "never"] {
            let args = [file, "--format", "junit", "--fail-on", fail_on];
            let output = run_in(&folder(), &args);
            let elements = xml(&stdout(&output));
            let cases = elements.iter().filter(|element| element.0 == "testcase");
            let cases: Vec<_> = cases.collect();
            assert_eq!(
                cases.len(),
                findings.len().max(1),
                "a file is a test at least"
            );
            for ((_, case), (rule, _, (row, column), ..)) in cases.iter().zip(findings) {
                assert_eq!(attribute(case, "name"), format!("{rule} {row}:{column}"));
                assert_eq!(attribute(case, "classname"), file);
                assert_eq!(attribute(case, "line"), row.to_string());
                assert_eq!(attribute(case, "column"), column.to_string());
            }
            let fails = elements.iter().filter(|element| element.0 == "failure");
            let fails = fails.count();
            assert_eq!(
                output.status.code(),
                Some(i32::from(fails > 0)),
                "{fail_on}"
            );
            let levels = ["info", "warning", "error"];
            let from = levels.iter().position(|level| *level == fail_on);
            let expected = findings.iter().filter(|(_, level, ..)| {
                from.is_some_and(|from| {
                    levels.iter().position(|other| other == level) >= Some(from)
                })
            });
            assert_eq!(fails, expected.count(), "{file} {fail_on}");
        }
    }
    let output = run_in(
        &folder(),
        &["clean.json", "no/such.json", "--format", "junit"],
    );
    assert_eq!(output.status.code(), Some(2));
    let elements = xml(&stdout(&output));
    assert_eq!(
        elements
            .iter()
            .filter(|element| element.0 == "error")
            .count(),
        1
    );
}

/// A text that tries to leave every format.
const HOSTILE: &str = "]]>`\n::error::x\r\n::stop-commands::x|%0A`<img src=x>@crew #4711 [a](https://evil.example) \
                       </details> ##[error]\u{1b}[31m\u{202e}\u{7}\u{0}\u{85}\u{2028}&amp;'\"*_~ :,=";

fn hostile(folder: &Path) {
    let mut field = serde_json::Map::new();
    field.insert("name".to_owned(), json!(HOSTILE));
    field.insert("type".to_owned(), json!("manifest"));
    field.insert("layer".to_owned(), json!("addon"));
    field.insert(
        "values".to_owned(),
        json!(format!("a: '{{{{ .spectro.var.x }}}}' # {HOSTILE}\n")),
    );
    field.insert(HOSTILE.to_owned(), json!(1));
    let profile = json!({
        "metadata": {"name": HOSTILE},
        "spec": {
            "version": "1.0.0",
            "template": {"type": HOSTILE, "cloudType": HOSTILE, "packs": [field, field]},
            "variables": [],
        },
    });
    fs::write(folder.join("hostile.json"), format!("{profile:#}")).expect("written");
}

#[test]
fn no_text_of_a_profile_leaves_its_format() {
    let folder = tempfile::tempdir().expect("a folder");
    hostile(folder.path());
    let said = |format: &str| {
        let output = run_in(folder.path(), &["hostile.json", "--format", format]);
        assert_eq!(output.status.code(), Some(1));
        let said = stdout(&output);
        let acts = |sign: char| palette_knife::sensitive::is_unprintable(sign) && sign != '\n';
        assert!(!said.contains(acts), "{format}: {said}");
        said
    };
    let report: Value = serde_json::from_str(&said("json")).expect("JSON");
    let findings = report["findings"].as_array().expect("findings").len();
    let with_text = report["findings"].as_array().expect("findings").iter();
    let with_text =
        with_text.filter(|finding| finding["message"].to_string().contains("::error::"));
    assert!(with_text.count() >= 2, "{report:#}");
    assert_eq!(said("concise").lines().count(), findings);
    for line in said("human").lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##["), "{line}");
    }
    let github = said("github");
    assert_eq!(github.lines().count(), findings);
    for line in github.lines() {
        let command = line
            .strip_prefix("::")
            .and_then(|rest| rest.split_once(' '));
        assert!(
            matches!(command, Some(("error" | "warning" | "notice", _))),
            "{line}"
        );
    }
    let sarif: Value = serde_json::from_str(&said("sarif")).expect("JSON");
    assert_valid(&sarif_schema(), &sarif);
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    for result in results {
        assert!(
            !result["message"]["text"].to_string().contains("]("),
            "{result}"
        );
    }
    let issues: Vec<Value> = serde_json::from_str(&said("gitlab")).expect("JSON");
    assert_eq!(issues.len(), findings);
    let elements = xml(&said("junit"));
    let cases = elements.iter().filter(|element| element.0 == "testcase");
    assert_eq!(cases.count(), findings);
    let known = [
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "system-out",
    ];
    assert!(
        elements
            .iter()
            .all(|element| known.contains(&element.0.as_str()))
    );
    let markdown = said("markdown");
    for sign in ["<img", "](", "@crew", "#4711", "://", "##[", "%0A`"] {
        assert!(!markdown.contains(sign), "{sign}: {markdown}");
    }
    assert_eq!(markdown.matches("<details>").count(), 1);
    assert_eq!(markdown.matches("</details>").count(), 1);
}

#[cfg(unix)]
#[test]
fn names_of_files_are_encoded() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "a,b:c%0A ::x::.json";
    fs::copy(self::folder().join("broken.json"), folder.path().join(name)).expect("copied");
    let said = |format: &str| stdout(&run_in(folder.path(), &[name, "--format", format]));
    assert!(said("github").starts_with(
        "::error file=a%2Cb%3Ac%250A %3A%3Ax%3A%3A.json,line=5,col=36,endColumn=37,title=syntax-error::expected"
    ));
    let sarif: Value = serde_json::from_str(&said("sarif")).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "a%2Cb%3Ac%250A%20%3A%3Ax%3A%3A.json"
    );
}

#[test]
fn github_is_told_ten_of_a_kind_and_how_many_more_there_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let field = |number: usize| (format!("extra{number}"), json!(1));
    let spec =
        json!({"version": "x", "template": {"type": "add-on", "cloudType": "all", "packs": []}});
    for number in 0..12 {
        let mut profile = json!({"metadata": {"name": format!("p{number}")}, "spec": spec});
        let fields: serde_json::Map<String, Value> = (0..2).map(field).collect();
        profile.as_object_mut().expect("an object").extend(fields);
        let path = folder.path().join(format!("{number:02}.json"));
        fs::write(path, profile.to_string()).expect("written");
    }
    let concise = stdout(&run_in(folder.path(), &[".", "--format", "concise"]));
    let errors = concise.matches(": error[").count();
    let warnings = concise.matches(": warning[").count();
    assert!(errors > 10 && warnings > 10, "{concise}");
    let said = stdout(&run_in(folder.path(), &[".", "--format", "github"]));
    let starting = |start: &str| said.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((starting("::error "), starting("::warning ")), (10, 10));
    assert_eq!(starting("- "), errors + warnings - 20);
    let more = format!(
        "has {} errors and {} warnings more\n",
        errors - 10,
        warnings - 10
    );
    assert_eq!(starting("::notice "), 1);
    assert!(said.ends_with(&more), "{said}");
}

/// A folder with a file of 600 findings, and 8 with one each that come after it.
fn one_file_of_many() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = |number: usize, references: usize| {
        let values: String = (0..references)
            .map(|index| format!("k{index}: '{{{{ .spectro.var.x{index} }}}}'\n"))
            .collect();
        json!({
            "metadata": {"name": format!("p{number}")},
            "spec": {
                "version": "1.0.0",
                "template": {"type": "add-on", "cloudType": "all", "packs": [
                    {"name": "config", "type": "manifest", "layer": "addon", "values": values},
                ]},
                "variables": [],
            },
        })
    };
    for number in 0..9 {
        let references = if number == 0 { 600 } else { 1 };
        let path = folder.path().join(format!("{number}.json"));
        fs::write(path, profile(number, references).to_string()).expect("written");
    }
    folder
}

#[test]
fn a_file_with_many_findings_hides_no_other() {
    let folder = one_file_of_many();
    let said = |format: &str| stdout(&run_in(folder.path(), &[".", "--format", format]));
    let github = said("github");
    let annotated = |file: &str| github.matches(&format!("::error file={file},")).count();
    assert_eq!(annotated("0.json"), 2, "{github}");
    let markdown = said("markdown");
    assert!(markdown.len() > 50_000, "{}", markdown.len());
    let shown = markdown.matches("- **error**").count();
    assert!(markdown.contains(&format!("\n- and {} more\n", 608 - shown)));
    let mut before = 0;
    for number in 0..9 {
        let file = format!("{number}.json");
        assert!(annotated(&file) >= 1, "{github}");
        let block = markdown.find(&format!("<summary><code>{file}</code>: "));
        let block = block.expect("each file can be folded out");
        assert!(block > before, "in the order of the files");
        before = block;
    }
}

/// Pipelines write `$PWD/profiles`, and the folder of a checkout is another in every run.
#[test]
fn reports_do_not_depend_on_how_a_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a path");
    fs::create_dir(root.join("profiles")).expect("made");
    for (file, _) in FILES {
        fs::copy(self::folder().join(file), root.join("profiles").join(file)).expect("copied");
    }
    let whole = root.join("profiles");
    let file = whole.join("mixed.json");
    let path = |path: &Path| path.to_string_lossy().into_owned();
    for format in FORMATS {
        let said = |path: &str| stdout(&run_in(&root, &[path, "--format", format]));
        assert_eq!(said(&path(&whole)), said("profiles"), "{format}");
        assert_eq!(said(&path(&root)), said("."), "{format}");
        assert_eq!(said(&path(&file)), said("profiles/mixed.json"), "{format}");
    }
}

#[test]
fn markdown_stays_short_enough_for_a_comment() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = "long|`name` ".repeat(400);
    for number in 0..300 {
        let name = format!("{number:03}-{}.json", "x".repeat(150));
        let profile = json!({
            "metadata": {"name": "p"},
            "spec": {
                "version": "x",
                "template": {"type": "add-on", "cloudType": "all", "packs": []},
                long.as_str(): 1,
            },
        });
        fs::write(folder.path().join(name), profile.to_string()).expect("written");
    }
    let markdown = stdout(&run_in(folder.path(), &[".", "--format", "markdown"]));
    assert!(markdown.len() <= 65_000, "{}", markdown.len());
    assert!(markdown.len() > 50_000, "{}", markdown.len());
    assert!(
        markdown.contains("\n| 200 more files | | | |\n"),
        "{markdown}"
    );
    assert_eq!(
        markdown.matches("<details>").count(),
        markdown.matches("</details>").count()
    );
    let shown = markdown.matches("- **").count();
    let concise = stdout(&run_in(folder.path(), &[".", "--format", "concise"]));
    let rest = concise.lines().count() - shown;
    assert!(markdown.contains(&format!(
        "\n{rest} more findings would make this text too long.\n"
    )));
}

#[test]
fn several_reports_are_written_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = self::folder().join("mixed.json");
    fs::copy(input, folder.path().join("mixed.json")).expect("copied");
    let outputs: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("{format}=report.{format}"))
        .collect();
    let mut args = vec![".", "--format", "concise"];
    args.extend(outputs.iter().flat_map(|output| ["--output", output]));
    // The second run finds the reports of the first in the folder, and leaves them alone.
    for _ in 0..2 {
        let output = run_in(folder.path(), &args);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_eq!(
            (stdout(&output).lines().count(), stderr(&output).as_str()),
            (3, "")
        );
        for format in FORMATS {
            let written = fs::read_to_string(folder.path().join(format!("report.{format}")));
            let said = stdout(&run_in(folder.path(), &["mixed.json", "--format", format]));
            assert_eq!(written.expect("a report"), said, "{format}");
        }
    }
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("web.json");
    fs::copy(self::folder().join("mixed.json"), &profile).expect("copied");
    fs::create_dir(folder.path().join("reports")).expect("made");
    for (outputs, says) in [
        (&["json=out/report.json"][..], "there is no folder `out`"),
        (&["json=reports"], "this is no regular file"),
        (&["json=web.json"], "this file is to be checked"),
        (
            &["json=a.txt", "sarif=./a.txt"],
            "two reports cannot be written to one file",
        ),
        (&["json=-"], "for standard output there is `--format json`"),
        (
            &["xml=a.xml"],
            "unknown format `xml`: expected human, concise, json, sarif",
        ),
        (&["report.json"], "expected two parts with `=` between them"),
    ] {
        let mut args = vec!["web.json"];
        args.extend(outputs.iter().flat_map(|output| ["--output", output]));
        let output = run_in(folder.path(), &args);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    let names = fs::read_dir(folder.path()).expect("a folder");
    assert_eq!(names.count(), 2, "nothing was written");
    assert_eq!(
        fs::read(profile).expect("a file"),
        fs::read(self::folder().join("mixed.json")).expect("a file")
    );
}
