//! What a rewrite changes, as people read it. No secrets.
//!
//! A file whose texts stand on lines of their own is compared as it is. In others a text of a thousand lines is one line:
//! of these the envelope is shown one value a line, then each embedded text decoded.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::{
    profile::{Embedded, ProfileFile},
    sensitive::{self, REDACTED, printable},
    source::TextRange,
    syntax::{Kind, NodeRef},
    text_diff::{self, Side},
};

use super::change::{Change, entry_pointer};

/// A node: the number of its document, and its pointer there.
type Address = (usize, String);

fn address(node: NodeRef<'_>) -> Address {
    (node.document_index(), node.pointer())
}

/// Where a plan writes secrets: strings of the outer file, or scalars of a text embedded in one.
#[derive(Debug, Default)]
pub struct Redactions {
    outer: BTreeSet<Address>,
    /// By the string that holds the text.
    inner: BTreeMap<Address, BTreeSet<Address>>,
}

impl Redactions {
    /// The places that these changes of a file write secrets to.
    pub fn of<'t>(changes: impl Iterator<Item = &'t Change<'t>>) -> Self {
        let mut redactions = Self::default();
        for change in changes {
            match change {
                Change::Set { node, .. } => {
                    redactions.outer.insert(address(*node));
                }
                Change::SetInner { host, node, .. } => {
                    let of_host = redactions.inner.entry(address(*host)).or_default();
                    of_host.insert(address(*node));
                }
                Change::Insert { object, key, .. } => {
                    let pointer = entry_pointer(*object, key);
                    redactions.outer.insert((object.document_index(), pointer));
                }
                Change::Remove { .. } => {}
            }
        }
        redactions
    }
}

impl Redactions {
    /// The secrets of a file and the places that are written to, as ranges of the file.
    fn ranges(&self, file: &ProfileFile) -> Vec<TextRange> {
        let mut ranges = file.secret_ranges();
        let is_value = |node: &NodeRef<'_>| node.own_entry().is_none_or(|(key, _)| key != *node);
        if let Some(tree) = file.tree().filter(|_| !self.outer.is_empty()) {
            let is_written = |node: &NodeRef<'_>| self.outer.contains(&address(*node));
            let nodes = tree.nodes().filter(is_value).filter(is_written);
            ranges.extend(nodes.map(NodeRef::content_range));
        }
        let texts = file
            .documents()
            .flat_map(|(document, _)| document.embedded());
        for embedded in texts {
            let Some(written) = self.inner_of(host(file, embedded).as_ref()) else {
                continue;
            };
            let nodes = embedded.stream().tree.nodes();
            let nodes = nodes.filter(|node| is_value(node) && written.contains(&address(*node)));
            let to_host = |node: NodeRef<'_>| embedded.layer().to_host(node.content_range());
            ranges.extend(nodes.map(to_host));
        }
        sensitive::in_order(ranges)
    }

    /// What is written in the text of one string.
    fn inner_of(&self, host: Option<&Address>) -> Option<&BTreeSet<Address>> {
        self.inner.get(host?)
    }
}

/// Whether the texts of a file stand on lines of their own.
fn is_readable(file: &ProfileFile) -> bool {
    let breaks = |text: &str| memchr::memchr_iter(b'\n', text.as_bytes()).count();
    let mut texts = file
        .documents()
        .flat_map(|(document, _)| document.embedded());
    texts.all(|embedded| {
        let raw = embedded.layer().raw().of(file.source().text());
        // Folding takes some line breaks away.
        breaks(raw) * 2 >= breaks(embedded.text())
    }) && file.source().text().contains('\n')
}

/// The diff of a file before and after; empty when nothing changed.
#[must_use]
pub fn render(before: &ProfileFile, after: &ProfileFile, redactions: &Redactions) -> String {
    let mut out = String::new();
    let name = printable(before.source().name());
    let none = Redactions::default();
    if is_readable(before) && is_readable(after) {
        let (old_secrets, new_secrets) = (none.ranges(before), redactions.ranges(after));
        let old = Side {
            text: before.source().text(),
            secrets: &old_secrets,
        };
        let new = Side {
            text: after.source().text(),
            secrets: &new_secrets,
        };
        unified(&mut out, &name, old, new);
        return out;
    }
    let (old, new) = (envelope(before, &none), envelope(after, redactions));
    unified(&mut out, &name, written(&old), written(&new));
    let olds = before
        .documents()
        .flat_map(|(document, _)| document.embedded());
    let news = after
        .documents()
        .flat_map(|(document, _)| document.embedded());
    for (old, new) in olds.zip(news).filter(|(old, new)| old.text() != new.text()) {
        let pack = pack_name(before, old);
        let title = format!(
            "{name} › packs[{}] {} › {}",
            old.pack_index(),
            printable(&pack),
            old.slot()
        );
        let secrets = |file: &ProfileFile, embedded: &Embedded, redactions: &Redactions| {
            secrets_of(embedded, host(file, embedded).as_ref(), redactions)
        };
        let old_secrets = secrets(before, old, &none);
        let new_secrets = secrets(after, new, redactions);
        let old = Side {
            text: old.text(),
            secrets: &old_secrets,
        };
        let new = Side {
            text: new.text(),
            secrets: &new_secrets,
        };
        unified(&mut out, &title, old, new);
    }
    out
}

