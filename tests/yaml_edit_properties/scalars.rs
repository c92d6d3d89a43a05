//! Edits of the text of random scalars in random places.

use super::{common::cases, events, parse};
use palette_knife::{
    source::{
        Edit, Surroundings, TextRange, apply,
        yaml_scalar::{ScalarStyle, encode},
    },
    syntax::{Kind, NodeRef, yaml},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

/// Where a scalar stands: what comes before it (and, for flow scalars on one line, behind it), what follows on the next
/// lines, the column of its collection and whether that is in brackets. `⏎` is a line break.
#[derive(Debug)]
struct Place {
    before: &'static str,
    after: &'static str,
    parent: usize,
    in_flow: bool,
}

const fn place(before: &'static str, after: &'static str, parent: usize, in_flow: bool) -> Place {
    Place {
        before,
        after,
        parent,
        in_flow,
    }
}

const PLACES: [Place; 30] = [
    place("k: ", "⏎", 0, false),
    place("k: ", "", 0, false),
    place("k: ", "⏎z: 1⏎", 0, false),
    place("k: ", "⏎# c⏎z: 1⏎", 0, false),
    place("a: 1⏎k: &b ", "⏎z: *b⏎", 0, false),
    place("k: !!str ", "⏎z: 1⏎", 0, false),
    place("k: !t &c-d ", "⏎z: 1", 0, false),
    place("k: # | > c⏎ ", "⏎z: 1⏎", 0, false),
    place("k:⏎  ", "⏎z: 1⏎", 0, false),
    place("\u{feff}'k': ", "⏎z: 1⏎", 0, false),
    place("? x⏎: ", "⏎? y⏎", 0, false),
    place("a:⏎  k: ", "⏎ # c⏎  z: 1⏎y: 1⏎", 2, false),
    place("a:⏎    b:⏎      k: ", "⏎# c⏎      z: 1⏎", 6, false),
    place("- ", "⏎- x⏎", 0, false),
    place("- ", "⏎# c⏎- x", 0, false),
    place("- &a-b ", "⏎- x⏎", 0, false),
    place("- # a-b⏎  ", "⏎- x⏎", 0, false),
    place("k:⏎- ", "⏎- x⏎", 0, false),
    place("- - ", "⏎  - x⏎", 2, false),
    place("- a: ", "⏎  b: x⏎", 2, false),
    place("-   - a: x⏎      k: ", "⏎  # c⏎-   b⏎", 6, false),
    place("a:⏎  b:⏎    - ", "⏎    - x⏎", 4, false),
    place("--- ", "⏎", 0, false),
    place("", "⏎", 0, false),
    place("x: 1⏎---⏎k: ", "⏎---⏎y: 1⏎", 0, false),
    place("--- ", "⏎...⏎--- y⏎", 0, false),
    place("k: [", ", b]⏎z: 1⏎", 0, true),
    place("k: {a: ", ", b: 1} # c⏎", 0, true),
    place("- [[x, ", "⏎  , y]]⏎", 0, true),
    place("[k: ", "]⏎", 0, true),
];

/// How a scalar may be written: `⇥` is the indentation of its further lines, `№` the number that tells it.
fn flow_scalar() -> impl Strategy<Value = String> {
    let plain_word = select(vec![
        "a", "b", "word", "x:y", "a#b", "-x", "é😀", "it's", "1", "c:\\d", "\"q\"", "---", "...",
    ]);
    let break_in_words = vec![
        " ",
        " ",
        "  ",
        "⏎⇥",
        "⏎⇥",
        "⏎⇥",
        "⏎⏎⇥",
        " \t⏎⇥ ",
        "⏎\t⏎⇥",
        "⏎ ⏎⏎⇥",
    ];
    let plain = (
        plain_word.clone(),
        vec((select(break_in_words.clone()), plain_word), 0..6),
    )
        .prop_map(|(first, rest)| {
            let rest = rest
                .into_iter()
                .map(|(between, word)| format!("{between}{word}"));
            first.to_owned() + &rest.collect::<String>()
        });
    let quoted = [
        "a", "word", "b c", "é😀", "# ", ": ", "- ", "---", "\u{a0}", "{{ .x }}", " ", " ", "\t",
    ];
    let quoted = [&quoted[..], &break_in_words[..]].concat();
    let single = [&quoted[..], &["''", "\"", "\\"]].concat();
    let double = [
        &quoted[..],
        &[
            "'",
            "\\n",
            "\\n",
            "\\\"",
            "\\\\",
            "\\t",
            "\\ ",
            "\\u00e9",
            "\\x41",
            "\\uD83D\\uDE00",
            "\\/",
            "\\0",
            "\\⏎⇥",
            "\\⏎⇥",
            " \\⏎⇥",
            "\\⏎⏎⇥",
            "\\\t",
        ],
    ]
    .concat();
    prop_oneof![
        3 => plain,
        3 => vec(select(single), 0..8).prop_map(|parts| format!("'{}'", parts.concat())),
        4 => vec(select(double), 0..8).prop_map(|parts| format!("\"{}\"", parts.concat())),
    ]
}

fn block_scalar() -> impl Strategy<Value = String> {
    let line = select(vec![
        "⇥a",
        "⇥b c",
        "⇥b c",
        "⇥é😀",
        "⇥# x",
        "⇥- \\n \"",
        "⇥tail ",
        "⇥  more",
        "⇥ x",
        "⇥\ttab",
        "⇥ ",
        "⇥  ",
        "⇥\t",
        "⇥",
        "",
        "",
        " ",
        "⇥k: 'v'",
        "⇥{{ .x }}",
        "⇥--- a",
    ]);
    let blank = || vec(select(vec!["", "", " ", "⇥"]), 0..3);
    (
        select(vec!["|", "|", ">", ">"]),
        select(vec!["", "", "", "№"]),
        select(vec!["", "", "-", "+"]),
        any::<bool>(),
        select(vec!["", "", "", " ", "\t", " # c |+", "\t# é"]),
        blank(),
        vec(line, 1..7),
        blank(),
    )
        .prop_map(
            |(kind, digit, chomping, digit_first, rest, lead, lines, tail)| {
                let indicators = if digit_first {
                    [digit, chomping].concat()
                } else {
                    [chomping, digit].concat()
                };
                let header = [kind, &indicators, rest].concat();
                let lines = lead.into_iter().chain(lines).chain(tail);
                lines.fold(header, |raw, line| raw + "⏎" + line)
            },
        )
}

/// A document and where in it the scalar begins that is edited.
fn document() -> impl Strategy<Value = (String, usize)> {
    let scalar = prop_oneof![flow_scalar(), block_scalar()];
    let place = any::<Index>().prop_map(|index| &PLACES[index.index(PLACES.len())]);
    let line_break = select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    let behind = select(vec!["", "", " ", " # c", "\t# 'c'"]);
    (place, scalar, 0..13_usize, line_break, behind)
        .prop_map(|(place, scalar, deeper, line_break, behind)| {
            let is_block = scalar.starts_with(['|', '>']);
            // Further lines of a document that is one scalar may stand at its column.
            let at_root = place.before.is_empty() || place.before == "--- ";
            let indent = place.parent + deeper + usize::from(is_block || !at_root);
            let number = (indent - place.parent).to_string();
            let number = if number.len() > 1 { "" } else { &number };
            let behind = if is_block || place.in_flow {
                ""
            } else {
                behind
            };
            let write = |text: &str| {
                text.replace('⇥', &" ".repeat(indent))
                    .replace('№', number)
                    .replace('⏎', line_break)
            };
            let before = write(place.before);
            let start = before.len();
            (
                before + &write(&scalar) + behind + &write(place.after),
                start,
            )
        })
        .prop_filter("a string in YAML", |(document, start)| {
            let stream = parse(document);
            let is_good = stream.faults.is_empty() && events(document).is_some();
            is_good && scalar_at(&stream, *start).is_some()
        })
}

/// An edit to be made somewhere.
#[derive(Debug, Clone)]
struct Wish {
    at: Index,
    to: usize,
    text: String,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let word = select(vec![
        "x", "word", "yes", "12", " ", " ", "  ", "\t", "\n", "\n", "\n\n", "'", "\"", "\\", "#",
        " #", ": ", ":", "- ", "---", "...", "é", "😀", ",", "]", "{", "{{ .x }}", "\u{a0}",
    ]);
    let wild = select(vec![
        "\0", "\r", "\r\n", "\u{7f}", "\u{85}", "\u{2028}", "\u{feff}", "\u{1b}", "\u{fffe}",
    ]);
    let text = prop_oneof![
        3 => Just(String::new()),
        5 => word.clone().prop_map(str::to_owned),
        5 => vec(word, 0..6).prop_map(|words| words.concat()),
        1 => wild.prop_map(str::to_owned),
    ];
    let to = select(vec![0, 0, 0, 1, 1, 2, 3, 8, 100, 1000]);
    let wish = (any::<Index>(), to, text).prop_map(|(at, to, text)| Wish { at, to, text });
    vec(wish, 1..5)
}

/// The edits of a text: in order, not overlapping. Half of them begin where lines or words do.
fn edits_of(text: &str, wishes: &[Wish]) -> Vec<Edit> {
    let bounds: Vec<usize> = (0..=text.len())
        .filter(|&at| text.is_char_boundary(at))
        .collect();
    let is_special = |at: &&usize| {
        let blank = |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace());
        let bytes = text.as_bytes();
        blank(bytes.get(**at)) || **at == 0 || blank(bytes.get(**at - 1))
    };
    let special: Vec<usize> = bounds.iter().filter(is_special).copied().collect();
    let mut edits: Vec<Edit> = Vec::new();
    for (number, wish) in wishes.iter().enumerate() {
        let start = *wish
            .at
            .get(if number % 2 == 0 { &special } else { &bounds });
        let rest = &text[start..];
        // A hundred stands for the rest of the line.
        let end = match wish.to {
            100 => start + rest.find('\n').unwrap_or(rest.len()),
            to => rest
                .char_indices()
                .nth(to)
                .map_or(text.len(), |(at, _)| start + at),
        };
        let range = TextRange::new(start, end);
        let is_free = |other: &Edit| {
            (other.range.end() <= start || end <= other.range.start()) && other.range != range
        };
        if edits.iter().all(is_free) {
            edits.push(Edit {
                range,
                text: wish.text.clone(),
            });
        }
    }
    edits.sort_by_key(|edit| edit.range);
    edits
}

