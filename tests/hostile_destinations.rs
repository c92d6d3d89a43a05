//! Destinations and files of answers made to break the program: each gets findings or a clean error, in bounded time and
//! memory, and nothing is written outside of the output folder.
//!
//! `PALETTE_KNIFE_SIZE` says how large the files are, as for `tests/adversarial.rs`.

#![cfg(unix)]

mod common;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use common::{
    fixtures,
    hostile::{self, NAMES, alias_bomb, lines, some},
    program::{said, tree},
};
use rayon::prelude::*;
use serde_json::{Value, json};

/// A part of a destination folder.
enum Part {
    File(Vec<u8>),
    Folder,
    Pipe,
}

impl<T: Into<String>> From<T> for Part {
    fn from(text: T) -> Self {
        Self::File(text.into().into_bytes())
    }
}

/// What is made, and where: paths below the folder of the destination, which has the parts of `strict` beside them.
type Case = (String, Vec<(String, Part)>);

/// One file of the destination.
fn one(what: &str, path: &str, part: impl Into<Part>) -> Case {
    (what.to_owned(), vec![(path.to_owned(), part.into())])
}

/// Nothing but brackets, aliases and anchors, each of them in every file of a destination.
fn structures() -> Vec<Case> {
    let depth = some(20_000_000, 100_000);
    let (bomb, merges) = (alias_bomb("", false), alias_bomb("", true));
    let fields =
        "name version items registries macros profiles select hosts properties metadata tags";
    let with_fields = |anchors: &str, value: &str| {
        let fields = fields.split(' ').map(|field| format!("{field}: {value}\n"));
        anchors.to_owned() + &fields.collect::<String>()
    };
    let in_every_file = |what: &str, end: &str, text: String| {
        let paths = [
            "destination",
            "macros/project",
            "profiles/p",
            "registries/answers",
            "registries/palette-registry/packs",
            "registries/halvard-charts/registry",
            "registries/halvard-packs/p/pack",
        ];
        let mut parts: Vec<(String, Part)> = paths
            .iter()
            .map(|path| (format!("{path}.{end}"), text.clone().into()))
            .collect();
        // What a pack comes with is read where profiles have the pack.
        let schema = "registries/halvard-packs/packs/oauth2-proxy-7.12.9/schema.yaml";
        let schema = schema.replace("yaml", end);
        parts.push((schema, text.into()));
        (what.to_owned(), parts)
    };
    vec![
        in_every_file("open brackets", "json", "[".repeat(depth)),
        in_every_file("open objects", "yaml", "{a: ".repeat(depth / 4)),
        in_every_file("aliases of aliases", "yaml", with_fields(&bomb, "*a39")),
        in_every_file(
            "aliases of aliases in fields",
            "yaml",
            with_fields(&bomb, "{packs: *a39, prefer: *a39, project: *a39, a: *a39}"),
        ),
        in_every_file(
            "aliases of aliases in lists",
            "yaml",
            with_fields(
                &bomb,
                "[*a39, {name: *a39, packs: *a39, metadata: *a39, spec: *a39}]",
            ),
        ),
        in_every_file("merged merges", "yaml", with_fields(&merges, "*a39")),
        in_every_file(
            "merged merges in lists",
            "yaml",
            with_fields(&merges, "[*a39, {<<: *a39, name: A, packs: *a39}]"),
        ),
        in_every_file(
            "an alias of itself",
            "yaml",
            "x: &x [*x, {<<: *x}]\n".to_owned(),
        ),
        in_every_file(
            "documents",
            "yaml",
            "---\na: 1\n".repeat(some(1_000_000, 5_000)),
        ),
        in_every_file("a long line", "json", {
            format!(
                "{{\"name\": \"{}\"}}",
                "x".repeat(some(50_000_000, 300_000))
            )
        }),
    ]
}

