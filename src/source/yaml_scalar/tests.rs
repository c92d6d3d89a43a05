use super::{
    BlockExtent, ScalarStyle, Site, block_extent, block_header_start, decode, edit, encode,
    encode_block,
};
use crate::source::{Edit, TextRange, apply};

fn text(raw: &str, style: ScalarStyle, indent: usize) -> Option<String> {
    decode(raw, style, indent).map(|(text, _)| text)
}

/// The raw text that the first `part` of the decoded text comes from.
fn raw_of<'a>(raw: &'a str, style: ScalarStyle, indent: usize, part: &str) -> &'a str {
    let (text, map) = decode(raw, style, indent).expect("a scalar");
    let at = text.find(part).expect("a part of it");
    map.to_raw(TextRange::new(at, at + part.len())).of(raw)
}

#[test]
fn folds_flow_scalars() {
    let plain = "one \t\n  two\r\n\n\t\r  three";
    let expected = Some("one two\n\nthree".to_owned());
    assert_eq!(text(plain, ScalarStyle::Plain, 0), expected);
    for quote in ["'", "\""] {
        let style = if quote == "'" {
            ScalarStyle::SingleQuoted
        } else {
            ScalarStyle::DoubleQuoted
        };
        let raw = [quote, plain, quote].concat();
        assert_eq!(text(&raw, style, 0), expected);
        assert_eq!(raw_of(&raw, style, 0, "two\n"), "two\r\n\n");
    }
    assert_eq!(raw_of(plain, ScalarStyle::Plain, 0, "e t"), "e \t\n  t");
}

