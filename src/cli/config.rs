//! The configuration of a run: the file that is found or named, and the flags that win over it.

use std::path::{Path, PathBuf};

use super::{
    args::{CheckArgs, CheckFormat, CommonArgs, RuleArgs},
    output, reports,
};
use crate::{
    config::{self, Config, OPTIONS, Unusable},
    emit::{
        self,
        config::{Row, Section},
    },
    excerpt::{Excerpt, ExcerptStyle},
    finding::{Finding, Group, Level},
    report::{Coverage, Report},
    rules, sensitive,
    settings::Settings,
    source::Source,
};

/// The configuration that the flags ask for: that of the first path, or of the working folder.
///
/// # Errors
///
/// A message when it cannot be used; what is wrong with it is printed before.
pub fn load(args: &CommonArgs, paths: &[PathBuf], format: CheckFormat) -> Result<Config, String> {
    if args.no_config {
        return Ok(Config::default());
    }
    let here = Path::new(".");
    let first = paths.iter().find(|path| *path != Path::new("-"));
    let first = first.filter(|path| path.exists());
    let found = match &args.config {
        Some(file) => Some(file.clone()),
        None => config::find(first.map_or(here, PathBuf::as_path)),
    };
    let Some(file) = found else {
        return Ok(Config::default());
    };
    match Config::read(&file) {
        Ok(config) => Ok(config),
        Err(Unusable::Unreadable(name, error)) => Err(format!("`{name}`: {error}")),
        Err(Unusable::Faulty(faults, source)) => {
            let count = match faults.len() {
                1 => "1 mistake".to_owned(),
                count => format!("{count} mistakes"),
            };
            let name = source.name().to_string();
            print_faults(faults, &source, args, format)?;
            Err(format!("`{name}` cannot be used: it has {count}"))
        }
    }
}

fn print_faults(
    mut faults: Vec<Finding>,
    source: &Source,
    args: &CommonArgs,
    format: CheckFormat,
) -> Result<(), String> {
    let width = output::width();
    cut_excerpts(&mut faults, source, super::check::excerpt_style(width));
    let report = Report::new(faults, Coverage::default(), Vec::new());
    if format == CheckFormat::Human {
        let mut text = String::new();
        emit::human::findings(&mut text, &report, args.color.is_on(), width);
        output::print_for_people(&text)
    } else {
        output::print(&reports::render(format, &report, Some(Level::Error)))
    }
}

/// Gives findings in a configuration the lines around them, as many as are to be shown.
pub fn cut_excerpts(
    findings: &mut [Finding],
    source: &Source,
    (limit, style): (usize, ExcerptStyle),
) {
    // Another file that is taken for a configuration by mistake may hold secrets at any place.
    if Path::new(&**source.name()).extension() != Some("toml".as_ref()) {
        return;
    }
    let secrets = sensitive::in_order(sensitive::unread_secrets(source.text()));
    let own = findings
        .iter_mut()
        .filter(|finding| finding.place.file == *source.name());
    for finding in own.take(limit) {
        let range = finding.place.range;
        finding.excerpt = Some(Excerpt::cut(
            source.text(),
            source.lines(),
            range,
            &secrets,
            style,
        ));
    }
}

/// The paths that a run looks at: those that are given, else the folder of the configuration, else the working folder.
#[must_use]
pub fn inputs(given: &[PathBuf], config: &Config) -> Vec<PathBuf> {
    if !given.is_empty() {
        return given.to_vec();
    }
    let file = config.name.as_deref().map(Path::new);
    let folder = file.and_then(Path::parent);
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    vec![folder.unwrap_or(Path::new(".")).to_owned()]
}

