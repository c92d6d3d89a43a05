//! YAML streams as trees: several documents, byte ranges, aliases not expanded, comments skipped.
//!
//! Text of Palette holds templates. `{{ … }}` that is not quoted is no YAML, or YAML of another meaning, so a text
//! with templates is read with each of them replaced by filler of the same length. Positions stay what they are,
//! and the tree gives the text as it is written.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use crate::source::{
    Text, TextRange,
    yaml_scalar::{self, ScalarStyle},
};

use super::{
    Format, Kind, NodeId, NodeRef, SyntaxFault, Tree, TreeBuilder, comments,
    common_lines::CommonLines,
    common_yaml, dedented_quotes,
    edit::column,
    reference,
    tree::MERGE_KEY,
    yaml_aliases::Expansion,
    yaml_events::{GranitEvents, YamlEvent, YamlEvents},
    yaml_types,
};

/// A YAML text, read as far as it can be.
#[derive(Debug)]
pub struct Stream {
    /// The documents. One with a fault holds what came before the fault.
    pub tree: Tree,
    /// What is not YAML, in the order of the text: at most one fault that ends a document, and what the parser lets
    /// through although a reader of the text as it is written does not: quotes in quotes, values that contain
    /// themselves, aliases that repeat too much, and what cannot be merged.
    pub faults: Vec<SyntaxFault>,
    /// Plain scalars that are only read as such because their templates were replaced: without quotes they are
    /// something else, or nothing, to a YAML parser.
    pub unquoted: Vec<NodeId>,
    /// Aliases without an anchor before them. A mask without quotes is one too, so it is for others to say which of
    /// them are faults.
    pub unknown_aliases: Vec<NodeId>,
    /// Those of the faults that end no document, until the stream is whole.
    scalar_faults: Vec<SyntaxFault>,
    /// Whether it was read as common YAML, each template as filler.
    is_common: bool,
    /// Templates outside of scalars: those that fill a line and steer a template engine, and the braces of those that
    /// are read as a mapping in a mapping.
    pub loose_templates: Vec<TextRange>,
}

impl Stream {
    /// Its comments, in order: each from its `#` to the end of its line, in bytes of the text.
    #[must_use]
    pub fn comments(&self) -> Vec<TextRange> {
        comments(&self.tree, &self.faults, &self.loose_templates)
    }

    /// Whether the entries of other texts may be known from it: what is said of the text as a whole is nothing that hangs
    /// on one of them.
    fn has_plain_entries(&self) -> bool {
        self.is_common
            && self.faults.is_empty()
            && self.loose_templates.is_empty()
            && !self.tree.has_merge_keys()
            && self.tree.duplicate_keys().next().is_none()
    }
}

/// Parses a YAML text that may hold templates.
#[must_use]
pub fn parse(text: &Text) -> Stream {
    parse_like(text, None)
}

/// Parses a YAML text that may hold templates, and may be a known one with some lines changed: what was read before, and
/// the lines that both have. What comes of it is the same, only sooner.
#[must_use]
pub fn parse_like(text: &Text, known: Option<(&Stream, &[CommonLines])>) -> Stream {
    let known = known.filter(|(stream, _)| stream.has_plain_entries());
    let known = known.map(|(stream, lines)| Known { stream, lines });
    with_scalar_faults(parse_templates(text, known))
}

/// Parses a YAML text in which `{{` means what it means in YAML.
#[must_use]
pub fn parse_plain(text: &Text) -> Stream {
    with_scalar_faults(read(text, text, None))
}

fn with_scalar_faults(mut stream: Stream) -> Stream {
    if let Some(alias) = stream.tree.forget_excessive_aliases() {
        stream.scalar_faults.push(SyntaxFault {
            range: alias,
            message: "the aliases up to here stand for more text than a file may have: repeat less"
                .to_owned(),
            related: None,
        });
    }
    let faults: Vec<_> = merge_faults(&stream.tree).collect();
    stream.scalar_faults.extend(faults);
    stream.faults.append(&mut stream.scalar_faults);
    stream.faults.sort_by_key(|fault| fault.range);
    stream
}

