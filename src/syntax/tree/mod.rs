//! The one tree for JSON and YAML: an arena of nodes with byte ranges, in document order.

mod builder;
mod merge_keys;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    path::Path,
    sync::OnceLock,
};

use crate::source::{
    DEFAULT_MAX_FILE_SIZE, Encoding, JsonHabits, JsonStringStyle, Layer, Text, TextRange,
    decode_json_string, yaml_scalar::ScalarStyle,
};

pub use builder::TreeBuilder;
use merge_keys::AskedObjects;
pub(crate) use merge_keys::MERGE_KEY;

/// The format a tree was read from. It decides how scalars are written, never what a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 8259.
    Json,
    /// YAML 1.2, with the scalar types of [`super::yaml`].
    Yaml,
}

impl Format {
    /// What names of files in this format end with, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }

    /// The format that a file's name tells: JSON for `.json`, YAML for `.yaml` and `.yml`.
    #[must_use]
    pub fn of_name(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`, `~`, or nothing at all where YAML allows it.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// A JSON array or YAML sequence.
    Array,
    /// A JSON object or YAML mapping.
    Object,
    /// A YAML alias (`*name`); its target is in [`NodeRef::alias_target`]. Aliases are never expanded.
    Alias,
}

/// A node's number in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The number itself: nodes are numbered in document order.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The node that [`NodeId::number`] gave this number for.
    #[must_use]
    pub fn numbered(number: u32) -> Self {
        Self(number)
    }
}

/// No node.
const NONE: u32 = u32::MAX;

/// What the aliases of a text may stand for, in bytes: twice as much as the largest file. Texts that packs share are read
/// for each of them.
const MOST_REPEATED: u64 = 2 * DEFAULT_MAX_FILE_SIZE;

/// Objects with more entries than this are searched by hash: whoever asks an object for a key for each of its entries would
/// take as long as it is large, for each of them.
const MANY_ENTRIES: u32 = 64;

/// The last key with each text of an object.
type LastKeys = HashMap<Box<str>, NodeId>;

fn add_to_parent(lengths: &mut [u64], node: usize, parent: Option<usize>) {
    let length = lengths.get(node).copied().unwrap_or_default();
    if let Some(parent) = parent.and_then(|parent| lengths.get_mut(parent)) {
        *parent = parent.saturating_add(length);
    }
}

/// One node of the arena. The children of a node follow it; those of an object alternate between key and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawNode {
    /// What it is.
    pub kind: Kind,
    /// How a YAML scalar is written; plain for everything else.
    pub style: ScalarStyle,
    /// Whether a JSON string has escapes.
    pub escaped: bool,
    /// The whole node as written: with its quotes, brackets, or block scalar header.
    pub range: TextRange,
    /// Spaces of indentation of a YAML block scalar's content.
    pub indent: u32,
    /// One past the last node of its subtree.
    end: u32,
    parent: u32,
    /// Its place among the children of its parent, 0-based.
    position: u32,
    /// For a YAML scalar whose text is not its bytes, or those between its quotes: its number in `decoded`. For an alias:
    /// its target.
    extra: u32,
}

impl RawNode {
    /// Where the text of a scalar stands, if it is written as it is.
    #[inline]
    fn text_as_written(&self, format: Format) -> Option<TextRange> {
        let is_written = match (self.kind, format) {
            (Kind::Array | Kind::Object, _) => false,
            (Kind::String, Format::Json) => !self.escaped,
            (Kind::Alias, _) => true,
            _ => self.extra == NONE,
        };
        is_written.then(|| self.written_range(format))
    }

    /// The bytes that the text of a scalar is written with, without quotes.
    #[inline]
    fn written_range(&self, format: Format) -> TextRange {
        let is_quoted = match format {
            Format::Json => self.kind == Kind::String,
            Format::Yaml => self.style.is_quoted(),
        };
        if !is_quoted {
            return self.range;
        }
        let start = self.range.start + 1;
        TextRange {
            start,
            end: self.range.end.saturating_sub(1).max(start),
        }
    }
}

/// Entries of an object, one after another, in a tree that another tree is made like; by the numbers of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherEntries {
    /// The first key.
    key: u32,
    /// The last value.
    value: u32,
    /// One past the last node of that.
    end: u32,
    /// The object.
    parent: u32,
    /// The place of the first key among the children of the object.
    position: u32,
    /// How many keys and values there are.
    children: u32,
    /// Where the last value ends, in bytes.
    pub value_end: usize,
}

impl OtherEntries {
    /// Those of some nodes that are in it, in order, where its first key became `key`.
    pub fn copies_of(self, nodes: &[NodeId], key: NodeId) -> impl Iterator<Item = NodeId> {
        let from = nodes.partition_point(|node| node.0 < self.key);
        let nodes = nodes.get(from..).unwrap_or_default().iter();
        let nodes = nodes.take_while(move |node| node.0 < self.end);
        nodes.map(move |node| NodeId(node.0 - self.key + key.0))
    }
}

/// What stops a text from being a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// Where, in bytes of the parsed text.
    pub range: TextRange,
    /// What was found and what would be right: lower case, without a final period.
    pub message: String,
    /// What caused it, when that is somewhere else: the bracket that is not closed.
    pub related: Option<(TextRange, String)>,
}

/// Whether entries with a key are read.
pub type KeyFilter = fn(&str) -> bool;

/// A parsed text. A YAML text may hold several documents; a JSON text holds one.
#[derive(Debug)]
pub struct Tree {
    text: Text,
    format: Format,
    nodes: Vec<RawNode>,
    decoded: Vec<Box<str>>,
    documents: Vec<NodeId>,
    duplicates: Vec<(NodeId, NodeId)>,
    foreign_tags: Vec<NodeId>,
    /// Which keys it has at most, where others were left out.
    keys: Option<KeyFilter>,
    /// Whether any key is a merge key. Few texts have one, and lookups in the others need not look for it.
    has_merge_keys: bool,
    has_aliases: bool,
    json_style: OnceLock<JsonStringStyle>,
    marked: OnceLock<HashSet<NodeId>>,
    /// The aliases of every node that has some, when first asked.
    aliases: OnceLock<HashMap<NodeId, Vec<NodeId>>>,
    /// The keys of every object with many entries, when first asked.
    large_objects: OnceLock<HashMap<NodeId, LastKeys>>,
    /// What was asked of the objects with merge keys, when first asked.
    asked_objects: OnceLock<AskedObjects>,
}

/// A node together with its tree; as cheap to copy as a reference.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl Tree {
    /// The text that was parsed.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The format it was read from.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The root nodes of its documents.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = NodeRef<'_>> {
        self.documents.iter().map(|&id| self.node(id))
    }

    /// The number of the document that a byte of the text lies in or after, 0-based.
    #[must_use]
    pub fn document_at(&self, offset: usize) -> usize {
        self.documents
            .partition_point(|&root| self.node(root).range().start() <= offset)
            .saturating_sub(1)
    }

    /// The root nodes of the documents that hold something. A document of comments only, or `null`, does not.
    pub fn filled_documents(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.documents().filter(|root| !root.is_null())
    }

    /// The node with this number, which must come from this tree.
    #[must_use]
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }

    /// The same of a number that may come from a text that was another one since: then the first node, if it has not so
    /// many.
    #[must_use]
    pub fn node_or_first(&self, id: NodeId) -> NodeRef<'_> {
        let is_here = usize::try_from(id.0).is_ok_and(|number| number < self.nodes.len());
        self.node(if is_here { id } else { NodeId(0) })
    }

    /// About how many bytes it takes besides its text.
    #[must_use]
    pub fn size(&self) -> usize {
        let decoded: usize = self.decoded.iter().map(|text| text.len()).sum();
        self.nodes.len() * size_of::<RawNode>() + decoded
    }

    /// Every node, in document order; keys too.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef<'_>> {
        (0..TextRange::empty(self.nodes.len()).start).map(|id| self.node(NodeId(id)))
    }

    /// The scalar that a byte of the text lies in.
    #[must_use]
    pub fn scalar_at(&self, offset: usize) -> Option<NodeRef<'_>> {
        let after = self
            .nodes
            .partition_point(|node| node.range.start() <= offset);
        let node = self.nodes.get(after.checked_sub(1)?)?;
        let is_in = !matches!(node.kind, Kind::Array | Kind::Object) && offset < node.range.end();
        is_in.then(|| self.node(NodeId(TextRange::empty(after - 1).start)))
    }

    /// The scalars whose texts are not the bytes they are written with, quotes aside, and those texts; of a YAML tree.
    pub fn decoded_scalars(&self) -> impl Iterator<Item = (NodeRef<'_>, &str)> {
        let nodes = if self.decoded.is_empty() {
            &[]
        } else {
            self.nodes.as_slice()
        };
        let decoded = nodes.iter().zip(0..);
        let decoded = decoded.filter(|(raw, _)| raw.extra != NONE && raw.kind != Kind::Alias);
        decoded.filter_map(|(raw, number)| {
            let text = self.decoded.get(raw.extra as usize)?;
            Some((self.node(NodeId(number)), &**text))
        })
    }

    /// Keys that occur again in the same object: the first one and the later one. None in a tree of chosen keys.
    pub fn duplicate_keys(&self) -> impl Iterator<Item = (NodeRef<'_>, NodeRef<'_>)> {
        self.duplicates
            .iter()
            .map(|&(first, again)| (self.node(first), self.node(again)))
    }

    /// The nodes with a tag that says more than a kind of the core schema, such as `!!binary` and `!secret`.
    pub fn foreign_tags(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.foreign_tags.iter().map(|&id| self.node(id))
    }

    /// The entries of a block mapping, from the one whose key begins at a byte with as many containers around it; of a YAML
    /// tree. They and what shows that they are over are before `limit`; or else of the last of them `is_over` holds, which
    /// is asked for a byte where no block scalar ends.
    pub(in crate::syntax) fn block_entries(
        &self,
        offset: usize,
        depth: usize,
        limit: usize,
        is_over: impl Fn(usize) -> bool,
    ) -> Option<OtherEntries> {
        let starts_here = |node: &&RawNode| node.range.start() == offset;
        let first = self
            .nodes
            .partition_point(|node| node.range.start() < offset);
        // A mapping begins where its first key does, and comes before it.
        let nodes = self.nodes.get(first..)?.iter().take_while(starts_here);
        let containers = nodes.take_while(|node| node.kind == Kind::Object).count();
        let key = TextRange::empty(first + containers).start;
        let node = self.raw(NodeId(key)).filter(starts_here)?;
        let parent = self.raw(NodeId(node.parent))?;
        let is_flow = self.text.as_bytes().get(parent.range.start()) == Some(&b'{');
        if parent.kind != Kind::Object || !node.position.is_multiple_of(2) || is_flow {
            return None;
        }
        let mut around = parent;
        for _ in 1..depth {
            around = self.raw(NodeId(around.parent))?;
        }
        if around.parent != NONE {
            return None;
        }
        let mut found = None;
        let mut name = node;
        loop {
            let value = self.raw(NodeId(name.end))?;
            let value_end = value.range.end();
            let next = self.raw(NodeId(value.end));
            let is_known = next.is_some_and(|next| next.range.start() < limit);
            if !is_known {
                let last = self.raw(NodeId(value.end - 1))?;
                let is_block = matches!(last.style, ScalarStyle::Literal | ScalarStyle::Folded);
                if value_end >= limit || is_block || !is_over(value_end) {
                    return found;
                }
            }
            found = Some(OtherEntries {
                key,
                value: name.end,
                end: value.end,
                parent: node.parent,
                position: node.position,
                children: value.position + 1 - node.position,
                value_end,
            });
            match next {
                Some(next) if is_known && next.parent == node.parent => name = next,
                _ => return found,
            }
        }
    }

    /// Whether any object has a merge key, so that its entries may be those of others too.
    #[must_use]
    pub fn has_merge_keys(&self) -> bool {
        self.has_merge_keys
    }

    /// Whether any value is an alias of another.
    #[must_use]
    pub fn has_aliases(&self) -> bool {
        self.has_aliases
    }

    /// Makes all aliases stand for nothing if what they stand for is longer, written out, than any file may be: it
    /// costs no more than its text then. Returns the first alias that goes too far.
    pub(in crate::syntax) fn forget_excessive_aliases(&mut self) -> Option<TextRange> {
        if !self.has_aliases {
            return None;
        }
        let excessive = self.excessive_alias()?;
        for node in &mut self.nodes {
            if node.kind == Kind::Alias {
                node.extra = NONE;
            }
        }
        Some(excessive)
    }

    /// The alias at which a document, written out, is longer than it may be.
    fn excessive_alias(&self) -> Option<TextRange> {
        // What each closed node is long, written out. Aliases come after what they stand for.
        let mut lengths: Vec<u64> = vec![0; self.nodes.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut total = 0_u64;
        for (number, node) in self.nodes.iter().enumerate() {
            while let Some(&last) = open.last() {
                let is_over = self
                    .nodes
                    .get(last)
                    .is_some_and(|last| last.end as usize <= number);
                if !is_over {
                    break;
                }
                open.pop();
                add_to_parent(&mut lengths, last, open.last().copied());
            }
            let target = (node.kind == Kind::Alias && node.extra != NONE).then(|| {
                lengths
                    .get(node.extra as usize)
                    .copied()
                    .unwrap_or_default()
            });
            let length = match (node.kind, target) {
                (Kind::Array | Kind::Object, _) => 1,
                (_, Some(length)) => length,
                _ => 1 + node.range.len() as u64,
            };
            if let Some(there) = lengths.get_mut(number) {
                *there = length;
            }
            if let Some(length) = target {
                total = total.saturating_add(length);
                if total > MOST_REPEATED {
                    return Some(node.range);
                }
            }
            open.push(number);
        }
        None
    }

    /// How the text writes JSON strings.
    #[must_use]
    pub fn json_habits(&self) -> JsonHabits<'_> {
        JsonHabits::new(&self.text, &self.json_style)
    }

    /// The nodes that whoever asks first marks: those with secrets, which only the whole tree tells.
    pub fn marked(&self, mark: impl FnOnce() -> HashSet<NodeId>) -> &HashSet<NodeId> {
        self.marked.get_or_init(mark)
    }

    /// The aliases that stand for a node.
    pub fn aliases_of(&self, node: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
        let aliases = self.aliases.get_or_init(|| {
            let mut aliases: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
            for alias in self.nodes() {
                if let Some(target) = alias.alias_target() {
                    aliases.entry(target.id()).or_default().push(alias.id());
                }
            }
            aliases
        });
        let aliases = aliases.get(&node.id).map(Vec::as_slice);
        aliases.unwrap_or_default().iter().map(|&id| self.node(id))
    }

    /// The keys of an object that has many entries.
    fn large_object(&self, object: NodeId) -> Option<&LastKeys> {
        let large = self.large_objects.get_or_init(|| {
            let firsts = self.nodes.iter();
            let firsts = firsts.filter(|node| node.position == MANY_ENTRIES * 2);
            let objects = firsts
                .map(|first| self.node(NodeId(first.parent)))
                .filter(|parent| parent.kind() == Kind::Object);
            let keys = |object: NodeRef<'_>| {
                let entries = object.written_entries();
                let keys = entries.filter(|(key, _)| !key.is_merge_key());
                keys.map(|(key, _)| (key.text().into(), key.id)).collect()
            };
            objects.map(|object| (object.id, keys(object))).collect()
        });
        large.get(&object)
    }

    /// How the text breaks lines: as the first line does.
    #[must_use]
    pub fn line_break(&self) -> &'static str {
        match memchr::memchr2(b'\n', b'\r', self.text.as_bytes()) {
            Some(at) if self.text.get(at..at + 2) == Some("\r\n") => "\r\n",
            Some(at) if self.text.get(at..=at) == Some("\r") => "\r",
            _ => "\n",
        }
    }

    /// The number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether it has no node: an empty YAML stream.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn raw(&self, id: NodeId) -> Option<&RawNode> {
        self.nodes.get(id.0 as usize)
    }
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.id == other.id
    }
}

impl<'t> NodeRef<'t> {
    /// Its tree.
    #[must_use]
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its number in the tree.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    fn raw(self) -> Option<&'t RawNode> {
        self.tree.raw(self.id)
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.raw().map_or(Kind::Null, |raw| raw.kind)
    }

    /// How it is written, for a YAML scalar.
    #[must_use]
    pub fn style(self) -> ScalarStyle {
        self.raw().map_or(ScalarStyle::Plain, |raw| raw.style)
    }

    /// Spaces of indentation that the lines of a YAML block scalar have.
    #[must_use]
    pub fn indent(self) -> u32 {
        self.raw().map_or(0, |raw| raw.indent)
    }

    /// The whole node as written, in bytes of the tree's text.
    #[must_use]
    pub fn range(self) -> TextRange {
        self.raw().map_or(TextRange::default(), |raw| raw.range)
    }

    /// The node as it is written.
    #[must_use]
    pub fn source(self) -> &'t str {
        self.range().of(&self.tree.text)
    }

    /// What a label should underline: the text between the quotes if there is any, else the whole node.
    #[must_use]
    pub fn content_range(self) -> TextRange {
        let range = self.range();
        match (self.kind(), self.style()) {
            (Kind::String, style)
                if range.len() > 2
                    && (self.tree.format == Format::Json
                        || matches!(
                            style,
                            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted
                        )) =>
            {
                TextRange::new(range.start() + 1, range.end() - 1)
            }
            (Kind::String, ScalarStyle::Literal | ScalarStyle::Folded) => {
                let header = memchr::memchr(b'\n', self.source().as_bytes()).map_or(0, |at| at + 1);
                let body = self.source().get(header..).unwrap_or_default();
                let lead = body.len() - body.trim_start().len();
                let start = range.start() + header + lead;
                TextRange::new(start, start + body.trim().len())
            }
            _ => range,
        }
    }

    /// The text of a scalar as a program would read it: decoded strings, and other scalars as they are written.
    /// Empty for containers.
    #[must_use]
    pub fn text(self) -> Cow<'t, str> {
        let Some(raw) = self.raw() else {
            return Cow::Borrowed("");
        };
        match raw.kind {
            Kind::Array | Kind::Object => Cow::Borrowed(""),
            Kind::String if self.tree.format == Format::Json => {
                let inside = raw.written_range(Format::Json).of(&self.tree.text);
                if raw.escaped {
                    decode_json_string(inside)
                } else {
                    Cow::Borrowed(inside)
                }
            }
            Kind::Alias => Cow::Borrowed(self.source()),
            _ => match self.tree.decoded.get(raw.extra as usize) {
                Some(text) => Cow::Borrowed(text),
                None => Cow::Borrowed(raw.written_range(self.tree.format).of(&self.tree.text)),
            },
        }
    }

    /// The text of a string; `None` for every other kind.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        (self.kind() == Kind::String).then(|| self.text())
    }

    /// The value of a boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        if self.kind() != Kind::Bool {
            return None;
        }
        super::yaml_types::boolean(&self.text())
    }

    /// A number as JSON writes it; `None` for other kinds, and for what JSON has no number for.
    #[must_use]
    pub fn as_number(self) -> Option<Cow<'t, str>> {
        if self.kind() != Kind::Number {
            return None;
        }
        match self.tree.format {
            Format::Json => Some(Cow::Borrowed(self.source())),
            Format::Yaml => super::yaml_types::json_number(&self.text()).map(Cow::Owned),
        }
    }

    /// Whether it is `null`, or absent where YAML allows it.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The node that contains it; for a value in an object that is the object, not the key.
    #[must_use]
    pub fn parent(self) -> Option<NodeRef<'t>> {
        let parent = self.raw()?.parent;
        (parent != NONE).then(|| self.tree.node(NodeId(parent)))
    }

    /// Its children in order; keys and values alternate in an object.
    pub fn children(self) -> impl Iterator<Item = NodeRef<'t>> {
        let end = self.raw().map_or(0, |raw| raw.end);
        let mut next = self.id.0 + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let child = self.tree.node(NodeId(next));
            next = child.raw()?.end;
            Some(child)
        })
    }

    /// The items of an array, each as what it stands for; nothing for other kinds. An alias of an array has its items.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'t>> {
        let array = self.resolved();
        let is_array = array.kind() == Kind::Array;
        array
            .children()
            .take_while(move |_| is_array)
            .map(NodeRef::resolved)
    }

    /// The entries of an object as they are written, key and value; nothing for other kinds. Aliases stay aliases, and
    /// merge keys are keys like others.
    pub fn written_entries(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        let is_object = self.kind() == Kind::Object;
        let mut children = self.children().take_while(move |_| is_object);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The entries of an object as a program reads them, key and value: every value as what it stands for, and what
    /// merge keys bring in after the object's own entries. Nothing for other kinds.
    pub fn entries(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        let object = self.resolved();
        object
            .written_entries()
            .filter(|(key, _)| !key.is_merge_key())
            .map(|(key, value)| (key, value.resolved()))
            .chain(object.merged_entries())
    }

    /// The entry of an object with this key, its own or merged, the value as what it stands for. Of duplicate keys the
    /// last one counts, as in every decoder Palette uses.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        debug_assert!(
            self.tree.keys.is_none_or(|keys| keys(key)),
            "`{key}` is left out of this tree"
        );
        let object = self.resolved();
        object
            .own_entry_named(key)
            .map(|(name, value)| (name, value.resolved()))
            .or_else(|| object.merged_entry(key))
    }

    /// The last of the object's own entries with this key, as it is written.
    fn own_entry_named(self, key: &str) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        let object = self.raw().filter(|raw| raw.kind == Kind::Object)?;
        // Nothing is known of duplicates where keys were left out, nor of keys that are containers: their text is empty.
        let may_be_again =
            self.tree.keys.is_some() || !self.tree.duplicates.is_empty() || key.is_empty();
        let mut found = None;
        let mut next = self.id.0 + 1;
        while next < object.end {
            let name = self.tree.raw(NodeId(next))?;
            // A key whose value was not read is no entry.
            if name.end >= object.end {
                break;
            }
            if name.position >= MANY_ENTRIES * 2 {
                found = self.tree.large_object(self.id)?.get(key).copied();
                break;
            }
            let node = self.tree.node(NodeId(next));
            if node.is_text(key) && !node.is_merge_key() {
                found = Some(node.id);
                if !may_be_again {
                    break;
                }
            }
            next = self.tree.raw(NodeId(name.end))?.end;
        }
        let name = self.tree.node(found?);
        Some((name, self.tree.node(NodeId(name.raw()?.end))))
    }

    /// Whether its text is this one.
    #[must_use]
    #[inline]
    pub fn is_text(self, text: &str) -> bool {
        let Some(raw) = self.raw() else {
            return false;
        };
        match raw.text_as_written(self.tree.format) {
            // Most are of another length, and need not be looked at.
            Some(written) => {
                written.len() == text.len() && written.bytes_of(&self.tree.text) == text.as_bytes()
            }
            None => self.text() == text,
        }
    }

    /// Where the text of a scalar stands, if it is written as it is.
    #[must_use]
    pub fn text_as_written(self) -> Option<TextRange> {
        self.raw()?.text_as_written(self.tree.format)
    }

    /// The value at this key of an object, see [`NodeRef::entry`].
    #[must_use]
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The values under several keys: as [`NodeRef::get`] for each of them, in one pass.
    #[must_use]
    pub fn get_each<const N: usize>(self, keys: [&str; N]) -> [Option<NodeRef<'t>>; N] {
        let tree = self.tree;
        if tree.has_merge_keys {
            return keys.map(|key| self.get(key));
        }
        debug_assert!(
            keys.iter()
                .all(|key| tree.keys.is_none_or(|keys| keys(key))),
            "some of {keys:?} are left out of this tree"
        );
        let mut found = [None; N];
        for (name, value) in self.resolved().written_entries() {
            let text = name.text();
            let index = keys.iter().position(|key| *key == text);
            if let Some(found) = index.and_then(|index| found.get_mut(index)) {
                *found = Some(value.resolved());
            }
        }
        found
    }

    /// The value under these keys, one after another.
    #[must_use]
    pub fn at(self, keys: &[&str]) -> Option<NodeRef<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The node an alias stands for.
    #[must_use]
    pub fn alias_target(self) -> Option<NodeRef<'t>> {
        let raw = self.raw()?;
        (raw.kind == Kind::Alias && raw.extra != NONE).then(|| self.tree.node(NodeId(raw.extra)))
    }

    /// The node itself, or what it stands for if it is an alias.
    #[must_use]
    pub fn resolved(self) -> NodeRef<'t> {
        self.alias_target().unwrap_or(self)
    }

    /// Its key and its value, if it is either of an object's entry.
    #[must_use]
    pub fn own_entry(self) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        let parent = self
            .parent()
            .filter(|parent| parent.kind() == Kind::Object)?;
        let raw = self.raw()?;
        if raw.position % 2 == 0 {
            let value = self.tree.node(NodeId(raw.end));
            return (value.parent() == Some(parent)).then_some((self, value));
        }
        // The node before is the key, or inside of a key that is a container.
        let mut key = self.tree.node(NodeId(self.id.0.checked_sub(1)?));
        while key.parent() != Some(parent) {
            key = key.parent()?;
        }
        Some((key, self))
    }

    /// Its key, if it is the value of an object's entry.
    #[must_use]
    pub fn key(self) -> Option<NodeRef<'t>> {
        let (key, value) = self.own_entry()?;
        (value.id == self.id).then_some(key)
    }

    /// Whether it is the key of an object's entry.
    #[must_use]
    pub fn is_key(self) -> bool {
        let is_in_object = || {
            let parent = self.parent();
            parent.is_some_and(|parent| parent.kind() == Kind::Object)
        };
        self.raw().is_some_and(|raw| raw.position % 2 == 0) && is_in_object()
    }

    /// Its place among the items of its array, 0-based.
    #[must_use]
    pub fn index(self) -> Option<usize> {
        let parent = self.parent()?;
        (parent.kind() == Kind::Array).then(|| self.raw().map_or(0, |raw| raw.position as usize))
    }

    /// What leads to it from the root of its document: keys and 0-based item numbers. A key node counts as its
    /// value. Of keys that are longer than any that has a meaning, both ends and the length stand in it: otherwise
    /// thousands of findings below one of them would be thousands of times as long as the file.
    #[must_use]
    pub fn path(self) -> Vec<Cow<'t, str>> {
        let mut path = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            path.push(match node.index() {
                Some(index) => Cow::Owned(index.to_string()),
                None => node
                    .own_entry()
                    .map(|(key, _)| key.as_path_token())
                    .unwrap_or_default(),
            });
            node = parent;
        }
        path.reverse();
        path
    }

    fn as_path_token(self) -> Cow<'t, str> {
        const LONGEST: usize = 1024;
        let source = self.source();
        if source.len() <= LONGEST {
            return self.text();
        }
        let head = source.get(..source.floor_char_boundary(LONGEST / 2));
        let tail = source.get(source.ceil_char_boundary(source.len() - LONGEST / 8)..);
        Cow::Owned(format!(
            "{}…{}…{}",
            head.unwrap_or_default(),
            source.len(),
            tail.unwrap_or_default()
        ))
    }

    /// Its RFC 6901 JSON Pointer in its document, see [`NodeRef::path`].
    #[must_use]
    pub fn pointer(self) -> String {
        super::join_pointer(self.path().iter().map(AsRef::as_ref))
    }

    /// The number of its document in the stream, 0-based.
    #[must_use]
    pub fn document_index(self) -> usize {
        let documents = &self.tree.documents;
        documents
            .partition_point(|root| *root <= self.id)
            .saturating_sub(1)
    }

    /// The text of a string as a layer of the tree's text. `None` for containers and aliases.
    #[must_use]
    pub fn layer(self) -> Option<Layer> {
        let raw = self.raw()?;
        let text = &self.tree.text;
        match raw.kind {
            Kind::Array | Kind::Object | Kind::Alias => None,
            Kind::String if self.tree.format == Format::Json => Some(Layer::new(
                text,
                self.inside_quotes(),
                Encoding::JsonString,
                None,
            )),
            _ => {
                let style = raw.style;
                let encoding = Encoding::YamlScalar {
                    style,
                    indent: raw.indent,
                };
                let decoded = self.text().into_owned();
                Some(Layer::new(text, raw.range, encoding, Some(decoded.into())))
            }
        }
    }

    fn inside_quotes(self) -> TextRange {
        let range = self.range();
        TextRange::new(range.start() + 1, range.end().saturating_sub(1))
    }
}
