//! The destinations of a run, with what the command line and its files answer about each.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    args::{AnswerArgs, map_of},
    output,
};
use crate::{
    destination::{Destination, DestinationFault},
    file_names::is_portable,
    finding::Level,
    rewrite::{
        answers::{AnswerFiles, Answers},
        names::{AnswerKeys, BumpPart, Named, Naming, OnConflict},
        result::DestinationResult,
        run::Target,
        work::Output,
    },
    rules,
};

/// What stands for the name of a destination in a path.
const DESTINATION: &str = "{destination}";

/// Joins destinations with what is answered about each.
///
/// # Errors
///
/// A message when a destination has errors of its own, a file cannot be used, or a name or version on the command line
/// is none.
pub fn targets(
    args: &AnswerArgs,
    destinations: Vec<Arc<Destination>>,
    max_file_size: u64,
    output: impl Fn(&Destination) -> Result<Output, String>,
) -> Result<Vec<Target>, String> {
    let naming = naming(args)?;
    let flags = map_of("--set", &args.set)?;
    if let Some(folder) = args.answers.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(format!("`{}` is no folder of answers", folder.display()));
    }
    destinations
        .into_iter()
        .map(|mut destination| {
            refuse_faults(&destination)?;
            let files = files(args, &destination)?;
            if let Some(folder) = args.answers.as_ref().filter(|_| files.is_empty()) {
                let folder = folder.join(folder_name(&destination)?);
                output::warning(&format!(
                    "nothing is answered about `{}`: `{}` holds no answers",
                    destination.name(),
                    folder.display()
                ));
            }
            let there = Arc::make_mut(&mut destination);
            let mut answers = Answers::read(&files, there, max_file_size)?;
            if let Some(path) = files.secrets.filter(|_| answers.secrets.has_texts()) {
                warn_of_other_readers(&path);
            }
            answers.values.set_flags(flags.clone());
            Ok(Target {
                output: output(&destination)?,
                naming: naming.clone(),
                answers,
                destination,
            })
        })
        .collect()
}

fn refuse_faults(destination: &Destination) -> Result<(), String> {
    let is_error =
        |fault: &DestinationFault| rules::for_destination_fault(fault.kind).level == Level::Error;
    if destination.faults().iter().any(is_error) {
        return Err(format!(
            "destination `{}` has errors of its own: `palette-knife check --to {}` lists them",
            destination.name(),
            destination.folder().display()
        ));
    }
    Ok(())
}

/// The files about a destination: those that are named, and of the folder of answers the others.
fn files(args: &AnswerArgs, destination: &Destination) -> Result<AnswerFiles, String> {
    let in_folder = match &args.answers {
        Some(folder) => AnswerFiles::in_folder(&folder.join(folder_name(destination)?)),
        None => AnswerFiles::default(),
    };
    let named = |path: &Option<PathBuf>| path.as_deref().map(|path| at(path, destination));
    Ok(AnswerFiles {
        select: named(&args.select).transpose()?.or(in_folder.select),
        macros: named(&args.macros).transpose()?.or(in_folder.macros),
        secrets: named(&args.secrets).transpose()?.or(in_folder.secrets),
        values: named(&args.values).transpose()?.or(in_folder.values),
    })
}

/// A path with the name of a destination put in.
///
/// # Errors
///
/// A message when the name would lead to another folder.
pub fn at(path: &Path, destination: &Destination) -> Result<PathBuf, String> {
    match path.to_str() {
        Some(text) if text.contains(DESTINATION) => {
            Ok(text.replace(DESTINATION, folder_name(destination)?).into())
        }
        _ => Ok(path.to_owned()),
    }
}

/// The name of a destination, where it can be that of a folder.
///
/// # Errors
///
/// A message when it cannot.
pub fn folder_name(destination: &Destination) -> Result<&str, String> {
    let name = destination.name().as_ref();
    if !is_portable(name) {
        return Err(format!(
            "the name `{name}` of a destination cannot be that of a folder: give it another `name`, in `{}`",
            destination.config_file().display()
        ));
    }
    Ok(name)
}

/// Whether a path has a part for the name of a destination.
#[must_use]
pub fn tells_destinations_apart(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(DESTINATION))
}

