//! Terminals, pipes and the environment: what is read from standard input, and how output looks where.

use std::{fs, path::PathBuf, process::Output};

use snapbox::cmd::{Command, cargo_bin};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/report_formats")
}

/// A run in the folder of the reports' files, with nothing in the environment but what is set here.
fn run(args: &[&str], set: &[(&str, &str)], stdin: Option<&str>) -> Output {
    let mut command = Command::new(cargo_bin!("palette-knife"))
        .args(args)
        .current_dir(folder())
        .env_clear()
        .envs(set.iter().copied());
    if let Some(stdin) = stdin {
        command = command.stdin(stdin.to_owned());
    }
    command.output().expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn standard_input_is_read_by_its_name() {
    let text = fs::read_to_string(folder().join("embedded.json")).expect("a file");
    let check = ["check", "-", "--no-config", "--format", "concise"];
    let unnamed = stdout(&run(&check, &[], Some(&text)));
    let named = ["--stdin-filename", "profiles/embedded.json"];
    let named = stdout(&run(&[&check[..], &named].concat(), &[], Some(&text)));
    assert!(
        named.starts_with("profiles/embedded.json:9:158: error[undefined-variable]"),
        "{named}"
    );
    assert_eq!(named.replace("profiles/embedded.json", "<stdin>"), unnamed);
    let yaml = "{metadata: {name: a}, spec: {version: x, template: {type: add-on, packs: []}}}\n";
    let args = ["--stdin-filename", "web.yaml"];
    let found = stdout(&run(&[&check[..], &args].concat(), &[], Some(yaml)));
    assert!(
        found.contains("web.yaml:1:39: error[malformed-version]"),
        "{found}"
    );
    let both = ["broken.json"];
    let found = stdout(&run(&[&check[..], &both].concat(), &[], Some(&text)));
    let files: Vec<&str> = found
        .lines()
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(files, ["<stdin>", "<stdin>", "broken.json"]);
}

#[test]
fn an_empty_standard_input_is_a_finding() {
    let output = run(
        &["check", "-", "--no-config", "--format", "concise"],
        &[],
        Some(""),
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).starts_with("<stdin>:1:1: error[syntax-error]"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let program = cargo_bin!("palette-knife");
    for args in [
        "check ../../fixtures --no-config --fail-on never --format sarif",
        "check ../../fixtures --no-config --fail-on never",
        "rules --format json",
        "explain masked-value",
        "schema profile",
        "completions bash",
        "man check",
        "--help",
    ] {
        let command = format!("'{}' {args} | head -1", program.display());
        let output = Command::new("bash")
            .args(["-o", "pipefail", "-c", &command])
            .current_dir(folder())
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{args}");
        assert_eq!(stderr(&output), "", "{args}");
        assert_eq!(stdout(&output).lines().count(), 1, "{args}");
    }
}

#[test]
fn colours_are_for_those_who_ask() {
    let colored = |set: &[(&str, &str)], color: &[&str]| {
        let args = [&["check", "broken.json", "--no-config"], color].concat();
        stdout(&run(&args, set, None)).contains("\u{1b}[1;31merror")
    };
    for (set, color, expected) in [
        (&[][..], &[][..], false),
        (&[("FORCE_COLOR", "1")], &[], true),
        (&[("FORCE_COLOR", "0")], &[], false),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], &[], true),
        (&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], &[], false),
        (&[("NO_COLOR", "1")], &["--color", "always"], true),
        (&[("FORCE_COLOR", "1")], &["--color", "never"], false),
    ] {
        assert_eq!(colored(set, color), expected, "{set:?} {color:?}");
    }
}

#[test]
fn a_terminal_of_forty_columns_is_wide_enough() {
    for file in ["embedded.json", "broken.json"] {
        let output = run(&["check", file, "--no-config"], &[("COLUMNS", "40")], None);
        let shown = stdout(&output);
        for line in shown.lines() {
            assert!(line.chars().count() <= 40, "{line}\n{shown}");
        }
        assert!(shown.lines().count() > 8);
    }
    for width in ["0", "1", "x", "99999999"] {
        let output = run(
            &["check", "mixed.json", "--no-config"],
            &[("COLUMNS", width)],
            None,
        );
        assert_eq!(
            output.status.code(),
            Some(1),
            "{width}: {}",
            stderr(&output)
        );
    }
}

#[cfg(not(windows))]
#[test]
fn a_locale_without_utf8_gets_ascii() {
    let args = ["check", "embedded.json", "--no-config"];
    let shown = stdout(&run(&args, &[("LC_ALL", "C")], None));
    assert!(shown.is_ascii(), "{shown}");
    let first: Vec<&str> = shown.lines().take(7).collect();
    assert_eq!(
        first,
        [
            r"error[undefined-variable]: profile variable `quay` is not defined in `spec.variables`",
            r"   ,-[embedded.json > packs[0] caf\u{e9} > values:3:35]",
            r#" 2 |   title: "\u{e9}\u{e9}\u{1f600}\u{1f600}" # x"#,
            r#" 3 |   place: "\u00e9\u{1f600} {{ .spectro.var.quay }}""#,
            r"   .                                    --+-",
            r"   .                                      `-- not defined",
            r"   `- embedded.json:9:158",
        ]
    );
    let utf8 = [("LC_ALL", "C.UTF-8"), ("LANG", "C")];
    assert!(stdout(&run(&args, &utf8, None)).contains("╭─[embedded.json › packs[0] café"));
    for args in [
        &["rules"][..],
        &["explain", "masked-value"],
        &["check", "--show-config"],
    ] {
        assert!(stdout(&run(args, &[("LANG", "POSIX")], None)).is_ascii());
    }
    // What programs read does not depend on where they run.
    let args = [&args[..], &["--format", "json"]].concat();
    assert!(stdout(&run(&args, &[("LC_ALL", "C")], None)).contains("café"));
}
