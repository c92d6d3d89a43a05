//! The fixtures that defects are put into, and what there is in them.

use std::{fs, ops::Range};

use palette_knife::{
    profile::ProfileFile,
    source::Source,
    syntax::{Kind, NodeRef, write_json},
};
use serde_json::Value;

use crate::{common, in_yaml, mutant::Mutant};

/// A profile as JSON: the bytes of the fixture, or what a document of a YAML fixture is in JSON.
pub struct Fixture {
    /// Its file name without the ending, and the number of the document where there are several.
    pub name: String,
    /// Its JSON.
    pub text: String,
    /// The same, to read.
    pub value: Value,
    /// The documents before it, in YAML.
    pub yaml_before: String,
    /// The same, to read.
    pub values_before: Vec<Value>,
    /// The number of them.
    pub document: usize,
    file: ProfileFile,
}

/// A text of YAML inside a profile.
pub struct EmbeddedText<'f> {
    /// Where it is.
    pub pointer: String,
    /// What it is.
    pub text: &'f str,
}

impl Fixture {
    /// Every profile of `fixtures/profiles` and of `fixtures/yaml`.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (name, bytes) in common::fixture_files("profiles") {
            let text = String::from_utf8(bytes).expect("UTF-8");
            all.push(Self::new(name.trim_end_matches(".json"), text));
        }
        for (name, bytes) in common::fixture_files("yaml") {
            let text = String::from_utf8(bytes).expect("UTF-8");
            let file = ProfileFile::parse(Source::new(&name, text));
            let documents = file.tree().expect("a tree").documents();
            let mut yaml_before = String::new();
            let mut values_before = Vec::new();
            for (number, document) in documents.enumerate() {
                let name = format!("{}-{number}", name.trim_end_matches(".yaml"));
                let json = write_json(document).expect("a document that JSON can hold");
                let fixture = Self {
                    yaml_before: yaml_before.clone(),
                    values_before: values_before.clone(),
                    document: number,
                    ..Self::new(&name, json.clone())
                };
                values_before.push(fixture.value.clone());
                all.push(fixture);
                yaml_before.push_str(&in_yaml(&json).expect("YAML"));
                yaml_before.push_str("---\n");
            }
        }
        all
    }

    fn new(name: &str, text: String) -> Self {
        Self {
            name: name.to_owned(),
            value: serde_json::from_str(&text).expect("JSON"),
            file: ProfileFile::parse(Source::new(&format!("{name}.json"), text.as_str())),
            text,
            yaml_before: String::new(),
            values_before: Vec::new(),
            document: 0,
        }
    }

    /// The fixture with nothing changed yet.
    pub fn mutant(&self) -> Mutant<'_> {
        Mutant::new(self)
    }

    /// The string at a pointer; empty where there is none.
    pub fn string(&self, pointer: &str) -> &str {
        self.value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The type of the profile.
    pub fn kind(&self) -> &str {
        self.string("/spec/template/type")
    }

    /// Pointers to its packs.
    pub fn packs(&self) -> Vec<String> {
        self.items("/spec/template/packs")
    }

    /// Pointers to its packs that come from a registry, the first of each name: those that a destination knows.
    pub fn registry_packs(&self) -> Vec<String> {
        let mut packs = self.packs();
        packs.retain(|pack| self.string(&format!("{pack}/type")) != "manifest");
        packs
    }

    /// Pointers to its profile variables.
    pub fn variables(&self) -> Vec<String> {
        self.items("/spec/variables")
    }

    /// Pointers to the items of a list.
    pub fn items(&self, list: &str) -> Vec<String> {
        let items = self.value.pointer(list).and_then(Value::as_array);
        let count = items.map_or(0, Vec::len);
        (0..count).map(|index| format!("{list}/{index}")).collect()
    }

    /// The values of its packs, and its manifests.
    pub fn embedded(&self) -> Vec<EmbeddedText<'_>> {
        let mut pointers = Vec::new();
        for pack in self.packs() {
            pointers.push(format!("{pack}/values"));
            let manifests = self.items(&format!("{pack}/manifests"));
            pointers.extend(
                manifests
                    .iter()
                    .map(|manifest| format!("{manifest}/content")),
            );
        }
        let text = |pointer: String| {
            let text = self.value.pointer(&pointer)?.as_str()?;
            Some(EmbeddedText { pointer, text })
        };
        pointers.into_iter().filter_map(text).collect()
    }

    /// Every occurrence of `needle` in its embedded texts that no comment holds, as bytes of the text.
    pub fn occurrences(&self, needle: &str) -> Vec<(EmbeddedText<'_>, Range<usize>)> {
        let mut found = Vec::new();
        for embedded in self.embedded() {
            for (start, _) in embedded.text.match_indices(needle) {
                let line = embedded.text[..start]
                    .rsplit('\n')
                    .next()
                    .unwrap_or_default();
                if !line.contains('#') {
                    let EmbeddedText { pointer, text } = &embedded;
                    let embedded = EmbeddedText {
                        pointer: pointer.clone(),
                        text,
                    };
                    found.push((embedded, start..start + needle.len()));
                }
            }
        }
        found
    }

    /// The pointer to the node of an embedded document around a byte of its text.
    pub fn path_at(&self, embedded: &EmbeddedText<'_>, byte: usize) -> String {
        let host = self.node(&embedded.pointer).id();
        let (document, _) = self.file.documents().next().expect("a document");
        let mut texts = document.embedded();
        let text = texts
            .find(|text| text.host() == host)
            .expect("an embedded text");
        let around = text
            .stream()
            .tree
            .nodes()
            .filter(|node| node.range().range().contains(&byte));
        let innermost = around.max_by_key(|node| std::cmp::Reverse(node.range().len()));
        innermost.map(NodeRef::pointer).unwrap_or_default()
    }

    /// The bytes of the value at a pointer.
    pub fn range(&self, pointer: &str) -> Range<usize> {
        self.node(pointer).range().range()
    }

    /// Whether the object or the list at a pointer has nothing in it.
    pub fn is_empty(&self, pointer: &str) -> bool {
        self.node(pointer).children().next().is_none()
    }

    fn node(&self, pointer: &str) -> NodeRef<'_> {
        let root = self.file.tree().and_then(|tree| tree.documents().next());
        let steps = pointer.split('/').skip(1);
        let found = steps.fold(root, |node, step| {
            let node = node?;
            match node.kind() {
                Kind::Array => node.items().nth(step.parse().ok()?),
                _ => node.get(&step.replace("~1", "/").replace("~0", "~")),
            }
        });
        found.unwrap_or_else(|| panic!("{}: nothing at {pointer}", self.name))
    }

    /// A string in JSON, with the escapes that the fixture has.
    pub fn quoted(&self, text: &str) -> String {
        let quoted = serde_json::to_string(text).expect("a string");
        if ["\\u0026", "\\u003c", "\\u003e"]
            .iter()
            .any(|escape| self.text.contains(escape))
        {
            let quoted = quoted.replace('&', "\\u0026").replace('<', "\\u003c");
            return quoted.replace('>', "\\u003e");
        }
        quoted
    }
}

/// A fixture destination, read once.
pub fn destination(name: &str) -> std::sync::Arc<palette_knife::destination::Destination> {
    let folder = common::fixtures().join("destinations").join(name);
    assert!(
        fs::exists(&folder).expect("readable"),
        "{}",
        folder.display()
    );
    let limit = palette_knife::source::DEFAULT_MAX_FILE_SIZE;
    let destination = palette_knife::destination::Destination::load(&folder, limit);
    std::sync::Arc::new(destination.expect("a destination"))
}
