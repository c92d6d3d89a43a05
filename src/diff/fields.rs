//! The fields of an object, each by the keys that lead to it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::FieldChange;
use crate::{
    sensitive::{self, REDACTED, printable},
    source::TextRange,
    syntax::{Kind, NodeRef},
};

/// The most fields of one object that are compared. Aliases of YAML make many of few lines, within what readers take.
const MOST_FIELDS: usize = 20_000;

/// Why an object cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it has more than {MOST_FIELDS} fields")]
pub struct TooManyFields;

/// An object, and the secrets of its file as ranges in order.
pub type Side<'t> = (NodeRef<'t>, &'t [TextRange]);

/// Whether an entry is left out, by its path and its value.
pub type Skip<'s> = dyn Fn(&str, NodeRef<'_>) -> bool + 's;

/// What people look at first, by the paths it lies under.
const FIRST: [&str; 12] = [
    "metadata.name",
    "spec.version",
    "metadata.description",
    "metadata.labels",
    "spec.template.type",
    "spec.template.cloudType",
    "type",
    "layer",
    "version",
    "tag",
    "registry.metadata.name",
    "registry.metadata",
];

/// What fields are sorted by: the order of keys in a file says nothing.
fn rank(path: &str) -> (usize, String) {
    let is_in = |first: &str| {
        let rest = path.strip_prefix(first);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let rank = FIRST.iter().position(|first| is_in(first));
    // The tenth item comes after the second.
    let mut key = String::with_capacity(path.len());
    for (number, part) in path.split('[').enumerate() {
        match part.split_once(']').filter(|_| number > 0) {
            Some((index, rest)) => key.push_str(&format!("[{index:0>10}]{rest}")),
            None => key.push_str(part),
        }
    }
    (rank.unwrap_or(FIRST.len()), key)
}

/// What differs in the fields of two objects, in an order of its own.
///
/// # Errors
///
/// [`TooManyFields`].
pub fn changes(
    old: Option<Side<'_>>,
    new: Option<Side<'_>>,
    skip: &Skip<'_>,
) -> Result<Vec<FieldChange>, TooManyFields> {
    let leaves = |side: Option<Side<'_>>| match side {
        Some((node, secrets)) => Leaves::of(node, secrets, skip),
        None => Ok(Vec::new()),
    };
    let (old, new) = (leaves(old)?, leaves(new)?);
    let by_path: BTreeMap<&str, &Leaf> =
        old.iter().map(|leaf| (leaf.path.as_str(), leaf)).collect();
    let mut changes = Vec::new();
    let mut seen = BTreeSet::new();
    for leaf in &new {
        seen.insert(leaf.path.as_str());
        let before = by_path.get(leaf.path.as_str());
        if !before.is_some_and(|before| before.value == leaf.value) {
            changes.push(FieldChange {
                path: leaf.path.clone(),
                old: before.map(|before| before.shown_beside(Some(leaf))),
                new: Some(leaf.shown_beside(before.copied())),
            });
        }
    }
    let gone = old.iter().filter(|leaf| !seen.contains(leaf.path.as_str()));
    changes.extend(gone.map(|leaf| FieldChange {
        path: leaf.path.clone(),
        old: Some(leaf.shown_beside(None)),
        new: None,
    }));
    changes.sort_by_cached_key(|change| rank(&change.path));
    Ok(changes)
}

/// A field that says something.
struct Leaf {
    path: String,
    value: Value,
    is_secret: bool,
}

/// A scalar, by what it means.
#[derive(Debug, PartialEq)]
enum Value {
    Bool(bool),
    Number(String),
    String(String),
}

