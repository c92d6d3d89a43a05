//! `palette-knife check`

use std::{io, path::Path, sync::Arc};

use super::{
    args::{CheckArgs, CheckFormat, SelectionArgs, map_of},
    config,
    loading::{Loading, share_work},
    output::{self, Outcome},
    reports,
};
use crate::{
    baseline::{Baseline, Scope},
    check::{self, CheckOptions},
    config::Config,
    destination::Destination,
    emit,
    excerpt::ExcerptStyle,
    finding::Level,
    fix::{self, FixOptions},
    input::{self, InputFile},
    report::{Coverage, Report},
    resolve::Choices,
    rules,
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
    if args.diff && (args.format != CheckFormat::Human || !args.outputs.is_empty()) {
        return Err("--diff is for people: leave out --format and --output".to_owned());
    }
    if args.unsafe_fixes && !args.fix && !args.diff {
        return Err("--unsafe-fixes goes with --fix or --diff".to_owned());
    }
    let config = config::load(&args.common, &args.paths, args.format)?;
    let paths = config::inputs(&args.paths, &config);
    let mut settings = config::settings(&args.rules, &config, &paths);
    if args.show_config {
        output::print_for_people(&config::show(args, &config, &settings))?;
        return Ok(Outcome::Clean);
    }
    reports::can_be_written(&args.outputs)?;
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
    let loading = Loading {
        folders: &folders,
        max_file_size: args.common.max_file_size,
        indexes: args.cache.indexes(),
    };
    let is_fixing = args.fix || args.diff;
    let mut destinations = loading.load_ahead()?;
    let mut chosen = choices(&args.selection, &destinations);
    // What is written, read from standard input, or refused, cannot be done once more.
    let is_once = is_fixing || chosen.is_err() || paths.iter().any(|path| path == Path::new("-"));
    if is_once && loading.renew(&mut destinations)? {
        chosen = choices(&args.selection, &destinations);
    }
    let width = output::width();
    let mut options = CheckOptions {
        choices: chosen?,
        max_file_size: args.common.max_file_size,
        settings,
        excerpts: reports::show_lines(args).then(|| excerpt_style(width)),
    };
    let (paths, stdin): (Vec<_>, Vec<_>) =
        paths.into_iter().partition(|path| path != Path::new("-"));
    let (mut files, missing) = input::collect(&paths);
    if args.force_exclude {
        files.iter_mut().for_each(|file| file.is_named = false);
    }
    config.leave_out(&mut files);
    for destination in &destinations {
        input::leave_out_destination(&mut files, destination.folder());
    }
    reports::leave_out(&mut files, &args.outputs)?;
    let mut failures: Vec<String> = missing.iter().map(ToString::to_string).collect();
    if is_fixing && !stdin.is_empty() {
        return Err("fixes are made in files, not in standard input".to_owned());
    }
    if is_fixing || files.len() != 1 {
        share_work();
    }
    let (mut outcomes, unreadable, fixed) = if is_fixing {
        let options = FixOptions {
            check: options.clone(),
            unsafe_fixes: args.unsafe_fixes,
            writes: !args.diff,
        };
        let run = fix::fix_files(&files, &destinations, &options);
        (run.outcomes, run.unreadable, run.files)
    } else {
        let mut checked = check::check_files(&files, &destinations, &options);
        if loading.renew(&mut destinations)? {
            options.choices = choices(&args.selection, &destinations)?;
            checked = check::check_files(&files, &destinations, &options);
        }
        let (outcomes, unreadable) = checked;
        (outcomes, unreadable, Vec::new())
    };
    for file in &fixed {
        for reason in &file.refused {
            output::warning(&format!("{}: {reason}", file.file));
        }
        failures.extend(file.error.as_ref().map(ToString::to_string));
    }
    let unreadable = unreadable.iter();
    failures.extend(unreadable.map(|file| format!("`{}`: {}", file.path.display(), file.error)));
    for failure in &failures {
        output::error(failure);
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
    for destination in destinations.iter().filter(|there| !there.is_confirmed()) {
        let failure = destination.changed_meanwhile();
        output::error(&failure);
        failures.push(failure);
    }
    let mut report = check::report(outcomes, &destinations, &options.settings);
    if let (Some(style), Some(source)) = (options.excerpts, &config.source) {
        config::cut_excerpts(&mut report.findings, source, style);
    }
    if report.coverage.left_out > 0 {
        let failure = format!(
            "{} left out: of one file {} are told",
            counted(report.coverage.left_out),
            rules::MOST_FINDINGS
        );
        output::error(&failure);
        failures.push(failure);
    }
    report.failures = failures;
    let has_seen_nothing = !report.failures.is_empty()
        && report.coverage == Coverage::default()
        && report.findings.is_empty();
    if !has_seen_nothing {
        let mut scope = scope(&files, &destinations, &config);
        if !stdin.is_empty() {
            scope.files.insert(args.stdin_filename.clone());
        }
        heed_baselines(args, &mut report, &scope)?;
    }
    let in_file = config.fail_on.map(|level| level.value);
    let fails_from = match (args.fail_on, in_file) {
        (Some(level), _) => level.level(),
        (None, Some(level)) => level,
        (None, None) => Some(Level::Error),
    };
    let unwritten = reports::write(&args.outputs, &report, fails_from);
    unwritten.iter().for_each(|error| output::error(error));
    if has_seen_nothing {
        return Ok(Outcome::Failed);
    }
    let has_failed = !report.failures.is_empty() || !unwritten.is_empty();
    let summary = emit::fix::summary(&fixed, !args.diff);
    if args.format == CheckFormat::Human {
        let mut text = String::new();
        if args.diff {
            text = emit::fix::diffs(&fixed);
        }
        let color = args.common.color.is_on();
        text.push_str(&emit::human::render(&report, color, width));
        if !summary.is_empty() {
            text.push_str(&summary);
            text.push('\n');
        }
        output::print_for_people(&text)?;
    } else {
        output::print(&reports::render(args.format, &report, fails_from))?;
        if !summary.is_empty() {
            output::note(&summary);
        }
    }
    if report.coverage.profiles == 0 && report.findings.is_empty() && !has_failed {
        output::warning("no profiles found");
    }
    Ok(if has_failed {
        Outcome::Failed
    } else {
        output::outcome(&report, fails_from)
    })
}

/// What the run has looked at.
fn scope(files: &[InputFile], destinations: &[Arc<Destination>], config: &Config) -> Scope {
    let files = files.iter().map(|file| shown_path(&file.path));
    Scope {
        files: files.chain(config.name.clone()).collect(),
        folders: destinations
            .iter()
            .map(|destination| shown_path(destination.folder()))
            .collect(),
        destinations: destinations
            .iter()
            .map(|destination| destination.name().to_string())
            .collect(),
    }
}

/// Writes the baseline that is asked for, and leaves out what one knows.
fn heed_baselines(args: &CheckArgs, report: &mut Report, scope: &Scope) -> Result<(), String> {
    let limit = args.common.max_file_size;
    if let Some(path) = &args.write_baseline {
        let before = if path.exists() {
            Baseline::read(path, limit)?
        } else {
            Baseline::default()
        };
        let baseline = Baseline::of(report, before, scope);
        baseline.write(path).map_err(|error| error.to_string())?;
        let known = counted(baseline.len());
        output::note(&format!("the baseline `{}` knows {known}", path.display()));
        baseline.apply(report);
    } else if let Some(path) = &args.baseline {
        let baseline = Baseline::read(path, limit)?;
        let stale = baseline.stale(report, scope);
        if stale > 0 {
            let gone = counted(stale);
            let path = path.display();
            output::warning(&format!(
                "{gone} of the baseline cannot be found any more: `--write-baseline {path}` takes them out"
            ));
        }
        baseline.apply(report);
    }
    Ok(())
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
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
