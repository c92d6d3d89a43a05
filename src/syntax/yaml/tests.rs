//! The reader for common YAML and the parser for all of it give the same trees.

use super::{Stream, parse, parse_like, read_any, read_common};
use crate::{
    source::{Text, TextRange},
    syntax::{CommonLines, Kind, common_lines},
};

/// All of a stream that anything is made of.
fn told(stream: &Stream) -> String {
    let tree = &stream.tree;
    let nodes: Vec<String> = tree
        .nodes()
        .map(|node| {
            format!(
                "{:?} {:?} {:?} {} {:?} parent {:?} {:?} {:?}",
                node.kind(),
                node.style(),
                node.range().range(),
                node.indent(),
                node.text(),
                node.parent().map(|parent| parent.id().number()),
                node.is_key(),
                node.children().map(|child| child.id()).collect::<Vec<_>>(),
            )
        })
        .collect();
    let documents: Vec<u32> = tree.documents().map(|root| root.id().number()).collect();
    let duplicates: Vec<_> = tree
        .duplicate_keys()
        .map(|(first, again)| (first.id(), again.id()))
        .collect();
    format!(
        "{}\n{documents:?} {duplicates:?} {} {:?} {:?} {:?} {:?} {}",
        nodes.join("\n"),
        tree.has_merge_keys(),
        stream.faults,
        stream.scalar_faults,
        stream.loose_templates,
        stream.unquoted,
        stream.is_common,
    )
}

/// Whether a text is common; then both readers have to say the same of it.
fn agree(source: &str) -> bool {
    let text = Text::from(source);
    let Some(common) = read_common(&text, &text, None) else {
        return false;
    };
    let (any, _) = read_any(&text, &text);
    let any = Stream {
        is_common: true,
        ..any
    };
    let (common, any) = (told(&common), told(&any));
    let differs = common
        .lines()
        .zip(any.lines())
        .find(|(one, other)| one != other);
    assert_eq!(differs, None, "{source:?}");
    assert_eq!(common.len(), any.len(), "{source:?}");
    true
}

/// What a line of the generated texts may hold. Most of them are common; some are not, or are no YAML.
const PIECES: &[&str] = &[
    "a",
    "b: ",
    "key:",
    "key: value",
    "- ",
    "-",
    "- a",
    "- k: v",
    "#",
    " # c",
    "# c: d",
    "\"q\"",
    "'s'",
    "\"a\\tb\"",
    "'it''s'",
    "\"x\": ",
    "'y':",
    "{",
    "}",
    "[",
    "]",
    ",",
    ", ",
    "{}",
    "[]",
    "[a, b]",
    "{a: b, c: [d]}",
    "{ }",
    ": ",
    ":",
    "|",
    ">",
    "|-",
    ">-",
    "|+",
    ">+",
    "---",
    "--- ",
    "...",
    "~",
    "null",
    "true",
    "1.5",
    "<<",
    "<<: ",
    "*x",
    "&x ",
    "!t ",
    "? ",
    "%a",
    "@",
    "`",
    "é",
    "\u{1f600}",
    "\u{85}",
    "\u{feff}",
    "\t",
    "\r",
    "xxxxx",
    "http://h:1/p",
    "a:b",
    "a#b",
    "a b",
    "--x",
    "-1",
    "?x",
    ":x",
    "\"",
    "'",
    "\\",
    "=",
    "$x",
    "*",
    "********",
    "==>",
    "...x",
    "---x",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_readers_agree_on_lines_of_pieces(
        lines in proptest::collection::vec(
            (0_usize..7, proptest::collection::vec(0..PIECES.len(), 0..4), 0_usize..8),
            1..12,
        ),
        is_ended in proptest::bool::ANY,
    ) {
        let lines: Vec<String> = lines
            .into_iter()
            .map(|(indent, pieces, spaces)| {
                let pieces: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
                format!("{}{pieces}{}", " ".repeat(indent), " ".repeat(spaces / 7))
            })
            .collect();
        agree(&format!("{}{}", lines.join("\n"), if is_ended { "\n" } else { "" }));
    }

    #[test]
    fn both_readers_agree_on_nested_text(seed in proptest::prelude::any::<u64>()) {
        let text = nested(seed);
        agree(&text);
    }

    #[test]
    fn known_lines_change_nothing(seed in proptest::prelude::any::<u64>(), edits in 0_usize..6) {
        let (known, text) = alike(seed, edits);
        read_alike(&known, &text);
    }
}

