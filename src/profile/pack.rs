//! One layer of the stack.

use std::borrow::Cow;

use super::{stack::Layer, string, text};
use crate::syntax::{Kind, NodeId, NodeRef, Tree};

/// What separates the display name from the pack's name when a pack is in a profile more than once
/// (`<display-name>--<pack>`; Palette documentation, "Add a pack more than once").
const REPEATED: &str = "--";

/// A pack in a profile's stack.
#[derive(Debug, Clone, Copy)]
pub struct Pack<'t> {
    tree: &'t Tree,
    index: usize,
    nodes: PackNodes,
}

/// A pack, and the values of its fields. Every rule asks for some of them, so they are looked up once.
#[derive(Debug, Clone, Copy)]
pub(super) struct PackNodes {
    pack: NodeId,
    name: Option<NodeId>,
    kind: Option<NodeId>,
    layer: Option<NodeId>,
    version: Option<NodeId>,
    tag: Option<NodeId>,
    values: Option<NodeId>,
    registry: Option<NodeId>,
    metadata: Option<NodeId>,
    /// The fields of `registry.metadata`, those of [`REGISTRY_FIELDS`].
    registry_fields: [Option<NodeId>; REGISTRY_FIELDS.len()],
    manifests: Option<NodeId>,
}

/// The fields of `registry.metadata` that are looked up once.
const REGISTRY_FIELDS: [&str; 4] = ["uid", "name", "kind", "providerType"];

impl PackNodes {
    pub(super) fn of(pack: NodeRef<'_>) -> Self {
        let mut nodes = Self {
            pack: pack.id(),
            name: None,
            kind: None,
            layer: None,
            version: None,
            tag: None,
            values: None,
            registry: None,
            metadata: None,
            registry_fields: [None; _],
            manifests: None,
        };
        let mut metadata = None;
        // Of duplicate keys the last one counts, here as everywhere.
        for (key, value) in pack.entries() {
            let field = match &*key.text() {
                "name" => &mut nodes.name,
                "type" => &mut nodes.kind,
                "layer" => &mut nodes.layer,
                "version" => &mut nodes.version,
                "tag" => &mut nodes.tag,
                "values" => &mut nodes.values,
                "registry" => {
                    metadata = value.get("metadata");
                    &mut nodes.registry
                }
                "manifests" => &mut nodes.manifests,
                _ => continue,
            };
            *field = Some(value.id());
        }
        let metadata = metadata.filter(|metadata| metadata.kind() == Kind::Object);
        if let Some(metadata) = metadata {
            nodes.metadata = Some(metadata.id());
            let fields = metadata.get_each(REGISTRY_FIELDS);
            nodes.registry_fields = fields.map(|field| field.map(NodeRef::id));
        }
        nodes
    }
}

impl<'t> Pack<'t> {
    /// The pack of a tree that these are the nodes of.
    pub(super) fn new(tree: &'t Tree, nodes: PackNodes, index: usize) -> Self {
        Self { tree, index, nodes }
    }

