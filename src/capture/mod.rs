//! Saved answers of the API, filed in a destination folder: what each is, where it belongs, and what it adds.
//!
//! Only what the folder needs is kept. Values of macros, settings of registries and contents of profiles stay out: they
//! may be secrets.

mod kind;
mod merge;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value, json};

pub use kind::AnswerKind;
pub use merge::Counts;

use crate::{
    destination::{Destination, Scope, macro_value, names_in, profiles_in, registry_of},
    file_names::is_device,
    rewrite::write::{Readers, WriteError, write_into},
    source::{Source, shown_path},
    suggest,
    syntax::{Format, Kind, NodeRef, Tree, parse_plain},
};
use merge::Merged;

/// What the command line says of answers that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// What the answers are.
    pub kind: Option<AnswerKind>,
    /// The registry that they are about: its name or its uid.
    pub registry: Option<String>,
}

/// An answer that was filed.
#[derive(Debug)]
pub struct Filed {
    /// The file it came from.
    pub file: String,
    /// What it was, in words.
    pub what: String,
    /// Where it belongs, below the folder of the destination.
    pub target: PathBuf,
    /// What it adds there.
    pub counts: Counts,
    /// What of it was left out, and why.
    pub left_out: Option<&'static str>,
}

/// An answer that was not filed.
#[derive(Debug)]
pub struct Refused {
    /// The file it came from.
    pub file: String,
    /// What was found, and what would be right.
    pub reason: String,
}

/// Answers on their way into a folder. Nothing is written before [`Capture::write`].
#[derive(Debug)]
pub struct Capture<'d> {
    folder: PathBuf,
    destination: Option<&'d Destination>,
    hints: Hints,
    max_file_size: u64,
    /// The names of registries, by their uids.
    registry_names: BTreeMap<String, String>,
    targets: BTreeMap<PathBuf, Merged>,
}

/// An answer as it was read.
#[derive(Debug)]
pub struct Answer {
    source: Source,
    tree: Tree,
}

impl Answer {
    /// Parses an answer.
    ///
    /// # Errors
    ///
    /// Why it cannot be one.
    pub fn parse(source: Source) -> Result<Self, Refused> {
        let refused = |reason: String| Refused {
            file: source.name().to_string(),
            reason,
        };
        if source.invalid_utf8_at().is_some() {
            return Err(refused("it is not UTF-8".to_owned()));
        }
        let (tree, faults) = parse_plain(format_of(&source), source.text());
        let Some(tree) = tree.filter(|_| faults.is_empty()) else {
            let fault = faults.first();
            let place = fault.map(|fault| {
                let start = fault.range.start();
                let at = source.lines().position(source.text(), start);
                format!("{}:{}: {}", at.line, at.column, fault.message)
            });
            return Err(refused(place.unwrap_or_else(|| "it is empty".to_owned())));
        };
        if tree.filled_documents().next().is_none() {
            return Err(refused("it is empty".to_owned()));
        }
        Ok(Self { source, tree })
    }
}

/// JSON, unless the name or the first character says otherwise: curl writes answers without an extension as well.
fn format_of(source: &Source) -> Format {
    let name = source.name().to_ascii_lowercase();
    Format::of_name(Path::new(&name)).unwrap_or_else(|| {
        let text = source.text().trim_start();
        if text.starts_with(['{', '[']) {
            Format::Json
        } else {
            Format::Yaml
        }
    })
}

impl<'d> Capture<'d> {
    /// A capture into a folder; `destination` is what the folder describes, if it describes anything yet.
    #[must_use]
    pub fn new(
        folder: &Path,
        destination: Option<&'d Destination>,
        hints: Hints,
        max_file_size: u64,
    ) -> Self {
        let registries = destination.map(Destination::registries).unwrap_or_default();
        let named = registries
            .iter()
            .filter(|registry| !registry.uid.is_empty());
        Self {
            folder: folder.to_owned(),
            destination,
            hints,
            max_file_size,
            registry_names: named
                .map(|registry| (registry.uid.clone(), registry.name.clone()))
                .collect(),
            targets: BTreeMap::new(),
        }
    }

    /// Files answers. Those that name registries come first, whatever their order: others are filed by these names.
    pub fn file(&mut self, answers: &[Answer]) -> (Vec<Filed>, Vec<Refused>) {
        for answer in answers {
            for root in answer.tree.filled_documents() {
                if kind::recognise(root, self.hints.kind, answer.source.name())
                    .is_ok_and(|kind| kind == AnswerKind::Registries)
                {
                    let registries = items_of(root).into_iter().filter_map(registry_of);
                    let named = registries.filter(|registry| !registry.uid.is_empty());
                    self.registry_names
                        .extend(named.map(|registry| (registry.uid, registry.name)));
                }
            }
        }
        let (mut filed, mut refused) = (Vec::new(), Vec::new());
        for answer in answers {
            let file = answer.source.name();
            for root in answer.tree.filled_documents() {
                let found = kind::recognise(root, self.hints.kind, file);
                match found.and_then(|kind| self.document(root, kind)) {
                    Ok(parts) => filed.extend(parts.into_iter().map(|part| Filed {
                        file: file.to_string(),
                        ..part
                    })),
                    Err(reason) => refused.push(Refused {
                        file: file.to_string(),
                        reason,
                    }),
                }
            }
        }
        (filed, refused)
    }

