//! The JSON Schemas of the project, and what they say about a document in words of our own.
//!
//! The only module that knows the validator library: it releases breaking versions often, and its own messages print
//! whole instances.

mod quick;

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use jsonschema::{
    Validator,
    error::{TypeKind, ValidationErrorKind},
    paths::{Location, LocationSegment},
};
use quick::QuickSchema;
use serde_json::Value;

use crate::{
    sensitive, suggest,
    syntax::{Kind, NodeId, NodeRef, TreeJson},
};

/// A schema of this project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// An exported profile.
    Profile,
    /// `destination.yaml` or `destination.json`.
    Destination,
    /// The file of `rewrite --secrets`.
    Secrets,
    /// `palette-knife.toml`.
    Config,
    /// The file of `rewrite --values`.
    Placeholders,
    /// The file of `rewrite --select`.
    Select,
    /// The file of `rewrite --macros`.
    Macros,
    /// The report of `check --format json`.
    CheckReport,
    /// The report of `rewrite --format json`.
    RewriteReport,
    /// The report of `plan --format json`.
    PlanReport,
    /// The list of `rules --format json`.
    Rules,
    /// What `destination show --format json` writes.
    DestinationShow,
    /// The report of `diff --format json`.
    DiffReport,
}

/// Something that a schema does not allow.
#[derive(Debug, Clone)]
pub struct Violation<'t> {
    /// The value that is not allowed; of a missing or unknown field the object.
    pub node: NodeRef<'t>,
    /// What is wrong, and what would be right.
    pub message: String,
    /// What could be meant.
    pub help: Option<String>,
    /// The key that the schema does not know, when that is what is wrong.
    pub unknown_key: Option<NodeRef<'t>>,
    /// The key that would be right for it.
    pub known_key: Option<String>,
}

impl Schema {
    /// Every schema, in the order of their names.
    pub const ALL: [Self; 13] = [
        Self::CheckReport,
        Self::Config,
        Self::Destination,
        Self::DestinationShow,
        Self::DiffReport,
        Self::Macros,
        Self::Placeholders,
        Self::PlanReport,
        Self::Profile,
        Self::RewriteReport,
        Self::Rules,
        Self::Secrets,
        Self::Select,
    ];

    /// Its name: that of its file, without `.schema.json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Destination => "destination",
            Self::Secrets => "secrets",
            Self::Placeholders => "placeholders",
            Self::Select => "select",
            Self::Macros => "macros",
            Self::Config => "config",
            Self::CheckReport => "check-report",
            Self::RewriteReport => "rewrite-report",
            Self::PlanReport => "plan-report",
            Self::Rules => "rules",
            Self::DiffReport => "diff-report",
            Self::DestinationShow => "destination-show",
        }
    }

    /// What it describes, for lists: lower case, no final period.
    #[must_use]
    pub fn summary(self) -> &'static str {
        match self {
            Self::Profile => "an exported profile",
            Self::Destination => "`destination.yaml` or `destination.json`",
            Self::Secrets => "the file of `rewrite --secrets`",
            Self::Placeholders => "the file of `rewrite --values`",
            Self::Select => "the file of `rewrite --select`",
            Self::Macros => "the file of `rewrite --macros`, and what the macros endpoints take",
            Self::Config => "`palette-knife.toml`",
            Self::CheckReport => "the report of `check --format json`",
            Self::RewriteReport => "the report of `rewrite --format json`",
            Self::PlanReport => "the report of `plan --format json`",
            Self::Rules => "the list of `rules --format json`",
            Self::DiffReport => "the report of `diff --format json`",
            Self::DestinationShow => "what `destination show --format json` writes",
        }
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Profile => include_str!("../../schemas/profile.schema.json"),
            Self::Destination => include_str!("../../schemas/destination.schema.json"),
            Self::Secrets => include_str!("../../schemas/secrets.schema.json"),
            Self::Config => include_str!("../../schemas/config.schema.json"),
            Self::Placeholders => include_str!("../../schemas/placeholders.schema.json"),
            Self::Select => include_str!("../../schemas/select.schema.json"),
            Self::Macros => include_str!("../../schemas/macros.schema.json"),
            Self::CheckReport => include_str!("../../schemas/check-report.schema.json"),
            Self::RewriteReport => include_str!("../../schemas/rewrite-report.schema.json"),
            Self::PlanReport => include_str!("../../schemas/plan-report.schema.json"),
            Self::Rules => include_str!("../../schemas/rules.schema.json"),
            Self::DiffReport => include_str!("../../schemas/diff-report.schema.json"),
            Self::DestinationShow => include_str!("../../schemas/destination-show.schema.json"),
        }
    }

    /// What it does not allow in a document, in the order of the document.
    #[must_use]
    pub fn violations(self, root: NodeRef<'_>) -> Vec<Violation<'_>> {
        static PROFILE: LazyLock<Compiled> = LazyLock::new(|| Compiled::new(Schema::Profile));
        static DESTINATION: LazyLock<Compiled> =
            LazyLock::new(|| Compiled::new(Schema::Destination));
        static SECRETS: LazyLock<Compiled> = LazyLock::new(|| Compiled::new(Schema::Secrets));
        static PLACEHOLDERS: LazyLock<Compiled> =
            LazyLock::new(|| Compiled::new(Schema::Placeholders));
        static SELECT: LazyLock<Compiled> = LazyLock::new(|| Compiled::new(Schema::Select));
        static MACROS: LazyLock<Compiled> = LazyLock::new(|| Compiled::new(Schema::Macros));
        let compiled: &Compiled = match self {
            Self::Profile => &PROFILE,
            Self::Destination => &DESTINATION,
            Self::Secrets => &SECRETS,
            Self::Placeholders => &PLACEHOLDERS,
            Self::Select => &SELECT,
            Self::Macros => &MACROS,
            // The configuration is TOML, which editors validate. Reports are written, not read: the tests validate them.
            Self::Config
            | Self::CheckReport
            | Self::RewriteReport
            | Self::PlanReport
            | Self::Rules
            | Self::DestinationShow
            | Self::DiffReport => return Vec::new(),
        };
        compiled.violations(root)
    }
}

