//! Rewriting YAML profiles: what changes, byte by byte, what is refused, and what JSON cannot take.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A folder with the fixtures in it.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        common::copy_folder(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"),
            &folder.path().join("fixtures"),
        );
        Self { folder }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        fs::write(self.path(relative), text).expect("written");
    }

    fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).expect("a file")
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(cargo_bin!("palette-knife"))
            .args(args)
            .current_dir(self.folder.path())
            .output()
            .expect("it runs")
    }

    /// Rewrites a file for the twin, and gives the exit code, the result if there is one, and the report.
    fn to_twin(&self, file: &str, more: &[&str]) -> (i32, Option<String>, Value) {
        let base = [
            "rewrite",
            file,
            "--to",
            "fixtures/destinations/twin",
            "-o",
            "out",
            "--format",
            "json",
        ];
        let output = self.run(&[&base[..], more].concat());
        let report = serde_json::from_slice(&output.stdout).expect("JSON");
        let name = Path::new(file).file_name().expect("a name");
        let result = fs::read_to_string(self.path("out").join(name)).ok();
        (output.status.code().expect("a code"), result, report)
    }
}

const CREW: &str = "fixtures/yaml/crew-services.yaml";

const SECRETS: &str = r##"
profiles:
  crew-roster:
    variables: {api_key: "k3y: 'x' #1"}
    packs:
      roster--service-catalogue:
        charts.service-catalogue.adminPassword: "p#1"
        charts.service-catalogue.token: "it's"
      mess--service-catalogue:
        charts.service-catalogue.adminPassword: "a\"b\\c\nd"
"##;

/// The lines that differ, each with `-` or `+`.
fn difference(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new)
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|change| format!("{}{}", change.tag(), change.value().trim_end_matches('\r')))
        .collect()
}

const CREW_CHANGES: &str = r#"-            uid: 67d90b3c42aa71e5c8f0136b
-            name: 'Halvard Sandbox Packs'
+            uid: 67a4e2913fb5d08c6e1172da
+            name: 'Halvard Packs'
+            isSyncSupported: true
-          matchingRegistries:
-            - uid: 67d90b3c42aa71e5c8f0136b
-              name: Halvard Sandbox Packs
-              adminPassword: ********
-              token: '********'
+              adminPassword: p#1
+              token: 'it''s'
-          \    kitchen: \"{{ .spectro.var.galley }}\"\n    adminPassword: \"********\"\n"
+          \    kitchen: \"{{ .spectro.var.galley }}\"\n    adminPassword: \"a\\\"b\\\\c\\nd\"\n"
-      defaultValue: "********"
+      defaultValue: "k3y: 'x' #1"
-  "version": "1.0.0"
+  "version": "1.10.0"
"#;

#[test]
fn only_the_planned_bytes_change() {
    let place = Place::new();
    place.write("secrets.yaml", SECRETS);
    let with_secrets = [
        "--secrets",
        "secrets.yaml",
        "--set-version",
        "crew-mail=1.10.0",
    ];
    for line_break in ["\n", "\r\n"] {
        let before = place
            .read(CREW)
            .replace("\r\n", "\n")
            .replace('\n', line_break);
        place.write(CREW, &before);
        let (code, after, report) = place.to_twin(CREW, &with_secrets);
        assert_eq!(code, 0, "{report:#}");
        let after = after.expect("a result");
        assert_eq!(
            difference(&before, &after).replace("\r\n", "\n"),
            CREW_CHANGES
        );
        assert_eq!(
            after.matches('\n').count(),
            after.matches(line_break).count(),
            "line ends stay what they were"
        );
        let targets: Vec<_> = report["files"][0]["profiles"]
            .as_array()
            .expect("profiles")
            .iter()
            .map(|profile| profile["target"]["version"].as_str().expect("a version"))
            .collect();
        assert_eq!(targets, ["1.4.0", "1.10.0"], "each document is a profile");

        let again = place.run(&[
            "rewrite",
            "out",
            "--to",
            "fixtures/destinations/twin",
            "--in-place",
        ]);
        assert_eq!(again.status.code(), Some(0));
        assert_eq!(
            place.read("out/crew-services.yaml"),
            after,
            "nothing is left to change"
        );
    }
}