/// What merge keys hold that cannot be merged.
fn merge_faults(tree: &Tree) -> impl Iterator<Item = SyntaxFault> {
    let nodes = tree.has_merge_keys().then(|| tree.nodes());
    let merges = nodes
        .into_iter()
        .flatten()
        .filter(|node| node.is_merge_key());
    let values = merges.filter_map(|key| Some(key.own_entry()?.1));
    let is_object = |node: NodeRef<'_>| matches!(node.kind(), Kind::Object | Kind::Alias);
    let wrong = values.filter(move |value| match value.resolved() {
        list if list.kind() == Kind::Array => !list.items().all(is_object),
        other => !is_object(other),
    });
    wrong.map(|value| SyntaxFault {
        range: value.content_range(),
        message: "`<<` merges objects: expected an object, an alias of one, or a list of them"
            .to_owned(),
        related: None,
    })
}

fn parse_templates(text: &Text, known: Option<Known<'_>>) -> Stream {
    if memchr::memmem::find(text.as_bytes(), b"{{").is_none() {
        return read(text, text, known);
    }
    // Each lies on one line, so that those of lines that are known are known too.
    let templates = reference::template_ranges(text);
    let filled = read(text, &fill(text, &templates, false), known);
    if filled.faults.is_empty() {
        return filled;
    }
    // Lines that hold nothing but templates steer a template engine; for YAML they are comments.
    let mut without_lines = read(text, &fill(text, &templates, true), None);
    without_lines.is_common = false;
    if without_lines.faults.is_empty() {
        let lone = lone_templates(text, &templates, &without_lines.tree);
        without_lines.loose_templates.extend(lone);
        return without_lines;
    }
    // Braces that only look like a template may be YAML as they are.
    let mut plain = read(text, text, None);
    plain.is_common = false;
    if plain.faults.is_empty() {
        plain
    } else {
        filled
    }
}

/// What is wrong with an alias that has no anchor; `shown` stands for it in the message, where it may be shown.
#[must_use]
pub fn unknown_alias_fault(alias: NodeRef<'_>, shown: Option<&str>) -> SyntaxFault {
    let shown = shown.map_or_else(String::new, |shown| format!("`{shown}` is "));
    SyntaxFault {
        range: alias.range(),
        message: format!(
            "{shown}an alias, and no anchor before it has its name: put it in quotes if it is text"
        ),
        related: None,
    }
}

/// What is wrong with the templates of a stream to a reader that knows none.
pub fn unquoted_template_faults(stream: &Stream) -> Vec<SyntaxFault> {
    let unquoted = stream.unquoted.iter();
    let ranges = unquoted.map(|&id| stream.tree.node(id).range());
    let ranges = ranges.chain(stream.loose_templates.iter().copied());
    ranges
        .map(|range| SyntaxFault {
            range,
            message: "a template that is not quoted is read as a YAML mapping, or not at all: put it in quotes"
                .to_owned(),
            related: None,
        })
        .collect()
}

/// `text` with every template replaced by as many bytes of filler.
fn fill(text: &str, templates: &[Range<usize>], comment_lines: bool) -> String {
    let longest = templates.iter().map(ExactSizeIterator::len).max();
    let filler = "x".repeat(longest.unwrap_or_default());
    let mut filled = String::with_capacity(text.len());
    let mut from = 0;
    for template in templates {
        filled.push_str(text.get(from..template.start).unwrap_or_default());
        let is_comment = comment_lines && stands_alone(text, template);
        if is_comment {
            filled.push('#');
        }
        let len = template.len() - usize::from(is_comment);
        filled.push_str(filler.get(..len).unwrap_or_default());
        from = template.end;
    }
    filled.push_str(text.get(from..).unwrap_or_default());
    filled
}

/// The templates that fill a line and lie in no scalar. Both lists are in order, so one walk compares them.
fn lone_templates(text: &str, templates: &[Range<usize>], tree: &Tree) -> Vec<TextRange> {
    let mut scalars = tree
        .nodes()
        .filter(|node| !matches!(node.kind(), Kind::Array | Kind::Object))
        .map(NodeRef::range)
        .peekable();
    let mut lone = Vec::new();
    for template in templates
        .iter()
        .filter(|template| stands_alone(text, template))
    {
        while scalars
            .peek()
            .is_some_and(|scalar| scalar.end() <= template.start)
        {
            scalars.next();
        }
        let range = TextRange::from(template.clone());
        if !scalars.peek().is_some_and(|scalar| scalar.contains(range)) {
            lone.push(range);
        }
    }
    lone
}

