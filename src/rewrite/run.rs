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
    source::{Source, shown_path},
    syntax::NodeRef,
};

use super::{
    change::{self, Edit},
    diff::{self, Redactions},
    names::{self, NameDecision, NameVersion, Naming},
    plan::{Decision, Plan},
    secrets::Secrets,
    verify, write,
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
    /// The profile in it, if there is one.
    pub profile: Option<NameVersion>,
    /// What it is called at the destination.
    pub target: Option<NameVersion>,
    /// What became of it.
    pub status: Status,
    /// The file that was written.
    pub output: Option<String>,
    /// Whether its bytes differ from those of the input.
    pub changed: bool,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// Why it was refused or skipped, beyond the findings.
    pub reasons: Vec<String>,
    /// What `check` says to the result; to the input when there is no result.
    pub report: Report,
    /// What changed, for people; without secrets.
    pub diff: String,
    /// Whether the refusal is the tool's own failure to read or write.
    pub failed: bool,
}

/// Rewrites files for a destination. Every file has a result, in the order given; files in folders that have nothing
/// to do with profiles have none.
#[must_use]
pub fn rewrite(
    files: &[InputFile],
    destination: &Arc<Destination>,
    options: &RewriteOptions,
) -> Vec<FileResult> {
    let names_of: Vec<Option<Vec<NameVersion>>> = files
        .par_iter()
        .map(|file| names_in(file, options))
        .collect();
    let names: Vec<NameVersion> = names_of.iter().flatten().flatten().cloned().collect();
    let mut decisions = names::decide(&names, destination, &options.naming).into_iter();
    let inputs: BTreeSet<PathBuf> = files
        .iter()
        .filter_map(|file| file.path.canonicalize().ok())
        .collect();
    let mut targets: HashMap<&Path, &Path> = HashMap::new();
    let mut work = Vec::new();
    for (file, profiles) in files.iter().zip(names_of) {
        let Some(profiles) = profiles else {
            continue;
        };
        let first = *targets
            .entry(file.relative.as_path())
            .or_insert(file.path.as_path());
        let same_target =
            (first != file.path && matches!(options.output, Output::Folder(_))).then_some(first);
        let named: Vec<NameDecision> = decisions.by_ref().take(profiles.len()).collect();
        work.push((file, named, profiles, same_target));
    }
    work.into_par_iter()
        .map(|(file, decisions, profiles, same_target)| {
            let mut result = FileResult::new(&shown_path(&file.path), profiles.first().cloned());
            if let Some(other) = same_target {
                let other = shown_path(other);
                result.refuse(format!("its result would have the same path as that of `{other}`: rewrite them in two runs"));
                return result;
            }
            rewrite_file(
                file,
                &profiles,
                &decisions,
                destination,
                options,
                &inputs,
                &mut result,
            );
            result
        })
        .collect()
}

