//! `destination.yaml` or `destination.json`.

use std::sync::Arc;

use crate::{
    finding::Place,
    hosts::{HostPattern, NoPattern},
    schema::Schema,
    source::Source,
    syntax::{Kind, NodeRef},
};

use super::{
    AllowedHosts, DestinationFault, FaultKind, Select,
    answers::registry,
    existing::{ExistingProfile, profiles_in},
    file::ParsedFile,
    life_cycle::{LifeCycle, Told},
    macros::{Scope, empty_macros, names_in},
    registry::{Clouds, PackVersion, Registry},
};

/// A registry of the destination file.
#[derive(Debug)]
pub struct ToldRegistry {
    /// Its metadata.
    pub registry: Registry,
    /// The packs it holds by name, one entry for each version, if it tells any.
    pub packs: Option<Vec<(String, PackVersion)>>,
}

/// What the destination file tells.
#[derive(Debug, Default)]
pub struct Config {
    /// The destination's name.
    pub name: Option<String>,
    /// Where profiles are imported to.
    pub scope: Option<Scope>,
    /// Registries; with the packs they hold, if their packs are told.
    pub registries: Option<Vec<ToldRegistry>>,
    /// Macro names and their places by scope.
    pub macros: Vec<(Scope, Vec<(String, Place)>)>,
    /// Profiles that exist there.
    pub profiles: Option<Vec<ExistingProfile>>,
    /// Answers to open choices.
    pub select: Select,
    /// The registries that `select.packs` and `select.registries` choose, with their places.
    pub selected: Vec<(String, Place)>,
    /// The registries of `select.prefer`, with their places.
    pub preferred: Vec<(String, Place)>,
    /// The hosts that can be reached from there.
    pub allowed_hosts: Option<AllowedHosts>,
    /// What is wrong with the file.
    pub faults: Vec<DestinationFault>,
}

/// Reads its document. Parts that are wrong are left out and reported.
#[must_use]
pub fn read(file: &Arc<ParsedFile>, root: NodeRef<'_>) -> Config {
    let mut config = Config::default();
    let source = &file.source;
    let place = |node: NodeRef<'_>| place_of(source, node);
    for (_, again) in root.tree().duplicate_keys() {
        let message = format!("duplicate key `{}`", again.text());
        let fault = DestinationFault::new(FaultKind::DuplicateKey, place(again), message);
        config.faults.push(fault);
    }
    for violation in Schema::Destination.violations(root) {
        config.faults.push(DestinationFault {
            kind: if violation.unknown_key.is_some() {
                FaultKind::UnknownField
            } else {
                FaultKind::Schema
            },
            place: place(violation.unknown_key.unwrap_or(violation.node)),
            message: violation.message,
            help: violation.help,
            related: None,
        });
    }
    config.name = root
        .get("name")
        .and_then(NodeRef::as_str)
        .map(std::borrow::Cow::into_owned);
    config.scope = root
        .get("scope")
        .and_then(|scope| Scope::named(&scope.text()));
    if let Some(registries) = root
        .get("registries")
        .filter(|list| list.kind() == Kind::Array)
    {
        let told = registries.items().filter_map(|item| {
            let registry = registry(item)?;
            let name = item.get("name").or_else(|| item.get("uid"));
            Some(ToldRegistry {
                registry: Registry {
                    declared: Some(place(name.unwrap_or(item))),
                    ..registry
                },
                packs: packs_of(item, file),
            })
        });
        config.registries = Some(told.collect());
    }
    for (key, names) in root.get("macros").into_iter().flat_map(NodeRef::entries) {
        if let (Some(scope), Some(names)) = (Scope::named(&key.text()), names_in(names)) {
            config.faults.extend(empty_macros(source, &names));
            let names = names
                .into_iter()
                .map(|name| (name.text().into_owned(), place(name)));
            config.macros.push((scope, names.collect()));
        }
    }
    if let Some(profiles) = root
        .get("profiles")
        .filter(|list| list.kind() == Kind::Array)
    {
        let told = profiles_in(profiles).unwrap_or_default().into_iter();
        config.profiles = Some(
            told.map(|(profile, node)| profile.told_at(place(node)))
                .collect(),
        );
    }
    let map_of = |key: &str| {
        let entries = root
            .at(&["select", key])
            .into_iter()
            .flat_map(NodeRef::entries);
        entries
            .map(|(key, value)| (key.text().into_owned(), value.text().into_owned()))
            .collect()
    };
    let preferred = root.at(&["select", "prefer"]);
    let preferred = preferred.into_iter().flat_map(NodeRef::items);
    config.preferred = preferred
        .map(|name| (name.text().into_owned(), place(name)))
        .collect();
    for key in ["packs", "registries"] {
        let chosen = root
            .at(&["select", key])
            .into_iter()
            .flat_map(NodeRef::entries);
        config
            .selected
            .extend(chosen.map(|(_, name)| (name.text().into_owned(), place(name))));
    }
    config.select = Select {
        packs: map_of("packs"),
        registries: map_of("registries"),
        prefer: config
            .preferred
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
    };
    if let Some(list) = root
        .at(&["hosts", "allow"])
        .filter(|list| list.kind() == Kind::Array)
    {
        let (patterns, wrong): (Vec<_>, Vec<_>) = list
            .items()
            .map(|item| item.text().parse().map_err(|NoPattern| item))
            .partition(Result::is_ok);
        let wrong: Vec<_> = wrong.into_iter().filter_map(Result::err).collect();
        // Of a list that is wrong it is not known what it would allow.
        if wrong.is_empty() {
            config.allowed_hosts = Some(AllowedHosts {
                patterns: patterns.into_iter().filter_map(Result::ok).collect(),
                place: place(list.key().unwrap_or(list)),
            });
        }
        let faults = wrong.into_iter().map(|item| no_pattern(item, place(item)));
        config.faults.extend(faults);
    }
    config
}

