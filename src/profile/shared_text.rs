//! Embedded texts without regard to where they stand. The packs of a batch have the same values again and again: what is
//! equal is decoded, parsed and searched once.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    fmt,
    hash::BuildHasher,
    marker::PhantomData,
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use foldhash::quality::RandomState;

use super::embedded::EmbeddedYaml;
use crate::{
    source::{Encoding, Layer, LineIndex, Text, common_prefix, decode_json_string},
    syntax::{CommonLines, common_lines, json::KnownStrings},
};

/// A text, and what was found out about it so far.
pub(super) struct SharedText {
    text: Text,
    like: Option<Like>,
    yaml: OnceLock<EmbeddedYaml>,
    lines: OnceLock<LineIndex>,
    known: Mutex<Vec<(TypeId, Known)>>,
}

/// A known text that another one is like, and the lines that both have.
struct Like {
    shared: Arc<SharedText>,
    lines: OnceLock<Vec<CommonLines>>,
}

/// Where a search that `T` stands for finds something in a text, in bytes and in order.
pub(super) struct Hits<T> {
    pub(super) at: Vec<usize>,
    search: PhantomData<fn() -> T>,
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
            like: None,
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
        self.yaml.get_or_init(|| {
            let like = self.like().map(|(like, lines)| (like.yaml(), lines));
            EmbeddedYaml::parse(&self.text, like)
        })
    }

    /// A known text that it is like, and the lines that both have.
    fn like(&self) -> Option<(&Self, &[CommonLines])> {
        let like = self.like.as_ref()?;
        let lines = || common_lines(&self.text, &like.shared.text);
        Some((&like.shared, like.lines.get_or_init(lines)))
    }

    /// Where a search finds something, line by line. Lines that are known are not searched again.
    pub(super) fn hits<T: Any>(
        &self,
        search: &impl Fn(&str) -> Box<dyn Iterator<Item = usize> + '_>,
    ) -> Arc<Hits<T>> {
        self.known(|| {
            let mut at = Vec::new();
            let mut from = 0;
            if let Some((like, lines)) = self.like() {
                let known = like.hits::<T>(search);
                for lines in lines {
                    let before = self.text.get(from..lines.start).unwrap_or_default();
                    at.extend(search(before).map(|at| from + at));
                    let there = lines.other..lines.other + (lines.end - lines.start);
                    let first = known.at.partition_point(|at| *at < there.start);
                    let known = known.at.get(first..).unwrap_or_default().iter();
                    let known = known.take_while(|at| **at < there.end);
                    at.extend(known.map(|at| at - lines.other + lines.start));
                    from = lines.end;
                }
            }
            let rest = self.text.get(from..).unwrap_or_default();
            at.extend(search(rest).map(|at| from + at));
            at.sort_unstable();
            Hits {
                at,
                search: PhantomData,
            }
        })
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

/// The texts of a run that were the first to begin in their way, or were seen more than once, up to some size: then those
/// go that were not seen for the longest.
///
/// Texts that are customised are seen once, and would drive out those that come with packs. They are like one of these, and
/// what is known of its lines is known of theirs.
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
    /// The hashes of texts that were seen once, and begin like another.
    seen: HashSet<u64, foldhash::fast::FixedState>,
    /// About how large the young generation is, in bytes.
    size: usize,
}

/// Texts by the hash of their beginnings.
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
const LARGEST: usize = 10 << 20;

/// About how many bytes a text needs for each of its own, with its tree and as it is written.
const BYTES_FOR_BYTE: usize = 3;

/// What a text needs however short it is.
const LEAST: usize = 512;

/// So many bytes tell a text from nearly all others. The values of many packs begin with the same comments.
const BEGINNING: usize = 256;

