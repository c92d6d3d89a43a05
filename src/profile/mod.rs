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

use crate::syntax::{Kind, NodeRef};
use pack::PackNodes;
use stack::ProfileType;

/// The version of a profile that names none (Terraform provider for Palette: default of `version`).
pub const DEFAULT_VERSION: &str = "1.0.0";

/// An exported profile.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'t> {
    root: NodeRef<'t>,
    /// Its packs, where they are known already.
    packs: Option<&'t [PackNodes]>,
}

impl<'t> Profile<'t> {
    /// The view of a document. Whether the document is an export is [`Shape`]'s to tell.
    #[must_use]
    pub fn new(root: NodeRef<'t>) -> Self {
        Self { root, packs: None }
    }

    /// The view of a document whose packs were looked up before.
    fn with_packs(root: NodeRef<'t>, packs: &'t [PackNodes]) -> Self {
        Self {
            root,
            packs: Some(packs),
        }
    }

    /// The whole document.
    #[must_use]
    pub fn root(self) -> NodeRef<'t> {
        self.root
    }

    /// `metadata.name`, if it is a string.
    #[must_use]
    pub fn name_node(self) -> Option<NodeRef<'t>> {
        string_at(self.root, &["metadata", "name"])
    }

    /// The profile's name; empty when there is none.
    #[must_use]
    pub fn name(self) -> Cow<'t, str> {
        self.name_node().map(NodeRef::text).unwrap_or_default()
    }

    /// `spec.version`, if it is a string.
    #[must_use]
    pub fn version_node(self) -> Option<NodeRef<'t>> {
        string_at(self.root, &["spec", "version"])
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
        text_at(self.root, &["spec", "template", "type"])
    }

    /// The type, where it is one of those the API knows.
    #[must_use]
    pub fn profile_type(self) -> Option<ProfileType> {
        ProfileType::named(&self.kind())
    }

    /// `spec.template.type`, if it is a string.
    #[must_use]
    pub fn kind_node(self) -> Option<NodeRef<'t>> {
        string_at(self.root, &["spec", "template", "type"])
    }

    /// `spec.template.cloudType`, if it is a string.
    #[must_use]
    pub fn cloud_type_node(self) -> Option<NodeRef<'t>> {
        string_at(self.root, &["spec", "template", "cloudType"])
    }

    /// `spec.template.cloudType`; empty when there is none.
    #[must_use]
    pub fn cloud_type(self) -> Cow<'t, str> {
        text_at(self.root, &["spec", "template", "cloudType"])
    }

    /// Its packs, in the order of the stack.
    pub fn packs(self) -> impl Iterator<Item = Pack<'t>> {
        let nodes: Cow<'t, [PackNodes]> = match self.packs {
            Some(known) => known.into(),
            None => self.pack_nodes().into(),
        };
        let tree = self.root.tree();
        (0..nodes.len()).filter_map(move |index| Some(Pack::new(tree, *nodes.get(index)?, index)))
    }

    fn pack_nodes(self) -> Vec<PackNodes> {
        let packs = self.root.at(&["spec", "template", "packs"]);
        let packs = packs.into_iter().flat_map(NodeRef::items);
        packs.map(PackNodes::of).collect()
    }

    /// Its profile variables, in the order they are shown.
    pub fn variables(self) -> impl Iterator<Item = Variable<'t>> {
        let variables = self.root.at(&["spec", "variables"]);
        variables
            .into_iter()
            .flat_map(NodeRef::items)
            .map(Variable::new)
    }
}

/// The string under these keys.
fn string_at<'t>(node: NodeRef<'t>, keys: &[&str]) -> Option<NodeRef<'t>> {
    node.at(keys).filter(|node| node.kind() == Kind::String)
}

/// The text of the string under these keys; empty when there is none.
fn text_at<'t>(node: NodeRef<'t>, keys: &[&str]) -> Cow<'t, str> {
    string_at(node, keys).map(NodeRef::text).unwrap_or_default()
}
