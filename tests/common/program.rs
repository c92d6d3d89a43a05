//! The real program, as tests run it: with bounds on what it may use, in every command and format that it has.

use std::{
    path::Path,
    process::{Command, Output},
};

use clap::CommandFactory;
use palette_knife::cli::Cli;
use snapbox::cmd::cargo_bin;

/// What a run may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Address space, in MiB.
    pub memory: u64,
    /// Processor time, in seconds.
    pub time: u64,
}

/// The program, without what the environment of the tests says of colours and threads.
pub fn program() -> Command {
    clean(Command::new(cargo_bin!("palette-knife")))
}

/// Runs the program in a folder, with nothing that asks for colours.
pub fn run(folder: &Path, args: &[&str]) -> Output {
    program()
        .args(args)
        .current_dir(folder)
        .output()
        .expect("it runs")
}

/// Its exit code.
pub fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// What it printed.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// What it told beside that.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// The program under limits that end it by a signal or a failed allocation. Only Linux heeds the one of memory.
pub fn limited(limits: Limits) -> Command {
    let Limits { memory, time } = limits;
    let memory = if cfg!(target_os = "linux") {
        format!("ulimit -v {} && ", memory << 10)
    } else {
        String::new()
    };
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("{memory}ulimit -t {time} && exec \"$0\" \"$@\""))
        .arg(cargo_bin!("palette-knife"))
        // Every thread reserves address space of its own.
        .env("RAYON_NUM_THREADS", "2");
    clean(command)
}

fn clean(mut command: Command) -> Command {
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    // Tests leave nothing in the folders of whoever runs them.
    command.env("PALETTE_KNIFE_CACHE_DIR", "");
    command
}

pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    text(&output.stdout) + &text(&output.stderr)
}

/// The command line with the arguments of every command.
fn built() -> clap::Command {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    command
}

/// The formats that a command can print in, as its `--format` tells. `command` may be two words.
pub fn formats(command: &str) -> Vec<String> {
    let cli = built();
    let command = command.split(' ').fold(&cli, |command, name| {
        command.find_subcommand(name).expect("a command")
    });
    let format = command
        .get_arguments()
        .find(|argument| argument.get_id() == "format");
    let values = format.map(|format| format.get_possible_values());
    values
        .into_iter()
        .flatten()
        .map(|value| value.get_name().to_owned())
        .collect()
}

/// The commands there are; those of `destination` in two words.
pub fn commands() -> Vec<String> {
    let mut all = Vec::new();
    for command in built().get_subcommands() {
        let name = command.get_name();
        let mut below = command.get_subcommands().peekable();
        if below.peek().is_none() {
            all.push(name.to_owned());
        }
        all.extend(below.map(|below| format!("{name} {}", below.get_name())));
    }
    all
}

/// Every file below a folder with its bytes, by its path there, in order; links as what they lead to.
pub fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.expect("an entry");
        let relative = entry.path().strip_prefix(folder).expect("below the folder");
        let name = relative.to_string_lossy().into_owned();
        if entry.file_type().is_dir() {
            files.push((name + "/", Vec::new()));
        } else if entry.file_type().is_symlink() {
            let target = std::fs::read_link(entry.path()).expect("a link");
            files.push((name, target.to_string_lossy().into_owned().into_bytes()));
        } else {
            files.push((name, std::fs::read(entry.path()).expect("a file")));
        }
    }
    files
}
