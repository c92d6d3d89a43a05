//! Building a tree, for the parsers.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::OnceLock,
};

use foldhash::quality::RandomState;

use super::{Format, KeyFilter, Kind, NONE, NodeId, NodeRef, OtherEntries, RawNode, Tree};
use crate::source::{Text, TextRange, yaml_scalar::ScalarStyle};

/// Builds a [`Tree`] from left to right, for a parser.
#[derive(Debug)]
pub struct TreeBuilder {
    tree: Tree,
    open: Vec<OpenNode>,
    /// The keys of the object that was closed last, with their fingerprints.
    keys: Vec<(u64, NodeId)>,
}

#[derive(Debug)]
struct OpenNode {
    id: NodeId,
    is_object: bool,
    /// Direct children seen so far.
    children: u32,
    last_child: Option<NodeId>,
}

/// Objects with more entries than this look for duplicate keys by hash.
const FEW_KEYS: usize = 32;

/// An odd number with its bits in no order, whose multiples have the bits of small numbers everywhere (Knuth, 6.4).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl TreeBuilder {
    /// A builder for the tree of `text`.
    #[must_use]
    pub fn new(text: &Text, format: Format) -> Self {
        Self {
            tree: Tree {
                text: text.clone(),
                format,
                // One node for about every 16 bytes of values; an export has far fewer.
                nodes: Vec::with_capacity(match format {
                    Format::Json => text.len() / 64 + 4,
                    Format::Yaml => text.len() / 16 + 4,
                }),
                decoded: Vec::new(),
                documents: Vec::new(),
                duplicates: Vec::new(),
                foreign_tags: Vec::new(),
                keys: None,
                has_merge_keys: false,
                has_aliases: false,
                json_style: OnceLock::new(),
                marked: OnceLock::new(),
                aliases: OnceLock::new(),
                large_objects: OnceLock::new(),
                asked_objects: OnceLock::new(),
            },
            open: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// How many containers are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Adds a scalar or alias.
    pub fn leaf(&mut self, kind: Kind, range: TextRange) -> NodeId {
        self.tree.has_aliases |= kind == Kind::Alias;
        self.push(kind, range)
    }

    /// Adds a container that is open until [`TreeBuilder::close`].
    pub fn open(&mut self, kind: Kind, range: TextRange) -> NodeId {
        let id = self.push(kind, range);
        self.open.push(OpenNode {
            id,
            is_object: kind == Kind::Object,
            children: 0,
            last_child: None,
        });
        id
    }

    /// Whether the innermost open container is an object, and a key comes next in it.
    #[must_use]
    pub fn expects_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.is_object && open.children % 2 == 0)
    }

    /// Closes the innermost container, which ends at `end` bytes, or where its last child ends.
    pub fn close(&mut self, end: Option<usize>) {
        let Some(open) = self.open.pop() else {
            return;
        };
        let after = TextRange::empty(self.tree.nodes.len()).start;
        let last_child_end = open
            .last_child
            .and_then(|child| self.tree.raw(child))
            .map(|child| child.range.end());
        if let Some(node) = self.tree.nodes.get_mut(open.id.0 as usize) {
            node.end = after;
            let start = node.range.start();
            let end = end.or(last_child_end).unwrap_or(node.range.end());
            node.range = TextRange::new(start, end.max(start));
        }
        // Those of a tree that lacks keys are not asked for.
        if open.is_object && self.tree.keys.is_none() {
            self.find_duplicates(open.id);
        }
    }

    /// Changes the node that was added last or is still open.
    pub fn update(&mut self, id: NodeId, change: impl FnOnce(&mut RawNode)) {
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            change(node);
        }
    }

    /// Keeps the decoded text of a YAML scalar whose text is not its bytes, or those between its quotes.
    pub fn set_decoded(&mut self, id: NodeId, text: String) {
        let number = TextRange::empty(self.tree.decoded.len()).start;
        self.tree.decoded.push(text.into());
        self.update(id, |node| node.extra = number);
    }

    /// Copies entries of another tree into the innermost open container, an object: their text is the same in both.
    /// `forward` leads from bytes of the other text to those of this one, modulo 2³².
    /// Returns the first key.
    pub fn copy_entries(&mut self, other: &Tree, entries: OtherEntries, forward: u32) -> NodeId {
        let first = TextRange::empty(self.tree.nodes.len()).start;
        let Some(open) = self.open.last_mut() else {
            return NodeId(first);
        };
        let nodes_forward = first.wrapping_sub(entries.key);
        let (parent, position) = (open.id.0, open.children);
        open.children += entries.children;
        open.last_child = Some(NodeId(entries.value.wrapping_add(nodes_forward)));
        let nodes = other.nodes.get(entries.key as usize..entries.end as usize);
        let nodes = nodes.unwrap_or_default();
        self.tree.nodes.extend(nodes.iter().map(|node| {
            let mut node = *node;
            node.range = node.range.moved(forward);
            node.end = node.end.wrapping_add(nodes_forward);
            if node.parent == entries.parent {
                node.parent = parent;
                node.position = node.position - entries.position + position;
            } else {
                node.parent = node.parent.wrapping_add(nodes_forward);
            }
            if let Some(text) = other.decoded.get(node.extra as usize) {
                node.extra = TextRange::empty(self.tree.decoded.len()).start;
                self.tree.decoded.push(text.clone());
            }
            node
        }));
        NodeId(first)
    }

    /// Tells which keys the tree has at most.
    pub fn set_keys(&mut self, keys: Option<KeyFilter>) {
        self.tree.keys = keys;
    }

    /// Tells that a key `<<` without quotes was read.
    pub fn mark_merge_key(&mut self) {
        self.tree.has_merge_keys = true;
    }

    /// Tells that a node has a tag that says more than a kind of the core schema.
    pub fn mark_foreign_tag(&mut self, id: NodeId) {
        self.tree.foreign_tags.push(id);
    }

    /// Whether a container is not closed yet.
    #[must_use]
    pub fn is_open(&self, id: NodeId) -> bool {
        self.open.iter().any(|open| open.id == id)
    }

    /// Sets what an alias stands for.
    pub fn set_alias_target(&mut self, id: NodeId, target: NodeId) {
        self.update(id, |node| node.extra = target.0);
    }

    /// The finished tree. Containers that are still open end here.
    #[must_use]
    pub fn finish(mut self) -> Tree {
        while !self.open.is_empty() {
            self.close(None);
        }
        // Those of texts that are kept stay for long.
        self.tree.nodes.shrink_to_fit();
        self.tree
    }

    fn push(&mut self, kind: Kind, range: TextRange) -> NodeId {
        let id = NodeId(TextRange::empty(self.tree.nodes.len()).start);
        let (parent, position) = match self.open.last_mut() {
            Some(open) => {
                open.children += 1;
                open.last_child = Some(id);
                (open.id.0, open.children - 1)
            }
            None => {
                self.tree.documents.push(id);
                (NONE, 0)
            }
        };
        self.tree.nodes.push(RawNode {
            kind,
            style: ScalarStyle::Plain,
            escaped: false,
            range,
            indent: 0,
            end: id.0 + 1,
            parent,
            position,
            extra: NONE,
        });
        id
    }

    fn find_duplicates(&mut self, object: NodeId) {
        let tree = &self.tree;
        self.keys.clear();
        let mut next = object.0 + 1;
        // A key whose value was not read is no entry.
        while let Some(raw) = tree.raw(NodeId(next))
            && let Some(value) = tree.raw(NodeId(raw.end))
        {
            if !matches!(raw.kind, Kind::Array | Kind::Object) {
                let key = NodeId(next);
                self.keys.push((fingerprint(tree.node(key)), key));
            }
            next = value.end;
        }
        let mut found = Vec::new();
        if self.keys.len() <= FEW_KEYS {
            // One bit for each fingerprint so far: only two that share one are worth comparing.
            let mut seen = 0_u64;
            for (index, &(own, key)) in self.keys.iter().enumerate() {
                let bit = 1 << (own.wrapping_mul(SPREAD) >> (u64::BITS - 6));
                if seen & bit != 0 {
                    let mut earlier = self.keys.iter().take(index);
                    let first = earlier.find(|(other, id)| {
                        *other == own && same_key(tree.node(*id), tree.node(key))
                    });
                    found.extend(first.map(|(_, first)| (*first, key)));
                }
                seen |= bit;
            }
        } else {
            let mut seen =
                HashMap::with_capacity_and_hasher(self.keys.len(), RandomState::default());
            for &(_, key) in &self.keys {
                match seen.entry(tree.node(key).text()) {
                    Entry::Occupied(first) => found.push((*first.get(), key)),
                    Entry::Vacant(entry) => {
                        entry.insert(key);
                    }
                }
            }
        }
        self.tree.duplicates.extend(found);
    }
}

