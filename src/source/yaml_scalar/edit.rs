//! Edits inside of scalars: as few bytes as can be, in the style that is there.
//!
//! The bytes that make an edit are guessed from the map between text and scalar, and the guess is proven: the scalar
//! that comes out must decode to the text that was wanted. Where folds and indentation make the first guess wrong,
//! others follow, then the scalar is written anew in its style, and last in another style.

use super::{
    ScalarStyle, block_header_len, decode, encode, encode::can_be_plain,
    encode::double_quoted_into, encode::is_line_char, encode::is_string, encode_block, is_blank,
    is_break, run,
};
use crate::source::{Edit, SegmentMap, TextRange, apply};

/// Where a scalar stands, as far as that decides how it can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// Column of the keys or of the `-` of the innermost block collection, 0-based, in spaces; 0 for a document that is
    /// the scalar alone.
    pub parent: usize,
    /// Whether it stands in `[…]` or `{…}`.
    pub in_flow: bool,
    /// How the file breaks lines.
    pub line_break: &'static str,
}

/// The edits of a scalar's raw text, and the style it has afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedScalar {
    /// Replacements in the raw text, in order.
    pub edits: Vec<Edit>,
    /// The style of the result: the one before, unless that cannot hold the text.
    pub style: ScalarStyle,
}

/// How deep the lines of a block are indented that has none yet, relative to its collection.
const BODY_INDENT: usize = 2;

/// The edits of `raw` that make `edits` of the text it stands for, in bytes of that text, in order, not overlapping.
///
/// `raw`, `style` and `indent` are those of [`decode`]. `None` when `raw` is no scalar of that style, or when two edits
/// overlap.
#[must_use]
pub fn edit(
    raw: &str,
    style: ScalarStyle,
    indent: usize,
    site: Site,
    edits: &[Edit],
) -> Option<EditedScalar> {
    let (text, map) = decode(raw, style, indent)?;
    let wanted = apply(&text, edits).ok()?;
    if wanted == text {
        return Some(EditedScalar {
            edits: Vec::new(),
            style,
        });
    }
    let scalar = Scalar {
        raw,
        style,
        indent,
        site,
        text: &text,
        map: &map,
    };
    let stays_in_style = scalar.can_hold(&wanted, edits);
    if stays_in_style && let Some(edits) = scalar.all_at_once(edits, &wanted) {
        return Some(EditedScalar { edits, style });
    }
    let whole = |text: String, style| EditedScalar {
        edits: vec![Edit {
            range: TextRange::new(0, raw.len()),
            text,
        }],
        style,
    };
    if stays_in_style && let Some(raw) = one_by_one(raw, style, indent, site, edits) {
        return Some(whole(raw, style));
    }
    let (raw, style) = scalar.anew(&wanted)?;
    Some(whole(raw, style))
}

/// A scalar that stands for `text`, in `style` or else in the style nearest to it that can hold the text there. A block
/// ends before the line break of its last line.
#[must_use]
pub fn write(text: &str, style: ScalarStyle, indent: usize, site: Site) -> (String, ScalarStyle) {
    let nearest: &[ScalarStyle] = match style {
        ScalarStyle::Plain => &[ScalarStyle::Plain],
        ScalarStyle::SingleQuoted => &[ScalarStyle::SingleQuoted],
        ScalarStyle::DoubleQuoted => &[],
        ScalarStyle::Literal => &[ScalarStyle::Literal],
        ScalarStyle::Folded => &[ScalarStyle::Folded, ScalarStyle::Literal],
    };
    let indent = if indent > site.parent && indent - site.parent < 10 {
        indent
    } else {
        site.parent + BODY_INDENT
    };
    let written = nearest.iter().find_map(|&style| {
        let written = match style {
            ScalarStyle::Literal | ScalarStyle::Folded if site.in_flow || !has_content(text) => {
                None
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                encode_block(text, style, indent, site.parent)
                    .map(|block| block.replace('\n', site.line_break))
            }
            _ => encode(text, style, 0, site.in_flow),
        };
        Some((written?, style))
    });
    written.unwrap_or_else(|| {
        let mut quoted = String::with_capacity(text.len() + 2);
        double_quoted_into(text, &mut quoted);
        (quoted, ScalarStyle::DoubleQuoted)
    })
}

