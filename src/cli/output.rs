//! Standard output, standard error, exit codes.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use clap::ValueEnum;

use crate::{finding::Level, report::Report, sensitive};

/// What the process ends with; the same in every output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing at or above the level that fails: 0.
    Clean,
    /// Findings: 1.
    Findings,
    /// The tool could not do its work: 2.
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Failed => 2,
        })
    }
}

/// The level from which findings make the run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// Any finding.
    Info,
    /// No finding.
    Never,
}

impl FailOn {
    /// The lowest level that fails; `None` for never.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Info => Some(Level::Info),
            Self::Never => None,
        }
    }
}

/// The outcome of a report, with the lowest level that fails; `None` for never.
#[must_use]
pub fn outcome(report: &Report, fail_on: Option<Level>) -> Outcome {
    let fails = |level| report.findings.iter().any(|finding| finding.level >= level);
    if fail_on.is_some_and(fails) {
        Outcome::Findings
    } else {
        Outcome::Clean
    }
}

/// When to colour output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether standard output is to be coloured.
    #[must_use]
    pub fn is_on(self) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR") => false,
            Self::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
            Self::Auto => io::stdout().is_terminal(),
        }
    }
}

/// The width of output that goes to no terminal, in characters.
pub const ELSEWHERE: usize = 100;

/// The width of the terminal, in characters; [`ELSEWHERE`] where output goes elsewhere.
#[must_use]
pub fn width() -> usize {
    if !io::stdout().is_terminal() {
        return ELSEWHERE;
    }
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    columns
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(ELSEWHERE)
}

/// Prints to standard output.
///
/// # Errors
///
/// A message when it cannot be written. A reader that has closed the pipe is no error: it has seen enough.
pub fn print(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("standard output: {error}"))
        }
        _ => Ok(()),
    }
}

/// Prints an error of the tool itself.
pub fn error(message: &str) {
    line("error", message);
}

/// Prints a warning about the run itself.
pub fn warning(message: &str) {
    line("warning", message);
}

/// Prints what became of the run besides its output.
pub fn note(message: &str) {
    line("note", message);
}

fn line(kind: &str, message: &str) {
    // Nobody can be told that standard error is gone.
    let _ = writeln!(
        io::stderr().lock(),
        "{kind}: {}",
        sensitive::printable(message)
    );
}
