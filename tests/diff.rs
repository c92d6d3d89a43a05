//! `palette-knife diff`: what counts as a difference, how it is shown, and how Git calls it.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use snapbox::cmd::cargo_bin;
use tempfile::TempDir;

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(cargo_bin!("palette-knife"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("it runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn pack(name: &str, version: &str, registry: &str, values: &str) -> Value {
    json!({
        "name": name, "type": "spectro", "layer": "addon", "version": version, "tag": version, "values": values,
        "registry": { "metadata": { "uid": "", "name": registry, "kind": "pack", "isPrivate": false } },
    })
}

fn profile(name: &str, version: &str, packs: &[Value]) -> Value {
    json!({
        "metadata": { "name": name },
        "spec": {
            "version": version,
            "template": { "type": "add-on", "cloudType": "all", "packs": packs },
            "variables": [{ "name": "replicas", "format": "number", "defaultValue": "2" }],
        },
    })
}

/// The profile of the examples.
fn harbour() -> Value {
    let mut profile = profile(
        "harbour-web",
        "1.4.0",
        &[
            pack(
                "cni-calico",
                "3.30.3",
                "Palette Registry",
                "calico:\n  # the overlay of the yard\n  mtu: 1450\n",
            ),
            pack("loki", "6.0.0", "Palette Registry", "a: 1\n"),
            pack("vault", "0.28.1", "Public Repo", "server:\n  replicas: 3\n"),
            pack("nginx", "1.13.2", "Palette Registry", "b: 1\n"),
        ],
    );
    profile["metadata"]["labels"] = json!({ "team": "quay" });
    profile
}

fn packs(profile: &mut Value) -> &mut Vec<Value> {
    profile["spec"]["template"]["packs"]
        .as_array_mut()
        .expect("packs")
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("written");
        path
    }

    fn json(&self, name: &str, value: &Value) {
        self.write(name, &serde_json::to_string_pretty(value).expect("JSON"));
    }

    fn diff(&self, args: &[&str]) -> Output {
        run(self.path(), &[&["diff"], args].concat())
    }

    /// Compares two profiles as data.
    fn report(&self, old: &Value, new: &Value) -> Value {
        self.json("a.json", old);
        self.json("b.json", new);
        let output = self.diff(&["a.json", "b.json", "--format", "json"]);
        serde_json::from_str(&stdout(&output))
            .unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    }
}

/// The commands of the page, and what it shows for them.
fn examples() -> Vec<(String, String)> {
    let page = fs::read_to_string("docs/diff.md").expect("a page");
    let blocks = page.split("```console\n$ palette-knife ").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split_once("```"));
    blocks
        .map(|(block, _)| {
            let (command, shown) = block.split_once('\n').expect("a command");
            (command.to_owned(), shown.to_owned())
        })
        .collect()
}

#[test]
fn the_examples_of_the_page_are_true() {
    let examples = examples();
    let [pair, folders] = examples.as_slice() else {
        panic!("{} examples", examples.len());
    };
    let place = Place::new();
    let old = harbour();
    let mut new = old.clone();
    new["spec"]["version"] = json!("1.5.0");
    new["metadata"]["labels"]["team"] = json!("yard");
    new["spec"]["variables"][0]["defaultValue"] = json!("3");
    let stack = packs(&mut new);
    stack[0]["version"] = json!("3.31.1");
    stack[0]["tag"] = json!("3.31.1");
    stack[0]["values"] = json!("calico:\n  # the overlay of the yard\n  mtu: 1400");
    let nginx = stack.pop().expect("a pack");
    stack.pop();
    stack.insert(1, nginx);
    place.json("old/harbour-web.json", &old);
    place.json("new/harbour-web.json", &new);
    let output = run(place.path(), &pair.0.split(' ').collect::<Vec<_>>());
    assert_eq!(stdout(&output), pair.1);
    assert_eq!(code(&output), 1);

    let mut before = new.clone();
    before["spec"]["variables"][0]["defaultValue"] = json!("2");
    fs::remove_dir_all(place.path().join("old")).expect("removed");
    place.json("old/pages/harbour.json", &before);
    place.json("old/guardrails.json", &profile("guardrails", "1.0.0", &[]));
    place.json("new/more/rails.json", &profile("guardrails", "1.0.0", &[]));
    place.write(
        "old/vault-base.yaml",
        "metadata: { name: vault-base }\nspec: { version: 0.9.0, template: { type: add-on, packs: [] } }\n",
    );
    place.json("new/yard-edge.json", &profile("yard-edge", "1.0.0", &[]));
    let output = run(place.path(), &folders.0.split(' ').collect::<Vec<_>>());
    assert_eq!(stdout(&output), folders.1);
    assert_eq!(code(&output), 1);
}

