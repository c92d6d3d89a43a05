//! The few lines around a finding, cut out while the text is at hand: short, harmless on a terminal, no secrets.

use crate::{
    credentials, sensitive,
    source::{LineIndex, TextRange},
};

/// What stands for text that is not shown.
const ELLIPSIS: char = '…';

/// Lines around a place. All of it is ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The lines, in order, without line ends.
    pub lines: Vec<ExcerptLine>,
    /// Which of the lines the place begins on.
    pub marked_line: usize,
    /// The bytes of that line that the place covers; empty for a place between two characters.
    pub marked: TextRange,
}

/// A line of an excerpt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcerptLine {
    /// Its number in the text, 1-based.
    pub number: u32,
    /// Its text, shortened and made harmless.
    pub text: String,
}

/// How an excerpt is cut.
#[derive(Debug, Clone, Copy)]
pub struct ExcerptStyle {
    /// The most characters a line may have.
    pub width: usize,
    /// Lines before the marked one.
    pub before: u32,
}

impl Excerpt {
    /// Cuts the lines around `range` out of `text`. `secrets` are ranges of the text that must not be shown, in
    /// order.
    #[must_use]
    pub fn cut(
        text: &str,
        lines: &LineIndex,
        range: TextRange,
        secrets: &[TextRange],
        style: ExcerptStyle,
    ) -> Self {
        let first = lines.position(text, range.start()).line;
        let mut shown = Vec::new();
        let mut marked = TextRange::default();
        for number in first.saturating_sub(style.before).max(1)..=first {
            let bounds = lines.line(text, number);
            let focus = if number == first {
                let end = range.end().min(bounds.end()).max(range.start());
                TextRange::new(range.start().min(bounds.end()), end.min(bounds.end()))
            } else {
                TextRange::empty(bounds.start())
            };
            let (line, mark) = show_line(text, bounds, focus, secrets, style.width);
            if number == first {
                marked = mark;
            } else if line.trim().is_empty() {
                continue;
            }
            shown.push(ExcerptLine { number, text: line });
        }
        Self {
            marked_line: shown.len().saturating_sub(1),
            lines: shown,
            marked,
        }
    }
}

/// One line, and where the focus lies in what is shown of it.
fn show_line(
    text: &str,
    bounds: TextRange,
    focus: TextRange,
    secrets: &[TextRange],
    width: usize,
) -> (String, TextRange) {
    let window = window(text, bounds, focus, width);
    let mut line = String::with_capacity(window.len() + 8);
    if window.start > bounds.start {
        line.push(ELLIPSIS);
    }
    let mut mark = TextRange::empty(line.len());

    let from = secrets.partition_point(|secret| secret.end <= window.start);
    let mut hidden_until = window.start();
    let mut all: Vec<TextRange> = credentials_near(text, bounds, window);
    let until = secrets.partition_point(|secret| secret.start < window.end);
    all.extend(secrets.get(from..until).unwrap_or_default());
    all.sort();
    let mut secrets = all.iter().peekable();
    let comment =
        sensitive::comment_secret(bounds.of(text)).map(|range| range.shifted(bounds.start()));
    let mut started = false;
    for (offset, character) in window.of(text).char_indices() {
        let at = window.start() + offset;
        if at >= focus.start() && !started {
            started = true;
            mark = TextRange::empty(line.len());
        }
        while secrets.peek().is_some_and(|secret| secret.end() <= at) {
            secrets.next();
        }
        let secret = secrets
            .peek()
            .copied()
            .copied()
            .filter(|secret| secret.start() <= at);
        let secret = secret.or_else(|| comment.filter(|range| range.range().contains(&at)));
        if let Some(secret) = secret {
            if at >= hidden_until {
                line.push_str(sensitive::REDACTED);
                hidden_until = secret.end();
            }
        } else {
            push_harmless(&mut line, character);
        }
        if at < focus.end() {
            mark = TextRange::new(
                mark.start().min(line.len()),
                if started { line.len() } else { mark.end() },
            );
        }
    }
    if !started {
        mark = TextRange::empty(line.len());
    }
    if window.end < bounds.end {
        line.push(ELLIPSIS);
    }
    (line, mark)
}

