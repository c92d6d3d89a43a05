//! Which values of a pack are secrets, by its `schema.yaml`.

use std::path::Path;

use crate::{
    source::{DEFAULT_MAX_FILE_SIZE, Source},
    syntax::{NodeRef, yaml},
};

/// The value paths that the `schema.yaml` of a pack folder gives the format `${password}`
/// (Palette documentation, "Pack constraints"). `None` when there is no schema, or it cannot be read: then nothing is
/// known of the pack's secrets.
pub fn password_paths(folder: &Path) -> Option<Vec<String>> {
    let path = folder.join("schema.yaml");
    let source = Source::read(&path, &path.to_string_lossy(), DEFAULT_MAX_FILE_SIZE).ok()?;
    let stream = yaml::parse_plain(source.text());
    if !stream.faults.is_empty() || source.invalid_utf8_at().is_some() {
        return None;
    }
    let root = stream.tree.documents().next()?;
    let is_password = |rule: NodeRef<'_>| {
        rule.get("schema")
            .is_some_and(|schema| schema.text().contains("${password"))
    };
    let paths = root.entries().filter(|(_, rule)| is_password(*rule));
    Some(paths.map(|(path, _)| path.text().into_owned()).collect())
}
