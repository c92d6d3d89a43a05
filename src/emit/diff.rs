//! Compared profiles, for people, for programs and for pull requests; and one profile as a text that tools compare.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    human::counted,
    json::{JsonTool, to_text},
};
use crate::{
    diff::{Change, Comparison, EntryChange, FieldChange, ProfileDiff, ProfileId, TextChange},
    sensitive::printable,
    text_diff::{self, Hunk, Line, Sign},
};

/// The version of the format for programs: raised when a program that reads it would have to change.
const VERSION: u32 = 1;

/// How to draw for people.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// Whether the changes inside of texts are left out.
    pub is_summary: bool,
}

impl Style {
    fn paint(self, text: &str, code: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn bold(self, text: &str) -> String {
        self.paint(text, "1")
    }

    fn signed(self, change: Change, text: &str) -> String {
        let text = format!("{} {text}", change.sign());
        match change {
            Change::Added => self.paint(&text, "32"),
            Change::Removed => self.paint(&text, "31"),
            Change::Changed => text,
        }
    }
}

/// Renders a comparison for people: what differs in each pair, then the texts, then a summary.
#[must_use]
pub fn render_human(comparison: &Comparison, style: Style) -> String {
    let mut out = String::new();
    for pair in comparison.pairs.iter().filter(|pair| !pair.is_same()) {
        profile(&mut out, pair, style);
    }
    for (what, ids) in [
        ("only in old", &comparison.only_old),
        ("only in new", &comparison.only_new),
    ] {
        for id in ids {
            line(
                &mut out,
                &format!("{what}: {} ({})", title(id), printable(&id.file)),
            );
        }
    }
    line(&mut out, &summary(comparison));
    out
}

/// Renders the pairs alone: for callers that show one file after another.
#[must_use]
pub fn render_pairs(comparison: &Comparison, style: Style) -> String {
    let mut out = String::new();
    for pair in comparison.pairs.iter().filter(|pair| !pair.is_same()) {
        profile(&mut out, pair, style);
    }
    out
}

fn summary(comparison: &Comparison) -> String {
    let all = comparison.pairs.len();
    let differ = comparison
        .pairs
        .iter()
        .filter(|pair| !pair.is_same())
        .count();
    let is_paired = comparison.only_old.is_empty() && comparison.only_new.is_empty();
    let mut parts = vec![match (differ, all) {
        (0, 0) => "no profile is in both".to_owned(),
        (0, 1) if is_paired => "no difference".to_owned(),
        (0, _) => format!("no difference in {}", counted(all, "profile", "profiles")),
        (1, 1) if is_paired => "the profiles differ".to_owned(),
        (differ, all) => format!(
            "{differ} of {} {}",
            counted(all, "profile", "profiles"),
            if differ == 1 { "differs" } else { "differ" }
        ),
    }];
    for (count, side) in [
        (comparison.only_old.len(), "old"),
        (comparison.only_new.len(), "new"),
    ] {
        if count > 0 {
            parts.push(format!("{count} only in {side}"));
        }
    }
    if comparison.skipped_files > 0 {
        let files = counted(
            comparison.skipped_files,
            "file that holds no profile",
            "files that hold no profile",
        );
        parts.push(format!("skipped: {files}"));
    }
    parts.join("; ")
}

fn title(id: &ProfileId) -> String {
    printable(&format!("{} {}", id.name, id.version))
}

/// The name and version of a pair, with both where they differ, and the files.
fn pair_title(pair: &ProfileDiff) -> String {
    match (&pair.old, &pair.new) {
        (Some(old), Some(new)) => {
            let names = match (old.name == new.name, old.version == new.version) {
                (true, true) => title(new),
                (true, false) => {
                    printable(&format!("{} {} → {}", new.name, old.version, new.version))
                }
                _ => format!("{} → {}", title(old), title(new)),
            };
            if old.file == new.file {
                format!("{names} ({})", printable(&new.file))
            } else {
                format!(
                    "{names} ({} → {})",
                    printable(&old.file),
                    printable(&new.file)
                )
            }
        }
        (Some(old), None) => format!("{} removed ({})", title(old), printable(&old.file)),
        (None, Some(new)) => format!("{} added ({})", title(new), printable(&new.file)),
        (None, None) => String::new(),
    }
}

/// What fields are called by people, where that is not their path.
const LABELS: [(&str, &str); 8] = [
    ("metadata.name", "name"),
    ("spec.template.cloudType", "cloud type"),
    ("registry.metadata.name", "registry"),
    ("registry.metadata.uid", "registry uid"),
    ("defaultValue", "default value"),
    ("displayName", "display name"),
    ("inputType", "input type"),
    ("isSensitive", "sensitive"),
];

/// What stands in front of paths, and what people call it.
const PREFIXES: [(&str, &str); 5] = [
    ("metadata.labels.", "label "),
    ("metadata.", ""),
    ("spec.template.", ""),
    ("spec.", ""),
    ("registry.metadata.", "registry "),
];

/// What a field is called by people.
fn label(path: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(known, _)| *known == path) {
        return (*label).to_owned();
    }
    let shortened = PREFIXES.iter().find_map(|(prefix, label)| {
        let rest = path.strip_prefix(prefix)?;
        Some(format!("{label}{rest}"))
    });
    printable(&shortened.unwrap_or_else(|| path.to_owned()))
}

