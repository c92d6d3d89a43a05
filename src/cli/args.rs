//! The arguments of every command; help, completions and the manual come from here.

use std::{collections::BTreeMap, env, ffi::OsStr, path::PathBuf, sync::LazyLock};

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, StringValueParser, TypedValueParser},
};
use clap_complete::Shell;

use super::output::{Color, FailOn};
use crate::{
    capture::AnswerKind,
    date::Date,
    destination::IndexFolder,
    emit::destination::ShowPart,
    finding::{Group, Level},
    origin,
    plan::Readiness,
    rewrite::{
        names::{BumpPart, OnConflict},
        plan::Tags,
    },
    rules,
    schema::Schema,
    source::DEFAULT_MAX_FILE_SIZE,
    suggest,
    syntax::Format,
};

/// An offline linter and rewriter for exported Spectro Cloud Palette profiles.
#[derive(Debug, Parser)]
#[command(
    name = "palette-knife",
    version,
    long_version = build_information(),
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
///
/// The arguments of a command are defined when it is called: to define all takes a twentieth of what checking one file
/// takes. A sentence that documents them would then replace the one that tells what the command does, so theirs is a
/// comment.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Report what an import would stumble over
    #[command(after_help = EXIT_CODES)]
    Check(CheckArgs),
    /// Tell what an import would do: what is ready, what needs answers, what is missing
    #[command(after_help = PLAN_EXIT_CODES)]
    Plan(PlanArgs),
    /// Write import-ready files for destinations
    #[command(after_help = REWRITE_EXIT_CODES)]
    Rewrite(RewriteArgs),
    /// Compare profiles layer by layer, then their values line by line
    #[command(after_help = DIFF_EXIT_CODES)]
    Diff(DiffArgs),
    /// Describe a destination: make, fill, check and show its folder
    #[command(subcommand)]
    Destination(DestinationCommand),
    /// Print the page of a rule: what it reports, why, and what to write instead
    Explain(ExplainArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Print a JSON Schema of this tool, or list them
    Schema(SchemaArgs),
    /// Print what completes the arguments of this command in a shell
    Completions(CompletionsArgs),
    /// Print a page of the manual, or write all of them
    Man(ManArgs),
}

/// Version, commit and system.
fn build_information() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        format!(
            "{}\ncommit {}\nfor {} on {}",
            env!("CARGO_PKG_VERSION"),
            origin::commit().unwrap_or("unknown"),
            env::consts::OS,
            env::consts::ARCH
        )
    });
    &TEXT
}

const EXIT_CODES: &str = "\
Exit codes: 0 nothing to complain of, 1 findings at or above --fail-on, 2 the tool could not do its work.";

const REWRITE_EXIT_CODES: &str = "\
Exit codes: 0 every profile is import-ready, 1 some are not and were left out, 2 the tool could not do its work.";

const PLAN_EXIT_CODES: &str = "\
Exit codes: 0 every profile is ready, 1 some need answers or are blocked, 2 the tool could not do its work.";

// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files, folders, or `-` for standard input [default: the folder of the configuration, or `.`]
    pub paths: Vec<PathBuf>,

    /// A folder that describes a destination (destination.yaml, registries, macros, profiles); may be given several
    /// times
    #[arg(long = "to", value_name = "DIR")]
    pub destinations: Vec<PathBuf>,

    /// How to print findings
    #[arg(long, value_enum, default_value = "human")]
    pub format: CheckFormat,

    /// Write findings to a file as well, in a format of its own; may be given several times
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output)]
    pub outputs: Vec<(CheckFormat, PathBuf)>,

    /// The lowest level that makes the run fail [default: error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,

    /// Print every setting with where it comes from, and check nothing
    #[arg(long)]
    pub show_config: bool,

    /// Make the fixes that are certain to be what was meant, in the files themselves
    #[arg(long)]
    pub fix: bool,

    /// With `--fix` or `--diff`: make the fixes that may not be what was meant, too
    #[arg(long)]
    pub unsafe_fixes: bool,

    /// Print what `--fix` would change, and write nothing
    #[arg(long)]
    pub diff: bool,

    /// Leave out findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this run to a file, for `--baseline`; what the run did not look at stays in it
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,

    /// Treat files that are named like those of a folder: leave out what the configuration excludes, and what holds no
    /// profile; for programs that name every file that was changed
    #[arg(long)]
    pub force_exclude: bool,

    /// The name that standard input goes by
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub stdin_filename: String,

    #[command(flatten)]
    pub selection: SelectionArgs,

    #[command(flatten)]
    pub rules: RuleArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    #[command(flatten)]
    pub common: CommonArgs,
}

