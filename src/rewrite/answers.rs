//! The files that answer the questions of an import: choices, macros that will be created, and how all of them are read.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::{
    destination::{Destination, Select},
    finding::Place,
    rules,
    schema::Schema,
    source::{LineColumn, Source, TextRange, shown_path},
    suggest,
    syntax::{Format, NodeRef, Tree, parse_plain},
};

use super::{
    names::{NameAnswer, NameAnswers},
    placeholders::Values,
    secrets::Secrets,
};

/// The file of macros that have to be created.
pub const MACROS_FILE: &str = "macros.missing.json";
/// The file of choices.
pub const SELECT_FILE: &str = "select.template.yaml";
/// The file of secrets.
pub const SECRETS_FILE: &str = "secrets.template.yaml";
/// The file of values for placeholders.
pub const PLACEHOLDERS_FILE: &str = "placeholders.template.yaml";

/// The files that answer the questions about one destination.
#[derive(Debug, Clone, Default)]
pub struct AnswerFiles {
    /// Choices: registries and names.
    pub select: Option<PathBuf>,
    /// Macros that will be created.
    pub macros: Option<PathBuf>,
    /// Secrets.
    pub secrets: Option<PathBuf>,
    /// Values for placeholders.
    pub values: Option<PathBuf>,
}

impl AnswerFiles {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let files = [&self.select, &self.macros, &self.secrets, &self.values];
        files.into_iter().all(Option::is_none)
    }

    /// Those that are in a folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        let file = |name| Some(folder.join(name)).filter(|path| path.exists());
        Self {
            select: file(SELECT_FILE),
            macros: file(MACROS_FILE),
            secrets: file(SECRETS_FILE),
            values: file(PLACEHOLDERS_FILE),
        }
    }
}

/// What was answered for one destination.
#[derive(Debug, Default)]
pub struct Answers {
    /// Registries and names.
    pub choices: ChoiceAnswers,
    /// Macros that will be created before the import, with their values.
    pub macros: BTreeMap<String, String>,
    /// What is filled in for masks.
    pub secrets: Secrets,
    /// What takes the place of stand-ins.
    pub values: Values,
}

/// The file of `rewrite --select`.
///
/// ```yaml
/// select:
///   packs: { oauth2-proxy: Palette Registry }
/// profiles:
///   web@1.0.0: { version: 1.1.0 }
/// ```
#[derive(Debug, Clone, Default)]
pub struct ChoiceAnswers {
    /// Which registries serve which packs.
    pub select: Select,
    /// What profiles are called.
    pub names: NameAnswers,
}

impl ChoiceAnswers {
    /// Reads a file of choices, YAML or JSON. What is empty is not answered.
    ///
    /// # Errors
    ///
    /// What is wrong with the file, or that a registry is not at the destination.
    pub fn read(
        path: &Path,
        destination: &Destination,
        max_file_size: u64,
    ) -> Result<Self, String> {
        let mut answers = Self::default();
        let mut wrong = None;
        read(path, Schema::Select, max_file_size, |root| {
            wrong = wrong
                .take()
                .or_else(|| answers.add(root, destination).err());
        })?;
        match wrong {
            Some(wrong) => Err(format!("`{}`: {wrong}", shown_path(path))),
            None => Ok(answers),
        }
    }

    fn add(&mut self, root: NodeRef<'_>, destination: &Destination) -> Result<(), String> {
        let known = |name: &NodeRef<'_>| -> Result<Option<String>, String> {
            let name = name.text().into_owned();
            if name.is_empty() {
                return Ok(None);
            }
            known_registry(&name, destination).map(|()| Some(name))
        };
        for (field, map) in [
            ("packs", &mut self.select.packs),
            ("registries", &mut self.select.registries),
        ] {
            let entries = root.at(&["select", field]);
            for (key, registry) in entries.into_iter().flat_map(NodeRef::entries) {
                if let Some(registry) = known(&registry)? {
                    map.insert(key.text().into_owned(), registry);
                }
            }
        }
        let prefer = root.at(&["select", "prefer"]);
        for registry in prefer.into_iter().flat_map(NodeRef::items) {
            self.select.prefer.extend(known(&registry)?);
        }
        for (profile, answer) in root.get("profiles").into_iter().flat_map(NodeRef::entries) {
            let text = |field| {
                let text = answer.get(field).map(|node| node.text().into_owned());
                text.filter(|text| !text.is_empty())
            };
            let (name, version) = (text("name"), text("version"));
            if let Some(defect) = name.as_deref().and_then(rules::name_defect) {
                return Err(format!("the new name of `{}` {defect}", profile.text()));
            }
            if let Some(Err(error)) = version.as_deref().map(semver::Version::parse) {
                let profile = profile.text();
                return Err(format!(
                    "the new version of `{profile}` is no semantic version: {error}"
                ));
            }
            if name.is_some() || version.is_some() {
                let answer = NameAnswer { name, version };
                self.names.insert(profile.text().into_owned(), answer);
            }
        }
        Ok(())
    }
}

