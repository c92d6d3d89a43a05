//! The plan of an import: for people on a terminal, for a comment or a wiki, and for programs. As a page it is in
//! [`super::html`].

pub mod human;
pub mod json;
pub mod markdown;

use crate::{
    plan::{DestinationPlan, MissingPack, OrderProblem, Row},
    rewrite::{
        need::{Need, Question, SecretPlace},
        result::{PackResult, PackState, Requirement},
    },
};

/// What became of a pack, in words.
pub(super) fn pack_words(pack: &PackResult) -> String {
    match &pack.state {
        PackState::NotNeeded => "needs no registry".to_owned(),
        PackState::NotChecked => "not checked: the destination describes no registries".to_owned(),
        PackState::Chosen {
            registry,
            version,
            why,
        } => {
            let version = version.as_deref().unwrap_or("not verified");
            format!("{registry} ({version}), because {}", why.reason())
        }
        PackState::Open { candidates } => {
            let names = candidates.iter();
            let names: Vec<String> = names
                .map(|one| format!("{} ({})", one.registry, one.details()))
                .collect();
            format!("to be chosen: {}", names.join("; "))
        }
        PackState::Missing { near } => format!("missing{}", near_words(near)),
        PackState::MissingVersion {
            registries,
            nearest,
        } => {
            let registries = registries.join(", ");
            format!("no such version at {registries}{}", near_words(nearest))
        }
    }
}

fn near_words(near: &[String]) -> String {
    if near.is_empty() {
        String::new()
    } else {
        format!("; near: {}", near.join(", "))
    }
}

/// A pack as the file asks for it.
pub(super) fn pack_title(pack: &PackResult) -> String {
    format!("{} {}", pack.name, pack.wanted)
        .trim_end()
        .to_owned()
}

/// A question, in words.
pub(super) fn need_words(need: &Need) -> String {
    let of_pack = need.pack.as_ref();
    let of_pack = of_pack.map_or_else(String::new, |pack| format!(" of pack `{pack}`"));
    let words = match &need.question {
        Question::Name { why, free } => {
            let free: Vec<String> = free
                .iter()
                .map(|free| format!("`{} {}`", free.name, free.version))
                .collect();
            let free = if free.is_empty() {
                String::new()
            } else {
                format!(" (free: {})", free.join(", "))
            };
            format!("name: {why}{free}")
        }
        Question::Registry { candidates, .. } => {
            let names = candidates.iter();
            let names: Vec<String> = names.map(|one| format!("`{}`", one.registry)).collect();
            format!("registry{of_pack}: {}", names.join(" or "))
        }
        Question::Secret(SecretPlace::Value(path)) => format!("secret `{path}`{of_pack}"),
        Question::Secret(SecretPlace::Variable(name)) => format!("secret of variable `{name}`"),
        Question::Placeholder { text } => format!("value for `{text}`{of_pack}"),
        Question::Macro { name, near } => {
            let near = near.as_ref();
            let near =
                near.map_or_else(String::new, |near| format!(" (perhaps `{near}` is meant)"));
            format!("macro `{name}`, used{of_pack}{near}").replace("used of", "used in")
        }
    };
    if need.is_optional {
        format!("{words} (optional)")
    } else {
        words
    }
}

/// What is to do at a destination, each thing in a line.
pub(super) fn to_do(plan: &DestinationPlan<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let missing = plan.missing_packs();
    let (versions, packs): (Vec<&MissingPack>, Vec<_>) =
        missing.keys().partition(|pack| pack.is_version);
    let listed = |packs: &[&MissingPack]| {
        let packs = packs.iter();
        let packs: Vec<String> = packs
            .map(|pack| format!("{} {}", pack.name, pack.wanted))
            .collect();
        packs.join(", ")
    };
    let mut add = |count: usize, one: &str, many: &str, what: String| {
        if count > 0 {
            let what = if what.is_empty() {
                String::new()
            } else {
                format!(": {what}")
            };
            let counted = super::human::counted(count, one, many);
            lines.push(format!("{counted}{what}"));
        }
    };
    add(packs.len(), "missing pack", "missing packs", listed(&packs));
    add(
        versions.len(),
        "missing version",
        "missing versions",
        listed(&versions),
    );
    let open: Vec<&str> = plan.open_packs().into_iter().collect();
    add(
        open.len(),
        "registry to choose",
        "registries to choose",
        open.join(", "),
    );
    add(
        plan.names(),
        "name to choose",
        "names to choose",
        String::new(),
    );
    let macros: Vec<&str> = plan.macros().into_keys().collect();
    add(
        macros.len(),
        "macro to create",
        "macros to create",
        macros.join(", "),
    );
    add(
        plan.secrets(),
        "secret to fill in",
        "secrets to fill in",
        String::new(),
    );
    let placeholders: Vec<&str> = plan.placeholders().into_iter().collect();
    add(
        placeholders.len(),
        "placeholder to set",
        "placeholders to set",
        placeholders.join(", "),
    );
    lines.extend(plan.order_problems().iter().map(order_words));
    lines
}

/// A requirement that cannot be met yet, in words.
fn order_words(problem: &OrderProblem<'_>) -> String {
    let brought_by = problem.requirement.brought_by.iter();
    let brought_by: Vec<String> = brought_by
        .map(|profile| format!("`{} {}`", profile.name, profile.version))
        .collect();
    format!(
        "`{}` requires pack `{}` of {}, which is not ready itself",
        problem.profile.profile.name,
        problem.requirement.pack,
        brought_by.join(" or ")
    )
}

/// A pack of other profiles that is required, in words.
pub(super) fn requirement_words(requirement: &Requirement) -> String {
    let brought_by = requirement.brought_by.iter();
    let brought_by: Vec<String> = brought_by
        .map(|profile| format!("{} {}", profile.name, profile.version))
        .collect();
    let pack = &requirement.pack;
    format!("pack {pack}, which {} brings", brought_by.join(" or "))
}

/// What is in the way of a profile, counted: errors that no answer helps against, then open questions, then warnings.
pub(super) fn weight(row: Row<'_>) -> usize {
    use crate::{finding::Level, plan::Readiness, rules};
    let findings = row.findings();
    match row.readiness {
        Readiness::Ready | Readiness::Skipped => 0,
        Readiness::Warnings => {
            let warnings = findings.iter();
            warnings
                .filter(|finding| finding.level == Level::Warning)
                .count()
        }
        Readiness::NeedsAnswers => {
            let needs = row.needs().iter();
            needs.filter(|need| !need.is_optional).count()
        }
        Readiness::Blocked => {
            let errors = findings.iter();
            errors
                .filter(|finding| finding.level == Level::Error)
                .filter(|finding| !rules::is_answerable(finding.rule))
                .count()
        }
    }
}
