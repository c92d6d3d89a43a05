//! Every setting of a run with its origin, as TOML with comments.

use std::fmt::Write as _;

use crate::sensitive::printable;

/// A setting.
#[derive(Debug)]
pub struct Row {
    key: String,
    value: String,
    origin: String,
}

impl Row {
    /// A key with its value as TOML writes it, and where the value comes from.
    #[must_use]
    pub fn new(key: &str, value: String, origin: String) -> Self {
        Self {
            key: key.to_owned(),
            value,
            origin,
        }
    }
}

/// Settings under a header.
#[derive(Debug)]
pub struct Section {
    /// The header with its brackets; the first settings have none.
    pub title: Option<String>,
    /// The settings.
    pub rows: Vec<Row>,
}

/// The widest column of settings that comments are put beside.
const WIDEST: usize = 60;

/// Renders settings; `file` is the configuration they come from, if there is one.
#[must_use]
pub fn render(file: Option<&str>, sections: &[Section]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = match file {
        Some(file) => writeln!(out, "# configuration: {}", printable(file)),
        None => writeln!(out, "# no configuration file"),
    };
    let shown = |row: &Row| format!("{} = {}", row.key, printable(&row.value));
    let all = sections.iter().flat_map(|section| &section.rows);
    let widths = all.map(|row| shown(row).chars().count());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    for section in sections {
        out.push('\n');
        if let Some(title) = &section.title {
            let _ = writeln!(out, "{title}");
        }
        for row in &section.rows {
            let _ = writeln!(out, "{:<width$}  # {}", shown(row), printable(&row.origin));
        }
    }
    out
}
