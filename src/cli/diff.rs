//! `palette-knife diff`, called by people and by Git.

use std::path::Path;

use super::{
    args::{DiffArgs, DiffFormat},
    output::{self, Outcome},
};
use crate::{
    diff::{self, Comparison, DiffError, DiffFile},
    emit::{self, diff::Style},
    profile::ProfileFile,
    source::{Source, TextRange, shown_path},
    syntax::Format,
    text_diff::{self, Side},
};

/// Runs the command.
///
/// # Errors
///
/// A message when the arguments are none of the known forms, or a file cannot be read.
pub fn run(args: &DiffArgs) -> Result<Outcome, String> {
    match (args.textconv, args.paths.as_slice()) {
        (true, [file]) => textconv(file, args),
        (true, _) => Err("--textconv takes one file".to_owned()),
        (false, [old, new]) => two_paths(old, new, args),
        // Git: path, then file, object and mode of both sides; of a file that was renamed also its new path and what
        // Git has to say of it.
        (false, [path, old, _, _, new, _, _]) => from_git(path, old, path, new, args),
        (false, [path, old, _, _, new, _, _, new_path, _]) => {
            from_git(path, old, new_path, new, args)
        }
        // Git names a file alone that is not merged.
        (false, [path]) if std::env::var_os("GIT_DIFF_PATH_COUNTER").is_some() => {
            output::print(&format!("* unmerged: {}\n", shown_path(path)))?;
            Ok(Outcome::Clean)
        }
        (false, paths) => Err(format!(
            "expected two files or two folders, found {}; Git passes seven or nine arguments",
            paths.len()
        )),
    }
}

fn style(args: &DiffArgs) -> Style {
    Style {
        color: args.color.is_on(),
        width: output::width(),
        is_summary: args.summary,
    }
}

fn render(comparison: &Comparison, args: &DiffArgs) -> String {
    match args.format {
        DiffFormat::Human => emit::diff::render_human(comparison, style(args)),
        DiffFormat::Json => emit::diff::render_json(comparison, args.summary),
        DiffFormat::Markdown => emit::diff::render_markdown(comparison, args.summary),
    }
}

fn two_paths(old: &Path, new: &Path, args: &DiffArgs) -> Result<Outcome, String> {
    let compared = diff::compare_paths(old, new, args.max_file_size);
    let comparison = &compared.comparison;
    let is_nothing = comparison.pairs.is_empty()
        && comparison.only_old.is_empty()
        && comparison.only_new.is_empty();
    // A comparison that could not begin has no summary worth reading.
    if compared.errors.is_empty() || !is_nothing {
        output::print(&render(comparison, args))?;
    }
    for error in &compared.errors {
        output::error(&error.to_string());
    }
    if is_nothing && compared.errors.is_empty() {
        output::warning("no profiles found");
    }
    Ok(if !compared.errors.is_empty() {
        Outcome::Failed
    } else if comparison.is_same() {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

/// Compares what Git hands over. Git takes every exit code but 0 for a failure, unless it is told to trust it.
fn from_git(
    old_path: &Path,
    old: &Path,
    new_path: &Path,
    new: &Path,
    args: &DiffArgs,
) -> Result<Outcome, String> {
    let (old_name, new_name) = (shown_path(old_path), shown_path(new_path));
    let limit = args.max_file_size;
    let (before, after) = (
        git_side(old, &old_name, limit)?,
        git_side(new, &new_name, limit)?,
    );
    let compared = match diff::compare_sources(before, after) {
        Ok(Some(comparison)) => Some(comparison),
        Ok(None) => None,
        Err(error) => {
            output::note(&format!("{error}; compared as text"));
            None
        }
    };
    let (text, is_same) = match compared {
        Some(comparison) => {
            let text = match args.format {
                DiffFormat::Human => emit::diff::render_pairs(&comparison, style(args)),
                DiffFormat::Json | DiffFormat::Markdown => render(&comparison, args),
            };
            (text, comparison.is_same())
        }
        None => {
            let sides = (
                git_side(old, &old_name, limit)?,
                git_side(new, &new_name, limit)?,
            );
            texts((&old_name, sides.0), (&new_name, sides.1), args)
        }
    };
    output::print(&text)?;
    Ok(if is_same || !args.exit_code {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

/// One side as Git hands it over: `None` for a file that is not there.
fn git_side(file: &Path, name: &str, max_file_size: u64) -> Result<Option<Source>, String> {
    if file == Path::new("/dev/null") || file == Path::new("nul") {
        return Ok(None);
    }
    Source::read(file, name, max_file_size)
        .map(Some)
        .map_err(|error| format!("`{name}`: {error}"))
}

/// Texts that are no profiles, or broken ones, and whether they are the same.
fn texts(
    (old_name, old): (&str, Option<Source>),
    (new_name, new): (&str, Option<Source>),
    args: &DiffArgs,
) -> (String, bool) {
    let is_binary = |side: &Option<Source>| {
        side.as_ref().is_some_and(|source| {
            source.invalid_utf8_at().is_some() || source.text().contains('\0')
        })
    };
    if is_binary(&old) || is_binary(&new) {
        return (format!("binary files differ: {new_name}\n"), false);
    }
    let titles = (
        if old.is_some() { old_name } else { "/dev/null" },
        if new.is_some() { new_name } else { "/dev/null" },
    );
    let (old, new) = (old.map(Shown::of), new.map(Shown::of));
    let old = old.as_ref().map(Shown::side).unwrap_or_default();
    let new = new.as_ref().map(Shown::side).unwrap_or_default();
    let hunks = text_diff::hunks(old, new);
    let text = emit::diff::render_texts(titles, &hunks, style(args));
    (text, hunks.is_empty())
}

/// A text, and the secrets in it where its format is known.
struct Shown {
    text: String,
    secrets: Vec<TextRange>,
}

impl Shown {
    fn of(source: Source) -> Self {
        let text = source.text().to_string();
        let is_known = Format::of_name(Path::new(source.name().as_ref())).is_some();
        Self {
            secrets: if is_known {
                ProfileFile::parse(source).secret_ranges()
            } else {
                Vec::new()
            },
            text,
        }
    }

    fn side(&self) -> Side<'_> {
        Side {
            text: &self.text,
            secrets: &self.secrets,
        }
    }
}

/// Prints a file as a text that Git compares. What holds no profile is printed as it is, without secrets.
fn textconv(file: &Path, args: &DiffArgs) -> Result<Outcome, String> {
    let name = shown_path(file);
    let read = || {
        Source::read(file, &name, args.max_file_size).map_err(|error| format!("`{name}`: {error}"))
    };
    let text =
        match diff::profiles_of(read()?).and_then(|found| found.as_ref().map(views).transpose()) {
            Ok(Some(text)) => text,
            Ok(None) | Err(_) => {
                let shown = Shown::of(read()?);
                let lines = text_diff::shown_lines(shown.side());
                lines.into_iter().map(|line| line + "\n").collect()
            }
        };
    output::print(&text)?;
    Ok(Outcome::Clean)
}

fn views(file: &DiffFile) -> Result<String, DiffError> {
    let views = file.profiles().map(|(number, _)| {
        let view = diff::compare(None, Some((file, number))).map_err(|error| DiffError {
            file: file.name(),
            reason: error.to_string(),
        })?;
        Ok(emit::diff::render_view(&view))
    });
    Ok(views.collect::<Result<Vec<_>, _>>()?.join("\n"))
}
