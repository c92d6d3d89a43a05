//! A strict JSON parser (RFC 8259) that keeps the byte range of every key and value.
//!
//! Iterative, one pass, no number larger than a text can be refused: `1e999` is a number here. Escapes that are no
//! characters (lone surrogates) are refused, as Palette's own reader would replace them silently.

use std::ops::Range;

use crate::source::{Text, TextRange, unescape};

use super::{CommonLines, Format, KeyFilter, Kind, SyntaxFault, Tree, TreeBuilder, WrittenLines};

/// How deep arrays and objects may nest. Exports nest ten deep; a bomb nests as deep as it can.
pub const MAX_DEPTH: usize = 128;

/// Parses a JSON text. A byte order mark at the start is skipped.
///
/// # Errors
///
/// The first place where the text is not JSON.
pub fn parse(text: &Text) -> Result<Tree, Box<SyntaxFault>> {
    read(text, None, None)
}

/// Parses a JSON text of which only some keys are asked for: entries with others are checked, and left out of the tree.
///
/// # Errors
///
/// The first place where the text is not JSON, also in what is left out.
pub fn parse_keys(text: &Text, keys: Option<KeyFilter>) -> Result<Tree, Box<SyntaxFault>> {
    read(text, keys, None)
}

/// Parses a JSON text some of whose strings may have been read before.
///
/// # Errors
///
/// The first place where the text is not JSON.
pub fn parse_with(text: &Text, known: &mut dyn KnownStrings) -> Result<Tree, Box<SyntaxFault>> {
    read(text, None, Some(known))
}

/// Strings that were read before. They are compared with what they were, which is faster than to read them again.
pub trait KnownStrings {
    /// What is known of a string with escapes; `start` is the first byte after its opening quote.
    fn find(&mut self, text: &str, start: usize) -> Option<KnownString>;

    /// Takes the text of a string that was not known as a whole, so that it need not be decoded again.
    fn read(&mut self, string: ReadString);
}

/// What is known of a string.
#[derive(Debug)]
pub enum KnownString {
    /// It was read before.
    Whole {
        /// The length of the string in bytes, without the quotes.
        length: usize,
    },
    /// It has lines in common with one that was read before.
    Alike {
        /// The text of that one.
        known: Text,
        /// The lines, in order. What is written begins after the opening quote.
        lines: Vec<WrittenLines>,
    },
}

/// A string with escapes that was read.
#[derive(Debug)]
pub struct ReadString {
    /// The first byte after its opening quote.
    pub start: usize,
    /// Its text.
    pub text: String,
    /// Its lines that are those of the text that it is like.
    pub lines: Vec<CommonLines>,
}

fn read<'t>(
    text: &'t Text,
    keys: Option<KeyFilter>,
    known: Option<&'t mut dyn KnownStrings>,
) -> Result<Tree, Box<SyntaxFault>> {
    let mut parser = Parser {
        text,
        known,
        bytes: text.as_bytes(),
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        builder: TreeBuilder::new(text, Format::Json),
        open: Vec::new(),
        keys,
        left_out: None,
    };
    parser.builder.set_keys(keys);
    match parser.document() {
        Ok(()) => Ok(parser.builder.finish()),
        Err(fault) => Err(Box::new(fault)),
    }
}

/// Strings up to so many bytes are searched byte by byte.
const SHORT_STRING: usize = 32;

struct Parser<'t> {
    text: &'t str,
    known: Option<&'t mut dyn KnownStrings>,
    bytes: &'t [u8],
    at: usize,
    builder: TreeBuilder,
    /// The opening brackets that are not closed yet: offset, and whether it is an object.
    open: Vec<(usize, bool)>,
    /// Which keys the tree is to have; `None` for all.
    keys: Option<KeyFilter>,
    /// How many brackets are open around the entry that is being left out.
    left_out: Option<usize>,
}

type Step = Result<(), SyntaxFault>;

