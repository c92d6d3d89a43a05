//! The command line: exit codes, streams, bad input, help.

mod common;

use std::{fs, path::Path, process::Output};

use common::FORMATS;
use snapbox::cmd::{Command, cargo_bin};

fn run(args: &[&str]) -> Output {
    run_in(Path::new(env!("CARGO_MANIFEST_DIR")), args)
}

fn run_in(folder: &Path, args: &[&str]) -> Output {
    Command::new(cargo_bin!("palette-knife"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("it runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn help_texts_stay_what_they_are() {
    for args in [
        &["--help"][..],
        &["check", "--help"],
        &["plan", "--help"],
        &["rewrite", "--help"],
        &["diff", "--help"],
        &["destination", "--help"],
        &["destination", "init", "--help"],
        &["destination", "add", "--help"],
        &["destination", "check", "--help"],
        &["destination", "show", "--help"],
        &["explain", "--help"],
        &["rules", "--help"],
        &["schema", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
    ] {
        let output = run(args);
        assert_eq!(code(&output), 0);
        let name = args.join("_").replace("--", "");
        insta::assert_snapshot!(name, stdout(&output).replace(".exe", ""));
    }
}

#[test]
fn exit_codes_tell_findings_from_failures() {
    let profiles = "fixtures/profiles";
    let strict = ["check", profiles, "--to", "fixtures/destinations/strict"];
    let with = |more: &[&'static str]| code(&run(&[&strict[..], more].concat()));
    assert_eq!(with(&[]), 1);
    for format in FORMATS {
        assert_eq!(
            code(&run(&[&strict[..], &["--format", format]].concat())),
            1,
            "{format}"
        );
    }
    assert_eq!(with(&["--fail-on", "never"]), 0);
    let quay = [
        "check",
        "fixtures/profiles/quay-vsphere.json",
        "--to",
        "fixtures/destinations/strict",
    ];
    assert_eq!(code(&run(&quay)), 0);
    let timetable = [
        "check",
        "fixtures/profiles/timetable-api.json",
        "--to",
        "fixtures/destinations/twin",
    ];
    assert_eq!(code(&run(&timetable)), 0, "a warning is no failure");
    assert_eq!(
        code(&run(&[&timetable[..], &["--fail-on", "warning"]].concat())),
        1
    );
    assert_eq!(code(&run(&["check", "--no-such-flag"])), 2);
    assert_eq!(
        code(&run(&["check", profiles, "--to", "no/such/folder"])),
        2
    );
    assert_eq!(code(&run(&["check", "no/such/file.json"])), 2);
}

#[test]
fn one_unreadable_path_does_not_stop_the_others() {
    let output = run(&[
        "check",
        "no/such/file.json",
        "fixtures/broken/malformed-version.json",
        "--format",
        "concise",
    ]);
    assert_eq!(code(&output), 2);
    assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    assert!(stderr(&output).starts_with("error: `no/such/file.json`: "));
    assert!(stdout(&output).contains("error[malformed-version]"));
}

#[test]
fn a_destination_that_is_none_is_one_clear_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().to_string_lossy().into_owned();
    for (path, says) in [
        ("no/such/folder", "no/such/folder"),
        (empty.as_str(), "describes no destination"),
    ] {
        let output = run(&["check", "fixtures/profiles", "--to", path]);
        assert_eq!(code(&output), 2);
        assert_eq!(stdout(&output), "");
        assert_eq!(stderr(&output).lines().count(), 1);
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}

#[test]
fn a_destination_file_that_is_not_utf8_is_an_error_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = b"name: prod\nmacros: {project: {dns: x}, tenant: {}, system: {}}\nscope: \xff\n";
    fs::write(folder.path().join("destination.yaml"), bytes).expect("written");
    let destination = folder.path().to_string_lossy().into_owned();
    let args = ["fixtures/profiles/crew-tools.json", "--to", &destination];
    let output = run(&[&["check", "--format", "concise"][..], &args].concat());
    assert!(
        stdout(&output).contains("destination.yaml:3:8: error[syntax-error] the file is not UTF-8")
    );
    let output = run(&[&["rewrite", "--diff"][..], &args].concat());
    assert_eq!(code(&output), 2);
}

#[test]
fn a_folder_without_profiles_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("package.json"), "{\"name\": \"x\"}").expect("written");
    fs::write(
        folder.path().join("deployment.yaml"),
        "kind: Deployment\nspec: {template: {}}\n",
    )
    .expect("written");
    let secret = "apiVersion: v1\nkind: ExternalSecret\nspec: {template: {type: Opaque}}\n";
    fs::write(folder.path().join("secret.yaml"), secret).expect("written");
    let output = run_in(folder.path(), &["check"]);
    assert_eq!(code(&output), 0);
    assert_eq!(stderr(&output), "warning: no profiles found\n");
    assert!(stdout(&output).contains("skipped: 3 files that hold no profile"));
}

#[test]
fn a_named_file_is_checked_whatever_it_looks_like() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("package.json"), "{\"name\": \"x\"}").expect("written");
    let output = run_in(
        folder.path(),
        &["check", "package.json", "--format", "concise"],
    );
    assert_eq!(code(&output), 1);
    assert_eq!(
        stdout(&output),
        "package.json:1:1: error[not-an-export] this is not an exported profile: it has no `spec.template`\n"
    );
}

