//! `palette-knife.toml`: how it is found, what it changes, what is wrong with it, and its schema.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
};

use common::program::{code, run, stderr, stdout};
use palette_knife::{
    config::{self, Config, Unusable},
    source::Source,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with a repository: `profiles/identity.json` with four masks, and a configuration.
fn project(config: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("profiles/drafts")).expect("a folder");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let profile = root().join("fixtures/profiles/passenger-identity.json");
    fs::copy(&profile, folder.path().join("profiles/identity.json")).expect("copied");
    fs::write(folder.path().join(config::FILE_NAME), config).expect("written");
    folder
}

fn findings(folder: &Path, args: &[&str]) -> Vec<String> {
    let output = run(folder, &[&["check", "--format", "concise"], args].concat());
    stdout(&output).lines().map(str::to_owned).collect()
}

fn example() -> String {
    let page = fs::read_to_string(root().join("docs/configuration.md")).expect("the page");
    let block = page.split("```toml\n").nth(1).expect("an example");
    block.split("```").next().expect("its end").to_owned()
}

#[test]
fn the_nearest_file_up_to_the_repository_counts() {
    let folder = project("[rules]\nmasked-value = \"warning\"\n");
    let path = folder.path();
    let profiles = path.join("profiles");
    for (here, args) in [
        (path, &["profiles"][..]),
        (path, &["profiles/identity.json"]),
        (&profiles, &["."]),
        (&profiles, &["identity.json"]),
        (&profiles, &[]),
    ] {
        let found = findings(here, args);
        assert_eq!(found.len(), 4, "{args:?} {found:?}");
        assert!(
            found
                .iter()
                .all(|line| line.contains("warning[masked-value]"))
        );
    }
    let without = findings(path, &["profiles", "--no-config"]);
    assert!(
        without
            .iter()
            .all(|line| line.contains("error[masked-value]"))
    );
    let flag = findings(path, &["profiles", "--rule", "masked-value=info"]);
    assert!(flag.iter().all(|line| line.contains("info[masked-value]")));
    let group = findings(path, &["profiles", "--rule", "values=off"]);
    assert_eq!(group, Vec::<String>::new(), "flags win over the file");

    fs::write(path.join("other.toml"), "[rules]\nvalues = \"off\"\n").expect("written");
    assert!(findings(path, &["profiles", "--config", "other.toml"]).is_empty());
    // A nearer file counts alone, and what is above the repository does not count.
    fs::write(profiles.join(config::FILE_NAME), "").expect("written");
    assert!(findings(path, &["profiles"])[0].contains("error[masked-value]"));
    fs::remove_file(profiles.join(config::FILE_NAME)).expect("removed");
    fs::create_dir(profiles.join(".git")).expect("a folder");
    assert!(findings(path, &["profiles"])[0].contains("error[masked-value]"));

    let missing = run(path, &["check", "profiles", "--config", "no.toml"]);
    assert_eq!((code(&missing), stdout(&missing)), (2, String::new()));
    assert!(stderr(&missing).starts_with("error: `no.toml`: "));
}

#[test]
fn without_paths_the_folder_of_the_file_is_looked_at() {
    let folder = project("");
    let path = folder.path();
    let profiles = path.join("profiles");
    let drafts = profiles.join("drafts");
    let masks = |here: &Path, args: &[&str]| -> Vec<String> {
        let found = findings(here, args);
        assert_eq!(found.len(), 4, "{here:?} {args:?} {found:?}");
        let names = found.iter().filter_map(|line| line.split(':').next());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.dedup();
        names
    };
    assert_eq!(masks(path, &[]), ["profiles/identity.json"]);
    assert_eq!(masks(&profiles, &[]), ["../profiles/identity.json"]);
    assert_eq!(masks(&drafts, &[]), ["../../profiles/identity.json"]);
    assert_eq!(
        masks(&drafts, &["--config", "../../palette-knife.toml"]),
        ["../../profiles/identity.json"]
    );
    assert_eq!(masks(&profiles, &["."]), ["identity.json"]);
    // Without a file it is the working folder.
    assert_eq!(masks(&profiles, &["--no-config"]), ["identity.json"]);
    assert_eq!(findings(&drafts, &["--no-config"]), Vec::<String>::new());

    let rewrite = |here: &Path| {
        let args = ["rewrite", "--to-format", "yaml", "--out", "out"];
        let output = run(here, &args);
        stdout(&output) + &stderr(&output)
    };
    let said = rewrite(&drafts);
    assert!(said.contains("../../profiles/identity.json"), "{said}");
}

