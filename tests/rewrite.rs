//! Rewriting: what is written, what is left alone, and what is never shown.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

/// A secret that would be seen anywhere, with characters that every layer must escape.
const CANARY: &str = "c4nary \"q\" \\ <é> 'x': # 😀";

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

    fn run(&self, args: &[&str]) -> Output {
        Command::new(cargo_bin!("palette-knife"))
            .args(args)
            .current_dir(self.folder.path())
            .env("KEYCLOAK_DB", CANARY)
            .output()
            .expect("it runs")
    }

    fn secrets(&self) -> PathBuf {
        let path = self.path("secrets.yaml");
        let secrets = serde_json::json!({"profiles": {"passenger-identity": {
            "packs": {
                "keycloak": {
                    "charts.keycloak.auth.adminPassword": CANARY,
                    "charts.keycloak.externalDatabase.password": "env:KEYCLOAK_DB",
                },
                "oauth2-proxy": {"charts.oauth2-proxy.config.clientSecret": CANARY},
            },
            "variables": {"smtp_password": CANARY},
        }}});
        fs::write(&path, secrets.to_string()).expect("written");
        path
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_file())
        .map(|path| {
            (
                path.file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                fs::read(&path).expect("read"),
            )
        })
        .collect();
    files.sort();
    files
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn all_output(output: &Output) -> String {
    format!(
        "{}{}",
        stdout(output),
        String::from_utf8(output.stderr.clone()).expect("UTF-8")
    )
}

#[test]
fn profiles_of_the_twin_are_written_ready_to_import() {
    let place = Place::new();
    let secrets = place.secrets();
    let to_twin = [
        "rewrite",
        "fixtures/profiles",
        "--to",
        "fixtures/destinations/twin",
        "-o",
        "out",
    ];
    let output = place.run(&[&to_twin[..], &["--secrets", &secrets.to_string_lossy()]].concat());
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    let (before, after) = (
        files(&place.path("fixtures/profiles")),
        files(&place.path("out")),
    );
    let changed: Vec<&str> = before
        .iter()
        .zip(&after)
        .inspect(|(before, after)| assert_eq!(before.0, after.0))
        .filter(|(before, after)| before.1 != after.1)
        .map(|(before, _)| before.0.as_str())
        .collect();
    // One gets its secrets and a registry, the other the registry uid of this tenant. The rest stays byte for byte.
    assert_eq!(changed, ["passenger-identity.json", "quay-vsphere.json"]);
    assert_eq!(
        files(&place.path("fixtures/profiles")),
        before,
        "inputs are not touched"
    );

    let check = place.run(&["check", "out", "--to", "fixtures/destinations/twin"]);
    assert_eq!(code(&check), 0, "{}", stdout(&check));
    let again = place.run(&[
        "rewrite",
        "out",
        "--to",
        "fixtures/destinations/twin",
        "-o",
        "again",
    ]);
    assert_eq!(code(&again), 0);
    assert_eq!(
        files(&place.path("again")),
        after,
        "a second run changes nothing"
    );
}

