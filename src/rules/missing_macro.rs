//! `missing-macro`

use std::cell::LazyCell;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{destination::Scope, finding::Level, resolve::Resolution, suggest::Suggester};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "missing-macro",
    summary: "a reference to a macro that the destination does not define",
    level: Level::Error,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/missing-macro.md"),
};

/// The rule.
pub struct MissingMacro;

impl Rule for MissingMacro {
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
        let macros = destination.macros();
        let mut suggester = LazyCell::new(|| Suggester::new(macros.names().map(|(name, _)| name)));
        for (embedded, reference, name) in resolution.missing_macros(cx.document) {
            let close = suggester.closest(&name.text);
            let declared = close.and_then(|close| macros.find(close));
            let finding = sink.report(
                &META,
                Spot::inner_part(embedded, reference.scalar, name.range),
                format!(
                    "macro `{}` is not defined at destination `{}`",
                    name.text,
                    destination.name()
                ),
            );
            finding
                .pack(cx.pack_name(embedded.pack_index()))
                .subject(name.text.as_str())
                .label(label(&macros.untold()));
            if resolution.may_have_other_macros() {
                finding.level(Level::Warning);
            }
            match (close, declared) {
                (Some(close), Some((scope, place))) => finding
                    .help(format!("did you mean `{close}` ({} scope)?", scope.name()))
                    .related(place.clone(), format!("`{close}` is defined here")),
                _ => finding
                    .help("create the macro there before the import, or change the reference"),
            };
        }
    }
}

fn label(untold: &[Scope]) -> String {
    let told: Vec<&str> = Scope::ALL
        .into_iter()
        .filter(|scope| !untold.contains(scope))
        .map(Scope::name)
        .collect();
    let scopes = match told.as_slice() {
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two] => format!("{one} and {two}"),
        other => other.concat(),
    };
    format!("not among its {scopes} macros")
}
