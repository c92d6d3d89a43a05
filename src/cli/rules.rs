//! `palette-knife rules` and `palette-knife explain`

use super::{
    args::{ExplainArgs, RulesArgs, RulesFormat},
    output::{self, Outcome},
};
use crate::{emit, finding::Group, rules, suggest};

/// Prints the list of rules.
///
/// # Errors
///
/// A message when it cannot be printed.
pub fn run(args: &RulesArgs) -> Result<Outcome, String> {
    match args.format {
        RulesFormat::Human => {
            let table = emit::rules::render_human(args.color.is_on(), output::width());
            output::print_for_people(&table)?;
        }
        RulesFormat::Json => output::print(&emit::rules::render_json())?,
    }
    Ok(Outcome::Clean)
}

/// Prints the page of a rule.
///
/// # Errors
///
/// A message when there is no such rule.
pub fn explain(args: &ExplainArgs) -> Result<Outcome, String> {
    let Some(rule) = rules::named(&args.rule) else {
        return Err(unknown(&args.rule));
    };
    let meta = rule.meta();
    let page = emit::page::render(meta.docs, args.color.is_on(), output::width());
    output::print_for_people(&page)?;
    Ok(Outcome::Clean)
}

/// Why no page is shown: the names that are near, or the list.
fn unknown(name: &str) -> String {
    let names = || rules::ALL.iter().map(|rule| rule.meta().id);
    let mut near = suggest::ranked(name, names());
    if near.is_empty() && !name.is_empty() {
        let wanted = name.to_lowercase();
        near = names().filter(|id| id.contains(&wanted)).collect();
    }
    if let Some(group) = Group::named(name) {
        let all = rules::ALL.iter().map(|rule| rule.meta());
        let of_group: Vec<_> = all
            .filter(|meta| meta.group == group)
            .map(|meta| meta.id)
            .collect();
        return format!("`{name}` is a group of rules: {}", suggest::list(&of_group));
    }
    near.truncate(5);
    match near.as_slice() {
        [] => format!("no rule is called `{name}`; `palette-knife rules` lists them"),
        near => format!(
            "no rule is called `{name}`; did you mean {}?",
            suggest::list(near).replace(", ", " or ")
        ),
    }
}