/// Every setting of a run of `check`, with where it comes from.
#[must_use]
pub fn show(args: &CheckArgs, config: &Config, settings: &Settings) -> String {
    let file = config.name.as_deref();
    let at = |line: u32| format!("{}:{line}", file.unwrap_or_default());
    let default = || "default".to_owned();
    let flag = |name: &str| format!("flag {name}");
    let mut general = Vec::new();
    let text = |path: &Path| toml_string(&path.to_string_lossy());
    let (to, origin) = match (args.destinations.as_slice(), config.destinations.first()) {
        ([], Some(first)) => {
            let paths = config.destinations.iter().map(|path| text(&path.value));
            (paths.collect(), at(first.line))
        }
        ([], None) => (Vec::new(), default()),
        (given, _) => (given.iter().map(|path| text(path)).collect(), flag("--to")),
    };
    general.push(Row::new("to", list(&to), origin));
    let (fail_on, origin) = match (args.fail_on, &config.fail_on) {
        (Some(level), _) => (level.level(), flag("--fail-on")),
        (None, Some(level)) => (level.value, at(level.line)),
        (None, None) => (Some(Level::Error), default()),
    };
    let fail_on = toml_string(fail_on.map_or("never", Level::name));
    general.push(Row::new("fail-on", fail_on, origin));
    let exclude: Vec<String> = config
        .exclude
        .iter()
        .map(|pattern| toml_string(pattern.value.as_str()))
        .collect();
    let origin = config
        .exclude
        .first()
        .map_or_else(default, |first| at(first.line));
    general.push(Row::new("exclude", list(&exclude), origin));
    let mut sections = vec![Section {
        title: None,
        rows: general,
    }];

    let mut levels = Vec::new();
    let mut tables = Vec::new();
    for meta in rules::ALL.iter().map(|rule| rule.meta()) {
        let level = match settings.levels.get(meta.id) {
            Some(level) => *level,
            None => meta.is_on.then_some(meta.level),
        };
        let names = [meta.id, meta.group.name()];
        let is_flag = |name: &str| args.rules.rules.iter().any(|(given, _)| given == name);
        let in_file = names.iter().find_map(|name| {
            let mut levels = config.levels.iter();
            levels.find(|(given, _)| given == name)
        });
        let origin = if names.iter().any(|name| is_flag(name)) {
            flag("--rule")
        } else {
            in_file.map_or_else(default, |(_, level)| at(level.line))
        };
        let level = toml_string(level.map_or("off", Level::name));
        let mut options = OPTIONS
            .iter()
            .filter(|option| option.rule == meta.id)
            .peekable();
        if options.peek().is_none() {
            levels.push(Row::new(meta.id, level, origin));
            continue;
        }
        let mut rows = vec![Row::new("level", level, origin)];
        for option in options {
            let mut set = config.options.iter();
            let set = set.find(|(one, _)| std::ptr::eq(*one, option));
            rows.push(match set {
                Some((_, texts)) => {
                    let shown: Vec<String> =
                        texts.value.iter().map(|text| toml_string(text)).collect();
                    Row::new(option.name, list(&shown), at(texts.line))
                }
                None => Row::new(option.name, list(&[]), default()),
            });
        }
        tables.push(Section {
            title: Some(format!("[rules.{}]", meta.id)),
            rows,
        });
    }
    sections.push(Section {
        title: Some("[rules]".to_owned()),
        rows: levels,
    });
    sections.extend(tables);
    for entry in &config.ignores {
        let place = || at(entry.ignore.place.start.line);
        let mut rows = vec![Row::new("rule", toml_string(entry.ignore.rule.id), place())];
        if let Some(path) = &entry.ignore.path {
            rows.push(Row::new("path", toml_string(path.as_str()), place()));
        }
        if let Some(spot) = &entry.ignore.spot {
            rows.push(Row::new("where", toml_string(&spot.to_string()), place()));
        }
        rows.push(Row::new("reason", toml_string(&entry.reason), place()));
        if let Some((day, _)) = &entry.expires {
            rows.push(Row::new("expires", day.to_string(), place()));
        }
        sections.push(Section {
            title: Some("[[ignore]]".to_owned()),
            rows,
        });
    }
    emit::config::render(file, &sections)
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}

/// A text as a TOML string on one line.
fn toml_string(text: &str) -> String {
    // What JSON escapes in strings, TOML reads in the same way.
    serde_json::Value::from(text).to_string()
}

/// The settings of a run: what the file says, and the flags that win over it.
#[must_use]
pub fn settings(args: &RuleArgs, config: &Config, inputs: &[PathBuf]) -> Settings {
    let mut settings = config.settings();
    if let Some(today) = args.today {
        settings.today = today;
    }
    // What is said of a rule counts more than what is said of its group.
    let (groups, rules): (Vec<_>, Vec<_>) = args
        .rules
        .iter()
        .partition(|(name, _)| Group::named(name).is_some());
    for (name, level) in groups.into_iter().chain(rules) {
        settings.set_level(name, *level);
    }
    settings.ignores = config.ignores(settings.today, inputs);
    settings
}
