//! `value-format-mismatch`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot, sink::inner_fix};
use crate::{
    constraints::{Defaults, Given, GivenScalar, RuledPack, hint, locate, ruled_packs},
    destination::{Template, ValueRule},
    finding::{Applicability, Finding, Level},
    resolve::Resolution,
    suggest,
    syntax::{NodeRef, edit::Scalar},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "value-format-mismatch",
    summary: "a value does not have the format that the pack asks for",
    level: Level::Error,
    is_on: true,
    is_fixable: true,
    group: Group::Constraints,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/value-format-mismatch.md"),
};

/// How many characters of a value a message shows.
const MOST_SHOWN: usize = 60;

/// The rule.
pub struct ValueFormatMismatch;

impl Rule for ValueFormatMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let defaults = Defaults::of(cx.profile);
        for ruled in ruled_packs(cx.packs, cx.document, resolution) {
            for rule in ruled.schema.rules() {
                let Some((template, place)) = &rule.format else {
                    continue;
                };
                if template.is_free() {
                    continue;
                }
                for value in locate(ruled.values.stream(), &rule.path).values {
                    let Some(mismatch) = Mismatch::of(value, rule, template, &defaults) else {
                        continue;
                    };
                    let default = mismatch.default().map(|node| sink.place(node.into()));
                    let fix = mismatch.fix(cx, &ruled);
                    let name = resolution.destination.name();
                    let finding = sink.report(
                        &META,
                        Spot::ruled(&ruled, value, mismatch.is_secret()),
                        mismatch.message(),
                    );
                    finding
                        .pack(ruled.pack.name())
                        .subject(rule.path.as_str())
                        .label(format!("expected {}", template.expected()))
                        .related(
                            place.clone(),
                            format!("the pack at `{name}` asks for it here"),
                        );
                    if let Some(default) = default {
                        finding.related(default, "the default that stands for the variable");
                    }
                    if let Some(hint) = hint(rule, name) {
                        finding.help(hint);
                    }
                    if let Some(fix) = fix {
                        fix(finding);
                    }
                }
            }
        }
    }
}

struct Mismatch<'a> {
    value: NodeRef<'a>,
    /// `None` for a list or a map.
    scalar: Option<GivenScalar<'a>>,
    path: &'a str,
    template: &'a Template,
}

impl<'a> Mismatch<'a> {
    fn of(
        value: NodeRef<'a>,
        rule: &'a ValueRule,
        template: &'a Template,
        defaults: &Defaults<'a>,
    ) -> Option<Self> {
        let scalar = match defaults.read(value, rule) {
            Given::Nothing | Given::Untold => return None,
            Given::Container => None,
            Given::Scalar(scalar) if template.fits(&scalar.text, scalar.kind) => return None,
            Given::Scalar(scalar) => Some(scalar),
        };
        Some(Self {
            value,
            scalar,
            path: &rule.path,
            template,
        })
    }

    fn message(&self) -> String {
        let expected = self.template.expected();
        let shown = match &self.scalar {
            None => "is a list or a map".to_owned(),
            Some(scalar) if scalar.is_secret => "does not fit".to_owned(),
            Some(scalar) => {
                let mut shown: String = scalar.text.chars().take(MOST_SHOWN).collect();
                if shown.len() < scalar.text.len() {
                    shown.push('…');
                }
                format!("is `{shown}`")
            }
        };
        format!("value `{}` {shown}: expected {expected}", self.path)
    }

    fn is_secret(&self) -> bool {
        // A reference shows nothing of its variable.
        let scalar = self.scalar.as_ref();
        scalar.is_some_and(|scalar| scalar.is_secret && scalar.default.is_none())
    }

    fn default(&self) -> Option<NodeRef<'a>> {
        self.scalar.as_ref()?.default
    }

    /// Another spelling of an option.
    fn fix(
        &self,
        cx: &ProfileContext<'_>,
        ruled: &RuledPack<'_>,
    ) -> Option<impl FnOnce(&mut Finding)> {
        let scalar = self.scalar.as_ref()?;
        if scalar.default.is_some() || scalar.is_secret {
            return None;
        }
        let options = self.template.options().iter().map(String::as_str);
        let close = suggest::closest(&scalar.text, options)?.to_owned();
        let edits = self.value.set(&Scalar::String(close.clone()));
        let fix = edits.and_then(|(edits, _)| {
            inner_fix(
                cx.file,
                ruled.values,
                &edits,
                format!("change it to `{close}`"),
                Applicability::Unsafe,
            )
        });
        Some(move |finding: &mut Finding| {
            finding.help(format!("did you mean `{close}`?"));
            if let Some(fix) = fix {
                finding.fix(fix);
            }
        })
    }
}