/// Bytes, keys and numbers that no answer should have.
fn characters_and_amounts() -> Vec<Case> {
    let answer = |pack: Value| json!({"items": [{"metadata": {"name": "A"}, "spec": pack}]});
    let packs = some(100_000, 3_000);
    let digits = "9".repeat(some(5_000_000, 30_000));
    let items: Vec<Value> = (0..packs)
        .map(|number| {
            json!({"metadata": {"name": format!("pack-{number}"), "uid": number.to_string()}, "spec": {
                "name": format!("pack-{number}"), "version": "1.0.0", "registryUid": "6b0f3a9d1c84e7250d66b1a1",
                "type": "oci", "layer": "addon"}})
        })
        .collect();
    let listed: Vec<String> = (0..packs)
        .map(|number| format!("pack-{number}: ['1.0.0']"))
        .collect();
    let versions: Vec<String> = (0..packs).map(|number| format!("1.0.{number}")).collect();
    let macros: Vec<Value> = (0..packs)
        .map(|number| json!({"name": format!("m{number}"), "value": "x"}))
        .collect();
    let twice = |text: &str| lines(packs, |_| text.to_owned());
    let registries = |text: String| {
        format!(
            "registries:\n- {{name: A, uid: a, kind: oci, providerType: pack, packs: {{{text}}}}}\n"
        )
    };
    let surrogates =
        answer(json!({"name": "S", "version": "V", "registryUid": "U", "type": "oci"}));
    let surrogates = surrogates
        .to_string()
        .replace("\"S\"", r#""\ud800""#)
        .replace("\"V\"", r#""\udc00\ud800""#);
    vec![
        one("many packs", "registries/a/packs.json", json!({"items": items, "listmeta": {"count": packs}}).to_string()),
        one("many packs in the destination file", "destination.yaml", registries(listed.join(", "))),
        one("many versions", "destination.yaml", registries(format!("nginx: [{}]", versions.join(", ")))),
        one("one version many times", "destination.yaml", registries(format!("nginx: [{}]", vec!["1.0.0"; packs].join(", ")))),
        one("one registry many times", "destination.yaml", format!("registries:\n{}", twice("- {name: A, uid: a, packs: {nginx: ['1.0.0']}}"))),
        one("many registries", "destination.yaml", {
            let registry = |number| format!("- {{name: A{number}, kind: oci, providerType: pack, packs: {{nginx: ['1.0.0']}}}}");
            format!("registries:\n{}", lines(packs / 10, registry))
        }),
        one("many macros", "macros/project.json", json!({"macros": macros}).to_string()),
        one("one macro many times", "macros/project.yaml", format!("macros:\n{}", twice("- {name: m, value: x}"))),
        one("one key many times", "macros/project.yaml", twice("m: x")),
        one("one field many times", "destination.yaml", twice("name: a")),
        one("unknown fields", "destination.yaml", lines(packs, |number| format!("field{number}: 1"))),
        one("one profile many times", "profiles/p.yaml", format!("profiles:\n{}", twice("- {name: web, version: 1.0.0}"))),
        one("hosts", "destination.yaml", format!("hosts:\n  allow:\n{}", twice("  - '*.*.example'"))),
        one("preferences", "destination.yaml", format!("select:\n  prefer:\n{}", twice("  - 'Nobody'"))),
        one("choices among many registries", "destination.yaml", {
            let registry = |number| format!("- {{name: A{number}, uid: u{number}}}");
            let choice = |number| format!("    p{number}: B{number}");
            format!("registries:\n{}select:\n  packs:\n{}", lines(packs, registry), lines(packs, choice))
        }),
        one("a page for each registry", "registries/pages.yaml", lines(packs, |number| {
            format!("---\nitems: [{{spec: {{name: p{number}, version: 1.0.0, registryUid: u{number}}}}}]\nlistmeta: {{count: 1}}")
        })),
        one("huge numbers", "registries/a/packs.json", format!("{{\"items\": [], \"listmeta\": {{\"count\": {digits}}}}}")),
        one("huge counts", "registries/a/packs.json", r#"{"items": [], "listmeta": {"count": 18446744073709551616, "limit": -1e999}}"#),
        one("huge versions", "destination.yaml", registries(format!("nginx: [{digits}, 1e{digits}, '1.{digits}.0', 0x{digits}]"))),
        one("long ranges", "registries/a/p/pack.json", json!({"name": "nginx", "version": "1.0.0", "constraints": {"dependencies": vec![
            json!({"packName": "nginx", "minVersion": &digits[..30_000], "maxVersion": "1", "type": "required"}); packs / 100]}}).to_string()),
        one("hostile patterns", "registries/a/p/schema.json", json!({"properties": {"a": {"pattern": "(a{1000}){1000}(a*)*$"}}}).to_string()),
        one("lone surrogates", "registries/a/packs.json", surrogates),
        one("NUL", "registries/a/packs.json", "{\"items\": [\0]}"),
        one("NUL in the destination file", "destination.yaml", "name: a\0b\n"),
        one("not UTF-8", "destination.yaml", Part::File(b"name: \xff\xfe\n".to_vec())),
        one("not UTF-8 in macros", "macros/tenant.json", Part::File(b"{\"macros\": [\"\xc0\xaf\"]}".to_vec())),
        one("an escape sequence", "destination.yaml", "name: \"\\e[31mred\\a\"\nscope: \"\\e[2J\"\n"),
    ]
}

/// Folders, pipes and files where something else belongs.
fn kinds() -> Vec<Case> {
    let mut cases = Vec::new();
    for path in [
        "destination.yaml",
        "macros",
        "macros/project.json",
        "profiles",
        "profiles/p.json",
        "registries",
        "registries/a.json",
        "registries/palette-registry/registry.json",
        "registries/palette-registry/packs.json",
        "registries/a/pack.json",
        "registries/a/p/pack.json",
        "registries/a/p/schema.yaml",
    ] {
        cases.push(one(&format!("a folder as {path}"), path, Part::Folder));
        cases.push(one(&format!("a pipe as {path}"), path, Part::Pipe));
        cases.push(one(&format!("an empty {path}"), path, ""));
    }
    cases
}

/// Names that mean something elsewhere, wherever a destination has names.
fn names() -> Vec<Case> {
    let long = "n".repeat(4096);
    let names = NAMES.into_iter().chain([long.as_str()]).enumerate();
    names
        .map(|(number, name)| {
            let registry = json!({"name": name, "uid": name, "kind": "oci", "providerType": "pack", "packs": {name: [name], "nginx": [name]}});
            let file = json!({
                "name": name, "scope": "project", "registries": [registry],
                "macros": {"project": {name: name}, "tenant": [name]},
                "profiles": [{"name": name, "version": name, "cloudType": name}],
                "select": {"packs": {name: name, "nginx": name}, "registries": {name: name}, "prefer": [name]},
                "hosts": {"allow": [name]}, name: name,
            });
            let pack = json!({"name": name, "version": name, "layer": name, "constraints": {"dependencies": [{"packName": name}]}});
            let parts = vec![
                ("destination.yaml".to_owned(), file.to_string().into()),
                ("registries/a/p/pack.json".to_owned(), pack.to_string().into()),
                ("registries/a/registry.json".to_owned(), registry.to_string().into()),
                ("registries/b.json".to_owned(), json!({"items": [{"metadata": {"name": name, "uid": name}, "spec": pack}]}).to_string().into()),
                ("macros/system.json".to_owned(), json!({"macros": [{"name": name, "value": name}]}).to_string().into()),
            ];
            (format!("name {number}"), parts)
        })
        .collect()
}

/// Every value of a document in turn as something of another type.
fn mistyped(document: &Value) -> Vec<Value> {
    fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
        all.push(at.to_owned());
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    pointers(value, &format!("{at}/{key}"), all);
                }
            }
            Value::Array(items) => {
                // The others have the same fields.
                for (number, item) in items.iter().enumerate().take(1) {
                    pointers(item, &format!("{at}/{number}"), all);
                }
            }
            _ => {}
        }
    }
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let others = [
        json!(null),
        json!(7),
        json!(-1.5e300),
        json!(true),
        json!("text"),
        json!([[]]),
        json!({"": {}}),
        json!([null, 1, "x"]),
    ];
    let mut variants = Vec::new();
    for pointer in all {
        for other in &others {
            let mut variant = document.clone();
            *variant.pointer_mut(&pointer).expect("a value") = other.clone();
            variants.push(variant);
        }
    }
    variants
}