/// So many texts that begin alike are kept: each is compared with what is looked for.
const MOST_ALIKE: usize = 32;

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
    fn text_of(&self, layer: &Layer) -> Arc<SharedText> {
        let is_json = layer.encoding() == Encoding::JsonString;
        let written = if is_json {
            layer.source()
        } else {
            layer.text()
        };
        let new = || Arc::new(SharedText::new(layer.text().clone()));
        // One that fills the memory alone is not worth what it drives out.
        if size_of(written) > LARGEST / SHARDS / 2 {
            return new();
        }
        let beginning = written.as_bytes().get(..BEGINNING);
        let beginning = beginning.unwrap_or(written.as_bytes());
        let Some((hash, shard)) = self.shard(is_json, beginning) else {
            return new();
        };
        let is_it = |entry: &Entry| entry.is_json == is_json && *entry.written == *written;
        if let Some((shared, _)) = lock(shard).find(hash, is_it) {
            return shared;
        }
        let whole = self.hasher.hash_one((is_json, written));
        let like = {
            let mut shard = lock(shard);
            // One of its kind is kept at once: those that come after it are likely to be it, or like it.
            let like = shard.like(hash, is_json, written);
            like.filter(|_| shard.sees_first(whole))
        };
        if let Some(shared) = like {
            return Arc::new(SharedText {
                like: Some(Like {
                    shared,
                    lines: OnceLock::new(),
                }),
                ..SharedText::new(layer.text().clone())
            });
        }
        // One that is kept keeps no other.
        let shared = new();
        let written = if *shared.text == *written {
            shared.text.clone()
        } else {
            Text::from(written)
        };
        let entry = Entry {
            is_json,
            written,
            shared: Arc::clone(&shared),
        };
        lock(shard).add(hash, entry);
        shared
    }

    /// A text that a JSON string with escapes holds, and the length of the string; `rest` is what follows its opening
    /// quote.
    fn in_json(&self, rest: &str) -> Option<(Arc<SharedText>, usize)> {
        let rest = rest.as_bytes();
        let (hash, shard) = self.shard(true, rest.get(..BEGINNING)?)?;
        let is_it = |entry: &Entry| {
            let written = entry.written.as_bytes();
            entry.is_json && rest.get(written.len()) == Some(&b'"') && rest.starts_with(written)
        };
        lock(shard).find(hash, is_it)
    }

    /// The hash of a text that begins with these bytes, and where it is kept.
    fn shard(&self, is_json: bool, beginning: &[u8]) -> Option<(u64, &Mutex<Shard>)> {
        let hash = self.hasher.hash_one((is_json, beginning));
        let number = usize::try_from(hash >> 32).unwrap_or_default() % SHARDS;
        Some((hash, self.shards.get(number)?))
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

    /// A text, and the length of what is written for it.
    fn find(
        &mut self,
        hash: u64,
        is_it: impl Fn(&Entry) -> bool,
    ) -> Option<(Arc<SharedText>, usize)> {
        let found = |entry: &Entry| (Arc::clone(&entry.shared), entry.written.len());
        let young = self.young.get(&hash).map(Vec::as_slice);
        let young = young.unwrap_or_default().iter();
        if let Some(entry) = young.clone().find(|entry| is_it(entry)) {
            return Some(found(entry));
        }
        let old = self.old.get_mut(&hash)?;
        let at = old.iter().position(is_it)?;
        let entry = old.swap_remove(at);
        let found = found(&entry);
        self.add(hash, entry);
        Some(found)
    }

    /// The text that is written like another one for the longest, of those with this hash.
    fn like(&self, hash: u64, is_json: bool, written: &str) -> Option<Arc<SharedText>> {
        let generations = [&self.young, &self.old].into_iter();
        let texts = generations.filter_map(|texts| texts.get(&hash)).flatten();
        let texts = texts.filter(|text| text.is_json == is_json);
        let same = |text: &&Entry| common_prefix(text.written.as_bytes(), written.as_bytes());
        let like = texts.max_by_key(same)?;
        Some(Arc::clone(&like.shared))
    }

    fn add(&mut self, hash: u64, entry: Entry) {
        let size = size_of(&entry.written);
        if self.size + size > LARGEST / SHARDS {
            self.old = mem::take(&mut self.young);
            self.size = 0;
        }
        self.size += size;
        let alike = self.young.entry(hash).or_default();
        if alike.len() >= MOST_ALIKE {
            self.size -= size_of(&alike.remove(0).written);
        }
        alike.push(entry);
    }
}

