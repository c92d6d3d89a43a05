//! Our JSON against `serde_json`, on random and on damaged documents.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test json_properties` runs more of them.

mod common;

use common::{cases, mutated, mutations, sound::assert_json_agrees};
use palette_knife::{
    source::{
        JsonStringStyle, Text, TextRange, decode_json_string, encode_json_string, map_json_string,
    },
    syntax::{KeyFilter, Kind, NodeRef, json},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

fn any_style() -> impl Strategy<Value = JsonStringStyle> {
    any::<[bool; 3]>().prop_map(|[html, ascii, slash]| JsonStringStyle { html, ascii, slash })
}

/// A piece of a raw JSON string: mostly right, sometimes half of a surrogate pair or no escape at all.
fn raw_piece() -> impl Strategy<Value = String> {
    let fixed = select(vec![
        "a",
        "é",
        "😀",
        "/",
        "\\\"",
        "\\\\",
        "\\/",
        "\\b",
        "\\f",
        "\\n",
        "\\r",
        "\\t",
        "\\u003c",
        "\\u003C",
        "\\u2028",
        "\\u0000",
        "\\ud83d\\ude00",
        "\\uD83D\\uDE00",
        "\u{7f}",
    ]);
    let broken = select(vec![
        "\\ud83d", "\\ude00", "\\x41", "\\u12", "\\u+123", "\\", "\n", "\u{1}", "\u{1f}", "\"",
    ]);
    prop_oneof![
        20 => fixed.prop_map(str::to_owned),
        5 => any::<char>().prop_filter("raw", |c| !matches!(c, '"' | '\\' | '\0'..='\x1f')).prop_map(String::from),
        5 => any::<u16>().prop_map(|unit| format!("\\u{unit:04x}")),
        2 => any::<char>().prop_map(|c| {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}")).collect()
        }),
        1 => broken.prop_map(str::to_owned),
    ]
}

fn raw_string() -> impl Strategy<Value = String> {
    vec(raw_piece(), 0..10).prop_map(|pieces| pieces.concat())
}

fn space() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", " ", "\n", "\r\n\t", "\r"])
}

