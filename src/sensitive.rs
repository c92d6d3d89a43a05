//! What must not be shown: secrets that stand in profiles, and characters that would act on a terminal.

use crate::{
    credentials,
    source::TextRange,
    syntax::{Kind, NodeRef, Tree, yaml::Stream},
};

use lines::line_secrets;
use places::{is_secret_by_place, is_shared_secret};
use texts::{literals_beside_templates, may_hold_secret, secrets_in_text, url_secrets};

pub use lines::{comment_secret, unread_secrets, unread_texts};
pub use texts::{hide_credentials, hide_credentials_of_pointer, without_credentials};

mod lines;
mod places;
#[cfg(test)]
mod tests;
mod texts;

/// What is shown instead of a secret.
pub const REDACTED: &str = "<redacted>";

/// Words that make a key's value a secret, in lower case and without separators.
const SECRET_WORDS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "accesskey",
    "secretkey",
    "credential",
    "clientkey",
    "tlskey",
];

/// Ends of keys that name a secret without holding one.
const HARMLESS_ENDS: [&str; 9] = [
    "name",
    "ref",
    "file",
    "path",
    "enabled",
    "namespace",
    "type",
    "ttl",
    "class",
];

/// Whether a character would act on a terminal or reorder the text around it.
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// `text` on one line, without what would act on a terminal or in the log of a pipeline.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unprintable(character) {
            shown.extend(character.escape_default());
        } else if ends_command_mark(&shown, character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character makes `##[` of the text before it: GitHub Actions and Azure Pipelines take what follows in a log
/// for a command.
#[must_use]
pub fn ends_command_mark(before: &str, character: char) -> bool {
    character == '[' && before.ends_with("##")
}

/// Whether a key's name says that its value is a secret.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    let key: String = key
        .chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    SECRET_WORDS.iter().any(|word| key.contains(word))
        && !key.starts_with("existing")
        && !HARMLESS_ENDS.iter().any(|end| key.ends_with(end))
}

/// Whether a text is a mask as Palette writes it for secrets, or one that a person wrote: at least four asterisks.
#[must_use]
pub fn is_mask(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 4 && text.bytes().all(|byte| byte == b'*')
}

/// The scalars of a tree that hold secrets, as ranges of its text, in order.
#[must_use]
pub fn secret_ranges(tree: &Tree) -> Vec<TextRange> {
    let mut ranges: Vec<TextRange> = Vec::new();
    for node in tree.nodes() {
        if matches!(
            node.kind(),
            Kind::Array | Kind::Object | Kind::Null | Kind::Bool | Kind::Alias
        ) {
            continue;
        }

        if is_secret_by_place(node) || is_shared_secret(node) {
            let start = node.range().start();
            if node.source().contains("{{") && !node.source().contains(PEM) {
                let literals = literals_beside_templates(node.source()).into_iter();
                ranges.extend(literals.map(|literal| literal.shifted(start)));
            } else {
                ranges.push(node.content_range());
            }
            continue;
        }
        let start = node.range().start();
        let found = credentials::find(node.source()).into_iter();
        ranges.extend(found.map(|found| found.range.shifted(start)));
        ranges.extend(escaped_secrets(node));
    }
    // Comments have URLs as well, and are no nodes.
    ranges.extend(url_secrets(tree.text()));
    in_order(ranges)
}

/// The credentials in the text of a scalar that its bytes do not show as they are: they have escapes or line breaks in
/// them.
fn escaped_secrets(node: NodeRef<'_>) -> Vec<TextRange> {
    let decoded = node.text();
    if decoded == node.content_range().of(node.tree().text()) || !may_hold_secret(&decoded) {
        return Vec::new();
    }
    let Some(layer) = node.layer() else {
        return Vec::new();
    };
    let found = secrets_in_text(&decoded).into_iter();
    found.map(|range| layer.to_host(range)).collect()
}

/// Sorts ranges, and leaves out those that lie in others.
#[must_use]
pub fn in_order(mut ranges: Vec<TextRange>) -> Vec<TextRange> {
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    ranges.retain(|range| {
        let is_new = range.end() > end;
        end = end.max(range.end());
        is_new
    });
    ranges
}

/// Whether a scalar holds a secret, by what is around it or by its shape.
#[must_use]
pub fn is_secret(node: NodeRef<'_>) -> bool {
    is_secret_by_place(node) || is_shared_secret(node) || !secrets_in_text(&node.text()).is_empty()
}

/// What keys and certificates begin with.
const PEM: &str = "-----BEGIN";

/// The most characters of a value that a message repeats.
const LONGEST_SHOWN: usize = 40;

/// A value in backticks, to stand after a word of a message; empty when it is a secret, or too long to be read there.
#[must_use]
pub fn unless_secret(node: NodeRef<'_>) -> String {
    let text = node.text();
    if is_secret(node) || text.chars().count() > LONGEST_SHOWN {
        String::new()
    } else {
        format!(" `{text}`")
    }
}

/// The secrets of a YAML text: those of its tree, and those that lines such as `password: x` hold in scalars of several
/// lines, and in the whole text where it cannot be read as YAML. In order.
#[must_use]
pub fn secrets_in(stream: &Stream) -> Vec<TextRange> {
    let mut ranges = secret_ranges(&stream.tree);
    let of_lines = stream.tree.nodes().flat_map(secrets_in_lines);
    ranges.extend(of_lines);
    ranges = in_order(ranges);
    if !stream.faults.is_empty() || !stream.unknown_aliases.is_empty() {
        ranges.extend(unread_secrets(stream.tree.text()));
        ranges = in_order(ranges);
    }
    ranges
}

/// The secrets in the lines of a scalar, which may be a configuration of its own: a script, an INI file, YAML. What
/// templates bring is none.
fn secrets_in_lines(node: NodeRef<'_>) -> Vec<TextRange> {
    if node.kind() != Kind::String || !node.source().contains(['\n', '\\']) {
        return Vec::new();
    }
    let text = node.text();
    let Some(layer) = node.layer().filter(|_| text.contains('\n')) else {
        return Vec::new();
    };
    let to_host = |range| layer.to_host(range);
    line_secrets(&text).into_iter().map(to_host).collect()
}

/// The secrets that the text of a scalar shows by itself, whatever is around it: credentials, passwords in URLs, and in
/// several lines what stands behind words such as `password`. In order.
#[must_use]
pub fn secrets_in_value(text: &str) -> Vec<TextRange> {
    let mut ranges = secrets_in_text(text);
    if text.contains('\n') {
        ranges.extend(line_secrets(text));
    }
    in_order(ranges)
}
