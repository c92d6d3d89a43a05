//! `check --fix`: what is fixed, what is left alone, what is refused, and what is never shown.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::program::{code, run, stderr, stdout};
use palette_knife::{
    check::CheckOptions,
    fix::{self, FixOptions},
    input,
    profile::ProfileFile,
    source::Source,
};

/// A profile with a secret, a reference with a safe fix, and a key with an unsafe one.
const PROFILE: &str = r#"{
  "metadata": { "name": "kiosk" },
  "spec": {
    "version": "1.0.0",
    "template": {
      "type": "add-on",
      "cloudType": "all",
      "packs": [
        {
          "name": "kiosk-config",
          "type": "manifest",
          "Layer": "addon",
          "layer": "addon",
          "isHiddn": false,
          "version": "1.0.0",
          "values": "pack:\n  namespace: kiosk\ndesk:\n  zone: \"{{ .spectro.macros.zone }}\"\n  password: hunter2-hunter2\n  url: \"{{ .Spectro.macro.url }}\" # token: hunter2-hunter2\n"
        }
      ]
    }
  }
}
"#;

fn project(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kiosk.json");
    fs::write(&path, text).expect("written");
    (folder, path)
}

#[test]
fn safe_fixes_are_made_and_nothing_else_changes() {
    let (folder, path) = project(PROFILE);
    let before = run(folder.path(), &["check", "."]);
    assert_eq!(code(&before), 1);
    let fixed = run(folder.path(), &["check", ".", "--fix"]);
    assert_eq!(code(&fixed), 0, "{}", stdout(&fixed));
    let said = stdout(&fixed);
    assert!(
        said.ends_with("fixed 2 findings in 1 file: 2 malformed-reference\n"),
        "{said}"
    );
    assert!(!said.contains("error["), "{said}");
    let expected = PROFILE
        .replace(".spectro.macros.zone", ".spectro.macro.zone")
        .replace(".Spectro.macro.url", ".spectro.macro.url");
    assert_eq!(fs::read_to_string(&path).expect("the file"), expected);
    let again = run(folder.path(), &["check", ".", "--fix"]);
    assert!(!stdout(&again).contains("fixed "));
    assert_eq!(fs::read_to_string(&path).expect("the file"), expected);
    // No other file is left behind.
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_diff_shows_no_secret_and_writes_nothing() {
    let (folder, path) = project(PROFILE);
    for args in [
        &["--diff"][..],
        &["--fix", "--diff"],
        &["--diff", "--unsafe-fixes"],
    ] {
        let shown = run(folder.path(), &[&["check", "."], args].concat());
        let said = stdout(&shown);
        assert!(
            said.contains("+  zone: \"{{ .spectro.macro.zone }}\"\n"),
            "{said}"
        );
        assert!(said.contains("would fix "), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
        assert_eq!(code(&shown), 0, "by what would be left");
    }
    assert_eq!(fs::read_to_string(&path).expect("the file"), PROFILE);
}

#[test]
fn programs_get_the_report_of_what_is_left() {
    let (folder, _) = project(PROFILE);
    let output = run(folder.path(), &["check", ".", "--fix", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["summary"]["errors"], 0);
    assert_eq!(
        stderr(&output),
        "note: fixed 2 findings in 1 file: 2 malformed-reference\n"
    );
}

#[test]
fn a_fix_that_makes_it_worse_is_refused() {
    // Renamed, the key would be one whose value is of another type.
    let text = PROFILE.replace("\"isHiddn\": false", "\"manifsts\": \"one\"");
    let (folder, path) = project(&text);
    let output = run(
        folder.path(),
        &[
            "check",
            ".",
            "--fix",
            "--unsafe-fixes",
            "--format",
            "concise",
        ],
    );
    assert!(
        stderr(&output).contains("warning: kiosk.json: not fixed: ")
            && stderr(&output)
                .contains("(unknown-field): it would lead to findings of a higher level"),
        "{}",
        stderr(&output)
    );
    let after = fs::read_to_string(&path).expect("the file");
    assert!(after.contains("\"manifsts\": \"one\""));
    assert!(
        after.contains(".spectro.macro.zone"),
        "the others are made: {after}"
    );
    assert!(stdout(&output).contains("warning[unknown-field]"));
}

#[test]
fn what_is_no_file_or_no_text_is_not_fixed() {
    let (folder, path) = project("");
    let mut bytes = PROFILE.as_bytes().to_vec();
    bytes.extend(b"\xff\xfe");
    fs::write(&path, &bytes).expect("written");
    let output = run(
        folder.path(),
        &["check", "kiosk.json", "--fix", "--unsafe-fixes"],
    );
    assert_eq!(code(&output), 1);
    assert_eq!(fs::read(&path).expect("the file"), bytes);
    for args in [
        &["check", "-", "--fix"][..],
        &["check", ".", "--unsafe-fixes"],
        &["check", ".", "--diff", "--format", "json"],
    ] {
        let refused = run(folder.path(), args);
        assert_eq!(
            (code(&refused), stdout(&refused)),
            (2, String::new()),
            "{args:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn files_keep_their_mode_and_those_that_cannot_be_written_are_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = project(PROFILE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    assert_eq!(
        code(&run(folder.path(), &["check", "link.json", "--fix"])),
        0
    );
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    let mode = fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

/// Every case of every rule: fixing ends, breaks nothing, and finds nothing more to fix.
#[test]
fn every_fix_of_every_case_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    common::copy_folder(Path::new("tests/rules"), folder.path());
    let (files, missing) = input::collect(&[folder.path().to_owned()]);
    assert!(missing.is_empty() && files.len() > 300);
    let fix = |unsafe_fixes: bool| {
        let options = FixOptions {
            check: CheckOptions::default(),
            unsafe_fixes,
            writes: true,
        };
        let run = fix::fix_files(&files, &[], &options);
        let mut count = 0;
        for file in run.files {
            assert!(file.error.is_none(), "{}: {:?}", file.file, file.error);
            count += file.fixed.values().sum::<usize>();
        }
        count
    };
    let faults = || -> Vec<usize> {
        let read = |path: &Path| {
            let name = path.to_string_lossy().into_owned();
            let bytes = fs::read(path).expect("a file");
            ProfileFile::parse(Source::from_bytes(&name, bytes))
                .faults()
                .len()
        };
        files.iter().map(|file| read(&file.path)).collect()
    };
    let before = faults();
    assert!(fix(false) > 10);
    assert_eq!(fix(false), 0, "safe fixes were made at once");
    assert!(fix(true) > 10);
    assert_eq!(fix(true), 0, "unsafe fixes were made at once");
    let worse = faults()
        .iter()
        .zip(&before)
        .any(|(after, before)| after > before);
    assert!(!worse);
}
