//! The same bytes, whatever the run does not depend on: how often, how many threads, in which order folders were made
//! and arguments given, in which language.

mod common;

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use common::program::{commands, formats, program, said, tree};
use palette_knife::{
    check::{self, CheckOptions},
    report::Report,
    settings::Settings,
    source::Source,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};

/// A folder with the fixtures, whose entries were made in an order of its own.
fn scene(turn: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = tree(&common::fixtures());
    let count = files.len();
    files.rotate_left(turn * count / 3);
    if turn % 2 == 1 {
        files.reverse();
    }
    for (path, bytes) in files.into_iter().filter(|(path, _)| !path.ends_with('/')) {
        let path = folder.path().join("fixtures").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("written");
    }
    let secrets = "profiles: {passenger-identity: {variables: {smtp_password: env:SMTP}}}\n";
    fs::write(folder.path().join("secrets.yaml"), secrets).expect("written");
    folder
}

/// What is run of each command. A command that is not known here makes the test fail: say how to call it.
fn invocations(command: &str) -> Vec<String> {
    let lines = match command {
        "check" => &[
            "check fixtures --to fixtures/destinations/strict --to fixtures/destinations/airgap",
            "check fixtures/broken fixtures/profiles fixtures/broken/../profiles",
            "check fixtures --write-baseline known.json",
            "check fixtures/profiles/crew-tools.json --show-config",
        ][..],
        "rewrite" => &[
            "rewrite fixtures --to fixtures/destinations/strict --on-conflict rename --diff",
            "rewrite fixtures/profiles --to fixtures/destinations/twin --secrets secrets.yaml --allow-masked -o out",
            "rewrite fixtures --to-format yaml -o out-yaml",
            "rewrite fixtures --to-format json -o out-json",
        ],
        "plan" => &[
            "plan fixtures --to fixtures/destinations/strict --to fixtures/destinations/airgap --details",
            "plan fixtures/profiles --to fixtures/destinations/strict --write-todo todo --overwrite",
        ],
        "diff" => &["diff fixtures/profiles fixtures/broken"],
        "destination init" => &["destination init made"],
        "destination add" => &[
            "destination add made fixtures/destinations/strict/macros/tenant.json --as tenant-macros",
        ],
        "destination check" => &["destination check fixtures/destinations/strict"],
        "destination show" => &["destination show fixtures/destinations/strict"],
        "explain" => &["explain masked-value"],
        "rules" => &["rules"],
        "schema" => &["schema", "schema check-report"],
        "completions" => &["completions bash"],
        "man" => &["man", "man check"],
        other => panic!("say in {} how `{other}` is called", file!()),
    };
    let mut all: Vec<String> = Vec::new();
    for line in lines {
        all.push((*line).to_owned());
        let formats = formats(command).into_iter();
        all.extend(formats.map(|format| format!("{line} --format {format}")));
    }
    if command == "check" {
        all.push("check fixtures --diff --unsafe-fixes".to_owned());
    }
    all
}

/// All that the commands print and write.
fn everything(folder: &Path, with: impl Fn(&mut Command)) -> BTreeMap<String, Vec<u8>> {
    let mut said = BTreeMap::new();
    for command in commands() {
        for line in invocations(&command) {
            let mut run = program();
            run.args(line.split(' '))
                .current_dir(folder)
                .env("SMTP", "four");
            with(&mut run);
            let output = run.output().expect("it runs");
            let code = output.status.code().expect("a code");
            let text = [output.stdout, output.stderr, code.to_string().into_bytes()].concat();
            said.insert(line, text);
        }
    }
    said.extend(tree(folder));
    said
}

fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>, what: &str) {
    assert!(one.keys().eq(other.keys()), "{what}");
    for (line, bytes) in one {
        assert!(
            other[line] == *bytes,
            "{what}: `{line}` differs:\n{}\n---\n{}",
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&other[line])
        );
    }
}

