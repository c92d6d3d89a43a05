//! Objects that conform, known again by how they are written: the packs of a batch are the same again and again, but for
//! their values.

use std::sync::{LazyLock, PoisonError, RwLock};

use foldhash::HashSet;

use super::RuleId;
use crate::syntax::{Format, Kind, NodeRef};

/// Of strings with more bytes than this, nothing is asked but that they are strings: see the test of it.
pub(super) const LONG: usize = 256;

/// The most bytes of an outline that is kept.
const LONGEST: usize = 2048;

/// So many outlines are kept.
const MOST: usize = 2048;

/// A rule, and an object as it is written but for what is in its long strings.
type Outline = Vec<u8>;

/// The outlines of objects that conform to a rule.
#[derive(Debug)]
pub(super) struct Outlines(LazyLock<RwLock<HashSet<Outline>>>);

impl Outlines {
    pub(super) const fn new() -> Self {
        Self(LazyLock::new(RwLock::default))
    }

    /// What is said of an object by its outline, or else by `find_out`.
    pub(super) fn verdict(
        &self,
        mut outline: Outline,
        find_out: impl FnOnce() -> Option<bool>,
    ) -> Option<bool> {
        // What a panicking thread leaves behind is whole.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&outline) {
            return Some(true);
        }
        drop(known);
        let verdict = find_out();
        if verdict == Some(true) {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() < MOST {
                outline.shrink_to_fit();
                known.insert(outline);
            }
        }
        verdict
    }
}

/// The outline of a JSON object that has long strings; `None` of every other value, which is as soon looked at.
pub(super) fn outline(rule: RuleId, object: NodeRef<'_>) -> Option<Outline> {
    if object.tree().format() != Format::Json || object.kind() != Kind::Object {
        return None;
    }
    let text = object.tree().text().as_bytes();
    let range = object.range();
    let mut outline = Vec::with_capacity(LONGEST);
    outline.extend(rule.to_ne_bytes());
    let mut from = range.start();
    for (_, value) in object.written_entries() {
        let string = value.range();
        if value.kind() == Kind::String && string.len() > LONG {
            outline.extend(text.get(from..string.start())?);
            // No JSON string has this byte in it as it is.
            outline.push(0);
            from = string.end();
        }
    }
    if from == range.start() || range.end() - from > LONGEST {
        return None;
    }
    outline.extend(text.get(from..range.end())?);
    (outline.len() <= LONGEST).then_some(outline)
}
