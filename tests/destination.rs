//! `palette-knife destination`: folders that are made, filled, checked and shown.

mod common;

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use serde_json::{Value, json};
use snapbox::cmd::cargo_bin;
use tempfile::TempDir;

fn command(folder: &Path, args: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(cargo_bin!("palette-knife"));
    command
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("FORCE_COLOR")
        .env_remove("CLICOLOR_FORCE");
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().expect("it runs")
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

/// A folder with the canned answers, and in it an empty destination `prod`.
fn place() -> TempDir {
    let place = tempfile::tempdir().expect("a folder");
    common::copy_folder(&common::fixtures().join("answers"), place.path());
    assert_eq!(
        code(&run(place.path(), &["destination", "init", "prod"])),
        0
    );
    place
}

fn add(place: &TempDir, args: &[&str]) -> Output {
    run(
        place.path(),
        &[&["destination", "add", "prod"], args].concat(),
    )
}

/// Every file below a folder, with its text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy();
                found.insert(
                    name.replace('\\', "/"),
                    fs::read_to_string(&path).expect("a text"),
                );
            }
        }
    }
    found
}

fn json_of(path: PathBuf) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
}

#[test]
fn a_new_folder_is_whole_and_never_overwrites() {
    let place = tempfile::tempdir().expect("a folder");
    let output = run(place.path(), &["destination", "init", "yard north"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "made yard north/destination.yaml\nmade yard north/README.md\nmade yard north/registries/\n\
         made yard north/macros/\nmade yard north/profiles/\n"
    );
    let folder = place.path().join("yard north");
    let check = run(place.path(), &["destination", "check", "yard north"]);
    assert_eq!(code(&check), 0, "{}", stdout(&check));
    assert!(
        stdout(&check).starts_with("yard north: nothing found\n"),
        "{}",
        stdout(&check)
    );
    // An empty folder must not say that there are no registries or profiles.
    assert_eq!(stdout(&check).matches("not told: ").count(), 3);

    let config = folder.join("destination.yaml");
    fs::write(&config, "name: mine\n").expect("written");
    fs::remove_dir(folder.join("macros")).expect("removed");
    let again = run(place.path(), &["destination", "init", "yard north"]);
    assert_eq!(code(&again), 0);
    assert_eq!(stdout(&again), "made yard north/macros/\n");
    assert!(stderr(&again).contains("`yard north/destination.yaml` stays as it is"));
    assert_eq!(fs::read_to_string(config).expect("a file"), "name: mine\n");

    // One in another format is the destination file already.
    let other = place.path().join("other");
    fs::create_dir(&other).expect("a folder");
    fs::write(other.join("destination.json"), "{}").expect("written");
    assert_eq!(
        code(&run(place.path(), &["destination", "init", "other"])),
        0
    );
    assert!(!other.join("destination.yaml").exists());
}

#[test]
fn every_example_of_the_scaffold_is_valid() {
    let place = tempfile::tempdir().expect("a folder");
    run(
        place.path(),
        &["destination", "init", "prod", "--name", "a: \"b\" # c"],
    );
    let path = place.path().join("prod/destination.yaml");
    let text = fs::read_to_string(&path).expect("a file");
    let mut is_example = false;
    let filled: Vec<&str> = text
        .lines()
        .map(|line| {
            let bare = line.strip_prefix("# ");
            let begins = ["registries:", "macros:", "profiles:", "select:", "hosts:"];
            is_example = bare.is_some_and(|bare| {
                begins.contains(&bare) || (is_example && bare.starts_with(' '))
            });
            if is_example {
                bare.unwrap_or(line)
            } else {
                line
            }
        })
        .collect();
    fs::write(path, filled.join("\n")).expect("written");
    let show = run(
        place.path(),
        &["destination", "show", "prod", "--format", "json"],
    );
    let shown: Value = serde_json::from_str(&stdout(&show)).expect("JSON");
    assert_eq!(shown["name"], "a: \"b\" # c");
    assert_eq!(shown["packs"][0]["name"], "cni-calico");
    assert_eq!(shown["macros"]["project"], json!(["storageClass"]));
    assert_eq!(shown["profiles"][0]["name"], "web");
    let check = run(
        place.path(),
        &["destination", "check", "prod", "--fail-on", "info"],
    );
    assert_eq!(code(&check), 0, "{}", stdout(&check));
}

#[test]
fn answers_are_filed_where_they_belong() {
    let place = place();
    let output = add(
        &place,
        &[
            "packs-palette-1.json",
            "packs-palette-2.json",
            "packs-halvard.json",
            "registries-metadata.json",
            "tags-kubernetes.json",
            "packs-search.json",
            "project-macros.json",
            "tenant-macros.json",
            "system-macros.json",
            "profiles-metadata.json",
        ],
    );
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "\
packs-palette-1.json: a page of packs: 2 versions of 1 pack from `Palette Registry` → registries/palette-registry/packs.json (2 new)
packs-palette-2.json: a page of packs: 1 version of 1 pack from `Palette Registry` → registries/palette-registry/packs.json (1 new)
packs-halvard.json: a page of packs: 2 versions of 1 pack from `Halvard Packs` → registries/halvard-packs/packs.json (2 new)
registries-metadata.json: 3 registries → registries/registries.json (3 new)
tags-kubernetes.json: 3 tags of pack `kubernetes` from `Palette Registry` → registries/palette-registry/tags-kubernetes.json (1 new)
packs-search.json: a search for packs: 1 pack with their newest versions → registries/search.json (1 new)
project-macros.json: 2 macros of the project scope → macros/project.json (2 new; values are left out, they may be secrets)
tenant-macros.json: 1 macro of the tenant scope → macros/tenant.json (1 new; values are left out, they may be secrets)
system-macros.json: 0 macros of the system scope → macros/system.json (nothing new; values are left out, they may be secrets)
profiles-metadata.json: 3 profiles → profiles/profiles.json (3 new)
"
    );
    let text: String = files(&place.path().join("prod")).into_values().collect();
    assert!(text.contains("registryToken"));
    for value in ["not-for-files-81", "yard-ssd"] {
        assert!(!text.contains(value), "{value}");
    }
    let show = run(place.path(), &["destination", "show", "prod"]);
    assert_eq!(
        stdout(&show),
        "\
prod (project scope), described in prod

registries
  name              kind  uid                       packs  versions  listed
  Halvard Packs     oci   6713c0de00000000000000b2  1      2         all, private
  Palette Registry  oci   6713c0de00000000000000a1  2      4         all, default, private
  Halvard Charts    helm  6713c0de00000000000000c3  0      0         nothing, private

packs
  name         registry          versions
  cni-calico   Palette Registry  3.31.1, 3.30.3
  crew-portal  Halvard Packs     2.5.1, 2.4.0 (deprecated)
  kubernetes   Palette Registry  1.33.4, 1.32.8 (disabled)

macros
  scope    count  names
  project  2      registryToken, storageClass
  tenant   1      ntpServer
  system   0

profiles
  name         version  cloud        type  scope
  harbour-web  1.5.0    aws
  harbour-web  1.4.0    aws
  quay-edge    0.9.0    edge-native
"
    );
    let check = run(
        place.path(),
        &["destination", "check", "prod", "--format", "concise"],
    );
    assert_eq!(
        stdout(&check),
        "prod/macros/tenant.json:4:16: warning[empty-macro] macro `ntpServer` has an empty value\n"
    );

    // Once more nothing changes, whatever the order.
    let before = files(&place.path().join("prod"));
    let again = add(
        &place,
        &[
            "packs-palette-2.json",
            "packs-palette-1.json",
            "project-macros.json",
        ],
    );
    assert_eq!(code(&again), 0);
    assert!(
        stdout(&again).contains("packs.json (1 known)"),
        "{}",
        stdout(&again)
    );
    assert!(
        stdout(&again).contains("packs.json (2 known)"),
        "{}",
        stdout(&again)
    );
    assert_eq!(files(&place.path().join("prod")), before);
}