fn profile(out: &mut String, pair: &ProfileDiff, style: Style) {
    line(out, &style.bold(&pair_title(pair)));
    fields(out, &pair.fields, "  ", style);
    for (title, entries) in [("layers", &pair.layers), ("variables", &pair.variables)] {
        if entries.is_empty() {
            continue;
        }
        line(out, &format!("  {title}"));
        for entry in entries {
            let head = style.signed(entry.change, &entry_title(entry));
            line(out, &format!("    {head}"));
            fields(out, &entry_fields(entry), "        ", style);
            for text in &entry.texts {
                line(out, &format!("        {}", text_title(text)));
            }
        }
    }
    if !style.is_summary {
        for entry in &pair.layers {
            for text in entry.texts.iter().filter(|text| !text.hunks.is_empty()) {
                out.push('\n');
                hunks(
                    out,
                    &format!("{} › {}", entry.name, text.name),
                    &text.hunks,
                    style,
                );
            }
        }
    }
    out.push('\n');
}

/// The name of an entry and where it has gone; of a layer that came or went also its version and where it is from.
fn entry_title(entry: &EntryChange) -> String {
    let mut title = entry.name.clone();
    if entry.change != Change::Changed {
        let side = |path: &str| {
            let field = entry.fields.iter().find(|field| field.path == path)?;
            field.new.as_deref().or(field.old.as_deref())
        };
        let version = side("tag").or_else(|| side("version"));
        title.extend(version.map(|version| format!(" {version}")));
        let from = side("registry.metadata.name").map(|registry| format!("from {registry}"));
        let layer = side("layer").map(|layer| format!("layer {layer}"));
        let about: Vec<String> = layer.into_iter().chain(from).collect();
        if !about.is_empty() {
            title.push_str(&format!(" ({})", about.join(", ")));
        }
    }
    if entry.is_moved {
        let place = |index: Option<usize>| index.map_or(0, |index| index + 1);
        let (old, new) = (place(entry.old_index), place(entry.new_index));
        title.push_str(&format!(": moved from place {old} to {new}"));
    }
    title
}

/// The fields of an entry that its title does not tell. Of one that is gone nothing more is of interest, and of a layer
/// that came its registry is known by its name.
fn entry_fields(entry: &EntryChange) -> Vec<FieldChange> {
    let is_told = |path: &str| {
        matches!(path, "type" | "layer" | "tag" | "version")
            || path.starts_with("registry.metadata.")
    };
    let fields = entry.fields.iter();
    fields
        .filter(|field| match entry.change {
            Change::Changed => true,
            Change::Added => !is_told(&field.path),
            Change::Removed => false,
        })
        .cloned()
        .collect()
}

