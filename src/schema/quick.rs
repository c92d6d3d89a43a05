//! Tells at once that a document is as its schema wants it. Nearly all documents are, and then the validator need not be
//! built, which takes longer than all the rest that is done to a single file.
//!
//! Only a part of JSON Schema (2020-12) is known here, and only documents without aliases and without duplicate keys are
//! looked at: what is not certain is for the validator.

use std::collections::HashMap;

use crate::{
    source::Text,
    syntax::{Kind, NodeId, NodeRef, Tree, json},
};

/// A schema, ready to be compared with documents.
#[derive(Debug)]
pub(super) struct QuickSchema {
    rules: Vec<Rule>,
}

/// The number of a rule.
type RuleId = usize;

/// What a schema object asks of a value.
#[derive(Debug, Default)]
struct Rule {
    /// The kinds that are allowed; empty for all.
    kinds: Vec<Kind>,
    options: Vec<String>,
    least_length: usize,
    /// Whether it asks something of strings that is not looked at here.
    has_pattern: bool,
    /// The fields that are known, whether they must be there, and what they must be like.
    properties: Vec<(String, bool, RuleId)>,
    /// How many fields must be there.
    required: usize,
    others: Others,
    items: Option<RuleId>,
    same_as: Option<RuleId>,
    condition: Option<RuleId>,
    then: Option<RuleId>,
    not: Option<RuleId>,
}

/// What is said of the keys that `properties` does not name.
#[derive(Debug, Default)]
enum Others {
    #[default]
    Allowed,
    Forbidden,
    Ruled(RuleId),
}

/// Whether a value is as it should be; `None` when that is not told here.
type Verdict = Option<bool>;

