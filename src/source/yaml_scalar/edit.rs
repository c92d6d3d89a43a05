//! Edits inside of scalars: as few bytes as can be, in the style that is there.
//!
//! A scalar is cut into the text of its lines and what stands between them. What the edits leave of both stays byte for
//! byte, as long as it still stands for the same: white space at the end of a line takes the meaning of the line break
//! after it away, and so does a folded line that becomes indented. The result is proven: it must decode to the text that
//! was wanted. Where the style cannot hold that, double quotes can.

use std::borrow::Cow;

use super::{
    ScalarStyle,
    compose::{Composer, Ending, Output},
    decode,
    decode::{Chomping, block_header},
    encode,
    encode::{can_be_plain, double_quoted, is_string},
    encode_block, is_blank, is_break, run,
    tokens::{Cutter, Layout, units},
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
    // One that changes nothing would cut what stands between two lines.
    let is_change = |edit: &Edit| !edit.range.is_empty() || !edit.text.is_empty();
    let edits: Cow<'_, [Edit]> = if edits.iter().all(is_change) {
        Cow::Borrowed(edits)
    } else {
        edits
            .iter()
            .filter(|edit| is_change(edit))
            .cloned()
            .collect()
    };
    let header = Header::of(raw, style);
    let scalar = Scalar {
        raw,
        style,
        indent,
        site,
        text: &text,
        map: &map,
        header,
    };
    let in_style = if scalar.is_empty_block() {
        scalar.filled(&wanted)
    } else {
        scalar.in_style(&edits, &wanted)
    };
    Some(match in_style {
        Some(edits) => EditedScalar { edits, style },
        None => EditedScalar {
            edits: scalar.replaced(&double_quoted(&wanted)),
            style: ScalarStyle::DoubleQuoted,
        },
    })
}

/// The edits that put another scalar, on one line, in the place of `raw`. Of a block its comment stays, and the blank
/// lines after it. `None` when `raw` is no scalar of that style.
#[must_use]
pub fn replace(raw: &str, style: ScalarStyle, indent: usize, by: &str) -> Option<Vec<Edit>> {
    let (text, map) = decode(raw, style, indent)?;
    let site = Site {
        parent: 0,
        in_flow: false,
        line_break: "\n",
    };
    let scalar = Scalar {
        raw,
        style,
        indent,
        site,
        text: &text,
        map: &map,
        header: Header::of(raw, style),
    };
    Some(scalar.replaced(by))
}

/// Whether a block keeps all the line breaks at its end.
#[must_use]
pub fn keeps_line_breaks(raw: &str, style: ScalarStyle) -> bool {
    Header::of(raw, style).is_some_and(Header::keeps)
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
    written.unwrap_or_else(|| (double_quoted(text), ScalarStyle::DoubleQuoted))
}

/// The first line of a block.
#[derive(Debug, Clone, Copy)]
struct Header {
    chomping: Chomping,
    /// The number that tells how deep the lines are indented.
    digit: Option<char>,
    /// Where the indicators end that follow the `|` or `>`.
    indicators_end: usize,
    /// Where the line ends, before its line break.
    line_end: usize,
    /// Where the next line begins.
    end: usize,
}

impl Header {
    fn of(raw: &str, style: ScalarStyle) -> Option<Self> {
        let indicator = match style {
            ScalarStyle::Literal => b'|',
            ScalarStyle::Folded => b'>',
            _ => return None,
        };
        let (chomping, end) = block_header(raw, indicator)?;
        let bytes = raw.as_bytes();
        let indicators_end = run(bytes, |byte| is_blank(byte) || is_break(byte));
        Some(Self {
            chomping,
            digit: raw
                .get(..indicators_end)?
                .chars()
                .find(char::is_ascii_digit),
            indicators_end,
            line_end: run(bytes, is_break),
            end,
        })
    }

    fn keeps(self) -> bool {
        self.chomping == Chomping::Keep
    }
}

/// A scalar and what it stands for.
struct Scalar<'a> {
    raw: &'a str,
    style: ScalarStyle,
    indent: usize,
    site: Site,
    text: &'a str,
    map: &'a SegmentMap,
    /// That of a block.
    header: Option<Header>,
}