#[test]
fn no_output_shows_a_secret() {
    let place = Place::new();
    place.write(
        "secrets.yaml",
        &SECRETS.replace("p#1", "c4nary").replace("k3y", "c4nary"),
    );
    for more in [
        &["--diff"][..],
        &["-o", "out"],
        &["-o", "out", "--format", "json"],
    ] {
        let base = [
            "rewrite",
            CREW,
            "--to",
            "fixtures/destinations/twin",
            "--secrets",
            "secrets.yaml",
        ];
        let output = place.run(&[&base[..], more].concat());
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).expect("UTF-8");
        assert!(!shown.contains("c4nary"), "{shown}");
    }
}

/// A profile of one pack for each registry given, as YAML.
fn profile(packs: &[(&str, &str)]) -> String {
    let mut text = "metadata: {name: crew, labels: {}}\nspec:\n  version: 1.0.0\n  template:\n    type: add-on\n    cloudType: all\n    packs:\n".to_owned();
    for (pack, registry) in packs {
        let (name, version) = pack.split_once(' ').expect("a name and a version");
        text += &format!(
            "    - name: {name}\n      type: oci\n      layer: addon\n      version: {version}\n      tag: {version}\n      values: ''\n      registry: {registry}\n"
        );
    }
    text + "  variables: []\n"
}

const SANDBOX: &str = "{metadata: {uid: 67d90b3c42aa71e5c8f0136b, name: Sandbox, kind: oci, isPrivate: true, providerType: pack, isSyncSupported: true}}";

#[test]
fn what_packs_share_changes_for_all_of_them_or_not_at_all() {
    let place = Place::new();
    let anchor = format!("&r {SANDBOX}");
    let same = profile(&[
        ("a--service-catalogue 0.6.3", &anchor),
        ("b--service-catalogue 0.6.3", "*r"),
    ]);
    place.write("same.yaml", &same);
    let (code, result, _) = place.to_twin("same.yaml", &[]);
    assert_eq!(code, 0);
    let expected = same
        .replace("67d90b3c42aa71e5c8f0136b", "67a4e2913fb5d08c6e1172da")
        .replace("Sandbox", "Halvard Packs");
    assert_eq!(result.as_deref(), Some(expected.as_str()));

    place.write(
        "other.yaml",
        &profile(&[
            ("service-catalogue 0.6.3", &anchor),
            ("oauth2-proxy 7.12.9", "*r"),
        ]),
    );
    let (code, result, report) = place.to_twin("other.yaml", &[]);
    assert_eq!((code, result), (1, None));
    let reason = report["files"][0]["reasons"][0].as_str().expect("a reason");
    assert!(
        reason.contains("is shared through an anchor with `/spec/template/packs/1/registry`"),
        "{reason}"
    );
}

#[test]
fn what_cannot_keep_its_style_is_told() {
    let place = Place::new();
    place.write(
        "crew.yaml",
        &profile(&[("service-catalogue 0.6.3", SANDBOX)]),
    );
    let (code, result, report) = place.to_twin("crew.yaml", &["--name", "crew=1.10"]);
    assert_eq!(code, 0);
    assert!(
        result
            .expect("a result")
            .starts_with("metadata: {name: \"1.10\", labels: {}}\n")
    );
    let notes = &report["files"][0]["notes"];
    assert_eq!(
        notes[0],
        "`/metadata/name` is written in double quotes, as it cannot be written without quotes"
    );
    let args = ["rewrite", "crew.yaml", "--name", "crew=1.10", "--diff"];
    let twin = ["--to", "fixtures/destinations/twin"];
    let output = place.run(&[&args[..], &twin].concat());
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        shown.contains("\n  `/metadata/name` is written in double quotes, as it cannot be written without quotes\n"),
        "{shown}"
    );
}