    fn field(self, field: Option<NodeId>) -> Option<NodeRef<'t>> {
        field.map(|id| self.tree.node(id))
    }

    /// The whole pack.
    #[must_use]
    pub fn node(self) -> NodeRef<'t> {
        self.tree.node(self.nodes.pack)
    }

    /// Its place in the stack, 0-based.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// `name`, if it is a string.
    #[must_use]
    pub fn name_node(self) -> Option<NodeRef<'t>> {
        string(self.field(self.nodes.name))
    }

    /// Its name in the profile; empty when there is none.
    #[must_use]
    pub fn name(self) -> Cow<'t, str> {
        text(self.field(self.nodes.name))
    }

    /// The names it may have in a registry, most likely first: what follows the first `--` of a repeated pack, then
    /// the whole name.
    #[must_use]
    pub fn registry_names(self) -> Vec<Cow<'t, str>> {
        let name = self.name();
        let mut names = Vec::with_capacity(2);
        let mut dashes = memchr::memchr_iter(b'-', name.as_bytes());
        let is_repeated = |at: &usize| name.as_bytes().get(at + 1) == Some(&b'-');
        if let Some(at) = dashes.find(is_repeated) {
            let base = match &name {
                Cow::Borrowed(name) => name.get(at + REPEATED.len()..).map(Cow::Borrowed),
                Cow::Owned(name) => {
                    let base = name.get(at + REPEATED.len()..);
                    base.map(|base| Cow::Owned(base.to_owned()))
                }
            };
            names.extend(base.filter(|base| !base.is_empty()));
        }
        names.push(name);
        names
    }

    /// `type`: `spectro`, `helm`, `manifest` or `oci`; empty when there is none.
    #[must_use]
    pub fn kind(self) -> Cow<'t, str> {
        text(self.field(self.nodes.kind))
    }

    /// Whether it is a manifest pack, which needs no registry.
    #[must_use]
    pub fn is_manifest(self) -> bool {
        self.kind() == "manifest"
    }

    /// `layer`; empty when there is none.
    #[must_use]
    pub fn layer(self) -> Cow<'t, str> {
        text(self.field(self.nodes.layer))
    }

    /// The layer, where it is one of those the API knows.
    #[must_use]
    pub fn known_layer(self) -> Option<Layer> {
        Layer::named(&self.layer())
    }

    /// `version`: the concrete version; empty when there is none.
    #[must_use]
    pub fn version(self) -> Cow<'t, str> {
        text(self.field(self.nodes.version))
    }

    /// `tag`: what the profile follows; empty when there is none.
    #[must_use]
    pub fn tag(self) -> Cow<'t, str> {
        text(self.field(self.nodes.tag))
    }

    /// A field, whatever it holds.
    #[must_use]
    pub fn get(self, field: &str) -> Option<NodeRef<'t>> {
        match field {
            "name" => self.field(self.nodes.name),
            "version" => self.field(self.nodes.version),
            "tag" => self.field(self.nodes.tag),
            "type" => self.field(self.nodes.kind),
            "layer" => self.field(self.nodes.layer),
            "values" => self.field(self.nodes.values),
            _ => self.node().get(field),
        }
    }

    /// A field, if it is a string.
    #[must_use]
    pub fn string(self, field: &str) -> Option<NodeRef<'t>> {
        string(self.get(field))
    }

    /// The node that says which version is wanted: the tag if there is one, else the version.
    #[must_use]
    pub fn version_node(self) -> Option<NodeRef<'t>> {
        let non_empty = |node: &NodeRef<'t>| !node.text().is_empty();
        string(self.field(self.nodes.tag))
            .filter(non_empty)
            .or_else(|| string(self.field(self.nodes.version)).filter(non_empty))
    }

    /// `registry`.
    #[must_use]
    pub fn registry(self) -> Option<NodeRef<'t>> {
        let registry = self.field(self.nodes.registry);
        registry.filter(|node| node.kind() == Kind::Object)
    }

    /// `registry.metadata`.
    #[must_use]
    pub fn registry_metadata(self) -> Option<NodeRef<'t>> {
        self.field(self.nodes.metadata)
    }

    /// A field of `registry.metadata`, whatever it holds.
    #[must_use]
    pub fn registry_field(self, field: &str) -> Option<NodeRef<'t>> {
        match REGISTRY_FIELDS.iter().position(|known| *known == field) {
            Some(at) => self.field(*self.nodes.registry_fields.get(at)?),
            None => self.registry_metadata()?.get(field),
        }
    }

    /// A string of `registry.metadata`; empty when there is none.
    #[must_use]
    pub fn registry_text(self, field: &str) -> Cow<'t, str> {
        text(self.registry_field(field))
    }

    /// `values`, if it is a string.
    #[must_use]
    pub fn values(self) -> Option<NodeRef<'t>> {
        string(self.field(self.nodes.values))
    }

    /// Its manifests.
    pub fn manifests(self) -> impl Iterator<Item = NodeRef<'t>> {
        self.field(self.nodes.manifests)
            .into_iter()
            .flat_map(NodeRef::items)
    }
}