struct Compiled {
    quick: Option<&'static QuickSchema>,
    full: LazyLock<Full, Box<dyn FnOnce() -> Full + Send>>,
}

/// A schema as the validator has it. To make it takes longer than to check most files.
struct Full {
    schema: Value,
    validator: Option<Validator<TreeJson>>,
}

impl Compiled {
    fn new(schema: Schema) -> Self {
        Self {
            quick: QuickSchema::of(schema),
            full: LazyLock::new(Box::new(move || Full::new(schema))),
        }
    }

    fn violations<'t>(&self, root: NodeRef<'t>) -> Vec<Violation<'t>> {
        match self.quick {
            Some(quick) if quick.accepts(root) => Vec::new(),
            _ => self.full.violations(root),
        }
    }
}

impl Full {
    fn new(schema: Schema) -> Self {
        let schema: Value = serde_json::from_str(schema.text()).unwrap_or_default();
        // A test builds every schema of the project, so this cannot fail in a binary that passed its tests.
        let validator = jsonschema::options_for::<TreeJson>()
            .with_draft(jsonschema::Draft::Draft202012)
            .build(&schema)
            .ok();
        Self { schema, validator }
    }

    fn violations<'t>(&self, root: NodeRef<'t>) -> Vec<Violation<'t>> {
        let mut violations = Vec::new();
        // What aliases and merge keys share is wrong where it is written, and once.
        let mut unknown: HashMap<NodeId, Option<String>> = HashMap::new();
        let mut misspelt: HashSet<(NodeId, String)> = HashSet::new();
        let mut follower = PathFollower::default();
        let Some(validator) = &self.validator else {
            return violations;
        };
        for error in validator.iter_errors(crate::syntax::Instance::Node(root)) {
            let node = follower.follow(root, error.instance_path());
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    let keys: HashMap<_, _> =
                        node.entries().map(|(key, _)| (key.text(), key)).collect();
                    let known = self.known_fields(error.schema_path());
                    for name in unexpected {
                        let key = keys.get(name.as_str()).copied();
                        let before = key.and_then(|key| unknown.get(&key.id()));
                        let known_key = match before {
                            Some(known_key) => known_key.clone(),
                            None => suggest::field(name, known.iter().copied()).map(str::to_owned),
                        };
                        misspelt.extend(known_key.clone().map(|known| (node.id(), known)));
                        if before.is_none() || key.is_some_and(|key| is_own(node, key)) {
                            violations.push(unknown_key(
                                node,
                                name,
                                key,
                                known_key.clone(),
                                &known,
                            ));
                        }
                        if let Some(key) = key {
                            unknown.insert(key.id(), known_key);
                        }
                    }
                }
                kind => violations.push(violation(node, kind)),
            }
        }
        violations.sort_by_key(|violation| {
            let place = violation.unknown_key.unwrap_or(violation.node);
            let is_merged = violation
                .unknown_key
                .is_some_and(|key| !is_own(violation.node, key));
            (place.range(), is_merged)
        });
        violations.dedup_by(|one, other| match (one.unknown_key, other.unknown_key) {
            (Some(one), Some(other)) => one == other,
            (None, None) => one.node == other.node && one.message == other.message,
            _ => false,
        });
        // A required key that is missing beside an unknown one that resembles it is one mistake, not two.
        violations.retain(|violation| {
            let key = violation.known_key.clone().unwrap_or_default();
            violation.unknown_key.is_some() || !misspelt.contains(&(violation.node.id(), key))
        });
        violations
    }

    /// The fields that an object may have which a path to `additionalProperties` is about.
    fn known_fields(&self, schema_path: &Location) -> Vec<&str> {
        let keyword = schema_path.as_str();
        let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.schema
            .pointer(&format!("{parent}/properties"))
            .and_then(Value::as_object)
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }
}

