//! One run of `rewrite`: files in, files out, and a report of what was decided.

use std::{collections::HashMap, path::Path, sync::Arc};

use rayon::prelude::*;

use crate::{
    batch::{Batch, Bringers},
    check::{self, CheckOptions},
    destination::Destination,
    finding::{Finding, Level},
    input::InputFile,
    profile::{ProfileFile, TextCache},
    report::Report,
    resolve::Resolution,
    rules,
    source::{Edit, Source, Text, apply, yaml_scalar::ScalarStyle},
    syntax::Format,
};

use super::{
    answers::Answers,
    change::{self, RestyledScalar},
    convert::{self, Converted},
    diff::{self, Redactions},
    finish::Finishers,
    names::{self, NameDecision, Named, Naming},
    plan::{Plan, Tags, Task},
    result::{DestinationResult, FileResult, Reason, Status},
    verify,
    work::{self, Output, Outputs, Work, exports},
    write::Readers,
};

/// How to rewrite, for all destinations.
pub struct RewriteOptions<'p> {
    /// What becomes of the tags of packs.
    pub tags: Tags,
    /// Whether profiles are written although masks are left.
    pub allow_masked: bool,
    /// Whether files keep the mode of their input, also where secrets were filled in.
    pub keep_mode: bool,
    /// The format of the results; that of the input without it.
    pub format: Option<Format>,
    /// How the results are checked.
    pub check: CheckOptions,
    /// Whether it is told what changed.
    pub diffs: bool,
    /// Called after each file, from any thread.
    pub progress: Option<&'p (dyn Fn() + Sync)>,
}

/// A destination, and what was said about it.
#[derive(Debug)]
pub struct Target {
    /// The destination. It knows the answers about registries and macros.
    pub destination: Arc<Destination>,
    /// How names and versions are decided, but for what is answered.
    pub naming: Naming,
    /// What was answered.
    pub answers: Answers,
    /// Where results go.
    pub output: Output,
}

/// Rewrites files for destinations, whose output folders have to be different ones. Every file has a result for each, in the
/// order given; files in folders that have nothing to do with profiles have none.
#[must_use]
pub fn rewrite(
    files: &[InputFile],
    targets: &[Target],
    options: &RewriteOptions<'_>,
) -> Vec<DestinationResult> {
    run(files, targets, options, |target| &target.output)
}

/// What [`rewrite`] would do, without writing anything.
#[must_use]
pub fn plan(
    files: &[InputFile],
    targets: &[Target],
    options: &RewriteOptions<'_>,
) -> Vec<DestinationResult> {
    run(files, targets, options, |_| &Output::Nowhere)
}

