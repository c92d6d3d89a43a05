//! The plan as a table that fits the terminal, and what is behind it.

use std::fmt::Write as _;

use super::{need_words, pack_title, pack_words, requirement_words, to_do, weight};
use crate::{
    emit::{
        human::{self, wrap},
        rewrite::sentences,
        table,
    },
    plan::{DestinationPlan, Readiness, Row},
    report::Report,
    sensitive::printable,
};

/// How a plan is shown.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether what is behind the table is shown too.
    pub details: bool,
    /// Whether it is told what is to do at each destination.
    pub summary: bool,
    /// Whether it has colours.
    pub color: bool,
    /// The columns of the terminal.
    pub width: usize,
}

/// Renders a plan for a terminal: these rows of it, and what is to do.
#[must_use]
pub fn render(plans: &[DestinationPlan<'_>], rows: &[usize], style: Style) -> String {
    let mut printer = Printer {
        out: String::new(),
        color: style.color,
        width: style.width,
    };
    if !rows.is_empty() {
        printer.table(plans, rows);
    }
    if style.details {
        for row in rows {
            printer.details(plans, *row);
        }
    }
    if style.summary {
        for plan in plans {
            printer.summary(plan);
        }
    }
    printer.out
}

struct Printer {
    out: String,
    color: bool,
    width: usize,
}

impl Printer {
    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{}", text.trim_end());
    }

    fn paint(&self, text: &str, readiness: Readiness) -> String {
        table::paint(text, self.color.then(|| paint_of(readiness)))
    }

    fn table(&mut self, plans: &[DestinationPlan<'_>], rows: &[usize]) {
        let names = plans.iter();
        let names: Vec<String> = names
            .map(|plan| printable(plan.destination.name()))
            .collect();
        let rows: Vec<table::MatrixRow> = rows
            .iter()
            .filter_map(|&number| {
                let of_profile = plans.iter().filter_map(|plan| plan.rows.get(number));
                Some(table::MatrixRow {
                    title: printable(&plans.first()?.rows.get(number)?.title()),
                    cells: of_profile.map(|row| self.cell(*row)).collect(),
                })
            })
            .collect();
        let text = table::matrix("profile", &names, &rows, self.width);
        self.out.push_str(&text);
    }

    fn cell(&self, row: Row<'_>) -> table::Cell {
        let text = match weight(row) {
            0 => row.readiness.words().to_owned(),
            count => format!("{} ({count})", short(row.readiness)),
        };
        let name = row.new_title();
        table::Cell {
            text,
            style: self.color.then(|| paint_of(row.readiness)),
            below: name.map(|name| format!("→ {}", printable(&name))),
        }
    }

    fn summary(&mut self, plan: &DestinationPlan<'_>) {
        let counts: Vec<String> = Readiness::ALL
            .into_iter()
            .map(|readiness| (plan.count(readiness), readiness))
            .filter(|(count, _)| *count > 0)
            .map(|(count, readiness)| format!("{count} {}", readiness.words()))
            .collect();
        let name = printable(plan.destination.name());
        self.line(&format!("{name}: {}", counts.join(", ")));
        for thing in to_do(plan) {
            self.wrapped(&thing, "  ");
        }
        for gap in plan.destination.not_checked() {
            self.wrapped(&format!("not checked: {gap}"), "  ");
        }
    }

    fn details(&mut self, plans: &[DestinationPlan<'_>], row: usize) {
        for (plan, row) in plans
            .iter()
            .filter_map(|plan| Some((plan, *plan.rows.get(row)?)))
        {
            let new = row.new_title().map(|name| format!(" → {name}"));
            let title = format!(
                "{}{} at {}: ",
                row.title(),
                new.unwrap_or_default(),
                plan.destination.name()
            );
            let readiness = self.paint(row.readiness.words(), row.readiness);
            self.line(&format!("{}{readiness}", printable(&title)));
            self.wrapped(&format!("file: {}", row.file.file), "  ");
            for reason in &row.file.reasons {
                self.wrapped(&format!("not written: {}", reason.text), "  ");
            }
            for need in row.needs() {
                self.wrapped(&format!("needs {}", need_words(need)), "  ");
            }
            if let Some(profile) = row.profile {
                for requirement in &profile.requires {
                    let words = requirement_words(requirement);
                    self.wrapped(&format!("requires {words}"), "  ");
                }
                for pack in row.packs() {
                    let (title, words) = (pack_title(pack), pack_words(pack));
                    self.wrapped(&format!("pack {title}: {words}"), "  ");
                }
                let registry = crate::rewrite::plan::Subject::Registry;
                let others = profile.decisions.iter();
                let others: Vec<_> = others
                    .filter(|decision| decision.subject != registry)
                    .cloned()
                    .collect();
                for sentence in sentences(&others) {
                    self.wrapped(&sentence, "  ");
                }
            }
            let report = Report {
                findings: row.findings().into_iter().cloned().collect(),
                ..Report::default()
            };
            self.line("");
            human::findings(&mut self.out, &report, self.color, self.width);
        }
    }

    /// A line that is broken between words where the terminal ends.
    fn wrapped(&mut self, text: &str, indent: &str) {
        let hanging = format!("{indent}  ");
        let width = self.width.saturating_sub(indent.len()).max(20);
        let text = wrap(&printable(text), width, &hanging);
        self.line(&format!("{indent}{text}"));
    }
}

/// The word for a cell with a number.
fn short(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::Warnings => "warnings",
        readiness => readiness.words(),
    }
}

/// How a terminal shows it.
fn paint_of(readiness: Readiness) -> table::Style {
    table::Style(match readiness {
        Readiness::Ready => "32",
        Readiness::Warnings => "33",
        Readiness::Skipped => "2",
        Readiness::NeedsAnswers => "36",
        Readiness::Blocked => "31",
    })
}
