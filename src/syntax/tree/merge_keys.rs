//! What merge keys (`<<`, YAML 1.1) bring into the objects that have them.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, hash_map::Entry},
};

use foldhash::quality::RandomState;

use super::{Kind, NodeId, NodeRef, Tree};
use crate::source::{TextRange, yaml_scalar::ScalarStyle};

/// The key that merges other objects into its own.
pub(crate) const MERGE_KEY: &str = "<<";

/// How many entries merge keys may go through, in all objects of a text together. Those of an object are kept, so that it
/// costs no more to ask for one of them than for one of its own; this bounds what is kept.
const MOST_MERGED: usize = 1 << 20;

/// The keys that merge keys bring in, for every object that has some.
#[derive(Debug, Default)]
pub(super) struct MergedKeys(HashMap<NodeId, Merged>);

/// Those of one object.
#[derive(Debug)]
struct Merged {
    in_order: Box<[NodeId]>,
    by_text: Box<[NodeId]>,
}

impl MergedKeys {
    /// Finds those of a tree, and the merge key with which they are too many.
    fn find(tree: &Tree) -> Result<Self, TextRange> {
        let mut found = HashMap::new();
        let mut left = MOST_MERGED;
        for key in tree.nodes().filter(|node| node.is_merge_key()) {
            let Some(object) = key.parent() else {
                continue;
            };
            // All merge keys of an object are looked at with its first one.
            if let Entry::Vacant(place) = found.entry(object.id) {
                place.insert(object.merge(&mut left).ok_or(key.range())?);
            }
        }
        Ok(Self(found))
    }
}

impl Tree {
    /// Finds what merge keys bring in. If they go through more than 1,048,576 entries, no key is one from then on; returns the
    /// one that goes too far.
    pub(in crate::syntax) fn read_merge_keys(&mut self) -> Option<TextRange> {
        if !self.has_merge_keys {
            return None;
        }
        match MergedKeys::find(self) {
            Ok(merged) => {
                self.merged_keys = merged;
                None
            }
            Err(key) => {
                self.has_merge_keys = false;
                Some(key)
            }
        }
    }
}

impl<'t> NodeRef<'t> {
    /// Whether it is a key `<<` that merges other objects into its own: written plain, as go-yaml asks for.
    #[must_use]
    pub fn is_merge_key(self) -> bool {
        self.tree.has_merge_keys
            && self.style() == ScalarStyle::Plain
            && self.source() == MERGE_KEY
            && self.own_entry().is_some_and(|(key, _)| key.id == self.id)
    }

    /// The entries that the merge keys of an object bring in.
    pub(super) fn merged_entries(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        let keys = self.merged().map(|merged| &*merged.in_order);
        let keys = keys.unwrap_or_default().iter();
        keys.filter_map(move |&key| self.tree.node(key).as_merged_entry())
    }

