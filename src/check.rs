//! One run of `check`: files in, a report out.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    batch::{Batch, BatchProfile},
    destination::Destination,
    excerpt::{Excerpt, ExcerptStyle},
    finding::{Finding, Level, shortened},
    ignore::Used,
    input::InputFile,
    pragma,
    profile::{ProfileFile, Shape, TextCache},
    report::{Coverage, Report},
    resolve::{Choices, Resolution},
    rules::{self, ProfileContext, Sink},
    schema::Schema,
    sensitive,
    settings::Settings,
    source::{DEFAULT_MAX_FILE_SIZE, ReadError, Source, TextRange, shown_path},
    syntax::NodeId,
};

/// How to check.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Choices between registries.
    pub choices: Choices,
    /// The largest file to read, in bytes.
    pub max_file_size: u64,
    /// Levels and options of the rules.
    pub settings: Settings,
    /// How many findings of a file get an excerpt, and how it is cut; `None` for outputs that show none.
    pub excerpts: Option<(usize, ExcerptStyle)>,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            choices: Choices::default(),
            max_file_size: DEFAULT_MAX_FILE_SIZE,
            settings: Settings::default(),
            excerpts: None,
        }
    }
}

/// A file that could not be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: ReadError,
}

/// What became of one file.
#[derive(Debug, Default)]
pub struct FileOutcome {
    /// The name of the file, if it was checked.
    file: Option<Arc<str>>,
    findings: Vec<Finding>,
    coverage: Coverage,
    profiles: Vec<BatchProfile>,
    used_ignores: Used,
}

impl FileOutcome {
    /// The outcome of a file that has nothing to do with profiles.
    #[must_use]
    pub fn skipped() -> Self {
        Self {
            coverage: Coverage {
                skipped_files: 1,
                ..Coverage::default()
            },
            ..Self::default()
        }
    }

    /// What was found in the file.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// A report about the file alone, with nothing of what was covered.
    #[must_use]
    pub fn into_report(self, destinations: Vec<String>) -> Report {
        let coverage = Coverage {
            left_out: self.coverage.left_out,
            ..Coverage::default()
        };
        Report::new(self.findings, coverage, destinations)
    }
}

/// So many files a thread takes at once, of those that no other has taken. With as many for each thread some are done long
/// before others.
const TOGETHER: usize = 4;

/// Checks files. Those that cannot be read are returned beside the others.
#[must_use]
pub fn check_files(
    files: &[InputFile],
    destinations: &[Arc<Destination>],
    options: &CheckOptions,
) -> (Vec<FileOutcome>, Vec<Unreadable>) {
    let cache = TextCache::default();
    let check = |file: &InputFile| {
        let source = Source::read(&file.path, &shown_path(&file.path), options.max_file_size);
        match source {
            Ok(source) => {
                let profiles = ProfileFile::parse_with(source, &cache);
                let is_named = file.is_named;
                Ok(check_parsed(&profiles, is_named, destinations, options))
            }
            Err(error) => Err(Unreadable {
                path: file.path.clone(),
                error,
            }),
        }
    };
    // A hook checks one file: to start threads would take longer.
    let outcomes: Vec<_> = match files {
        [only] => vec![check(only)],
        _ => files.par_iter().with_max_len(TOGETHER).map(check).collect(),
    };
    let mut unreadable = Vec::new();
    let mut read = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(outcome) => read.push(outcome),
            Err(error) => unreadable.push(error),
        }
    }
    (read, unreadable)
}

/// Checks one text. `is_named` tells that it is meant to be a profile, whatever it looks like.
#[must_use]
pub fn check_source(
    source: Source,
    is_named: bool,
    destinations: &[Arc<Destination>],
    options: &CheckOptions,
) -> FileOutcome {
    check_parsed(&ProfileFile::parse(source), is_named, destinations, options)
}

fn check_parsed(
    file: &ProfileFile,
    is_named: bool,
    destinations: &[Arc<Destination>],
    options: &CheckOptions,
) -> FileOutcome {
    if !is_named && is_foreign(file) {
        return FileOutcome::skipped();
    }
    check_file(file, destinations, options)
}

/// Whether a file in a folder is left alone: it holds nothing that has to do with profiles.
///
/// A text that cannot be parsed is a profile if it has the words of one: a broken export must not pass unseen.
#[must_use]
pub fn is_foreign(file: &ProfileFile) -> bool {
    if file.has_profile() {
        return false;
    }
    let broken = file.source().invalid_utf8_at().is_some() || !file.faults().is_empty();
    let words = ["metadata", "spec", "template", "packs"];
    !(broken && words.into_iter().all(|word| file.source().mentions(word)))
}

