//! One run of `rewrite`: files in, files out, and a report of what was decided.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;

use crate::{
    check::{self, CheckOptions},
    destination::Destination,
    finding::{Finding, Level},
    input::InputFile,
    profile::{Profile, ProfileDocument, ProfileFile, Shape},
    report::Report,
    resolve::Resolution,
    rules,
    source::{Edit, Source, Text, apply, shown_path, yaml_scalar::ScalarStyle},
    syntax::{Format, NodeRef},
};

use super::{
    change::{self, RestyledScalar},
    convert::{self, Converted},
    diff::{self, Redactions},
    names::{self, NameDecision, NameVersion, Naming},
    plan::{Decision, Plan},
    secrets::Secrets,
    targets, verify, write,
};

/// Where results go.
#[derive(Debug, Clone)]
pub enum Output {
    /// Below this folder.
    Folder(PathBuf),
    /// To the input files.
    InPlace,
    /// Nowhere: only the diff is made.
    Diff,
}

/// How to rewrite.
#[derive(Debug)]
pub struct RewriteOptions {
    /// How names and versions are decided.
    pub naming: Naming,
    /// What is filled in for masks.
    pub secrets: Secrets,
    /// Whether profiles are written although masks are left.
    pub allow_masked: bool,
    /// The format of the results; that of the input without it.
    pub format: Option<Format>,
    /// Where results go.
    pub output: Output,
    /// How the results are checked.
    pub check: CheckOptions,
}

/// What became of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was written.
    Written,
    /// It would be written, but for `--diff`.
    Planned,
    /// It is import-ready as it is.
    Unchanged,
    /// It was left out, as asked.
    Skipped,
    /// It cannot be made import-ready.
    Refused,
}

impl Status {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Planned => "planned",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
        }
    }
}

/// The outcome for one file.
#[derive(Debug)]
pub struct FileResult {
    /// The file, as people know it.
    pub file: String,
    /// The profiles in it: one, but for YAML files with several documents.
    pub profiles: Vec<ProfileResult>,
    /// What became of it.
    pub status: Status,
    /// The files that were written: one, or one for each document of a YAML file that became JSON.
    pub outputs: Vec<String>,
    /// Whether its bytes differ from those of the input.
    pub changed: bool,
    /// What a person should know of how it was written.
    pub notes: Vec<String>,
    /// Why it was refused or skipped, beyond the findings.
    pub reasons: Vec<String>,
    /// What `check` says to the result; to the input when there is no result.
    pub report: Report,
    /// What changed, for people; without secrets.
    pub diff: String,
    /// Whether the refusal is the tool's own failure to read or write.
    pub failed: bool,
}

/// The outcome for one profile of a file.
#[derive(Debug)]
pub struct ProfileResult {
    /// Its name and version in the file.
    pub profile: NameVersion,
    /// What it is called at the destination.
    pub target: Option<NameVersion>,
    /// What was decided.
    pub decisions: Vec<Decision>,
}

