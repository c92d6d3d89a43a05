//! From the tokens of an edited scalar to its bytes: what can stay is kept, and a line break is written anew only where
//! the text before or after it takes its meaning away.

use std::borrow::Cow;

use super::{
    ScalarStyle, Site,
    encode::escape_into,
    is_break, run,
    tokens::{Gap, Text, Token},
};
use crate::source::{Edit, TextRange};

/// The end of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ending {
    /// Whether all the line breaks there are a part of the new text.
    pub(super) keeps: bool,
    /// Whether the old last line had a line break: the end of a file may stand for one.
    pub(super) has_break: bool,
    /// How many blank lines follow that are no part of the old text.
    pub(super) blank_lines: usize,
}

/// Writes a scalar.
pub(super) struct Composer<'a> {
    pub(super) raw: &'a str,
    pub(super) text: &'a str,
    pub(super) style: ScalarStyle,
    /// The column of the lines of a block.
    pub(super) indent: usize,
    pub(super) site: Site,
    /// What a new line of a scalar that is no block begins with.
    pub(super) lead: &'a str,
    /// How a block ends.
    pub(super) ending: Option<Ending>,
    pub(super) out: Output,
}

/// The new bytes of a scalar, as edits of the old ones.
#[derive(Default)]
pub(super) struct Output {
    edits: Vec<Edit>,
    /// The end of the old bytes that are kept or replaced so far.
    passed: usize,
    new: String,
}

impl Output {
    pub(super) fn keep(&mut self, range: TextRange) {
        if range.start() > self.passed || !self.new.is_empty() {
            self.edits.push(Edit {
                range: TextRange::new(self.passed, range.start()),
                text: std::mem::take(&mut self.new),
            });
        }
        self.passed = range.end();
    }

    pub(super) fn add(&mut self, text: &str) {
        self.new.push_str(text);
    }

    pub(super) fn finish(mut self, len: usize) -> Vec<Edit> {
        self.keep(TextRange::empty(len));
        self.edits
    }
}

/// A line break, with what stands before it on its line.
#[derive(Clone, Copy)]
struct Unit {
    range: TextRange,
    /// Whether it ended a line of text.
    is_first: bool,
}

/// What stands between two lines: gaps, and new line feeds.
#[derive(Default)]
struct Break {
    gaps: Vec<Gap>,
    line_feeds: usize,
    /// How many gaps come before the first new line feed, if there is one.
    gaps_before_new: Option<usize>,
}

impl Break {
    /// Its old line breaks. An escaped one is no line break behind others.
    fn units(&self, raw: &str) -> Vec<Option<Unit>> {
        let units = self.gaps.iter().flat_map(|gap| {
            let units = gap.units(raw).enumerate();
            units.map(|(number, range)| Unit {
                range,
                is_first: gap.has_start && number == 0,
            })
        });
        units
            .enumerate()
            .filter(|(number, unit)| *number == 0 || !unit.range.of(raw).starts_with('\\'))
            .map(|(_, unit)| Some(unit))
            .collect()
    }

    /// Where line breaks come in or go away: where new ones are asked for, or else where old ones were cut.
    fn seam(&self, raw: &str) -> usize {
        let count = |gaps: &[Gap]| gaps.iter().map(|gap| gap.units(raw).count()).sum();
        let is_cut = |pair: &[Gap]| match pair {
            [before, after] => before.raw.end() != after.raw.start(),
            _ => false,
        };
        match (self.gaps_before_new, self.gaps.first()) {
            (Some(gaps), _) => count(self.gaps.get(..gaps).unwrap_or_default()),
            (None, Some(first)) if first.has_start => {
                let cut = self.gaps.windows(2).position(is_cut);
                let before_cut = cut.map_or(self.gaps.len(), |pair| pair + 1);
                count(self.gaps.get(..before_cut).unwrap_or_default())
            }
            _ => 0,
        }
    }

    /// Whether it begins with an escaped line break.
    fn is_escaped(&self, raw: &str) -> bool {
        let first = self.gaps.first();
        first.is_some_and(|gap| gap.raw.of(raw).starts_with('\\'))
    }

    /// The gap that it is, if it is nothing else.
    fn old(&self) -> Option<Gap> {
        match self.gaps.as_slice() {
            [gap] if self.gaps_before_new.is_none() && gap.is_whole() => Some(*gap),
            _ => None,
        }
    }
}

/// The text of a line, and what stands before it.
#[derive(Default)]
struct Line<'a> {
    before: Break,
    texts: Vec<Text<'a>>,
}

