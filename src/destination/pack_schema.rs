//! Which values of a pack are secrets, by its `schema.yaml`.

use std::path::Path;

use crate::{
    source::{DEFAULT_MAX_FILE_SIZE, Source},
    syntax::yaml,
};

/// The value paths that the `schema.yaml` of a pack folder gives the format `${password}`
/// (Palette documentation, "Pack constraints"). None when the pack has no schema.
pub fn password_paths(folder: &Path) -> Vec<String> {
    let path = folder.join("schema.yaml");
    let Ok(source) = Source::read(&path, &path.to_string_lossy(), DEFAULT_MAX_FILE_SIZE) else {
        return Vec::new();
    };
    let stream = yaml::parse(source.text());
    let Some(root) = stream.tree.documents().next() else {
        return Vec::new();
    };
    root.entries()
        .filter(|(_, rule)| {
            rule.get("schema")
                .is_some_and(|schema| schema.text().contains("${password"))
        })
        .map(|(path, _)| path.text().into_owned())
        .collect()
}
