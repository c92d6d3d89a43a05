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

use super::{Embedded, ProfileFile, embedded::EmbeddedYaml};
use crate::{
    source::{Edit, Encoding, Layer, LineIndex, Text, common_prefix, decode_json_string, moved},
    syntax::{
        CommonLines, KnownLines, WrittenLines, common_lines,
        json::{KnownString, KnownStrings, ReadString},
    },
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
#[derive(Debug)]
struct Like {
    known: Arc<KnownText>,
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
        let known = &like.known.shared;
        let lines = || common_lines(&self.text, &known.text);
        Some((known, like.lines.get_or_init(lines)))
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
type Generation = HashMap<u64, Vec<Arc<KnownText>>, foldhash::fast::FixedState>;

/// A text that is kept.
#[derive(Debug)]
struct KnownText {
    is_json: bool,
    /// The text as it is written in JSON; of YAML, where that depends on what is around it, the decoded text.
    written: Text,
    shared: Arc<SharedText>,
    /// The lines of what is written in JSON, once another text is like it.
    lines: OnceLock<Option<KnownLines>>,
}

impl KnownText {
    /// The lines that it has in common with a JSON string; `rest` is what follows the opening quote of that.
    fn in_common(&self, rest: &str) -> Vec<WrittenLines> {
        let lines = || KnownLines::of_json(&self.written, &self.shared.text);
        let lines = self.lines.get_or_init(lines).as_ref();
        lines
            .map(|lines| lines.in_common(&self.written, rest))
            .unwrap_or_default()
    }
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
    /// The text of a layer, which takes it from here where it is known. `like` is a known text that it is like, where
    /// somebody has looked for it.
    fn text_of(&self, layer: &Layer, like: Option<Like>) -> Arc<SharedText> {
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
        let whole = || self.hasher.hash_one((is_json, written));
        let mut shard = lock(shard);
        let like = match like {
            Some(like) => Some(like),
            None => {
                let is_it =
                    |known: &KnownText| known.is_json == is_json && *known.written == *written;
                if let Some(known) = shard.find(hash, is_it) {
                    return Arc::clone(&known.shared);
                }
                shard.like(hash, is_json, written).map(|known| Like {
                    known,
                    lines: OnceLock::new(),
                })
            }
        };
        // One of its kind is kept at once: those that come after it are likely to be it, or like it.
        if let Some(like) = like.filter(|_| shard.sees_first(whole())) {
            return Arc::new(SharedText {
                like: Some(like),
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
        let known = Arc::new(KnownText {
            is_json,
            written,
            shared: Arc::clone(&shared),
            lines: OnceLock::new(),
        });
        shard.add(hash, known);
        shared
    }

    /// The known text that a JSON string with escapes holds, or that it is like: then it is not the whole string. `rest`
    /// is what follows its opening quote.
    fn in_json(&self, rest: &str) -> Option<(Arc<KnownText>, bool)> {
        let bytes = rest.as_bytes();
        let (hash, shard) = self.shard(true, bytes.get(..BEGINNING)?)?;
        let is_it = |known: &KnownText| {
            let written = known.written.as_bytes();
            known.is_json && bytes.get(written.len()) == Some(&b'"') && bytes.starts_with(written)
        };
        let mut shard = lock(shard);
        let whole = shard.find(hash, is_it);
        let is_whole = whole.is_some();
        let known = whole.or_else(|| shard.like(hash, true, rest))?;
        Some((known, is_whole))
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

    /// The text that is it.
    fn find(&mut self, hash: u64, is_it: impl Fn(&KnownText) -> bool) -> Option<Arc<KnownText>> {
        let young = self.young.get(&hash).map(Vec::as_slice);
        let mut young = young.unwrap_or_default().iter();
        if let Some(known) = young.find(|known| is_it(known)) {
            return Some(Arc::clone(known));
        }
        let old = self.old.get_mut(&hash)?;
        let at = old.iter().position(|known| is_it(known))?;
        let known = old.swap_remove(at);
        self.add(hash, Arc::clone(&known));
        Some(known)
    }

    /// The text that is written like another one for the longest, of those with this hash.
    fn like(&self, hash: u64, is_json: bool, written: &str) -> Option<Arc<KnownText>> {
        let generations = [&self.young, &self.old].into_iter();
        let texts = generations.filter_map(|texts| texts.get(&hash)).flatten();
        let texts = texts.filter(|text| text.is_json == is_json);
        let same =
            |text: &&Arc<KnownText>| common_prefix(text.written.as_bytes(), written.as_bytes());
        texts.max_by_key(same).map(Arc::clone)
    }

    fn add(&mut self, hash: u64, known: Arc<KnownText>) {
        let size = size_of(&known.written);
        if self.size + size > LARGEST / SHARDS {
            self.old = mem::take(&mut self.young);
            self.size = 0;
        }
        self.size += size;
        let alike = self.young.entry(hash).or_default();
        if alike.len() >= MOST_ALIKE {
            self.size -= size_of(&alike.remove(0).written);
        }
        alike.push(known);
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
    /// Those that the file had before it was edited, with the first byte where each stands now, in order.
    before: Vec<(usize, &'c Embedded)>,
    /// Those that were met when the file was parsed, with the first byte of each, in order.
    met: Vec<(usize, Met)>,
    /// The known text that the string is like which is being read.
    like: Option<Arc<KnownText>>,
}

/// A text that was met when a file was parsed.
#[derive(Debug)]
enum Met {
    /// It is known.
    Known(Arc<SharedText>),
    /// It was read, and has lines in common with a known text.
    Read {
        text: Text,
        like: Option<(Arc<KnownText>, Vec<CommonLines>)>,
    },
}

impl<'c> FileTexts<'c> {
    pub(super) fn new(cache: Option<&'c TextCache>) -> Self {
        Self {
            cache,
            before: Vec::new(),
            met: Vec::new(),
            like: None,
        }
    }

    /// The texts of a file that comes of another one by edits.
    pub(super) fn of_edited(cache: &'c TextCache, before: &'c ProfileFile, edits: &[Edit]) -> Self {
        let before = before.texts_by_place();
        let starts = before.iter().map(|text| text.layer().raw().start());
        let before = moved(starts, edits).zip(before.iter()).collect();
        Self {
            before,
            ..Self::new(Some(cache))
        }
    }

    /// The text that the file had where one starts now.
    fn before(&self, start: usize) -> Option<&'c Embedded> {
        let at = self
            .before
            .binary_search_by_key(&start, |(start, _)| *start);
        self.before.get(at.ok()?).map(|(_, text)| *text)
    }

    /// The text of a layer of the file.
    pub(super) fn text_of(&self, layer: &Layer) -> Arc<SharedText> {
        let start = layer.raw().start();
        let met = self.met.binary_search_by_key(&start, |(start, _)| *start);
        let met = met.ok().and_then(|at| self.met.get(at));
        let like = match met.map(|(_, met)| met) {
            Some(Met::Known(shared)) => return Arc::clone(shared),
            Some(Met::Read { text, like }) => {
                debug_assert_eq!(**text, *decode_json_string(layer.source()));
                layer.is_known(text);
                like.as_ref()
            }
            None => {
                let before = self.before(start);
                if let Some(before) = before.filter(|before| before.text() == layer.text()) {
                    return Arc::clone(before.shared());
                }
                None
            }
        };
        let like = like.map(|(known, lines)| Like {
            known: Arc::clone(known),
            lines: OnceLock::from(lines.clone()),
        });
        match self.cache {
            Some(cache) => cache.text_of(layer, like),
            None => Arc::new(SharedText::new(layer.text().clone())),
        }
    }
}

impl KnownStrings for FileTexts<'_> {
    fn find(&mut self, text: &str, start: usize) -> Option<KnownString> {
        let rest = text.get(start..)?;
        if let Some(before) = self.before(start) {
            let written = before.layer().source();
            let length = written.len();
            if rest.starts_with(written) && rest.as_bytes().get(length) == Some(&b'"') {
                let shared = Arc::clone(before.shared());
                self.met.push((start, Met::Known(shared)));
                return Some(KnownString::Whole { length });
            }
        }
        let (known, is_whole) = self.cache?.in_json(rest)?;
        if is_whole {
            let length = known.written.len();
            self.met
                .push((start, Met::Known(Arc::clone(&known.shared))));
            return Some(KnownString::Whole { length });
        }
        let alike = KnownString::Alike {
            known: known.shared.text.clone(),
            lines: known.in_common(rest),
        };
        self.like = Some(known);
        Some(alike)
    }

    fn read(&mut self, mut string: ReadString) {
        string.text.shrink_to_fit();
        let like = self.like.take().map(|known| (known, string.lines));
        let text = string.text.into();
        self.met.push((string.start, Met::Read { text, like }));
    }
}

/// What a panicking thread leaves behind is whole: nothing is changed in more than one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::{collection::vec, prelude::*, sample::Index};

    use super::{
        BEGINNING, Embedded, FileTexts, LARGEST, MOST_ALIKE, Met, ProfileFile, SharedText,
        TextCache,
    };
    use crate::{
        source::{Edit, Encoding, Layer, Source, Text, TextRange, apply, decode_json_string},
        syntax::{
            Format, Tree,
            json::{self, KnownStrings},
        },
    };

    fn text_of(cache: &TextCache, written: &str) -> Arc<SharedText> {
        let host = Text::from(format!("\"{written}\""));
        let inside = TextRange::new(1, host.len() - 1);
        cache.text_of(&Layer::new(&host, inside, Encoding::JsonString, None), None)
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
        let length = text_of(&cache, &known).text().len();
        let met = |host: &str| {
            let mut texts = FileTexts::new(Some(&cache));
            let tree = json::parse_with(&Text::from(host), &mut texts).ok()?;
            let items = tree.documents().next()?.items();
            let lengths: Vec<usize> = items.map(|item| item.text().len()).collect();
            let met = texts.met.into_iter().map(|(start, met)| match met {
                Met::Known(_) => (start, None),
                Met::Read { like, .. } => (start, like.map(|(_, lines)| lines.len())),
            });
            Some((lengths, met.collect::<Vec<_>>()))
        };
        let one = format!(r#"["", "{known}", 1]"#);
        assert_eq!(met(&one), Some((vec![0, length, 1], vec![(6, None)])));
        // What goes on after the known text, ends before it, or differs in it, is another one that is like it.
        let longer = format!(r#"["{known}b"]"#);
        let alike = |length| Some((vec![length], vec![(2, Some(1))]));
        assert_eq!(met(&longer), alike(length + 1));
        let shorter = format!(r#"["{}"]"#, known.strip_suffix(r"\n").expect("an end"));
        assert_eq!(met(&shorter), alike(length - 1));
        let other = format!(r#"["{}"]"#, known.replace("a:", "b:"));
        assert_eq!(met(&other), alike(length));
        assert_eq!(met(&format!(r#"["{known}"#)), None);
        assert!(FileTexts::new(None).find(&one, 6).is_none());
    }

    #[test]
    fn what_is_wrong_in_lines_of_a_string_that_differ_is_told() {
        let cache = TextCache::default();
        let beginning = format!(r"# {}\n", "-".repeat(BEGINNING));
        let end = r"another line of it: 1\n";
        text_of(&cache, &format!(r"{beginning}a: 1\n{end}"));
        for line in ["a: \\x", "a: \n", "a: \\ud800", "a: \\u00", "a: \t\\n\\x"] {
            let host = Text::from(format!("[\"{beginning}{line}\\n{end}\"]"));
            let fault = |known: bool| {
                let mut texts = FileTexts::new(Some(&cache).filter(|_| known));
                json::parse_with(&host, &mut texts)
                    .err()
                    .map(|fault| (fault.range, fault.message))
            };
            assert!(fault(false).is_some());
            assert_eq!(fault(true), fault(false), "{line:?}");
        }
    }

    /// A profile whose packs have these values, as a file of a format.
    fn profile(format: Format, values: &[&str]) -> ProfileFile {
        let packs = values.iter().enumerate().map(|(number, values)| {
            let (name, values) = (format!("pack-{number}"), format!("{values:?}"));
            format!(r#"{{"name": "{name}", "tag": "1.0.x", "values": {values}}}"#)
        });
        let packs = packs.collect::<Vec<_>>().join(", ");
        let text = format!(
            r#"{{"metadata": {{"name": "a"}}, "spec": {{"template": {{"type": "add-on", "packs": [{packs}]}}}}}}"#
        );
        ProfileFile::parse_as(Source::new("a", text), format)
    }

    #[test]
    fn texts_of_an_edited_file_are_those_that_it_had() {
        for format in [Format::Json, Format::Yaml] {
            let before = profile(format, &["a: 1\n", "a: 1\nb: 2\n", "c: 3\n", "", "plain"]);
            let text = before.source().text();
            let edit = |old: &str, new: &str| {
                let start = text.find(old).expect("there");
                Edit {
                    range: TextRange::new(start, start + old.len()),
                    text: new.to_owned(),
                }
            };
            // What is edited becomes another text; what is not moves, also behind what is longer and shorter now.
            let edits = [
                edit("c: 3", "a: 1\\nb: 2"),
                edit("pack-1", "another-pack"),
                edit("\"a\"", "\"\""),
                edit("pack-4", "p"),
            ];
            let source = Source::new("a", apply(text, &edits).expect("no overlap"));
            let after = before.parse_edited(source, &edits, &TextCache::default());
            let [olds, news] = [&before, &after].map(|file| {
                let documents = file.documents();
                let texts = documents.flat_map(|(document, _)| document.embedded());
                texts.map(Embedded::shared).collect::<Vec<_>>()
            });
            let pairs = olds.iter().zip(&news);
            let is_kept: Vec<bool> = pairs.map(|(old, new)| Arc::ptr_eq(old, new)).collect();
            assert_eq!(is_kept, [true, true, false, true, true], "{format:?}");
            assert_eq!(&**news[2].text(), "a: 1\nb: 2\n");
        }
    }

    /// What strings are made of, as it is written.
    const PIECES: [&str; 12] = [
        r"\n",
        r"a line of some length: 1\n",
        r"  another one, é, \u00e9\n",
        r#"  a third: \"x\"\n"#,
        r"no line feed: \\n",
        r"a line feed otherwise\u000a",
        r"\\",
        r"\r\n",
        "x",
        r"\ud83d\ude00",
        r"\u00",
        r"\x",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_string_like_a_known_one_is_read_as_it_is_alone(
            known in vec(0..PIECES.len() - 2, 0..20),
            changes in vec((any::<Index>(), 0..3, 0..PIECES.len()), 0..5),
        ) {
            let beginning = format!(r"# {}\n", "-".repeat(BEGINNING));
            let written = |pieces: &[usize]| {
                let pieces = pieces.iter().map(|&piece| PIECES[piece]);
                [&*beginning].into_iter().chain(pieces).collect::<String>()
            };
            let cache = TextCache::default();
            let first = text_of(&cache, &written(&known));
            let mut changed = known;
            for (at, how, piece) in changes {
                let at = at.index(changed.len() + 1);
                match how {
                    0 => changed.insert(at, piece),
                    1 => changed.truncate(at),
                    _ => drop(changed.splice(at..changed.len().min(at + 1), [piece])),
                }
            }
            let host = Text::from(format!("[\"{}\", 1]", written(&changed)));
            let mut texts = FileTexts::new(Some(&cache));
            let alike = json::parse_with(&host, &mut texts);
            let alone = json::parse(&host);
            let text = |tree: &Tree| tree.nodes().map(|node| node.text().into_owned()).collect::<Vec<_>>();
            prop_assert_eq!(
                alike.as_ref().map(text).map_err(|fault| (fault.range, &fault.message)),
                alone.as_ref().map(text).map_err(|fault| (fault.range, &fault.message))
            );
            for (_, met) in &texts.met {
                let Met::Read { text: read, like } = met else { continue };
                let inside = TextRange::new(2, host.rfind('"').expect("an end"));
                prop_assert_eq!(&**read, &*decode_json_string(inside.of(&host)));
                let mut end = (0, 0);
                for lines in like.iter().flat_map(|(_, lines)| lines) {
                    let common = &read[lines.start..lines.end];
                    prop_assert!(common.ends_with('\n') && end <= (lines.start, lines.other));
                    prop_assert_eq!(common, &first.text()[lines.other..][..common.len()]);
                    end = (lines.end, lines.other + common.len());
                }
            }
        }
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
