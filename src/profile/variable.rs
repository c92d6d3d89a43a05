//! Profile variables.

use std::borrow::Cow;

use super::{string_at, text_at};
use crate::syntax::NodeRef;

/// A profile variable (`v1Variable` of the Palette API).
#[derive(Debug, Clone, Copy)]
pub struct Variable<'t> {
    node: NodeRef<'t>,
}

impl<'t> Variable<'t> {
    pub(super) fn new(node: NodeRef<'t>) -> Self {
        Self { node }
    }

    /// The whole variable.
    #[must_use]
    pub fn node(self) -> NodeRef<'t> {
        self.node
    }

    /// `name`, if it is a string.
    #[must_use]
    pub fn name_node(self) -> Option<NodeRef<'t>> {
        string_at(self.node, &["name"])
    }

    /// Its name; empty when there is none.
    #[must_use]
    pub fn name(self) -> Cow<'t, str> {
        text_at(self.node, &["name"])
    }

    /// `defaultValue`, if it is a string.
    #[must_use]
    pub fn default_value(self) -> Option<NodeRef<'t>> {
        string_at(self.node, &["defaultValue"])
    }

    /// Whether its value is masked on export.
    #[must_use]
    pub fn is_sensitive(self) -> bool {
        self.node.get("isSensitive").and_then(NodeRef::as_bool) == Some(true)
    }
}