/// Reads a text that is like a known one, which changes nothing.
fn read_alike(known: &str, text: &str) {
    let (known, text) = (parse(&known.into()), Text::from(text));
    let lines = common_lines(&text, known.tree.text());
    let alike = parse_like(&text, Some((&known, &lines)));
    let (alike, alone) = (told(&alike), told(&parse(&text)));
    let pairs = || alike.lines().zip(alone.lines());
    let differs = pairs().find(|(one, other)| one != other);
    assert_eq!(differs, None, "{:?}\n{text:?}", known.tree.text());
    assert_eq!(alike.len(), alone.len(), "{text:?}");
}

/// A text of nested mappings and sequences, and the same with some lines changed.
fn alike(seed: u64, edits: usize) -> (String, String) {
    let mut generator = Generator {
        state: seed | 1,
        text: String::new(),
    };
    generator.block(0, 0);
    generator.block(0, 0);
    // Each key once, and lines long enough to be told from others.
    let mut number = 0;
    let long = |line: &str| {
        number += 1;
        let name = format!("key-number-{number}:");
        let line = line.replacen("k:", &name, 1).replacen("l:", &name, 1);
        let line = line.replacen("<<:", &name, 1).replacen("1:", &name, 1);
        let line = line.replace("v w", "{{ .spectro.var.v }}");
        line.replace("\"q\"", "\"a {{ \\\"x\\\" }} z\"")
    };
    let mut lines: Vec<String> = generator.text.lines().map(long).collect();
    let known = format!("{}\n", lines.join("\n"));
    for _ in 0..edits {
        let at = generator.below(lines.len() + 1);
        let indent = " ".repeat(generator.below(6));
        match generator.below(5) {
            0 if at < lines.len() => {
                lines.remove(at);
            }
            1 if at < lines.len() => lines[at].push_str(" # comment"),
            2 if at < lines.len() => {
                let line = lines.remove(at);
                lines.insert(generator.below(lines.len() + 1), line);
            }
            3 => lines.insert(at, format!("{indent}# a comment")),
            _ => {
                let piece = generator.one_of(PIECES);
                lines.insert(at, format!("{indent}{piece}"));
            }
        }
    }
    let end = generator.one_of(&["", "\n", "\n\n", "\n  # end\n"]);
    (known, format!("{}{end}", lines.join("\n")))
}

/// A text of nested mappings and sequences, damaged in every second case.
fn nested(seed: u64) -> String {
    let mut generator = Generator {
        state: seed | 1,
        text: String::new(),
    };
    generator.block(0, 0);
    if generator.below(6) == 0 {
        generator.text.push_str("---\n");
        generator.block(0, 0);
    }
    if generator.below(2) == 0 {
        generator.damage();
    }
    generator.text
}

struct Generator {
    state: u64,
    text: String,
}

impl Generator {
    const SCALARS: &[&str] = &[
        "v",
        "v w",
        "1",
        "\"q\"",
        "'s'",
        "[]",
        "{}",
        "[a, 'b']",
        "{a: 1}",
        "|\n@a\n@  b\n\n@c",
        ">\n@a\n@b\n\n@ c",
        "|-\n\n@# a\n\n",
        ">+\n@a\n\n",
        "v # c",
        "\"a\n@b\"",
        "'a\n\n@b'",
        "[a,\n@b]",
        "a:b",
        "|+\n@a\n \n",
        "v\n@w\n\n@x",
        "~",
        "\"\\u00e9\"",
        "''''",
        "{\"a\": [b, {c: d}]}",
        "|\n@a\n@b # c\n# d",
        "http://e.example:80/#f",
        "| # c\n@\ta",
        "a  b  ",
    ];
    const KEYS: &[&str] = &[
        "k:",
        "l:",
        "long key:",
        "\"q\":",
        "'r':",
        "1:",
        "a.b/c:",
        "k :",
        "<<:",
        "\"a\\tb\" :",
    ];

