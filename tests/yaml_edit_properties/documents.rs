//! Changes of random documents.

use std::ops::Range;

use palette_knife::{
    profile::ProfileFile,
    rewrite::{
        change::{Change, EditError, edits},
        verify::verify,
    },
    source::{Source, apply, yaml_scalar::ScalarStyle},
    syntax::{Kind, NodeRef, edit::Scalar},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

use super::{common::cases, events};

/// A piece of a document, to be written at an indentation. In all texts `⏎` stands for a line break, `⇥` for the
/// indentation of further lines, and `§` for a number that no other comment has.
#[derive(Debug, Clone)]
enum Piece {
    Scalar(&'static str),
    /// The header and the lines.
    Block(&'static str, Vec<&'static str>),
    Mapping(Vec<Entry>),
    /// Whether it stands at the column of its key, if it has one.
    Sequence(bool, Vec<Item>),
    FlowMapping(Flow, Vec<Entry>),
    FlowSequence(Flow, Vec<Entry>),
}

#[derive(Debug, Clone)]
struct Entry {
    above: &'static str,
    key: &'static str,
    colon: &'static str,
    properties: &'static str,
    value: Piece,
    behind: &'static str,
    below: &'static str,
}

#[derive(Debug, Clone)]
struct Item {
    above: &'static str,
    dash: &'static str,
    properties: &'static str,
    value: Piece,
    behind: &'static str,
}

/// The white space, comments and commas in brackets.
#[derive(Debug, Clone)]
struct Flow {
    start: &'static str,
    between: &'static str,
    end: &'static str,
}

fn scalar() -> impl Strategy<Value = Piece> {
    select(vec![
        "",
        "",
        "a",
        "word two",
        "1",
        "1.33",
        "yes",
        "true",
        "~",
        "null",
        "é😀",
        "a#b",
        "*a",
        "********",
        "''",
        "'it''s'",
        "\"\"",
        "\"a\\n\\u00e9\\\"\"",
        "x⏎⇥y⏎⏎⇥z",
        "'a⏎⏎⇥  b'",
        "\"a \\⏎⇥b⏎⇥c\"",
        "http://x:80/",
        "{}",
        "[]",
        "{ }",
    ])
    .prop_map(Piece::Scalar)
}

fn block() -> impl Strategy<Value = Piece> {
    let header = select(vec![
        "|",
        "|-",
        "|+",
        ">",
        ">-",
        ">+",
        "| # c§",
        "|+ # c§",
        ">2",
        "|2-  # c§",
        "|  ",
    ]);
    let line = select(vec![
        "⇥a",
        "⇥b c",
        "⇥# no comment",
        "⇥  more",
        "",
        "",
        " ",
        "⇥k: v",
        "⇥- x",
    ]);
    (header, vec(line, 0..5)).prop_map(|(header, lines)| Piece::Block(header, lines))
}

const ABOVE: [&str; 9] = [
    "",
    "",
    "",
    "",
    "⇥# c§⏎",
    "⏎",
    "# c§⏎",
    "⇥# c§⏎⏎⇥# c§⏎",
    "⏎  ⏎",
];

fn entry(value: impl Strategy<Value = Piece>) -> impl Strategy<Value = Entry> {
    let key = select(vec![
        "k№",
        "k№",
        "k№",
        "k№",
        "'k №'",
        "\"k\\u00e9№\"",
        "é№",
        "№",
        "k-№ x",
        "a/b~№",
        "&k№ k№",
        "? k№",
        "!t k№",
    ]);
    let colon = select(vec![":", ":", ":", ":", " :"]);
    (
        (select(&ABOVE[..]), key, colon, properties()),
        value,
        (
            behind(),
            select(vec!["", "", "", "⇥  # c§⏎", "⏎⇥ # c§⏎", "⇥      # c§⏎⏎"]),
        ),
    )
        .prop_map(
            |((above, key, colon, properties), value, (behind, below))| Entry {
                above,
                key,
                colon,
                properties,
                value,
                behind,
                below,
            },
        )
}

fn properties() -> impl Strategy<Value = &'static str> {
    select(vec![
        "", "", "", "", "", "&a ", "&b ", "!t ", "!!str ", "!t &c ",
    ])
}

fn behind() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", " ", " # c§", "\t# c§", "  #c§"])
}

