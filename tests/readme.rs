//! What the README, the tutorials and the examples show: every command is run, and its output compared. `…` on a line
//! of its own stands for any lines.

#![cfg(unix)]

mod common;

use std::{fs, path::Path};

use common::tour;

#[test]
fn the_readme_shows_what_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run_tour(&read("README.md"), folder.path());
    assert_eq!(run, 3);
}

#[test]
fn the_tour_of_the_samples_shows_what_happens() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run_tour(&read("docs/tutorial/tour.md"), folder.path());
    assert!(run >= 12, "{run} commands");
}

/// Each begins in an empty folder.
#[test]
fn the_tutorials_show_what_happens() {
    for (page, commands) in [("first-check", 4), ("first-migration", 4)] {
        let folder = tempfile::tempdir().expect("a folder");
        let page = format!("docs/tutorial/{page}.md");
        assert_eq!(tour::run(&read(&page), folder.path()), commands, "{page}");
    }
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

/// Runs the commands of a page in a folder that has the fixtures, and tells how many there are.
fn run_tour(page: &str, folder: &Path) -> usize {
    common::copy_folder(&root().join("fixtures"), &folder.join("fixtures"));
    tour::run(page, folder)
}