#[test]
fn secrets_are_filled_in_and_never_shown() {
    let place = Place::new();
    let secrets = place.secrets();
    let secrets = secrets.to_string_lossy();
    let base = [
        "rewrite",
        "fixtures/profiles/passenger-identity.json",
        "--to",
        "fixtures/destinations/twin",
    ];
    for more in [
        &["--diff"][..],
        &["--diff", "--format", "json"],
        &["-o", "out"],
        &["-o", "out", "--format", "json"],
    ] {
        let output = place.run(&[&base[..], more, &["--secrets", &secrets]].concat());
        assert_eq!(code(&output), 0, "{}", all_output(&output));
        let shown = all_output(&output);
        assert!(!shown.contains("c4nary"), "{shown}");
    }
    let written = fs::read_to_string(place.path("out/passenger-identity.json")).expect("written");
    let profile: Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(profile["spec"]["variables"][0]["defaultValue"], CANARY);
    let values = profile["spec"]["template"]["packs"][0]["values"]
        .as_str()
        .expect("values");
    let escaped = CANARY.replace('\\', "\\\\").replace('"', "\\\"");
    assert!(
        values.contains(&format!("adminPassword: \"{escaped}\"")),
        "{values}"
    );
    assert!(!written.contains("********"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(place.path("out/passenger-identity.json"))
            .expect("metadata")
            .permissions()
            .mode();
        assert_eq!(
            mode & 0o777,
            0o600,
            "only the owner reads what holds new secrets"
        );
    }
    // What was written holds the secrets: reading it shows none of them either.
    for args in [
        &["check", "out", "--to", "fixtures/destinations/airgap"][..],
        &[
            "check",
            "out",
            "--to",
            "fixtures/destinations/airgap",
            "--format",
            "json",
        ],
        &[
            "rewrite",
            "out",
            "--to",
            "fixtures/destinations/strict",
            "--diff",
        ],
    ] {
        let output = place.run(args);
        assert!(!all_output(&output).contains("c4nary"), "{args:?}");
    }
}

#[test]
fn a_mask_without_a_secret_keeps_the_profile_back() {
    let place = Place::new();
    let base = [
        "rewrite",
        "fixtures/profiles/passenger-identity.json",
        "--to",
        "fixtures/destinations/twin",
        "-o",
        "out",
    ];
    let output = place.run(&base);
    assert_eq!(code(&output), 1);
    assert!(!place.path("out/passenger-identity.json").exists());
    let output = place.run(&[&base[..], &["--allow-masked"]].concat());
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    assert!(
        fs::read_to_string(place.path("out/passenger-identity.json"))
            .expect("written")
            .contains("********")
    );
}

/// A profile with these values in one manifest pack, and a destination that tells nothing of interest.
fn small(place: &Place, name: &str, values: &str) {
    let profile = serde_json::json!({
        "metadata": {"name": name},
        "spec": {"version": "1.0.0", "template": {"type": "add-on", "cloudType": "all", "packs": [
            {"name": "config", "type": "manifest", "layer": "addon", "values": values},
        ]}},
    });
    fs::write(place.path(&format!("{name}.json")), profile.to_string()).expect("written");
    fs::create_dir_all(place.path("small")).expect("a folder");
    fs::write(
        place.path("small/destination.yaml"),
        "macros: {project: {}, tenant: {}, system: {}}\n",
    )
    .expect("written");
}

fn give(place: &Place, profile: &str, path: &str, secret: &str) {
    let secrets = serde_json::json!({"profiles": {profile: {"packs": {"config": {path: secret}}}}});
    fs::write(place.path("secrets.json"), secrets.to_string()).expect("written");
}

#[test]
fn a_secret_under_a_harmless_key_is_not_shown_either() {
    let place = Place::new();
    small(
        &place,
        "dsn",
        "charts:\n  dsn: \"********\"\n  other: \"****\"\n",
    );
    for (secret, status) in [
        ("c4nary", 0),
        ("c4nary {{ .spectro.macro.c4nary }}", 1),
        ("c4nary {{ .spectro.nope", 1),
    ] {
        give(&place, "dsn", "charts.dsn", secret);
        for format in ["human", "json"] {
            for output in [&["--diff"][..], &["-o", "out"]] {
                let args = [
                    "rewrite",
                    "dsn.json",
                    "--to",
                    "small",
                    "--secrets",
                    "secrets.json",
                    "--format",
                    format,
                ];
                let run = place.run(&[&args[..], output].concat());
                assert_eq!(code(&run), status, "{}", all_output(&run));
                assert!(!all_output(&run).contains("c4nary"), "{}", all_output(&run));
            }
        }
    }
}

#[test]
fn a_secret_that_is_empty_or_would_go_to_two_places_is_refused() {
    let place = Place::new();
    small(&place, "one", "password: \"********\"\n");
    small(
        &place,
        "two",
        "password: \"********\"\n---\npassword: \"********\"\n",
    );
    for (profile, secret, says) in [
        ("one", "", "the secrets file gives an empty text"),
        (
            "one",
            "env:EMPTY_SECRET",
            "`EMPTY_SECRET`, which the secrets file names, is empty",
        ),
        ("two", "x", "masked in more than one place of pack `config`"),
    ] {
        give(&place, profile, "password", secret);
        let file = format!("{profile}.json");
        let output = Command::new(cargo_bin!("palette-knife"))
            .args([
                "rewrite",
                &file,
                "--to",
                "small",
                "--diff",
                "--secrets",
                "secrets.json",
            ])
            .current_dir(place.folder.path())
            .env("EMPTY_SECRET", "")
            .output()
            .expect("it runs");
        assert_eq!(code(&output), 1, "{}", all_output(&output));
        assert!(
            all_output(&output).contains(says),
            "{}",
            all_output(&output)
        );
    }
}

#[test]
fn secrets_that_fill_nothing_are_told() {
    let place = Place::new();
    small(&place, "one", "password: \"********\"\n");
    give(&place, "one", "passwort", "x");
    let args = [
        "rewrite",
        "one.json",
        "--to",
        "small",
        "--diff",
        "--secrets",
        "secrets.json",
    ];
    let shown = all_output(&place.run(&args));
    assert!(
        shown.contains("`passwort` of pack `config` in profile `one`, where nothing is masked"),
        "{shown}"
    );
    give(&place, "other", "password", "x");
    let shown = all_output(&place.run(&args));
    assert!(
        shown.contains("the secrets file names no profile of this run"),
        "{shown}"
    );
}

#[test]
fn duplicate_keys_are_findings_and_no_failure() {
    let place = Place::new();
    small(&place, "twice", "a: 1\na: 2\npassword: \"********\"\n");
    give(&place, "twice", "password", "x");
    let output = place.run(&[
        "rewrite",
        "twice.json",
        "--to",
        "small",
        "--diff",
        "--secrets",
        "secrets.json",
    ]);
    assert_eq!(code(&output), 1, "{}", all_output(&output));
    assert!(
        stdout(&output).contains("error[duplicate-key]"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn one_file_in_two_spellings_is_one_input() {
    let place = Place::new();
    small(&place, "one", "a: 1\n");
    let output = place.run(&[
        "check",
        "one.json",
        "./one.json",
        "--to",
        "small",
        "--format",
        "concise",
    ]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, ""));
}

#[test]
fn inputs_in_the_output_folder_are_refused() {
    let place = Place::new();
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles",
        "--to",
        "fixtures/destinations/twin",
        "-o",
        "fixtures",
    ]);
    assert_eq!(code(&output), 2);
    assert!(
        all_output(&output).contains("all inputs lie in the output folder"),
        "{}",
        all_output(&output)
    );
}

#[test]
fn no_result_replaces_another_input() {
    let place = Place::new();
    small(&place, "x", "a: 1\n");
    fs::create_dir_all(place.path("in")).expect("a folder");
    fs::create_dir_all(place.path("out")).expect("a folder");
    let text = fs::read_to_string(place.path("x.json")).expect("read");
    fs::write(place.path("in/x.json"), &text).expect("written");
    let other = text.replace("\"x\"", "\"y\"");
    fs::write(place.path("out/x.json"), &other).expect("written");
    let output = place.run(&["rewrite", "in", "out/x.json", "--to", "small", "-o", "out"]);
    assert_eq!(code(&output), 2, "{}", all_output(&output));
    assert_eq!(
        fs::read_to_string(place.path("out/x.json")).expect("read"),
        other
    );
}

#[test]
fn what_was_not_checked_is_told() {
    let place = Place::new();
    small(&place, "one", "a: 1\n");
    let output = place.run(&["rewrite", "one.json", "--to", "small", "--diff"]);
    assert!(
        stdout(&output).contains("not checked: packs: `small` describes no registries"),
        "{}",
        stdout(&output)
    );
    let output = place.run(&[
        "rewrite", "one.json", "--to", "small", "--diff", "--format", "json",
    ]);
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(
        report["summary"]["notChecked"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn what_is_said_of_one_of_several_packs_wins() {
    let place = Place::new();
    let registries = "
registries:
  - {name: A, uid: a, kind: oci, providerType: pack, packs: {grafana: ['9.2.10'], loki: ['6.30.1']}}
  - {name: B, uid: b, kind: oci, providerType: pack, packs: {grafana: ['9.2.10']}}
macros: {project: {log_retention_days: x, storage_class: x, dns_zone: x}, tenant: {oidc_issuer_url: x}, system: {}}
";
    fs::create_dir_all(place.path("ab")).expect("a folder");
    fs::write(place.path("ab/destination.yaml"), registries).expect("written");
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles/port-dashboards.json",
        "--to",
        "ab",
        "--diff",
        "--format",
        "json",
        "--registry",
        "grafana=A",
        "--registry",
        "berth-north--grafana=B",
    ]);
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let decisions = report["files"][0]["profiles"][0]["decisions"]
        .as_array()
        .expect("decisions");
    let to = |pack: &str| {
        decisions
            .iter()
            .find(|decision| decision["pack"] == pack)
            .map(|decision| &decision["to"])
    };
    assert_eq!(to("berth-north--grafana"), Some(&Value::from("B")));
    assert_eq!(to("berth-south--grafana"), Some(&Value::from("A")));
}

#[test]
fn secrets_may_be_json_or_yaml() {
    let place = Place::new();
    small(&place, "one", "a: \"********\"\nb: \"********\"\n");
    let rewrite = |file: &str, text: &str| {
        fs::write(place.path(file), text).expect("written");
        place.run(&[
            "rewrite",
            "one.json",
            "--to",
            "small",
            "-o",
            "out",
            "--secrets",
            file,
        ])
    };
    // JSON escapes such a character twice, which YAML does not; documents are of YAML alone.
    let json = r#"{"profiles": {"one": {"packs": {"config": {"a": "\ud83d\ude00", "b": "x"}}}}}"#;
    let given = |key: &str, secret: &str| {
        format!("profiles: {{one: {{packs: {{config: {{{key}: {secret}}}}}}}}}\n")
    };
    let yaml = format!(
        "# nothing\n---\n{}---\n{}",
        given("a", "😀"),
        given("b", "x")
    );
    for (file, text) in [
        ("secrets.json", json),
        ("secrets.yaml", yaml.as_str()),
        ("secrets.yml", yaml.as_str()),
        ("secrets", yaml.as_str()),
    ] {
        let output = rewrite(file, text);
        assert_eq!(code(&output), 0, "{file}: {}", all_output(&output));
        let written = fs::read_to_string(place.path("out/one.json")).expect("written");
        let written: Value = serde_json::from_str(&written).expect("JSON");
        let values = &written["spec"]["template"]["packs"][0]["values"];
        assert_eq!(values, "a: \"😀\"\nb: \"x\"\n", "{file}");
        fs::remove_dir_all(place.path("out")).expect("removed");
    }
    for (file, text, says) in [
        (
            "secrets.json",
            "c4nary: \"x\"\n",
            "secrets.json:1:1: not JSON",
        ),
        ("secrets.yaml", "a: 1\nc4nary: \"x\n", "not YAML"),
        (
            "secrets.yaml",
            "profiles: {}\n---\nprofile: c4nary\n",
            "secrets.yaml:3:1: unknown field `profile`",
        ),
    ] {
        let output = rewrite(file, text);
        assert_eq!(code(&output), 2, "{}", all_output(&output));
        assert!(
            all_output(&output).contains(says),
            "{}",
            all_output(&output)
        );
        assert!(!all_output(&output).contains("c4nary"));
    }
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let place = Place::new();
    fs::write(
        place.path("secrets.yaml"),
        "profiles: {passenger-identity: {variables: {smtp_password: 'env:NO_SUCH_VARIABLE'}}}\n",
    )
    .expect("written");
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles/passenger-identity.json",
        "--to",
        "fixtures/destinations/twin",
        "--diff",
        "--secrets",
        "secrets.yaml",
    ]);
    assert_eq!(code(&output), 1);
    assert!(
        stdout(&output).contains("environment variable `NO_SUCH_VARIABLE`"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn what_has_errors_is_not_written_and_the_rest_is() {
    let place = Place::new();
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles",
        "--to",
        "fixtures/destinations/strict",
        "-o",
        "out",
    ]);
    assert_eq!(code(&output), 1);
    let written: Vec<String> = files(&place.path("out"))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        written,
        [
            "crew-tools.json",
            "fleet-guardrails.json",
            "quay-vsphere.json"
        ]
    );
    let check = place.run(&["check", "out", "--to", "fixtures/destinations/strict"]);
    assert_eq!(code(&check), 0, "{}", stdout(&check));
}