fn item(value: impl Strategy<Value = Piece>) -> impl Strategy<Value = Item> {
    let dash = select(vec!["- ", "- ", "- ", "-   ", "-⏎", "- # c§⏎"]);
    (select(&ABOVE[..]), dash, properties(), value, behind()).prop_map(
        |(above, dash, properties, value, behind)| Item {
            above,
            dash,
            properties,
            value,
            behind,
        },
    )
}

fn flow() -> impl Strategy<Value = Flow> {
    let start = select(vec!["", "", "", " ", "⏎⇥", " # c§⏎⇥"]);
    let between = select(vec![
        ", ",
        ", ",
        ", ",
        ",",
        " , ",
        ",⏎⇥",
        ",⏎⇥",
        ", # c§⏎⇥",
        " # c§⏎⇥, ",
        ",⏎⇥# c§⏎⇥",
    ]);
    let end = select(vec![
        "",
        "",
        "",
        " ",
        "⏎⇥",
        " ,",
        ", ",
        " # c§⏎⇥",
        ", # c§⏎⇥",
    ]);
    (start, between, end).prop_map(|(start, between, end)| Flow {
        start,
        between,
        end,
    })
}

fn piece() -> impl Strategy<Value = Piece> {
    let leaf = prop_oneof![5 => scalar(), 2 => block()];
    leaf.prop_recursive(4, 32, 5, |piece| {
        let piece = piece.boxed();
        prop_oneof![
            5 => vec(entry(piece.clone()), 1..6).prop_map(Piece::Mapping),
            3 => (any::<bool>(), vec(item(piece.clone()), 1..4)).prop_map(|(at_key, items)| Piece::Sequence(at_key, items)),
            2 => (flow(), vec(entry(piece.clone()), 0..4)).prop_map(|(flow, entries)| Piece::FlowMapping(flow, entries)),
            1 => (flow(), vec(entry(piece), 0..4)).prop_map(|(flow, items)| Piece::FlowSequence(flow, items)),
        ]
    })
}

/// Writes pieces.
#[derive(Default)]
struct Writer {
    out: String,
    comments: usize,
}

impl Writer {
    /// A text of one of the pieces; `number` tells its key from others.
    fn text(&mut self, text: &str, indent: usize, number: usize) {
        for c in text.chars() {
            match c {
                '⇥' => self.out.extend(std::iter::repeat_n(' ', indent)),
                '№' => self.out += &number.to_string(),
                '§' => {
                    self.comments += 1;
                    self.out += &format!("{};", self.comments);
                }
                _ => self.out.push(c),
            }
        }
    }

