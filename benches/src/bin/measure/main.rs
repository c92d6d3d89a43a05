//! Measures the program against what others need for a part of its work, and against what nobody can do without.

mod group;
mod parts;
mod process;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};

/// Prints tables of times and of ratios with their targets. `benches/run` makes all that is needed, and calls this.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything if nothing is named.
    parts: Vec<Part>,
    /// How often each command is run, in turn with those it is compared with.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Where `palette-knife` is.
    #[arg(long, default_value = "target/release/palette-knife")]
    program: PathBuf,
    /// Where the floors and the estates are.
    #[arg(long, default_value = "target/benches")]
    target: PathBuf,
    /// Where the peers are.
    #[arg(long, default_value = "target/peers")]
    peers: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The check of 1,000 profiles, against validators that do the schema alone.
    Check,
    /// The same where every value has a text of its own.
    Distinct,
    /// One file of 80 kB, from the start to the end.
    OneFile,
    /// 10,000 profiles against 1,000, and two threads against one.
    Scale,
    /// Rewriting against copying.
    Rewrite,
    /// 100,000 findings in every format.
    Findings,
    /// Twice as much of everything.
    Sizes,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let bench = parts::Bench {
        program: arguments.program,
        folder: arguments.target,
        peers: arguments.peers,
        rounds: arguments.rounds,
    };
    bench.head();
    let is_asked = |part: &Part| arguments.parts.is_empty() || arguments.parts.contains(part);
    let parts = Part::value_variants().iter().copied().filter(is_asked);
    let missed: usize = parts.map(|part| bench.part(part)).sum();
    match missed {
        0 => ExitCode::SUCCESS,
        _ => {
            eprintln!("{missed} targets missed");
            ExitCode::FAILURE
        }
    }
}