fn unified(out: &mut String, title: &str, old: Side<'_>, new: Side<'_>) {
    // Writing to a String cannot fail.
    let _ = text_diff::write_unified(out, (title, title), &text_diff::hunks(old, new));
}

/// A text that was written without secrets.
fn written(text: &str) -> Side<'_> {
    Side { text, secrets: &[] }
}

/// The outer document, one value a line, without the texts in it.
fn envelope(file: &ProfileFile, redactions: &Redactions) -> String {
    let mut out = String::new();
    let hosts: BTreeSet<Address> = file
        .documents()
        .flat_map(|(document, _)| document.embedded())
        .filter_map(|embedded| host(file, embedded))
        .collect();
    for (_, root) in file.documents() {
        let mut writer = EnvelopeWriter {
            out: &mut out,
            hosts: &hosts,
            redactions,
            depth: 0,
        };
        writer.value(root);
        out.push('\n');
    }
    out
}

struct EnvelopeWriter<'w> {
    out: &'w mut String,
    hosts: &'w BTreeSet<Address>,
    redactions: &'w Redactions,
    depth: usize,
}

impl EnvelopeWriter<'_> {
    /// Aliases are shown as they are: what they stand for is shown where it is written.
    fn value(&mut self, node: NodeRef<'_>) {
        match node.kind() {
            Kind::Object => {
                self.open('{');
                for (key, value) in node.written_entries() {
                    self.indent();
                    let _ = write!(self.out, "\"{}\": ", printable(&key.text()));
                    self.value(value);
                    self.out.push_str(",\n");
                }
                self.close('}');
            }
            Kind::Array => {
                self.open('[');
                for item in node.children() {
                    self.indent();
                    self.value(item);
                    self.out.push_str(",\n");
                }
                self.close(']');
            }
            Kind::String => self.string(node),
            _ if sensitive::is_secret(node) => self.out.push_str(REDACTED),
            _ => self.out.push_str(node.source()),
        }
    }

    fn string(&mut self, node: NodeRef<'_>) {
        let address = address(node);
        let text = if self.hosts.contains(&address) {
            "…".to_owned()
        } else if self.redactions.outer.contains(&address) || sensitive::is_secret(node) {
            REDACTED.to_owned()
        } else {
            printable(&node.text())
        };
        let _ = write!(self.out, "\"{text}\"");
    }

    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.out.push('\n');
        self.depth += 1;
    }

    fn close(&mut self, bracket: char) {
        self.depth -= 1;
        self.indent();
        self.out.push(bracket);
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// The secrets of an embedded text and the places that are written to, as ranges of it.
fn secrets_of(
    embedded: &Embedded,
    host: Option<&Address>,
    redactions: &Redactions,
) -> Vec<TextRange> {
    let tree = &embedded.stream().tree;
    let mut ranges = sensitive::secrets_in(embedded.stream());
    if let Some(filled_in) = redactions.inner_of(host) {
        let filled_in = |node: &NodeRef<'_>| {
            let is_key = node.is_key();
            !is_key && filled_in.contains(&address(*node))
        };
        ranges.extend(tree.nodes().filter(filled_in).map(NodeRef::content_range));
    }
    sensitive::in_order(ranges)
}

fn host(file: &ProfileFile, embedded: &Embedded) -> Option<Address> {
    Some(address(file.tree()?.node(embedded.host())))
}

fn pack_name(file: &ProfileFile, embedded: &Embedded) -> String {
    let host = file.tree().map(|tree| tree.node(embedded.host()));
    let mut node = host;
    while let Some(here) = node {
        if let Some(name) = here.get("name").filter(|_| here.get("layer").is_some()) {
            return name.text().into_owned();
        }
        node = here.parent();
    }
    String::new()
}