#[test]
fn what_json_cannot_hold_is_refused_and_comments_are_told() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let refused = [
        (
            "inf.yaml",
            format!("{base}  x: .inf\n"),
            "`/spec/x`: JSON has no such number",
        ),
        (
            "tag.yaml",
            format!("{base}  x:\n    y: !!binary aGk=\n"),
            "line 17: `/spec/x/y` has a tag, and JSON has none",
        ),
        (
            "tags.yaml",
            format!("{base}  x: !vault [a]\n"),
            "`/spec/x` has a tag, and JSON has none",
        ),
        (
            "key.yaml",
            format!("{base}  x: {{[a]: b}}\n"),
            "JSON has no keys but strings",
        ),
        (
            "twice.yaml",
            format!("{base}  variables: []\n"),
            "`/spec/variables` is there twice",
        ),
    ];
    let convert = |file: &str| {
        let output = place.run(&[
            "rewrite",
            file,
            "--to-format",
            "json",
            "-o",
            "out",
            "--format",
            "json",
        ]);
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), report["files"][0].clone())
    };
    for (name, text, reason) in refused {
        place.write(name, &text);
        let (code, file) = convert(name);
        assert_eq!(code, Some(1), "{name}");
        let told = file["reasons"][0].as_str().expect("a reason");
        assert!(told.contains(reason), "{name}: {told}");
        assert!(!place.path("out").exists());
    }
    place.write(
        "crew.yaml",
        &format!(
            "# one\n{base}# '#' two\n  x: 0x1F # three\n  y: 'a # b'\n  z: |  # four\n    # text\n"
        ),
    );
    let (code, file) = convert("crew.yaml");
    assert_eq!(code, Some(0));
    assert_eq!(
        file["notes"][0],
        "4 comments are left behind: JSON has none"
    );
    let written: Value = serde_json::from_str(&place.read("out/crew.json")).expect("JSON");
    assert_eq!(written["spec"]["x"], 31);
    assert_eq!(written["spec"]["z"], "# text\n");
}

#[test]
fn aliases_and_merges_without_end_are_no_trap() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let mut aliases = format!("{base}  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    let mut merges = format!("{base}  m0: &m0 {{x: 1}}\n");
    for number in 1..40 {
        let before = format!("*a{}, ", number - 1).repeat(10);
        aliases += &format!("  a{number}: &a{number} [{before}]\n");
        let before = format!("*m{}, ", number - 1).repeat(10);
        merges += &format!("  m{number}: &m{number} {{<<: [{before}]}}\n");
    }
    place.write("aliases.yaml", &aliases);
    place.write("merges.yaml", &merges);
    place.write("itself.yaml", &format!("{base}  x: &x [*x]\n"));
    for (file, place_and_fault) in [
        (
            "aliases.yaml",
            "19:42: error[syntax-error] with `*a2`, nearly all values of the document are repeated by aliases",
        ),
        (
            "merges.yaml",
            "20:22: error[syntax-error] with `*m3`, nearly all values of the document are repeated by aliases",
        ),
        (
            "itself.yaml",
            "16:10: error[syntax-error] `*x` stands for what it is a part of",
        ),
    ] {
        let check = place.run(&["check", file, "--format", "concise"]);
        assert_eq!(check.status.code(), Some(1), "{file}");
        let shown = String::from_utf8(check.stdout).expect("UTF-8");
        assert!(
            shown.starts_with(&format!("{file}:{place_and_fault}")),
            "{shown}"
        );
        let (rewritten, result, _) = place.to_twin(file, &[]);
        assert_eq!((rewritten, result), (1, None), "{file}");
        let convert = place.run(&["rewrite", file, "--to-format", "json", "-o", "json"]);
        assert_eq!(convert.status.code(), Some(1), "{file}");
    }
}

#[test]
fn a_result_is_never_much_larger_than_its_input() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    // Few values, so that readers take it, but long ones.
    let long = format!("&t '{}'", "x".repeat(100_000));
    let all = vec!["*t"; 700].join(", ");
    place.write("long.yaml", &format!("{base}  x: [{long}, {all}]\n"));
    let convert = place.run(&["rewrite", "long.yaml", "--to-format", "json", "-o", "json"]);
    assert_eq!(convert.status.code(), Some(1));
    let shown = String::from_utf8(convert.stdout).expect("UTF-8");
    assert!(
        shown.contains("aliases make the document larger than 64 MiB"),
        "{shown}"
    );
}

