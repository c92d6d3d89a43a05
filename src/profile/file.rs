//! A file of profiles, parsed: its tree, its documents, and the documents embedded in them.

use std::{collections::HashMap, ops::Range, path::Path, sync::Arc};

use super::{
    Embedded, EmbeddedReference, Profile, ProfileNodes, Shape, Slot, TextCache,
    embedded::alias_faults, shared_text::FileTexts,
};
use crate::{
    finding::{InnerPlace, Place},
    sensitive,
    source::{Edit, LineColumn, LineIndex, Source, TextRange},
    syntax::{Format, NodeId, NodeRef, SyntaxFault, Tree, comments, json, yaml},
};

/// A file that was read and parsed.
#[derive(Debug)]
pub struct ProfileFile {
    source: Source,
    format: Format,
    tree: Option<Tree>,
    faults: Vec<SyntaxFault>,
    /// How many of the faults, the first ones, end the reading of a document.
    cutting_faults: usize,
    documents: Vec<ProfileDocument>,
}

/// One document of a file: a JSON file holds one, a YAML file may hold several.
#[derive(Debug)]
pub struct ProfileDocument {
    root: NodeId,
    shape: Shape,
    nodes: ProfileNodes,
    /// The YAML texts of every pack, in order.
    embedded: Vec<Embedded>,
    /// For each string that holds one, the numbers of the texts that are it, in the order of the first ones.
    shared: Vec<Vec<usize>>,
}

/// The embedded texts of a file in the order of their bytes.
#[derive(Debug)]
pub struct TextsByPlace<'f>(Vec<&'f Embedded>);

impl<'f> TextsByPlace<'f> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &'f Embedded> {
        self.0.iter().copied()
    }

    /// The text that some bytes of the file lie in.
    #[must_use]
    pub fn at(&self, range: TextRange) -> Option<&'f Embedded> {
        let after = self
            .0
            .partition_point(|text| text.layer().raw().start <= range.start);
        let text = self.0.get(after.checked_sub(1)?)?;
        text.layer().raw().contains(range).then_some(*text)
    }
}

impl ProfileFile {
    /// Parses a file. Whatever is wrong with it is kept in it, not returned.
    #[must_use]
    pub fn parse(source: Source) -> Self {
        let format = format_of(&source);
        Self::read(source, format, FileTexts::new(None))
    }

    /// Parses a file of a run that may have seen its embedded texts before.
    #[must_use]
    pub fn parse_with(source: Source, cache: &TextCache) -> Self {
        let format = format_of(&source);
        Self::read(source, format, FileTexts::new(Some(cache)))
    }

    /// Parses a file of a format, whatever its name and its text look like.
    #[must_use]
    pub fn parse_as(source: Source, format: Format) -> Self {
        Self::read(source, format, FileTexts::new(None))
    }

    /// Parses what has become of the file by edits. Embedded texts that are as they were are not read again.
    #[must_use]
    pub fn parse_edited(&self, edited: Source, edits: &[Edit], cache: &TextCache) -> Self {
        let texts = FileTexts::of_edited(cache, self, edits);
        Self::read(edited, self.format, texts)
    }

    fn read(source: Source, format: Format, mut texts: FileTexts<'_>) -> Self {
        let mut cutting_faults = 0;
        let (tree, faults) = match format {
            Format::Json => match json::parse_with(source.text(), &mut texts) {
                Ok(tree) => (Some(tree), Vec::new()),
                Err(fault) => (None, vec![*fault]),
            },
            Format::Yaml => {
                let mut stream = yaml::parse(source.text());
                cutting_faults = stream.faults.len();
                let faults = alias_faults(&stream);
                stream.faults.extend(faults);
                let faults = yaml::unquoted_template_faults(&stream);
                stream.faults.extend(faults);
                (Some(stream.tree), stream.faults)
            }
        };
        let documents = tree.as_ref().map(|tree| documents_of(tree, &texts));
        let documents = documents.unwrap_or_default();
        Self {
            source,
            format,
            tree,
            faults,
            cutting_faults,
            documents,
        }
    }

    /// The file itself.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The format it was read as.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Its tree; `None` when it is no JSON.
    #[must_use]
    pub fn tree(&self) -> Option<&Tree> {
        self.tree.as_ref()
    }

    /// Where it is not JSON or YAML.
    #[must_use]
    pub fn faults(&self) -> &[SyntaxFault] {
        &self.faults
    }

