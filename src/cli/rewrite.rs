//! `palette-knife rewrite`

use std::{collections::HashMap, path::PathBuf};

use super::{
    args::{CheckFormat, RewriteArgs, RewriteFormat},
    check::{choices, excerpt_style},
    interactive::{self, Stop},
    loading::{Loading, share_work},
    output::{self, Outcome},
    plan::{todo_files, write_todo},
    progress::Progress,
    targets::{self, refuse_changed, targets, tells_destinations_apart, warn_of_unused},
};
use crate::{
    check::CheckOptions,
    config::Config,
    destination::Destination,
    emit::{self, rewrite::Part},
    input::{self, InputFile},
    rewrite::{
        result::Status,
        run::{self, RewriteOptions, Target},
        targets::without_case,
        work::Output,
        write,
    },
    syntax::Format,
};

/// Runs the command.
///
/// # Errors
///
/// A message when the run cannot begin: the destination or the secrets file cannot be read, a name or version on the
/// command line is none.
pub fn run(args: &RewriteArgs) -> Result<Outcome, String> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err("rewrite takes files and folders, not standard input".to_owned());
    }
    let as_check = match args.format {
        RewriteFormat::Human => CheckFormat::Human,
        RewriteFormat::Json => CheckFormat::Json,
    };
    let config = super::config::load(&args.common, &args.paths, as_check)?;
    let paths = super::config::inputs(&args.paths, &config);
    let format = args.to_format.map(Format::from);
    if args.destinations.is_empty() {
        return convert(args, &paths, &config);
    }
    if args.destinations.len() > 1 {
        if args.in_place {
            return Err(
                "--in-place goes with one destination: pass `-o OUT/{destination}`".to_owned(),
            );
        }
        if let Some(out) = args
            .out
            .as_ref()
            .filter(|out| !tells_destinations_apart(out))
        {
            return Err(format!(
                "several destinations need a folder each: pass `-o {}/{{destination}}`",
                out.display()
            ));
        }
    }
    let max_file_size = args.common.max_file_size;
    let destinations = Loading {
        folders: &args.destinations,
        max_file_size,
        indexes: args.cache.indexes(),
    }
    .load()?;
    let choices = choices(&args.selection, &destinations)?;
    let mut targets = targets(&args.answers, destinations, max_file_size, |destination| {
        output_of(args, destination)
    })?;
    let outs: Vec<PathBuf> = targets
        .iter()
        .filter_map(|target| match &target.output {
            Output::Folder(folder) => Some(folder.clone()),
            _ => None,
        })
        .collect();
    refuse_one_for_several(&outs)?;
    let (files, missing) = input_files(args, &paths, &config, &outs)?;
    let options = RewriteOptions {
        tags: args.answers.tags.unwrap_or_default(),
        allow_masked: args.answers.allow_masked,
        keep_mode: args.keep_mode,
        format,
        check: CheckOptions {
            choices,
            max_file_size,
            settings: super::config::settings(&args.rules, &config, &paths),
            excerpts: (args.format == RewriteFormat::Human).then(|| excerpt_style(output::width())),
        },
        diffs: args.diff,
        progress: None,
    };
    share_work();
    if args.interactive {
        ask(args, &files, &mut targets, &options)?;
    }
    let progress = Progress::of(files.len());
    let tick = || progress.tick();
    let results = run::rewrite(
        &files,
        &targets,
        &RewriteOptions {
            progress: Some(&tick),
            ..options
        },
    );
    progress.finish();
    warn_of_unused(&targets, &results);
    let parts: Vec<Part<'_>> = results.iter().map(Part::of).collect();
    report(args, &parts, !missing)
}

/// Refuses output folders of several destinations that are one where upper and lower case are, or through a link.
fn refuse_one_for_several(outs: &[PathBuf]) -> Result<(), String> {
    let mut seen: HashMap<String, &PathBuf> = HashMap::new();
    let mut real: HashMap<PathBuf, &PathBuf> = HashMap::new();
    let refused = |one: &PathBuf, other: &PathBuf, why: &str| {
        Err(format!(
            "`{}` and `{}` are one folder, as {why}: give one of the destinations another `name`",
            one.display(),
            other.display()
        ))
    };
    for out in outs {
        if let Some(first) = seen.insert(without_case(out), out)
            && write::ignores_case(first)
        {
            return refused(first, out, "upper and lower case are one there");
        }
        // Where what is not there yet will lie, nobody can tell.
        if let Ok(path) = out.canonicalize()
            && let Some(first) = real.insert(path, out)
        {
            return refused(first, out, "a link leads from one to the other");
        }
    }
    Ok(())
}

