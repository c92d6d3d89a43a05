//! From the raw bytes of a scalar to its text.

use std::borrow::Cow;

use super::{ScalarStyle, break_len, is_blank, is_break, is_printable, is_white, run};
use crate::source::{SegmentMap, SegmentMapBuilder};

/// The text of one scalar, and the map between that text and `raw`.
///
/// `raw` is
/// - of a plain scalar: its first to its last character, inner line breaks and indentation included (YAML 1.2.2,
///   section 7.3.3);
/// - of a quoted one: the same with both quotes (7.3.1 and 7.3.2);
/// - of a block: from its `|` or `>` to the end of its body; the blank lines after it may be there or not, but for
///   `+`, which keeps them (8.1).
///
/// `indent` is the number of spaces that decoding removes from each line of a block, and more than any line has when
/// no line has content; the other styles ignore it. [`block_extent`](super::block_extent) finds both.
///
/// Offset 0 of the raw side of the map is the first byte of `raw`; the opening quote or the header lies before the
/// first piece of it. What is the same on both sides is verbatim; an escape, a folded line break, a line break other
/// than LF and removed white space map as a whole. A block whose last line the end of `raw` cuts off before its line
/// break still ends with a line feed (as the parser has it), which then belongs to the last character.
///
/// `None` when `raw` is not a scalar of that style. What only its surroundings could tell (a plain `a: b`, or the
/// indentation of continuation lines) is not looked at.
#[must_use]
pub fn decode(raw: &str, style: ScalarStyle, indent: usize) -> Option<(String, SegmentMap)> {
    match style {
        ScalarStyle::Plain => plain(raw),
        ScalarStyle::SingleQuoted => quoted(raw, b'\''),
        ScalarStyle::DoubleQuoted => quoted(raw, b'"'),
        ScalarStyle::Literal => block(raw, b'|', indent),
        ScalarStyle::Folded => block(raw, b'>', indent),
    }
}

/// The text alone that [`decode`] gives: most quoted scalars have it between their quotes as it is.
#[must_use]
pub fn decode_text(raw: &str, style: ScalarStyle, indent: usize) -> Option<Cow<'_, str>> {
    let verbatim = match style {
        ScalarStyle::SingleQuoted => verbatim(raw, b'\''),
        ScalarStyle::DoubleQuoted => verbatim(raw, b'"'),
        _ => None,
    };
    match verbatim {
        Some(text) => Some(Cow::Borrowed(text)),
        None => Some(Cow::Owned(decode(raw, style, indent)?.0)),
    }
}

/// What is between the quotes of a scalar, if all of it is printable ASCII that stands for itself.
fn verbatim(raw: &str, quote: u8) -> Option<&str> {
    let mark = char::from(quote);
    let inside = raw.strip_prefix(mark)?.strip_suffix(mark)?;
    let is_verbatim = |byte: u8| matches!(byte, b' '..=b'~') && byte != quote && byte != b'\\';
    inside.bytes().all(is_verbatim).then_some(inside)
}

fn plain(raw: &str) -> Option<(String, SegmentMap)> {
    let edges = [raw.bytes().next()?, raw.bytes().next_back()?];
    if edges.into_iter().any(is_white) {
        return None;
    }
    let mut decoder = Decoder::starting_at(raw, 0);
    decoder.comments = true;
    while decoder.peek().is_some() {
        decoder.copy(decoder.run(is_white));
        decoder.fold();
    }
    decoder.finish_printable()
}

fn quoted(raw: &str, quote: u8) -> Option<(String, SegmentMap)> {
    if raw.bytes().next() != Some(quote) || !raw.chars().all(is_printable) {
        return None;
    }
    let escape = (quote == b'"').then_some(b'\\');
    let mut decoder = Decoder::starting_at(raw, 1);
    loop {
        decoder.copy(decoder.run(|byte| byte == quote || Some(byte) == escape || is_white(byte)));
        let byte = decoder.peek()?;
        if Some(byte) == escape {
            decoder.escape()?;
        } else if byte != quote {
            decoder.fold();
        } else if decoder.at + 1 == raw.len() {
            return Some(decoder.finish());
        } else if escape.is_none() && decoder.rest().starts_with("''") {
            decoder.replace("'", 2);
        } else {
            return None;
        }
    }
}

/// What becomes of the line breaks at the end of a block (YAML 1.2.2, section 8.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Chomping {
    pub(super) fn indicator(self) -> &'static str {
        match self {
            Self::Strip => "-",
            Self::Clip => "",
            Self::Keep => "+",
        }
    }
}