fn naming(args: &AnswerArgs) -> Result<Naming, String> {
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
    let pattern = args.rename_pattern.as_deref();
    let pattern = pattern.unwrap_or("{name}-{destination}");
    if !pattern.contains("{name}") {
        return Err(format!(
            "--rename-pattern {pattern}: expected `{{name}}` in it; `{{version}}` and `{{destination}}` are replaced too"
        ));
    }
    Ok(Naming {
        on_conflict: args.on_conflict.unwrap_or(OnConflict::Fail),
        rename_pattern: pattern.to_owned(),
        bump: args.bump.unwrap_or(BumpPart::Patch),
        names: map_of("--name", &args.names)?,
        versions: map_of("--set-version", &args.versions)?,
    })
}

/// Refuses to go on with what was found at a destination that was changed meanwhile.
///
/// # Errors
///
/// A message for the first that was.
pub fn refuse_changed(targets: &[Target]) -> Result<(), String> {
    let mut destinations = targets.iter().map(|target| &target.destination);
    match destinations.find(|destination| !destination.is_confirmed()) {
        Some(changed) => Err(changed.changed_meanwhile()),
        None => Ok(()),
    }
}

/// Warns of answers that answer nothing: a misspelt name would leave open what was meant to be answered.
pub fn warn_of_unused(targets: &[Target], results: &[DestinationResult]) {
    let mut warnings: Vec<String> = Vec::new();
    let mut warn = |warning: String| {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    };
    for (target, result) in targets.iter().zip(results) {
        let profiles = || {
            let files = result.files.iter();
            files.flat_map(|file| file.profiles.iter().map(move |profile| (file, profile)))
        };
        let known = |name: &str| profiles().any(|(_, profile)| profile.profile.name == name);
        let is_file = |name: &str| profiles().any(|(file, _)| file.file == name);
        let named = target
            .naming
            .names
            .keys()
            .chain(target.naming.versions.keys());
        for name in named.filter(|name| !known(name)) {
            warn(format!("no profile is called `{name}`"));
        }
        for name in target.answers.choices.names.keys() {
            let bare = name
                .rsplit_once('@')
                .map_or(name.as_str(), |(bare, _)| bare);
            if !known(name) && !known(bare) && !is_file(name) {
                warn(format!(
                    "the select file names `{name}`, and no profile is called so"
                ));
            }
        }
        // Without a target nobody has asked for the secrets.
        let planned: Vec<AnswerKeys> = profiles()
            .filter(|(_, profile)| profile.target.is_some())
            .map(|(file, profile)| Named {
                profile: profile.profile.clone(),
                file: file.file.clone(),
            })
            .map(|named| named.keys())
            .collect();
        warn_of_secrets(&target.answers, &planned, &mut warn);
        for (by, key) in target.answers.values.unused(&planned) {
            if !planned.is_empty() {
                warn(format!(
                    "{by} gives a value for `{key}`, which stands nowhere"
                ));
            }
        }
    }
    for warning in warnings {
        output::warning(&warning);
    }
}

/// A secrets file that everybody can read keeps no secret.
#[cfg(unix)]
fn warn_of_other_readers(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    const OTHERS: u32 = 0o077;
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & OTHERS != 0 {
        let path = path.display();
        output::warning(&format!(
            "`{path}` holds secrets, and others than its owner have access to it (mode {:03o}): `chmod 600 {path}`",
            mode & 0o777
        ));
    }
}

/// What others may do with a file is not told by a mode here.
#[cfg(not(unix))]
fn warn_of_other_readers(_path: &Path) {}

/// A misspelt path or name in the secrets file would leave a mask where a secret was meant to be.
fn warn_of_secrets(answers: &Answers, planned: &[AnswerKeys], warn: &mut impl FnMut(String)) {
    if planned.is_empty() {
        return;
    }
    for entry in answers.secrets.unused(planned) {
        warn(format!(
            "the secrets file gives {entry}, where nothing is masked"
        ));
    }
    if answers.secrets.is_about_others(planned) {
        warn("the secrets file names no profile of this run".to_owned());
    }
}