    fn end_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('⏎') {
            self.out.push('⏎');
        }
    }

    /// The value after a key or a dash whose column is `parent`, and what stands behind it.
    fn value(
        &mut self,
        properties: &str,
        value: &Piece,
        behind: &str,
        parent: usize,
        is_item: bool,
    ) {
        match value {
            Piece::Scalar(text) => {
                self.text(properties, 0, 0);
                self.text(text, parent + 2, 0);
                self.text(behind, 0, 0);
            }
            Piece::Block(header, lines) => {
                self.text(properties, 0, 0);
                self.text(header, 0, 0);
                for line in lines {
                    self.out.push('⏎');
                    self.text(line, parent + 2, 0);
                }
            }
            Piece::FlowMapping(..) | Piece::FlowSequence(..) => {
                self.text(properties, 0, 0);
                self.flow(value, parent + 3);
                self.text(behind, 0, 0);
            }
            Piece::Mapping(_) | Piece::Sequence(..) => {
                self.text(properties.trim_end(), 0, 0);
                self.text(behind, 0, 0);
                self.end_line();
                let at_key = matches!(value, Piece::Sequence(true, _)) && !is_item;
                self.block(value, if at_key { parent } else { parent + 2 }, false);
            }
        }
        self.end_line();
    }

    /// A mapping or sequence on lines; `begun` tells that the first line has its indentation.
    fn block(&mut self, piece: &Piece, column: usize, begun: bool) {
        match piece {
            Piece::Mapping(entries) => {
                for (number, entry) in entries.iter().enumerate() {
                    let is_first = begun && number == 0;
                    if !is_first {
                        self.text(entry.above, column, 0);
                        self.text("⇥", column, 0);
                    }
                    self.text(entry.key, 0, number);
                    if entry.key.starts_with('?') {
                        self.text("⏎⇥", column, 0);
                    }
                    self.out += entry
                        .colon
                        .trim_start_matches(if entry.key.starts_with('?') { " " } else { "" });
                    self.out.push(' ');
                    self.value(entry.properties, &entry.value, entry.behind, column, false);
                    if !matches!(entry.value, Piece::Block(..)) {
                        self.text(entry.below, column, 0);
                    }
                }
            }
            Piece::Sequence(_, items) => {
                for (number, item) in items.iter().enumerate() {
                    if !(begun && number == 0) {
                        self.text(item.above, column, 0);
                        self.text("⇥", column, 0);
                    }
                    self.item(item, column);
                }
            }
            _ => {
                self.text("⇥", if begun { 0 } else { column }, 0);
                self.value("", piece, "", column, true);
            }
        }
    }

    fn item(&mut self, item: &Item, column: usize) {
        let is_block = matches!(item.value, Piece::Mapping(_) | Piece::Sequence(..));
        let is_compact = is_block && item.properties.is_empty() && !item.dash.ends_with('⏎');
        if is_compact {
            self.text(item.dash, 0, 0);
            self.block(&item.value, column + item.dash.len(), true);
        } else if is_block {
            self.text(item.dash, 0, 0);
            self.value(item.properties, &item.value, item.behind, column, true);
        } else {
            self.text(item.dash, 0, 0);
            if item.dash.ends_with('⏎') {
                self.text("⇥", column + 2, 0);
            }
            self.value(item.properties, &item.value, item.behind, column, true);
        }
    }

    /// A piece in brackets.
    fn flow(&mut self, piece: &Piece, indent: usize) {
        let (open, flow, entries, close) = match piece {
            Piece::Scalar(text) => return self.text(text, indent, 0),
            Piece::FlowMapping(flow, entries) => ("{", flow, entries, "}"),
            Piece::FlowSequence(flow, entries) => ("[", flow, entries, "]"),
            _ => return self.out.push('x'),
        };
        self.out += open;
        self.text(flow.start, indent, 0);
        for (number, entry) in entries.iter().enumerate() {
            if number > 0 {
                self.text(flow.between, indent, 0);
            }
            // In a sequence some are pairs.
            if open == "{" || entry.colon == " :" {
                self.text(entry.key, 0, number);
                self.out += entry.colon;
                self.out.push(' ');
            }
            self.text(entry.properties, 0, 0);
            self.flow(&entry.value, indent);
        }
        self.text(flow.end, indent, 0);
        self.out += close;
    }
}

pub fn document() -> impl Strategy<Value = String> {
    let between = select(vec!["---⏎", "...⏎---⏎", "--- # c§⏎", "# c§⏎---⏎"]);
    let mark = prop_oneof![9 => Just(""), 1 => Just("\u{feff}")];
    let line_break = select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    let documents = vec((piece(), between), 1..3);
    (mark, documents, line_break, prop::bool::weighted(0.8))
        .prop_map(|(mark, documents, line_break, ends)| {
            let mut writer = Writer::default();
            for (number, (document, between)) in documents.iter().enumerate() {
                if number > 0 {
                    writer.text(between, 0, 0);
                }
                writer.block(document, 0, false);
                writer.end_line();
            }
            let text = writer
                .out
                .strip_suffix('⏎')
                .filter(|_| !ends)
                .unwrap_or(&writer.out);
            mark.to_owned() + &text.replace('⏎', line_break)
        })
        .prop_filter("YAML", |text| {
            parse(text).faults().is_empty() && events(text).is_some()
        })
}