#[test]
fn the_format_of_a_file_is_no_difference() {
    let place = Place::new();
    let fixtures = common::fixtures();
    let converted = run(
        &fixtures,
        &[
            "rewrite",
            "profiles",
            "--to-format",
            "yaml",
            "-o",
            &place.path().join("yaml").to_string_lossy(),
        ],
    );
    assert_eq!(code(&converted), 0, "{}", stderr(&converted));
    let mut compared = 0;
    for (name, bytes) in common::fixture_files("profiles") {
        let yaml = format!("yaml/{}", name.replace(".json", ".yaml"));
        let json = fixtures.join("profiles").join(&name);
        let output = place.diff(&[&json.to_string_lossy(), &yaml]);
        assert_eq!(
            (code(&output), stdout(&output).as_str()),
            (0, "no difference\n"),
            "{name}"
        );
        // Sorted keys, other escapes, other indentation.
        let value: Value = serde_json::from_slice(&bytes).expect("JSON");
        place.write("sorted.json", &value.to_string());
        let output = place.diff(&[&json.to_string_lossy(), "sorted.json", "--format", "json"]);
        assert_eq!(code(&output), 0, "{name}: {}", stdout(&output));
        compared += 1;
    }
    assert_eq!(compared, 10);
    let folders = place.diff(&[&fixtures.join("profiles").to_string_lossy(), "yaml"]);
    assert_eq!(stdout(&folders), "no difference in 10 profiles\n");

    // Anchors and merge keys are read as what they stand for.
    let crew = fixtures.join("yaml/crew-services.yaml");
    let json = run(
        &fixtures,
        &[
            "rewrite",
            "yaml",
            "--to-format",
            "yaml",
            "-o",
            &place.path().join("crew").to_string_lossy(),
        ],
    );
    assert_eq!(code(&json), 0, "{}", stderr(&json));
    let output = place.diff(&[&crew.to_string_lossy(), "crew/crew-services.yaml"]);
    assert_eq!(stdout(&output), "no difference in 2 profiles\n");
}

#[test]
fn what_says_the_same_is_no_difference() {
    let place = Place::new();
    let old = harbour();
    let mut new = old.clone();
    new["metadata"]["description"] = json!("");
    new["spec"]["template"]["labels"] = json!({});
    for pack in packs(&mut new) {
        pack["manifests"] = json!([]);
        pack["registry"]["metadata"]["isSyncSupported"] = json!(false);
        pack["registry"]["matchingRegistries"] = Value::Null;
        let values = pack["values"]
            .as_str()
            .expect("a text")
            .trim_end()
            .to_owned();
        pack["values"] = json!(values);
    }
    assert_eq!(place.report(&old, &new)["same"], true);
    // A profile without a version has the first one.
    let (mut with, mut without) = (old.clone(), old);
    with["spec"]["version"] = json!("1.0.0");
    without["spec"]
        .as_object_mut()
        .expect("an object")
        .remove("version");
    assert_eq!(place.report(&with, &without)["same"], true);
}