    /// Its comments, in order: each from its `#` to the end of its line. A file of a format without comments has none.
    #[must_use]
    pub fn comments(&self) -> Vec<TextRange> {
        let tree = self.tree.as_ref();
        tree.map(|tree| comments(tree, &self.faults, &[]))
            .unwrap_or_default()
    }

    /// Whether a syntax error cuts a document off, so that what is not in it may only not have been read.
    #[must_use]
    pub fn is_cut(&self, root: NodeRef<'_>) -> bool {
        let start = root.range().start;
        let Some(tree) = self.tree() else {
            return false;
        };
        // Both are in the order of the text, and there may be many of either.
        let later = self
            .documents
            .partition_point(|other| tree.node(other.root).range().start <= start);
        let next = self.documents.get(later);
        let next = next.map(|next| tree.node(next.root).range().start);
        let cutting = self.faults.get(..self.cutting_faults).unwrap_or_default();
        let first = cutting.partition_point(|fault| fault.range.start < start);
        cutting
            .get(first)
            .is_some_and(|fault| next.is_none_or(|next| fault.range.start < next))
    }

    /// Its documents, with their root nodes.
    pub fn documents(&self) -> impl Iterator<Item = (&ProfileDocument, NodeRef<'_>)> {
        let tree = self.tree.as_ref();
        self.documents
            .iter()
            .filter_map(move |document| Some((document, tree?.node(document.root))))
    }

    /// Whether any of its documents has to do with profiles.
    #[must_use]
    pub fn has_profile(&self) -> bool {
        self.documents
            .iter()
            .any(|document| document.shape.is_profile())
    }

    /// Whether the file begins with a byte order mark, and is of a format that has none.
    #[must_use]
    pub fn has_wrong_byte_order_mark(&self) -> bool {
        self.format == Format::Json && self.source.text().starts_with('\u{feff}')
    }

    /// The secrets in it and in the texts embedded in it, as ranges of the file, in order.
    #[must_use]
    pub fn secret_ranges(&self) -> Vec<TextRange> {
        let of_tree = self.tree.as_ref().map(sensitive::secret_ranges);
        let mut ranges: Vec<TextRange> = of_tree.unwrap_or_default();
        for embedded in self.documents.iter().flat_map(ProfileDocument::embedded) {
            let inner = sensitive::secrets_in(embedded.stream());
            let to_host = |range| embedded.layer().to_host(range);
            ranges.extend(inner.into_iter().map(to_host));
        }
        if self.tree.is_none() || !self.faults.is_empty() {
            ranges.extend(sensitive::unread_secrets(self.source.text()));
        }
        if self.tree.is_none() {
            ranges.extend(sensitive::unread_texts(self.source.text()));
        }
        sensitive::in_order(ranges)
    }

    /// The embedded texts of its profiles, to be found by their place in the file.
    #[must_use]
    pub fn texts_by_place(&self) -> TextsByPlace<'_> {
        let texts = self.documents.iter().flat_map(ProfileDocument::embedded);
        let mut texts: Vec<_> = texts.collect();
        texts.sort_by_key(|text| text.layer().raw().start);
        TextsByPlace(texts)
    }

    /// The place of some bytes of the file.
    #[must_use]
    pub fn place(&self, range: TextRange, pointer: String) -> Place {
        let (start, end) = self.positions(range);
        Place {
            file: Arc::clone(self.source.name()),
            range,
            start,
            end,
            document: self
                .tree
                .as_ref()
                .map_or(0, |tree| tree.document_at(range.start())),
            pointer,
            inner: None,
        }
    }

    /// The positions of the first byte of a range and of what follows its last one.
    #[must_use]
    pub fn positions(&self, range: TextRange) -> (LineColumn, LineColumn) {
        let Range { start, end } = range.range();
        (self.source.position(start), self.source.position(end))
    }

    /// The place of some bytes of an embedded text; `path` is the pointer to their node in its document.
    #[must_use]
    pub fn inner_place(
        &self,
        embedded: &Embedded,
        range: TextRange,
        path: String,
        document: usize,
    ) -> Place {
        let host = self.tree.as_ref().map(|tree| tree.node(embedded.host()));
        let pointer = host.map(NodeRef::pointer).unwrap_or_default();
        let text = embedded.text();
        let (start, end) = positions(embedded.lines(), text, range);
        Place {
            inner: Some(InnerPlace {
                name: embedded.slot().to_string(),
                pack_index: embedded.pack_index(),
                path,
                document,
                range,
                start,
                end,
            }),
            ..self.place(embedded.layer().to_host(range), pointer)
        }
    }
}

