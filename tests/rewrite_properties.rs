//! Rewrites of random profiles for a destination, with random options: rewriting the results once more, with the same
//! options, changes nothing.
//!
//! `PROPTEST_CASES=5000 cargo test --release --test rewrite_properties` runs more of them.

mod common;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use common::cases;
use palette_knife::{
    check::CheckOptions,
    destination::{Destination, FaultKind},
    input,
    resolve::Choices,
    rewrite::{
        answers::Answers,
        names::{BumpPart, NameAnswer, Naming, OnConflict},
        need::SecretPlace,
        placeholders::Within,
        plan::Tags,
        result::FileResult,
        run::{RewriteOptions, Target, rewrite},
        work::Output,
    },
    source::DEFAULT_MAX_FILE_SIZE,
    syntax::Format,
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::{select, subsequence},
};
use serde_json::{Value, json};

/// Packs that one registry holds, that several hold, in one version and in several; profiles in the way of others.
const DESTINATION: &str = r#"
name: quay
scope: project
registries:
  - { name: Palette Registry, uid: 5eecc89d0b150045ae661cef, kind: oci, providerType: pack,
      packs: { nginx: ["1.13.2", "1.14.0"], redis: ["18.0.0"], grafana: ["9.2.10"] } }
  - { name: Quay Packs, uid: 5eecc89d0b150045ae661ceb, kind: oci, providerType: pack,
      packs: { nginx: ["1.13.2"], portal: ["2.0.0"] } }
  - { name: Quay Charts, uid: 5eecc89d0b150045ae661cec, kind: helm, packs: { redis: ["18.0.0"] } }
macros: { project: { zone: north }, tenant: {} }
profiles:
  - { name: web, version: 1.0.0, cloudType: all }
  - { name: web, version: 1.0.1, cloudType: all }
  - { name: web-quay, version: 1.0.0, cloudType: all }
  - { name: shop, version: 2.0.0, cloudType: all }
select:
  packs: { nginx: Palette Registry }
  registries: { Sandbox: Quay Packs }
"#;

static QUAY: LazyLock<Destination> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("destination.yaml"), DESTINATION).expect("written");
    let destination = Destination::load(folder.path(), DEFAULT_MAX_FILE_SIZE);
    let destination = destination.expect("a destination");
    // That is what packs in several registries are for.
    let others = destination.faults().iter();
    let others = others.filter(|fault| fault.kind != FaultKind::OverlappingRegistries);
    assert_eq!(others.count(), 0, "{:?}", destination.faults());
    destination
});

/// The last is what the first would be renamed to.
const NAMES: [&str; 4] = ["web", "db", "søk", "web-quay"];
/// Names that no rename gives.
const OLD_NAMES: [&str; 3] = ["web", "db", "søk"];
const NEW_NAMES: [&str; 3] = ["shop", "new", "e: \"é"];
const VERSIONS: [&str; 5] = ["1.0.0", "1.0.1", "2.0.0", "1.2.3-rc.1", "1.0.2+build.7"];

fn version() -> impl Strategy<Value = String> {
    select(&VERSIONS[..]).prop_map(str::to_owned)
}

/// What stands in the values of packs: references, masks, stand-ins, in every style of YAML.
const LINES: [&str; 14] = [
    "zone: '{{ .spectro.macro.zone }}'",
    "host: {{ .spectro.macro.not_there }}",
    "auth: {password: ********, user: changeme}",
    "password: '********'",
    "token: \"********\" # theirs",
    "secret: >-\n  ********\n",
    "region: <REGION>",
    "folded: >\n  in <REGION>\n  and more\n",
    "literal: |\n  user=changeme\n  region=<REGION>\n",
    "plain: changeme # not <REGION>",
    "quoted: 'it''s <REGION>'",
    "list: [changeme, \"<REGION>\", 3, ~]",
    "size: {{ .spectro.var.size }}",
    "# a comment",
];