/// Whether a destination has a registry with this name.
///
/// # Errors
///
/// A message that names those it has.
pub fn known_registry(name: &str, destination: &Destination) -> Result<(), String> {
    let known = destination.registries().iter();
    let known: Vec<&str> = known.map(|registry| registry.name.as_str()).collect();
    if known.contains(&name) {
        return Ok(());
    }
    let there = if known.is_empty() {
        "none".to_owned()
    } else {
        suggest::list(&known)
    };
    let destination = destination.name();
    Err(format!(
        "destination `{destination}` has no registry `{name}`; there are: {there}"
    ))
}

/// Reads macros that will be created, in the shape that the macros endpoints take: `{macros: [{name, value}]}`. One
/// without a value is not created.
///
/// # Errors
///
/// What is wrong with the file, without any value of it.
pub fn read_macros(path: &Path, max_file_size: u64) -> Result<BTreeMap<String, String>, String> {
    let mut macros = BTreeMap::new();
    let mut repeated = None;
    read(path, Schema::Macros, max_file_size, |root| {
        for item in root.get("macros").into_iter().flat_map(NodeRef::items) {
            let text = |field| {
                item.get(field)
                    .map(|node| node.text().into_owned())
                    .unwrap_or_default()
            };
            let value = text("value");
            if !value.is_empty() {
                let name = text("name");
                if macros.insert(name.clone(), value).is_some() {
                    repeated.get_or_insert(name);
                }
            }
        }
    })?;
    match repeated {
        Some(name) => Err(format!(
            "`{}`: macro `{name}` has several values",
            shown_path(path)
        )),
        None => Ok(macros),
    }
}

impl Answers {
    /// Reads the files about a destination, and tells it what they say of its registries and macros.
    ///
    /// # Errors
    ///
    /// What is wrong with the first file that cannot be used, without any value of it.
    pub fn read(
        files: &AnswerFiles,
        destination: &mut Destination,
        max_file_size: u64,
    ) -> Result<Self, String> {
        let mut answers = Self::default();
        if let Some(path) = &files.select {
            answers.choices = ChoiceAnswers::read(path, destination, max_file_size)?;
        }
        if let Some(path) = &files.macros {
            answers.macros = read_macros(path, max_file_size)?;
        }
        if let Some(path) = &files.secrets {
            answers.secrets = Secrets::read(path, max_file_size)?;
        }
        if let Some(path) = &files.values {
            answers.values = Values::read(path, max_file_size)?;
        }
        let origin = files.macros.as_deref().map(shown_path);
        answers.tell(destination, &origin.unwrap_or_default());
        Ok(answers)
    }

    /// Tells a destination what was answered about it: registries, and macros that will be there. `origin` is where the
    /// macros come from, for people.
    pub fn tell(&self, destination: &mut Destination, origin: &str) {
        destination.answer(self.choices.select.clone());
        for name in self.macros.keys() {
            let place = Place {
                file: origin.into(),
                range: TextRange::default(),
                start: LineColumn { line: 1, column: 1 },
                end: LineColumn { line: 1, column: 1 },
                document: 0,
                pointer: String::new(),
                inner: None,
            };
            destination.promise_macro(name.clone(), place);
        }
    }
}

/// Reads a file of answers, YAML or JSON, and hands on each document that is filled.
///
/// # Errors
///
/// What is wrong with the file, without any value of it: it may hold secrets.
pub fn read(
    path: &Path,
    schema: Schema,
    max_file_size: u64,
    mut add: impl FnMut(NodeRef<'_>),
) -> Result<(), String> {
    let shown = shown_path(path);
    let source =
        Source::read(path, &shown, max_file_size).map_err(|error| format!("`{shown}`: {error}"))?;
    if source.invalid_utf8_at().is_some() {
        return Err(format!("`{shown}`: the file is not UTF-8"));
    }
    // A name that tells no format is no reason to refuse the file, and most JSON is YAML.
    let format = Format::of_name(path).unwrap_or(Format::Yaml);
    let (tree, faults) = parse_plain(format, source.text());
    let at = |range: TextRange| {
        let LineColumn { line, column } = source.lines().position(source.text(), range.start());
        format!("{shown}:{line}:{column}")
    };
    if let Some(fault) = faults.first() {
        // The parser's message may quote the text around the fault.
        let format = match format {
            Format::Json => "JSON",
            Format::Yaml => "YAML",
        };
        return Err(format!("{}: not {format}", at(fault.range)));
    }
    // Which of them is meant, nobody can tell. The key itself may be a secret that stands in the wrong place.
    if let Some((first, again)) = tree.iter().flat_map(Tree::duplicate_keys).next() {
        let (first, again) = (at(first.range()), at(again.range()));
        return Err(format!("{again}: this key stands at {first} already"));
    }
    for root in tree.iter().flat_map(Tree::filled_documents) {
        if let Some(violation) = schema.violations(root).into_iter().next() {
            let node = violation.unknown_key.unwrap_or(violation.node);
            return Err(format!("{}: {}", at(node.range()), violation.message));
        }
        add(root);
    }
    Ok(())
}