#[test]
fn what_describes_a_destination_is_no_input() {
    let folder = project("to = [\"prod\"]\n");
    let path = folder.path();
    fs::create_dir_all(path.join("prod/profiles")).expect("a folder");
    let there = path.join("prod/profiles/identity.json");
    fs::copy(path.join("profiles/identity.json"), &there).expect("copied");
    let duplicates = |args: &[&str]| -> Vec<String> {
        let mut found = findings(path, args);
        found.retain(|line| line.contains("duplicate-"));
        found
    };
    let [only] = duplicates(&[]).try_into().expect("one finding");
    assert!(
        only.starts_with("profiles/identity.json:3:14: error[duplicate-profile]"),
        "{only}"
    );
    for named in ["prod/profiles", "prod/profiles/identity.json"] {
        let [only] = duplicates(&[named]).try_into().expect("one finding");
        assert!(
            only.starts_with("prod/profiles/identity.json:3:14: error[duplicate-profile]"),
            "{only}"
        );
    }
    assert_eq!(duplicates(&["prod"]), Vec::<String>::new());
}

#[test]
fn findings_in_the_file_show_its_lines() {
    let folder = project(
        "[[ignore]]\nrule = \"malformed-version\"\nreason = \"later\"\nexpires = 2020-01-31\n",
    );
    let shown = run(folder.path(), &["check", "--rule", "masked-value=off"]);
    let said = stdout(&shown);
    let expected = "\
warning[expired-ignore]: this entry for `malformed-version` silences nothing since 2020-01-31
   ╭─[palette-knife.toml:4:11]
 3 │ reason = \"later\"
 4 │ expires = 2020-01-31
   ·           ──────────
   ╰─ palette-knife.toml:4:11
  help: mend what it silenced and remove it, or give it another day
";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn what_the_file_says_is_heeded() {
    let folder =
        project("fail-on = \"warning\"\nexclude = [\"**/drafts\"]\nrules.values = \"warning\"\n");
    let path = folder.path();
    let draft = path.join("profiles/drafts/identity.json");
    fs::copy(path.join("profiles/identity.json"), &draft).expect("copied");
    assert_eq!(findings(path, &["."]).len(), 4);
    assert_eq!(findings(path, &["profiles/drafts"]).len(), 0);
    assert_eq!(
        findings(path, &["profiles/drafts/identity.json"]).len(),
        4,
        "it was named"
    );
    assert_eq!(code(&run(path, &["check", "profiles"])), 1);
    assert_eq!(
        code(&run(path, &["check", "profiles", "--fail-on", "error"])),
        0
    );
}

