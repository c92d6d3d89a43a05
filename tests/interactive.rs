//! The questions on a terminal, asked through a real pseudo-terminal.

#![cfg(unix)]

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rexpect::{
    process::WaitStatus,
    session::{PtySession, spawn_command},
};
use serde_json::{Value, json};
use snapbox::cmd::cargo_bin;

const CANARY: &str = "c4nary";

/// Longer than any question takes, in milliseconds.
const PATIENCE: u64 = 60_000;

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// Two profiles that ask something of `strict`, and one with stand-ins.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Self { folder };
        common::copy_folder(&common::fixtures().join("destinations"), &place.path("to"));
        fs::create_dir(place.path("in")).expect("a folder");
        for name in ["booking-eks.json", "passenger-identity.json"] {
            let from = common::fixtures().join("profiles").join(name);
            fs::copy(from, place.path("in").join(name)).expect("copied");
        }
        let portal = json!({
            "metadata": {"name": "portal"},
            "spec": {
                "version": "1.0.0",
                "template": {"type": "add-on", "cloudType": "all", "packs": [{
                    "name": "portal", "type": "manifest", "layer": "addon", "version": "1.0.0",
                    "values": "host: a.<AWS_REGION>.example\nrealm: changeme\n",
                    "registry": {"metadata": {"uid": "", "name": "", "kind": ""}},
                }]},
                "variables": [],
            },
        });
        fs::write(place.path("in/portal.json"), portal.to_string()).expect("written");
        place
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative))
            .unwrap_or_else(|error| panic!("{relative}: {error}"))
    }

    fn json(&self, relative: &str) -> Value {
        serde_json::from_str(&self.read(relative)).expect("JSON")
    }

    fn command(&self, args: &str) -> Command {
        let mut command = Command::new(cargo_bin!("palette-knife"));
        command
            .args(args.split(' '))
            .current_dir(self.folder.path())
            .env("CLIENT_SECRET", CANARY)
            .env_remove("CI");
        command
    }

    fn session(&self, args: &str) -> Session {
        let session = spawn_command(self.command(args), Some(PATIENCE)).expect("a terminal");
        Session {
            session,
            shown: String::new(),
        }
    }
}

/// A person at a terminal.
struct Session {
    session: PtySession,
    shown: String,
}

