//! The scalars of an embedded text that are values, with the characters in them: most rules look for something that has
//! characters which few values have, and need not look at the others.

use crate::{
    characters::Characters,
    syntax::{Kind, NodeId, NodeRef, Tree},
};

/// The values of a text.
#[derive(Debug)]
pub(super) struct Scalars(Vec<(NodeId, Characters)>);

impl Scalars {
    pub(super) fn of(tree: &Tree) -> Self {
        let is_scalar = |node: &NodeRef<'_>| matches!(node.kind(), Kind::String | Kind::Number);
        let values = tree
            .nodes()
            .filter(|node| is_scalar(node) && !node.is_key());
        Self(
            values
                .map(|node| (node.id(), Characters::of(&node.text())))
                .collect(),
        )
    }

    /// Those that have all these characters.
    pub(super) fn with(&self, characters: Characters) -> impl Iterator<Item = NodeId> {
        let has_all = move |(_, own): &&(NodeId, Characters)| own.has_all(characters);
        self.0.iter().filter(has_all).map(|(id, _)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::yaml;

    #[test]
    fn values_are_told_by_their_characters() {
        let text =
            "a<b: c<d\nlist: [\"<\\u003e\", 1.5, true, '{{ X }}']\n# <>\nx: |\n  <b>\n".into();
        let stream = yaml::parse_plain(&text);
        let scalars = Scalars::of(&stream.tree);
        let with = |characters: &str| {
            let found = scalars.with(Characters::of(characters));
            let texts = found.map(|id| stream.tree.node(id).text().into_owned());
            texts.collect::<Vec<_>>()
        };
        assert_eq!(with("<"), ["c<d", "<>", "<b>\n"]);
        assert_eq!(with("<>"), ["<>", "<b>\n"]);
        assert_eq!(with("B>"), ["<b>\n"]);
        assert_eq!(with("{x"), ["{{ X }}"]);
        assert_eq!(with(""), ["c<d", "<>", "1.5", "{{ X }}", "<b>\n"]);
    }
}