// Arguments of `rewrite`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("output").required(true).args(["out", "in_place", "diff"]))]
pub struct RewriteArgs {
    /// Files or folders [default: the folder of the configuration, or `.`]
    pub paths: Vec<PathBuf>,

    /// A folder that describes a destination (destination.yaml, registries, macros, profiles); may be given several
    /// times
    #[arg(long = "to", value_name = "DIR", required_unless_present = "to_format")]
    pub destinations: Vec<PathBuf>,

    /// Write the files in this format; without `--to` nothing but the format is changed
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["in_place", "diff"])]
    pub to_format: Option<FileFormat>,

    /// Write the files below this folder, replacing the results of an earlier run; `{destination}` in it is replaced
    #[arg(short, long, value_name = "OUT")]
    pub out: Option<PathBuf>,

    /// Replace the input files
    #[arg(long)]
    pub in_place: bool,

    /// Print what would change, and write nothing
    #[arg(long)]
    pub diff: bool,

    /// Ask on the terminal what nothing else has answered
    #[arg(long, conflicts_with = "to_format")]
    pub interactive: bool,

    /// With `--interactive`: write the answers to files below this folder, for `--answers`
    #[arg(long, value_name = "DIR", requires = "interactive")]
    pub save_answers: Option<PathBuf>,

    /// Give files with secrets that were filled in the mode of their input; without it only their owner can read them
    #[arg(long, conflicts_with = "diff")]
    pub keep_mode: bool,

    /// Print only what was refused and why, and how many files there are of each kind
    #[arg(short, long)]
    pub quiet: bool,

    /// How to print what was decided and why
    #[arg(long, value_enum, default_value = "human")]
    pub format: RewriteFormat,

    #[command(flatten)]
    pub answers: AnswerArgs,

    #[command(flatten)]
    pub selection: SelectionArgs,

    #[command(flatten)]
    pub rules: RuleArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    #[command(flatten)]
    pub common: CommonArgs,
}

// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Files or folders [default: the folder of the configuration, or `.`]
    pub paths: Vec<PathBuf>,

    /// A folder that describes a destination (destination.yaml, registries, macros, profiles); may be given several
    /// times
    #[arg(long = "to", value_name = "DIR")]
    pub destinations: Vec<PathBuf>,

    /// How to print the plan
    #[arg(long, value_enum, default_value = "human")]
    pub format: PlanFormat,

    /// Print what is behind the table: for each profile its packs, questions and findings
    #[arg(long)]
    pub details: bool,

    /// Print this profile only, with what is behind the table; may be given several times
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,

    /// Print only profiles that are this far at one of the destinations; may be given several times, or with commas
    #[arg(long, value_enum, value_name = "STATUS", value_delimiter = ',')]
    pub only: Vec<Readiness>,

    /// Write what is missing to files below this folder, one folder for each destination; `rewrite --answers` reads
    /// them when they are filled in
    #[arg(long, value_name = "DIR")]
    pub write_todo: Option<PathBuf>,

    /// With `--write-todo`: replace files that hold answers, too
    #[arg(long, requires = "write_todo")]
    pub overwrite: bool,

    #[command(flatten)]
    pub answers: AnswerArgs,

    #[command(flatten)]
    pub selection: SelectionArgs,

    #[command(flatten)]
    pub rules: RuleArgs,

    #[command(flatten)]
    pub cache: CacheArgs,

    #[command(flatten)]
    pub common: CommonArgs,
}

