//! `palette-knife plan`

use std::path::Path;

use super::{
    args::{CheckFormat, PlanArgs, PlanFormat},
    check::{choices, excerpt_style, load_destinations},
    output::{self, Outcome},
    progress::Progress,
    targets::{folder_name, targets, warn_of_unused},
};
use crate::{
    check::CheckOptions,
    emit::{self, plan::human::Shown},
    input,
    plan::{DestinationPlan, todo},
    rewrite::{
        answers::SECRETS_FILE,
        run::{self, RewriteOptions, Target},
        work::Output,
        write,
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
        PlanFormat::Human | PlanFormat::Markdown => CheckFormat::Human,
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
    let destinations = load_destinations(&folders, max_file_size)?;
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
    let shows_findings = args.details || !args.profiles.is_empty();
    let progress = Progress::of(files.len());
    let tick = || progress.tick();
    let options = RewriteOptions {
        tags: args.answers.tags.unwrap_or_default(),
        allow_masked: args.answers.allow_masked,
        format: None,
        check: CheckOptions {
            choices,
            max_file_size,
            settings: super::config::settings(&args.rules, &config, &paths),
            excerpts: (args.format == PlanFormat::Human && shows_findings)
                .then(|| excerpt_style(width)),
        },
        diffs: false,
        progress: Some(&tick),
    };
    let results = run::rewrite(&files, &targets, &options);
    progress.finish();
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
        write_todo(folder, &plans, &targets, args.overwrite)?;
    }
    match args.format {
        PlanFormat::Human => {
            let shown = Shown {
                details: args.details,
                profiles: &args.profiles,
            };
            let color = args.common.color.is_on();
            let text = emit::plan::human::render(&plans, shown, color, width);
            output::print_for_people(&text)?;
        }
        PlanFormat::Json => output::print(&emit::plan::json::render(&plans))?,
        PlanFormat::Markdown => output::print(&emit::plan::markdown::render(&plans))?,
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

/// Writes what is missing to files, if none of them would replace answers.
pub(super) fn write_todo(
    folder: &Path,
    plans: &[DestinationPlan<'_>],
    targets: &[Target],
    overwrite: bool,
) -> Result<(), String> {
    let mut files = Vec::new();
    for (plan, target) in plans.iter().zip(targets) {
        let folder = folder.join(folder_name(plan.destination)?);
        for file in todo::files(plan, &target.answers) {
            let path = folder.join(file.name);
            files.push((path, file));
        }
    }
    for (path, file) in &files {
        let there = match std::fs::read(path) {
            Ok(there) => String::from_utf8_lossy(&there).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("`{}`: {error}", path.display())),
        };
        let is_overview = file.name == todo::OVERVIEW_FILE;
        if !overwrite && !is_overview && todo::loses_answers(file.name, &there, &file.text) {
            return Err(format!(
                "`{}` holds answers that would be lost: pass `--answers {}` to keep them, or `--overwrite`",
                path.display(),
                folder.display()
            ));
        }
    }
    for (path, file) in &files {
        let is_private = file.name == SECRETS_FILE;
        write::write_own(path, &file.text, is_private).map_err(|error| error.to_string())?;
    }
    output::note(&format!(
        "what is missing is in `{}`: fill it in, and pass `--answers {}`",
        folder.display(),
        folder.display()
    ));
    Ok(())
}