fn parse(text: &str) -> ProfileFile {
    ProfileFile::parse(Source::new("profile.yaml", text))
}

/// A change to be made somewhere: which of the three, where, and the value.
type Wish = (u8, Index, Scalar);

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let word = select(vec![
        "x",
        "a b",
        "yes",
        "12",
        "",
        "é: 'y'",
        "a#b",
        "a #b",
        "- a",
        "*a",
        "a,b",
        "{{ .x }}",
        "]",
        "two\nlines\n",
        "\t",
        "\"",
        "a\n\n  b",
        "~",
        "é",
    ]);
    let value = prop_oneof![
        4 => word.prop_map(|word| Scalar::String(word.to_owned())),
        1 => super::common::wild_text().prop_map(|text| Scalar::String(text.replace(['{', '}'], ""))),
        1 => any::<bool>().prop_map(Scalar::Bool),
    ];
    vec((0..3_u8, any::<Index>(), value), 1..6)
}

const NEW_KEYS: [&str; 6] = ["new1", "new2", "new3", "new4", "new5", "new6"];

/// Changes of places that have nothing to do with each other.
fn changes<'t>(file: &'t ProfileFile, wishes: &[Wish]) -> Vec<Change<'t>> {
    let tree = file.tree().expect("a tree");
    let is_key = |node: NodeRef<'_>| node.own_entry().is_some_and(|(key, _)| key == node);
    let values: Vec<_> = tree.nodes().filter(|node| !is_key(*node)).collect();
    let mut touched: Vec<NodeRef<'t>> = Vec::new();
    let mut changes: Vec<Change<'t>> = Vec::new();
    for (number, (kind, at, value)) in wishes.iter().enumerate() {
        let Some(&node) = values.get(at.index(values.len().max(1))) else {
            break;
        };
        let value = value.clone();
        let lies_in = |inner: NodeRef<'_>, outer: NodeRef<'_>| {
            std::iter::successors(Some(inner), |node| node.parent()).any(|node| node == outer)
        };
        let is_free = |other: &NodeRef<'_>| !lies_in(*other, node) && !lies_in(node, *other);
        let grown = changes.iter().filter_map(|change| match change {
            Change::Insert { object, .. } => Some(*object),
            _ => None,
        });
        let change = match kind {
            // Entries may be added to an object more than once, and around a place that changes.
            0 if node.kind() == Kind::Object => {
                if !touched.iter().any(|other| lies_in(node, *other)) {
                    changes.push(Change::Insert {
                        object: node,
                        key: NEW_KEYS[number],
                        value,
                    });
                }
                continue;
            }
            1 if node.own_entry().is_some() => Change::Remove { node },
            _ if is_leaf(node) || is_in_brackets(node) => Change::Set { node, value },
            _ => continue,
        };
        // What an alias stands for is not taken away from it.
        let has_anchor = node.source().contains('&') || node.own_entry().is_some();
        let takes_anchor = tree.has_aliases()
            && has_anchor
            && !matches!(change, Change::Set { .. } if is_leaf(node));
        if touched.iter().all(is_free)
            && !grown.into_iter().any(|object| lies_in(object, node))
            && !takes_anchor
        {
            touched.push(node);
            changes.push(change);
        }
    }
    changes
}

fn is_in_brackets(node: NodeRef<'_>) -> bool {
    let first = node.children().next();
    node.source().starts_with(['{', '['])
        && first.is_none_or(|first| first.range().start() > node.range().start())
}

fn is_leaf(node: NodeRef<'_>) -> bool {
    !matches!(node.kind(), Kind::Array | Kind::Object)
}

/// A document as a program that does not follow aliases reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Leaf(Kind, String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
    Gone,
}