// How the questions of an import are answered. `{destination}` in the path of a file is replaced.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// A folder that `plan --write-todo` has written and somebody has filled in
    #[arg(long, value_name = "DIR")]
    pub answers: Option<PathBuf>,

    /// What to do when the name and version exist at the destination [default: fail]
    #[arg(long, value_enum, value_name = "POLICY")]
    pub on_conflict: Option<OnConflict>,

    /// The new name for `--on-conflict rename` [default: {name}-{destination}]
    #[arg(long, value_name = "PATTERN")]
    pub rename_pattern: Option<String>,

    /// The part of the version that `--on-conflict bump` raises [default: patch]
    #[arg(long, value_enum, value_name = "PART")]
    pub bump: Option<BumpPart>,

    /// Rename a profile; may be given several times
    #[arg(long = "name", value_name = "OLD=NEW", value_parser = pair)]
    pub names: Vec<(String, String)>,

    /// Give a profile another version; may be given several times
    #[arg(long = "set-version", value_name = "NAME=VERSION", value_parser = pair)]
    pub versions: Vec<(String, String)>,

    /// What becomes of the tags of packs [default: keep]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub tags: Option<Tags>,

    /// A file with the secrets that were masked on export
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,

    /// Write profiles although masked values are left in them
    #[arg(long)]
    pub allow_masked: bool,

    /// Put a value in place of a placeholder, which is named with or without the characters around it; may be given
    /// several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,

    /// A file with values for placeholders
    #[arg(long, value_name = "FILE")]
    pub values: Option<PathBuf>,

    /// A file with choices: registries of packs, names and versions of profiles
    #[arg(long, value_name = "FILE")]
    pub select: Option<PathBuf>,

    /// A file with macros that will be at the destination before the import
    #[arg(long, value_name = "FILE")]
    pub macros: Option<PathBuf>,
}

impl AnswerArgs {
    /// Whether nothing is answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let files = [
            &self.answers,
            &self.secrets,
            &self.values,
            &self.select,
            &self.macros,
        ];
        let pairs = [&self.names, &self.versions, &self.set];
        files.into_iter().all(Option::is_none)
            && pairs.into_iter().all(Vec::is_empty)
            && self.on_conflict.is_none()
            && self.rename_pattern.is_none()
            && self.bump.is_none()
            && self.tags.is_none()
            && !self.allow_masked
    }
}

const DIFF_EXIT_CODES: &str = "\
Exit codes: 0 no difference, 1 profiles differ, 2 the tool could not do its work. Called by Git it is 0 instead of 1, unless --exit-code is given.";

// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Two files, or two folders whose profiles pair by name and version; or what Git passes to an external diff
    #[arg(value_name = "OLD NEW", num_args = 1..=9, required = true)]
    pub paths: Vec<PathBuf>,

    /// How to print what differs
    #[arg(long, value_enum, default_value = "human")]
    pub format: DiffFormat,

    /// Leave out the lines of values and manifests that differ, and count them
    #[arg(long)]
    pub summary: bool,

    /// Print one file as a text that Git can compare: `git config diff.palette.textconv "palette-knife diff --textconv"`
    #[arg(long, conflicts_with_all = ["format", "summary", "exit_code"])]
    pub textconv: bool,

    /// Called by Git: exit with 1 where profiles differ, for `diff.<driver>.trustExitCode`
    #[arg(long)]
    pub exit_code: bool,

    /// When to colour output
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,

    /// The largest file to read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_FILE_SIZE)]
    pub max_file_size: u64,
}

/// Output formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Human,
    /// For programs; `schemas/diff-report.schema.json` describes it.
    Json,
    /// For a comment on a pull request.
    Markdown,
}

/// What can be done with the folder of a destination.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum DestinationCommand {
    /// Make a folder with a commented destination.yaml; what is there already stays as it is
    Init(DestinationInitArgs),
    /// File saved answers of the API where they belong, and tell what they are
    #[command(after_help = ADD_EXIT_CODES)]
    Add(DestinationAddArgs),
    /// Report what is wrong with the folder itself
    #[command(after_help = EXIT_CODES)]
    Check(DestinationCheckArgs),
    /// Show what is known of the destination: registries, packs, macros, profiles
    Show(DestinationShowArgs),
}

const ADD_EXIT_CODES: &str = "\
Exit codes: 0 every answer is filed, 1 some are none that is known, 2 the tool could not do its work.";

