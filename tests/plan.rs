//! The plan of an import, the files of what is missing, and that a rewrite does what the plan says.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use common::program::tree;
use serde_json::{Value, json};
use snapbox::cmd::{Command, cargo_bin};

const CANARY: &str = "c4nary";

/// A folder with the fixtures in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        common::copy_folder(&common::fixtures(), &folder.path().join("fixtures"));
        Self { folder }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn run(&self, args: &str) -> Output {
        Command::new(cargo_bin!("palette-knife"))
            .args(args.split(' '))
            .current_dir(self.folder.path())
            .output()
            .expect("it runs")
    }

    /// The plan of a run, as programs read it.
    fn plan(&self, args: &str) -> Value {
        let output = self.run(&format!("plan {args} --format json"));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", all_output(&output)))
    }

    fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative))
            .unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// Replaces a text that stands once in a file.
    fn replace(&self, relative: &str, from: &str, to: &str) {
        let text = self.read(relative);
        assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
        self.write(relative, &text.replace(from, to));
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn all_output(output: &Output) -> String {
    let stderr = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    stdout(output) + &stderr
}

const ALL: &str = "fixtures/profiles --to fixtures/destinations/twin --to fixtures/destinations/strict --to fixtures/destinations/airgap";

/// Name, status and target of every profile at a destination.
fn statuses(plan: &Value, destination: usize) -> Vec<(String, String, Option<String>)> {
    let profiles = plan["destinations"][destination]["profiles"]
        .as_array()
        .expect("profiles");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    profiles
        .iter()
        .map(|profile| {
            let target = &profile["target"];
            let target = text(&target["name"]).zip(text(&target["version"]));
            (
                text(&profile["profile"]["name"]).expect("a name"),
                text(&profile["status"]).expect("a status"),
                target.map(|(name, version)| format!("{name} {version}")),
            )
        })
        .collect()
}

#[test]
fn every_profile_has_a_status_at_every_destination() {
    let place = Place::new();
    let plan = place.plan(ALL);
    let told: Vec<_> = statuses(&plan, 1)
        .into_iter()
        .map(|(name, status, _)| format!("{name}: {status}"))
        .collect();
    assert_eq!(
        told,
        [
            "booking-eks: needs-answers",
            "crew-tools: ready",
            "fleet-guardrails: warnings",
            "harbour-web-aws: blocked",
            "passenger-identity: needs-answers",
            "pier-edge-infra: blocked",
            "port-dashboards: blocked",
            "quay-vsphere: warnings",
            "ship-appliance-system: needs-answers",
            "timetable-api: blocked",
        ]
    );
    let strict = &plan["destinations"][1];
    assert_eq!(
        strict["summary"],
        json!({"profiles": 10, "ready": 1, "warnings": 2, "skipped": 0, "needsAnswers": 3, "blocked": 4, "secrets": 4})
    );
    let names = |list: &Value, key: &str| -> Vec<String> {
        let list = list.as_array().expect("a list").iter();
        list.map(|item| item[key].as_str().expect("a text").to_owned())
            .collect()
    };
    assert_eq!(
        names(&strict["macros"], "name"),
        ["alert_webhook", "ntp_server"]
    );
    assert_eq!(strict["macros"][1]["near"], "ntp_servers");
    assert_eq!(
        names(&strict["missingPacks"], "pack"),
        ["cni-calico", "edge-k3s", "loki", "timetable-api"]
    );
    assert_eq!(
        strict["missingPacks"][0]["near"],
        json!(["3.30.2", "3.31.1", "3.27.2"])
    );
    let name = &strict["profiles"][0]["needs"][0];
    assert_eq!(name["kind"], "name");
    assert_eq!(
        name["free"],
        json!([
            {"name": "booking-eks-strict", "version": "3.0.2"},
            {"name": "booking-eks", "version": "3.0.3"},
        ])
    );
    let oauth = &strict["profiles"][4]["packs"][1];
    assert_eq!(
        (&oauth["name"], &oauth["state"]),
        (&json!("oauth2-proxy"), &json!("open"))
    );
    let keycloak = &strict["profiles"][4]["packs"][0];
    assert_eq!(keycloak["registry"], "Palette Community Registry");
    assert_eq!(keycloak["why"], "same-name");
    let secret = strict["profiles"][4]["needs"]
        .as_array()
        .expect("needs")
        .iter();
    let secret = secret.filter(|need| need["key"] == "charts.keycloak.auth.adminPassword");
    let places: Vec<_> = secret
        .map(|need| (&need["line"], &need["column"]))
        .collect();
    assert_eq!(places, [(&json!(14), &json!(23))]);
}

#[test]
fn a_rewrite_does_what_the_plan_says() {
    let place = Place::new();
    for more in [
        "",
        " --on-conflict bump --tags pin",
        " --on-conflict rename",
        " --on-conflict skip",
    ] {
        let plan = place.plan(&format!("{ALL}{more}"));
        let rewrite = place.run(&format!("rewrite {ALL}{more} --diff --format json"));
        let rewrite: Value = serde_json::from_slice(&rewrite.stdout).expect("JSON");
        let mut files = rewrite["files"].as_array().expect("files").iter();
        for destination in plan["destinations"].as_array().expect("destinations") {
            for profile in destination["profiles"].as_array().expect("profiles") {
                let file = files.next().expect("a file for each profile");
                assert_eq!(file["destination"], destination["name"]);
                assert_eq!(file["file"], profile["file"]);
                assert_eq!(file["profiles"][0]["target"], profile["target"]);
                assert_eq!(file["profiles"][0]["decisions"], profile["decisions"]);
                assert_eq!(file["findings"], profile["findings"]);
                let settles = match file["status"].as_str().expect("a status") {
                    "planned" | "unchanged" => ["ready", "warnings"]
                        .contains(&profile["status"].as_str().expect("a status")),
                    "skipped" => profile["status"] == "skipped",
                    "refused" => ["needs-answers", "blocked"]
                        .contains(&profile["status"].as_str().expect("a status")),
                    other => panic!("{other}"),
                };
                assert!(settles, "{more}: {profile:#}");
            }
        }
        assert_eq!(files.next(), None);
    }
}

#[test]
fn the_report_is_what_its_schema_says() {
    let place = Place::new();
    let schema = fs::read_to_string("schemas/plan-report.schema.json").expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for args in [
        ALL,
        "fixtures --to fixtures/destinations/strict --on-conflict skip",
    ] {
        let errors: Vec<String> = validator
            .iter_errors(&place.plan(args))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_table_fits_the_terminal() {
    let place = Place::new();
    let output = place.run(&format!("plan {ALL} --on-conflict rename"));
    assert_eq!(code(&output), 1);
    let shown = stdout(&output);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "profile                      twin                    strict                  airgap",
            "booking-eks 3.0.2            ready                   needs answers (2)       blocked (7)",
            "                                                     → booking-eks-strict",
        ]
    );
    for line in lines {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(shown.contains(
        "\ntwin: 7 ready, 2 ready with warnings, 1 needs answers\n  4 secrets to fill in\n"
    ));
}

#[test]
fn one_profile_is_shown_with_what_is_behind() {
    let place = Place::new();
    let output = place.run(
        "plan fixtures/profiles --to fixtures/destinations/strict --profile passenger-identity",
    );
    let shown = stdout(&output);
    assert!(
        shown.contains(
            "\n  needs registry of pack `oauth2-proxy`: `Halvard Packs` or `Palette Registry`\n"
        ),
        "{shown}"
    );
    assert!(shown.contains("\n  pack keycloak 24.7.0: Palette Community Registry (24.7.0), because it has the same name\n"));
    assert!(shown.contains(
        "error[masked-value]: the value of `charts.keycloak.auth.adminPassword` is masked\n"
    ));
    assert!(!shown.contains("booking-eks 3.0.2"));
}

/// Fills in the files that were written for `strict`.
fn fill_in(place: &Place) {
    let secrets = place.read("todo/strict/secrets.template.yaml");
    place.write(
        "todo/strict/secrets.template.yaml",
        &secrets.replace("\"\"", "\"c4nary\""),
    );
    let macros = place.read("todo/strict/macros.missing.json");
    place.write(
        "todo/strict/macros.missing.json",
        &macros.replace("\"value\": \"\"", "\"value\": \"c4nary\""),
    );
    let select = "todo/strict/select.template.yaml";
    place.replace(select, "oauth2-proxy: \"\"", "oauth2-proxy: Halvard Packs");
    let booking = "  booking-eks:\n    name: \"\"\n    version: \"\"";
    place.replace(
        select,
        booking,
        "  booking-eks:\n    name: booking\n    version: \"4.0.0\"",
    );
}

const TO_STRICT: &str = "fixtures/profiles --to fixtures/destinations/strict";

#[test]
fn what_is_missing_becomes_files_that_a_rewrite_reads() {
    let place = Place::new();
    let output = place.run(&format!("plan {TO_STRICT} --write-todo todo"));
    assert_eq!(code(&output), 1, "{}", all_output(&output));
    let macros: Value =
        serde_json::from_str(&place.read("todo/strict/macros.missing.json")).expect("JSON");
    assert_eq!(
        macros,
        json!({"macros": [{"name": "alert_webhook", "value": ""}, {"name": "ntp_server", "value": ""}]})
    );
    assert_eq!(
        place.read("todo/strict/secrets.template.yaml"),
        "\
# Secrets of the profiles for `strict`.
# A secret stands here as text, or as env:NAME, which takes it from an environment variable.
profiles:
  passenger-identity:
    packs:
      keycloak:
        # passenger-identity 2.0.0: fixtures/profiles/passenger-identity.json › keycloak › values:14:23
        charts.keycloak.auth.adminPassword: \"\"
        # passenger-identity 2.0.0: fixtures/profiles/passenger-identity.json › keycloak › values:29:18
        charts.keycloak.externalDatabase.password: \"\"
      oauth2-proxy:
        # passenger-identity 2.0.0: fixtures/profiles/passenger-identity.json › oauth2-proxy › values:12:22
        charts.oauth2-proxy.config.clientSecret: \"\"
    variables:
      # passenger-identity 2.0.0: fixtures/profiles/passenger-identity.json:60:26
      smtp_password: \"\"
"
    );
    fill_in(&place);
    let plan = place.run(&format!("plan {TO_STRICT} --answers todo"));
    assert!(
        !all_output(&plan).contains("warning:"),
        "{}",
        all_output(&plan)
    );
    let plan = place.plan(&format!("{TO_STRICT} --answers todo"));
    let told: Vec<_> = statuses(&plan, 0);
    let open: Vec<_> = told
        .iter()
        .filter(|(_, status, _)| status == "needs-answers")
        .collect();
    assert_eq!(open, [] as [&(String, String, Option<String>); 0]);
    assert_eq!(told[0].2.as_deref(), Some("booking 4.0.0"));
    let output = place.run(&format!(
        "rewrite {TO_STRICT} --answers todo -o out/{{destination}}"
    ));
    // What is blocked stays out; the rest is written without a question.
    assert_eq!(code(&output), 1);
    assert!(
        stdout(&output).contains("10 files for strict: 6 written, 4 refused\n"),
        "{}",
        stdout(&output)
    );
    assert!(!all_output(&output).contains(CANARY));
    let booking: Value =
        serde_json::from_str(&place.read("out/strict/booking-eks.json")).expect("JSON");
    assert_eq!(booking["metadata"]["name"], "booking");
    assert_eq!(booking["spec"]["version"], "4.0.0");
    let identity = place.read("out/strict/passenger-identity.json");
    assert_eq!(identity.matches(CANARY).count(), 4);
    let identity: Value = serde_json::from_str(&identity).expect("JSON");
    let registry = &identity["spec"]["template"]["packs"][1]["registry"]["metadata"]["name"];
    assert_eq!(registry, "Halvard Packs");
}

#[test]
fn answers_are_not_lost() {
    let place = Place::new();
    let write = |more: &str| place.run(&format!("plan {TO_STRICT} --write-todo todo{more}"));
    write("");
    let before = place.read("todo/strict/secrets.template.yaml");
    // Nobody has filled anything in.
    assert_eq!(code(&write("")), 1);
    assert_eq!(place.read("todo/strict/secrets.template.yaml"), before);
    fill_in(&place);
    let filled = place.read("todo/strict/secrets.template.yaml");
    let output = write("");
    assert_eq!(code(&output), 2);
    assert!(
        all_output(&output).starts_with(
            "error: `todo/strict/macros.missing.json` holds answers that would be lost: pass `--answers todo` to keep them, or choose another folder\n"
        ),
        "{}",
        all_output(&output)
    );
    assert_eq!(place.read("todo/strict/secrets.template.yaml"), filled);
    // Who knows the answers keeps them.
    assert_eq!(code(&write(" --answers todo")), 1);
    assert!(
        place
            .read("todo/strict/secrets.template.yaml")
            .contains("adminPassword: \"c4nary\"\n")
    );
    assert!(
        place
            .read("todo/strict/select.template.yaml")
            .contains("oauth2-proxy: \"Halvard Packs\"\n")
    );
    let again = place.run(&format!("rewrite {TO_STRICT} --answers todo -o out"));
    assert!(stdout(&again).contains("6 written"));
    assert_eq!(code(&write(" --overwrite")), 1);
    assert_eq!(place.read("todo/strict/secrets.template.yaml"), before);
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_what_values_are_written_to() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let values = "realm: changeme\nhost: \"{{ .spectro.macro.not_there }}\"\n";
    addon(&place, "portal", values, &json!([]));
    let plan = "plan in --to fixtures/destinations/strict --write-todo todo";
    place.run(plan);
    let files = [
        ("macros.missing.json", true),
        ("secrets.template.yaml", true),
        ("placeholders.template.yaml", true),
        ("select.template.yaml", false),
        ("todo.md", false),
    ];
    let path = |name: &str| place.path(&format!("todo/strict/{name}"));
    let is_private = |name: &str| {
        let metadata = fs::metadata(path(name)).expect("written");
        metadata.permissions().mode() & 0o777 == 0o600
    };
    for (name, has_values) in files {
        assert_eq!(is_private(name), has_values, "{name}");
        fs::set_permissions(path(name), fs::Permissions::from_mode(0o644)).expect("a mode");
    }
    let fill = |name: &str, empty: &str, filled: &str| {
        let text = fs::read_to_string(path(name)).expect("written");
        assert!(text.contains(empty), "{text}");
        fs::write(path(name), text.replacen(empty, filled, 1)).expect("written");
    };
    fill(
        "macros.missing.json",
        "\"value\": \"\"",
        "\"value\": \"c4nary\"",
    );
    fill("placeholders.template.yaml", ": \"\"", ": \"c4nary\"");
    // What was given is repeated, in files that others can read no longer.
    place.run(&format!(
        "plan {TO_STRICT} --answers todo --write-todo todo"
    ));
    for name in ["macros.missing.json", "placeholders.template.yaml"] {
        let text = fs::read_to_string(path(name)).expect("written");
        assert!(text.contains("c4nary"), "{text}");
    }
    for (name, has_values) in files {
        assert_eq!(is_private(name), has_values, "{name}");
    }
}

/// An add-on with these values in its pack, and these variables.
fn addon(place: &Place, name: &str, values: &str, variables: &Value) {
    let profile = json!({
        "metadata": {"name": name, "description": "for <AWS_REGION>", "labels": {}},
        "spec": {
            "version": "1.0.0",
            "template": {"type": "add-on", "cloudType": "all", "packs": [{
                "name": "portal", "type": "manifest", "layer": "addon", "version": "1.0.0", "values": values,
                "registry": {"metadata": {"uid": "", "name": "", "kind": ""}},
            }]},
            "variables": variables,
        },
    });
    place.write(&format!("in/{name}.json"), &profile.to_string());
}

#[test]
fn placeholders_and_empty_secrets_are_asked_for_and_filled_in() {
    let place = Place::new();
    let values = "host: a.<AWS_REGION>.example\nrealm: changeme\nadminPassword: _CHANGE_ME_\n";
    addon(
        &place,
        "portal",
        values,
        &json!([
            {"name": "pin", "displayName": "Pin", "isSensitive": true, "defaultValue": ""},
            {"name": "bare", "displayName": "Bare", "isSensitive": true},
        ]),
    );
    addon(&place, "other", "realm: changeme\n", &json!([]));
    let to = "in --to fixtures/destinations/twin";
    let written = place.run(&format!("plan {to} --write-todo todo"));
    assert_eq!(
        code(&written),
        0,
        "nothing of it has to be answered: {}",
        all_output(&written)
    );
    assert_eq!(
        place.read("todo/twin/placeholders.template.yaml"),
        "\
# Values for placeholders in the profiles for `twin`.
# A reference such as \"{{ .spectro.macro.region }}\" is a value too; what stays empty stays as it is.
placeholders:
  # other 1.0.0: in/other.json:1:33
  # portal 1.0.0: in/portal.json:1:33
  # portal 1.0.0: in/portal.json › portal › values:1:9
  \"<AWS_REGION>\": \"\"
profiles:
  other:
    packs:
      portal:
        # other 1.0.0: in/other.json › portal › values:1:8
        changeme: \"\"
  portal:
    packs:
      portal:
        # portal 1.0.0: in/portal.json › portal › values:2:8
        changeme: \"\"
"
    );
    assert_eq!(
        place.read("todo/twin/secrets.template.yaml"),
        "\
# Secrets of the profiles for `twin`.
# A secret stands here as text, or as env:NAME, which takes it from an environment variable.
profiles:
  portal:
    packs:
      portal:
        # may stay empty: then nothing is filled in
        # portal 1.0.0: in/portal.json › portal › values:3:16
        adminPassword: \"\"
    variables:
      # may stay empty: then nothing is filled in
      # portal 1.0.0: in/portal.json:1:438
      bare: \"\"
      # may stay empty: then nothing is filled in
      # portal 1.0.0: in/portal.json:1:382
      pin: \"\"
"
    );
    place.replace(
        "todo/twin/placeholders.template.yaml",
        "<AWS_REGION>\": \"\"",
        "<AWS_REGION>\": eu-north-1",
    );
    let portal = "values:2:8\n        changeme: \"\"";
    place.replace(
        "todo/twin/placeholders.template.yaml",
        portal,
        "values:2:8\n        changeme: \"{{ .spectro.macro.dns_zone }}\"",
    );
    let secrets = place.read("todo/twin/secrets.template.yaml");
    place.write(
        "todo/twin/secrets.template.yaml",
        &secrets.replace("\"\"", CANARY),
    );
    for more in ["--diff", "-o out"] {
        let output = place.run(&format!("rewrite {to} --answers todo {more}"));
        assert_eq!(code(&output), 0, "{}", all_output(&output));
        assert!(
            !all_output(&output).contains(CANARY),
            "{}",
            all_output(&output)
        );
        assert!(
            stdout(&output).contains(
                "placeholder <AWS_REGION> → eu-north-1, because the values file gives it"
            ),
            "{}",
            all_output(&output)
        );
    }
    let written: Value = serde_json::from_str(&place.read("out/portal.json")).expect("JSON");
    assert_eq!(written["metadata"]["description"], "for eu-north-1");
    assert_eq!(
        written["spec"]["template"]["packs"][0]["values"],
        "host: a.eu-north-1.example\nrealm: \"{{ .spectro.macro.dns_zone }}\"\nadminPassword: c4nary\n"
    );
    assert_eq!(written["spec"]["variables"][0]["defaultValue"], CANARY);
    assert_eq!(written["spec"]["variables"][1]["defaultValue"], CANARY);
    // The bare name does for a flag, and a flag counts before all.
    let output = place.run(&format!(
        "rewrite {to} --answers todo -o flag --set AWS_REGION=eu-west-1"
    ));
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    assert!(
        place
            .read("flag/portal.json")
            .contains("a.eu-west-1.example")
    );
}

#[test]
fn several_destinations_need_a_folder_each() {
    let place = Place::new();
    let output = place.run(&format!("rewrite {ALL} -o out"));
    assert_eq!(code(&output), 2);
    assert_eq!(
        all_output(&output),
        "error: several destinations need a folder each: pass `-o out/{destination}`\n"
    );
    let output = place.run(&format!("rewrite {ALL} --in-place"));
    assert_eq!(code(&output), 2);
    let output = place.run(&format!(
        "rewrite {ALL} -o out/{{destination}} --format json"
    ));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let names: Vec<&Value> = report["destinations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["twin", "strict", "airgap"]);
    let written = |name: &str| {
        fs::read_dir(place.path(&format!("out/{name}")))
            .expect("a folder")
            .count()
    };
    assert_eq!(
        (written("twin"), written("strict"), written("airgap")),
        (9, 3, 1)
    );
    assert_eq!(report["destinations"][1]["summary"]["written"], 3);
    assert_eq!(report["summary"]["written"], 13);
}

#[test]
fn a_name_that_leads_elsewhere_is_no_folder() {
    let place = Place::new();
    let before = tree(place.folder.path());
    for (name, shown) in [
        ("../up", "../up"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("..", ".."),
        ("a/b", "a/b"),
        ("a\\b", "a\\b"),
        ("CON", "CON"),
        ("nul.prod", "nul.prod"),
        ("prod.", "prod."),
        ("\u{202e}dorp", "\\u{202e}dorp"),
        ("\u{1b}[31mred", "\\u{1b}[31mred"),
    ] {
        let told = json!({"name": name, "macros": {}});
        place.write("to/destination.yaml", &told.to_string());
        for args in [
            "rewrite fixtures/profiles --to to -o out/{destination}",
            "rewrite fixtures/profiles --to to -o out --answers fixtures",
            "plan fixtures/profiles --to to --write-todo todo",
        ] {
            let output = place.run(args);
            assert_eq!(code(&output), 2);
            assert!(
                all_output(&output).ends_with(&format!(
                    "error: the name `{shown}` of a destination cannot be that of a folder: give it another `name`, in `to/destination.yaml`\n"
                )),
                "{args}: {}",
                all_output(&output)
            );
        }
    }
    fs::remove_dir_all(place.path("to")).expect("removed");
    assert_eq!(tree(place.folder.path()), before);
}

#[test]
fn tags_are_pinned_to_the_version_at_the_destination() {
    let place = Place::new();
    let to = "fixtures/profiles/crew-tools.json --to fixtures/destinations/twin";
    let output = place.run(&format!("rewrite {to} --tags pin -o out"));
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    let written: Value = serde_json::from_str(&place.read("out/crew-tools.json")).expect("JSON");
    let packs = written["spec"]["template"]["packs"]
        .as_array()
        .expect("packs")
        .iter();
    let tags: Vec<_> = packs
        .filter(|pack| pack["tag"].is_string())
        .map(|pack| (&pack["tag"], &pack["version"]))
        .collect();
    assert!(
        tags.contains(&(&json!("LTS__6.0.4"), &json!("6.0.4"))),
        "{tags:?}"
    );
    assert!(
        tags.iter()
            .all(|(tag, _)| !tag.as_str().expect("a tag").ends_with(".x")),
        "{tags:?}"
    );
    let again = place.run("rewrite out --to fixtures/destinations/twin --tags pin -o again");
    assert_eq!(code(&again), 0);
    assert_eq!(
        place.read("again/crew-tools.json"),
        place.read("out/crew-tools.json")
    );
}

#[test]
fn a_second_run_finishes_what_the_first_began() {
    let place = Place::new();
    let args = "rewrite fixtures/profiles --to fixtures/destinations/twin -o out --format json";
    place.run(args);
    let whole: Vec<_> = files(&place.path("out"));
    // What an interrupted run leaves: some files, and perhaps one that has no name yet.
    fs::remove_file(place.path("out/booking-eks.json")).expect("removed");
    place.write("out/quay-vsphere.json", "{}");
    place.write("out/.palette-knife-x1y2z3.tmp", "{\"half");
    let report: Value = serde_json::from_slice(&place.run(args).stdout).expect("JSON");
    assert_eq!(report["summary"]["written"], 2);
    assert_eq!(report["summary"]["kept"], 7);
    assert_eq!(files(&place.path("out")), whole);
    assert!(!place.path("out/.palette-knife-x1y2z3.tmp").exists());
}

#[test]
fn a_run_that_is_killed_leaves_whole_files() {
    const COPIES: usize = 40;
    let place = Place::new();
    let text = place.read("fixtures/profiles/harbour-web-aws.json");
    for number in 0..COPIES {
        let name = format!("\"harbour-{number}\"");
        place.write(
            &format!("in/{number}.json"),
            &text.replace("\"harbour-web-aws\"", &name),
        );
    }
    let args = |out: &str| {
        format!("rewrite in --to fixtures/destinations/twin --tags pin -o {out} --format json")
    };
    place.run(&args("whole"));
    let whole = files(&place.path("whole"));
    assert_eq!(whole.len(), COPIES);
    let mut killed = std::process::Command::new(cargo_bin!("palette-knife"))
        .args(args("out").split(' '))
        .current_dir(place.folder.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    while !place.path("out").exists() || files(&place.path("out")).len() < 3 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    let text_of =
        |(path, text): &(PathBuf, Vec<u8>)| (path.file_name().map(ToOwned::to_owned), text.clone());
    let all: Vec<_> = whole.iter().map(text_of).collect();
    let left = files(&place.path("out"));
    for file in left.iter().map(text_of) {
        assert!(all.contains(&file), "{:?} is not whole", file.0);
    }
    let report: Value = serde_json::from_slice(&place.run(&args("out")).stdout).expect("JSON");
    assert_eq!(report["summary"]["kept"], left.len());
    assert_eq!(report["summary"]["written"], COPIES - left.len());
    assert_eq!(
        files(&place.path("out"))
            .iter()
            .map(text_of)
            .collect::<Vec<_>>(),
        all
    );
    let entries = fs::read_dir(place.path("out")).expect("a folder").count();
    assert_eq!(entries, COPIES, "nothing unfinished is left");
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| (path.clone(), fs::read(&path).expect("read")))
        .collect();
    files.sort();
    files
}

#[test]
fn answers_that_cannot_be_used_are_told_without_their_values() {
    let place = Place::new();
    for (flag, name, text, message) in [
        (
            "--secrets",
            "s.yaml",
            "profiles: [c4nary]\n",
            "`profiles` is an array, expected an object",
        ),
        (
            "--values",
            "v.yaml",
            "placeholders: {X: 1}\n",
            "`placeholders.X` is a number, expected a string",
        ),
        (
            "--values",
            "v.yaml",
            "c4nary: {X: 1}\n",
            "unknown field `c4nary` in the document",
        ),
        (
            "--macros",
            "m.json",
            "{\"macros\": [{\"name\": \"x\"}]}",
            "`macros[0]` has no `value`",
        ),
        (
            "--select",
            "c.yaml",
            "select: {packs: {nginx: Nowhere}}\n",
            "destination `airgap` has no registry `Nowhere`; there are: `Harbour Mirror`",
        ),
        (
            "--select",
            "c.yaml",
            "profiles: {web: {version: one}}\n",
            "the new version of `web` is no semantic version",
        ),
    ] {
        place.write(name, text);
        let output = place.run(&format!(
            "plan fixtures/profiles --to fixtures/destinations/airgap {flag} {name}"
        ));
        assert_eq!(code(&output), 2, "{flag} {text}");
        let shown = all_output(&output);
        assert!(shown.contains(message), "{shown}");
    }
    let output =
        place.run("plan fixtures/profiles --to fixtures/destinations/airgap --answers nowhere");
    assert_eq!(
        all_output(&output),
        "error: `nowhere` is no folder of answers\n"
    );
}

#[test]
fn a_pack_of_another_profile_is_required_and_its_order_told() {
    let place = Place::new();
    let pack = |name: &str, requires: &Value| {
        let folder = format!("to/registries/r/packs/{name}");
        place.write(
            &format!("{folder}/pack.json"),
            &json!({"name": name, "displayName": name, "version": "1.0.0", "layer": "addon", "cloudTypes": ["all"], "constraints": {"dependencies": requires}}).to_string(),
        );
        place.write(&format!("{folder}/values.yaml"), "a: 1\n");
    };
    place.write("to/destination.yaml", "name: to\n");
    place.write(
        "to/registries/r/registry.json",
        "{\"name\": \"R\", \"uid\": \"64eaff453040297344bcad5d\", \"kind\": \"pack\"}",
    );
    pack(
        "door",
        &json!([{"packName": "frame", "layer": "addon", "type": "required", "minVersion": "1.0.0"}]),
    );
    pack("frame", &json!([]));
    let profile = |name: &str, packs: &[&str]| {
        let packs: Vec<Value> = packs
            .iter()
            .map(|pack| json!({"name": pack, "type": "spectro", "layer": "addon", "version": "1.0.0", "tag": "1.0.0", "values": "a: 1\n", "registry": {"metadata": {"uid": "", "name": "R", "kind": "pack"}}}))
            .collect();
        let profile = json!({"metadata": {"name": name}, "spec": {"version": "1.0.0", "template": {"type": "add-on", "cloudType": "all", "packs": packs}, "variables": []}});
        place.write(&format!("in/{name}.json"), &profile.to_string());
    };
    profile("room", &["door"]);
    assert_eq!(statuses(&place.plan("in --to to"), 0)[0].1, "warnings");
    profile("wall", &["frame"]);
    let plan = place.plan("in --to to");
    assert_eq!(statuses(&plan, 0)[0].1, "ready", "{plan:#}");
    let to = &plan["destinations"][0];
    assert_eq!(
        to["profiles"][0]["requires"],
        json!([{"pack": "frame", "broughtBy": [{"name": "wall", "version": "1.0.0"}]}])
    );
    assert_eq!(to["orderProblems"], json!([]));
    profile("wall", &["frame", "nothing"]);
    let plan = place.plan("in --to to");
    assert_eq!(plan["destinations"][0]["orderProblems"][0]["pack"], "frame");
    let shown = stdout(&place.run("plan in --to to"));
    assert!(
        shown.contains(
            "\n  `room` requires pack `frame` of `wall 1.0.0`, which is not ready itself\n"
        ),
        "{shown}"
    );
}

#[test]
fn registries_of_one_name_are_nothing_to_choose_from() {
    let place = Place::new();
    let registry =
        |uid: &str| json!({"name": "R", "uid": uid, "kind": "pack", "packs": {"door": ["1.0.0"]}});
    let registries = [
        registry("64eaff453040297344bcad5d"),
        registry("64eaff453040297344bcad5e"),
    ];
    let destination = json!({"name": "to", "registries": registries, "macros": {}});
    place.write("to/destination.json", &destination.to_string());
    let pack = json!({"name": "door", "type": "spectro", "layer": "addon", "version": "1.0.0", "tag": "1.0.0", "values": "a: 1\n", "registry": {"metadata": {"uid": "", "name": "Elsewhere", "kind": "pack"}}});
    let profile = json!({"metadata": {"name": "room"}, "spec": {"version": "1.0.0", "template": {"type": "add-on", "cloudType": "all", "packs": [pack]}, "variables": []}});
    place.write("in/room.json", &profile.to_string());
    let plan = place.plan("in --to to");
    let room = &plan["destinations"][0]["profiles"][0];
    assert_eq!(room["status"], "blocked", "{room:#}");
    assert_eq!(room["needs"], json!([]));
    assert_eq!(
        room["reasons"][0],
        "pack `door`: registries of one name hold it, and only the uid in its `registry.metadata` can tell which is meant"
    );
}

#[test]
fn markdown_means_what_the_plan_says() {
    let place = Place::new();
    let text = place
        .read("fixtures/profiles/crew-tools.json")
        .replace("\"crew-tools\"", "\"a|b<i>_c_\"");
    place.write("in/a.json", &text);
    let output = place.run("plan in --to fixtures/destinations/strict --format markdown");
    assert_eq!(code(&output), 0);
    assert_eq!(
        stdout(&output),
        "# Import plan\n\n| profile | strict |\n| --- | --- |\n| a\\|b&lt;i>\\_c\\_ 1.3.0 | ready |\n\n## strict\n\n1 ready.\n\n"
    );
}

/// Three add-on profiles with the same masked secrets, and a fourth without any.
fn fleet(place: &Place) {
    for name in ["quay", "pier", "dock"] {
        let variables = json!([{"name": "api_key", "format": "string", "isSensitive": true, "defaultValue": "********"}]);
        let values = "key: \"{{ .spectro.var.api_key }}\"\npassword: \"********\"\n";
        addon(place, name, values, &variables);
    }
    addon(place, "lamp", "light: true\n", &json!([]));
    for name in ["quay", "pier", "dock", "lamp"] {
        place.replace(&format!("in/{name}.json"), "for <AWS_REGION>", "");
    }
}

#[test]
fn one_secret_is_for_all_profiles_that_have_it_unless_one_has_its_own() {
    let place = Place::new();
    fleet(&place);
    let to = "in --to fixtures/destinations/twin";
    place.run(&format!("plan {to} --write-todo todo"));
    let file = "todo/twin/secrets.template.yaml";
    let secrets = place.read(file);
    let (shared, own) = secrets.split_once("\nprofiles:\n").expect("both");
    assert!(
        shared.contains("packs:\n  portal:\n    # in 3 profiles\n    password: \"\"\nvariables:\n  # in 3 profiles\n  api_key: \"\""),
        "{secrets}"
    );
    assert_eq!(own.matches("password: \"\"").count(), 3, "{secrets}");

    // Each profile's own secret stays empty but for that of one.
    let filled = shared.replace(": \"\"", &format!(": \"{CANARY}\""));
    let own = own.replacen("password: \"\"", "password: own", 1);
    place.write(file, &format!("{filled}\nprofiles:\n{own}"));
    let output = place.run(&format!("rewrite {to} --answers todo -o out"));
    let shown = all_output(&output);
    assert_eq!(code(&output), 0, "{shown}");
    assert!(
        !shown.contains(CANARY) && !shown.contains("nothing is masked"),
        "{shown}"
    );
    for (name, passwords) in [("dock", 0), ("pier", 1), ("quay", 1)] {
        let text = place.read(&format!("out/{name}.json"));
        assert_eq!(
            text.matches(CANARY).count(),
            1 + passwords,
            "{name}: {text}"
        );
    }
    assert!(
        place
            .read("out/dock.json")
            .contains("password: \\\"own\\\"")
    );

    // What is answered for all is not asked for again, and what nobody has is told.
    place.run(&format!("plan {to} --answers todo --write-todo todo"));
    let secrets = place.read(file);
    assert_eq!(secrets.matches(CANARY).count(), 2, "{secrets}");
    assert_eq!(secrets.matches(": \"\"").count(), 0, "{secrets}");
    place.replace(file, "  api_key:", "  apikey:");
    let output = place.run(&format!("plan {to} --answers todo"));
    assert!(
        all_output(&output).contains("the secrets file gives variable `apikey` of every profile"),
        "{}",
        all_output(&output)
    );
}

#[test]
fn only_what_was_asked_for_is_shown() {
    let place = Place::new();
    fleet(&place);
    let to = "in --to fixtures/destinations/twin";
    let human = |args: &str| stdout(&place.run(format!("plan {to} {args}").trim_end()));
    let all = human("");
    assert!(
        all.contains("lamp 1.0.0") && all.contains("quay 1.0.0"),
        "{all}"
    );
    let only = human("--only needs-answers");
    assert!(
        !only.contains("lamp") && only.contains("quay 1.0.0"),
        "{only}"
    );
    // What is told of the destination is about all.
    assert!(only.contains("twin: 1 ready, 3 needs answers"), "{only}");
    assert!(!human("--only blocked").contains("profile "), "{only}");
    let plan = place.plan(&format!("{to} --only ready,blocked"));
    let names: Vec<String> = statuses(&plan, 0).into_iter().map(|row| row.0).collect();
    assert_eq!(names, ["lamp"]);
    assert_eq!(plan["destinations"][0]["summary"]["profiles"], 4);
    for format in ["markdown", "html"] {
        let text = human(&format!("--only ready --format {format}"));
        assert!(text.contains("lamp") && !text.contains("quay"), "{format}");
    }
    let one = human("--profile quay");
    assert!(
        one.contains("quay 1.0.0 at twin: needs answers") && !one.contains("1 ready"),
        "{one}"
    );
}

#[test]
fn quiet_tells_what_was_refused_only() {
    let place = Place::new();
    fleet(&place);
    let output = place.run("rewrite in --to fixtures/destinations/twin -o out --quiet");
    assert_eq!(code(&output), 1);
    let text = stdout(&output);
    assert!(text.contains("quay 1.0.0 — refused"), "{text}");
    assert!(!text.contains("lamp"), "{text}");
    assert!(
        text.contains("4 files for twin: 1 written, 3 refused"),
        "{text}"
    );
}

#[test]
fn two_profiles_of_one_name_and_version_are_told_apart_by_their_files() {
    let place = Place::new();
    addon(&place, "lamp", "light: true\n", &json!([]));
    place.write("in/second/lamp.json", &place.read("in/lamp.json"));
    let to = "in --to fixtures/destinations/twin";
    place.run(&format!("plan {to} --write-todo todo"));
    let file = "todo/twin/select.template.yaml";
    place.replace(
        file,
        "  in/second/lamp.json:\n    name: \"\"",
        "  in/second/lamp.json:\n    name: \"lantern\"",
    );
    let output = place.run(&format!("rewrite {to} --answers todo -o out"));
    assert_eq!(code(&output), 0, "{}", all_output(&output));
    assert!(
        !all_output(&output).contains("warning: "),
        "{}",
        all_output(&output)
    );
    assert!(place.read("out/lamp.json").contains("\"lamp\""));
    assert!(place.read("out/second/lamp.json").contains("\"lantern\""));
}

#[test]
fn a_repeated_pack_is_asked_for_by_the_name_that_registries_know() {
    let place = Place::new();
    let path = "fixtures/profiles/passenger-identity.json";
    let text = place.read(path).replace(
        "\"name\": \"oauth2-proxy\"",
        "\"name\": \"crew--oauth2-proxy\"",
    );
    place.write(path, &text);
    let to = format!("{path} --to fixtures/destinations/strict");
    let table = stdout(&place.run(&format!("plan {to} --write-todo todo")));
    assert!(
        table.contains("1 registry to choose: oauth2-proxy"),
        "{table}"
    );
    let select = place.read("todo/strict/select.template.yaml");
    assert!(select.contains("\n    oauth2-proxy: \"\""), "{select}");
    place.replace(
        "todo/strict/select.template.yaml",
        "oauth2-proxy: \"\"",
        "oauth2-proxy: \"Palette Registry\"",
    );
    let plan = place.plan(&format!("{to} --answers todo"));
    assert_eq!(
        plan["destinations"][0]["profiles"][0]["packs"][1]["why"],
        "select-packs"
    );
}

#[test]
fn a_folder_of_answers_that_has_none_for_a_destination_is_told() {
    let place = Place::new();
    fleet(&place);
    place.write("todo/strict/macros.missing.json", "{\"macros\": []}");
    let output = place.run(
        "plan in --to fixtures/destinations/twin --to fixtures/destinations/strict --answers todo",
    );
    let text = all_output(&output);
    assert!(
        text.contains("nothing is answered about `twin`: `todo/twin` holds no answers"),
        "{text}"
    );
    assert!(!text.contains("answered about `strict`"), "{text}");
}