/// Whether a template is all that its line holds.
fn stands_alone(text: &str, template: &Range<usize>) -> bool {
    let before = text.get(..template.start).unwrap_or_default();
    let after = text.get(template.end..).unwrap_or_default();
    let blank = |character: char| character == ' ' || character == '\t';
    let begins = before.trim_end_matches(blank);
    let ends = after.trim_start_matches(blank);
    (begins.is_empty() || begins.ends_with('\n'))
        && (ends.is_empty() || ends.starts_with(['\n', '\r']))
}

/// How many quoted scalars of a text may be indented too little: the text is read once more for each.
const MOST_DEDENTED: usize = 8;

/// Reads `readable`, which is `text` or `text` with filler in it, into a tree of `text`. Quoted scalars that are only
/// indented too little are no faults, if the text has no others.
fn read(text: &Text, readable: &str, known: Option<Known<'_>>) -> Stream {
    let (strict, mut dedented) = read_strictly(text, readable, known);
    let mut joined = String::new();
    for number in 0..MOST_DEDENTED {
        let Some((from, at)) = dedented else {
            break;
        };
        if number == 0 {
            joined = readable.to_owned();
        }
        if !dedented_quotes::join_lines(&mut joined, from, at) {
            break;
        }
        let stream;
        (stream, dedented) = read_strictly(text, &joined, None);
        if stream.faults.is_empty() {
            return stream;
        }
    }
    strict
}

/// As [`read`], and where the token before the first quoted scalar that may be indented too little ends, and the line
/// of it that is.
fn read_strictly(
    text: &Text,
    readable: &str,
    known: Option<Known<'_>>,
) -> (Stream, Option<(usize, usize)>) {
    match read_common(text, readable, known) {
        Some(stream) => (stream, None),
        None => read_any(text, readable),
    }
}

/// Reads a text that has only what values are mostly made of, and nothing wrong in it; `None` for every other.
fn read_common(text: &Text, readable: &str, known: Option<Known<'_>>) -> Option<Stream> {
    let mut reader = Reader::new(text, readable);
    reader.known = known;
    common_yaml::read(readable, &mut reader).ok()?;
    let mut stream = reader.finish();
    stream.is_common = true;
    Some(stream)
}

/// Reads any text with the parser for all of YAML.
fn read_any(text: &Text, readable: &str) -> (Stream, Option<(usize, usize)>) {
    let mut reader = Reader::new(text, readable);
    reader.read_all(&mut GranitEvents::new(readable));
    let dedented = reader.dedented;
    (reader.finish(), dedented)
}

/// A stream that was read before, and what its text has in common with the one that is read.
struct Known<'t> {
    stream: &'t Stream,
    /// Those of the common lines that have not been passed.
    lines: &'t [CommonLines],
}

impl Known<'_> {
    /// The common lines that a byte of the text is in; the bytes that are asked for go up.
    fn lines_at(&mut self, offset: usize) -> Option<CommonLines> {
        while let [first, rest @ ..] = self.lines {
            if offset < first.end {
                return (first.start <= offset).then_some(*first);
            }
            self.lines = rest;
        }
        None
    }
}

struct Reader<'t> {
    text: &'t Text,
    readable: &'t str,
    /// Whether `readable` has filler in it.
    is_filled: bool,
    builder: TreeBuilder,
    /// A text like this one.
    known: Option<Known<'t>>,
    anchors: HashMap<usize, Anchored>,
    /// The values of the document so far.
    expansion: Expansion,
    /// Whether an alias of the document was refused because it repeats too much.
    is_excessive: bool,
    flow_depth: usize,
    open: Vec<OpenCollection>,
    /// Where the event before this one ended, in bytes.
    previous_end: usize,
    faults: Vec<SyntaxFault>,
    /// What is wrong with scalars and aliases that the parser lets through.
    scalar_faults: Vec<SyntaxFault>,
    unquoted: Vec<NodeId>,
    unknown_aliases: Vec<NodeId>,
    loose_templates: Vec<TextRange>,
    /// The first quoted scalar that may be indented too little: the end of the event before, and the line that is.
    dedented: Option<(usize, usize)>,
}

