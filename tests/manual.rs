//! What tells others about the command line: completions, pages of the manual, schemas, the version; and the settings
//! that `docs/editors.md` shows.

use std::{fs, path::Path, process::Output};

use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

fn run(args: &[&str]) -> Output {
    Command::new(cargo_bin!("palette-knife"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

const COMMANDS: [&str; 10] = [
    "check",
    "completions",
    "destination",
    "diff",
    "explain",
    "man",
    "plan",
    "rewrite",
    "rules",
    "schema",
];

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.status.code(), Some(0), "{shell}");
        let script = stdout(&script);
        for command in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        assert!(script.contains("stdin-filename"), "{shell}");
    }
    assert_eq!(run(&["completions", "cmd"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn completions_complete_in_bash() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("palette-knife.bash");
    fs::write(&script, run(&["completions", "bash"]).stdout).expect("written");
    let complete = |words: &str, last: usize| {
        let program = format!(
            ". '{}'; COMP_WORDS=({words}); COMP_CWORD={last}; \
             _palette__knife palette-knife \"${{COMP_WORDS[$COMP_CWORD]}}\" \"${{COMP_WORDS[$COMP_CWORD-1]}}\"; \
             echo \"${{COMPREPLY[@]}}\"",
            script.display()
        );
        let output = Command::new("bash").args(["-c", &program]).output();
        stdout(&output.expect("it runs"))
    };
    assert_eq!(complete("palette-knife che", 1), "check\n");
    assert_eq!(complete("palette-knife check --form", 2), "--format\n");
    assert_eq!(complete("palette-knife check --format s", 3), "sarif\n");
    assert_eq!(
        complete("palette-knife explain missing-m", 2),
        "missing-macro\n"
    );
    assert_eq!(complete("palette-knife schema prof", 2), "profile\n");
}

#[test]
fn every_command_has_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("share/man1");
    let path = out.to_string_lossy().into_owned();
    assert_eq!(run(&["man", "--out", &path]).status.code(), Some(0));
    let mut names: Vec<String> = fs::read_dir(&out)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let mut expected: Vec<String> = COMMANDS
        .iter()
        .map(|command| format!("palette-knife-{command}.1"))
        .collect();
    let below = ["init", "add", "check", "show"];
    expected.extend(below.map(|command| format!("palette-knife-destination-{command}.1")));
    expected.push("palette-knife.1".to_owned());
    expected.sort();
    assert_eq!(names, expected);
    // What a page lists below itself has a page as well.
    for name in &names {
        let page = fs::read_to_string(out.join(name)).expect("a page");
        let listed = page.lines().filter_map(|line| line.strip_suffix("(1)"));
        for command in listed {
            let file = format!("{}.1", command.replace('\\', ""));
            assert!(names.contains(&file), "{name}: {command}");
        }
    }
    for command in COMMANDS.iter().chain(&["destination-add"]) {
        let page = stdout(&run(&["man", command]));
        let written = fs::read_to_string(out.join(format!("palette-knife-{command}.1")));
        assert_eq!(written.expect("a page"), page);
        let title = format!(
            ".TH palette-knife-{command} 1  \"palette-knife {}\"",
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.contains(&title), "{page}");
    }
    let check = stdout(&run(&["man", "check"]));
    assert!(
        check.contains("Exit codes: 0 nothing to complain of"),
        "{check}"
    );
    let main = stdout(&run(&["man"]));
    for command in COMMANDS {
        let name = format!("palette\\-knife\\-{command}(1)");
        assert!(main.contains(&name), "{main}");
    }
    let unknown = run(&["man", "chek"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("no command is called `chek`"));
}

#[test]
fn schemas_are_printed_as_they_are_in_the_repository() {
    let list = stdout(&run(&["schema"]));
    let mut files = Vec::new();
    for entry in fs::read_dir("schemas").expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let name = name
            .strip_suffix(".schema.json")
            .expect("a schema")
            .to_owned();
        let printed = stdout(&run(&["schema", &name]));
        assert_eq!(printed, fs::read_to_string(&path).expect("a schema"));
        assert!(list.contains(&format!("{name} ")), "{list}");
        files.push(name);
    }
    assert_eq!(list.lines().count(), files.len());
    let unknown = run(&["schema", "profil"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(stdout(&unknown), "");
    assert!(stderr(&unknown).contains("did you mean `profile`?"));
}

#[test]
fn the_version_tells_the_build() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(stdout(&run(&["-V"])), format!("palette-knife {version}\n"));
    let long = stdout(&run(&["--version"]));
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines[0], format!("palette-knife {version}"));
    assert!(lines[1].starts_with("commit "), "{long}");
    assert_eq!(
        lines[2],
        format!("for {} on {}", std::env::consts::OS, std::env::consts::ARCH)
    );
    assert_eq!(lines.len(), 3);
}

/// The block of `docs/editors.md` with this name.
fn settings(name: &str) -> Value {
    let page = fs::read_to_string("docs/editors.md").expect("a page");
    let open = format!("```json {name}\n");
    let (_, rest) = page.split_once(&open).expect("a block");
    let (block, _) = rest.split_once("```").expect("an end");
    serde_json::from_str(block).expect("JSON")
}

#[test]
fn settings_for_editors_name_schemas_that_are_there() {
    let text = settings("settings").to_string();
    let mut names = 0;
    for rest in text.split("./.schemas/").skip(1) {
        let (name, _) = rest.split_once('"').expect("an end");
        assert!(Path::new("schemas").join(name).exists(), "{name}");
        names += 1;
    }
    assert_eq!(names, 6);
}

#[test]
fn the_task_for_editors_reads_every_line() {
    let task = &settings("tasks")["tasks"][0];
    assert_eq!(task["command"], "palette-knife");
    let pattern = task["problemMatcher"]["pattern"]["regexp"].as_str();
    let pattern = regex::Regex::new(pattern.expect("a pattern")).expect("a regex");
    let output = run(&["check", "fixtures", "--no-config", "--format", "concise"]);
    let found = stdout(&output);
    assert!(found.lines().count() > 20);
    for line in found.lines() {
        let parts = pattern.captures(line).expect("a finding");
        assert!(Path::new(&parts[1]).exists(), "{line}");
        assert!(palette_knife::rules::named(&parts[5]).is_some(), "{line}");
    }
}
