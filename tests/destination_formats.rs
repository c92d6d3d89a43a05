//! Destination folders: every file may be JSON or YAML, and none is left out without a word.

mod common;

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path, sync::Arc};

use palette_knife::{
    check::{CheckOptions, check_source},
    destination::{Destination, FaultKind, Listing, Registry, Scope, ValueRule},
    source::{DEFAULT_MAX_FILE_SIZE, Source, Text},
    syntax::{Format, Kind, NodeRef, parse_plain},
};
use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("written");
    }
    folder
}

fn load(folder: &Path) -> Destination {
    Destination::load(folder, DEFAULT_MAX_FILE_SIZE).expect("a destination")
}

/// The destination files that were left out, with their names below the folder.
fn unread(destination: &Destination) -> Vec<String> {
    let folder = format!("{}/", destination.folder().to_string_lossy()).replace('\\', "/");
    let unread = destination.unread().iter();
    unread.map(|file| file.replace(&folder, "")).collect()
}

fn versions(destination: &Destination, pack: &str) -> Vec<String> {
    let held = destination.pack(pack).iter();
    held.flat_map(|held| &held.versions)
        .map(|version| version.version.clone())
        .collect()
}

fn value_of(node: NodeRef<'_>) -> Value {
    match node.kind() {
        Kind::Null => Value::Null,
        Kind::Bool => Value::Bool(node.as_bool().expect("a boolean")),
        Kind::Number => serde_json::from_str(node.source()).expect("a number of JSON"),
        Kind::String => Value::String(node.text().into_owned()),
        Kind::Array => Value::Array(node.items().map(value_of).collect()),
        Kind::Object => Value::Object(
            node.entries()
                .map(|(key, value)| (key.text().into_owned(), value_of(value)))
                .collect(),
        ),
        Kind::Alias => panic!("the fixtures have no aliases"),
    }
}

/// Block collections; scalars as JSON writes them, which is YAML too.
fn write_yaml(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                write!(out, "\n{indent}{}:", Value::from(key.as_str())).expect("written");
                write_yaml(value, depth + 1, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                write!(out, "\n{indent}-").expect("written");
                write_yaml(item, depth + 1, out);
            }
        }
        scalar => write!(out, " {scalar}").expect("written"),
    }
}

/// Writes every destination file of a folder anew, with this extension. Gives the names of the files without theirs.
fn convert(folder: &Path, extension: &str, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let file = entry.expect("an entry").path();
        if file.is_dir() {
            convert(&file, extension, names);
            continue;
        }
        let stem = file.file_stem().expect("a name").to_string_lossy();
        // The values of a pack are not read.
        if ["values", "presets"].contains(&stem.as_ref()) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("read");
        let format = Format::of_name(&file).expect("JSON or YAML");
        let (tree, faults) = parse_plain(format, &Text::from(text));
        assert_eq!(faults, []);
        let tree = tree.expect("a tree");
        let value = value_of(tree.documents().next().expect("a document"));
        let text = if extension == "json" {
            value.to_string()
        } else {
            let mut yaml = String::new();
            write_yaml(&value, 0, &mut yaml);
            yaml + "\n"
        };
        names.insert(stem.into_owned());
        fs::remove_file(&file).expect("removed");
        fs::write(file.with_extension(extension), text).expect("written");
    }
}

/// What a rule of a pack schema says, except where.
fn asked(rule: &ValueRule) -> String {
    let format = rule.format.as_ref().map(|(template, _)| template.text());
    let flags = [rule.required.is_some(), rule.readonly.is_some()];
    let (path, hints) = (&rule.path, &rule.hints);
    format!("{path} {flags:?} {format:?} {hints:?} {}", rule.is_secret)
}