    /// Writes what was filed.
    ///
    /// # Errors
    ///
    /// [`WriteError`] for the first file that cannot be written; files are written whole or not at all.
    pub fn write(&self) -> Result<(), WriteError> {
        let changed = self
            .targets
            .iter()
            .filter(|(_, merged)| merged.is_changed());
        for (relative, merged) in changed {
            write_into(&self.folder, relative, &merged.text(), Readers::Usual)?;
        }
        Ok(())
    }

    fn document(&mut self, root: NodeRef<'_>, kind: AnswerKind) -> Result<Vec<Filed>, String> {
        let is_copied = matches!(
            kind,
            AnswerKind::Packs | AnswerKind::PackVersions | AnswerKind::PackSearch
        );
        if is_copied && root.tree().has_aliases() {
            // A few lines of them may stand for more than any memory holds.
            return Err("it has YAML aliases, which no answer has".to_owned());
        }
        match kind {
            AnswerKind::Registries => self.registries(root),
            AnswerKind::Packs => self.packs(root),
            AnswerKind::PackVersions => self.pack_versions(root),
            AnswerKind::PackSearch => self.search(root),
            AnswerKind::Macros(scope) => self.macros(root, scope),
            AnswerKind::Profiles => self.profiles(root),
        }
    }

    fn registries(&mut self, root: NodeRef<'_>) -> Result<Vec<Filed>, String> {
        let registries: Vec<_> = items_of(root).into_iter().filter_map(registry_of).collect();
        let count = registries.len();
        let items = registries.into_iter().map(|registry| {
            let mut item = Map::new();
            let texts = [
                ("uid", registry.uid.as_str()),
                ("name", &registry.name),
                ("kind", registry.kind.name()),
                ("providerType", &registry.provider_type),
            ];
            let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
            item.extend(texts.map(|(key, text)| (key.to_owned(), json!(text))));
            let flags = [
                ("isPrivate", registry.is_private),
                ("isSyncSupported", registry.is_sync_supported),
                ("isDefault", registry.is_default.then_some(true)),
            ];
            let flags = flags
                .into_iter()
                .filter_map(|(key, flag)| Some((key, flag?)));
            item.extend(flags.map(|(key, flag)| (key.to_owned(), json!(flag))));
            Value::Object(item)
        });
        let items: Vec<_> = items.collect();
        let target = PathBuf::from("registries/registries.json");
        let key: merge::Key = &[&["uid"]];
        let counts = self.target(&target)?.items(items, key);
        Ok(vec![Filed {
            file: String::new(),
            what: counted(count, "registry", "registries"),
            target,
            counts,
            left_out: None,
        }])
    }