impl Leaf {
    /// The value as it may be shown. A text that could be mistaken for the value on the other side is put in quotes.
    fn shown_beside(&self, other: Option<&Self>) -> String {
        let is_mask =
            |leaf: &Self| matches!(&leaf.value, Value::String(text) if sensitive::is_mask(text));
        // What is masked on the other side is a secret on this one.
        if self.is_secret || (other.is_some_and(is_mask) && !is_mask(self)) {
            return REDACTED.to_owned();
        }
        match &self.value {
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => printable(number),
            Value::String(text) => {
                let is_other_kind =
                    other.is_some_and(|other| !matches!(other.value, Value::String(_)));
                if is_other_kind {
                    format!("\"{}\"", printable(text))
                } else {
                    printable(text)
                }
            }
        }
    }
}

struct Leaves<'l> {
    secrets: &'l [TextRange],
    skip: &'l Skip<'l>,
    found: Vec<Leaf>,
    visited: usize,
}

impl<'l> Leaves<'l> {
    fn of(
        node: NodeRef<'_>,
        secrets: &'l [TextRange],
        skip: &'l Skip<'l>,
    ) -> Result<Vec<Leaf>, TooManyFields> {
        let mut leaves = Self {
            secrets,
            skip,
            found: Vec::new(),
            visited: 0,
        };
        leaves.collect(node.resolved(), "")?;
        Ok(leaves.found)
    }

    fn collect(&mut self, node: NodeRef<'_>, path: &str) -> Result<(), TooManyFields> {
        self.visited += 1;
        if self.visited > MOST_FIELDS {
            return Err(TooManyFields);
        }
        let joined = |key: &str| match path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        match node.kind() {
            Kind::Object => {
                let mut entries: Vec<(Cow<'_, str>, NodeRef<'_>)> = node
                    .entries()
                    .map(|(key, value)| (key.text(), value))
                    .collect();
                // Of duplicate keys the last one counts.
                let last: BTreeMap<Cow<'_, str>, usize> = entries
                    .iter()
                    .enumerate()
                    .map(|(number, (key, _))| (key.clone(), number))
                    .collect();
                let mut number = 0;
                entries.retain(|(key, _)| {
                    number += 1;
                    last.get(key) == Some(&(number - 1))
                });
                for (key, value) in entries {
                    let path = joined(&key);
                    if !(self.skip)(&path, value) {
                        self.collect(value, &path)?;
                    }
                }
            }
            Kind::Array => {
                for (index, item) in node.items().enumerate() {
                    let path = format!("{path}[{index}]");
                    if !(self.skip)(&path, item) {
                        self.collect(item, &path)?;
                    }
                }
            }
            _ => {
                if let Some(value) = value_of(node) {
                    self.found.push(Leaf {
                        path: path.to_owned(),
                        value,
                        is_secret: self.is_secret(node),
                    });
                }
            }
        }
        Ok(())
    }

    fn is_secret(&self, node: NodeRef<'_>) -> bool {
        let range = node.range();
        let first = self
            .secrets
            .partition_point(|secret| secret.end() <= range.start());
        self.secrets
            .get(first)
            .is_some_and(|secret| secret.start() < range.end())
    }
}

/// What a scalar says; `None` for what says the same as no field at all. Exports leave out empty texts and flags that are
/// false, and not all versions of Palette do.
fn value_of(node: NodeRef<'_>) -> Option<Value> {
    match node.kind() {
        Kind::Bool => node.as_bool().filter(|value| *value).map(Value::Bool),
        Kind::Number => {
            let text = node.as_number().unwrap_or(Cow::Borrowed(node.source()));
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            let is_exact = text.len() <= EXACT_DIGITS;
            Some(Value::Number(match number.filter(|_| is_exact) {
                Some(number) => number.to_string(),
                None => text.into_owned(),
            }))
        }
        Kind::String | Kind::Alias => {
            let text = node.text();
            (!text.is_empty()).then(|| Value::String(text.into_owned()))
        }
        Kind::Null | Kind::Array | Kind::Object => None,
    }
}

/// Characters of a number that a double holds for certain.
const EXACT_DIGITS: usize = 15;