fn run(
    files: &[InputFile],
    targets: &[Target],
    options: &RewriteOptions<'_>,
    output: impl Fn(&Target) -> &Output,
) -> Vec<DestinationResult> {
    let cache = TextCache::default();
    let all = Work::of_all(files, options.format, options.check.max_file_size, &cache);
    let profiles = || all.iter().flat_map(|work| &work.profiles);
    let names: Vec<Named> = all.iter().flat_map(Work::named).collect();
    let inputs = work::real_paths(files);
    let jobs: Vec<Job<'_>> = targets
        .iter()
        .map(|target| {
            let outputs = Outputs::new(output(target), &inputs);
            Job {
                target,
                options,
                cache: &cache,
                ignores_case: outputs.ignores_case(&all),
                outputs,
                names: names::decide(
                    &names,
                    &target.destination,
                    &target.naming,
                    &target.answers.choices.names,
                ),
            }
        })
        .collect();
    for job in &jobs {
        job.outputs.sweep(&all);
    }
    // The decisions of a file begin where those of the files before it end.
    let firsts = all.iter().scan(0, |first, work| {
        let of_this = *first;
        *first += work.profiles.len();
        Some(of_this)
    });
    let numbered: Vec<(usize, &Work<'_>)> = firsts.zip(&all).collect();
    let writes = jobs.iter().filter(|job| job.outputs.are_written()).count();
    let results: Vec<Vec<FileResult>> = Finishers::with(writes * all.len(), |finishers| {
        let results = numbered.into_par_iter().map(|(first, work)| {
            let before = work.read(options.check.max_file_size, &cache);
            let results = jobs.iter();
            let results = results.map(|job| job.run(work, first, &before, finishers));
            let results = results.collect();
            if let Some(progress) = options.progress {
                progress();
            }
            results
        });
        results.collect()
    });
    let batch = Batch {
        profiles: profiles().map(work::WorkProfile::in_batch).collect(),
    };
    let bringers = Bringers::new(&batch);
    let mut by_target: Vec<Vec<FileResult>> = targets.iter().map(|_| Vec::new()).collect();
    for of_file in results {
        for (files, mut result) in by_target.iter_mut().zip(of_file) {
            result.settle(&bringers);
            files.push(result);
        }
    }
    for (job, files) in jobs.into_iter().zip(&mut by_target) {
        job.outputs.finish(files);
    }
    targets
        .iter()
        .zip(by_target)
        .map(|(target, files)| DestinationResult {
            destination: Arc::clone(&target.destination),
            files,
        })
        .collect()
}

/// Writes files in another format below a folder, and changes nothing else: whether the profiles can be imported
/// anywhere is not asked, unless a file cannot be converted. The results are as those of [`rewrite`].
#[must_use]
pub fn convert(
    files: &[InputFile],
    format: Format,
    folder: &Path,
    options: &CheckOptions,
) -> Vec<FileResult> {
    let max_file_size = options.max_file_size;
    let output = Output::Folder(folder.to_owned());
    let inputs = work::real_paths(files);
    let outputs = Outputs::new(&output, &inputs);
    let cache = TextCache::default();
    let work = Work::of_all(files, Some(format), max_file_size, &cache);
    let ignores_case = outputs.ignores_case(&work);
    let mut results: Vec<FileResult> = Finishers::with(work.len(), |finishers| {
        let results = work.into_par_iter().map(|work| {
            let mut result = work.result(&output, ignores_case);
            if !result.reasons.is_empty() {
                return result;
            }
            let before = match work.read(max_file_size, &cache) {
                Ok(before) => before,
                Err(error) => {
                    result.fail(error);
                    return result;
                }
            };
            let check = || report_on(&before, &[], options);
            let put = |texts: &[Text], result: &mut FileResult| {
                outputs.put(&work, &before, texts, Readers::OfInput, result, finishers);
            };
            if !work.is_readable(&before) {
                result.report = check();
                result.refuse(Reason::last(NOT_READABLE.to_owned()));
            } else if before.format() == format {
                let text = before.source().text().clone();
                put(&[text], &mut result);
            } else {
                match convert::convert(&before, format) {
                    Ok(converted) => {
                        let texts = texts_of(&converted);
                        result.notes.extend(converted.lost);
                        put(&texts, &mut result);
                    }
                    Err(reason) => {
                        result.report = check();
                        result.refuse(Reason::last(reason));
                    }
                }
            }
            result
        });
        results.collect()
    });
    outputs.finish(&mut results);
    results
}

const NOT_READABLE: &str = "it is no exported profile that can be read";

fn texts_of(converted: &Converted) -> Vec<Text> {
    let sources = converted.files.iter().map(ProfileFile::source);
    sources.map(|source| source.text().clone()).collect()
}

fn report_on(
    file: &ProfileFile,
    destinations: &[Arc<Destination>],
    options: &CheckOptions,
) -> Report {
    let names = destinations.iter();
    let names = names.map(|destination| destination.name().to_string());
    check::check_file(file, destinations, options).into_report(names.collect())
}

/// The work for one destination.
struct Job<'j> {
    target: &'j Target,
    options: &'j RewriteOptions<'j>,
    /// The texts that profiles of the run have.
    cache: &'j TextCache,
    outputs: Outputs<'j>,
    /// Whether paths that differ in upper and lower case only are one there, if there are such.
    ignores_case: bool,
    /// For each profile of the run, what it is called there.
    names: Vec<NameDecision>,
}

