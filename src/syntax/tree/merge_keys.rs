//! What merge keys (`<<`, YAML 1.1) bring into the objects that have them.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use foldhash::quality::RandomState;

use super::{Kind, NodeId, NodeRef, Tree};
use crate::source::yaml_scalar::ScalarStyle;

/// The key that merges other objects into its own.
pub(crate) const MERGE_KEY: &str = "<<";

/// Objects with more entries than this remember what they were asked for. To tell whether an entry is a secret, its object is
/// asked for a few others, and would go through all that it merges for each of its entries. To remember takes about as much
/// memory as so many entries, so objects with fewer do not.
const FEW_ENTRIES: usize = 8;

/// How many answers an object remembers. Few keys are asked for again and again.
const MOST_ANSWERS: usize = 16;

/// What the objects with merge keys were asked for, of those with many entries.
pub(super) type AskedObjects = HashMap<NodeId, Mutex<Answers>, RandomState>;

/// The last answers of an object: for a key, that of the merged entry, if there is one.
#[derive(Debug, Default)]
pub(super) struct Answers {
    all: Vec<(Box<str>, Option<NodeId>)>,
    /// The one that the next replaces when there are enough.
    oldest: usize,
}

impl Answers {
    fn to(&self, key: &str) -> Option<Option<NodeId>> {
        let mut all = self.all.iter();
        let (_, answer) = all.find(|(asked, _)| **asked == *key)?;
        Some(*answer)
    }

    fn remember(&mut self, key: &str, answer: Option<NodeId>) {
        let told = (key.into(), answer);
        if self.all.len() < MOST_ANSWERS {
            self.all.push(told);
        } else if let Some(oldest) = self.all.get_mut(self.oldest) {
            *oldest = told;
            self.oldest = (self.oldest + 1) % MOST_ANSWERS;
        }
    }
}

impl Tree {
    fn asked_objects(&self) -> &AskedObjects {
        self.asked_objects.get_or_init(|| {
            let merge_keys = self.nodes().filter(|node| node.is_merge_key());
            let objects = merge_keys.filter_map(NodeRef::parent);
            let large = objects.filter(|object| object.has_many_entries());
            large.map(|object| (object.id, Mutex::default())).collect()
        })
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

    /// The entry with this key that merge keys bring into an object.
    pub(super) fn merged_entry(self, key: &str) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        if !self.tree.has_merge_keys {
            return None;
        }
        let name = if self.has_many_entries() {
            let answers = self.tree.asked_objects().get(&self.id)?;
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.to(key).unwrap_or_else(|| {
                let answer = self.find_merged(key);
                answers.remember(key, answer);
                answer
            })
        } else {
            self.find_merged(key)
        };
        let name = self.tree.node(name?);
        let value = self.tree.node(NodeId(name.raw()?.end));
        Some((name, value.resolved()))
    }

    fn has_many_entries(self) -> bool {
        self.written_entries().nth(FEW_ENTRIES).is_some()
    }

    fn find_merged(self, key: &str) -> Option<NodeId> {
        let mut open = self.merge_sources();
        let mut seen: HashSet<NodeId, RandomState> = HashSet::default();
        seen.insert(self.id);
        while let Some(source) = open.pop() {
            if !seen.insert(source.id) {
                continue;
            }
            if let Some((name, _)) = source.own_entry_named(key) {
                return Some(name.id);
            }
            open.extend(source.merge_sources());
        }
        None
    }

    /// What the merge keys of an object bring in. The object's own keys come before merged ones, and of several merged
    /// objects the first one with a key (YAML 1.1, merge key type).
    pub(super) fn merged_entries(self) -> Vec<(NodeRef<'t>, NodeRef<'t>)> {
        let mut merged = Vec::new();
        if !self.tree.has_merge_keys {
            return merged;
        }
        let mut open = self.merge_sources();
        if open.is_empty() {
            return merged;
        }
        let own = self.written_entries();
        let own = own.filter(|(key, _)| !key.is_merge_key());
        let mut keys: HashSet<Cow<'t, str>, RandomState> = own.map(|(key, _)| key.text()).collect();
        // One that is merged again brings in nothing more, so a bomb of merges costs what its text costs.
        let mut seen: HashSet<NodeId, RandomState> = HashSet::default();
        seen.insert(self.id);
        while let Some(source) = open.pop() {
            if !seen.insert(source.id) {
                continue;
            }
            let own: Vec<_> = source
                .written_entries()
                .filter(|(key, _)| !key.is_merge_key())
                .collect();
            let first = merged.len();
            // Of duplicate keys in one object the last one counts.
            let new = own.into_iter().rev();
            let new = new.filter(|(key, _)| keys.insert(key.text()));
            merged.extend(new.map(|(key, value)| (key, value.resolved())));
            if let Some(new) = merged.get_mut(first..) {
                new.reverse();
            }
            open.extend(source.merge_sources());
        }
        merged
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
    fn a_quoted_merge_key_is_a_key_that_can_be_merged() {
        let text = "a: &a {\"<<\": quoted, b: 1}\nc: {<<: *a, d: 2}\n";
        let stream = yaml::parse(&Text::from(text));
        let root = stream.tree.documents().next().expect("a document");
        let merged = root.get("c").expect("`c`");
        let entries = merged.entries().map(|(key, _)| key.text());
        assert_eq!(entries.collect::<Vec<_>>(), ["d", "<<", "b"]);
        let quoted = merged.get("<<").map(|value| value.text());
        assert_eq!(quoted.as_deref(), Some("quoted"));
    }

    #[test]
    fn objects_with_many_entries_answer_as_often_as_they_are_asked() {
        let keys =
            |from: usize| (from..from + 40).map(move |number| format!("k{number}: {from}\n"));
        let indented = keys(30).map(|line| format!("  {line}")).collect::<String>();
        let text = format!("{}<<:\n{indented}", keys(0).collect::<String>());
        let stream = yaml::parse(&Text::from(text));
        assert_eq!(stream.faults, []);
        let root = stream.tree.documents().next().expect("a document");
        for _ in 0..3 {
            for number in 0..80 {
                let told = root.get(&format!("k{number}"));
                let told = told.map(|value| value.text().into_owned());
                let expected = match number {
                    0..40 => Some("0"),
                    40..70 => Some("30"),
                    _ => None,
                };
                assert_eq!(told.as_deref(), expected, "k{number}");
                let again = root.get(&format!("k{}", number / 2)).is_some();
                assert_eq!(again, number / 2 < 70);
            }
        }
    }
}
