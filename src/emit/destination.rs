//! What is known of a destination, and what was done to its folder.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
};

use clap::ValueEnum;
use serde::Serialize;

use super::{
    human::{self, counted},
    json::{JsonTool, to_text},
    table,
};
use crate::{
    capture::{Counts, Filed},
    destination::{
        Declaration, Destination, ExistingProfile, HeldPack, Listing, PackVersion, Registry, Scope,
        Stage,
    },
    finding::Level,
    report::Report,
    sensitive::printable,
    source::shown_path,
};

/// The version of the format for programs: raised when a program that reads it would have to change.
const VERSION: u32 = 1;

/// The parts of a destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShowPart {
    /// Its registries.
    Registries,
    /// The packs in them.
    Packs,
    /// The names of its macros.
    Macros,
    /// The profiles that exist there.
    Profiles,
}

/// What of a destination is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Parts of the names of packs; all packs when there is none.
    pub packs: Vec<String>,
    /// Names of registries; all registries when there is none.
    pub registries: Vec<String>,
    /// The parts; where there is none, those that the names are about, or all.
    pub parts: Vec<ShowPart>,
}

impl Asked {
    fn shows(&self, part: ShowPart) -> bool {
        if !self.parts.is_empty() {
            return self.parts.contains(&part);
        }
        match part {
            ShowPart::Packs => true,
            ShowPart::Registries => self.packs.is_empty(),
            ShowPart::Macros | ShowPart::Profiles => {
                self.packs.is_empty() && self.registries.is_empty()
            }
        }
    }

    fn has_registry(&self, registry: &Registry) -> bool {
        self.registries.is_empty()
            || self.registries.contains(&registry.name)
            || self.registries.contains(&registry.uid)
    }

    fn has_pack(&self, name: &str) -> bool {
        self.packs.is_empty() || self.packs.iter().any(|part| name.contains(part.as_str()))
    }

    /// The packs that are asked for, in the order of their names, with the registries that hold them.
    fn packs<'d>(&self, destination: &'d Destination) -> Vec<(&'d str, Vec<&'d HeldPack>)> {
        let names: BTreeSet<&str> = destination.pack_names().collect();
        let asked = names.into_iter().filter(|name| self.has_pack(name));
        let held = asked.map(|name| {
            let held = destination.pack(name).iter();
            let held = held.filter(|held| {
                let registry = destination.registry(held.registry);
                registry.is_some_and(|registry| self.has_registry(registry))
            });
            (name, held.collect::<Vec<_>>())
        });
        held.filter(|(_, held)| !held.is_empty()).collect()
    }
}

/// How many packs and versions the registries hold, by their numbers.
fn contents(destination: &Destination) -> HashMap<usize, (usize, usize)> {
    let mut contents: HashMap<usize, (usize, usize)> = HashMap::new();
    for held in destination
        .pack_names()
        .flat_map(|name| destination.pack(name))
    {
        let (packs, all) = contents.entry(held.registry).or_default();
        *packs += 1;
        *all += versions(held).len();
    }
    contents
}

/// The versions of a pack in a registry, each once, the newest first. Several tags may lead to one.
fn versions(held: &HeldPack) -> Vec<&PackVersion> {
    let mut versions: Vec<&PackVersion> = held.versions.iter().collect();
    versions.sort_by(|one, other| {
        crate::destination::version::compare(&other.version, &one.version)
            .then_with(|| one.version.cmp(&other.version))
            .then_with(|| one.tag.cmp(&other.tag))
    });
    versions.dedup_by(|one, other| one.version == other.version && one.group == other.group);
    versions
}

fn listing(registry: &Registry) -> &'static str {
    match registry.listing {
        Listing::Complete => "all",
        Listing::Partial => "a part",
        Listing::None => "nothing",
    }
}