/// Makes edits one after another, from the last to the first, each in the first way that is right.
fn one_by_one(
    raw: &str,
    style: ScalarStyle,
    indent: usize,
    site: Site,
    edits: &[Edit],
) -> Option<String> {
    let mut raw = raw.to_owned();
    for edit in edits.iter().rev() {
        let (text, map) = decode(&raw, style, indent)?;
        let wanted = apply(&text, std::slice::from_ref(edit)).ok()?;
        let scalar = Scalar {
            raw: &raw,
            style,
            indent,
            site,
            text: &text,
            map: &map,
        };
        let edited = GUESSES
            .iter()
            .find_map(|&guess| scalar.proven(&[scalar.piece(edit, guess)?], &wanted))?;
        raw = apply(&raw, &edited).ok()?;
    }
    Some(raw)
}

/// Which of the bytes that decode to nothing around an edit go with it, and what becomes of its line breaks.
#[derive(Debug, Clone, Copy)]
struct Guess {
    /// Whether the edit begins after removed bytes at its start; by the line it is in where nothing is said.
    after_removed_at_start: Option<bool>,
    /// The same for its end.
    after_removed_at_end: Option<bool>,
    /// Whether a line break is folded: two stand for one.
    folds: bool,
    /// Whether the blanks around it are written anew with it, escaped where the style can.
    with_blanks: bool,
}

const GUESSES: [Guess; 11] = {
    const fn guess(start: Option<bool>, end: Option<bool>, folds: bool) -> Guess {
        Guess {
            after_removed_at_start: start,
            after_removed_at_end: end,
            folds,
            with_blanks: false,
        }
    }
    [
        guess(None, None, false),
        guess(None, None, true),
        guess(Some(true), Some(true), false),
        guess(Some(true), Some(true), true),
        guess(Some(false), Some(true), false),
        guess(Some(false), Some(true), true),
        guess(Some(false), Some(false), false),
        guess(Some(false), Some(false), true),
        guess(Some(true), Some(false), false),
        guess(Some(true), Some(false), true),
        Guess {
            after_removed_at_start: Some(false),
            after_removed_at_end: Some(true),
            folds: false,
            with_blanks: true,
        },
    ]
};

/// A scalar and what it stands for.
struct Scalar<'a> {
    raw: &'a str,
    style: ScalarStyle,
    indent: usize,
    site: Site,
    text: &'a str,
    map: &'a SegmentMap,
}