#[test]
fn everything_else_is_a_difference() {
    let place = Place::new();
    let old = harbour();
    let changes: [(&str, Value, &str); 9] = [
        ("/metadata/name", json!("other"), "metadata.name"),
        ("/spec/version", json!("1.4.1"), "spec.version"),
        ("/spec/version", json!(1.4), "spec.version"),
        ("/spec/template/type", json!("infra"), "spec.template.type"),
        (
            "/metadata/labels/team",
            json!("yard"),
            "metadata.labels.team",
        ),
        (
            "/spec/template/packs/0/registry/metadata/isPrivate",
            json!(true),
            "registry.metadata.isPrivate",
        ),
        (
            "/spec/template/packs/0/registry/metadata/uid",
            json!("x"),
            "registry.metadata.uid",
        ),
        ("/spec/template/packs/0/values", json!(7), "values"),
        ("/spec/variables/0/format", json!("string"), "format"),
    ];
    for (pointer, value, path) in changes {
        let mut new = old.clone();
        *new.pointer_mut(pointer).expect("a value") = value;
        let report = place.report(&old, &new);
        assert_eq!(report["same"], false, "{pointer}");
        let text = report["profiles"][0].to_string();
        assert!(
            text.contains(&format!("\"path\":\"{path}\"")),
            "{pointer}: {text}"
        );
    }
    let mut new = old.clone();
    new["spec"]["later"] = json!({ "unknown": [1, { "deep": "x" }] });
    let report = place.report(&old, &new);
    let fields = &report["profiles"][0]["fields"];
    assert_eq!(
        fields[0],
        json!({ "path": "spec.later.unknown[0]", "old": null, "new": "1" })
    );
    assert_eq!(fields[1]["path"], "spec.later.unknown[1].deep");

    // A number and a text that look alike are told apart.
    let mut number = old.clone();
    number["spec"]["later"] = json!("1.10");
    new["spec"]["later"] = json!(1.10);
    let report = place.report(&number, &new);
    assert_eq!(
        report["profiles"][0]["fields"][0],
        json!({ "path": "spec.later", "old": "\"1.10\"", "new": "1.1" })
    );

    // Comments in values, and manifests by their names.
    let mut new = old.clone();
    packs(&mut new)[1]["values"] = json!("a: 1 # why\n");
    packs(&mut new)[3]["manifests"] =
        json!([{ "name": "extra", "content": "kind: A\n---\nkind: B\n" }]);
    let report = place.report(&old, &new);
    let layers = &report["profiles"][0]["layers"];
    assert_eq!(
        layers[0]["texts"],
        json!([{ "name": "values", "change": "changed", "added": 1, "removed": 1, "hunks": [
            { "oldLine": 1, "oldLines": 1, "newLine": 1, "newLines": 1, "lines": ["-a: 1", "+a: 1 # why"] }
        ] }])
    );
    assert_eq!(layers[1]["texts"][0]["name"], "manifest extra");
    assert_eq!(layers[1]["texts"][0]["added"], 3);
}

