//! `shadowed-macro`

use std::collections::HashSet;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{finding::Level, resolve::Resolution, syntax::reference::Family};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "shadowed-macro",
    summary: "a reference to a macro that several scopes of the destination define",
    level: Level::Info,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/shadowed-macro.md"),
};

/// The rule.
pub struct ShadowedMacro;

impl Rule for ShadowedMacro {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let destination = resolution.destination;
        let mut seen = HashSet::new();
        for (embedded, reference) in cx.document.references() {
            let Some(name) = reference.name_in(Family::Macro) else {
                continue;
            };
            let mut definitions = destination.macros().find_all(&name.text);
            let (Some((scope, place)), Some(next)) = (definitions.next(), definitions.next())
            else {
                continue;
            };
            // Once is enough: what is there to say is about the destination.
            if !seen.insert(name.text.as_str()) {
                continue;
            }
            let finding = sink.report(
                &META,
                Spot::inner_part(embedded, reference.scalar, name.range),
                format!(
                    "macro `{}` is defined in several scopes at destination `{}`: that of the {} counts",
                    name.text,
                    destination.name(),
                    scope.name()
                ),
            );
            finding
                .pack(cx.pack_name(embedded.pack_index()))
                .subject(name.text.as_str())
                .label(format!("from the {} scope", scope.name()))
                .related(place.clone(), "this definition counts");
            for (scope, place) in [next].into_iter().chain(definitions) {
                let message = format!("the {} scope has one too", scope.name());
                finding.related(place.clone(), message);
            }
        }
    }
}