impl Job<'_> {
    /// Rewrites a file, whose profiles are those from number `first` on.
    fn run<'t>(
        &'t self,
        work: &Work<'_>,
        first: usize,
        before: &Result<ProfileFile, String>,
        finishers: &Finishers<'t>,
    ) -> FileResult {
        let mut result = work.result(&self.target.output, self.ignores_case);
        let names = self.names.get(first..first + work.profiles.len());
        match before {
            Err(error) => result.fail(error.clone()),
            Ok(before) if result.reasons.is_empty() => {
                let names = names.unwrap_or_default();
                let made = self.rewrite(work, before, names, &mut result);
                if !self.target.destination.is_confirmed() {
                    result.fail(self.target.destination.changed_meanwhile());
                } else if let Some(Made { texts, readers }) = made {
                    let outputs = &self.outputs;
                    outputs.put(work, before, &texts, readers, &mut result, finishers);
                }
            }
            Ok(_) => {}
        }
        result
    }

    fn check(&self, file: &ProfileFile) -> Report {
        let destinations = std::slice::from_ref(&self.target.destination);
        report_on(file, destinations, &self.options.check)
    }

    /// Makes the result of a file, and tells how. `None` where it is not to be written.
    fn rewrite(
        &self,
        work: &Work<'_>,
        before: &ProfileFile,
        names: &[NameDecision],
        result: &mut FileResult,
    ) -> Option<Made> {
        if !work.is_readable(before) {
            result.report = self.check(before);
            result.refuse(Reason::last(NOT_READABLE.to_owned()));
            return None;
        }
        let skips = names.iter().filter_map(|decision| match decision {
            NameDecision::Skip(why) => Some(Reason::last(why.clone())),
            _ => None,
        });
        let skips: Vec<Reason> = skips.collect();
        if skips.len() == names.len() {
            result.status = Status::Skipped;
            result.reasons.extend(skips);
            return None;
        }
        let resolutions: Vec<_> = exports(before)
            .map(|(document, root)| {
                let choices = &self.options.check.choices;
                Resolution::new(document.profile(root), &self.target.destination, choices)
            })
            .collect();
        let mut planned = Planned::default();
        for (number, (((document, root), name), resolution)) in
            exports(before).zip(names).zip(&resolutions).enumerate()
        {
            let plan = Plan::new(Task {
                file: before,
                document,
                profile: document.profile(root),
                resolution,
                name,
                tags: self.options.tags,
                secrets: &self.target.answers.secrets,
                values: &self.target.answers.values,
                placeholders: &self.options.check.settings.placeholders,
            });
            // Nobody has asked for a file with some of its profiles.
            if let NameDecision::Skip(why) = name {
                result.refuse(Reason::last(format!(
                    "{why}: make a file of each of its profiles"
                )));
            }
            planned.add(plan, number, name, result);
        }
        self.make(before, &planned, result)
    }

    /// Makes the result and checks it. What is refused for other reasons is made and checked too: it tells what would be
    /// left if those were mended.
    fn make(
        &self,
        before: &ProfileFile,
        planned: &Planned<'_>,
        result: &mut FileResult,
    ) -> Option<Made> {
        let changes = &planned.changes;
        let edits = match change::edits(changes) {
            Ok(edits) => edits,
            Err(error) => {
                result.report = self.check(before);
                result.refuse(Reason::last(error.to_string()));
                return None;
            }
        };
        result.notes.extend(edits.restyled.iter().map(style_note));
        let after = match make(before, &edits.edits, changes, self.cache) {
            Ok(after) => after,
            Err(reason) => {
                result.fail(reason);
                return None;
            }
        };
        let target_format = self.options.format.unwrap_or(before.format());
        let is_converted = target_format != before.format();
        let converted = is_converted.then(|| convert::convert(&after, target_format));
        let converted = match converted.transpose() {
            Ok(converted) => converted,
            Err(reason) => {
                result.report = self.check(before);
                result.refuse(Reason::last(reason));
                return None;
            }
        };
        // Several documents are looked at together, as they were before.
        let files = converted
            .as_ref()
            .map(|converted| converted.files.as_slice());
        let checked = match files {
            Some([only]) => only,
            _ => &after,
        };
        result.report = self.check(checked);
        let allow_masked = self.options.allow_masked;
        let left =
            result.report.findings.iter().filter(|finding| {
                finding.level == Level::Error && !(allow_masked && is_mask(finding))
            });
        let left = left.count();
        let is_refused = left > 0 || !result.reasons.is_empty();
        // Of a result that is never seen, that holds secrets, or that is another file, findings are told where they are
        // in the input.
        if is_refused || !planned.secret_changes.is_empty() || is_converted {
            result.report = at_input(&result.report, self.check(before));
        }
        if allow_masked {
            let masks = result.report.findings.iter_mut();
            masks
                .filter(|finding| is_mask(finding))
                .for_each(|finding| finding.level = Level::Warning);
        }
        if self.options.diffs {
            let secrets = planned.secret_changes.iter();
            let secrets = secrets.filter_map(|&number| changes.get(number));
            result.diff = diff::render(before, &after, &Redactions::of(secrets));
        }
        if left > 0 && result.reasons.is_empty() {
            let errors = if left == 1 {
                "1 error is".to_owned()
            } else {
                format!("{left} errors are")
            };
            result.refuse(Reason::findings(format!("{errors} left in it")));
        }
        let left_out = result.report.coverage.left_out;
        if left_out > 0 && result.reasons.is_empty() {
            result.refuse(Reason::findings(format!(
                "{left_out} of its findings are not even told: there are too many"
            )));
        }
        if is_refused || left_out > 0 {
            return None;
        }
        let texts = match converted {
            Some(converted) => {
                let texts = texts_of(&converted);
                result.notes.extend(converted.lost);
                texts
            }
            None => vec![after.source().text().clone()],
        };
        let readers = if planned.secret_changes.is_empty() || self.options.keep_mode {
            Readers::OfInput
        } else {
            Readers::Owner
        };
        Some(Made { texts, readers })
    }
}

