//! `unused-variable`

use std::collections::{HashMap, HashSet};

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::{Level, Place},
    profile::{ProfileDocument, Variable},
    syntax::reference::{self, Family},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unused-variable",
    summary: "a profile variable that no reference uses",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unused-variable.md"),
};

/// The rule.
pub struct UnusedVariable;

impl Rule for UnusedVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let variables: Vec<Variable<'_>> = cx.profile.variables().collect();
        if variables.is_empty() {
            return;
        }
        let used = used_names(cx.document, &variables);
        let unused: Vec<_> = variables
            .iter()
            .filter_map(|variable| variable.name_node())
            .filter(|name| !name.text().is_empty() && !used.contains(name.text().as_ref()))
            .collect();
        if unused.is_empty() {
            return;
        }
        let commented = commented_names(cx.document, sink);
        for node in unused {
            let name = node.text();
            let finding = sink.report(
                &META,
                node,
                format!("profile variable `{name}` is not used in any values or manifest"),
            );
            finding.label("not used");
            match commented.get(name.as_ref()) {
                Some(place) => finding
                    .help("a reference in a comment does not count: uncomment it, or remove the variable")
                    .related(place.clone(), "only in a comment"),
                None => finding.help(format!(
                    "refer to it as `{{{{ .spectro.var.{name} }}}}`, or remove it"
                )),
            };
        }
    }
}

/// The names that references use. A malformed reference may mean any name in its path, and it is no use to say of a
/// variable in the default of another that nothing uses it.
fn used_names(document: &ProfileDocument, variables: &[Variable<'_>]) -> HashSet<String> {
    let mut used = HashSet::new();
    for (_, reference) in document.references() {
        match reference.name_in(Family::Var) {
            Some(name) => {
                used.insert(name.text.clone());
            }
            None if reference.problems.is_empty() => {}
            None => used.extend(reference.path.iter().map(|part| part.text.clone())),
        }
    }
    let mut scan = |text: &str| {
        let references = reference::scan(text);
        let targets = references.iter().flat_map(reference::Reference::targets);
        for target in targets {
            used.extend(target.path.iter().map(|part| part.value.to_owned()));
        }
    };
    for variable in variables {
        if let Some(default) = variable.default_value() {
            scan(&default.text());
        }
    }
    // Where YAML cannot be read, nobody knows what is a comment.
    for embedded in document.embedded() {
        if !embedded.stream().faults.is_empty() {
            scan(embedded.text());
        }
    }
    used
}

/// The names of variables that comments refer to, and where first.
fn commented_names(document: &ProfileDocument, sink: &Sink<'_>) -> HashMap<String, Place> {
    let mut names = HashMap::new();
    for embedded in document.embedded() {
        for reference in embedded.commented_references() {
            if reference.family == Family::Var {
                let range = reference.name.range;
                let spot = Spot::Inner {
                    embedded,
                    range,
                    node: None,
                };
                names
                    .entry(reference.name.text)
                    .or_insert_with(|| sink.place(spot));
            }
        }
    }
    names
}
