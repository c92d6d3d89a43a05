//! A document as JSON: two spaces of indentation, keys in the order they have, a line break at the end.

use std::borrow::Cow;

use crate::source::{JsonStringStyle, encode_json_string};

use super::{Kind, NodeRef, Unwritable};

/// The longest text that is written. Aliases may make a document larger than its file, without bounds.
const MAX_LEN: usize = 64 << 20;

/// Writes a document. Aliases are written out, merged entries come after an object's own.
///
/// # Errors
///
/// [`Unwritable`] at what JSON has no notation for, or when the aliases of the document make it too large.
pub fn write_json(root: NodeRef<'_>) -> Result<String, Unwritable> {
    let mut writer = Writer {
        out: String::with_capacity(root.range().len()),
        depth: 0,
    };
    writer.value(root.resolved())?;
    writer.out.push('\n');
    Ok(writer.out)
}

struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    fn value(&mut self, node: NodeRef<'_>) -> Result<(), Unwritable> {
        if self.out.len() > MAX_LEN {
            return Err(Unwritable::at(
                node,
                "aliases make the document larger than 64 MiB",
            ));
        }
        match node.kind() {
            Kind::Null => self.out.push_str("null"),
            Kind::Bool => {
                let value = node.as_bool().unwrap_or_default();
                self.out.push_str(if value { "true" } else { "false" });
            }
            Kind::Number => match node.as_number() {
                Some(number) => self.out.push_str(&number),
                None => return Err(Unwritable::at(node, "JSON has no such number")),
            },
            Kind::String => self.string(&node.text()),
            Kind::Alias => return Err(Unwritable::at(node, "the alias has no anchor")),
            Kind::Array => {
                self.items('[', node.items(), ']', |writer, item| writer.value(item))?;
            }
            Kind::Object => {
                self.items('{', node.entries(), '}', |writer, (key, value)| {
                    writer.string(&json_key(key)?);
                    writer.out.push_str(": ");
                    writer.value(value)
                })?;
            }
        }
        Ok(())
    }

    fn items<T>(
        &mut self,
        open: char,
        items: impl Iterator<Item = T>,
        close: char,
        write: impl Fn(&mut Self, T) -> Result<(), Unwritable>,
    ) -> Result<(), Unwritable> {
        self.out.push(open);
        self.depth += 1;
        let mut is_empty = true;
        for item in items {
            if !is_empty {
                self.out.push(',');
            }
            is_empty = false;
            self.new_line();
            write(self, item)?;
        }
        self.depth -= 1;
        if !is_empty {
            self.new_line();
        }
        self.out.push(close);
        Ok(())
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        self.out
            .push_str(&encode_json_string(text, JsonStringStyle::default()));
        self.out.push('"');
    }
}

/// A key as JSON has it: what is no string becomes one as Go's reader makes it one.
///
/// # Errors
///
/// [`Unwritable`] for a key that cannot become a string.
pub fn json_key(key: NodeRef<'_>) -> Result<Cow<'_, str>, Unwritable> {
    let key = key.resolved();
    let text = match key.kind() {
        Kind::String => Some(key.text()),
        Kind::Bool => key.as_bool().map(|value| Cow::Owned(value.to_string())),
        // Go shortens numbers that are no integers of 64 bits, and no two programs do that alike.
        Kind::Number => key
            .as_number()
            .filter(|number| number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok()),
        Kind::Null | Kind::Array | Kind::Object | Kind::Alias => None,
    };
    text.ok_or_else(|| Unwritable::at(key, "JSON has no keys but strings"))
}