/// All that a destination tells, except where its files tell it.
fn described(destination: &Destination) -> String {
    let without_place = |registry: &Registry| Registry {
        declared: None,
        ..registry.clone()
    };
    let registries: Vec<_> = destination.registries().iter().map(without_place).collect();
    let mut text = format!(
        "{} {:?} {:?} {:#?}\n",
        destination.name(),
        destination.scope(),
        destination.select(),
        registries,
    );
    let names: BTreeSet<&str> = destination.pack_names().collect();
    for name in names {
        for held in destination.pack(name) {
            writeln!(text, "{name} {} {}", held.registry, held.complete).expect("written");
            for version in &held.versions {
                let rules = version.pack_schema().map(|schema| {
                    let mut rules: Vec<String> = schema.rules().iter().map(asked).collect();
                    rules.sort();
                    rules
                });
                let dependencies: Vec<String> = version
                    .dependencies
                    .iter()
                    .map(|other| {
                        let (pack, kind, versions) = (&other.pack, other.kind, &other.versions);
                        format!("{pack} {} {kind:?} {versions:?}", other.layer)
                    })
                    .collect();
                let has_values = version.own_values().is_some();
                let (tag, parents) = (&version.tag, &version.parent_tags);
                let (group, version) = (&version.group, &version.version);
                writeln!(text, "  {version} {tag:?} {parents:?} {group:?} {rules:?}")
                    .expect("written");
                writeln!(text, "  {dependencies:?} {has_values}").expect("written");
            }
        }
    }
    let macros: Vec<_> = destination.macros().names().collect();
    writeln!(text, "{macros:?} {:?}", destination.macros().untold()).expect("written");
    for profile in destination.profiles().into_iter().flatten() {
        let (name, version, cloud) = (&profile.name, &profile.version, &profile.cloud_type);
        writeln!(text, "{name} {version} {cloud} {:?}", profile.scope).expect("written");
    }
    let faults: Vec<_> = destination
        .faults()
        .iter()
        .map(|fault| (fault.kind, &fault.message))
        .collect();
    writeln!(text, "{faults:?} {:?}", destination.not_checked()).expect("written");
    text
}

/// What the commands say of the profiles of the fixtures, except where and in which files the destination tells it.
fn said(root: &Path, to: &str) -> Vec<Value> {
    let commands = [
        &["check"][..],
        &["rewrite", "--diff", "--on-conflict", "bump"],
    ];
    let reports = commands.into_iter().map(|command| {
        let output = Command::new(cargo_bin!("palette-knife"))
            .args(command)
            .args(["fixtures/profiles", "--to", to, "--format", "json"])
            .current_dir(root)
            .output()
            .expect("it runs");
        assert_ne!(output.status.code(), Some(2));
        let mut report = serde_json::from_slice(&output.stdout).expect("JSON");
        leave_out_places(&mut report);
        report
    });
    reports.collect()
}

fn leave_out_places(report: &mut Value) {
    match report {
        Value::Object(entries) => {
            if let Some(Value::Array(related)) = entries.get_mut("related") {
                for place in related {
                    *place = place["message"].take();
                }
            }
            entries.values_mut().for_each(leave_out_places);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_places),
        Value::String(text) => {
            for extension in ["json", "yaml", "yml"] {
                *text = text.replace(&format!("destination.{extension}`"), "destination`");
            }
        }
        _ => {}
    }
}

#[test]
fn the_format_of_a_file_makes_no_difference() {
    for name in ["twin", "strict", "airgap"] {
        let to = format!("fixtures/destinations/{name}");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (told, found) = (described(&load(&here.join(&to))), said(here, &to));
        for extension in ["json", "yaml", "yml"] {
            let place = tempfile::tempdir().expect("a folder");
            common::copy_folder(&common::fixtures(), &place.path().join("fixtures"));
            let mut names = BTreeSet::new();
            convert(&place.path().join(&to), extension, &mut names);
            let expected: &[&str] = match name {
                "airgap" => &["destination"],
                "twin" => &[
                    "destination",
                    "metadata",
                    "pack",
                    "packs-page-1",
                    "project",
                    "registry",
                    "schema",
                    "system",
                    "tags-kubernetes",
                    "tenant",
                ],
                _ => &["packs-search", "packs", "harbour-web-aws-1.4.0"],
            };
            let missing: Vec<_> = expected
                .iter()
                .filter(|name| !names.contains(**name))
                .collect();
            assert!(missing.is_empty(), "{missing:?}");
            let converted = load(&place.path().join(&to));
            assert_eq!(described(&converted), told, "{name} as {extension}");
            assert_eq!(said(place.path(), &to), found, "{name} as {extension}");
        }
    }
}

