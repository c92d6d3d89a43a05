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
    /// On a terminal, unless the environment says otherwise (`NO_COLOR`, `FORCE_COLOR`, `CLICOLOR`, `TERM=dumb`).
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
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let variable = |name: &str| std::env::var(name).ok();
                asks_for_color(variable).unwrap_or_else(|| io::stdout().is_terminal())
            }
        }
    }
}

/// What the environment says of colours: <https://no-color.org>, <https://force-color.org> and
/// <https://bixense.com/clicolors>. Whoever wants none is heeded first.
fn asks_for_color(variable: impl Fn(&str) -> Option<String>) -> Option<bool> {
    let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
    let is_no = |value: &String| matches!(value.as_str(), "0" | "false");
    if variable("NO_COLOR").is_some() {
        return Some(false);
    }
    if let Some(value) = variable("FORCE_COLOR") {
        return Some(!is_no(&value));
    }
    if variable("CLICOLOR_FORCE").is_some_and(|value| !is_no(&value)) {
        return Some(true);
    }
    let is_off = variable("CLICOLOR").is_some_and(|value| is_no(&value));
    let is_dumb = variable("TERM").is_some_and(|value| value == "dumb");
    (is_off || is_dumb).then_some(false)
}

/// Whether the locale writes texts as UTF-8. Where none is set that is likely: files and pipelines are UTF-8.
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let locale = set.filter_map(variable).find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// A text for a terminal that knows ASCII only: frames are drawn with what is there, and what else is not ASCII is
/// written as its code point. Signs of frames stay one character wide, so that marks stay below what they mark.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\0'..='\u{7f}' => out.push(sign),
            '─' | '━' => out.push('-'),
            '│' | '┃' => out.push('|'),
            '╭' => out.push(','),
            '╰' => out.push('`'),
            '\u{2500}'..='\u{257f}' => out.push('+'),
            '▶' | '›' => out.push('>'),
            '·' => out.push('.'),
            '…' => out.push('~'),
            '→' => out.push_str("->"),
            '—' => out.push_str("--"),
            other => out.extend(other.escape_unicode()),
        }
    }
    out
}

/// The width of output that goes to no terminal, in characters.
pub const ELSEWHERE: usize = 100;

/// Fewer columns than this are not heeded: nothing can be read there.
const NARROWEST: usize = 20;

/// The width of output, in characters: what `COLUMNS` says, or the width of the terminal, or [`ELSEWHERE`].
#[must_use]
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    let of_terminal = || {
        let is_terminal = io::stdout().is_terminal();
        let size = terminal_size::terminal_size().filter(|_| is_terminal)?;
        Some(usize::from(size.0.0))
    };
    columns
        .or_else(of_terminal)
        .unwrap_or(ELSEWHERE)
        .max(NARROWEST)
}

/// Prints a text for people to standard output, as far as the locale can show it.
///
/// # Errors
///
/// As [`print`].
pub fn print_for_people(text: &str) -> Result<(), String> {
    if is_utf8(|name| std::env::var(name).ok()) || cfg!(windows) {
        print(text)
    } else {
        print(&ascii(text))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'e>(set: &'e [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'e {
        move |name| {
            let mut set = set.iter();
            let found = set.find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_environment_decides_on_colours() {
        for (set, expected) in [
            (&[][..], None),
            (&[("NO_COLOR", "1")], Some(false)),
            (&[("NO_COLOR", "")], None),
            (&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], Some(false)),
            (&[("FORCE_COLOR", "1")], Some(true)),
            (&[("FORCE_COLOR", "0")], Some(false)),
            (&[("FORCE_COLOR", "3"), ("TERM", "dumb")], Some(true)),
            (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], Some(true)),
            (&[("CLICOLOR_FORCE", "0")], None),
            (&[("CLICOLOR", "0")], Some(false)),
            (&[("CLICOLOR", "1")], None),
            (&[("TERM", "dumb")], Some(false)),
            (&[("TERM", "xterm-256color")], None),
        ] {
            assert_eq!(asks_for_color(environment(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn locales_tell_whether_they_are_utf8() {
        for (set, expected) in [
            (&[][..], true),
            (&[("LANG", "en_GB.UTF-8")], true),
            (&[("LANG", "C.utf8")], true),
            (&[("LANG", "C")], false),
            (&[("LC_ALL", ""), ("LANG", "POSIX")], false),
            (&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")], false),
            (&[("LC_CTYPE", "C.UTF-8"), ("LANG", "de_DE")], true),
            (&[("LANG", "de_DE.ISO-8859-15")], false),
        ] {
            assert_eq!(is_utf8(environment(set)), expected, "{set:?}");
        }
    }

    #[test]
    fn frames_are_drawn_in_ascii() {
        assert_eq!(
            ascii("   ╭─[a › b]\n 1 │ …é\n   ·  ┬ →\n   ╰── x"),
            "   ,-[a > b]\n 1 | ~\\u{e9}\n   .  + ->\n   `-- x"
        );
    }
}