/// Asks what is open, and keeps the answers where that is asked for.
fn ask(
    args: &RewriteArgs,
    files: &[InputFile],
    targets: &mut [Target],
    options: &RewriteOptions<'_>,
) -> Result<(), String> {
    interactive::require_terminal()?;
    let plan = |targets: &[Target]| run::plan(files, targets, options);
    if let Some(folder) = &args.save_answers {
        // Nobody should answer for nothing: what cannot be written is told before.
        let files = todo_files(folder, &plan(targets), targets)?;
        refuse_changed(targets)?;
        write_todo(folder, &files)?;
    }
    let asked = interactive::ask_all(targets, plan);
    if let Some(folder) = &args.save_answers {
        let files = todo_files(folder, &plan(targets), targets)?;
        refuse_changed(targets)?;
        write_todo(folder, &files)?;
        output::note(&format!("the answers are in `{}`", folder.display()));
    }
    asked.map_err(|stop| match stop {
        Stop::Ended => {
            "the input has ended before everything was asked: nothing is written".to_owned()
        }
        Stop::Failed(message) => message,
    })
}

/// Writes files in another format, and changes nothing else.
fn convert(args: &RewriteArgs, paths: &[PathBuf], config: &Config) -> Result<Outcome, String> {
    let (Some(format), Some(out)) = (args.to_format.map(Format::from), &args.out) else {
        return Err(
            "expected `--to DIR`, or `--to-format` and `--out` to convert files only".to_owned(),
        );
    };
    if args.selection.strict_selection || !args.selection.registries.is_empty() {
        return Err("registries are chosen for a destination: pass `--to DIR`".to_owned());
    }
    if !args.answers.is_empty() {
        return Err(
            "what an import asks is answered for a destination: pass `--to DIR`".to_owned(),
        );
    }
    let (files, missing) = input_files(args, paths, config, std::slice::from_ref(out))?;
    let options = CheckOptions {
        max_file_size: args.common.max_file_size,
        settings: config.settings(),
        excerpts: (args.format == RewriteFormat::Human).then(|| excerpt_style(output::width())),
        ..CheckOptions::default()
    };
    share_work();
    let results = run::convert(&files, format, out, &options);
    report(args, &[Part::converted(&results)], !missing)
}

/// The files to work on, and whether one of the paths cannot be read.
fn input_files(
    args: &RewriteArgs,
    paths: &[PathBuf],
    config: &Config,
    outs: &[PathBuf],
) -> Result<(Vec<InputFile>, bool), String> {
    let (mut files, missing) = input::collect(paths);
    config.leave_out(&mut files);
    for folder in &args.destinations {
        input::leave_out_destination(&mut files, folder);
    }
    for error in &missing {
        output::error(&error.to_string());
    }
    for folder in outs {
        let found = files.len();
        input::leave_out(&mut files, folder);
        if files.is_empty() && found > 0 {
            return Err(format!(
                "all inputs lie in the output folder `{}`: choose another one{}",
                folder.display(),
                if args.to_format.is_none() {
                    ", or pass --in-place"
                } else {
                    ""
                }
            ));
        }
    }
    Ok((files, !missing.is_empty()))
}

/// Prints what became of the files.
fn report(args: &RewriteArgs, parts: &[Part<'_>], all_found: bool) -> Result<Outcome, String> {
    match args.format {
        RewriteFormat::Human => {
            let (color, width) = (args.common.color.is_on(), output::width());
            let text = emit::rewrite::render_human(parts, !args.quiet, color, width);
            output::print_for_people(&text)?;
        }
        RewriteFormat::Json => output::print(&emit::rewrite::render_json(parts))?,
    }
    let files = || parts.iter().flat_map(|part| part.files);
    if files().next().is_none() && all_found {
        output::warning("no profiles found");
    }
    let failed = !all_found || files().any(|file| file.failed);
    let refused = files().any(|file| file.status == Status::Refused);
    Ok(match (failed, refused) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Clean,
    })
}

fn output_of(args: &RewriteArgs, destination: &Destination) -> Result<Output, String> {
    Ok(match &args.out {
        Some(folder) => Output::Folder(targets::at(folder, destination)?),
        None if args.in_place => Output::InPlace,
        None => Output::Nowhere,
    })
}
