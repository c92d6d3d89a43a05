//! A document as YAML: entries and items on lines of their own, texts of several lines as literal blocks.

use crate::source::yaml_scalar::{self, ScalarStyle, Site};

use super::{Kind, NodeRef, Unwritable, yaml_types};

/// Longer keys cannot stand before a colon on their line (YAML 1.2.2, section 7.4.3: 1,024 characters at most).
pub(super) const MAX_SIMPLE_KEY: usize = 1000;

/// Writes a document of JSON. Keys keep their order; items of arrays stand at the column of the array's key, as Go's
/// writers have them. Every text is read as the same text by readers of YAML 1.1 and of YAML 1.2.
///
/// # Errors
///
/// [`Unwritable`] at a number that readers of YAML take for another one, or for a text.
pub fn write_yaml(root: NodeRef<'_>) -> Result<String, Unwritable> {
    let mut nodes = root.tree().nodes();
    if let Some(number) = nodes.find(|node| node.kind() == Kind::Number && !is_same_in_yaml(*node))
    {
        return Err(Unwritable::at(number, "YAML has no such number"));
    }
    let mut out = String::with_capacity(root.range().len());
    value(&mut out, root, 0, Before::Nothing);
    out.push('\n');
    Ok(out)
}

fn is_same_in_yaml(number: NodeRef<'_>) -> bool {
    yaml_types::json_number(number.source()).is_some_and(|read| read == number.source())
}

/// What stands on the line before a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing: the document begins.
    Nothing,
    /// `key:`
    Colon,
    /// `-`, or the `:` after a key on a line of its own
    Indicator,
}

/// Writes a value whose entries or items stand at `column`; `column` is that of the collection around a scalar.
fn value(out: &mut String, node: NodeRef<'_>, column: usize, before: Before) {
    let is_empty = node.children().next().is_none();
    match node.kind() {
        Kind::Object if !is_empty => {
            let column = start(out, column, before);
            for (number, (key, value)) in node.written_entries().enumerate() {
                if number > 0 {
                    new_line(out, column);
                }
                entry(out, key, value, column);
            }
        }
        Kind::Array if !is_empty => {
            // The dash is indentation enough below a key.
            let column = match before {
                Before::Colon => {
                    new_line(out, column);
                    column
                }
                _ => start(out, column, before),
            };
            for (number, item) in node.children().enumerate() {
                if number > 0 {
                    new_line(out, column);
                }
                out.push('-');
                value(out, item, column, Before::Indicator);
            }
        }
        kind => {
            if before != Before::Nothing {
                out.push(' ');
            }
            match kind {
                Kind::Object => out.push_str("{}"),
                Kind::Array => out.push_str("[]"),
                Kind::String => out.push_str(&text(&node.text(), column)),
                _ => out.push_str(node.source()),
            }
        }
    }
}

/// Goes to where the first entry or item stands, and tells its column.
fn start(out: &mut String, column: usize, before: Before) -> usize {
    match before {
        Before::Nothing => column,
        Before::Colon => {
            new_line(out, column + 2);
            column + 2
        }
        Before::Indicator => {
            out.push(' ');
            column + 2
        }
    }
}

fn entry(out: &mut String, key: NodeRef<'_>, node: NodeRef<'_>, column: usize) {
    let key = on_one_line(&key.text());
    if key.chars().count() > MAX_SIMPLE_KEY {
        out.push_str("? ");
        out.push_str(&key);
        new_line(out, column);
        out.push(':');
        value(out, node, column, Before::Indicator);
    } else {
        out.push_str(&key);
        out.push(':');
        value(out, node, column, Before::Colon);
    }
}

fn text(text: &str, column: usize) -> String {
    if !text.contains('\n') {
        return on_one_line(text);
    }
    let site = Site {
        parent: column,
        in_flow: false,
        line_break: "\n",
    };
    yaml_scalar::write(text, ScalarStyle::Literal, column + 2, site).0
}

/// A text without quotes where it needs none, in double quotes where it would be another type, and else in the quotes
/// that need fewer escapes.
fn on_one_line(text: &str) -> String {
    let encode = |style| yaml_scalar::encode(text, style, 0, false);
    let few_escapes = || {
        text.contains(['"', '\\'])
            .then(|| encode(ScalarStyle::SingleQuoted))
            .flatten()
    };
    encode(ScalarStyle::Plain)
        .or_else(few_escapes)
        .or_else(|| encode(ScalarStyle::DoubleQuoted))
        .unwrap_or_default()
}

fn new_line(out: &mut String, column: usize) {
    // A literal that keeps its blank lines ends with them, and the line break after it is still to come.
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', column));
}