#[test]
fn entries_come_and_go_at_the_same_place() {
    let place = Place::new();
    let pack = "    - name: service-catalogue\n      type: oci\n      layer: addon\n      version: 0.6.3\n      tag: 0.6.3\n      values: ''\n      registry:\n        metadata:\n          name: Halvard Packs\n";
    let base = "metadata: {name: crew, labels: {}}\nspec:\n  template:\n    type: add-on\n    cloudType: all\n    packs:\n";
    let metadata = "          uid: 67a4e2913fb5d08c6e1172da\n          kind: oci\n          isPrivate: true\n          providerType: pack\n          isSyncSupported: true\n";
    for (name, end) in [
        ("a.yaml", ""),
        ("b.yaml", "        matchingRegistries: []\n"),
        ("c.yaml", "        matchingRegistries: []  # none yet\n"),
        (
            "d.yaml",
            "        matchingRegistries:\n        - name: |\n            x\n",
        ),
        ("f.yaml", "        matchingRegistries: []"),
        (
            "g.yaml",
            "        matchingRegistries:\n        - name: |\n            x",
        ),
    ] {
        place.write(name, &format!("{base}{pack}{end}"));
        let (code, result, report) = place.to_twin(name, &["--set-version", "crew=2.0.0"]);
        assert_eq!(code, 0, "{name}: {report:#}");
        let result = result.expect("a result");
        let expected = format!("{base}{pack}{metadata}  version: 2.0.0\n");
        assert_eq!(result.trim_end(), expected.trim_end(), "{name}");
    }
    place.write("e.yaml", &format!("{base}{pack}  version:   # not yet\n"));
    let (code, result, _) = place.to_twin("e.yaml", &["--set-version", "crew=2.0.0"]);
    assert_eq!(code, 0);
    assert!(
        result
            .expect("a result")
            .ends_with("  version: 2.0.0   # not yet\n")
    );
}

#[test]
fn a_conversion_overwrites_nobodys_file() {
    let place = Place::new();
    let profile = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    place.write("crew.yaml", &profile);
    let to_json = ["rewrite", "crew.yaml", "--to-format", "json", "-o", "."];
    assert_eq!(place.run(&to_json).status.code(), Some(0));
    assert_eq!(
        place.run(&to_json).status.code(),
        Some(0),
        "it is the same file"
    );
    place.write("crew.json", "{}\n");
    let output = place.run(&to_json);
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        shown.contains("`./crew.json` is there already")
            || shown.contains("`crew.json` is there already"),
        "{shown}"
    );
    assert_eq!(place.read("crew.json"), "{}\n");
}

#[test]
fn keys_become_what_go_makes_of_them() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let convert = |more: &str| {
        place.write("keys.yaml", &format!("{base}  x: {more}\n"));
        let output = place.run(&["rewrite", "keys.yaml", "--to-format", "json", "-o", "out"]);
        let shown = String::from_utf8(output.stdout).expect("UTF-8");
        (output.status.code(), shown)
    };
    assert_eq!(convert("{on: 1, 010: 2, a: 3}").0, Some(0));
    let written: Value = serde_json::from_str(&place.read("out/keys.json")).expect("JSON");
    assert_eq!(
        written["spec"]["x"],
        serde_json::json!({"true": 1, "8": 2, "a": 3})
    );
    for (wrong, reason) in [
        ("{yes: 1, 'true': 2}", "`/spec/x/true` would be there twice"),
        ("{~: 1}", "JSON has no keys but strings"),
        ("{1.50: 1}", "JSON has no keys but strings"),
        ("{18446744073709551616: 1}", "JSON has no keys but strings"),
        ("{<<: 3}", "`<<` merges objects"),
        ("{<<: [{a: 1}, 2]}", "`<<` merges objects"),
    ] {
        let (code, shown) = convert(wrong);
        assert_eq!(code, Some(1), "{wrong}");
        assert!(shown.contains(reason), "{wrong}: {shown}");
    }
}

#[test]
fn a_secret_that_an_alias_brings_is_not_shown() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let values = "      values: |\n        a: &q c4nary-one\n        b: {password: *q, adminPassword: '******'}\n";
    let base = base.replace("      values: ''\n", values).replace(
        "  variables: []\n",
        "  variables:\n  - {name: v1, format: number, isSensitive: yes, defaultValue: *s}\n",
    );
    place.write("leak.yaml", &format!("shared: &s c4nary-two\n{base}"));
    for args in [
        &["check", "leak.yaml"][..],
        &["check", "leak.yaml", "--format", "json"],
        &[
            "rewrite",
            "leak.yaml",
            "--to",
            "fixtures/destinations/twin",
            "--diff",
            "--allow-masked",
        ],
    ] {
        let output = place.run(args);
        let shown = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        assert!(shown.contains("v1"), "{shown}");
        assert!(!shown.contains("c4nary"), "{args:?}: {shown}");
    }
}