#[test]
fn files_that_a_program_names_are_those_of_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = fs::read("fixtures/broken/malformed-version.json").expect("a fixture");
    fs::create_dir(folder.path().join("drafts")).expect("made");
    fs::write(folder.path().join("drafts/web.json"), &broken).expect("written");
    fs::write(folder.path().join("web.json"), &broken).expect("written");
    fs::write(folder.path().join("package.json"), "{\"name\": \"x\"}").expect("written");
    fs::write(
        folder.path().join("palette-knife.toml"),
        "exclude = [\"drafts\"]\n",
    )
    .expect("written");
    let named = ["check", "drafts/web.json", "package.json", "web.json"];
    let files = |more: &[&str]| -> Vec<String> {
        let args = [&named[..], &["--format", "concise"], more].concat();
        let found = stdout(&run_in(folder.path(), &args));
        let lines = found.lines().filter_map(|line| line.split_once(':'));
        lines.map(|(file, _)| file.to_owned()).collect()
    };
    assert_eq!(files(&[]), ["drafts/web.json", "package.json", "web.json"]);
    assert_eq!(files(&["--force-exclude"]), ["web.json"]);
}

#[test]
fn bad_bytes_get_one_finding_each() {
    for (file, says) in [
        (
            "empty.json",
            "1:1: error[syntax-error] expected a JSON document, found nothing",
        ),
        (
            "utf-16.json",
            "1:1: error[syntax-error] the file is not UTF-8",
        ),
        (
            "invalid-utf-8.json",
            "4:35: error[syntax-error] the file is not UTF-8",
        ),
        (
            "byte-order-mark.json",
            "1:1: warning[syntax-error] the file begins with a byte order mark",
        ),
        (
            "syntax-error.json",
            "17:11: error[syntax-error] expected `,` or `}`, found `\"`",
        ),
    ] {
        let output = run(&[
            "check",
            &format!("fixtures/broken/{file}"),
            "--format",
            "concise",
        ]);
        let found = stdout(&output);
        assert_eq!(found.lines().count(), 1, "{found}");
        assert!(found.contains(says), "{found}");
        assert_eq!(stderr(&output), "");
    }
}

