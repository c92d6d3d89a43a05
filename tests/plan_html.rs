//! The page of a plan: one file that asks for nothing else, and shows text as text.

mod common;

use std::{fs, path::PathBuf};

use palette_knife::base64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use snapbox::cmd::{Command, cargo_bin};

/// A text that would do harm if any part of it were markup.
const CANARY: &str =
    "</script><!--<script>alert(1)</script><img src=x onerror=alert(2)>&quot;\u{2028}";

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

    fn page(&self, args: &str) -> String {
        let output = Command::new(cargo_bin!("palette-knife"))
            .args(args.split(' '))
            .current_dir(self.folder.path())
            .output()
            .expect("it runs");
        assert_ne!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

const ALL: &str = "plan fixtures/profiles --to fixtures/destinations/twin --to fixtures/destinations/strict --format html";

/// What stands between two texts that are in the page once.
fn between<'p>(page: &'p str, open: &str, close: &str) -> &'p str {
    assert_eq!(page.matches(open).count(), 1, "{open}");
    let (_, rest) = page.split_once(open).expect("it opens");
    rest.split_once(close).expect("it closes").0
}

fn plan_of(page: &str) -> Value {
    let plan = between(
        page,
        "<script type=\"application/json\" id=\"plan\">",
        "</script>",
    );
    serde_json::from_str(plan).expect("JSON")
}

/// The page without the plan.
fn shell(page: &str) -> String {
    let plan = between(
        page,
        "<script type=\"application/json\" id=\"plan\">",
        "</script>",
    );
    page.replace(plan, "")
}

#[test]
fn the_policy_allows_the_style_and_the_script_of_the_page_only() {
    let page = Place::new().page(ALL);
    let policy = between(
        &page,
        "http-equiv=\"Content-Security-Policy\" content=\"",
        "\"",
    );
    for (part, text) in [
        ("style-src", between(&page, "<style>", "</style>")),
        ("script-src", between(&page, "<script>", "</script>")),
    ] {
        let allowed = between(policy, &format!("{part} 'sha256-"), "'");
        let hash = Sha256::digest(text.as_bytes()).to_vec();
        assert_eq!(base64::decode(allowed), Some(hash), "{part} is {allowed}");
    }
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn the_page_asks_for_nothing_else() {
    let shell = shell(&Place::new().page(ALL));
    for word in [
        "://",
        "src=",
        "href=",
        "url(",
        "@import",
        "fetch",
        "XMLHttpRequest",
        "innerHTML",
        "insertAdjacentHTML",
        "eval(",
        "{plan}",
        "{style",
    ] {
        assert!(!shell.contains(word), "{word}");
    }
    assert_eq!(shell.matches("<script").count(), 2);
    assert_eq!(shell.matches("</script>").count(), 2);
    assert!(shell.starts_with("<!doctype html>\n<html lang=\"en\">\n"));
}

#[test]
fn the_page_holds_the_plan() {
    let page = Place::new().page(ALL);
    let plan = plan_of(&page);
    let names = plan["destinations"].as_array().expect("a list").iter();
    let names: Vec<_> = names.map(|destination| &destination["name"]).collect();
    assert_eq!(names, ["twin", "strict"]);
    assert_eq!(plan["destinations"][1]["counts"]["blocked"], 4);
    let profiles = plan["profiles"].as_array().expect("a list");
    assert_eq!(profiles.len(), 10);
    let identity = &profiles[4];
    assert_eq!(identity["title"], "passenger-identity 2.0.0");
    let cell = &identity["cells"][1];
    assert_eq!(
        (&cell["status"], &cell["weight"]),
        (&json!("needs-answers"), &json!(5))
    );
    let finding = &cell["findings"][0];
    assert_eq!(
        finding["place"],
        "fixtures/profiles/passenger-identity.json › keycloak › values:14:23"
    );
    assert_eq!(
        finding["excerpt"],
        json!([
            {"number": 13, "before": "      adminUser: admin", "marked": "", "after": ""},
            {"number": 14, "before": "      adminPassword: \"", "marked": "********", "after": "\""},
        ])
    );
    assert_eq!(
        cell["packs"][0],
        json!({"name": "keycloak", "title": "keycloak 24.7.0", "words": "Palette Community Registry (24.7.0), because it has the same name"})
    );
    let web = &profiles[3]["cells"][1];
    assert!(
        web["diff"]
            .as_str()
            .expect("a text")
            .contains("\n-              \"uid\": \"64eaff453040297344bcad5d\",\n")
    );
}

#[test]
fn text_of_profiles_is_no_markup() {
    let place = Place::new();
    let values = format!(
        "title: \"{}\"\nx: \"{{{{ .spectro.macro.gone }}}}\"\n",
        CANARY.replace('"', "\\\"")
    );
    let profile = json!({
        "metadata": {"name": CANARY, "description": CANARY},
        "spec": {
            "version": "1.0.0",
            "template": {"type": "add-on", "cloudType": "all", "packs": [{
                "name": CANARY, "type": "spectro", "layer": "addon", "version": CANARY, "tag": CANARY, "values": values,
                "registry": {"metadata": {"uid": "", "name": CANARY, "kind": "pack"}},
            }]},
            "variables": [{"name": CANARY, "displayName": CANARY, "defaultValue": CANARY}],
        },
    });
    fs::create_dir(place.path("in")).expect("a folder");
    fs::write(place.path("in/a.json"), profile.to_string()).expect("written");
    let page = place.page("plan in --to fixtures/destinations/strict --format html");
    for part in ["</script><", "<!--", "<img", "onerror=alert(2)>", "&quot;"] {
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<script").count(), 2);
    let plan = plan_of(&page);
    let title = plan["profiles"][0]["title"].as_str().expect("a title");
    assert!(title.starts_with("</script><!--"), "{title}");
    assert!(
        title.ends_with("&quot;\\u{2028} 1.0.0"),
        "nothing reorders the text around it: {title}"
    );
}

#[test]
fn a_secret_is_not_in_the_page() {
    let place = Place::new();
    let secrets = json!({"profiles": {"passenger-identity": {
        "packs": {"oauth2-proxy": {"charts.oauth2-proxy.config.clientSecret": "c4nary"}},
        "variables": {"smtp_password": "c4nary"},
    }}});
    fs::write(place.path("s.json"), secrets.to_string()).expect("written");
    let page = place.page(&format!("{ALL} --secrets s.json"));
    assert!(!page.contains("c4nary"));
    let diff = &plan_of(&page)["profiles"][4]["cells"][0]["diff"];
    assert!(
        diff.as_str()
            .expect("a diff")
            .contains("+      clientSecret: \"<redacted>\""),
        "{diff}"
    );
}
