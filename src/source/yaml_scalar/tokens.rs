//! A scalar and its edits as one sequence of what stays and what is new.

use super::{ScalarStyle, break_len, encode::is_line_char, is_blank, is_break, run};
use crate::source::{Edit, SegmentMap, TextRange};

/// What stands between two lines of a scalar, or a part of it: line breaks, blank lines, and the white space around them
/// that decoding removes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// What it stands for: a space, line feeds, or nothing.
    pub(super) text: TextRange,
    pub(super) raw: TextRange,
    /// Whether it stands for a space, or for what only the whole of it stands for.
    pub(super) is_folded: bool,
    /// Whether the part begins where the whole begins.
    pub(super) has_start: bool,
    /// The same for its end.
    pub(super) has_end: bool,
}

impl Gap {
    pub(super) fn whole(text: TextRange, raw: TextRange) -> Self {
        Self {
            text,
            raw,
            is_folded: false,
            has_start: true,
            has_end: true,
        }
    }

    /// Several gaps that follow each other, as one.
    pub(super) fn joined(tokens: &[Token<'_>]) -> Option<Self> {
        let mut joined: Option<Self> = None;
        for token in tokens {
            let Token::Gap(gap) = token else {
                return None;
            };
            let before = joined.get_or_insert(*gap);
            if !gap.is_whole() || *before != *gap && before.raw.end != gap.raw.start {
                return None;
            }
            let raw = TextRange::new(before.raw.start(), gap.raw.end());
            let text = TextRange::new(before.text.start(), gap.text.end());
            *before = Self {
                is_folded: true,
                ..Self::whole(text, raw)
            };
        }
        joined
    }

    /// Its line breaks, each with what stands before it on its line.
    pub(super) fn units(self, raw: &str) -> impl Iterator<Item = TextRange> {
        units(self.raw.of(raw)).map(move |unit| unit.shifted(self.raw.start()))
    }

    /// What comes after its last line break.
    pub(super) fn lead(self, raw: &str) -> TextRange {
        let start = self
            .units(raw)
            .last()
            .map_or(self.raw.start(), TextRange::end);
        TextRange::new(start, self.raw.end())
    }

    pub(super) fn is_whole(self) -> bool {
        self.has_start && self.has_end
    }
}

/// Text of one line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) decoded: &'a str,
    /// How it is written, if it is already.
    pub(super) raw: Option<TextRange>,
    /// Whether it is all that an old line holds.
    pub(super) is_line: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(decoded: &'a str) -> Self {
        Self {
            decoded,
            raw: None,
            is_line: false,
        }
    }
}

/// A piece of an edited scalar.
#[derive(Debug, Clone, Copy)]
pub(super) enum Token<'a> {
    Text(Text<'a>),
    Gap(Gap),
    /// A new line feed, where that is written as a line break.
    Break,
}

impl Token<'_> {
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }
}

/// The line breaks of raw text, each with what stands before it on its line.
pub(super) fn units(raw: &str) -> impl Iterator<Item = TextRange> {
    let bytes = raw.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + memchr::memchr2(b'\n', b'\r', bytes.get(from..)?)?;
        let unit = TextRange::new(from, at + break_len(bytes, at));
        from = unit.end();
        Some(unit)
    })
}

/// The gaps of a scalar.
pub(super) struct Layout {
    /// Those of its text, in order; the first one of a block is the indentation of its first line.
    pub(super) gaps: Vec<Gap>,
    /// What comes after the text of a block.
    pub(super) tail: Option<Gap>,
}

impl Layout {
    /// `body` is where the raw text begins that the map knows.
    pub(super) fn of(
        raw: &str,
        style: ScalarStyle,
        body: usize,
        text: &str,
        map: &SegmentMap,
    ) -> Self {
        let mut gaps = gaps(raw, body, text, map);
        if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            return Self { gaps, tail: None };
        }
        // Blank lines may come first, and text before them.
        let has_blank_lines = gaps.first().is_some_and(|first| first.raw.start() == body);
        let indentation = if has_blank_lines {
            body
        } else {
            map.raw_start(0)
        };
        let lead = Gap::whole(TextRange::empty(0), TextRange::new(body, indentation));
        gaps.insert(0, lead);
        let end = TextRange::empty(text.len());
        let text_end = map.raw_end(text.len());
        if let Some(last) = gaps.last_mut().filter(|last| last.raw.end() > text_end) {
            last.raw = TextRange::new(last.raw.start(), text_end);
            if last.raw.is_empty() {
                gaps.pop();
            }
        }
        let has_end = gaps
            .last()
            .is_some_and(|last| last.text.end() == text.len());
        if text.ends_with('\n') && !has_end {
            // The end of the file stands for the line break of the last line.
            let line_feed = TextRange::new(text.len() - 1, text.len());
            gaps.push(Gap::whole(line_feed, TextRange::empty(raw.len())));
        }
        let tail = Gap::whole(end, TextRange::new(text_end, raw.len()));
        Self {
            gaps,
            tail: Some(tail),
        }
    }
}