#[test]
fn only_planned_bytes_change() {
    let place = Place::new();
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles/quay-vsphere.json",
        "--to",
        "fixtures/destinations/strict",
        "-o",
        "out",
    ]);
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    let before =
        fs::read_to_string(place.path("fixtures/profiles/quay-vsphere.json")).expect("read");
    let after = fs::read_to_string(place.path("out/quay-vsphere.json")).expect("read");
    assert!(
        before.contains("\r\n") && !after.replace("\r\n", "").contains('\n'),
        "line ends stay"
    );
    let expected = before
        .replace("\"type\": \"spectro\"", "\"type\": \"oci\"")
        .replace("5e2031962f090e2d3d8a3290", "6b0f3a9d1c84e7250d66b1a1")
        .replace("Public Repo", "Palette Registry")
        .replace("\"kind\": \"pack\"", "\"kind\": \"oci\"")
        .replace(
            "\"isPrivate\": false",
            "\"isPrivate\": true,\r\n              \"providerType\": \"pack\",\r\n              \"isSyncSupported\": true",
        );
    assert_eq!(after, expected);
}

#[test]
fn in_place_changes_the_inputs_that_need_it() {
    let place = Place::new();
    let before = files(&place.path("fixtures/profiles"));
    let args = [
        "rewrite",
        "fixtures/profiles",
        "--to",
        "fixtures/destinations/twin",
        "--in-place",
        "--allow-masked",
    ];
    assert_eq!(code(&place.run(&args)), 0);
    let after = files(&place.path("fixtures/profiles"));
    let changed = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after)
        .count();
    assert_eq!(changed, 2);
    let output = place.run(&[&args[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(report["summary"]["unchanged"], 10);
    assert_eq!(files(&place.path("fixtures/profiles")), after);
}

#[test]
fn conflicts_are_resolved_as_asked() {
    let place = Place::new();
    let base = [
        "rewrite",
        "fixtures/profiles/ship-appliance-system.json",
        "--to",
        "fixtures/destinations/airgap",
    ];
    let target = |more: &[&str]| {
        let output = place.run(&[&base[..], &["--diff", "--format", "json"], more].concat());
        let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        let file = report["files"][0].clone();
        let name = |part: &str| {
            file["profiles"][0]["target"][part]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (
            code(&output),
            file["status"].as_str().expect("a status").to_owned(),
            name("name"),
            name("version"),
        )
    };
    let named = |code: i32, status: &str, name: &str, version: &str| {
        (code, status.to_owned(), name.to_owned(), version.to_owned())
    };
    assert_eq!(target(&[]), named(1, "refused", "", ""));
    assert_eq!(
        target(&["--on-conflict", "skip"]),
        named(0, "skipped", "", "")
    );
    assert_eq!(
        target(&["--on-conflict", "rename"]),
        named(0, "planned", "ship-appliance-system-airgap", "1.1.0")
    );
    assert_eq!(
        target(&[
            "--on-conflict",
            "rename",
            "--rename-pattern",
            "{destination}.{name}"
        ]),
        named(0, "planned", "airgap.ship-appliance-system", "1.1.0")
    );
    assert_eq!(
        target(&["--on-conflict", "bump"]),
        named(0, "planned", "ship-appliance-system", "1.1.1")
    );
    assert_eq!(
        target(&["--on-conflict", "bump", "--bump", "major"]),
        named(0, "planned", "ship-appliance-system", "2.0.0")
    );
    assert_eq!(
        target(&["--set-version", "ship-appliance-system=4.5.6"]),
        named(0, "planned", "ship-appliance-system", "4.5.6")
    );
    assert_eq!(
        target(&["--name", "ship-appliance-system=ship"]),
        named(0, "planned", "ship", "1.1.0")
    );
}

#[test]
fn names_and_versions_on_the_command_line_are_checked() {
    let place = Place::new();
    let base = [
        "rewrite",
        "fixtures/profiles",
        "--to",
        "fixtures/destinations/twin",
        "--diff",
    ];
    for (args, says) in [
        (["--name", "crew-tools= x"], "begins with white space"),
        (["--set-version", "crew-tools=1.2"], "no semantic version"),
        (["--rename-pattern", "copy"], "expected `{name}` in it"),
    ] {
        let output = place.run(&[&base[..], &args].concat());
        assert_eq!(code(&output), 2);
        assert!(
            all_output(&output).contains(says),
            "{}",
            all_output(&output)
        );
    }
}

#[test]
fn a_flag_that_says_two_things_is_refused() {
    let place = Place::new();
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles",
        "--to",
        "fixtures/destinations/twin",
        "--diff",
        "--name",
        "crew-tools=a",
        "--name",
        "crew-tools=b",
    ]);
    assert_eq!(code(&output), 2);
    assert!(all_output(&output).contains("--name crew-tools is given twice"));
}

#[test]
fn an_ambiguous_pack_is_decided_by_the_flag() {
    let place = Place::new();
    let secrets = place.secrets();
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles/passenger-identity.json",
        "--to",
        "fixtures/destinations/strict",
        "--diff",
        "--format",
        "json",
        "--secrets",
        &secrets.to_string_lossy(),
        "--registry",
        "oauth2-proxy=Halvard Packs",
    ]);
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let decisions = report["files"][0]["profiles"][0]["decisions"]
        .as_array()
        .expect("decisions");
    let decision = decisions
        .iter()
        .find(|decision| decision["pack"] == "oauth2-proxy")
        .expect("a decision");
    assert_eq!(decision["to"], "Halvard Packs");
    assert_eq!(decision["why"], "`--registry` says so");
}

