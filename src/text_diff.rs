//! Two texts line by line, without the secrets in them.
//!
//! The texts are compared as they are, and shown without their secrets: a line whose secret has changed is a changed line.

use std::{fmt, time::Duration};

use similar::{Algorithm, ChangeTag, TextDiff};

use crate::{
    sensitive::{self, REDACTED, printable},
    source::TextRange,
};

/// Lines of context around a change.
const CONTEXT: usize = 2;

/// One of two texts that are compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Side<'t> {
    /// The text.
    pub text: &'t str,
    /// Its secrets, as byte ranges in order.
    pub secrets: &'t [TextRange],
}

/// What a line is to the two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It is in both.
    Same,
    /// It is in the old one alone.
    Removed,
    /// It is in the new one alone.
    Added,
}

impl Sign {
    /// What stands in front of the line in a unified diff.
    #[must_use]
    pub fn character(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Removed => '-',
            Self::Added => '+',
        }
    }
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which text it is in.
    pub sign: Sign,
    /// The line as it may be shown, without its line break.
    pub text: String,
}

/// Lines of the two texts that differ, with those around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The first line in the old text, 0-based.
    pub old_start: usize,
    /// How many lines of the old text it has.
    pub old_len: usize,
    /// The first line in the new text, 0-based.
    pub new_start: usize,
    /// How many lines of the new text it has.
    pub new_len: usize,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// The differences of two texts; none when they are the same.
#[must_use]
pub fn hunks(old: Side<'_>, new: Side<'_>) -> Vec<Hunk> {
    let diff = TextDiff::configure()
        .algorithm(Algorithm::Myers)
        // A file made to be slow gets a coarser diff, not a hang.
        .timeout(Duration::from_millis(500))
        .diff_lines(old.text, new.text);
    let old_starts = starts((0..).map_while(|index| diff.old_slice(index)));
    let new_starts = starts((0..).map_while(|index| diff.new_slice(index)));
    let groups = diff.grouped_ops(CONTEXT);
    let hunks = groups.iter().filter_map(|operations| {
        let (first, last) = (operations.first()?, operations.last()?);
        let changes = operations.iter().flat_map(|one| diff.iter_changes(one));
        let lines = changes.map(|change| {
            let (sign, side, at) = match change.tag() {
                ChangeTag::Equal => (Sign::Same, new, at(&new_starts, change.new_index())),
                ChangeTag::Delete => (Sign::Removed, old, at(&old_starts, change.old_index())),
                ChangeTag::Insert => (Sign::Added, new, at(&new_starts, change.new_index())),
            };
            let range = TextRange::new(at, at + change.value().len());
            Line {
                sign,
                text: shown_line(side, range),
            }
        });
        let (old_start, new_start) = (first.old_range().start, first.new_range().start);
        Some(Hunk {
            old_start,
            old_len: last.old_range().end - old_start,
            new_start,
            new_len: last.new_range().end - new_start,
            lines: lines.collect(),
        })
    });
    hunks.collect()
}

/// A text as it may be shown, line by line.
#[must_use]
pub fn shown_lines(side: Side<'_>) -> Vec<String> {
    let mut start = 0;
    let lines = side.text.split_inclusive('\n').map(|line| {
        let range = TextRange::new(start, start + line.len());
        start += line.len();
        shown_line(side, range)
    });
    lines.collect()
}

/// Writes hunks as a unified diff, with titles for both texts; nothing when there are none.
///
/// # Errors
///
/// Those of the writer.
pub fn write_unified(
    out: &mut impl fmt::Write,
    titles: (&str, &str),
    hunks: &[Hunk],
) -> fmt::Result {
    if hunks.is_empty() {
        return Ok(());
    }
    writeln!(out, "--- {}", printable(titles.0))?;
    writeln!(out, "+++ {}", printable(titles.1))?;
    for hunk in hunks {
        writeln!(out, "{}", header(hunk))?;
        for line in &hunk.lines {
            writeln!(out, "{}{}", line.sign.character(), line.text)?;
        }
    }
    Ok(())
}