impl Line<'_> {
    fn begins_blank(&self) -> bool {
        let first = self.texts.first();
        first.is_some_and(|text| text.decoded.starts_with(BLANKS))
    }

    fn ends_blank(&self) -> bool {
        let last = self.texts.last();
        last.is_some_and(|text| text.decoded.ends_with(BLANKS))
    }

    /// Whether it is as it was, with the same gap behind it.
    fn is_old_before(&self, gap: Gap) -> bool {
        let ends_there = |text: &Text<'_>| text.raw.is_some_and(|raw| raw.end == gap.raw.start);
        matches!(self.texts.as_slice(), [text] if text.is_line && ends_there(text))
    }

    /// Whether it would be a marker between documents if it were not indented. What begins as it did is none, as long
    /// as the same follows.
    fn looks_like_marker(&self, lead: Option<TextRange>, next: Option<&Line<'_>>) -> bool {
        let chars = self.texts.iter().flat_map(|text| text.decoded.chars());
        let start: String = chars.take(4).collect();
        let ends_as_before = || match next {
            Some(Line { before, .. }) => {
                let first = before.gaps.first().filter(|gap| gap.has_start);
                before.gaps_before_new != Some(0)
                    && first.is_some_and(|gap| self.is_old_before(*gap))
            }
            None => self.texts.len() == 1,
        };
        let first = self.texts.first().filter(|text| text.is_line);
        let raw = first.filter(|text| text.decoded.len() > 3 || ends_as_before());
        let raw = raw.and_then(|text| text.raw);
        let is_old = raw.is_some_and(|raw| lead.is_some_and(|lead| lead.end == raw.start));
        let rest = start.strip_prefix("---").or(start.strip_prefix("..."));
        !is_old && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(BLANKS))
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

impl<'a> Composer<'a> {
    fn is_block(&self) -> bool {
        matches!(self.style, ScalarStyle::Literal | ScalarStyle::Folded)
    }

