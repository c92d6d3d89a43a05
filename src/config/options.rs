//! What rules can be told beside their levels, in `[rules.<name>]`.

use crate::settings::Settings;

/// An option of a rule: a list of texts.
#[derive(Debug)]
pub struct RuleOption {
    /// The rule.
    pub rule: &'static str,
    /// The key in its table.
    pub name: &'static str,
    /// What it does, in a sentence, for the schema.
    pub docs: &'static str,
    /// Puts the texts into the settings; a message when one of them is not allowed.
    pub set: fn(&mut Settings, &[String]) -> Result<(), String>,
}

/// Every option, by rule and name. An entry here is all that the reader, the schema and `--show-config` need.
pub static OPTIONS: &[RuleOption] = &[RuleOption {
    rule: "leftover-placeholder",
    name: "patterns",
    docs: "Regular expressions of further texts that stand in for a value, beside the known ones.",
    set: |settings, patterns| {
        let mut patterns = patterns.iter();
        patterns.try_for_each(|pattern| settings.placeholders.add(pattern))
    },
}];

/// The options of a rule.
pub fn of_rule(rule: &str) -> impl Iterator<Item = &'static RuleOption> {
    let rule = rule.to_owned();
    OPTIONS.iter().filter(move |option| option.rule == rule)
}