fn positions(lines: &LineIndex, text: &str, range: TextRange) -> (LineColumn, LineColumn) {
    let Range { start, end } = range.range();
    (lines.position(text, start), lines.position(text, end))
}

impl ProfileDocument {
    fn new(root: NodeRef<'_>, texts: &FileTexts<'_>) -> Self {
        let shape = Shape::of(root);
        let nodes = ProfileNodes::of(root);
        let embedded = match shape {
            Shape::Export => Embedded::all_of(Profile::new(root, &nodes), texts),
            _ => Vec::new(),
        };
        let shared = if root.tree().has_aliases() {
            shared_hosts(&embedded)
        } else {
            (0..embedded.len()).map(|number| vec![number]).collect()
        };
        Self {
            root: root.id(),
            shape,
            nodes,
            embedded,
            shared,
        }
    }

    /// What kind of document it is.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The view of it as a profile; `root` is its root.
    #[must_use]
    pub fn profile<'t>(&'t self, root: NodeRef<'t>) -> Profile<'t> {
        Profile::new(root, &self.nodes)
    }

    /// The YAML texts in its packs, in order. One that packs share through an anchor comes once, as that of the first
    /// of them.
    pub fn embedded(&self) -> impl Iterator<Item = &Embedded> {
        self.shared_texts().filter_map(|mut all| all.next())
    }

    /// The YAML texts in its packs, each as that of every pack that shares it.
    pub fn shared_texts(&self) -> impl Iterator<Item = impl Iterator<Item = &Embedded>> {
        let text = |&number: &usize| self.embedded.get(number);
        self.shared
            .iter()
            .map(move |all| all.iter().filter_map(text))
    }

    /// The YAML texts of one pack, its values first. One that it shares with others is among them.
    pub fn texts_of(&self, pack_index: usize) -> impl Iterator<Item = &Embedded> {
        // Packs are in order, so those of one pack lie together.
        let from = self
            .embedded
            .partition_point(|embedded| embedded.pack_index() < pack_index);
        let from = self.embedded.get(from..).unwrap_or_default().iter();
        from.take_while(move |embedded| embedded.pack_index() == pack_index)
    }

    /// The values of a pack, if it has any.
    #[must_use]
    pub fn values_of(&self, pack_index: usize) -> Option<&Embedded> {
        let mut texts = self.texts_of(pack_index);
        texts.find(|embedded| embedded.slot() == Slot::Values)
    }

    /// Every reference in its embedded texts.
    pub fn references(&self) -> impl Iterator<Item = (&Embedded, &EmbeddedReference)> {
        self.embedded().flat_map(|embedded| {
            embedded
                .references()
                .iter()
                .map(move |reference| (embedded, reference))
        })
    }
}

/// For each string that holds one of the texts, the numbers of those that it holds, in the order of the first ones.
fn shared_hosts(embedded: &[Embedded]) -> Vec<Vec<usize>> {
    let mut shared: Vec<Vec<usize>> = Vec::new();
    let mut numbers: HashMap<NodeId, usize> = HashMap::new();
    for (number, text) in embedded.iter().enumerate() {
        let known = *numbers.entry(text.host()).or_insert(shared.len());
        match shared.get_mut(known) {
            Some(all) => all.push(number),
            None => shared.push(vec![number]),
        }
    }
    shared
}

/// The documents of a tree. One of several that holds nothing but comments is none.
fn documents_of(tree: &Tree, texts: &FileTexts<'_>) -> Vec<ProfileDocument> {
    let is_alone = tree.documents().len() == 1;
    tree.documents()
        .filter(|root| is_alone || !(root.is_null() && root.source().is_empty()))
        .map(|root| ProfileDocument::new(root, texts))
        .collect()
}

/// YAML by its name, or where nothing in the name tells, by its first character.
fn format_of(source: &Source) -> Format {
    let name = source.name().to_ascii_lowercase();
    if let Some(format) = Format::of_name(Path::new(&name)) {
        return format;
    }
    let text = source.text().trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() || text.starts_with(['{', '[', '"']) {
        Format::Json
    } else {
        Format::Yaml
    }
}