#[test]
fn a_later_answer_counts() {
    let place = place();
    assert_eq!(code(&add(&place, &["profiles-metadata.json"])), 0);
    let changed = fs::read_to_string(place.path().join("profiles-metadata.json"))
        .expect("a file")
        .replacen("aws", "eks", 1);
    fs::write(place.path().join("again.json"), changed).expect("written");
    let output = add(&place, &["again.json"]);
    assert!(
        stdout(&output).contains("(1 changed, 2 known)"),
        "{}",
        stdout(&output)
    );
    let profiles = json_of(place.path().join("prod/profiles/profiles.json"));
    assert_eq!(profiles["items"][0]["spec"]["cloudType"], "eks");
    assert_eq!(profiles["items"].as_array().map(Vec::len), Some(3));
}

#[test]
fn exports_leave_their_contents_behind() {
    let place = place();
    let export = common::fixtures().join("profiles/passenger-identity.json");
    let yaml = common::fixtures().join("yaml/crew-services.yaml");
    let output = add(
        &place,
        &[&export.to_string_lossy(), &yaml.to_string_lossy()],
    );
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).is_empty());
    let profiles = json_of(place.path().join("prod/profiles/profiles.json"));
    let first = &profiles["items"][0];
    assert_eq!(first["metadata"], json!({ "name": "passenger-identity" }));
    assert_eq!(first["spec"]["version"], "2.0.0");
    assert!(first["spec"].get("template").is_none());
}

