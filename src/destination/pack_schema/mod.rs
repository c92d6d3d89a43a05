//! What a pack asks of its values, by the schema in its folder or in a saved answer.
//!
//! The schema of a pack folder has a rule for each value path (Palette documentation, "Pack Constraints"); answers of
//! the API have the same rules taken apart (`v1PackSchema`).

mod grammar;
mod template;

use std::path::Path;

use crate::{
    finding::Place,
    source::{DEFAULT_MAX_FILE_SIZE, Source, shown_path},
    suggest,
    syntax::{Format, NodeRef, parse_plain},
};

use super::{config, file::Declaration};
use grammar::{Constraint, TermKind};
pub use template::Template;

/// The rules that a pack has for its values.
#[derive(Debug, Clone, Default)]
pub struct PackSchema {
    rules: Vec<ValueRule>,
    /// What could not be read of it, and why.
    unread: Option<String>,
}

/// The rule for one value. What could not be read of it is left out.
#[derive(Debug, Clone)]
pub struct ValueRule {
    /// The path of the value: keys joined by dots, which may hold dots themselves; `$[]` stands for each item.
    pub path: String,
    /// Where it is said that a value must be given.
    pub required: Option<Place>,
    /// Where it is said that the pack's value must stay.
    pub readonly: Option<Place>,
    /// The form of the value, and where it is said.
    pub format: Option<(Template, Place)>,
    /// What the value is, for people.
    pub hints: Vec<String>,
    /// Whether the value is a secret.
    pub is_secret: bool,
}

impl PackSchema {
    /// The schema of a pack folder. `None` when it is empty: then nothing is known of the pack's values.
    #[must_use]
    pub fn read(file: &Path) -> Option<Self> {
        let shown = shown_path(file);
        let unread = |why: &str| Self {
            rules: Vec::new(),
            unread: Some(format!("{shown}: {why}")),
        };
        let source = match Source::read(file, &shown, DEFAULT_MAX_FILE_SIZE) {
            Ok(source) => source,
            Err(error) => return Some(unread(&error.to_string())),
        };
        if source.invalid_utf8_at().is_some() {
            return Some(unread("the file is not UTF-8"));
        }
        let (tree, faults) = parse_plain(Format::of_name(file)?, source.text());
        let tree = match (tree, faults.first()) {
            (Some(tree), None) => tree,
            (_, fault) => {
                return Some(unread(
                    fault.map_or("it cannot be read", |fault| &fault.message),
                ));
            }
        };
        let mut documents = tree.filled_documents().peekable();
        documents.peek()?;
        let rules: Vec<_> = documents
            .flat_map(NodeRef::entries)
            .filter_map(|(path, rule)| ValueRule::written(&source, path, rule.get("schema")?))
            .collect();
        let unsound = rules.iter().filter(|(_, is_sound)| !is_sound);
        let unsound: Vec<&str> = unsound.map(|(rule, _)| rule.path.as_str()).collect();
        let unread = (!unsound.is_empty()).then(|| {
            let paths = suggest::list(&unsound);
            format!("{shown}: what it says of {paths} cannot be read")
        });
        Some(Self {
            rules: rules.into_iter().map(|(rule, _)| rule).collect(),
            unread,
        })
    }

    /// What could not be read of it and so is not checked, and why.
    #[must_use]
    pub fn unread(&self) -> Option<&str> {
        self.unread.as_deref()
    }

    /// The schema of a saved answer: a list of `v1PackSchema`.
    #[must_use]
    pub fn told(list: &Declaration) -> Self {
        let rules = list.node().items();
        let rules = rules.filter_map(|rule| ValueRule::told(list.source(), rule));
        Self {
            rules: rules.collect(),
            unread: None,
        }
    }

    /// Its rules, in order.
    #[must_use]
    pub fn rules(&self) -> &[ValueRule] {
        &self.rules
    }

    /// Whether it says of any value that it is a secret, and has this path.
    #[must_use]
    pub fn is_secret(&self, path: &str) -> bool {
        self.secrets().any(|secret| secret == path)
    }

    /// The paths of the values that are secrets, see [`ValueRule::path`].
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = self.rules.iter().filter(|rule| rule.is_secret);
        secrets.map(|rule| rule.path.as_str())
    }

    /// Whether any of the pack's own values must stay.
    #[must_use]
    pub fn has_readonly(&self) -> bool {
        self.rules.iter().any(|rule| rule.readonly.is_some())
    }
}

impl ValueRule {
    fn new(path: String) -> Self {
        Self {
            path,
            required: None,
            readonly: None,
            format: None,
            hints: Vec::new(),
            is_secret: false,
        }
    }

    /// A rule as a pack folder has it, a text below `schema`, and whether all of it could be read.
    fn written(source: &Source, path: NodeRef<'_>, schema: NodeRef<'_>) -> Option<(Self, bool)> {
        let layer = schema.layer()?;
        let mut rule = Self::new(path.text().into_owned());
        let Constraint { terms, is_sound } = grammar::parse(layer.text());
        for term in terms {
            let place = || Place {
                document: schema.document_index(),
                pointer: schema.pointer(),
                ..config::range_place(source, layer.to_host(term.range))
            };
            match term.kind {
                TermKind::Required if is_sound => rule.required = Some(place()),
                TermKind::Readonly if is_sound => rule.readonly = Some(place()),
                TermKind::Format(template) => {
                    rule.is_secret |= template.is_secret();
                    if is_sound {
                        let place = place();
                        rule.format = Some((template, place));
                    }
                }
                TermKind::Hints(hints) => rule.hints.extend(hints),
                TermKind::Required | TermKind::Readonly => {}
            }
        }
        Some((rule, is_sound))
    }

