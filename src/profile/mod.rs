//! The typed view of an export: a profile, its packs, its variables. A view on the tree, nothing is copied; every
//! field knows its node.

mod embedded;
mod file;
mod pack;
mod shape;
mod shared_text;
pub mod stack;
mod system_macros;
mod value_format;
mod variable;

use std::borrow::Cow;

pub use embedded::{
    Embedded, EmbeddedReference, EmbeddedYaml, Part, ReferenceInComment, ReferenceProblem, Slot,
    alias_faults,
};
pub use file::{ProfileDocument, ProfileFile, TextsByPlace};
pub use pack::Pack;
pub use shape::Shape;
pub use shared_text::TextCache;
pub use system_macros::SystemMacro;
pub use value_format::ValueFormat;
pub use variable::{InputType, Variable, VariableOption};

use crate::syntax::{Kind, NodeId, NodeRef};
use pack::PackNodes;
use stack::ProfileType;
use variable::VariableNodes;

/// The version of a profile that names none (Terraform provider for Palette: default of `version`).
pub const DEFAULT_VERSION: &str = "1.0.0";

/// An exported profile.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'t> {
    root: NodeRef<'t>,
    nodes: &'t ProfileNodes,
}

/// The values of a profile's fields. Every rule asks for some of them, so they are looked up once.
#[derive(Debug)]
struct ProfileNodes {
    name: Option<NodeId>,
    version: Option<NodeId>,
    kind: Option<NodeId>,
    cloud_type: Option<NodeId>,
    packs: Vec<PackNodes>,
    variables: Vec<VariableNodes>,
}

impl ProfileNodes {
    fn of(root: NodeRef<'_>) -> Self {
        let [metadata, spec] = root.get_each(["metadata", "spec"]);
        let name = metadata.and_then(|metadata| metadata.get("name"));
        let fields = spec.map(|spec| spec.get_each(["version", "template", "variables"]));
        let [version, template, variables] = fields.unwrap_or_default();
        let fields = template.map(|template| template.get_each(["type", "cloudType", "packs"]));
        let [kind, cloud_type, packs] = fields.unwrap_or_default();
        Self {
            name: name.map(NodeRef::id),
            version: version.map(NodeRef::id),
            kind: kind.map(NodeRef::id),
            cloud_type: cloud_type.map(NodeRef::id),
            packs: items(packs).map(PackNodes::of).collect(),
            variables: items(variables).map(VariableNodes::of).collect(),
        }
    }
}

/// The items of a list, if there is one.
fn items(list: Option<NodeRef<'_>>) -> impl Iterator<Item = NodeRef<'_>> {
    list.into_iter().flat_map(NodeRef::items)
}

impl<'t> Profile<'t> {
    /// The view of a document. Whether the document is an export is [`Shape`]'s to tell.
    fn new(root: NodeRef<'t>, nodes: &'t ProfileNodes) -> Self {
        Self { root, nodes }
    }

    /// A field that is a string.
    fn string(self, field: Option<NodeId>) -> Option<NodeRef<'t>> {
        string(field.map(|id| self.root.tree().node(id)))
    }

    /// The whole document.
    #[must_use]
    pub fn root(self) -> NodeRef<'t> {
        self.root
    }

    /// `metadata.name`, if it is a string.
    #[must_use]
    pub fn name_node(self) -> Option<NodeRef<'t>> {
        self.string(self.nodes.name)
    }

    /// The profile's name; empty when there is none.
    #[must_use]
    pub fn name(self) -> Cow<'t, str> {
        text(self.name_node())
    }

    /// `spec.version`, if it is a string.
    #[must_use]
    pub fn version_node(self) -> Option<NodeRef<'t>> {
        self.string(self.nodes.version)
    }

    /// The profile's version, or [`DEFAULT_VERSION`].
    #[must_use]
    pub fn version(self) -> Cow<'t, str> {
        match self.version_node().map(NodeRef::text) {
            Some(version) if !version.is_empty() => version,
            _ => Cow::Borrowed(DEFAULT_VERSION),
        }
    }

    /// `spec.template.type`: `cluster`, `infra`, `add-on` or `system`; empty when there is none.
    #[must_use]
    pub fn kind(self) -> Cow<'t, str> {
        text(self.kind_node())
    }

    /// The type, where it is one of those the API knows.
    #[must_use]
    pub fn profile_type(self) -> Option<ProfileType> {
        ProfileType::named(&self.kind())
    }

    /// `spec.template.type`, if it is a string.
    #[must_use]
    pub fn kind_node(self) -> Option<NodeRef<'t>> {
        self.string(self.nodes.kind)
    }

    /// `spec.template.cloudType`, if it is a string.
    #[must_use]
    pub fn cloud_type_node(self) -> Option<NodeRef<'t>> {
        self.string(self.nodes.cloud_type)
    }

    /// `spec.template.cloudType`; empty when there is none.
    #[must_use]
    pub fn cloud_type(self) -> Cow<'t, str> {
        text(self.cloud_type_node())
    }

    /// Its packs, in the order of the stack.
    pub fn packs(self) -> impl Iterator<Item = Pack<'t>> {
        let (tree, packs) = (self.root.tree(), self.nodes.packs.iter());
        packs
            .enumerate()
            .map(|(index, nodes)| Pack::new(tree, *nodes, index))
    }

    /// Its profile variables, in the order they are shown.
    pub fn variables(self) -> impl Iterator<Item = Variable<'t>> {
        let (tree, variables) = (self.root.tree(), self.nodes.variables.iter());
        variables.map(|nodes| Variable::new(tree, *nodes))
    }
}

/// A field that is a string.
fn string(field: Option<NodeRef<'_>>) -> Option<NodeRef<'_>> {
    field.filter(|node| node.kind() == Kind::String)
}

/// The text of a field that is a string; empty for every other.
fn text(field: Option<NodeRef<'_>>) -> Cow<'_, str> {
    string(field).map(NodeRef::text).unwrap_or_default()
}
