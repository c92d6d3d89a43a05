//! Markdown for a comment on a pull request or the summary of a job: a table of the files, and the findings of each
//! to fold out.
//!
//! What comes from files is written in entities and, where it could be a link or a mention, as code: forges make links
//! of addresses and tell people whose names they find. The text stays below the most that GitHub takes for a comment.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    concise::inner_place,
    human::{counted, covered, found, levels},
};
use crate::{
    finding::{Finding, Level, Place},
    report::Report,
    sensitive::printable,
};

/// The most bytes of a text; GitHub takes 65,536 characters.
const MOST_BYTES: usize = 65_000;

/// What is kept free for the sentences at the end.
const RESERVE: usize = 4_000;

/// How many bytes a file may take at least, as long as there is room: two findings or more.
const LEAST_SHARE: usize = 1_000;

/// How many files the table has.
const MOST_FILES: usize = 100;

/// Renders a report. It begins with a comment by which a program finds it again, to replace it.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut out = format!(
        "<!-- palette-knife -->\n### palette-knife: {}\n",
        found(report)
    );
    let files = report.by_file();
    let room = MOST_BYTES - RESERVE;
    table(&mut out, report, room);
    let (blocks, left_out) = details(&files, room - out.len());
    out.extend(blocks);
    if left_out > 0 {
        let more = counted(left_out, "more finding", "more findings");
        let _ = write!(out, "\n{more} would make this text too long.\n");
    }
    let _ = write!(out, "\n{}\n", text(&covered(report)));
    endings(&mut out, report);
    out
}

/// What is to fold out, in the order of the files, and how many findings are left out. Files with few findings come
/// first to a share of the room, and leave what they do not need to the others: so a file with thousands hides no other.
fn details(files: &BTreeMap<&str, Vec<&Finding>>, room: usize) -> (Vec<String>, usize) {
    let mut by_count: Vec<(usize, &str, &[&Finding])> = files
        .iter()
        .enumerate()
        .map(|(index, (file, findings))| (index, *file, findings.as_slice()))
        .collect();
    by_count.sort_by_key(|(_, _, findings)| findings.len());
    let mut blocks = vec![String::new(); files.len()];
    let mut room = room;
    let mut left_out = 0;
    for (done, (index, file, findings)) in by_count.into_iter().enumerate() {
        let share = (room / (files.len() - done)).max(LEAST_SHARE).min(room);
        let (block, shown) = details_of(file, findings, share);
        room -= block.len();
        left_out += findings.len() - shown;
        if let Some(place) = blocks.get_mut(index) {
            *place = block;
        }
    }
    (blocks, left_out)
}

/// The findings of a file that have room, and how many these are.
fn details_of(file: &str, findings: &[&Finding], room: usize) -> (String, usize) {
    let mut block = format!(
        "\n<details>\n<summary>{}: {}</summary>\n\n",
        code(file),
        levels(findings)
    );
    let mut closing = "\n</details>\n".to_owned();
    let mut shown = 0;
    for finding in findings {
        let item = item(finding);
        if block.len() + item.len() + closing.len() + "- and 10000 more\n".len() > room {
            break;
        }
        block.push_str(&item);
        shown += 1;
    }
    if shown == 0 {
        return (String::new(), 0);
    }
    if shown < findings.len() {
        closing.insert_str(0, &format!("- and {} more\n", findings.len() - shown));
    }
    block.push_str(&closing);
    (block, shown)
}

/// What the run says beside its findings, as far as there is room.
fn endings(out: &mut String, report: &Report) {
    let known = counted(report.known, "known finding", "known findings");
    let known = (report.known > 0).then(|| format!("{known} of the baseline not shown"));
    let failures = report
        .failures
        .iter()
        .map(|failure| format!("failed: {failure}"));
    let gaps = report.coverage.not_checked.iter();
    let gaps = gaps.map(|gap| format!("not checked: {gap}"));
    for (index, ending) in known.into_iter().chain(failures).chain(gaps).enumerate() {
        // A list begins after a blank line.
        let before = if index == 0 { "\n" } else { "" };
        let line = format!("{before}- {}\n", text(&ending));
        if out.len() + line.len() + "\n- …\n".len() > MOST_BYTES {
            let _ = writeln!(out, "{before}- …");
            break;
        }
        out.push_str(&line);
    }
}

fn table(out: &mut String, report: &Report, room: usize) {
    let files = report.by_file();
    if files.is_empty() {
        return;
    }
    out.push_str("\n| file | errors | warnings | infos |\n| --- | ---: | ---: | ---: |\n");
    let mut left_out = files.len();
    for (file, findings) in files.iter().take(MOST_FILES) {
        let count = |level| {
            findings
                .iter()
                .filter(|finding| finding.level == level)
                .count()
        };
        let row = format!(
            "| {} | {} | {} | {} |\n",
            code(file),
            count(Level::Error),
            count(Level::Warning),
            count(Level::Info)
        );
        if out.len() + row.len() > room / 2 {
            break;
        }
        out.push_str(&row);
        left_out -= 1;
    }
    if left_out > 0 {
        let more = counted(left_out, "more file", "more files");
        let _ = writeln!(out, "| {more} | | | |");
    }
}

fn item(finding: &Finding) -> String {
    let place = &finding.place;
    let mut item = format!(
        "- **{}** `{}` at {}:{}",
        finding.level, finding.rule.id, place.start.line, place.start.column
    );
    if let Some(inner) = inner_place(finding) {
        let _ = write!(item, " ({})", code(&inner));
    }
    let _ = writeln!(item, ": {}", text(&finding.message));
    for related in &finding.related {
        let at = code(&position(&related.place));
        let _ = writeln!(item, "  - note: {} ({at})", text(&related.message));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(item, "  - help: {}", text(help));
    }
    item
}

fn position(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.start.line, place.start.column)
}

/// A sentence with names in backticks. Words that stand outside of them and have other signs than a sentence has are
/// shown as code too.
fn text(sentence: &str) -> String {
    let sentence = printable(sentence);
    let mut out = String::with_capacity(sentence.len() * 2);
    let parts: Vec<&str> = sentence.split('`').collect();
    // Without a partner the last backtick is one like any other sign.
    let is_paired = parts.len() % 2 == 1;
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        if index % 2 == 1 && (is_paired || !is_last) {
            out.push_str(&code(part));
        } else {
            if index % 2 == 1 {
                out.push_str("&#96;");
            }
            words(&mut out, part);
        }
    }
    out
}

fn words(out: &mut String, part: &str) {
    for (index, word) in part.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let is_plain = |sign: char| !sign.is_ascii_punctuation() || ".,;:?()'-/".contains(sign);
        let is_address = word.contains("://") || word.contains("www.");
        if word.chars().all(is_plain) && !is_address {
            out.push_str(word);
        } else {
            out.push_str(&code(word));
        }
    }
}

/// Code in which no sign means anything, also inside of a table, and no address is found.
fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    for sign in printable(text).chars() {
        let is_address = sign == '.' && out.ends_with("www");
        if (sign.is_ascii_punctuation() && !"-./,".contains(sign)) || is_address {
            let _ = write!(out, "&#{};", u32::from(sign));
        } else {
            out.push(sign);
        }
    }
    out.push_str("</code>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_code_and_signs_entities() {
        assert_eq!(
            text("macro `a|b` is not at `x`"),
            "macro <code>a&#124;b</code> is not at <code>x</code>"
        );
        assert_eq!(
            text("a ` b @crew <b> www.a.example"),
            "a &#96; b <code>&#64;crew</code> <code>&#60;b&#62;</code> <code>www&#46;a.example</code>"
        );
    }
}
