use std::{collections::HashMap, env, fmt::Write as _, fs, path::Path};

use walkdir::WalkDir;

use super::{ANY, Others, QuickSchema, Rule, RuleId, outlines::LONG};
use crate::{
    schema::{Full, Schema},
    source::Text,
    syntax::{Format, Kind, NodeId, NodeRef, json, parse_plain},
};

/// Those of files that are read, with the names they have in `rules.rs`.
const SCHEMAS: [(Schema, &str); 6] = [
    (Schema::Destination, "DESTINATION"),
    (Schema::Macros, "MACROS"),
    (Schema::Placeholders, "PLACEHOLDERS"),
    (Schema::Profile, "PROFILE"),
    (Schema::Secrets, "SECRETS"),
    (Schema::Select, "SELECT"),
];

const UPDATE: &str = "UPDATE_EXPECTED=1 cargo test --lib schema::quick";

/// The rules of a schema. `None` when it has a keyword that is not known here.
fn read(text: &str) -> Option<Vec<Rule>> {
    let tree = json::parse(&Text::from(text)).ok()?;
    let mut reader = Reader {
        rules: Vec::new(),
        known: HashMap::new(),
        root: tree.documents().next()?,
    };
    reader.rule(reader.root)?;
    Some(reader.rules)
}

/// Every JSON and YAML file of the fixtures and cases, and what comes of each when a word in it is another.
fn texts() -> impl Iterator<Item = (Format, String)> {
    let folders = ["fixtures", "tests/rules"];
    let entries = folders.into_iter().flat_map(WalkDir::new);
    let files = entries.filter_map(|entry| {
        let path = entry.ok()?.into_path();
        Some((Format::of_name(&path)?, fs::read_to_string(&path).ok()?))
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

/// The rules as they stand in `rules.rs`.
fn written(rules: &[Rule]) -> String {
    let mut text = String::new();
    for rule in rules {
        let mut fields = String::new();
        let mut field = |name: &str, value: String, is_any: bool| {
            if !is_any {
                let _ = write!(fields, "{name}: {value}, ");
            }
        };
        let kinds: Vec<_> = rule
            .kinds
            .iter()
            .map(|kind| format!("Kind::{kind:?}"))
            .collect();
        let kinds = format!("&[{}]", kinds.join(", "));
        field("kinds", kinds, rule.kinds.is_empty());
        let options = format!("&{:?}", rule.options);
        field("options", options, rule.options.is_empty());
        let least = rule.least_length;
        field("least_length", least.to_string(), least == 0);
        field("has_pattern", "true".to_owned(), !rule.has_pattern);
        let properties = format!("&{:?}", rule.properties);
        field("properties", properties, rule.properties.is_empty());
        field("required", rule.required.to_string(), rule.required == 0);
        let others = format!("Others::{:?}", rule.others);
        field("others", others, rule.others == Others::Allowed);
        for (name, id) in [
            ("items", rule.items),
            ("same_as", rule.same_as),
            ("condition", rule.condition),
            ("then", rule.then),
            ("not", rule.not),
        ] {
            field(name, format!("{id:?}"), id.is_none());
        }
        let _ = match fields.as_str() {
            "" => writeln!(text, "    ANY,"),
            _ => writeln!(text, "    Rule {{ {fields}..ANY }},"),
        };
    }
    text
}

#[test]
fn the_rules_are_those_of_the_schemas() {
    let mut text = format!(
        "//! What the schemas ask for. Written by `{UPDATE}`.\n\n\
         use super::{{ANY, Kind, Others, QuickSchema, Rule}};\n"
    );
    for (schema, name) in SCHEMAS {
        let rules = read(schema.text()).expect("only keywords that are known");
        let rules = written(&rules);
        let _ = write!(
            text,
            "\npub(super) static {name}: QuickSchema = QuickSchema::new(&[\n{rules}]);\n"
        );
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema/quick/rules.rs");
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&file, &text).expect("written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == text,
        "{} is not what the schemas say: run {UPDATE}",
        file.display()
    );
}

#[test]
fn what_is_accepted_at_once_is_what_the_validator_accepts() {
    let schemas = SCHEMAS.map(|(schema, _)| {
        let quick = QuickSchema::of(schema).expect("one that is read");
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
fn nothing_more_is_asked_of_long_strings_than_that_they_are_some() {
    // Each character may be written with six bytes.
    const LEAST: usize = LONG / 6;
    for (schema, _) in SCHEMAS {
        let quick = QuickSchema::of(schema).expect("one that is read");
        for rule in quick.rules {
            assert!(rule.least_length < LEAST);
            assert!(rule.options.iter().all(|option| option.len() < LEAST));
        }
    }
}

#[test]
fn objects_with_the_same_outline_conform_alike() {
    let document = |name: &str, values: &str, more: &str| {
        let pack = format!(
            r#"{{"name": {name}, "type": "manifest", "layer": "addon", "values": {values}{more}}}"#
        );
        let template = format!(r#"{{"type": "add-on", "packs": [{pack}, {pack}]}}"#);
        let text =
            format!(r#"{{"metadata": {{"name": "a"}}, "spec": {{"template": {template}}}}}"#);
        json::parse(&Text::from(text)).expect("JSON")
    };
    let quick = QuickSchema::of(Schema::Profile).expect("one that is read");
    let accepts = |name: &str, values: &str, more: &str| {
        let tree = document(name, values, more);
        let root = tree.documents().next().expect("a document");
        let alone = QuickSchema::new(quick.rules);
        let is_accepted = quick.accepts(root);
        assert_eq!(is_accepted, alone.accepts(root), "{name} {values} {more}");
        is_accepted
    };
    let long = format!("\"{}\"", "x".repeat(LONG));
    for _ in 0..2 {
        assert!(accepts(&long, &long, ""));
        assert!(accepts("\"a\"", &long, ""));
        assert!(accepts("\"a\"", "\"\"", ""));
        assert!(!accepts("\"\"", &long, ""));
        assert!(!accepts(&long, &long, ", \"other\": 1"));
        assert!(!accepts(&long, "[]", ""));
    }
}

#[test]
fn a_schema_with_other_keywords_is_for_the_validator() {
    assert!(read("{\"type\": \"string\"}").is_some());
    for other in [
        "{\"oneOf\": []}",
        "{\"type\": \"integer\"}",
        "{\"enum\": [1]}",
        "{\"$ref\": \"other.json\"}",
        "{\"properties\": {\"a\": {\"format\": \"uri\"}}}",
    ] {
        assert!(read(other).is_none(), "{other}");
    }
}

struct Reader<'s> {
    rules: Vec<Rule>,
    /// Schema objects that have been read, or are being read.
    known: HashMap<NodeId, RuleId>,
    root: NodeRef<'s>,
}

/// Keywords that ask for nothing.
const IDLE: [&str; 8] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "title",
    "description",
    "default",
    "examples",
];

impl<'s> Reader<'s> {
    fn definition(&mut self, reference: &str) -> Option<RuleId> {
        let name = reference.strip_prefix("#/$defs/")?;
        self.rule(self.root.at(&["$defs", name])?)
    }

    fn rule(&mut self, schema: NodeRef<'s>) -> Option<RuleId> {
        if let Some(known) = self.known.get(&schema.id()) {
            return Some(*known);
        }
        if schema.kind() != Kind::Object {
            return None;
        }
        // What is only a reference has no rule of its own.
        let is_said = |(key, _): &(NodeRef<'_>, NodeRef<'_>)| !IDLE.contains(&&*key.text());
        let mut said = schema.written_entries().filter(is_said);
        if let Some((key, name)) = said.next()
            && key.text() == "$ref"
            && said.next().is_none()
        {
            return self.definition(&name.text());
        }
        let id = self.rules.len();
        self.known.insert(schema.id(), id);
        self.rules.push(ANY);
        let mut rule = ANY;
        let mut properties = Vec::new();
        let mut required: &[&str] = &[];
        for (key, value) in schema.written_entries() {
            match &*key.text() {
                idle if IDLE.contains(&idle) => {}
                "type" => rule.kinds = kinds(value)?,
                "enum" => rule.options = strings(value)?,
                "minLength" => rule.least_length = value.source().parse().ok()?,
                "pattern" => rule.has_pattern = true,
                "required" => required = strings(value)?,
                "properties" => {
                    for (name, field) in value.written_entries() {
                        let field = self.rule(field)?;
                        properties.push((leaked(&name.text()), false, field));
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
                "$ref" => rule.same_as = Some(self.definition(&value.text())?),
                "if" => rule.condition = Some(self.rule(value)?),
                "then" => rule.then = Some(self.rule(value)?),
                "not" => rule.not = Some(self.rule(value)?),
                _ => return None,
            }
        }
        rule.required = required.len();
        for &name in required {
            match properties.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, is_required, _)) => *is_required = true,
                None => {
                    let other = match rule.others {
                        Others::Ruled(rule) => rule,
                        Others::Allowed => {
                            self.rules.push(ANY);
                            self.rules.len() - 1
                        }
                        // Nothing conforms to that.
                        Others::Forbidden => return None,
                    };
                    properties.push((name, true, other));
                }
            }
        }
        rule.properties = properties.leak();
        *self.rules.get_mut(id)? = rule;
        Some(id)
    }
}

fn kinds(types: NodeRef<'_>) -> Option<&'static [Kind]> {
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
    let kinds: Option<Vec<_>> = types.into_iter().map(kind).collect();
    Some(kinds?.leak())
}

fn strings(list: NodeRef<'_>) -> Option<&'static [&'static str]> {
    let string = |item: NodeRef<'_>| Some(leaked(&item.as_str()?));
    let items = (list.kind() == Kind::Array).then(|| list.children());
    let strings: Option<Vec<_>> = items?.map(string).collect();
    Some(strings?.leak())
}

/// A text that lives as long as those of the program.
fn leaked(text: &str) -> &'static str {
    text.to_owned().leak()
}
