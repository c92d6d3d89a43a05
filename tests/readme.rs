//! The tours of the README and of the examples: every command is run, and its output compared. `…` on a line of its own
//! stands for any lines.

#![cfg(unix)]

mod common;

use std::{collections::BTreeMap, fs, path::Path};

use snapbox::cmd::{Command, cargo_bin};

/// A command of the tour and the output that the README shows for it.
struct Step {
    command: String,
    shown: Vec<String>,
}

fn fenced(readme: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    let blocks = readme.split(&open).skip(1);
    blocks
        .filter_map(|rest| rest.split_once("```").map(|(block, _)| block.to_owned()))
        .collect()
}

fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in fenced(readme, "console") {
        let mut is_in_step = false;
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                is_in_step = true;
                steps.push(Step {
                    command: command.to_owned(),
                    shown: Vec::new(),
                });
            } else if is_in_step && let Some(step) = steps.last_mut() {
                step.shown.push(line.to_owned());
            }
        }
    }
    steps
}

/// Whether the lines are those shown, with any lines where `…` stands.
fn matches(lines: &[&str], shown: &[String]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((gap, rest)) if gap == "…" => {
            (0..=lines.len()).any(|skip| matches(&lines[skip..], rest))
        }
        Some((line, rest)) => {
            lines.first().is_some_and(|first| first == line) && matches(&lines[1..], rest)
        }
    }
}

#[test]
fn the_tour_shows_what_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    let readme = read("README.md");
    let secrets = fenced(&readme, "yaml")
        .into_iter()
        .find(|block| block.starts_with("profiles:\n"))
        .expect("a secrets file");
    fs::write(folder.path().join("secrets.yaml"), secrets).expect("written");
    let run = run_tour(&readme, folder.path());
    assert!(run >= 6, "{run} commands");
}

#[test]
fn the_example_of_a_migration_shows_what_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = "examples/migration";
    common::copy_folder(&root().join(example), &folder.path().join(example));
    let run = run_tour(&read("examples/migration/README.md"), folder.path());
    assert_eq!(run, 6);
    // What is filled in are the files that the tour has written.
    for destination in ["twin", "strict"] {
        let names = |folder: std::path::PathBuf| -> Vec<_> {
            let entries = fs::read_dir(folder).expect("a folder");
            let mut names: Vec<_> = entries
                .map(|entry| entry.expect("an entry").file_name())
                .filter(|name| name != "todo.md")
                .collect();
            names.sort();
            names
        };
        let written = names(folder.path().join("todo").join(destination));
        assert_eq!(
            names(root().join(example).join("answers").join(destination)),
            written
        );
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a page")
}

/// Runs the commands of a page in a folder, and tells how many there are.
fn run_tour(page: &str, folder: &Path) -> usize {
    common::copy_folder(&root().join("fixtures"), &folder.join("fixtures"));
    let mut variables = BTreeMap::new();
    let mut run = 0;
    for step in steps(page) {
        if let Some(assignments) = step.command.strip_prefix("export ") {
            let pairs = assignments
                .split(' ')
                .filter_map(|pair| pair.split_once('='));
            variables.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            continue;
        }
        // What comes after a pipe is not ours to test.
        let (command, is_piped) = match step.command.split_once(" | ") {
            Some((command, _)) => (command, true),
            None => (step.command.as_str(), false),
        };
        let args = command
            .strip_prefix("palette-knife ")
            .expect("a command of ours");
        let output = Command::new(cargo_bin!("palette-knife"))
            .args(args.split(' '))
            .current_dir(folder)
            .envs(&variables)
            .env_remove("COLUMNS")
            .env_remove("FORCE_COLOR")
            .env("LC_ALL", "C.UTF-8")
            .output()
            .expect("it runs");
        assert_ne!(output.status.code(), Some(2), "{command}");
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        let lines: Vec<&str> = output.lines().collect();
        assert!(
            is_piped || matches(&lines, &step.shown),
            "{command}\n{output}"
        );
        run += 1;
    }
    run
}