#[test]
fn what_is_not_known_is_refused_and_the_rest_is_filed() {
    let place = place();
    let cases: [(&str, &str, &str); 9] = [
        (
            "api.json",
            r#"{"code": "Unauthorized", "message": "no"}"#,
            "it is an error of the API, `Unauthorized`",
        ),
        (
            "a.json",
            r#"{"macros": [{"name": "x", "value": "hunter2"}]}"#,
            "they are macros, but of which scope no answer tells",
        ),
        (
            "project-or-tenant.json",
            r#"{"macros": []}"#,
            "they are macros, but of which scope",
        ),
        (
            "b.json",
            r#"{"items": []}"#,
            "the list is empty: say what it would list with `--as`",
        ),
        (
            "c.json",
            r#"{"items": [{"metadata": {"name": "cluster"}, "status": {}}]}"#,
            "it is no answer that is known",
        ),
        (
            "d.json",
            r#"{"x": "1", "y": "hunter2"}"#,
            "it may be macros by their names",
        ),
        ("e.json", "{\"items\": [}", "1:12: "),
        (
            "f.yaml",
            "items:\n  - spec: &a { name: n, version: \"1\", layer: addon }\n  - spec: *a\n",
            "it has YAML aliases",
        ),
        (
            "g.json",
            r#"{"items": [{"spec": {"name": "n", "version": "1", "layer": "addon"}}]}"#,
            "the packs do not name their registry: pass `--registry NAME`",
        ),
    ];
    for (name, text, _) in cases {
        fs::write(place.path().join(name), text).expect("written");
    }
    let mut args: Vec<&str> = cases.iter().map(|(name, ..)| *name).collect();
    args.push("profiles-metadata.json");
    let output = add(&place, &args);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let errors = stderr(&output);
    for (name, _, reason) in cases {
        let line = errors
            .lines()
            .find(|line| line.contains(&format!("{name}: ")));
        assert!(
            line.is_some_and(|line| line.contains(reason)),
            "{name}: {errors}"
        );
    }
    assert!(!errors.contains("hunter2"), "{errors}");
    assert_eq!(stdout(&output).lines().count(), 1);
    assert!(place.path().join("prod/profiles/profiles.json").exists());

    let missing = add(&place, &["nowhere.json"]);
    assert_eq!(code(&missing), 2);
    let no_folder = run(place.path(), &["destination", "add", "nowhere", "a.json"]);
    assert_eq!(code(&no_folder), 2);
    assert!(stderr(&no_folder).contains("palette-knife destination init nowhere"));
    assert!(!place.path().join("nowhere").exists());
}

