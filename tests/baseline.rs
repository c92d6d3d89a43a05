//! Baselines: what is written, what is left out, what is gone; and that fingerprints survive edits elsewhere.

mod common;

use std::{collections::BTreeSet, fs, sync::Arc};

use common::program::{code, run, stderr, stdout};
use palette_knife::{
    check::{self, CheckOptions},
    destination::Destination,
    settings::Settings,
    source::{DEFAULT_MAX_FILE_SIZE, Source},
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    common::copy_folder(
        &common::fixtures().join("profiles"),
        &folder.path().join("profiles"),
    );
    common::copy_folder(
        &common::fixtures().join("destinations/strict"),
        &folder.path().join("strict"),
    );
    folder
}

#[test]
fn known_findings_are_counted_and_new_ones_are_told() {
    let folder = project();
    let path = folder.path();
    let check = ["check", "profiles", "--to", "strict"];
    let with = |more: &[&str]| run(path, &[&check[..], more].concat());
    let all = stdout(&with(&["--format", "concise"])).lines().count();
    assert!(all > 5);

    let nowhere = with(&["--write-baseline", "nowhere/known.json"]);
    assert_eq!(code(&nowhere), 2);
    let told = stderr(&nowhere);
    assert!(told.contains("`nowhere/known.json`"), "{told}");
    assert!(!told.contains("entity"), "{told}");

    let written = with(&["--write-baseline", "known.json"]);
    assert_eq!(code(&written), 0, "what is known does not fail");
    assert_eq!(
        stderr(&written),
        format!("note: the baseline `known.json` knows {all} findings\n")
    );
    let summary = format!("{all} known findings of the baseline are not shown\n");
    assert!(stdout(&written).contains(&summary), "{}", stdout(&written));
    let text = fs::read_to_string(path.join("known.json")).expect("the baseline");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), all);
    for field in ["rule", "file", "message", "fingerprint"] {
        assert!(
            findings.iter().all(|known| known[field].is_string()),
            "{field}"
        );
    }
    let order = |known: &Value| (known["file"].to_string(), known["rule"].to_string());
    assert!(findings.is_sorted_by_key(order));

    let known = with(&["--baseline", "known.json"]);
    assert_eq!((code(&known), stderr(&known)), (0, String::new()));
    assert!(stdout(&known).contains(&summary));
    let report = stdout(&with(&["--baseline", "known.json", "--format", "json"]));
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["summary"]["known"], all);
    assert_eq!(report["summary"]["errors"], 0);

    // A new defect is told, and what was mended is gone.
    let broken = path.join("profiles/quay-vsphere.json");
    let text = fs::read_to_string(&broken).expect("a profile");
    let mut profile: Value = serde_json::from_str(&text).expect("JSON");
    profile["spec"]["version"] = json!("one");
    fs::write(&broken, profile.to_string()).expect("written");
    fs::remove_file(path.join("profiles/passenger-identity.json")).expect("removed");
    let gone = findings
        .iter()
        .filter(|known| known["file"] == "profiles/passenger-identity.json")
        .count();
    assert!(gone > 1);
    let later = with(&["--baseline", "known.json", "--format", "concise"]);
    assert_eq!(code(&later), 1);
    assert_eq!(stdout(&later).lines().count(), 1, "{}", stdout(&later));
    assert!(stdout(&later).contains("error[malformed-version]"));
    assert_eq!(
        stderr(&later),
        format!(
            "warning: {gone} findings of the baseline cannot be found any more: `--write-baseline known.json` takes them out\n"
        )
    );
    assert_eq!(code(&with(&["--write-baseline", "known.json"])), 0);
    let after = with(&["--baseline", "known.json"]);
    assert_eq!((code(&after), stderr(&after)), (0, String::new()));

    assert_eq!(code(&with(&["--baseline", "no.json"])), 2);
    fs::write(
        path.join("other.json"),
        "{\"version\": 2, \"findings\": []}",
    )
    .expect("written");
    assert_eq!(code(&with(&["--baseline", "other.json"])), 2);
    assert_eq!(code(&with(&["--write-baseline", "other.json"])), 2);
}

