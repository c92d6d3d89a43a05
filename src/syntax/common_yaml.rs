//! The YAML that values are written in, read without a general parser: block mappings and sequences, plain and quoted
//! scalars, block scalars, brackets, comments, `---`.
//!
//! A text that has anything else in it, or anything wrong, is refused as a whole: it is for [`super::yaml_events`] to
//! read. So there is one reader that decides what YAML means, and this one only has to agree with it on what it takes.
//! Most bytes of stock values are comments, which cost no more than finding the ends of their lines.

use std::borrow::Cow;

use crate::source::{
    TextRange,
    yaml_scalar::{self, ScalarStyle},
};

use super::{Kind, yaml_events::YamlEvent};

/// Something that this reader leaves to the other one.
#[derive(Debug)]
pub struct Uncommon;

type Step<T = ()> = Result<T, Uncommon>;

/// Collections nest no deeper than this here; brackets count too.
const MAX_DEPTH: usize = 100;

/// The longest key, in bytes. YAML allows 1,024 characters.
const LONGEST_KEY: usize = 1_000;

/// The indentation of what is in no collection.
const ROOT: isize = -1;

/// Takes what is read.
pub trait Events<'t> {
    /// The next event, with its range in bytes. The ends of block collections have empty ranges.
    fn event(&mut self, event: YamlEvent<'t>, range: TextRange);

    /// Takes entries of a block mapping that need not be read, because they are known: where they end, in bytes. `start`
    /// is where the first key begins, in its line too, and `depth` how many block collections are around it. `is_over`
    /// tells of the end of a last value, which is no block scalar, whether an entry ends with it here.
    fn known_entries(
        &mut self,
        start: usize,
        depth: usize,
        is_over: impl Fn(usize) -> bool,
    ) -> Option<usize>;
}

/// Reads a text and gives its events from left to right.
///
/// # Errors
///
/// [`Uncommon`] when the text is not of the kind that is read here. The events until then count for nothing.
pub fn read<'t>(text: &'t str, events: &mut impl Events<'t>) -> Step {
    if !is_common(text) {
        return Err(Uncommon);
    }
    Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        open: Vec::new(),
        awaited: None,
        in_document: false,
        events,
    }
    .documents()
}

/// Whether all characters of a text are ones that stand for themselves, with line breaks as on Unix.
fn is_common(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without a branch for each byte, so that it is done for many at once.
    let control = bytes.iter().fold(false, |found, &byte| {
        found | (byte < b' ' && byte != b'\n' && byte != b'\t') | (byte == 0x7f)
    });
    if control {
        return false;
    }
    text.is_ascii() || !text.chars().any(is_special)
}