    /// Writes the text of the tokens; `None` when the style cannot hold it.
    pub(super) fn write(&mut self, tokens: &[Token<'a>]) -> Option<()> {
        let lines = self.lines(tokens);
        let mut previous: Option<&Line<'a>> = None;
        for (number, line) in lines.iter().enumerate() {
            let next = lines.get(number + 1);
            if let Some(previous) = previous {
                self.line_break(previous, line, next)?;
            }
            self.line(line, previous.is_some(), next.map(|next| &next.before));
            previous = Some(line);
        }
        Some(())
    }

    /// The lines of the new text. Nothing comes before the first one; the last one of a block is what follows its text.
    fn lines(&self, tokens: &[Token<'a>]) -> Vec<Line<'a>> {
        let mut lines = vec![Line::default()];
        let mut rest = tokens;
        while !rest.is_empty() {
            let len = rest.iter().take_while(|token| !token.is_text()).count();
            let (between, texts) = rest.split_at(len);
            let len = texts.iter().take_while(|token| token.is_text()).count();
            let (texts, after) = texts.split_at(len);
            rest = after;
            let texts = || {
                texts.iter().filter_map(|token| match token {
                    Token::Text(text) => Some(*text),
                    _ => None,
                })
            };
            self.separate(between, texts().next(), &mut lines);
            if let Some(line) = lines.last_mut() {
                line.texts.extend(texts());
            }
        }
        lines
    }

    /// Begins new lines for what stands between the last one and the next text. A line break that stood for a space
    /// and cannot any more becomes one.
    fn separate(&self, between: &[Token<'a>], next: Option<Text<'a>>, lines: &mut Vec<Line<'a>>) {
        let is_something = |token: &&Token<'_>| match token {
            Token::Gap(gap) => !gap.text.is_empty(),
            _ => true,
        };
        let is_alone = between.iter().filter(is_something).count() == 1;
        let stays_folded = is_alone && self.can_fold(lines.last(), next);
        let mut open = Break::default();
        // Escaped line breaks give those around them another meaning, so they stay together as long as they can.
        let together = Gap::joined(between).filter(|_| self.style == ScalarStyle::DoubleQuoted);
        if let Some(together) = together {
            open.gaps.push(together);
            return self.begin_line(open, next.is_none(), lines);
        }
        for token in between {
            match token {
                Token::Text(_) => {}
                Token::Break => {
                    open.gaps_before_new.get_or_insert(open.gaps.len());
                    open.line_feeds += 1;
                }
                Token::Gap(gap) if !gap.is_folded => {
                    open.line_feeds += gap.text.len();
                    open.gaps.push(*gap);
                }
                Token::Gap(gap) if stays_folded && gap.is_whole() => {
                    open = Break::default();
                    open.gaps.push(*gap);
                    break;
                }
                Token::Gap(gap) if gap.text.is_empty() => {}
                Token::Gap(gap) => {
                    self.begin_line(std::mem::take(&mut open), false, lines);
                    if let Some(line) = lines.last_mut() {
                        line.texts.push(Text::new(gap.text.of(self.text)));
                    }
                }
            }
        }
        self.begin_line(open, next.is_none(), lines);
    }

    /// Whether a line break between the last line and a text stands for a space.
    fn can_fold(&self, line: Option<&Line<'_>>, next: Option<Text<'_>>) -> bool {
        let Some(line) = line else {
            return false;
        };
        let next_begins_blank = next.is_some_and(|next| next.decoded.starts_with(BLANKS));
        let is_between = !line.texts.is_empty() && next.is_some();
        match self.style {
            ScalarStyle::Plain => is_between && !line.ends_blank() && !next_begins_blank,
            ScalarStyle::SingleQuoted => !line.ends_blank() && !next_begins_blank,
            // Blanks at the ends of lines can be escaped.
            ScalarStyle::DoubleQuoted => true,
            ScalarStyle::Literal => false,
            ScalarStyle::Folded => is_between && !line.begins_blank() && !next_begins_blank,
        }
    }

    /// Begins a line, unless what comes before it is nothing.
    fn begin_line(&self, mut before: Break, is_end: bool, lines: &mut Vec<Line<'a>>) {
        let is_start = matches!(lines.as_slice(), [first] if first.texts.is_empty());
        let is_something = if self.is_block() {
            is_start || is_end || before.gaps.iter().any(|gap| gap.is_folded)
        } else {
            // Of escaped line breaks, which stand for nothing, one is enough.
            let escaped = before.gaps.iter().find(|gap| gap.is_whole()).copied();
            if before.line_feeds == 0 {
                before.gaps = escaped.into_iter().collect();
            }
            escaped.is_some()
        };
        if is_something || before.line_feeds > 0 {
            lines.push(Line {
                before,
                texts: Vec::new(),
            });
        }
    }

    /// Writes what stands before a line.
    fn line_break(
        &mut self,
        previous: &Line<'a>,
        line: &Line<'a>,
        next: Option<&Line<'a>>,
    ) -> Option<()> {
        let before = &line.before;
        if self.is_block() && line.texts.is_empty() && next.is_none() {
            self.end(before);
            return Some(());
        }
        let is_folded = match self.style {
            ScalarStyle::Literal => false,
            ScalarStyle::Folded => {
                let is_start = previous.texts.is_empty();
                !is_start && !previous.begins_blank() && !line.begins_blank()
            }
            ScalarStyle::DoubleQuoted => true,
            _ if previous.ends_blank() || line.begins_blank() => return None,
            _ => true,
        };
        let breaks = before.line_feeds + usize::from(is_folded);
        let lead = match before.gaps.last() {
            Some(gap) if gap.has_end => Some(gap.lead(self.raw)),
            _ => None,
        };
        match before.old() {
            Some(gap) if before.line_feeds == 0 => self.out.keep(gap.raw),
            old => {
                // Bytes of the line that was edited are changed rather than those of its neighbour.
                let seam = match old {
                    Some(gap) if previous.is_old_before(gap) => usize::MAX,
                    Some(_) => 0,
                    None => before.seam(self.raw),
                };
                let found = before.units(self.raw);
                self.breaks(resized(found, breaks, seam), !previous.texts.is_empty());
                if let Some(lead) = lead {
                    self.out.keep(lead);
                }
            }
        }
        let is_indented = self.indentation(lead);
        if !is_indented && line.looks_like_marker(lead, next) {
            if self.is_block() {
                return None;
            }
            self.out.add(" ");
        }
        Some(())
    }

    /// Adds the indentation of a line that is missing, and tells whether there is any.
    fn indentation(&mut self, lead: Option<TextRange>) -> bool {
        let there = lead.map_or(0, TextRange::len);
        if self.is_block() {
            self.out.add(&" ".repeat(self.indent.saturating_sub(there)));
            return self.indent > 0;
        }
        if lead.is_none() {
            self.out.add(self.lead);
            return !self.lead.is_empty();
        }
        there > 0
    }

    /// Writes what stands behind the last line of a block.
    fn end(&mut self, before: &Break) {
        let Some(ending) = self.ending else {
            return;
        };
        let mut found = before.units(self.raw);
        let is_old =
            before.gaps_before_new.is_none() && before.gaps.iter().all(|gap| gap.is_whole());
        let breaks = match before.line_feeds {
            0 | 1 if is_old && !ending.has_break => found,
            0 if !ending.has_break => Vec::new(),
            line_feeds if ending.keeps => {
                // Of the blank lines that were no part of the text, those are left that are now.
                found.truncate(line_feeds.max(found.len().saturating_sub(ending.blank_lines)));
                resized(found, line_feeds, before.seam(self.raw))
            }
            _ => resized(found, 1 + ending.blank_lines, before.seam(self.raw)),
        };
        let ends_line = !breaks.is_empty();
        self.breaks(breaks, true);
        if let Some(tail) = before.gaps.last().filter(|_| ends_line) {
            self.out.keep(tail.lead(self.raw));
        }
    }

    /// Writes line breaks, new ones where there are none.
    fn breaks(&mut self, breaks: Vec<Option<Unit>>, is_after_text: bool) {
        for (number, unit) in breaks.into_iter().enumerate() {
            let Some(unit) = unit else {
                self.out.add(self.site.line_break);
                continue;
            };
            // White space at the end of a line and on a blank line is not the same everywhere.
            let is_moved = if self.is_block() {
                number == 0 && is_after_text
            } else {
                unit.is_first != (number == 0)
            };
            let blanks = if is_moved {
                run(unit.range.of(self.raw).as_bytes(), is_break)
            } else {
                0
            };
            let range = TextRange::new(unit.range.start() + blanks, unit.range.end());
            self.out.keep(range);
        }
    }

    /// Writes the text of a line; `before` tells that it does not begin where the scalar does.
    fn line(&mut self, line: &Line<'a>, before: bool, next: Option<&Break>) {
        let can_escape = self.style == ScalarStyle::DoubleQuoted;
        let escapes_start = can_escape && before;
        let escapes_end = can_escape && next.is_some_and(|next| !next.is_escaped(self.raw));
        let last = line.texts.len().saturating_sub(1);
        for (number, text) in line.texts.iter().enumerate() {
            let written = match text.raw {
                Some(range) => range.of(self.raw),
                None => &self.written(text.decoded),
            };
            let start = usize::from(escapes_start && number == 0 && written.starts_with(BLANKS));
            let rest = written.get(start..).unwrap_or_default();
            let end = usize::from(escapes_end && number == last && ends_with_bare_blank(rest));
            let (rest, blank) = rest.split_at(rest.len() - end);
            self.escaped(written.get(..start).unwrap_or_default());
            match text.raw {
                Some(range) => {
                    let from = range.start() + start;
                    self.out.keep(TextRange::new(from, from + rest.len()));
                }
                None => self.out.add(rest),
            }
            self.escaped(blank);
        }
    }

    /// Writes a blank where it would be taken for indentation.
    fn escaped(&mut self, blank: &str) {
        match blank {
            "" => {}
            "\t" => self.out.add("\\t"),
            _ => self.out.add("\\ "),
        }
    }

    /// New text as the style has it.
    fn written<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.style {
            ScalarStyle::SingleQuoted => Cow::Owned(text.replace('\'', "''")),
            ScalarStyle::DoubleQuoted => {
                let mut escaped = String::with_capacity(text.len());
                escape_into(text, &mut escaped);
                Cow::Owned(escaped)
            }
            _ => Cow::Borrowed(text),
        }
    }
}

/// Whether a text in double quotes ends with a blank that is not escaped.
fn ends_with_bare_blank(written: &str) -> bool {
    let Some(before) = written.strip_suffix(BLANKS) else {
        return false;
    };
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    backslashes % 2 == 0
}

/// As many line breaks as asked for: new ones come in at the seam, and those after it go first.
fn resized(mut breaks: Vec<Option<Unit>>, count: usize, seam: usize) -> Vec<Option<Unit>> {
    let seam = seam.min(breaks.len());
    let missing = count.saturating_sub(breaks.len());
    breaks.splice(seam..seam, std::iter::repeat_n(None, missing));
    let surplus = breaks.len() - count;
    let after = breaks.len() - seam;
    breaks.drain(seam..seam + surplus.min(after));
    breaks.truncate(count);
    breaks
}