/// What is wrong with an item of `hosts.allow`. People paste URLs there.
fn no_pattern(item: NodeRef<'_>, place: Place) -> DestinationFault {
    let text = item.text();
    let bare = text
        .split_once("://")
        .map_or(text.as_ref(), |(_, bare)| bare);
    let host = bare.split('/').next().unwrap_or(bare);
    let is_pattern = host.parse::<HostPattern>().is_ok();
    DestinationFault {
        kind: FaultKind::Schema,
        place,
        message: format!("`{text}` in `hosts.allow` is no host: {NoPattern}"),
        help: is_pattern.then(|| format!("did you mean `{host}`?")),
        related: None,
    }
}

fn packs_of(item: NodeRef<'_>, file: &Arc<ParsedFile>) -> Option<Vec<(String, PackVersion)>> {
    let packs = item
        .get("packs")
        .filter(|packs| packs.kind() == Kind::Object)?;
    // Versions that are no list are reported by the schema; what the registry holds is not known then.
    if packs
        .entries()
        .any(|(_, versions)| versions.kind() != Kind::Array)
    {
        return None;
    }
    let mut told = Vec::new();
    for (name, versions) in packs.entries() {
        for item in versions.items() {
            // One without a version is reported by the schema.
            let version = match item.kind() {
                Kind::Object => item.get("version"),
                _ => Some(item),
            };
            told.extend(version.map(|version| {
                let version = PackVersion {
                    declared: Some(file.declaration(version)),
                    life: LifeCycle::of_config(item, file),
                    clouds: item.get("cloudTypes").and_then(|list| clouds(list, file)),
                    ..PackVersion::named(&version.text())
                };
                (name.text().into_owned(), version)
            }));
        }
    }
    Some(told)
}

/// The clouds of a pack's `cloudTypes`; `None` where it tells none.
#[must_use]
pub fn clouds(list: NodeRef<'_>, file: &Arc<ParsedFile>) -> Option<Box<Clouds>> {
    let value: Vec<String> = list
        .items()
        .map(|cloud| cloud.text().into_owned())
        .collect();
    (!value.is_empty()).then(|| Told::new(value, file.declaration(list)))
}

/// The place of a node of a destination file.
#[must_use]
pub fn place_of(source: &Source, node: NodeRef<'_>) -> Place {
    Place {
        document: node.document_index(),
        pointer: node.pointer(),
        ..range_place(source, node.content_range())
    }
}

/// The place of some bytes of a destination file.
#[must_use]
pub fn range_place(source: &Source, range: crate::source::TextRange) -> Place {
    let lines = source.lines();
    Place {
        file: Arc::clone(source.name()),
        range,
        start: lines.position(source.text(), range.start()),
        end: lines.position(source.text(), range.end()),
        document: 0,
        pointer: String::new(),
        inner: None,
    }
}