#[test]
fn options_of_rules_are_heeded() {
    let found = |patterns: &str| {
        let folder = project(&format!(
            "[rules.leftover-placeholder]\npatterns = {patterns}\n"
        ));
        findings(folder.path(), &["profiles/identity.json"])
    };
    let told = found("['crew-(portal)']");
    assert!(
        told.iter()
            .any(|line| line.contains("leftover-placeholder") && line.contains("portal")),
        "{told:?}"
    );
    for (wrong, why) in [
        ("['(']", "unclosed group"),
        ("['a*']", "matches the empty text"),
    ] {
        let folder = project(&format!(
            "[rules.leftover-placeholder]\npatterns = {wrong}\n"
        ));
        let output = run(folder.path(), &["check"]);
        assert_eq!(code(&output), 2);
        let said = stdout(&output) + &stderr(&output);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn destinations_are_relative_to_the_file() {
    let folder = project("to = [\"prod\"]\n");
    let path = folder.path();
    fs::create_dir(path.join("prod")).expect("a folder");
    fs::write(
        path.join("prod/destination.yaml"),
        "name: prod\nregistries: []\n",
    )
    .expect("written");
    fs::create_dir(path.join("stage")).expect("a folder");
    fs::write(
        path.join("stage/destination.yaml"),
        "name: stage\nregistries: []\n",
    )
    .expect("written");
    for (here, args) in [
        (path.to_owned(), &["check", "profiles"][..]),
        (path.join("profiles"), &["check"]),
    ] {
        let said = stdout(&run(&here, args));
        assert!(said.contains("checked against prod\n"), "{said}");
    }
    let said = stdout(&run(path, &["check", "profiles", "--to", "stage"]));
    assert!(said.contains("checked against stage\n"), "{said}");
}

#[test]
fn ignores_silence_by_file_and_place() {
    let entry = |more: &str| {
        format!("[[ignore]]\nrule = \"masked-value\"\nreason = \"filled in later\"\n{more}\n")
    };
    for (more, left) in [
        ("", 0),
        ("path = \"profiles\"", 0),
        ("path = \"profiles/*.json\"", 0),
        ("path = \"profiles/other.json\"", 4),
        ("where = \"keycloak\"", 2),
        ("where = \"keycloak:/charts/keycloak/auth\"", 3),
        ("where = \"keycloak:/charts/keycloak/au\"", 4),
        ("where = \"/spec/variables\"", 3),
    ] {
        let folder = project(&entry(more));
        for (here, arg) in [
            (folder.path().to_owned(), "."),
            (folder.path().join("profiles"), "."),
        ] {
            let found = findings(&here, &[arg]);
            let masks = found.iter().filter(|line| line.contains("[masked-value]"));
            assert_eq!(masks.count(), left, "{more}: {found:?}");
            let unused = found.iter().any(|line| line.contains("[unused-ignore]"));
            // Below the configuration only that part is looked at that the path allows to judge.
            let is_judged = arg == "." && here == folder.path();
            assert_eq!(
                unused && is_judged,
                left == 4 && is_judged,
                "{more}: {found:?}"
            );
        }
    }
    let folder = project(&entry("path = \"profiles/other.json\""));
    let unused = findings(folder.path(), &["."]);
    assert!(
        unused.contains(&"palette-knife.toml:2:8: warning[unused-ignore] this entry silences no finding of `masked-value`".to_owned()),
        "{unused:?}"
    );
    let elsewhere = findings(
        folder.path(),
        &["profiles/drafts", "profiles/identity.json"],
    );
    assert_eq!(
        elsewhere.len(),
        4,
        "the file it is about was not looked at: {elsewhere:?}"
    );
}

#[test]
fn entries_expire() {
    let folder = project(
        "[[ignore]]\nrule = \"masked-value\"\nreason = \"filled in later\"\nexpires = 2030-06-01\n",
    );
    let on = |day: &str| findings(folder.path(), &["profiles", "--today", day]);
    assert!(on("2030-05-31").is_empty());
    let over = on("2030-06-01");
    assert_eq!(over.len(), 5);
    assert_eq!(
        over[0],
        "palette-knife.toml:4:11: warning[expired-ignore] this entry for `masked-value` silences nothing since 2030-06-01"
    );
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let folder = project(
        "exlude = [\"a\"]\n\
         to = [1, \"\"]\n\
         fail-on = \"fatal\"\n\
         [rules]\n\
         maskd-value = \"off\"\n\
         masked-value = \"of\"\n\
         [rules.missing-macro]\n\
         patterns = [\"x\"]\n\
         [[ignore]]\n\
         rule = \"masked-valu\"\n\
         path = \"a[\"\n\
         expires = \"soon\"\n",
    );
    let output = run(folder.path(), &["check", "profiles", "--format", "concise"]);
    assert_eq!(code(&output), 2);
    let told = [
        "1:1: error[unknown-field] unknown key `exlude`",
        "2:7: error[schema-violation] expected a folder, found an integer",
        "2:10: error[schema-violation] expected a folder, found an empty string",
        "3:11: error[schema-violation] expected `error`, `warning`, `info` or `never`, found `fatal`",
        "5:1: error[schema-violation] no rule or group is called `maskd-value`",
        "6:16: error[schema-violation] expected `off`, `info`, `warning` or `error`, found `of`",
        "8:1: error[unknown-field] unknown key `patterns`",
        "9:1: error[schema-violation] the entry has no `reason`",
        "10:8: error[schema-violation] no rule is called `masked-valu`",
        "11:8: error[schema-violation] `a[` is no pattern: unclosed character class; missing ']'",
        "12:11: error[schema-violation] expected a day such as 2027-01-31, found `soon`",
    ];
    let said = stdout(&output);
    let said: Vec<&str> = said
        .lines()
        .map(|line| line.trim_start_matches("palette-knife.toml:"))
        .collect();
    assert_eq!(said, told);
    assert_eq!(
        stderr(&output),
        "error: `palette-knife.toml` cannot be used: it has 11 mistakes\n"
    );
    let human = stdout(&run(folder.path(), &["check", "profiles"]));
    assert!(
        human.contains("help: did you mean `exclude`?")
            && human.contains("help: did you mean `masked-value`?")
    );
    assert_eq!(
        code(&run(
            folder.path(),
            &["rewrite", "profiles", "--to", "no/folder", "--diff"]
        )),
        2
    );
}

#[test]
fn syntax_errors_are_told_together() {
    let folder = project("exclude = [\nto = \"x\"\nrules = { a b }\nfail-on = \n");
    let output = run(folder.path(), &["check", "profiles", "--format", "concise"]);
    assert_eq!(code(&output), 2);
    let said = stdout(&output);
    assert!(said.lines().count() >= 2, "{said}");
    assert!(
        said.lines()
            .all(|line| line.contains("error[syntax-error]")),
        "{said}"
    );
    // Neither breaks the tool.
    for text in [
        "\u{feff}to = \"x\"",
        "=",
        "[[ignore]]\n[ignore]",
        "ignore = [1]",
        "rules = 1",
        "[rules]\nvalues = {}",
    ] {
        let parsed = Config::parse(Source::new("palette-knife.toml", text), root());
        if let Err(Unusable::Faulty(faults, _)) = parsed {
            assert!(!faults.is_empty());
        }
    }
}

#[test]
fn settings_are_shown_with_their_origin() {
    let folder = project(
        "to = \"prod\"\n[rules]\nvalues = \"warning\"\n[rules.masked-value]\nlevel = \"info\"\n",
    );
    let output = run(
        &folder.path().join("profiles"),
        &[
            "check",
            "--show-config",
            "--rule",
            "document=off",
            "--fail-on",
            "never",
        ],
    );
    assert_eq!(code(&output), 0);
    let shown = stdout(&output);
    let has = |key: &str, origin: &str| {
        let mut lines = shown.lines();
        assert!(
            lines.any(|line| line.starts_with(key) && line.ends_with(&format!("# {origin}"))),
            "{key}: {shown}"
        );
    };
    has("to = [\"../prod\"] ", "../palette-knife.toml:1");
    has("fail-on = \"never\" ", "flag --fail-on");
    has("exclude = [] ", "default");
    has("masked-value = \"info\" ", "../palette-knife.toml:5");
    has(
        "undefined-variable = \"warning\" ",
        "../palette-knife.toml:3",
    );
    has("syntax-error = \"off\" ", "flag --rule");
    has("missing-macro = \"error\" ", "default");
    // It is a configuration itself.
    let parsed = Config::parse(Source::new("shown.toml", shown.as_str()), root());
    assert!(parsed.is_ok(), "{parsed:?}");
}

#[test]
fn the_schema_is_current_and_accepts_the_example() {
    let path = root().join("schemas/config.schema.json");
    let schema = config::schema::render();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &schema).expect("written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, schema,
        "run UPDATE_EXPECTED=1 cargo test --test config"
    );

    let example = example();
    let parsed = Config::parse(Source::new("palette-knife.toml", example.as_str()), root());
    assert!(parsed.is_ok(), "{parsed:?}");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(&schema)
        .expect("a schema");
    let mut value = as_json(&example);
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    value["exlude"] = "x".into();
    assert!(!validator.is_valid(&value));
}

/// A text in TOML as JSON, as editors show it to a schema: days are strings.
fn as_json(text: &str) -> serde_json::Value {
    use toml::de::{DeTable, DeValue};
    fn table(table: &DeTable<'_>) -> serde_json::Value {
        let entries = table.iter();
        entries
            .map(|(key, item)| (key.get_ref().to_string(), value(item.get_ref())))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
    fn value(item: &DeValue<'_>) -> serde_json::Value {
        match item {
            DeValue::Table(entries) => table(entries),
            DeValue::Array(items) => items.iter().map(|item| value(item.get_ref())).collect(),
            DeValue::Datetime(day) => day.to_string().into(),
            DeValue::Boolean(truth) => (*truth).into(),
            other => other.as_str().unwrap_or_default().into(),
        }
    }
    table(DeTable::parse(text).expect("TOML").get_ref())
}