/// A number that differs for most keys which differ: of the length of the text and the bytes at its end.
fn fingerprint(key: NodeRef<'_>) -> u64 {
    let of_bytes = |bytes: &[u8]| {
        let end = bytes.last_chunk::<4>().map_or_else(
            || {
                bytes
                    .iter()
                    .fold(0, |number, &byte| (number << 8) | u32::from(byte))
            },
            |end| u32::from_le_bytes(*end),
        );
        (u64::from(TextRange::empty(bytes.len()).start) << 32) | u64::from(end)
    };
    let raw = key.raw();
    match raw.and_then(|raw| raw.text_as_written(key.tree.format)) {
        Some(written) => of_bytes(written.bytes_of(&key.tree.text)),
        None => of_bytes(key.text().as_bytes()),
    }
}

/// Whether two scalars are the same key to a decoder.
fn same_key(one: NodeRef<'_>, other: NodeRef<'_>) -> bool {
    one.text() == other.text()
}

#[cfg(test)]
mod tests {
    use super::FEW_KEYS;
    use crate::{source::Text, syntax::json};

    #[test]
    fn every_key_that_is_there_again_is_told_with_the_first() {
        for count in 1..=2 * FEW_KEYS {
            for distinct in 1..=count {
                let keys = (0..count).map(|number| format!("\"key-{}\":0", number % distinct));
                let keys: Vec<_> = keys.collect();
                let text = Text::from(format!("{{{}}}", keys.join(",")));
                let tree = json::parse(&text).expect("JSON");
                let found = tree.duplicate_keys();
                // Nodes are numbered in the order of the text, and each key has a value.
                let entry = |number: u32| usize::try_from((number - 1) / 2).ok();
                let found = found
                    .map(|(first, again)| (entry(first.id().number()), entry(again.id().number())));
                let expected = (distinct..count).map(|again| (Some(again % distinct), Some(again)));
                assert!(found.eq(expected), "{text:?}");
            }
        }
    }
}
