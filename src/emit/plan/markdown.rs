//! The plan in Markdown: a table, what is to do, and folded details.

use std::fmt::Write as _;

use super::{need_words, pack_title, pack_words, to_do, weight};
use crate::{
    plan::{DestinationPlan, Readiness, Row},
    sensitive::printable,
};

/// Renders a plan: these rows of it, with details of the profiles that are not simply ready, and what is to do.
#[must_use]
pub fn render(plans: &[DestinationPlan<'_>], rows: &[usize]) -> String {
    let mut out = String::from("# Import plan\n\n");
    table(&mut out, plans, rows);
    for plan in plans {
        let counts: Vec<String> = Readiness::ALL
            .into_iter()
            .map(|readiness| (plan.count(readiness), readiness))
            .filter(|(count, _)| *count > 0)
            .map(|(count, readiness)| format!("{count} {}", readiness.words()))
            .collect();
        let name = escaped(plan.destination.name());
        line(
            &mut out,
            &format!("\n## {name}\n\n{}.\n", counts.join(", ")),
        );
        for thing in to_do(plan) {
            line(&mut out, &format!("- {}", escaped(&thing)));
        }
        for gap in plan.destination.not_checked() {
            line(&mut out, &format!("- not checked: {}", escaped(&gap)));
        }
        for row in rows.iter().filter_map(|row| plan.rows.get(*row)) {
            if row.readiness != Readiness::Ready {
                details(&mut out, *row);
            }
        }
    }
    out
}

fn table(out: &mut String, plans: &[DestinationPlan<'_>], rows: &[usize]) {
    let names: Vec<String> = plans
        .iter()
        .map(|plan| format!(" {} |", escaped(plan.destination.name())))
        .collect();
    line(out, &format!("| profile |{}", names.concat()));
    line(out, &format!("| --- |{}", " --- |".repeat(plans.len())));
    for number in rows {
        let of_profile = || plans.iter().filter_map(|plan| plan.rows.get(*number));
        let title = of_profile().next().map(|row| row.title());
        let _ = write!(out, "| {} |", escaped(&title.unwrap_or_default()));
        for row in of_profile() {
            let count = match weight(*row) {
                0 => String::new(),
                count => format!(" ({count})"),
            };
            let name = row.new_title();
            let name = name.map_or_else(String::new, |name| format!("<br>→ {}", escaped(&name)));
            let _ = write!(out, " {}{count}{name} |", row.readiness.words());
        }
        out.push('\n');
    }
}

fn details(out: &mut String, row: Row<'_>) {
    let title = escaped(&row.title());
    let words = row.readiness.words();
    line(
        out,
        &format!("\n<details><summary>{title}: {words}</summary>\n"),
    );
    for reason in &row.file.reasons {
        line(out, &format!("- not written: {}", escaped(&reason.text)));
    }
    for need in row.needs() {
        line(out, &format!("- needs {}", escaped(&need_words(need))));
    }
    for finding in row.findings() {
        let place = &finding.place;
        let text = format!(
            "{}:{}:{}: {}[{}] {}",
            place.file,
            place.start.line,
            place.start.column,
            finding.level,
            finding.rule.id,
            finding.message
        );
        line(out, &format!("- {}", escaped(&text)));
    }
    for pack in row.packs() {
        let text = format!("pack {}: {}", pack_title(pack), pack_words(pack));
        line(out, &format!("- {}", escaped(&text)));
    }
    line(out, "\n</details>");
}

/// A text that means nothing to Markdown, but for code: what stands in backticks is shown as it is.
fn escaped(text: &str) -> String {
    let text = printable(text);
    let parts: Vec<&str> = text.split('`').collect();
    let is_paired = parts.len() % 2 == 1;
    let mut out = String::with_capacity(text.len());
    for (number, part) in parts.iter().enumerate() {
        let is_code = is_paired && number % 2 == 1;
        if is_code {
            // In a table a bar ends the cell even in code.
            let part = part.replace('|', "\\|");
            let _ = write!(out, "`{part}`");
            continue;
        }
        for character in part.chars() {
            match character {
                '<' => out.push_str("&lt;"),
                '&' => out.push_str("&amp;"),
                '\\' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                    out.push('\\');
                    out.push(character);
                }
                character => out.push(character),
            }
        }
        if !is_paired && number + 1 < parts.len() {
            out.push_str("\\`");
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}
