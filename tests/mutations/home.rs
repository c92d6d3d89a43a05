//! A destination made for one profile: it holds every pack, registry and macro that the profile asks for.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use palette_knife::{
    destination::{Destination, DestinationFault, FaultKind},
    source::DEFAULT_MAX_FILE_SIZE,
};
use serde_json::{Map, Value, json};

use crate::fixture::Fixture;

/// The files of a destination.
#[derive(Clone)]
pub struct Home {
    config: Value,
    packs: BTreeMap<(String, String), PackFolder>,
}

/// A pack folder of one registry.
#[derive(Clone)]
struct PackFolder {
    registry: usize,
    json: Value,
    files: BTreeMap<&'static str, String>,
}

impl Home {
    /// Where everything is that the profile asks for.
    pub fn of(fixture: &Fixture) -> Self {
        let mut registries: Vec<Value> = Vec::new();
        let mut packs = BTreeMap::new();
        for pack in fixture.registry_packs() {
            let metadata = fixture.value.pointer(&format!("{pack}/registry/metadata"));
            let mut metadata = metadata
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default();
            metadata.retain(|key, value| {
                matches!(
                    key.as_str(),
                    "name" | "uid" | "kind" | "providerType" | "isPrivate"
                ) && value != ""
            });
            metadata.insert("isSyncSupported".to_owned(), Value::Bool(true));
            let same = |registry: &Value| registry["name"] == metadata["name"];
            let registry = registries.iter().position(same).unwrap_or_else(|| {
                registries.push(Value::Object(metadata.clone()));
                registries.len() - 1
            });
            let (name, version) = key(fixture, &pack);
            let json = json!({
                "name": name,
                "version": version,
                "displayName": name,
                "layer": fixture.string(&format!("{pack}/layer")),
            });
            let folder = PackFolder {
                registry,
                json,
                files: BTreeMap::new(),
            };
            packs.insert((name, version), folder);
        }
        let mut macros = Map::new();
        for embedded in fixture.embedded() {
            for rest in embedded.text.split(".spectro.macro.").skip(1) {
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
                let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                macros.insert(rest[..end].to_owned(), json!("x"));
            }
        }
        let config = json!({
            "name": "home",
            "scope": "project",
            "registries": registries,
            "macros": {"project": macros, "tenant": {}, "system": {}},
        });
        Self { config, packs }
    }

    /// Changes `destination.yaml`.
    pub fn configured(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.config);
        self
    }

    /// Changes the `pack.json` of a pack of the profile.
    pub fn pack(mut self, fixture: &Fixture, pack: &str, change: impl FnOnce(&mut Value)) -> Self {
        let folder = self.packs.get_mut(&key(fixture, pack)).expect("a pack");
        change(&mut folder.json);
        self
    }

    /// Adds another version of a pack of the profile.
    pub fn version(mut self, fixture: &Fixture, pack: &str, version: &str) -> Self {
        let (name, own) = key(fixture, pack);
        let mut folder = self.packs[&(name.clone(), own)].clone();
        folder.json["version"] = json!(version);
        self.packs.insert((name, version.to_owned()), folder);
        self
    }

    /// The number of its registries.
    pub fn registries(&self) -> usize {
        self.config["registries"].as_array().map_or(0, Vec::len)
    }

    /// Puts a pack of the profile into another registry too.
    pub fn also_in(mut self, fixture: &Fixture, pack: &str, registry: usize) -> Self {
        let (name, version) = key(fixture, pack);
        let folder = &self.packs[&(name.clone(), version.clone())];
        let folder = PackFolder {
            registry,
            ..folder.clone()
        };
        // The files of a folder say which pack it is, not its name.
        self.packs
            .insert((format!("{name}-again"), version), folder);
        self
    }

    /// Sets a file of the folder of a pack: `schema.yaml`, `values.yaml`.
    pub fn file(
        mut self,
        fixture: &Fixture,
        pack: &str,
        file: &'static str,
        text: impl Into<String>,
    ) -> Self {
        let folder = self.packs.get_mut(&key(fixture, pack)).expect("a pack");
        folder.files.insert(file, text.into());
        self
    }

    /// What it is, to know it again.
    pub fn identity(&self) -> String {
        let packs: Vec<_> = self
            .packs
            .values()
            .map(|pack| (&pack.json, &pack.files))
            .collect();
        format!("{} {packs:?}", self.config)
    }

    /// Writes and loads it. Packs are read while it is used, so the folder has to stay.
    pub fn load(&self, folder: &Path) -> Arc<Destination> {
        let write = |path: &Path, text: &str| {
            fs::create_dir_all(path.parent().expect("a folder")).expect("created");
            fs::write(path, text).expect("written");
        };
        let mut config = self.config.clone();
        let registries = config["registries"].as_array_mut().expect("registries");
        for (number, registry) in registries.iter().enumerate() {
            let path = folder.join(format!("registries/{number}/registry.json"));
            write(&path, &registry.to_string());
        }
        registries.clear();
        for ((name, version), pack) in &self.packs {
            let path = folder.join(format!("registries/{}/{name}-{version}", pack.registry));
            write(&path.join("pack.json"), &pack.json.to_string());
            for (file, text) in &pack.files {
                write(&path.join(file), text);
            }
        }
        write(&folder.join("destination.json"), &config.to_string());
        let destination = Destination::load(folder, DEFAULT_MAX_FILE_SIZE).expect("a destination");
        let is_broken = |fault: &&DestinationFault| {
            use FaultKind::{DuplicateKey, Schema, Syntax, UnknownField};
            matches!(fault.kind, DuplicateKey | Schema | Syntax | UnknownField)
        };
        let broken = destination.faults().iter().find(is_broken);
        assert!(broken.is_none(), "{broken:?}");
        Arc::new(destination)
    }
}

/// The name and the version of a pack at a registry.
fn key(fixture: &Fixture, pack: &str) -> (String, String) {
    let name = fixture.string(&format!("{pack}/name"));
    let name = name.split_once("--").map_or(name, |(_, name)| name);
    (
        name.to_owned(),
        fixture.string(&format!("{pack}/version")).to_owned(),
    )
}
