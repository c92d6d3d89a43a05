//! Parsers with byte positions: JSON, YAML, and the references in YAML scalars. One [`Tree`] serves both formats.

pub mod json;
mod json_schema;
mod pointer;
pub mod reference;
mod tree;
pub mod yaml;
mod yaml_events;
mod yaml_types;

pub use json_schema::{Instance, TreeJson};
pub use pointer::{escape_pointer_token, join_pointer};
pub use tree::{Format, Kind, NodeId, NodeRef, RawNode, SyntaxFault, Tree, TreeBuilder};