// Arguments of `destination init`.
#[derive(Debug, Args)]
pub struct DestinationInitArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// The name of the destination, instead of that of the folder
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

// Arguments of `destination add`.
#[derive(Debug, Args)]
pub struct DestinationAddArgs {
    /// The folder of the destination
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Saved answers, JSON or YAML, or `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// What the answers are, where they do not tell: registries, packs, pack-versions, pack-search, project-macros,
    /// tenant-macros, system-macros or profiles
    #[arg(long = "as", value_name = "KIND", value_parser = answer_kind)]
    pub kind: Option<AnswerKind>,

    /// The registry that the answers are about, by its name or uid, where they do not name it
    #[arg(long, value_name = "REGISTRY")]
    pub registry: Option<String>,

    /// The largest file to read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_FILE_SIZE)]
    pub max_file_size: u64,
}

// Arguments of `destination check`.
#[derive(Debug, Args)]
pub struct DestinationCheckArgs {
    /// The folders of destinations
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,

    /// How to print findings
    #[arg(long, value_enum, default_value = "human")]
    pub format: CheckFormat,

    /// The lowest level that makes the run fail [default: error]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,

    /// Give a rule, or a group of rules, another level: off, info, warning or error; may be given several times
    #[arg(long = "rule", value_name = "NAME=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(String, Option<Level>)>,

    #[command(flatten)]
    pub common: CommonArgs,
}

// Arguments of `destination show`.
#[derive(Debug, Args)]
pub struct DestinationShowArgs {
    /// The folder of the destination
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Show only packs whose name has this in it, with all that is known of their versions; may be given several times
    #[arg(long = "pack", value_name = "NAME")]
    pub packs: Vec<String>,

    /// Show only what is in this registry; may be given several times
    #[arg(long = "registry", value_name = "NAME")]
    pub registries: Vec<String>,

    /// Show only this part; may be given several times
    #[arg(long, value_enum, value_name = "PART")]
    pub only: Vec<ShowPart>,

    /// How to print it
    #[arg(long, value_enum, default_value = "human")]
    pub format: ShowFormat,

    /// When to colour output
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,

    /// The largest file to read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_FILE_SIZE)]
    pub max_file_size: u64,
}

/// Output formats of `destination show`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// For people: tables.
    Human,
    /// For programs; `schemas/destination-show.schema.json` describes it.
    Json,
}

fn answer_kind(text: &str) -> Result<AnswerKind, String> {
    AnswerKind::named(text).ok_or_else(|| {
        let names = AnswerKind::ALL.map(AnswerKind::name);
        format!("expected one of {}", suggest::list(&names))
    })
}

// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The rule, as findings name it
    #[arg(value_parser = Known(rule_names), hide_possible_values = true)]
    pub rule: String,

    /// When to colour output
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
}

/// Takes any text, and tells completions what there is. What to say of another text is left to the command, which knows
/// the close ones.
#[derive(Clone)]
struct Known(fn() -> Vec<&'static str>);

impl TypedValueParser for Known {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}

fn rule_names() -> Vec<&'static str> {
    rules::ALL.iter().map(|rule| rule.meta().id).collect()
}

fn schema_names() -> Vec<&'static str> {
    Schema::ALL.iter().map(|schema| schema.name()).collect()
}

// Arguments of `rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// How to print the list
    #[arg(long, value_enum, default_value = "human")]
    pub format: RulesFormat,

    /// When to colour output
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
}

// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The schema; without it the schemas are listed
    #[arg(value_parser = Known(schema_names), hide_possible_values = true)]
    pub name: Option<String>,
}

// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The command whose page is printed; without it the page of palette-knife
    pub command: Option<String>,

    /// Write all pages to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub out: Option<PathBuf>,
}

// How a registry is chosen where the destination folder does not decide.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Take a pack from this registry; may be given several times
    #[arg(long = "registry", value_name = "PACK=NAME", value_parser = pair)]
    pub registries: Vec<(String, String)>,

    /// Do not choose a registry because it has the uid or the name of the one in the file
    #[arg(long)]
    pub strict_selection: bool,
}