/// About how many bytes a text takes here.
fn size_of(written: &str) -> usize {
    written.len() * BYTES_FOR_BYTE + LEAST
}

/// The embedded texts of one file, some of which the run may have seen before.
#[derive(Debug)]
pub(super) struct FileTexts<'c> {
    cache: Option<&'c TextCache>,
    /// Those that were met when the file was parsed, with the first byte of each, in order.
    met: Vec<(usize, Arc<SharedText>)>,
    /// Those that were read when the file was parsed, with the first byte of each, in order.
    read: Vec<(usize, Text)>,
}

impl<'c> FileTexts<'c> {
    pub(super) fn new(cache: Option<&'c TextCache>) -> Self {
        Self {
            cache,
            met: Vec::new(),
            read: Vec::new(),
        }
    }

    /// The text of a layer of the file.
    pub(super) fn text_of(&self, layer: &Layer) -> Arc<SharedText> {
        let start = layer.raw().start();
        let met = self.met.binary_search_by_key(&start, |(start, _)| *start);
        if let Some((_, shared)) = met.ok().and_then(|at| self.met.get(at)) {
            return Arc::clone(shared);
        }
        let read = self.read.binary_search_by_key(&start, |(start, _)| *start);
        if let Some((_, text)) = read.ok().and_then(|at| self.read.get(at)) {
            debug_assert_eq!(**text, *decode_json_string(layer.source()));
            layer.is_known(text);
        }
        match self.cache {
            Some(cache) => cache.text_of(layer),
            None => Arc::new(SharedText::new(layer.text().clone())),
        }
    }
}

impl KnownStrings for FileTexts<'_> {
    fn length_at(&mut self, text: &str, start: usize) -> Option<usize> {
        let (shared, length) = self.cache?.in_json(text.get(start..)?)?;
        self.met.push((start, shared));
        Some(length)
    }

    fn read(&mut self, start: usize, mut text: String) {
        text.shrink_to_fit();
        self.read.push((start, text.into()));
    }
}

