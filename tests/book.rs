//! The pages: every relative link leads somewhere, every page is in the book, every command that is shown is one that
//! the program takes.

mod common;

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use clap::{CommandFactory, error::ErrorKind};
use common::tour;
use palette_knife::cli::Cli;
use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages below a folder or a page itself, relative to the root.
fn pages(start: &str) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(root().join(start)).sort_by_file_name();
    files
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            path.strip_prefix(root())
                .expect("below the root")
                .to_owned()
        })
        .collect()
}

fn all_pages() -> Vec<PathBuf> {
    let starts = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs",
        "examples",
        "fixtures/README.md",
    ];
    starts.into_iter().flat_map(pages).collect()
}

fn read(page: &Path) -> String {
    fs::read_to_string(root().join(page)).expect("a page")
}

/// A page without its blocks.
fn prose(page: &str) -> String {
    let mut is_inside = false;
    let mut prose = String::new();
    for line in page.lines() {
        if line.starts_with("```") {
            is_inside = !is_inside;
        } else if !is_inside {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

/// The targets of the links of a page. Spans of code have none.
fn links(page: &str) -> Vec<String> {
    let code = Regex::new("`[^`]*`").expect("a regex");
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a regex");
    let prose = prose(page);
    let text = code.replace_all(&prose, "code");
    link.captures_iter(&text)
        .map(|parts| parts[1].to_owned())
        .collect()
}

/// The anchors of the headings of a page, as Git hosts and mdBook make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in prose(page).lines().filter(|line| line.starts_with('#')) {
        let kept = line.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.replace(' ', "-");
        let is_kept = |letter: &char| letter.is_alphanumeric() || "-_".contains(*letter);
        anchors.insert(kept.chars().filter(is_kept).collect());
    }
    anchors
}

/// A path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                assert!(normal.pop(), "{} leaves the repository", path.display());
            }
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for page in all_pages() {
        let text = read(&page);
        for link in links(&text) {
            if link.contains("://") {
                continue;
            }
            seen += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                page.clone()
            } else {
                normal(&page.parent().expect("a folder").join(path))
            };
            let is_there = root().join(&target).exists();
            // The book holds nothing else.
            let stays = !page.starts_with("docs") || target.starts_with("docs");
            let has_anchor = || anchor.is_empty() || anchors(&read(&target)).contains(anchor);
            if !is_there || !stays || !has_anchor() {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 200, "{seen} links");
}

#[test]
fn anchors_and_links_are_found() {
    let page = "# One `two`: 3\n\n[a](b.md#c) `[d](e)`\n\n```md\n# No\n[f](g)\n```\n\n[h](#i)\n";
    assert_eq!(links(page), ["b.md#c", "#i"]);
    assert_eq!(anchors(page), BTreeSet::from(["one-two-3".to_owned()]));
}

#[test]
fn every_page_is_in_the_contents_once() {
    let contents = Path::new("docs/SUMMARY.md");
    let mut listed: Vec<PathBuf> = links(&read(contents))
        .iter()
        .map(|link| Path::new("docs").join(link))
        .collect();
    listed.sort();
    let mut there = pages("docs");
    there.retain(|page| page != contents);
    there.sort();
    assert_eq!(listed, there);
}

/// The words of a line for a shell, up to where it sends its output. Quotes of both kinds are taken off.
fn words(line: &str) -> Vec<String> {
    let word = Regex::new(r#"(?:"[^"]*"|'[^']*'|[^\s"'])+"#).expect("a regex");
    word.find_iter(line)
        .map(|word| word.as_str().replace(['"', '\''], ""))
        .take_while(|word| !word.starts_with(['>', '<', '#', '|', ';']))
        .collect()
}

#[test]
fn every_command_in_a_block_is_one_that_is_taken() {
    let mut seen = 0;
    for page in all_pages() {
        let text = read(&page);
        let blocks = tour::blocks(&text);
        let shell = blocks.iter().filter(|block| block.info == "sh");
        let lines = shell.flat_map(|block| block.text.lines());
        for line in lines.filter(|line| !line.trim_start().starts_with("git config")) {
            for part in line.split(" | ") {
                let Some(command) = part.trim_start().strip_prefix("palette-knife ") else {
                    continue;
                };
                seen += 1;
                let args = std::iter::once("palette-knife".to_owned()).chain(words(command));
                let parsed = Cli::command().try_get_matches_from(args);
                let error = parsed.err().filter(|error| {
                    !matches!(
                        error.kind(),
                        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
                    )
                });
                assert!(error.is_none(), "{}: {line}\n{error:?}", page.display());
            }
        }
    }
    assert!(seen >= 20, "{seen} commands");
}
