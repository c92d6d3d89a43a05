//! Lines that a text has in common with another one: values are customised, and most of their lines are those they had.

use std::{collections::VecDeque, ops::Range};

use crate::source::{TextRange, common_prefix};

/// Some whole lines that two texts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommonLines {
    /// Where they begin, in bytes of the text.
    pub start: usize,
    /// Where they end, in bytes of the text.
    pub end: usize,
    /// Where they begin in the other text, in bytes.
    pub other: usize,
}

/// The lines of a text that is written in some way, to find those that other texts have in common with it which are
/// written in the same way.
#[derive(Debug)]
pub struct KnownLines {
    ending: LineEnding,
    /// Where each line begins that has an ending, and where the last one of them ends.
    starts: Vec<LineStart>,
}

/// Some whole lines that a text has in common with a known one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLines {
    /// Where they lie in the text as it is written, in bytes.
    pub written: Range<usize>,
    /// Where they lie in the known text, in bytes.
    pub known: Range<usize>,
}

/// Where a line begins, in bytes of the text as it is written, and of the text.
#[derive(Debug, Clone, Copy)]
struct LineStart {
    written: u32,
    text: u32,
}

/// What a line ends with where it is written.
#[derive(Debug, Clone, Copy)]
enum LineEnding {
    LineFeed,
    /// `\n` in a JSON string.
    Escape,
}

/// How many lines on from a difference, in both texts together, a line is looked for that both have.
const MOST_SKIPPED: usize = 40;

/// Lines with fewer bytes are in a text again and again, and tell nothing of where one goes on.
const LEAST: usize = 14;

/// The lines that two texts have in common, in the order of both; not all of them where the texts differ much.
#[must_use]
pub fn common_lines(text: &str, other: &str) -> Vec<CommonLines> {
    let common = KnownLines::of_text(other).in_common(other, text);
    let common = common.into_iter().map(|lines| CommonLines {
        start: lines.written.start,
        end: lines.written.end,
        other: lines.known.start,
    });
    common.collect()
}

impl KnownLines {
    /// The lines of a text that is written as it is.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let ending = LineEnding::LineFeed;
        let starts = ending.starts(text).map(|start| LineStart {
            written: start,
            text: start,
        });
        let starts = starts.collect();
        Self { ending, starts }
    }

    /// The lines of a text that is written in a JSON string; `None` where line feeds are written otherwise than `\n`.
    #[must_use]
    pub fn of_json(written: &str, text: &str) -> Option<Self> {
        let ending = LineEnding::Escape;
        let written: Vec<u32> = ending.starts(written).collect();
        let text: Vec<u32> = LineEnding::LineFeed.starts(text).collect();
        let is_plain = written.len() == text.len();
        let starts = written.into_iter().zip(text);
        let starts = starts.map(|(written, text)| LineStart { written, text });
        let starts = starts.collect();
        is_plain.then_some(Self { ending, starts })
    }

    /// The lines that a text has in common with this one, in the order of both; not all of them where the texts differ
    /// much. Both are given as they are written; what follows a text in its JSON string is not looked at.
    #[must_use]
    pub fn in_common(&self, known: &str, text: &str) -> Vec<WrittenLines> {
        let (known, text) = (known.as_bytes(), text.as_bytes());
        let mut ahead = LinesAhead::of(text, self.ending);
        let mut all = Vec::new();
        let (mut at, mut line) = (0, 0);
        while let Some(from) = self.starts.get(line) {
            let start = from.written as usize;
            let rest = text.get(at..).unwrap_or_default();
            let same = common_prefix(rest, known.get(start..).unwrap_or_default());
            let is_same = |next: &LineStart| next.written as usize <= start + same;
            let next = self.starts.partition_point(is_same).saturating_sub(1);
            if let Some(to) = self.starts.get(next)
                && next > line
            {
                let len = to.written as usize - start;
                all.push(WrittenLines {
                    written: at..at + len,
                    known: from.text as usize..to.text as usize,
                });
                at += len;
                line = next;
            }
            ahead.go_to(at);
            match self.next_in_common(known, line, &mut ahead) {
                Some(next) => (at, line) = next,
                None => break,
            }
        }
        all
    }

    /// Where both texts have the next line that is in both: the one with the fewest lines before it.
    fn next_in_common(
        &self,
        known: &[u8],
        from: usize,
        ahead: &mut LinesAhead<'_>,
    ) -> Option<(usize, usize)> {
        let mut telling = Vec::new();
        for distance in 0..=MOST_SKIPPED {
            let line = ahead.line(distance);
            let line = line.filter(|(_, line)| line.len() >= LEAST);
            telling.extend(line.map(|(start, line)| (distance, start, line)));
            for &(number, start, line) in &telling {
                let other = from + (distance - number);
                if Some(line) == self.line(known, other) {
                    return Some((start, other));
                }
            }
        }
        None
    }

    /// The line with this 0-based number, with its ending.
    fn line<'k>(&self, known: &'k [u8], number: usize) -> Option<&'k [u8]> {
        let [start, end] = [self.starts.get(number)?, self.starts.get(number + 1)?];
        known.get(start.written as usize..end.written as usize)
    }
}

