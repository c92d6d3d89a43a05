//! The plan for programs; `schemas/plan-report.schema.json` describes it.

use serde::Serialize;

use crate::{
    emit::{
        json::{self, JsonFinding, JsonTool},
        rewrite::{JsonDecision, JsonName},
    },
    plan::{DestinationPlan, Readiness, Row},
    rewrite::{
        need::{Candidate, Need, Question, SecretPlace},
        result::{PackResult, PackState},
    },
};

/// The version of the format: raised when a program that reads it would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonPlan<'r> {
    version: u32,
    tool: JsonTool,
    destinations: Vec<JsonDestination<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonDestination<'r> {
    name: &'r str,
    summary: JsonSummary,
    missing_packs: Vec<JsonMissingPack>,
    macros: Vec<JsonMacro<'r>>,
    placeholders: Vec<&'r str>,
    order_problems: Vec<JsonOrderProblem<'r>>,
    not_checked: Vec<String>,
    profiles: Vec<JsonProfile<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonSummary {
    profiles: usize,
    ready: usize,
    warnings: usize,
    skipped: usize,
    needs_answers: usize,
    blocked: usize,
    secrets: usize,
}

#[derive(Serialize)]
struct JsonMissingPack {
    pack: String,
    wanted: String,
    near: Vec<String>,
    profiles: Vec<String>,
}

#[derive(Serialize)]
struct JsonMacro<'r> {
    name: &'r str,
    uses: usize,
    near: Option<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonOrderProblem<'r> {
    profile: JsonName<'r>,
    pack: &'r str,
    brought_by: Vec<JsonName<'r>>,
}

#[derive(Serialize)]
struct JsonProfile<'r> {
    file: &'r str,
    profile: Option<JsonName<'r>>,
    #[serde(rename = "type")]
    kind: &'r str,
    status: &'static str,
    target: Option<JsonName<'r>>,
    reasons: Vec<&'r str>,
    packs: Vec<JsonPack<'r>>,
    decisions: Vec<JsonDecision<'r>>,
    needs: Vec<JsonNeed<'r>>,
    requires: Vec<JsonRequirement<'r>>,
    findings: Vec<JsonFinding<'r>>,
}

#[derive(Serialize)]
struct JsonPack<'r> {
    name: &'r str,
    layer: &'r str,
    wanted: &'r str,
    from: &'r str,
    state: &'static str,
    registry: Option<&'r str>,
    version: Option<&'r str>,
    why: Option<&'static str>,
    near: &'r [String],
}

#[derive(Serialize)]
struct JsonNeed<'r> {
    kind: &'static str,
    optional: bool,
    pack: Option<&'r str>,
    key: Option<&'r str>,
    message: String,
    file: &'r str,
    line: u32,
    column: u32,
    candidates: Vec<JsonCandidate<'r>>,
    free: Vec<JsonName<'r>>,
    near: Option<&'r str>,
}

#[derive(Serialize)]
struct JsonCandidate<'r> {
    registry: &'r str,
    kind: &'r str,
    version: Option<&'r str>,
    stage: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonRequirement<'r> {
    pack: &'r str,
    brought_by: Vec<JsonName<'r>>,
}

/// Renders a plan, of its profiles those in these rows, with a line break at its end.
#[must_use]
pub fn render(plans: &[DestinationPlan<'_>], rows: &[usize]) -> String {
    json::to_text(&JsonPlan {
        version: VERSION,
        tool: JsonTool::THIS,
        destinations: plans.iter().map(|plan| destination(plan, rows)).collect(),
    })
}

fn destination<'r>(plan: &DestinationPlan<'r>, rows: &[usize]) -> JsonDestination<'r> {
    let shown = rows.iter().filter_map(|row| plan.rows.get(*row));
    let count = |readiness| plan.count(readiness);
    let missing = plan.missing_packs().into_iter();
    let macros = plan.macros().into_iter();
    let problems = plan.order_problems().into_iter();
    JsonDestination {
        name: plan.destination.name(),
        summary: JsonSummary {
            profiles: plan.rows.len(),
            ready: count(Readiness::Ready),
            warnings: count(Readiness::Warnings),
            skipped: count(Readiness::Skipped),
            needs_answers: count(Readiness::NeedsAnswers),
            blocked: count(Readiness::Blocked),
            secrets: plan.secrets(),
        },
        missing_packs: missing
            .map(|(pack, profiles)| JsonMissingPack {
                pack: pack.name,
                wanted: pack.wanted,
                near: pack.near,
                profiles,
            })
            .collect(),
        macros: macros
            .map(|(name, (uses, near))| JsonMacro { name, uses, near })
            .collect(),
        placeholders: plan.placeholders().into_iter().collect(),
        order_problems: problems
            .map(|problem| JsonOrderProblem {
                profile: JsonName::of(&problem.profile.profile),
                pack: &problem.requirement.pack,
                brought_by: names(&problem.requirement.brought_by),
            })
            .collect(),
        not_checked: plan.destination.not_checked(),
        profiles: shown.map(|row| profile(*row)).collect(),
    }
}

