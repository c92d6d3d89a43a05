//! From a text to a scalar that stands for it.

use std::fmt::Write;

use super::{ScalarStyle, is_blank, is_printable};

/// `text` as a scalar of that style; `None` when the style cannot hold it there.
///
/// - Plain: only when every reader takes it for a string, in YAML 1.1 as in 1.2, at any place.
/// - Single-quoted: only on one line.
/// - Double-quoted: any text, on one line, with the short escapes that Go's writer uses and `\uXXXX` for the rest.
/// - Literal and folded: see [`encode_block`]; never when `in_flow` is set, and not when the text begins with white
///   space, because the indentation indicator it would need counts from the enclosing collection.
///
/// `indent` is the column of the body of a block scalar, in spaces; the other styles ignore it. `in_flow` tells that
/// the scalar stands in `[…]` or `{…}`.
///
/// That a key is not longer than 1,024 characters as written (YAML 1.2.2, section 7.4.3) is for the caller to check.
#[must_use]
pub fn encode(text: &str, style: ScalarStyle, indent: usize, in_flow: bool) -> Option<String> {
    match style {
        ScalarStyle::Plain => can_be_plain(text, in_flow).then(|| text.to_owned()),
        ScalarStyle::SingleQuoted => single_quoted(text),
        ScalarStyle::DoubleQuoted => Some(double_quoted(text)),
        ScalarStyle::Literal | ScalarStyle::Folded if in_flow => None,
        ScalarStyle::Literal => block(text, false, indent, None),
        ScalarStyle::Folded => block(text, true, indent, None),
    }
}

/// `text` as a block scalar in a collection at column `parent`; `None` when the style cannot hold it.
///
/// `indent` is the column of the body and greater than `parent`, which is the column of the keys or of the `-` of
/// the innermost block collection, 0 for a document that is the scalar alone. Both count spaces.
///
/// The result begins with the header and ends before the line break of its last line: **a line break must follow it**
/// in the document. Where the text ends with blank lines (header `+`) that is the last of these, and blank lines
/// that follow in the document would be read as part of the text.
///
/// A literal keeps every line as it is. A folded scalar has one line per line of the text, with one blank line more
/// between two that do not begin with white space. Neither holds a text that is empty or white space only but for line
/// feeds, or characters that would have to be escaped. `None` too for the styles that are no blocks.
#[must_use]
pub fn encode_block(
    text: &str,
    style: ScalarStyle,
    indent: usize,
    parent: usize,
) -> Option<String> {
    match style {
        ScalarStyle::Literal => block(text, false, indent, Some(parent)),
        ScalarStyle::Folded => block(text, true, indent, Some(parent)),
        ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => None,
    }
}

fn single_quoted(text: &str) -> Option<String> {
    text.chars()
        .all(is_line_char)
        .then(|| format!("'{}'", text.replace('\'', "''")))
}

pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape_into(text, &mut out);
    out.push('"');
    out
}

/// Appends `text` as it stands between double quotes.
pub(super) fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => c,
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ if is_line_char(c) => {
                out.push(c);
                continue;
            }
            _ => {
                // Every character beyond U+FFFF is printable, so four digits are enough.
                // Writing to a string cannot fail.
                _ = write!(out, "\\u{:04x}", u32::from(c));
                continue;
            }
        };
        out.push('\\');
        out.push(short);
    }
}

