//! Changes of a document, and the byte edits that make them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    profile::Embedded,
    source::{
        JsonStringStyle, TextRange, encode_json_string,
        yaml_scalar::{self, ScalarStyle},
    },
    syntax::{Format, NodeId, NodeRef, escape_pointer_token},
};

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

/// A change of the outer document or of a document embedded in it.
#[derive(Clone)]
pub enum Change<'t> {
    /// A scalar gets another value.
    Set {
        /// The scalar.
        node: NodeRef<'t>,
        /// Its new value.
        value: Scalar,
    },
    /// An object gets another entry, at its end.
    Insert {
        /// The object.
        object: NodeRef<'t>,
        /// The key.
        key: &'static str,
        /// Its value.
        value: Scalar,
    },
    /// An entry is removed.
    Remove {
        /// Its value.
        node: NodeRef<'t>,
    },
    /// A scalar of an embedded document gets another text.
    SetInner {
        /// The embedded text.
        embedded: &'t Embedded,
        /// The scalar in it.
        node: NodeRef<'t>,
        /// What a reader of the embedded document sees afterwards.
        text: String,
    },
}

impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set { node, value } => write!(f, "Set({}, {value:?})", node.pointer()),
            Self::Insert { object, key, value } => {
                write!(f, "Insert({}, {value:?})", entry_pointer(*object, key))
            }
            Self::Remove { node } => write!(f, "Remove({})", node.pointer()),
            Self::SetInner { node, text, .. } => {
                write!(f, "SetInner({}, {} bytes)", node.pointer(), text.len())
            }
        }
    }
}

/// One replacement of bytes of the outer file. It may hold a secret, so `Debug` shows none of its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are replaced.
    pub range: TextRange,
    /// What stands there afterwards.
    pub text: String,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Edit({:?}, {} bytes)", self.range, self.text.len())
    }
}

/// Why edits cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The outer format cannot be edited yet.
    #[error("YAML profiles can be checked, but not rewritten: export the profile as JSON")]
    Format,
    /// Two changes touch the same bytes.
    #[error("two changes touch the same bytes, at byte {0}")]
    Overlap(usize),
    /// A scalar cannot be written where it stands.
    #[error("`{0}` cannot hold its new value")]
    Scalar(String),
}

