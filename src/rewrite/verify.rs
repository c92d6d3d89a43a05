//! The frame check: what a rewrite changed is what the plan said, and nothing else.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use crate::{
    profile::{Embedded, ProfileFile, Shape},
    syntax::{Kind, NodeRef, edit::Scalar, escape_pointer_token},
};

use super::change::{Change, entry_pointer};

/// What a place of a document holds afterwards: a scalar, or nothing.
#[derive(PartialEq, Eq)]
enum After {
    Is(Value),
    Gone,
    /// A container where something else was planned, or keys in another order.
    Other,
}

#[derive(PartialEq, Eq)]
struct Value {
    kind: Kind,
    text: String,
}

/// A string of the outer file: the number of its document, and its pointer there.
type Host = (usize, String);

/// Which place of which document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    /// Of the outer file: the number of the document, and the pointer in it.
    Outer(usize, String),
    /// Of a text in a string: the string, the number of the document in that text, and the pointer in it.
    Inner(Host, usize, String),
}

impl Address {
    fn of(node: NodeRef<'_>) -> Self {
        Self::Outer(node.document_index(), node.pointer())
    }

    fn host(&self) -> Option<&Host> {
        match self {
            Self::Outer(..) => None,
            Self::Inner(host, ..) => Some(host),
        }
    }
}

fn host_of(node: NodeRef<'_>) -> Host {
    (node.document_index(), node.pointer())
}

/// Compares a file before and after with the planned changes.
///
/// # Errors
///
/// What differs from the plan, for people.
pub fn verify(
    before: &ProfileFile,
    after: &ProfileFile,
    changes: &[Change<'_>],
) -> Result<(), String> {
    let (Some(old_tree), Some(new_tree)) = (before.tree(), after.tree()) else {
        return Err("the result cannot be parsed".to_owned());
    };
    if !after.faults().is_empty() {
        return Err("the result cannot be parsed".to_owned());
    }
    let (old_roots, new_roots): (Vec<_>, Vec<_>) = (
        old_tree.documents().collect(),
        new_tree.documents().collect(),
    );
    if old_roots.len() != new_roots.len() {
        return Err("the result has another number of documents".to_owned());
    }
    let mut found = BTreeMap::new();
    for (number, (old, new)) in old_roots.into_iter().zip(new_roots).enumerate() {
        compare(old, new, String::new(), &mut |pointer, after| {
            found.insert(Address::Outer(number, pointer), after);
        });
    }
    let planned = planned(changes);
    let holds_inner = planned.keys().any(|address| address.host().is_some());
    let by_host = |file| {
        if holds_inner {
            embedded_by_host(file)
        } else {
            HashMap::new()
        }
    };
    let (olds, news) = (by_host(before), by_host(after));
    let hosts: BTreeSet<Host> = planned.keys().filter_map(Address::host).cloned().collect();
    // A string that holds an embedded document changes as a whole; what changed inside of it is compared there.
    for host in hosts {
        found.remove(&Address::Outer(host.0, host.1.clone()));
        let (Some(old), Some(new)) = (olds.get(&host), news.get(&host)) else {
            return Err(format!("`{}` no longer holds YAML", host.1));
        };
        compare_embedded(old, new, &host, &mut found)?;
    }
    for (address, expected) in &planned {
        match found.remove(address) {
            Some(actual) if actual == *expected => {}
            // A change to what was there already is none.
            None if is_unchanged(before, &olds, address, expected) => {}
            _ => return Err(format!("`{}` did not change as planned", show(address))),
        }
    }
    match found.keys().next() {
        Some(address) => Err(format!("`{}` changed without being planned", show(address))),
        None => Ok(()),
    }
}

fn planned(changes: &[Change<'_>]) -> BTreeMap<Address, After> {
    let mut planned = BTreeMap::new();
    for change in changes {
        let (address, after) = match change {
            Change::Set { node, value } => (Address::of(*node), scalar(value)),
            Change::Insert { object, key, value } => {
                let pointer = entry_pointer(*object, key);
                (
                    Address::Outer(object.document_index(), pointer),
                    scalar(value),
                )
            }
            Change::Remove { node } => (Address::of(*node), After::Gone),
            Change::SetInner {
                host, node, text, ..
            } => {
                let value = Value {
                    kind: Kind::String,
                    text: text.clone(),
                };
                (
                    Address::Inner(host_of(*host), node.document_index(), node.pointer()),
                    After::Is(value),
                )
            }
        };
        planned.insert(address, after);
    }
    planned
}

fn scalar(value: &Scalar) -> After {
    After::Is(match value {
        Scalar::String(text) => Value {
            kind: Kind::String,
            text: text.clone(),
        },
        Scalar::Bool(value) => Value {
            kind: Kind::Bool,
            text: value.to_string(),
        },
    })
}

fn compare_embedded(
    old: &Embedded,
    new: &Embedded,
    host: &Host,
    found: &mut BTreeMap<Address, After>,
) -> Result<(), String> {
    if new.stream().faults.len() > old.stream().faults.len() {
        return Err(format!("`{}` no longer holds valid YAML", host.1));
    }
    let (old_roots, new_roots): (Vec<_>, Vec<_>) = (
        old.stream().tree.documents().collect(),
        new.stream().tree.documents().collect(),
    );
    if old_roots.len() != new_roots.len() {
        return Err(format!("`{}` holds another number of documents", host.1));
    }
    for (index, (old, new)) in old_roots.into_iter().zip(new_roots).enumerate() {
        compare(old, new, String::new(), &mut |pointer, after| {
            found.insert(Address::Inner(host.clone(), index, pointer), after);
        });
    }
    Ok(())
}

/// The embedded texts of a file by their strings.
fn embedded_by_host(file: &ProfileFile) -> HashMap<Host, &Embedded> {
    let host = |embedded: &Embedded| {
        let tree = file.tree()?;
        Some(host_of(tree.node(embedded.host())))
    };
    file.documents()
        .filter(|(document, _)| document.shape() == Shape::Export)
        .flat_map(|(document, _)| document.embedded())
        .filter_map(|embedded| Some((host(embedded)?, embedded)))
        .collect()
}

/// Whether a place holds already what was planned for it.
fn is_unchanged(
    before: &ProfileFile,
    olds: &HashMap<Host, &Embedded>,
    address: &Address,
    expected: &After,
) -> bool {
    let (tree, document, pointer) = match address {
        Address::Outer(document, pointer) => (before.tree(), document, pointer),
        Address::Inner(host, document, pointer) => {
            let stream = olds.get(host).map(|embedded| embedded.stream());
            (stream.map(|stream| &stream.tree), document, pointer)
        }
    };
    let root = tree.and_then(|tree| tree.documents().nth(*document));
    let node = root.and_then(|root| at_pointer(root, pointer));
    match (node, expected) {
        (Some(node), After::Is(value)) => node.kind() == value.kind && node.text() == value.text,
        (None, After::Gone) => true,
        _ => false,
    }
}

fn at_pointer<'t>(root: NodeRef<'t>, pointer: &str) -> Option<NodeRef<'t>> {
    pointer.split('/').skip(1).try_fold(root, |node, token| {
        let key = token.replace("~1", "/").replace("~0", "~");
        match node.kind() {
            Kind::Array => node.items().nth(key.parse().ok()?),
            _ => node.get(&key),
        }
    })
}