#[test]
fn hints_decide_what_answers_do_not_tell() {
    let place = place();
    fs::write(place.path().join("list.json"), r#"{"items": []}"#).expect("written");
    fs::write(place.path().join("map.yaml"), "zone: eu\ntoken: hunter2\n").expect("written");
    assert_eq!(code(&add(&place, &["--as", "profiles", "list.json"])), 0);
    assert_eq!(
        code(&add(&place, &["--as", "tenant-macros", "map.yaml"])),
        0
    );
    assert_eq!(
        json_of(place.path().join("prod/macros/tenant.json")),
        json!({ "macros": [{ "name": "token" }, { "name": "zone" }] })
    );
    let wrong = add(&place, &["--as", "packs", "map.yaml"]);
    assert_eq!(code(&wrong), 1);
    assert!(
        stderr(&wrong).contains("it cannot be read as `packs`"),
        "{}",
        stderr(&wrong)
    );
    assert_eq!(code(&add(&place, &["--as", "pack", "map.yaml"])), 2);

    let page = r#"{"items": [{"spec": {"name": "n", "version": "1.0.0", "layer": "addon"}}]}"#;
    fs::write(place.path().join("page.json"), page).expect("written");
    let unknown = add(&place, &["--registry", "Palette Registry", "page.json"]);
    assert!(stderr(&unknown).contains("no registry is called `Palette Registry`"));
    assert_eq!(code(&add(&place, &["registries-metadata.json"])), 0);
    let known = add(&place, &["--registry", "Palette Registry", "page.json"]);
    assert_eq!(code(&known), 0, "{}", stderr(&known));
    let packs = json_of(
        place
            .path()
            .join("prod/registries/palette-registry/packs.json"),
    );
    assert_eq!(
        packs["items"][0]["spec"]["registryUid"],
        "6713c0de00000000000000a1"
    );
}

#[test]
fn a_page_of_several_registries_is_divided() {
    let place = place();
    let halves =
        ["packs-palette-2.json", "packs-halvard.json"].map(|name| json_of(place.path().join(name)));
    let mut items = halves[0]["items"].as_array().expect("a list").clone();
    items.extend(halves[1]["items"].as_array().expect("a list").clone());
    let page = json!({ "items": items, "listmeta": { "count": 3 } });
    fs::write(place.path().join("all.json"), page.to_string()).expect("written");
    let output = add(&place, &["registries-metadata.json", "all.json"]);
    assert_eq!(code(&output), 0);
    assert_eq!(
        stdout(&output).matches("all.json: a page of packs").count(),
        2
    );
    let show = run(
        place.path(),
        &[
            "destination",
            "show",
            "prod",
            "--format",
            "json",
            "--only",
            "registries",
        ],
    );
    let shown: Value = serde_json::from_str(&stdout(&show)).expect("JSON");
    // How many packs each has is not told.
    assert_eq!(shown["registries"][0]["listed"], "partial");
    assert_eq!(shown["registries"][1]["listed"], "partial");
}

#[test]
fn what_people_have_written_stays() {
    let place = place();
    let prod = place.path().join("prod");
    fs::write(prod.join("macros/project.json"), r#"{"zone": "eu-1"}"#).expect("written");
    fs::write(prod.join("profiles/profiles.json"), "{ broken").expect("written");
    let output = add(&place, &["project-macros.json", "profiles-metadata.json"]);
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("profiles.json` is there and no JSON"),
        "{}",
        stderr(&output)
    );
    assert_eq!(
        fs::read_to_string(prod.join("profiles/profiles.json")).expect("a file"),
        "{ broken"
    );
    assert_eq!(
        json_of(prod.join("macros/project.json")),
        json!({ "macros": [
            { "name": "zone", "value": "eu-1" },
            { "name": "registryToken" },
            { "name": "storageClass" },
        ] })
    );

    // The folder of a registry that names itself takes the packs of it.
    let own = prod.join("registries/ours");
    fs::create_dir(&own).expect("a folder");
    let registry = r#"{"uid": "6713c0de00000000000000b2", "name": "Halvard Packs", "kind": "oci"}"#;
    fs::write(own.join("registry.json"), registry).expect("written");
    assert_eq!(code(&add(&place, &["packs-halvard.json"])), 0);
    assert!(own.join("packs.json").exists());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_outside_of_the_folder() {
    use std::os::unix::fs::symlink;

    let place = place();
    let outside = place.path().join("outside");
    fs::create_dir(&outside).expect("a folder");
    fs::remove_dir(place.path().join("prod/profiles")).expect("removed");
    symlink(&outside, place.path().join("prod/profiles")).expect("a link");
    let linked = add(&place, &["profiles-metadata.json"]);
    assert_eq!(code(&linked), 2, "{}", stderr(&linked));
    assert!(stderr(&linked).contains("outside"), "{}", stderr(&linked));
    assert_eq!(fs::read_dir(&outside).expect("a folder").count(), 0);

    let evil = r#"{"name": "../../evil", "registryUid": "../../../up", "tags": [{"tag": "1", "version": "1"}]}"#;
    fs::write(place.path().join("evil.json"), evil).expect("written");
    assert_eq!(code(&add(&place, &["evil.json"])), 0);
    assert!(
        place
            .path()
            .join("prod/registries/up/tags-evil.json")
            .exists()
    );
    // Windows would take that folder for a device.
    fs::write(
        place.path().join("con.json"),
        evil.replace("../../../up", "CON"),
    )
    .expect("written");
    assert_eq!(code(&add(&place, &["con.json"])), 0);
    assert!(
        place
            .path()
            .join("prod/registries/_con/tags-evil.json")
            .exists()
    );
}

#[test]
fn a_folder_is_checked_in_every_format() {
    let place = place();
    let prod = place.path().join("prod");
    let config = "name: prod\nscop: project\nregistries:\n  - { name: A, packs: { x: [\"1.0.0\"] } }\n  \
                  - { name: B, packs: { x: [\"1.0.0\"] } }\nselect:\n  packs: { y: C }\n";
    fs::write(prod.join("destination.yaml"), config).expect("written");
    fs::write(prod.join("macros/prod.json"), "{}").expect("written");
    let concise = run(
        place.path(),
        &["destination", "check", "prod", "--format", "concise"],
    );
    assert_eq!(code(&concise), 1);
    assert_eq!(
        stdout(&concise),
        "\
prod/destination.yaml:2:1: warning[unknown-field] unknown field `scop` in the document
prod/destination.yaml:5:13: info[overlapping-registries] `A` and `B` hold the same versions of `x`, and nothing chooses between them
prod/destination.yaml:7:15: error[schema-violation] `select` names registry `C`, which the destination does not have
prod/macros/prod.json:1:1: warning[unread-file] the file is left out: expected `project`, `tenant` or `system`, as JSON or YAML
"
    );
    let human = run(place.path(), &["destination", "check", "prod"]);
    assert!(
        stdout(&human).contains("prod: 1 error and 2 warnings and 1 info\n"),
        "{}",
        stdout(&human)
    );
    let json = run(
        place.path(),
        &["destination", "check", "prod", "--format", "json"],
    );
    let report: Value = serde_json::from_str(&stdout(&json)).expect("JSON");
    let schema = json_of(PathBuf::from("schemas/check-report.schema.json"));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&report));
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(4));

    let quiet = run(
        place.path(),
        &[
            "destination",
            "check",
            "prod",
            "--rule",
            "unread-file=off",
            "--rule",
            "schema-violation=warning",
        ],
    );
    assert_eq!(code(&quiet), 0, "{}", stdout(&quiet));
    assert!(
        !stdout(&quiet).contains("[unread-file]"),
        "{}",
        stdout(&quiet)
    );
    // Where profiles are checked, the summary names what is left out, and packs tell what overlaps.
    let profiles = common::fixtures().join("profiles/quay-vsphere.json");
    let check = run(
        place.path(),
        &["check", &profiles.to_string_lossy(), "--to", "prod"],
    );
    assert!(
        !stdout(&check).contains("[unread-file]"),
        "{}",
        stdout(&check)
    );
    assert!(
        !stdout(&check).contains("[overlapping-registries]"),
        "{}",
        stdout(&check)
    );
}