fn values() -> impl Strategy<Value = String> {
    (subsequence(&LINES[..], 0..6), select(vec!["\n", "\r\n"])).prop_map(|(lines, end)| {
        let text = lines.join("\n") + "\n";
        text.replace("\n\n", "\n").replace('\n', end)
    })
}

fn pack() -> impl Strategy<Value = Value> {
    let registry = prop_oneof![
        // By its uid, by its name, by what is told of its name, or not at all.
        Just((
            "5eecc89d0b150045ae661cef",
            "Palette Registry",
            "oci",
            "pack"
        )),
        Just((
            "64eaff453040297344bcad5d",
            "Palette Registry",
            "oci",
            "pack"
        )),
        Just(("64eaff453040297344bcad5d", "Sandbox", "oci", "pack")),
        Just(("64eaff453040297344bcad5e", "Elsewhere", "oci", "pack")),
        Just(("64eaff453040297344bcad5f", "Charts", "helm", "")),
        Just(("", "", "", "")),
    ];
    let name = select(vec!["nginx", "redis", "portal", "grafana", "two--nginx"]);
    let tag = select(vec!["1.13.2", "1.13.x", "1.x", "18.0.0", "2.0.0", "9.2.10"]);
    let kind = select(vec!["oci", "oci", "spectro", "helm", "manifest"]);
    (name, tag, kind, registry, values()).prop_map(|(name, tag, kind, registry, values)| {
        let (uid, registry, registry_kind, provider) = registry;
        json!({
            "name": name, "type": kind, "layer": "addon", "version": tag.replace('x', "0"), "tag": tag, "values": values,
            "registry": {"metadata": {"uid": uid, "name": registry, "kind": registry_kind, "isPrivate": true,
                "providerType": provider}},
        })
    })
}

fn variables() -> impl Strategy<Value = Vec<Value>> {
    let all = vec![
        json!({"name": "size", "displayName": "Size", "format": "string", "defaultValue": "<REGION>-1"}),
        json!({"name": "key", "displayName": "Key", "format": "string", "defaultValue": "********", "isSensitive": true}),
        json!({"name": "pin", "displayName": "Pin", "format": "string", "defaultValue": "", "isSensitive": true}),
    ];
    subsequence(all, 0..=3)
}

/// How a profile stands in its file.
#[derive(Debug, Clone, Copy)]
enum Form {
    Minified,
    Pretty,
    CarriageReturns,
    Yaml,
}

impl Form {
    fn write(self, profile: &Value) -> (&'static str, String) {
        let pretty = serde_json::to_string_pretty(profile).expect("JSON") + "\n";
        match self {
            Self::Minified => ("json", profile.to_string()),
            Self::Pretty => ("json", pretty),
            Self::CarriageReturns => ("json", pretty.replace('\n', "\r\n")),
            Self::Yaml => ("yaml", yaml(profile)),
        }
    }
}

/// A profile with the values of its packs in blocks, as people write it; the rest is YAML as it is.
fn yaml(profile: &Value) -> String {
    let spec = &profile["spec"];
    let mut text = format!(
        "metadata: {}\nspec:\n  version: {}\n  variables: {}\n  template:\n    type: add-on\n    packs:\n",
        profile["metadata"], spec["version"], spec["variables"],
    );
    let packs = spec["template"]["packs"].as_array();
    for pack in packs.expect("packs") {
        let rest = ["type", "layer", "version", "tag", "registry"];
        let rest = rest.map(|key| format!("      {key}: {}\n", pack[key]));
        let lines = pack["values"].as_str().expect("a text").lines();
        let lines: String = lines.map(|line| format!("        {line}\n")).collect();
        let values = if lines.is_empty() { "''\n" } else { "|\n" };
        let (name, rest) = (&pack["name"], rest.concat());
        text += &format!("    - name: {name}\n{rest}      values: {values}{lines}");
    }
    text
}

#[derive(Debug, Clone)]
struct Input {
    form: Form,
    profile: Value,
}

