//! Texts encoded inside other texts: what is encoded decodes again, ranges map to the bytes that stand for them, and
//! edits give the text that was wanted.

use palette_knife::{
    profile::ProfileFile,
    rewrite::{
        change::{Change, edits},
        verify::verify,
    },
    source::{
        JsonStringStyle, Text, TextRange, apply, decode_json_string, encode_json_string,
        map_json_string,
        yaml_scalar::{ScalarStyle, Site, write},
    },
    syntax::{Kind, NodeRef, Tree, edit::Scalar, json, yaml},
};

use super::{choices::Choices, profile_name, source};

/// What comes first says what is done with the text: see the functions below.
pub fn layers(data: &[u8]) {
    let Some((mut choices, text)) = Choices::of(data) else {
        return;
    };
    match choices.number() % 4 {
        0 => json_string(&mut choices, &text),
        1 => raw_json_string(&text),
        2 => yaml_scalar(&mut choices, &text),
        _ => document(&mut choices, &text),
    }
}

/// The text as a JSON string, in any style, and edits of it.
fn json_string(choices: &mut Choices<'_>, text: &str) {
    let style = choices.number();
    let style = JsonStringStyle {
        html: style & 1 != 0,
        ascii: style & 2 != 0,
        slash: style & 4 != 0,
    };
    let raw = encode_json_string(text, style);
    assert_eq!(decode_json_string(&raw), text);
    let host = format!("{{\"k\":\"{raw}\",\"z\":1}}");
    let tree = json::parse(&Text::from(host.as_str())).expect("JSON");
    let result = edited(&tree, choices, text).expect("JSON strings hold any text");
    let value: serde_json::Value = serde_json::from_str(&result.0).expect("JSON");
    assert_eq!(
        value,
        serde_json::json!({"k": result.1, "z": 1}),
        "{text:?}"
    );
}

/// The text as what stands between the quotes of a JSON string.
fn raw_json_string(raw: &str) {
    let Ok(decoded) = serde_json::from_str::<String>(&format!("\"{raw}\"")) else {
        return;
    };
    assert_eq!(decode_json_string(raw), decoded, "{raw:?}");
    let map = map_json_string(raw);
    let bounds = (0..=decoded.len()).filter(|&at| decoded.is_char_boundary(at));
    let bounds: Vec<usize> = bounds.collect();
    for (index, &start) in bounds.iter().enumerate() {
        for &end in bounds[index..].iter().take(4).chain(bounds.last()) {
            let range = TextRange::new(start, end);
            let there = map.to_raw(range);
            let bytes = raw.get(there.range()).expect("bytes of the raw text");
            assert_eq!(
                decode_json_string(bytes),
                range.of(&decoded),
                "{range:?} of {raw:?}"
            );
            if !range.is_empty() {
                assert_eq!(map.to_decoded(there), range, "{there:?} of {raw:?}");
            }
        }
    }
}

/// The text as a YAML scalar, in any style at any place, and edits of it.
fn yaml_scalar(choices: &mut Choices<'_>, text: &str) {
    let style = choices.pick(&[
        ScalarStyle::Plain,
        ScalarStyle::SingleQuoted,
        ScalarStyle::DoubleQuoted,
        ScalarStyle::Literal,
        ScalarStyle::Folded,
    ]);
    let (before, parent, in_flow, after) = choices.pick(&[
        ("k: ", 0, false, "\nz: 1\n"),
        ("a:\n  k: ", 2, false, "\n  z: 1\n"),
        ("- k: ", 2, false, "\n  z: 1\n"),
        ("- - k: ", 4, false, "\n    z: 1\n"),
        ("{k: ", 0, true, ", z: 1}\n"),
        ("a: [{k: ", 0, true, ", z: 1}]\n"),
    ]);
    let site = Site {
        parent,
        in_flow,
        line_break: choices.pick(&["\n", "\r\n"]),
    };
    let indent = parent + 1 + choices.number() % 10;
    let (written, written_style) = write(text, style, indent, site);
    let frame = |part: &str| part.replace('\n', site.line_break);
    let host = [&frame(before), &*written, &frame(after)].concat();
    let context = || format!("{text:?} written as {host:?}");
    let tree = sound_yaml(&host);
    let node = key(&tree, "k");
    assert_eq!(node.text(), text, "{}", context());
    assert_eq!(node.style(), written_style, "{}", context());
    assert_eq!(key(&tree, "z").text(), "1", "{}", context());
    let (result, wanted) = edited(&tree, choices, text).expect("edits that do not overlap");
    let tree = sound_yaml(&result);
    let context = || format!("{host:?} became {result:?}");
    assert_eq!(key(&tree, "k").text(), wanted, "{}", context());
    assert_eq!(key(&tree, "k").kind(), Kind::String, "{}", context());
    assert_eq!(key(&tree, "z").text(), "1", "{}", context());
}

