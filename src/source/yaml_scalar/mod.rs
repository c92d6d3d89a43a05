//! The codec of YAML scalars: the text a scalar stands for, the bytes it is written with, and the map between them.
//!
//! Finding scalars is the parser's work. This module takes the raw bytes of one, decodes them exactly as the parser
//! does (its tests compare the two), and writes a text back in the style of its neighbours.

mod compose;
mod decode;
mod edit;
mod encode;
mod tokens;

use crate::source::TextRange;

pub use decode::{decode, decode_text};
pub use edit::{EditedScalar, Site, edit, keeps_line_breaks, replace, write};
pub use encode::{encode, encode_block};

/// How a scalar is written (YAML 1.2.2, sections 7.3 and 8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes (7.3.3).
    Plain,
    /// In `'…'` (7.3.2).
    SingleQuoted,
    /// In `"…"` (7.3.1).
    DoubleQuoted,
    /// A `|` block: line breaks stay (8.1.2).
    Literal,
    /// A `>` block: single line breaks become spaces (8.1.3).
    Folded,
}

impl ScalarStyle {
    /// Whether it is written in quotes.
    #[must_use]
    pub fn is_quoted(self) -> bool {
        matches!(self, Self::SingleQuoted | Self::DoubleQuoted)
    }
}

/// Where a block scalar lies in its text, as [`decode`] wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockExtent {
    /// From the `|` or `>` to the end of the last line of the body, blank lines at its end included. The indentation
    /// of the next token is not part of it.
    pub raw: TextRange,
    /// Spaces that decoding removes from each line; `u32::MAX` when every line is blank and none is content.
    pub indent: u32,
}

/// The extent of the block scalar whose content the parser reports at `body`.
///
/// `from` is the end of the event before, `body` the parser's span, both in bytes of `text`. That span begins at the
/// first character of the first line that is not blank, or at the header when no content follows up to the end of
/// the text, and its end takes in the indentation of the next token. The start of a document without `---` does not
/// count for `from`: it has the span of the scalar itself. `None` when no block scalar is there.
#[must_use]
pub fn block_extent(text: &str, from: usize, body: TextRange) -> Option<BlockExtent> {
    let header = block_header_start(text, from, body.start())?;
    // The parser's own indentation of a scalar is that of the mapping when the scalar is a key.
    let indent = if body.is_empty() || body.start() == header {
        u32::MAX
    } else {
        u32::try_from(body.start() - line_start(text, body.start())?).ok()?
    };
    // Spaces without a line break count as a line at the end of the text only.
    let end = if body.end() == text.len() {
        text.len()
    } else {
        line_start(text, body.end())?
    };
    (header < end).then(|| BlockExtent {
        raw: TextRange::new(header, end),
        indent,
    })
}

/// The offset of the `|` or `>` of the block scalar whose body begins at `body` (YAML 1.2.2, section 8.1.1).
///
/// `from` is the end of the event before, `body` the start of the parser's span (see [`block_extent`]), both in bytes
/// of `text`. Between `from` and the header stand only white space, comments, the indicators `:`, `-` and `?`, an
/// anchor and a tag; `None` when anything else does, or when there is no header at or before `body`.
#[must_use]
pub fn block_header_start(text: &str, from: usize, body: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at <= body {
        let rest = bytes.get(at..)?;
        at += match *rest.first()? {
            b'|' | b'>' => return Some(at),
            b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-' | b'?' => 1,
            b'#' => run(rest, is_break),
            b'&' | b'!' => run(rest, is_white),
            _ if rest.starts_with(BYTE_ORDER_MARK) => BYTE_ORDER_MARK.len(),
            _ => return None,
        };
    }
    None
}

/// A byte order mark, which may open a document (YAML 1.2.2, section 5.2).
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The offset after the last line break before `at`.
fn line_start(text: &str, at: usize) -> Option<usize> {
    let before = text.as_bytes().get(..at)?;
    Some(
        before
            .iter()
            .rposition(|&byte| is_break(byte))
            .map_or(0, |found| found + 1),
    )
}

/// How many bytes come before the first that `stop` holds for.
fn run(bytes: &[u8], stop: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|&byte| stop(byte))
        .unwrap_or(bytes.len())
}

/// `b-char` (YAML 1.2.2, rule 26).
fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// The length of the line break at `at`; 0 when there is none.
fn break_len(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([b'\n' | b'\r', ..]) => 1,
        _ => 0,
    }
}

/// `s-white` (YAML 1.2.2, rule 33).
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_white(byte: u8) -> bool {
    is_blank(byte) || is_break(byte)
}

/// `c-printable` (YAML 1.2.2, rule 1).
fn is_printable(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n'
            | '\r'
            | ' '..='~'
            | '\u{85}'
            | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}'
            | '\u{10000}'..
    )
}

#[cfg(test)]
mod tests;
