//! Edits of a document: the bytes that give a scalar another value, or an object other entries, in the way the file is
//! written. The only place besides the parsers that knows how the two formats differ.

mod entries;

use std::fmt;

use crate::source::{
    Edit, JsonHabits, Restyled, Surroundings, TextRange, encode_json_string,
    yaml_scalar::{self, ScalarStyle, Site},
};

use super::{Format, Kind, NodeRef, yaml_writer::MAX_SIMPLE_KEY};

pub use entries::{Changed, EntryChanges};

/// A scalar to write. It may be a secret, so `Debug` shows none of its text.
#[derive(Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A string.
    String(String),
    /// A boolean.
    Bool(bool),
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String(text) => write!(f, "String({} bytes)", text.len()),
            Self::Bool(value) => write!(f, "Bool({value})"),
        }
    }
}

/// What anchors and tags begin with.
const PROPERTIES: [char; 2] = ['&', '!'];

impl<'t> NodeRef<'t> {
    /// What decides how a string can be written where this node is.
    #[must_use]
    pub fn surroundings(self) -> Surroundings<'t> {
        match self.tree().format() {
            Format::Json => Surroundings::Json(self.tree().json_habits()),
            Format::Yaml => Surroundings::Yaml(self.site()),
        }
    }

    fn site(self) -> Site {
        let mut in_flow = self.is_key();
        let mut around = self.parent();
        while let Some(node) = around {
            in_flow |= node.is_in_brackets();
            around = node.parent();
        }
        Site {
            parent: self.parent().map_or(0, NodeRef::block_column),
            in_flow,
            line_break: self.tree().line_break(),
        }
    }

    /// Whether it is a collection in `[…]` or `{…}`. One on lines begins with its first child, which may be in
    /// brackets.
    fn is_in_brackets(self) -> bool {
        let first = self.children().next();
        self.source().starts_with(['[', '{'])
            && matches!(self.kind(), Kind::Array | Kind::Object)
            && first.is_none_or(|first| first.range().start() > self.range().start())
    }

    /// The column of the keys or of the dashes of a collection on lines.
    fn block_column(self) -> usize {
        let start = self.range().start();
        let begins_with_item = self
            .children()
            .next()
            .is_some_and(|first| first.range().start() == start);
        let dash = self.source().strip_prefix('-');
        let begins_with_dash = !begins_with_item
            && dash.is_some_and(|rest| !rest.starts_with(|c| !" \t\n\r".contains(c)));
        match self.parent() {
            // Dashes that stand where the keys of the object around them do are not part of the array.
            Some(object) if self.kind() == Kind::Array && !begins_with_dash => {
                object.block_column()
            }
            _ => column(self.tree().text(), start),
        }
    }

    /// The edits that give a node another value, and the change of style that takes. What stands there may be anything;
    /// a string keeps as many of its bytes as it can. `None` when the node cannot be edited as it is written.
    #[must_use]
    pub fn set(self, value: &Scalar) -> Option<(Vec<Edit>, Option<Restyled>)> {
        if self.is_inside_key() {
            return None;
        }
        let whole = |text: String| {
            Some((
                vec![Edit {
                    range: self.range(),
                    text,
                }],
                None,
            ))
        };
        let surroundings = self.surroundings();
        if let Scalar::String(text) = value
            && self.kind() == Kind::String
            && !self.range().is_empty()
        {
            let layer = self.layer()?;
            return layer.edits(&[difference(layer.text(), text)], surroundings);
        }
        let site = match surroundings {
            Surroundings::Json(habits) => return whole(json_scalar(value, habits)),
            Surroundings::Yaml(site) => site,
        };
        let is_collection = matches!(self.kind(), Kind::Array | Kind::Object);
        if is_collection && !self.is_in_brackets() || !self.tags_allow(value) {
            return None;
        }
        let written = yaml_value(value, site);
        if self.range().is_empty() {
            return self.filled(&written).map(|edit| (vec![edit], None));
        }
        match self.style() {
            style @ (ScalarStyle::Literal | ScalarStyle::Folded) => {
                let indent = self.indent() as usize;
                let edits = yaml_scalar::replace(self.source(), style, indent, &written)?;
                let shifted = edits.into_iter().map(|edit| Edit {
                    range: edit.range.shifted(self.range().start()),
                    text: edit.text,
                });
                Some((shifted.collect(), None))
            }
            _ => whole(written),
        }
    }

    /// Whether it is a part of a key that is a collection: with another value there the entry would be another one.
    fn is_inside_key(self) -> bool {
        std::iter::successors(self.parent(), |node| node.parent()).any(NodeRef::is_key)
    }

    /// The words before it on its line, the last one first.
    fn words_before(self) -> impl Iterator<Item = &'t str> {
        let text = self.tree().text();
        let start = self.range().start();
        let before = TextRange::new(line_start(text, start), start).of(text);
        let words = before.rsplit([' ', '\t', '\u{feff}', '[', '{', ',']);
        words.filter(|word| !word.is_empty())
    }

    /// Whether the tag of a scalar, if it has one, leaves a value what it is: those of the core schema tell the type, and
    /// under others everything is a string.
    fn tags_allow(self, value: &Scalar) -> bool {
        let properties = self.words_before();
        let mut properties = properties.take_while(|word| word.starts_with(PROPERTIES));
        let tag = properties.find(|word| word.starts_with('!'));
        match tag {
            None => true,
            Some(tag) if tag.starts_with("!!") || tag.starts_with("!<") => {
                self.kind() == value.kind()
            }
            Some(_) => value.kind() == Kind::String,
        }
    }

    /// Whether a `?` tells that it is a key.
    fn is_explicit_key(self) -> bool {
        let mut words = self.words_before();
        words.find(|word| !word.starts_with(PROPERTIES)) == Some("?")
    }

    /// The edit that writes a value where none is written.
    fn filled(self, written: &str) -> Option<Edit> {
        let text = self.tree().text();
        let start = self.range().start();
        let (at, text) = match (self.key(), self.parent()) {
            (Some(key), Some(object)) => {
                let at = absent_end(key, self);
                if at > key.range().end() {
                    (at, format!(" {written}"))
                } else if object.is_in_brackets() && may_precede_colon(key.source()) {
                    (at, format!(": {written}"))
                } else {
                    return None;
                }
            }
            (None, Some(array)) => {
                // The place is told after a comment, if there is one; an anchor or a tag may stand on a line of its own.
                let line = line_start(text, start);
                let dash = line + array.block_column();
                let after_dash = TextRange::new(dash, start).of(text).strip_prefix('-');
                let item = after_dash.unwrap_or(TextRange::new(line, start).of(text));
                let comment = item.find(" #").or_else(|| item.find("\t#"));
                let properties = item.get(..comment.unwrap_or(item.len()))?.trim_end();
                if after_dash.is_none() && properties.is_empty() {
                    return None;
                }
                let at = start - item.len() + properties.len();
                (at, format!(" {written}"))
            }
            (_, None) => (start, format!(" {written}")),
        };
        Some(Edit {
            range: TextRange::empty(at),
            text,
        })
    }
}

