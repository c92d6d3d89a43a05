//! The cursor over a text: white space, delimiters, quotes and the runs of characters between them.

use std::ops::Range;

/// What stands at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ahead {
    /// `}}` or `-}}`.
    Close,
    /// `{{`.
    Open,
    /// A `}` alone.
    Brace,
    Pipe,
    RightParen,
    /// The end of the text, or of the part the cursor was confined to.
    End,
    /// Anything else.
    Operand,
}

/// A position in a text that only moves forward.
///
/// It also remembers where searches for a partner failed, so that no part of the text is searched
/// again and again for what is not there.
#[derive(Debug)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    /// The next byte to read; always on a character boundary.
    pub(super) at: usize,
    /// Reading ends here.
    limit: usize,
    /// The end of what was read before the last white space.
    pub(super) token_end: usize,
    /// Where the last white space ended.
    gap_end: usize,
    /// Before here no `"` has a partner.
    lone_quote_until: usize,
    /// What [`Self::line_stop`] searched last: from where, and what it found.
    stop_known: Range<usize>,
    /// From here on there is no `` ` ``.
    no_backtick_from: Option<usize>,
}

impl<'t> Cursor<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            limit: text.len(),
            token_end: 0,
            gap_end: 0,
            lone_quote_until: 0,
            stop_known: 0..0,
            no_backtick_from: None,
        }
    }

    /// Continues at `at`, which must be a character boundary, with the rest of the text in reach.
    pub(super) const fn restart(&mut self, at: usize) {
        self.at = at;
        self.limit = self.text.len();
        self.token_end = at;
        self.gap_end = at;
    }

    /// Makes the current position the end of what can be read.
    pub(super) const fn stop(&mut self) {
        self.limit = self.at;
    }

    pub(super) fn rest(&self) -> &'t str {
        self.slice(self.at..self.limit)
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn looking_at(&self, prefix: &str) -> bool {
        self.rest().starts_with(prefix)
    }

    /// Steps over `prefix` when it is next.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let found = self.looking_at(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Reads as long as `accept` likes the characters.
    pub(super) fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let run = leading(self.rest(), accept);
        self.at += run.len();
        run
    }

    /// The end of what was read last, white space not counted.
    pub(super) const fn end(&self) -> usize {
        if self.at == self.gap_end {
            self.token_end
        } else {
            self.at
        }
    }

    /// Skips white space, hands each character of it that templates do not know to `odd` with its
    /// range, and tells whether a line ended.
    pub(super) fn space(&mut self, mut odd: impl FnMut(char, Range<usize>)) -> bool {
        self.token_end = self.end();
        let mut line_ended = false;
        while let Some(c) = self.peek() {
            if is_odd_space(c) {
                odd(c, self.at..self.at + c.len_utf8());
            } else if !is_space(c) {
                break;
            }
            line_ended |= is_line_end(c);
            self.at += c.len_utf8();
        }
        self.gap_end = self.at;
        line_ended
    }

    /// Classifies what comes next. A `)` counts as an operand outside parentheses.
    pub(super) fn ahead(&self, inside_parens: bool) -> Ahead {
        let rest = self.rest();
        match rest.as_bytes() {
            [] => Ahead::End,
            [b'}', b'}', ..] | [b'-', b'}', b'}', ..] => Ahead::Close,
            [b'}', ..] => Ahead::Brace,
            [b'{', b'{', ..] => Ahead::Open,
            [b'|', ..] => Ahead::Pipe,
            [b')', ..] if inside_parens => Ahead::RightParen,
            _ => Ahead::Operand,
        }
    }

    /// Where the nearest `}}`, `{{` or end of line is, at or after `from`.
    pub(super) fn line_stop(&mut self, from: usize) -> usize {
        if !(self.stop_known.start..=self.stop_known.end).contains(&from) {
            let bytes = self.slice(from..self.limit).as_bytes();
            let is_stop = |&i: &usize| {
                matches!(bytes.get(i), Some(b'\n' | b'\r'))
                    || matches!(bytes.get(i..i + 2), Some(b"}}" | b"{{"))
            };
            let found = (0..bytes.len()).find(is_stop);
            self.stop_known = from..found.map_or(self.limit, |i| from + i);
        }
        self.stop_known.end
    }

    /// Reads `"…"`, which has to end on its line, and gives what is between the quotes.
    pub(super) fn double_quoted(&mut self) -> Option<&'t str> {
        if self.at < self.lone_quote_until {
            return None;
        }
        let start = self.at + 1;
        match partner(self.text.as_bytes(), start, b'"', true) {
            Ok(end) => {
                self.at = end + 1;
                Some(self.slice(start..end))
            }
            Err(line_end) => {
                self.lone_quote_until = line_end;
                None
            }
        }
    }

    /// Reads `` `…` ``, which may go over lines, and gives what is between the quotes.
    pub(super) fn raw_quoted(&mut self) -> Option<&'t str> {
        let start = self.at + 1;
        if self.no_backtick_from.is_some_and(|from| start >= from) {
            return None;
        }
        if let Some(length) = self.slice(start..self.limit).find('`') {
            self.at = start + length + 1;
            Some(self.slice(start..start + length))
        } else {
            self.no_backtick_from = Some(start);
            None
        }
    }

    /// Reads `'…'`, which has to end before the next `}}`, `{{` or end of line.
    pub(super) fn single_quoted(&mut self) -> Option<&'t str> {
        let start = self.at + 1;
        let stop = self.line_stop(start);
        let inside = self.slice(start..stop);
        let end = start + partner(inside.as_bytes(), 0, b'\'', true).ok()?;
        self.at = end + 1;
        Some(self.slice(start..end))
    }

    /// Reads a string in quotes that are wrong in a template, `\"…\"` or `“…”`, under the
    /// conditions of [`Self::single_quoted`].
    pub(super) fn wrongly_quoted(&mut self) -> Option<&'t str> {
        let first = self.peek()?;
        let opening = if self.looking_at("\\\"") {
            2
        } else if is_typographic_quote(first) {
            first.len_utf8()
        } else {
            return None;
        };
        let start = self.at + opening;
        let stop = self.line_stop(start);
        let inside = self.slice(start..stop);
        let (length, closing) = if first == '\\' {
            (inside.find("\\\"")?, 2)
        } else {
            let closing = inside
                .char_indices()
                .find(|&(_, c)| is_typographic_quote(c));
            closing.map(|(i, c)| (i, c.len_utf8()))?
        };
        self.at = start + length + closing;
        Some(self.slice(start..start + length))
    }

    /// Reads one segment of a path, with characters in it that do not belong there.
    pub(super) fn segment(&mut self) -> &'t str {
        let start = self.at;
        loop {
            // What most segments consist of, and nothing ends at.
            self.take_while(is_identifier);
            let Some(c) = self.peek() else {
                break;
            };
            let ends = is_space(c) || is_odd_space(c) || matches!(c, '.' | '|' | '(' | ')' | '}');
            if ends || self.looking_at("{{") || self.looking_at("-}}") {
                break;
            }
            self.at += if c == '<' {
                self.placeholder()
            } else {
                c.len_utf8()
            };
        }
        self.slice(start..self.at)
    }

    /// The length of `<…>` at the cursor, which may hold spaces; of `<` alone when it is not closed.
    fn placeholder(&self) -> usize {
        let inside = self.rest().get(1..).unwrap_or_default();
        let is_edge = |c: char| matches!(c, '<' | '>' | '{' | '}' | '|' | '"') || is_line_end(c);
        match inside.find(is_edge) {
            Some(end) if inside.as_bytes().get(end) == Some(&b'>') => end + 2,
            _ => 1,
        }
    }
}