fn gaps(raw: &str, body: usize, text: &str, map: &SegmentMap) -> Vec<Gap> {
    let bytes = raw.as_bytes();
    let decoded = |at: usize| map.to_decoded(TextRange::empty(at)).start();
    let escapes_break = |at: usize| {
        raw.starts_with('"') && bytes.get(at) == Some(&b'\\') && break_len(bytes, at + 1) > 0
    };
    let mut gaps: Vec<Gap> = Vec::new();
    let mut from = body;
    while let Some(found) = memchr::memchr2(b'\n', b'\r', bytes.get(from..).unwrap_or_default()) {
        let mut end = from + found;
        let text_start = decoded(end);
        let raw_start = map.raw_end(text_start).max(from);
        let mut text_end = text_start;
        while bytes.get(end).copied().is_some_and(is_break) {
            let line = end + break_len(bytes, end);
            let blanks = run(bytes.get(line..).unwrap_or_default(), |byte| {
                !is_blank(byte)
            });
            text_end = decoded(line);
            // What decodes to nothing after a line break belongs to it, but an escaped one is one of its own.
            end = if escapes_break(line + blanks) {
                line + blanks
            } else {
                map.raw_start(text_end)
            };
        }
        let range = TextRange::new(text_start, text_end);
        gaps.push(Gap {
            is_folded: range.of(text) == " ",
            ..Gap::whole(range, TextRange::new(raw_start, end))
        });
        from = end;
    }
    gaps
}

/// What edits leave of a scalar, and what they add.
pub(super) struct Cutter<'a> {
    style: ScalarStyle,
    text: &'a str,
    map: &'a SegmentMap,
    layout: &'a Layout,
    /// How many gaps have been passed.
    passed: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(
        style: ScalarStyle,
        text: &'a str,
        map: &'a SegmentMap,
        layout: &'a Layout,
    ) -> Self {
        Self {
            style,
            text,
            map,
            layout,
            passed: 0,
            tokens: Vec::with_capacity(2 * layout.gaps.len() + 4),
        }
    }

    /// The tokens of the edited scalar; `None` when an edit has what the style cannot hold.
    pub(super) fn cut(mut self, edits: &'a [Edit]) -> Option<Vec<Token<'a>>> {
        let mut from = 0;
        for edit in edits {
            self.keep(from, edit.range.start());
            self.add(&edit.text)?;
            from = edit.range.end();
            while self.gap().is_some_and(|gap| gap.text.end() < from) {
                self.passed += 1;
            }
        }
        self.keep(from, self.text.len());
        self.tokens.extend(self.layout.tail.map(Token::Gap));
        Some(self.tokens)
    }

    /// The first gap that is not passed.
    fn gap(&self) -> Option<Gap> {
        self.layout.gaps.get(self.passed).copied()
    }

    /// Adds the old text of a range. A gap that stands for nothing belongs to the text before it; of one that ends
    /// where the range begins, the white space after its line breaks is left.
    fn keep(&mut self, from: usize, to: usize) {
        let mut at = from;
        while let Some(gap) = self.gap() {
            let (start, end) = (gap.text.start(), gap.text.end());
            if start > to || start == to && end > to {
                break;
            }
            self.keep_text(at, start);
            at = end.min(to);
            let (has_start, has_end) = (start >= from, end <= to);
            let text = TextRange::new(start.max(from), at);
            if !has_end && text.is_empty() {
                return;
            }
            let raw_start = if has_start {
                gap.raw.start()
            } else {
                self.map.raw_end(from)
            };
            let raw_end = if has_end {
                gap.raw.end()
            } else {
                self.map.raw_end(to)
            };
            self.tokens.push(Token::Gap(Gap {
                text,
                raw: TextRange::new(raw_start, raw_end),
                is_folded: gap.is_folded,
                has_start,
                has_end,
            }));
            if !has_end {
                return;
            }
            self.passed += 1;
        }
        self.keep_text(at, to);
    }

    /// Adds old text without line breaks.
    fn keep_text(&mut self, from: usize, to: usize) {
        if from >= to {
            return;
        }
        let before = self
            .passed
            .checked_sub(1)
            .and_then(|at| self.layout.gaps.get(at));
        let line_start = before.map_or(0, |gap| gap.text.end());
        let raw_start = match before {
            Some(gap) if line_start == from => gap.raw.end(),
            _ => self.map.raw_end(from),
        };
        let line_end = self.gap().map_or(self.text.len(), |gap| gap.text.start());
        self.tokens.push(Token::Text(Text {
            decoded: TextRange::new(from, to).of(self.text),
            raw: Some(TextRange::new(raw_start, self.map.raw_end(to))),
            is_line: from == line_start && to == line_end,
        }));
    }

    /// Adds new text.
    fn add(&mut self, text: &'a str) -> Option<()> {
        if self.style == ScalarStyle::DoubleQuoted {
            self.add_text(text);
            return Some(());
        }
        // One line stays one line: that a scalar is on several is for its writer to choose.
        let can_break = match self.style {
            ScalarStyle::Plain => false,
            ScalarStyle::SingleQuoted => !self.layout.gaps.is_empty(),
            _ => true,
        };
        if !text
            .chars()
            .all(|c| is_line_char(c) || c == '\n' && can_break)
        {
            return None;
        }
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.tokens.push(Token::Break);
            }
            self.add_text(line);
        }
        Some(())
    }

    fn add_text(&mut self, decoded: &'a str) {
        if !decoded.is_empty() {
            self.tokens.push(Token::Text(Text::new(decoded)));
        }
    }
}
