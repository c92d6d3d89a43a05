//! The reports of a run of `check`: one on standard output, and others in files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    args::{CheckArgs, CheckFormat},
    output,
};
use crate::{emit, finding::Level, input::InputFile, report::Report, rewrite::write::write_file};

/// A report in a format for which neither colours nor the width of a terminal matter. Findings from `fails_from` on
/// make the run fail.
#[must_use]
pub fn render(format: CheckFormat, report: &Report, fails_from: Option<Level>) -> String {
    match format {
        CheckFormat::Human => emit::human::render(report, false, output::ELSEWHERE),
        CheckFormat::Concise => emit::concise::render(report),
        CheckFormat::Json => emit::json::render(report),
        CheckFormat::Sarif => emit::sarif::render(report),
        CheckFormat::Github => emit::github::render(report),
        CheckFormat::Gitlab => emit::gitlab::render(report),
        CheckFormat::Junit => emit::junit::render(report, fails_from),
        CheckFormat::Markdown => emit::markdown::render(report),
    }
}

/// Whether any of the reports shows the lines around findings.
#[must_use]
pub fn show_lines(args: &CheckArgs) -> bool {
    let in_files = args.outputs.iter().map(|(format, _)| *format);
    in_files
        .chain([args.format])
        .any(|format| format == CheckFormat::Human)
}

/// Whether the reports can be written, as far as that can be told before there are any.
///
/// # Errors
///
/// A message for the first file that cannot be written.
pub fn can_be_written(outputs: &[(CheckFormat, PathBuf)]) -> Result<(), String> {
    for (index, (_, path)) in outputs.iter().enumerate() {
        let refused = |reason: &str| Err(format!("--output `{}`: {reason}", path.display()));
        let folder = folder_of(path);
        if !folder.is_dir() {
            return refused(&format!("there is no folder `{}`", folder.display()));
        }
        // What stands there is replaced, and a device or a pipe must not be.
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return refused("this is no regular file");
        }
        let before = outputs.iter().take(index);
        if before
            .map(|(_, other)| other)
            .any(|other| is_same(other, path))
        {
            return refused("two reports cannot be written to one file");
        }
    }
    Ok(())
}

/// Leaves out files that reports are written to: what an earlier run has written is no input.
///
/// # Errors
///
/// A message when such a file was named as an input.
pub fn leave_out(
    files: &mut Vec<InputFile>,
    outputs: &[(CheckFormat, PathBuf)],
) -> Result<(), String> {
    for (_, path) in outputs {
        let output = real(path);
        let is_output =
            |file: &InputFile| file.path == *path || output.as_ref() == Some(&file.real);
        if let Some(input) = files.iter().find(|file| file.is_named && is_output(file)) {
            let path = input.path.display();
            return Err(format!("--output `{path}`: this file is to be checked"));
        }
        files.retain(|file| !is_output(file));
    }
    Ok(())
}

/// Writes the reports that go to files. Returns why some could not be written.
#[must_use]
pub fn write(
    outputs: &[(CheckFormat, PathBuf)],
    report: &Report,
    fails_from: Option<Level>,
) -> Vec<String> {
    let results = outputs
        .iter()
        .map(|(format, path)| write_file(path, &render(*format, report, fails_from)));
    results
        .filter_map(Result::err)
        .map(|error| error.to_string())
        .collect()
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Whether two paths lead to one file, which need not be there yet.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || real(one).is_some_and(|one| real(other) == Some(one))
}

/// The absolute path, without links, of a file that need not be there yet.
fn real(path: &Path) -> Option<PathBuf> {
    let folder = folder_of(path).canonicalize().ok()?;
    let whole = folder.join(path.file_name()?);
    Some(whole.canonicalize().unwrap_or(whole))
}
