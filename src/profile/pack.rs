//! One layer of the stack.

use std::borrow::Cow;

use super::{stack::Layer, string_at, text_at};
use crate::syntax::{Kind, NodeRef};

/// What separates the display name from the pack's name when a pack is in a profile more than once
/// (`<display-name>--<pack>`; Palette documentation, "Add a pack more than once").
const REPEATED: &str = "--";

/// A pack in a profile's stack.
#[derive(Debug, Clone, Copy)]
pub struct Pack<'t> {
    node: NodeRef<'t>,
    index: usize,
}

impl<'t> Pack<'t> {
    pub(super) fn new(node: NodeRef<'t>, index: usize) -> Self {
        Self { node, index }
    }

    /// The whole pack.
    #[must_use]
    pub fn node(self) -> NodeRef<'t> {
        self.node
    }

    /// Its place in the stack, 0-based.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// `name`, if it is a string.
    #[must_use]
    pub fn name_node(self) -> Option<NodeRef<'t>> {
        string_at(self.node, &["name"])
    }

    /// Its name in the profile; empty when there is none.
    #[must_use]
    pub fn name(self) -> Cow<'t, str> {
        text_at(self.node, &["name"])
    }

    /// The names it may have in a registry, most likely first: what follows the first `--` of a repeated pack, then
    /// the whole name.
    #[must_use]
    pub fn registry_names(self) -> Vec<String> {
        let name = self.name();
        let base = name.split_once(REPEATED).map(|(_, base)| base.to_owned());
        base.into_iter()
            .filter(|base| !base.is_empty())
            .chain([name.clone().into_owned()])
            .collect()
    }

    /// `type`: `spectro`, `helm`, `manifest` or `oci`; empty when there is none.
    #[must_use]
    pub fn kind(self) -> Cow<'t, str> {
        text_at(self.node, &["type"])
    }

    /// Whether it is a manifest pack, which needs no registry.
    #[must_use]
    pub fn is_manifest(self) -> bool {
        self.kind() == "manifest"
    }

    /// `layer`; empty when there is none.
    #[must_use]
    pub fn layer(self) -> Cow<'t, str> {
        text_at(self.node, &["layer"])
    }

    /// The layer, where it is one of those the API knows.
    #[must_use]
    pub fn known_layer(self) -> Option<Layer> {
        Layer::named(&self.layer())
    }

    /// `version`: the concrete version; empty when there is none.
    #[must_use]
    pub fn version(self) -> Cow<'t, str> {
        text_at(self.node, &["version"])
    }

    /// `tag`: what the profile follows; empty when there is none.
    #[must_use]
    pub fn tag(self) -> Cow<'t, str> {
        text_at(self.node, &["tag"])
    }

    /// A field, if it is a string.
    #[must_use]
    pub fn string(self, field: &str) -> Option<NodeRef<'t>> {
        string_at(self.node, &[field])
    }

    /// The node that says which version is wanted: the tag if there is one, else the version.
    #[must_use]
    pub fn version_node(self) -> Option<NodeRef<'t>> {
        let non_empty = |node: &NodeRef<'t>| !node.text().is_empty();
        string_at(self.node, &["tag"])
            .filter(non_empty)
            .or_else(|| string_at(self.node, &["version"]).filter(non_empty))
    }

    /// `registry`.
    #[must_use]
    pub fn registry(self) -> Option<NodeRef<'t>> {
        self.node
            .get("registry")
            .filter(|node| node.kind() == Kind::Object)
    }

    /// `registry.metadata`.
    #[must_use]
    pub fn registry_metadata(self) -> Option<NodeRef<'t>> {
        self.registry()?
            .get("metadata")
            .filter(|node| node.kind() == Kind::Object)
    }

    /// A string of `registry.metadata`; empty when there is none.
    #[must_use]
    pub fn registry_text(self, field: &str) -> Cow<'t, str> {
        self.registry_metadata()
            .map(|metadata| text_at(metadata, &[field]))
            .unwrap_or_default()
    }

    /// `values`, if it is a string.
    #[must_use]
    pub fn values(self) -> Option<NodeRef<'t>> {
        string_at(self.node, &["values"])
    }

    /// Its manifests.
    pub fn manifests(self) -> impl Iterator<Item = NodeRef<'t>> {
        self.node
            .get("manifests")
            .into_iter()
            .flat_map(NodeRef::items)
    }
}