impl Parser<'_> {
    fn document(&mut self) -> Step {
        self.skip_space();
        if self.at == self.bytes.len() {
            return Err(self.fault(self.at, "expected a JSON document, found nothing"));
        }
        loop {
            // Here a value begins.
            let opened = self.value()?;
            if opened && !self.first_member()? {
                continue;
            }
            // Here a value has ended: close what ends with it, then go on to the next one.
            loop {
                if self.left_out == Some(self.open.len()) {
                    self.left_out = None;
                }
                self.skip_space();
                let Some(&(_, is_object)) = self.open.last() else {
                    return self.end();
                };
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.skip_space();
                        if is_object {
                            self.key(true)?;
                        } else if self.peek() == Some(b']') {
                            return Err(self.fault(self.at - 1, "trailing comma before `]`"));
                        }
                        break;
                    }
                    Some(b'}') if is_object => self.close(),
                    Some(b']') if !is_object => self.close(),
                    _ => {
                        return Err(self.unexpected(if is_object {
                            "`,` or `}`"
                        } else {
                            "`,` or `]`"
                        }));
                    }
                }
            }
        }
    }

    /// After an opening bracket: reads the first key, or closes an empty container and returns true.
    fn first_member(&mut self) -> Result<bool, SyntaxFault> {
        self.skip_space();
        let is_object = self.open.last().is_some_and(|&(_, is_object)| is_object);
        match self.peek() {
            Some(b'}') if is_object => self.close(),
            Some(b']') if !is_object => self.close(),
            _ => {
                if is_object {
                    self.key(false)?;
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn close(&mut self) {
        self.open.pop();
        self.at += 1;
        if self.left_out.is_none() {
            self.builder.close(Some(self.at));
        }
    }

    fn end(&mut self) -> Step {
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(self.unexpected("the end of the file after the document"));
        }
        Ok(())
    }

    fn key(&mut self, after_comma: bool) -> Step {
        if self.peek() != Some(b'"') {
            if after_comma && self.peek() == Some(b'}') {
                return Err(self.fault(
                    self.at,
                    "expected a key, found `}`: there is a trailing comma before it",
                ));
            }
            return Err(self.unexpected(if after_comma {
                "a key in double quotes"
            } else {
                "a key in double quotes or `}`"
            }));
        }
        let (range, escaped) = self.string()?;
        if let Some(keys) = self.keys.filter(|_| self.left_out.is_none() && !escaped)
            && !keys(TextRange::new(range.start() + 1, range.end() - 1).of(self.text))
        {
            self.left_out = Some(self.open.len());
        }
        self.string_leaf(range, escaped);
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:` after the key"));
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Reads a scalar, or opens a container and returns true.
    fn value(&mut self) -> Result<bool, SyntaxFault> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => {
                let (range, escaped) = self.string()?;
                self.string_leaf(range, escaped);
            }
            Some(byte @ (b'{' | b'[')) => {
                if self.open.len() >= MAX_DEPTH {
                    return Err(
                        self.fault(self.at, &format!("nested deeper than {MAX_DEPTH} levels"))
                    );
                }
                let is_object = byte == b'{';
                let kind = if is_object { Kind::Object } else { Kind::Array };
                if self.left_out.is_none() {
                    self.builder
                        .open(kind, TextRange::new(self.at, self.at + 1));
                }
                self.open.push((self.at, is_object));
                self.at += 1;
                return Ok(true);
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Kind::Bool)?,
            Some(b'f') => self.word("false", Kind::Bool)?,
            Some(b'n') => self.word("null", Kind::Null)?,
            _ => return Err(self.unexpected("a value")),
        }
        Ok(false)
    }

    fn word(&mut self, word: &str, kind: Kind) -> Step {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word.as_bytes()) {
            return Err(self.unexpected("a value"));
        }
        self.leaf(kind, TextRange::new(self.at, end));
        self.at = end;
        Ok(())
    }

    fn number(&mut self) -> Step {
        let start = self.at;
        self.skip_if(b'-');
        match self.peek() {
            Some(b'0') => {
                self.at += 1;
                if matches!(self.peek(), Some(b'0'..=b'9')) {
                    return Err(self.fault(start, "a number cannot begin with 0"));
                }
            }
            _ => self.digits()?,
        }
        if self.skip_if(b'.') {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if !self.skip_if(b'+') {
                self.skip_if(b'-');
            }
            self.digits()?;
        }
        self.leaf(Kind::Number, TextRange::new(start, self.at));
        Ok(())
    }

    fn digits(&mut self) -> Step {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.unexpected("a digit"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn leaf(&mut self, kind: Kind, range: TextRange) {
        if self.left_out.is_none() {
            self.builder.leaf(kind, range);
        }
    }

    fn string_leaf(&mut self, range: TextRange, escaped: bool) {
        if self.left_out.is_none() {
            let id = self.builder.leaf(Kind::String, range);
            if escaped {
                self.builder.update(id, |node| node.escaped = true);
            }
        }
    }

    /// Goes behind a string: its range with the quotes, and whether it has escapes.
    fn string(&mut self) -> Result<(TextRange, bool), SyntaxFault> {
        let start = self.at;
        self.at += 1;
        // Most are short and have no escapes: they end before a search in blocks of bytes has begun.
        let first = self.bytes.get(self.at..).unwrap_or_default();
        let first = first.get(..SHORT_STRING).unwrap_or(first);
        let is_special = |&byte: &u8| byte == b'"' || byte == b'\\' || byte < 0x20;
        if let Some(len) = first.iter().position(is_special)
            && first.get(len) == Some(&b'"')
        {
            self.at += len + 1;
            return Ok((TextRange::new(start, self.at), false));
        }
        self.skip_plain();
        let content = start + 1;
        let escaped = self.peek() == Some(b'\\');
        // Those that are known are texts of many lines.
        let known = self.known.as_mut().filter(|_| escaped);
        let mut read = known.is_some().then(|| ReadString {
            start: content,
            text: String::new(),
            lines: Vec::new(),
        });
        match known.and_then(|known| known.find(self.text, content)) {
            Some(KnownString::Whole { length }) => {
                self.at = content + length + 1;
                return Ok((TextRange::new(start, self.at), true));
            }
            Some(KnownString::Alike { known, lines }) => {
                self.at = content;
                if let Some(read) = &mut read {
                    self.lines_alike(read, &known, lines)?;
                }
            }
            None => self.at = content,
        }
        let text = read.as_mut().map(|read| &mut read.text);
        self.read_string(content, None, text)?;
        if let (Some(known), Some(read)) = (&mut self.known, read) {
            known.read(read);
        }
        Ok((TextRange::new(start, self.at), escaped))
    }

    /// Reads a string up to the last line that it has in common with a known one.
    fn lines_alike(
        &mut self,
        read: &mut ReadString,
        known: &str,
        lines: Vec<WrittenLines>,
    ) -> Step {
        read.text.reserve(known.len());
        for line in lines {
            let Range { start, end } = line.written;
            let before = read.start + start;
            self.read_string(read.start, Some(before), Some(&mut read.text))?;
            let start = read.text.len();
            read.text
                .push_str(known.get(line.known.clone()).unwrap_or_default());
            read.lines.push(CommonLines {
                start,
                end: read.text.len(),
                other: line.known.start,
            });
            self.at = read.start + end;
        }
        Ok(())
    }

    /// Goes to the next quote or backslash.
    fn skip_plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    }

    /// Reads on in a string, up to a byte after an escape or behind the closing quote, and adds what it reads to `decoded`;
    /// `content` is the first byte of the string after its opening quote.
    fn read_string(
        &mut self,
        content: usize,
        to: Option<usize>,
        decoded: Option<&mut String>,
    ) -> Step {
        let from = self.at;
        let read = self.decode_string(content, to, decoded);
        // Almost all bytes of an export pass here. Looking for these in the whole string is one vectorised loop; doing
        // it between any two escapes takes twice as long as all the rest.
        let bytes = self.bytes.get(from..self.at).unwrap_or_default();
        let has_control = bytes
            .iter()
            .fold(false, |found, &byte| found | (byte < 0x20));
        if has_control {
            let first = bytes.iter().position(|&byte| byte < 0x20);
            self.at = from + first.unwrap_or_default();
            return Err(self.control_character(content - 1));
        }
        read
    }

    fn decode_string(
        &mut self,
        content: usize,
        to: Option<usize>,
        mut decoded: Option<&mut String>,
    ) -> Step {
        let mut from = self.at;
        while to.is_none_or(|to| self.at < to) {
            self.skip_plain();
            let special = self.peek();
            if let Some(decoded) = &mut decoded {
                decoded.push_str(self.text.get(from..self.at).unwrap_or_default());
            }
            match special {
                Some(b'"') => {
                    self.at += 1;
                    break;
                }
                Some(b'\\') => {
                    let escape = self.at;
                    let character = match self.bytes.get(escape + 1) {
                        // Nearly all are one of these.
                        Some(b'n') => Some('\n'),
                        Some(b'"') => Some('"'),
                        _ => None,
                    };
                    match character {
                        Some(_) => self.at += 2,
                        None => self.escape()?,
                    }
                    from = self.at;
                    if let Some(decoded) = &mut decoded {
                        let rest = || self.text.get(escape..).unwrap_or_default();
                        decoded.push(character.unwrap_or_else(|| unescape(rest()).0));
                    }
                }
                _ => return Err(self.fault(content - 1, "this string is not closed")),
            }
        }
        Ok(())
    }

    fn escape(&mut self) -> Step {
        let start = self.at;
        match self.bytes.get(start + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let first = self.unicode_escape(start)?;
                self.at += 6;
                if (0xDC00..0xE000).contains(&first) {
                    return Err(self.lone_surrogate(start));
                }
                if (0xD800..0xDC00).contains(&first) {
                    let follows = self.bytes.get(self.at..self.at + 2) == Some(b"\\u");
                    if !follows || !(0xDC00..0xE000).contains(&self.unicode_escape(self.at)?) {
                        return Err(self.lone_surrogate(start));
                    }
                    self.at += 6;
                }
            }
            _ => {
                let end = self
                    .text
                    .get(start + 1..)
                    .and_then(|rest| rest.chars().next())
                    .map_or(start + 1, |c| start + 1 + c.len_utf8());
                let escaped = TextRange::new(start + 1, end).of(self.text);
                let message = format!("unknown escape `\\{}` in a string", escaped.escape_debug());
                return Err(SyntaxFault {
                    range: TextRange::new(start, end),
                    message,
                    related: None,
                });
            }
        }
        Ok(())
    }

    fn unicode_escape(&self, start: usize) -> Result<u32, SyntaxFault> {
        let digits = self.bytes.get(start + 2..start + 6).unwrap_or_default();
        let text = std::str::from_utf8(digits).unwrap_or_default();
        if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(u32::from_str_radix(text, 16).unwrap_or_default());
        }
        Err(SyntaxFault {
            range: TextRange::new(start, start + 2),
            message: "`\\u` must be followed by four hexadecimal digits".to_owned(),
            related: None,
        })
    }

    fn lone_surrogate(&self, start: usize) -> SyntaxFault {
        let range = TextRange::new(start, start + 6);
        SyntaxFault {
            range,
            message: format!(
                "`{}` is half of a surrogate pair and stands for no character",
                range.of(self.text)
            ),
            related: None,
        }
    }

    fn control_character(&self, string_start: usize) -> SyntaxFault {
        let byte = self.peek().unwrap_or_default();
        let (name, escape) = match byte {
            b'\n' => ("line break", "\\n".to_owned()),
            b'\r' => ("carriage return", "\\r".to_owned()),
            b'\t' => ("tab", "\\t".to_owned()),
            _ => ("control character", format!("\\u{byte:04x}")),
        };
        SyntaxFault {
            range: TextRange::new(self.at, self.at + 1),
            message: format!(
                "raw {name} inside a string: write `{escape}`, or close the string before it"
            ),
            related: Some((
                TextRange::new(string_start, string_start + 1),
                "the string begins here".to_owned(),
            )),
        }
    }

    fn unexpected(&self, expected: &str) -> SyntaxFault {
        let found = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next());
        let (found, len) = match found {
            None => ("the end of the file".to_owned(), 0),
            Some('\'') => ("`'`: JSON strings stand in double quotes".to_owned(), 1),
            Some('/') => ("`/`: JSON has no comments".to_owned(), 1),
            Some(found) if found.is_control() => {
                (format!("U+{:04X}", found as u32), found.len_utf8())
            }
            Some(found) => (format!("`{found}`"), found.len_utf8()),
        };
        let mut fault = self.fault(self.at, &format!("expected {expected}, found {found}"));
        fault.range = TextRange::new(self.at, self.at + len);
        fault
    }

    fn fault(&self, at: usize, message: &str) -> SyntaxFault {
        let len = self
            .text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        let related = self.open.last().map(|&(open, is_object)| {
            let what = if is_object { "object" } else { "array" };
            (
                TextRange::new(open, open + 1),
                format!("in the {what} that begins here"),
            )
        });
        SyntaxFault {
            range: TextRange::new(at, at + len),
            message: message.to_owned(),
            related,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_if(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }
}
