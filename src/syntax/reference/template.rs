//! Where templates of any kind stand in a text, to blank them before another parser reads it.

use std::ops::Range;

use super::lexer::{next_open, partner};

/// Every `{{ … }}` in `text` that opens and closes on one line, foreign ones too, in order.
///
/// A `}}` inside `"…"`, `` `…` `` or `\"…\"` (as raw YAML text has them in a double-quoted scalar)
/// does not close, nor does one inside a comment; a quote without a partner on its line is plain
/// text. A `{{` before the `}}` of another starts anew. Takes time linear in the text's length.
#[must_use]
pub fn template_ranges(text: &str) -> Vec<Range<usize>> {
    let mut finder = Finder {
        bytes: text.as_bytes(),
        alone_until: [0; 4],
    };
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(open) = next_open(text, from) {
        from = match finder.close(open + 2) {
            Ok(end) => {
                ranges.push(open..end);
                end
            }
            Err(resume) => resume,
        };
    }
    ranges
}

/// What can hold a `}}` without closing the template.
#[derive(Clone, Copy)]
enum Quote {
    Double,
    Backtick,
    Escaped,
    Comment,
}

struct Finder<'t> {
    bytes: &'t [u8],
    /// For each kind of quote, up to where it is known to have no partner on the line. Without it a
    /// line of lone quotes would be searched to its end from each.
    alone_until: [usize; 4],
}

impl Finder<'_> {
    /// The end of the template whose inside starts at `at`, or where to go on without one.
    fn close(&mut self, mut at: usize) -> Result<usize, usize> {
        let inside = self.bytes.get(at..).unwrap_or_default();
        let marker = inside
            .iter()
            .position(|b| !matches!(b, b'-' | b' ' | b'\t'))
            .map_or(at, |skipped| at + skipped);
        if self.pair(marker) == Some(b"/*") {
            at = self.skip(marker, 2, Quote::Comment);
        }
        while let Some(byte) = self.bytes.get(at) {
            at = match byte {
                b'\n' | b'\r' => return Err(at),
                b'{' if self.pair(at) == Some(b"{{") => return Err(at),
                b'}' if self.pair(at) == Some(b"}}") => return Ok(at + 2),
                b'"' => self.skip(at, 1, Quote::Double),
                b'`' => self.skip(at, 1, Quote::Backtick),
                b'\\' if self.pair(at) == Some(b"\\\"") => self.skip(at, 2, Quote::Escaped),
                _ => at + 1,
            };
        }
        Err(at)
    }

    fn pair(&self, at: usize) -> Option<&[u8; 2]> {
        self.bytes.get(at..)?.first_chunk()
    }

    /// The end of the quoted text whose opening quote of `width` bytes is at `at`; the end of the
    /// opening quote when it has no partner.
    fn skip(&mut self, at: usize, width: usize, quote: Quote) -> usize {
        let inside = at + width;
        let [double, backtick, escaped, comment] = &mut self.alone_until;
        let known = match quote {
            Quote::Double => double,
            Quote::Backtick => backtick,
            Quote::Escaped => escaped,
            Quote::Comment => comment,
        };
        if at < *known {
            return inside;
        }
        let found = match quote {
            Quote::Double => partner(self.bytes, inside, b'"', true).map(|i| i + 1),
            Quote::Backtick => partner(self.bytes, inside, b'`', false).map(|i| i + 1),
            Quote::Escaped => escaped_partner(self.bytes, inside),
            Quote::Comment => comment_end(self.bytes, inside),
        };
        match found {
            Ok(end) => end,
            Err(line_end) => {
                *known = line_end;
                inside
            }
        }
    }
}

/// The end of a `\"…\"` string: after a `"` with exactly one `\` before it, since an escaped quote
/// inside the string is `\\\"` there. A bare `"` ends the scalar around it and so the search.
fn escaped_partner(bytes: &[u8], from: usize) -> Result<usize, usize> {
    let mut at = from;
    let mut backslashes = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => return Err(at),
            b'"' if backslashes == 1 => return Ok(at + 1),
            b'"' if backslashes == 0 => return Err(at),
            b'\\' => backslashes += 1,
            _ => backslashes = 0,
        }
        if *byte == b'"' {
            backslashes = 0;
        }
        at += 1;
    }
    Err(at)
}

/// The end of a comment that ends on its line.
fn comment_end(bytes: &[u8], from: usize) -> Result<usize, usize> {
    let mut at = from;
    loop {
        let star = partner(bytes, at, b'*', false)?;
        at = star + 1;
        if bytes.get(at) == Some(&b'/') {
            return Ok(at + 1);
        }
    }
}