fn text_title(text: &TextChange) -> String {
    let (added, removed) = text.counts();
    let lines = match (text.change, added, removed) {
        (Change::Added, added, _) => format!("added, {}", counted(added, "line", "lines")),
        (Change::Removed, _, removed) => format!("removed, {}", counted(removed, "line", "lines")),
        (Change::Changed, added, 0) => format!("{} added", counted(added, "line", "lines")),
        (Change::Changed, 0, removed) => format!("{} removed", counted(removed, "line", "lines")),
        (Change::Changed, added, removed) => {
            format!(
                "{} added, {removed} removed",
                counted(added, "line", "lines")
            )
        }
    };
    format!("{}: {lines}", text.name)
}

fn fields(out: &mut String, fields: &[FieldChange], indent: &str, style: Style) {
    for field in fields {
        let label = label(&field.path);
        let one_line = match (&field.old, &field.new) {
            (Some(old), Some(new)) if old == new => format!("{label}: changed, and not shown"),
            (Some(old), Some(new)) => format!("{label}: {old} → {new}"),
            (None, Some(new)) => format!("{label}: {new}"),
            (Some(old), None) => format!("{label}: {old} → nothing"),
            (None, None) => continue,
        };
        if indent.len() + one_line.chars().count() <= style.width {
            line(out, &format!("{indent}{one_line}"));
            continue;
        }
        line(out, &format!("{indent}{label}:"));
        let sides = [(Change::Removed, &field.old), (Change::Added, &field.new)];
        for (change, value) in sides {
            if let Some(value) = value {
                line(out, &format!("{indent}  {}", style.signed(change, value)));
            }
        }
    }
}

fn hunks(out: &mut String, title: &str, hunks: &[Hunk], style: Style) {
    if !style.color {
        // Writing to a String cannot fail.
        let _ = text_diff::write_unified(out, (title, title), hunks);
        return;
    }
    line(out, &style.bold(&format!("--- {title}")));
    line(out, &style.bold(&format!("+++ {title}")));
    for hunk in hunks {
        line(out, &style.paint(&text_diff::header(hunk), "36"));
        for Line { sign, text } in &hunk.lines {
            let shown = format!("{}{text}", sign.character());
            line(
                out,
                &match sign {
                    Sign::Same => shown,
                    Sign::Removed => style.paint(&shown, "31"),
                    Sign::Added => style.paint(&shown, "32"),
                },
            );
        }
    }
}

/// Renders two texts that are no profiles.
#[must_use]
pub fn render_texts(titles: (&str, &str), found: &[Hunk], style: Style) -> String {
    let mut out = String::new();
    if titles.0 == titles.1 {
        hunks(&mut out, &printable(titles.0), found, style);
    } else {
        let _ = text_diff::write_unified(&mut out, titles, found);
    }
    out
}

/// Renders a profile by itself as a text, for tools that compare texts: everything it says, the texts of its layers
/// decoded. No secrets.
#[must_use]
pub fn render_view(view: &ProfileDiff) -> String {
    let mut out = String::new();
    let plain = |out: &mut String, fields: &[FieldChange], indent: &str| {
        for field in fields {
            let value = field.new.as_deref().unwrap_or_default();
            line(out, &format!("{indent}{}: {value}", label(&field.path)));
        }
    };
    plain(&mut out, &view.fields, "");
    for entry in &view.layers {
        line(&mut out, &format!("\nlayer {}", entry.name));
        plain(&mut out, &entry.fields, "  ");
        for text in &entry.texts {
            line(&mut out, &format!("  {}:", text.name));
            for Line { text, .. } in text.hunks.iter().flat_map(|hunk| &hunk.lines) {
                line(&mut out, format!("    {text}").trim_end());
            }
        }
    }
    for entry in &view.variables {
        line(&mut out, &format!("\nvariable {}", entry.name));
        plain(&mut out, &entry.fields, "  ");
    }
    out
}

