//! `palette-knife plan`

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::{
    args::{CheckFormat, PlanArgs, PlanFormat},
    check::{choices, excerpt_style},
    loading::{Loading, share_work},
    output::{self, Outcome},
    progress::Progress,
    targets::{folder_name, refuse_changed, targets, warn_of_unused},
};
use crate::{
    check::CheckOptions,
    emit, input,
    plan::{
        DestinationPlan, Filter,
        todo::{self, TodoFile},
    },
    rewrite::{
        result::DestinationResult,
        run::{self, RewriteOptions, Target},
        work::Output,
        write::{self, Readers},
    },
};

/// Runs the command.
///
/// # Errors
///
/// A message when the run cannot begin: no destination, one that cannot be read, a file of answers that cannot be used;
/// or when files of what is missing would replace answers.
pub fn run(args: &PlanArgs) -> Result<Outcome, String> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err("plan takes files and folders, not standard input".to_owned());
    }
    let as_check = match args.format {
        PlanFormat::Json => CheckFormat::Json,
        PlanFormat::Human | PlanFormat::Markdown | PlanFormat::Html => CheckFormat::Human,
    };
    let config = super::config::load(&args.common, &args.paths, as_check)?;
    let paths = super::config::inputs(&args.paths, &config);
    let folders = if args.destinations.is_empty() {
        let configured = config.destinations.iter();
        configured.map(|path| path.value.clone()).collect()
    } else {
        args.destinations.clone()
    };
    if folders.is_empty() {
        return Err("expected `--to DIR`: a plan is made for a destination".to_owned());
    }
    let max_file_size = args.common.max_file_size;
    let destinations = Loading {
        folders: &folders,
        max_file_size,
        indexes: args.cache.indexes(),
    }
    .load()?;
    let choices = choices(&args.selection, &destinations)?;
    let targets = targets(&args.answers, destinations, max_file_size, |_| {
        Ok(Output::Nowhere)
    })?;
    let (mut files, missing) = input::collect(&paths);
    config.leave_out(&mut files);
    for target in &targets {
        input::leave_out_destination(&mut files, target.destination.folder());
    }
    for error in &missing {
        output::error(&error.to_string());
    }
    let width = output::width();
    let shows_findings = match args.format {
        PlanFormat::Human => args.details || !args.profiles.is_empty(),
        PlanFormat::Html => true,
        PlanFormat::Json | PlanFormat::Markdown => false,
    };
    let progress = Progress::of(files.len());
    let tick = || progress.tick();
    let options = RewriteOptions {
        tags: args.answers.tags.unwrap_or_default(),
        allow_masked: args.answers.allow_masked,
        keep_mode: false,
        format: None,
        check: CheckOptions {
            choices,
            max_file_size,
            settings: super::config::settings(&args.rules, &config, &paths),
            excerpts: shows_findings.then(|| excerpt_style(width)),
        },
        diffs: args.format == PlanFormat::Html,
        progress: Some(&tick),
    };
    share_work();
    let results = run::rewrite(&files, &targets, &options);
    progress.finish();
    refuse_changed(&targets)?;
    warn_of_unused(&targets, &results);
    let plans: Vec<DestinationPlan<'_>> = results.iter().map(DestinationPlan::new).collect();
    for name in &args.profiles {
        let rows = || plans.iter().flat_map(|plan| &plan.rows);
        let mut profiles = rows().filter_map(|row| row.profile);
        if !profiles.any(|profile| profile.profile.name == *name) {
            output::warning(&format!("no profile is called `{name}`"));
        }
    }
    if let Some(folder) = &args.write_todo {
        let files = if args.overwrite {
            all_todo_files(&results, &targets)?
        } else {
            todo_files(folder, &results, &targets)?
        };
        write_todo(folder, &files)?;
    }
    let filter = Filter {
        names: &args.profiles,
        only: &args.only,
    };
    let shown = filter.rows(&plans);
    match args.format {
        PlanFormat::Human => {
            let style = emit::plan::human::Style {
                details: args.details || !args.profiles.is_empty(),
                summary: args.profiles.is_empty(),
                color: args.common.color.is_on(),
                width,
            };
            let text = emit::plan::human::render(&plans, &shown, style);
            output::print_for_people(&text)?;
        }
        PlanFormat::Json => output::print(&emit::plan::json::render(&plans, &shown))?,
        PlanFormat::Markdown => output::print(&emit::plan::markdown::render(&plans, &shown))?,
        PlanFormat::Html => output::print(&emit::html::render(&plans, &shown))?,
    }
    // Behind the table, where it is seen.
    if let Some(folder) = &args.write_todo {
        let folder = folder.display();
        output::note(&format!(
            "what is missing is in `{folder}`: fill it in, and pass `--answers {folder}`"
        ));
    }
    let rows = || plans.iter().flat_map(|plan| &plan.rows);
    if rows().next().is_none() && missing.is_empty() {
        output::warning("no profiles found");
    }
    Ok(
        if !missing.is_empty() || rows().any(|row| row.file.failed) {
            Outcome::Failed
        } else if rows().all(|row| row.readiness.is_settled()) {
            Outcome::Clean
        } else {
            Outcome::Findings
        },
    )
}

/// The files of what is missing, with their paths below the folder for them.
fn all_todo_files(
    results: &[DestinationResult],
    targets: &[Target],
) -> Result<Vec<(PathBuf, TodoFile)>, String> {
    let mut files = Vec::new();
    for (result, target) in results.iter().zip(targets) {
        let plan = DestinationPlan::new(result);
        let folder = Path::new(folder_name(plan.destination)?);
        for file in todo::files(&plan, &target.answers) {
            files.push((folder.join(file.name), file));
        }
    }
    Ok(files)
}

/// The files of what is missing, with their paths below the folder for them.
///
/// # Errors
///
/// A message when one of them would replace answers that nobody has given in this run.
pub(super) fn todo_files(
    folder: &Path,
    results: &[DestinationResult],
    targets: &[Target],
) -> Result<Vec<(PathBuf, TodoFile)>, String> {
    let files = all_todo_files(results, targets)?;
    let answers = files.iter();
    for (path, file) in answers.filter(|(_, file)| file.name != todo::OVERVIEW_FILE) {
        let path = folder.join(path);
        // A named pipe would be waited for.
        if std::fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            return Err(format!("`{}`: not a regular file", path.display()));
        }
        let there = match std::fs::read(&path) {
            Ok(there) => String::from_utf8_lossy(&there).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("`{}`: {error}", path.display())),
        };
        if todo::loses_answers(file.name, &there, &file.text) {
            return Err(format!(
                "`{}` holds answers that would be lost: pass `--answers {}` to keep them, or choose another folder",
                path.display(),
                folder.display()
            ));
        }
    }
    Ok(files)
}

/// Writes the files of what is missing below a folder, unless one of them has no place there.
pub(super) fn write_todo(folder: &Path, files: &[(PathBuf, TodoFile)]) -> Result<(), String> {
    let files = files.iter().map(|(path, file)| {
        let readers = if file.has_values {
            Readers::Owner
        } else {
            Readers::Usual
        };
        (path.as_path(), file.text.as_str(), readers)
    });
    write::write_all_into(folder, files).map_err(|error| error.to_string())
}