#[test]
fn what_is_shown_can_be_chosen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let show = |args: &[&str]| {
        let folder = "fixtures/destinations/twin";
        run(root, &[&["destination", "show", folder], args].concat())
    };
    assert_eq!(
        stdout(&show(&["--pack", "vault"])),
        "twin (project scope), described in fixtures/destinations/twin\n\npacks\n  \
         name   registry     versions\n  \
         vault  Public Repo  0.28.1 (for all), 0.27.0 (disabled; for all)\n"
    );
    let of_registry = stdout(&show(&["--registry", "Halvard Packs", "--only", "packs"]));
    assert_eq!(
        of_registry.matches("Halvard Packs").count(),
        4,
        "{of_registry}"
    );
    assert!(!of_registry.contains("Public Repo"), "{of_registry}");
    let unknown = show(&["--pack", "valt"]);
    assert_eq!(code(&unknown), 2);
    assert!(
        stderr(&unknown).contains("did you mean `vault`?"),
        "{}",
        stderr(&unknown)
    );
    assert_eq!(code(&show(&["--registry", "nowhere"])), 2);

    let schema = json_of(root.join("schemas/destination-show.schema.json"));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for name in ["twin", "strict", "airgap"] {
        let folder = format!("fixtures/destinations/{name}");
        for more in [&[][..], &["--only", "macros"]] {
            let args = [&["destination", "show", &folder, "--format", "json"], more].concat();
            let shown: Value = serde_json::from_str(&stdout(&run(root, &args))).expect("JSON");
            let errors: Vec<String> = validator
                .iter_errors(&shown)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
    let twin = stdout(&show(&["--format", "json", "--pack", "nginx"]));
    let twin: Value = serde_json::from_str(&twin).expect("JSON");
    assert_eq!(twin["registries"], Value::Null);
    let version = &twin["packs"][0]["versions"][0];
    assert_eq!(version["version"], "1.13.2");
    assert_eq!(version["line"], 13);
}

#[test]
fn tables_fit_a_narrow_terminal() {
    let place = place();
    assert_eq!(
        code(&add(
            &place,
            &["registries-metadata.json", "packs-palette-1.json"]
        )),
        0
    );
    let wide = stdout(&run(place.path(), &["destination", "show", "prod"]));
    assert!(
        wide.lines().all(|line| line.chars().count() <= 100),
        "{wide}"
    );
}

#[test]
fn an_answer_may_come_through_a_pipe() {
    let place = place();
    let mut child = command(place.path(), &["destination", "add", "prod", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let answer = fs::read(place.path().join("registries-metadata.json")).expect("a file");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(&answer)
        .expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(code(&output), 0);
    assert_eq!(
        stdout(&output),
        "<stdin>: 3 registries → registries/registries.json (3 new)\n"
    );
}

/// The commands of the page, run with a `curl` that gives canned answers.
#[cfg(unix)]
#[test]
fn the_commands_of_the_page_work() {
    use std::os::unix::fs::PermissionsExt as _;

    const CURL: &str = r#"#!/bin/sh
set -eu
headers= data=
for arg in "$@"; do
  case $arg in
    @*) headers=$(cat "${arg#@}") ;;
    '{'*) data=$arg ;;
  esac
  url=$arg
done
case $headers in *"ApiKey: key-of-the-test"*) ;; *) echo "no key" >&2; exit 22 ;; esac
path=${url#https://palette.example}
echo "$path $data" >> "$LOG"
case $path in
  /v1/registries/metadata) file=registries-metadata ;;
  "/v1/packs?limit=50&filters=spec.registryUid=6713c0de00000000000000a1&continue=") file=packs-palette-1 ;;
  "/v1/packs?limit=50&filters=spec.registryUid=6713c0de00000000000000a1&continue=NjcxM2MxYTA") file=packs-palette-2 ;;
  "/v1/packs?limit=50&filters=spec.registryUid=6713c0de00000000000000b2&continue=") file=packs-halvard ;;
  "/v1/packs/kubernetes/registries/6713c0de00000000000000a1?states=deprecated,disabled") file=tags-kubernetes ;;
  "/v1/packs/search?limit=50") file=packs-search ;;
  /v1/projects/661f0c5e7a9b3d2e4c8f1a60/macros) file=project-macros ;;
  /v1/tenants/661f0c4b7a9b3d2e4c8f1a55/macros) file=tenant-macros ;;
  /v1/users/system/macros) file=system-macros ;;
  /v1/dashboard/clusterprofiles/metadata) file=profiles-metadata ;;
  *) echo "unknown: $path" >&2; exit 22 ;;
