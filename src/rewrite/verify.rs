//! The frame check: what a rewrite changed is what the plan said, and nothing else.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use crate::{
    profile::{Embedded, ProfileFile, Shape},
    source::yaml_scalar::ScalarStyle,
    syntax::{Kind, NodeId, NodeRef, Tree, edit::Scalar, escape_pointer_token, yaml::Stream},
};

use super::change::Change;

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

/// A place of the file as it was before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Address {
    /// The string of the file that holds the text the place is in; `None` for the file itself.
    host: Option<NodeId>,
    spot: Spot,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    /// A node.
    Node(NodeId),
    /// A node that was not there: its container, and its key or number.
    New(NodeId, String),
}

impl Spot {
    /// The value that an object has, or does not have, at a key.
    fn of_entry(object: NodeRef<'_>, key: &str) -> Self {
        let own = object
            .written_entries()
            .filter(|(name, _)| name.is_text(key));
        match own.last() {
            Some((_, value)) => Self::Node(value.id()),
            None => Self::New(object.id(), key.to_owned()),
        }
    }
}

/// Compares a file before and after with the planned changes, which are changes of `before`.
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
    let planned = planned(changes);
    let hosts: BTreeSet<NodeId> = planned.keys().filter_map(|address| address.host).collect();
    let mut outer = Comparison::new(None, hosts);
    if !outer.compare_documents(old_tree, new_tree) {
        return Err("the result has another number of documents".to_owned());
    }
    let mut found = outer.found;
    let by_host = |file| {
        if outer.hosts.is_empty() {
            HashMap::new()
        } else {
            embedded_by_host(file)
        }
    };
    let (olds, news) = (by_host(before), by_host(after));
    let show = |address: &Address| shown(old_tree, &olds, address);
    // A string that holds an embedded document changes as a whole; what changed inside of it is compared there.
    for host in &outer.hosts {
        found.remove(&Address {
            host: None,
            spot: Spot::Node(*host),
        });
        let pair = outer.met.get(host).and_then(|new| news.get(new));
        let (Some(old), Some(new)) = (olds.get(host), pair) else {
            let pointer = old_tree.node(*host).pointer();
            return Err(format!("`{pointer}` no longer holds YAML"));
        };
        let (old, new) = (old.stream(), new.stream());
        let error = |what: &str| Err(format!("`{}` holds {what}", old_tree.node(*host).pointer()));
        let faults = |stream: &Stream| stream.faults.len() + stream.unknown_aliases.len();
        if faults(new) > faults(old) {
            return error("YAML that is no longer valid");
        }
        let mut inner = Comparison::new(Some(*host), BTreeSet::new());
        if !inner.compare_documents(&old.tree, &new.tree) {
            return error("another number of documents");
        }
        found.append(&mut inner.found);
    }
    for (address, expected) in &planned {
        match found.remove(address) {
            Some(actual) if actual == *expected => {}
            // A change to what was there already is none.
            None if is_unchanged(old_tree, &olds, address, expected) => {}
            _ => return Err(format!("`{}` did not change as planned", show(address))),
        }
    }
    match found.keys().next() {
        Some(address) => Err(format!("`{}` changed without being planned", show(address))),
        None => Ok(()),
    }
}

fn planned(changes: &[Change<'_>]) -> BTreeMap<Address, After> {
    let outer = |spot| Address { host: None, spot };
    let planned = changes.iter().map(|change| match change {
        Change::Set { node, value } => (outer(Spot::Node(node.id())), scalar(value)),
        Change::Insert { object, key, value } => {
            (outer(Spot::of_entry(*object, key)), scalar(value))
        }
        Change::Remove { node } => (outer(Spot::Node(node.id())), After::Gone),
        Change::SetInner {
            host, node, text, ..
        } => {
            let value = Value {
                kind: Kind::String,
                text: text.clone(),
            };
            let inner = Address {
                host: Some(host.id()),
                spot: Spot::Node(node.id()),
            };
            (inner, After::Is(value))
        }
    });
    planned.collect()
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

/// The embedded texts of a file by their strings.
fn embedded_by_host(file: &ProfileFile) -> HashMap<NodeId, &Embedded> {
    file.documents()
        .filter(|(document, _)| document.shape() == Shape::Export)
        .flat_map(|(document, _)| document.embedded())
        .map(|embedded| (embedded.host(), embedded))
        .collect()
}

/// The node of an address, or the container it is not in.
fn node_of<'t>(
    tree: &'t Tree,
    olds: &HashMap<NodeId, &'t Embedded>,
    address: &Address,
) -> Option<NodeRef<'t>> {
    let tree = match &address.host {
        None => tree,
        Some(host) => &olds.get(host)?.stream().tree,
    };
    let (Spot::Node(id) | Spot::New(id, _)) = &address.spot;
    Some(tree.node(*id))
}

/// Whether a place holds already what was planned for it.
fn is_unchanged<'t>(
    tree: &'t Tree,
    olds: &HashMap<NodeId, &'t Embedded>,
    address: &Address,
    expected: &After,
) -> bool {
    let node = node_of(tree, olds, address);
    let node = match &address.spot {
        Spot::Node(_) => node,
        // Merged from elsewhere.
        Spot::New(_, key) => node.and_then(|object| object.get(key)),
    };
    match (node.map(NodeRef::resolved), expected) {
        (Some(node), After::Is(value)) => node.kind() == value.kind && node.text() == value.text,
        _ => false,
    }
}

