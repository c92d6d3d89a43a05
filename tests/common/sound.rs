//! What holds for every text: trees and places that are sound, and values that other parsers read as well.

use palette_knife::{
    finding::{InnerPlace, Place},
    profile::{Embedded, ProfileFile},
    source::{LineColumn, Text, TextRange, yaml_scalar},
    syntax::{Kind, NodeRef, Tree, json, yaml},
};
use serde_json::Value;

/// Every node lies in the text on character boundaries, inside its parent, after the sibling before it.
pub fn assert_ranges_nest(tree: &Tree) {
    let text = tree.text();
    let mut documents_end = 0;
    for root in tree.documents() {
        assert!(
            root.range().start() >= documents_end,
            "{root:?} begins in the document before"
        );
        documents_end = root.range().end();
    }
    for node in tree.nodes() {
        let range = node.range();
        let show = |other: NodeRef<'_>| {
            let other = other.range();
            format!("{range:?} and {other:?} in {:?}", &**text)
        };
        assert!(text.get(range.range()).is_some(), "{}", show(node));
        let mut end = range.start();
        for child in node.children() {
            assert!(range.contains(child.range()), "child: {}", show(child));
            assert!(child.range().start() >= end, "sibling: {}", show(child));
            end = child.range().end();
        }
        let content = node.content_range();
        assert!(
            range.contains(content) && text.get(content.range()).is_some(),
            "{content:?}: {}",
            show(node)
        );
    }
}

/// The pairs of equal keys, found by comparing each with each.
pub fn naive_duplicates(tree: &Tree) -> Vec<(TextRange, TextRange)> {
    let is_scalar = |key: &NodeRef<'_>| !matches!(key.kind(), Kind::Array | Kind::Object);
    let mut found = Vec::new();
    for object in tree.nodes() {
        let keys: Vec<_> = object
            .written_entries()
            .map(|(key, _)| key)
            .filter(is_scalar)
            .collect();
        for (index, key) in keys.iter().enumerate() {
            let first = keys[..index]
                .iter()
                .find(|other| other.text() == key.text());
            found.extend(first.map(|first| (first.range(), key.range())));
        }
    }
    found.sort();
    found
}

/// The same as the tree tells them.
pub fn told_duplicates(tree: &Tree) -> Vec<(TextRange, TextRange)> {
    let mut told: Vec<_> = tree
        .duplicate_keys()
        .map(|(first, again)| (first.range(), again.range()))
        .collect();
    told.sort();
    told
}

/// A place lies in its file and in the text inside of it, on boundaries of characters, and its lines and columns are those
/// of its bytes.
pub fn assert_place(place: &Place, file: &ProfileFile) {
    assert_position(
        file.source().text(),
        place.range.range(),
        place.start,
        place.end,
        place,
    );
    let Some(inner) = &place.inner else {
        return;
    };
    let holds = |text: &&Embedded| {
        text.pack_index() == inner.pack_index
            && text.slot().to_string() == inner.name
            && text.layer().raw().contains(place.range)
    };
    let embedded = file
        .documents()
        .flat_map(|(document, _)| document.embedded());
    let embedded = embedded
        .into_iter()
        .find(holds)
        .unwrap_or_else(|| panic!("{place:?} is in no text"));
    let InnerPlace {
        range, start, end, ..
    } = inner;
    assert_position(embedded.text(), range.range(), *start, *end, place);
    assert_eq!(embedded.layer().to_host(*range), place.range, "{place:?}");
}

/// Lines and columns are those of the bytes.
pub fn assert_position(
    text: &str,
    bytes: std::ops::Range<usize>,
    start: LineColumn,
    end: LineColumn,
    place: &Place,
) {
    assert!(text.get(bytes.clone()).is_some(), "{place:?}");
    assert_eq!(start, naive_position(text, bytes.start), "{place:?}");
    assert_eq!(end, naive_position(text, bytes.end), "{place:?}");
}

/// Counts line feeds, and characters since the last of them. A byte order mark is none.
fn naive_position(text: &str, at: usize) -> LineColumn {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let since = before.rsplit('\n').next().unwrap_or_default();
    let since = if line == 1 {
        since.strip_prefix('\u{feff}').unwrap_or(since)
    } else {
        since
    };
    let number = |count: usize| u32::try_from(count).expect("a small text");
    LineColumn {
        line: number(line),
        column: number(since.chars().count() + 1),
    }
}

/// What a tree says, as a value. Of duplicate keys the last one counts.
fn value_of(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().expect("a boolean")),
        Kind::Number => node.source().parse().expect("a number that serde_json has"),
        Kind::String => Value::String(node.text().into_owned()),
        Kind::Array => node.items().map(value_of).collect(),
        Kind::Object => node
            .entries()
            .map(|(key, value)| (key.text().into_owned(), value_of(value)))
            .collect(),
        Kind::Alias => unreachable!("JSON has no aliases"),
    }
}