/// Renders a comparison for a comment on a pull request.
#[must_use]
pub fn render_markdown(comparison: &Comparison, is_summary: bool) -> String {
    let mut out = String::new();
    for pair in comparison.pairs.iter().filter(|pair| !pair.is_same()) {
        line(&mut out, &format!("### {}\n", code(&pair_title(pair))));
        markdown_fields(&mut out, "", &pair.fields);
        for (title, entries) in [("Layers", &pair.layers), ("Variables", &pair.variables)] {
            if entries.is_empty() {
                continue;
            }
            line(&mut out, &format!("**{title}**\n"));
            for entry in entries {
                let title = entry_title(entry);
                let more = title.strip_prefix(entry.name.as_str()).unwrap_or_default();
                let name = code(&entry.name);
                let (change, more) = (entry.change.name(), escaped(more));
                line(&mut out, &format!("- {change} {name}{more}"));
                markdown_fields(&mut out, "  ", &entry_fields(entry));
                for text in &entry.texts {
                    line(&mut out, &format!("  - {}", escaped(&text_title(text))));
                }
            }
            out.push('\n');
        }
        if !is_summary {
            for entry in &pair.layers {
                for text in entry.texts.iter().filter(|text| !text.hunks.is_empty()) {
                    markdown_text(&mut out, entry, text);
                }
            }
        }
    }
    for (what, ids) in [
        ("Only in old", &comparison.only_old),
        ("Only in new", &comparison.only_new),
    ] {
        if ids.is_empty() {
            continue;
        }
        line(&mut out, &format!("**{what}**\n"));
        for id in ids {
            line(
                &mut out,
                &format!("- {} in {}", code(&title(id)), code(&printable(&id.file))),
            );
        }
        out.push('\n');
    }
    line(&mut out, &summary(comparison));
    out
}

fn markdown_fields(out: &mut String, indent: &str, fields: &[FieldChange]) {
    for field in fields {
        let label = escaped(&label(&field.path));
        let change = match (&field.old, &field.new) {
            (Some(old), Some(new)) if old == new => "changed, and not shown".to_owned(),
            (Some(old), Some(new)) => format!("{} → {}", code(old), code(new)),
            (None, Some(new)) => code(new),
            (Some(old), None) => format!("{} → nothing", code(old)),
            (None, None) => continue,
        };
        line(out, &format!("{indent}- {label}: {change}"));
    }
    if indent.is_empty() && !fields.is_empty() {
        out.push('\n');
    }
}

fn markdown_text(out: &mut String, entry: &EntryChange, text: &TextChange) {
    let mut diff = String::new();
    let title = format!("{} › {}", entry.name, text.name);
    // Writing to a String cannot fail.
    let _ = text_diff::write_unified(&mut diff, (&title, &title), &text.hunks);
    let fence = "`".repeat(longest_run(&diff).max(2) + 1);
    let summary = format!("{} › {}", entry.name, text_title(text));
    line(
        out,
        &format!(
            "<details><summary>{}</summary>\n\n{fence}diff\n{diff}{fence}\n\n</details>\n",
            escaped(&summary)
        ),
    );
}

/// A text as code in a line of Markdown.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(match longest_run(text) {
        0 => 1,
        run => run + 1,
    });
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// How many backticks stand together at most.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`');
    runs.map(str::len).max().unwrap_or(0)
}

/// A text as it is in Markdown and HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '|' | '~' | '!' | '@' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonReport<'d> {
    version: u32,
    tool: JsonTool,
    same: bool,
    profiles: Vec<JsonPair<'d>>,
    only_old: Vec<JsonId<'d>>,
    only_new: Vec<JsonId<'d>>,
    skipped: usize,
}

