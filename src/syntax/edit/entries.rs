//! Entries that come to an object and entries that go.

use std::collections::BTreeSet;

use super::{
    NodeRef, Scalar, Site, after_white_space, break_at, column, entry_end, json_scalar, line_start,
    yaml_value,
};
use crate::{
    source::{
        Edit, Surroundings, TextRange,
        yaml_scalar::{self, ScalarStyle},
    },
    syntax::{Kind, NodeId},
};

/// The entries that come and go in one object. They share commas or lines, so their edits are made together.
#[derive(Debug)]
pub struct EntryChanges<'t> {
    object: NodeRef<'t>,
    inserted: Vec<(&'static str, Scalar)>,
    removed: BTreeSet<NodeId>,
}

/// The values that the changes of a file write or remove: what ends with one of them can end elsewhere afterwards.
#[derive(Debug, Default)]
pub struct Changed {
    /// Those that are written.
    pub written: BTreeSet<NodeId>,
    /// Those that are removed.
    pub removed: BTreeSet<NodeId>,
}

/// An entry that is there.
#[derive(Debug, Clone, Copy)]
struct Entry<'t> {
    key: NodeRef<'t>,
    value: NodeRef<'t>,
    /// From its first byte, which may be that of an anchor, to the last one of its value.
    range: TextRange,
    is_kept: bool,
}

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

    /// Adds an entry, at the end unless that cannot be. Keys are plain words, which need no quotes in YAML.
    pub fn insert(&mut self, key: &'static str, value: Scalar) {
        self.inserted.push((key, value));
    }

    /// Removes the entry with this value.
    pub fn remove(&mut self, value: NodeRef<'t>) {
        self.removed.insert(value.id());
    }

    /// The edits that make the changes; `None` when the object is written in a way that cannot be edited. `changed` is
    /// what changes in the file, this object included.
    #[must_use]
    pub fn edits(&self, changed: &Changed) -> Option<Vec<Edit>> {
        let entries = self.entries();
        if self.object.is_in_brackets() {
            return Some(self.in_brackets(&entries));
        }
        match self.object.surroundings() {
            Surroundings::Yaml(site) if !site.in_flow => {
                let parent = column(self.text(), self.object.range().start());
                self.in_lines(&entries, Site { parent, ..site }, changed)
            }
            _ => None,
        }
    }

    fn text(&self) -> &'t str {
        self.object.tree().text()
    }

    fn entries(&self) -> Vec<Entry<'t>> {
        let brackets = usize::from(self.object.is_in_brackets());
        let mut from = self.object.range().start() + brackets;
        let entries = self.object.written_entries().map(|(key, value)| {
            let start = after_white_space(self.text(), from).min(key.range().start());
            let end = entry_end(value);
            from = end;
            Entry {
                key,
                value,
                range: TextRange::new(start, end),
                is_kept: !self.removed.contains(&value.id()),
            }
        });
        entries.collect()
    }

    /// The edits of an object in `{…}`, of JSON or of YAML.
    fn in_brackets(&self, entries: &[Entry<'_>]) -> Vec<Edit> {
        let Some(last_kept) = entries.iter().rfind(|entry| entry.is_kept) else {
            return self.all_anew(entries);
        };
        let mut edits = Vec::new();
        let mut previous: Option<&Entry<'_>> = None;
        let mut has_kept = false;
        for (index, entry) in entries.iter().enumerate() {
            has_kept |= entry.is_kept;
            // Before the first entry that stays, each one goes with the comma after it, else with that before.
            let range = match (previous, entries.get(index + 1)) {
                _ if entry.is_kept => None,
                (_, Some(next)) if !has_kept => {
                    Some(TextRange::new(entry.range.start(), next.range.start()))
                }
                (Some(previous), _) => {
                    Some(TextRange::new(previous.range.end(), entry.range.end()))
                }
                _ => None,
            };
            if let Some(range) = range {
                edits.extend(self.cleared(range, std::slice::from_ref(entry), ""));
            }
            previous = Some(entry);
        }
        let text: String = self.inserted_with(entries).collect();
        if !text.is_empty() {
            let is_absent = last_kept.value.range().is_empty();
            let has_blank = last_kept.range.of(self.text()).ends_with([' ', '\t']);
            let blank = if is_absent && !has_blank { " " } else { "" };
            edits.push(Edit {
                range: TextRange::empty(last_kept.range.end()),
                text: format!("{blank}{text}"),
            });
        }
        edits
    }

    /// What stands in an object of which no entry stays.
    fn all_anew(&self, entries: &[Entry<'_>]) -> Vec<Edit> {
        let object = self.object.range();
        let inside = TextRange::new(object.start() + 1, object.end() - 1);
        let text: String = self.inserted_with(entries).collect();
        let text = text.strip_prefix(',').unwrap_or(&text);
        match entries.last() {
            Some(_) if text.is_empty() => self.cleared(inside, entries, ""),
            // The white space before the closing bracket stays.
            Some(last) => {
                let range = TextRange::new(inside.start(), last.range.end());
                self.cleared(range, entries, text)
            }
            None if text.is_empty() => Vec::new(),
            None => vec![Edit {
                range: TextRange::empty(inside.start()),
                text: text.to_owned() + self.space_before_comment(inside.start()),
            }],
        }
    }

    /// Puts a text in the place of entries, of the white space and of the commas of a range; comments between them stay.
    fn cleared(&self, range: TextRange, entries: &[Entry<'_>], text: &str) -> Vec<Edit> {
        let edit = |range, text: &str| Edit {
            range,
            text: text.to_owned(),
        };
        let (mut edits, mut has_comments, mut from) = (Vec::new(), false, range.start());
        let ends = entries.iter().map(|entry| entry.range);
        for (number, entry) in ends.chain([TextRange::empty(range.end())]).enumerate() {
            let between = separator(self.text(), TextRange::new(from, entry.start()));
            has_comments |= between.has_comments;
            for comma in between.commas {
                let space = self.space_before_comment(comma + 1);
                edits.push(edit(TextRange::new(comma, comma + 1), space));
            }
            if !entry.is_empty() {
                edits.push(edit(entry, if number == 0 { text } else { "" }));
            }
            from = entry.end();
        }
        if has_comments {
            edits
        } else {
            vec![edit(range, text)]
        }
    }

    /// What must come between a text that ends somewhere and what follows.
    fn space_before_comment(&self, at: usize) -> &'static str {
        let rest = self.text().get(at..).unwrap_or_default();
        if rest.starts_with('#') { " " } else { "" }
    }

    /// The new entries, each with a comma before it and the white space its neighbours have.
    fn inserted_with(&self, entries: &[Entry<'_>]) -> impl Iterator<Item = String> {
        let between = |start: usize, end: usize| TextRange::new(start, end).of(self.text());
        let lead = match entries.first() {
            Some(first) => between(self.object.range().start() + 1, first.range.start()),
            None => "",
        };
        let lead = if lead.contains('#') { " " } else { lead };
        let colon = match (entries.last(), self.object.key()) {
            (Some(last), _) => between(last.key.range().end(), last.value.range().start()),
            (None, Some(key)) => between(key.range().end(), self.object.range().start()),
            (None, None) => ":",
        };
        let surroundings = self.object.surroundings();
        // A plain key ends at a colon with white space behind it only, and an anchor or a comment is no colon.
        let colon = match surroundings {
            Surroundings::Yaml(_) if colon.trim_start_matches([' ', '\t']) != ": " => ": ",
            _ => colon,
        };
        let key_quote = match surroundings {
            Surroundings::Json(_) => "\"",
            Surroundings::Yaml(_) => match entries.last().map(|last| last.key.style()) {
                Some(ScalarStyle::DoubleQuoted) => "\"",
                Some(ScalarStyle::SingleQuoted) => "'",
                _ => "",
            },
        };
        self.inserted.iter().map(move |(key, value)| {
            let value = match surroundings {
                Surroundings::Json(habits) => json_scalar(value, habits),
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
    fn in_lines(&self, entries: &[Entry<'_>], site: Site, changed: &Changed) -> Option<Vec<Edit>> {
        let text = self.text();
        let written: Vec<String> = self
            .inserted
            .iter()
            .map(|(key, value)| format!("{key}: {}", yaml_value(value, site)))
            .collect();
        let indentation = format!("{}{}", site.line_break, " ".repeat(site.parent));
        let mut edits = Vec::new();
        let first = entries.first()?;
        let first_kept = entries.iter().position(|entry| entry.is_kept);
        let stands_alone = stands_alone(text, first);
        let lead = match first_kept {
            // An object that begins behind a dash begins there with what is kept, or with a comment.
            Some(kept) if kept > 0 && !stands_alone => {
                let removed = entries.get(..kept)?;
                let edit = lead_removed(text, removed, entries.get(kept)?, site.parent);
                Some(match edit {
                    Some(edit) => (edit, kept),
                    None => (replaced(text, first, String::new(), site)?, 1),
                })
            }
            Some(_) => None,
            None if written.is_empty() => Some((replaced(text, first, "{}".to_owned(), site)?, 1)),
            None => Some((replaced(text, first, written.join(&indentation), site)?, 1)),
        };
        let mut gone = lead.as_ref().map_or(0, |(_, gone)| *gone);
        edits.extend(lead.map(|(edit, _)| edit));
        let mut before = None;
        for entry in entries {
            if gone > 0 {
                gone -= 1;
            } else if entry.is_kept {
                before = Some(End::of(entry.value, changed));
            } else {
                edits.push(line_removed(text, entry, site.parent, before)?);
            }
        }
        let last_kept = entries.iter().rfind(|entry| entry.is_kept);
        if let Some(last) = last_kept.filter(|_| !written.is_empty()) {
            let end = End::of(last.value, changed);
            let added = lines_added(text, last, end, &written, site);
            let first = entries.iter().find(|entry| entry.is_kept)?;
            edits.push(added.or_else(|| lines_before(text, first, &written, site))?);
        }
        Some(edits)
    }
}

/// What stands between two entries in brackets.
struct Separator {
    commas: Vec<usize>,
    has_comments: bool,
}

fn separator(text: &str, range: TextRange) -> Separator {
    let mut found = Separator {
        commas: Vec::new(),
        has_comments: false,
    };
    let mut at = range.start();
    while at < range.end() {
        match text.as_bytes().get(at) {
            Some(b'#') => {
                found.has_comments = true;
                at = break_at(text, at);
            }
            Some(b',') => found.commas.push(at),
            _ => {}
        }
        at += 1;
    }
    found
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

/// The start of the line after the one that ends at `at`; `at` itself where a line begins.
fn after_line(text: &str, at: usize) -> usize {
    if is_line_start(text, at) {
        at
    } else {
        after_break(text, at)
    }
}

fn is_line_start(text: &str, at: usize) -> bool {
    line_start(text, at) == at
}

/// Whether nothing stands before an entry on its line.
fn stands_alone(text: &str, entry: &Entry<'_>) -> bool {
    let start = entry.range.start();
    let before = TextRange::new(line_start(text, start), start).of(text);
    before
        .trim_start_matches('\u{feff}')
        .bytes()
        .all(|byte| byte == b' ')
}

/// The end of the line that an entry ends in, before its line break; `None` when something else stands there too. The
/// end of a block scalar is the start of the line after it.
fn line_end(text: &str, end: usize) -> Option<usize> {
    if is_line_start(text, end) {
        return Some(end);
    }
    let line_end = break_at(text, end);
    let after = text.get(end..line_end)?.trim_start_matches([' ', '\t']);
    (after.is_empty() || after.starts_with('#')).then_some(line_end)
}

/// What a value ends with when everything has changed.
#[derive(Clone, Copy)]
struct End {
    is_block: bool,
    /// Whether that is all blank.
    is_empty: bool,
    /// Whether blank lines after it are a part of it, or may be one.
    keeps_line_breaks: bool,
    /// Whether it is written anew.
    is_written: bool,
    /// What goes away that comes after it.
    gone: Gone,
}

/// What goes away at the end of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gone {
    Nothing,
    /// Lines that something follows: a comment, or white space.
    Inside,
    /// The last lines of the file, which had no line break. What is left ends with one.
    LastLines,
    /// All that an object at the end of the file had. What is written in its place ends without a line break, too.
    LastObject,
}

impl End {
    fn of(value: NodeRef<'_>, changed: &Changed) -> Self {
        let file_end = value.tree().text().len();
        let (mut leaf, mut gone) = (value, Gone::Nothing);
        while let Some(last) = leaf.children().last().filter(|_| !leaf.is_in_brackets()) {
            let is_gone = |child: &NodeRef<'_>| changed.removed.contains(&child.id());
            let values = leaf.written_entries().map(|(_, value)| value);
            let kept = match leaf.kind() {
                Kind::Object => values.filter(|value| !is_gone(value)).last(),
                _ => Some(last),
            };
            // Of what goes, the last lines come first.
            if gone == Gone::Nothing && is_gone(&last) {
                gone = match kept {
                    _ if entry_end(last) != file_end => Gone::Inside,
                    Some(_) => Gone::LastLines,
                    None => Gone::LastObject,
                };
            }
            let Some(kept) = kept else {
                break;
            };
            leaf = kept;
        }
        let is_block = matches!(leaf.style(), ScalarStyle::Literal | ScalarStyle::Folded);
        let is_written = changed.written.contains(&leaf.id());
        let keeps_line_breaks =
            is_block && yaml_scalar::keeps_line_breaks(leaf.source(), leaf.style());
        Self {
            is_block,
            is_empty: leaf.text().trim().is_empty(),
            keeps_line_breaks: keeps_line_breaks || is_block && is_written,
            is_written,
            gone,
        }
    }
}

/// Where the lines end that belong to an entry although they come after it: comments that are indented deeper than its
/// key, and the blank lines that are said to.
fn after_comments(
    text: &str,
    from: usize,
    column: usize,
    takes_blank_line: impl Fn(&str) -> bool,
) -> usize {
    let (mut end, mut at) = (from, from);
    while at < text.len() {
        let line = TextRange::new(at, break_at(text, at)).of(text);
        let content = line.trim_start_matches([' ', '\t']);
        at = after_break(text, at + line.len());
        let is_comment = content.starts_with('#') && line.len() - content.len() > column;
        if is_comment || content.is_empty() && takes_blank_line(line) {
            end = at;
        } else if !content.is_empty() {
            break;
        }
    }
    end
}

/// Removes an entry that has its lines to itself. The lines below it must not become a part of what comes before.
fn line_removed(text: &str, entry: &Entry<'_>, column: usize, before: Option<End>) -> Option<Edit> {
    if !stands_alone(text, entry) {
        return None;
    }
    let start = line_start(text, entry.range.start());
    let end = after_line(text, line_end(text, entry.range.end())?);
    let end = after_comments(text, end, column, |line| {
        before.is_some_and(|before| before.keeps_line_breaks || before.is_block && !line.is_empty())
    });
    Some(Edit {
        range: TextRange::new(start, end),
        text: String::new(),
    })
}

/// Puts other text in the place of an entry, and of the comment behind it.
fn replaced(text: &str, entry: &Entry<'_>, by: String, site: Site) -> Option<Edit> {
    let end = line_end(text, entry.range.end())?;
    let line_break = if is_line_start(text, end) {
        site.line_break
    } else {
        ""
    };
    Some(Edit {
        range: TextRange::new(entry.range.start(), end),
        text: by + line_break,
    })
}

/// Removes the first entries of an object that begins behind a dash. `None` when something that stays comes before the
/// first one that is kept.
fn lead_removed(
    text: &str,
    removed: &[Entry<'_>],
    kept: &Entry<'_>,
    column: usize,
) -> Option<Edit> {
    let starts = removed
        .iter()
        .skip(1)
        .chain([kept])
        .map(|entry| entry.range.start());
    for (entry, next) in removed.iter().zip(starts) {
        let end = after_line(text, line_end(text, entry.range.end())?);
        let end = after_comments(text, end, column, |_| false).min(next);
        if !TextRange::new(end, next).of(text).trim().is_empty() {
            return None;
        }
    }
    let start = removed.first()?.range.start();
    Some(Edit {
        range: TextRange::new(start, kept.range.start()),
        text: String::new(),
    })
}

/// Adds lines after an entry.
fn lines_added(
    text: &str,
    last: &Entry<'_>,
    end: End,
    written: &[String],
    site: Site,
) -> Option<Edit> {
    let indent = " ".repeat(site.parent);
    let lines = written
        .iter()
        .map(|entry| format!("{indent}{entry}{}", site.line_break));
    let lines: String = lines.collect();
    let line_end = line_end(text, last.range.end())?;
    // Blank lines after a block stay between it and what follows, unless they belong to its text.
    let takes_blank_lines = end.is_written || end.gone != Gone::Nothing;
    let at = if end.is_block && !end.keeps_line_breaks && !takes_blank_lines {
        let content = text
            .get(..line_end)?
            .trim_end_matches([' ', '\t', '\n', '\r']);
        break_at(text, content.len())
    } else {
        line_end
    };
    let at = after_comments(text, after_line(text, at), site.parent, |_| {
        takes_blank_lines
    });
    let last_line = TextRange::new(line_start(text, at), at).of(text);
    if at > 0 && last_line.is_empty() {
        return Some(Edit {
            range: TextRange::empty(at),
            text: lines,
        });
    }
    // The last line of the file has no line break. Whether it has one afterwards is not known here where what goes away
    // is not all of it, or where it is of a block that is written anew or is no more than blank lines.
    let is_last = last.range.end() == text.len();
    let without_break = lines.trim_end_matches(['\n', '\r']);
    match end.gone {
        Gone::LastLines => {
            return Some(Edit {
                range: TextRange::empty(at),
                text: without_break.to_owned(),
            });
        }
        Gone::Inside => return None,
        Gone::Nothing if end.is_block && is_last && (end.is_written || end.is_empty) => {
            return None;
        }
        Gone::Nothing | Gone::LastObject => {}
    }
    if end.is_block && last_line.trim_matches(' ').is_empty() {
        return Some(Edit {
            range: TextRange::empty(at - last_line.len()),
            text: lines,
        });
    }
    Some(Edit {
        range: TextRange::empty(at),
        text: format!("{}{without_break}", site.line_break),
    })
}

/// Adds lines before an entry, where what the object ends with leaves no place for them.
fn lines_before(text: &str, first: &Entry<'_>, written: &[String], site: Site) -> Option<Edit> {
    let start = first.range.start();
    let before = TextRange::new(line_start(text, start), start).of(text);
    let is_indentation = |c| matches!(c, ' ' | '-' | '\u{feff}');
    if !before.chars().all(is_indentation) {
        return None;
    }
    let indent = " ".repeat(site.parent);
    let lines = written.iter();
    let lines = lines.map(|entry| format!("{entry}{}{indent}", site.line_break));
    Some(Edit {
        range: TextRange::empty(start),
        text: lines.collect(),
    })
}