esac
cat "$ANSWERS/$file.json"
"#;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/destination.md")).expect("a page");
    let blocks = page.split("```sh\n").skip(1);
    let script: String = blocks
        .filter_map(|rest| rest.split_once("```"))
        .map(|(block, _)| block)
        .collect();
    let place = tempfile::tempdir().expect("a folder");
    let bin = place.path().join("bin");
    fs::create_dir(&bin).expect("a folder");
    let curl = bin.join("curl");
    fs::write(&curl, CURL).expect("written");
    fs::set_permissions(&curl, fs::Permissions::from_mode(0o755)).expect("a mode");
    std::os::unix::fs::symlink(cargo_bin!("palette-knife"), bin.join("palette-knife"))
        .expect("a link");
    let path = std::env::var("PATH").unwrap_or_default();
    let work = place.path().join("work");
    fs::create_dir(&work).expect("a folder");
    let output = std::process::Command::new("sh")
        .args(["-euc", &script])
        .current_dir(&work)
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("HOME", place.path())
        .env("PALETTE_API_KEY", "key-of-the-test")
        .env("ANSWERS", common::fixtures().join("answers"))
        .env("LOG", place.path().join("log"))
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    assert_eq!(stderr(&output), "");
    let shown = stdout(&output);
    assert!(
        shown.contains("<stdin>: 3 registries → registries/registries.json (3 new)\n"),
        "{shown}"
    );
    assert!(page.contains("<stdin>: 3 registries → registries/registries.json (3 new)\n"));
    assert!(shown.contains("prod: 1 warning\n"), "{shown}");
    let log = fs::read_to_string(place.path().join("log")).expect("a log");
    assert_eq!(log.lines().count(), 10, "{log}");
    assert!(
        log.contains("/v1/packs/search?limit=50 {\"filter\": {}}\n"),
        "{log}"
    );
    let headers = place.path().join(".palette-headers");
    let mode = fs::metadata(headers).expect("a file").permissions().mode();
    assert_eq!(mode & 0o077, 0);

    let written = files(&work);
    let text: String = written.values().map(String::as_str).collect();
    for secret in ["key-of-the-test", "not-for-files-81"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(!written.contains_key("page.json"));
    let packs = json_of(work.join("prod/registries/palette-registry/packs.json"));
    assert_eq!(packs["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(packs["listmeta"], json!({ "count": 3 }));
}