#[derive(Serialize)]
struct JsonPair<'d> {
    same: bool,
    old: Option<JsonId<'d>>,
    new: Option<JsonId<'d>>,
    fields: Vec<JsonField<'d>>,
    layers: Vec<JsonEntry<'d>>,
    variables: Vec<JsonEntry<'d>>,
}

#[derive(Serialize)]
struct JsonId<'d> {
    file: &'d str,
    name: &'d str,
    version: &'d str,
}

#[derive(Serialize)]
struct JsonField<'d> {
    path: &'d str,
    old: Option<&'d str>,
    new: Option<&'d str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonEntry<'d> {
    name: &'d str,
    change: &'static str,
    moved: bool,
    old_index: Option<usize>,
    new_index: Option<usize>,
    fields: Vec<JsonField<'d>>,
    texts: Vec<JsonText<'d>>,
}

#[derive(Serialize)]
struct JsonText<'d> {
    name: &'d str,
    change: &'static str,
    added: usize,
    removed: usize,
    hunks: Vec<JsonHunk>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonHunk {
    old_line: usize,
    old_lines: usize,
    new_line: usize,
    new_lines: usize,
    lines: Vec<String>,
}

/// Renders a comparison for programs; `schemas/diff-report.schema.json` describes it.
#[must_use]
pub fn render_json(comparison: &Comparison, is_summary: bool) -> String {
    to_text(&JsonReport {
        version: VERSION,
        tool: JsonTool::THIS,
        same: comparison.is_same(),
        profiles: comparison
            .pairs
            .iter()
            .map(|pair| JsonPair {
                same: pair.is_same(),
                old: pair.old.as_ref().map(json_id),
                new: pair.new.as_ref().map(json_id),
                fields: json_fields(&pair.fields),
                layers: json_entries(&pair.layers, is_summary),
                variables: json_entries(&pair.variables, is_summary),
            })
            .collect(),
        only_old: comparison.only_old.iter().map(json_id).collect(),
        only_new: comparison.only_new.iter().map(json_id).collect(),
        skipped: comparison.skipped_files,
    })
}

fn json_id(id: &ProfileId) -> JsonId<'_> {
    JsonId {
        file: &id.file,
        name: &id.name,
        version: &id.version,
    }
}

fn json_fields(fields: &[FieldChange]) -> Vec<JsonField<'_>> {
    let fields = fields.iter().map(|field| JsonField {
        path: &field.path,
        old: field.old.as_deref(),
        new: field.new.as_deref(),
    });
    fields.collect()
}

fn json_entries(entries: &[EntryChange], is_summary: bool) -> Vec<JsonEntry<'_>> {
    let entries = entries.iter();
    entries.map(|entry| json_entry(entry, is_summary)).collect()
}

fn json_entry(entry: &EntryChange, is_summary: bool) -> JsonEntry<'_> {
    let hunk = |hunk: &Hunk| JsonHunk {
        old_line: hunk.old_start + 1,
        old_lines: hunk.old_len,
        new_line: hunk.new_start + 1,
        new_lines: hunk.new_len,
        lines: hunk
            .lines
            .iter()
            .map(|line| format!("{}{}", line.sign.character(), line.text))
            .collect(),
    };
    let texts = entry.texts.iter().map(|text| {
        let (added, removed) = text.counts();
        let shown: &[Hunk] = if is_summary { &[] } else { &text.hunks };
        JsonText {
            name: &text.name,
            change: text.change.name(),
            added,
            removed,
            hunks: shown.iter().map(hunk).collect(),
        }
    });
    JsonEntry {
        name: &entry.name,
        change: entry.change.name(),
        moved: entry.is_moved,
        old_index: entry.old_index,
        new_index: entry.new_index,
        fields: json_fields(&entry.fields),
        texts: texts.collect(),
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