/// The line above a hunk: where it stands in both texts, in lines counted from 1.
#[must_use]
pub fn header(hunk: &Hunk) -> String {
    let range = |start: usize, len: usize| match len {
        // An empty range stands behind the line it names.
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        len => format!("{},{len}", start + 1),
    };
    format!(
        "@@ -{} +{} @@",
        range(hunk.old_start, hunk.old_len),
        range(hunk.new_start, hunk.new_len)
    )
}

/// Where each line begins, in bytes.
fn starts<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<usize> {
    let starts = lines.scan(0, |start, line| {
        let this = *start;
        *start += line.len();
        Some(this)
    });
    starts.collect()
}

fn at(starts: &[usize], index: Option<usize>) -> usize {
    index
        .and_then(|index| starts.get(index))
        .copied()
        .unwrap_or_default()
}

/// A line as it may be shown. A secret of several lines is left out of each of them.
fn shown_line(side: Side<'_>, range: TextRange) -> String {
    let line = range.of(side.text);
    let end = range.start() + line.trim_end_matches(['\n', '\r']).len();
    let first = side
        .secrets
        .partition_point(|secret| secret.end() <= range.start());
    let mut shown = String::with_capacity(line.len());
    let mut from = range.start();
    let secrets = side.secrets.get(first..).unwrap_or_default().iter();
    for secret in secrets.take_while(|secret| secret.start() < end) {
        let mut start = secret.start().max(from);
        if secret.start() < range.start() {
            // The indentation of a block says nothing.
            start += line.len() - line.trim_start_matches(' ').len();
        }
        let stop = secret.end().min(end);
        if start < stop {
            shown.push_str(side.text.get(from..start).unwrap_or_default());
            shown.push_str(REDACTED);
            from = stop;
        }
    }
    shown.push_str(side.text.get(from..end).unwrap_or_default());
    let shown = match sensitive::comment_secret(&shown) {
        Some(secret) => format!(
            "{}{REDACTED}",
            shown.get(..secret.start()).unwrap_or_default()
        ),
        None => sensitive::without_credentials(&shown).into_owned(),
    };
    printable(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side<'t>(text: &'t str, secrets: &'t [TextRange]) -> Side<'t> {
        Side { text, secrets }
    }

    #[test]
    fn changed_secrets_are_seen_and_not_shown() {
        let (old, new) = ("a: 1\nkey: one\nb: 2\n", "a: 1\nkey: two\nb: 2\n");
        let secret = [TextRange::new(10, 13)];
        let found = hunks(side(old, &secret), side(new, &secret));
        let mut text = String::new();
        write_unified(&mut text, ("x", "y"), &found).expect("written");
        assert_eq!(
            text,
            "--- x\n+++ y\n@@ -1,3 +1,3 @@\n a: 1\n-key: <redacted>\n+key: <redacted>\n b: 2\n"
        );
    }

    #[test]
    fn a_secret_of_several_lines_is_left_out_of_each() {
        let text = "key: |\n  one\n  two\nb: 1\n";
        let secret = [TextRange::new(9, 19)];
        assert_eq!(
            shown_lines(side(text, &secret)),
            ["key: |", "  <redacted>", "  <redacted>", "b: 1"]
        );
    }

    #[test]
    fn hunks_tell_where_they_stand() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n";
        let new = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let found = hunks(side(old, &[]), side(new, &[]));
        assert_eq!(
            found.iter().map(header).collect::<Vec<_>>(),
            ["@@ -7,2 +7,3 @@"]
        );
        let found = hunks(side("", &[]), side("1\n", &[]));
        assert_eq!(
            found.iter().map(header).collect::<Vec<_>>(),
            ["@@ -0,0 +1 @@"]
        );
        assert!(hunks(side(old, &[]), side(old, &[])).is_empty());
    }
}