impl Scalar {
    fn kind(&self) -> Kind {
        match self {
            Self::String(_) => Kind::String,
            Self::Bool(_) => Kind::Bool,
        }
    }
}

/// Whether a key is one that readers take for one without a `?` before it: on one line, and not too long.
fn may_precede_colon(written: &str) -> bool {
    !written.contains(['\n', '\r']) && written.chars().count() <= MAX_SIMPLE_KEY
}

/// Where the entry of a value ends. The ranges of nodes leave out the colon behind which nothing is written, and the
/// blank that must come between it and a comma for some readers.
fn entry_end(value: NodeRef<'_>) -> usize {
    let mut last = value;
    while let Some(child) = last.children().last().filter(|_| !last.is_in_brackets()) {
        last = child;
    }
    match last.key().filter(|_| last.range().is_empty()) {
        Some(key) => {
            let end = absent_end(key, last);
            let rest = key.tree().text().get(end..).unwrap_or_default();
            end + usize::from(rest.starts_with([' ', '\t']))
        }
        None => last.range().end(),
    }
}

/// Where an entry ends whose value is not written: after its colon, and after an anchor or a tag there.
fn absent_end(key: NodeRef<'_>, value: NodeRef<'_>) -> usize {
    let text = key.tree().text();
    let end = key.range().end();
    // After `? key` the colon comes on a line of its own.
    let is_explicit = key.is_explicit_key();
    let colon = if is_explicit {
        after_white_space(text, end)
    } else {
        let rest = text.get(end..).unwrap_or_default();
        end + rest.len() - rest.trim_start_matches([' ', '\t']).len()
    };
    match text.as_bytes().get(colon) {
        Some(b':') => value.range().start().max(colon + 1),
        _ => end,
    }
}

/// The offset of the first byte that is no white space, no comment, and no comma between entries.
fn after_white_space(text: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => at += 1,
            b'#' => at = break_at(text, at),
            _ => break,
        }
    }
    at
}

/// The offset of the next line break, or of the end.
fn break_at(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    from + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// The edit that makes one text of another. Of texts of several lines it is what lies between their common start and
/// their common end.
fn difference(old: &str, new: &str) -> Edit {
    if !old.contains('\n') {
        return Edit {
            range: TextRange::new(0, old.len()),
            text: new.to_owned(),
        };
    }
    let common = |one: &str, other: &str| {
        let pairs = one.chars().zip(other.chars());
        let same = pairs.take_while(|(one, other)| one == other);
        same.map(|(c, _)| c.len_utf8()).sum::<usize>()
    };
    let start = common(old, new);
    let (old_rest, new_rest) = (
        old.get(start..).unwrap_or_default(),
        new.get(start..).unwrap_or_default(),
    );
    let pairs = old_rest.chars().rev().zip(new_rest.chars().rev());
    let same = pairs.take_while(|(one, other)| one == other);
    let end: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let len = new_rest.len() - end;
    Edit {
        range: TextRange::new(start, old.len() - end),
        text: new_rest.get(..len).unwrap_or_default().to_owned(),
    }
}

fn json_scalar(value: &Scalar, habits: JsonHabits<'_>) -> String {
    match value {
        Scalar::String(text) => {
            format!("\"{}\"", encode_json_string(text, habits.style_for(text)))
        }
        Scalar::Bool(value) => value.to_string(),
    }
}

fn yaml_value(value: &Scalar, site: Site) -> String {
    match value {
        Scalar::String(text) => yaml_scalar::write(text, ScalarStyle::Plain, 0, site).0,
        Scalar::Bool(value) => value.to_string(),
    }
}

/// The 0-based column of an offset, in bytes, a byte order mark not counted.
pub(super) fn column(text: &str, at: usize) -> usize {
    let start = line_start(text, at);
    let line = text.get(start..at).unwrap_or_default();
    line.strip_prefix('\u{feff}').unwrap_or(line).len()
}

/// The offset after the last line break before `at`.
fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind(['\n', '\r']).map_or(0, |found| found + 1)
}
