//! `repeated-variable`

use std::collections::HashMap;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink};
use crate::{
    finding::Level,
    syntax::{NodeId, NodeRef},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "repeated-variable",
    summary: "two variables of a profile have the same name",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Variables,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/repeated-variable.md"),
};

/// The rule.
pub struct RepeatedVariable;

impl Rule for RepeatedVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let mut names: HashMap<_, (NodeRef<'_>, NodeId)> = HashMap::new();
        let mut titles: HashMap<_, NodeRef<'_>> = HashMap::new();
        for variable in cx.profile.variables() {
            let name = variable.string("name");
            let mut is_repeated = false;
            if let Some(name) = name {
                let entry = names
                    .entry(name.text())
                    .or_insert((name, variable.node().id()));
                let (first, owner) = *entry;
                is_repeated = owner != variable.node().id();
                if is_repeated {
                    let place = sink.place(first.into());
                    sink.report(
                        &META,
                        name,
                        format!("variable `{}` is in the profile more than once", name.text()),
                    )
                    .subject(name.text())
                    .label("again here")
                    .help("remove one of them, or give it another name and change the references to it")
                    .related(place, "first here");
                }
            }
            let Some(title) = variable.string("displayName") else {
                continue;
            };
            let first = *titles.entry(title.text()).or_insert(title);
            // Of a variable that is there twice, the name says it all.
            if first != title && !is_repeated {
                let place = sink.place(first.into());
                sink.report(
                    &META,
                    title,
                    format!("another variable has the display name `{}` as well", title.text()),
                )
                .level(Level::Warning)
                .subject(title.text())
                .label("again here")
                .help("whoever deploys a cluster cannot tell them apart; give each its own `displayName`")
                .related(place, "first here");
            }
        }
    }
}