#[test]
fn decodes_escapes() {
    let double = |raw| text(raw, ScalarStyle::DoubleQuoted, 0);
    assert_eq!(
        double(r#""\x41\u00e9\uD83D\uDE00\/\\\"\_""#).as_deref(),
        Some("Aé😀/\\\"\u{a0}")
    );
    assert_eq!(
        double("\"a \\\n  \n  b\\\r\n c\"").as_deref(),
        Some("a \nbc")
    );
    for wrong in [
        r#""\q""#,
        r#""\uD83D""#,
        r#""\uD83Dx""#,
        r#""\uDE00""#,
        r#""\x4""#,
        r#""\u+123""#,
        r#""\""#,
        "\"",
        "\"a\"b\"",
    ] {
        assert_eq!(double(wrong), None, "{wrong}");
    }
    let raw = r#""é\t{{ .x }}\n""#;
    assert_eq!(
        raw_of(raw, ScalarStyle::DoubleQuoted, 0, "{{ .x }}"),
        "{{ .x }}"
    );
    assert_eq!(raw_of(raw, ScalarStyle::DoubleQuoted, 0, "\t{"), "\\t{");
    assert_eq!(
        text("'it''s'", ScalarStyle::SingleQuoted, 0).as_deref(),
        Some("it's")
    );
    assert_eq!(text("'it's'", ScalarStyle::SingleQuoted, 0), None);
}

#[test]
fn chomps_blocks() {
    for (header, expected) in [
        ("|", "a\n"),
        ("|-", "a"),
        ("|+", "a\n\n\n"),
        ("|2+ # c", "a\n\n\n"),
    ] {
        let raw = format!("{header}\n  a\n\n \n");
        assert_eq!(
            text(&raw, ScalarStyle::Literal, 2).as_deref(),
            Some(expected),
            "{raw:?}"
        );
    }
    assert_eq!(raw_of("|\n  a\n\n", ScalarStyle::Literal, 2, "a\n"), "a\n");
    assert_eq!(
        raw_of("|\n  ab\n  c", ScalarStyle::Literal, 2, "b\nc"),
        "b\n  c"
    );
    assert_eq!(
        text("|\n  a", ScalarStyle::Literal, 2).as_deref(),
        Some("a\n")
    );
    assert_eq!(
        text("|+\n\n  \n", ScalarStyle::Literal, usize::MAX).as_deref(),
        Some("\n\n")
    );
    for wrong in [
        "",
        "a",
        ">\n  a",
        "|0\n  a",
        "|22\n  a",
        "|#\n  a",
        "|\n  a\n b",
    ] {
        assert_eq!(text(wrong, ScalarStyle::Literal, 2), None, "{wrong:?}");
    }
}

#[test]
fn folds_blocks() {
    let raw = ">\n\n a\n b\n\n c\n  d\n e\n";
    assert_eq!(
        text(raw, ScalarStyle::Folded, 1).as_deref(),
        Some("\na b\nc\n d\ne\n")
    );
    assert_eq!(raw_of(raw, ScalarStyle::Folded, 1, "a b\nc"), "a\n b\n\n c");
}

#[test]
fn finds_headers() {
    let document = "k: # | >\n  &a|b !<t>\n  >-\n\n    text\nz: 1\n";
    let (header, body) = (document.find(">-"), document.find("text"));
    assert_eq!(
        block_header_start(document, 1, body.unwrap_or_default()),
        header
    );
    assert_eq!(
        block_header_start(document, 0, body.unwrap_or_default()),
        None
    );
    assert_eq!(block_header_start(document, 1, 5), None);

    let nested = "- a: |\n    x\n  b: 1\n";
    let extent = BlockExtent {
        raw: TextRange::new(5, 13),
        indent: 4,
    };
    assert_eq!(
        block_extent(nested, 3, TextRange::new(11, 15)),
        Some(extent)
    );
    assert_eq!(extent.raw.of(nested), "|\n    x\n");
}

#[test]
fn writes_plain_only_for_strings() {
    let plain = |text, in_flow| encode(text, ScalarStyle::Plain, 0, in_flow).is_some();
    for text in [
        "a", "a b", "1.27.3", "-x", "--v=2", ":80", "a#b", "a:b", "x,y", "é😀", "it's", "::1",
        "v1e3",
    ] {
        assert!(plain(text, false), "{text}");
    }
    for text in [
        "",
        " a",
        "a ",
        "- a",
        "-",
        "a: b",
        "a:",
        "a #b",
        "#a",
        "{{ .x }}",
        "*a",
        "null",
        "Yes",
        "y",
        "1",
        "-1.5e3",
        "0x1F",
        "0o7",
        "1_000",
        "12:30",
        ".inf",
        ".NaN",
        ".",
        "2001-12-14",
        "2001-1-1 12:00",
        "<<",
        "=",
        "---",
        "a\nb",
        "a\tb",
        "\u{feff}a",
        "a\u{2028}b",
    ] {
        assert!(!plain(text, false), "{text:?}");
    }
    for text in ["x,y", "a]", "?a", "a?b", ":80", "-{"] {
        assert!(!plain(text, true), "{text}");
    }
}

#[test]
fn writes_quotes() {
    let double = |text| encode(text, ScalarStyle::DoubleQuoted, 0, true);
    assert_eq!(
        double("é\t\"\\\n\u{1}\u{feff}😀/").as_deref(),
        Some(r#""é\t\"\\\n\u0001\ufeff😀/""#)
    );
    let single = |text| encode(text, ScalarStyle::SingleQuoted, 0, true);
    assert_eq!(single("it's").as_deref(), Some("'it''s'"));
    assert_eq!(single("a\nb"), None);
}

#[test]
fn writes_blocks() {
    let literal = |text| encode(text, ScalarStyle::Literal, 2, false);
    assert_eq!(literal("a\n\n b").as_deref(), Some("|-\n  a\n\n   b"));
    assert_eq!(literal("\na\n").as_deref(), Some("|\n\n  a"));
    assert_eq!(literal("a\n\n").as_deref(), Some("|+\n  a\n"));
    assert_eq!(literal("\n").as_deref(), Some("|+\n"));
    assert_eq!(literal("a\n \nb").as_deref(), Some("|-\n  a\n   \n  b"));
    for text in ["", " a", "\n\ta", " \n ", "a\rb", "\u{feff}", "\u{1}"] {
        assert_eq!(literal(text), None, "{text:?}");
    }
    assert_eq!(encode("a", ScalarStyle::Literal, 2, true), None);
    assert_eq!(encode("a", ScalarStyle::Literal, 0, false), None);

    let nested = |text, indent| encode_block(text, ScalarStyle::Literal, indent, 4);
    assert_eq!(nested(" a\n", 6).as_deref(), Some("|2\n       a"));
    assert_eq!(nested(" a\n", 4), None);
    assert_eq!(nested(" a\n", 14), None);

    let folded = |text| encode(text, ScalarStyle::Folded, 1, false);
    assert_eq!(
        folded("a b\nc\n\nd\n").as_deref(),
        Some(">\n a b\n\n c\n\n\n d")
    );
    assert_eq!(
        folded("a\n b\n\n c\nd\ne").as_deref(),
        Some(">-\n a\n  b\n\n  c\n d\n\n e")
    );
}

#[test]
fn edits_change_what_they_must() {
    let site = |in_flow| Site {
        parent: 0,
        in_flow,
        line_break: "\n",
    };
    for (raw, old, new, expected) in [
        // One line.
        ("a b", "b", "c", "a c"),
        ("a b", "b", "it's", "a it's"),
        ("'a b'", "b", "it's", "'a it''s'"),
        (r#""a b""#, "b", "\"\n", r#""a \"\n""#),
        // What a style cannot hold.
        ("a b", "b", "c: d", r#""a c: d""#),
        ("a b", "a b", "yes", r#""yes""#),
        ("a b", " b", "\nb", r#""a\nb""#),
        ("'a b'", " b", "\nb", r#""a\nb""#),
        ("'a b'", "b", "\u{1}", r#""a \u0001""#),
        // Lines that are not edited stay as they are.
        ("a\n b  \n\n c", "b", "x", "a\n x  \n\n c"),
        ("a\n b\n c", "b", "", "a  c"),
        ("'a\n b\n\n c'", "b", "x\ny", "'a\n x\n\n y\n\n c'"),
        ("'a\n\n b'", "b", " b", r#""a\n b""#),
        ("\"a\n b\\\n c\"", "b", "b ", "\"a\n b \\\n c\""),
        ("'a\n---'", "---", "--- b", "'a\n --- b'"),
        ("'a\n---'", "a", "b", "'b\n---'"),
        ("\"a\n---\\\nb\"", "b", "bx", "\"a\n---\\\nbx\""),
        ("\"a\n b\n c\"", "b", " b ", "\"a\n \\ b\\ \n c\""),
        ("\"a\n b\n c\"", "b", "b\nb", "\"a\n b\\nb\n c\""),
        // Blocks.
        ("|\n  a\n  b\n", "b", "b\n c", "|\n  a\n  b\n   c\n"),
        ("|\n  a\n  b\n", "a", " a", "|2\n   a\n  b\n"),
        ("|  # c\n  a\n\n", "a\n", "a", "|-  # c\n  a\n\n"),
        ("|-\n  a\n\n\n", "a", "a\n\n", "|+\n  a\n\n"),
        ("|+ # c\n  a\n\n", "a\n\n", "\n", "\"\\n\" # c\n"),
        (
            ">\n  a\n  b\n\n  c\n",
            "a",
            "x\ny",
            ">\n  x\n\n  y\n  b\n\n  c\n",
        ),
        (
            ">\n  a\n  b\n\n  c\n",
            "b",
            "b\n d",
            ">\n  a\n  b\n   d\n  c\n",
        ),
        (">\n  a\n  b\n\n  c\n", "a b", " a b", ">2\n   a b\n  c\n"),
        (">\n  a\n  b\n  c\n", "b", "b ", ">\n  a\n  b \n  c\n"),
        (">\n  a\n\n  \n  b\n", "a", "", ">\n\n  \n  b\n"),
        (">\n  a\n\n \n  b\n", "a", "", ">\n\n \n  b\n"),
        (">\n\n \n  a\n  \n  b\n", "a", "", ">\n\n \n  \n  b\n"),
        ("|\n", "", "a", "|-\n  a\n"),
        ("|\n\n", "", "\n a\n", "|2\n\n   a\n\n"),
    ] {
        let style = match raw.as_bytes().first() {
            Some(b'\'') => ScalarStyle::SingleQuoted,
            Some(b'"') => ScalarStyle::DoubleQuoted,
            Some(b'|') => ScalarStyle::Literal,
            Some(b'>') => ScalarStyle::Folded,
            _ => ScalarStyle::Plain,
        };
        let indent = if raw.contains("  ") { 2 } else { usize::MAX };
        let text = text(raw, style, indent).expect("a scalar");
        let at = text.find(old).expect("a part of it");
        let edits = [Edit {
            range: TextRange::new(at, at + old.len()),
            text: new.to_owned(),
        }];
        let edited = edit(raw, style, indent, site(false), &edits).expect("an edit");
        let result = apply(raw, &edited.edits);
        assert_eq!(result.as_deref(), Ok(expected), "{raw:?}");
    }
    let edits = [Edit {
        range: TextRange::empty(1),
        text: ", b".to_owned(),
    }];
    let in_flow = edit("a", ScalarStyle::Plain, 0, site(true), &edits);
    assert_eq!(
        in_flow.map(|edited| edited.style),
        Some(ScalarStyle::DoubleQuoted)
    );
}