fn scalar_at(stream: &yaml::Stream, start: usize) -> Option<NodeRef<'_>> {
    let is_it = |node: &NodeRef<'_>| {
        node.range().start() == start && node.kind() == Kind::String && !node.range().is_empty()
    };
    stream.tree.nodes().find(is_it)
}

fn is_block(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::Literal | ScalarStyle::Folded)
}

/// Whether a scalar cannot stay in its style with this text.
fn asks_for_another_style(node: NodeRef<'_>, wanted: &str, edits: &[Edit]) -> bool {
    let Surroundings::Yaml(site) = node.surroundings() else {
        unreachable!("the documents are YAML")
    };
    let is_multi_line = node.source().contains(['\n', '\r']);
    let inserts = |what: fn(char) -> bool| edits.iter().any(|edit| edit.text.contains(what));
    let must_be_escaped = |c: char| {
        c != '\n' && encode(&c.to_string(), ScalarStyle::SingleQuoted, 0, false).is_none()
    };
    // Folding would take the blanks away.
    let blank_at_break = [" \n", "\t\n", "\n ", "\n\t"]
        .iter()
        .any(|pair| wanted.contains(pair));
    let asks = match node.style() {
        ScalarStyle::Plain => {
            let on_one_line = wanted.replace('\n', " ");
            inserts(|c| c == '\n')
                || blank_at_break
                || encode(&on_one_line, ScalarStyle::Plain, 0, site.in_flow).is_none()
        }
        ScalarStyle::SingleQuoted => blank_at_break || inserts(|c| c == '\n') && !is_multi_line,
        ScalarStyle::DoubleQuoted => return false,
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let indent = node.indent() as usize;
            let first = wanted.trim_start_matches('\n');
            wanted.trim().is_empty() || indent - site.parent > 9 && first.starts_with([' ', '\t'])
        }
    };
    asks || edits.iter().any(|edit| edit.text.contains(must_be_escaped))
}