/// The chomping and the length of a block header, its line break included.
pub(super) fn block_header(raw: &str, indicator: u8) -> Option<(Chomping, usize)> {
    let bytes = raw.as_bytes();
    if bytes.first() != Some(&indicator) {
        return None;
    }
    let (mut chomping, mut digit, mut at) = (None, false, 1);
    loop {
        match bytes.get(at) {
            Some(b'-') if chomping.is_none() => chomping = Some(Chomping::Strip),
            Some(b'+') if chomping.is_none() => chomping = Some(Chomping::Keep),
            Some(b'1'..=b'9') if !digit => digit = true,
            _ => break,
        }
        at += 1;
    }
    let blanks = run(bytes.get(at..)?, |byte| !is_blank(byte));
    at += blanks;
    if blanks > 0 && bytes.get(at) == Some(&b'#') {
        at += run(bytes.get(at..)?, is_break);
    }
    let end = at + break_len(bytes, at);
    (end > at || at == bytes.len()).then_some((chomping.unwrap_or(Chomping::Clip), end))
}

fn block(raw: &str, indicator: u8, indent: usize) -> Option<(String, SegmentMap)> {
    let (chomping, header) = block_header(raw, indicator)?;
    let folded = indicator == b'>';
    let mut decoder = Decoder::starting_at(raw, header);
    let leading = decoder.blank_lines_at(header, indent)?;
    if leading.at_end() {
        let keep = chomping == Chomping::Keep;
        if keep && leading.breaks == 0 {
            // The parser takes lone spaces at the end of the text for a line of their own.
            decoder.replace("\n", leading.spaces);
        } else {
            decoder.take_blank_lines(&leading, keep);
        }
        return decoder.finish_printable();
    }
    decoder.take_blank_lines(&leading, true);
    loop {
        let more_indented = decoder.peek().is_some_and(is_blank);
        let line = decoder.run(is_break);
        if decoder.at + line == raw.len() {
            decoder.copy_last_line(chomping != Chomping::Strip);
            break;
        }
        decoder.copy(line);
        let line_break = break_len(raw.as_bytes(), decoder.at);
        let blank = decoder.blank_lines_at(decoder.at + line_break, indent)?;
        let Some(next) = blank.next else {
            if chomping == Chomping::Strip {
                decoder.skip(line_break);
            } else {
                decoder.copy_break();
            }
            decoder.take_blank_lines(&blank, chomping == Chomping::Keep);
            break;
        };
        if !folded || more_indented || is_blank(next) {
            decoder.copy_break();
        } else if blank.breaks == 0 {
            decoder.replace(" ", line_break);
        } else {
            decoder.skip(line_break);
        }
        decoder.take_blank_lines(&blank, true);
    }
    decoder.finish_printable()
}

/// Blank lines of a block, and the indentation of the line after them.
struct BlankLines {
    /// How many lines.
    breaks: usize,
    /// Indentation of the line after them, in bytes.
    spaces: usize,
    /// The first byte after that indentation; none at the end of the raw text.
    next: Option<u8>,
}

impl BlankLines {
    fn at_end(&self) -> bool {
        self.next.is_none()
    }
}

/// Reads raw text from left to right and writes the decoded text and the map.
struct Decoder<'a> {
    raw: &'a str,
    /// Offset of the next raw byte.
    at: usize,
    text: String,
    map: SegmentMapBuilder,
    /// Whether `#` after indentation begins a comment; only the parser's plain scalars have it.
    comments: bool,
}

impl<'a> Decoder<'a> {
    fn starting_at(raw: &'a str, at: usize) -> Self {
        Self {
            raw,
            at,
            text: String::with_capacity(raw.len()),
            map: SegmentMapBuilder::starting_at(at),
            comments: false,
        }
    }

    fn finish(self) -> (String, SegmentMap) {
        (self.text, self.map.finish())
    }

    /// For the styles that cannot escape: nothing in the text needs to be escaped.
    fn finish_printable(self) -> Option<(String, SegmentMap)> {
        self.text.chars().all(is_printable).then(|| self.finish())
    }