impl Session {
    /// Waits for a question, and answers.
    fn answer(&mut self, question: &str, answer: &str) {
        let before = self.session.exp_string(question);
        let before = before.unwrap_or_else(|error| panic!("{question}: {error}"));
        self.shown.push_str(&before);
        self.shown.push_str(question);
        // What is typed before the terminal has stopped to show it is thrown away: a person is slower than that.
        if question.contains("env:NAME") || question.contains("environment variable") {
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
        self.session.send_line(answer).expect("typed");
    }

    /// The exit code, and all that was shown.
    fn end(mut self) -> (i32, String) {
        let rest = self.session.exp_eof().expect("an end");
        self.shown.push_str(&rest);
        let status = self.session.process().wait().expect("a status");
        let WaitStatus::Exited(_, code) = status else {
            panic!("{status:?}");
        };
        (code, self.shown)
    }
}

const RUN: &str = "rewrite in --to to/strict -o out --interactive";

#[test]
fn the_questions_of_the_wizard_are_asked_and_the_answers_kept() {
    let place = Place::new();
    let mut terminal = place.session(&format!("{RUN} --save-answers kept"));
    // A number that is none, then another version.
    terminal.answer("number (Enter leaves it out): ", "7");
    terminal.answer("expected a number from 1 to 3", "3");
    terminal.answer("name [booking-eks]: ", " spaced? no: trimmed ");
    terminal.answer("version [3.0.2]: ", "three");
    terminal.answer("no semantic version", "4.0.0");
    terminal.answer("macro alert_webhook is not there", "http://hook.example");
    terminal.answer("2) Palette Registry: 7.12.9, oci/pack", "2");
    terminal.answer("charts.keycloak.auth.adminPassword, or env:NAME", CANARY);
    terminal.answer(
        "charts.keycloak.externalDatabase.password, or env:NAME",
        CANARY,
    );
    terminal.answer(
        "charts.oauth2-proxy.config.clientSecret, or env:NAME",
        "env:NOT_SET",
    );
    terminal.answer("that environment variable is not set", "env:CLIENT_SECRET");
    terminal.answer("smtp_password, or env:NAME", CANARY);
    terminal.answer(
        "value for <AWS_REGION> (Enter leaves it as it is): ",
        "eu-north-1",
    );
    terminal.answer("value for changeme (Enter leaves it as it is): ", "");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(
        shown.contains("[1 of 9] strict: booking-eks 3.0.2 (in/booking-eks.json:1:22)"),
        "{shown}"
    );
    assert!(shown.contains("3 files for strict: 3 written"), "{shown}");
    let booking = place.json("out/booking-eks.json");
    assert_eq!(booking["metadata"]["name"], "spaced? no: trimmed");
    assert_eq!(booking["spec"]["version"], "4.0.0");
    assert_eq!(
        place
            .read("out/passenger-identity.json")
            .matches(CANARY)
            .count(),
        4
    );
    let portal = place.json("out/portal.json");
    let values = &portal["spec"]["template"]["packs"][0]["values"];
    assert_eq!(*values, "host: a.eu-north-1.example\nrealm: changeme\n");

    // The same without a terminal.
    let again = place
        .command("rewrite in --to to/strict -o again --answers kept")
        .output();
    assert_eq!(again.expect("it runs").status.code(), Some(0));
    for name in ["booking-eks.json", "passenger-identity.json", "portal.json"] {
        assert_eq!(
            place.read(&format!("out/{name}")),
            place.read(&format!("again/{name}"))
        );
    }
    let secrets = place.read("kept/strict/secrets.template.yaml");
    assert!(
        secrets.contains("clientSecret: \"env:CLIENT_SECRET\"\n"),
        "{secrets}"
    );
    let macros = place.json("kept/strict/macros.missing.json");
    assert_eq!(
        macros,
        json!({"macros": [{"name": "alert_webhook", "value": "http://hook.example"}]})
    );
}

#[test]
fn what_is_left_out_is_not_asked_again_and_keeps_its_profile_back() {
    let place = Place::new();
    fs::remove_file(place.path("in/passenger-identity.json")).expect("removed");
    let mut terminal = place.session(RUN);
    terminal.answer("number (Enter leaves it out): ", "");
    terminal.answer("macro alert_webhook is not there", "");
    terminal.answer("value for <AWS_REGION>", "");
    terminal.answer("value for changeme", "");
    let (code, shown) = terminal.end();
    assert_eq!(code, 1, "{shown}");
    assert!(
        shown.contains("2 files for strict: 1 written, 1 refused"),
        "{shown}"
    );
    assert!(!place.path("out/booking-eks.json").exists());
}

#[test]
fn an_end_of_the_input_keeps_the_answers_and_writes_nothing() {
    let place = Place::new();
    let mut terminal = place.session(&format!("{RUN} --save-answers kept"));
    terminal.answer("number (Enter leaves it out): ", "2");
    let macro_question = terminal
        .session
        .exp_string("macro alert_webhook is not there");
    macro_question.expect("the next question");
    terminal.session.send_control('d').expect("typed");
    let (code, shown) = terminal.end();
    assert_eq!(code, 2, "{shown}");
    assert!(
        shown
            .contains("error: the input has ended before everything was asked: nothing is written"),
        "{shown}"
    );
    assert!(!place.path("out").exists());
    let select = place.read("kept/strict/select.template.yaml");
    assert!(
        select.contains("  booking-eks:\n    name: \"\"\n    version: \"3.0.3\"\n"),
        "{select}"
    );
}

#[test]
fn answers_that_cannot_be_kept_are_not_asked_for() {
    type Make<'m> = &'m dyn Fn(&Path);
    let file = |path: &Path| fs::write(path, "mine\n").expect("written");
    let folder = |path: &Path| fs::create_dir_all(path).expect("a folder");
    let link = |path: &Path| {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::os::unix::fs::symlink("../../in/portal.json", path).expect("a link");
    };
    let cases: [(&str, Make<'_>, &str); 5] = [
        ("kept", &file, "ot a directory"),
        ("kept/twin", &file, "ot a directory"),
        ("kept/twin/todo.md", &folder, "is a directory"),
        ("kept/twin/todo.md", &link, "is a link"),
        (
            "kept/twin/select.template.yaml",
            &folder,
            "not a regular file",
        ),
    ];
    for (path, make, why) in cases {
        let place = Place::new();
        if path != "kept" {
            folder(&place.path("kept"));
        }
        make(&place.path(path));
        let before = files(&place.path("kept"));
        // The files about `strict` could be written.
        let terminal = place.session(
            "rewrite in --to to/strict --to to/twin -o out/{destination} --interactive --save-answers kept",
        );
        let (code, shown) = terminal.end();
        assert_eq!(code, 2, "{path}: {shown}");
        assert!(shown.contains(why), "{path}: {shown}");
        assert!(
            shown.starts_with("error: `kept") && !shown.contains("Enter"),
            "{path}: {shown}"
        );
        assert_eq!(files(&place.path("kept")), before, "{path}");
        assert!(!place.path("out").exists(), "{path}");
    }
}

/// The files at and below a path, with what they hold.
fn files(path: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = fs::read_dir(path) else {
        let text = fs::read_to_string(path).unwrap_or_default();
        return vec![(path.to_owned(), text)];
    };
    let entries = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries.flat_map(|entry| files(&entry)).collect();
    files.sort();
    files
}

#[test]
fn nothing_is_written_when_the_answers_cannot_be_kept_any_more() {
    let place = Place::new();
    fs::remove_file(place.path("in/passenger-identity.json")).expect("removed");
    let mut terminal = place.session(&format!("{RUN} --save-answers kept"));
    terminal.answer("number (Enter leaves it out): ", "");
    fs::remove_dir_all(place.path("kept")).expect("removed");
    fs::write(place.path("kept"), "mine\n").expect("written");
    terminal.answer("macro alert_webhook is not there", "");
    terminal.answer("value for <AWS_REGION>", "");
    terminal.answer("value for changeme", "");
    let (code, shown) = terminal.end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("error: `kept"), "{shown}");
    assert_eq!(place.read("kept"), "mine\n");
    assert!(!place.path("out").exists());
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let place = Place::new();
    let output = place.command(RUN).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).expect("UTF-8"),
        "error: --interactive asks on a terminal, and standard input is none: fill in the files of `plan --write-todo`, and pass `--answers`\n"
    );
    assert!(!Path::new(&place.path("out")).exists());
}