#[test]
fn every_command_says_and_writes_the_same_whatever_is_around_it() {
    let with_threads = |count: &'static str| {
        move |run: &mut Command| {
            run.env("RAYON_NUM_THREADS", count);
        }
    };
    let first = everything(scene(0).path(), with_threads("1"));
    assert!(first.len() > 60, "{}", first.len());
    assert_same(
        &first,
        &everything(scene(0).path(), with_threads("1")),
        "a second run",
    );
    assert_same(
        &first,
        &everything(scene(1).path(), with_threads("8")),
        "8 threads and another order",
    );
    let locale = |name: &'static str| {
        move |run: &mut Command| {
            run.env("LC_ALL", name)
                .env("LANG", name)
                .env("LANGUAGE", name)
                .env("TZ", "Pacific/Apia");
        }
    };
    assert_same(
        &first,
        &everything(scene(2).path(), locale("tr_TR.UTF-8")),
        "Turkish",
    );
    // Where the language has no box drawing, people see none; what programs read stays.
    let plain = everything(scene(3).path(), locale("C"));
    let posix = everything(scene(3).path(), locale("POSIX"));
    assert_same(&plain, &posix, "two names of no language");
    let is_for_programs = |line: &String| {
        let is_command = commands()
            .iter()
            .any(|command| line.starts_with(command.as_str()));
        !is_command || (line.contains(" --format ") && !line.ends_with(" human"))
    };
    let of_programs = |mut all: BTreeMap<String, Vec<u8>>| {
        all.retain(|line, _| is_for_programs(line));
        all
    };
    assert_same(&of_programs(first), &of_programs(plain), "no language");
    let folder = scene(0);
    everything(folder.path(), with_threads("2"));
    let again = everything(folder.path(), with_threads("2"));
    let once_more = everything(folder.path(), with_threads("8"));
    assert_same(&again, &once_more, "on top of its own results");
}

#[test]
fn the_order_of_arguments_does_not_matter() {
    let folder = scene(0);
    let profiles = folder.path().join("fixtures/profiles");
    // Two files with one profile are told of each other.
    let first = tree(&profiles)
        .into_iter()
        .find(|(path, _)| path.ends_with(".json"));
    fs::write(profiles.join("zz-copy.json"), first.expect("a profile").1).expect("written");
    let files = tree(&profiles).into_iter().map(|(path, _)| path);
    let mut files: Vec<String> = files.filter(|path| path.ends_with(".json")).collect();
    assert!(files.len() > 5, "{files:?}");
    let lines = ["check", "plan", "rewrite"]
        .into_iter()
        .flat_map(|command| {
            let formats = formats(command).into_iter();
            formats.map(move |format| format!("{command} --format {format}"))
        });
    for line in lines {
        let mut said_so_far: Option<String> = None;
        for turn in 0..3 {
            files.rotate_left(turn);
            files.reverse();
            let mut command = program();
            command
                .args(line.split(' '))
                .args(["--to", "../destinations/twin"]);
            if line.starts_with("rewrite") {
                command.args(["--diff", "--allow-masked"]);
            }
            let output = command.args(&files).current_dir(&profiles).output();
            let said = said(&output.expect("it runs"));
            let before = said_so_far.get_or_insert_with(|| said.clone());
            assert_eq!(*before, said, "{line} {files:?}");
        }
        let said = said_so_far.unwrap_or_default();
        assert!(!said.is_empty(), "{line}");
        if line == "check --format json" {
            assert!(said.contains("duplicate-in-batch"), "{said}");
        }
    }
}