impl Scalar<'_> {
    /// Whether it is a block in which every line is blank.
    fn is_empty_block(&self) -> bool {
        self.header.is_some() && !has_content(self.text)
    }

    /// The edits of the raw text in its own style.
    fn in_style(&self, edits: &[Edit], wanted: &str) -> Option<Vec<Edit>> {
        if !self.can_hold(wanted, edits) {
            return None;
        }
        let body = match (self.style, self.header) {
            (_, Some(header)) => header.end,
            (ScalarStyle::Plain, _) => 0,
            _ => 1,
        };
        let layout = Layout::of(self.raw, self.style, body, self.text, self.map);
        let tokens = Cutter::new(self.style, self.text, self.map, &layout).cut(edits)?;
        let lead = layout
            .gaps
            .first()
            .map(|gap| gap.lead(self.raw).of(self.raw));
        let mut composer = Composer {
            raw: self.raw,
            text: self.text,
            style: self.style,
            indent: self.indent,
            site: self.site,
            lead: lead.unwrap_or_default(),
            ending: None,
            out: Output::default(),
        };
        match self.header {
            Some(header) => {
                let keeps = self.write_header(header, wanted, &mut composer.out)?;
                composer.ending = Some(self.ending(&layout, keeps));
            }
            None => composer.out.keep(TextRange::new(0, body)),
        }
        composer.write(&tokens)?;
        if self.header.is_none() {
            composer
                .out
                .keep(TextRange::new(self.raw.len() - body, self.raw.len()));
        }
        let edits = composer.out.finish(self.raw.len());
        self.is_right(&edits, self.indent, wanted).then_some(edits)
    }

    fn ending(&self, layout: &Layout, keeps: bool) -> Ending {
        let lines = layout.tail.map_or(0, |tail| tail.units(self.raw).count());
        let last = layout.gaps.last().filter(|_| self.text.ends_with('\n'));
        let has_own_break = last.is_some_and(|gap| !gap.raw.is_empty());
        Ending {
            keeps,
            has_break: has_own_break || lines > 0,
            blank_lines: lines - usize::from(!has_own_break && lines > 0),
        }
    }

    /// Whether edits make the text that was wanted.
    fn is_right(&self, edits: &[Edit], indent: usize, wanted: &str) -> bool {
        apply(self.raw, edits).is_ok_and(|raw| {
            decode(&raw, self.style, indent).is_some_and(|(text, _)| text == wanted)
        })
    }

    /// Whether the style may stand for a text that these edits make.
    fn can_hold(&self, wanted: &str, edits: &[Edit]) -> bool {
        match self.style {
            ScalarStyle::Plain => self.stays_plain(wanted, edits),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => true,
            // A comment below a block without content would become its content.
            ScalarStyle::Literal | ScalarStyle::Folded => {
                wanted.contains(|c: char| !c.is_whitespace())
            }
        }
    }

    fn stays_plain(&self, wanted: &str, edits: &[Edit]) -> bool {
        let in_flow = self.site.in_flow;
        let on_one_line = |text: &str| text.replace('\n', " ");
        if can_be_plain(&on_one_line(wanted), in_flow) {
            return true;
        }
        if in_flow || can_be_plain(&on_one_line(self.text), in_flow) {
            return false;
        }
        // What was no plain scalar for every reader before need not be one afterwards: a template. But no edit may do
        // anything to what makes it one, or add to it.
        let is_harmless = |c: char| c.is_alphanumeric() || " -./_".contains(c);
        let is_untouched = |edit: &Edit| {
            let old = edit.range.of(self.text);
            let before = self.text.get(..edit.range.start()).unwrap_or_default();
            let after = self.text.get(edit.range.end()..).unwrap_or_default();
            old.chars().chain(edit.text.chars()).all(is_harmless)
                && !before.ends_with([':', '#'])
                && !after.starts_with([':', '#'])
        };
        let start = |text: &str| -> Vec<char> { text.chars().take(3).collect() };
        edits.iter().all(is_untouched)
            && start(wanted) == start(self.text)
            && !wanted.ends_with(' ')
            && is_string(wanted)
    }

    /// Writes the first line of a block, and tells whether it keeps all line breaks at the end. A comment in it stays.
    fn write_header(&self, header: Header, wanted: &str, out: &mut Output) -> Option<bool> {
        let first_line = wanted.trim_start_matches('\n');
        let digit = match header.digit {
            None if first_line.starts_with([' ', '\t']) => {
                let digit = u32::try_from(self.indent.checked_sub(self.site.parent)?).ok()?;
                Some(char::from_digit(digit, 10).filter(|digit| *digit != '0')?)
            }
            digit => digit,
        };
        let chomping = match wanted.len() - wanted.trim_end_matches('\n').len() {
            0 => Chomping::Strip,
            1 if !header.keeps() => Chomping::Clip,
            _ => Chomping::Keep,
        };
        out.keep(TextRange::new(0, 1));
        if digit != header.digit || chomping != header.chomping {
            out.add(&digit.map(String::from).unwrap_or_default());
            out.add(chomping.indicator());
            out.keep(TextRange::new(header.indicators_end, header.end));
        } else {
            out.keep(TextRange::new(1, header.end));
        }
        Some(chomping == Chomping::Keep)
    }

    /// A block that had no lines but blank ones.
    fn filled(&self, wanted: &str) -> Option<Vec<Edit>> {
        let header = self.header.filter(|_| self.can_hold(wanted, &[]))?;
        let line_break = self.site.line_break;
        let indent = self.site.parent + BODY_INDENT;
        let block = encode_block(wanted, self.style, indent, self.site.parent)?;
        let (first_line, lines) = block.split_once('\n')?;
        let blank_lines = self.raw.get(header.end..)?;
        let mut lines = format!("\n{lines}");
        if header.line_end < header.end || wanted.ends_with('\n') {
            lines.push('\n');
        }
        if !header.keeps() && !wanted.ends_with("\n\n") {
            lines.extend(units(blank_lines).map(|_| '\n'));
        }
        let edits = vec![
            Edit {
                range: TextRange::new(1, header.indicators_end),
                text: first_line.get(1..)?.to_owned(),
            },
            Edit {
                range: TextRange::new(header.line_end, self.raw.len()),
                text: lines.replace('\n', line_break),
            },
        ];
        self.is_right(&edits, indent, wanted).then_some(edits)
    }

    /// Another scalar in the place of this one.
    fn replaced(&self, by: &str) -> Vec<Edit> {
        let mut out = Output::default();
        out.add(by);
        if let Some(header) = self.header {
            out.keep(TextRange::new(header.indicators_end, header.line_end));
            let tail = if self.is_empty_block() {
                TextRange::new(header.line_end, self.raw.len())
            } else {
                let text = self.text.trim_end_matches('\n');
                TextRange::new(self.map.raw_end(text.len()), self.raw.len())
            };
            let mut kept = units(tail.of(self.raw));
            if header.keeps() {
                // The blank lines were a part of the text.
                kept.next()
                    .into_iter()
                    .for_each(|unit| out.keep(unit.shifted(tail.start())));
            } else {
                out.keep(tail);
            }
        }
        out.finish(self.raw.len())
    }
}

fn has_content(text: &str) -> bool {
    text.bytes().any(|byte| byte != b'\n')
}
