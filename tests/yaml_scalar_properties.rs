//! The codec of YAML scalars against the parser, on random texts and random documents.
//!
//! `PROPTEST_CASES=300000 cargo test --release --test yaml_scalar_properties` runs more of them.

use granit_parser::{Event, Parser, Span};
use palette_knife::source::yaml_scalar::{
    ScalarStyle, block_extent, decode, decode_text, encode, encode_block,
};
use palette_knife::source::{SegmentMap, TextRange};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A scalar as the parser reports it.
#[derive(Debug, Clone)]
struct Scalar {
    text: String,
    style: ScalarStyle,
    span: TextRange,
    /// End of the token before.
    from: usize,
}

fn range(span: &Span) -> TextRange {
    span.byte_range().expect("a text in memory").into()
}

fn style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    use granit_parser::ScalarStyle as Granit;
    match style {
        Granit::Plain => ScalarStyle::Plain,
        Granit::SingleQuoted => ScalarStyle::SingleQuoted,
        Granit::DoubleQuoted => ScalarStyle::DoubleQuoted,
        Granit::Literal => ScalarStyle::Literal,
        Granit::Folded => ScalarStyle::Folded,
    }
}

/// The scalars up to the first error, and whether there was none.
fn scalars(text: &str) -> (Vec<Scalar>, bool) {
    let mut options = granit_parser::options! {};
    options.set_emit_comments(false);
    let (mut found, mut from) = (Vec::new(), 0);
    for event in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = event else {
            return (found, false);
        };
        let at = range(&span);
        // The start of a document without `---` has the span of its first token.
        let has_token = !matches!(event, Event::DocumentStart(false, ..));
        if let Event::Scalar(text, kind, ..) = event {
            // An absent value is a plain scalar too, with an empty span and the text `~` or, after a tag, none.
            if !(at.is_empty() && kind == granit_parser::ScalarStyle::Plain) {
                found.push(Scalar {
                    text: text.into_owned(),
                    style: style(kind),
                    span: at,
                    from,
                });
            }
        }
        if has_token {
            from = at.end();
        }
    }
    (found, true)
}

fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}

/// Decodes the scalar from the bytes it is written with; it must be what the parser says, with a sound map.
fn check_scalar(text: &str, scalar: &Scalar) {
    let (raw, indent) = if is_block(scalar.style) {
        let extent = block_extent(text, scalar.from, scalar.span)
            .unwrap_or_else(|| panic!("no block at {scalar:?} in {text:?}"));
        (extent.raw.of(text), extent.indent as usize)
    } else {
        (scalar.span.of(text), 0)
    };
    let (decoded, map) = decode(raw, scalar.style, indent)
        .unwrap_or_else(|| panic!("{raw:?} not decoded: {scalar:?} in {text:?}"));
    assert_eq!(decoded, scalar.text, "{raw:?} in {text:?}");
    check_map(raw, scalar.style, &decoded, &map);
}

fn check_map(raw: &str, style: ScalarStyle, decoded: &str, map: &SegmentMap) {
    // The line feed that the end of the text stands for has no bytes of its own.
    let shared_end = is_block(style) && !raw.ends_with(['\n', '\r']) && decoded.ends_with('\n');
    let escapes = |c| match style {
        ScalarStyle::SingleQuoted => c == '\'',
        ScalarStyle::DoubleQuoted => raw.contains('\\'),
        _ => false,
    };
    let bounds: Vec<usize> = (0..=decoded.len())
        .filter(|&at| decoded.is_char_boundary(at))
        .collect();
    for (i, &start) in bounds.iter().enumerate() {
        for &end in bounds.iter().skip(i).take(40) {
            let range = TextRange::new(start, end);
            let there = map.to_raw(range);
            let bytes = raw.get(there.range()).expect("within the raw text");
            let back = map.to_decoded(there);
            let context =
                format!("{range:?} of {decoded:?} is {there:?} of {raw:?}, then {back:?}");
            assert!(range.is_empty() || back.contains(range), "{context}");
            if range.is_empty() {
                assert!(there.is_empty(), "{context}");
            } else if bytes == range.of(decoded) && !(shared_end && end + 1 == decoded.len()) {
                assert_eq!(back, range, "{context}");
            }
        }
    }
    let mut last = 0;
    for (at, c) in decoded.char_indices() {
        let range = TextRange::new(at, at + c.len_utf8());
        let there = map.to_raw(range);
        assert!(
            there.start() >= last || (shared_end && at + 1 == decoded.len()),
            "{range:?} of {decoded:?} is {there:?} of {raw:?}"
        );
        last = there.end();
        if !c.is_ascii_whitespace() && !escapes(c) {
            assert_eq!(there.of(raw), range.of(decoded), "{decoded:?} of {raw:?}");
        }
    }
}

