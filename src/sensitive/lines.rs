//! Secrets by the words in a line, of texts without a tree: scripts and configurations in a scalar, comments, and files that
//! cannot be read as JSON or YAML.

use crate::source::TextRange;

use super::{is_mask, is_secret_key, texts::literals_beside_templates};

/// The secrets in the lines of a text. What templates bring is none.
pub(super) fn line_secrets(text: &str) -> Vec<TextRange> {
    let mut ranges = Vec::new();
    for range in unread_secrets(text) {
        let value = range.of(text);
        if value.contains("{{") {
            let literals = literals_beside_templates(value).into_iter();
            ranges.extend(literals.map(|literal| literal.shifted(range.start())));
        } else {
            ranges.push(range);
        }
    }
    ranges
}

/// What may be a secret in a text that cannot be read as JSON or YAML, by the keys that seem to stand in it. An escaped
/// line break is one too: it ends a line of the YAML in a JSON string.
#[must_use]
pub fn unread_secrets(text: &str) -> Vec<TextRange> {
    let mut ranges = Vec::new();
    // How far the key of the secret before is indented: what is indented more belongs to the secret.
    let mut inside: Option<usize> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        ranges.extend(quoted_secrets(line).map(|range| range.shifted(start)));
        // The first line of the YAML in a JSON string comes after the key of the string.
        let parts = line.split_inclusive("\\n");
        for part in parts.flat_map(|part| part.split_inclusive("\": \"")) {
            let content = part.trim();
            let indent = part.len() - part.trim_start().len();
            if inside.is_some_and(|key| indent > key) && !content.is_empty() {
                let at = start + indent;
                ranges.push(TextRange::new(at, at + content.len()));
            } else if !content.is_empty() {
                let secret = line_secret(part).or_else(|| comment_secret(part));
                inside = secret.map(|_| indent);
                ranges.extend(secret.map(|range| range.shifted(start)));
            }
            start += part.len();
        }
    }
    ranges
}

/// The texts in a JSON file that cannot be read: strings with line breaks in them. What they hold cannot be told without
/// the keys around them.
#[must_use]
pub fn unread_texts(text: &str) -> Vec<TextRange> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut from = 0;
        let mut is_escaped = false;
        let ends = line.bytes().enumerate().filter(|(_, byte)| {
            let is_quote = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            is_quote
        });
        let ends = ends.map(|(at, _)| at).chain([line.trim_end().len()]);
        for end in ends {
            let part = line.get(from..end).unwrap_or_default();
            if part.contains("\\n") {
                ranges.push(TextRange::new(start + from, start + end));
            }
            from = end + 1;
        }
        start += line.len();
    }
    ranges
}

/// Where a line `key: value` or `key = value` holds a secret, by its key.
fn line_secret(line: &str) -> Option<TextRange> {
    let (before, value) = line.split_once([':', '='])?;
    let key = before
        .trim_start_matches([' ', '-', '{', ','])
        .trim_matches(['"', '\'', ' ', '\\']);
    let text = value.trim();
    // Of these there may be several in a line.
    if before.trim_end().ends_with('"') && text.starts_with('"') {
        return None;
    }
    if text.is_empty() || !is_secret_key(key) || is_mask(text.trim_matches(['"', '\''])) {
        return None;
    }
    let start = before.len() + 1 + (value.len() - value.trim_start().len());
    Some(TextRange::new(start, start + text.len()))
}

/// Where `"key": "value"` holds a secret, as often as it stands in a line. Which variable a default belongs to cannot be
/// told in a text that cannot be read, so all of them count.
fn quoted_secrets(line: &str) -> impl Iterator<Item = TextRange> {
    memchr::memchr_iter(b':', line.as_bytes()).filter_map(|colon| {
        let before = line.get(..colon)?.trim_end().strip_suffix('"')?;
        let key = before.get(before.rfind('"')? + 1..)?;
        if !is_secret_key(key) && key != "defaultValue" {
            return None;
        }
        let value = line.get(colon + 1..)?;
        let start = colon + 1 + (value.len() - value.trim_start().len());
        let inside = line.get(start..)?.strip_prefix('"')?;
        let mut is_escaped = false;
        let end = inside.find(|character| {
            let ends = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            ends
        });
        let value = inside.get(..end.unwrap_or(inside.len()))?.trim_end();
        (!value.is_empty() && !is_mask(value))
            .then(|| TextRange::new(start + 1, start + 1 + value.len()))
    })
}

/// Where a comment line such as `# password: x` holds a secret.
#[must_use]
pub fn comment_secret(line: &str) -> Option<TextRange> {
    let hash = line.find('#')?;
    let comment = line.get(hash..)?;
    let colon = hash + comment.find([':', '='])?;
    let key = line.get(hash + 1..colon)?.trim().trim_matches(['"', '\'']);
    let value = line.get(colon + 1..)?;
    let word = key.rsplit([' ', '.']).next().unwrap_or(key);
    if value.trim().is_empty()
        || value.contains("{{")
        || is_mask(value.trim_matches(['"', '\'', ' ']))
        || !is_secret_key(word)
    {
        return None;
    }
    let lead = value.len() - value.trim_start().len();
    Some(TextRange::new(colon + 1 + lead, line.len()))
}