/// Checks a parsed file.
#[must_use]
pub fn check_file(
    file: &ProfileFile,
    destinations: &[Arc<Destination>],
    options: &CheckOptions,
) -> FileOutcome {
    let mut sink = Sink::new(file);
    let mut outcome = FileOutcome {
        file: Some(Arc::clone(file.source().name())),
        ..FileOutcome::default()
    };
    let settings = &options.settings;
    let rules: Vec<_> = rules::active(settings).collect();
    for rule in &rules {
        rule.check_file(file, &mut sink);
    }
    for (document, root) in file
        .documents()
        .filter(|(document, root)| document.shape() == Shape::Export && !file.is_cut(*root))
    {
        let profile = document.profile(root);
        let name = profile.name().into_owned();
        sink.set_profile(Some(name.clone()).filter(|name| !name.is_empty()));
        let resolutions: Vec<_> = destinations
            .iter()
            .map(|destination| Resolution::new(profile, destination, &options.choices))
            .collect();
        let packs: Vec<_> = profile.packs().collect();
        let violations = Schema::Profile.violations(root);
        let cx = ProfileContext {
            file,
            document,
            profile,
            packs: &packs,
            violations: &violations,
            resolutions: &resolutions,
            settings,
        };
        for rule in &rules {
            rule.check_profile(&cx, &mut sink);
        }
        for resolution in &resolutions {
            sink.set_destination(Some(Arc::clone(resolution.destination.name())));
            for rule in &rules {
                rule.check_destination(&cx, resolution, &mut sink);
            }
        }
        sink.set_destination(None);
        sink.set_profile(None);
        outcome.coverage.add(Coverage {
            profiles: 1,
            packs: packs.len(),
            embedded_documents: document.embedded().count(),
            references: document.references().count(),
            ..Coverage::default()
        });
        if let Some(node) = profile.name_node() {
            let names = packs.iter().flat_map(|pack| pack.registry_names());
            let mut names: Vec<String> = names.map(Cow::into_owned).collect();
            names.shrink_to_fit();
            outcome.profiles.push(BatchProfile {
                version: profile.version().into_owned(),
                place: sink.place(node.into()),
                packs: names,
                name,
            });
        }
    }
    // What is known of a file stays until all files of a run have been checked.
    outcome.profiles.shrink_to_fit();
    (outcome.findings, outcome.coverage.left_out) = sink.finish();
    name_packs(file, &mut outcome.findings);
    settings.apply(&mut outcome.findings);
    pragma::apply(
        file,
        &mut outcome.findings,
        settings,
        !destinations.is_empty(),
    );
    settings
        .ignores
        .apply(&mut outcome.findings, &mut outcome.used_ignores);
    if let Some((limit, style)) = options.excerpts {
        cut_excerpts(file, &mut outcome.findings, limit, style);
    }
    outcome
}

/// Tells which packs findings are in where their rules, which look at any document, do not.
fn name_packs(file: &ProfileFile, findings: &mut [Finding]) {
    let mut names: HashMap<usize, Vec<String>> = HashMap::new();
    for finding in findings.iter_mut().filter(|finding| finding.pack.is_none()) {
        let document = finding.place.document;
        let index = finding
            .place
            .in_pack()
            .and_then(|(index, _)| index.parse().ok());
        let Some(index): Option<usize> = index else {
            continue;
        };
        let names = names.entry(document).or_insert_with(|| {
            let there = file.documents().nth(document).into_iter();
            let packs = there.flat_map(|(document, root)| document.profile(root).packs());
            packs
                .map(|pack| shortened(pack.name().into_owned()))
                .collect()
        });
        finding.pack = names.get(index).filter(|name| !name.is_empty()).cloned();
    }
}

