//! YAML trees of random and of damaged texts, with and without templates.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test yaml_tree_properties` runs more of them.

mod common;

use common::{cases, mutated, mutations, sound::assert_sound_yaml};
use palette_knife::{
    profile::ProfileFile,
    source::{Source, Text},
    syntax::{Tree, yaml},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

/// A piece of a document, to be written at an indentation.
#[derive(Debug, Clone)]
enum Piece {
    /// One scalar; `⇥` stands for the indentation of its further lines.
    Scalar(&'static str),
    Mapping(Vec<(&'static str, Piece)>),
    Sequence(Vec<Piece>),
    Flow(&'static str, Vec<Piece>, &'static str),
    /// After an anchor, a tag or a comment.
    After(&'static str, Box<Piece>),
}

const SCALARS: [&str; 38] = [
    "",
    "a",
    "word two",
    "1.33",
    "yes",
    "~",
    "é😀",
    "x\n⇥y\n\n⇥z",
    "''",
    "'it''s'",
    "'a\n\n⇥  b'",
    "\"\"",
    "\"a\\n\\u00e9\\\"\"",
    "\"a \\\n⇥b\n⇥c\"",
    "|\n⇥a\n⇥  b\n\n⇥c\n",
    "|-\n⇥a",
    "|+\n⇥a\n\n",
    "|2-\n⇥   a\n⇥b",
    ">\n⇥a\n⇥b\n\n⇥ c\n",
    ">-\n\n⇥a\n",
    "| # comment\n⇥# no comment\n",
    "|",
    "*a",
    "*b",
    "********",
    "'********'",
    "a # comment",
    "{}",
    "[]",
    "a:b",
    "- a",
    "? x",
    "{{ .spectro.var.x }}",
    "\"{{ .spectro.macro.x | default \\\"y\\\" }}\"",
    "'{{ .x | default ''y'' }}'",
    "http://{{ .host }}:80/",
    "|\n⇥{{ .a }}\n⇥b: {{ .c }}\n",
    ">\n⇥{{- if .a }}\n⇥b\n",
];

const KEYS: [&str; 16] = [
    "a",
    "b",
    "c",
    "d",
    "key",
    "'q'",
    "\"q\"",
    "1",
    "yes",
    "<<",
    "é",
    "? e",
    "{{ .k }}",
    "'{{ .k }}'",
    "k{{ .k }}",
    "[f]",
];

const BEFORE: [&str; 9] = [
    "&a ",
    "&b ",
    "!!str ",
    "!t ",
    "# c\n⇥",
    "&a\n⇥",
    "!!map ",
    "&a !!seq ",
    "{{ .x }}\n⇥",
];

fn piece() -> impl Strategy<Value = Piece> {
    let scalar = select(&SCALARS[..]).prop_map(Piece::Scalar);
    scalar.prop_recursive(4, 24, 5, |piece| {
        prop_oneof![
            4 => vec((select(&KEYS[..]), piece.clone()), 1..6).prop_map(Piece::Mapping),
            3 => vec(piece.clone(), 1..5).prop_map(Piece::Sequence),
            1 => vec(piece.clone(), 0..4).prop_map(|items| Piece::Flow("[", items, "]")),
            1 => vec(piece.clone(), 0..4).prop_map(|items| Piece::Flow("{k: ", items, "}")),
            2 => (select(&BEFORE[..]), piece).prop_map(|(before, piece)| Piece::After(before, Box::new(piece))),
        ]
    })
}

impl Piece {
    fn write(&self, indent: usize, out: &mut String) {
        let spaces = " ".repeat(indent);
        let below = |piece: &Piece, out: &mut String| {
            let is_block = matches!(piece, Piece::Mapping(_) | Piece::Sequence(_));
            out.push_str(if is_block { "\n" } else { " " });
            piece.write(indent + 2, out);
            if !out.ends_with('\n') {
                out.push('\n');
            }
        };
        match self {
            Self::Scalar(text) => out.push_str(&text.replace('⇥', &spaces)),
            Self::Mapping(entries) => {
                for (key, value) in entries {
                    *out += &format!("{spaces}{key}:");
                    below(value, out);
                }
            }
            Self::Sequence(items) => {
                for item in items {
                    *out += &format!("{spaces}-");
                    below(item, out);
                }
            }
            Self::Flow(open, items, close) => {
                out.push_str(open);
                for (number, item) in items.iter().enumerate() {
                    out.push_str(if number == 0 { "" } else { ", " });
                    item.write(indent + 2, out);
                }
                out.push_str(close);
            }
            Self::After(before, piece) => {
                *out += &before.replace('⇥', &spaces);
                if matches!(**piece, Self::Mapping(_) | Self::Sequence(_)) {
                    out.push('\n');
                }
                piece.write(indent, out);
            }
        }
    }
}

/// Documents, most of them YAML.
fn stream() -> impl Strategy<Value = String> {
    let between = select(vec![
        "---\n",
        "...\n---\n",
        "--- # c\n",
        "%YAML 1.2\n---\n",
        "# c\n---\n",
    ]);
    let line_break = select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    let mark = prop_oneof![9 => Just(""), 1 => Just("\u{feff}")];
    (
        mark,
        vec((piece(), between), 1..4),
        line_break,
        any::<bool>(),
    )
        .prop_map(|(mark, documents, line_break, ends)| {
            let mut text = mark.to_owned();
            for (number, (document, between)) in documents.iter().enumerate() {
                if number > 0 {
                    text.push_str(between);
                }
                document.write(0, &mut text);
                if !text.ends_with('\n') && (ends || number + 1 < documents.len()) {
                    text.push('\n');
                }
            }
            text.replace('\n', line_break)
        })
}

const TEMPLATES: [&str; 24] = [
    "{{ .x }}",
    "{{.x}}",
    "{{- .x -}}",
    "{{ .spectro.var.x }}",
    "{{ .spectro.macro.x | default \"a: b\" }}",
    "{{ .x | default 'y' }}",
    "{{ .x | default \\\"y\\\" }}",
    "{{ printf `}}` }}",
    "{{ \"}}\" }}",
    "{{/* a }} b */}}",
    "{{ .é😀 }}",
    "{{ if .a }}\nb\n{{ end }}",
    "{{ .a\n}}",
    "{{",
    "}}",
    "{{{",
    "{{ {{ .x }} }}",
    "{{ .x",
    "{{ \" }}",
    "{{ ' }}",
    "{{}}",
    "{{ # }}",
    "{{ \\\" }}",
    "'{{ '' }}'",
];

const PLACES: [(&str, &str); 22] = [
    ("", ""),
    ("a: ", "\n"),
    ("a: '", "'\n"),
    ("a: \"", "\"\n"),
    ("a: \"x ", " \\n\"\nb: 1\n"),
    ("a: 'x\n  ", "\n  y'\n"),
    ("a: x ", " y\n"),
    ("a: x", "\n  z\n"),
    ("a:\n  ", "\n"),
    ("a:\n", "\nb: 1\n"),
    ("", ": v\n"),
    ("'", "': v\n"),
    ("? ", "\n: v\n"),
    ("[", "]\n"),
    ("[a, ", ", b]\n"),
    ("{k: ", "}\n"),
    ("{", ": v}\n"),
    ("- ", "\n- x\n"),
    ("a: |\n  ", "\n  b\nc: 1\n"),
    ("a: >-\n  x ", "\n\n  b\n"),
    ("# ", "\na: 1\n"),
    ("a: &b ", "\nc: *b\n"),
];

fn templated() -> impl Strategy<Value = String> {
    let piece = (
        select(&PLACES[..]),
        vec(select(&TEMPLATES[..]), 1..3),
        select(vec!["", " ", ""]),
    )
        .prop_map(|((before, after), templates, between)| {
            [before, &templates.join(between), after].concat()
        });
    vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

/// The texts in the strings of all fixtures.
fn embedded_texts() -> Vec<String> {
    let mut texts = Vec::new();
    for (name, bytes) in common::fixture_files("profiles") {
        let file = ProfileFile::parse(Source::from_bytes(&name, bytes));
        let embedded = file
            .documents()
            .flat_map(|(document, _)| document.embedded());
        texts.extend(embedded.map(|embedded| embedded.text().to_string()));
    }
    texts
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn documents_have_sound_trees(text in stream()) {
        assert_sound_yaml(&text);
    }

    #[test]
    fn comments_can_say_anything(text in stream()) {
        let stream = yaml::parse(&Text::from(text.as_str()));
        if !stream.faults.is_empty() {
            return Ok(());
        }
        let mut other = text.clone();
        for comment in stream.comments().into_iter().rev() {
            prop_assert!(comment.of(&text).starts_with('#') && !comment.of(&text).contains('\n'));
            let inside = comment.start() + 1..comment.end();
            other.replace_range(inside.clone(), &"x".repeat(inside.len()));
        }
        let again = yaml::parse(&Text::from(other.as_str()));
        let said = |tree: &Tree| -> Vec<_> {
            tree.nodes().map(|node| (node.kind(), node.text().into_owned())).collect()
        };
        prop_assert_eq!(said(&stream.tree), said(&again.tree), "{:?}\n{:?}", text, other);
    }

    #[test]
    fn damaged_documents_have_sound_trees(text in stream(), mutations in mutations()) {
        assert_sound_yaml(&String::from_utf8_lossy(&mutated(text.as_bytes(), &mutations)));
    }

    #[test]
    fn templates_keep_their_places(text in templated()) {
        assert_sound_yaml(&text);
    }

    #[test]
    fn any_text_has_a_sound_tree(text in common::wild_text()) {
        assert_sound_yaml(&text);
    }
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn damaged_values_have_sound_trees(text in any::<Index>(), mutations in mutations()) {
        let texts = embedded_texts();
        let text = text.get(&texts);
        assert_sound_yaml(&String::from_utf8_lossy(&mutated(text.as_bytes(), &mutations)));
    }
}

#[test]
fn a_good_part_of_the_random_documents_is_yaml() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let is_yaml = |_| {
        let text = stream()
            .new_tree(&mut runner)
            .expect("a document")
            .current();
        yaml::parse(&Text::from(text)).faults.is_empty()
    };
    let good = (0..200).map(is_yaml).filter(|good| *good).count();
    assert!(good > 60, "{good} of 200");
}