/// The next lines of a text as it is written. The end of each is looked for once: lines may be as long as a file.
struct LinesAhead<'t> {
    text: &'t [u8],
    ending: LineEnding,
    /// Those that were found and not passed: where they lie, in bytes.
    found: VecDeque<Range<usize>>,
    /// Where the line after these begins; `None` where it has no ending.
    next: Option<usize>,
}

impl<'t> LinesAhead<'t> {
    fn of(text: &'t [u8], ending: LineEnding) -> Self {
        Self {
            text,
            ending,
            found: VecDeque::new(),
            next: Some(0),
        }
    }

    /// Passes the lines before a byte, at which a line begins.
    fn go_to(&mut self, at: usize) {
        while self.found.front().is_some_and(|line| line.start < at) {
            self.found.pop_front();
        }
        self.next = self.next.map(|next| next.max(at));
    }

    /// The line with this number, 0-based: where it begins, and its bytes with its ending.
    fn line(&mut self, number: usize) -> Option<(usize, &'t [u8])> {
        while self.found.len() <= number {
            let start = self.next?;
            let len = self.ending.first_line(self.text.get(start..)?);
            let end = len.map(|len| start + len);
            self.found.extend(end.map(|end| start..end));
            self.next = end;
        }
        let line = self.found.get(number)?;
        Some((line.start, self.text.get(line.clone())?))
    }
}

impl LineEnding {
    /// How long the first line is with its ending, in bytes; `None` where there is none.
    fn first_line(self, text: &[u8]) -> Option<usize> {
        match self {
            Self::LineFeed => Some(memchr::memchr(b'\n', text)? + 1),
            Self::Escape => {
                let mut at = 0;
                loop {
                    at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
                    match text.get(at..at + 2)? {
                        b"\\n" => return Some(at + 2),
                        [b'\\', _] => at += 2,
                        _ => return None,
                    }
                }
            }
        }
    }

    /// See [`KnownLines::starts`].
    fn starts(self, text: &str) -> impl Iterator<Item = u32> {
        let mut at = 0;
        let ends = std::iter::from_fn(move || {
            at += self.first_line(text.as_bytes().get(at..)?)?;
            Some(TextRange::empty(at).start)
        });
        std::iter::once(0).chain(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::common_lines;

    fn common<'t>(text: &'t str, other: &str) -> Vec<&'t str> {
        let lines = common_lines(text, other);
        let mut before = (0, 0);
        let text_of = |lines: &super::CommonLines| {
            let range = lines.start..lines.end;
            let there = lines.other..lines.other + range.len();
            assert!(before <= (lines.start, lines.other), "{lines:?}");
            before = (lines.end, there.end);
            let lines = text.get(range).expect("lines");
            assert_eq!(other.get(there), Some(lines));
            assert!(lines.ends_with('\n'));
            lines
        };
        lines.iter().map(text_of).collect()
    }

    #[test]
    fn lines_around_differences_are_common() {
        let [one, two, three] = ["first line: 1\n", "second line: 2\n", "third line: 3\n"];
        let all = [one, two, three].concat();
        assert_eq!(common(&all, &all), [&*all]);
        let with = |other: &str| [one, other, three].concat();
        let other = "another line: 4\n";
        assert_eq!(common(&with(""), &all), [one, three]);
        assert_eq!(common(&all, &with("")), [one, three]);
        assert_eq!(common(&all, &with(other)), [one, three]);
        let more = [two, other].concat();
        assert_eq!(common(&with(&more), &all), [&*[one, two].concat(), three]);
        assert_eq!(common(&all, &with(&more)), [&*[one, two].concat(), three]);
    }

    #[test]
    fn only_whole_lines_are_common() {
        let (line, cut) = ("a line of some length\n", "a line of some length");
        assert_eq!(common(line, cut), [""; 0]);
        assert_eq!(common(cut, cut), [""; 0]);
        assert_eq!(common(&[line, cut].concat(), line), [line]);
        assert_eq!(common("", line), [""; 0]);
        assert_eq!(
            common(&[line, "é\n"].concat(), &[line, "è\n"].concat()),
            [line]
        );
        assert_eq!(common(&[" ", line].concat(), line), [""; 0]);
    }

    #[test]
    fn lines_that_were_looked_at_are_common_later() {
        let line = |number: usize| format!("a line with number {number}\n");
        let new = |number: usize| format!("something new {number}\n");
        let lines: Vec<String> = (0..30).map(line).collect();
        let with_new = |gap: usize| {
            let pairs = lines.iter().enumerate();
            let pairs = pairs.map(|(at, line)| {
                (0..gap)
                    .map(|more| new(at * gap + more))
                    .chain([line.clone()])
                    .collect::<String>()
            });
            pairs.collect::<String>()
        };
        for gap in [1, 5, super::MOST_SKIPPED] {
            assert_eq!(common(&lines.concat(), &with_new(gap)), lines, "{gap}");
            assert_eq!(common(&with_new(gap), &lines.concat()), lines, "{gap}");
        }
    }

    #[test]
    fn what_is_too_far_away_is_not_looked_for() {
        let line = "a line of some length\n";
        let far = |lines: usize| [&"new\n".repeat(lines), line].concat();
        assert_eq!(common(&far(super::MOST_SKIPPED), line), [line]);
        assert_eq!(common(&far(super::MOST_SKIPPED + 1), line), [""; 0]);
    }
}
