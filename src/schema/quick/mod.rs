//! Tells at once that a document is as its schema wants it. Nearly all documents are, and then the validator need not be
//! built, which takes longer than all the rest that is done to a single file.
//!
//! Only a part of JSON Schema (2020-12) is known here, and only documents without aliases and without duplicate keys are
//! looked at: what is not certain is for the validator.

mod outlines;
#[rustfmt::skip]
mod rules;
#[cfg(test)]
mod tests;

use crate::syntax::{Kind, NodeRef, Tree};

use super::Schema;
use outlines::{Outlines, outline};

/// A schema, ready to be compared with documents: read when the program is built, see `rules.rs`.
#[derive(Debug)]
pub(super) struct QuickSchema {
    /// The first is that of the document.
    rules: &'static [Rule],
    /// Those of items of lists that conform.
    outlines: Outlines,
}

/// The number of a rule.
type RuleId = usize;

/// What a schema object asks of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    /// The kinds that are allowed; empty for all.
    kinds: &'static [Kind],
    options: &'static [&'static str],
    least_length: usize,
    /// Whether it asks something of strings that is not looked at here.
    has_pattern: bool,
    /// The fields that are known, whether they must be there, and what they must be like.
    properties: &'static [Property],
    /// How many fields must be there.
    required: usize,
    others: Others,
    items: Option<RuleId>,
    same_as: Option<RuleId>,
    condition: Option<RuleId>,
    then: Option<RuleId>,
    not: Option<RuleId>,
}

/// A field: its name, whether it must be there, and its rule.
type Property = (&'static str, bool, RuleId);

/// A rule that asks for nothing.
const ANY: Rule = Rule {
    kinds: &[],
    options: &[],
    least_length: 0,
    has_pattern: false,
    properties: &[],
    required: 0,
    others: Others::Allowed,
    items: None,
    same_as: None,
    condition: None,
    then: None,
    not: None,
};

/// What is said of the keys that `properties` does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    Allowed,
    Forbidden,
    Ruled(RuleId),
}

/// Whether a value is as it should be; `None` when that is not told here.
type Verdict = Option<bool>;

impl QuickSchema {
    const fn new(rules: &'static [Rule]) -> Self {
        Self {
            rules,
            outlines: Outlines::new(),
        }
    }

    /// The schema, if it is one of files that are read.
    pub(super) fn of(schema: Schema) -> Option<&'static Self> {
        match schema {
            Schema::Profile => Some(&rules::PROFILE),
            Schema::Destination => Some(&rules::DESTINATION),
            Schema::Secrets => Some(&rules::SECRETS),
            Schema::Placeholders => Some(&rules::PLACEHOLDERS),
            Schema::Select => Some(&rules::SELECT),
            Schema::Macros => Some(&rules::MACROS),
            _ => None,
        }
    }

    /// Whether a document certainly conforms to the schema.
    pub(super) fn accepts(&self, root: NodeRef<'_>) -> bool {
        let tree: &Tree = root.tree();
        let is_simple =
            !tree.has_aliases() && !tree.has_merge_keys() && tree.duplicate_keys().next().is_none();
        is_simple && self.verdict(0, root) == Some(true)
    }

    fn verdict(&self, rule: RuleId, node: NodeRef<'_>) -> Verdict {
        let rule = self.rules.get(rule)?;
        let kind = node.kind();
        if !rule.kinds.is_empty() && !rule.kinds.contains(&kind) {
            return Some(false);
        }
        let is_option = || kind == Kind::String && rule.options.contains(&&*node.text());
        if !rule.options.is_empty() && !is_option() {
            return Some(false);
        }
        if kind == Kind::String {
            let least = rule.least_length;
            if least > 0 && node.text().chars().take(least).count() < least {
                return Some(false);
            }
            if rule.has_pattern {
                return None;
            }
        }
        // Most values are scalars that nothing more is asked of.
        let is_over = rule.same_as.is_none() && rule.not.is_none() && rule.condition.is_none();
        if is_over && !matches!(kind, Kind::Object | Kind::Array) {
            return Some(true);
        }
        self.parts_verdict(rule, node)
    }

    fn parts_verdict(&self, rule: &Rule, node: NodeRef<'_>) -> Verdict {
        let mut verdict = match node.kind() {
            Kind::Object => self.fields(rule, node),
            Kind::Array => self.items(rule, node),
            _ => Some(true),
        };
        if let Some(same) = rule.same_as {
            verdict = both(verdict, || self.verdict(same, node));
        }
        if let Some(not) = rule.not {
            verdict = both(verdict, || Some(!self.verdict(not, node)?));
        }
        if let Some(condition) = rule.condition {
            verdict = both(verdict, || self.conditional(condition, rule.then, node));
        }
        verdict
    }

    fn conditional(&self, condition: RuleId, then: Option<RuleId>, node: NodeRef<'_>) -> Verdict {
        match (self.verdict(condition, node)?, then) {
            (true, Some(then)) => self.verdict(then, node),
            _ => Some(true),
        }
    }

    fn fields(&self, rule: &Rule, node: NodeRef<'_>) -> Verdict {
        let mut missing = rule.required;
        let mut verdict = Some(true);
        // Most documents have their fields in the order of the schema.
        let mut expected = 0;
        let mut unseen = rule.properties.len();
        let mut entries = node.written_entries();
        // No key is there twice: where others are allowed, nothing is asked of those behind the last one that is known.
        while unseen > 0 || rule.others != Others::Allowed {
            let Some((key, value)) = entries.next() else {
                break;
            };
            let is_here = |property: &&Property| key.is_text(property.0);
            let next = rule.properties.get(expected).filter(is_here);
            let next = next.map(|property| (expected, property));
            let known = next.or_else(|| {
                let mut properties = rule.properties.iter().enumerate();
                properties.find(|(_, property)| is_here(property))
            });
            let field = match (known, rule.others) {
                (Some((at, (_, is_required, rule))), _) => {
                    expected = at + 1;
                    unseen -= 1;
                    missing -= usize::from(*is_required);
                    self.verdict(*rule, value)
                }
                (None, Others::Ruled(rule)) => self.verdict(rule, value),
                (None, Others::Allowed) => Some(true),
                (None, Others::Forbidden) => Some(false),
            };
            verdict = both(verdict, || field);
            if verdict == Some(false) {
                return verdict;
            }
        }
        if missing > 0 {
            return Some(false);
        }
        verdict
    }

    fn items(&self, rule: &Rule, node: NodeRef<'_>) -> Verdict {
        let Some(items) = rule.items else {
            return Some(true);
        };
        let mut verdict = Some(true);
        for item in node.children() {
            verdict = both(verdict, || match outline(items, item) {
                Some(outline) => self.outlines.verdict(outline, || self.verdict(items, item)),
                None => self.verdict(items, item),
            });
            if verdict == Some(false) {
                break;
            }
        }
        verdict
    }
}

/// Whether two parts are as they should be: one that is not decides, whatever is not told of the other.
fn both(one: Verdict, other: impl FnOnce() -> Verdict) -> Verdict {
    match one {
        Some(false) => one,
        Some(true) => other(),
        None => other().filter(|is_right| !is_right),
    }
}
