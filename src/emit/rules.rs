//! The list of rules: a table for people, data for programs, an index for the documentation.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    human::wrap,
    json::{JsonTool, to_text},
};
use crate::{
    finding::{Group, RuleMeta},
    rules,
};

/// The version of the list for programs: raised when a program that reads it would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonRules {
    version: u32,
    tool: JsonTool,
    rules: Vec<JsonRule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonRule {
    id: &'static str,
    level: &'static str,
    group: &'static str,
    on_by_default: bool,
    fixable: bool,
    since: &'static str,
    summary: &'static str,
}

/// Every group that has rules, with its rules in the order of their names.
fn by_group() -> impl Iterator<Item = (Group, Vec<&'static RuleMeta>)> {
    Group::ALL.into_iter().filter_map(|group| {
        let metas = rules::ALL.iter().map(|rule| rule.meta());
        let metas: Vec<_> = metas.filter(|meta| meta.group == group).collect();
        (!metas.is_empty()).then_some((group, metas))
    })
}

/// What is to be said of a rule beside its level.
fn remarks(meta: &RuleMeta) -> String {
    let remarks = [
        (meta.is_fixable, "fixable"),
        (!meta.is_on, "off by default"),
    ];
    let remarks = remarks.iter().filter(|(holds, _)| *holds);
    let remarks: Vec<&str> = remarks.map(|(_, remark)| *remark).collect();
    remarks.join(", ")
}

/// Renders the table for a terminal of this many columns.
#[must_use]
pub fn render_human(color: bool, width: usize) -> String {
    let metas = || rules::ALL.iter().map(|rule| rule.meta());
    let id_width = metas().map(|meta| meta.id.len()).max().unwrap_or(0);
    let level_width = "warning".len();
    // Without room for a column of summaries they stand below the names.
    let column = 2 + id_width + 2 + level_width + 2;
    let is_wide = width >= column + 40;
    let bold = |text: &str| {
        if color {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    let mut out = String::new();
    for (group, metas) in by_group() {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}", bold(group.name()));
        for meta in metas {
            let remarks = Some(remarks(meta)).filter(|remarks| !remarks.is_empty());
            let remarks = remarks.map_or_else(String::new, |remarks| format!(" ({remarks})"));
            let summary = format!("{}{remarks}", meta.summary);
            let name = format!(
                "  {:<id_width$}  {:<level_width$}",
                meta.id,
                meta.level.name()
            );
            if is_wide {
                let indent = " ".repeat(column);
                let summary = wrap(&summary, width - column, &indent);
                let _ = writeln!(out, "{name}  {summary}");
            } else {
                let summary = wrap(&summary, width.saturating_sub(6), "      ");
                let _ = writeln!(out, "{}\n      {summary}", name.trim_end());
            }
        }
        out.push('\n');
    }
    let _ = writeln!(
        out,
        "{} rules; `palette-knife explain RULE` tells more of one",
        rules::ALL.len()
    );
    out
}

/// Renders the list for programs, in the order of the names, with a line break at its end.
#[must_use]
pub fn render_json() -> String {
    to_text(&JsonRules {
        version: VERSION,
        tool: JsonTool::THIS,
        rules: rules::ALL
            .iter()
            .map(|rule| rule.meta())
            .map(|meta| JsonRule {
                id: meta.id,
                level: meta.level.name(),
                group: meta.group.name(),
                on_by_default: meta.is_on,
                fixable: meta.is_fixable,
                since: meta.since,
                summary: meta.summary,
            })
            .collect(),
    })
}

/// Renders the index of the pages, `docs/rules/README.md`.
#[must_use]
pub fn render_index() -> String {
    let mut out = String::from(
        "# Rules\n\n\
         Every rule by its group, with the level its findings have unless \
         [palette-knife.toml or a flag](../configuration.md) says\notherwise. `palette-knife rules` prints this list, \
         `palette-knife explain RULE` a page.\n\n\
         <!-- Written by `UPDATE_EXPECTED=1 cargo test --test rules`. -->\n",
    );
    for (group, metas) in by_group() {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n## {}\n\n| rule | level | | reports that |\n| --- | --- | --- | --- |\n",
            group.name()
        );
        for meta in metas {
            let _ = writeln!(
                out,
                "| [{id}]({id}.md) | {} | {} | {} |",
                meta.level,
                remarks(meta),
                meta.summary.replace('|', "\\|"),
                id = meta.id,
            );
        }
    }
    out
}
