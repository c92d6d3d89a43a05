//! Changes of random documents: what was planned changes, and not one byte more.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test edit_properties` runs more of them.

mod common;

use common::{cases, json_source};
use palette_knife::{
    profile::ProfileFile,
    rewrite::{
        change::{Change, edits},
        verify::verify,
    },
    source::apply,
    syntax::{Kind, NodeRef, edit::Scalar},
};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::{Index, select},
};
use serde_json::Value;

/// How a document is written.
#[derive(Debug, Clone, Copy)]
enum Form {
    Minified,
    Spaces,
    Tabs,
    CarriageReturns,
}

const FORMS: [Form; 4] = [
    Form::Minified,
    Form::Spaces,
    Form::Tabs,
    Form::CarriageReturns,
];

impl Form {
    fn write(self, value: &Value) -> String {
        let pretty = |indent: &[u8]| {
            let mut text = Vec::new();
            let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
            let mut writer = serde_json::Serializer::with_formatter(&mut text, formatter);
            serde::Serialize::serialize(value, &mut writer).expect("a value");
            String::from_utf8(text).expect("UTF-8") + "\n"
        };
        match self {
            Self::Minified => value.to_string(),
            Self::Spaces => pretty(b"  "),
            Self::Tabs => pretty(b"\t"),
            Self::CarriageReturns => pretty(b"  ").replace('\n', "\r\n"),
        }
    }
}

/// A text that `serde_json` writes as we do: it has short escapes for two characters more.
fn text() -> impl Strategy<Value = String> {
    common::wild_text().prop_map(|text| text.replace(['\u{8}', '\u{c}'], ""))
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let key = prop_oneof![
        select(vec![
            "", "a", "b", "c", "a/b", "m~n", "~1", "é", "\"q\"", "0", "x:y", "k,"
        ])
        .prop_map(str::to_owned),
        text().prop_map(|text| format!("k{text}")),
    ];
    let value = leaf.prop_recursive(4, 40, 6, move |value| {
        prop_oneof![
            vec(value.clone(), 0..5).prop_map(Value::from),
            object(key.clone(), value),
        ]
    });
    object("[a-d]", value)
}

fn object(
    key: impl Strategy<Value = String>,
    value: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    btree_map(key, value, 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        text().prop_map(Scalar::String),
        any::<bool>().prop_map(Scalar::Bool)
    ]
}

/// A change to be made somewhere: which of the three, where, and the value.
type Wish = (u8, Index, Scalar);

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    vec((0..3_u8, any::<Index>(), scalar()), 1..6)
}

/// Keys that come after all others, in this order.
const NEW_KEYS: [&str; 6] = [
    "\u{10ffff}1",
    "\u{10ffff}2",
    "\u{10ffff}3",
    "\u{10ffff}4",
    "\u{10ffff}5",
    "\u{10ffff}6",
];

/// Changes of places that have nothing to do with each other.
fn changes<'t>(file: &'t ProfileFile, wishes: &[Wish]) -> Vec<Change<'t>> {
    let tree = file.tree().expect("a tree");
    let is_key = |node: NodeRef<'_>| node.own_entry().is_some_and(|(key, _)| key == node);
    let values: Vec<_> = tree.nodes().filter(|node| !is_key(*node)).collect();
    let mut touched: Vec<NodeRef<'t>> = Vec::new();
    let mut changes = Vec::new();
    for (number, (kind, at, value)) in wishes.iter().enumerate() {
        let node = *at.get(&values);
        let is_free = |other: &NodeRef<'_>| {
            !node.range().contains(other.range()) && !other.range().contains(node.range())
        };
        let value = value.clone();
        let change = match kind {
            // Entries may be added to an object more than once, and around a place that changes.
            0 if node.kind() == Kind::Object => {
                let inside = |other: &NodeRef<'_>| !other.range().contains(node.range());
                if touched.iter().all(inside) {
                    changes.push(Change::Insert {
                        object: node,
                        key: NEW_KEYS[number],
                        value,
                    });
                }
                continue;
            }
            1 if node.own_entry().is_some() => Change::Remove { node },
            _ => Change::Set { node, value },
        };
        let object_of = |change: &Change<'t>| match change {
            Change::Insert { object, .. } => Some(*object),
            _ => None,
        };
        let grown = changes.iter().filter_map(object_of);
        let is_around = |object: NodeRef<'_>| node.range().contains(object.range());
        if touched.iter().all(is_free) && !grown.into_iter().any(is_around) {
            touched.push(node);
            changes.push(change);
        }
    }
    changes
}

fn json(value: &Scalar) -> Value {
    match value {
        Scalar::String(text) => Value::from(text.as_str()),
        Scalar::Bool(value) => Value::from(*value),
    }
}