/// A place for a scalar: the text before and after, its index, the column of its collection, whether it is in flow.
#[derive(Debug, Clone, Copy)]
struct Place(&'static str, &'static str, usize, usize, bool);

const PLACES: [Place; 13] = [
    Place("k: ", "\n", 1, 0, false),
    Place("k: ", "\nz: 1\n", 1, 0, false),
    Place("k: &a !t ", "\nz: 1\n", 1, 0, false),
    Place("k: # | >\n ", "\n# c\nz: 1\n", 1, 0, false),
    Place("- ", "\n- x\n", 0, 0, false),
    Place("k:\n- ", "\n- x\n", 1, 0, false),
    Place("- - ", "\n  - x\n", 0, 2, false),
    Place("- a: ", "\n  b: x\n", 1, 2, false),
    Place("a:\n  b:\n    - ", "\n    - x\n", 2, 4, false),
    Place("--- ", "\n", 0, 0, false),
    Place("k: [", "]\n", 1, 0, true),
    Place("k: {a: ", ", b: 1}\n", 2, 0, true),
    Place("[[x, ", ", y]]\n", 1, 0, true),
];

/// Places that hold no block.
const KEYS: [Place; 4] = [
    Place("", ": v\n", 0, 0, false),
    Place("- ", ": v\n", 0, 0, false),
    Place("{", ": v}\n", 0, 0, true),
    Place("[", ": v]\n", 0, 0, true),
];

const STYLES: [ScalarStyle; 5] = [
    ScalarStyle::Plain,
    ScalarStyle::SingleQuoted,
    ScalarStyle::DoubleQuoted,
    ScalarStyle::Literal,
    ScalarStyle::Folded,
];

fn check_written(text: &str, written: &str, style: ScalarStyle, place: Place) {
    let document = [place.0, written, place.1].concat();
    let (found, whole) = scalars(&document);
    assert!(whole, "{text:?} written as {document:?}");
    for scalar in &found {
        check_scalar(&document, scalar);
    }
    let scalar = &found[place.2];
    assert_eq!(scalar.text, text, "written as {document:?}");
    assert_eq!(scalar.style, style, "written as {document:?}");
}

fn any_text() -> impl Strategy<Value = String> {
    let words = select(vec![
        "a",
        "b",
        "yes",
        "1",
        "0x1f",
        "é",
        "😀",
        "\u{a0}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\0",
        "\u{7f}",
        " ",
        " ",
        "  ",
        "\t",
        "\n",
        "\n",
        "\n\n",
        "\r",
        "\r\n",
        "'",
        "\"",
        "\\",
        "#",
        ":",
        "-",
        "{",
        "}",
        "[",
        "]",
        ",",
        "?",
        "&",
        "*",
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "/",
        "...",
        "---",
        ": ",
        " #",
        "{{ .x }}",
        "word",
        "two words",
    ]);
    let tame = select(vec![
        "a", "word", "é", " ", "\n", "\n\n", "-", ":", "\t", "'", "#",
    ]);
    prop_oneof![
        prop::collection::vec(words, 0..12).prop_map(|parts| parts.concat()),
        prop::collection::vec(tame, 0..16).prop_map(|parts| parts.concat()),
    ]
}