    /// A page of packs; those of several registries are filed with each of them.
    fn packs(&mut self, root: NodeRef<'_>) -> Result<Vec<Filed>, String> {
        let mut by_registry: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for item in items_of(root) {
            let mut value = value_of(item);
            let told = item.at(&["spec", "registryUid"]);
            let told = told.map(|uid| uid.text().into_owned());
            let uid = match told.filter(|uid| !uid.is_empty()) {
                Some(uid) => uid,
                None => {
                    let uid = self.hinted_registry("the packs do not name their registry")?;
                    if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
                        spec.insert("registryUid".to_owned(), json!(uid));
                    }
                    uid
                }
            };
            by_registry.entry(uid).or_default().push(value);
        }
        let is_of_one = by_registry.len() == 1;
        let page_count = root.at(&["listmeta", "count"]);
        let page_count = page_count.and_then(|count| count.source().parse::<u64>().ok());
        let mut filed = Vec::new();
        for (uid, items) in by_registry {
            let names: BTreeSet<_> = items
                .iter()
                .map(|item| item.pointer("/spec/name").and_then(Value::as_str))
                .collect();
            let what = format!(
                "a page of packs: {} of {} from {}",
                counted(items.len(), "version", "versions"),
                counted(names.len(), "pack", "packs"),
                self.registry_shown(&uid)
            );
            let target = self.registry_folder(&uid).join("packs.json");
            let key: merge::Key = &[
                &["spec", "registryUid"],
                &["spec", "name"],
                &["spec", "group"],
                &["spec", "version"],
            ];
            let merged = self.target(&target)?;
            let counts = merged.items(items, key);
            // The count of a page of several registries is that of all of them, and says nothing of one.
            if let Some(count) = page_count.filter(|_| is_of_one) {
                merged.set_list_count(count);
            }
            filed.push(Filed {
                file: String::new(),
                what,
                target,
                counts,
                left_out: None,
            });
        }
        Ok(filed)
    }

    fn pack_versions(&mut self, root: NodeRef<'_>) -> Result<Vec<Filed>, String> {
        let name = root.get("name").map(NodeRef::text).unwrap_or_default();
        let told = root.get("registryUid").map(|uid| uid.text().into_owned());
        let mut value = value_of(root);
        let uid = match told.filter(|uid| !uid.is_empty()) {
            Some(uid) => uid,
            None => {
                let uid = self.hinted_registry("the answer does not name the registry")?;
                if let Some(answer) = value.as_object_mut() {
                    answer.insert("registryUid".to_owned(), json!(uid));
                }
                uid
            }
        };
        let versions = root.get("tags").into_iter().flat_map(NodeRef::items);
        let what = format!(
            "{} of pack `{name}` from {}",
            counted(versions.count(), "tag", "tags"),
            self.registry_shown(&uid)
        );
        let file = format!("tags-{}.json", file_stem(&name));
        let target = self.registry_folder(&uid).join(file);
        let counts = self.target(&target)?.replace(value);
        Ok(vec![Filed {
            file: String::new(),
            what,
            target,
            counts,
            left_out: None,
        }])
    }

    fn search(&mut self, root: NodeRef<'_>) -> Result<Vec<Filed>, String> {
        let items: Vec<_> = items_of(root).into_iter().map(value_of).collect();
        let what = format!(
            "a search for packs: {} with their newest versions",
            counted(items.len(), "pack", "packs")
        );
        let target = PathBuf::from("registries/search.json");
        let key: merge::Key = &[&["spec", "name"], &["spec", "layer"], &["spec", "type"]];
        let counts = self.target(&target)?.items(items, key);
        Ok(vec![Filed {
            file: String::new(),
            what,
            target,
            counts,
            left_out: None,
        }])
    }

    fn macros(&mut self, root: NodeRef<'_>, scope: Scope) -> Result<Vec<Filed>, String> {
        let names = names_in(root).unwrap_or_default();
        let is_empty = |name: NodeRef<'_>| {
            macro_value(name)
                .is_some_and(|value| value.kind() == Kind::String && value.text().is_empty())
        };
        let names = names.into_iter();
        let names: BTreeMap<String, bool> = names
            .map(|name| (name.text().into_owned(), is_empty(name)))
            .filter(|(name, _)| !name.trim().is_empty())
            .collect();
        let what = format!(
            "{} of the {} scope",
            counted(names.len(), "macro", "macros"),
            scope.name()
        );
        // That a value is empty is no secret, and worth a warning.
        let items = names.into_iter().map(|(name, is_empty)| match is_empty {
            true => json!({ "name": name, "value": "" }),
            false => json!({ "name": name }),
        });
        let items: Vec<_> = items.collect();
        let target = PathBuf::from(format!("macros/{}.json", scope.name()));
        let counts = self.target(&target)?.macros(items);
        Ok(vec![Filed {
            file: String::new(),
            what,
            target,
            counts,
            left_out: Some("values are left out, they may be secrets"),
        }])
    }

    fn profiles(&mut self, root: NodeRef<'_>) -> Result<Vec<Filed>, String> {
        let profiles = profiles_in(root).unwrap_or_default();
        let is_whole = profiles.iter().any(|(_, name)| holds_contents(*name));
        let items = profiles.iter().map(|(profile, _)| {
            let mut metadata = Map::new();
            metadata.insert("name".to_owned(), json!(profile.name));
            if let Some(scope) = profile.scope {
                metadata.insert("annotations".to_owned(), json!({ "scope": scope.name() }));
            }
            let mut spec = Map::new();
            let texts = [
                ("version", profile.version.as_str()),
                ("cloudType", &profile.cloud_type),
                ("type", &profile.kind),
            ];
            let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
            spec.extend(texts.map(|(key, text)| (key.to_owned(), json!(text))));
            json!({ "metadata": metadata, "spec": spec })
        });
        let items: Vec<_> = items.collect();
        let target = PathBuf::from("profiles/profiles.json");
        let key: merge::Key = &[
            &["metadata", "name"],
            &["spec", "version"],
            &["metadata", "annotations", "scope"],
        ];
        let counts = self.target(&target)?.items(items, key);
        Ok(vec![Filed {
            file: String::new(),
            what: counted(profiles.len(), "profile", "profiles"),
            target,
            counts,
            left_out: is_whole
                .then_some("names, versions and types are kept, packs and values are not"),
        }])
    }

    /// The file that something belongs in, as it is now.
    fn target(&mut self, relative: &Path) -> Result<&mut Merged, String> {
        if !self.targets.contains_key(relative) {
            let merged = Merged::read(&self.folder.join(relative), self.max_file_size)?;
            self.targets.insert(relative.to_owned(), merged);
        }
        self.targets
            .get_mut(relative)
            .ok_or_else(|| format!("`{}` is not there", shown_path(relative)))
    }

    /// The uid of the registry that the command line names.
    fn hinted_registry(&self, why: &str) -> Result<String, String> {
        let Some(hint) = &self.hints.registry else {
            return Err(format!("{why}: pass `--registry NAME` or `--registry UID`"));
        };
        let by_name = self.registry_names.iter().find(|(_, name)| *name == hint);
        if let Some((uid, _)) = by_name {
            return Ok(uid.clone());
        }
        let is_uid = hint.len() == UID && hint.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_uid || self.registry_names.contains_key(hint) {
            return Ok(hint.clone());
        }
        let names: Vec<&str> = self.registry_names.values().map(String::as_str).collect();
        let known = if names.is_empty() {
            "add the answer of `GET /v1/registries/metadata` first".to_owned()
        } else {
            format!("those with a uid are {}", suggest::list(&names))
        };
        Err(format!(
            "no registry is called `{hint}`, and it is no uid: {known}"
        ))
    }

    fn registry_shown(&self, uid: &str) -> String {
        match self.registry_names.get(uid).filter(|name| !name.is_empty()) {
            Some(name) => format!("`{name}`"),
            None => format!("registry `{uid}`"),
        }
    }

    /// The folder of a registry: the one whose `registry.json` or packs are of this registry, else one by its name.
    fn registry_folder(&self, uid: &str) -> PathBuf {
        let declared = self.destination.and_then(|destination| {
            let mut registries = destination.registries().iter();
            let registry = registries.find(|registry| registry.uid == uid)?;
            let file = PathBuf::from(registry.declared.as_ref()?.file.as_ref());
            let below = file.strip_prefix(shown_path(&self.folder)).ok()?;
            let folder = below.parent()?.to_owned();
            (folder.starts_with("registries") && folder != Path::new("registries"))
                .then_some(folder)
        });
        declared.unwrap_or_else(|| {
            let name = self.registry_names.get(uid).map_or(uid, String::as_str);
            let stem = file_stem(name);
            Path::new("registries").join(if stem.is_empty() {
                file_stem(uid)
            } else {
                stem
            })
        })
    }
}

