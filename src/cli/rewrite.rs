//! `palette-knife rewrite`

use std::path::PathBuf;

use super::{
    args::{CheckFormat, RewriteArgs, RewriteFormat, map_of},
    check::{choices, excerpt_style, load_destinations},
    output::{self, Outcome},
};
use crate::{
    check::CheckOptions,
    config::Config,
    destination::{Destination, DestinationFault},
    emit,
    finding::Level,
    input::{self, InputFile},
    rewrite::{
        names::Naming,
        run::{self, Output, RewriteOptions, Status},
        secrets::Secrets,
    },
    rules,
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
    let Some(folder) = &args.destination else {
        let (Some(format), Some(out)) = (format, &args.out) else {
            return Err(
                "expected `--to DIR`, or `--to-format` and `--out` to convert files only"
                    .to_owned(),
            );
        };
        if args.selection.strict_selection || !args.selection.registries.is_empty() {
            return Err("registries are chosen for a destination: pass `--to DIR`".to_owned());
        }
        let (files, missing) = input_files(args, &paths, &config)?;
        let options = CheckOptions {
            max_file_size: args.common.max_file_size,
            settings: config.settings(),
            excerpts: (args.format == RewriteFormat::Human).then(|| excerpt_style(output::width())),
            ..CheckOptions::default()
        };
        let results = run::convert(&files, format, out, &options);
        return report(args, &results, None, !missing);
    };
    let destinations = load_destinations(std::slice::from_ref(folder), args.common.max_file_size)?;
    let [destination] = destinations.as_slice() else {
        return Err("expected one destination".to_owned());
    };
    let is_error =
        |fault: &DestinationFault| rules::for_destination_fault(fault.kind).level == Level::Error;
    if destination.faults().iter().any(is_error) {
        return Err(format!(
            "destination `{}` has errors of its own: `palette-knife check --to {}` lists them",
            destination.name(),
            folder.display()
        ));
    }
    let width = output::width();
    let options = RewriteOptions {
        naming: naming(args)?,
        secrets: match &args.secrets {
            Some(path) => Secrets::read(path, args.common.max_file_size)?,
            None => Secrets::default(),
        },
        allow_masked: args.allow_masked,
        format,
        output: output_of(args),
        check: CheckOptions {
            choices: choices(&args.selection, &destinations)?,
            max_file_size: args.common.max_file_size,
            settings: super::config::settings(&args.rules, &config, &paths),
            excerpts: (args.format == RewriteFormat::Human).then(|| excerpt_style(width)),
        },
    };
    let (files, missing) = input_files(args, &paths, &config)?;
    let results = run::rewrite(&files, destination, &options);
    for name in options
        .naming
        .names
        .keys()
        .chain(options.naming.versions.keys())
    {
        let known = |result: &&run::FileResult| {
            let mut profiles = result.profiles.iter();
            profiles.any(|result| result.profile.name == *name)
        };
        if !results.iter().any(|result| known(&result)) {
            output::warning(&format!("no profile is called `{name}`"));
        }
    }
    warn_of_unused_secrets(&options.secrets, &results);
    report(args, &results, Some(destination), !missing)
}

/// The files to work on, and whether one of the paths cannot be read.
fn input_files(
    args: &RewriteArgs,
    paths: &[PathBuf],
    config: &Config,
) -> Result<(Vec<InputFile>, bool), String> {
    let (mut files, missing) = input::collect(paths);
    config.leave_out(&mut files);
    if let Some(folder) = &args.destination {
        input::leave_out_destination(&mut files, folder);
    }
    for error in &missing {
        output::error(&error.to_string());
    }
    if let Some(folder) = &args.out {
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
fn report(
    args: &RewriteArgs,
    results: &[run::FileResult],
    destination: Option<&Destination>,
    all_found: bool,
) -> Result<Outcome, String> {
    match args.format {
        RewriteFormat::Human => {
            let (color, width) = (args.common.color.is_on(), output::width());
            let text = emit::rewrite::render_human(results, destination, color, width);
            output::print_for_people(&text)?;
        }
        RewriteFormat::Json => output::print(&emit::rewrite::render_json(results, destination))?,
    }
    if results.is_empty() && all_found {
        output::warning("no profiles found");
    }
    let failed = !all_found || results.iter().any(|result| result.failed);
    let refused = results
        .iter()
        .any(|result| result.status == Status::Refused);
    Ok(match (failed, refused) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Clean,
    })
}

/// A misspelt path or name in the secrets file would leave a mask where a secret was meant to be.
fn warn_of_unused_secrets(secrets: &Secrets, results: &[run::FileResult]) {
    let profiles: Vec<(&str, &str)> = results
        .iter()
        // Without a target no plan was made, and nobody has asked for the secrets.
        .flat_map(|result| &result.profiles)
        .filter(|result| result.target.is_some())
        .map(|result| {
            (
                result.profile.name.as_str(),
                result.profile.version.as_str(),
            )
        })
        .collect();
    for entry in secrets.unused(&profiles) {
        output::warning(&format!(
            "the secrets file gives {entry}, where nothing is masked"
        ));
    }
    if !profiles.is_empty() && secrets.is_about_others(&profiles) {
        output::warning("the secrets file names no profile of this run");
    }
}

fn output_of(args: &RewriteArgs) -> Output {
    match &args.out {
        Some(folder) => Output::Folder(PathBuf::clone(folder)),
        None if args.in_place => Output::InPlace,
        None => Output::Diff,
    }
}

fn naming(args: &RewriteArgs) -> Result<Naming, String> {
    for (old, new) in &args.names {
        if let Some(defect) = rules::name_defect(new) {
            return Err(format!("--name {old}={new}: the new name {defect}"));
        }
    }
    for (name, version) in &args.versions {
        if let Err(error) = semver::Version::parse(version) {
            return Err(format!(
                "--set-version {name}={version}: no semantic version: {error}"
            ));
        }
    }
    if !args.rename_pattern.contains("{name}") {
        return Err(format!(
            "--rename-pattern {}: expected `{{name}}` in it; `{{version}}` and `{{destination}}` are replaced too",
            args.rename_pattern
        ));
    }
    Ok(Naming {
        on_conflict: args.on_conflict,
        rename_pattern: args.rename_pattern.clone(),
        bump: args.bump,
        names: map_of("--name", &args.names)?,
        versions: map_of("--set-version", &args.versions)?,
    })
}
