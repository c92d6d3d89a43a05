//! Pages whose commands are run: what they show has to be what happens.

use std::{collections::BTreeMap, fs, path::Path};

use snapbox::cmd::{Command, cargo_bin};

/// A block of a page between fences.
pub struct Block {
    /// What stands behind the opening fence.
    pub info: String,
    /// The lines between the fences, each with its line feed.
    pub text: String,
}

/// The blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Block {
                    info: info.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// A command and the output that the page shows for it.
struct Step {
    command: String,
    shown: Vec<String>,
}

fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.to_owned(),
                shown: Vec::new(),
            });
        } else if let Some(step) = steps.last_mut() {
            step.shown.push(line.to_owned());
        }
    }
    steps
}

/// Whether the lines are those shown, with any lines where `…` stands.
fn matches(lines: &[&str], shown: &[String]) -> bool {
    match shown.split_first() {
        None => lines.is_empty(),
        Some((gap, rest)) if gap == "…" => {
            (0..=lines.len()).any(|skip| matches(&lines[skip..], rest))
        }
        Some((line, rest)) => {
            lines.first().is_some_and(|first| first == line) && matches(&lines[1..], rest)
        }
    }
}

/// Goes through a page in a folder: a block with a path behind its language is written to that file, the commands of
/// `console` blocks are run. Tells how many commands there are.
pub fn run(page: &str, folder: &Path) -> usize {
    let mut variables = BTreeMap::new();
    let mut run = 0;
    for block in blocks(page) {
        if block.info == "console" {
            for step in steps(&block.text) {
                run += usize::from(run_step(&step, folder, &mut variables));
            }
        } else if let Some((_, path)) = block.info.split_once(' ') {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, block.text).expect("written");
        }
    }
    run
}

/// Runs a command of ours, or keeps the variables that an `export` sets.
fn run_step(step: &Step, folder: &Path, variables: &mut BTreeMap<String, String>) -> bool {
    if let Some(assignments) = step.command.strip_prefix("export ") {
        let pairs = assignments
            .split(' ')
            .filter_map(|pair| pair.split_once('='));
        variables.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        return false;
    }
    // What comes after a pipe is not ours to test.
    let (command, is_piped) = match step.command.split_once(" | ") {
        Some((command, _)) => (command, true),
        None => (step.command.as_str(), false),
    };
    let args = command
        .strip_prefix("palette-knife ")
        .expect("a command of ours");
    let output = Command::new(cargo_bin!("palette-knife"))
        .args(args.split(' '))
        .current_dir(folder)
        .envs(&*variables)
        .env_remove("COLUMNS")
        .env_remove("FORCE_COLOR")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("it runs");
    assert_ne!(output.status.code(), Some(2), "{command}");
    let output = String::from_utf8(output.stdout).expect("UTF-8");
    let lines: Vec<&str> = output.lines().collect();
    assert!(
        is_piped || matches(&lines, &step.shown),
        "{command}\n{output}"
    );
    true
}