#[test]
fn an_empty_folder_tells_nothing() {
    let folder = folder(&[("destination.yaml", "name: prod\n")]);
    for name in ["registries", "macros", "profiles"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    let destination = load(folder.path());
    assert!(!destination.tells_registries());
    assert!(destination.profiles().is_none());
    assert_eq!(destination.macros().untold().len(), 3);

    fs::write(folder.path().join("profiles/all.json"), r#"{"items": []}"#).expect("written");
    fs::write(
        folder.path().join("registries/all.json"),
        r#"{"items": []}"#,
    )
    .expect("written");
    let destination = load(folder.path());
    assert!(destination.tells_registries());
    assert_eq!(destination.profiles().map(<[_]>::len), Some(0));
}

#[test]
fn json_is_read_as_json() {
    // A character outside of the BMP has two escapes in JSON, and YAML has no such escapes.
    let pair = r"\ud83d\ude00";
    let destination = format!("{{\n\t\"name\": \"{pair}\"\n}}");
    let macros = format!("{{\"{pair}\": \"x\"}}");
    let folder = folder(&[
        ("destination.json", &destination),
        ("macros/tenant.json", &macros),
    ]);
    let loaded = load(folder.path());
    assert!(loaded.faults().is_empty(), "{:?}", loaded.faults());
    assert_eq!(&**loaded.name(), "😀");
    assert!(loaded.macros().find("😀").is_some());

    fs::write(folder.path().join("destination.json"), "name: no json\n").expect("written");
    let loaded = load(folder.path());
    assert_eq!(loaded.faults().len(), 1);
    let place = &loaded.faults()[0].place;
    assert_eq!((place.start.line, place.start.column), (1, 1));
}

#[test]
fn of_one_file_in_several_formats_one_is_read_and_the_others_are_told() {
    let schema = |path: &str| format!("{path}:\n  schema: '{{{{ format \"${{password}}\" }}}}'\n");
    let as_json = r#"{"from.json": {"schema": "{{ format \"${password}\" }}"}}"#;
    let folder = folder(&[
        ("destination.json", r#"{"name": "json"}"#),
        ("destination.yaml", "name: yaml"),
        ("destination.yml", "name: yml"),
        ("registries/a/registry.json", r#"{"uid": "j", "name": "J"}"#),
        ("registries/a/registry.yml", "{uid: y, name: Y}"),
        (
            "registries/a/nginx/pack.yaml",
            "{name: nginx, version: 1.0.0}",
        ),
        (
            "registries/a/nginx/pack.yml",
            "{name: nginx, version: 2.0.0}",
        ),
        ("registries/a/nginx/schema.json", as_json),
        ("registries/a/nginx/schema.yaml", &schema("from.yaml")),
        // Only one format beside the pack, and none at all, are as good.
        (
            "registries/a/vault/pack.json",
            r#"{"name": "vault", "version": "1.0.0"}"#,
        ),
        ("registries/a/vault/schema.yml", &schema("from.yml")),
        ("registries/a/loki/pack.yml", "{name: loki, version: 1.30}"),
        // Of two schemas without a pack none is of interest.
        ("registries/a/other/schema.json", "{}"),
        ("registries/a/other/schema.yaml", "{}"),
    ]);
    let destination = load(folder.path());
    assert_eq!(&**destination.name(), "json");
    assert!(destination.config_file().ends_with("destination.json"));
    let registries: Vec<&str> = destination
        .registries()
        .iter()
        .map(|registry| registry.name.as_str())
        .collect();
    assert_eq!(registries, ["J"]);
    assert_eq!(versions(&destination, "nginx"), ["1.0.0"]);
    assert_eq!(versions(&destination, "loki"), ["1.30"]);
    let paths = |pack: &str| {
        let version = &destination.pack(pack)[0].versions[0];
        let schema = version.pack_schema()?;
        let secrets = schema.rules().iter().filter(|rule| rule.is_secret);
        Some(secrets.map(|rule| rule.path.clone()).collect::<Vec<_>>())
    };
    assert_eq!(paths("nginx"), Some(vec!["from.json".to_owned()]));
    assert_eq!(paths("vault"), Some(vec!["from.yml".to_owned()]));
    assert_eq!(paths("loki"), None);

    assert_eq!(
        unread(&destination),
        [
            "registries/a/registry.yml: `registries/a/registry.json` is read in its place",
            "registries/a/nginx/pack.yml: `registries/a/nginx/pack.yaml` is read in its place",
            "registries/a/nginx/schema.yaml: `registries/a/nginx/schema.json` is read in its place",
            "destination.yaml: `destination.json` is read in its place",
            "destination.yml: `destination.json` is read in its place",
        ]
    );
    // The pack that was left out may be the one that is looked for.
    assert_eq!(destination.registries()[0].listing, Listing::Partial);
}

#[test]
fn of_files_that_add_up_every_one_is_read() {
    let profile = |name: &str| format!("{{name: {name}, version: 1.0.0}}");
    let tags =
        |version: &str| format!("{{name: nginx, registryUid: r, tags: [{{version: {version}}}]}}");
    let folder = folder(&[
        ("registries/a/registry.yml", "{uid: r, name: R}"),
        (
            "registries/a/nginx.json",
            r#"{"name": "nginx", "registryUid": "r", "tags": [{"version": "1.0.0"}]}"#,
        ),
        ("registries/a/nginx.yaml", &tags("2.0.0")),
        ("registries/a/nginx.yml", &tags("3.0.0")),
        (
            "macros/tenant.json",
            r#"{"macros": [{"name": "one", "value": "1"}]}"#,
        ),
        ("macros/tenant.yaml", "two: 2"),
        ("macros/tenant.yml", "- name: three"),
        (
            "profiles/web.json",
            r#"{"name": "one", "version": "1.0.0"}"#,
        ),
        ("profiles/web.yaml", &profile("two")),
        ("profiles/web.yml", &profile("three")),
    ]);
    let destination = load(folder.path());
    assert_eq!(destination.unread(), [""; 0]);
    assert_eq!(versions(&destination, "nginx"), ["1.0.0", "2.0.0", "3.0.0"]);
    for name in ["one", "two", "three"] {
        let scope = destination.macros().find(name).map(|(scope, _)| scope);
        assert_eq!(scope, Some(Scope::Tenant), "{name}");
        assert!(destination.profile(name, "1.0.0").is_some(), "{name}");
    }
}

#[test]
fn every_document_of_a_file_is_read() {
    let empty = "---\n# nothing\n---\nnull\n---\n";
    let page = |version: &str| {
        format!(
            "items: [{{spec: {{name: loki, registryUid: r, version: {version}}}}}]\nlistmeta: {{count: 2}}\n"
        )
    };
    let with_empty = |one: &str, two: &str| format!("{empty}{one}\n{empty}{two}\n{empty}");
    let folder = folder(&[
        ("destination.yaml", &with_empty("name: one", "name: two")),
        (
            "registries/a/registry.yaml",
            &with_empty("{uid: r, name: R}", "{uid: s, name: S}"),
        ),
        (
            "registries/a/pages.yaml",
            &with_empty(&page("1.0.0"), &page("2.0.0")),
        ),
        (
            "registries/b/nginx/pack.yaml",
            &with_empty(
                "{name: nginx, version: 1.0.0}",
                "{name: nginx, version: 2.0.0}",
            ),
        ),
        (
            "registries/more.yaml",
            &with_empty("{uid: t, name: T}", "{uid: u, name: U}"),
        ),
        ("macros/project.yaml", empty),
        ("macros/tenant.yaml", &with_empty("one: 1", "- name: two")),
        // The macros that are no list may be those that are looked for.
        (
            "macros/system.yaml",
            &with_empty("three: 3", "{code: x, message: y}"),
        ),
        (
            "profiles/all.yaml",
            &with_empty("{name: one, version: 1.0.0}", "items: [{name: two}]"),
        ),
    ]);
    let destination = load(folder.path());
    assert_eq!(&**destination.name(), "one");
    let names: Vec<&str> = destination
        .registries()
        .iter()
        .map(|registry| registry.name.as_str())
        .collect();
    assert_eq!(names, ["R", "b", "T", "U"]);
    assert_eq!(versions(&destination, "loki"), ["1.0.0", "2.0.0"]);
    assert_eq!(destination.registries()[0].listing, Listing::Complete);
    assert_eq!(versions(&destination, "nginx"), ["1.0.0", "2.0.0"]);
    let macros: Vec<_> = destination.macros().names().collect();
    assert_eq!(macros, [("one", Scope::Tenant), ("two", Scope::Tenant)]);
    assert_eq!(destination.macros().untold(), [Scope::System]);
    let profiles: Vec<&str> = destination
        .profiles()
        .into_iter()
        .flatten()
        .map(|profile| profile.name.as_str())
        .collect();
    assert_eq!(profiles, ["one", "two"]);
    assert_eq!(
        unread(&destination),
        [
            "registries/a/registry.yaml: only its first document is read, a second begins in line 12",
            "macros/system.yaml: it is no list and no map of macros",
            "destination.yaml: only its first document is read, a second begins in line 12",
        ]
    );
}

#[test]
fn the_content_of_a_pack_is_no_answer_and_no_pack() {
    let chart = "{{- if .Values.pack }}\nkind: Pack\n{{- end }}\n";
    let folder = folder(&[
        // A registry folder that is a pack folder itself.
        ("registries/own/pack.yaml", "{name: own, version: 1.0.0}"),
        ("registries/own/values.yaml", "pack: {}"),
        ("registries/own/presets.yaml", "presets: []"),
        ("registries/own/schema.yaml", "a: {}"),
        ("registries/own/strange.yaml", "a: 1"),
        ("registries/own/inner/pack.json", r#"{"name": "inner"}"#),
        (
            "registries/all/nginx/pack.yml",
            "{name: nginx, version: 1.0.0}",
        ),
        ("registries/all/nginx/values.yaml", "pack: {}"),
        ("registries/all/nginx/charts/templates/pack.yaml", chart),
        ("registries/all/nginx/manifests/pack.json", "{}"),
        ("registries/all/nginx/manifests/other.yaml", chart),
    ]);
    let destination = load(folder.path());
    let mut faults = destination.faults().iter();
    assert!(faults.all(|fault| fault.kind == FaultKind::Unread));
    let listings: Vec<_> = destination
        .registries()
        .iter()
        .map(|registry| (registry.name.as_str(), registry.listing))
        .collect();
    assert_eq!(
        listings,
        [("all", Listing::Complete), ("own", Listing::Partial)]
    );
    assert_eq!(
        unread(&destination),
        [
            "registries/all/nginx/charts/templates/pack.yaml: it lies in a pack and names none",
            "registries/all/nginx/manifests/pack.json: it lies in a pack and names none",
            "registries/own/inner/pack.json: it names no pack and version",
            "registries/own/strange.yaml: it is no answer about registries or packs that is known",
        ]
    );
}

#[test]
fn advice_names_the_destination_file_that_is_there() {
    let registries = r#"[
        {"name": "A", "kind": "oci", "packs": {"oauth2-proxy": ["7.12.9"]}},
        {"name": "B", "kind": "oci", "packs": {"oauth2-proxy": ["7.12.9"]}}
    ]"#;
    let config = format!("{{\"name\": \"x\", \"registries\": {registries}}}");
    for file in ["destination.json", "destination.yml"] {
        let folder = folder(&[(file, &config)]);
        let said = Command::new(cargo_bin!("palette-knife"))
            .args([
                "check",
                "fixtures/profiles/passenger-identity.json",
                "--format",
                "json",
            ])
            .arg("--to")
            .arg(folder.path())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("it runs");
        let said: Value = serde_json::from_slice(&said.stdout).expect("JSON");
        let findings = said["findings"].as_array().expect("findings");
        let ambiguous: Vec<&str> = findings
            .iter()
            .filter(|finding| finding["rule"] == "ambiguous-registry")
            .filter_map(|finding| finding["help"].as_str())
            .collect();
        assert_eq!(ambiguous.len(), 1, "{said}");
        assert!(ambiguous[0].contains(&format!("{file}`")), "{ambiguous:?}");
    }
}

#[test]
fn the_value_of_a_macro_may_be_an_alias() {
    let folder = folder(&[("macros/tenant.yaml", "one: &x 1\ntwo: *x\n")]);
    let destination = load(folder.path());
    assert_eq!(destination.unread(), [""; 0]);
    assert!(destination.macros().find("two").is_some());
}

/// A profile with packs of these names and version 1.0.0.
fn profile_of(packs: &[&str]) -> String {
    let packs: Vec<Value> = packs
        .iter()
        .map(|name| {
            serde_json::json!({
                "name": name, "type": "oci", "layer": "addon", "version": "1.0.0", "values": "a: 1",
                "registry": {"metadata": {"name": "all", "kind": "oci", "providerType": "pack"}},
            })
        })
        .collect();
    let template = serde_json::json!({"type": "add-on", "cloudType": "all", "packs": packs});
    let spec = serde_json::json!({"version": "1.0.0", "template": template});
    serde_json::json!({"metadata": {"name": "quay"}, "spec": spec}).to_string()
}

#[test]
fn what_cannot_be_read_of_the_schemas_that_are_needed_is_told() {
    let folder = folder(&[
        (
            "registries/all/registry.json",
            r#"{"name": "all", "kind": "oci", "providerType": "pack"}"#,
        ),
        (
            "registries/all/broken/pack.json",
            r#"{"name": "broken", "version": "1.0.0"}"#,
        ),
        ("registries/all/broken/schema.yaml", "a: [1\n"),
        (
            "registries/all/odd/pack.json",
            r#"{"name": "odd", "version": "1.0.0"}"#,
        ),
        (
            "registries/all/odd/schema.yaml",
            "a: {schema: '{{ required | nonsense }}'}\nb: {schema: '{{ required }}'}\nc: {schema: nonsense}\n",
        ),
        (
            "registries/all/other/pack.json",
            r#"{"name": "other", "version": "1.0.0"}"#,
        ),
        ("registries/all/other/schema.yaml", "a: [1\n"),
    ]);
    let destination = Arc::new(load(folder.path()));
    let schemas = |destination: &Destination| -> Vec<String> {
        let told = destination.not_checked().into_iter();
        let told = told.filter_map(|gap| Some(gap.split_once("registries/all/")?.1.to_owned()));
        told.collect()
    };
    assert_eq!(schemas(&destination), [""; 0], "nothing was needed yet");
    let source = Source::new(
        "profile.json",
        profile_of(&["broken", "odd", "odd"]).as_str(),
    );
    let destinations = [Arc::clone(&destination)];
    let _ = check_source(source, true, &destinations, &CheckOptions::default());
    assert_eq!(
        schemas(&destination),
        [
            "broken/schema.yaml: unclosed bracket '['",
            "odd/schema.yaml: what it says of `a`, `c` cannot be read",
        ]
    );
}