/// What is to be written of a file.
struct Made {
    texts: Vec<Text>,
    readers: Readers,
}

/// The changes of a file.
#[derive(Default)]
struct Planned<'t> {
    changes: Vec<change::Change<'t>>,
    /// Which of them write a secret, by their number.
    secret_changes: Vec<usize>,
}

impl<'t> Planned<'t> {
    fn add(&mut self, plan: Plan<'t>, number: usize, name: &NameDecision, result: &mut FileResult) {
        if let Some(told) = result.profiles.get_mut(number) {
            if let NameDecision::Take { target, .. } = name {
                told.target = Some(target.clone());
            }
            told.decisions = plan.decisions;
            told.packs = plan.packs;
            told.needs = plan.needs;
        }
        for blocker in plan.blockers {
            result.refuse(blocker);
        }
        let secrets = plan.secret_changes.iter();
        self.secret_changes
            .extend(secrets.map(|number| self.changes.len() + number));
        self.changes.extend(plan.changes);
    }
}

fn style_note(restyled: &RestyledScalar) -> String {
    let name = |style| match style {
        ScalarStyle::Plain => "without quotes",
        ScalarStyle::SingleQuoted => "in single quotes",
        ScalarStyle::DoubleQuoted => "in double quotes",
        ScalarStyle::Literal => "as a literal block",
        ScalarStyle::Folded => "as a folded block",
    };
    format!(
        "`{}` is written {}, as it cannot be written {}",
        restyled.place,
        name(restyled.styles.to),
        name(restyled.styles.from)
    )
}

fn is_mask(finding: &Finding) -> bool {
    std::ptr::eq(finding.rule, rules::masked_value_meta())
}

/// The findings of a result, at the places that they have in the input where they were there already.
///
/// A finding that is new can only be about what the rewrite wrote. Where that may be a secret, nothing of it is told.
fn at_input(after: &Report, before: Report) -> Report {
    let mut in_input: HashMap<String, Finding> = before
        .findings
        .into_iter()
        .map(|finding| (finding.fingerprint.clone(), finding))
        .collect();
    let findings = after.findings.iter().filter_map(|finding| {
        let there = in_input.remove(&finding.fingerprint);
        // A secret that is filled in is meant to be one.
        let is_meant = std::ptr::eq(finding.rule, rules::exposed_secret_meta());
        there.or_else(|| (!is_meant).then(|| without_text(finding)))
    });
    Report {
        findings: findings.collect(),
        ..after.clone()
    }
}

fn without_text(finding: &Finding) -> Finding {
    let place = &finding.place;
    let may_be_secret = place.inner.is_some() || place.pointer.starts_with("/spec/variables/");
    let mut shown = Finding {
        excerpt: None,
        ..finding.clone()
    };
    if may_be_secret {
        "what is filled in here has this defect".clone_into(&mut shown.message);
        shown.subject.clear();
        shown.label = None;
        shown.help = None;
        shown.fix = None;
        shown.related.clear();
    }
    shown
}

/// Makes the result and proves that it is what was planned.
fn make(
    before: &ProfileFile,
    edits: &[Edit],
    changes: &[change::Change<'_>],
    cache: &TextCache,
) -> Result<ProfileFile, String> {
    let text = apply(before.source().text(), edits).map_err(|error| error.to_string())?;
    let source = Source::new(before.source().name(), text);
    let after = before.parse_edited(source, edits, cache);
    verify::verify(before, &after, changes).map_err(|difference| {
        format!("internal error: the result is not what was planned: {difference}")
    })?;
    Ok(after)
}
