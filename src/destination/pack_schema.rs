//! Which values of a pack are secrets, by the schema in its folder.

use std::path::Path;

use crate::{
    source::{DEFAULT_MAX_FILE_SIZE, Source},
    syntax::{Format, NodeRef, parse_plain},
};

/// The value paths that the schema of a pack folder gives the format `${password}`
/// (Palette documentation, "Pack constraints"). `None` when it is empty or cannot be read: then nothing is known of the
/// pack's secrets.
pub fn password_paths(file: &Path) -> Option<Vec<String>> {
    let source = Source::read(file, &file.to_string_lossy(), DEFAULT_MAX_FILE_SIZE).ok()?;
    let (tree, faults) = parse_plain(Format::of_name(file)?, source.text());
    let tree = tree.filter(|_| faults.is_empty() && source.invalid_utf8_at().is_none())?;
    let is_password = |rule: NodeRef<'_>| {
        rule.get("schema")
            .is_some_and(|schema| schema.text().contains("${password"))
    };
    let mut documents = tree.filled_documents().peekable();
    documents.peek()?;
    let paths = documents
        .flat_map(NodeRef::entries)
        .filter(|(_, rule)| is_password(*rule));
    Some(paths.map(|(path, _)| path.text().into_owned()).collect())
}
