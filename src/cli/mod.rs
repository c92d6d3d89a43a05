//! The command line: the only place that prints.

mod args;
mod check;
mod config;
mod destination;
mod diff;
mod interactive;
mod loading;
mod manual;
mod output;
mod plan;
mod progress;
mod reports;
mod rewrite;
mod rules;
mod schema;
mod targets;

use std::{
    panic::{self, PanicHookInfo},
    process::ExitCode,
};

use clap::Parser;

pub use args::Cli;
use args::Command;
pub use output::Outcome;

/// What is told of a crash: where it was, and nothing of what was worked on, which may be a secret.
#[must_use]
pub fn crash_message(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(String::new, |location| {
        format!(" at {}:{}", location.file(), location.line())
    });
    format!(
        "internal error{place}: please report it, with the version and the command, but without secrets"
    )
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    panic::set_hook(Box::new(|info| output::error(&crash_message(info))));
    // A crash is a failure of the tool like others.
    panic::catch_unwind(run_command).unwrap_or_else(|_| Outcome::Failed.into())
}

fn run_command() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a closed pipe while printing either is none.
            let code = if error.use_stderr() {
                Outcome::Failed
            } else {
                Outcome::Clean
            };
            let _ = error.print();
            return code.into();
        }
    };
    let result = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Rewrite(args) => rewrite::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Destination(command) => destination::run(&command),
        Command::Explain(args) => rules::explain(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::pages(&args),
    };
    match result {
        Ok(outcome) => outcome.into(),
        Err(message) => {
            output::error(&message);
            Outcome::Failed.into()
        }
    }
}