fn profile() -> impl Strategy<Value = Input> {
    let form = select(vec![
        Form::Minified,
        Form::Pretty,
        Form::CarriageReturns,
        Form::Yaml,
    ]);
    let parts = (
        select(&NAMES[..]),
        version(),
        vec(pack(), 0..4),
        variables(),
    );
    (form, parts).prop_map(|(form, (name, version, packs, variables))| Input {
        form,
        profile: json!({
            "metadata": {"name": name, "description": "", "labels": {}},
            "spec": {
                "version": version,
                "template": {"type": "add-on", "cloudType": "all", "packs": packs},
                "variables": variables,
            },
        }),
    })
}

/// What may be asked of a rewrite.
///
/// New names are none that a profile has before, and none for which a version or an answer is given: a map that is
/// asked for once more is applied once more, and `--name a=b --name b=a` gives back the first name. The same holds of
/// the texts that take the place of stand-ins and masks: they are none themselves.
#[derive(Debug, Clone)]
struct Asked {
    naming: Naming,
    answered: BTreeMap<String, NameAnswer>,
    registries: BTreeMap<String, String>,
    strict_selection: bool,
    pins: bool,
    format: Option<Format>,
    values: BTreeMap<&'static str, &'static str>,
    secrets: Vec<&'static str>,
}

const SECRETS: [&str; 4] = ["password", "auth.password", "token", "secret"];

fn asked() -> impl Strategy<Value = Asked> {
    let names = || option::of(select(&NEW_NAMES[..]).prop_map(str::to_owned));
    let name_map = || {
        btree_map(
            select(&OLD_NAMES[..]).prop_map(str::to_owned),
            names(),
            0..3,
        )
    };
    let on_conflict = select(vec![
        OnConflict::Fail,
        OnConflict::Skip,
        OnConflict::Rename,
        OnConflict::Bump,
    ]);
    let bump = select(vec![BumpPart::Patch, BumpPart::Minor, BumpPart::Major]);
    let pattern = select(vec![
        "{name}-{destination}",
        "{destination}/{name}",
        "{name}-{version}",
        "new",
    ]);
    let versions = btree_map(
        select(&OLD_NAMES[..]).prop_map(str::to_owned),
        version(),
        0..3,
    );
    let naming = (on_conflict, bump, pattern, name_map(), versions).prop_map(
        |(on_conflict, bump, pattern, names, versions)| Naming {
            on_conflict,
            rename_pattern: pattern.to_owned(),
            bump,
            names: names
                .into_iter()
                .filter_map(|(old, new)| Some((old, new?)))
                .collect(),
            versions,
        },
    );
    let answer =
        (names(), option::of(version())).prop_map(|(name, version)| NameAnswer { name, version });
    let answered = btree_map(select(&OLD_NAMES[..]).prop_map(str::to_owned), answer, 0..2);
    let registries = btree_map(
        select(vec!["nginx", "redis", "portal"]).prop_map(str::to_owned),
        select(vec!["Palette Registry", "Quay Packs", "Quay Charts"]).prop_map(str::to_owned),
        0..3,
    );
    let format = option::of(select(vec![Format::Json, Format::Yaml]));
    let texts = select(vec![
        "north",
        "a: \"b\" 'c' # d",
        "{{ .spectro.macro.zone }}",
        "x\ny\n",
    ]);
    let values = btree_map(select(vec!["changeme", "REGION"]), texts, 0..3);
    let secrets = subsequence(&SECRETS[..], 0..=SECRETS.len());
    let flags = (any::<bool>(), any::<bool>());
    (naming, answered, registries, flags, format, values, secrets).prop_map(
        |(naming, answered, registries, (strict_selection, pins), format, values, secrets)| Asked {
            naming,
            answered,
            registries,
            strict_selection,
            pins,
            format,
            values,
            secrets,
        },
    )
}