/// Where the raw text ends that the first `at` bytes of the text come from.
fn raw_end(node: NodeRef<'_>, at: usize) -> usize {
    let layer = node.layer().expect("a string");
    let before = TextRange::new(at.max(1) - 1, at);
    layer.to_host(before).end() - node.range().start()
}

/// Where the first line of a block ends.
fn header_end(source: &str, style: ScalarStyle) -> usize {
    let end = source.find(['\n', '\r']).filter(|_| is_block(style));
    end.unwrap_or(0)
}

/// Every byte before the first edited line of the text and after the last one stays. Where a folded block breaks lines
/// depends on how the lines on both sides begin, so there the break next to those lines may change.
fn check_lines_around(node: NodeRef<'_>, new: NodeRef<'_>, edits: &[Edit], context: &str) {
    let (Some(first), Some(last)) = (edits.first(), edits.last()) else {
        return;
    };
    let text = node.text();
    // An escaped line break on a line of its own stands for nothing, and may go with the blank lines it is among.
    if node
        .source()
        .split(['\n', '\r'])
        .any(|line| line.trim() == "\\")
    {
        return;
    }
    // A block without text has no column yet, and its lines are blank.
    if is_block(node.style()) && text.trim_matches('\n').is_empty() {
        return;
    }
    let source = |node: NodeRef<'_>| -> String {
        node.source()[header_end(node.source(), node.style())..].to_owned()
    };
    let (old, new_source) = (source(node), source(new));
    let header = node.source().len() - old.len();
    let lines_before = text[..first.range.start()]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let lines_before = if node.style() == ScalarStyle::Folded {
        lines_before.saturating_sub(1)
    } else {
        lines_before
    };
    if lines_before > 0 {
        let before = &old[..raw_end(node, lines_before) - header];
        assert!(
            new_source.starts_with(before),
            "{before:?} is lost: {context}"
        );
    }
    let keeps = |node: NodeRef<'_>| {
        let header = &node.source()[..header_end(node.source(), node.style())];
        header.split('#').next().is_some_and(|it| it.contains('+'))
    };
    // Blank lines that were no part of the text may have become one.
    if let Some(at) = text[last.range.end()..].find('\n')
        && keeps(node) == keeps(new)
    {
        let after = &old[raw_end(node, last.range.end() + at + 1) - header..];
        assert!(new_source.ends_with(after), "{after:?} is lost: {context}");
    }
}

