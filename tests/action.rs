//! The GitHub Action: the script that it runs, and what `docs/ci.md` shows of it and of other pipelines.

#![cfg(unix)]

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

use palette_knife::{profile::ProfileFile, source::Source};

/// A run of the script in this repository, with a runner's files in a folder.
fn run(folder: &Path, inputs: &[(&str, &str)]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = Path::new(env!("CARGO_BIN_EXE_palette-knife"));
    let programs = program.parent().expect("a folder").display();
    let search_path = format!("{programs}:{}", env::var("PATH").unwrap_or_default());
    Command::new(root.join(".github/action/check.sh"))
        .current_dir(root)
        .env_clear()
        .env("PATH", search_path)
        .env("RUNNER_TEMP", folder)
        .env("GITHUB_STEP_SUMMARY", folder.join("summary"))
        .env("GITHUB_OUTPUT", folder.join("output"))
        .envs(inputs.iter().copied())
        .output()
        .expect("it runs")
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_default()
}

#[test]
fn the_action_annotates_sums_up_and_writes_sarif() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("summary"), "of an earlier step\n").expect("written");
    let sarif = folder.join("report.sarif").to_string_lossy().into_owned();
    let inputs = [
        (
            "PATHS",
            "fixtures/profiles/quay-vsphere.json\nfixtures/profiles/harbour-web-aws.json\n",
        ),
        (
            "DESTINATIONS",
            "fixtures/destinations/strict\nfixtures/destinations/twin\n",
        ),
        ("SARIF", sarif.as_str()),
    ];
    let output = run(folder, &inputs);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let log = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        log.contains("::error file=fixtures/profiles/harbour-web-aws.json,line=3,col=14,"),
        "{log}"
    );
    let summary = read(folder, "summary");
    assert!(
        summary.starts_with("of an earlier step\n<!-- palette-knife -->\n"),
        "{summary}"
    );
    assert!(summary.contains("against strict, twin"), "{summary}");
    assert_eq!(read(folder, "output"), format!("sarif={sarif}\n"));
    let report: serde_json::Value =
        serde_json::from_str(&read(folder, "report.sarif")).expect("JSON");
    assert_eq!(report["version"], "2.1.0");
}

#[test]
fn the_exit_code_of_the_action_is_that_of_the_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let code = |inputs: &[(&str, &str)]| run(folder.path(), inputs).status.code();
    let timetable = ("PATHS", "fixtures/profiles/timetable-api.json");
    let twin = ("DESTINATIONS", "fixtures/destinations/twin");
    assert_eq!(code(&[timetable, twin]), Some(0));
    assert_eq!(code(&[timetable, twin, ("FAIL_ON", "warning")]), Some(1));
    assert_eq!(code(&[("PATHS", "no/such/file.json")]), Some(2));
    assert_eq!(code(&[("FAIL_ON", "fatal")]), Some(2));
    assert_eq!(read(folder.path(), "output"), "", "no SARIF was wanted");
}

#[test]
fn inputs_of_the_action_are_no_flags_and_no_scripts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mark = folder.path().join("mark");
    let hostile = format!("$(touch {0}); touch {0}", mark.display());
    let two_lines = format!("{}\nother=output", folder.path().join("a.sarif").display());
    for inputs in [
        [("PATHS", "--show-config"), ("FAIL_ON", "")],
        [("PATHS", hostile.as_str()), ("FAIL_ON", "")],
        [
            ("DESTINATIONS", hostile.as_str()),
            ("FAIL_ON", hostile.as_str()),
        ],
        [
            ("PATHS", "fixtures/profiles/timetable-api.json"),
            ("SARIF", two_lines.as_str()),
        ],
    ] {
        let output = run(folder.path(), &inputs);
        assert_eq!(output.status.code(), Some(2), "{inputs:?}: {output:?}");
        assert!(!mark.exists());
        assert_eq!(read(folder.path(), "output"), "");
    }
}

/// The YAML block of `docs/ci.md` with this name.
fn example(name: &str) -> String {
    let page = fs::read_to_string("docs/ci.md").expect("a page");
    let open = format!("```yaml {name}\n");
    let (_, rest) = page.split_once(&open).expect("a block");
    rest.split_once("```").expect("an end").0.to_owned()
}

#[test]
fn the_action_and_the_examples_agree() {
    let texts = ["pre-commit", "github", "gitlab"].map(example);
    let action = fs::read_to_string("action.yml").expect("the action");
    for text in texts.iter().chain([&action]) {
        let file = ProfileFile::parse(Source::new("example.yaml", text.as_str()));
        assert!(file.faults().is_empty(), "{text}");
    }
    let [_, github, _] = &texts;
    for input in ["paths", "destinations", "fail-on", "sarif"] {
        assert!(action.contains(&format!("\n  {input}:\n")), "{input}");
        assert!(
            action.contains(&format!("${{{{ inputs.{input} }}}}")),
            "{input}"
        );
        assert!(github.contains(&format!("          {input}: ")), "{input}");
    }
    let hooks = fs::read_to_string(".pre-commit-hooks.yaml").expect("the hooks");
    assert!(hooks.contains("- id: palette-knife-check\n"));
    assert!(example("pre-commit").contains("- id: palette-knife-check\n"));
}