impl Asked {
    fn target(&self, out: &Path) -> Target {
        let mut answers = Answers::default();
        answers.choices.names.clone_from(&self.answered);
        for (text, value) in &self.values {
            answers.values.give(Within::ALL, text, value);
        }
        for path in &self.secrets {
            let place = SecretPlace::Value((*path).to_owned());
            for pack in ["nginx", "redis"] {
                answers
                    .secrets
                    .give(None, Some(pack), &place, "s3cret: '#\\\"");
            }
            let place = SecretPlace::Variable("key".to_owned());
            answers.secrets.give(None, None, &place, "s3cret");
        }
        let mut destination = QUAY.clone();
        answers.tell(&mut destination, "the answers");
        Target {
            destination: Arc::new(destination),
            naming: self.naming.clone(),
            answers,
            output: Output::Folder(out.to_owned()),
        }
    }

    fn run(&self, inputs: &Path, out: &Path) -> Vec<FileResult> {
        let (files, missing) = input::collect(&[inputs.to_owned()]);
        assert!(missing.is_empty(), "{missing:?}");
        let options = RewriteOptions {
            tags: if self.pins { Tags::Pin } else { Tags::Keep },
            allow_masked: true,
            keep_mode: false,
            format: self.format,
            check: CheckOptions {
                choices: Choices {
                    registries: self.registries.clone(),
                    strict_selection: self.strict_selection,
                },
                ..CheckOptions::default()
            },
            diffs: false,
            progress: None,
        };
        let mut results = rewrite(&files, &[self.target(out)], &options);
        results.remove(0).files
    }
}

/// The files of a folder, by their names.
fn texts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let (files, _) = input::collect(&[folder.to_owned()]);
    let texts = files.into_iter().map(|file| {
        let text = fs::read_to_string(&file.path).expect("UTF-8");
        (file.relative, text)
    });
    texts.collect()
}

/// How many files were written, and with how many bytes changed, in all cases.
static WRITTEN: AtomicUsize = AtomicUsize::new(0);

fn rewrite_twice(inputs: &[Input], asked: &Asked) {
    let place = tempfile::tempdir().expect("a folder");
    let [before, once, twice] = ["before", "once", "twice"].map(|name| place.path().join(name));
    for folder in [&before, &once] {
        fs::create_dir(folder).expect("a folder");
    }
    for (number, Input { form, profile }) in inputs.iter().enumerate() {
        let (end, text) = form.write(profile);
        fs::write(before.join(format!("p{number}.{end}")), text).expect("written");
    }
    let results = asked.run(&before, &once);
    let written = texts(&once);
    for result in results {
        assert!(!result.failed, "{:?}", result.reasons);
        if result.changed && !result.outputs.is_empty() {
            WRITTEN.fetch_add(1, Ordering::Relaxed);
        }
        // What is not written stays in the run: the names of the others were decided beside its own.
        if result.outputs.is_empty() {
            let name = Path::new(&result.file).file_name().expect("a name");
            fs::copy(&result.file, once.join(name)).expect("copied");
        }
    }
    let results = asked.run(&once, &twice);
    let again = texts(&twice);
    for (name, text) in written {
        let result = results
            .iter()
            .find(|result| Path::new(&result.file).ends_with(&name));
        let result = result.expect("a result");
        let told = (result.status, &result.reasons, &result.profiles);
        assert_eq!(again.get(&name), Some(&text), "{name:?}: {told:#?}");
        assert!(!result.changed, "{name:?}: {told:#?}");
    }
}

#[test]
fn rewriting_twice_is_rewriting_once() {
    let mut runner = proptest::test_runner::TestRunner::new(cases(100));
    let asked_and_given = (vec(profile(), 1..4), asked());
    runner
        .run(&asked_and_given, |(inputs, asked)| {
            rewrite_twice(&inputs, &asked);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    // What is refused proves nothing.
    let written = WRITTEN.load(Ordering::Relaxed);
    let config = runner.config();
    assert!(
        written > config.cases as usize / 4,
        "only {written} were written"
    );
}
