//! Embedded texts without regard to where they stand. The packs of a batch have the same values again and again: what is
//! equal is decoded, parsed and searched once.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    fmt,
    hash::BuildHasher,
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use foldhash::quality::RandomState;

use super::embedded::EmbeddedYaml;
use crate::source::{Encoding, Layer, LineIndex, Text};

/// A text, and what was found out about it so far.
pub(super) struct SharedText {
    text: Text,
    yaml: OnceLock<EmbeddedYaml>,
    lines: OnceLock<LineIndex>,
    known: Mutex<Vec<(TypeId, Known)>>,
}

/// Something that is known of a text.
type Known = Arc<dyn Any + Send + Sync>;

impl fmt::Debug for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedText")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

impl SharedText {
    pub(super) fn new(text: Text) -> Self {
        Self {
            text,
            yaml: OnceLock::new(),
            lines: OnceLock::new(),
            known: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn text(&self) -> &Text {
        &self.text
    }

    /// Parsed when first asked: a rewrite reads the names of a whole batch before it looks into any values.
    pub(super) fn yaml(&self) -> &EmbeddedYaml {
        self.yaml.get_or_init(|| EmbeddedYaml::parse(&self.text))
    }

    pub(super) fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// What is known of the text, found out when first asked; one answer for each type.
    pub(super) fn known<T: Any + Send + Sync>(&self, find_out: impl FnOnce() -> T) -> Arc<T> {
        let found = |known: &[(TypeId, Known)]| {
            let (_, known) = known.iter().find(|(id, _)| *id == TypeId::of::<T>())?;
            Arc::clone(known).downcast::<T>().ok()
        };
        if let Some(known) = found(&lock(&self.known)) {
            return known;
        }
        // Not under the lock: whoever finds something out may ask for something else that is known.
        let new = Arc::new(find_out());
        let mut known = lock(&self.known);
        if let Some(known) = found(&known) {
            return known;
        }
        known.push((TypeId::of::<T>(), Arc::clone(&new) as Known));
        new
    }
}

/// The texts that a run has seen more than once, up to some size: then those go that were not seen for the longest.
///
/// Texts that are customised are seen once, and would drive out those that come with packs.
#[derive(Debug)]
pub struct TextCache {
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
}

/// The texts of one part of the hashes, in two generations. What is found in the old one moves to the young one; when
/// that is full it becomes the old one, and what is in the old one goes.
#[derive(Debug, Default)]
struct Shard {
    young: Generation,
    old: Generation,
    /// The hashes of texts that were seen once.
    seen: HashSet<u64, foldhash::fast::FixedState>,
    /// About how large the young generation is, in bytes.
    size: usize,
}

type Generation = HashMap<u64, Vec<Entry>, foldhash::fast::FixedState>;

#[derive(Debug)]
struct Entry {
    is_json: bool,
    /// The text as it is written in JSON; of YAML, where that depends on what is around it, the decoded text.
    written: Text,
    shared: Arc<SharedText>,
}

/// So many threads can look up a text at once without waiting for each other, mostly.
const SHARDS: usize = 8;

/// So many hashes are kept in a shard.
const MOST_SEEN: usize = 1 << 14;

/// How large all young generations may become, in bytes; the old ones may be as large again.
const LARGEST: usize = 12 << 20;

/// About how many bytes a text needs for each of its own, with its tree and as it is written.
const BYTES_FOR_BYTE: usize = 4;

/// What a text needs however short it is.
const LEAST: usize = 512;

impl Default for TextCache {
    fn default() -> Self {
        Self {
            hasher: RandomState::default(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
}

impl TextCache {
    /// The text of a layer, which takes it from here where it is known.
    pub(super) fn text_of(&self, layer: &Layer) -> Arc<SharedText> {
        let is_json = layer.encoding() == Encoding::JsonString;
        let written = if is_json {
            layer.source()
        } else {
            layer.text()
        };
        let size = written.len() * BYTES_FOR_BYTE + LEAST;
        // One that fills the memory alone is not worth what it drives out.
        if size > LARGEST / SHARDS / 2 {
            return Arc::new(SharedText::new(layer.text().clone()));
        }
        let hash = self.hasher.hash_one((is_json, written));
        let number = usize::try_from(hash >> 32).unwrap_or_default() % SHARDS;
        let Some(shard) = self.shards.get(number) else {
            return Arc::new(SharedText::new(layer.text().clone()));
        };
        let is_it = |entry: &Entry| entry.is_json == is_json && *entry.written == *written;
        let mut shard = lock(shard);
        let young = shard.young.get(&hash);
        if let Some(entry) = young.and_then(|young| young.iter().find(|entry| is_it(entry))) {
            return Arc::clone(&entry.shared);
        }
        let known = shard.take_old(hash, is_it);
        if known.is_none() && shard.sees_first(hash) {
            return Arc::new(SharedText::new(layer.text().clone()));
        }
        let entry = known.unwrap_or_else(|| {
            let text = layer.text().clone();
            let written = if *text == *written {
                text.clone()
            } else {
                Text::from(written)
            };
            Entry {
                is_json,
                written,
                shared: Arc::new(SharedText::new(text)),
            }
        });
        let shared = Arc::clone(&entry.shared);
        shard.add(hash, entry, size);
        shared
    }
}

impl Shard {
    /// Whether no text with this hash was seen before.
    fn sees_first(&mut self, hash: u64) -> bool {
        if self.seen.len() >= MOST_SEEN {
            self.seen.clear();
        }
        self.seen.insert(hash)
    }

    fn take_old(&mut self, hash: u64, is_it: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let old = self.old.get_mut(&hash)?;
        let at = old.iter().position(is_it)?;
        Some(old.swap_remove(at))
    }

    fn add(&mut self, hash: u64, entry: Entry, size: usize) {
        if self.size + size > LARGEST / SHARDS {
            self.old = mem::take(&mut self.young);
            self.size = 0;
        }
        self.size += size;
        self.young.entry(hash).or_default().push(entry);
    }
}

/// What a panicking thread leaves behind is whole: nothing is changed in more than one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{LARGEST, SharedText, TextCache};
    use crate::source::{Encoding, Layer, Text, TextRange};

    fn text_of(cache: &TextCache, written: &str) -> Arc<SharedText> {
        let host = Text::from(format!("\"{written}\""));
        let inside = TextRange::new(1, host.len() - 1);
        cache.text_of(&Layer::new(&host, inside, Encoding::JsonString, None))
    }

    #[test]
    fn equal_texts_are_one_from_the_second_on() {
        let cache = TextCache::default();
        let [first, second, third] = [0, 1, 2].map(|_| text_of(&cache, r"a: 1\nb: \u00e9\n"));
        assert_eq!(&**first.text(), "a: 1\nb: é\n");
        assert!(!Arc::ptr_eq(&first, &second));
        assert!(Arc::ptr_eq(&second, &third));
        assert_eq!(second.text(), first.text());
        // The same text, written in another way, is another one.
        assert!(!Arc::ptr_eq(&third, &text_of(&cache, r"a: 1\nb: é\n")));
    }

    #[test]
    fn what_is_known_of_a_text_is_found_out_once() {
        let text = SharedText::new(Text::from("a: 1\n"));
        let known = text.known(|| 7_u8);
        assert_eq!(*known, 7);
        assert_eq!(*text.known(|| 8_u8), 7);
        assert_eq!(*text.known(|| 9_u16), 9);
    }

    #[test]
    fn what_is_seen_often_outlives_what_is_not() {
        let cache = TextCache::default();
        let often = "often: 1\\n".repeat(50);
        text_of(&cache, &often);
        let kept = text_of(&cache, &often);
        for number in 0..4 * LARGEST / 40_000 {
            let other = format!("n: {number}\\n{}", "x: y\\n".repeat(1_500));
            text_of(&cache, &other);
            text_of(&cache, &other);
            if number % 8 == 0 {
                assert!(Arc::ptr_eq(&kept, &text_of(&cache, &often)), "{number}");
            }
        }
        let sizes = cache.shards.iter().map(|shard| super::lock(shard).size);
        assert!(sizes.sum::<usize>() <= LARGEST);
    }
}