/// The names in a file; `None` for a file that is none of ours.
fn names_in(file: &InputFile, options: &RewriteOptions) -> Option<Vec<NameVersion>> {
    let shown = shown_path(&file.path);
    let Ok(source) = Source::read(&file.path, &shown, options.check.max_file_size) else {
        // Why it cannot be read is told when it is its turn.
        return Some(Vec::new());
    };
    let parsed = ProfileFile::parse(source);
    if !file.is_named && check::is_foreign(&parsed) {
        return None;
    }
    Some(names_of_exports(&parsed))
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
    fn new(file: &str, profile: Option<NameVersion>) -> Self {
        Self {
            file: file.to_owned(),
            profile,
            target: None,
            status: Status::Refused,
            output: None,
            changed: false,
            decisions: Vec::new(),
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
    file: &InputFile,
    profiles: &[NameVersion],
    decisions: &[NameDecision],
    destination: &Arc<Destination>,
    options: &RewriteOptions,
    inputs: &BTreeSet<PathBuf>,
    result: &mut FileResult,
) {
    let source = match Source::read(&file.path, &result.file, options.check.max_file_size) {
        Ok(source) => source,
        Err(error) => return result.fail(error.to_string()),
    };
    let before = ProfileFile::parse(source);
    if names_of_exports(&before) != profiles {
        return result.fail("the file was changed by somebody else in the meantime".to_owned());
    }
    let destinations = std::slice::from_ref(destination);
    let check = |file: &ProfileFile| {
        let outcome = check::check_file(file, destinations, &options.check);
        Report::new(
            outcome.into_findings(),
            crate::report::Coverage::default(),
            vec![destination.name().to_string()],
        )
    };
    if profiles.is_empty()
        || !before.faults().is_empty()
        || before.source().invalid_utf8_at().is_some()
    {
        result.report = check(&before);
        return result.refuse("it is no exported profile that can be read".to_owned());
    }
    let mut edits = Vec::new();
    let mut changes = Vec::new();
    let mut secret_changes = Vec::new();
    let style = before.source().json_style();
    for ((document, root), decision) in exports(&before).zip(decisions) {
        let profile = Profile::new(root);
        let (target, why) = match decision {
            NameDecision::Take { target, why } => (target, why),
            NameDecision::Skip(why) => {
                result.status = Status::Skipped;
                return result.reasons.push(why.clone());
            }
            NameDecision::Refuse(why) => {
                result.report = check(&before);
                return result.refuse(why.clone());
            }
        };
        result.target = Some(target.clone());
        let resolution = Resolution::new(profile, destination, &options.check.choices);
        let plan = Plan::new(
            profile,
            document,
            &resolution,
            target,
            why,
            &options.secrets,
        );
        result.decisions.extend(plan.decisions);
        for blocker in plan.blockers {
            result.refuse(blocker);
        }
        match change::edits(&plan.changes, style) {
            Ok(of_plan) => edits.extend(of_plan),
            Err(error) => result.refuse(error.to_string()),
        }
        secret_changes.extend(
            plan.secret_changes
                .iter()
                .map(|number| changes.len() + number),
        );
        changes.extend(plan.changes);
    }
    if !result.reasons.is_empty() {
        result.report = check(&before);
        return;
    }
    let after = match make(&before, edits, &changes) {
        Ok(after) => after,
        Err(reason) => return result.fail(reason),
    };
    result.report = check(&after);
    let left = result.report.findings.iter().filter(|finding| {
        finding.level == Level::Error && !(options.allow_masked && is_mask(finding))
    });
    let left = left.count();
    // Of a result that is never seen, and of one that holds secrets, findings are told where they are in the input.
    if left > 0 || !secret_changes.is_empty() {
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
        result.diff = diff::render(&before, &after, &Redactions::of(&before, secrets));
    }
    if left > 0 {
        let errors = if left == 1 {
            "1 error is".to_owned()
        } else {
            format!("{left} errors are")
        };
        return result.refuse(format!("{errors} left in it"));
    }
    put(
        file,
        &before,
        &after,
        !secret_changes.is_empty(),
        options,
        inputs,
        result,
    );
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
    edits: Vec<Edit>,
    changes: &[change::Change<'_>],
) -> Result<ProfileFile, String> {
    let text = change::apply(before.source().text(), edits).map_err(|error| error.to_string())?;
    let after = ProfileFile::parse(Source::new(before.source().name(), text));
    verify::verify(before, &after, changes).map_err(|difference| {
        format!("internal error: the result is not what was planned: {difference}")
    })?;
    Ok(after)
}

fn put(
    file: &InputFile,
    before: &ProfileFile,
    after: &ProfileFile,
    holds_secrets: bool,
    options: &RewriteOptions,
    inputs: &BTreeSet<PathBuf>,
    result: &mut FileResult,
) {
    let (old, new) = (before.source().text(), after.source().text());
    result.changed = old != new;
    result.status = match (&options.output, old == new) {
        (Output::Diff | Output::InPlace, true) => Status::Unchanged,
        (Output::Diff, false) => Status::Planned,
        (Output::Folder(_), _) | (Output::InPlace, false) => Status::Written,
    };
    if result.status != Status::Written {
        return;
    }
    let written = match &options.output {
        Output::Folder(folder) => write::write_below(
            folder,
            &file.relative,
            &file.path,
            inputs,
            new,
            holds_secrets,
        ),
        _ => write::write_in_place(&file.path, old, new).map(|()| file.path.clone()),
    };
    match written {
        Ok(path) => result.output = Some(shown_path(&path)),
        Err(error) => result.fail(error.to_string()),
    }
}