/// A scalar for [`any_document`], with `⏎` for a line break and `⇥` for the indentation.
fn any_scalar() -> impl Strategy<Value = String> {
    let plain = select(vec![
        "a",
        "b c",
        "é😀",
        "-x",
        "#",
        ":z",
        "\"",
        "'",
        "\\n",
        "\u{85}",
        "{{",
        ",",
        " ",
        "  ",
        "\t",
        "⏎⇥",
        "⏎⇥",
        "⏎⏎⇥",
        " \t⏎⇥ ",
        "⏎\t⏎⇥",
        "⏎ ⏎\t ⏎⇥\t",
        "\r\n⇥",
        "\r⇥",
        "⏎\t# c⏎⇥",
        " # c",
    ]);
    let quoted = select(vec![
        "a",
        "b c",
        "é😀",
        "#",
        ": ",
        " #",
        "''",
        "\\\\",
        "\\\"",
        "\\n",
        "\\0",
        "\\a\\b\\t\\v\\f\\r",
        "\\e\\ \\/\\N\\_\\L\\P",
        "\\x41",
        "\\u00e9",
        "\\U0001F600",
        "\\uD83D\\uDE00",
        "\\uD83D",
        "\\\t",
        "\\q",
        "\u{85}",
        " ",
        "  ",
        "\t",
        "⏎⇥",
        "⏎⇥",
        "⏎⏎⇥",
        " \t⏎⇥ ",
        "⏎\t⏎⇥",
        "\\⏎⇥",
        " \\⏎⇥",
        "\\⏎⏎⇥ ",
        "\\ ⏎⇥",
        "\r\n⇥",
        "\r⇥",
        "\\\r\n ⇥",
        "\\\r⇥",
    ]);
    let line = select(vec![
        "⇥a",
        "⇥b c",
        "⇥é😀 ",
        "⇥# x",
        "⇥- \\n \"",
        "⇥  more",
        "⇥\tab",
        "⇥ ",
        "⇥  ",
        "⇥",
        "",
        "",
        " ",
        "  ",
        "\t",
        "   ",
        "⇥a\r",
        "⇥b\r\n⇥c",
        "⇥\u{a0}",
        "⇥\u{85}",
        "⇥\u{feff}",
        "# comment",
    ]);
    let header = (
        select(vec!["|", ">"]),
        select(vec![
            "", "", "", "-", "+", "1", "2", "2-", "+1", "3+", "-4", "0",
        ]),
        select(vec![
            "",
            "",
            "",
            " ",
            "\t",
            " # c | >",
            "\t# \u{1} é",
            " x",
            "#",
        ]),
    );
    prop_oneof![
        prop::collection::vec(plain, 1..8).prop_map(|parts| parts.concat()),
        prop::collection::vec(quoted.clone(), 0..8)
            .prop_map(|parts| format!("'{}'", parts.concat())),
        prop::collection::vec(quoted, 0..8).prop_map(|parts| format!("\"{}\"", parts.concat())),
        (header, prop::collection::vec(line.clone(), 0..7)).prop_map(|(header, lines)| {
            let head = [header.0, header.1, header.2].concat();
            [vec![head.as_str()], lines].concat().join("⏎")
        }),
        (
            select(vec!["|", ">", "|+", ">+", "|-"]),
            prop::collection::vec(line, 0..7)
        )
            .prop_map(|(header, lines)| [vec![header], lines].concat().join("⏎")),
    ]
}