/// The change, made to the value instead of the text.
fn make(document: &mut Value, change: &Change<'_>) {
    match change {
        Change::Set { node, value } => {
            *document.pointer_mut(&node.pointer()).expect("a place") = json(value);
        }
        Change::Insert { object, key, value } => {
            document.pointer_mut(&object.pointer()).expect("a place")[*key] = json(value);
        }
        Change::Remove { node } => {
            let object = node.parent().expect("an object").pointer();
            let key = node.key().expect("a key").text().into_owned();
            let object = document.pointer_mut(&object).expect("a place");
            object.as_object_mut().expect("an object").remove(&key);
        }
        Change::SetInner { .. } => unreachable!("not made here"),
    }
}

fn edited(before: &ProfileFile, changes: &[Change<'_>]) -> String {
    let edits = edits(changes).expect("places that can be edited");
    apply(before.source().text(), &edits.edits)
        .expect("places that have nothing to do with each other")
}

fn parse(text: &str) -> ProfileFile {
    ProfileFile::parse(json_source(text))
}

/// Whether an edit could not know how an object without entries would look with some.
fn fills_empty_object(change: &Change<'_>) -> bool {
    matches!(change, Change::Insert { object, .. } if object.children().next().is_none())
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn what_was_planned_changes_and_nothing_else(
        document in document(), wishes in wishes(), extra in any::<Index>(), left_out in any::<Index>()
    ) {
        for form in FORMS {
            let before = parse(&form.write(&document));
            let changes = changes(&before, &wishes);
            let mut expected = document.clone();
            for change in &changes {
                make(&mut expected, change);
            }
            let result = edited(&before, &changes);
            let value: Value = serde_json::from_str(&result)
                .unwrap_or_else(|error| panic!("{error}: {result:?} of {:?}", &**before.source().text()));
            prop_assert_eq!(&value, &expected, "{:?}", &result);
            if !changes.iter().any(fills_empty_object) {
                prop_assert_eq!(&result, &form.write(&expected));
            }
            let after = parse(&result);
            prop_assert_eq!(verify(&before, &after, &changes), Ok(()));
            refuses_what_was_not_planned(&before, &after, &changes, &document, extra, left_out);
        }
    }
}

/// A change that is not in the plan, and one that was not made.
fn refuses_what_was_not_planned(
    before: &ProfileFile,
    after: &ProfileFile,
    changes: &[Change<'_>],
    document: &Value,
    extra: Index,
    left_out: Index,
) {
    if !changes.is_empty() {
        let mut fewer = changes.to_vec();
        let change = fewer.remove(left_out.index(changes.len()));
        let mut with_it = document.clone();
        make(&mut with_it, &change);
        if with_it != *document {
            assert!(verify(before, after, &fewer).is_err(), "without {change:?}");
            let without = parse(&edited(before, &fewer));
            assert!(
                verify(before, &without, changes).is_err(),
                "not made: {change:?}"
            );
        }
    }
    // Somewhere a scalar becomes another one, or a key.
    let text = after.source().text();
    let leaves: Vec<_> = after
        .tree()
        .expect("a tree")
        .nodes()
        .filter(|node| !matches!(node.kind(), Kind::Array | Kind::Object))
        .collect();
    if let Some(leaf) = (!leaves.is_empty()).then(|| extra.get(&leaves)) {
        let damaged = [
            &text[..leaf.range().start()],
            "\"never planned\"",
            &text[leaf.range().end()..],
        ]
        .concat();
        assert!(
            verify(before, &parse(&damaged), changes).is_err(),
            "{damaged:?}"
        );
    }
}

#[test]
fn several_entries_can_fill_an_empty_object() {
    for text in ["{}", "{ }", "{\n}"] {
        let before = parse(text);
        let object = before
            .tree()
            .expect("a tree")
            .documents()
            .next()
            .expect("a root");
        let changes = ["uid", "name"].map(|key| Change::Insert {
            object,
            key,
            value: Scalar::Bool(true),
        });
        let result = edited(&before, &changes);
        assert_eq!(
            verify(&before, &parse(&result), &changes),
            Ok(()),
            "{result:?}"
        );
    }
}

#[test]
fn an_entry_takes_the_place_of_the_only_one() {
    for text in [r#"{"a":1}"#, r#"{ "a": 1 }"#, "{\n  \"a\": 1\n}"] {
        let before = parse(text);
        let object = before
            .tree()
            .expect("a tree")
            .documents()
            .next()
            .expect("a root");
        let changes = [
            Change::Remove {
                node: object.get("a").expect("a value"),
            },
            Change::Insert {
                object,
                key: "b",
                value: Scalar::Bool(true),
            },
        ];
        let result = edited(&before, &changes);
        assert_eq!(
            verify(&before, &parse(&result), &changes),
            Ok(()),
            "{result:?}"
        );
    }
}

#[test]
fn an_order_of_keys_is_planned_too() {
    let before = parse(r#"{"a":1,"b":2}"#);
    assert!(verify(&before, &parse(r#"{"b":2,"a":1}"#), &[]).is_err());
    assert!(verify(&before, &parse(r#"{ "a": 1, "b": 2 }"#), &[]).is_ok());
}

/// A mask in values: `⏎` is a line break of the values.
const MASKS: [&str; 30] = [
    "k: ********⏎",
    "k: ********",
    "k: '********'⏎",
    "k: \"********\"⏎",
    "k: \"********\" # c⏎",
    "k: ******** # c⏎z: 1⏎",
    "a:⏎  k: '********'⏎  z: 1⏎",
    "a:⏎- k: ********⏎  z: x⏎- b⏎",
    "a: [********, b]⏎",
    "a: {k: ********, z: 1}⏎",
    "a: {k: '********'}⏎",
    "a: [\"********\"]⏎",
    "k: |⏎  ********⏎",
    "k: |⏎  ********",
    "k: |-⏎  ********⏎",
    "k: |-⏎  ********",
    "k: |+⏎  ********⏎",
    "k: |+⏎  ********⏎⏎z: 1⏎",
    "k: |⏎  ********⏎⏎⏎z: 1⏎",
    "k: |⏎  ********⏎# c⏎z: 1⏎",
    "k: |⏎  ********⏎⏎ # c⏎",
    "k: |  # c⏎  ********⏎z: 1⏎",
    "k: |2⏎  ********⏎",
    "k: >⏎  ********⏎",
    "k: >-⏎    ********⏎z: 1⏎",
    "k: >+⏎  ********⏎⏎",
    "a:⏎  - |⏎    ********⏎  - b⏎",
    "--- |⏎  ********⏎",
    "x: 1⏎---⏎k: ********⏎---⏎y: '{{ .spectro.var.x }}'⏎",
    "k: !!str '********'⏎",
];

fn secret() -> impl Strategy<Value = String> {
    let printable = common::wild_text().prop_map(|text| text.replace(char::is_control, ""));
    let lines = vec(
        select(vec![
            "-----BEGIN KEY-----",
            "AbC+/=",
            "",
            "  x",
            "#",
            "é: 'y'",
        ]),
        1..5,
    );
    prop_oneof![
        4 => common::wild_text(),
        4 => printable,
        2 => lines.prop_map(|lines| lines.join("\n")),
        1 => select(vec!["", " ", "\n", "\n\n", "\t", "yes", "~", "12", "*a", "{{ .x }}", "{{", "a\n\n\n"]).prop_map(str::to_owned),
        1 => (common::wild_text(), 500..3000_usize).prop_map(|(text, times)| text.repeat(times / (text.len() + 1))),
    ]
}

fn profile(values: &str, form: Form) -> String {
    form.write(&serde_json::json!({
        "metadata": {"name": "p"},
        "spec": {"template": {"packs": [{"name": "a", "values": "x: ********\n"}, {"name": "b", "values": values}]}},
    }))
}

/// The scalar that is the mask, in the second pack.
fn mask(file: &ProfileFile) -> (&palette_knife::profile::Embedded, NodeRef<'_>) {
    let (document, _) = file.documents().next().expect("a document");
    let embedded = document.values_of(1).expect("values");
    let node = embedded
        .stream()
        .tree
        .nodes()
        .find(|node| node.text().trim() == "********")
        .expect("a mask");
    (embedded, node)
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn a_mask_becomes_the_secret_or_is_refused(
        secret in secret(), place in any::<Index>(), form in select(&FORMS[..]), crlf in prop::bool::weighted(0.2)
    ) {
        let values = place.get(&MASKS).replace('⏎', if crlf { "\r\n" } else { "\n" });
        let before = parse(&profile(&values, form));
        let (embedded, node) = mask(&before);
        let keeps = node.text().ends_with('\n') && !secret.ends_with('\n');
        let text = if keeps { secret + "\n" } else { secret };
        let host = before.tree().expect("a tree").node(embedded.host());
        let change = Change::SetInner { embedded, host, node, text: text.clone() };
        let edits = edits(std::slice::from_ref(&change)).expect("a place that can be edited").edits;
        let scalar = embedded.layer().to_host(node.range());
        for edit in &edits {
            prop_assert!(scalar.contains(edit.range), "{:?} of {:?}", edit, scalar);
        }
        let old = before.source().text();
        let result = apply(old, &edits).expect("edits");
        let after = parse(&result);
        let verified = verify(&before, &after, std::slice::from_ref(&change));
        prop_assert_eq!(verified, Ok(()), "{:?} in {:?} gives {:?}", text, values, result);
        let new = after.documents().next().expect("a document").0.values_of(1).expect("values");
        let at = |node: &NodeRef<'_>| node.pointer() == mask(&before).1.pointer() && node.kind() == Kind::String;
        let written = new.stream().tree.nodes().filter(at).any(|node| node.text() == text);
        prop_assert!(written, "{:?} in {:?} gives {:?}", text, values, result);
        prop_assert!(verify(&before, &after, &[]).is_err() || result == **old, "{:?}", result);
    }
}