impl Value {
    pub fn of(node: NodeRef<'_>) -> Self {
        match node.kind() {
            Kind::Array => Self::Array(node.children().map(Self::of).collect()),
            Kind::Object => {
                let entries = node.written_entries();
                Self::Object(
                    entries
                        .map(|(key, value)| (key.text().into_owned(), Self::of(value)))
                        .collect(),
                )
            }
            kind => Self::Leaf(kind, node.text().into_owned()),
        }
    }

    pub fn at(&mut self, node: NodeRef<'_>) -> &mut Self {
        let Some(parent) = node.parent() else {
            return self;
        };
        match self.at(parent) {
            Self::Array(items) => &mut items[node.index().expect("an item")],
            Self::Object(entries) => {
                let position = parent
                    .written_entries()
                    .position(|(_, value)| value == node);
                &mut entries[position.expect("a value")].1
            }
            _ => unreachable!("a container"),
        }
    }

    fn make(&mut self, change: &Change<'_>) {
        let leaf = |value: &Scalar| match value {
            Scalar::String(text) => Self::Leaf(Kind::String, text.clone()),
            Scalar::Bool(value) => Self::Leaf(Kind::Bool, value.to_string()),
        };
        match change {
            Change::Set { node, value } => *self.at(*node) = leaf(value),
            Change::Remove { node } => *self.at(*node) = Self::Gone,
            Change::Insert { object, key, value } => match self.at(*object) {
                Self::Object(entries) => entries.push(((*key).to_owned(), leaf(value))),
                _ => unreachable!("an object"),
            },
            Change::SetInner { .. } => unreachable!("not made here"),
        }
    }

    /// Whether its new entries, and those in it, come after all others.
    fn has_new_last(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().all(Self::has_new_last),
            Self::Object(entries) => {
                entries.iter().is_sorted_by_key(|(key, _)| is_new(key))
                    && entries.iter().all(|(_, value)| value.has_new_last())
            }
            Self::Leaf(..) | Self::Gone => true,
        }
    }

    fn with_new_last(self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.into_iter().map(Self::with_new_last).collect()),
            Self::Object(entries) => {
                let entries = entries.into_iter();
                let mut entries: Vec<_> = entries
                    .map(|(key, value)| (key, value.with_new_last()))
                    .collect();
                entries.sort_by_key(|(key, _)| is_new(key));
                Self::Object(entries)
            }
            leaf => leaf,
        }
    }

    fn without_gone(self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.into_iter().map(Self::without_gone).collect()),
            Self::Object(entries) => {
                let entries = entries
                    .into_iter()
                    .filter(|(_, value)| *value != Self::Gone);
                Self::Object(
                    entries
                        .map(|(key, value)| (key, value.without_gone()))
                        .collect(),
                )
            }
            leaf => leaf,
        }
    }
}

fn is_new(key: &str) -> bool {
    NEW_KEYS.contains(&key)
}

/// How often a node is met by who follows aliases.
fn times_met(from: NodeRef<'_>, node: NodeRef<'_>) -> usize {
    let from = if from == node { from } else { from.resolved() };
    let below = from.children().map(|child| times_met(child, node));
    usize::from(from == node) + below.sum::<usize>()
}

fn root(node: NodeRef<'_>) -> NodeRef<'_> {
    node.parent().map_or(node, root)
}

fn touched<'t>(change: &Change<'t>) -> NodeRef<'t> {
    match change {
        Change::Set { node, .. } | Change::Remove { node } => *node,
        Change::Insert { object, .. } => *object,
        Change::SetInner { host, .. } => *host,
    }
}

/// Every change as often as a plan has it: once for each place that shares it.
fn for_each_place<'t>(changes: &[Change<'t>]) -> Vec<Change<'t>> {
    let times = |change: &Change<'t>| times_met(root(touched(change)), touched(change));
    changes
        .iter()
        .flat_map(|change| std::iter::repeat_n(change.clone(), times(change)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_local_rejects: u32::MAX, ..cases(384) })]

    #[test]
    fn what_was_planned_changes_and_nothing_else(text in document(), wishes in wishes()) {
        check(&text, &wishes);
    }
}

