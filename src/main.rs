//! The `palette-knife` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    palette_knife::cli::run()
}