impl Scalar<'_> {
    fn is_block(&self) -> bool {
        matches!(self.style, ScalarStyle::Literal | ScalarStyle::Folded)
    }

    /// Whether the style may stand for a text that these edits make, whatever the bytes are.
    fn can_hold(&self, text: &str, edits: &[Edit]) -> bool {
        match self.style {
            ScalarStyle::Plain => {
                let in_flow = self.site.in_flow;
                let on_one_line = |text: &str| text.replace('\n', " ");
                let is_harmless = |edit: &Edit| {
                    let specials = [':', '#', ',', '[', ']', '{', '}', '\n', '\r', '\t'];
                    !edit.text.contains(specials)
                };
                // What was no plain scalar for every reader before the edit need not be one afterwards: a template.
                edits.iter().all(|edit| !edit.text.contains('\n'))
                    && (can_be_plain(&on_one_line(text), in_flow)
                        || !can_be_plain(&on_one_line(self.text), in_flow)
                            && edits.iter().all(is_harmless)
                            && !text.trim().is_empty()
                            && is_string(text))
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => true,
            // A comment below a block without content would become its content.
            ScalarStyle::Literal | ScalarStyle::Folded => has_content(text),
        }
    }

    /// All edits where the map says they are.
    fn all_at_once(&self, edits: &[Edit], wanted: &str) -> Option<Vec<Edit>> {
        let folds = self.style == ScalarStyle::Folded;
        let guess = Guess {
            folds,
            ..GUESSES.first().copied()?
        };
        let pieces: Option<Vec<Edit>> = edits.iter().map(|edit| self.piece(edit, guess)).collect();
        self.proven(&pieces?, wanted)
    }

    /// The edits, with those of the header that they ask for, if the result stands for the text that is wanted.
    fn proven(&self, edits: &[Edit], wanted: &str) -> Option<Vec<Edit>> {
        let mut edits = edits.to_vec();
        if self.is_block() {
            self.keep_last_break(&mut edits)?;
        }
        let stands_for = |edits: &[Edit]| {
            let raw = apply(self.raw, edits).ok()?;
            let (text, _) = decode(&raw, self.style, self.indent)?;
            Some(text == wanted)
        };
        if stands_for(&edits)? && !(self.is_block() && self.needs_indicator(wanted)) {
            return Some(edits);
        }
        if !self.is_block() {
            return None;
        }
        edits.insert(0, self.header(wanted)?);
        (stands_for(&edits)?).then_some(edits)
    }

    /// The bytes of one edit.
    fn piece(&self, edit: &Edit, guess: Guess) -> Option<Edit> {
        let (mut start, mut end) = (edit.range.start(), edit.range.end());
        let mut text = edit.text.as_str();
        let widened;
        if guess.with_blanks {
            let before = self.text.get(..start)?;
            let after = self.text.get(end..)?;
            let lead = before.len() - before.trim_end_matches([' ', '\t']).len();
            let trail = after.len() - after.trim_start_matches([' ', '\t']).len();
            widened = [
                before.get(before.len() - lead..)?,
                text,
                after.get(..trail)?,
            ]
            .concat();
            text = &widened;
            start -= lead;
            end += trail;
        }
        let raw_start = self.boundary(start, guess.after_removed_at_start);
        let raw_end = self
            .boundary(end, guess.after_removed_at_end)
            .max(raw_start);
        let range = TextRange::new(raw_start, raw_end);
        let text = match self.style {
            ScalarStyle::Plain => text.chars().all(is_line_char).then(|| text.to_owned()),
            ScalarStyle::SingleQuoted => self.single_quoted(text),
            ScalarStyle::DoubleQuoted => Some(double_quoted(text, guess.with_blanks)),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                self.block_lines(text, raw_start, end, guess.folds)
            }
        };
        Some(Edit { range, text: text? })
    }

    /// The offset in the raw text of an offset in the text.
    fn boundary(&self, at: usize, after_removed: Option<bool>) -> usize {
        let is_line_start = || {
            let before = self.text.as_bytes().get(..at).unwrap_or_default();
            self.is_block() && before.last().is_none_or(|&byte| byte == b'\n')
        };
        let after_removed =
            after_removed.unwrap_or_else(|| at == 0 || at < self.text.len() && is_line_start());
        if after_removed {
            self.map.raw_start(at)
        } else {
            self.map.raw_end(at)
        }
    }

    fn single_quoted(&self, text: &str) -> Option<String> {
        if !text.chars().all(|c| c == '\n' || is_line_char(c)) {
            return None;
        }
        let quoted = text.replace('\'', "''");
        if !text.contains('\n') {
            return Some(quoted);
        }
        // One line stays one line: that a scalar is on several is for its writer to choose.
        let last_line = self.raw.rfind('\n')? + 1;
        let line = self.raw.get(last_line..)?;
        let indentation = line.get(..run(line.as_bytes(), |byte| !is_blank(byte)))?;
        let mut folded = String::with_capacity(quoted.len() + 8);
        let mut after_break = false;
        for c in quoted.chars() {
            if c == '\n' {
                if !after_break {
                    folded.push_str(self.site.line_break);
                }
                folded.push_str(self.site.line_break);
            } else {
                if after_break {
                    folded.push_str(indentation);
                }
                folded.push(c);
            }
            after_break = c == '\n';
        }
        if after_break {
            folded.push_str(indentation);
        }
        Some(folded)
    }

    /// A text as lines of a block; `end` is where what follows it begins in the text.
    fn block_lines(&self, text: &str, raw_start: usize, end: usize, folds: bool) -> Option<String> {
        if !text.chars().all(|c| c == '\n' || is_line_char(c)) || self.indent > MAX_COLUMN {
            return None;
        }
        let content_follows = self
            .text
            .as_bytes()
            .get(end)
            .is_some_and(|&byte| byte != b'\n');
        let before = self.raw.as_bytes().get(..raw_start)?;
        let line = before
            .iter()
            .rposition(|&byte| is_break(byte))
            .and_then(|at| before.get(at + 1..));
        // Content at the start of a line stands behind its indentation; some of that may be there already.
        let there = match line {
            Some(line) if line.len() < self.indent && line.iter().all(|&byte| byte == b' ') => {
                line.len()
            }
            _ => self.indent,
        };
        let mut out = String::with_capacity(text.len() + 16);
        let mut lines = text.split('\n').peekable();
        let mut is_first = true;
        let mut breaks = 0;
        while let Some(line) = lines.next() {
            let has_content = !line.is_empty() || lines.peek().is_none() && content_follows;
            if !is_first {
                breaks += 1;
            }
            if has_content || lines.peek().is_none() {
                let doubled = usize::from(folds && breaks > 0 && has_content);
                for _ in 0..breaks + doubled {
                    out.push_str(self.site.line_break);
                }
                let missing = if is_first || breaks == 0 {
                    self.indent - there
                } else {
                    self.indent
                };
                if has_content {
                    out.extend(std::iter::repeat_n(' ', missing));
                }
                breaks = 0;
            }
            out.push_str(line);
            is_first = false;
        }
        Some(out)
    }

    /// A block that ends with a line break ends with one afterwards: what follows it begins on a line of its own.
    fn keep_last_break(&self, edits: &mut [Edit]) -> Option<()> {
        let ends_with_break = |text: &str| text.ends_with(['\n', '\r']);
        if !ends_with_break(self.raw) {
            return Some(());
        }
        if let Some(last) = edits
            .last_mut()
            .filter(|last| last.range.end() == self.raw.len())
        {
            let is_line_start = last.text.is_empty()
                && self
                    .raw
                    .get(..last.range.start())
                    .is_some_and(ends_with_break);
            if !is_line_start && !ends_with_break(&last.text) {
                last.text.push_str(self.site.line_break);
            }
        }
        Some(())
    }

    /// Whether the first line of a block is indented deeper than its body, and the header does not tell that.
    fn needs_indicator(&self, text: &str) -> bool {
        let header = self.raw.lines().next().unwrap_or_default();
        let told = header
            .bytes()
            .skip(1)
            .take_while(|byte| !is_blank(*byte))
            .any(|byte| byte.is_ascii_digit());
        !told && text.trim_start_matches('\n').starts_with([' ', '\t'])
    }

    /// The edit of the indicators after the `|` or `>` that a text asks for. A comment behind them stays.
    fn header(&self, text: &str) -> Option<Edit> {
        let header = self.raw.get(..block_header_len(self.raw, self.style)?)?;
        let len = run(header.as_bytes(), |byte| is_blank(byte) || is_break(byte));
        let body = text.trim_end_matches('\n');
        let mut indicators = String::new();
        let told = header.get(..len)?.chars().find(char::is_ascii_digit);
        if let Some(digit) = told {
            indicators.push(digit);
        } else if self.needs_indicator(text) {
            let digit = u32::try_from(self.indent.checked_sub(self.site.parent)?).ok()?;
            indicators.push(char::from_digit(digit, 10).filter(|digit| *digit != '0')?);
        }
        match text.len() - body.len() {
            0 => indicators.push('-'),
            1 if !body.is_empty() => {}
            _ => indicators.push('+'),
        }
        Some(Edit {
            range: TextRange::new(1, len),
            text: indicators,
        })
    }

    /// The scalar written anew.
    fn anew(&self, text: &str) -> Option<(String, ScalarStyle)> {
        let (mut raw, style) = write(text, self.style, self.indent, self.site);
        if !self.is_block() {
            return Some((raw, style));
        }
        // The blank lines after a block are no part of its text, unless the header says so.
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if !is_block {
            let header = self.raw.lines().next().unwrap_or_default();
            if let Some(comment) = header.find('#').and_then(|at| header.get(at..)) {
                raw.push(' ');
                raw.push_str(comment);
            }
        }
        let content = self.raw.trim_end_matches([' ', '\t', '\n', '\r']).len();
        let rest = self.raw.get(content..)?;
        let tail = rest.find(['\n', '\r']).and_then(|at| rest.get(at..));
        let Some(tail) = tail else {
            return Some((raw, style));
        };
        let with_tail = format!("{raw}{tail}");
        let indent = self.indent.min(MAX_COLUMN);
        let is_right = || decode(&with_tail, style, indent).is_some_and(|(there, _)| there == text);
        if !is_block || self.indent <= MAX_COLUMN && is_right() {
            return Some((with_tail, style));
        }
        raw.push_str(self.site.line_break);
        Some((raw, style))
    }
}

fn has_content(text: &str) -> bool {
    text.bytes().any(|byte| byte != b'\n')
}

/// Blocks without content have no column of their own.
const MAX_COLUMN: usize = u16::MAX as usize;

fn double_quoted(text: &str, escape_edges: bool) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    double_quoted_into(text, &mut quoted);
    let inside = quoted
        .get(1..quoted.len() - 1)
        .unwrap_or_default()
        .to_owned();
    if !escape_edges {
        return inside;
    }
    let inside = match inside.strip_prefix(' ') {
        Some(rest) => format!("\\ {rest}"),
        None => inside,
    };
    match inside.strip_suffix(' ') {
        Some(rest) if !rest.ends_with('\\') => format!("{rest}\\ "),
        _ => inside,
    }
}
