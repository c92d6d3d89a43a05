//! `palette-knife destination`

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    args::{
        CheckFormat, DestinationAddArgs, DestinationCheckArgs, DestinationCommand,
        DestinationInitArgs, DestinationShowArgs, ShowFormat,
    },
    config,
    loading::Loading,
    output::{self, Outcome},
    reports,
};
use crate::{
    capture::{Answer, Capture, Hints, Refused},
    check,
    destination::{Destination, LoadError},
    emit::{self, destination::Asked},
    finding::Level,
    report::Report,
    rewrite::write::{Readers, write_into},
    rules, scaffold,
    sensitive::printable,
    source::{Source, shown_path},
    suggest,
};

/// Runs the command.
///
/// # Errors
///
/// A message when the folder cannot be read or written.
pub fn run(command: &DestinationCommand) -> Result<Outcome, String> {
    match command {
        DestinationCommand::Init(args) => init(args),
        DestinationCommand::Add(args) => add(args),
        DestinationCommand::Check(args) => check(args),
        DestinationCommand::Show(args) => show(args),
    }
}

fn init(args: &DestinationInitArgs) -> Result<Outcome, String> {
    let folder = &args.folder;
    let failed = |path: &Path, error: io::Error| format!("`{}`: {error}", path.display());
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let real = folder
        .canonicalize()
        .map_err(|error| failed(folder, error))?;
    let folder_name = real.file_name().map(|name| name.to_string_lossy());
    let name = match &args.name {
        Some(name) if name.trim().is_empty() => {
            return Err("--name: the name is empty".to_owned());
        }
        Some(name) => name.clone(),
        None => folder_name.map_or_else(|| "destination".to_owned(), |name| name.into_owned()),
    };
    let mut made = Vec::new();
    let has_other_format = ["destination.json", "destination.yml"]
        .into_iter()
        .find(|file| fs::symlink_metadata(folder.join(file)).is_ok());
    for (file, text) in scaffold::files(&name) {
        let path = folder.join(file);
        let there = has_other_format
            .filter(|_| file.starts_with("destination"))
            .or_else(|| fs::symlink_metadata(&path).is_ok().then_some(file));
        match there {
            Some(there) => output::note(&format!(
                "`{}` stays as it is",
                folder.join(there).display()
            )),
            None => {
                write_into(folder, Path::new(file), &text, Readers::Usual)
                    .map_err(|error| error.to_string())?;
                made.push(shown_path(&path));
            }
        }
    }
    for name in scaffold::FOLDERS {
        let path = folder.join(name);
        match fs::create_dir(&path) {
            Ok(()) => made.push(format!("{}/", shown_path(&path))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&path, error)),
        }
    }
    let lines: Vec<String> = made
        .iter()
        .map(|path| format!("made {}\n", printable(path)))
        .collect();
    output::print(&lines.concat())?;
    Ok(Outcome::Clean)
}