/// What a panicking thread leaves behind is whole: nothing is changed in more than one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{BEGINNING, FileTexts, LARGEST, MOST_ALIKE, SharedText, TextCache};
    use crate::{
        source::{Encoding, Layer, Text, TextRange},
        syntax::json::{self, KnownStrings},
    };

    fn text_of(cache: &TextCache, written: &str) -> Arc<SharedText> {
        let host = Text::from(format!("\"{written}\""));
        let inside = TextRange::new(1, host.len() - 1);
        cache.text_of(&Layer::new(&host, inside, Encoding::JsonString, None))
    }

    #[test]
    fn equal_texts_are_one() {
        let cache = TextCache::default();
        let [first, second] = [0, 1].map(|_| text_of(&cache, r"a: 1\nb: \u00e9\n"));
        assert_eq!(&**first.text(), "a: 1\nb: é\n");
        assert!(Arc::ptr_eq(&first, &second));
        // The same text, written in another way, is another one.
        assert!(!Arc::ptr_eq(&first, &text_of(&cache, r"a: 1\nb: é\n")));
    }

    #[test]
    fn texts_that_begin_like_a_known_one_are_kept_from_the_second_on() {
        let cache = TextCache::default();
        let beginning = format!(r"# {}\n", "-".repeat(BEGINNING));
        text_of(&cache, &beginning);
        let written = format!(r"{beginning}a: 1\n");
        let [first, second, third] = [0, 1, 2].map(|_| text_of(&cache, &written));
        assert!(first.like.is_some());
        assert!(!Arc::ptr_eq(&first, &second));
        // What is kept does not keep another text.
        assert!(second.like.is_none());
        assert!(Arc::ptr_eq(&second, &third));
        assert_eq!(second.text(), first.text());
    }

    #[test]
    fn hits_in_known_lines_are_those_of_the_known_text() {
        let cache = TextCache::default();
        let beginning = format!(r"# {}\n", "-".repeat(BEGINNING));
        let known = [r"key: hit hit\n", r"another: none\n", r"third: a hit\n"];
        text_of(&cache, &[&beginning, &*known.concat()].concat());
        let others = [
            vec![],
            vec![r"another: a hit\n"],
            vec![known[0], r"new: 1\n", known[2]],
            vec![r"new: hit\n", known[2], known[1]],
            vec![known[2], known[1], known[0], "hit"],
        ];
        struct Search;
        for lines in others {
            let text = text_of(&cache, &[&beginning, &*lines.concat()].concat());
            assert!(text.like.is_some());
            let hits =
                text.hits::<Search>(&|text| Box::new(text.match_indices("hit").map(|(at, _)| at)));
            let all = text.text().match_indices("hit").map(|(at, _)| at);
            assert_eq!(hits.at, all.collect::<Vec<_>>(), "{lines:?}");
        }
    }

    #[test]
    fn strings_of_a_file_that_are_known_are_not_read_again() {
        let cache = TextCache::default();
        let known = format!(r#"# {}\na: \"1\"\n"#, "-".repeat(BEGINNING));
        text_of(&cache, &known);
        let shared = text_of(&cache, &known);
        let lengths = |host: &str| {
            let mut texts = FileTexts::new(Some(&cache));
            let tree = json::parse_with(&Text::from(host), &mut texts).ok()?;
            let items = tree.documents().next()?.items();
            let lengths: Vec<usize> = items.map(|item| item.text().len()).collect();
            Some((
                lengths,
                texts
                    .met
                    .iter()
                    .map(|(start, _)| *start)
                    .collect::<Vec<_>>(),
            ))
        };
        let length = shared.text().len();
        let one = format!(r#"["", "{known}", 1]"#);
        assert_eq!(lengths(&one), Some((vec![0, length, 1], vec![6])));
        // What goes on after the known text, ends before it, or differs in it, is another one.
        let longer = format!(r#"["{known}b"]"#);
        assert_eq!(lengths(&longer), Some((vec![length + 1], vec![])));
        let shorter = format!(r#"["{}"]"#, known.strip_suffix(r"\n").expect("an end"));
        assert_eq!(lengths(&shorter), Some((vec![length - 1], vec![])));
        let other = format!(r#"["{}"]"#, known.replace("a:", "b:"));
        assert_eq!(lengths(&other), Some((vec![length], vec![])));
        assert_eq!(lengths(&format!(r#"["{known}"#)), None);
        assert_eq!(FileTexts::new(None).length_at(&one, 6), None);
    }

    #[test]
    fn only_some_texts_that_begin_alike_are_kept() {
        let cache = TextCache::default();
        let alike = |number: usize| format!("# {}\\n{number}", "-".repeat(BEGINNING));
        for number in 0..2 * MOST_ALIKE {
            text_of(&cache, &alike(number));
            text_of(&cache, &alike(number));
        }
        let kept = |number| Arc::strong_count(&text_of(&cache, &alike(number))) > 1;
        assert!(kept(2 * MOST_ALIKE - 1));
        let entries = cache.shards.iter().flat_map(|shard| {
            let shard = super::lock(shard);
            shard.young.values().map(Vec::len).collect::<Vec<_>>()
        });
        assert_eq!(entries.collect::<Vec<_>>(), [MOST_ALIKE]);
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