/// Whether a key is written in an object, and not in one that is merged into it.
fn is_own(object: NodeRef<'_>, key: NodeRef<'_>) -> bool {
    key.parent() == Some(object)
}

fn unknown_key<'t>(
    object: NodeRef<'t>,
    name: &str,
    key: Option<NodeRef<'t>>,
    known_key: Option<String>,
    known: &[&str],
) -> Violation<'t> {
    let help = match &known_key {
        Some(known) => Some(format!("did you mean `{known}`?")),
        None if known.is_empty() => None,
        None => Some(format!("known fields here: {}", suggest::list(known))),
    };
    Violation {
        node: object,
        message: format!("unknown field `{name}` in {}", describe(object)),
        help,
        unknown_key: key,
        known_key,
    }
}

fn violation<'t>(node: NodeRef<'t>, kind: &ValidationErrorKind) -> Violation<'t> {
    let what = describe(node);
    let mut help = None;
    let mut known_key = None;
    let message = match kind {
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            known_key = Some(property.to_owned());
            if property == "version" {
                format!("{what} has neither `version` nor `tag`")
            } else {
                format!("{what} has no `{property}`")
            }
        }
        ValidationErrorKind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(kind) => with_article(kind.as_str()),
                TypeKind::Multiple(kinds) => {
                    let kinds: Vec<String> = kinds
                        .iter()
                        // Where null may stand for nothing, it is not what is meant to be there.
                        .filter(|kind| kind.as_str() != "null")
                        .map(|kind| with_article(kind.as_str()))
                        .collect();
                    kinds.join(" or ")
                }
            };
            if matches!(node.kind(), Kind::Number | Kind::Bool)
                && !sensitive::is_secret(node)
                && expected.contains("string")
            {
                help = Some(format!("write it in quotes: `\"{}\"`", node.source()));
            }
            format!("{what} is {}, expected {expected}", found(node))
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .filter(|option| !option.is_empty())
                .map(str::to_owned)
                .collect();
            let text = node.text();
            help = suggest::closest(&text, options.iter().map(String::as_str))
                .map(|option| format!("did you mean `{option}`?"));
            let list = suggest::list(&options);
            if node.kind() == Kind::String {
                format!("{what} is `{text}`, expected one of {list}")
            } else {
                format!("{what} is {}, expected one of {list}", found(node))
            }
        }
        ValidationErrorKind::Constant { expected_value } => {
            format!("{what} must be {expected_value}")
        }
        ValidationErrorKind::MinLength { .. } => format!("{what} is empty"),
        ValidationErrorKind::MinItems { limit } => format!("{what} needs at least {limit} items"),
        ValidationErrorKind::Pattern { .. } => format!("{what} is not spelt as it must be"),
        ValidationErrorKind::FalseSchema => format!("{what} is not allowed here"),
        other => format!(
            "{what} does not satisfy `{}` of the schema",
            other.keyword()
        ),
    };
    Violation {
        node,
        message,
        help,
        unknown_key: None,
        known_key,
    }
}

/// A node as a reader knows it: the last two names of its path, with the item numbers between them.
fn describe(node: NodeRef<'_>) -> String {
    let path = node.path();
    let is_number = |token: &str| token.bytes().all(|byte| byte.is_ascii_digit());
    let mut names = 0;
    let mut from = path.len();
    while from > 0 && names < 2 {
        from -= 1;
        names += usize::from(path.get(from).is_some_and(|token| !is_number(token)));
    }
    let mut described = String::new();
    for token in path.get(from..).unwrap_or_default() {
        if is_number(token) {
            described = format!("{described}[{token}]");
        } else if described.is_empty() {
            described = token.clone().into_owned();
        } else {
            described = format!("{described}.{token}");
        }
    }
    if described.is_empty() {
        "the document".to_owned()
    } else {
        format!("`{described}`")
    }
}

fn found(node: NodeRef<'_>) -> String {
    match node.kind() {
        Kind::Null => "null".to_owned(),
        Kind::Alias => "an alias".to_owned(),
        Kind::Bool => "a boolean".to_owned(),
        Kind::Number => "a number".to_owned(),
        Kind::String => "a string".to_owned(),
        Kind::Array => "an array".to_owned(),
        Kind::Object => "an object".to_owned(),
    }
}

fn with_article(kind: &str) -> String {
    match kind {
        "null" => kind.to_owned(),
        "array" | "object" | "integer" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

/// Finds the nodes that a validator's paths lead to. Paths into a long array are many or none, so its items are
/// numbered once.
#[derive(Default)]
struct PathFollower<'t> {
    items: HashMap<NodeId, Vec<NodeRef<'t>>>,
}

impl<'t> PathFollower<'t> {
    fn follow(&mut self, root: NodeRef<'t>, path: &Location) -> NodeRef<'t> {
        let mut node = root;
        for segment in path {
            let next = match segment {
                LocationSegment::Property(key) => node.get(&key),
                LocationSegment::Index(index) => self
                    .items
                    .entry(node.id())
                    .or_insert_with(|| node.items().collect())
                    .get(index)
                    .copied(),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }
}