#[test]
fn a_long_run_shows_how_far_it_is_on_a_terminal_only() {
    let place = Place::new();
    let text = place.read("in/portal.json");
    for number in 0..30 {
        let text = text.replace(
            "{\"name\":\"portal\"}",
            &format!("{{\"name\":\"portal-{number}\"}}"),
        );
        fs::write(place.path(&format!("in/{number}.json")), text).expect("written");
    }
    let run = "rewrite in --to to/airgap -o out";
    let (_, shown) = place.session(run).end();
    assert!(shown.contains("33 files"), "{shown}");
    assert!(shown.contains("/33 files "), "{shown}");
    let mut in_ci = place.command(run);
    in_ci.env("CI", "true");
    let session = spawn_command(in_ci, Some(PATIENCE)).expect("a terminal");
    let (_, shown) = Session {
        session,
        shown: String::new(),
    }
    .end();
    assert!(!shown.contains("/33 files "), "{shown}");
    let output = place.command(run).output().expect("it runs");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("/33"));
}

#[test]
fn a_secret_of_several_profiles_is_asked_for_once_and_then_for_each() {
    let place = Place::new();
    let one = place.read("in/passenger-identity.json");
    for name in ["booking-eks.json", "portal.json"] {
        fs::remove_file(place.path("in").join(name)).expect("removed");
    }
    let two = one.replace("\"passenger-identity\"", "\"crew-identity\"");
    fs::write(place.path("in/crew-identity.json"), two).expect("written");
    let mut terminal =
        place.session("rewrite in --to to/twin -o out --interactive --save-answers kept");
    terminal.answer("[1 of 4] twin: 2 profiles, as crew-identity 2.0.0", CANARY);
    terminal.answer("externalDatabase.password, one for all, or env:NAME", "");
    terminal.answer("clientSecret, one for all, or env:NAME", CANARY);
    terminal.answer("smtp_password, one for all, or env:NAME", CANARY);
    terminal.answer("[1 of 2] twin: crew-identity 2.0.0", CANARY);
    terminal.answer("[2 of 2] twin: passenger-identity 2.0.0", CANARY);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(CANARY), "{shown}");
    let secrets = place.read("kept/twin/secrets.template.yaml");
    let (shared, own) = secrets.split_once("\nprofiles:\n").expect("both");
    assert_eq!(
        (shared.matches(CANARY).count(), own.matches(CANARY).count()),
        (3, 2),
        "{secrets}"
    );
}
