//! Changes of a document, and the byte edits that make them.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use crate::{
    profile::Embedded,
    source::{Edit, Overlap, Restyled},
    syntax::{
        NodeId, NodeRef, Tree,
        edit::{Changed, EntryChanges, Scalar},
        escape_pointer_token,
    },
};

/// A change of the outer document or of a document embedded in it.
#[derive(Clone)]
pub enum Change<'t> {
    /// A scalar gets another value.
    Set {
        /// The scalar.
        node: NodeRef<'t>,
        /// Its new value.
        value: Scalar,
    },
    /// An object gets another entry, at its end.
    Insert {
        /// The object.
        object: NodeRef<'t>,
        /// The key.
        key: &'static str,
        /// Its value.
        value: Scalar,
    },
    /// An entry is removed.
    Remove {
        /// Its value.
        node: NodeRef<'t>,
    },
    /// A scalar of an embedded document gets another text.
    SetInner {
        /// The embedded text.
        embedded: &'t Embedded,
        /// The string of the outer document that holds it.
        host: NodeRef<'t>,
        /// The scalar in it.
        node: NodeRef<'t>,
        /// What a reader of the embedded document sees afterwards.
        text: String,
    },
}

impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { node, value } => write!(f, "Set({}, {value:?})", node.pointer()),
            Self::Insert { object, key, value } => {
                write!(f, "Insert({}, {value:?})", entry_pointer(*object, key))
            }
            Self::Remove { node } => write!(f, "Remove({})", node.pointer()),
            Self::SetInner { node, text, .. } => {
                write!(f, "SetInner({}, {} bytes)", node.pointer(), text.len())
            }
        }
    }
}

/// Why edits cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Two changes touch the same bytes.
    #[error(transparent)]
    Overlap(#[from] Overlap),
    /// A node cannot be edited where it stands.
    #[error(
        "`{0}` is written in a way that cannot be edited: write it on lines of its own, without a tag"
    )]
    Unwritable(String),
    /// A value that stands in several places is to change in some of them only.
    #[error(
        "`{place}` is shared through an anchor with {others}, and not all of them need the same value: write it out where it is used"
    )]
    Shared {
        /// The pointer to the value.
        place: String,
        /// Where it is used too.
        others: String,
    },
}

/// A YAML scalar that could not keep its style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestyledScalar {
    /// The pointer to it in the outer document, and in the embedded one if it is in one.
    pub place: String,
    /// The styles it had and has.
    pub styles: Restyled,
}

/// The edits of a file.
#[derive(Debug, Default)]
pub struct Edits {
    /// The replacements.
    pub edits: Vec<Edit>,
    /// What could not keep its style.
    pub restyled: Vec<RestyledScalar>,
}