/// The raw text before the first raw line that is edited, between each two edits, and after the last, each without the
/// white space at its ends. A line break is no reason to write others anew.
fn untouched(node: NodeRef<'_>, edits: &[Edit]) -> Vec<String> {
    let layer = node.layer().expect("a string");
    let raw = node.source();
    let mut kept = Vec::new();
    let mut from = header_end(raw, node.style());
    for edit in edits {
        let start = raw_end(node, edit.range.start());
        let line = raw[..start].rfind(['\n', '\r']).unwrap_or(0);
        kept.push((from, line));
        let at = edit.range.end();
        let end = if at == layer.text().len() {
            raw.len()
        } else {
            layer.to_host(TextRange::empty(at)).start() - node.range().start()
        };
        let rest = &raw[end.max(start)..];
        from = raw.len() - rest.len() + rest.find(['\n', '\r']).unwrap_or(rest.len());
    }
    kept.push((from, raw.len()));
    kept.into_iter()
        .map(|(from, to)| raw.get(from..to).unwrap_or_default())
        .map(|text| text.trim_matches([' ', '\t', '\n', '\r', '\\']).to_owned())
        .collect()
}

fn check_edit(document: &str, start: usize, edits: impl FnOnce(&str) -> Vec<Edit>) {
    let before = parse(document);
    let old_events = events(document).expect("YAML");
    let node = scalar_at(&before, start).expect("a string");
    let old_text = node.text();
    let edits = edits(&old_text);
    let wanted = apply(&old_text, &edits).expect("edits in order");
    let layer = node.layer().expect("a string");
    let (host_edits, restyled) = layer
        .edits(&edits, node.surroundings())
        .unwrap_or_else(|| panic!("{wanted:?} for {old_text:?} refused in {document:?}"));
    let result = apply(document, &host_edits).expect("edits in order");
    let context = format!("{wanted:?} for {old_text:?} in {document:?} gives {result:?}");

    for edit in &host_edits {
        assert!(
            node.range().contains(edit.range),
            "{edit:?} outside: {context}"
        );
    }
    let after = parse(&result);
    assert!(after.faults.is_empty(), "{:?}: {context}", after.faults);
    let new = scalar_at(&after, start).unwrap_or_else(|| panic!("no string: {context}"));
    assert_eq!(new.text(), wanted, "{context}");
    let style = restyled.map_or(node.style(), |restyled| restyled.to);
    assert_eq!(new.style(), style, "{context}");
    let shape = |stream: &yaml::Stream, edited: NodeRef<'_>| -> Vec<_> {
        let others = stream.tree.nodes().filter(|other| *other != edited);
        others
            .map(|node| (node.kind(), node.text().into_owned(), node.pointer()))
            .collect()
    };
    assert_eq!(shape(&after, new), shape(&before, node), "{context}");

    let new_events = events(&result).unwrap_or_else(|| panic!("a fault: {context}"));
    assert_eq!(new_events.len(), old_events.len(), "{context}");
    let differ = old_events
        .iter()
        .zip(&new_events)
        .filter(|(old, new)| old != new);
    assert_eq!(differ.count(), usize::from(wanted != old_text), "{context}");

    if restyled.is_some() {
        assert!(
            asks_for_another_style(node, &wanted, &edits),
            "restyled: {context}"
        );
        assert_eq!(style, ScalarStyle::DoubleQuoted, "restyled: {context}");
    } else {
        check_lines_around(node, new, &edits, &context);
        // A line that begins with white space cannot be folded, so what was folded of it comes to stand on one line.
        let unfolds = node.style() == ScalarStyle::Folded
            && wanted.lines().any(|line| line.starts_with([' ', '\t']));
        let mut rest = new.source();
        for text in untouched(node, &edits).iter().filter(|_| !unfolds) {
            let at = rest
                .find(text)
                .unwrap_or_else(|| panic!("{text:?} is lost: {context}"));
            rest = &rest[at + text.len()..];
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_local_rejects: u32::MAX, ..cases(384) })]

    #[test]
    fn an_edit_of_a_scalar_is_that_edit((document, start) in document(), wishes in wishes()) {
        check_edit(&document, start, |text| edits_of(text, &wishes));
    }
}

#[test]
fn lines_do_not_become_markers_between_documents() {
    for (document, start, old, new) in [
        ("--- '\nworda\n\na'\n", 4, "worda", "---"),
        ("--- '\n---a\n\na'\n", 4, "---a", "---"),
        ("--- '\n..a\n\na'\n", 4, "..a", "..."),
        ("--- \"\nword a\n\na\"\n", 4, "word", "..."),
        ("--- \"\n\n---\"\n", 4, "---", "--- "),
        ("--- \"\n---\\\nword\"\n", 4, "word", "wordx"),
    ] {
        check_edit(document, start, |text| {
            let at = text.find(old).expect("a part of it");
            vec![Edit {
                range: TextRange::new(at, at + old.len()),
                text: new.to_owned(),
            }]
        });
    }
}
