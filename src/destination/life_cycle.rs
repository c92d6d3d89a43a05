//! Where a pack version is in its life: offered, deprecated, disabled or deleted, and when its support ends.
//!
//! Palette's maintenance policy has three stages before a pack is gone. They are told by annotations of the pack, in its
//! `pack.json` as in every saved answer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::file::{Declaration, ParsedFile};
use crate::{date::Date, syntax::NodeRef};

/// Something that the destination folder tells, and where.
#[derive(Debug, Clone)]
pub struct Told<T> {
    /// What.
    pub value: T,
    /// Where.
    pub declared: Declaration,
}

impl<T> Told<T> {
    pub(super) fn new(value: T, declared: Declaration) -> Box<Self> {
        Box::new(Self { value, declared })
    }
}

/// The stages of a pack version, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Stage {
    /// Nothing says otherwise.
    #[default]
    Offered,
    /// It still works, and will be disabled.
    Deprecated,
    /// New profiles cannot take it; existing ones go on.
    Disabled,
    /// Nothing can be deployed with it any more.
    Deleted,
}

impl Stage {
    /// The stage with this name, in annotations and in `destination.yaml`.
    fn named(name: &str) -> Option<Self> {
        match name {
            "deprecated" => Some(Self::Deprecated),
            "disabled" => Some(Self::Disabled),
            "deleted" => Some(Self::Deleted),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Deprecated => "deprecated",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }
}

/// The life cycle of a pack version, as far as it is told.
#[derive(Debug, Clone, Default)]
pub struct LifeCycle {
    // Few versions tell any of it.
    stage: Option<Box<Told<Stage>>>,
    end: Option<Box<Told<Date>>>,
}

impl LifeCycle {
    /// Reads an object with `annotations` and `eol`: that of `pack.json`, and those of saved answers.
    #[must_use]
    pub fn of_pack(pack: NodeRef<'_>, file: &Arc<ParsedFile>) -> Self {
        let [annotations, end] = pack.get_each(["annotations", "eol"]);
        let annotations = annotations.map(|told| told.get_each(["system_state", "disabled"]));
        let [state, disabled] = annotations.unwrap_or_default();
        let system_state = state.and_then(|state| {
            let stage = Stage::named(&state.text())?;
            Some((stage, state))
        });
        // The annotation is a text: `"false"` is there as well, and means what it says.
        let disabled = disabled
            .filter(|disabled| disabled.text() == "true")
            .map(|disabled| (Stage::Disabled, disabled));
        Self::new(system_state.into_iter().chain(disabled), end, file)
    }

    /// One of which this is told.
    pub(super) fn told(stage: Option<Box<Told<Stage>>>, end: Option<Box<Told<Date>>>) -> Self {
        Self { stage, end }
    }

    /// Reads a version of `destination.yaml`, with `state` and `eol`.
    #[must_use]
    pub fn of_config(version: NodeRef<'_>, file: &Arc<ParsedFile>) -> Self {
        let state = version.get("state").and_then(|state| {
            let stage = Stage::named(&state.text())?;
            Some((stage, state))
        });
        Self::new(state.into_iter(), version.get("eol"), file)
    }

    fn new<'t>(
        stages: impl Iterator<Item = (Stage, NodeRef<'t>)>,
        end: Option<NodeRef<'t>>,
        file: &Arc<ParsedFile>,
    ) -> Self {
        let stage = stages.max_by_key(|(stage, _)| *stage);
        let end = end.and_then(|node| Some((end_of_life(&node.text())?, node)));
        Self {
            stage: stage.map(|(value, node)| Told::new(value, file.declaration(node))),
            end: end.map(|(value, node)| Told::new(value, file.declaration(node))),
        }
    }

    /// The stage it is in.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.told_stage().map(|told| told.value).unwrap_or_default()
    }

    /// The stage that is told.
    #[must_use]
    pub fn told_stage(&self) -> Option<&Told<Stage>> {
        self.stage.as_deref()
    }

    /// Its last day, where that is told.
    #[must_use]
    pub fn end(&self) -> Option<Date> {
        self.end.as_ref().map(|end| end.value)
    }

    /// Its last day, where that is told, and where.
    #[must_use]
    pub fn told_end(&self) -> Option<&Told<Date>> {
        self.end.as_deref()
    }

    /// Its last day, if that has passed.
    #[must_use]
    pub fn ended(&self, today: Date) -> Option<&Told<Date>> {
        self.end.as_deref().filter(|end| end.value < today)
    }

    /// Whether new profiles can take it.
    #[must_use]
    pub fn is_selectable(&self) -> bool {
        self.stage() < Stage::Disabled
    }

    /// Whether nothing speaks against it.
    #[must_use]
    pub fn is_current(&self, today: Date) -> bool {
        self.stage() == Stage::Offered && self.ended(today).is_none()
    }

    /// Adds what another file of the destination tells of the same version.
    pub(super) fn fill(&mut self, other: &Self) {
        if self.stage() < other.stage() {
            self.stage.clone_from(&other.stage);
        }
        if self.end.is_none() {
            self.end.clone_from(&other.end);
        }
    }
}

/// The day that `eol` tells. It is a day by the API's definition, empty or blank for most packs; where a program wrote
/// it there may be a time behind it, and the day zero of Go for none.
fn end_of_life(text: &str) -> Option<Date> {
    let day = text.trim();
    let day = day.split_once('T').map_or(day, |(day, _)| day);
    (!day.starts_with("0001-")).then(|| day.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_they_are_written() {
        let day = "2026-03-01".parse().ok();
        assert!(day.is_some());
        assert_eq!(end_of_life("2026-03-01"), day);
        assert_eq!(end_of_life(" 2026-03-01T00:00:00.000Z"), day);
        for none in ["", " ", "0001-01-01T00:00:00.000Z", "soon", "2026"] {
            assert_eq!(end_of_life(none), None, "{none}");
        }
    }
}