fn fingerprints(text: &str) -> Vec<String> {
    let source = Source::new("profile.json", text);
    let outcome = check::check_source(source, true, &[], &CheckOptions::default());
    let report: Report = check::report(vec![outcome], &[], &Settings::default());
    let findings = report.findings.into_iter();
    let mut found: Vec<_> = findings.map(|finding| finding.fingerprint).collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(common::cases(48))]

    /// What is changed has no findings, and the findings are elsewhere.
    #[test]
    fn fingerprints_survive_edits_elsewhere(
        file in any::<Index>(),
        at in any::<Index>(),
        words in vec("[a-z]{1,8}", 1..4),
        indent in any::<bool>(),
    ) {
        let mut files = common::fixture_files("profiles");
        files.extend(common::fixture_files("broken"));
        let parsed: Vec<Value> = files.iter().filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok()).collect();
        let mut value = file.get(&parsed).clone();
        let before = fingerprints(&value.to_string());
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("description".to_owned(), words.join("\n").into());
        }
        let packs = value.pointer_mut("/spec/template/packs").and_then(Value::as_array_mut);
        if let Some(packs) = packs.filter(|packs| packs.iter().any(Value::is_object)) {
            let values = words.iter().map(|word| format!("{word}x: 1\n")).collect::<std::collections::BTreeSet<_>>();
            let values: String = values.into_iter().collect();
            let new = json!({"name": format!("new-{}", words[0]), "type": "manifest", "layer": "addon", "version": "1.0.0", "values": values});
            packs.insert(at.index(packs.len() + 1), new);
        }
        let text = if indent { serde_json::to_string_pretty(&value).expect("JSON") } else { value.to_string() };
        let after = fingerprints(&text);
        let lost: Vec<_> = before.iter().filter(|known| !after.contains(known)).collect();
        prop_assert!(lost.is_empty(), "{lost:?} of {before:?} are not in {after:?}");
    }

    /// The texts of a run that are alike are read by their differences, and shared where they are equal.
    #[test]
    fn files_are_checked_and_rewritten_together_as_alone(
        file in any::<Index>(),
        edits in vec((any::<Index>(), any::<Index>(), select(&LINES[..])), 2..6),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let files = common::fixture_files("profiles");
        let profiles: Vec<Value> = files.iter().filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok()).collect();
        let names: Vec<String> = (0..edits.len()).map(|number| format!("in/{number}.json")).collect();
        for name in ["in", "alone", "together"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        for (name, (pack, line, new)) in names.iter().zip(&edits) {
            let mut profile = file.get(&profiles).clone();
            // Files with one name and version are told of each other.
            *profile.pointer_mut("/metadata/name").expect("a name") = name.replace(['/', '.'], "-").into();
            let packs = profile.pointer_mut("/spec/template/packs").and_then(Value::as_array_mut).expect("packs");
            let packs: Vec<_> = packs.iter_mut().filter_map(|pack| pack.get_mut("values")).collect();
            let number = pack.index(packs.len());
            let values = packs.into_iter().nth(number).expect("one of them");
            let mut lines: Vec<&str> = values.as_str().unwrap_or_default().split_inclusive('\n').collect();
            let at = line.index(lines.len().max(1));
            lines.splice(at..lines.len().min(at + 1), [*new]);
            *values = lines.concat().into();
            fs::write(folder.path().join(name), profile.to_string()).expect("written");
        }
        let destination = common::fixtures().join("destinations/twin");
        let run = |paths: &[String], out: &str| {
            let run = |args: &[&str]| {
                let mut command = program();
                command.args(args).arg("--to").arg(&destination).args(paths);
                command.current_dir(folder.path()).output().expect("it runs")
            };
            run(&["rewrite", "--allow-masked", "--out", out]);
            let output = run(&["check", "--format", "json"]);
            let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            let mut findings = report["findings"].as_array().expect("findings").clone();
            // A pack that is missed in one may be in another.
            findings.retain(|finding| finding["rule"] != "missing-dependency");
            findings
        };
        let alone: Vec<Value> = names.iter().flat_map(|name| run(std::slice::from_ref(name), "alone")).collect();
        let together = run(&["in".to_owned()], "together");
        prop_assert_eq!(together, alone);
        let [together, alone] = ["together", "alone"].map(|out| tree(&folder.path().join(out)));
        prop_assert_eq!(together, alone);
    }
}

/// What takes the place of a line of values.
const LINES: [&str; 6] = [
    "",
    "# more\n",
    "added: 1\n",
    "tab: \"\\t\u{e9}\"\n",
    "macro: {{ .spectro.macro.m }}\n",
    "{",
];
