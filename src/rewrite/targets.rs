//! The names of results in another format: one file for each document where a file of the format can hold only one.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::{
    profile::{ProfileFile, Shape},
    syntax::Format,
};

/// The most characters of a profile's name that the name of a file has.
const MAX_NAME: usize = 100;

/// Where the results of a file lie when they are written in a format that it does not have. Several documents become
/// several JSON files, each called after its profile: `<stem>-<name>`, with the version behind it where profiles of the
/// file have the same name, and else `<stem>-<number>`, counted from 1. Names differ in more than upper and lower case.
#[must_use]
pub fn of_documents(relative: &Path, file: &ProfileFile, format: Format) -> Vec<PathBuf> {
    let count = file.documents().count();
    if format == Format::Yaml || count < 2 {
        return vec![relative.with_extension(format.extension())];
    }
    let stem = relative.file_stem().unwrap_or_default().to_string_lossy();
    let names = file.documents().map(|(document, root)| {
        let profile = document.profile(root);
        let is_named = document.shape() == Shape::Export && !profile.name().is_empty();
        is_named.then(|| {
            let name = harmless(&profile.name());
            let versioned = format!("{name}-{}", harmless(&profile.version()));
            [name, versioned]
        })
    });
    let names: Vec<Option<[String; 2]>> = names.collect();
    let mut taken: HashMap<String, usize> = HashMap::new();
    for name in names.iter().flatten().flatten() {
        *taken.entry(name.to_lowercase()).or_default() += 1;
    }
    let is_free = |name: &&String| {
        // A number is the name of a document that has no other.
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
        !is_number && taken.get(&name.to_lowercase()) == Some(&1)
    };
    let numbered = names.iter().enumerate().map(|(index, names)| {
        let name = names.iter().flatten().find(is_free).cloned();
        name.unwrap_or_else(|| (index + 1).to_string())
    });
    numbered
        .map(|name| relative.with_file_name(format!("{stem}-{name}.{}", format.extension())))
        .collect()
}

/// A path as a file system sees it that does not tell upper and lower case apart.
#[must_use]
pub fn without_case(path: &Path) -> String {
    path.to_string_lossy().to_lowercase()
}

/// A text as a part of a file's name that every system takes.
fn harmless(text: &str) -> String {
    let taken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let kept = text.chars().map(|c| if taken(c) { c } else { '_' });
    kept.take(MAX_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn targets(documents: &[&str], format: Format) -> Vec<String> {
        let text: String = documents
            .iter()
            .map(|document| format!("---\n{document}\n"))
            .collect();
        let file = ProfileFile::parse(Source::new("a.yaml", text));
        let targets = of_documents(Path::new("far/crew.v1.yml"), &file, format);
        let shown = targets.iter().map(|target| target.display().to_string());
        shown.collect()
    }

    fn profile(name: &str, version: &str) -> String {
        format!(
            "{{metadata: {{name: {name}}}, spec: {{version: {version}, template: {{packs: []}}}}}}"
        )
    }

    #[test]
    fn one_document_keeps_the_name_of_its_file() {
        let one = profile("deck", "1.0.0");
        assert_eq!(targets(&[&one], Format::Json), ["far/crew.v1.json"]);
        let two = [one.as_str(), "# nothing"];
        assert_eq!(targets(&two, Format::Json), ["far/crew.v1.json"]);
    }

    #[test]
    fn documents_are_called_after_their_profiles() {
        let all = [
            profile("deck", "1.0.0"),
            profile("deck", "2.0.0"),
            profile("Bridge", "1.0.0"),
            profile("bridge", "1.0.0"),
            profile("'../engine room'", "1.0.0"),
            profile("3", "1.0.0"),
            "a: 1".to_owned(),
            profile("hold", "1.0.0"),
            profile("'hold-1.0.0'", "1.0.0"),
        ];
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let expected = [
            "deck-1.0.0",
            "deck-2.0.0",
            "3",
            "4",
            ".._engine_room",
            "6",
            "7",
            "hold",
            "hold-1.0.0-1.0.0",
        ];
        let expected = expected.map(|name| format!("far/crew.v1-{name}.json"));
        assert_eq!(targets(&all, Format::Json), expected);
    }
}