#[test]
fn layers_move_only_by_themselves() {
    let place = Place::new();
    let old = harbour();
    let mut new = old.clone();
    packs(&mut new).insert(0, pack("first", "1.0.0", "Palette Registry", "x: 1\n"));
    packs(&mut new).remove(2);
    let report = place.report(&old, &new);
    let layers = report["profiles"][0]["layers"]
        .as_array()
        .expect("a list")
        .clone();
    let told: Vec<_> = layers
        .iter()
        .map(|layer| (&layer["name"], &layer["change"], &layer["moved"]))
        .collect();
    assert_eq!(
        told,
        [
            (&json!("first"), &json!("added"), &json!(false)),
            (&json!("loki"), &json!("removed"), &json!(false)),
        ]
    );
    // The same pack twice is two layers.
    let mut twice = old.clone();
    let again = packs(&mut twice)[3].clone();
    packs(&mut twice).push(again);
    let report = place.report(&old, &twice);
    assert_eq!(
        report["profiles"][0]["layers"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(report["profiles"][0]["layers"][0]["newIndex"], 4);
}

#[test]
fn secrets_differ_and_are_not_shown() {
    let place = Place::new();
    let mut old = harbour();
    old["metadata"]["description"] = json!("see https://crew:old-secret-1@yard.example");
    packs(&mut old)[1]["values"] = json!(
        "user: a\npassword: old-secret-2\n# token: old-secret-3\nkey: |\n  -----BEGIN PRIVATE KEY-----\n  old-secret-4\n  -----END PRIVATE KEY-----\nz: 1\n"
    );
    packs(&mut old)[2]["values"] = json!("broken: [\npassword: old-secret-5\n");
    old["spec"]["variables"][0]["isSensitive"] = json!(true);
    old["spec"]["variables"][0]["defaultValue"] = json!("old-secret-6");
    old["spec"]["adminPassword"] = json!("old-secret-7");
    let text = serde_json::to_string(&old)
        .expect("JSON")
        .replace("old-secret", "new-secret");
    let new: Value = serde_json::from_str(&text).expect("JSON");
    place.json("old.json", &old);
    place.json("new.json", &new);
    let human = place.diff(&["old.json", "new.json"]);
    assert_eq!(code(&human), 1);
    assert!(
        stdout(&human).contains(
            " user: a\n-password: <redacted>\n-# token: <redacted>\n+password: <redacted>\n+# token: <redacted>\n key: |\n"
        ),
        "{}",
        stdout(&human)
    );
    assert!(
        stdout(&human).contains("default value: changed, and not shown\n"),
        "{}",
        stdout(&human)
    );
    let views = ["old.json", "new.json"].map(|file| place.diff(&["--textconv", file]));
    assert_eq!(
        stdout(&views[0]),
        stdout(&views[1]),
        "the views differ in secrets alone"
    );
    let outputs = [
        human,
        place.diff(&["old.json", "new.json", "--format", "json"]),
        place.diff(&["old.json", "new.json", "--format", "markdown"]),
        place.diff(&["old.json", "new.json", "--color", "always"]),
        place.diff(&[
            "x.json", "old.json", "0", "100644", "new.json", "0", "100644",
        ]),
        place.diff(&["x.json", "/dev/null", ".", ".", "new.json", "0", "100644"]),
    ];
    for output in outputs.iter().chain(&views) {
        let shown = stdout(output) + &stderr(output);
        assert!(!shown.contains("-secret-"), "{shown}");
    }
    let json: Value = serde_json::from_str(&stdout(&outputs[1])).expect("JSON");
    assert_eq!(json["same"], false);

    // What is no profile is shown without its secrets as well.
    place.write("a.yaml", "password: old-secret-8\nx: 1\n");
    place.write("b.yaml", "password: new-secret-8\nx: 2\n");
    let output = place.diff(&["c.yaml", "a.yaml", "0", "100644", "b.yaml", "0", "100644"]);
    assert_eq!(
        stdout(&output),
        "--- c.yaml\n+++ c.yaml\n@@ -1,2 +1,2 @@\n-password: <redacted>\n-x: 1\n+password: <redacted>\n+x: 2\n"
    );
    let view = place.diff(&["--textconv", "a.yaml"]);
    assert_eq!(stdout(&view), "password: <redacted>\nx: 1\n");
}

#[test]
fn folders_pair_by_name_and_version() {
    let place = Place::new();
    let one = |version: &str| profile("web", version, &[]);
    place.json("old/a.json", &one("1.0.0"));
    place.json("old/b.json", &one("1.1.0"));
    place.json("new/x/y.json", &one("1.1.0"));
    place.json("new/z.json", &one("2.0.0"));
    place.write("new/values.yaml", "a: 1\n");
    let output = place.diff(&["old", "new"]);
    assert_eq!(
        stdout(&output),
        "only in old: web 1.0.0 (old/a.json)\nonly in new: web 2.0.0 (new/z.json)\n\
         no difference in 1 profile; 1 only in old; 1 only in new; skipped: 1 file that holds no profile\n"
    );
    assert_eq!(code(&output), 1);

    // A broken profile is an error, and the others are compared all the same.
    place.write(
        "new/broken.json",
        r#"{"metadata": {}, "spec": {"template": {"packs": ["#,
    );
    let output = place.diff(&["old", "new", "--format", "json"]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("new/broken.json: 1:"),
        "{}",
        stderr(&output)
    );
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(
        report["onlyNew"],
        json!([{ "file": "new/z.json", "name": "web", "version": "2.0.0" }])
    );

    for (args, reason) in [
        (
            &["old/a.json", "new/values.yaml"][..],
            "new/values.yaml: it holds no exported profile",
        ),
        (&["old/a.json", "nowhere.json"], "nowhere.json: "),
        (&["old/a.json", "new/broken.json"], "new/broken.json: 1:"),
        (&["old"], "expected two files or two folders, found 1"),
        (
            &["a", "b", "c"],
            "expected two files or two folders, found 3",
        ),
        (&["--textconv", "a", "b"], "--textconv takes one file"),
    ] {
        let output = place.diff(args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(
            stderr(&output).contains(reason),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn documents_of_a_file_pair_too() {
    let place = Place::new();
    let document = |name: &str, version: &str, cloud: &str| {
        format!(
            "metadata: {{ name: {name} }}\nspec:\n  version: {version}\n  template: {{ type: add-on, cloudType: {cloud}, packs: [] }}\n"
        )
    };
    let old = [
        document("a", "1.0.0", "all"),
        document("b", "1.0.0", "all"),
        document("c", "1.0.0", "all"),
    ];
    let new = [
        document("renamed", "1.0.0", "all"),
        document("b", "1.1.0", "all"),
        document("a", "1.0.0", "aws"),
    ];
    place.write("old.yaml", &old.join("---\n"));
    place.write("new.yaml", &new.join("---\n# a comment\n---\n"));
    let report = place.diff(&["old.yaml", "new.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout(&report)).expect("JSON");
    let pairs: Vec<_> = report["profiles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|pair| format!("{} {}", pair["old"]["name"], pair["new"]["name"]))
        .collect();
    assert_eq!(pairs, [r#""a" "a""#, r#""b" "b""#, r#""c" "renamed""#]);
    assert_eq!(
        report["profiles"][0]["fields"],
        json!([{ "path": "spec.template.cloudType", "old": "all", "new": "aws" }])
    );
}

#[test]
fn the_report_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(
        &fs::read_to_string("schemas/diff-report.schema.json").expect("a schema"),
    )
    .expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let files = common::fixture_files("profiles");
    let place = Place::new();
    for pair in files.windows(2) {
        let [(old, old_bytes), (new, new_bytes)] = pair else {
            continue;
        };
        fs::write(place.path().join(old), old_bytes).expect("written");
        fs::write(place.path().join(new), new_bytes).expect("written");
        for more in [&[][..], &["--summary"]] {
            let output = place.diff(&[&[old.as_str(), new, "--format", "json"], more].concat());
            assert_eq!(code(&output), 1);
            let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
            let errors: Vec<String> = validator
                .iter_errors(&report)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
    let git = place.diff(&[
        &files[0].0,
        "/dev/null",
        ".",
        ".",
        &files[0].0,
        "0",
        "100644",
        "--format",
        "json",
    ]);
    assert!(validator.is_valid(&serde_json::from_str(&stdout(&git)).expect("JSON")));
}

#[test]
fn markdown_stays_what_it_is() {
    let place = Place::new();
    let old = profile(
        "web",
        "1.0.0",
        &[pack("evil`</summary><b>", "1", "R", "a: 1\n```\n````\n")],
    );
    let mut new = old.clone();
    new["metadata"]["description"] = json!("`*x*` | <img src=x>\n# title");
    packs(&mut new)[0]["values"] = json!("a: 2\n```\n````\n");
    new["metadata"]["labels"] = json!({ "<b>*x*": "y" });
    place.json("old.json", &old);
    place.json("new.json", &new);
    let output = place.diff(&["old.json", "new.json", "--format", "markdown"]);
    assert_eq!(
        stdout(&output),
        "\
### `web 1.0.0 (old.json → new.json)`

- description: `` `*x*` | <img src=x>\\n# title ``
- label &lt;b&gt;\\*x\\*: `y`

**Layers**

- changed ``evil`</summary><b>``
  - values: 1 line added, 1 removed

<details><summary>evil\\`&lt;/summary&gt;&lt;b&gt; › values: 1 line added, 1 removed</summary>

`````diff
--- evil`</summary><b> › values
+++ evil`</summary><b> › values
@@ -1,3 +1,3 @@
-a: 1
+a: 2
 ```
 ````
`````

</details>

the profiles differ
"
    );
}

#[test]
fn hostile_files_neither_hang_nor_reach_the_terminal() {
    let place = Place::new();
    // Each of these holds the one before: few enough for readers of YAML, too many to be compared.
    let mut chain = String::from(
        "metadata: { name: x }\nspec:\n  template: { type: add-on, packs: [] }\n  a0: &a0 [1]\n",
    );
    for level in 1..250 {
        chain.push_str(&format!("  a{level}: &a{level} [*a{}]\n", level - 1));
    }
    place.write("chain.yaml", &chain);
    let output = place.diff(&["chain.yaml", "chain.yaml"]);
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("chain.yaml: it has more than 20000 fields"),
        "{}",
        stderr(&output)
    );
    let git = ["x.yaml", "chain.yaml", "0", "0", "chain.yaml", "0", "0"];
    assert_eq!(code(&place.diff(&git)), 0);

    let old = profile(
        "web",
        "1.0.0",
        &[pack("x\u{1b}[31m", "1", "R", "a: \"\u{202e}1\"\n")],
    );
    let mut new = old.clone();
    packs(&mut new)[0]["values"] = json!("a: \"\u{202e}2\u{7}\"\n");
    new["metadata"]["description"] = json!("\u{1b}]0;x\u{7}");
    place.json("old.json", &old);
    place.json("new.json", &new);
    for format in ["human", "markdown"] {
        let shown = stdout(&place.diff(&["old.json", "new.json", "--format", format]));
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown}");
    }
    let view = stdout(&place.diff(&["--textconv", "new.json"]));
    assert!(!view.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{view}");

    // Many layers in another order.
    let many = |reversed: bool| {
        let mut packs: Vec<Value> = (0..3000)
            .map(|number| json!({ "name": format!("p{number}"), "values": "" }))
            .collect();
        if reversed {
            packs.reverse();
        }
        profile("many", "1.0.0", &packs)
    };
    let report = place.report(&many(false), &many(true));
    let layers = report["profiles"][0]["layers"]
        .as_array()
        .expect("a list")
        .clone();
    assert_eq!(
        layers.iter().filter(|layer| layer["moved"] == true).count(),
        2999
    );
}

/// A repository with two commits of a profile, a text, and a profile that is renamed.
#[cfg(unix)]
struct Repository {
    place: Place,
    path: String,
}

#[cfg(unix)]
impl Repository {
    fn new() -> Self {
        let place = Place::new();
        let bin = place.path().join("bin");
        fs::create_dir(&bin).expect("a folder");
        std::os::unix::fs::symlink(cargo_bin!("palette-knife"), bin.join("palette-knife"))
            .expect("a link");
        let path = format!(
            "{}:{}",
            bin.display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let repository = Self { place, path };
        repository.git(&["init", "-q", "-b", "main", "work"]);
        repository.write("profiles/web.json", &harbour());
        repository.write("profiles/gone.json", &profile("gone", "1.0.0", &[]));
        repository.write(
            "profiles/named.json",
            &profile("named", "1.0.0", &[pack("p", "1", "R", "a: 1\n")]),
        );
        repository.place.write("work/notes.txt", "one\ntwo\n");
        repository
            .place
            .write("work/.gitattributes", "profiles/*.json diff=palette\n");
        repository.git(&["add", "."]);
        repository.git(&["commit", "-qm", "one"]);
        let mut new = harbour();
        new["spec"]["version"] = json!("1.5.0");
        packs(&mut new)[1]["values"] = json!("a: 2\n");
        repository.write("profiles/web.json", &new);
        fs::remove_file(repository.work().join("profiles/gone.json")).expect("removed");
        // On one line, so that Git does not take it for the one that is gone.
        let come = profile("come", "1.0.0", &[]).to_string();
        repository.place.write("work/profiles/come.json", &come);
        fs::rename(
            repository.work().join("profiles/named.json"),
            repository.work().join("profiles/renamed.json"),
        )
        .expect("renamed");
        let mut renamed = profile("named", "1.0.0", &[pack("p", "1", "R", "a: 1\n")]);
        renamed["spec"]["version"] = json!("1.0.1");
        repository.write("profiles/renamed.json", &renamed);
        repository.place.write("work/notes.txt", "one\nthree\n");
        repository.git(&["add", "."]);
        repository
    }

    fn work(&self) -> PathBuf {
        self.place.path().join("work")
    }

    fn write(&self, name: &str, value: &Value) {
        self.place.json(&format!("work/{name}"), value);
    }

    fn command(&self, args: &[&str]) -> Command {
        let work = self.work();
        let mut command = Command::new("git");
        command
            .args([
                "-c",
                "user.name=Yard",
                "-c",
                "user.email=yard@halvard.example",
                "-c",
                "core.pager=cat",
            ])
            .args(args)
            .current_dir(if work.exists() {
                work
            } else {
                self.place.path().to_owned()
            })
            .env("PATH", &self.path)
            .env("HOME", self.place.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_EXTERNAL_DIFF")
            .env_remove("FORCE_COLOR")
            .env_remove("CLICOLOR_FORCE");
        command
    }

    fn git(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("git runs");
        assert!(
            output.status.success(),
            "{args:?}: {}{}",
            stdout(&output),
            stderr(&output)
        );
        stdout(&output)
    }
}

#[cfg(unix)]
#[test]
fn git_calls_it_as_an_external_diff() {
    let repository = Repository::new();
    repository.git(&["config", "diff.palette.command", "palette-knife diff"]);
    let shown = repository.git(&["diff", "--cached", "-M"]);
    let expected = "\
harbour-web 1.4.0 → 1.5.0 (profiles/web.json)
  version: 1.4.0 → 1.5.0
  layers
    ~ loki
        values: 1 line added, 1 removed

--- loki › values
+++ loki › values
@@ -1 +1 @@
-a: 1
+a: 2
";
    assert!(shown.contains(expected), "{shown}");
    assert!(
        shown.contains("come 1.0.0 added (profiles/come.json)\n  name: come\n"),
        "{shown}"
    );
    assert!(
        shown.contains("gone 1.0.0 removed (profiles/gone.json)\n"),
        "{shown}"
    );
    assert!(
        shown.contains("named 1.0.0 → 1.0.1 (profiles/named.json → profiles/renamed.json)\n  version: 1.0.0 → 1.0.1\n"),
        "{shown}"
    );
    // Git itself shows what has no driver.
    assert!(
        shown.contains("diff --git a/notes.txt b/notes.txt\n"),
        "{shown}"
    );

    repository.git(&["commit", "-qm", "two"]);
    assert!(
        repository
            .git(&["show", "--ext-diff", "HEAD"])
            .contains("harbour-web 1.4.0 → 1.5.0")
    );

    // Other indentation is a change to Git, and none here.
    repository.write("profiles/come.json", &profile("come", "1.0.0", &[]));
    assert_eq!(repository.git(&["diff"]), "");

    // For all files of one call, and with an exit code that Git is told to trust.
    repository.place.write("work/notes.txt", "one\nfour\n");
    let output = repository
        .command(&["diff", "notes.txt"])
        .env("GIT_EXTERNAL_DIFF", "palette-knife diff")
        .output()
        .expect("git runs");
    assert_eq!(
        stdout(&output),
        "--- notes.txt\n+++ notes.txt\n@@ -1,2 +1,2 @@\n one\n-three\n+four\n"
    );
    assert_eq!(code(&output), 0);
}

#[cfg(unix)]
#[test]
fn git_is_told_of_differences_where_it_asks() {
    let repository = Repository::new();
    let file = [
        "x.json",
        "profiles/web.json",
        "0",
        "100644",
        "profiles/come.json",
        "0",
        "100644",
    ];
    let call = |more: &[&str]| {
        code(&run(
            &repository.work(),
            &[&["diff"], &file[..], more].concat(),
        ))
    };
    assert_eq!(call(&[]), 0);
    assert_eq!(call(&["--exit-code"]), 1);
    let same = [
        "x.json",
        "profiles/web.json",
        "0",
        "0",
        "profiles/web.json",
        "0",
        "0",
        "--exit-code",
    ];
    assert_eq!(
        code(&run(&repository.work(), &[&["diff"], &same[..]].concat())),
        0
    );

    // Git names a file that is not merged alone.
    repository.git(&["commit", "-qm", "two"]);
    repository.git(&["checkout", "-qb", "side", "HEAD~1"]);
    let mut other = harbour();
    other["spec"]["version"] = json!("9.0.0");
    repository.write("profiles/web.json", &other);
    repository.git(&["commit", "-qam", "side"]);
    let merge = repository
        .command(&["merge", "main"])
        .output()
        .expect("git runs");
    assert!(!merge.status.success());
    let output = repository
        .command(&["diff", "--ours", "profiles/web.json"])
        .env("GIT_EXTERNAL_DIFF", "palette-knife diff")
        .output()
        .expect("git runs");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    // A file full of conflict markers is no profile, and shown as text.
    assert!(
        stdout(&output).contains("+<<<<<<< HEAD"),
        "{}",
        stdout(&output)
    );
    assert!(
        stderr(&output).contains("compared as text"),
        "{}",
        stderr(&output)
    );
}

#[cfg(unix)]
#[test]
fn git_compares_the_texts_it_makes() {
    let repository = Repository::new();
    repository.git(&[
        "config",
        "diff.palette.textconv",
        "palette-knife diff --textconv",
    ]);
    let shown = repository.git(&["diff", "--cached", "profiles/web.json"]);
    let lines: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with(['-', '+']))
        .collect();
    assert_eq!(
        lines,
        [
            "--- a/profiles/web.json",
            "+++ b/profiles/web.json",
            "-version: 1.4.0",
            "+version: 1.5.0",
            "-    a: 1",
            "+    a: 2",
        ]
    );
    repository.git(&["commit", "-qm", "two"]);
    assert!(
        repository
            .git(&["log", "-p", "-1", "--", "profiles/web.json"])
            .contains("\n+    a: 2\n")
    );
    let blame = repository.git(&["blame", "-s", "profiles/web.json"]);
    assert!(blame.contains(") layer loki\n"), "{blame}");
}

#[test]
fn a_profile_is_shown_as_a_text() {
    let place = Place::new();
    place.json("web.json", &harbour());
    let view = place.diff(&["--textconv", "web.json"]);
    assert_eq!(code(&view), 0);
    let text = stdout(&view);
    let shown: Vec<&str> = text.lines().take(14).collect();
    assert_eq!(
        shown,
        [
            "name: harbour-web",
            "version: 1.4.0",
            "label team: quay",
            "type: add-on",
            "cloud type: all",
            "",
            "layer cni-calico",
            "  type: spectro",
            "  layer: addon",
            "  version: 3.30.3",
            "  tag: 3.30.3",
            "  registry: Palette Registry",
            "  registry kind: pack",
            "  values:",
        ]
    );
    // The order of keys is none of the profile's.
    let profile = harbour();
    let turned: Vec<String> = profile
        .as_object()
        .expect("an object")
        .iter()
        .rev()
        .map(|(key, value)| format!("{}: {value}", Value::from(key.as_str())))
        .collect();
    place.write("turned.json", &format!("{{{}}}", turned.join(", ")));
    assert_eq!(stdout(&place.diff(&["--textconv", "turned.json"])), text);
    assert!(
        text.ends_with("\nvariable replicas\n  default value: 2\n  format: number\n"),
        "{text}"
    );
}
