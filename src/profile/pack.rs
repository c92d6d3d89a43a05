//! One layer of the stack.

use std::borrow::Cow;

use super::stack::Layer;
use crate::syntax::{Kind, NodeRef};

/// What separates the display name from the pack's name when a pack is in a profile more than once
/// (`<display-name>--<pack>`; Palette documentation, "Add a pack more than once").
const REPEATED: &str = "--";

/// A pack in a profile's stack.
#[derive(Debug, Clone, Copy)]
pub struct Pack<'t> {
    node: NodeRef<'t>,
    index: usize,
    fields: Fields<'t>,
}

/// The values of a pack's fields. Every rule asks for some of them, so they are looked up once.
#[derive(Debug, Clone, Copy, Default)]
struct Fields<'t> {
    name: Option<NodeRef<'t>>,
    kind: Option<NodeRef<'t>>,
    layer: Option<NodeRef<'t>>,
    version: Option<NodeRef<'t>>,
    tag: Option<NodeRef<'t>>,
    values: Option<NodeRef<'t>>,
    registry: Option<NodeRef<'t>>,
    metadata: Option<NodeRef<'t>>,
    manifests: Option<NodeRef<'t>>,
}

impl<'t> Fields<'t> {
    fn of(pack: NodeRef<'t>) -> Self {
        let mut fields = Self::default();
        // Of duplicate keys the last one counts, here as everywhere.
        for (key, value) in pack.entries() {
            let field = match &*key.text() {
                "name" => &mut fields.name,
                "type" => &mut fields.kind,
                "layer" => &mut fields.layer,
                "version" => &mut fields.version,
                "tag" => &mut fields.tag,
                "values" => &mut fields.values,
                "registry" => &mut fields.registry,
                "manifests" => &mut fields.manifests,
                _ => continue,
            };
            *field = Some(value);
        }
        let metadata = fields
            .registry
            .and_then(|registry| registry.get("metadata"));
        fields.metadata = metadata.filter(|metadata| metadata.kind() == Kind::Object);
        fields
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

impl<'t> Pack<'t> {
    pub(super) fn new(node: NodeRef<'t>, index: usize) -> Self {
        Self {
            node,
            index,
            fields: Fields::of(node),
        }
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
        string(self.fields.name)
    }

    /// Its name in the profile; empty when there is none.
    #[must_use]
    pub fn name(self) -> Cow<'t, str> {
        text(self.fields.name)
    }

    /// The names it may have in a registry, most likely first: what follows the first `--` of a repeated pack, then
    /// the whole name.
    #[must_use]
    pub fn registry_names(self) -> Vec<Cow<'t, str>> {
        let name = self.name();
        let base = match &name {
            Cow::Borrowed(name) => name.split_once(REPEATED).map(|(_, base)| base.into()),
            Cow::Owned(name) => name
                .split_once(REPEATED)
                .map(|(_, base)| base.to_owned().into()),
        };
        let base = base.filter(|base: &Cow<'_, str>| !base.is_empty());
        base.into_iter().chain([name]).collect()
    }

    /// `type`: `spectro`, `helm`, `manifest` or `oci`; empty when there is none.
    #[must_use]
    pub fn kind(self) -> Cow<'t, str> {
        text(self.fields.kind)
    }

    /// Whether it is a manifest pack, which needs no registry.
    #[must_use]
    pub fn is_manifest(self) -> bool {
        self.kind() == "manifest"
    }

    /// `layer`; empty when there is none.
    #[must_use]
    pub fn layer(self) -> Cow<'t, str> {
        text(self.fields.layer)
    }

    /// The layer, where it is one of those the API knows.
    #[must_use]
    pub fn known_layer(self) -> Option<Layer> {
        Layer::named(&self.layer())
    }

    /// `version`: the concrete version; empty when there is none.
    #[must_use]
    pub fn version(self) -> Cow<'t, str> {
        text(self.fields.version)
    }

    /// `tag`: what the profile follows; empty when there is none.
    #[must_use]
    pub fn tag(self) -> Cow<'t, str> {
        text(self.fields.tag)
    }

    /// A field, if it is a string.
    #[must_use]
    pub fn string(self, field: &str) -> Option<NodeRef<'t>> {
        match field {
            "name" => string(self.fields.name),
            "version" => string(self.fields.version),
            "tag" => string(self.fields.tag),
            "type" => string(self.fields.kind),
            "layer" => string(self.fields.layer),
            _ => string(self.node.get(field)),
        }
    }

    /// The node that says which version is wanted: the tag if there is one, else the version.
    #[must_use]
    pub fn version_node(self) -> Option<NodeRef<'t>> {
        let non_empty = |node: &NodeRef<'t>| !node.text().is_empty();
        string(self.fields.tag)
            .filter(non_empty)
            .or_else(|| string(self.fields.version).filter(non_empty))
    }

    /// `registry`.
    #[must_use]
    pub fn registry(self) -> Option<NodeRef<'t>> {
        let registry = self.fields.registry;
        registry.filter(|node| node.kind() == Kind::Object)
    }

    /// `registry.metadata`.
    #[must_use]
    pub fn registry_metadata(self) -> Option<NodeRef<'t>> {
        self.fields.metadata
    }

    /// A string of `registry.metadata`; empty when there is none.
    #[must_use]
    pub fn registry_text(self, field: &str) -> Cow<'t, str> {
        self.registry_metadata()
            .map(|metadata| text(metadata.get(field)))
            .unwrap_or_default()
    }

    /// `values`, if it is a string.
    #[must_use]
    pub fn values(self) -> Option<NodeRef<'t>> {
        string(self.fields.values)
    }

    /// Its manifests.
    pub fn manifests(self) -> impl Iterator<Item = NodeRef<'t>> {
        self.fields.manifests.into_iter().flat_map(NodeRef::items)
    }
}