/// The JSON parser accepts what `serde_json` accepts and reads the same, but for the differences we want.
pub fn assert_json_agrees(text: &str) {
    let ours = json::parse(&Text::from(text));
    // We skip a byte order mark (a rule reports it); serde_json does not know it.
    let strict = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str::<Value>(strict) {
        Ok(value) => {
            let tree = ours.unwrap_or_else(|fault| panic!("{fault:?} in {text:?}"));
            assert_json_tree(&tree, &value);
        }
        // Numbers have no range here: what serde_json skips without a look at numbers decides.
        Err(error) if error.to_string().starts_with("number out of range") => {
            if let Ok(tree) = ours {
                serde_json::from_str::<serde::de::IgnoredAny>(strict)
                    .unwrap_or_else(|error| panic!("{error} in {text:?}"));
                assert_ranges_nest(&tree);
            }
        }
        // serde_json nests to 127 levels, we to 128.
        Err(error) if error.to_string().starts_with("recursion limit") => {}
        Err(error) => {
            let Err(fault) = ours else {
                panic!("accepted, but {error}: {text:?}");
            };
            assert!(
                text.get(fault.range.range()).is_some(),
                "{fault:?} in {text:?}"
            );
        }
    }
}

fn assert_json_tree(tree: &Tree, value: &Value) {
    let text = tree.text();
    let root = tree.documents().next().expect("a document");
    assert_eq!(value_of(root), *value, "{:?}", &**text);
    assert_ranges_nest(tree);
    for node in tree.nodes() {
        let again: Value = serde_json::from_str(node.source())
            .unwrap_or_else(|error| panic!("{error} in {:?}", node.source()));
        assert_eq!(again, value_of(node), "{:?}", &**text);
    }
    assert_eq!(
        told_duplicates(tree),
        naive_duplicates(tree),
        "{:?}",
        &**text
    );
}

/// The tree of a YAML text is sound, faulty or not.
pub fn assert_sound_yaml(text: &str) {
    let text = Text::from(text);
    let stream = yaml::parse(&text);
    let tree = &stream.tree;
    assert_ranges_nest(tree);
    for node in tree.nodes() {
        assert_sound_scalar(node);
        // In an explicit key a block sequence begins where its first item does, which may be a bracket.
        let first = node.items().next().map(|item| item.range().start);
        let is_flow = node.source().starts_with('[') && first != Some(node.range().start);
        if node.kind() == Kind::Array && is_flow {
            let ends = node.source().ends_with(']') || !stream.faults.is_empty();
            assert!(ends, "{:?} in {:?}", node.source(), &*text);
        }
        if let Some(target) = node.alias_target() {
            assert!(target.id() < node.id(), "{node:?} in {:?}", &*text);
        }
    }
    assert_eq!(
        told_duplicates(tree),
        naive_duplicates(tree),
        "{:?}",
        &*text
    );
    for fault in &stream.faults {
        let related = fault.related.iter().map(|(range, _)| *range);
        for range in related.chain([fault.range]) {
            assert!(
                text.get(range.range()).is_some(),
                "{fault:?} in {:?}",
                &*text
            );
        }
    }
    for &id in &stream.unquoted {
        assert!(tree.node(id).source().contains("{{"), "{:?}", &*text);
    }
    for range in &stream.loose_templates {
        let template = range.of(&text);
        assert!(template.starts_with("{{"), "{range:?} in {:?}", &*text);
    }
    for &id in &stream.unknown_aliases {
        let alias = tree.node(id);
        assert!(
            alias.source().starts_with('*') && alias.alias_target().is_none(),
            "{alias:?} in {:?}",
            &*text
        );
    }
}

/// The text of a scalar is what its bytes alone stand for, and its layer lies in it.
fn assert_sound_scalar(node: NodeRef<'_>) {
    let whole = &**node.tree().text();
    let range = node.range();
    let Some(layer) = node.layer() else {
        return assert!(matches!(
            node.kind(),
            Kind::Array | Kind::Object | Kind::Alias
        ));
    };
    let text = node.text();
    assert_eq!(**layer.text(), *text, "{range:?} in {whole:?}");
    let decoded = yaml_scalar::decode(node.source(), node.style(), node.indent() as usize);
    match decoded {
        Some((decoded, _)) => assert_eq!(text, decoded, "{range:?} in {whole:?}"),
        // Nothing where a value could be; or what templates make unreadable, which is given as it is written.
        None if node.source().contains("{{") => {
            assert_eq!(text, node.source(), "{range:?} in {whole:?}");
        }
        None => assert!(
            range.is_empty() && text.is_empty(),
            "{range:?} in {whole:?}"
        ),
    }
    let host = layer.to_host(TextRange::new(0, text.len()));
    assert!(
        range.contains(host),
        "{host:?} not in {range:?} of {whole:?}"
    );
    let back = layer.from_host(host).expect("a range of the layer");
    assert!(
        host.is_empty() || back == TextRange::new(0, text.len()),
        "{back:?} in {whole:?}"
    );
}