impl QuickSchema {
    /// Reads a schema. `None` when it has a keyword that is not known here.
    pub(super) fn read(text: &str) -> Option<Self> {
        let tree = json::parse(&Text::from(text)).ok()?;
        let mut reader = Reader {
            rules: Vec::new(),
            known: HashMap::new(),
            root: tree.documents().next()?,
        };
        reader.rule(reader.root)?;
        Some(Self {
            rules: reader.rules,
        })
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
        if !rule.options.is_empty() {
            let is_option = |option: &String| kind == Kind::String && node.is_text(option);
            if !rule.options.iter().any(is_option) {
                return Some(false);
            }
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
        let mut verdict = match kind {
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
        for (key, value) in node.written_entries() {
            let (behind, ahead) = rule.properties.split_at_checked(expected)?;
            let position = |properties: &[(String, bool, RuleId)]| {
                properties.iter().position(|(name, ..)| key.is_text(name))
            };
            let known = position(ahead).map(|at| expected + at);
            let known = known.or_else(|| position(behind));
            let property = known.and_then(|at| rule.properties.get(at));
            let field = match (property, &rule.others) {
                (Some((_, is_required, rule)), _) => {
                    expected = known.map_or(0, |at| at + 1);
                    missing -= usize::from(*is_required);
                    self.verdict(*rule, value)
                }
                (None, Others::Ruled(rule)) => self.verdict(*rule, value),
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
            verdict = both(verdict, || self.verdict(items, item));
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

struct Reader<'s> {
    rules: Vec<Rule>,
    /// Schema objects that have been read, or are being read.
    known: HashMap<NodeId, RuleId>,
    root: NodeRef<'s>,
}

impl<'s> Reader<'s> {
    fn rule(&mut self, schema: NodeRef<'s>) -> Option<RuleId> {
        if let Some(known) = self.known.get(&schema.id()) {
            return Some(*known);
        }
        if schema.kind() != Kind::Object {
            return None;
        }
        let id = self.rules.len();
        self.known.insert(schema.id(), id);
        self.rules.push(Rule::default());
        let mut rule = Rule::default();
        let mut required = Vec::new();
        for (key, value) in schema.written_entries() {
            match &*key.text() {
                "$schema" | "$id" | "$comment" | "$defs" | "title" | "description" | "default"
                | "examples" => {}
                "type" => rule.kinds = kinds(value)?,
                "enum" => rule.options = strings(value)?,
                "minLength" => rule.least_length = value.source().parse().ok()?,
                "pattern" => rule.has_pattern = true,
                "required" => required = strings(value)?,
                "properties" => {
                    for (name, field) in value.written_entries() {
                        let field = self.rule(field)?;
                        rule.properties
                            .push((name.text().into_owned(), false, field));
                    }
                }
                "additionalProperties" => {
                    rule.others = match value.as_bool() {
                        Some(true) => Others::Allowed,
                        Some(false) => Others::Forbidden,
                        None => Others::Ruled(self.rule(value)?),
                    }
                }
                "items" => rule.items = Some(self.rule(value)?),
                "$ref" => {
                    let text = value.text();
                    let name = text.strip_prefix("#/$defs/")?;
                    let target = self.root.at(&["$defs", name])?;
                    rule.same_as = Some(self.rule(target)?);
                }
                "if" => rule.condition = Some(self.rule(value)?),
                "then" => rule.then = Some(self.rule(value)?),
                "not" => rule.not = Some(self.rule(value)?),
                _ => return None,
            }
        }
        rule.required = required.len();
        for name in required {
            let mut properties = rule.properties.iter_mut();
            match properties.find(|(known, ..)| *known == name) {
                Some((_, is_required, _)) => *is_required = true,
                None => {
                    let other = match rule.others {
                        Others::Ruled(rule) => rule,
                        Others::Allowed => {
                            self.rules.push(Rule::default());
                            self.rules.len() - 1
                        }
                        // Nothing conforms to that.
                        Others::Forbidden => return None,
                    };
                    rule.properties.push((name, true, other));
                }
            }
        }
        *self.rules.get_mut(id)? = rule;
        Some(id)
    }
}

fn kinds(types: NodeRef<'_>) -> Option<Vec<Kind>> {
    let types = match types.kind() {
        Kind::Array => types.children().collect(),
        _ => vec![types],
    };
    let kind = |name: NodeRef<'_>| match &*name.as_str()? {
        "null" => Some(Kind::Null),
        "boolean" => Some(Kind::Bool),
        "number" => Some(Kind::Number),
        "string" => Some(Kind::String),
        "array" => Some(Kind::Array),
        "object" => Some(Kind::Object),
        // Of integers the text has to be looked at.
        _ => None,
    };
    types.into_iter().map(kind).collect()
}

fn strings(list: NodeRef<'_>) -> Option<Vec<String>> {
    let string = |item: NodeRef<'_>| Some(item.as_str()?.into_owned());
    (list.kind() == Kind::Array)
        .then(|| list.children().map(string).collect())
        .flatten()
}

#[cfg(test)]
mod tests {
    use walkdir::WalkDir;

    use super::QuickSchema;
    use crate::{
        schema::{Full, Schema},
        source::Text,
        syntax::{Format, parse_plain},
    };

    /// Every JSON and YAML file of the fixtures and cases, and what comes of each when a word in it is another.
    fn texts() -> impl Iterator<Item = (Format, String)> {
        let folders = ["fixtures", "tests/rules"];
        let entries = folders.into_iter().flat_map(WalkDir::new);
        let files = entries.filter_map(|entry| {
            let path = entry.ok()?.into_path();
            Some((
                Format::of_name(&path)?,
                std::fs::read_to_string(&path).ok()?,
            ))
        });
        let changes = [
            ("\"name\"", "\"nmae\""),
            ("\"name\": \"", "\"name\": \"\", \"x\": \""),
            ("\"type\": \"", "\"type\": \"x"),
            ("[", "{}, ["),
            (": \"", ": [], \"y\": \""),
            (": \"", ": null, \"z\": \""),
            ("\"registry\"", "\"r\""),
            ("\"tag\"", "\"t\""),
            ("true", "\"true\""),
            ("layer: ", "layer: x"),
        ];
        files.flat_map(move |(format, text)| {
            let changed = changes.map(|(from, to)| text.replacen(from, to, 1));
            let changed = changed.into_iter().filter(|changed| *changed != text);
            let changed: Vec<String> = changed.collect();
            std::iter::once(text)
                .chain(changed)
                .map(move |text| (format, text))
        })
    }

    #[test]
    fn what_is_accepted_at_once_is_what_the_validator_accepts() {
        let schemas = [
            Schema::Profile,
            Schema::Destination,
            Schema::Secrets,
            Schema::Macros,
            Schema::Select,
            Schema::Placeholders,
        ];
        let schemas = schemas.map(|schema| {
            let quick = QuickSchema::read(schema.text()).expect("only keywords that are known");
            (schema, quick, Full::new(schema))
        });
        let (mut accepted, mut refused) = (0, 0);
        for (format, text) in texts() {
            let (Some(tree), _) = parse_plain(format, &Text::from(text.as_str())) else {
                continue;
            };
            for root in tree.documents() {
                for (schema, quick, full) in &schemas {
                    let is_accepted = quick.accepts(root);
                    let is_valid = full.violations(root).is_empty();
                    assert!(!is_accepted || is_valid, "{schema:?}: {text}");
                    let is_simple = !tree.has_aliases() && tree.duplicate_keys().next().is_none();
                    if *schema == Schema::Profile && is_simple {
                        assert_eq!(is_accepted, is_valid, "{text}");
                    }
                    accepted += usize::from(is_accepted);
                    refused += usize::from(!is_valid);
                }
            }
        }
        assert!(accepted > 100 && refused > 100, "{accepted} {refused}");
    }

    #[test]
    fn a_schema_with_other_keywords_is_for_the_validator() {
        assert!(QuickSchema::read("{\"type\": \"string\"}").is_some());
        for other in [
            "{\"oneOf\": []}",
            "{\"type\": \"integer\"}",
            "{\"enum\": [1]}",
            "{\"$ref\": \"other.json\"}",
            "{\"properties\": {\"a\": {\"format\": \"uri\"}}}",
        ] {
            assert!(QuickSchema::read(other).is_none(), "{other}");
        }
    }
}
