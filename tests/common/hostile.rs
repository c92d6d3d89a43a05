//! What is made to break the program, and what a run has to keep to all the same.

use std::{fmt::Write as _, path::Path, process::Output, time::Instant};

use palette_knife::sensitive::is_unprintable;
use serde_json::Value;

use super::program::{Limits, limited, said};

/// The size that is asked for, in percent.
pub fn asked_size() -> Option<usize> {
    let size = std::env::var("PALETTE_KNIFE_SIZE").ok()?;
    Some(size.parse().expect("a number"))
}

/// As many as fit into a file, or as many as are asked for, or a few.
pub fn some(most: usize, few: usize) -> usize {
    asked_size().map_or(few, |percent| (most / 100 * percent).max(few))
}

/// What a run may use.
pub const LIMITS: Limits = Limits {
    memory: 6 << 10,
    time: 60,
};

/// Names that mean something to a file system, a terminal, or a reader of another script.
pub const NAMES: [&str; 17] = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "CON",
    "a/b",
    "a\\b",
    "C:\\x",
    "-o",
    "\u{202e}nosj.exe",
    "\u{1b}[31mred\u{1b}]0;title\u{7}",
    "\u{9b}31m",
    "nul\0byte",
    "two\nlines\r",
    "\u{feff}\u{200b}\u{2066}",
    "{{ .spectro.var.x }}",
    "",
];

/// As many lines, each made of its number.
pub fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

/// Aliases of aliases: each anchor stands for nine of the one before it.
pub fn alias_bomb(indent: &str, merge: bool) -> String {
    let first = if merge {
        "{k: 1}"
    } else {
        "[x, x, x, x, x, x, x, x, x]"
    };
    let mut text = format!("{indent}a0: &a0 {first}\n");
    for level in 1..40 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 9].join(", ");
        let _ = if merge {
            writeln!(text, "{indent}a{level}: &a{level} {{<<: [{aliases}]}}")
        } else {
            writeln!(text, "{indent}a{level}: &a{level} [{aliases}]")
        };
    }
    text
}

/// Runs the program under limits in a folder, and tells what is wrong with how it ended and what it said.
pub fn run(place: &Path, args: &[String]) -> (Output, Vec<String>) {
    let mut wrong = Vec::new();
    let began = Instant::now();
    let output = limited(LIMITS)
        .args(args)
        .current_dir(place)
        .output()
        .expect("it runs");
    let took = began.elapsed();
    let shown = args.join(" ");
    if took.as_secs() >= if asked_size().is_some() { 5 } else { 2 } {
        eprintln!("{shown}: {took:?}, {} bytes printed", output.stdout.len());
    }
    let code = output.status.code();
    if !matches!(code, Some(0..=2)) {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: String = said.chars().take(500).collect();
        wrong.push(format!("ended with {:?}: {said}", output.status));
        return (output, wrong);
    }
    let said = said(&output);
    if code == Some(2)
        && !said.contains("error: ")
        && !said.contains("not written: ")
        && !said.contains("\"reasons\"")
    {
        wrong.push("failed without a word".to_owned());
    }
    let odd = said
        .chars()
        .find(|&character| character != '\n' && is_unprintable(character));
    if let Some(odd) = odd {
        wrong.push(format!("printed {odd:?}"));
    }
    if said.contains("internal error") {
        wrong.push("an internal error".to_owned());
    }
    if shown.contains("--format json") && serde_json::from_slice::<Value>(&output.stdout).is_err() {
        wrong.push("no JSON".to_owned());
    }
    (output, wrong)
}
