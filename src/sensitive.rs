//! What must not be shown: secrets that stand in profiles, and characters that would act on a terminal.

use std::borrow::Cow;

use crate::{
    credentials, shared_secrets,
    source::TextRange,
    syntax::{Kind, NodeRef, Tree, join_pointer, yaml::Stream},
};

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

/// Quick, and wrong only in saying yes.
fn may_hold_secret(text: &str) -> bool {
    credentials::may_hold(text) || text.contains("://")
}

/// The credentials in a text that is no YAML or JSON, and the passwords and tokens of its URLs.
fn secrets_in_text(text: &str) -> Vec<TextRange> {
    let credentials = credentials::find(text).into_iter();
    let mut ranges: Vec<_> = credentials.map(|found| found.range).collect();
    ranges.extend(url_secrets(text));
    in_order(ranges)
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

/// Bytes of a user's name in a URL from which on it is taken for a token: `https://<token>@host`.
const TOKEN: usize = 20;

/// The passwords and tokens in the URLs of a text: `https://user:password@host`.
fn url_secrets(text: &str) -> impl Iterator<Item = TextRange> {
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

/// Whether a scalar holds a secret, by what is around it or by its shape.
#[must_use]
pub fn is_secret(node: NodeRef<'_>) -> bool {
    is_secret_by_place(node) || is_shared_secret(node) || !secrets_in_text(&node.text()).is_empty()
}

/// Whether an alias or a merge key brings a scalar to where secrets are.
fn is_shared_secret(node: NodeRef<'_>) -> bool {
    let tree = node.tree();
    (tree.has_aliases() || tree.has_merge_keys())
        && tree
            .marked(|| shared_secrets::find(tree))
            .contains(&node.id())
}

/// Whether a scalar holds a secret, by what is around it. A certificate or key is one as a whole.
fn is_secret_by_place(node: NodeRef<'_>) -> bool {
    let key = node.key();
    if key.is_none() && node.own_entry().is_some() {
        return false;
    }
    let (source, text) = (node.source(), node.text());
    if source.contains(PEM) || text.contains(PEM) {
        return true;
    }
    let is_template = source.contains("{{") && literals_beside_templates(source).is_empty();
    if is_template || is_mask(&text) {
        return false;
    }
    key.is_some_and(|key| is_secret_key(&key.text()))
        || is_among_secrets(node)
        || is_value_of_secret(node)
        || is_secret_data(node)
        // A default that should be a text may be anything.
        || std::iter::successors(Some(node), |node| node.parent()).any(is_sensitive_default)
}

/// Whether a node is an item of a list such as `passwords`.
fn is_among_secrets(node: NodeRef<'_>) -> bool {
    let list = node.parent().filter(|parent| parent.kind() == Kind::Array);
    let key = list.and_then(NodeRef::key);
    key.is_some_and(|key| is_secret_key(&key.text()))
}

/// Whether a node is the value of a variable that has the name of a secret.
fn is_value_of_secret(node: NodeRef<'_>) -> bool {
    let key = node.key().filter(|key| key.text() == "value");
    let variable = key.and_then(|_| node.parent());
    variable.is_some_and(shared_secrets::is_named_secret)
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

/// What keys and certificates begin with.
const PEM: &str = "-----BEGIN";

/// What a text with templates says itself: around them, and in the strings that they hold. What is too short to be a
/// secret is left out.
fn literals_beside_templates(text: &str) -> Vec<TextRange> {
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

/// Whether a node is an entry of `data` or `stringData` of a Kubernetes Secret.
fn is_secret_data(node: NodeRef<'_>) -> bool {
    let Some(data) = node.parent().filter(|_| node.key().is_some()) else {
        return false;
    };
    let is_data = data
        .key()
        .is_some_and(|key| matches!(key.text().as_ref(), "data" | "stringData"));
    is_data
        && data
            .parent()
            .is_some_and(shared_secrets::is_kubernetes_secret)
}

/// Whether a node is the default or an option of a profile variable that is sensitive, or whose name says that it should
/// be.
fn is_sensitive_default(node: NodeRef<'_>) -> bool {
    let Some(key) = node.key() else {
        return false;
    };
    let variable = match key.text().as_ref() {
        "defaultValue" => node.parent(),
        "value" | "label" => node
            .parent()
            .and_then(NodeRef::parent)
            .filter(|options| options.key().is_some_and(|key| key.text() == "options"))
            .and_then(NodeRef::parent),
        _ => return false,
    };
    variable.is_some_and(shared_secrets::is_sensitive_variable)
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

/// The secrets in the lines of a text. What templates bring is none.
fn line_secrets(text: &str) -> Vec<TextRange> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{source::Text, syntax::yaml};

    #[test]
    fn secret_keys_are_known_by_their_words() {
        for key in [
            "password",
            "adminPassword",
            "client_secret",
            "API-KEY",
            "tls.key",
            "githubToken",
        ] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in [
            "secretName",
            "passwordSecretRef",
            "tokenFile",
            "replicas",
            "key",
        ] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn literals_beside_templates_are_found() {
        let literals = |text: &'static str| -> Vec<&'static str> {
            let found = literals_beside_templates(text).into_iter();
            found.map(|range| range.of(text)).collect()
        };
        assert_eq!(literals("\"{{ .spectro.var.x }}\""), [""; 0]);
        assert_eq!(literals("'{{ .a }}:{{ .b }}'"), [""; 0]);
        assert_eq!(literals("hunter2{{ .a }}"), ["hunter2"]);
        assert_eq!(literals("{{ .a }}-{{ .b }}hunter2"), ["hunter2"]);
        assert_eq!(
            literals("{{ .a | default \"hunter2\" }} {{ \"x\" }}"),
            ["hunter2"]
        );
        assert_eq!(literals("{{ .a | default `hunter2 }}"), ["hunter2 }}"]);
    }

    #[test]
    fn secrets_are_found_in_texts_that_cannot_be_read() {
        let secrets = |text: &'static str| -> Vec<&'static str> {
            let found = in_order(unread_secrets(text)).into_iter();
            found.map(|range| range.of(text)).collect()
        };
        assert_eq!(
            secrets("a: [\npassword: |\n  hunter2\n\n  hunter3\nb: 1\n"),
            ["|", "hunter2", "hunter3"]
        );
        assert_eq!(
            secrets(
                r#"{"a": "b", "token" : "x\\\"y", "defaultValue": "z", "c": 1, "apiKey": "cut"#
            ),
            [r#"x\\\"y"#, "z", "cut"]
        );
        assert_eq!(
            secrets("\"password\": \"********\", \"secretName\": \"x\""),
            [""; 0]
        );
    }

    #[test]
    fn secrets_are_found_in_lists_pairs_and_lines_of_scalars() {
        let secrets = |text: &str| -> Vec<String> {
            let stream = yaml::parse(&Text::from(text));
            let found = secrets_in(&stream).into_iter();
            found.map(|range| range.of(text).to_owned()).collect()
        };
        assert_eq!(
            secrets("passwords: [one, '{{ .spectro.var.two }}', '********']\ntags: [x]\n"),
            ["one"]
        );
        assert_eq!(
            secrets(
                "env:\n- name: DB_PASSWORD\n  value: hunter2\n- {value: hunter3, name: API_TOKEN}\n- {name: HOST, value: db}\n"
            ),
            ["hunter2", "hunter3"]
        );
        assert_eq!(
            secrets(
                "app.ini: |\n  [db]\n  host = db\n  password = hunter2\n  token: {{ .spectro.var.x }}hunter3\n  export API_KEY={{ .spectro.var.x }}\n"
            ),
            ["hunter2", "hunter3"]
        );
        assert_eq!(
            secrets("a: \"host: db\\npassword: hunter2\\nport: 1\"\n"),
            ["hunter2"]
        );
        assert_eq!(
            secrets("a: [&x hunter2, &y {b: hunter3}]\npasswords: [*x, *y, {c: 1}]\n"),
            ["hunter2", "hunter3"]
        );
        assert_eq!(
            secrets(
                "a: [&x hunter2, &y {value: hunter3}]\nenv: [{name: A_TOKEN, value: *x}, {name: B_TOKEN, <<: *y}]\n"
            ),
            ["hunter2", "hunter3"]
        );
    }

    #[test]
    fn secrets_are_found_in_objects_that_are_not_read_to_their_end() {
        for text in [
            "- name: DB_PASSWORD\n  value: hunter2\n  mode: @\n",
            "- name: DB_PASSWORD\n  value: hunter2\n  mode: @\n---\nb: 1\n",
        ] {
            let stream = yaml::parse(&Text::from(text));
            assert_eq!(stream.faults.len(), 1);
            let found = secrets_in(&stream).into_iter();
            let found: Vec<&str> = found.map(|range| range.of(text)).collect();
            assert_eq!(found, ["hunter2"]);
        }
    }

    #[test]
    fn texts_are_found_in_json_that_cannot_be_read() {
        let text = "{\"a\": \"b\",\n \"values\": \"a: \\\"x\\\"\\n\", \"c\": \"cut\\n";
        let found: Vec<_> = unread_texts(text)
            .into_iter()
            .map(|range| range.of(text))
            .collect();
        assert_eq!(found, [r#"a: \"x\"\n"#, r"cut\n"]);
    }

    #[test]
    fn secrets_are_found_in_escaped_lines() {
        let text = r#""values": "a: 1\n  password: \"x\"\nb: 1\n  \"token\": y\n""#;
        let found: Vec<_> = in_order(unread_secrets(text))
            .into_iter()
            .map(|range| range.of(text))
            .collect();
        assert_eq!(found, [r#"\"x\"\n"#, r"y\n"]);
    }

    #[test]
    fn secrets_in_urls_are_found() {
        let secrets = |text: &'static str| -> Vec<&'static str> {
            url_secrets(text).map(|range| range.of(text)).collect()
        };
        assert_eq!(
            secrets("# https://crew:hunter2@a.example/x http://0123456789abcdef0123@b.example"),
            ["hunter2", "0123456789abcdef0123"]
        );
        for none in [
            "https://a.example/@x:y@",
            "ssh://git@a.example",
            "https://crew:********@a.example",
            "https://crew:${PASSWORD}@a.example",
            "https://a.example:8080, crew@a.example",
        ] {
            assert_eq!(secrets(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn secrets_in_comments_are_found() {
        let line = "  # adminPassword: hunter2";
        assert_eq!(
            comment_secret(line).map(|range| range.of(line)),
            Some("hunter2")
        );
        assert_eq!(comment_secret("# see the docs: https"), None);
    }
}
