//! The cases of every rule, and the examples on its page.
//!
//! A case is a folder `tests/rules/<rule>/<bad|good>-<what>/`: input files, at most one folder `destination`, and
//! `expected`, what the tool says. A `palette-knife.toml` among the files is the configuration of the run. `UPDATE_EXPECTED=1 cargo test --test rules` writes `expected`; read it before you
//! commit it.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use palette_knife::{
    check::{self, CheckOptions},
    config::FILE_NAME,
    destination::Destination,
    emit,
    finding::{Finding, Level},
    report::Report,
    rules,
    settings::Settings,
    source::{DEFAULT_MAX_FILE_SIZE, Source},
};
use tempfile::TempDir;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// Checks files as if they had been named on the command line, and the rule had been turned on.
fn check(
    rule: &str,
    files: &[(String, Vec<u8>)],
    destination: Option<Destination>,
    settings: &Settings,
) -> Report {
    let mut options = CheckOptions {
        settings: settings.clone(),
        ..CheckOptions::default()
    };
    let meta = rules::named(rule).expect("a rule").meta();
    if !meta.is_on {
        options.settings.set_level(rule, Some(meta.level));
    }
    let destinations: Vec<Arc<Destination>> = destination.into_iter().map(Arc::new).collect();
    let outcomes = files
        .iter()
        .map(|(name, bytes)| {
            let source = Source::from_bytes(name, bytes.clone());
            check::check_source(source, true, &destinations, &options)
        })
        .collect();
    check::report(outcomes, &destinations, &options.settings)
}

fn show(finding: &Finding, case: &Path) -> String {
    let case = format!("{}/", case.display()).replace('\\', "/");
    let short = |text: &str| text.replace(&case, "");
    let place = &finding.place;
    let mut shown = format!(
        "{}:{}:{}-{}:{} {}[{}] {}\n    at {}",
        short(&place.file),
        place.start.line,
        place.start.column,
        place.end.line,
        place.end.column,
        finding.level,
        finding.rule.id,
        short(&finding.message),
        if place.pointer.is_empty() {
            "the document"
        } else {
            &place.pointer
        },
    );
    if let Some(inner) = &place.inner {
        let _ = write!(
            shown,
            ", {}:{}:{}-{}:{} {}",
            inner.name,
            inner.start.line,
            inner.start.column,
            inner.end.line,
            inner.end.column,
            inner.path
        );
    }
    for related in &finding.related {
        let place = &related.place;
        let _ = write!(
            shown,
            "\n    note: {} ({}:{}:{})",
            related.message,
            short(&place.file),
            place.start.line,
            place.start.column
        );
    }
    if let Some(help) = &finding.help {
        let _ = write!(shown, "\n    help: {}", short(help));
    }
    if let Some(fix) = &finding.fix {
        let edits: Vec<String> = fix
            .edits
            .iter()
            .map(|edit| format!("{}..{} {:?}", edit.range.start, edit.range.end, edit.text))
            .collect();
        let _ = write!(
            shown,
            "\n    fix ({:?}): {}: {}",
            fix.applicability,
            fix.description,
            edits.join(", ")
        );
    }
    shown.push('\n');
    shown
}

#[test]
fn every_case_says_what_is_expected() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = String::new();
    let mut cases = 0;
    for folder in entries(&root().join("tests/rules")) {
        let rule = file_name(&folder);
        let mut has_fix = false;
        for case in entries(&folder) {
            cases += 1;
            let mut files = Vec::new();
            let mut destination = None;
            let mut settings = Settings::default();
            for path in entries(&case) {
                match file_name(&path).as_str() {
                    "expected" => {}
                    FILE_NAME => {
                        let text = fs::read_to_string(&path).expect("a configuration");
                        settings = common::settings_of(&text);
                    }
                    "destination" => {
                        destination = Some(
                            Destination::load(&path, DEFAULT_MAX_FILE_SIZE).expect("a destination"),
                        );
                    }
                    name => files.push((name.to_owned(), fs::read(&path).expect("an input"))),
                }
            }
            let report = check(&rule, &files, destination, &settings);
            let of_rule = report
                .findings
                .iter()
                .filter(|finding| finding.rule.id == rule)
                .count();
            has_fix |= report
                .findings
                .iter()
                .any(|finding| finding.rule.id == rule && finding.fix.is_some());
            let name = format!("{rule}/{}", file_name(&case));
            let is_bad = file_name(&case).starts_with("bad-");
            if is_bad != (of_rule > 0) {
                let _ = writeln!(wrong, "{name}: {of_rule} findings of {rule}");
            }
            let shown: String = report
                .findings
                .iter()
                .map(|finding| show(finding, &case))
                .collect();
            let expected = case.join("expected");
            if update {
                fs::write(&expected, &shown).expect("written");
            } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
                let _ = writeln!(wrong, "{name}: expected another answer than\n{shown}");
            }
        }
        if rules::named(&rule).is_some_and(|rule| rule.meta().is_fixable != has_fix) {
            let _ = writeln!(
                wrong,
                "{rule}: `is_fixable` should be {has_fix}, as its cases tell"
            );
        }
    }
    assert!(cases > 0, "no cases found");
    assert!(wrong.is_empty(), "{wrong}");
}

