//! The cases of every rule, and the examples on its page.
//!
//! A case is a folder `tests/rules/<rule>/<bad|good>-<what>/`: input files, at most one folder `destination`, and
//! `expected`, what the tool says. A `palette-knife.toml` among the files is the configuration of the run.
//! `UPDATE_EXPECTED=1 cargo test --test rules` writes `expected`; read it before you commit it. What holds for all rules
//! and all findings is in `meta.rs`.

mod common;

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path, sync::Arc};

use common::rule_cases::{self, check_files, root};
use palette_knife::{
    destination::Destination,
    emit,
    finding::{Finding, Level},
    report::Report,
    rules,
    settings::Settings,
    source::DEFAULT_MAX_FILE_SIZE,
};
use tempfile::TempDir;

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
    let mut with_fix = BTreeSet::new();
    for case in rule_cases::all() {
        let rule = &case.rule;
        let report = case.report();
        let of_rule: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.rule.id == rule)
            .collect();
        if of_rule.iter().any(|finding| finding.fix.is_some()) {
            with_fix.insert(rule.clone());
        }
        let name = format!("{rule}/{}", case.name);
        if case.is_bad() == of_rule.is_empty() {
            let _ = writeln!(wrong, "{name}: {} findings of {rule}", of_rule.len());
        }
        let shown: String = report
            .findings
            .iter()
            .map(|finding| show(finding, &case.folder))
            .collect();
        let expected = case.folder.join("expected");
        if update {
            fs::write(&expected, &shown).expect("written");
        } else if fs::read_to_string(&expected).unwrap_or_default() != shown {
            let _ = writeln!(wrong, "{name}: expected another answer than\n{shown}");
        }
    }
    for meta in rules::ALL.iter().map(|rule| rule.meta()) {
        let has_fix = with_fix.contains(meta.id);
        if meta.is_fixable != has_fix {
            let _ = writeln!(
                wrong,
                "{}: `is_fixable` should be {has_fix}, as its cases tell",
                meta.id
            );
        }
    }
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
    check_files(rule, &files, destination.map(Arc::new), &settings)
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