/// Rewrites files for a destination. Every file has a result, in the order given; files in folders that have nothing
/// to do with profiles have none.
#[must_use]
pub fn rewrite(
    files: &[InputFile],
    destination: &Arc<Destination>,
    options: &RewriteOptions,
) -> Vec<FileResult> {
    let work = Work::of_all(files, options.format, options.check.max_file_size);
    let names: Vec<NameVersion> = work.iter().flat_map(|work| work.profiles.clone()).collect();
    let mut decisions = names::decide(&names, destination, &options.naming).into_iter();
    let work: Vec<(Work<'_>, Vec<NameDecision>)> = work
        .into_iter()
        .map(|work| {
            let count = work.profiles.len();
            (work, decisions.by_ref().take(count).collect())
        })
        .collect();
    let outputs = Outputs::of(files, &options.output);
    work.into_par_iter()
        .map(|(work, decisions)| {
            let mut result = work.result(&options.output);
            if result.reasons.is_empty() {
                rewrite_file(
                    &work,
                    &decisions,
                    destination,
                    options,
                    &outputs,
                    &mut result,
                );
            }
            result
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
    let outputs = Outputs::of(files, &output);
    Work::of_all(files, Some(format), max_file_size)
        .into_par_iter()
        .map(|work| {
            let mut result = work.result(&output);
            if !result.reasons.is_empty() {
                return result;
            }
            let Some(before) = work.read(max_file_size, &mut result) else {
                return result;
            };
            let check = || {
                Report::new(
                    check::check_file(&before, &[], options).into_findings(),
                    crate::report::Coverage::default(),
                    Vec::new(),
                )
            };
            if !work.is_readable(&before) {
                result.report = check();
                result.refuse(NOT_READABLE.to_owned());
            } else if before.format() == format {
                let text = before.source().text().clone();
                outputs.put(&work, &before, &[text], false, &mut result);
            } else {
                match convert::convert(&before, format) {
                    Ok(converted) => {
                        let texts = texts_of(&converted);
                        result.notes.extend(converted.lost);
                        outputs.put(&work, &before, &texts, false, &mut result);
                    }
                    Err(reason) => {
                        result.report = check();
                        result.refuse(reason);
                    }
                }
            }
            result
        })
        .collect()
}

const CHANGED_MEANWHILE: &str = "the file was changed by somebody else in the meantime";

const NOT_READABLE: &str = "it is no exported profile that can be read";

/// A file to work on.
struct Work<'f> {
    file: &'f InputFile,
    /// The profiles that were in it when it was read first.
    profiles: Vec<NameVersion>,
    /// Where the results lie below an output folder: one, or one for each document where a file can hold only one.
    targets: Vec<PathBuf>,
    /// The file before it that has a result at the same path.
    same_target: Option<PathBuf>,
}

impl<'f> Work<'f> {
    /// The files that have to do with profiles.
    fn of_all(files: &'f [InputFile], format: Option<Format>, max_file_size: u64) -> Vec<Self> {
        let mut work: Vec<Self> = files
            .par_iter()
            .filter_map(|file| Self::of(file, format, max_file_size))
            .collect();
        let mut targets: HashMap<PathBuf, &Path> = HashMap::new();
        for work in &mut work {
            let input = work.file.path.as_path();
            for target in &work.targets {
                let first = *targets.entry(target.clone()).or_insert(input);
                if first != input {
                    work.same_target = Some(first.to_owned());
                }
            }
        }
        work
    }

    fn of(file: &'f InputFile, format: Option<Format>, max_file_size: u64) -> Option<Self> {
        let shown = shown_path(&file.path);
        let (mut profiles, mut paths) = (Vec::new(), vec![file.relative.clone()]);
        // Why a file cannot be read is told when it is its turn.
        if let Ok(source) = Source::read(&file.path, &shown, max_file_size) {
            let parsed = ProfileFile::parse(source);
            if !file.is_named && check::is_foreign(&parsed) {
                return None;
            }
            if let Some(format) = format.filter(|format| *format != parsed.format()) {
                paths = targets::of_documents(&file.relative, &parsed, format);
            }
            profiles = names_of_exports(&parsed);
        }
        Some(Self {
            file,
            profiles,
            targets: paths,
            same_target: None,
        })
    }

    /// A result that tells nothing yet, or why there will be none.
    fn result(&self, output: &Output) -> FileResult {
        let mut result = FileResult::new(&shown_path(&self.file.path), &self.profiles);
        if let (Some(other), Output::Folder(_)) = (&self.same_target, output) {
            let other = shown_path(other);
            result.refuse(format!(
                "its result would have the same path as that of `{other}`: write them to different folders"
            ));
        }
        result
    }

    fn read(&self, max_file_size: u64, result: &mut FileResult) -> Option<ProfileFile> {
        let source = match Source::read(&self.file.path, &result.file, max_file_size) {
            Ok(source) => source,
            Err(error) => {
                result.fail(error.to_string());
                return None;
            }
        };
        let file = ProfileFile::parse(source);
        if names_of_exports(&file) != self.profiles {
            result.fail(CHANGED_MEANWHILE.to_owned());
            return None;
        }
        Some(file)
    }

    fn is_readable(&self, file: &ProfileFile) -> bool {
        !self.profiles.is_empty()
            && file.faults().is_empty()
            && file.source().invalid_utf8_at().is_none()
    }
}

/// Where results go, and what must not be written to.
struct Outputs<'o> {
    output: &'o Output,
    inputs: BTreeSet<PathBuf>,
}

impl<'o> Outputs<'o> {
    fn of(files: &[InputFile], output: &'o Output) -> Self {
        Self {
            output,
            inputs: files
                .iter()
                .filter_map(|file| file.path.canonicalize().ok())
                .collect(),
        }
    }

    /// Writes the texts that a file has become, one to each target.
    fn put(
        &self,
        work: &Work<'_>,
        before: &ProfileFile,
        new: &[Text],
        holds_secrets: bool,
        result: &mut FileResult,
    ) {
        let old = before.source().text();
        result.changed = !matches!(new, [only] if **only == **old);
        result.status = match (self.output, result.changed) {
            (Output::Diff | Output::InPlace, false) => Status::Unchanged,
            (Output::Diff, true) => Status::Planned,
            (Output::Folder(_), _) | (Output::InPlace, true) => Status::Written,
        };
        if result.status != Status::Written {
            return;
        }
        let path = &work.file.path;
        let Output::Folder(folder) = self.output else {
            let [new] = new else {
                return result.fail("internal error: several results for one file".to_owned());
            };
            match write::write_in_place(path, old, new) {
                Ok(()) => result.outputs.push(shown_path(path)),
                Err(error) => result.fail(error.to_string()),
            }
            return;
        };
        if new.len() != work.targets.len() {
            return result.fail(CHANGED_MEANWHILE.to_owned());
        }
        // A file of another format beside the input is somebody's file, not an earlier result.
        for (target, new) in work.targets.iter().zip(new) {
            let real = folder.join(target);
            if *target != work.file.relative && is_other_beside(&real, path, new) {
                result.refuse(format!(
                    "`{}` is there already, beside the input: choose another output folder, or remove it",
                    shown_path(&real)
                ));
            }
        }
        if result.status == Status::Refused {
            return;
        }
        for (target, new) in work.targets.iter().zip(new) {
            let written =
                write::write_below(folder, target, path, &self.inputs, new, holds_secrets);
            match written {
                Ok(path) => result.outputs.push(shown_path(&path)),
                Err(error) => result.fail(error.to_string()),
            }
        }
    }
}

fn texts_of(converted: &Converted) -> Vec<Text> {
    let sources = converted.files.iter().map(ProfileFile::source);
    sources.map(|source| source.text().clone()).collect()
}

fn names_of_exports(file: &ProfileFile) -> Vec<NameVersion> {
    let profiles = exports(file).map(|(_, root)| Profile::new(root));
    profiles.map(name_of).collect()
}

fn exports(file: &ProfileFile) -> impl Iterator<Item = (&ProfileDocument, NodeRef<'_>)> {
    file.documents()
        .filter(|(document, _)| document.shape() == Shape::Export)
}

fn name_of(profile: Profile<'_>) -> NameVersion {
    NameVersion {
        name: profile.name().into_owned(),
        version: profile.version().into_owned(),
    }
}

impl FileResult {
    fn new(file: &str, profiles: &[NameVersion]) -> Self {
        let profiles = profiles.iter().map(|profile| ProfileResult {
            profile: profile.clone(),
            target: None,
            decisions: Vec::new(),
        });
        Self {
            file: file.to_owned(),
            profiles: profiles.collect(),
            status: Status::Refused,
            outputs: Vec::new(),
            changed: false,
            notes: Vec::new(),
            reasons: Vec::new(),
            report: Report::default(),
            diff: String::new(),
            failed: false,
        }
    }

    fn refuse(&mut self, reason: String) {
        self.status = Status::Refused;
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }

    fn fail(&mut self, reason: String) {
        self.failed = true;
        self.refuse(reason);
    }
}

fn rewrite_file(
    work: &Work<'_>,
    decisions: &[NameDecision],
    destination: &Arc<Destination>,
    options: &RewriteOptions,
    outputs: &Outputs<'_>,
    result: &mut FileResult,
) {
    let Some(before) = work.read(options.check.max_file_size, result) else {
        return;
    };
    let destinations = std::slice::from_ref(destination);
    let check = |file: &ProfileFile| {
        let outcome = check::check_file(file, destinations, &options.check);
        Report::new(
            outcome.into_findings(),
            crate::report::Coverage::default(),
            vec![destination.name().to_string()],
        )
    };
    if !work.is_readable(&before) {
        result.report = check(&before);
        return result.refuse(NOT_READABLE.to_owned());
    }
    let is_skip = |decision: &&NameDecision| matches!(decision, NameDecision::Skip(_));
    if decisions.iter().all(|decision| is_skip(&decision)) {
        result.status = Status::Skipped;
        for decision in decisions {
            if let NameDecision::Skip(why) = decision {
                result.reasons.push(why.clone());
            }
        }
        return;
    }
    let mut changes = Vec::new();
    let mut secret_changes = Vec::new();
    for (number, ((document, root), decision)) in exports(&before).zip(decisions).enumerate() {
        let profile = Profile::new(root);
        let (target, why) = match decision {
            NameDecision::Take { target, why } => (target, why),
            // Nobody has asked for a file with some of its profiles.
            NameDecision::Skip(why) => {
                result.refuse(format!("{why}: make a file of each of its profiles"));
                continue;
            }
            NameDecision::Refuse(why) => {
                result.refuse(why.clone());
                continue;
            }
        };
        let resolution = Resolution::new(profile, destination, &options.check.choices);
        let plan = Plan::new(
            profile,
            document,
            &resolution,
            target,
            why,
            &options.secrets,
        );
        if let Some(told) = result.profiles.get_mut(number) {
            told.target = Some(target.clone());
            told.decisions = plan.decisions;
        }
        for blocker in plan.blockers {
            result.refuse(blocker);
        }
        secret_changes.extend(
            plan.secret_changes
                .iter()
                .map(|number| changes.len() + number),
        );
        changes.extend(plan.changes);
    }
    let edits = if result.reasons.is_empty() {
        change::edits(&changes).map_err(|error| result.refuse(error.to_string()))
    } else {
        Err(())
    };
    let Ok(edits) = edits else {
        result.report = check(&before);
        return;
    };
    result.notes.extend(edits.restyled.iter().map(style_note));
    let after = match make(&before, &edits.edits, &changes) {
        Ok(after) => after,
        Err(reason) => return result.fail(reason),
    };
    let target_format = options.format.unwrap_or(before.format());
    let is_converted = target_format != before.format();
    let converted = is_converted.then(|| convert::convert(&after, target_format));
    let converted = match converted.transpose() {
        Ok(converted) => converted,
        Err(reason) => {
            result.report = check(&before);
            return result.refuse(reason);
        }
    };
    // Several documents are looked at together, as they were before.
    let checked = match converted
        .as_ref()
        .map(|converted| converted.files.as_slice())
    {
        Some([only]) => only,
        _ => &after,
    };
    result.report = check(checked);
    let left = result.report.findings.iter().filter(|finding| {
        finding.level == Level::Error && !(options.allow_masked && is_mask(finding))
    });
    let left = left.count();
    // Of a result that is never seen, that holds secrets, or that is another file, findings are told where they are in
    // the input.
    if left > 0 || !secret_changes.is_empty() || is_converted {
        result.report = at_input(&result.report, check(&before));
    }
    if options.allow_masked {
        let masks = result.report.findings.iter_mut();
        masks
            .filter(|finding| is_mask(finding))
            .for_each(|finding| finding.level = Level::Warning);
    }
    if matches!(options.output, Output::Diff) {
        let secrets = secret_changes
            .iter()
            .filter_map(|&number| changes.get(number));
        result.diff = diff::render(&before, &after, &Redactions::of(secrets));
    }
    if left > 0 {
        let errors = if left == 1 {
            "1 error is".to_owned()
        } else {
            format!("{left} errors are")
        };
        return result.refuse(format!("{errors} left in it"));
    }
    let texts = match converted {
        Some(converted) => {
            let texts = texts_of(&converted);
            result.notes.extend(converted.lost);
            texts
        }
        None => vec![after.source().text().clone()],
    };
    outputs.put(work, &before, &texts, !secret_changes.is_empty(), result);
}

/// Whether a file with another text stands in the folder of the input.
fn is_other_beside(target: &Path, input: &Path, text: &str) -> bool {
    let folder = |path: &Path| path.canonicalize().ok()?.parent().map(Path::to_owned);
    let beside = folder(target).is_some_and(|of_target| folder(input) == Some(of_target));
    beside && std::fs::read(target).is_ok_and(|there| there != text.as_bytes())
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
    let findings = after.findings.iter().map(|finding| {
        in_input
            .remove(&finding.fingerprint)
            .unwrap_or_else(|| without_text(finding))
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
) -> Result<ProfileFile, String> {
    let text = apply(before.source().text(), edits).map_err(|error| error.to_string())?;
    let source = Source::new(before.source().name(), text);
    let after = ProfileFile::parse_as(source, before.format());
    verify::verify(before, &after, changes).map_err(|difference| {
        format!("internal error: the result is not what was planned: {difference}")
    })?;
    Ok(after)
}