/// What an anchor names.
struct Anchored {
    id: NodeId,
    /// How many values it holds, itself included, with what aliases in it repeat.
    values: u64,
}

/// A collection that is not closed yet.
struct OpenCollection {
    /// Whether it is in brackets.
    flow: bool,
    /// Where it begins.
    range: TextRange,
    /// The number of its anchor; 0 without one.
    anchor: usize,
    /// How many values the document had before it.
    before: u64,
}

impl<'t> common_yaml::Events<'t> for Reader<'t> {
    fn event(&mut self, event: YamlEvent<'t>, range: TextRange) {
        self.take(event, range);
    }

    fn known_entries(
        &mut self,
        start: usize,
        depth: usize,
        is_over: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let known = self.known.as_mut()?;
        let lines = known.lines_at(start)?;
        let there = start - lines.start + lines.other;
        let Stream { tree, unquoted, .. } = known.stream;
        let to_here = |at: usize| at - lines.other + lines.start;
        let limit = lines.other + (lines.end - lines.start);
        let is_over = |at| is_over(to_here(at));
        let entries = tree.block_entries(there, depth, limit, is_over)?;
        let offset = |at: usize| TextRange::empty(at).start;
        let forward = offset(start).wrapping_sub(offset(there));
        let copy = self.builder.copy_entries(tree, entries, forward);
        self.unquoted.extend(entries.copies_of(unquoted, copy));
        let end = to_here(entries.value_end);
        self.previous_end = end;
        Some(end)
    }
}

impl<'t> Reader<'t> {
    fn new(text: &'t Text, readable: &'t str) -> Self {
        Self {
            text,
            readable,
            is_filled: !std::ptr::eq(&**text, readable),
            builder: TreeBuilder::new(text, Format::Yaml),
            known: None,
            anchors: HashMap::new(),
            expansion: Expansion::default(),
            is_excessive: false,
            flow_depth: 0,
            open: Vec::new(),
            previous_end: 0,
            faults: Vec::new(),
            scalar_faults: Vec::new(),
            unquoted: Vec::new(),
            unknown_aliases: Vec::new(),
            loose_templates: Vec::new(),
            dedented: None,
        }
    }

    fn finish(self) -> Stream {
        Stream {
            tree: self.builder.finish(),
            faults: self.faults,
            unquoted: self.unquoted,
            scalar_faults: self.scalar_faults,
            is_common: false,
            unknown_aliases: self.unknown_aliases,
            loose_templates: self.loose_templates,
        }
    }

    fn read_all(&mut self, events: &mut impl YamlEvents<'t>) {
        while let Some(next) = events.next_event() {
            match next {
                Ok((event, range)) => self.take(event, range),
                Err(fault) => {
                    if self.dedented.is_none() && dedented_quotes::may_be_about(&fault) {
                        self.dedented = Some((self.previous_end, fault.range.start()));
                    }
                    let fault = self.explain(fault);
                    self.faults.push(fault);
                    self.end_document();
                    if !events.next_document() {
                        return;
                    }
                }
            }
        }
    }

