//! Secrets that aliases and merge keys bring to where secrets are: what is written as `x: &x hunter2` is one where
//! `password: *x` reads it.

use std::collections::HashSet;

use crate::{
    sensitive::{is_mask, is_secret_key},
    syntax::{Kind, NodeId, NodeRef, Tree},
};

/// What the place of a value says of it and of what it holds, as a program reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// Nothing.
    Any,
    /// It is a secret, with all that it holds.
    Secret,
    /// Its items are secrets: those that have no names of their own to go by.
    Secrets,
    /// Its entries are those of a Kubernetes Secret.
    SecretData,
    /// Its items are the options of a variable that is sensitive.
    Options,
    /// It is one of those options.
    Option,
}

/// The scalars of a tree that are secrets where an alias or a merge key brings them, or where they are written.
#[must_use]
pub fn find(tree: &Tree) -> HashSet<NodeId> {
    let mut secrets = HashSet::new();
    let mut seen = HashSet::new();
    let mut open: Vec<(NodeRef<'_>, Place)> = tree
        .documents()
        .map(|root| (root.resolved(), Place::Any))
        .collect();
    while let Some((node, place)) = open.pop() {
        // Every way to a node with the same place says the same of it.
        if !seen.insert((node.id(), place)) {
            continue;
        }
        match node.kind() {
            Kind::Array => {
                let of_item = |item: NodeRef<'_>| match place {
                    Place::Secret => Place::Secret,
                    Place::Secrets if is_container(item) => Place::Any,
                    Place::Secrets => Place::Secret,
                    Place::Options => Place::Option,
                    _ => Place::Any,
                };
                open.extend(node.children().map(|item| (item.resolved(), of_item(item))));
            }
            Kind::Object => {
                for (key, value) in node.entries() {
                    let below = below(node, place, key, value);
                    open.push((value, below));
                }
            }
            Kind::String | Kind::Number if place == Place::Secret && is_told(node) => {
                secrets.insert(node.id());
            }
            _ => {}
        }
    }
    secrets
}

/// What the place of an entry's value is.
fn below(object: NodeRef<'_>, place: Place, key: NodeRef<'_>, value: NodeRef<'_>) -> Place {
    let name = key.text();
    let name = name.as_ref();
    let is_value_of_secret = match name {
        _ if matches!(place, Place::Secret | Place::SecretData) => true,
        "defaultValue" => is_sensitive_variable(object),
        "value" if is_named_secret(object) => true,
        "value" | "label" => place == Place::Option,
        _ => false,
    };
    if place == Place::Secret {
        Place::Secret
    } else if is_value_of_secret || is_secret_key(name) {
        // What an object below a secret's key holds has names of its own to go by, unless it was meant for another
        // place when it was written.
        let is_brought = value.key() != Some(key);
        match value.kind() {
            Kind::Object if !is_brought => Place::Any,
            Kind::Array if !is_brought => Place::Secrets,
            _ => Place::Secret,
        }
    } else if matches!(name, "data" | "stringData") && is_kubernetes_secret(object) {
        Place::SecretData
    } else if name == "options" && is_sensitive_variable(object) {
        Place::Options
    } else {
        Place::Any
    }
}

/// Whether a profile variable is sensitive, or has a name that says that it should be.
#[must_use]
pub fn is_sensitive_variable(variable: NodeRef<'_>) -> bool {
    let is_sensitive = variable.get("isSensitive").and_then(NodeRef::as_bool);
    is_sensitive == Some(true) || is_named_secret(variable)
}

/// Whether an object has a name such as `DB_PASSWORD`, as variables of containers do: `{name: DB_PASSWORD, value: x}`.
#[must_use]
pub fn is_named_secret(object: NodeRef<'_>) -> bool {
    let name = object.get("name");
    name.is_some_and(|name| is_secret_key(&name.text()))
}

fn is_container(node: NodeRef<'_>) -> bool {
    matches!(node.kind(), Kind::Array | Kind::Object)
}

/// Whether an object is a manifest of a Kubernetes Secret.
#[must_use]
pub fn is_kubernetes_secret(manifest: NodeRef<'_>) -> bool {
    let kind = manifest.get("kind");
    kind.is_some_and(|kind| kind.text() == "Secret")
}

/// Whether a scalar says something that must not be shown: masks and templates only say where to look.
fn is_told(node: NodeRef<'_>) -> bool {
    !node.source().contains("{{") && !is_mask(&node.text())
}