/// Text in a profile that holds secrets, in every output that shows text of it.
fn outputs_of(place: &Place, file: &str) -> String {
    let twin = "fixtures/destinations/twin";
    let mut all = String::new();
    for args in [
        &["check", file][..],
        &["check", file, "--format", "concise"],
        &["check", file, "--format", "json"],
        &["check", file, "--unsafe-fixes", "--diff"],
        &["rewrite", file, "--to", twin, "--diff"],
        &["rewrite", file, "--to", twin, "--diff", "--format", "json"],
    ] {
        let output = place.run(args);
        let shown = [output.stdout, output.stderr].concat();
        all += &String::from_utf8(shown).expect("UTF-8");
    }
    all
}

#[test]
fn secrets_in_escapes_and_folds_are_not_shown() {
    let place = Place::new();
    let yaml = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let values = r#"      values: |
        one: "https://bob:\
          c4naryone@a.example {{ .spectro.var.one }}"
        two: "\x68ttps:\u002f/bob:c4narytwo@a.example __CHANGE_ME__"
        three: {x: https://bob:c4narythree@{{ .spectro.var.three }}, y: 1}
        four: "https://\x62ob:c4nary\
          four@a.example"
        four: 4
        five: [!!str 'https://bob:c4naryfive@a.example', {a: 1, a: 2}]
"#;
    let yaml = yaml.replace("      values: ''\n", values).replace(
        "type: add-on",
        "type: \"\\x68ttps://bob:c4narysix@\\\n      a.example\"",
    );
    place.write("leak.yaml", &yaml);
    place.write(
        "leak.json",
        r#"{"metadata": {"name": "crew", "labels": {"home": "https:\/\/bob:c4naryone@a.example"}}, "spec": {"template": {"type": "\u0068ttps:\/\/bob:c4narytwo@a.example", "cloudType": "all", "packs": [{"name": "service-catalogue", "type": "oci", "layer": "addon", "version": "0.6.3", "values": "a: \"https:\\x2f/bob:c4narythree@a.example {{ .spectro.var.x }}\"", "registry": {"metadata": {"name": "x"}}}]}}}"#,
    );
    for file in ["leak.yaml", "leak.json"] {
        let shown = outputs_of(&place, file);
        assert!(!shown.contains("c4nary"), "{file}: {shown}");
        assert!(shown.contains("<redacted>"), "{file}: {shown}");
    }
}

#[test]
fn what_a_merge_brings_is_a_secret_where_it_is_one() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let variables = "  variables:
  - {<<: *d, name: v1, format: numbr, isSensitive: yes}
  - {<<: *e, name: v2, format: numbr, isSensitive: yes, defaultValue: '********'}
  - {<<: *f, name: v3, format: numbr, isSensitive: yes}
";
    let values = "      values: |
        base: &b {stringData: &d {a: c4naryfour, a: c4naryfive}}
        secret: {<<: *b, apiVersion: v1, kind: Secret}
        other: {kind: Secret, data: {<<: *d, b: 1, b: 2}}
";
    let base = base
        .replace("      values: ''\n", values)
        .replace("  variables: []\n", variables);
    place.write(
        "leak.yaml",
        &format!(
            "x: [&d {{defaultValue: c4naryone}}, &e {{defaultValue: harmless}}, &f {{options: [{{label: c4narytwo, value: c4narythree}}]}}]\n{base}"
        ),
    );
    let shown = outputs_of(&place, "leak.yaml");
    assert!(!shown.contains("c4nary"), "{shown}");
    // What is overridden wherever it is merged is no secret.
    assert!(shown.contains("harmless"), "{shown}");
}

