//! Profile variables.

use std::borrow::Cow;

use super::{ValueFormat, string_at, text_at};
use crate::syntax::NodeRef;

/// A profile variable (`v1Variable` of the Palette API).
#[derive(Debug, Clone, Copy)]
pub struct Variable<'t> {
    node: NodeRef<'t>,
}

/// How a variable is asked for (`inputType` of `v1Variable`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InputType {
    /// A field of one line.
    #[default]
    Text,
    /// A choice between options.
    Dropdown,
    /// A field of several lines.
    Multiline,
}

/// A choice of a dropdown (an item of `options` of `v1Variable`).
#[derive(Debug, Clone, Copy)]
pub struct VariableOption<'t> {
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

    /// A field, if it is a string that is not empty. In an export the empty string says the same as no field.
    #[must_use]
    pub fn string(self, field: &str) -> Option<NodeRef<'t>> {
        filled(self.node, field)
    }

    /// `defaultValue`, if it is a string.
    #[must_use]
    pub fn default_value(self) -> Option<NodeRef<'t>> {
        string_at(self.node, &["defaultValue"])
    }

    /// What its values must be; `None` when the export names a format that does not exist.
    #[must_use]
    pub fn format(self) -> Option<ValueFormat> {
        match self.string("format") {
            Some(format) => ValueFormat::named(&format.text()),
            None => Some(ValueFormat::default()),
        }
    }

    /// How it is asked for; a type that does not exist counts as text.
    #[must_use]
    pub fn input_type(self) -> InputType {
        match text_at(self.node, &["inputType"]).as_ref() {
            "dropdown" => InputType::Dropdown,
            "multiline" => InputType::Multiline,
            _ => InputType::Text,
        }
    }

    /// The choices of a dropdown, in the order they are shown.
    pub fn options(self) -> impl Iterator<Item = VariableOption<'t>> {
        let options = self.node.get("options");
        options
            .into_iter()
            .flat_map(NodeRef::items)
            .map(|node| VariableOption { node })
    }

    /// Whether it has a value that nobody has to give: a default, a mask in place of one, or an option that is chosen
    /// at first. A default that is no string is a violation of the schema, and a default all the same.
    #[must_use]
    pub fn has_default(self) -> bool {
        let has_chosen_option = || {
            self.input_type() == InputType::Dropdown
                && self.options().any(|option| option.is_default())
        };
        let default = self.node.get("defaultValue");
        let has_value = default.is_some_and(|node| !node.is_null() && !node.text().is_empty());
        has_value || has_chosen_option()
    }

    /// Whether its value is masked on export.
    #[must_use]
    pub fn is_sensitive(self) -> bool {
        is_set(self.node, "isSensitive")
    }

    /// Whether a cluster must have a value for it.
    #[must_use]
    pub fn is_required(self) -> bool {
        is_set(self.node, "required")
    }

    /// Whether nobody is asked for it.
    #[must_use]
    pub fn is_hidden(self) -> bool {
        is_set(self.node, "hidden")
    }

    /// Whether it is shown but cannot be changed ("Read-only").
    #[must_use]
    pub fn is_immutable(self) -> bool {
        is_set(self.node, "immutable")
    }
}

impl<'t> VariableOption<'t> {
    /// The whole option.
    #[must_use]
    pub fn node(self) -> NodeRef<'t> {
        self.node
    }

    /// `value`, if it is a string.
    #[must_use]
    pub fn value(self) -> Option<NodeRef<'t>> {
        string_at(self.node, &["value"])
    }

    /// What is shown for it, if that is not its value.
    #[must_use]
    pub fn label(self) -> Option<NodeRef<'t>> {
        filled(self.node, "label")
    }

    /// Whether it is chosen at first.
    #[must_use]
    pub fn is_default(self) -> bool {
        is_set(self.node, "default")
    }
}

fn filled<'t>(node: NodeRef<'t>, field: &str) -> Option<NodeRef<'t>> {
    string_at(node, &[field]).filter(|node| !node.text().is_empty())
}

fn is_set(node: NodeRef<'_>, field: &str) -> bool {
    node.get(field).and_then(NodeRef::as_bool) == Some(true)
}