#[test]
fn a_broken_export_in_a_folder_is_not_passed_over() {
    let output = run(&["check", "fixtures/broken", "--format", "concise"]);
    for file in ["utf-16.json", "syntax-error.json", "byte-order-mark.json"] {
        assert!(
            stdout(&output).contains(&format!("fixtures/broken/{file}:")),
            "{file}"
        );
    }
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let output = run(&[
        "check",
        "fixtures/profiles/booking-eks.json",
        "--max-file-size",
        "1000",
    ]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("larger than the limit of 1000 bytes"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let text = fs::read_to_string("fixtures/broken/malformed-version.json").expect("a fixture");
    let output = Command::new(cargo_bin!("palette-knife"))
        .args([
            "check",
            "-",
            "--stdin-filename",
            "a/web.json",
            "--format",
            "concise",
        ])
        .stdin(text)
        .output()
        .expect("it runs");
    assert_eq!(code(&output), 1);
    assert!(
        stdout(&output).starts_with("a/web.json:8:17: error[malformed-version]"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_registry_that_does_not_exist_is_refused() {
    let output = run(&[
        "check",
        "fixtures/profiles",
        "--to",
        "fixtures/destinations/twin",
        "--registry",
        "nginx=Nowhere",
    ]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("there are: `"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn color_is_for_those_who_ask() {
    let args = ["check", "fixtures/broken/malformed-version.json"];
    assert!(!stdout(&run(&args)).contains('\u{1b}'));
    assert!(
        stdout(&run(&[&args[..], &["--color", "always"]].concat()))
            .contains("\u{1b}[1;31merror[malformed-version]")
    );
}

#[test]
fn a_finding_on_a_long_line_is_short() {
    let output = run(&[
        "check",
        "fixtures/profiles/booking-eks.json",
        "--to",
        "fixtures/destinations/strict",
    ]);
    let text = stdout(&output);
    assert!(
        text.contains("booking-eks.json › packs[5] prometheus-operator › values:50:41"),
        "{text}"
    );
    let longest = text.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(120), "{longest:?}");
}

#[test]
fn secrets_in_yaml_that_cannot_be_read_are_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    for values in [
        "password: 'c4nary\nb: 1\n",
        "a: 1\npassword: \"c4nary \\q\"\n",
        "password: |c4nary\n",
        "password: *c4nary\n",
        "a:\n  apiToken: c4nary\n b: [\n",
    ] {
        let profile = serde_json::json!({
            "metadata": {"name": "broken"},
            "spec": {
                "version": "1.0.0",
                "template": {"type": "add-on", "packs": [
                    {"name": "config", "type": "manifest", "layer": "addon", "values": values},
                ]},
                "variables": [{"name": "pin", "isSensitive": true, "defaultValue": 4_200_042}],
            },
        });
        for text in [
            profile.to_string(),
            serde_json::to_string_pretty(&profile).expect("JSON"),
        ] {
            fs::write(folder.path().join("broken.json"), text).expect("written");
            for format in FORMATS {
                let output = run_in(folder.path(), &["check", "broken.json", "--format", format]);
                let shown = stdout(&output);
                assert!(
                    shown.contains("invalid-values-yaml") && shown.contains("schema-violation"),
                    "{shown}"
                );
                assert!(
                    !shown.contains("c4nary") && !shown.contains("4200042"),
                    "{values}: {shown}"
                );
            }
        }
    }
}

#[test]
fn a_finding_far_into_a_line_is_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "{{\"metadata\":{{\"name\":\"far\",\"description\":\"{}\"}},\"spec\":{{\"version\":\"v1\",\"template\":{{\"type\":\"add-on\",\"packs\":[]}}}}}}",
        "é".repeat(200_000)
    );
    fs::write(folder.path().join("far.json"), text).expect("written");
    let output = run_in(folder.path(), &["check", "far.json"]);
    assert_eq!(code(&output), 1);
    let shown = stdout(&output);
    assert!(shown.contains("far.json:1:200064"), "{shown}");
    assert!(shown.contains("\"version\":\"v1\""), "{shown}");
    assert!(shown.len() < 1500, "{shown}");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_error() {
    let command = format!(
        "'{}' check fixtures/profiles --to fixtures/destinations/airgap --format json | head -c 10",
        cargo_bin!("palette-knife").display()
    );
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", &command])
        .output()
        .expect("it runs");
    // The exit code of `check` is that of its findings, whoever reads them.
    assert_eq!(code(&output), 1);
    assert_eq!(stderr(&output), "");
}

#[test]
fn the_list_of_rules_is_what_its_schema_says() {
    let schema = fs::read_to_string("schemas/rules.schema.json").expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::options().build(&schema).expect("a schema");
    let output = run(&["rules", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let errors: Vec<String> = validator
        .iter_errors(&list)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let rules = list["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), palette_knife::rules::ALL.len());
    for group in palette_knife::finding::Group::ALL {
        let groups = &schema["$defs"]["rule"]["properties"]["group"]["enum"];
        let groups = groups.as_array().expect("names");
        assert!(groups.iter().any(|name| name == group.name()));
    }
    // It is no schema that lets everything pass.
    for (pointer, wrong) in [
        ("/rules/0/level", serde_json::json!("fatal")),
        ("/rules/0/id", serde_json::json!("Masked Value")),
        ("/version", serde_json::json!(2)),
    ] {
        let mut list = list.clone();
        *list.pointer_mut(pointer).expect("a value") = wrong;
        assert!(!validator.is_valid(&list), "{pointer}");
    }
}

#[test]
fn the_json_report_is_what_its_schema_says() {
    let schema = fs::read_to_string("schemas/check-report.schema.json").expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    for args in [
        &[
            "fixtures/profiles",
            "--to",
            "fixtures/destinations/strict",
            "--to",
            "fixtures/destinations/airgap",
        ][..],
        &["fixtures/broken"],
        &["fixtures/profiles/crew-tools.json"],
    ] {
        let output = run(&[&["check", "--format", "json"], args].concat());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(report["version"], 1);
    }
}

#[test]
fn output_is_the_same_on_every_run_and_with_any_number_of_threads() {
    let run = |threads: &str| {
        let output = Command::new(cargo_bin!("palette-knife"))
            .args([
                "check",
                "fixtures",
                "--to",
                "fixtures/destinations/strict",
                "--format",
                "json",
            ])
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .expect("it runs");
        stdout(&output)
    };
    let first = run("1");
    assert!(first.len() > 1000);
    for threads in ["1", "2", "8"] {
        assert_eq!(run(threads), first, "{threads} threads");
    }
}

#[test]
fn fingerprints_are_unique_and_survive_edits_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("booking-eks.json");
    let fingerprints = |text: &str| -> Vec<String> {
        fs::write(&path, text).expect("written");
        let destination =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/destinations/airgap");
        let output = run_in(
            folder.path(),
            &[
                "check",
                "booking-eks.json",
                "--to",
                &destination.to_string_lossy(),
                "--format",
                "json",
            ],
        );
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let findings = report["findings"].as_array().expect("findings");
        let mut found: Vec<String> = findings
            .iter()
            .map(|finding| finding["fingerprint"].as_str().expect("a text").to_owned())
            .collect();
        found.sort();
        found
    };
    let text = fs::read_to_string("fixtures/profiles/booking-eks.json").expect("a fixture");
    let before = fingerprints(&text);
    let mut unique = before.clone();
    unique.dedup();
    assert_eq!(unique, before);
    let mut profile: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    profile["metadata"]["description"] = "another\ntext".into();
    let packs = profile["spec"]["template"]["packs"]
        .as_array_mut()
        .expect("packs");
    packs.insert(
        0,
        serde_json::json!({"name": "first", "type": "manifest", "layer": "addon", "values": "x: 1\n"}),
    );
    let after = fingerprints(&serde_json::to_string_pretty(&profile).expect("JSON"));
    assert_eq!(after, before);
}

#[test]
fn levels_of_rules_are_set_on_the_command_line() {
    let masks = "fixtures/profiles/passenger-identity.json";
    let with = |level: &str| run(&["check", masks, "--format", "concise", "--rule", level]);
    assert_eq!(code(&with("masked-value=error")), 1);
    let warned = with("masked-value=warning");
    assert_eq!(code(&warned), 0);
    assert_eq!(stdout(&warned).matches("warning[masked-value]").count(), 4);
    let off = with("values=off");
    assert_eq!(
        (code(&off), stdout(&off).contains("masked-value")),
        (0, false)
    );
    let of_both = run(&[
        "check",
        masks,
        "--rule",
        "masked-value=error",
        "--rule",
        "values=off",
    ]);
    assert_eq!(code(&of_both), 1, "the rule counts more than its group");
    let wrong = with("maskd-value=off");
    assert_eq!(code(&wrong), 2);
    assert!(
        stderr(&wrong).contains("did you mean `masked-value`?"),
        "{}",
        stderr(&wrong)
    );
    assert!(stderr(&with("masked-value=fatal")).contains("expected off, info, warning or error"));
}

#[test]
fn secrets_that_are_reported_are_not_shown() {
    let rules = "tests/rules/exposed-secret";
    // What stands in the cases, besides what is put together there from letters.
    let canaries = [
        "canary-",
        "Zk3xQ9v",
        "Q3EGRZ7",
        "4711",
        "open sesame",
        "Y2FuYXJ5",
    ];
    for format in FORMATS {
        for case in fs::read_dir(rules).expect("cases") {
            let case = case.expect("a case").path();
            let path = case.to_string_lossy().into_owned();
            let destination = format!("{path}/destination");
            let mut args = vec!["check", path.as_str(), "--format", format];
            if Path::new(&destination).exists() {
                args.extend(["--to", destination.as_str()]);
            }
            let output = run(&args);
            let mut said = stdout(&output) + &stderr(&output);
            if format == "sarif" {
                // The page of the rule, which SARIF repeats, has secrets of its own.
                let mut sarif: serde_json::Value = serde_json::from_str(&said).expect("JSON");
                sarif["runs"][0]["tool"] = serde_json::Value::Null;
                said = sarif.to_string();
            }
            assert_eq!(
                said.contains("exposed-secret]")
                    || said.contains("\"exposed-secret")
                    || said.contains("`exposed-secret`")
                    || said.contains("title=exposed-secret:"),
                path.contains("/bad-"),
                "{path}: {said}"
            );
            for canary in canaries {
                assert!(!said.contains(canary), "{format} {path}: {canary}: {said}");
            }
        }
    }
}

#[test]
fn rules_are_explained() {
    let page = run(&["explain", "masked-value"]);
    assert_eq!(code(&page), 0);
    assert!(stdout(&page).starts_with("masked-value\n\n"));
    assert!(stdout(&page).contains("\nWhat it does\n\n"));
    let slip = run(&["explain", "maskedvalue"]);
    assert_eq!((code(&slip), stdout(&slip)), (2, String::new()));
    assert!(
        stderr(&slip).contains("did you mean `masked-value`?"),
        "{}",
        stderr(&slip)
    );
    assert!(stderr(&run(&["explain", "macro"])).contains("`missing-macro`"));
    assert!(stderr(&run(&["explain", "stack"])).contains("is a group of rules: `"));
    assert!(stderr(&run(&["explain", "zzz"])).contains("`palette-knife rules` lists them"));
}

#[test]
fn rules_are_listed_for_people_and_programs() {
    let table = run(&["rules"]);
    assert_eq!(code(&table), 0);
    let list = run(&["rules", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let rules = list["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), palette_knife::rules::ALL.len());
    for rule in rules {
        assert!(stdout(&table).contains(rule["id"].as_str().expect("a name")));
    }
    let masks = rules.iter().find(|rule| rule["id"] == "masked-value");
    assert_eq!(
        masks.expect("the rule"),
        &serde_json::json!({
            "id": "masked-value",
            "level": "error",
            "group": "values",
            "onByDefault": true,
            "fixable": false,
            "since": "0.1.0",
            "summary": palette_knife::rules::named("masked-value").expect("the rule").meta().summary,
        })
    );
}
