//! Secrets by what is around them: their key, the list or variable they are in, the document they are data of.

use crate::{
    shared_secrets,
    syntax::{Kind, NodeRef},
};

use super::{PEM, is_mask, is_secret_key, texts::literals_beside_templates};

/// Whether an alias or a merge key brings a scalar to where secrets are.
pub(super) fn is_shared_secret(node: NodeRef<'_>) -> bool {
    let tree = node.tree();
    (tree.has_aliases() || tree.has_merge_keys())
        && tree
            .marked(|| shared_secrets::find(tree))
            .contains(&node.id())
}

/// Whether a scalar holds a secret, by what is around it. A certificate or key is one as a whole.
pub(super) fn is_secret_by_place(node: NodeRef<'_>) -> bool {
    let key = node.key();
    if key.is_none() && node.own_entry().is_some() {
        return false;
    }
    let (source, text) = (node.source(), node.text());
    if source.contains(PEM) || text.contains(PEM) {
        return true;
    }
    let is_where_secrets_are = key.is_some_and(|key| is_secret_key(&key.text()))
        || is_among_secrets(node)
        || is_value_of_secret(node)
        || is_secret_data(node)
        // A default that should be a text may be anything.
        || std::iter::successors(Some(node), |node| node.parent()).any(is_sensitive_default);
    let is_template = || source.contains("{{") && literals_beside_templates(source).is_empty();
    is_where_secrets_are && !is_mask(&text) && !is_template()
}

/// Whether a node is an item of a list such as `passwords`.
fn is_among_secrets(node: NodeRef<'_>) -> bool {
    let list = node.parent().filter(|parent| parent.kind() == Kind::Array);
    let key = list.and_then(NodeRef::key);
    key.is_some_and(|key| is_secret_key(&key.text()))
}

/// Whether a node is the value of a variable that has the name of a secret.
fn is_value_of_secret(node: NodeRef<'_>) -> bool {
    let key = node.key().filter(|key| key.text() == "value");
    let variable = key.and_then(|_| node.parent());
    variable.is_some_and(shared_secrets::is_named_secret)
}

/// Whether a node is an entry of `data` or `stringData` of a Kubernetes Secret.
fn is_secret_data(node: NodeRef<'_>) -> bool {
    let Some(data) = node.parent().filter(|_| node.key().is_some()) else {
        return false;
    };
    let is_data = data
        .key()
        .is_some_and(|key| matches!(key.text().as_ref(), "data" | "stringData"));
    is_data
        && data
            .parent()
            .is_some_and(shared_secrets::is_kubernetes_secret)
}

/// Whether a node is the default or an option of a profile variable that is sensitive, or whose name says that it should
/// be.
fn is_sensitive_default(node: NodeRef<'_>) -> bool {
    let Some(key) = node.key() else {
        return false;
    };
    let variable = match key.text().as_ref() {
        "defaultValue" => node.parent(),
        "value" | "label" => node
            .parent()
            .and_then(NodeRef::parent)
            .filter(|options| options.key().is_some_and(|key| key.text() == "options"))
            .and_then(NodeRef::parent),
        _ => return false,
    };
    variable.is_some_and(shared_secrets::is_sensitive_variable)
}