#[test]
fn a_value_below_a_key_that_is_shortened_in_pointers_can_be_changed() {
    let key = "é".repeat(1_000);
    let text = format!("{key}: old\nlist:\n  - {key}: {{a: old}}\n");
    let file = |text: &str| ProfileFile::parse(Source::new("profile.yaml", text));
    let before = file(&text);
    let values = before.tree().expect("a tree").nodes();
    let change = |node| Change::Set {
        node,
        value: Scalar::String("new".to_owned()),
    };
    let olds = values.filter(|node| node.source() == "old");
    let changes: Vec<Change<'_>> = olds.map(change).collect();
    assert_eq!(changes.len(), 2);
    let made = edits(&changes).expect("edits");
    let after = file(&apply(&text, &made.edits).expect("a text"));
    assert_eq!(verify(&before, &after, &changes), Ok(()));
    assert!(verify(&before, &after, &changes[1..]).is_err());
}

#[test]
fn values_of_a_key_that_is_there_twice_are_compared_one_by_one() {
    let text = "a: {h: old}\na: {h: old}\n";
    let file = |text: &str| ProfileFile::parse(Source::new("profile.yaml", text));
    let before = file(text);
    let nodes = before.tree().expect("a tree").nodes();
    let change = |node| Change::Set {
        node,
        value: Scalar::String("new".to_owned()),
    };
    let changes: Vec<Change<'_>> = nodes
        .filter(|node| node.source() == "old")
        .map(change)
        .collect();
    let both = file("a: {h: new}\na: {h: new}\n");
    assert_eq!(verify(&before, &both, &changes), Ok(()));
    let last = file("a: {h: old}\na: {h: new}\n");
    assert_eq!(verify(&before, &last, &changes[1..]), Ok(()));
    assert!(verify(&before, &both, &changes[1..]).is_err());
}

#[test]
fn what_a_key_is_made_of_cannot_be_changed() {
    let text = "? inside: ''\n  list: [1, x]\n: value\n";
    let file = ProfileFile::parse(Source::new("profile.yaml", text));
    let tree = file.tree().expect("a tree");
    let can_be_set = |node: &NodeRef<'_>| node.set(&Scalar::String("new".to_owned())).is_some();
    let changeable: Vec<&str> = tree
        .nodes()
        .filter(can_be_set)
        .map(NodeRef::source)
        .collect();
    assert_eq!(changeable, ["value"]);
}

#[test]
fn a_key_of_several_lines_gets_no_value() {
    for (text, can_be_set) in [
        ("a: {key}\n", true),
        ("a: {two words}\n", true),
        ("a: {two\n  words}\n", false),
        ("a: {two\r words}\n", false),
        (&format!("a: {{{}}}\n", "k".repeat(1_001)), false),
    ] {
        let file = ProfileFile::parse(Source::new("profile.yaml", text));
        assert!(file.faults().is_empty(), "{text:?}");
        let tree = file.tree().expect("a tree");
        let last = tree.nodes().last().expect("a value");
        assert!(last.is_null(), "{text:?}");
        let edits = last.set(&Scalar::String("new".to_owned()));
        assert_eq!(edits.is_some(), can_be_set, "{text:?}");
    }
}