/// Documents of another shape than that of an answer, all in one folder; and destination files, a folder for each.
fn types() -> Vec<Case> {
    let strict = fixtures().join("destinations/strict");
    let answers = fixtures().join("answers");
    let read = |path: &Path| {
        let text = fs::read_to_string(path).expect("a fixture");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let below = |folder: &str, document: &Value| {
        let variants = mistyped(document).into_iter().enumerate();
        variants
            .map(|(number, variant)| {
                (
                    folder.replace("{}", &number.to_string()),
                    variant.to_string().into(),
                )
            })
            .collect::<Vec<_>>()
    };
    let mut cases: Vec<Case> = Vec::new();
    for name in [
        "packs-halvard",
        "packs-search",
        "registries-metadata",
        "tags-kubernetes",
    ] {
        let document = read(&answers.join(name).with_extension("json"));
        cases.push((
            format!("types of {name}"),
            below("registries/a/{}.json", &document),
        ));
    }
    let profiles = read(&answers.join("profiles-metadata.json"));
    cases.push((
        "types of profiles".to_owned(),
        below("profiles/{}.json", &profiles),
    ));
    let pack = read(&strict.join("registries/halvard-packs/packs/oauth2-proxy-7.12.9/pack.json"));
    cases.push((
        "types of packs".to_owned(),
        below("registries/a/{}/pack.json", &pack),
    ));
    let registry = read(&strict.join("registries/palette-registry/registry.json"));
    cases.push((
        "types of registries".to_owned(),
        below("registries/{}/registry.json", &registry),
    ));
    cases
}

/// What is asked of every destination.
const INVOCATIONS: [&str; 3] = [
    "check in.json --to to --format json",
    "destination check to",
    "rewrite in.json --to to -o out/{destination} --allow-masked --tags pin",
];

fn make(folder: &Path, parts: &[(String, Part)]) {
    common::copy_folder(&fixtures().join("destinations/strict"), folder);
    for (path, part) in parts {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        // The other spelling of a file would be read in its place.
        for end in ["yaml", "json"] {
            let other = path.with_extension(end);
            if path.extension().is_some() && other.is_file() {
                fs::remove_file(other).expect("removed");
            }
        }
        if path.is_dir() {
            fs::remove_dir_all(&path).expect("removed");
        }
        match part {
            Part::File(bytes) => fs::write(&path, bytes).expect("written"),
            Part::Folder => fs::create_dir(&path).expect("a folder"),
            Part::Pipe => {
                let made = Command::new("mkfifo").arg(&path).status();
                assert!(made.expect("mkfifo").success());
            }
        }
    }
}

/// What is wrong with the runs in a folder, and with what they leave.
fn faults_of((what, parts): &Case) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    make(&place.join("to"), parts);
    let profile = fixtures().join("profiles/passenger-identity.json");
    fs::copy(profile, place.join("in.json")).expect("copied");
    let mut faults = Vec::new();
    for invocation in INVOCATIONS {
        let (output, wrong) = run(place, invocation);
        // Files that cannot be read are named.
        let said = said(&output);
        if what.starts_with("open ") && invocation == "destination check to" {
            let unread = parts
                .iter()
                .filter(|(path, _)| !path.contains("schema") && !said.contains(path.as_str()));
            faults.extend(unread.map(|(path, _)| format!("{what}: {path} is passed over")));
        }
        faults.extend(
            wrong
                .into_iter()
                .map(|fault| format!("{what}: {invocation}: {fault}")),
        );
    }
    let mut left: Vec<_> = fs::read_dir(place)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.retain(|name| !["in.json", "to", "out"].iter().any(|known| name == known));
    if !left.is_empty() {
        faults.push(format!("{what}: left {left:?}"));
    }
    let folders = fs::read_dir(place.join("out")).into_iter().flatten();
    if folders.count() > 1 {
        faults.push(format!("{what}: several folders for one destination"));
    }
    faults
}

