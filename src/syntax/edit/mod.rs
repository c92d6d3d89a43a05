//! Edits of a document: the bytes that give a scalar another value, or an object other entries, in the way the file is
//! written. The only place besides the parsers that knows how the two formats differ.

mod entries;

use std::fmt;

use crate::source::{
    Edit, JsonStringStyle, Restyled, Surroundings, TextRange, encode_json_string,
    yaml_scalar::{self, ScalarStyle, Site},
};

use super::{Format, Kind, NodeRef};

pub use entries::EntryChanges;

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

impl<'t> NodeRef<'t> {
    /// What decides how a string can be written where this node is.
    #[must_use]
    pub fn surroundings(self) -> Surroundings {
        match self.tree().format() {
            Format::Json => Surroundings::Json(self.tree().json_style()),
            Format::Yaml => Surroundings::Yaml(self.site()),
        }
    }

    fn site(self) -> Site {
        let mut in_flow = self.own_entry().is_some_and(|(key, _)| key == self);
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
        {
            let layer = self.layer()?;
            return layer.edits(&[difference(layer.text(), text)], surroundings);
        }
        let site = match surroundings {
            Surroundings::Json(style) => return whole(json_scalar(value, style)),
            Surroundings::Yaml(site) => site,
        };
        let written = yaml_value(value, site);
        let source = self.source();
        if matches!(self.style(), ScalarStyle::Literal | ScalarStyle::Folded) {
            let kept = source.trim_end_matches([' ', '\t', '\n', '\r']).len();
            return whole(written + source.get(kept..)?);
        }
        // Nothing stands after the colon or the dash, not even a space.
        let is_absent = self.range().is_empty();
        whole(if is_absent {
            format!(" {written}")
        } else {
            written
        })
    }
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

fn json_scalar(value: &Scalar, style: JsonStringStyle) -> String {
    match value {
        Scalar::String(text) => format!("\"{}\"", encode_json_string(text, style)),
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
fn column(text: &str, at: usize) -> usize {
    let start = line_start(text, at);
    let line = text.get(start..at).unwrap_or_default();
    line.strip_prefix('\u{feff}').unwrap_or(line).len()
}

/// The offset after the last line break before `at`.
fn line_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind(['\n', '\r']).map_or(0, |found| found + 1)
}