    fn rest(&self) -> &'a str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.raw.as_bytes().get(self.at).copied()
    }

    fn run(&self, stop: impl Fn(u8) -> bool) -> usize {
        run(self.rest().as_bytes(), stop)
    }

    /// The next `len` bytes as they are.
    fn copy(&mut self, len: usize) {
        self.text
            .push_str(self.rest().get(..len).unwrap_or_default());
        self.map.verbatim(len);
        self.at += len;
    }

    /// `by` in place of the next `len` bytes.
    fn replace(&mut self, by: &str, len: usize) {
        if len > 0 {
            self.text.push_str(by);
            self.map.replaced(by.len(), len);
            self.at += len;
        }
    }

    /// Nothing in place of the next `len` bytes.
    fn skip(&mut self, len: usize) {
        self.replace("", len);
    }

    /// A line feed for the next line break.
    fn copy_break(&mut self) {
        if self.peek() == Some(b'\n') {
            self.copy(1);
        } else {
            self.replace("\n", break_len(self.raw.as_bytes(), self.at));
        }
    }

    /// The white space between two words: as it is within a line, folded when it has line breaks (YAML 1.2.2,
    /// section 6.5).
    fn fold(&mut self) {
        let bytes = self.raw.as_bytes();
        let blanks = self.run(|byte| !is_blank(byte));
        let line_break = break_len(bytes, self.at + blanks);
        if line_break == 0 {
            self.copy(blanks);
            return;
        }
        self.skip(blanks);
        let next_line = self.at + line_break;
        if break_len(bytes, next_line + self.indentation(next_line)) == 0 {
            self.replace(" ", line_break);
        } else {
            self.skip(line_break);
        }
        self.fold_blank_lines();
    }

    /// The blank lines at a line start as line feeds, without the white space in them and after them.
    fn fold_blank_lines(&mut self) {
        loop {
            self.skip(self.indentation(self.at));
            if !self.peek().is_some_and(is_break) {
                return;
            }
            self.copy_break();
        }
    }

    /// How much of the line that begins at `at` comes before its content.
    fn indentation(&self, at: usize) -> usize {
        let line = self.raw.as_bytes().get(at..).unwrap_or_default();
        let blanks = run(line, |byte| !is_blank(byte));
        match line.get(blanks..) {
            // A comment on a line indented with a tab does not end the scalar for the parser; it is a blank line.
            Some(content @ [b'#', ..]) if self.comments => blanks + run(content, is_break),
            _ => blanks,
        }
    }

    /// An escape of a double-quoted scalar (YAML 1.2.2, section 5.7), or an escaped line break (7.3.1).
    fn escape(&mut self) -> Option<()> {
        let line_break = break_len(self.raw.as_bytes(), self.at + 1);
        if line_break > 0 {
            self.skip(1 + line_break);
            self.fold_blank_lines();
            return Some(());
        }
        let (c, len) = escaped_char(self.rest())?;
        self.replace(c.encode_utf8(&mut [0; 4]), len);
        Some(())
    }

    /// The blank lines of a block from the line start `from` on. `None` when content follows that is indented less
    /// than `indent`.
    fn blank_lines_at(&self, from: usize, indent: usize) -> Option<BlankLines> {
        let bytes = self.raw.as_bytes();
        let (mut at, mut breaks) = (from, 0);
        loop {
            let spaces = run(bytes.get(at..)?, |byte| byte != b' ').min(indent);
            let line_break = break_len(bytes, at + spaces);
            if line_break == 0 {
                let next = bytes.get(at + spaces).copied();
                return (next.is_none() || spaces == indent).then_some(BlankLines {
                    breaks,
                    spaces,
                    next,
                });
            }
            breaks += 1;
            at += spaces + line_break;
        }
    }

    /// The blank lines that come next, as line feeds or as nothing, and the indentation after them.
    fn take_blank_lines(&mut self, lines: &BlankLines, keep: bool) {
        for _ in 0..lines.breaks {
            self.skip(self.run(|byte| byte != b' '));
            if keep {
                self.copy_break();
            } else {
                self.skip(break_len(self.raw.as_bytes(), self.at));
            }
        }
        self.skip(lines.spaces);
    }

    /// The rest of the raw text, with a line feed for the line break that is missing there.
    fn copy_last_line(&mut self, line_feed: bool) {
        let line = self.rest();
        match line.chars().next_back() {
            Some(last) if line_feed => {
                self.copy(line.len() - last.len_utf8());
                self.replace(&String::from_iter([last, '\n']), last.len_utf8());
            }
            _ => self.copy(line.len()),
        }
    }
}

/// The character of the escape that `text` begins with, and the length of that escape.
fn escaped_char(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'0' => '\0',
        b'a' => '\u{7}',
        b'b' => '\u{8}',
        b't' | b'\t' => '\t',
        b'n' => '\n',
        b'v' => '\u{b}',
        b'f' => '\u{c}',
        b'r' => '\r',
        b'e' => '\u{1b}',
        b' ' => ' ',
        b'"' => '"',
        b'/' => '/',
        b'\\' => '\\',
        b'N' => '\u{85}',
        b'_' => '\u{a0}',
        b'L' => '\u{2028}',
        b'P' => '\u{2029}',
        b'x' => return Some((char::from_u32(hex(text, 2, 2)?)?, 4)),
        b'u' => return utf16_escape(text),
        b'U' => return Some((char::from_u32(hex(text, 2, 8)?)?, 10)),
        _ => return None,
    };
    Some((c, 2))
}

/// `\uXXXX`, or two of them that are a surrogate pair: writers that come from JSON have those.
fn utf16_escape(text: &str) -> Option<(char, usize)> {
    let unit = hex(text, 2, 4)?;
    if !(0xd800..0xdc00).contains(&unit) {
        return Some((char::from_u32(unit)?, 6));
    }
    if text.get(6..8)? != "\\u" {
        return None;
    }
    let low = hex(text, 8, 4)?;
    if !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    let c = char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?;
    Some((c, 12))
}

/// The value of `len` hexadecimal digits at `at`.
fn hex(text: &str, at: usize, len: usize) -> Option<u32> {
    let digits = text.get(at..at + len)?;
    // A sign would pass `from_str_radix`.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