#[test]
fn the_report_is_what_its_schema_says() {
    let place = Place::new();
    let schema = fs::read_to_string("schemas/rewrite-report.schema.json").expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for destination in ["twin", "strict", "airgap"] {
        let to = format!("fixtures/destinations/{destination}");
        let output = place.run(&[
            "rewrite",
            "fixtures",
            "--to",
            &to,
            "--diff",
            "--format",
            "json",
            "--on-conflict",
            "bump",
        ]);
        let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_outside_of_the_output_folder() {
    let place = Place::new();
    fs::create_dir(place.path("elsewhere")).expect("a folder");
    fs::create_dir(place.path("out")).expect("a folder");
    std::os::unix::fs::symlink(place.path("elsewhere"), place.path("out/profiles"))
        .expect("a link");
    let link = place.path("out/crew-tools.json");
    std::os::unix::fs::symlink(place.path("elsewhere/crew-tools.json"), &link).expect("a link");
    let twin = [
        "--to",
        "fixtures/destinations/twin",
        "-o",
        "out",
        "--allow-masked",
    ];
    let output =
        place.run(&[&["rewrite", "fixtures/profiles/crew-tools.json"][..], &twin].concat());
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("is a link"), "{}", stdout(&output));
    let output = place.run(&[&["rewrite", "fixtures"][..], &twin].concat());
    assert_eq!(code(&output), 2);
    assert!(
        stdout(&output).contains("outside of the output folder"),
        "{}",
        stdout(&output)
    );
    let left = fs::read_dir(place.path("elsewhere"))
        .expect("a folder")
        .count();
    assert_eq!(left, 0, "not even a folder is made outside");
}

#[test]
fn an_input_is_not_overwritten_by_accident() {
    let place = Place::new();
    let before = files(&place.path("fixtures/profiles"));
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles/quay-vsphere.json",
        "--to",
        "fixtures/destinations/twin",
        "-o",
        "fixtures/profiles",
    ]);
    assert_eq!(code(&output), 2);
    assert!(
        stdout(&output).contains("is the input itself"),
        "{}",
        stdout(&output)
    );
    assert_eq!(files(&place.path("fixtures/profiles")), before);
}