fn add(args: &DestinationAddArgs) -> Result<Outcome, String> {
    let folder = &args.folder;
    if !folder.is_dir() {
        return Err(format!(
            "there is no folder `{0}`: `palette-knife destination init {0}` makes one",
            folder.display()
        ));
    }
    let destination = match Destination::load(folder, args.max_file_size) {
        Ok(destination) => Some(destination),
        // The first answer is what describes it.
        Err(LoadError::Empty { .. }) => None,
        Err(error) => return Err(error.to_string()),
    };
    let (mut answers, mut refused, mut has_failed) = (Vec::new(), Vec::new(), false);
    for file in &args.files {
        match read_answer(file, args.max_file_size) {
            Ok(source) => match Answer::parse(source) {
                Ok(answer) => answers.push(answer),
                Err(error) => refused.push(error),
            },
            Err(message) => {
                has_failed = true;
                output::error(&message);
            }
        }
    }
    let hints = Hints {
        kind: args.kind,
        registry: args.registry.clone(),
    };
    let mut capture = Capture::new(folder, destination.as_ref(), hints, args.max_file_size);
    let (filed, unknown) = capture.file(&answers);
    refused.extend(unknown);
    capture.write().map_err(|error| error.to_string())?;
    output::print(&emit::destination::render_filed(&filed))?;
    for Refused { file, reason } in &refused {
        output::error(&format!("{file}: {reason}"));
    }
    Ok(if has_failed {
        Outcome::Failed
    } else if refused.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

fn read_answer(file: &Path, max_file_size: u64) -> Result<Source, String> {
    if file == Path::new("-") {
        return Source::read_stream(io::stdin().lock(), "<stdin>", max_file_size)
            .map_err(|error| format!("standard input: {error}"));
    }
    Source::read(file, &shown_path(file), max_file_size)
        .map_err(|error| format!("`{}`: {error}", file.display()))
}

fn check(args: &DestinationCheckArgs) -> Result<Outcome, String> {
    let config = config::load(&args.common, &args.folders, args.format)?;
    let mut settings = config.settings();
    // Where profiles are checked these would repeat what other findings and the summary say.
    for rule in rules::of_folders_alone() {
        if !settings.levels.contains_key(rule.id) {
            settings.set_level(rule.id, Some(rule.level));
        }
    }
    for (name, level) in &args.rules {
        settings.set_level(name, *level);
    }
    settings.ignores = config.ignores(settings.today, &args.folders);
    let destinations = Loading {
        folders: &args.folders,
        max_file_size: args.common.max_file_size,
        indexes: None,
    }
    .load()?;
    let mut report = Report::default();
    for destination in &destinations {
        let found = check::destination_report(destination, &settings);
        report.findings.extend(found.findings);
        report.coverage.add(found.coverage);
        report.destinations.extend(found.destinations);
    }
    let report = Report::new(report.findings, report.coverage, report.destinations);
    let level = match (args.fail_on, &config.fail_on) {
        (Some(level), _) => level.level(),
        (None, Some(level)) => level.value,
        (None, None) => Some(Level::Error),
    };
    let text = match args.format {
        CheckFormat::Human => {
            let color = args.common.color.is_on();
            emit::destination::render_check(&report, color, output::width())
        }
        format => reports::render(format, &report, level),
    };
    output::print(&text)?;
    Ok(output::outcome(&report, level))
}

fn show(args: &DestinationShowArgs) -> Result<Outcome, String> {
    let destination =
        Destination::load(&args.folder, args.max_file_size).map_err(|error| error.to_string())?;
    for name in &args.registries {
        let known = destination.registries();
        if !known
            .iter()
            .any(|registry| registry.name == *name || registry.uid == *name)
        {
            let names: Vec<&str> = known
                .iter()
                .map(|registry| registry.name.as_str())
                .collect();
            return Err(format!(
                "--registry {name}: `{}` has no such registry; there are: {}",
                destination.name(),
                suggest::list(&names)
            ));
        }
    }
    for name in &args.packs {
        if !destination
            .pack_names()
            .any(|pack| pack.contains(name.as_str()))
        {
            let near = suggest::ranked(name, destination.pack_names());
            let near: Vec<&str> = near.into_iter().take(3).collect();
            let near = match near.as_slice() {
                [] => String::new(),
                near => format!(
                    "; did you mean {}?",
                    suggest::list(near).replace(", ", " or ")
                ),
            };
            return Err(format!(
                "--pack {name}: `{}` has no such pack{near}",
                destination.name()
            ));
        }
    }
    let asked = Asked {
        packs: args.packs.clone(),
        registries: args.registries.clone(),
        parts: args.only.clone(),
    };
    let text = match args.format {
        ShowFormat::Human => emit::destination::render_human(
            &destination,
            &asked,
            args.color.is_on(),
            output::width(),
        ),
        ShowFormat::Json => emit::destination::render_json(&destination, &asked),
    };
    output::print(&text)?;
    let faults = destination.faults().iter();
    let errors =
        faults.filter(|fault| rules::for_destination_fault(fault.kind).level == Level::Error);
    let count = errors.count();
    if count > 0 {
        let folder = PathBuf::clone(&args.folder);
        output::warning(&format!(
            "the folder has errors of its own: `palette-knife destination check {}` lists them",
            folder.display()
        ));
    }
    Ok(Outcome::Clean)
}