/// Characters beyond ASCII that YAML forbids or takes for something: C1 controls, line breaks, marks, what is none.
fn is_special(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

struct Reader<'t, 'e, E> {
    text: &'t str,
    bytes: &'t [u8],
    /// The start of the next line.
    at: usize,
    /// The block collections that are not closed.
    open: Vec<Block>,
    /// What the value belongs to that has not come yet.
    awaited: Option<Awaiting>,
    in_document: bool,
    events: &'e mut E,
}

/// A block collection.
#[derive(Clone, Copy)]
struct Block {
    is_sequence: bool,
    /// The column of its keys or dashes, 0-based.
    indent: isize,
}

/// What a value is awaited for.
#[derive(Clone, Copy)]
enum Awaiting {
    /// A document.
    Document,
    /// A key, whose `:` is before this byte.
    Key(usize),
    /// A dash.
    Dash,
}

/// What ends the first line of a plain scalar.
enum PlainEnd {
    /// A `:` at this byte: it is a key.
    Colon(usize),
    /// The end of the line.
    Line,
    /// A comment.
    Comment,
}

impl<'t, E: Events<'t>> Reader<'t, '_, E> {
    fn documents(mut self) -> Step {
        while let Some((start, indent)) = self.next_content()? {
            if indent == 0 && self.is_marker(start) {
                self.marker(start)?;
                continue;
            }
            if !self.in_document {
                if self.byte(start) == b'%' {
                    return Err(Uncommon);
                }
                self.in_document = true;
                self.awaited = Some(Awaiting::Document);
                self.events
                    .event(YamlEvent::DocumentStart, TextRange::empty(start));
            }
            self.line(start, indent)?;
        }
        if !self.in_document {
            return Err(Uncommon);
        }
        self.end_document()
    }

    /// Goes to the next line that is neither blank nor a comment: its first byte that is no space, and how many spaces
    /// are before it.
    fn next_content(&mut self) -> Step<Option<(usize, isize)>> {
        let start = to_content(self.bytes, &mut self.at)?;
        Ok(start.map(|start| (start, columns(start - self.at))))
    }

    fn is_marker(&self, start: usize) -> bool {
        let marker = self.bytes.get(start..start + 3);
        matches!(marker, Some(b"---" | b"...")) && self.is_end_of_word(start + 3)
    }

    fn marker(&mut self, start: usize) -> Step {
        if self.byte(start) == b'.' {
            return Err(Uncommon);
        }
        if self.in_document {
            self.end_document()?;
        }
        self.in_document = true;
        self.awaited = Some(Awaiting::Document);
        self.events
            .event(YamlEvent::DocumentStart, TextRange::new(start, start + 3));
        self.end_line(start + 3)
    }

    fn end_document(&mut self) -> Step {
        if self.open.is_empty() {
            // Nothing, or a scalar alone.
            return Err(Uncommon);
        }
        self.absent_value()?;
        while !self.open.is_empty() {
            self.close();
        }
        self.in_document = false;
        let at = TextRange::empty(self.at.min(self.bytes.len()));
        self.events.event(YamlEvent::DocumentEnd, at);
        Ok(())
    }

    /// Reads a line of content that begins at `start`, and what belongs to it on the next ones.
    fn line(&mut self, start: usize, indent: isize) -> Step {
        let is_dash = self.is_dash(start);
        if self.awaited.is_some() {
            let is_value = match self.open.last() {
                None => true,
                Some(parent) => {
                    let is_level = indent == parent.indent && !parent.is_sequence && is_dash;
                    indent > parent.indent || is_level
                }
            };
            if is_value {
                self.awaited = None;
                return self.node(start, indent);
            }
            self.absent_value()?;
        }
        while let Some(block) = self.open.last() {
            let is_over =
                indent < block.indent || (indent == block.indent && block.is_sequence && !is_dash);
            if !is_over {
                break;
            }
            self.close();
        }
        match self.open.last() {
            Some(block) if block.indent == indent && block.is_sequence == is_dash => {}
            _ => return Err(Uncommon),
        }
        if is_dash {
            self.item(start, indent)
        } else if let Some(end) = self.known_entries(start, indent) {
            self.at = end;
            Ok(())
        } else {
            let Some((key, style, colon)) = self.key(start)? else {
                return Err(Uncommon);
            };
            self.entry(key, style, colon, indent)
        }
    }

    /// Goes over entries that are known: where the line after them begins.
    fn known_entries(&mut self, start: usize, indent: isize) -> Option<usize> {
        let bytes = self.bytes;
        let is_over = |end: usize| {
            let mut line = line_end(bytes, end) + 1;
            match to_content(bytes, &mut line) {
                Ok(Some(start)) => {
                    let column = columns(start - line);
                    column < indent || (column == indent && !is_dash(bytes, start))
                }
                Ok(None) => true,
                Err(Uncommon) => false,
            }
        };
        let end = self.events.known_entries(start, self.open.len(), is_over)?;
        // One that ends with a line break is a block scalar, and behind its last line.
        Some(line_end(bytes, end.saturating_sub(1)) + 1)
    }

    /// Reads a value that begins a line or follows a dash. `column` is where it stands in its line.
    fn node(&mut self, start: usize, column: isize) -> Step {
        if self.is_dash(start) {
            // One that is not indented more than its key begins behind its first dash, as the other reader has it.
            let is_level = self.open.last().is_some_and(|block| block.indent == column);
            let first = if is_level {
                self.skip_spaces(start + 1)
            } else {
                start
            };
            if is_level && self.is_end_of_line(first)? {
                return Err(Uncommon);
            }
            self.open_block(true, first, column)?;
            return self.item(start, column);
        }
        if let Some((key, style, colon)) = self.key(start)? {
            self.open_block(false, start, column)?;
            return self.entry(key, style, colon, column);
        }
        let parent = self.open.last().map_or(ROOT, |block| block.indent);
        self.value(start, parent)
    }

    fn item(&mut self, dash: usize, column: isize) -> Step {
        let start = self.skip_spaces(dash + 1);
        if self.is_end_of_line(start)? {
            self.awaited = Some(Awaiting::Dash);
            return self.end_line(start);
        }
        self.node(start, column + columns(start - dash))
    }

    fn entry(&mut self, key: TextRange, style: ScalarStyle, colon: usize, column: isize) -> Step {
        self.key_event(key, style)?;
        let start = self.skip_spaces(colon + 1);
        if self.is_end_of_line(start)? {
            self.awaited = Some(Awaiting::Key(colon + 1));
            return self.end_line(start);
        }
        self.value(start, column)
    }

    /// The key that begins at `start`, and its colon; `None` where there is a value without one.
    fn key(&self, start: usize) -> Step<Option<(TextRange, ScalarStyle, usize)>> {
        let (range, style, colon) = match self.byte(start) {
            quote @ (b'"' | b'\'') => {
                let Some(end) = self.quoted_end(start, quote) else {
                    return Ok(None);
                };
                let colon = self.skip_spaces(end);
                if self.byte(colon) != b':' || !self.is_end_of_word(colon + 1) {
                    return Ok(None);
                }
                (TextRange::new(start, end), quoted_style(quote), colon)
            }
            b'|' | b'>' | b'[' | b'{' => return Ok(None),
            _ => {
                self.plain_start(start, false)?;
                match self.plain_line(start)? {
                    (end, PlainEnd::Colon(colon)) => {
                        (TextRange::new(start, end), ScalarStyle::Plain, colon)
                    }
                    _ => return Ok(None),
                }
            }
        };
        let source = range.of(self.text);
        if source.len() > LONGEST_KEY || source.contains('\n') {
            return Err(Uncommon);
        }
        Ok(Some((range, style, colon)))
    }

    fn key_event(&mut self, range: TextRange, style: ScalarStyle) -> Step {
        let text = match style {
            ScalarStyle::Plain => Cow::Borrowed(range.of(self.text)),
            _ => self.unquoted(range, style)?,
        };
        self.scalar(text, style, range);
        Ok(())
    }

    /// Reads the scalar or the brackets that begin at `start`, to the end of the line. `parent` is the indentation of
    /// the collection around it.
    fn value(&mut self, start: usize, parent: isize) -> Step {
        // A document of one scalar is for the other reader: more is allowed there.
        if parent == ROOT {
            return Err(Uncommon);
        }
        match self.byte(start) {
            b'|' | b'>' => self.block_scalar(start, parent),
            quote @ (b'"' | b'\'') => {
                let end = self.quoted_end(start, quote).ok_or(Uncommon)?;
                let range = TextRange::new(start, end);
                self.indented_lines(range, parent)?;
                let style = quoted_style(quote);
                let text = self.unquoted(range, style)?;
                self.scalar(text, style, range);
                self.end_line(end)
            }
            b'[' | b'{' => {
                let end = self.flow(start, parent, self.open.len())?;
                self.end_line(end)
            }
            _ => self.plain(start, parent),
        }
    }

    fn plain(&mut self, start: usize, parent: isize) -> Step {
        self.plain_start(start, false)?;
        let (end, stop) = self.plain_line(start)?;
        if matches!(stop, PlainEnd::Colon(_)) {
            return Err(Uncommon);
        }
        let mut range = TextRange::new(start, end);
        self.at = self.line_end(end) + 1;
        let mut folded: Option<String> = None;
        let mut goes_on = matches!(stop, PlainEnd::Line);
        while goes_on {
            let Some((from, breaks)) = self.continuation(parent)? else {
                break;
            };
            self.plain_start(from, true)?;
            let (end, stop) = self.plain_line(from)?;
            let text = folded.get_or_insert_with(|| range.of(self.text).to_owned());
            if breaks == 0 {
                text.push(' ');
            } else {
                text.extend(std::iter::repeat_n('\n', breaks));
            }
            text.push_str(TextRange::new(from, end).of(self.text));
            range = TextRange::new(start, end);
            goes_on = match stop {
                PlainEnd::Colon(_) => return Err(Uncommon),
                PlainEnd::Line => true,
                PlainEnd::Comment => false,
            };
            self.at = self.line_end(end) + 1;
        }
        let text = folded.map_or_else(|| Cow::Borrowed(range.of(self.text)), Cow::Owned);
        self.scalar(text, ScalarStyle::Plain, range);
        Ok(())
    }

    /// Where the next line of a plain scalar begins, and how many blank lines are before it; `None` when it has ended.
    fn continuation(&self, parent: isize) -> Step<Option<(usize, usize)>> {
        let mut line = self.at;
        let mut breaks = 0;
        loop {
            let start = self.skip_spaces(line);
            match self.bytes.get(start) {
                None | Some(b'#') => return Ok(None),
                Some(b'\n') => breaks += 1,
                Some(b'\t') => return Err(Uncommon),
                Some(_) if columns(start - line) <= parent => return Ok(None),
                Some(_) => return Ok(Some((start, breaks))),
            }
            line = start + 1;
        }
    }

    /// Refuses what cannot begin a plain scalar, and what only looks like one.
    fn plain_start(&self, start: usize, goes_on: bool) -> Step {
        let is_common = match self.byte(start) {
            b'-' if !goes_on => !self.is_end_of_word(start + 1),
            b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' | b'['
            | b']' | b'{' | b'}' | b',' | b'?' | b':' | b'-' => false,
            _ => true,
        };
        if is_common { Ok(()) } else { Err(Uncommon) }
    }

    /// Where the line of a plain scalar ends, without the spaces behind it, and what ends it.
    fn plain_line(&self, start: usize) -> Step<(usize, PlainEnd)> {
        // One past the last byte that is no space.
        let mut end = start;
        let mut at = start;
        loop {
            match self.byte(at) {
                b'\n' => return Ok((end, PlainEnd::Line)),
                b' ' => {}
                b'\t' => return Err(Uncommon),
                b':' if self.is_end_of_word(at + 1) => return Ok((end, PlainEnd::Colon(at))),
                b'#' if end < at => return Ok((end, PlainEnd::Comment)),
                _ => end = at + 1,
            }
            at += 1;
        }
    }

    fn block_scalar(&mut self, header: usize, parent: isize) -> Step {
        let is_literal = self.byte(header) == b'|';
        let (keeps, after) = match self.byte(header + 1) {
            b'-' => (Some(false), header + 2),
            b'+' => (Some(true), header + 2),
            _ => (None, header + 1),
        };
        if !self.is_end_of_word(after) {
            return Err(Uncommon);
        }
        self.end_line(after)?;
        // The first line that is not blank tells the indentation.
        let mut line = self.at;
        let mut longest_blank = 0;
        let indent = loop {
            let start = self.skip_spaces(line);
            match self.bytes.get(start) {
                None | Some(b'\t') => return Err(Uncommon),
                Some(b'\n') => longest_blank = longest_blank.max(start - line),
                Some(_) => break start - line,
            }
            line = start + 1;
        };
        if columns(indent) <= parent || longest_blank > indent {
            return Err(Uncommon);
        }
        let content = line + indent;
        // One past the last line with content, and past the blank ones behind it.
        let (mut last, mut end) = (line, line);
        while let Some(start) = Some(self.skip_spaces(end)).filter(|_| end < self.bytes.len()) {
            let width = start - end;
            match self.bytes.get(start) {
                None if width > 0 => return Err(Uncommon),
                None => break,
                Some(b'\n') if width <= indent => end = start + 1,
                Some(b'\t') if width < indent => return Err(Uncommon),
                Some(_) if width < indent => break,
                Some(_) => {
                    end = (self.line_end(start) + 1).min(self.bytes.len());
                    last = end;
                }
            }
        }
        self.at = end;
        let style = if is_literal {
            ScalarStyle::Literal
        } else {
            ScalarStyle::Folded
        };
        let text = if is_literal {
            let first = TextRange::new(header, content).of(self.text);
            // Blank lines before the first one belong to the text; the header has a line break of its own.
            let blank = first.bytes().filter(|&byte| byte == b'\n').count() - 1;
            Cow::Owned(self.literal(blank, line..last, end, indent, keeps))
        } else {
            let raw = TextRange::new(header, end).of(self.text);
            yaml_scalar::decode_text(raw, style, indent).ok_or(Uncommon)?
        };
        self.scalar(text, style, TextRange::new(content, end));
        Ok(())
    }

    /// The text of a literal block scalar of some `lines`, with blank lines around them up to `end`.
    fn literal(
        &self,
        blank: usize,
        lines: std::ops::Range<usize>,
        end: usize,
        indent: usize,
        keeps: Option<bool>,
    ) -> String {
        let mut text = String::with_capacity(blank + lines.len());
        text.extend(std::iter::repeat_n('\n', blank));
        for line in TextRange::from(lines.clone())
            .of(self.text)
            .split_inclusive('\n')
        {
            // A blank line may be shorter than the indentation.
            text.push_str(
                line.get(indent..)
                    .filter(|rest| !rest.is_empty())
                    .unwrap_or("\n"),
            );
        }
        // The last line of a text has a line break whether it is written or not.
        if !text.ends_with('\n') {
            text.push('\n');
        }
        match keeps {
            Some(false) => text.truncate(text.trim_end_matches('\n').len()),
            None => {}
            Some(true) => {
                let after = TextRange::new(lines.end, end).of(self.text);
                let breaks = after.bytes().filter(|&byte| byte == b'\n').count();
                text.extend(std::iter::repeat_n('\n', breaks));
            }
        }
        text
    }

    /// One past the closing quote of the scalar whose opening quote is at `start`.
    fn quoted_end(&self, start: usize, quote: u8) -> Option<usize> {
        let mut at = start + 1;
        loop {
            let rest = self.bytes.get(at..)?;
            if quote == b'"' {
                at += memchr::memchr2(b'"', b'\\', rest)?;
                if self.byte(at) == b'"' {
                    return Some(at + 1);
                }
                at += 2;
            } else {
                at += memchr::memchr(b'\'', rest)? + 1;
                if self.byte(at) != b'\'' {
                    return Some(at);
                }
                at += 1;
            }
        }
    }

    /// The text of a quoted scalar.
    fn unquoted(&self, range: TextRange, style: ScalarStyle) -> Step<Cow<'t, str>> {
        yaml_scalar::decode_text(range.of(self.text), style, 0).ok_or(Uncommon)
    }

    /// Refuses a quoted scalar with a line that is not indented more than the collection around it.
    fn indented_lines(&self, range: TextRange, parent: isize) -> Step {
        for at in memchr::memchr_iter(b'\n', range.of(self.text).as_bytes()) {
            let line = range.start() + at + 1;
            let start = self.skip_spaces(line);
            let is_common = match self.byte(start) {
                b'\n' => true,
                b'\t' => false,
                _ => columns(start - line) > parent,
            };
            if !is_common {
                return Err(Uncommon);
            }
        }
        Ok(())
    }

    /// Reads the brackets that open at `start`; returns what follows them.
    fn flow(&mut self, start: usize, parent: isize, depth: usize) -> Step<usize> {
        if depth >= MAX_DEPTH {
            return Err(Uncommon);
        }
        let is_mapping = self.byte(start) == b'{';
        let (kind, closing) = if is_mapping {
            (Kind::Object, b'}')
        } else {
            (Kind::Array, b']')
        };
        let opening = TextRange::new(start, start + 1);
        self.collection(kind, true, opening);
        let mut at = self.flow_space(start + 1, parent)?;
        while self.byte(at) != closing {
            if is_mapping {
                at = self.flow_scalar(at, true)?;
                at = self.skip_spaces(at);
                if self.byte(at) != b':' || !matches!(self.byte(at + 1), b' ' | b'\n') {
                    return Err(Uncommon);
                }
                at = self.flow_space(at + 1, parent)?;
            }
            at = match self.byte(at) {
                b'[' | b'{' => self.flow(at, parent, depth + 1)?,
                _ => self.flow_scalar(at, false)?,
            };
            at = self.flow_space(at, parent)?;
            match self.byte(at) {
                b',' => at = self.flow_space(at + 1, parent)?,
                byte if byte == closing => {}
                _ => return Err(Uncommon),
            }
        }
        self.events
            .event(YamlEvent::CollectionEnd, TextRange::new(at, at + 1));
        Ok(at + 1)
    }

    /// Reads a scalar in brackets, on one line; returns what follows it.
    fn flow_scalar(&mut self, start: usize, is_key: bool) -> Step<usize> {
        let (range, style) = match self.byte(start) {
            quote @ (b'"' | b'\'') => {
                let end = self.quoted_end(start, quote).ok_or(Uncommon)?;
                (TextRange::new(start, end), quoted_style(quote))
            }
            b'-' if matches!(self.byte(start + 1), b',' | b'[' | b']' | b'{' | b'}') => {
                return Err(Uncommon);
            }
            _ => {
                self.plain_start(start, false)?;
                (
                    TextRange::new(start, self.flow_plain_end(start)?),
                    ScalarStyle::Plain,
                )
            }
        };
        let source = range.of(self.text);
        if source.contains('\n') || (is_key && source.len() > LONGEST_KEY) {
            return Err(Uncommon);
        }
        self.key_event(range, style)?;
        Ok(range.end())
    }

    fn flow_plain_end(&self, start: usize) -> Step<usize> {
        let mut end = start;
        let mut at = start;
        loop {
            match self.byte(at) {
                b',' | b']' | b'}' => return Ok(end),
                b':' if matches!(self.byte(at + 1), b' ' | b'\n') => return Ok(end),
                b' ' => {}
                b'\n' | b'\t' | b'[' | b'{' | b'#' => return Err(Uncommon),
                b':' if matches!(self.byte(at + 1), b',' | b'[' | b']' | b'{' | b'}') => {
                    return Err(Uncommon);
                }
                _ => end = at + 1,
            }
            at += 1;
        }
    }

    /// Skips white space in brackets. Lines have to be indented more than the collection around the brackets.
    fn flow_space(&self, from: usize, parent: isize) -> Step<usize> {
        let mut at = self.skip_spaces(from);
        while self.bytes.get(at) == Some(&b'\n') {
            let line = at + 1;
            at = self.skip_spaces(line);
            if self.byte(at) != b'\n' && columns(at - line) <= parent {
                return Err(Uncommon);
            }
        }
        Ok(at)
    }

    fn open_block(&mut self, is_sequence: bool, start: usize, column: isize) -> Step {
        if self.open.len() >= MAX_DEPTH {
            return Err(Uncommon);
        }
        let kind = if is_sequence {
            Kind::Array
        } else {
            Kind::Object
        };
        self.collection(kind, false, TextRange::empty(start));
        self.open.push(Block {
            is_sequence,
            indent: column,
        });
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
        let at = TextRange::empty(self.at.min(self.bytes.len()));
        self.events.event(YamlEvent::CollectionEnd, at);
    }

    fn collection(&mut self, kind: Kind, flow: bool, range: TextRange) {
        let event = YamlEvent::CollectionStart {
            kind,
            anchor: 0,
            flow,
            has_foreign_tag: false,
        };
        self.events.event(event, range);
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, range: TextRange) {
        let event = YamlEvent::Scalar {
            text,
            style,
            anchor: 0,
            tagged: None,
            has_foreign_tag: false,
        };
        self.events.event(event, range);
    }

    /// The value of the innermost collection that has not come, and does not come. Where that of a dash lies depends on
    /// what follows.
    fn absent_value(&mut self) -> Step {
        match self.awaited.take() {
            None | Some(Awaiting::Document) => {}
            Some(Awaiting::Key(at)) => {
                self.scalar(Cow::Borrowed(""), ScalarStyle::Plain, TextRange::empty(at));
            }
            Some(Awaiting::Dash) => return Err(Uncommon),
        }
        Ok(())
    }

    /// Ends a line at which nothing but spaces and a comment may follow.
    fn end_line(&mut self, from: usize) -> Step {
        let at = self.skip_spaces(from);
        let is_over = match self.byte(at) {
            b'\n' => true,
            b'#' => at > from || self.byte(from.wrapping_sub(1)) == b' ',
            _ => false,
        };
        if !is_over {
            return Err(Uncommon);
        }
        self.at = self.line_end(at) + 1;
        Ok(())
    }

    /// Whether nothing but a comment follows in the line; `at` is behind white space.
    fn is_end_of_line(&self, at: usize) -> Step<bool> {
        match self.byte(at) {
            b'\n' => Ok(true),
            b'#' => Ok(self.byte(at.wrapping_sub(1)) == b' '),
            b'\t' => Err(Uncommon),
            _ => Ok(false),
        }
    }

    fn is_dash(&self, at: usize) -> bool {
        is_dash(self.bytes, at)
    }

    fn is_end_of_word(&self, at: usize) -> bool {
        is_end_of_word(self.bytes, at)
    }

    /// The byte at an offset; a line break at the end of the text.
    fn byte(&self, at: usize) -> u8 {
        byte(self.bytes, at)
    }

    fn skip_spaces(&self, from: usize) -> usize {
        skip_spaces(self.bytes, from)
    }

    /// Where the line ends that a byte is in: at its line break, or at the end of the text.
    fn line_end(&self, from: usize) -> usize {
        line_end(self.bytes, from)
    }
}

/// Goes from the start of a line to that of the next one that is neither blank nor a comment: its first byte that is no
/// space.
fn to_content(bytes: &[u8], line: &mut usize) -> Step<Option<usize>> {
    loop {
        let start = skip_spaces(bytes, *line);
        match bytes.get(start) {
            None => return Ok(None),
            Some(b'\n') => *line = start + 1,
            Some(b'#') => *line = line_end(bytes, start) + 1,
            Some(b'\t') => return Err(Uncommon),
            Some(_) => return Ok(Some(start)),
        }
    }
}

fn is_dash(bytes: &[u8], at: usize) -> bool {
    byte(bytes, at) == b'-' && is_end_of_word(bytes, at + 1)
}

fn is_end_of_word(bytes: &[u8], at: usize) -> bool {
    matches!(byte(bytes, at), b' ' | b'\n' | b'\t')
}

fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(b'\n')
}

fn skip_spaces(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|&&byte| byte == b' ').count()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}

fn quoted_style(quote: u8) -> ScalarStyle {
    if quote == b'"' {
        ScalarStyle::DoubleQuoted
    } else {
        ScalarStyle::SingleQuoted
    }
}

/// A number of columns; texts are shorter than 4 GiB.
fn columns(bytes: usize) -> isize {
    isize::try_from(bytes).unwrap_or(isize::MAX)
}