    /// The one of them with this key.
    pub(super) fn merged_entry(self, key: &str) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        let keys = &self.merged()?.by_text;
        let at = keys.binary_search_by(|&id| self.tree.node(id).text().as_ref().cmp(key));
        self.tree.node(*keys.get(at.ok()?)?).as_merged_entry()
    }

    fn merged(self) -> Option<&'t Merged> {
        self.tree.merged_keys.0.get(&self.id)
    }

    /// The entry that a key is of, its value as what it stands for.
    fn as_merged_entry(self) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        let value = self.tree.node(NodeId(self.raw()?.end));
        Some((self, value.resolved()))
    }

    /// What the merge keys of an object bring in, unless that is to go through more than `left` objects and entries. The
    /// object's own keys come before merged ones, and of several merged objects the first one with a key (YAML 1.1, merge
    /// key type).
    fn merge(self, left: &mut usize) -> Option<Merged> {
        let mut keys: HashSet<Cow<'t, str>, RandomState> =
            self.written_entries().map(|(key, _)| key.text()).collect();
        let mut in_order = Vec::new();
        let mut open = self.merge_sources();
        // One that is merged again brings in nothing more, so a bomb of merges costs what its text costs.
        let mut seen = HashSet::from([self.id]);
        while let Some(source) = open.pop() {
            *left = left.checked_sub(1)?;
            if !seen.insert(source.id) {
                continue;
            }
            let written = source.written_entries();
            let own: Vec<_> = written.filter(|(key, _)| !key.is_merge_key()).collect();
            *left = left.checked_sub(own.len())?;
            let first = in_order.len();
            // Of duplicate keys in one object the last one counts.
            let new = own.into_iter().rev().map(|(key, _)| key);
            let new = new.filter(|key| keys.insert(key.text()));
            in_order.extend(new.map(|key| key.id));
            if let Some(new) = in_order.get_mut(first..) {
                new.reverse();
            }
            open.extend(source.merge_sources());
        }
        let mut by_text = in_order.clone();
        by_text.sort_by_cached_key(|&key| self.tree.node(key).text());
        Some(Merged {
            in_order: in_order.into(),
            by_text: by_text.into(),
        })
    }

    /// The objects that the merge keys of an object name, the first one last.
    fn merge_sources(self) -> Vec<NodeRef<'t>> {
        let keys = self.written_entries().filter(|(key, _)| key.is_merge_key());
        let named = keys.flat_map(|(_, value)| {
            let value = value.resolved();
            let is_array = value.kind() == Kind::Array;
            let single = (!is_array).then_some(value);
            single.into_iter().chain(value.items())
        });
        let mut sources: Vec<_> = named
            .filter(|source| source.kind() == Kind::Object)
            .collect();
        sources.reverse();
        sources
    }
}

#[cfg(test)]
mod tests {
    use crate::{source::Text, syntax::yaml};

    #[test]
    fn an_object_has_what_it_merges_after_its_own_and_the_first_of_each_key() {
        let text = "\
            base: &base {a: base, b: base, b: last, z: base}\n\
            more: &more {<<: *base, c: more, a: more}\n\
            both: {a: own, <<: [*more, {d: inline, c: inline}], y: own, <<: {e: again}}\n";
        let stream = yaml::parse(&Text::from(text));
        assert_eq!(stream.faults, []);
        let root = stream.tree.documents().next().expect("a document");
        let both = root.get("both").expect("`both`");
        let entries = both.entries();
        let entries: Vec<_> = entries
            .map(|(key, value)| format!("{} {}", key.text(), value.text()))
            .collect();
        assert_eq!(
            entries,
            [
                "a own", "y own", "c more", "b last", "z base", "d inline", "e again"
            ]
        );
        for entry in both.entries() {
            assert_eq!(both.entry(&entry.0.text()), Some(entry));
        }
        assert_eq!(both.entry("none"), None);
    }

    #[test]
    fn merge_keys_that_go_through_too_much_merge_nothing() {
        let nested = |depth: usize, keys: usize| {
            let keys: Vec<_> = (0..keys).map(|number| format!("k{number}: x")).collect();
            let (open, close) = (" {<<:".repeat(depth), "}".repeat(depth));
            let text = Text::from(format!("a:{open} {{{}}}{close}\n", keys.join(", ")));
            let stream = yaml::parse(&text);
            let root = stream.tree.documents().next().expect("a document");
            let merged = root.get("a").and_then(|object| object.get("k1"));
            (merged.is_some(), stream.faults)
        };
        assert_eq!(nested(100, 100), (true, Vec::new()));
        let (is_merged, faults) = nested(100, 12_000);
        assert!(!is_merged);
        let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(
            messages,
            ["with this `<<`, merge keys go through more than a million entries: merge less"]
        );
        // Each of the 86 before goes through the keys, and through the objects between.
        assert_eq!(faults[0].range.start(), "a: {".len() + 86 * " {<<:".len());
    }
}