fn block(text: &str, folded: bool, indent: usize, parent: Option<usize>) -> Option<String> {
    let relative = indent.checked_sub(parent.unwrap_or(0))?;
    if text.is_empty() || relative == 0 || !text.chars().all(|c| c == '\n' || is_line_char(c)) {
        return None;
    }
    let body = text.trim_end_matches('\n');
    let trailing = text.len() - body.len();
    let is_indented = |line: &str| line.bytes().next().is_some_and(is_blank);
    if !body.is_empty() && body.chars().all(char::is_whitespace) {
        return None;
    }

    let mut out = String::with_capacity(text.len() + 8);
    out.push(if folded { '>' } else { '|' });
    if is_indented(body.trim_start_matches('\n')) {
        parent?;
        let digit = u32::try_from(relative).ok()?;
        out.push(char::from_digit(digit, 10)?);
    }
    if body.is_empty() || trailing > 1 {
        out.push('+');
    } else if trailing == 0 {
        out.push('-');
    }
    if !body.is_empty() {
        let (mut breaks, mut previous) = (1, None);
        for line in body.split('\n') {
            if !line.is_empty() {
                // Between two lines at the body's own column one line break is folded away (YAML 1.2.2, section 8.1.3).
                let is_folded = folded && !is_indented(line) && previous == Some(false);
                out.extend(std::iter::repeat_n('\n', breaks + usize::from(is_folded)));
                out.extend(std::iter::repeat_n(' ', indent));
                out.push_str(line);
                previous = Some(is_indented(line));
                breaks = 0;
            }
            breaks += 1;
        }
    }
    // The last line break is the one after the scalar, unless the header needs it.
    let blank_lines = if body.is_empty() {
        trailing
    } else {
        trailing.saturating_sub(1)
    };
    out.extend(std::iter::repeat_n('\n', blank_lines));
    Some(out)
}

/// Whether a style without escapes can hold `c` within a line. YAML 1.1, which Go's reader follows, has three more
/// line breaks than 1.2.
pub(super) fn is_line_char(c: char) -> bool {
    is_printable(c)
        && !matches!(
            c,
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

pub(super) fn can_be_plain(text: &str, in_flow: bool) -> bool {
    let mut chars = text.chars();
    let (Some(first), second) = (chars.next(), chars.next()) else {
        return false;
    };
    let is_flow_char = |c| matches!(c, ',' | '[' | ']' | '{' | '}');
    let begins_well = match first {
        '-' => second.is_some_and(|c| c != ' ' && !(in_flow && is_flow_char(c))),
        '?' | ':' => !in_flow && second.is_some_and(|c| c != ' '),
        ' ' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => false,
        _ => !is_flow_char(first),
    };
    // Some readers of YAML 1.1 end a plain scalar in flow at any `?`.
    begins_well
        && !text.ends_with([' ', ':'])
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(" #")
        && !(in_flow && text.contains(|c| c == '?' || is_flow_char(c)))
        && text.chars().all(|c| c != '\t' && is_line_char(c))
        && is_string(text)
}

/// Whether no version of YAML takes a plain `text` for anything but a string (YAML 1.2.2, section 10.3.2, and the
/// types of YAML 1.1). In doubt it is not one.
pub(super) fn is_string(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=",
    ];
    !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        && !is_number(text)
        && !is_timestamp(text)
}

/// An integer or a float in any of the notations of YAML 1.1 and 1.2.
fn is_number(text: &str) -> bool {
    let number = text
        .strip_prefix(['-', '+'])
        .unwrap_or(text)
        .to_ascii_lowercase();
    if matches!(number.as_str(), ".inf" | ".nan") {
        return true;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = number.strip_prefix(prefix) {
            return digits.chars().all(|c| c == '_' || c.is_digit(radix));
        }
    }
    let is_digit = |c: char| c == '_' || c.is_ascii_digit();
    let (mantissa, exponent) = number.split_once('e').unwrap_or((&number, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    // `:` parts numbers to the base of 60.
    mantissa.starts_with(|c: char| c == '.' || c.is_ascii_digit())
        && mantissa.matches('.').count() <= 1
        && mantissa
            .chars()
            .all(|c| is_digit(c) || matches!(c, '.' | ':'))
        && exponent.chars().all(is_digit)
}

/// A date, with or without a time of day.
fn is_timestamp(text: &str) -> bool {
    let date = text.split(['T', 't', ' ']).next().unwrap_or_default();
    let mut parts = date.split('-');
    let mut digits = |widths: std::ops::RangeInclusive<usize>| {
        parts.next().is_some_and(|part| {
            widths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    digits(4..=4) && digits(1..=2) && digits(1..=2) && parts.next().is_none()
}
