//! The program by itself: it opens no connection, and reads what it is told to and nothing else.
//!
//! Asks the kernel through `strace`, and passes without a look where that is not installed.

#![cfg(target_os = "linux")]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use common::program::{commands, formats, program, said};

/// What programs read to begin: libraries, the kernel's account of the process and the machine, the terminal's names.
const OF_THE_SYSTEM: [&str; 7] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/etc/ld.so.",
    "/proc/",
    "/sys/",
    "/dev/null",
];

fn has_strace() -> bool {
    let found = Command::new("strace").arg("-V").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("strace is not installed: nothing was looked at");
    }
    found
}

/// The lines that strace writes of a run: system calls about files and networks.
fn calls(folder: &Path, args: &[&str]) -> Vec<String> {
    let trace = folder.join("trace");
    let output = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-s",
            "4096",
            "-e",
            "trace=%network,%file",
            "-o",
        ])
        .arg(&trace)
        .arg(program().get_program())
        .args(args)
        .current_dir(folder)
        .env("HOME", folder.join("home"))
        .env("XDG_CONFIG_HOME", folder.join("home/.config"))
        .env("PALETTE_KNIFE_CACHE_DIR", folder.join("caches"))
        .output()
        .expect("strace runs");
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{args:?}: {}",
        said(&output)
    );
    let calls = fs::read_to_string(&trace).expect("a trace");
    fs::remove_file(trace).expect("removed");
    calls.lines().map(str::to_owned).collect()
}

/// The path that a call opens, made absolute.
fn opened(call: &str, folder: &Path) -> Option<PathBuf> {
    let call = call.split_once(' ')?.1.trim_start();
    let is_open = call.starts_with("openat(") || call.starts_with("open(");
    let path = call.split('"').nth(1).filter(|_| is_open)?;
    let mut absolute = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            std::path::Component::ParentDir => {
                absolute.pop();
            }
            other => absolute.push(other),
        }
    }
    Some(absolute)
}

#[test]
fn nothing_is_connected_to_and_nothing_else_is_read() {
    if !has_strace() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().canonicalize().expect("a folder");
    for part in ["profiles", "destinations", "broken"] {
        common::copy_folder(&common::fixtures().join(part), &place.join(part));
    }
    // Beside what is named lies what must not be looked at.
    for beside in [
        "home/.config/git/ignore",
        "home/.gitconfig",
        "beside/profile.json",
        "home/.palette-knife.toml",
        "profiles/.hidden/x.json",
    ] {
        let path = place.join(beside);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "*\n").expect("written");
    }
    // So many packs that an index of them is kept.
    for number in 0..60 {
        let pack = place.join(format!(
            "destinations/strict/registries/many/crane-{number}"
        ));
        fs::create_dir_all(&pack).expect("a folder");
        let text = format!(r#"{{"name": "crane-{number}", "version": "1.0.0"}}"#);
        fs::write(pack.join("pack.json"), text).expect("written");
    }
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    fs::write(
        place.join("secrets.yaml"),
        "profiles: {passenger-identity: {variables: {smtp_password: env:HOME}}}\n",
    )
    .expect("written");
    fs::write(
        place.join("known.json"),
        "{\"version\": 1, \"findings\": []}",
    )
    .expect("written");
    let mut runs: Vec<Vec<&str>> = vec![
        vec![
            "check",
            "profiles",
            "--to",
            "destinations/strict",
            "--to",
            "destinations/airgap",
            "--baseline",
            "known.json",
        ],
        vec!["check", "broken", "--diff"],
        vec!["check", "profiles/crew-tools.json", "--show-config"],
        vec![
            "rewrite",
            "profiles",
            "--to",
            "destinations/twin",
            "--secrets",
            "secrets.yaml",
            "-o",
            "out",
            "--on-conflict",
            "bump",
        ],
        vec![
            "rewrite",
            "profiles",
            "--to-format",
            "yaml",
            "-o",
            "out-yaml",
        ],
        vec!["--version"],
    ];
    let lines = [
        "check broken --fix",
        "plan profiles --to destinations/strict --secrets secrets.yaml --write-todo todo",
        "diff profiles out",
        "destination init made --name made",
        "destination add made destinations/strict/macros/tenant.json --as tenant-macros",
        "destination check destinations/strict",
        "destination show destinations/strict",
        "explain masked-value",
        "rules",
        "schema check-report",
        "completions bash",
        "man --out manual",
    ];
    runs.extend(lines.iter().map(|line| line.split(' ').collect()));
    for command in commands() {
        let words: Vec<&str> = command.split(' ').collect();
        let is_run = runs.iter().any(|run| run.starts_with(&words));
        assert!(is_run, "say in {} how `{command}` is called", file!());
    }
    let formats = formats("check");
    for format in &formats {
        runs.push(vec!["check", "profiles", "--format", format]);
    }
    let mut read = 0;
    for args in runs {
        let named = |path: &&str| !path.starts_with('-') && place.join(path).exists();
        let named: Vec<PathBuf> = args
            .iter()
            .copied()
            .filter(|path| named(path))
            .map(|path| place.join(path))
            .chain(
                ["out", "out-yaml", "todo", "made", "manual", "caches"]
                    .map(|made| place.join(made)),
            )
            .collect();
        for call in calls(&place, &args) {
            for network in [
                "socket(",
                "socketpair(",
                "connect(",
                "bind(",
                "listen(",
                "sendto(",
                "getsockname(",
            ] {
                assert!(!call.contains(&format!(" {network}")), "{args:?}: {call}");
            }
            let Some(path) = opened(&call, &place) else {
                continue;
            };
            if call.contains("ENOENT") || call.contains("ENOTDIR") {
                continue;
            }
            let shown = path.to_string_lossy();
            let is_of_system = OF_THE_SYSTEM.iter().any(|of| shown.starts_with(of));
            let is_named =
                named.iter().any(|named| path.starts_with(named)) && !shown.contains("/.hidden/");
            // The configuration, and what tells what is ignored, are looked for at and above the inputs.
            let is_above = ["palette-knife.toml", ".gitignore", ".ignore", ".git"]
                .iter()
                .any(|name| path.ends_with(name))
                && named.iter().any(|named| {
                    path.parent()
                        .is_some_and(|folder| named.starts_with(folder))
                });
            read += usize::from(is_named);
            assert!(
                is_of_system || is_named || is_above,
                "{args:?} opens {shown}: {call}"
            );
        }
    }
    assert!(place.join("caches/destinations").is_dir());
    assert!(
        read > 100,
        "only {read} files were read: strace tells something else than this test expects"
    );
}