fn sound_yaml(text: &str) -> Tree {
    let stream = yaml::parse_plain(&Text::from(text));
    assert!(stream.faults.is_empty(), "{:?} in {text:?}", stream.faults);
    stream.tree
}

/// The last value of a key.
fn key<'t>(tree: &'t Tree, name: &str) -> NodeRef<'t> {
    let of_key = |node: &NodeRef<'_>| {
        let key = node.key().filter(|key| key != node);
        key.is_some_and(|key| key.text() == name)
    };
    let found = tree.nodes().filter(of_key).last();
    found.unwrap_or_else(|| panic!("no `{name}` in {:?}", &**tree.text()))
}

/// The host with edits of its value `k` made, and what that value is to be.
fn edited(tree: &Tree, choices: &mut Choices<'_>, text: &str) -> Option<(String, String)> {
    let node = key(tree, "k");
    let layer = node.layer().expect("a string has a layer");
    assert_eq!(&**layer.text(), text);
    let edits = choices.edits(text);
    let wanted = apply(text, &edits).expect("edits that do not overlap");
    let (edits, _) = layer.edits(&edits, node.surroundings())?;
    for edit in &edits {
        assert!(
            node.range().contains(edit.range),
            "{edit:?} of {:?}",
            &**tree.text()
        );
    }
    let result = apply(tree.text(), &edits).expect("edits that do not overlap");
    Some((result, wanted))
}

/// The text as a document, in which scalars get other values: these change, and nothing else.
fn document(choices: &mut Choices<'_>, text: &str) {
    let name = profile_name(text.as_bytes());
    let before = ProfileFile::parse(source(name, text.as_bytes()));
    if !before.faults().is_empty() {
        return;
    }
    let Some(tree) = before.tree() else {
        return;
    };
    // Of a key that is there twice the last value counts: another one cannot be changed.
    if tree.duplicate_keys().next().is_some() {
        return;
    }
    let is_value = |node: &NodeRef<'_>| {
        let is_key = node.own_entry().is_some_and(|(key, _)| key == *node);
        !is_key && !matches!(node.kind(), Kind::Array | Kind::Object | Kind::Alias)
    };
    let values: Vec<NodeRef<'_>> = tree.nodes().filter(is_value).collect();
    let mut changes: Vec<Change<'_>> = Vec::new();
    for _ in 0..1 + choices.number() % 3 {
        let step = values.len() / 256 + 1;
        let Some(&node) = values.get(choices.number() * step % values.len().max(1)) else {
            return;
        };
        let value = Scalar::String(choices.piece().to_owned());
        let is_same = |change: &Change<'_>| matches!(change, Change::Set { node: other, .. } if *other == node);
        if !changes.iter().any(is_same) {
            changes.push(Change::Set { node, value });
        }
    }
    // Some places cannot be edited; that is said, and nothing is written.
    let Ok(made) = edits(&changes) else {
        return;
    };
    let result = apply(before.source().text(), &made.edits).expect("edits of different places");
    let after = ProfileFile::parse(source(name, result.as_bytes()));
    assert_eq!(
        after.faults().len(),
        0,
        "{changes:?} of {text:?} gives {result:?}"
    );
    assert_eq!(
        verify(&before, &after, &changes),
        Ok(()),
        "{changes:?} of {text:?} gives {result:?}"
    );
}