fn any_document() -> impl Strategy<Value = String> {
    let properties = select(vec![
        "",
        "",
        "",
        "",
        "",
        "&a ",
        "!t ",
        "!!str &b ",
        "&c !<tag:x> ",
        "# | c⏎⇥",
        "⏎⇥",
        "\t",
        "&d⏎⇥",
    ]);
    let item = (properties, any_scalar(), 0..4_usize);
    (
        0..12_usize,
        prop::collection::vec(item, 1..4),
        select(vec!["\n", "\n", "\r\n", "\r"]),
        select(vec![
            "⏎",
            "⏎",
            "",
            "⏎⏎",
            " ⏎",
            "⏎  ",
            "⏎ ⏎",
            "⏎...⏎",
            "⏎# c",
            "⏎---⏎- x",
        ]),
    )
        .prop_map(|(kind, items, line_break, end)| {
            // What stands first, before each item, between two, and the column of the collection.
            let (first, before, after, parent) = match kind {
                0 => ("", "k: ", "⏎", 1),
                1 => ("", "- ", "⏎", 1),
                2 => ("top:⏎  sub:⏎", "    k: ", "⏎", 5),
                3 => ("a:⏎  - x⏎", "  - ", "⏎", 3),
                4 => ("- - k: |⏎      x⏎", "    k: ", "⏎", 5),
                5 => ("- [", "k: ", ", ", 2),
                6 => ("{", "k: ", ",⏎ ", 1),
                7 => ("", "", "⏎--- ", 0),
                10 => ("\u{feff}", "", "⏎...⏎\u{feff}--- ", 0),
                8 => ("%YAML 1.2⏎---⏎", "? ", "⏎", 1),
                9 => ("\u{feff}", "? x⏎: ", "⏎", 1),
                _ => ("k:⏎", "- ", "⏎", 1),
            };
            let parts: Vec<String> = items
                .iter()
                .enumerate()
                .map(|(i, (properties, scalar, more))| {
                    let before = before.replace('k', &format!("k{i}"));
                    let indent = " ".repeat(parent + more);
                    [before.as_str(), properties, scalar]
                        .concat()
                        .replace('⇥', &indent)
                })
                .collect();
            [first, &parts.join(after), end]
                .concat()
                .replace('⏎', line_break)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(text in any_text(), indent in 0..8_usize, place in any::<Index>()) {
        for style in STYLES {
            let place = *place.get(&PLACES);
            let Place(.., parent, in_flow) = place;
            if (indent > parent || !is_block(style))
                && let Some(written) = encode(&text, style, indent, in_flow)
            {
                check_written(&text, &written, style, place);
            }
            if in_flow {
                prop_assert!(!is_block(style) || encode(&text, style, indent, in_flow).is_none());
            } else if let Some(written) = encode_block(&text, style, indent, parent) {
                check_written(&text, &written, style, place);
            }
        }
        prop_assert!(encode(&text, ScalarStyle::DoubleQuoted, indent, false).is_some());
    }

    #[test]
    fn keys_read_back(text in any_text(), place in any::<Index>()) {
        let place = *place.get(&KEYS);
        for style in STYLES.into_iter().filter(|&style| !is_block(style)) {
            if let Some(written) = encode(&text, style, 0, place.4) {
                check_written(&text, &written, style, place);
            }
        }
    }

    #[test]
    fn reads_what_the_parser_reads(document in any_document()) {
        for scalar in scalars(&document).0 {
            check_scalar(&document, &scalar);
        }
    }

    #[test]
    fn decodes_or_refuses_any_text(raw in any_text(), indent in 0..4_usize) {
        for style in STYLES {
            for raw in [raw.clone(), format!("'{raw}'"), format!("\"{raw}\""), format!("|{raw}"), format!(">\n{raw}")] {
                let text = decode_text(&raw, style, indent);
                let decoded = decode(&raw, style, indent);
                prop_assert_eq!(text.as_deref(), decoded.as_ref().map(|(text, _)| text.as_str()));
                if let Some((decoded, map)) = decoded {
                    check_map(&raw, style, &decoded, &map);
                }
            }
        }
    }
}