#[test]
fn what_a_run_does_not_look_at_stays_known() {
    let folder = project();
    let path = folder.path();
    let all = ["check", "profiles", "--to", "strict"];
    run(
        path,
        &[&all[..], &["--write-baseline", "known.json"]].concat(),
    );
    let before = fs::read(path.join("known.json")).expect("the baseline");
    for part in [
        &["check", "profiles/passenger-identity.json"][..],
        &["check", "profiles"],
        &[
            "check",
            "profiles/passenger-identity.json",
            "--to",
            "strict",
        ],
    ] {
        let known = run(path, &[part, &["--baseline", "known.json"]].concat());
        assert_eq!(
            (code(&known), stderr(&known)),
            (0, String::new()),
            "{part:?}"
        );
        run(path, &[part, &["--write-baseline", "known.json"]].concat());
        let after = fs::read(path.join("known.json")).expect("the baseline");
        assert!(before == after, "{part:?}");
    }
}

#[test]
fn a_baseline_holds_no_secret() {
    let folder = project();
    let path = folder.path();
    let profile = path.join("profiles/passenger-identity.json");
    let text = fs::read_to_string(&profile).expect("a profile");
    // One mask is a secret now, and the others are still masks.
    fs::write(&profile, text.replacen("********", "hunter2-hunter2", 1)).expect("written");
    run(
        path,
        &[
            "check",
            "profiles",
            "--to",
            "strict",
            "--write-baseline",
            "known.json",
        ],
    );
    let known = fs::read_to_string(path.join("known.json")).expect("the baseline");
    assert!(known.contains("masked-value") && !known.contains("hunter2"));
}

/// A change of a profile that is about none of its findings.
#[derive(Debug, Clone)]
enum Elsewhere {
    /// A pack before the one with this number.
    Pack(Index),
    /// Lines of comments before the values of the pack with this number.
    Lines(Index, u8),
    /// Another description.
    Description,
}

fn elsewhere() -> impl Strategy<Value = Elsewhere> {
    prop_oneof![
        any::<Index>().prop_map(Elsewhere::Pack),
        (any::<Index>(), 1..9_u8).prop_map(|(pack, lines)| Elsewhere::Lines(pack, lines)),
        Just(Elsewhere::Description),
    ]
}

fn edited(profile: &mut Value, edit: &Elsewhere, number: usize) {
    let packs = profile["spec"]["template"]["packs"].as_array_mut();
    let packs = packs.expect("packs");
    match edit {
        Elsewhere::Pack(at) => {
            let at = at.index(packs.len() + 1);
            let name = format!("added-{number}");
            let pack = json!({"name": name, "type": "manifest", "layer": "addon", "values": ""});
            packs.insert(at, pack);
        }
        Elsewhere::Lines(pack, lines) => {
            let at = pack.index(packs.len());
            if let Some(values) = packs[at]["values"].as_str() {
                let lines = "# a comment, é\n".repeat(usize::from(*lines));
                packs[at]["values"] = format!("{lines}{values}").into();
            }
        }
        Elsewhere::Description => profile["metadata"]["description"] = "another\ntext".into(),
    }
}

fn fingerprints(name: &str, text: &str, destination: &Arc<Destination>) -> BTreeSet<String> {
    let destinations = [Arc::clone(destination)];
    let options = CheckOptions::default();
    let outcome = check::check_source(Source::new(name, text), true, &destinations, &options);
    let report = check::report(vec![outcome], &destinations, &Settings::default());
    let findings = report.findings.into_iter();
    // What is said of the packs that were added is new.
    let of_added =
        |pack: &Option<String>| pack.as_ref().is_some_and(|pack| pack.starts_with("added-"));
    findings
        .filter(|finding| !of_added(&finding.pack))
        .map(|finding| finding.fingerprint)
        .collect()
}

proptest! {
    #![proptest_config(common::cases(24))]

    #[test]
    fn fingerprints_survive_edits_elsewhere(edits in vec(elsewhere(), 1..5), is_pretty: bool) {
        let folder = common::fixtures().join("destinations/strict");
        let destination = Destination::load(&folder, DEFAULT_MAX_FILE_SIZE).expect("a destination");
        let destination = Arc::new(destination);
        for (name, bytes) in common::fixture_files("profiles") {
            let text = String::from_utf8(bytes).expect("UTF-8");
            let before = fingerprints(&name, &text, &destination);
            let mut profile: Value = serde_json::from_str(&text).expect("JSON");
            for (number, edit) in edits.iter().enumerate() {
                edited(&mut profile, edit, number);
            }
            let text = if is_pretty {
                serde_json::to_string_pretty(&profile).expect("JSON")
            } else {
                profile.to_string()
            };
            let after = fingerprints(&name, &text, &destination);
            prop_assert!(before.is_subset(&after), "{}: {:?}", name, before.difference(&after));
        }
    }
}