    fn below(&mut self, most: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap_or_default() % most
    }

    fn one_of(&mut self, texts: &[&'static str]) -> &'static str {
        let number = self.below(texts.len());
        texts[number]
    }

    fn block(&mut self, indent: usize, depth: usize) {
        let is_sequence = self.below(3) == 0;
        for _ in 0..1 + self.below(3) {
            if self.text.is_empty() || self.text.ends_with('\n') {
                self.text.push_str(&" ".repeat(indent));
            }
            if is_sequence {
                self.text.push_str("- ");
                if depth < 4 && self.below(2) == 0 {
                    self.block(indent + 2, depth + 1);
                    continue;
                }
            } else {
                let key = self.one_of(Self::KEYS);
                self.text.push_str(key);
                match self.below(4) {
                    0 if depth < 4 => {
                        let comment = self.one_of(&["\n", " # c\n", "\n\n  # c\n", "   \n"]);
                        self.text.push_str(comment);
                        let step = self.below(3);
                        self.block(indent + 1 + step, depth + 1);
                        continue;
                    }
                    1 => {
                        self.text.push('\n');
                        continue;
                    }
                    _ => self.text.push(' '),
                }
            }
            let value = self.one_of(Self::SCALARS);
            let lines = " ".repeat(indent + 1 + self.below(3));
            self.text.push_str(&value.replace('@', &lines));
            self.text.push('\n');
        }
    }

    /// Puts a piece in, or leaves some characters out.
    fn damage(&mut self) {
        let at = self.below(self.text.len() + 1);
        let at = self.text.floor_char_boundary(at);
        if self.below(2) == 0 {
            let piece = self.one_of(PIECES);
            self.text.insert_str(at, piece);
        } else {
            let end = (at + 1 + self.below(3)).min(self.text.len());
            let end = self.text.ceil_char_boundary(end);
            self.text.replace_range(at..end, "");
        }
    }
}

#[test]
fn generated_texts_are_common_often_enough() {
    let common = (1..2_000_u64).filter(|&seed| agree(&nested(seed * 0x9E37_79B9)));
    let common = common.count();
    assert!(common > 800, "{common}");
}

#[test]
fn entries_are_over_where_what_follows_ends_them() {
    let known = "some-mapping:\n  first-key: |\n    a\n  second-key:\n  third-key: c\n# comment\nlast-key: 1\n";
    for changed in [
        known.replace("  second-key:\n", "  second-key:\n  - item\n"),
        known.replace("  second-key:\n", "  second-key:\n    - item\n"),
        known.replace("  second-key:\n", "    # more\n  second-key:\n"),
        known.replace("  second-key:\n", "\n  second-key:\n"),
        known.replace("  second-key:\n", " # less\n  second-key:\n"),
        known.replace("  third-key: c\n", "  third-key: c\n    goes on\n"),
        known.replace("  third-key: c\n", "  third-key: c\n\n   goes on\n"),
        known.replace("  third-key: c\n", "  third-key: c\n - no: item\n"),
        known.replace("# comment\n", "---\n"),
        known.replace("# comment\n", "\t# comment\n"),
        known.replace("# comment\nlast-key: 1\n", ""),
        known.replace("# comment\nlast-key: 1\n", "- item\n"),
        known.replace("some-mapping:\n", "some-mapping: {\n"),
        known.replace("some-mapping:\n", "some-mapping: \"\n"),
        known.replace("some-mapping:\n", "- some-mapping:\n"),
        known.replace("some-mapping:\n", "other:\n"),
        format!("third-key: 1\nlast-key: 2\n{known}"),
        format!("{known}some-mapping: 1\n"),
        format!("{known}  goes on\n"),
    ] {
        read_alike(known, &changed);
        read_alike(&changed, known);
    }
}

#[test]
fn entries_of_lines_that_are_known_are_not_read() {
    // What is said to be known is another text, so that it can be told where an entry is from.
    let known = parse(&Text::from("a:\n  b: 1\n  c:\n    d: 2\n  e: 3\nf: 4\n"));
    let text = Text::from("X:\n  b: x\n  c:\n    d: x\n  e: x\nf: x\n");
    let lines = |from: usize, to: usize| CommonLines {
        start: from,
        end: to,
        other: from,
    };
    let numbers = |lines: &[CommonLines]| {
        let stream = parse_like(&text, Some((&known, lines)));
        let numbers = stream.tree.nodes();
        let numbers = numbers.filter(|node| node.kind() == Kind::Number);
        numbers.map(|node| node.range().start()).collect::<Vec<_>>()
    };
    let at = |key: &str| text.find(key).expect("a key");
    let [c, d, e, f] = ["  c:", "d:", "  e:", "f:"].map(at);
    // The first entry of a mapping tells that there is one, and is read.
    assert_eq!(numbers(&[lines(3, text.len())]), [d + 3, e + 5, f + 3]);
    assert_eq!(numbers(&[lines(c, f)]), [d + 3, e + 5]);
    assert_eq!(numbers(&[lines(c, e)]), [d + 3]);
    assert_eq!(numbers(&[lines(e, f)]), [e + 5]);
    assert_eq!(numbers(&[lines(f, text.len())]), [f + 3]);
    assert_eq!(numbers(&[lines(c, e - 1)]), [] as [usize; 0]);
    assert_eq!(numbers(&[]), [] as [usize; 0]);
}

#[test]
fn an_absent_value_lies_before_the_next_key() {
    for text in [
        "? x\n:y: z\n",
        "f:\n    ? x\n: y\n",
        "f:\n  g:\n    ? x\n: y\n",
        "- ? x\n  : y\n",
    ] {
        let stream = parse(&Text::from(text));
        assert!(stream.faults.is_empty(), "{:?}", stream.faults);
        let nodes = stream
            .tree
            .nodes()
            .filter(|node| node.children().next().is_none());
        let starts: Vec<usize> = nodes.map(|node| node.range().start()).collect();
        assert!(starts.is_sorted(), "{starts:?} in {text:?}");
    }
    let stream = parse(&Text::from("f:\n  ? x\n  :\n"));
    let value = stream.tree.nodes().last().expect("a node");
    assert_eq!(value.range(), TextRange::empty(12));
}

#[test]
fn both_readers_agree_on_dashes_in_brackets() {
    assert!(agree("a: {-: b, --: -c, -1: [-x]}\n"));
}

#[test]
fn what_only_one_of_them_could_read_is_not_common() {
    for text in [
        "a: [-]\n",
        "- [-, b]\n",
        "- - -\n",
        "a: b: c\n",
        "a: |2\n   b\n",
    ] {
        let text = Text::from(text);
        assert!(read_common(&text, &text, None).is_none(), "{text:?}");
    }
}

#[test]
fn the_last_entry_with_a_key_is_found_however_many_there_are() {
    for entries in [3, 64, 65, 300] {
        let lines = (0..entries).map(|number| format!("k{number}: {number}\n"));
        let text = format!(
            "{}<<: {{m: 1, k1: 2}}\nk0: last\n",
            lines.collect::<String>()
        );
        let stream = parse(&Text::from(text));
        let root = stream.tree.documents().next().expect("a document");
        let told = |key: &str| root.get(key).map(|value| value.text().into_owned());
        let last = (entries - 1).to_string();
        assert_eq!(told("k0").as_deref(), Some("last"));
        assert_eq!(told("k1").as_deref(), Some("1"));
        assert_eq!(told(&format!("k{last}")), Some(last));
        assert_eq!(told("m").as_deref(), Some("1"));
        assert_eq!(told("<<"), None);
        assert_eq!(told("none"), None);
    }
}

#[test]
fn an_object_that_is_cut_has_the_entries_before() {
    for text in ["a: 1\nb: 2\nc: @\n", "a: 1\nb: 2\nc: @\n---\nd\n"] {
        let stream = parse(&Text::from(text));
        let root = stream.tree.documents().next().expect("a document");
        let told = ["a", "b", "c", "d"].map(|key| root.get(key).map(|value| value.text()));
        assert_eq!(told, [Some("1".into()), Some("2".into()), None, None]);
    }
}
