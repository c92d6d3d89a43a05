//! What a run was told of its rules: their levels, and the options beside them.

use std::collections::BTreeMap;

use crate::{
    date::Date,
    finding::{Finding, Group, Level, RuleMeta},
    ignore::Ignores,
    placeholders::Placeholders,
    rules,
};

/// Levels and options of rules. The default is what each rule says of itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Levels that differ from the rules' own, by the rules' names; `None` turns a rule off.
    pub levels: BTreeMap<String, Option<Level>>,
    /// The day of the run, which ends of life are compared with: one day, also when midnight passes.
    pub today: Date,
    /// What texts look like that stand in for a value.
    pub placeholders: Placeholders,
    /// Findings that the configuration silences.
    pub ignores: Ignores,
    /// Whether the run asks other destinations than the configuration does, so that what is silenced there may not occur.
    pub asks_other_destinations: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            levels: BTreeMap::new(),
            today: Date::today(),
            placeholders: Placeholders::default(),
            ignores: Ignores::default(),
            asks_other_destinations: false,
        }
    }
}

impl Settings {
    /// Whether a rule runs.
    #[must_use]
    pub fn is_on(&self, rule: &RuleMeta) -> bool {
        match self.levels.get(rule.id) {
            Some(level) => level.is_some(),
            None => rule.is_on,
        }
    }

    /// Whether the run would tell findings of a rule if there were any: it is on, and can ask whom it has to.
    #[must_use]
    pub fn is_asked(&self, rule: &RuleMeta, has_destinations: bool) -> bool {
        let asks_destinations = matches!(rule.group, Group::Destination | Group::Constraints);
        let is_told = has_destinations && !self.asks_other_destinations;
        self.is_on(rule) && (is_told || !asks_destinations)
    }

    /// Gives a rule, or all rules of a group, a level; `None` turns them off.
    pub fn set_level(&mut self, name: &str, level: Option<Level>) {
        let group = Group::named(name);
        for meta in rules::ALL.iter().map(|rule| rule.meta()) {
            if meta.id == name || group == Some(meta.group) {
                self.levels.insert(meta.id.to_owned(), level);
            }
        }
    }

    /// Leaves out findings of rules that are off, and gives the others the levels that were asked for.
    pub fn apply(&self, findings: &mut Vec<Finding>) {
        findings.retain(|finding| self.is_on(finding.rule));
        for finding in findings {
            if let Some(Some(level)) = self.levels.get(finding.rule.id) {
                finding.level = *level;
            }
        }
    }
}
