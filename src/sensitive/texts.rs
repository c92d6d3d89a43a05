//! Secrets that a text shows by itself, whatever is around it: credentials, passwords in URLs, what stands beside templates.

use std::borrow::Cow;

use crate::{credentials, source::TextRange, syntax::join_pointer};

use super::{REDACTED, in_order, is_mask};

/// Quick, and wrong only in saying yes.
pub(super) fn may_hold_secret(text: &str) -> bool {
    credentials::may_hold(text) || text.contains("://")
}

/// The credentials in a text that is no YAML or JSON, and the passwords and tokens of its URLs.
pub(super) fn secrets_in_text(text: &str) -> Vec<TextRange> {
    let credentials = credentials::find(text).into_iter();
    let mut ranges: Vec<_> = credentials.map(|found| found.range).collect();
    ranges.extend(url_secrets(text));
    in_order(ranges)
}

/// Bytes of a user's name in a URL from which on it is taken for a token: `https://<token>@host`.
const TOKEN: usize = 20;

/// The passwords and tokens in the URLs of a text: `https://user:password@host`.
pub(super) fn url_secrets(text: &str) -> impl Iterator<Item = TextRange> {
    memchr::memmem::find_iter(text.as_bytes(), b"://").filter_map(|at| {
        let start = at + "://".len();
        let rest = text.get(start..)?;
        let end = rest.find(|next: char| next.is_whitespace() || "/?#\"'`".contains(next));
        let user = rest.get(..end.unwrap_or(rest.len()))?.rsplit_once('@')?.0;
        let secret = match user.split_once(':') {
            Some((name, _)) => name.len() + 1..user.len(),
            None if user.len() >= TOKEN => 0..user.len(),
            None => return None,
        };
        let shown = user.get(secret.clone())?;
        let is_hidden = shown.is_empty() || is_mask(shown) || shown.starts_with(['{', '$', '<']);
        (!is_hidden).then(|| TextRange::new(start + secret.start, start + secret.end))
    })
}

/// Puts something else in the place of every credential in a text that is shown.
pub fn hide_credentials(text: &mut String) {
    let mut end = text.len();
    for found in credentials::find(text).into_iter().rev() {
        // One may be found in another.
        if found.range.end() <= end {
            text.replace_range(found.range.range(), REDACTED);
            end = found.range.start();
        }
    }
}

/// The same for the keys of a JSON Pointer.
pub fn hide_credentials_of_pointer(pointer: &mut String) {
    if !credentials::may_hold(pointer) && !pointer.contains("~1~1") {
        return;
    }
    let tokens = pointer.split('/').skip(1);
    let tokens: Vec<String> = tokens
        .map(|token| {
            let mut key = token.replace("~1", "/").replace("~0", "~");
            hide_credentials(&mut key);
            key
        })
        .collect();
    *pointer = join_pointer(tokens.iter().map(String::as_str));
}

/// What a text with templates says itself: around them, and in the strings that they hold. What is too short to be a
/// secret is left out.
pub(super) fn literals_beside_templates(text: &str) -> Vec<TextRange> {
    const SHORTEST: usize = 4;
    let mut literals = Vec::new();
    let mut add = |from: usize, to: usize| {
        let part = text.get(from..to).unwrap_or_default();
        let is_told =
            |character: &char| !"'\"|>{}$".contains(*character) && !character.is_whitespace();
        if part.chars().filter(is_told).count() >= SHORTEST {
            literals.push(TextRange::new(from, to));
        }
    };
    let mut from = 0;
    while let Some(open) = text.get(from..).and_then(|rest| rest.find("{{")) {
        let open = from + open;
        add(from, open);
        let rest = text.get(open..).unwrap_or_default();
        let close = open + rest.find("}}").map_or(rest.len(), |at| at + "}}".len());
        let mut at = open;
        while let Some((start, quote)) = next_quote(text, at, close) {
            let end = text.get(start + 1..close).and_then(|rest| rest.find(quote));
            let end = end.map_or(close, |end| start + 1 + end);
            add(start + 1, end);
            at = end + 1;
        }
        from = close;
    }
    add(from, text.len());
    literals
}

/// Where a string begins in a template, and its quote.
fn next_quote(text: &str, from: usize, to: usize) -> Option<(usize, char)> {
    let mut characters = text.get(from..to)?.char_indices();
    let (at, quote) = characters.find(|(_, character)| matches!(character, '"' | '`' | '\''))?;
    Some((from + at, quote))
}

/// A text with its credentials left out, and the passwords and tokens of its URLs. Comments are no part of any tree, so
/// their lines are looked at by themselves.
#[must_use]
pub fn without_credentials(text: &str) -> Cow<'_, str> {
    if !may_hold_secret(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::new();
    let mut from = 0;
    for found in secrets_in_text(text) {
        if found.start() >= from {
            shown.push_str(text.get(from..found.start()).unwrap_or_default());
            shown.push_str(REDACTED);
        }
        from = from.max(found.end());
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(shown)
}
