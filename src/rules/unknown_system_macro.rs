//! `unknown-system-macro`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    profile::{EmbeddedReference, SystemMacro},
    source::TextRange,
    suggest::Suggester,
    syntax::reference::Family,
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "unknown-system-macro",
    summary: "a reference to a system macro that no documentation names",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/unknown-system-macro.md"),
};

/// The rule.
pub struct UnknownSystemMacro;

impl Rule for UnknownSystemMacro {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let mut suggester = Suggester::new(SystemMacro::of_clusters());
        for (embedded, reference) in cx.document.references() {
            let Some((path, range)) = system_path(reference) else {
                continue;
            };
            let message = match SystemMacro::named(&path) {
                Some(SystemMacro::Cluster) => continue,
                Some(SystemMacro::App) => {
                    format!("system macro `{path}` is one of app profiles, not of cluster profiles")
                }
                Some(SystemMacro::RegistryEndpoint) => {
                    format!("system macro `{path}` is only known in endpoints of registries")
                }
                None => format!("system macro `{path}` is not among those that are documented"),
            };
            let finding = sink.report(
                &META,
                Spot::inner_part(embedded, reference.scalar, range),
                message,
            );
            finding
                .pack(cx.pack_name(embedded.pack_index()))
                .label("perhaps without a value")
                .help(match suggester.closest(&path) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => "use one that is documented, such as `cluster.name`, or a macro or profile variable of your own".to_owned(),
                })
                .subject(path);
        }
    }
}

/// What follows `.spectro.system.` in a well-formed reference, and where.
fn system_path(reference: &EmbeddedReference) -> Option<(String, TextRange)> {
    let first = reference.name_in(Family::System)?;
    let last = reference.path.last()?;
    let names: Vec<&str> = reference
        .path
        .iter()
        .map(|part| part.text.as_str())
        .collect();
    let range = TextRange::new(first.range.start(), last.range.end());
    Some((names.join("."), range))
}
