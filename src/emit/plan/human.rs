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

/// What is shown of a plan.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown<'s> {
    /// Whether what is behind the table is shown too.
    pub details: bool,
    /// Only these profiles are shown, with what is behind; empty for all.
    pub profiles: &'s [String],
}

impl Shown<'_> {
    fn shows(self, row: Row<'_>) -> bool {
        self.profiles.is_empty()
            || row.profile.is_some_and(|profile| {
                let name = &profile.profile.name;
                self.profiles.iter().any(|shown| shown == name)
            })
    }
}

/// Renders a plan for a terminal of this many columns.
#[must_use]
pub fn render(
    plans: &[DestinationPlan<'_>],
    shown: Shown<'_>,
    color: bool,
    width: usize,
) -> String {
    let mut printer = Printer {
        out: String::new(),
        color,
        width,
    };
    let first = plans.first();
    let rows = first.map_or(0, |plan| plan.rows.len());
    let rows: Vec<usize> = (0..rows)
        .filter(|row| {
            let row = first.and_then(|plan| plan.rows.get(*row));
            row.is_some_and(|row| shown.shows(*row))
        })
        .collect();
    printer.table(plans, &rows);
    if shown.details || !shown.profiles.is_empty() {
        for row in &rows {
            printer.details(plans, *row);
        }
    }
    for plan in plans {
        printer.summary(plan);
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
        table::paint(text, self.color.then(|| style(readiness)))
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
            style: self.color.then(|| style(row.readiness)),
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
fn style(readiness: Readiness) -> table::Style {
    table::Style(match readiness {
        Readiness::Ready => "32",
        Readiness::Warnings => "33",
        Readiness::Skipped => "2",
        Readiness::NeedsAnswers => "36",
        Readiness::Blocked => "31",
    })
}
