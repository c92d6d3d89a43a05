//! The archives of a release, and what other packages say of this one.

#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use sha2::{Digest as _, Sha256};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a file")
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

#[test]
fn an_archive_has_the_program_its_manual_and_a_checksum() {
    let folder = tempfile::tempdir().expect("a folder");
    // Stands for the program, which is a hundred times larger.
    let program = folder.path().join("palette-knife");
    let script = format!(
        "#!/bin/sh\nexec '{}' \"$@\"\n",
        env!("CARGO_BIN_EXE_palette-knife")
    );
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("set");
    let out = folder.path().join("dist");
    let target = "x86_64-unknown-linux-musl";
    let made = Command::new(root().join(".github/release/archive.sh"))
        .arg(&program)
        .args(["0.1.0", target])
        .arg(&out)
        .output();
    stdout(&made.expect("it runs"));
    let name = format!("palette-knife-0.1.0-{target}");
    let archive = format!("{name}.tar.gz");
    let mut files: Vec<_> = fs::read_dir(&out)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    files.sort();
    assert_eq!(files, [archive.clone(), format!("{archive}.sha256")]);

    let digest = Sha256::digest(fs::read(out.join(&archive)).expect("an archive"));
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let told = fs::read_to_string(out.join(format!("{archive}.sha256")));
    assert_eq!(told.expect("a checksum"), format!("{digest}  {archive}\n"));

    let listed = Command::new("tar")
        .arg("-tzf")
        .arg(out.join(&archive))
        .output();
    let listed = stdout(&listed.expect("it runs"));
    for file in [
        "palette-knife",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "man/palette-knife.1",
        "man/palette-knife-check.1",
        "completions/palette-knife.bash",
        "completions/palette-knife.powershell",
    ] {
        assert!(
            listed.lines().any(|line| line == format!("{name}/{file}")),
            "{listed}"
        );
    }
}

/// The string that a key has in a table of a TOML file.
fn key(file: &str, table: &str, key: &str) -> String {
    let text = read(file);
    let lines = text
        .lines()
        .skip_while(|line| *line != format!("[{table}]"));
    let mut values = lines
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| {
            let value = line.strip_prefix(key)?.strip_prefix(" = \"")?;
            value.strip_suffix('"')
        });
    values.next().expect("a string").to_owned()
}

#[test]
fn the_python_package_says_what_the_crate_says() {
    for name in ["name", "description", "license"] {
        assert_eq!(
            key("pyproject.toml", "project", name),
            key("Cargo.toml", "package", name)
        );
    }
}

/// Both hooks differ in where the program comes from, and in nothing else.
#[test]
fn the_hook_from_a_wheel_is_the_hook_from_source() {
    let page = read("docs/ci.md");
    let (_, rest) = page
        .split_once("```yaml pre-commit-wheel\n")
        .expect("a block");
    let (block, _) = rest.split_once("```").expect("an end");
    let hooks = read(".pre-commit-hooks.yaml");
    let (check, _) = hooks
        .split_once("- id: palette-knife-fix")
        .expect("two hooks");
    for line in check.lines().filter(|line| line.starts_with("  ")) {
        let line = line.trim();
        if !line.starts_with("description:") && !line.starts_with("language:") {
            assert!(block.lines().any(|shown| shown.trim() == line), "{line}");
        }
    }
    assert!(block.contains(&format!("palette-knife=={}", env!("CARGO_PKG_VERSION"))));
}

/// The program needs no more than the Rust that the crate asks for.
#[test]
fn the_image_is_built_with_the_oldest_rust() {
    let rust = key("Cargo.toml", "package", "rust-version");
    let first = format!("FROM rust:{rust}-alpine AS build");
    assert!(read("Containerfile").lines().any(|line| line == first));
}

/// What is released tells the commit and the repository that it comes from, and is told them under the names that the
/// program reads.
#[test]
fn what_is_built_is_told_where_it_comes_from() {
    let read_by_program = read("src/origin.rs");
    for name in ["PALETTE_KNIFE_COMMIT", "PALETTE_KNIFE_REPOSITORY"] {
        assert!(read_by_program.contains(&format!("option_env!(\"{name}\")")));
        for (file, given) in [
            (
                ".github/workflows/release.yml",
                format!("\n  {name}: ${{{{ "),
            ),
            ("Containerfile", format!("\nARG {name}=\n")),
            ("docs/install.md", format!("\nexport {name}=")),
        ] {
            assert!(read(file).contains(&given), "{file}: {name}");
        }
    }
    assert!(read("action.yml").contains("export PALETTE_KNIFE_REPOSITORY="));
}