/// Joins what the files gave, and looks at what is only seen across them.
#[must_use]
pub fn report(
    outcomes: Vec<FileOutcome>,
    destinations: &[Arc<Destination>],
    settings: &Settings,
) -> Report {
    let mut findings = Vec::new();
    let mut coverage = Coverage::default();
    let mut batch = Batch::default();
    let mut used_ignores = Used::new();
    let mut files = BTreeSet::new();
    for outcome in outcomes {
        files.extend(outcome.file);
        findings.extend(outcome.findings);
        coverage.add(outcome.coverage);
        batch.profiles.extend(outcome.profiles);
        used_ignores.extend(outcome.used_ignores);
    }
    batch.settle(&mut findings);
    if !destinations.is_empty() {
        let mut found = Vec::new();
        for rule in rules::active(settings) {
            rule.check_batch(&batch, &mut found);
        }
        settings.apply(&mut found);
        settings.ignores.apply(&mut found, &mut used_ignores);
        findings.append(&mut found);
    }
    let errors = || {
        findings
            .iter()
            .filter(|finding| finding.level == Level::Error)
    };
    // Errors of a file as a whole are errors of every profile in it.
    let ready_at = |destination: Option<&str>| {
        let counts = |finding: &&Finding| match (finding.destination.as_deref(), destination) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let with_errors: BTreeSet<(&str, Option<&str>)> = errors()
            .filter(counts)
            .map(|finding| (finding.place.file.as_ref(), finding.profile.as_deref()))
            .collect();
        let is_ready = |profile: &&BatchProfile| {
            let file = profile.place.file.as_ref();
            !with_errors.contains(&(file, Some(profile.name.as_str())))
                && !with_errors.contains(&(file, None))
        };
        batch.profiles.iter().filter(is_ready).count()
    };
    coverage.ready = ready_at(None);
    coverage.ready_at = destinations
        .iter()
        .map(|destination| destination.name().as_ref())
        .map(|name| (name.to_owned(), ready_at(Some(name))))
        .collect();
    for destination in destinations {
        let mut found: Vec<_> = destination_findings(destination).collect();
        settings.apply(&mut found);
        settings.ignores.apply(&mut found, &mut used_ignores);
        findings.append(&mut found);
        coverage.not_checked.extend(destination.not_checked());
    }
    coverage.not_checked.extend(unverified_packs(&findings));
    let ignores = &settings.ignores;
    findings.extend(ignores.findings(&used_ignores, settings, !destinations.is_empty()));
    let names = destinations
        .iter()
        .map(|destination| destination.name().to_string())
        .collect();
    Report {
        files,
        ..Report::new(findings, coverage, names)
    }
}

/// What is wrong with a destination folder itself, without any profile.
#[must_use]
pub fn destination_report(destination: &Destination, settings: &Settings) -> Report {
    let mut findings: Vec<_> = destination_findings(destination).collect();
    settings.apply(&mut findings);
    settings.ignores.apply(&mut findings, &mut Used::new());
    let coverage = Coverage {
        not_checked: destination.not_checked().into_iter().collect(),
        ..Coverage::default()
    };
    Report::new(findings, coverage, vec![destination.name().to_string()])
}

/// The packs that no registry could be asked for, counted for each destination.
fn unverified_packs(findings: &[Finding]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        if let Some(destination) = finding.destination.as_deref()
            && std::ptr::eq(finding.rule, rules::unverifiable_pack_meta())
        {
            *counts.entry(destination).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|(destination, count)| {
            let packs = if count == 1 { "pack" } else { "packs" };
            format!("{count} {packs}: the registries of `{destination}` that may hold them cannot be listed")
        })
        .collect()
}

fn destination_findings(destination: &Destination) -> impl Iterator<Item = Finding> {
    destination.faults().iter().map(|fault| {
        let rule = rules::for_destination_fault(fault.kind);
        let mut finding = Finding::new(rule, fault.place.clone(), fault.message.clone());
        if let Some(help) = &fault.help {
            finding.help(help);
        }
        if let Some(related) = &fault.related {
            finding.related(related.place.clone(), related.message.as_str());
        }
        finding.destination = Some(Arc::clone(destination.name()));
        finding
    })
}

fn cut_excerpts(file: &ProfileFile, findings: &mut [Finding], limit: usize, style: ExcerptStyle) {
    findings.sort_by_key(|finding| finding.place.range);
    let texts = file.texts_by_place();
    let mut outer_secrets: Option<Vec<TextRange>> = None;
    let mut inner_secrets: HashMap<NodeId, Vec<TextRange>> = HashMap::new();
    for finding in findings.iter_mut().take(limit) {
        let inner = finding.place.inner.as_ref();
        let text = inner.and_then(|inner| Some((texts.at(finding.place.range)?, inner.range)));
        finding.excerpt = Some(match text {
            Some((text, range)) => {
                let secrets = inner_secrets
                    .entry(text.host())
                    .or_insert_with(|| sensitive::secrets_in(text.stream()));
                Excerpt::cut(text.text(), text.lines(), range, secrets, style)
            }
            None => {
                let secrets = outer_secrets.get_or_insert_with(|| file.secret_ranges());
                let source = file.source();
                Excerpt::cut(
                    source.text(),
                    source.lines(),
                    finding.place.range,
                    secrets,
                    style,
                )
            }
        });
    }
}
