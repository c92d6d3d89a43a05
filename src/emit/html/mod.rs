//! The plan as one page that needs nothing else: profiles by destinations, to be filtered, every cell opening what is
//! behind it.
//!
//! The page is a template with a style and a script, which never change, and the plan as JSON, which the script reads. The
//! policy of the page allows that style and that script by their hashes, and nothing else: no request, no other code.

use std::{collections::BTreeMap, ops::Range};

use serde::Serialize;

use crate::{
    emit::{
        plan::{need_words, pack_title, pack_words, requirement_words, to_do, weight},
        rewrite::sentences,
    },
    excerpt::Excerpt,
    finding::Finding,
    plan::{DestinationPlan, Readiness, Row, todo::location},
    rewrite::plan::Subject,
    sensitive::printable,
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The hashes that the policy of the page names. A test computes them anew.
const STYLE_HASH: &str = "sha256-3rIZofklxbMBYvvQoqvKISGTFAGH+0oIYwIbis/GuYk=";
const SCRIPT_HASH: &str = "sha256-bR3Y0yLFwqnV5KVsK0fapAXcX9z6xMd/auLllCEqGNY=";

#[derive(Serialize)]
struct Plan {
    tool: &'static str,
    statuses: Vec<Status>,
    destinations: Vec<Destination>,
    profiles: Vec<Profile>,
}

#[derive(Serialize)]
struct Status {
    name: &'static str,
    words: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    name: String,
    counts: BTreeMap<&'static str, usize>,
    to_do: Vec<String>,
    not_checked: Vec<String>,
}

#[derive(Serialize)]
struct Profile {
    title: String,
    file: String,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cell {
    status: &'static str,
    weight: usize,
    new_title: Option<String>,
    reasons: Vec<String>,
    needs: Vec<String>,
    requires: Vec<String>,
    packs: Vec<Pack>,
    decisions: Vec<String>,
    findings: Vec<CellFinding>,
    diff: String,
}

#[derive(Serialize)]
struct Pack {
    name: String,
    title: String,
    words: String,
}

#[derive(Serialize)]
struct CellFinding {
    rule: &'static str,
    level: &'static str,
    message: String,
    help: Option<String>,
    place: String,
    excerpt: Vec<Line>,
}

/// A line of an excerpt, cut where the place in it begins and ends.
#[derive(Serialize)]
struct Line {
    number: u32,
    before: String,
    marked: String,
    after: String,
}

/// Renders a plan, of its profiles those in these rows.
#[must_use]
pub fn render(plans: &[DestinationPlan<'_>], rows: &[usize]) -> String {
    let plan = Plan {
        tool: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
        statuses: Readiness::ALL.into_iter().map(status).collect(),
        destinations: plans.iter().map(destination).collect(),
        profiles: rows.iter().filter_map(|row| profile(plans, *row)).collect(),
    };
    // None of the types serialised here can fail.
    let json = serde_json::to_string(&plan).unwrap_or_default();
    fill_in(&[
        ("{style-hash}", STYLE_HASH),
        ("{script-hash}", SCRIPT_HASH),
        ("{style}", STYLE),
        ("{plan}", &in_script(&json)),
        ("{script}", SCRIPT),
    ])
}

/// The page with its parts put in, each once and in this order: what a part holds is no place for another.
fn fill_in(parts: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(PAGE.len());
    let mut rest = PAGE;
    for (name, text) in parts {
        let (before, after) = rest.split_once(name).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(text);
        rest = after;
    }
    page + rest
}

/// JSON that no end of a script can stand in, nor anything else that HTML would read.
fn in_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            character => out.push(character),
        }
    }
    out
}

fn status(readiness: Readiness) -> Status {
    Status {
        name: readiness.name(),
        words: readiness.words(),
    }
}

fn destination(plan: &DestinationPlan<'_>) -> Destination {
    let counts = Readiness::ALL.into_iter();
    Destination {
        name: printable(plan.destination.name()),
        counts: counts
            .map(|readiness| (readiness.name(), plan.count(readiness)))
            .collect(),
        to_do: all_printable(to_do(plan)),
        not_checked: all_printable(plan.destination.not_checked()),
    }
}

fn profile(plans: &[DestinationPlan<'_>], number: usize) -> Option<Profile> {
    let first = plans.first()?.rows.get(number)?;
    let rows = plans.iter().filter_map(|plan| plan.rows.get(number));
    Some(Profile {
        title: printable(&first.title()),
        file: printable(&first.file.file),
        cells: rows.map(|row| cell(*row)).collect(),
    })
}

fn cell(row: Row<'_>) -> Cell {
    let decisions = row.profile.map_or(&[][..], |profile| &profile.decisions);
    let requires = row.profile.map_or(&[][..], |profile| &profile.requires);
    let is_told = |subject| subject != Subject::Registry;
    let decisions = decisions.iter();
    let decisions: Vec<_> = decisions
        .filter(|decision| is_told(decision.subject))
        .cloned()
        .collect();
    let reasons = row.file.reasons.iter();
    Cell {
        status: row.readiness.name(),
        weight: weight(row),
        new_title: row.new_title().as_deref().map(printable),
        reasons: reasons.map(|reason| printable(&reason.text)).collect(),
        needs: all_printable(row.needs().iter().map(need_words)),
        requires: all_printable(requires.iter().map(requirement_words)),
        packs: row
            .packs()
            .iter()
            .map(|pack| Pack {
                name: printable(&pack.name),
                title: printable(&pack_title(pack)),
                words: printable(&pack_words(pack)),
            })
            .collect(),
        decisions: all_printable(sentences(&decisions)),
        findings: row.findings().into_iter().map(finding).collect(),
        diff: row.file.diff.clone(),
    }
}

/// Texts without characters that would reorder the text around them. Excerpts and diffs have none already.
fn all_printable(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    texts.into_iter().map(|text| printable(&text)).collect()
}

fn finding(finding: &Finding) -> CellFinding {
    CellFinding {
        rule: finding.rule.id,
        level: finding.level.name(),
        message: printable(&finding.message),
        help: finding.help.as_deref().map(printable),
        place: printable(&location(&finding.place, finding.pack.as_deref())),
        excerpt: finding.excerpt.as_ref().map(excerpt).unwrap_or_default(),
    }
}

fn excerpt(excerpt: &Excerpt) -> Vec<Line> {
    let lines = excerpt.lines.iter().enumerate();
    lines
        .map(|(number, line)| {
            let part = |range: Range<usize>| line.text.get(range).unwrap_or_default().to_owned();
            let marked = if number == excerpt.marked_line {
                excerpt.marked.range()
            } else {
                line.text.len()..line.text.len()
            };
            Line {
                number: line.number,
                before: part(0..marked.start),
                after: part(marked.end..line.text.len()),
                marked: part(marked),
            }
        })
        .collect()
}