/// Renders what is known, for a terminal of this many columns.
#[must_use]
pub fn render_human(destination: &Destination, asked: &Asked, color: bool, width: usize) -> String {
    let mut out = String::new();
    let bold = |text: &str| {
        if color {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{} ({} scope), described in {}",
        bold(&printable(destination.name())),
        destination.scope().name(),
        printable(&shown_path(destination.folder()))
    );
    let mut part = |title: &str, none: &str, text: String| {
        let text = if text.is_empty() {
            format!("  {none}\n")
        } else {
            text
        };
        let _ = write!(out, "\n{}\n{text}", bold(title));
    };
    if asked.shows(ShowPart::Registries) {
        part("registries", "none", registries(destination, asked, width));
    }
    if asked.shows(ShowPart::Packs) {
        part("packs", "none", packs(destination, asked, width));
    }
    if asked.shows(ShowPart::Macros) {
        part("macros", "none", macros(destination, width));
    }
    if asked.shows(ShowPart::Profiles) {
        part("profiles", "none", profiles(destination, width));
    }
    let gaps = destination.not_checked();
    if !gaps.is_empty() {
        out.push('\n');
    }
    for gap in gaps {
        let _ = writeln!(out, "not told: {}", printable(&gap));
    }
    out
}

fn registries(destination: &Destination, asked: &Asked, width: usize) -> String {
    let contents = contents(destination);
    let numbered = destination.registries().iter().enumerate();
    let asked = numbered.filter(|(_, registry)| asked.has_registry(registry));
    let rows: Vec<_> = asked
        .map(|(number, registry)| {
            let (packs, versions) = contents.get(&number).copied().unwrap_or_default();
            let kind = match (registry.kind.name(), registry.provider_type.as_str()) {
                ("", _) => "?".to_owned(),
                (kind, "") => kind.to_owned(),
                (kind, provider) => format!("{kind} ({provider})"),
            };
            let remarks = [
                (true, listing(registry)),
                (registry.is_default, "default"),
                (registry.is_private == Some(true), "private"),
                (
                    registry.is_sync_supported == Some(false),
                    "not synchronised",
                ),
            ];
            let remarks: Vec<_> = remarks.iter().filter(|(holds, _)| *holds).collect();
            let remarks: Vec<&str> = remarks.iter().map(|(_, remark)| *remark).collect();
            [
                printable(&registry.name),
                printable(&kind),
                printable(&registry.uid),
                packs.to_string(),
                versions.to_string(),
                remarks.join(", "),
            ]
        })
        .collect();
    let headers = ["name", "kind", "uid", "packs", "versions", "listed"];
    if rows.is_empty() {
        return String::new();
    }
    table::render(headers, &rows, width)
}

fn packs(destination: &Destination, asked: &Asked, width: usize) -> String {
    let mut rows = Vec::new();
    for (name, held) in asked.packs(destination) {
        for held in held {
            let registry = destination.registry(held.registry);
            let registry = registry.map(|registry| printable(&registry.name));
            let is_detailed = !asked.packs.is_empty();
            let versions: Vec<String> = versions(held)
                .into_iter()
                .map(|version| described(version, is_detailed))
                .collect();
            rows.push([
                printable(name),
                registry.unwrap_or_default(),
                printable(&versions.join(", ")),
            ]);
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    table::render(["name", "registry", "versions"], &rows, width)
}

/// A version with what is to be known before it is used; in detail with the tags and clouds too.
fn described(version: &PackVersion, is_detailed: bool) -> String {
    let mut remarks: Vec<String> = Vec::new();
    if let Some(group) = &version.group {
        remarks.push(group.clone());
    }
    if let Some(stage) = stage(version) {
        remarks.push(stage.name().to_owned());
    }
    if is_detailed {
        remarks.extend(version.life.end().map(|end| format!("until {end}")));
        if !version.parent_tags.is_empty() {
            remarks.push(format!("tags {}", version.parent_tags.join(" ")));
        }
        let clouds = version.clouds.as_ref();
        remarks.extend(clouds.map(|clouds| format!("for {}", clouds.value.join(" "))));
    }
    if remarks.is_empty() {
        version.version.clone()
    } else {
        format!("{} ({})", version.version, remarks.join("; "))
    }
}

/// The stage of a version, where it is not simply offered.
fn stage(version: &PackVersion) -> Option<Stage> {
    Some(version.life.stage()).filter(|stage| *stage != Stage::Offered)
}

/// The names of the macros of a scope; `None` when the scope is not told.
fn macro_names(destination: &Destination, scope: Scope) -> Option<Vec<&str>> {
    let macros = destination.macros();
    let of_scope = macros.names().filter(|(_, of)| *of == scope);
    (!macros.untold().contains(&scope)).then(|| of_scope.map(|(name, _)| name).collect())
}

fn macros(destination: &Destination, width: usize) -> String {
    let told = Scope::ALL.into_iter().filter_map(|scope| {
        let names = macro_names(destination, scope)?;
        Some([
            scope.name().to_owned(),
            names.len().to_string(),
            printable(&names.join(", ")),
        ])
    });
    let rows: Vec<_> = told.collect();
    if rows.is_empty() {
        return String::new();
    }
    table::render(["scope", "count", "names"], &rows, width)
}

fn profiles(destination: &Destination, width: usize) -> String {
    let mut profiles: Vec<&ExistingProfile> =
        destination.profiles().unwrap_or_default().iter().collect();
    profiles.sort_by(|one, other| {
        one.name
            .cmp(&other.name)
            .then_with(|| crate::destination::version::compare(&other.version, &one.version))
    });
    let rows: Vec<_> = profiles
        .into_iter()
        .map(|profile| {
            [
                printable(&profile.name),
                printable(&profile.version),
                printable(&profile.cloud_type),
                printable(&profile.kind),
                profile.scope.map_or("", Scope::name).to_owned(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table::render(["name", "version", "cloud", "type", "scope"], &rows, width)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonDestination<'d> {
    version: u32,
    tool: JsonTool,
    name: &'d str,
    folder: String,
    scope: &'static str,
    registries: Option<Vec<JsonRegistry<'d>>>,
    packs: Option<Vec<JsonPack<'d>>>,
    macros: Option<JsonMacros<'d>>,
    profiles: Option<Vec<JsonProfile<'d>>>,
    not_told: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonRegistry<'d> {
    name: &'d str,
    uid: &'d str,
    kind: &'static str,
    provider_type: &'d str,
    is_private: Option<bool>,
    is_sync_supported: Option<bool>,
    is_default: bool,
    listed: &'static str,
    packs: usize,
    versions: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonPack<'d> {
    name: &'d str,
    registry: &'d str,
    registry_uid: &'d str,
    versions: Vec<JsonVersion<'d>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonVersion<'d> {
    version: &'d str,
    group: Option<&'d str>,
    parent_tags: &'d [String],
    state: &'static str,
    eol: Option<String>,
    cloud_types: Option<&'d [String]>,
    file: Option<&'d str>,
    line: Option<u32>,
}

#[derive(Serialize)]
struct JsonMacros<'d> {
    project: Option<Vec<&'d str>>,
    tenant: Option<Vec<&'d str>>,
    system: Option<Vec<&'d str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonProfile<'d> {
    name: &'d str,
    version: &'d str,
    cloud_type: &'d str,
    #[serde(rename = "type")]
    kind: &'d str,
    scope: Option<&'static str>,
}

/// Renders what is known for programs; `schemas/destination-show.schema.json` describes it.
#[must_use]
pub fn render_json(destination: &Destination, asked: &Asked) -> String {
    let tells = |part| asked.shows(part) && destination.tells_registries();
    let registries = tells(ShowPart::Registries).then(|| {
        let contents = contents(destination);
        let numbered = destination.registries().iter().enumerate();
        let asked = numbered.filter(|(_, registry)| asked.has_registry(registry));
        asked
            .map(|(number, registry)| json_registry(registry, contents.get(&number)))
            .collect()
    });
    let packs = tells(ShowPart::Packs).then(|| {
        let held = asked
            .packs(destination)
            .into_iter()
            .flat_map(|(name, held)| held.into_iter().map(move |held| (name, held)));
        held.map(|(name, held)| json_pack(destination, name, held))
            .collect()
    });
    let names = |scope| macro_names(destination, scope);
    let shows_macros = asked.shows(ShowPart::Macros) && destination.macros().is_told();
    let profiles = destination
        .profiles()
        .filter(|_| asked.shows(ShowPart::Profiles));
    to_text(&JsonDestination {
        version: VERSION,
        tool: JsonTool::THIS,
        name: destination.name(),
        folder: shown_path(destination.folder()),
        scope: destination.scope().name(),
        registries,
        packs,
        macros: shows_macros.then(|| JsonMacros {
            project: names(Scope::Project),
            tenant: names(Scope::Tenant),
            system: names(Scope::System),
        }),
        profiles: profiles.map(|profiles| profiles.iter().map(json_profile).collect()),
        not_told: destination.not_checked(),
    })
}

fn json_registry<'d>(registry: &'d Registry, content: Option<&(usize, usize)>) -> JsonRegistry<'d> {
    let (packs, versions) = content.copied().unwrap_or_default();
    JsonRegistry {
        name: &registry.name,
        uid: &registry.uid,
        kind: registry.kind.name(),
        provider_type: &registry.provider_type,
        is_private: registry.is_private,
        is_sync_supported: registry.is_sync_supported,
        is_default: registry.is_default,
        listed: match registry.listing {
            Listing::Complete => "complete",
            Listing::Partial => "partial",
            Listing::None => "none",
        },
        packs,
        versions,
    }
}

fn json_pack<'d>(destination: &'d Destination, name: &'d str, held: &'d HeldPack) -> JsonPack<'d> {
    let registry = destination.registry(held.registry);
    JsonPack {
        name,
        registry: registry.map_or("", |registry| &registry.name),
        registry_uid: registry.map_or("", |registry| &registry.uid),
        versions: versions(held).into_iter().map(json_version).collect(),
    }
}

fn json_version(version: &PackVersion) -> JsonVersion<'_> {
    let declared = version.declared.as_ref();
    JsonVersion {
        version: &version.version,
        group: version.group.as_deref(),
        parent_tags: &version.parent_tags,
        state: stage(version).unwrap_or_default().name(),
        eol: version.life.end().map(|end| end.to_string()),
        cloud_types: version
            .clouds
            .as_ref()
            .map(|clouds| clouds.value.as_slice()),
        file: declared.map(|declared| declared.source().name().as_ref()),
        line: declared.map(Declaration::line),
    }
}

fn json_profile(profile: &ExistingProfile) -> JsonProfile<'_> {
    JsonProfile {
        name: &profile.name,
        version: &profile.version,
        cloud_type: &profile.cloud_type,
        kind: &profile.kind,
        scope: profile.scope.map(Scope::name),
    }
}

/// Renders what is wrong with folders, for a terminal of this many columns.
#[must_use]
pub fn render_check(report: &Report, color: bool, width: usize) -> String {
    let mut out = String::new();
    human::findings(&mut out, report, color, width);
    let levels = [
        (Level::Error, "error", "errors"),
        (Level::Warning, "warning", "warnings"),
        (Level::Info, "info", "infos"),
    ];
    let counts: Vec<String> = levels
        .into_iter()
        .map(|(level, one, many)| (report.count(level), one, many))
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    let found = match counts.as_slice() {
        [] => "nothing found".to_owned(),
        counts => counts.join(" and "),
    };
    let names = report.destinations.join(", ");
    let _ = writeln!(out, "{}: {found}", printable(&names));
    for gap in &report.coverage.not_checked {
        let _ = writeln!(out, "not told: {}", printable(gap));
    }
    out
}

/// Renders what was filed, a line for each answer.
#[must_use]
pub fn render_filed(filed: &[Filed]) -> String {
    let mut out = String::new();
    for answer in filed {
        let Counts {
            new,
            changed,
            known,
        } = answer.counts;
        let counts = [(new, "new"), (changed, "changed"), (known, "known")];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let counts = if counts.is_empty() {
            "nothing new".to_owned()
        } else {
            counts.join(", ")
        };
        let left_out = answer
            .left_out
            .map_or_else(String::new, |what| format!("; {what}"));
        let line = format!(
            "{}: {} → {} ({counts}{left_out})",
            answer.file,
            answer.what,
            shown_path(&answer.target)
        );
        let _ = writeln!(out, "{}", printable(&line));
    }
    out
}