// What is asked of the rules.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// Give a rule, or a group of rules, another level: off, info, warning or error; may be given several times
    #[arg(long = "rule", value_name = "NAME=LEVEL", value_parser = rule_level)]
    pub rules: Vec<(String, Option<Level>)>,

    /// The day that ends of life are compared with, instead of the present one
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<Date>,
}

// What is kept between runs.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// Read destinations anew, and keep no index of them for the next run
    #[arg(long)]
    pub no_cache: bool,
}

impl CacheArgs {
    /// Where indexes of destinations are kept, if they are.
    #[must_use]
    pub fn indexes(&self) -> Option<IndexFolder> {
        (!self.no_cache).then(|| IndexFolder::of_user(|name| env::var_os(name)))?
    }
}

// Arguments of every command that reads profiles.
#[derive(Debug, Args)]
pub struct CommonArgs {
    /// The configuration, instead of the nearest `palette-knife.toml` at or above the first path
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,

    /// When to colour output
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,

    /// The largest file to read, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_FILE_SIZE)]
    pub max_file_size: u64,
}

/// Output formats of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people: the lines around each finding, and a summary.
    Human,
    /// One line for each finding.
    Concise,
    /// For programs; `schemas/check-report.schema.json` describes it.
    Json,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// Workflow commands, which GitHub Actions shows beside the changes.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML, which Jenkins and others show as tests.
    Junit,
    /// For a comment on a pull request.
    Markdown,
}

/// Output formats of `rewrite`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RewriteFormat {
    /// For people.
    Human,
    /// For programs; `schemas/rewrite-report.schema.json` describes it.
    Json,
}

/// Output formats of `plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people: a table, and with `--details` what is behind it.
    Human,
    /// For programs; `schemas/plan-report.schema.json` describes it.
    Json,
    /// For a comment or a wiki.
    Markdown,
    /// One page for a browser, with everything in it.
    Html,
}

/// Output formats of `rules`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    /// For people: a table, by group.
    Human,
    /// For programs.
    Json,
}

/// Formats of profiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// As Palette's interface exports them.
    Json,
    /// With values that people can read.
    Yaml,
}

impl From<FileFormat> for Format {
    fn from(format: FileFormat) -> Self {
        match format {
            FileFormat::Json => Self::Json,
            FileFormat::Yaml => Self::Yaml,
        }
    }
}

fn rule_level(text: &str) -> Result<(String, Option<Level>), String> {
    let (name, level) = pair(text)?;
    let level = match level.as_str() {
        "off" => None,
        level => Some(Level::named(level).ok_or_else(|| {
            format!("unknown level `{level}`: expected off, info, warning or error")
        })?),
    };
    if rules::named(&name).is_none() && Group::named(&name).is_none() {
        let names: Vec<&str> = rules::ALL.iter().map(|rule| rule.meta().id).collect();
        let near = suggest::field(&name, names.iter().copied());
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(format!("no rule or group is called `{name}`{near}"));
    }
    Ok((name, level))
}

fn output(text: &str) -> Result<(CheckFormat, PathBuf), String> {
    let (name, path) = pair(text)?;
    let format = CheckFormat::from_str(&name, false).map_err(|_| {
        let formats = CheckFormat::value_variants().iter();
        let formats = formats.filter_map(ValueEnum::to_possible_value);
        let names: Vec<String> = formats.map(|value| value.get_name().to_owned()).collect();
        format!("unknown format `{name}`: expected {}", names.join(", "))
    })?;
    if path == "-" {
        return Err(format!("for standard output there is `--format {name}`"));
    }
    Ok((format, PathBuf::from(path)))
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("expected two parts with `=` between them".to_owned()),
    }
}

/// The pairs of a flag that may be given several times, but once for each key.
///
/// # Errors
///
/// A message when a key is given two values.
pub fn map_of(flag: &str, pairs: &[(String, String)]) -> Result<BTreeMap<String, String>, String> {
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        match map.insert(key.clone(), value.clone()) {
            Some(other) if other != *value => {
                // The values of `--set` may be secrets, and the log of a pipeline keeps this.
                return Err(format!(
                    "{flag} {key} is given twice, with different values"
                ));
            }
            _ => {}
        }
    }
    Ok(map)
}
