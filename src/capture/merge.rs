//! A file of a destination folder that answers are put together in.

use std::{collections::HashMap, path::Path};

use serde_json::{Map, Value, json};

use super::value_of;
use crate::{
    source::{ReadError, Source, shown_path},
    syntax::{Format, parse_plain},
};

/// The fields that tell the items of a list apart.
pub type Key = &'static [&'static [&'static str]];

/// How many items an answer adds to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Items that were not there.
    pub new: usize,
    /// Items that were there and said something else.
    pub changed: usize,
    /// Items that were there as they are.
    pub known: usize,
}

/// A file as it was and as it will be.
#[derive(Debug)]
pub struct Merged {
    before: Option<String>,
    value: Value,
}

impl Merged {
    /// Reads a file; one that is not there is empty.
    ///
    /// # Errors
    ///
    /// Why nothing can be put into it.
    pub fn read(path: &Path, max_file_size: u64) -> Result<Self, String> {
        let shown = shown_path(path);
        let source = match Source::read(path, &shown, max_file_size) {
            Ok(source) => source,
            Err(ReadError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self {
                    before: None,
                    value: Value::Null,
                });
            }
            Err(error) => return Err(format!("`{shown}`: {error}")),
        };
        let (tree, faults) = parse_plain(Format::Json, source.text());
        let root = tree.as_ref().and_then(|tree| tree.documents().next());
        match root.filter(|_| faults.is_empty() && source.invalid_utf8_at().is_none()) {
            Some(root) => Ok(Self {
                before: Some(source.text().to_string()),
                value: value_of(root),
            }),
            None => Err(format!(
                "`{shown}` is there and no JSON: mend it or take it away first"
            )),
        }
    }

    /// Whether it will be another than it was.
    pub fn is_changed(&self) -> bool {
        self.before.as_deref() != Some(self.text().as_str())
    }

    /// Its text as it will be.
    pub fn text(&self) -> String {
        // A value that was read or made here has no keys that are no strings.
        let mut text = serde_json::to_string_pretty(&self.value).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Puts items into its list `items`. Of two that agree in the key the later one counts.
    pub fn items(&mut self, items: Vec<Value>, key: Key) -> Counts {
        let list = match self.value.take() {
            Value::Object(mut answer) => match answer.remove("items") {
                Some(list) => {
                    self.value = Value::Object(answer);
                    list
                }
                None if answer.is_empty() => Value::Null,
                // What stands by itself becomes the first item.
                None => json!([answer]),
            },
            list => list,
        };
        let (list, counts) = joined(list, items, key, |known, item| *known = item);
        self.set("items", list);
        counts
    }

    /// Puts macros into its list `macros`. A value that is there stays: somebody has decided to keep it.
    pub fn macros(&mut self, macros: Vec<Value>) -> Counts {
        let list = match self.value.take() {
            Value::Object(mut answer) => match answer.remove("macros") {
                Some(list) => list,
                None => answer
                    .into_iter()
                    .map(|(name, value)| json!({ "name": name, "value": value }))
                    .collect(),
            },
            list => list,
        };
        let (list, counts) = joined(list, macros, &[&["name"]], |known, item| {
            let is_kept = known.get("value").is_some_and(|value| value != "");
            if !is_kept {
                *known = item;
            }
        });
        self.set("macros", list);
        counts
    }

    fn set(&mut self, field: &str, list: Vec<Value>) {
        let mut answer = match self.value.take() {
            Value::Object(answer) => answer,
            _ => Map::new(),
        };
        answer.insert(field.to_owned(), Value::Array(list));
        self.value = Value::Object(answer);
    }

    /// Tells how many items there are on all pages; of several answers the largest number counts.
    pub fn set_list_count(&mut self, count: u64) {
        let before = self
            .value
            .pointer("/listmeta/count")
            .and_then(Value::as_u64);
        let count = before.map_or(count, |before| before.max(count));
        if let Some(answer) = self.value.as_object_mut() {
            answer.insert("listmeta".to_owned(), json!({ "count": count }));
        }
    }

    /// Takes an answer in place of the one that is there.
    pub fn replace(&mut self, value: Value) -> Counts {
        let counts = match (&self.before, self.value == value) {
            (None, _) => Counts {
                new: 1,
                ..Counts::default()
            },
            (Some(_), true) => Counts {
                known: 1,
                ..Counts::default()
            },
            (Some(_), false) => Counts {
                changed: 1,
                ..Counts::default()
            },
        };
        self.value = value;
        counts
    }
}

/// A list with more items in it, and what they add. `replace` puts a new item in the place of a known one.
fn joined(
    list: Value,
    items: Vec<Value>,
    key: Key,
    replace: impl Fn(&mut Value, Value),
) -> (Vec<Value>, Counts) {
    let mut list = match list {
        Value::Array(list) => list,
        _ => Vec::new(),
    };
    let mut counts = Counts::default();
    let known = list.iter().enumerate();
    let mut numbers: HashMap<String, usize> = known
        .map(|(number, item)| (identity(item, key), number))
        .collect();
    for item in items {
        let identity = identity(&item, key);
        match numbers
            .get(&identity)
            .and_then(|number| list.get_mut(*number))
        {
            Some(known) => {
                let before = known.clone();
                replace(known, item);
                if *known == before {
                    counts.known += 1;
                } else {
                    counts.changed += 1;
                }
            }
            None => {
                counts.new += 1;
                numbers.insert(identity, list.len());
                list.push(item);
            }
        }
    }
    (list, counts)
}

/// What two items that are the same thing agree in, as text.
fn identity(item: &Value, key: Key) -> String {
    let fields = key.iter().map(|keys| {
        let field = keys.iter().try_fold(item, |value, key| value.get(key));
        field.cloned().unwrap_or(Value::Null)
    });
    let fields: Vec<Value> = fields.collect();
    if fields.iter().all(Value::is_null) {
        // One that has nothing to be known by is only the same as its equal.
        return item.to_string();
    }
    Value::Array(fields).to_string()
}
