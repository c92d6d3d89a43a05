//! YAML as answer files are written: maps of texts, with comments.

use std::fmt::Write as _;

use crate::sensitive::{is_unprintable, printable};

/// A YAML text, written entry by entry.
pub(super) struct Yaml {
    pub(super) out: String,
}

impl Yaml {
    pub(super) fn with_head(lines: &[&str]) -> Self {
        let mut yaml = Self { out: String::new() };
        for line in lines {
            yaml.comment(0, line);
        }
        yaml
    }

    pub(super) fn comment(&mut self, depth: usize, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{}# {}", "  ".repeat(depth), printable(text));
    }

    pub(super) fn open(&mut self, depth: usize, key: &str) {
        let _ = writeln!(self.out, "{}{}:", "  ".repeat(depth), yaml_text(key));
    }

    pub(super) fn entry(&mut self, depth: usize, key: &str, value: &str) {
        let (indent, key) = ("  ".repeat(depth), yaml_text(key));
        let _ = writeln!(self.out, "{indent}{key}: {}", quoted(value));
    }
}

/// A text in double quotes, which JSON and YAML read alike.
pub(super) fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if is_unprintable(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// A text as a key: without quotes where no reader takes it for anything else.
fn yaml_text(text: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-./@".contains(&byte))
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        text.to_owned()
    } else {
        quoted(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        source::Text,
        syntax::{Format, Kind, NodeRef, parse_plain},
    };

    #[test]
    fn every_text_is_read_as_it_was_written() {
        let texts = [
            "",
            "plain",
            "web@1.0.0",
            "<AWS_REGION>",
            "null",
            "Yes",
            "1.0",
            "a: b",
            "# x",
            "- x",
            "\"q\" \\",
            "two\nlines",
            "tab\t",
            "é😀",
            "\u{85}\u{2028}\u{feff}\u{202e}\u{7f}",
            "{{ .x }}",
            "~",
            "*a",
            "&a",
            "!t",
        ];
        for text in texts {
            let mut yaml = Yaml::with_head(&["a comment\nof: two lines"]);
            yaml.open(0, text);
            yaml.entry(1, text, text);
            let written = Text::from(yaml.out.as_str());
            let (tree, faults) = parse_plain(Format::Yaml, &written);
            assert!(faults.is_empty(), "{}", yaml.out);
            let tree = tree.expect("a tree");
            let root = tree.filled_documents().next().expect("a document");
            let (key, inner) = root.entries().next().expect("an entry");
            let (inner_key, value) = inner.entries().next().expect("an entry");
            for node in [key, inner_key, value] {
                assert_eq!(
                    (node.kind(), NodeRef::text(node).as_ref()),
                    (Kind::String, text),
                    "{}",
                    yaml.out
                );
            }
            assert_eq!(root.entries().count(), 1);
        }
    }
}
