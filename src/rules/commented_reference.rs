//! `commented-reference`

use std::{borrow::Cow, collections::HashSet};

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    profile::{Embedded, ReferenceInComment, SystemMacro},
    resolve::Resolution,
    syntax::reference::Family,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "commented-reference",
    summary: "a comment refers to something that is not there",
    level: Level::Info,
    is_on: false,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/commented-reference.md"),
};

/// The rule.
pub struct CommentedReference;

impl Rule for CommentedReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let mut variables: Option<HashSet<Cow<'_, str>>> = None;
        for (embedded, reference) in commented(cx) {
            let name = &reference.name.text;
            let message = match reference.family {
                Family::Var => {
                    let variables = variables.get_or_insert_with(|| {
                        cx.profile
                            .variables()
                            .map(|variable| variable.name())
                            .collect()
                    });
                    if variables.contains(name.as_str()) {
                        continue;
                    }
                    format!(
                        "a comment refers to profile variable `{name}`, which is not defined in `spec.variables`"
                    )
                }
                Family::System if SystemMacro::named(name) != Some(SystemMacro::Cluster) => {
                    format!(
                        "a comment refers to system macro `{name}`, which cluster profiles are not documented to have"
                    )
                }
                _ => continue,
            };
            report(cx, embedded, &reference, message, sink);
        }
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let destination = resolution.destination;
        let macros = destination.macros();
        if !macros.is_told() {
            return;
        }
        for (embedded, reference) in commented(cx) {
            let name = &reference.name.text;
            if reference.family == Family::Macro && macros.find(name).is_none() {
                let message = format!(
                    "a comment refers to macro `{name}`, which is not defined at destination `{}`",
                    destination.name()
                );
                report(cx, embedded, &reference, message, sink);
            }
        }
    }
}

/// Every reference in a comment of the profile.
fn commented<'a>(
    cx: &ProfileContext<'a>,
) -> impl Iterator<Item = (&'a Embedded, ReferenceInComment)> + use<'a> {
    cx.document.embedded().flat_map(|embedded| {
        let references = embedded.commented_references().into_iter();
        references.map(move |reference| (embedded, reference))
    })
}

fn report(
    cx: &ProfileContext<'_>,
    embedded: &Embedded,
    reference: &ReferenceInComment,
    message: String,
    sink: &mut Sink<'_>,
) {
    let spot = Spot::Inner {
        embedded,
        range: reference.name.range,
        node: None,
    };
    sink.report(&META, spot, message)
        .label("matters once this is uncommented")
        .pack(cx.pack_name(embedded.pack_index()))
        .subject(reference.name.text.as_str())
        .help("correct or remove the comment, or define what it refers to");
}