/// Hexadecimal digits of a uid of the API.
const UID: usize = 24;

/// The most characters of a file's name that come from an answer.
const STEM: usize = 80;

/// A name for a file, made of a name in an answer. It is never a path or a device, and never one that a folder reads
/// otherwise.
fn file_stem(name: &str) -> String {
    let mut stem = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        let is_inside = stem.ends_with(|last: char| last.is_ascii_alphanumeric());
        let is_mark = is_inside && matches!(character, '.' | '_');
        if character.is_ascii_alphanumeric() || is_mark {
            stem.push(character);
        } else if !stem.ends_with('-') {
            stem.push('-');
        }
    }
    let stem: String = stem.chars().take(STEM).collect();
    let stem = stem.trim_matches(['-', '.']).to_owned();
    if is_device(&stem) {
        return format!("_{stem}");
    }
    stem
}

/// Whether the profile that a name belongs to comes with its packs.
fn holds_contents(name: NodeRef<'_>) -> bool {
    let profile = name.parent().and_then(NodeRef::parent);
    let packs: [&[&str]; 3] = [
        &["spec", "template", "packs"],
        &["spec", "published", "packs"],
        &["spec", "draft", "packs"],
    ];
    profile.is_some_and(|profile| packs.iter().any(|keys| profile.at(keys).is_some()))
}

/// The items of a list, a list alone, or what stands by itself.
fn items_of(root: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    match root.get("items") {
        Some(items) => items.items().collect(),
        None if root.kind() == Kind::Array => root.items().collect(),
        None => vec![root],
    }
}

/// A node as data. Answers with aliases are refused before; how deep others are the parsers limit.
fn value_of(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Null | Kind::Alias => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().unwrap_or_default()),
        Kind::Number => node
            .as_number()
            .and_then(|number| serde_json::from_str(&number).ok())
            .unwrap_or_else(|| Value::String(node.text().into_owned())),
        Kind::String => Value::String(node.text().into_owned()),
        Kind::Array => node.items().map(value_of).collect(),
        Kind::Object => {
            let entries = node.entries();
            Value::Object(
                entries
                    .map(|(key, value)| (key.text().into_owned(), value_of(value)))
                    .collect(),
            )
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
