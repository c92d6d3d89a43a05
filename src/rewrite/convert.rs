//! The same profile in the other format.

use std::fmt::Display;

use crate::{
    profile::ProfileFile,
    source::Source,
    syntax::{Format, Kind, NodeRef, json_key, write_json, write_yaml},
};

/// A file in another format than it was.
#[derive(Debug)]
pub struct Converted {
    /// The results, parsed: one for each document, as a JSON file holds one.
    pub files: Vec<ProfileFile>,
    /// What the other format could not take, for people.
    pub lost: Option<String>,
}

/// Writes the documents of a file in a format, and proves that the results mean the same.
///
/// # Errors
///
/// Why it cannot be converted, for people.
pub fn convert(file: &ProfileFile, format: Format) -> Result<Converted, String> {
    let tree = file.tree().ok_or("it cannot be read")?;
    if let Some((_, again)) = tree.duplicate_keys().next() {
        return Err(format!("`{}` is there twice", again.pointer()));
    }
    if format == Format::Json
        && let Some(tagged) = tree.foreign_tags().next()
    {
        let what = format!(
            "`{}` has a tag, and JSON has none: write the value without it",
            tagged.pointer()
        );
        return Err(in_line(file, tagged.range().start(), &what));
    }
    let documents = file.documents().map(|(_, root)| root);
    let files: Result<Vec<_>, String> =
        documents.map(|root| document(file, root, format)).collect();
    let files = files?;
    if files.is_empty() {
        return Err("it holds no document".to_owned());
    }
    let lost = match file.comments().len() {
        0 => None,
        1 => Some("1 comment is left behind: JSON has none".to_owned()),
        count => Some(format!("{count} comments are left behind: JSON has none")),
    };
    Ok(Converted { files, lost })
}

fn in_line(file: &ProfileFile, offset: usize, what: &dyn Display) -> String {
    let source = file.source();
    let line = source.lines().position(source.text(), offset).line;
    format!("line {line}: {what}")
}

/// One document of a file as a file of its own.
fn document(file: &ProfileFile, root: NodeRef<'_>, format: Format) -> Result<ProfileFile, String> {
    let text = match format {
        Format::Json => write_json(root),
        Format::Yaml => write_yaml(root),
    };
    let text = text.map_err(|error| in_line(file, error.offset, &error))?;
    let source = Source::new(file.source().name(), text);
    let result = ProfileFile::parse_as(source, format);
    if let Some((_, again)) = result.tree().and_then(|tree| tree.duplicate_keys().next()) {
        return Err(format!("`{}` would be there twice", again.pointer()));
    }
    let differs = |place: &str| {
        format!("internal error: converted, `{place}` would not be what it is: report this")
    };
    if !result.faults().is_empty() {
        return Err(differs(""));
    }
    let converted = result.documents().map(|(_, root)| root).next();
    if let Some(place) = difference(root.resolved(), converted.ok_or_else(|| differs(""))?) {
        return Err(differs(&place));
    }
    Ok(result)
}

/// The pointer to the first place where two documents do not mean the same to a program, keys in the same order.
/// Recursive: parsers limit the depth.
#[must_use]
pub fn difference(one: NodeRef<'_>, other: NodeRef<'_>) -> Option<String> {
    let here = || Some(other.pointer());
    if one.kind() != other.kind() {
        return here();
    }
    match one.kind() {
        Kind::Null => None,
        Kind::Bool if one.as_bool() == other.as_bool() => None,
        Kind::Number if one.as_number() == other.as_number() => None,
        Kind::String if one.text() == other.text() => None,
        Kind::Array => {
            let (mut ones, mut others) = (one.items(), other.items());
            loop {
                match (ones.next(), others.next()) {
                    (None, None) => return None,
                    (Some(one), Some(other)) => {
                        if let Some(place) = difference(one, other) {
                            return Some(place);
                        }
                    }
                    _ => return here(),
                }
            }
        }
        Kind::Object => {
            let (mut ones, mut others) = (one.entries(), other.entries());
            loop {
                match (ones.next(), others.next()) {
                    (None, None) => return None,
                    (Some((key, one)), Some((other_key, other))) => {
                        if json_key(key).ok() != json_key(other_key).ok() {
                            return here();
                        }
                        if let Some(place) = difference(one, other) {
                            return Some(place);
                        }
                    }
                    _ => return here(),
                }
            }
        }
        _ => here(),
    }
}
