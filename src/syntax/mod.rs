//! Parsers with byte positions: JSON, YAML, and the references in YAML scalars. One [`Tree`] serves both formats.

mod comments;
mod common_lines;
mod common_yaml;
mod dedented_quotes;
pub mod edit;
pub mod json;
mod json_schema;
mod json_writer;
mod pointer;
pub mod reference;
mod tree;
pub mod yaml;
mod yaml_aliases;
mod yaml_events;
mod yaml_types;
mod yaml_writer;

use crate::source::Text;

pub use comments::comments;
pub use common_lines::{CommonLines, KnownLines, WrittenLines, common_lines};
pub use json_schema::{Instance, TreeJson};
pub use json_writer::{json_key, write_json};
pub use pointer::{escape_pointer_token, join_pointer};
pub use tree::{Format, KeyFilter, Kind, NodeId, NodeRef, RawNode, SyntaxFault, Tree, TreeBuilder};
pub use yaml_writer::write_yaml;

/// What has no notation in another format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pointer}`: {reason}")]
pub struct Unwritable {
    /// The pointer to it in its document.
    pub pointer: String,
    /// Where it begins in the text, in bytes.
    pub offset: usize,
    /// Why.
    pub reason: &'static str,
}

impl Unwritable {
    fn at(node: NodeRef<'_>, reason: &'static str) -> Self {
        Self {
            pointer: node.pointer(),
            offset: node.range().start(),
            reason,
        }
    }
}

/// Parses a text without templates: its tree as far as it can be read, and what is wrong with it.
#[must_use]
pub fn parse_plain(format: Format, text: &Text) -> (Option<Tree>, Vec<SyntaxFault>) {
    parse_plain_keys(format, text, None)
}

/// The same where only some keys are asked for: the tree of a JSON text has no entries with others.
#[must_use]
pub fn parse_plain_keys(
    format: Format,
    text: &Text,
    keys: Option<KeyFilter>,
) -> (Option<Tree>, Vec<SyntaxFault>) {
    match format {
        Format::Json => match json::parse_keys(text, keys) {
            Ok(tree) => (Some(tree), Vec::new()),
            Err(fault) => (None, vec![*fault]),
        },
        Format::Yaml => {
            let stream = yaml::parse_plain(text);
            let aliases = stream.unknown_aliases.iter();
            let aliases = aliases.map(|&id| stream.tree.node(id));
            // A mask that lost its quotes is one too, and nothing to refuse a file for.
            let aliases = aliases.filter(|alias| !alias.source().bytes().all(|byte| byte == b'*'));
            let aliases = aliases.map(|alias| yaml::unknown_alias_fault(alias, None));
            let mut faults = stream.faults;
            faults.extend(aliases.collect::<Vec<_>>());
            (Some(stream.tree), faults)
        }
    }
}