/// The edits that make these changes, in the style of the file.
///
/// # Errors
///
/// [`EditError`] when the file cannot be edited, or a value cannot be written where it belongs.
pub fn edits(changes: &[Change<'_>], style: JsonStringStyle) -> Result<Vec<Edit>, EditError> {
    let mut edits = Vec::new();
    // Entries that come and go share commas, so they are edited object by object.
    let mut objects: BTreeMap<NodeId, EntryChanges<'_>> = BTreeMap::new();
    for change in changes {
        match change {
            Change::Set { node, value } => {
                json_only(*node)?;
                edits.push(Edit {
                    range: node.range(),
                    text: json_scalar(value, style),
                });
            }
            Change::SetInner {
                embedded,
                node,
                text,
            } => edits.push(inner_edit(embedded, *node, text, style)?),
            Change::Insert { object, key, value } => {
                json_only(*object)?;
                let inserted = (*key, json_scalar(value, style));
                let changes = objects
                    .entry(object.id())
                    .or_insert_with(|| EntryChanges::of(*object));
                changes.inserted.push(inserted);
            }
            Change::Remove { node } => {
                json_only(*node)?;
                let Some(object) = node.parent() else {
                    continue;
                };
                let changes = objects
                    .entry(object.id())
                    .or_insert_with(|| EntryChanges::of(object));
                changes.removed.insert(node.id());
            }
        }
    }
    for changes in objects.values() {
        changes.edits(&mut edits);
    }
    Ok(edits)
}

fn inner_edit(
    embedded: &Embedded,
    node: NodeRef<'_>,
    text: &str,
    style: JsonStringStyle,
) -> Result<Edit, EditError> {
    let raw = yaml_text(node, text).ok_or_else(|| EditError::Scalar(node.pointer()))?;
    Ok(Edit {
        range: embedded.layer().to_host(node.range()),
        text: embedded
            .layer()
            .encode_piece(&raw, style)
            .ok_or(EditError::Format)?,
    })
}

fn json_only(node: NodeRef<'_>) -> Result<(), EditError> {
    match node.tree().format() {
        Format::Json => Ok(()),
        Format::Yaml => Err(EditError::Format),
    }
}

fn json_scalar(value: &Scalar, style: JsonStringStyle) -> String {
    match value {
        Scalar::String(text) => format!("\"{}\"", encode_json_string(text, style)),
        Scalar::Bool(value) => value.to_string(),
    }
}

/// The entries that come and go in one object.
struct EntryChanges<'t> {
    object: NodeRef<'t>,
    inserted: Vec<(&'static str, String)>,
    removed: BTreeSet<NodeId>,
}

impl<'t> EntryChanges<'t> {
    fn of(object: NodeRef<'t>) -> Self {
        Self {
            object,
            inserted: Vec::new(),
            removed: BTreeSet::new(),
        }
    }

    fn edits(&self, edits: &mut Vec<Edit>) {
        let entries: Vec<_> = self.object.entries().collect();
        let is_kept = |value: NodeRef<'_>| !self.removed.contains(&value.id());
        let Some(last_kept) = entries.iter().rposition(|(_, value)| is_kept(*value)) else {
            return edits.extend(self.all_anew(&entries));
        };
        let first_kept = entries.iter().position(|(_, value)| is_kept(*value));
        for (index, (key, value)) in entries.iter().enumerate() {
            if is_kept(*value) {
                continue;
            }
            let previous = index.checked_sub(1).and_then(|index| entries.get(index));
            let range = match (previous, entries.get(index + 1)) {
                // Before the first entry that stays, each one goes with the comma after it, else with that before.
                (_, Some((next, _))) if Some(index) < first_kept => {
                    TextRange::new(key.range().start(), next.range().start())
                }
                (Some((_, previous)), _) => {
                    TextRange::new(previous.range().end(), value.range().end())
                }
                _ => continue,
            };
            edits.push(Edit {
                range,
                text: String::new(),
            });
        }
        if let Some((_, last)) = entries.get(last_kept) {
            let text: String = self.inserted_with(&entries).collect();
            if !text.is_empty() {
                edits.push(Edit {
                    range: TextRange::empty(last.range().end()),
                    text,
                });
            }
        }
    }

    /// What stands in an object of which no entry stays.
    fn all_anew(&self, entries: &[(NodeRef<'_>, NodeRef<'_>)]) -> Option<Edit> {
        let inside = TextRange::new(
            self.object.range().start() + 1,
            self.object.range().end() - 1,
        );
        let text: String = self.inserted_with(entries).collect();
        let text = text.strip_prefix(',').unwrap_or(&text);
        let last = entries
            .last()
            .map_or(inside.start(), |(_, last)| last.range().end());
        let range = if text.is_empty() {
            inside
        } else {
            // The white space before the closing bracket stays.
            TextRange::new(inside.start(), last)
        };
        let is_nothing = range.is_empty() && text.is_empty();
        (!is_nothing).then(|| Edit {
            range,
            text: text.to_owned(),
        })
    }

    /// The new entries, each with a comma before it and the white space its neighbours have.
    fn inserted_with(
        &self,
        entries: &[(NodeRef<'_>, NodeRef<'_>)],
    ) -> impl Iterator<Item = String> {
        let text = self.object.tree().text();
        let between = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
        let lead = match entries.first() {
            Some((key, _)) => between(self.object.range().start() + 1, key.range().start()),
            None => "",
        };
        let colon = match (entries.last(), self.object.key()) {
            (Some((key, value)), _) => between(key.range().end(), value.range().start()),
            (None, Some(key)) => between(key.range().end(), self.object.range().start()),
            (None, None) => ":",
        };
        self.inserted
            .iter()
            .map(move |(key, value)| format!(",{lead}\"{key}\"{colon}{value}"))
    }
}

/// A YAML scalar with this text, in the style of the scalar that stands there, or in double quotes where that style
/// cannot hold it.
fn yaml_text(node: NodeRef<'_>, text: &str) -> Option<String> {
    let in_double_quotes = || yaml_scalar::encode(text, ScalarStyle::DoubleQuoted, 0, false);
    match node.style() {
        style @ (ScalarStyle::Literal | ScalarStyle::Folded) => {
            let source = node.source();
            let end = source.trim_end_matches(['\n', '\r', ' ']).len();
            let after = source.get(end..).unwrap_or_default();
            // A block begins and ends with its text: white space there would need another header.
            let inner = text.strip_suffix('\n').unwrap_or(text);
            let fits = !inner.is_empty() && inner.trim_matches([' ', '\t', '\n', '\r']) == inner;
            let block = fits
                .then(|| yaml_scalar::encode(text, style, node.indent() as usize, false))
                .flatten();
            Some(format!("{}{after}", block.or_else(in_double_quotes)?))
        }
        ScalarStyle::SingleQuoted => {
            yaml_scalar::encode(text, ScalarStyle::SingleQuoted, 0, false).or_else(in_double_quotes)
        }
        ScalarStyle::DoubleQuoted | ScalarStyle::Plain => in_double_quotes(),
    }
}

/// `text` with the edits made.
///
/// # Errors
///
/// [`EditError::Overlap`] when two edits touch the same bytes.
pub fn apply(text: &str, mut edits: Vec<Edit>) -> Result<String, EditError> {
    edits.sort_by_key(|edit| edit.range);
    let grown: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = String::with_capacity(text.len() + grown);
    let mut from = 0;
    for edit in edits {
        let (start, end) = (edit.range.start(), edit.range.end());
        if start < from {
            return Err(EditError::Overlap(start));
        }
        result.push_str(text.get(from..start).unwrap_or_default());
        result.push_str(&edit.text);
        from = end;
    }
    result.push_str(text.get(from..).unwrap_or_default());
    Ok(result)
}

/// The pointer to an entry of an object, whether it is there or not.
#[must_use]
pub fn entry_pointer(object: NodeRef<'_>, key: &str) -> String {
    format!("{}/{}", object.pointer(), escape_pointer_token(key))
}
