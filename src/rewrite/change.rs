//! Changes of a document, and the byte edits that make them.

use crate::{
    profile::Embedded,
    source::{
        JsonStringStyle, TextRange, encode_json_string,
        yaml_scalar::{self, ScalarStyle},
    },
    syntax::{Format, Kind, NodeRef, escape_pointer_token},
};

/// A scalar to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    /// A string.
    String(String),
    /// A boolean.
    Bool(bool),
}

/// A change of the outer document or of a document embedded in it.
#[derive(Debug, Clone)]
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

/// One replacement of bytes of the outer file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are replaced.
    pub range: TextRange,
    /// What stands there afterwards.
    pub text: String,
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

impl Change<'_> {
    /// The edit that makes this change, in the style of the file.
    ///
    /// # Errors
    ///
    /// [`EditError`] when the value cannot be written there.
    pub fn edit(&self, style: JsonStringStyle) -> Result<Edit, EditError> {
        match self {
            Self::Set { node, value } => {
                json_only(*node)?;
                Ok(Edit {
                    range: node.range(),
                    text: json_scalar(value, style),
                })
            }
            Self::Insert { object, key, value } => {
                json_only(*object)?;
                Ok(insertion(*object, key, &json_scalar(value, style)))
            }
            Self::Remove { node } => {
                json_only(*node)?;
                Ok(removal(*node))
            }
            Self::SetInner {
                embedded,
                node,
                text,
            } => {
                let raw =
                    yaml_text(*node, text).ok_or_else(|| EditError::Scalar(node.pointer()))?;
                let text = embedded
                    .layer()
                    .encode_piece(&raw, style)
                    .ok_or(EditError::Format)?;
                Ok(Edit {
                    range: embedded.layer().to_host(node.range()),
                    text,
                })
            }
        }
    }
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

/// A new entry at the end of an object, with the white space its neighbours have.
fn insertion(object: NodeRef<'_>, key: &str, value: &str) -> Edit {
    let text = object.tree().text();
    let between = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
    let entries: Vec<_> = object.entries().collect();
    let Some((last_key, last_value)) = entries.last() else {
        let inside = TextRange::new(object.range().start() + 1, object.range().end() - 1);
        return Edit {
            range: TextRange::empty(inside.start()),
            text: format!("\"{key}\":{value}"),
        };
    };
    // A colon that stands in a key is part of a string and so not between key and value.
    let colon = between(last_key.range().end(), last_value.range().start());
    let before_key = match entries
        .len()
        .checked_sub(2)
        .and_then(|index| entries.get(index))
    {
        Some((_, previous)) => {
            between(previous.range().end(), last_key.range().start()).replacen(',', "", 1)
        }
        None => between(object.range().start() + 1, last_key.range().start()).to_owned(),
    };
    Edit {
        range: TextRange::empty(last_value.range().end()),
        text: format!(",{before_key}\"{key}\"{colon}{value}"),
    }
}

/// The removal of an entry with one of the commas beside it.
fn removal(node: NodeRef<'_>) -> Edit {
    let range = match (node.own_entry(), node.parent()) {
        (Some((key, value)), Some(object)) => {
            let entries: Vec<_> = object.entries().collect();
            let index = entries
                .iter()
                .position(|(other, _)| *other == key)
                .unwrap_or(0);
            let previous = index.checked_sub(1).and_then(|index| entries.get(index));
            let next = entries.get(index + 1);
            match (previous, next) {
                (Some((_, previous)), _) => {
                    TextRange::new(previous.range().end(), value.range().end())
                }
                (None, Some((next, _))) => {
                    TextRange::new(key.range().start(), next.range().start())
                }
                (None, None) => {
                    TextRange::new(object.range().start() + 1, object.range().end() - 1)
                }
            }
        }
        _ => node.range(),
    };
    Edit {
        range,
        text: String::new(),
    }
}

/// A YAML scalar with this text, in the style of the scalar that stands there, or in double quotes where that style
/// cannot hold it.
fn yaml_text(node: NodeRef<'_>, text: &str) -> Option<String> {
    let in_double_quotes = || yaml_scalar::encode(text, ScalarStyle::DoubleQuoted, 0, false);
    if node.kind() == Kind::Alias {
        return in_double_quotes();
    }
    match node.style() {
        style @ (ScalarStyle::Literal | ScalarStyle::Folded) => {
            let source = node.source();
            let end = source.trim_end_matches(['\n', '\r', ' ']).len();
            let after = source.get(end..).unwrap_or_default();
            let block = yaml_scalar::encode(text, style, node.indent() as usize, false)?;
            Some(format!("{block}{after}"))
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
