//! The command line: the only place that prints.

mod args;
mod check;
mod config;
mod destination;
mod diff;
mod interactive;
mod manual;
mod output;
mod plan;
mod progress;
mod reports;
mod rewrite;
mod rules;
mod schema;
mod targets;

use std::process::ExitCode;

use clap::Parser;

pub use args::Cli;
use args::Command;
pub use output::Outcome;

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
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