    /// A rule as the API tells it. Its `format` may be a template or the name of a type.
    fn told(source: &Source, node: NodeRef<'_>) -> Option<Self> {
        let text = |key: &str| {
            let text = node.get(key).filter(|node| !node.is_null());
            text.map(|node| node.text().trim().to_owned())
                .unwrap_or_default()
        };
        let texts = |key: &str| {
            let list = node.get(key).into_iter().flat_map(NodeRef::items);
            list.map(|item| item.text().into_owned()).collect()
        };
        let path = text("name");
        if path.is_empty() {
            return None;
        }
        let told = |key: &str| {
            let (key, _) = node
                .entry(key)
                .filter(|(_, value)| value.as_bool() == Some(true))?;
            Some(config::place_of(source, key))
        };
        let (format, kind) = (text("format"), text("type"));
        let is_secret = [&format, &kind]
            .iter()
            .any(|text| text.contains("password"));
        let template = if format.contains("${") {
            Some(Template::parse(&format))
        } else {
            let name = match kind.as_str() {
                _ if is_secret => "password",
                "" => format.as_str(),
                kind => kind,
            };
            (!name.is_empty())
                .then(|| Template::of_type(name, &text("regex"), texts("listOptions")))
        };
        let filled = |key: &str| node.get(key).filter(|node| !node.text().is_empty());
        let place = filled("format").or_else(|| filled("type"));
        Some(Self {
            required: told("required"),
            readonly: told("readonly"),
            format: template.zip(place.map(|node| config::place_of(source, node))),
            hints: texts("hints"),
            is_secret,
            ..Self::new(path)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{destination::file::ParsedFile, syntax::json};

    fn shown(rule: &ValueRule) -> String {
        let at = |place: &Place| format!("{}:{}", place.start.line, place.start.column);
        let mut shown = rule.path.clone();
        if let Some(place) = &rule.required {
            shown += &format!(" required@{}", at(place));
        }
        if let Some(place) = &rule.readonly {
            shown += &format!(" readonly@{}", at(place));
        }
        if let Some((template, place)) = &rule.format {
            shown += &format!(" {}@{}", template.text(), at(place));
        }
        if rule.is_secret {
            shown += " secret";
        }
        shown + &rule.hints.concat()
    }

    #[test]
    fn the_rules_of_a_file_know_where_they_stand() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("schema.yaml");
        let text = "# what is needed\na.b:\n  # the name\n  schema: '{{ required | format \"${password}\" }}'\n'c.$[]':\n  schema: \"{{ readonly | format \\\"${ipv4}\\\" | hints \\\"!\\\" }}\"\nd:\n  schema: '{{ required | format \"${password}\" | nonsense }}'\ne: {}\n";
        std::fs::write(&file, text).expect("written");
        let schema = PackSchema::read(&file).expect("a schema");
        let rules: Vec<String> = schema.rules().iter().map(shown).collect();
        assert_eq!(
            rules,
            [
                "a.b required@4:15 ${password}@4:26 secret",
                "c.$[] readonly@6:15 ${ipv4}@6:26!",
                "d secret",
            ]
        );
        let unread = schema.unread().expect("a rule that cannot be read");
        assert!(unread.ends_with("schema.yaml: what it says of `d` cannot be read"));
        assert!(schema.is_secret("a.b") && schema.is_secret("d") && !schema.is_secret("e"));
        std::fs::write(&file, "# nothing\n").expect("written");
        assert!(PackSchema::read(&file).is_none());
        for (text, why) in [
            ("a: [1\n", "unclosed bracket"),
            ("a.b: {schema: *none}\n", "an alias, and no anchor"),
        ] {
            std::fs::write(&file, text).expect("written");
            let schema = PackSchema::read(&file).expect("a schema");
            assert_eq!(schema.rules().len(), 0, "{text}");
            let unread = schema.unread().expect("a fault");
            assert!(
                unread.contains("schema.yaml: ") && unread.contains(why),
                "{unread}"
            );
        }
    }

    #[test]
    fn the_rules_of_an_answer_are_the_same() {
        let text = r#"[
          {"name": "a", "type": "string", "format": "${number:[1-5]}", "required": true, "readonly": false, "hints": ["?"]},
          {"name": "b", "type": "list", "format": "", "regex": "", "listOptions": ["x", "y"], "readonly": true},
          {"name": "c", "type": "string", "format": "password", "hints": null},
          {"name": "d"}, {"type": "string"}
        ]"#;
        let source = Source::new("answer.json", text);
        let tree = json::parse(source.text()).expect("JSON");
        let file = Arc::new(ParsedFile { source, tree });
        let list = file.tree.documents().next().expect("a document");
        let schema = PackSchema::told(&file.declaration(list));
        let rules: Vec<String> = schema.rules().iter().map(shown).collect();
        assert_eq!(
            rules,
            [
                "a required@2:73 ${number:[1-5]}@2:54?",
                "b readonly@3:96 ${list}@3:34",
                "c ${password}@4:54 secret",
                "d",
            ]
        );
    }
}
