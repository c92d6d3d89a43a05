//! Entries that come to an object and entries that go.

use std::collections::BTreeSet;

use super::{Format, NodeRef, Scalar, Site, column, json_scalar, line_start, yaml_value};
use crate::{
    source::{
        Edit, Surroundings, TextRange,
        yaml_scalar::{self, ScalarStyle},
    },
    syntax::NodeId,
};

/// The entries that come and go in one object. They share commas or lines, so their edits are made together.
#[derive(Debug)]
pub struct EntryChanges<'t> {
    object: NodeRef<'t>,
    inserted: Vec<(&'static str, Scalar)>,
    removed: BTreeSet<NodeId>,
}

type Entry<'t> = (NodeRef<'t>, NodeRef<'t>);

impl<'t> EntryChanges<'t> {
    /// No changes of an object.
    #[must_use]
    pub fn of(object: NodeRef<'t>) -> Self {
        Self {
            object,
            inserted: Vec::new(),
            removed: BTreeSet::new(),
        }
    }

    /// The object.
    #[must_use]
    pub fn object(&self) -> NodeRef<'t> {
        self.object
    }

    /// Adds an entry at the end. Keys are plain words, which need no quotes in YAML.
    pub fn insert(&mut self, key: &'static str, value: Scalar) {
        self.inserted.push((key, value));
    }

    /// Removes the entry with this value.
    pub fn remove(&mut self, value: NodeRef<'t>) {
        self.removed.insert(value.id());
    }

    /// The edits that make the changes; `None` when the object is written in a way that cannot be edited.
    #[must_use]
    pub fn edits(&self) -> Option<Vec<Edit>> {
        let entries: Vec<Entry<'t>> = self.object.written_entries().collect();
        let is_yaml = self.object.tree().format() == Format::Yaml;
        if is_yaml && !self.object.source().starts_with('{') {
            let site = self.object.surroundings_of_entries()?;
            return (!site.in_flow).then(|| self.in_lines(&entries, site))?;
        }
        Some(self.in_brackets(&entries))
    }

    fn is_kept(&self, value: NodeRef<'_>) -> bool {
        !self.removed.contains(&value.id())
    }

    /// The edits of an object in `{…}`, of JSON or of YAML.
    fn in_brackets(&self, entries: &[Entry<'_>]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let Some(last_kept) = entries.iter().rposition(|(_, value)| self.is_kept(*value)) else {
            return self.all_anew(entries).into_iter().collect();
        };
        let first_kept = entries.iter().position(|(_, value)| self.is_kept(*value));
        for (index, (key, value)) in entries.iter().enumerate() {
            if self.is_kept(*value) {
                continue;
            }
            let previous = index.checked_sub(1).and_then(|index| entries.get(index));
            let range = match (previous, entries.get(index + 1)) {
                // Before the first entry that stays, each one goes with the comma after it, else with that before.
                (_, Some((next, _))) if Some(index) < first_kept => {
                    TextRange::new(key.range().start(), next.range().start())
                }
                (Some(previous), _) => {
                    TextRange::new(entry_end(*previous), entry_end((*key, *value)))
                }
                _ => continue,
            };
            edits.push(Edit {
                range,
                text: String::new(),
            });
        }
        if let Some(last) = entries.get(last_kept) {
            let text: String = self.inserted_with(entries).collect();
            if !text.is_empty() {
                edits.push(Edit {
                    range: TextRange::empty(entry_end(*last)),
                    text,
                });
            }
        }
        edits
    }

    /// What stands in an object of which no entry stays.
    fn all_anew(&self, entries: &[Entry<'_>]) -> Option<Edit> {
        let inside = TextRange::new(
            self.object.range().start() + 1,
            self.object.range().end() - 1,
        );
        let text: String = self.inserted_with(entries).collect();
        let text = text.strip_prefix(',').unwrap_or(&text);
        let text = text.strip_prefix(' ').unwrap_or(text);
        let last = entries
            .last()
            .map_or(inside.start(), |last| entry_end(*last));
        let range = if text.is_empty() {
            inside
        } else {
            // The white space before the closing bracket stays.
            TextRange::new(inside.start(), last)
        };
        let is_nothing = range.is_empty() && text.is_empty();
        (!is_nothing).then(|| Edit {
            range,
            text: text.to_owned(),
        })
    }

    /// The new entries, each with a comma before it and the white space its neighbours have.
    fn inserted_with(&self, entries: &[Entry<'_>]) -> impl Iterator<Item = String> {
        let text = self.object.tree().text();
        let between = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
        let lead = match entries.first() {
            Some((key, _)) => between(self.object.range().start() + 1, key.range().start()),
            None => "",
        };
        let surroundings = self.object.surroundings();
        let lead = match surroundings {
            // What stands after a comma in a line is what people write there.
            Surroundings::Yaml(_) if !lead.contains(['\n', '\r']) || lead.contains('#') => " ",
            _ => lead,
        };
        let colon = match (entries.last(), self.object.key()) {
            (Some((key, value)), _) => between(key.range().end(), value.range().start()),
            (None, Some(key)) => between(key.range().end(), self.object.range().start()),
            (None, None) => ":",
        };
        // A plain key ends at a colon with white space behind it only, and an anchor or a comment is no colon.
        let colon = match surroundings {
            Surroundings::Yaml(_) if colon.trim() != ":" || !colon.ends_with([' ', '\t']) => ": ",
            _ => colon,
        };
        let key_quote = match surroundings {
            Surroundings::Json(_) => "\"",
            Surroundings::Yaml(_) => match entries.last().map(|(key, _)| key.style()) {
                Some(ScalarStyle::DoubleQuoted) => "\"",
                Some(ScalarStyle::SingleQuoted) => "'",
                _ => "",
            },
        };
        self.inserted.iter().map(move |(key, value)| {
            let value = match surroundings {
                Surroundings::Json(style) => json_scalar(value, style),
                Surroundings::Yaml(site) => {
                    let site = Site {
                        in_flow: true,
                        ..site
                    };
                    match value {
                        // JSON in YAML stays JSON.
                        Scalar::String(text) if key_quote == "\"" => {
                            yaml_scalar::write(text, ScalarStyle::DoubleQuoted, 0, site).0
                        }
                        _ => yaml_value(value, site),
                    }
                }
            };
            format!(",{lead}{key_quote}{key}{key_quote}{colon}{value}")
        })
    }

    /// The edits of a YAML object that has its entries on lines.
    fn in_lines(&self, entries: &[Entry<'_>], site: Site) -> Option<Vec<Edit>> {
        let text = self.object.tree().text();
        let written: Vec<String> = self
            .inserted
            .iter()
            .map(|(key, value)| format!("{key}: {}", yaml_value(value, site)))
            .collect();
        let indentation = format!("{}{}", site.line_break, " ".repeat(site.parent));
        let Some(last_kept) = entries.iter().rposition(|(_, value)| self.is_kept(*value)) else {
            let anew = if written.is_empty() {
                "{}".to_owned()
            } else {
                written.join(&indentation)
            };
            let range = self.object.range();
            let ends_line = range.of(text).ends_with(['\n', '\r']);
            let text = anew + if ends_line { site.line_break } else { "" };
            return Some(vec![Edit { range, text }]);
        };
        let mut edits = Vec::new();
        let first_kept = entries
            .iter()
            .position(|(_, value)| self.is_kept(*value))
            .unwrap_or_default();
        if first_kept > 0 {
            edits.push(lead_removed(text, entries, first_kept)?);
        }
        for (key, value) in entries.iter().skip(first_kept) {
            if !self.is_kept(*value) {
                edits.push(line_removed(text, (*key, *value))?);
            }
        }
        if !written.is_empty() {
            edits.push(lines_added(
                text,
                *entries.get(last_kept)?,
                &written,
                &indentation,
                site,
            )?);
        }
        Some(edits)
    }
}

impl NodeRef<'_> {
    /// Where the values of this object's entries stand.
    fn surroundings_of_entries(self) -> Option<Site> {
        match self.surroundings() {
            Surroundings::Json(_) => None,
            Surroundings::Yaml(site) => Some(Site {
                parent: column(self.tree().text(), self.range().start()),
                ..site
            }),
        }
    }
}

/// The end of an entry: of its value, or of its key where nothing is said of a value.
fn entry_end((key, value): Entry<'_>) -> usize {
    if value.range().is_empty() {
        key.range().end()
    } else {
        value.range().end()
    }
}

/// The end of the line that an entry ends in, before its line break; `None` when something else stands there too. The
/// end of a block scalar is the start of the line after it.
fn line_end(text: &str, entry: Entry<'_>) -> Option<usize> {
    let end = entry_end(entry);
    if text.get(..end)?.ends_with(['\n', '\r']) {
        return Some(end);
    }
    let rest = text.get(end..)?;
    let line = rest.split(['\n', '\r']).next()?;
    let after = line.trim_start_matches([' ', '\t']);
    // Where no value is said, the colon is still to come.
    let after = after
        .strip_prefix(':')
        .map_or(after, |after| after.trim_start_matches([' ', '\t']));
    (after.is_empty() || after.starts_with('#')).then_some(end + line.len())
}

fn after_break(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let len = if rest.starts_with("\r\n") {
        2
    } else {
        usize::from(rest.starts_with(['\n', '\r']))
    };
    at + len
}

/// Removes an entry that has its lines to itself.
fn line_removed(text: &str, entry: Entry<'_>) -> Option<Edit> {
    let start = line_start(text, entry.0.range().start());
    let before = text.get(start..entry.0.range().start())?;
    if !before.trim_matches(' ').is_empty() {
        return None;
    }
    let end = line_end(text, entry)?;
    let is_block = text.get(..end)?.ends_with(['\n', '\r']);
    let end = if is_block {
        before_break(text, end)
    } else {
        end
    };
    // With the line break before it, so that lines can be added behind it, and that it may be the last line.
    Some(Edit {
        range: TextRange::new(before_break(text, start), end),
        text: String::new(),
    })
}

fn before_break(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.strip_suffix('\n').unwrap_or(before);
    line.strip_suffix('\r').unwrap_or(line).len()
}

/// Removes the entries before the first one that stays: that may have to begin where they did, behind a dash.
fn lead_removed(text: &str, entries: &[Entry<'_>], first_kept: usize) -> Option<Edit> {
    let start = entries.first()?.0.range().start();
    let kept = entries.get(first_kept)?.0.range().start();
    let end = line_end(text, *entries.get(first_kept.checked_sub(1)?)?)?;
    let between = text.get(end..kept)?;
    // Comments above the entry that stays stay with it.
    let end = if between.trim().is_empty() { kept } else { end };
    Some(Edit {
        range: TextRange::new(start, end),
        text: String::new(),
    })
}

/// Adds lines after an entry.
fn lines_added(
    text: &str,
    last: Entry<'_>,
    written: &[String],
    indentation: &str,
    site: Site,
) -> Option<Edit> {
    let end = line_end(text, last)?;
    if !text.get(..end)?.ends_with(['\n', '\r']) || end == 0 {
        let text = written.iter().map(|entry| format!("{indentation}{entry}"));
        return Some(Edit {
            range: TextRange::empty(end),
            text: text.collect(),
        });
    }
    // After a block scalar a new line has begun already. Blank lines after it stay between it and what follows, unless
    // they belong to its text.
    let mut leaf = last.1;
    while let Some(child) = leaf.children().last() {
        leaf = child;
    }
    let header = leaf.source().lines().next().unwrap_or_default();
    let keeps_blank_lines = header.split('#').next().is_some_and(|it| it.contains('+'));
    let at = if keeps_blank_lines {
        end
    } else {
        let content = text
            .get(..end)?
            .trim_end_matches([' ', '\t', '\n', '\r'])
            .len();
        let rest = text.get(content..end)?;
        let break_at = rest.find(['\n', '\r'])?;
        after_break(text, content + break_at)
    };
    let indent = " ".repeat(site.parent);
    let lines = written
        .iter()
        .map(|entry| format!("{indent}{entry}{}", site.line_break));
    Some(Edit {
        range: TextRange::empty(at),
        text: lines.collect(),
    })
}