#[test]
fn numbers_are_those_that_go_reads() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let numbers =
        "[18446744073709551616, 0x1FFFFFFFFFFFFFFFF, 1e400, -0, ! 12, !!str 12, !!int 12]";
    place.write("numbers.yaml", &format!("{base}  x: {numbers}\n"));
    let to_json = [
        "rewrite",
        "numbers.yaml",
        "--to-format",
        "json",
        "-o",
        "out",
    ];
    assert_eq!(place.run(&to_json).status.code(), Some(0));
    let written = place.read("out/numbers.json");
    let from = written.find("\"x\": [").expect("the numbers");
    let written: Vec<&str> = written[from..].split_whitespace().collect();
    assert_eq!(
        written[1..9].concat(),
        "[18446744073709551616,\"0x1FFFFFFFFFFFFFFFF\",\"1e400\",0,\"12\",\"12\",12"
    );

    let json = place.read("out/numbers.json");
    for number in ["1e400", "-0"] {
        let json = json.replace("\"1e400\"", number);
        place.write("numbers.json", &json);
        let to_yaml = [
            "rewrite",
            "numbers.json",
            "--to-format",
            "yaml",
            "-o",
            "yaml",
        ];
        let output = place.run(&to_yaml);
        assert_eq!(output.status.code(), Some(1), "{number}");
        let shown = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(
            shown.contains("`/spec/x/2`: YAML has no such number"),
            "{shown}"
        );
    }
}

#[test]
fn documents_become_files_of_their_own() {
    let place = Place::new();
    let base = profile(&[("service-catalogue 0.6.3", SANDBOX)]);
    let other = base.replace("name: crew", "name: deck");
    let both = format!("# first\n{base}---\n{other}---\n# nothing\n");
    fs::create_dir(place.path("in")).expect("a folder");
    place.write("in/both.yaml", &both);
    let convert = |more: &[&str]| {
        let args = ["rewrite", "in", "--to-format", "json", "--format", "json"];
        let output = place.run(&[&args, more].concat());
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), report["files"][0].clone())
    };
    for (out, more) in [
        ("out", &[][..]),
        ("twin", &["--to", "fixtures/destinations/twin"]),
    ] {
        let (code, file) = convert(&[&["-o", out], more].concat());
        assert_eq!(code, Some(0), "{file:#}");
        assert_eq!(
            file["outputs"],
            serde_json::json!([
                format!("{out}/both-crew.json"),
                format!("{out}/both-deck.json")
            ])
        );
        for name in ["crew", "deck"] {
            let written = place.read(&format!("{out}/both-{name}.json"));
            let written: Value = serde_json::from_str(&written).expect("JSON");
            assert_eq!(written["metadata"]["name"], name);
        }
        assert!(!place.path(&format!("{out}/both.json")).exists());
    }

    // A file beside it that would become one of the results.
    place.write("in/both-deck.yaml", &base);
    let output = place.run(&["rewrite", "in", "--to-format", "json", "-o", "again"]);
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        shown.contains("its result would have the same path as that of `in/both-deck.yaml`"),
        "{shown}"
    );
    assert!(!place.path("again/both-crew.json").exists());

    // None of the results is written where one would overwrite somebody's file.
    fs::remove_file(place.path("in/both-deck.yaml")).expect("a file");
    place.write("in/both-deck.json", "{}\n");
    let output = place.run(&["rewrite", "in/both.yaml", "--to-format", "json", "-o", "in"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(place.read("in/both-deck.json"), "{}\n");
    assert!(!place.path("in/both-crew.json").exists());
}

#[test]
fn a_version_comes_although_the_file_ends_with_a_block_that_is_filled_in() {
    let place = Place::new();
    // No line break at the end, so that nothing can come behind the block.
    let input = "metadata: {name: crane-yard}\nspec:\n  # the stack\n  template:\n    type: add-on\n    cloudType: all\n    \
                 packs:\n      - name: yard\n        type: manifest\n        layer: addon\n        version: 1.0.0\n        \
                 values: |\n          password: \"********\"";
    place.write("yard.yaml", input);
    place.write(
        "secrets.yaml",
        "profiles: {crane-yard: {packs: {yard: {password: hush}}}}",
    );
    let (code, result, report) = place.to_twin(
        "yard.yaml",
        &[
            "--set-version",
            "crane-yard=1.2.0",
            "--secrets",
            "secrets.yaml",
        ],
    );
    assert_eq!(code, 0, "{report}");
    let expected = input
        .replace("  template:", "  version: 1.2.0\n  template:")
        .replace("********", "hush");
    assert_eq!(result.expect("a result"), expected);
}
