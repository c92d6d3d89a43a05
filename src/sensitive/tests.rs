//! What is found as a secret, and what is not.

use super::*;
use crate::{source::Text, syntax::yaml};

#[test]
fn secret_keys_are_known_by_their_words() {
    for key in [
        "password",
        "adminPassword",
        "client_secret",
        "API-KEY",
        "tls.key",
        "githubToken",
    ] {
        assert!(is_secret_key(key), "{key}");
    }
    for key in [
        "secretName",
        "passwordSecretRef",
        "tokenFile",
        "replicas",
        "key",
    ] {
        assert!(!is_secret_key(key), "{key}");
    }
}

#[test]
fn literals_beside_templates_are_found() {
    let literals = |text: &'static str| -> Vec<&'static str> {
        let found = literals_beside_templates(text).into_iter();
        found.map(|range| range.of(text)).collect()
    };
    assert_eq!(literals("\"{{ .spectro.var.x }}\""), [""; 0]);
    assert_eq!(literals("'{{ .a }}:{{ .b }}'"), [""; 0]);
    assert_eq!(literals("hunter2{{ .a }}"), ["hunter2"]);
    assert_eq!(literals("{{ .a }}-{{ .b }}hunter2"), ["hunter2"]);
    assert_eq!(
        literals("{{ .a | default \"hunter2\" }} {{ \"x\" }}"),
        ["hunter2"]
    );
    assert_eq!(literals("{{ .a | default `hunter2 }}"), ["hunter2 }}"]);
}

#[test]
fn secrets_are_found_in_texts_that_cannot_be_read() {
    let secrets = |text: &'static str| -> Vec<&'static str> {
        let found = in_order(unread_secrets(text)).into_iter();
        found.map(|range| range.of(text)).collect()
    };
    assert_eq!(
        secrets("a: [\npassword: |\n  hunter2\n\n  hunter3\nb: 1\n"),
        ["|", "hunter2", "hunter3"]
    );
    assert_eq!(
        secrets(r#"{"a": "b", "token" : "x\\\"y", "defaultValue": "z", "c": 1, "apiKey": "cut"#),
        [r#"x\\\"y"#, "z", "cut"]
    );
    assert_eq!(
        secrets("\"password\": \"********\", \"secretName\": \"x\""),
        [""; 0]
    );
}

#[test]
fn secrets_are_found_in_lists_pairs_and_lines_of_scalars() {
    let secrets = |text: &str| -> Vec<String> {
        let stream = yaml::parse(&Text::from(text));
        let found = secrets_in(&stream).into_iter();
        found.map(|range| range.of(text).to_owned()).collect()
    };
    assert_eq!(
        secrets("passwords: [one, '{{ .spectro.var.two }}', '********']\ntags: [x]\n"),
        ["one"]
    );
    assert_eq!(
        secrets(
            "env:\n- name: DB_PASSWORD\n  value: hunter2\n- {value: hunter3, name: API_TOKEN}\n- {name: HOST, value: db}\n"
        ),
        ["hunter2", "hunter3"]
    );
    assert_eq!(
        secrets(
            "app.ini: |\n  [db]\n  host = db\n  password = hunter2\n  token: {{ .spectro.var.x }}hunter3\n  export API_KEY={{ .spectro.var.x }}\n"
        ),
        ["hunter2", "hunter3"]
    );
    assert_eq!(
        secrets("a: \"host: db\\npassword: hunter2\\nport: 1\"\n"),
        ["hunter2"]
    );
    assert_eq!(
        secrets("a: [&x hunter2, &y {b: hunter3}]\npasswords: [*x, *y, {c: 1}]\n"),
        ["hunter2", "hunter3"]
    );
    assert_eq!(
        secrets(
            "a: [&x hunter2, &y {value: hunter3}]\nenv: [{name: A_TOKEN, value: *x}, {name: B_TOKEN, <<: *y}]\n"
        ),
        ["hunter2", "hunter3"]
    );
}

#[test]
fn secrets_are_found_in_objects_that_are_not_read_to_their_end() {
    for text in [
        "- name: DB_PASSWORD\n  value: hunter2\n  mode: @\n",
        "- name: DB_PASSWORD\n  value: hunter2\n  mode: @\n---\nb: 1\n",
    ] {
        let stream = yaml::parse(&Text::from(text));
        assert_eq!(stream.faults.len(), 1);
        let found = secrets_in(&stream).into_iter();
        let found: Vec<&str> = found.map(|range| range.of(text)).collect();
        assert_eq!(found, ["hunter2"]);
    }
}

#[test]
fn texts_are_found_in_json_that_cannot_be_read() {
    let text = "{\"a\": \"b\",\n \"values\": \"a: \\\"x\\\"\\n\", \"c\": \"cut\\n";
    let found: Vec<_> = unread_texts(text)
        .into_iter()
        .map(|range| range.of(text))
        .collect();
    assert_eq!(found, [r#"a: \"x\"\n"#, r"cut\n"]);
}

#[test]
fn secrets_are_found_in_escaped_lines() {
    let text = r#""values": "a: 1\n  password: \"x\"\nb: 1\n  \"token\": y\n""#;
    let found: Vec<_> = in_order(unread_secrets(text))
        .into_iter()
        .map(|range| range.of(text))
        .collect();
    assert_eq!(found, [r#"\"x\"\n"#, r"y\n"]);
}

#[test]
fn secrets_in_urls_are_found() {
    let secrets = |text: &'static str| -> Vec<&'static str> {
        url_secrets(text).map(|range| range.of(text)).collect()
    };
    assert_eq!(
        secrets("# https://crew:hunter2@a.example/x http://0123456789abcdef0123@b.example"),
        ["hunter2", "0123456789abcdef0123"]
    );
    for none in [
        "https://a.example/@x:y@",
        "ssh://git@a.example",
        "https://crew:********@a.example",
        "https://crew:${PASSWORD}@a.example",
        "https://a.example:8080, crew@a.example",
    ] {
        assert_eq!(secrets(none), [""; 0], "{none}");
    }
}

#[test]
fn secrets_in_comments_are_found() {
    let line = "  # adminPassword: hunter2";
    assert_eq!(
        comment_secret(line).map(|range| range.of(line)),
        Some("hunter2")
    );
    assert_eq!(comment_secret("# see the docs: https"), None);
}
