//! Lines that a text has in common with another one: values are customised, and most of their lines are those they had.

use crate::source::common_prefix;

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

/// How many lines on from a difference, in both texts together, a line is looked for that both have.
const MOST_SKIPPED: usize = 40;

/// Lines with fewer bytes are in a text again and again, and tell nothing of where one goes on.
const LEAST: usize = 12;

/// The lines that two texts have in common, in the order of both; not all of them where the texts differ much.
#[must_use]
pub fn common_lines(text: &str, other: &str) -> Vec<CommonLines> {
    let (text, other) = (text.as_bytes(), other.as_bytes());
    let mut all = Vec::new();
    let (mut at, mut there) = (0, 0);
    loop {
        let here = text.get(at..).unwrap_or_default();
        let same = common_prefix(here, other.get(there..).unwrap_or_default());
        let whole = here.get(..same).unwrap_or_default();
        let len = memchr::memrchr(b'\n', whole).map_or(0, |end| end + 1);
        if len > 0 {
            all.push(CommonLines {
                start: at,
                end: at + len,
                other: there,
            });
        }
        at += len;
        there += len;
        let Some((next, next_there)) = common_line(text, at, other, there) else {
            return all;
        };
        (at, there) = (next, next_there);
    }
}

/// Where two texts have the next line that is in both: the one with the fewest lines before it.
fn common_line(text: &[u8], at: usize, other: &[u8], there: usize) -> Option<(usize, usize)> {
    let (mut from, mut from_other) = (Lines::new(text, at), Lines::new(other, there));
    for distance in 0..=MOST_SKIPPED {
        from.read();
        from_other.read();
        for (number, &(start, line)) in from.read.iter().enumerate() {
            if line.len() >= LEAST
                && let Some(number) = distance.checked_sub(number)
                && let Some(&(there, same)) = from_other.read.get(number)
                && line == same
            {
                return Some((start, there));
            }
        }
    }
    None
}

/// The first lines of a text, with where they begin; as many as were read.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    read: Vec<(usize, &'t [u8])>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t [u8], at: usize) -> Self {
        Self {
            text,
            at,
            read: Vec::new(),
        }
    }

    fn read(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        if let Some(end) = memchr::memchr(b'\n', rest) {
            let line = rest.get(..end).unwrap_or_default();
            self.read.push((self.at, line));
            self.at += end + 1;
        }
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
    fn what_is_too_far_away_is_not_looked_for() {
        let line = "a line of some length\n";
        let far = |lines: usize| [&"new\n".repeat(lines), line].concat();
        assert_eq!(common(&far(super::MOST_SKIPPED), line), [line]);
        assert_eq!(common(&far(super::MOST_SKIPPED + 1), line), [""; 0]);
    }
}