/// A place for people.
fn shown<'t>(tree: &'t Tree, olds: &HashMap<NodeId, &'t Embedded>, address: &Address) -> String {
    let node = node_of(tree, olds, address);
    let mut pointer = node.map(NodeRef::pointer).unwrap_or_default();
    if let Spot::New(_, key) = &address.spot {
        pointer = format!("{pointer}/{}", escape_pointer_token(key));
    }
    match (address.host, node) {
        (Some(host), Some(node)) => format!(
            "{} document {} {pointer}",
            tree.node(host).pointer(),
            node.document_index()
        ),
        _ => pointer,
    }
}

/// What differs between two texts, as they are written: what an alias stands for is compared where it stands.
struct Comparison {
    /// The string that holds the texts, if one does.
    host: Option<NodeId>,
    /// The strings of the first text whose counterparts are asked for.
    hosts: BTreeSet<NodeId>,
    /// Those counterparts.
    met: HashMap<NodeId, NodeId>,
    found: BTreeMap<Address, After>,
}

impl Comparison {
    fn new(host: Option<NodeId>, hosts: BTreeSet<NodeId>) -> Self {
        Self {
            host,
            hosts,
            met: HashMap::new(),
            found: BTreeMap::new(),
        }
    }

    /// Compares the documents of two trees; false when one has more of them.
    fn compare_documents(&mut self, old: &Tree, new: &Tree) -> bool {
        let is_same_number = old.documents().len() == new.documents().len();
        for (old, new) in old.documents().zip(new.documents()) {
            self.compare(old, new);
        }
        is_same_number
    }

    fn differs(&mut self, spot: Spot, after: After) {
        let host = self.host;
        self.found.insert(Address { host, spot }, after);
    }

    /// Recursive: parsers limit the depth.
    fn compare(&mut self, old: NodeRef<'_>, new: NodeRef<'_>) {
        match (old.kind(), new.kind()) {
            (Kind::Object, Kind::Object) => self.compare_objects(old, new),
            (Kind::Array, Kind::Array) => {
                let (mut olds, mut news) = (old.children(), new.children());
                for index in 0.. {
                    match (olds.next(), news.next()) {
                        (Some(old), Some(new)) => self.compare(old, new),
                        (Some(item), None) => self.differs(Spot::Node(item.id()), After::Gone),
                        (None, Some(item)) => {
                            self.differs(Spot::New(old.id(), index.to_string()), after(item));
                        }
                        (None, None) => break,
                    }
                }
            }
            _ => {
                if self.hosts.contains(&old.id()) {
                    self.met.insert(old.id(), new.id());
                }
                if !is_same_scalar(old, new) {
                    self.differs(Spot::Node(old.id()), after(new));
                }
            }
        }
    }

    fn compare_objects(&mut self, old: NodeRef<'_>, new: NodeRef<'_>) {
        // Nearly all objects have the keys they had, in the order they had them; one that is there twice, too.
        let both = || old.written_entries().zip(new.written_entries());
        let has_same_keys = old.children().count() == new.children().count()
            && both().all(|((one, _), (other, _))| is_same_key(one, other));
        if has_same_keys {
            for ((_, old), (_, new)) in both() {
                self.compare(old, new);
            }
        } else {
            self.compare_by_keys(old, new);
        }
    }

    fn compare_by_keys(&mut self, old: NodeRef<'_>, new: NodeRef<'_>) {
        let (olds, news) = (values_by_key(old), values_by_key(new));
        for (key, value) in old.written_entries() {
            let key = key_text(key);
            if olds.get(&key) != Some(&value) {
                continue;
            }
            match news.get(&key) {
                Some(other) => self.compare(value, *other),
                None => self.differs(Spot::Node(value.id()), After::Gone),
            }
        }
        for (key, value) in new.written_entries() {
            let key = key_text(key);
            if !olds.contains_key(&key) {
                self.differs(Spot::New(old.id(), key.into_owned()), after(value));
            }
        }
        let common =
            |object: NodeRef<'_>, other: &HashMap<Cow<'_, str>, NodeRef<'_>>| -> Vec<String> {
                let keys = object.written_entries().map(|(key, _)| key_text(key));
                keys.filter(|key| other.contains_key(key))
                    .map(Cow::into_owned)
                    .collect()
            };
        if common(old, &news) != common(new, &olds) {
            self.differs(Spot::Node(old.id()), After::Other);
        }
    }
}

/// Whether two scalars read the same. Most are written the same as well, and need not be decoded to tell.
fn is_same_scalar(old: NodeRef<'_>, new: NodeRef<'_>) -> bool {
    let has_header = matches!(old.style(), ScalarStyle::Literal | ScalarStyle::Folded);
    let is_written_alike = !has_header
        && old.tree().format() == new.tree().format()
        && old.style() == new.style()
        && old.source() == new.source();
    old.kind() == new.kind() && (is_written_alike || old.text() == new.text())
}

fn is_same_key(old: NodeRef<'_>, new: NodeRef<'_>) -> bool {
    is_same_scalar(old, new) && (!is_collection(old) || old.source() == new.source())
}

/// What tells a key from others: its text, or all that it is written with.
fn key_text(key: NodeRef<'_>) -> Cow<'_, str> {
    if is_collection(key) {
        Cow::Borrowed(key.source())
    } else {
        key.text()
    }
}

fn is_collection(node: NodeRef<'_>) -> bool {
    matches!(node.kind(), Kind::Array | Kind::Object)
}

/// The values of an object; of duplicate keys the last one counts.
fn values_by_key<'t>(object: NodeRef<'t>) -> HashMap<Cow<'t, str>, NodeRef<'t>> {
    object
        .written_entries()
        .map(|(key, value)| (key_text(key), value))
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
