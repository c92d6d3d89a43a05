//! Profile variables.

use std::borrow::Cow;

use super::{ValueFormat, string, text};
use crate::syntax::{NodeId, NodeRef, Tree};

/// A profile variable (`v1Variable` of the Palette API).
#[derive(Debug, Clone, Copy)]
pub struct Variable<'t> {
    tree: &'t Tree,
    nodes: VariableNodes,
}

/// A variable, and the values of its fields. Every rule asks for some of them, so they are looked up once.
#[derive(Debug, Clone, Copy)]
pub(super) struct VariableNodes {
    variable: NodeId,
    /// Those of [`FIELDS`].
    fields: [Option<NodeId>; FIELDS.len()],
}

/// The fields that are looked up once.
const FIELDS: [&str; 11] = [
    "name",
    "displayName",
    "format",
    "defaultValue",
    "regex",
    "required",
    "hidden",
    "immutable",
    "isSensitive",
    "inputType",
    "options",
];

impl VariableNodes {
    pub(super) fn of(variable: NodeRef<'_>) -> Self {
        let fields = variable.get_each(FIELDS);
        Self {
            variable: variable.id(),
            fields: fields.map(|field| field.map(NodeRef::id)),
        }
    }
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
    /// The variable of a tree that these are the nodes of.
    pub(super) fn new(tree: &'t Tree, nodes: VariableNodes) -> Self {
        Self { tree, nodes }
    }

    /// The whole variable.
    #[must_use]
    pub fn node(self) -> NodeRef<'t> {
        self.tree.node(self.nodes.variable)
    }

    /// A field, whatever it holds.
    #[must_use]
    pub fn get(self, field: &str) -> Option<NodeRef<'t>> {
        match FIELDS.iter().position(|known| *known == field) {
            Some(at) => {
                let id = *self.nodes.fields.get(at)?;
                id.map(|id| self.tree.node(id))
            }
            None => self.node().get(field),
        }
    }

    /// `name`, if it is a string.
    #[must_use]
    pub fn name_node(self) -> Option<NodeRef<'t>> {
        string(self.get("name"))
    }

    /// Its name; empty when there is none.
    #[must_use]
    pub fn name(self) -> Cow<'t, str> {
        text(self.get("name"))
    }

    /// A field, if it is a string that is not empty. In an export the empty string says the same as no field.
    #[must_use]
    pub fn string(self, field: &str) -> Option<NodeRef<'t>> {
        filled(self.get(field))
    }

    /// `defaultValue`, if it is a string.
    #[must_use]
    pub fn default_value(self) -> Option<NodeRef<'t>> {
        string(self.get("defaultValue"))
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
        match text(self.get("inputType")).as_ref() {
            "dropdown" => InputType::Dropdown,
            "multiline" => InputType::Multiline,
            _ => InputType::Text,
        }
    }

    /// The choices of a dropdown, in the order they are shown.
    pub fn options(self) -> impl Iterator<Item = VariableOption<'t>> {
        let options = self.get("options");
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
        let default = self.get("defaultValue");
        let has_value = default.is_some_and(|node| !node.is_null() && !node.text().is_empty());
        has_value || has_chosen_option()
    }

    /// Whether its value is masked on export.
    #[must_use]
    pub fn is_sensitive(self) -> bool {
        is_set(self.get("isSensitive"))
    }

    /// Whether a cluster must have a value for it.
    #[must_use]
    pub fn is_required(self) -> bool {
        is_set(self.get("required"))
    }

    /// Whether nobody is asked for it.
    #[must_use]
    pub fn is_hidden(self) -> bool {
        is_set(self.get("hidden"))
    }

    /// Whether it is shown but cannot be changed ("Read-only").
    #[must_use]
    pub fn is_immutable(self) -> bool {
        is_set(self.get("immutable"))
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
        string(self.node.get("value"))
    }

    /// What is shown for it, if that is not its value.
    #[must_use]
    pub fn label(self) -> Option<NodeRef<'t>> {
        filled(self.node.get("label"))
    }

    /// Whether it is chosen at first.
    #[must_use]
    pub fn is_default(self) -> bool {
        is_set(self.node.get("default"))
    }
}

fn filled(field: Option<NodeRef<'_>>) -> Option<NodeRef<'_>> {
    string(field).filter(|node| !node.text().is_empty())
}

fn is_set(field: Option<NodeRef<'_>>) -> bool {
    field.and_then(NodeRef::as_bool) == Some(true)
}