/// How far around the window a line is searched for credentials that reach into it, in bytes.
const NEAR: usize = 4096;

/// The credentials of a line in its window. Comments are no part of any tree, so their secrets are not among those that
/// are told.
fn credentials_near(text: &str, line: TextRange, window: TextRange) -> Vec<TextRange> {
    let start = text.floor_char_boundary(window.start().saturating_sub(NEAR).max(line.start()));
    let end = text.floor_char_boundary((window.end() + NEAR).min(line.end()));
    let found = credentials::find(text.get(start..end).unwrap_or_default());
    found
        .into_iter()
        .map(|found| found.range.shifted(start))
        .collect()
}

/// The part of a line that is shown: all of it, or a window in which the focus begins not far from the left.
fn window(text: &str, bounds: TextRange, focus: TextRange, width: usize) -> TextRange {
    let line = bounds.of(text);
    // A character has at most four bytes, so this decides long lines without reading them.
    if line.len() <= width * 4 && line.chars().count() <= width {
        return bounds;
    }
    let lead = width / 3;
    let before = text.get(bounds.start()..focus.start()).unwrap_or_default();
    let start = if before.len() <= lead {
        bounds.start()
    } else {
        let skip = before
            .char_indices()
            .rev()
            .nth(lead)
            .map_or(0, |(at, _)| at);
        bounds.start() + skip
    };
    let rest = text.get(start..bounds.end()).unwrap_or_default();
    let len = rest
        .char_indices()
        .nth(width)
        .map_or(rest.len(), |(at, _)| at);
    TextRange::new(start, start + len)
}

/// Adds a character, or for one that would steer a terminal or reorder the text, its escape.
fn push_harmless(line: &mut String, character: char) {
    if character == '\t' {
        line.push_str("  ");
    } else if sensitive::is_unprintable(character) || sensitive::ends_command_mark(line, character)
    {
        line.extend(character.escape_unicode());
    } else {
        line.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: ExcerptStyle = ExcerptStyle {
        width: 30,
        before: 1,
    };

    fn cut(text: &str, range: TextRange, secrets: &[TextRange]) -> Excerpt {
        Excerpt::cut(text, &LineIndex::new(text), range, secrets, STYLE)
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        let excerpt = cut("a: 1\nb: é2\nc: 3\n", TextRange::new(8, 11), &[]);
        assert_eq!(excerpt.lines.len(), 2);
        let line = excerpt.lines.last().expect("two lines");
        assert_eq!((line.number, line.text.as_str()), (2, "b: é2"));
        assert_eq!(excerpt.marked.of(&line.text), "é2");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}NEEDLE{}", "x".repeat(70_000), "y".repeat(70_000));
        let excerpt = cut(&text, TextRange::new(70_000, 70_006), &[]);
        let line = &excerpt.lines[0].text;
        assert!(line.chars().count() <= 32, "{line}");
        assert_eq!(excerpt.marked.of(line), "NEEDLE");
    }

    #[test]
    fn secrets_and_control_characters_are_not_shown() {
        let text = "pw: hunter2\u{1b}[31m x";
        let excerpt = cut(text, TextRange::new(0, 2), &[TextRange::new(4, 11)]);
        assert_eq!(excerpt.lines[0].text, "pw: <redacted>\\u{1b}[31m x");
    }

    #[test]
    fn credentials_in_comments_are_not_shown() {
        let token = format!("gl{}-{}", "pat", "Zk3xQ9vLm2Rt7Wb5Np8Y");
        let text = format!("a: 1 # {token} é");
        let excerpt = cut(&text, TextRange::new(0, 1), &[]);
        assert_eq!(excerpt.lines[0].text, "a: 1 # <redacted>…");
        let far = format!("{}{token}", "x ".repeat(20));
        let excerpt = cut(&far, TextRange::new(45, 46), &[TextRange::new(0, 4)]);
        assert!(!excerpt.lines[0].text.contains("Zk3x"), "{excerpt:?}");
    }

    #[test]
    fn a_place_at_the_end_is_empty() {
        let excerpt = cut("abc", TextRange::empty(3), &[]);
        assert_eq!(excerpt.marked, TextRange::empty(3));
    }
}