/// A fenced block of a rule's page: its language, its role, its text.
struct Block {
    language: String,
    role: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let (language, role) = info.split_once(' ').unwrap_or((info, ""));
                open = Some(Block {
                    language: language.to_owned(),
                    role: role.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The destination that a page's example describes: `destination` is its `destination.yaml`, `destination PATH` another
/// file of it. Files of packs are read while it is used, so the folder has to stay.
fn destination_of(blocks: &[&Block]) -> Option<(TempDir, Destination)> {
    let files: Vec<(&str, &str)> = blocks
        .iter()
        .filter_map(|block| {
            let path = block.role.strip_prefix("destination")?.trim();
            let path = Some(path).filter(|path| !path.is_empty());
            Some((path.unwrap_or("destination.yaml"), block.text.as_str()))
        })
        .collect();
    if files.is_empty() {
        return None;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("created");
        fs::write(file, text).expect("written");
    }
    let destination = Destination::load(folder.path(), DEFAULT_MAX_FILE_SIZE);
    Some((folder, destination.expect("a destination")))
}

fn check_blocks(
    rule: &str,
    blocks: &[&Block],
    role: &str,
    destination: Option<Destination>,
) -> Report {
    let files: Vec<(String, Vec<u8>)> = blocks
        .iter()
        .filter(|block| block.role == role)
        .enumerate()
        .map(|(index, block)| {
            (
                format!("{role}-{index}.{}", block.language),
                block.text.clone().into_bytes(),
            )
        })
        .collect();
    assert!(!files.is_empty(), "no {role} block");
    let config = blocks.iter().find(|block| block.role == "config");
    let settings = config.map_or_else(Settings::default, |block| common::settings_of(&block.text));
    check(rule, &files, destination, &settings)
}

#[test]
fn the_examples_on_every_page_are_true() {
    for rule in rules::ALL {
        let meta = rule.meta();
        let page = meta.docs;
        let split = page
            .find("## Use instead")
            .unwrap_or_else(|| panic!("{}: no `Use instead`", meta.id));
        let (example, instead) = page.split_at(split);
        let (example, instead) = (blocks(example), blocks(instead));
        let (example, instead): (Vec<_>, Vec<_>) =
            (example.iter().collect(), instead.iter().collect());

        let (_folder, destination) = destination_of(&example).unzip();
        let report = check_blocks(meta.id, &example, "bad", destination);
        let of_rule = report
            .findings
            .iter()
            .any(|finding| finding.rule.id == meta.id);
        assert!(of_rule, "{}: the bad example has no such finding", meta.id);
        let others: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.level == Level::Error && finding.rule.id != meta.id)
            .map(|finding| finding.rule.id)
            .collect();
        assert!(
            others.is_empty(),
            "{}: the bad example has other errors: {others:?}",
            meta.id
        );

        let destination = destination_of(&instead).or_else(|| destination_of(&example));
        let (_folder, destination) = destination.unzip();
        let report = check_blocks(meta.id, &instead, "good", destination);
        let of_rule = report
            .findings
            .iter()
            .find(|finding| finding.rule.id == meta.id);
        assert!(
            of_rule.is_none(),
            "{}: the good example has a finding: {of_rule:?}",
            meta.id
        );
    }
}

#[test]
fn a_rule_has_one_name_everywhere() {
    let names = |folder: &str, suffix: &str| -> BTreeSet<String> {
        entries(&root().join(folder))
            .iter()
            .filter_map(|path| {
                file_name(path)
                    .strip_suffix(suffix)
                    .map(|name| name.replace('_', "-"))
            })
            .filter(|name| !matches!(name.as_str(), "mod" | "sink" | "README"))
            .collect()
    };
    let ids: BTreeSet<String> = rules::ALL
        .iter()
        .map(|rule| rule.meta().id.to_owned())
        .collect();
    assert_eq!(ids.len(), rules::ALL.len(), "two rules have the same name");
    assert_eq!(names("src/rules", ".rs"), ids);
    assert_eq!(names("docs/rules", ".md"), ids);
    assert_eq!(names("tests/rules", ""), ids);
    let listed: Vec<&str> = rules::ALL.iter().map(|rule| rule.meta().id).collect();
    assert!(listed.is_sorted(), "{listed:?}");
}

#[test]
fn the_index_lists_every_rule() {
    let path = root().join("docs/rules/README.md");
    let index = emit::rules::render_index();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &index).expect("written");
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        index,
        "run UPDATE_EXPECTED=1 cargo test --test rules"
    );
}

#[test]
fn every_rule_has_bad_and_good_cases() {
    for folder in entries(&root().join("tests/rules")) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for case in entries(&folder) {
            let name = file_name(&case);
            let kind = ["bad", "good"]
                .into_iter()
                .find(|kind| name.starts_with(&format!("{kind}-")));
            *counts
                .entry(kind.unwrap_or_else(|| panic!("{}", case.display())))
                .or_default() += 1;
        }
        assert!(
            counts.get("bad") >= Some(&2) && counts.get("good") >= Some(&2),
            "{}",
            folder.display()
        );
    }
}

#[test]
fn every_page_has_the_same_headings() {
    let headings = [
        "## What it does",
        "## Why",
        "## Example",
        "## Use instead",
        "## Options",
    ];
    for rule in rules::ALL {
        let meta = rule.meta();
        let found: Vec<&str> = meta
            .docs
            .lines()
            .filter(|line| line.starts_with('#'))
            .collect();
        let title = format!("# {}", meta.id);
        let mut expected = vec![title.as_str()];
        expected.extend(headings);
        assert_eq!(found, expected, "{}", meta.id);
        assert!(
            meta.docs.contains(meta.level.name()),
            "{} does not tell its level",
            meta.id
        );
    }
}

#[test]
fn summaries_are_short_and_lower_case() {
    for rule in rules::ALL {
        let summary = rule.meta().summary;
        assert!(summary.len() <= 80 && !summary.ends_with('.'), "{summary}");
        assert!(summary.starts_with(char::is_lowercase), "{summary}");
    }
}