/// What has no good place to be written, and what a tag makes another type.
fn may_be_refused(change: &Change<'_>, all: &[Change<'_>]) -> bool {
    let text = touched(change).tree().text();
    let before = |at: usize| {
        let line = text[..at].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        text[line..at].trim_start_matches([' ', '\u{feff}'])
    };
    // `? key` without a colon.
    let is_open = |node: NodeRef<'_>| {
        node.key().is_some_and(|key| {
            let rest = text[key.range().end()..].trim_start();
            node.range().is_empty()
                && before(key.range().start()).ends_with("? ")
                && !rest.starts_with(':')
        })
    };
    let is_pair = |object: NodeRef<'_>| {
        let array = object.parent().filter(|parent| is_in_brackets(*parent));
        array.is_some() && !is_in_brackets(object)
    };
    match change {
        Change::Set { node, value } => {
            let kind = match value {
                Scalar::String(_) => Kind::String,
                Scalar::Bool(_) => Kind::Bool,
            };
            let has_tag = before(node.range().start()).contains("!!str");
            let has_other_tag = before(node.range().start()).contains("!t");
            has_tag && node.kind() != kind || has_other_tag && kind == Kind::Bool || is_open(*node)
        }
        Change::Insert { object, .. } => {
            // Whether the last line of a file without a line break there has one when something else changes.
            let ends_file = !text.ends_with(['\n', '\r'])
                && all.iter().any(|change| match change {
                    Change::Set { node, .. } => {
                        node.range().end() == text.len() && node.source().starts_with(['|', '>'])
                    }
                    // A comment behind it may stay.
                    Change::Remove { node } => node.range().end() < text.len(),
                    _ => false,
                });
            let leaves = object
                .tree()
                .nodes()
                .filter(|node| node.range().end() == text.len());
            let is_blank = |node: NodeRef<'_>| {
                node.source().starts_with(['|', '>']) && node.text().trim().is_empty()
            };
            let ends_file =
                ends_file || !text.ends_with(['\n', '\r']) && leaves.into_iter().any(is_blank);
            is_pair(*object) || ends_file
        }
        Change::Remove { node } => node.parent().is_some_and(is_pair),
        Change::SetInner { .. } => false,
    }
}

fn check(text: &str, wishes: &[Wish]) {
    let before = parse(text);
    let changes = changes(&before, wishes);
    let planned = for_each_place(&changes);
    let made = match edits(&planned) {
        Ok(made) => made,
        Err(EditError::Unwritable(_))
            if changes
                .iter()
                .any(|change| may_be_refused(change, &changes)) =>
        {
            return;
        }
        Err(EditError::Unwritable(pointer)) => {
            panic!("refused: {pointer}: {changes:?} of {text:?}")
        }
        Err(error) => panic!("{error}: {changes:?} of {text:?}"),
    };
    let result =
        apply(text, &made.edits).unwrap_or_else(|error| panic!("{error}: {changes:?} of {text:?}"));
    let context = format!("{changes:?} of {text:?} gives {result:?}");
    let after = parse(&result);
    assert!(
        after.faults().is_empty() && events(&result).is_some(),
        "faults: {context}"
    );
    assert_eq!(verify(&before, &after, &planned), Ok(()), "{context}");

    let roots = |file: &ProfileFile| -> Vec<_> {
        file.tree()
            .expect("a tree")
            .documents()
            .map(Value::of)
            .collect()
    };
    let mut expected = roots(&before);
    for change in &changes {
        expected[touched(change).document_index()].make(change);
    }
    let expected: Vec<_> = expected.into_iter().map(Value::without_gone).collect();
    let is_refused = verify(&before, &after, &[]).is_err();
    assert_eq!(is_refused, roots(&before) != expected, "{context}");
    let after_roots = roots(&after);
    // Only where a block ends the file are new entries in front of the others.
    let last = before.tree().and_then(|tree| tree.nodes().last());
    let ends_with_block =
        last.is_some_and(|node| matches!(node.style(), ScalarStyle::Literal | ScalarStyle::Folded));
    assert!(
        ends_with_block || after_roots.iter().all(Value::has_new_last),
        "{context}"
    );
    let in_order =
        |roots: Vec<Value>| -> Vec<Value> { roots.into_iter().map(Value::with_new_last).collect() };
    assert_eq!(in_order(after_roots), in_order(expected), "{context}");
    check_what_stays(text, &result, &changes, &context);
}

/// The lines of a text without their breaks, and where they are.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let end = text[from..]
            .find(['\n', '\r'])
            .map_or(text.len(), |at| from + at);
        lines.push(from..end);
        from = end
            + if text[end..].starts_with("\r\n") {
                2
            } else {
                1
            };
    }
    lines
}

