//! Changes of documents in the strings of a YAML profile, which is written in any style.

use palette_knife::{
    profile::{Embedded, ProfileFile},
    rewrite::{
        change::{Change, edits},
        verify::verify,
    },
    source::{
        Source, apply,
        yaml_scalar::{ScalarStyle, Site, encode, write},
    },
    syntax::{Kind, NodeRef},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};

use super::{
    common::cases,
    documents::{Value, document},
};

/// The values of the first pack, in one of the styles or, `None`, in double quotes on many lines.
fn profile(values: &str, style: Option<ScalarStyle>) -> String {
    let site = Site {
        parent: 6,
        in_flow: false,
        line_break: "\n",
    };
    let lines = values.split('\n').map(|line| {
        let quoted = encode(line, ScalarStyle::DoubleQuoted, 0, false).expect("double quotes");
        let escape = if line.starts_with(' ') { "\\" } else { "" };
        escape.to_owned() + &quoted[1..quoted.len() - 1]
    });
    let written = match style {
        Some(style) => write(values, style, 8, site).0,
        None => format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n\\\n        ")),
    };
    format!(
        "metadata:\n  name: p\nspec:\n  template:\n    packs:\n    - name: a # c\n      values: {written}\n      tag: 1.0.x\n    \
         - name: b\n      values: |\n        x: 1\n"
    )
}

fn embedded(file: &ProfileFile) -> &Embedded {
    let (document, _) = file.documents().next().expect("a document");
    document.values_of(0).expect("values")
}

fn parse(text: &str) -> ProfileFile {
    ProfileFile::parse(Source::new("profile.yaml", text))
}

fn is_text(node: &NodeRef<'_>) -> bool {
    let is_key = node.own_entry().is_some_and(|(key, _)| key == *node);
    node.kind() == Kind::String && !node.range().is_empty() && !is_key
}

fn roots(file: &ProfileFile) -> Vec<Value> {
    embedded(file)
        .stream()
        .tree
        .documents()
        .map(Value::of)
        .collect()
}

fn texts() -> impl Strategy<Value = Vec<(Index, String)>> {
    let text = prop_oneof![
        select(vec![
            "x",
            "a b",
            "yes",
            "12",
            "",
            " ",
            "\n",
            "two\nlines\n",
            "é: 'y'",
            "a #b",
            "*a",
            "{{ .x }}",
            "\ta",
            "a \n b",
            "\u{1}",
            "-----BEGIN KEY-----\nAbC+/=\n-----END KEY-----\n",
        ])
        .prop_map(str::to_owned),
        super::common::wild_text().prop_map(|text| text.replace(['{', '}'], "")),
    ];
    vec((any::<Index>(), text), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { max_local_rejects: u32::MAX, ..cases(192) })]

    #[test]
    fn what_lies_in_a_string_changes_there(
        values in document(),
        style in select(vec![
            None,
            Some(ScalarStyle::Plain),
            Some(ScalarStyle::SingleQuoted),
            Some(ScalarStyle::Literal),
            Some(ScalarStyle::Folded),
        ]),
        texts in texts(),
    ) {
        let old = profile(&values, style);
        let before = parse(&old);
        prop_assert!(before.faults().is_empty(), "{:?}: {:?}", before.faults(), old);
        let embedded = embedded(&before);
        let host = before.tree().expect("a tree").node(embedded.host());
        let nodes: Vec<_> = embedded.stream().tree.nodes().filter(is_text).collect();
        let mut expected = roots(&before);
        let mut changes: Vec<Change<'_>> = Vec::new();
        for (at, text) in texts.into_iter().filter(|_| !nodes.is_empty()) {
            let node = *at.get(&nodes);
            let is_touched = |change: &Change<'_>| matches!(change, Change::SetInner { node: other, .. } if *other == node);
            if !changes.iter().any(is_touched) {
                *expected[node.document_index()].at(node) = Value::Leaf(Kind::String, text.clone());
                changes.push(Change::SetInner { embedded, host, node, text });
            }
        }
        let made = edits(&changes).unwrap_or_else(|error| panic!("{error}: {changes:?} of {old:?}"));
        let result = apply(&old, &made.edits).expect("edits of different places");
        let after = parse(&result);
        let context = format!("{expected:?} of {old:?} gives {result:?}");
        prop_assert_eq!(verify(&before, &after, &changes), Ok(()), "{}", context);
        prop_assert_eq!(roots(&after), expected, "{}", context);
        for edit in &made.edits {
            prop_assert!(host.range().contains(edit.range), "{:?}: {}", edit, context);
        }
    }
}