/// A document, mostly valid. Its keys repeat, some of them spelt in two ways.
fn document() -> impl Strategy<Value = String> {
    let number = select(vec![
        "0",
        "-0",
        "1",
        "12",
        "-3.50",
        "0.1e5",
        "1E+2",
        "2e-3",
        "18446744073709551615",
        "-9223372036854775809",
        "1e999",
        "01",
        "1.",
        "-",
        "+1",
        ".5",
        "1e",
    ]);
    let word = select(vec!["true", "false", "null", "True", "nul", "NaN", ""]);
    let leaf = prop_oneof![
        4 => number.prop_map(str::to_owned),
        3 => word.prop_map(str::to_owned),
        6 => raw_string().prop_map(|raw| format!("\"{raw}\"")),
        3 => Just("1".to_owned()),
    ];
    let key = prop_oneof![
        3 => select(vec!["a", "\\u0061", "b", "\\/", "/", "", "é", "\\u00e9"]).prop_map(str::to_owned),
        3 => (0..24_u8).prop_map(|number| format!("key{number}")),
        1 => raw_string(),
    ];
    leaf.prop_recursive(4, 60, 24, move |value| {
        let item = (space(), value.clone()).prop_map(|(space, value)| format!("{space}{value}"));
        let entry =
            (key.clone(), space(), value, space()).prop_map(|(key, before, value, after)| {
                format!("{before}\"{key}\"{after}:{before}{value}{after}")
            });
        prop_oneof![
            vec(item, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            vec(entry, 0..24).prop_map(|entries| format!("{{{}}}", entries.join(","))),
        ]
    })
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn what_is_encoded_decodes(text in common::wild_text(), style in any_style()) {
        let raw = encode_json_string(&text, style);
        prop_assert_eq!(decode_json_string(&raw), text.as_str());
        let theirs: String = serde_json::from_str(&format!("\"{raw}\"")).expect("a JSON string");
        prop_assert_eq!(theirs, text);
        prop_assert!(!style.ascii || raw.is_ascii());
        let has_html = raw.contains(['<', '>', '&', '\u{2028}', '\u{2029}']);
        prop_assert!(!style.html || !has_html);
        prop_assert!(!style.slash || !raw.replace("\\/", "").contains('/'));
    }

    #[test]
    fn strings_decode_as_in_serde_json(raw in raw_string()) {
        let quoted = format!("\"{raw}\"");
        assert_json_agrees(&quoted);
        if let Ok(theirs) = serde_json::from_str::<String>(&quoted) {
            prop_assert_eq!(decode_json_string(&raw), theirs);
        }
    }

    #[test]
    fn every_range_maps_to_the_bytes_that_decode_to_it(raw in raw_string()) {
        let decoded = match serde_json::from_str::<String>(&format!("\"{raw}\"")) {
            Ok(decoded) => decoded,
            Err(_) => return Ok(()),
        };
        let map = map_json_string(&raw);
        let bounds: Vec<usize> = (0..=decoded.len()).filter(|&at| decoded.is_char_boundary(at)).collect();
        for (index, &start) in bounds.iter().enumerate() {
            for &end in &bounds[index..] {
                let range = TextRange::new(start, end);
                let there = map.to_raw(range);
                let bytes = raw.get(there.range()).expect("bytes of the raw text");
                prop_assert_eq!(decode_json_string(bytes), range.of(&decoded), "{:?} of {:?}", range, raw);
                if !range.is_empty() {
                    prop_assert_eq!(map.to_decoded(there), range, "{:?} of {:?}", there, raw);
                }
            }
        }
        let whole = map.to_raw(TextRange::new(0, decoded.len()));
        prop_assert_eq!(whole, TextRange::new(0, raw.len()));
    }

    #[test]
    fn documents_parse_as_in_serde_json(text in document(), mark in prop::bool::weighted(0.1)) {
        assert_json_agrees(&text);
        if mark {
            assert_json_agrees(&format!("\u{feff}{text}"));
        }
    }

    #[test]
    fn damaged_documents_parse_as_in_serde_json(text in document(), mutations in mutations()) {
        assert_json_agrees(&String::from_utf8_lossy(&mutated(text.as_bytes(), &mutations)));
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn damaged_profiles_parse_as_in_serde_json(file in any::<Index>(), mutations in mutations()) {
        let files = [common::fixture_files("profiles"), common::fixture_files("broken")].concat();
        let (_, bytes) = file.get(&files);
        assert_json_agrees(&String::from_utf8_lossy(&mutated(bytes, &mutations)));
    }
}

/// The entries of a tree, and of what is left of one whose keys are chosen, with everything in them.
fn outline(node: NodeRef<'_>, keys: Option<KeyFilter>) -> String {
    match node.kind() {
        Kind::Object => {
            let entries = node.written_entries();
            // A key with escapes stays: it is not read before it is decoded.
            let kept = entries.filter(|(key, _)| {
                keys.is_none_or(|keys| keys(&key.text()) || key.source().contains('\\'))
            });
            let kept =
                kept.map(|(key, value)| format!("{}:{}", key.source(), outline(value, keys)));
            format!("{{{}}}", kept.collect::<Vec<_>>().join(","))
        }
        Kind::Array => {
            let items = node.items().map(|item| outline(item, keys));
            format!("[{}]", items.collect::<Vec<_>>().join(","))
        }
        _ => format!("{:?} {}", node.range(), node.text()),
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn keys_that_nobody_asks_for_change_nothing_else(
        text in document(),
        changes in mutations(),
        damaged in any::<bool>(),
    ) {
        let keys: KeyFilter = |key| key.len() != 1;
        let text = if damaged {
            String::from_utf8_lossy(&mutated(text.as_bytes(), &changes)).into_owned()
        } else {
            text
        };
        let text = Text::from(text);
        match (json::parse(&text), json::parse_keys(&text, Some(keys))) {
            (Ok(all), Ok(some)) => {
                let all = all.documents().map(|root| outline(root, Some(keys)));
                let some = some.documents().map(|root| outline(root, None));
                prop_assert_eq!(all.collect::<Vec<_>>(), some.collect::<Vec<_>>());
            }
            (Err(all), Err(some)) => prop_assert_eq!(all, some),
            (all, some) => prop_assert!(false, "{:?} and {:?}", all.is_ok(), some.is_ok()),
        }
    }
}

#[test]
fn nesting_ends_at_the_limit() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| {
            let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            json::parse(&Text::from(text))
        };
        assert!(nested(json::MAX_DEPTH).is_ok());
        let fault = nested(json::MAX_DEPTH + 1).expect_err("too deep");
        assert_eq!(fault.range.start(), json::MAX_DEPTH * open.len());
    }
}

#[test]
fn numbers_have_no_range() {
    let tree = json::parse(&Text::from("[1e999, -1E+999]")).expect("JSON");
    let numbers: Vec<_> = tree
        .nodes()
        .skip(1)
        .map(|node| (node.kind(), node.source()))
        .collect();
    assert_eq!(
        numbers,
        [(Kind::Number, "1e999"), (Kind::Number, "-1E+999")]
    );
}
