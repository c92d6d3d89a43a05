//! `palette-knife check`

use std::{io, path::Path, sync::Arc};

use super::{
    args::{CheckArgs, CheckFormat, SelectionArgs, map_of},
    config,
    output::{self, Outcome},
};
use crate::{
    check::{self, CheckOptions},
    destination::Destination,
    emit,
    excerpt::ExcerptStyle,
    finding::Level,
    input,
    report::Coverage,
    resolve::Choices,
    source::{Source, shown_path},
};

/// How many findings of one file are shown with their lines.
const SHOWN_PER_FILE: usize = 50;

/// Runs the command.
///
/// # Errors
///
/// A message when the run cannot begin: a destination that cannot be loaded, a registry that does not exist.
pub fn run(args: &CheckArgs) -> Result<Outcome, String> {
    let config = config::load(&args.common, &args.paths, args.format)?;
    let mut settings = config::settings(&args.rules, &config, &args.paths);
    if args.show_config {
        output::print(&config::show(args, &config, &settings))?;
        return Ok(Outcome::Clean);
    }
    let folders = if args.destinations.is_empty() {
        config
            .destinations
            .iter()
            .map(|path| path.value.clone())
            .collect()
    } else {
        settings.asks_other_destinations = !config.destinations.is_empty();
        args.destinations.clone()
    };
    let destinations = load_destinations(&folders, args.common.max_file_size)?;
    let choices = choices(&args.selection, &destinations)?;
    let width = output::width();
    let options = CheckOptions {
        choices,
        max_file_size: args.common.max_file_size,
        settings,
        excerpts: (args.format == CheckFormat::Human).then(|| excerpt_style(width)),
    };
    let (paths, stdin): (Vec<_>, Vec<_>) = args
        .paths
        .iter()
        .cloned()
        .partition(|path| path != Path::new("-"));
    let (mut files, missing) = input::collect(&paths);
    config.leave_out(&mut files);
    let mut failed = !missing.is_empty();
    for error in &missing {
        output::error(&error.to_string());
    }
    let (mut outcomes, unreadable) = check::check_files(&files, &destinations, &options);
    for file in &unreadable {
        failed = true;
        output::error(&format!("`{}`: {}", file.path.display(), file.error));
    }
    if !stdin.is_empty() {
        let source = Source::read_stream(
            io::stdin().lock(),
            &args.stdin_filename,
            options.max_file_size,
        )
        .map_err(|error| format!("standard input: {error}"))?;
        outcomes.push(check::check_source(source, true, &destinations, &options));
    }
    let report = check::report(outcomes, &destinations, &options.settings);
    if failed && report.coverage == Coverage::default() && report.findings.is_empty() {
        return Ok(Outcome::Failed);
    }
    let text = match args.format {
        CheckFormat::Human => emit::human::render(&report, args.common.color.is_on(), width),
        CheckFormat::Concise => emit::concise::render(&report),
        CheckFormat::Json => emit::json::render(&report),
    };
    output::print(&text)?;
    if report.coverage.profiles == 0 && report.findings.is_empty() && !failed {
        output::warning("no profiles found");
    }
    Ok(if failed {
        Outcome::Failed
    } else {
        let in_file = config.fail_on.map(|level| level.value);
        let level = match (args.fail_on, in_file) {
            (Some(level), _) => level.level(),
            (None, Some(level)) => level,
            (None, None) => Some(Level::Error),
        };
        output::outcome(&report, level)
    })
}

/// How many findings of a file are shown with their lines, and how those are cut for a terminal of this width.
#[must_use]
pub fn excerpt_style(width: usize) -> (usize, ExcerptStyle) {
    let style = ExcerptStyle {
        width: width.saturating_sub(10).clamp(20, 160),
        before: 1,
    };
    (SHOWN_PER_FILE, style)
}

/// Loads destinations, in the order they were given.
///
/// # Errors
///
/// A message for the first that cannot be loaded, or when two have the same name.
pub fn load_destinations(
    folders: &[std::path::PathBuf],
    max_file_size: u64,
) -> Result<Vec<Arc<Destination>>, String> {
    let mut destinations: Vec<Arc<Destination>> = Vec::new();
    for folder in folders {
        let destination =
            Destination::load(folder, max_file_size).map_err(|error| error.to_string())?;
        if let Some(same) = destinations
            .iter()
            .find(|other| other.name() == destination.name())
        {
            return Err(format!(
                "`{}` and `{}` are both called `{}`: give one another `name`, in `{}` or `{}`",
                same.folder().display(),
                folder.display(),
                destination.name(),
                shown_path(same.config_file()),
                shown_path(destination.config_file()),
            ));
        }
        destinations.push(Arc::new(destination));
    }
    Ok(destinations)
}

/// The choices of the command line.
///
/// # Errors
///
/// A message when a registry that is named exists at no destination.
pub fn choices(args: &SelectionArgs, destinations: &[Arc<Destination>]) -> Result<Choices, String> {
    for (pack, name) in &args.registries {
        let known = || {
            destinations
                .iter()
                .flat_map(|destination| destination.registries())
        };
        if !known().any(|registry| registry.name == *name) {
            let names: Vec<&str> = known().map(|registry| registry.name.as_str()).collect();
            let list = if names.is_empty() {
                "none".to_owned()
            } else {
                crate::suggest::list(&names)
            };
            return Err(format!(
                "--registry {pack}={name}: no destination has a registry `{name}`; there are: {list}"
            ));
        }
    }
    Ok(Choices {
        registries: map_of("--registry", &args.registries)?,
        strict_selection: args.strict_selection,
    })
}