    fn take(&mut self, event: YamlEvent<'t>, range: TextRange) {
        match event {
            YamlEvent::DocumentStart => {
                // Without `---` its range is that of the first token, which is still to come.
                if range.of(self.readable) != "---" {
                    self.skip_to_document(range.start());
                    return;
                }
            }
            YamlEvent::DocumentEnd => self.end_document(),
            YamlEvent::Scalar {
                text,
                style,
                anchor,
                tagged,
                has_foreign_tag,
            } => {
                let id = self.scalar(&text, style, tagged, range);
                self.anchor(anchor, id);
                if has_foreign_tag {
                    self.builder.mark_foreign_tag(id);
                }
            }
            YamlEvent::CollectionStart {
                kind,
                anchor,
                flow,
                has_foreign_tag,
            } => {
                let before = self.expansion.values();
                let id = self.builder.open(kind, range);
                self.anchor(anchor, id);
                if has_foreign_tag {
                    self.builder.mark_foreign_tag(id);
                }
                self.expansion.add();
                if flow
                    && kind == Kind::Object
                    && self.text.get(range.start()..range.start() + 2) == Some("{{")
                {
                    let braces = TextRange::new(range.start(), range.start() + 2);
                    self.loose_templates.push(braces);
                }
                self.open.push(OpenCollection {
                    flow,
                    range,
                    anchor,
                    before,
                });
                self.flow_depth += usize::from(flow);
            }
            YamlEvent::CollectionEnd => {
                let closed = self.open.pop();
                let flow = closed.as_ref().is_some_and(|open| open.flow);
                if let Some(open) = &closed
                    && let Some(anchored) = self.anchors.get_mut(&open.anchor)
                {
                    anchored.values = self.expansion.values() - open.before;
                }
                self.flow_depth -= usize::from(flow);
                self.builder.close(flow.then_some(range.end()));
                if !flow {
                    return;
                }
            }
            YamlEvent::Alias(anchor) => self.alias(anchor, range),
            YamlEvent::UnknownAlias => {
                let id = self.builder.leaf(Kind::Alias, range);
                self.unknown_aliases.push(id);
            }
        }
        self.previous_end = range.end();
    }

    fn alias(&mut self, anchor: usize, range: TextRange) {
        let id = self.builder.leaf(Kind::Alias, range);
        self.expansion.add();
        let Some(anchored) = self.anchors.get(&anchor) else {
            self.unknown_aliases.push(id);
            return;
        };
        let message = if self.builder.is_open(anchored.id) {
            format!(
                "`{}` stands for what it is a part of: a value cannot contain itself",
                range.of(self.text)
            )
        } else if self.expansion.repeat(anchored.values) {
            self.builder.set_alias_target(id, anchored.id);
            return;
        } else if self.is_excessive {
            return;
        } else {
            self.is_excessive = true;
            format!(
                "with `{}`, nearly all values of the document are repeated by aliases, and readers refuse such a document: repeat less",
                range.of(self.text)
            )
        };
        self.scalar_faults.push(SyntaxFault {
            range,
            message,
            related: None,
        });
    }

