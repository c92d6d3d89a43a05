//! The hooks in `.pre-commit-hooks.yaml`, run by the real pre-commit in a repository of their own. Where pre-commit is
//! not there, these tests say so and do nothing; `.ci/run` installs it.

#![cfg(unix)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};

/// A repository of somebody who uses the hooks.
struct Project {
    folder: tempfile::TempDir,
    search_path: String,
}

impl Project {
    /// `None` where pre-commit is missing.
    fn new(hook: &str) -> Option<Self> {
        let program = Path::new(env!("CARGO_BIN_EXE_palette-knife"));
        let programs = program.parent().expect("a folder").display();
        let search_path = format!("{programs}:{}", env::var("PATH").unwrap_or_default());
        let version = Command::new("pre-commit").arg("--version").output();
        if !version.is_ok_and(|output| output.status.success()) {
            eprintln!("pre-commit is not installed: nothing was tested");
            return None;
        }
        let project = Self {
            folder: tempfile::tempdir().expect("a folder"),
            search_path,
        };
        let hooks = project.folder.path().join("hooks");
        fs::create_dir_all(&hooks).expect("made");
        let definition = fs::read_to_string(".pre-commit-hooks.yaml").expect("the hooks");
        // The program is there already: building it is Cargo's matter, and takes minutes.
        let definition = definition.replace("language: rust", "language: system");
        fs::write(hooks.join(".pre-commit-hooks.yaml"), definition).expect("written");
        project.git(&hooks, &["init", "--quiet"]);
        project.git(&hooks, &["add", "."]);
        project.git(&hooks, &["commit", "--quiet", "--message", "Hooks"]);
        let rev = project.git(&hooks, &["rev-parse", "HEAD"]);
        let root = project.root();
        fs::create_dir_all(&root).expect("made");
        project.git(&root, &["init", "--quiet"]);
        let config = format!(
            "repos:\n- repo: {}\n  rev: {}\n  hooks: [{{id: {hook}}}]\n",
            hooks.display(),
            rev.trim()
        );
        project.write(".pre-commit-config.yaml", &config);
        project.write("palette-knife.toml", "exclude = [\"drafts\"]\n");
        Some(project)
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn command(&self, program: &str, folder: &Path, args: &[&str]) -> Output {
        Command::new(program)
            .args(args)
            .current_dir(folder)
            .env("PATH", &self.search_path)
            .env("HOME", self.folder.path())
            .env("PRE_COMMIT_HOME", self.folder.path().join("cache"))
            .env("PRE_COMMIT_COLOR", "never")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .env_remove("GIT_WORK_TREE")
            .output()
            .expect("it runs")
    }

    fn git(&self, folder: &Path, args: &[&str]) -> String {
        let identity = [
            "-c",
            "user.name=Purser",
            "-c",
            "user.email=purser@halvard.example",
        ];
        let output = self.command("git", folder, &[&identity[..], args].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn profile(&self, file: &str, name: &str, version: &str) {
        let text = format!("{:#}\n", profile(name, version));
        self.write(file, &text);
    }

    /// Exit code and output of the hook, run on all files.
    fn run(&self) -> (Option<i32>, String) {
        let root = self.root();
        self.git(&root, &["add", "."]);
        let output = self.command("pre-commit", &root, &["run", "--all-files"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (
            output.status.code(),
            text + &String::from_utf8_lossy(&output.stderr),
        )
    }
}

fn profile(name: &str, version: &str) -> Value {
    json!({
        "metadata": {"name": name},
        "spec": {
            "version": version,
            "template": {"type": "add-on", "cloudType": "all", "packs": [
                {"name": "config", "type": "manifest", "layer": "addon", "values": "pack:\n  namespace: quay\n"},
            ]},
            "variables": [],
        },
    })
}

#[test]
fn clean_files_pass_and_broken_ones_are_told() {
    let Some(project) = Project::new("palette-knife-check") else {
        return;
    };
    project.profile("profiles/web.json", "web", "1.0.0");
    // What holds no profile, and what is excluded, is named to the hook all the same.
    project.write("package.json", "{\"name\": \"x\"}\n");
    project.write("deploy.yaml", "kind: Deployment\n");
    project.profile("drafts/new.json", "new", "x");
    let (code, said) = project.run();
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("palette-knife check") && said.contains("Passed"),
        "{said}"
    );
    project.profile("profiles/broken.json", "broken", "x");
    let before = fs::read(project.root().join("profiles/broken.json")).expect("a file");
    let (code, said) = project.run();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("error[malformed-version]: "), "{said}");
    assert!(said.contains("╰─ profiles/broken.json:"), "{said}");
    assert!(said.contains("1 error in 1 file"), "{said}");
    assert!(
        !said.contains("drafts") && !said.contains("package.json"),
        "{said}"
    );
    let after = fs::read(project.root().join("profiles/broken.json")).expect("a file");
    assert_eq!(before, after, "a check changes nothing");
}

#[test]
fn the_hook_that_fixes_changes_files() {
    let Some(project) = Project::new("palette-knife-fix") else {
        return;
    };
    let text = format!("{:#}\n", profile("web", "1.0.0"));
    project.write("profiles/web.json", &format!("\u{feff}{text}"));
    let (code, said) = project.run();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("files were modified by this hook"), "{said}");
    let fixed = fs::read_to_string(project.root().join("profiles/web.json"));
    assert_eq!(fixed.expect("a file"), text);
    let (code, said) = project.run();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_name_that_is_taken_twice_is_seen_across_many_files() {
    let Some(project) = Project::new("palette-knife-check") else {
        return;
    };
    project.write("palette-knife.toml", "to = [\"destination\"]\n");
    project.write("destination/destination.yaml", "name: prod\nprofiles: []\n");
    for number in 0..64 {
        let name = format!("p{number}");
        project.profile(&format!("profiles/{number:02}.json"), &name, "1.0.0");
    }
    let (code, said) = project.run();
    assert_eq!(code, Some(0), "{said}");
    // The first and the last file: pre-commit would give them to two processes at once, were it not told otherwise.
    project.profile("profiles/99.json", "p0", "1.0.0");
    let (code, said) = project.run();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("[duplicate-in-batch]"), "{said}");
    assert!(said.contains("65 profiles, "), "{said}");
}

#[test]
fn more_names_than_a_command_line_holds_are_checked_in_batches() {
    let Some(project) = Project::new("palette-knife-check") else {
        return;
    };
    let folder = ["a".repeat(120), "b".repeat(120)].join("/");
    for number in 0..500 {
        let file = format!("{folder}/{}-{number}.json", "c".repeat(120));
        let version = if number % 100 == 0 { "x" } else { "1.0.0" };
        project.profile(&file, &format!("p{number}"), version);
    }
    let (code, said) = project.run();
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(
        said.matches("error[malformed-version]").count(),
        5,
        "{said}"
    );
    let counts: Vec<usize> = said
        .lines()
        .filter_map(|line| line.split_once(" profiles, ")?.0.parse().ok())
        .collect();
    assert!(counts.len() > 1, "{counts:?}");
    assert_eq!(counts.iter().sum::<usize>(), 500, "{counts:?}");
}
