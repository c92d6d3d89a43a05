//! `palette-knife completions` and `palette-knife man`: what is made from the definition of the command line.

use std::{fs, io, iter};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::{
    args::{Cli, CompletionsArgs, ManArgs},
    output::{self, Outcome},
};
use crate::{rewrite::write::write_file, suggest};

/// Prints the completions of a shell.
///
/// # Errors
///
/// A message when they cannot be printed.
pub fn completions(args: &CompletionsArgs) -> Result<Outcome, String> {
    let mut text = Vec::new();
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(args.shell, &mut command, name, &mut text);
    // clap_complete 4.6 takes the hyphen of our name for the end of a command in one half of the script for bash.
    let text = String::from_utf8_lossy(&text).replace("palette__subcmd__knife", "palette__knife");
    output::print(&text)?;
    Ok(Outcome::Clean)
}

/// Prints a page of the manual, or writes all of them.
///
/// # Errors
///
/// A message when there is no such command, or when a page cannot be printed or written.
pub fn pages(args: &ManArgs) -> Result<Outcome, String> {
    let mut main = Cli::command().disable_help_subcommand(true);
    // Building names the commands as their pages are called: `palette-knife-check`.
    main.build();
    let commands = with_subcommands(&main);
    let name_of = |command: &Command| {
        command
            .get_display_name()
            .unwrap_or("palette-knife")
            .to_owned()
    };
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
        for command in commands {
            let path = folder.join(format!("{}.1", name_of(command)));
            write_file(&path, &page(command)?).map_err(|error| error.to_string())?;
        }
        return Ok(Outcome::Clean);
    }
    let command = match &args.command {
        None => &main,
        Some(name) => {
            let wanted = format!("palette-knife-{name}");
            let mut found = commands.iter().filter(|command| name_of(command) == wanted);
            found.next().ok_or_else(|| {
                let names: Vec<&str> = main.get_subcommands().map(Command::get_name).collect();
                format!(
                    "no command is called `{name}`; there are: {}",
                    suggest::list(&names)
                )
            })?
        }
    };
    output::print(&page(command)?)?;
    Ok(Outcome::Clean)
}

/// A command and those below it, which `help` is none of.
fn with_subcommands(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands();
    let below = below.filter(|command| command.get_name() != "help");
    iter::once(command)
        .chain(below.flat_map(with_subcommands))
        .collect()
}

/// A page as `man` reads it.
fn page(command: &Command) -> Result<String, String> {
    let mut text = Vec::new();
    let failed = |error: io::Error| format!("the manual: {error}");
    Man::new(command.clone())
        .source(concat!("palette-knife ", env!("CARGO_PKG_VERSION")))
        .manual("palette-knife")
        .render(&mut text)
        .map_err(failed)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