/// Where the next `{{` at or after `from` starts. Of more than two braces in a row, the last two
/// count: what is before them is text.
pub(super) fn next_open(text: &str, from: usize) -> Option<usize> {
    let tail = text.as_bytes().get(from..)?;
    let mut braces = memchr::memchr_iter(b'{', tail);
    let found = braces.find(|at| tail.get(at + 1) == Some(&b'{'))?;
    let braces = tail.iter().skip(found).take_while(|&&b| b == b'{').count();
    Some(from + found + braces - 2)
}

/// Where the next `quote` on the line is, at or after `from`; otherwise where the line ends.
pub(super) fn partner(bytes: &[u8], from: usize, quote: u8, escapes: bool) -> Result<usize, usize> {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'\r' => return Err(at),
            b'\\' if escapes && !matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => at += 1,
            _ if byte == quote => return Ok(at),
            _ => {}
        }
        at += 1;
    }
    Err(bytes.len())
}

/// The longest start of `text` of characters that `accept` likes.
pub(super) fn leading(text: &str, accept: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !accept(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The characters up to white space, a delimiter or a quote.
pub(super) fn leading_word(rest: &str) -> &str {
    let ends = |(i, c): (usize, char)| {
        let after = || rest.get(i..).unwrap_or_default();
        c.is_whitespace()
            || is_zero_width(c)
            || is_typographic_quote(c)
            || matches!(c, '|' | '(' | ')' | '"' | '`' | '\'' | '\\' | '}')
            || (c == '{' && after().starts_with("{{"))
            || (c == '-' && after().starts_with("-}}"))
    };
    let end = rest.char_indices().find(|&place| ends(place));
    rest.get(..end.map_or(rest.len(), |(i, _)| i))
        .unwrap_or_default()
}

/// Characters a name can have. No rule is published; these are what public names use.
pub(super) const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Characters of a function's or variable's name.
pub(super) const fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// White space between the parts of a template.
pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r')
}

/// Looks like white space, or like nothing, but is no white space to a template.
fn is_odd_space(c: char) -> bool {
    (c.is_whitespace() && !is_space(c)) || is_zero_width(c)
}

pub(super) const fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

pub(super) const fn is_typographic_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‘' | '’')
}