/// What an entry takes with it: its lines, and those below it that are blank or indented deeper.
fn lines_of_entry(text: &str, node: NodeRef<'_>) -> Range<usize> {
    let key = node.key().expect("a key");
    let object = node.parent().expect("an object");
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let line_of = |at: usize| text[..at].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line = &text[line_of(object.range().start())..object.range().start()];
    let column = line.trim_start_matches('\u{feff}').len();
    let start = line_of(key.range().start());
    let mut end = start;
    for line in lines(text).into_iter().filter(|line| line.start >= start) {
        let content = text[line.clone()].trim_start_matches([' ', '\t']);
        let belongs = line.start <= node.range().end().max(key.range().end())
            || content.is_empty()
            || indentation(&text[line.clone()]) > column
            || content.starts_with(':');
        if !belongs {
            break;
        }
        end = line.end;
    }
    start..end
}

/// Lines that have nothing to do with a change stay, in order, and so do the comments behind values that change.
fn check_what_stays(old: &str, new: &str, changes: &[Change<'_>], context: &str) {
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    for change in changes {
        let node = touched(change);
        let object = node.parent().unwrap_or(node);
        match change {
            Change::Insert { object, .. } if !is_in_brackets(*object) => {}
            Change::Insert { object, .. } => changed.push(object.range().range()),
            Change::Remove { .. } if is_in_brackets(object) => {
                changed.push(object.range().range());
                let key = node.key().expect("a key").range().start();
                gone.push(key..node.range().end());
            }
            Change::Remove { .. } => {
                changed.push(lines_of_entry(old, node));
                // What comes first then may come to stand behind a dash.
                let line = old[..object.range().start()].rfind(['\n', '\r']);
                let before = &old[line.map_or(0, |at| at + 1)..object.range().start()];
                let is_compact = before.contains(['-', '?', ':']);
                let is_gone = |value: NodeRef<'_>| {
                    let removes = |change: &Change<'_>| matches!(change, Change::Remove { node } if *node == value);
                    changes.iter().any(removes)
                };
                let kept = object
                    .written_entries()
                    .find(|(_, value)| is_compact && !is_gone(*value));
                changed.extend(kept.map(|(key, _)| key.range().range()));
                gone.push(lines_of_entry(old, node));
            }
            _ if matches!(node.style(), ScalarStyle::Literal | ScalarStyle::Folded) => {
                changed.push(node.range().range());
                let header = node.source().find(['\n', '\r']).unwrap_or(0);
                gone.push(node.range().start() + header..node.range().end());
            }
            _ => {
                let key = node
                    .key()
                    .map_or(node.range().start(), |key| key.range().start());
                changed.push(key..node.range().end());
                gone.push(node.range().range());
            }
        }
    }
    let is_in = |ranges: &[Range<usize>], range: &Range<usize>| {
        ranges
            .iter()
            .any(|other| range.start <= other.end && other.start <= range.end)
    };
    let mut rest = lines(new).into_iter().map(|line| &new[line]);
    for line in lines(old).into_iter().filter(|line| !is_in(&changed, line)) {
        assert!(
            rest.any(|other| *other == old[line.clone()]),
            "{:?} is lost: {context}",
            &old[line]
        );
    }
    for (at, _) in old.match_indices('#') {
        let rest = &old[at..];
        let Some(comment) = rest.find(';').map(|end| &rest[..=end]) else {
            continue;
        };
        let is_comment =
            comment.trim_start_matches(['#', ' ']).starts_with('c') && comment.len() < 8;
        if is_comment && !is_in(&gone, &(at..at + 1)) {
            assert_eq!(
                new.matches(comment).count(),
                1,
                "{comment} is lost: {context}"
            );
        }
    }
    let others = |text: &str| match () {
        () if !old.contains('\r') => text.contains('\r'),
        () if !old.contains('\n') => text.contains('\n'),
        () => text.replace("\r\n", "").contains(['\n', '\r']),
    };
    assert!(others(old) || !others(new), "other line breaks: {context}");
}