fn names(names: &[crate::rewrite::names::NameVersion]) -> Vec<JsonName<'_>> {
    names.iter().map(JsonName::of).collect()
}

/// What becomes of one profile.
fn profile(row: Row<'_>) -> JsonProfile<'_> {
    let reasons = row.file.reasons.iter();
    let told = row.profile;
    JsonProfile {
        file: &row.file.file,
        profile: told.map(|told| JsonName::of(&told.profile)),
        kind: told.map_or("", |told| &told.kind),
        status: row.readiness.name(),
        target: told.and_then(|told| Some(JsonName::of(told.target.as_ref()?))),
        reasons: reasons.map(|reason| reason.text.as_str()).collect(),
        packs: row.packs().iter().map(pack).collect(),
        decisions: told.map_or_else(Vec::new, |told| {
            told.decisions.iter().map(JsonDecision::of).collect()
        }),
        needs: row.needs().iter().map(need).collect(),
        requires: told.map_or_else(Vec::new, |told| {
            let requires = told.requires.iter();
            requires
                .map(|requirement| JsonRequirement {
                    pack: &requirement.pack,
                    brought_by: names(&requirement.brought_by),
                })
                .collect()
        }),
        findings: row.findings().into_iter().map(json::finding).collect(),
    }
}

fn pack(pack: &PackResult) -> JsonPack<'_> {
    let (registry, version, why) = match &pack.state {
        PackState::Chosen {
            registry,
            version,
            why,
        } => (
            Some(registry.as_str()),
            version.as_deref(),
            Some(why.name()),
        ),
        _ => (None, None, None),
    };
    JsonPack {
        name: &pack.name,
        layer: &pack.layer,
        wanted: &pack.wanted,
        from: &pack.from,
        state: pack.state.name(),
        registry,
        version,
        why,
        near: match &pack.state {
            PackState::Missing { near } | PackState::MissingVersion { nearest: near, .. } => near,
            _ => &[],
        },
    }
}

fn need(need: &Need) -> JsonNeed<'_> {
    let (kind, key) = match &need.question {
        Question::Name { .. } => ("name", None),
        Question::Registry { .. } => ("registry", None),
        Question::Secret(SecretPlace::Value(path)) => ("secret", Some(path.as_str())),
        Question::Secret(SecretPlace::Variable(name)) => ("secret-variable", Some(name.as_str())),
        Question::Placeholder { text } => ("placeholder", Some(text.as_str())),
        Question::Macro { name, .. } => ("macro", Some(name.as_str())),
    };
    let position = match &need.place.inner {
        Some(inner) => inner.start,
        None => need.place.start,
    };
    JsonNeed {
        kind,
        optional: need.is_optional,
        pack: need.pack.as_deref(),
        key,
        message: super::need_words(need),
        file: &need.place.file,
        line: position.line,
        column: position.column,
        candidates: match &need.question {
            Question::Registry { candidates, .. } => candidates.iter().map(candidate).collect(),
            _ => Vec::new(),
        },
        free: match &need.question {
            Question::Name { free, .. } => names(free),
            _ => Vec::new(),
        },
        near: match &need.question {
            Question::Macro { near, .. } => near.as_deref(),
            _ => None,
        },
    }
}

fn candidate(candidate: &Candidate) -> JsonCandidate<'_> {
    JsonCandidate {
        registry: &candidate.registry,
        kind: &candidate.kind,
        version: candidate.version.as_deref(),
        stage: candidate.stage,
    }
}