    fn scalar(
        &mut self,
        decoded: &str,
        style: ScalarStyle,
        tagged: Option<Kind>,
        range: TextRange,
    ) -> NodeId {
        let (range, indent) = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                yaml_scalar::block_extent(self.readable, self.previous_end, range)
                    .map_or((range, 0), |extent| (extent.raw, extent.indent))
            }
            // The parser has an absent value before its colon.
            _ if range.is_empty()
                && !self.builder.expects_key()
                && self.text.get(range.start()..range.start() + 1) == Some(":")
                && self.is_own_colon(range.start()) =>
            {
                (TextRange::empty(range.start() + 1), 0)
            }
            _ => (range, 0),
        };
        let written = range.of(self.text);
        let has_template = self.is_filled && written != range.of(self.readable);
        let original;
        let decoded = if has_template {
            original = match style {
                ScalarStyle::Plain if !written.contains(['\n', '\r']) => Cow::Borrowed(written),
                _ => yaml_scalar::decode_text(written, style, indent as usize)
                    .unwrap_or(Cow::Borrowed(written)),
            };
            &*original
        } else {
            decoded
        };
        let kind = match (tagged, style) {
            // A tag that does not fit is for the reader to refuse; the text stays what it is.
            (Some(Kind::Bool), _) if yaml_types::boolean(decoded).is_none() => Kind::String,
            (Some(Kind::Number), _) if yaml_types::plain_kind(decoded) != Kind::Number => {
                Kind::String
            }
            (Some(kind), _) => kind,
            (None, ScalarStyle::Plain) if !has_template => yaml_types::plain_kind(decoded),
            _ => Kind::String,
        };
        if style == ScalarStyle::Plain && decoded == MERGE_KEY && self.builder.expects_key() {
            self.builder.mark_merge_key();
        }
        let id = self.builder.leaf(kind, range);
        self.expansion.add();
        self.builder.update(id, |node| {
            node.style = style;
            node.indent = indent;
        });
        let bare = if style.is_quoted() {
            written.get(1..written.len() - 1).unwrap_or(written)
        } else {
            written
        };
        if !std::ptr::eq(decoded, bare) && decoded != bare {
            self.builder.set_decoded(id, decoded.to_owned());
        }
        if has_template {
            self.check_template(id, written, style, range);
        }
        id
    }

    /// Whether the colon where a value is absent is that of its own key. After `? key` it may be that of an empty key of
    /// the mapping around, further left, or the first character of the next key.
    fn is_own_colon(&self, colon: usize) -> bool {
        let text = &self.readable;
        let next = text.as_bytes().get(colon + 1);
        if next.is_some_and(|&next| !next.is_ascii_whitespace() && !b",[]{}".contains(&next)) {
            return false;
        }
        let before = text.get(self.previous_end..colon).unwrap_or_default();
        let is_on_line = !before.contains(['\n', '\r']);
        is_on_line
            || self.open.last().is_none_or(|mapping| {
                mapping.flow || column(text, colon) >= column(text, mapping.range.start())
            })
    }

    /// Tells when a scalar is only a scalar because its templates were replaced.
    fn check_template(&mut self, id: NodeId, written: &str, style: ScalarStyle, range: TextRange) {
        match style {
            ScalarStyle::Plain => {
                let in_flow = self.flow_depth > 0;
                if written.starts_with("{{")
                    || in_flow
                    || written.contains(": ")
                    || written.contains(" #")
                {
                    self.unquoted.push(id);
                }
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                if yaml_scalar::decode_text(written, style, 0).is_none() {
                    let quote = if style == ScalarStyle::SingleQuoted {
                        "'"
                    } else {
                        "\""
                    };
                    let inside = written
                        .get(1..)
                        .and_then(|rest| rest.find(quote))
                        .map_or(0, |at| at + 1);
                    let at = range.start() + inside;
                    self.scalar_faults.push(SyntaxFault {
                        range: TextRange::new(at, at + 1),
                        message: format!(
                            "`{quote}` inside a scalar that is quoted with `{quote}` ends it here"
                        ),
                        related: Some((
                            TextRange::new(range.start(), range.start() + 1),
                            "the scalar begins here".to_owned(),
                        )),
                    });
                }
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {}
        }
    }

    /// What lies before the marker of a document is no part of it, least of all what could not be read.
    fn skip_to_document(&mut self, start: usize) {
        let from = self.previous_end;
        let before = self.readable.get(from..start).unwrap_or_default();
        let marker = before.rfind("\n...").max(before.rfind("\n---"));
        self.previous_end = marker.map_or(from, |at| from + at + "\n...".len());
    }

    /// Where the innermost open bracket is. A pair in a flow sequence is a mapping without brackets of its own.
    fn innermost_bracket(&self) -> Option<usize> {
        let in_brackets = self.open.iter().rev().filter(|open| open.flow);
        let mut starts = in_brackets.map(|open| open.range.start());
        starts.find(|&start| {
            let rest = self.readable.get(start..).unwrap_or_default();
            rest.starts_with(['[', '{'])
        })
    }

    /// Tells where the scalar or bracket begins that a fault is about.
    fn explain(&self, mut fault: SyntaxFault) -> SyntaxFault {
        if fault.related.is_some() {
            return fault;
        }
        let before = TextRange::new(self.previous_end, fault.range.start());
        let quote = before.of(self.readable).find(['"', '\'']);
        if let Some(at) = quote.filter(|_| fault.message.contains("quoted scalar")) {
            let at = before.start() + at;
            let place = TextRange::new(at, at + 1);
            fault.related = Some((place, "the quoted text begins here".to_owned()));
        } else if let Some(start) = self.innermost_bracket() {
            let place = TextRange::new(start, start + 1);
            fault.related = Some((place, "in the brackets that open here".to_owned()));
        }
        fault
    }

    fn anchor(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { id, values: 1 });
        }
    }

    fn end_document(&mut self) {
        while self.builder.depth() > 0 {
            self.builder.close(None);
        }
        self.open.clear();
        self.flow_depth = 0;
        self.anchors.clear();
        self.expansion = Expansion::default();
        self.is_excessive = false;
    }
}

#[cfg(test)]
mod tests;
