//! The codec of JSON strings (RFC 8259, section 7).

use std::{borrow::Cow, fmt::Write as _, sync::OnceLock};

use super::{SegmentMap, SegmentMapBuilder};

/// Decodes the text between the quotes of a JSON string.
///
/// `raw` comes out of a parsed document, so its escapes are well formed; should one not be, it stands for U+FFFD.
#[must_use]
pub fn decode_json_string(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    let mut next = Some(first);
    while let Some(at) = next {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let (character, len) = unescape(from);
        text.push(character);
        rest = from.get(len..).unwrap_or_default();
        next = memchr::memchr(b'\\', rest.as_bytes());
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The map between a decoded JSON string and the text between its quotes.
#[must_use]
pub fn map_json_string(raw: &str) -> SegmentMap {
    let mut map = SegmentMapBuilder::default();
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        map.verbatim(at);
        let (_, from) = rest.split_at(at);
        let (character, len) = unescape(from);
        map.replaced(character.len_utf8(), len);
        rest = from.get(len..).unwrap_or_default();
    }
    map.verbatim(rest.len());
    map.finish()
}

/// The character an escape at the start of `raw` stands for, and the length of the escape in bytes.
#[must_use]
#[inline]
pub fn unescape(raw: &str) -> (char, usize) {
    let simple = match raw.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unescape_unicode(raw),
        Some(&byte) if byte.is_ascii() => byte as char,
        _ => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (simple, 2)
}

fn unescape_unicode(raw: &str) -> (char, usize) {
    let Some(high) = hex4(raw, 2) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    if !(0xD800..0xDC00).contains(&high) {
        return (
            char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER),
            6,
        );
    }
    match hex4(raw, 8) {
        Some(low) if raw.get(6..8) == Some("\\u") && (0xDC00..0xE000).contains(&low) => {
            let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            (
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                12,
            )
        }
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

fn hex4(raw: &str, at: usize) -> Option<u32> {
    let digits = raw.get(at..at + 4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

/// Which characters a writer escapes although JSON does not ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JsonStringStyle {
    /// `<`, `>`, `&`, U+2028 and U+2029 as `\u003c` and so on, as Go's encoder writes them by default.
    pub html: bool,
    /// Everything beyond ASCII as `\uXXXX`.
    pub ascii: bool,
    /// `/` as `\/`.
    pub slash: bool,
}

impl JsonStringStyle {
    /// The style of text that is already there (one string, or a whole file).
    ///
    /// What does not occur is not escaped: the least that JSON asks for.
    #[must_use]
    pub fn of(raw: &str) -> Self {
        let slash = escapes(raw, "\\/").next().is_some();
        let is_ascii = raw.is_ascii();
        let mut style = Self {
            slash,
            ..Self::default()
        };
        for at in escapes(raw, "\\u") {
            match hex4(raw, at + 2) {
                Some(0x26 | 0x3c | 0x3e | 0x2028 | 0x2029) => style.html = true,
                Some(0x80..) => style.ascii = is_ascii,
                _ => {}
            }
            if style.html && (style.ascii || !is_ascii) {
                break;
            }
        }
        style
    }
}

/// The style of a JSON text, which is looked for in the whole of it when it matters: names of registries, versions and most
/// other texts are written in one way only.
#[derive(Debug, Clone, Copy)]
pub struct JsonHabits<'t> {
    text: &'t str,
    style: &'t OnceLock<JsonStringStyle>,
}

impl<'t> JsonHabits<'t> {
    /// Those of a text. `style` is where what was found is kept.
    #[must_use]
    pub fn new(text: &'t str, style: &'t OnceLock<JsonStringStyle>) -> Self {
        Self { text, style }
    }

    /// The style that a string is to be written in.
    #[must_use]
    pub fn style_for(self, string: &str) -> JsonStringStyle {
        let matters = |byte: &u8| matches!(byte, b'/' | b'<' | b'>' | b'&' | 0x80..);
        if !string.as_bytes().iter().any(matters) {
            return JsonStringStyle::default();
        }
        *self.style.get_or_init(|| JsonStringStyle::of(self.text))
    }
}

/// Where an escape stands in JSON text: a backslash that is escaped itself begins none.
fn escapes<'t>(text: &'t str, escape: &'t str) -> impl Iterator<Item = usize> + 't {
    let text = text.as_bytes();
    memchr::memmem::find_iter(text, escape.as_bytes()).filter(move |&at| {
        let before = text.get(..at).unwrap_or_default();
        let backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\');
        backslashes.count().is_multiple_of(2)
    })
}

/// Encodes a text to stand between the quotes of a JSON string.
#[must_use]
pub fn encode_json_string(text: &str, style: JsonStringStyle) -> String {
    let mut raw = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '"' => raw.push_str("\\\""),
            '\\' => raw.push_str("\\\\"),
            '\n' => raw.push_str("\\n"),
            '\r' => raw.push_str("\\r"),
            '\t' => raw.push_str("\\t"),
            '/' if style.slash => raw.push_str("\\/"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if style.html => {
                push_unicode(&mut raw, character);
            }
            '\0'..='\u{1f}' => push_unicode(&mut raw, character),
            '\u{80}'.. if style.ascii => push_unicode(&mut raw, character),
            _ => raw.push(character),
        }
    }
    raw
}

fn push_unicode(raw: &mut String, character: char) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        // Writing to a String cannot fail.
        let _ = write!(raw, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests {
    use super::super::TextRange;
    use super::*;

    #[test]
    fn every_escape_decodes() {
        let raw = r#"\"\\\/\b\f\n\r\tA\u00e9\u003c\ud83d\ude00z"#;
        assert_eq!(
            decode_json_string(raw),
            "\"\\/\u{8}\u{c}\n\r\tA\u{e9}<\u{1f600}z"
        );
    }

    #[test]
    fn ranges_map_through_escapes() {
        let raw = r#"a\nb\ud83d\ude00c"#;
        let map = map_json_string(raw);
        assert_eq!(map.to_raw(TextRange::new(0, 1)), TextRange::new(0, 1));
        assert_eq!(map.to_raw(TextRange::new(1, 2)), TextRange::new(1, 3));
        assert_eq!(map.to_raw(TextRange::new(2, 3)), TextRange::new(3, 4));
        assert_eq!(map.to_raw(TextRange::new(3, 7)), TextRange::new(4, 16));
        assert_eq!(map.to_raw(TextRange::new(7, 8)), TextRange::new(16, 17));
        assert_eq!(map.to_raw(TextRange::empty(8)), TextRange::empty(17));
        assert_eq!(map.to_decoded(TextRange::new(16, 17)), TextRange::new(7, 8));
        assert_eq!(map.to_decoded(TextRange::new(5, 6)), TextRange::new(3, 7));
    }

    #[test]
    fn the_style_is_looked_for_where_it_matters() {
        let style = OnceLock::new();
        let habits = JsonHabits::new(r"\u003c\/\u00e9", &style);
        for string in ["", "palette-registry", "1.2.x", "a\n\"b\\"] {
            assert_eq!(
                encode_json_string(string, habits.style_for(string)),
                encode_json_string(string, JsonStringStyle::of(habits.text))
            );
            assert_eq!(style.get(), None);
        }
        // Whatever is written otherwise in another style is asked for.
        for byte in 0..=u8::MAX {
            let string = char::from(byte).to_string();
            let style = OnceLock::new();
            let habits = JsonHabits::new(r"\u003c\/\u00e9", &style);
            assert_eq!(
                encode_json_string(&string, habits.style_for(&string)),
                encode_json_string(&string, JsonStringStyle::of(habits.text)),
                "{string:?}"
            );
        }
        for string in ["a/b", "<", ">", "&", "é", "\u{2028}"] {
            let style = OnceLock::new();
            let habits = JsonHabits::new(r"\u003c\/\u00e9", &style);
            assert_eq!(
                habits.style_for(string),
                JsonStringStyle::of(habits.text),
                "{string}"
            );
        }
    }

    #[test]
    fn the_style_of_a_neighbour_is_kept() {
        let go = JsonStringStyle::of(r"a \u003c b");
        assert_eq!(encode_json_string("<é/", go), "\\u003cé/");
        let ascii = JsonStringStyle::of(r"caf\u00e9");
        assert_eq!(encode_json_string("<é😀", ascii), "<\\u00e9\\ud83d\\ude00");
        assert_eq!(
            encode_json_string("a\u{1}\"", JsonStringStyle::default()),
            "a\\u0001\\\""
        );
        assert_eq!(
            JsonStringStyle::of(r"C:\\/ \\u003c \\u00e9"),
            JsonStringStyle::default()
        );
        assert_eq!(
            JsonStringStyle::of(r"http:\/\/x"),
            JsonStringStyle {
                slash: true,
                ..Default::default()
            }
        );
    }
}