fn run(place: &Path, invocation: &str) -> (Output, Vec<String>) {
    let args: Vec<String> = invocation.split(' ').map(str::to_owned).collect();
    hostile::run(place, &args)
}

fn run_all(cases: &[Case]) {
    let only = std::env::var("PALETTE_KNIFE_ONLY").unwrap_or_default();
    let cases: Vec<&Case> = cases
        .iter()
        .filter(|(what, _)| what.contains(&only))
        .collect();
    let faults: Vec<String> = cases.par_iter().flat_map(|case| faults_of(case)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn structures_without_end_are_bounded() {
    run_all(&structures());
}

#[test]
fn odd_characters_and_too_much_of_one_thing_are_bounded() {
    run_all(&characters_and_amounts());
}

#[test]
fn only_files_are_read() {
    run_all(&kinds());
}

#[test]
fn names_are_names_and_nothing_else() {
    run_all(&names());
}

#[test]
fn answers_of_other_types_are_told() {
    run_all(&types());
}

#[test]
fn a_destination_file_of_other_types_is_told() {
    let file = json!({
        "name": "quay", "scope": "project",
        "registries": [{"name": "A", "uid": "a", "kind": "oci", "providerType": "pack", "packs": {"nginx": ["1.0.0",
            {"version": "1.1.0", "state": "deprecated", "clouds": ["aws"]}]}}],
        "macros": {"project": {"m": "x"}, "tenant": [{"name": "n", "value": "y"}]},
        "profiles": [{"name": "web", "version": "1.0.0", "cloudType": "all"}],
        "select": {"packs": {"nginx": "A"}, "registries": {"B": "A"}, "prefer": ["A"]},
        "hosts": {"allow": ["a.example"]},
    });
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    fs::create_dir(place.join("to")).expect("a folder");
    let mut wrong = Vec::new();
    for variant in mistyped(&file) {
        fs::write(place.join("to/destination.json"), variant.to_string()).expect("written");
        let (output, faults) = run(place, "destination check to");
        wrong.extend(
            faults
                .into_iter()
                .map(|fault| format!("{variant}: {fault}")),
        );
        assert!(!said(&output).is_empty());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_of_answers_are_told_what_is_wrong_with_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    common::copy_folder(&fixtures().join("destinations/strict"), &place.join("to"));
    let profile = fixtures().join("profiles/passenger-identity.json");
    fs::copy(profile, place.join("in.json")).expect("copied");
    let depth = some(20_000_000, 100_000);
    let bomb = alias_bomb("", false);
    let texts = [
        ("brackets", "[".repeat(depth)),
        ("objects", "{a: ".repeat(depth / 4)),
        ("aliases", format!("{bomb}macros: *a39\nselect: *a39\nprofiles: *a39\nplaceholders: *a39\npacks: *a39\n")),
        ("merges", format!("{}macros: [*a39]\nselect: {{<<: *a39}}\nprofiles: {{p: *a39}}\npacks: *a39\n", alias_bomb("", true))),
        ("macros twice", r#"{"macros": [{"name": "m", "value": "1"}, {"name": "m", "value": "2", "value": "3"}], "macros": []}"#.to_owned()),
        ("keys twice", "select: {}\nselect: {}\nprofiles: {p: {}, p: {}}\nplaceholders: {a: b, a: c}\n".to_owned()),
        ("types", "macros: 7\nselect: []\nprofiles: [1]\nplaceholders: true\npacks: x\n".to_owned()),
        ("NUL", "macros: [\0]\n".to_owned()),
        ("a long line", format!("macros: {}\n", "x".repeat(some(50_000_000, 300_000)))),
    ];
    let before = tree(place);
    for (what, text) in texts {
        for flag in ["--macros", "--select", "--values", "--secrets"] {
            fs::write(place.join("answers.yaml"), &text).expect("written");
            let (output, wrong) = run(
                place,
                &format!("rewrite in.json --to to -o out {flag} answers.yaml"),
            );
            assert!(wrong.is_empty(), "{what}: {flag}: {wrong:?}");
            let told = said(&output);
            assert_eq!(output.status.code(), Some(2), "{what}: {flag}: {told}");
            assert!(told.contains("answers.yaml"), "{what}: {flag}: {told}");
            fs::remove_file(place.join("answers.yaml")).expect("removed");
        }
    }
    assert_eq!(tree(place), before);
}