/// Tells every place that differs, as it is written: what an alias stands for is compared where it stands. Recursive:
/// parsers limit the depth.
fn compare(
    old: NodeRef<'_>,
    new: NodeRef<'_>,
    pointer: String,
    differs: &mut dyn FnMut(String, After),
) {
    match (old.kind(), new.kind()) {
        (Kind::Object, Kind::Object) => compare_objects(old, new, pointer, differs),
        (Kind::Array, Kind::Array) => {
            let (mut olds, mut news) = (old.children(), new.children());
            for index in 0.. {
                let below = format!("{pointer}/{index}");
                match (olds.next(), news.next()) {
                    (Some(old), Some(new)) => compare(old, new, below, differs),
                    (Some(_), None) => differs(below, After::Gone),
                    (None, Some(new)) => differs(below, after(new)),
                    (None, None) => break,
                }
            }
        }
        _ => {
            if old.kind() != new.kind() || old.text() != new.text() {
                differs(pointer, after(new));
            }
        }
    }
}

fn compare_objects(
    old: NodeRef<'_>,
    new: NodeRef<'_>,
    pointer: String,
    differs: &mut dyn FnMut(String, After),
) {
    let (olds, news) = (values_by_key(old), values_by_key(new));
    let below = |key: &str| format!("{pointer}/{}", escape_pointer_token(key));
    for (key, value) in old.written_entries() {
        let key = key.text();
        if olds.get(&key) != Some(&value) {
            continue;
        }
        match news.get(&key) {
            Some(other) => compare(value, *other, below(&key), differs),
            None => differs(below(&key), After::Gone),
        }
    }
    for (key, value) in new.written_entries() {
        let key = key.text();
        if !olds.contains_key(&key) {
            differs(below(&key), after(value));
        }
    }
    let common = |object: NodeRef<'_>, other: &HashMap<Cow<'_, str>, NodeRef<'_>>| -> Vec<String> {
        let keys = object.written_entries().map(|(key, _)| key.text());
        keys.filter(|key| other.contains_key(key))
            .map(Cow::into_owned)
            .collect()
    };
    if common(old, &news) != common(new, &olds) {
        differs(pointer, After::Other);
    }
}

/// The values of an object; of duplicate keys the last one counts.
fn values_by_key<'t>(object: NodeRef<'t>) -> HashMap<Cow<'t, str>, NodeRef<'t>> {
    object
        .written_entries()
        .map(|(key, value)| (key.text(), value))
        .collect()
}

fn after(node: NodeRef<'_>) -> After {
    match node.kind() {
        Kind::Array | Kind::Object => After::Other,
        kind => After::Is(Value {
            kind,
            text: node.text().into_owned(),
        }),
    }
}

fn show(address: &Address) -> String {
    match address {
        Address::Outer(_, pointer) => pointer.clone(),
        Address::Inner((_, host), document, pointer) => {
            format!("{host} document {document} {pointer}")
        }
    }
}