#[cfg(unix)]
#[test]
fn the_mode_of_the_input_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let input = place.path("fixtures/profiles/quay-vsphere.json");
    fs::set_permissions(&input, fs::Permissions::from_mode(0o640)).expect("set");
    let to = ["--to", "fixtures/destinations/twin"];
    for output in [&["-o", "out"][..], &["--in-place"]] {
        let run = place.run(
            &[
                &["rewrite", "fixtures/profiles/quay-vsphere.json"][..],
                &to,
                output,
            ]
            .concat(),
        );
        assert_eq!(code(&run), 0, "{}", all_output(&run));
    }
    for path in [&input, &place.path("out/quay-vsphere.json")] {
        assert_eq!(
            fs::metadata(path).expect("metadata").permissions().mode() & 0o777,
            0o640
        );
    }
}

#[test]
fn matching_registries_are_dropped() {
    let place = Place::new();
    let path = place.path("fixtures/profiles/crew-tools.json");
    let text = fs::read_to_string(&path).expect("read");
    let with = text.replacen("\"registry\":{\"metadata\"", "\"registry\":{\"matchingRegistries\":[{\"uid\":\"x\",\"name\":\"Y\",\"kind\":\"oci\"}],\"metadata\"", 1);
    assert_ne!(with, text);
    fs::write(&path, with).expect("written");
    let output = place.run(&[
        "rewrite",
        "fixtures/profiles/crew-tools.json",
        "--to",
        "fixtures/destinations/twin",
        "-o",
        "out",
    ]);
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    assert_eq!(
        fs::read_to_string(place.path("out/crew-tools.json")).expect("read"),
        text
    );
}