/// The edits that make these changes of one file, in the style of the file.
///
/// # Errors
///
/// [`EditError`] when a value cannot be written where it belongs.
pub fn edits(changes: &[Change<'_>]) -> Result<Edits, EditError> {
    let mut made = Edits::default();
    let mut changed = Changed::default();
    // Entries that come and go share commas and lines, so they are edited object by object.
    let mut objects: BTreeMap<NodeId, EntryChanges<'_>> = BTreeMap::new();
    // The changes of an embedded text become edits of one scalar.
    let mut hosts: BTreeMap<NodeId, (&Embedded, NodeRef<'_>, Vec<Edit>)> = BTreeMap::new();
    for change in once_each(changes)? {
        match change {
            Change::Set { node, value } => {
                changed.written.insert(node.id());
                let (edits, styles) = node.set(value).ok_or_else(|| unwritable(*node))?;
                made.edits.extend(edits);
                // What is empty needs quotes, and nobody has to be told.
                let is_empty = matches!(value, Scalar::String(text) if text.is_empty());
                let styles = styles.filter(|_| !is_empty);
                made.restyled.extend(styles.map(|styles| RestyledScalar {
                    place: node.pointer(),
                    styles,
                }));
            }
            Change::SetInner {
                embedded,
                host,
                node,
                text,
            } => {
                changed.written.insert(host.id());
                let value = Scalar::String(text.clone());
                let (edits, styles) = node.set(&value).ok_or_else(|| unwritable(*node))?;
                made.restyled.extend(styles.map(|styles| RestyledScalar {
                    place: format!("{}` in `{}", node.pointer(), host.pointer()),
                    styles,
                }));
                let (.., of_host) = hosts
                    .entry(host.id())
                    .or_insert_with(|| (embedded, *host, Vec::new()));
                of_host.extend(edits);
            }
            Change::Insert { object, key, value } => objects
                .entry(object.id())
                .or_insert_with(|| EntryChanges::of(*object))
                .insert(key, value.clone()),
            Change::Remove { node } => {
                changed.removed.insert(node.id());
                let Some(object) = node.parent() else {
                    continue;
                };
                objects
                    .entry(object.id())
                    .or_insert_with(|| EntryChanges::of(object))
                    .remove(*node);
            }
        }
    }
    for (embedded, host, mut edits) in hosts.into_values() {
        edits.sort_by_key(|edit| edit.range);
        let made_in_host = embedded.layer().edits(&edits, host.surroundings());
        let (edits, styles) = made_in_host.ok_or_else(|| unwritable(host))?;
        made.edits.extend(edits);
        made.restyled.extend(styles.map(|styles| RestyledScalar {
            place: host.pointer(),
            styles,
        }));
    }
    // Where an object ends another one that holds it may end too, and its new entries come after those of the inner one.
    for changes in objects.values().rev() {
        let edits = changes.edits(&changed);
        made.edits
            .extend(edits.ok_or_else(|| unwritable(changes.object()))?);
    }
    Ok(made)
}

fn unwritable(node: NodeRef<'_>) -> EditError {
    EditError::Unwritable(node.pointer())
}

/// The changes without repetitions. Where places share a value through an anchor, each of them plans the change, and
/// all of them must plan the same.
fn once_each<'c, 't>(changes: &'c [Change<'t>]) -> Result<Vec<&'c Change<'t>>, EditError> {
    if !changes.iter().any(|change| change.tree().has_aliases()) {
        return Ok(changes.iter().collect());
    }
    let mut ways = Ways::default();
    let mut planned: BTreeMap<_, (&Change<'t>, u64)> = BTreeMap::new();
    for change in changes {
        let (first, times) = planned.entry(change.what()).or_insert((change, 0));
        if !change.has_value_of(first) {
            return Err(shared(change.touched()));
        }
        *times += 1;
    }
    for &(first, times) in planned.values() {
        if times < ways.to(first.touched()) {
            return Err(shared(first.touched()));
        }
    }
    Ok(planned.into_values().map(|(change, _)| change).collect())
}

fn shared(node: NodeRef<'_>) -> EditError {
    const SHOWN: usize = 3;
    let around = std::iter::successors(Some(node), |node| node.parent());
    let mut aliases: Vec<_> = around
        .flat_map(|around| node.tree().aliases_of(around))
        .collect();
    aliases.sort_by_key(|alias| alias.id());
    let places: Vec<String> = aliases
        .into_iter()
        .take(SHOWN)
        .map(|alias| format!("`{}`", alias.pointer()))
        .collect();
    EditError::Shared {
        place: node.pointer(),
        others: places.join(", "),
    }
}

/// In how many ways the nodes of a document are reached from its root, through aliases too.
#[derive(Default)]
struct Ways {
    known: HashMap<NodeId, u64>,
}

impl Ways {
    /// Deeper than this nobody follows aliases; what lies there is taken for shared by too many.
    const MAX_DEPTH: usize = 500;

    fn to(&mut self, node: NodeRef<'_>) -> u64 {
        self.at_depth(node, 0)
    }

    fn at_depth(&mut self, node: NodeRef<'_>, depth: usize) -> u64 {
        if let Some(&known) = self.known.get(&node.id()) {
            return known;
        }
        if depth > Self::MAX_DEPTH {
            return u64::MAX;
        }
        let direct = match node.parent() {
            // Nobody reads what an export does not have: a place to keep anchors at.
            Some(parent) if parent.parent().is_none() && !is_read(node) => 0,
            Some(parent) => self.at_depth(parent, depth + 1),
            None => 1,
        };
        let mut ways = direct;
        for alias in node.tree().aliases_of(node) {
            ways = ways.saturating_add(self.at_depth(alias, depth + 1));
        }
        self.known.insert(node.id(), ways);
        ways
    }
}

/// Whether a value of the document itself is one that exports have.
fn is_read(node: NodeRef<'_>) -> bool {
    let key = node.key().map(NodeRef::text);
    key.is_none_or(|key| matches!(key.as_ref(), "metadata" | "spec"))
}

impl<'t> Change<'t> {
    fn tree(&self) -> &'t Tree {
        self.touched().tree()
    }

    /// The node of the outer document that changes, or that holds what changes.
    fn touched(&self) -> NodeRef<'t> {
        match self {
            Self::Set { node, .. } | Self::Remove { node } => *node,
            Self::Insert { object, .. } => *object,
            Self::SetInner { host, .. } => *host,
        }
    }

    /// What tells it from changes of other places.
    fn what(&self) -> (NodeId, Option<NodeId>, &'static str) {
        match self {
            Self::Set { node, .. } => (node.id(), None, ""),
            Self::Remove { node } => (node.id(), None, "-"),
            Self::Insert { object, key, .. } => (object.id(), None, key),
            Self::SetInner { host, node, .. } => (host.id(), Some(node.id()), ""),
        }
    }

    fn has_value_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Set { value, .. }, Self::Set { value: other, .. })
            | (Self::Insert { value, .. }, Self::Insert { value: other, .. }) => value == other,
            (Self::SetInner { text, .. }, Self::SetInner { text: other, .. }) => text == other,
            (Self::Remove { .. }, Self::Remove { .. }) => true,
            _ => false,
        }
    }
}

/// The pointer to an entry of an object, whether it is there or not.
#[must_use]
pub fn entry_pointer(object: NodeRef<'_>, key: &str) -> String {
    format!("{}/{}", object.pointer(), escape_pointer_token(key))
}