#[test]
fn a_file_with_too_many_findings_or_reasons_is_refused_in_few_words() {
    const MOST_REASONS: usize = 100;
    let place = Place::new();
    let profile = |values: &str| {
        let pack = serde_json::json!({"name": "a", "type": "manifest", "layer": "addon", "version": "1.0.0", "values": values});
        let template = serde_json::json!({"type": "add-on", "cloudType": "all", "packs": [pack]});
        let spec = serde_json::json!({"version": "1.0.0", "template": template});
        serde_json::json!({"metadata": {"name": "many"}, "spec": spec}).to_string()
    };
    let refused = |more: &[&str]| {
        let args = ["rewrite", "many.json", "--to", "fixtures/destinations/twin"];
        let output = place.run(&[&args, more, &["-o", "out", "--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(!place.path("out/many.json").exists());
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let reasons = report["files"][0]["reasons"].clone();
        let reasons = reasons.as_array().expect("reasons").iter();
        let texts = reasons.map(|reason| reason.as_str().expect("a text").to_owned());
        texts.collect::<Vec<_>>()
    };
    // Masks may stay, but what is not told may be anything.
    let most = palette_knife::rules::MOST_FINDINGS;
    fs::write(
        place.path("many.json"),
        profile(&"- ********\n".repeat(most + 7)),
    )
    .expect("written");
    let reasons = refused(&["--allow-masked"]);
    assert_eq!(
        reasons,
        ["7 of its findings are not even told: there are too many"]
    );
    for (masks, told) in [
        (MOST_REASONS, MOST_REASONS),
        (MOST_REASONS + 9, MOST_REASONS + 1),
    ] {
        let keys = 0..masks;
        let values: String = keys
            .clone()
            .map(|key| format!("k{key}: ********\n"))
            .collect();
        fs::write(place.path("many.json"), profile(&values)).expect("written");
        let secrets: serde_json::Map<String, Value> = keys
            .map(|key| (format!("k{key}"), format!("env:NOT_SET_{key}").into()))
            .collect();
        let secrets = serde_json::json!({"packs": {"a": secrets}}).to_string();
        fs::write(place.path("secrets.yaml"), secrets).expect("written");
        let reasons = refused(&["--secrets", "secrets.yaml"]);
        assert_eq!(reasons.len(), told);
        assert!(
            reasons[MOST_REASONS - 1].contains("NOT_SET_99"),
            "{reasons:?}"
        );
        if told > MOST_REASONS {
            assert_eq!(reasons[MOST_REASONS], "and for more reasons than these");
        }
    }
}

#[test]
fn results_that_differ_in_case_are_written_where_these_are_two_files() {
    let place = Place::new();
    let tells_apart = !place.path("FIXTURES").exists();
    for (folder, name) in [("one", "a.json"), ("two", "A.json")] {
        fs::create_dir(place.path(folder)).expect("a folder");
        let profile = place.path("fixtures/profiles/timetable-api.json");
        let profile = fs::read_to_string(profile).expect("read");
        // Two profiles of one name are at odds for another reason.
        let profile = profile.replacen("timetable-api", &format!("timetable-{folder}"), 1);
        fs::write(place.path(folder).join(name), profile).expect("written");
    }
    let twin = "fixtures/destinations/twin";
    for how in [&["--to", twin][..], &["--to-format", "json"]] {
        let out = how.last().expect("an argument").replace('/', "-");
        let output = place.run(&[&["rewrite", "one", "two", "-o", &out], how].concat());
        let shown = String::from_utf8_lossy(&output.stdout);
        let written = files(&place.path(&out));
        let written: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
        if tells_apart {
            assert_eq!(output.status.code(), Some(0), "{shown}");
            assert_eq!(written, ["A.json", "a.json"]);
        } else {
            assert_eq!(output.status.code(), Some(1), "{shown}");
            assert_eq!(written, ["a.json"]);
            assert!(shown.contains("as upper and lower case are one"), "{shown}");
        }
    }

    // Folders of destinations.
    for (folder, name) in [("small", "twin"), ("large", "TWIN")] {
        common::copy_folder(&place.path(twin), &place.path(folder));
        let config = place.path(folder).join("destination.yaml");
        let text = fs::read_to_string(&config).unwrap_or_default();
        let others = text.lines().filter(|line| !line.starts_with("name:"));
        let others: Vec<&str> = others.collect();
        fs::write(config, format!("name: {name}\n{}\n", others.join("\n"))).expect("written");
    }
    let output = place.run(&[
        "rewrite",
        "one",
        "--to",
        "small",
        "--to",
        "large",
        "-o",
        "new/{destination}",
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    if tells_apart {
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(place.path("new/twin/a.json").is_file());
        assert!(place.path("new/TWIN/a.json").is_file());
    } else {
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("are one folder"), "{said}");
        assert!(!place.path("new").exists());
    }
}

#[test]
#[cfg(unix)]
fn destinations_whose_folders_are_one_through_a_link_are_refused() {
    let place = Place::new();
    fs::create_dir_all(place.path("out/twin")).expect("a folder");
    std::os::unix::fs::symlink("twin", place.path("out/strict")).expect("a link");
    let to = [
        "--to",
        "fixtures/destinations/twin",
        "--to",
        "fixtures/destinations/strict",
    ];
    let output = place.run(
        &[
            &["rewrite", "fixtures/profiles", "-o", "out/{destination}"][..],
            &to,
        ]
        .concat(),
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("are one folder"), "{said}");
    assert_eq!(
        fs::read_dir(place.path("out/twin"))
            .expect("a folder")
            .count(),
        0
    );
}
