//! Seeded faults: each rule's defect, put where positions are hard to keep, is reported at the exact byte.
//!
//! The places are computed here in another way than in the tool: the fault is marked, the marker is found in the text
//! that was written, and lines and columns are counted from there.

use std::{fs, sync::Arc};

use palette_knife::{
    check::{self, CheckOptions},
    destination::Destination,
    finding::{Finding, Level},
    report::Report,
    settings::Settings,
    source::{DEFAULT_MAX_FILE_SIZE, Source},
};
use serde_json::{Value, json};

/// Text that comes before every fault: quotes, backslashes, characters that Go escapes, non-ASCII of every length.
const NOISE: &str = "# \"quoted\" \\ back\\\\slash <b>&amp; é 😀 \u{2028}\ntext: \"a \\\"b\\\" <c> ü😀\"\nwindows: 'C:\\dir'\n";

/// Marks where a fault begins and ends in a text; both are taken out before the text is used.
const BEGIN: char = '\u{e000}';
const END: char = '\u{e001}';

/// As Go's encoder writes strings: `<`, `>`, `&` and U+2028 escaped.
fn go_string(text: &str) -> String {
    let json = serde_json::to_string(text).expect("a string");
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
}

/// A profile with this text in the values of its second pack, in one line, as Palette exports it.
fn profile_with(values: &str) -> String {
    let pack = |name: &str, values: &str| {
        format!(
            r#"{{"name":"{name}","type":"oci","layer":"addon","version":"1.0.0","tag":"1.0.0","values":{},"registry":{{"metadata":{{"uid":"64eaff453040297344bcad5d","name":"Palette Registry","kind":"oci","isPrivate":true,"providerType":"pack","isSyncSupported":true}}}}}}"#,
            go_string(values)
        )
    };
    format!(
        r#"{{"metadata":{{"name":"métier \u003cferry\u003e","description":"😀","labels":{{}}}},"spec":{{"version":"1.0.0","template":{{"type":"add-on","cloudType":"all","packs":[{},{}]}},"variables":[]}}}}"#,
        pack("tide-tables", "pack:\n  namespace: tide\n"),
        pack("berth-plan", values)
    )
}

/// Line and column (code points) of a byte, both 1-based.
fn line_column(text: &str, byte: usize) -> (u32, u32) {
    let before = &text[..byte];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().expect("a line").chars().count() + 1;
    (line as u32, column as u32)
}

fn destination(yaml: &str) -> (tempfile::TempDir, Arc<Destination>) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("destination.yaml"), yaml).expect("written");
    let destination =
        Destination::load(folder.path(), DEFAULT_MAX_FILE_SIZE).expect("a destination");
    (folder, Arc::new(destination))
}

fn check(text: &str, destinations: &[Arc<Destination>]) -> Report {
    let outcome = check::check_source(
        Source::new("web.json", text),
        true,
        destinations,
        &CheckOptions::default(),
    );
    check::report(vec![outcome], destinations, &Settings::default())
}

/// Checks a profile whose values have a marked fault, and that its only finding of the rule lies between the marks.
fn assert_inner_fault(rule: &str, marked: &str, destinations: &[Arc<Destination>]) -> Finding {
    let start = marked.find(BEGIN).expect("a begin");
    let end = marked.find(END).expect("an end") - BEGIN.len_utf8();
    let values = marked.replace([BEGIN, END], "");
    let text = profile_with(&values);
    let report = check(&text, destinations);
    let mut findings = report
        .findings
        .into_iter()
        .filter(|finding| finding.rule.id == rule);
    let finding = findings
        .next()
        .unwrap_or_else(|| panic!("no {rule} in {values}"));
    assert!(findings.next().is_none(), "{rule} twice");

    let inner = finding.place.inner.clone().expect("an inner place");
    assert_eq!(
        (inner.range.start(), inner.range.end()),
        (start, end),
        "{rule}: inner bytes"
    );
    assert_eq!(
        (inner.start.line, inner.start.column),
        line_column(&values, start),
        "{rule}: inner start"
    );
    assert_eq!(
        (inner.end.line, inner.end.column),
        line_column(&values, end),
        "{rule}: inner end"
    );

    // What comes before the fault, encoded, lies before it in the file.
    let encoded_before = go_string(&values[..start]);
    let encoded_fault = go_string(&values[start..end]);
    let values_at = text.find("berth-plan").expect("the pack");
    let values_at = values_at
        + text[values_at..].find("\"values\":\"").expect("its values")
        + "\"values\":\"".len();
    let outer_start = values_at + encoded_before.len() - 2;
    let outer_end = outer_start + encoded_fault.len() - 2;
    let range = finding.place.range;
    assert_eq!(
        (range.start(), range.end()),
        (outer_start, outer_end),
        "{rule}: outer bytes"
    );
    let (line, column) = line_column(&text, outer_start);
    assert_eq!(
        (finding.place.start.line, finding.place.start.column),
        (line, column),
        "{rule}: outer start"
    );
    assert_eq!(finding.place.pointer, "/spec/template/packs/1/values");
    assert_eq!(finding.pack.as_deref(), Some("berth-plan"));
    finding
}

fn marked(line: &str) -> String {
    format!(
        "{NOISE}{}",
        line.replace('[', &BEGIN.to_string())
            .replace(']', &END.to_string())
    )
}

#[test]
fn faults_in_values_are_found_at_their_bytes() {
    let cases = [
        (
            "undefined-variable",
            "a: \"é {{ .spectro.var.[ports] }}\"\n",
        ),
        (
            "undefined-variable",
            "a: \"\\\"{{.spectro.var.[ports] | default \\\"x\\\"}}\"\n",
        ),
        (
            "undefined-variable",
            "a: |\n  é <b>\n    {{ .spectro.var.[ports] }}\n",
        ),
        (
            "undefined-variable",
            "a: >-\n  folded\n  {{ .spectro.var.[ports] }}\n\n  text\n",
        ),
        (
            "undefined-variable",
            "a: 'it''s {{ .spectro.var.[ports] }}'\n",
        ),
        (
            "undefined-variable",
            "a: plain {{ .spectro.var.[ports] }}\n",
        ),
        (
            "undefined-variable",
            "a: \"folded\n  over {{\n  .spectro.var.[ports] }} lines\"\n",
        ),
        (
            "undefined-variable",
            "\"{{ .spectro.var.[ports] }}\": key\n",
        ),
        (
            "undefined-variable",
            "- b: 1\n---\n- c: '{{ .spectro.var.[ports] }}'\n",
        ),
        (
            "malformed-reference",
            "a: \"😀 {{ .spectro.[macros].ports }}\"\n",
        ),
        (
            "unknown-system-macro",
            "a: \"😀\\n\\\"{{ .spectro.system.[cluster.nam] }}\"\n",
        ),
        (
            "unknown-function",
            "a: 'it''s 😀 {{ .spectro.macro.ports | [uper] }}'\n",
        ),
        ("masked-value", "a:\n  password: \"[********]\"\n"),
        ("masked-value", "a:\n  password: '[********]'\n"),
        ("masked-value", "a: {password: [********]}\n"),
        ("masked-value", "a:\n  password: |\n    [********]\n"),
        ("duplicate-key", "a: \"é\"\n\"b\": 1\n[a]: 2\n"),
        (
            "unquoted-reference",
            "é: 1\na: [{{ .spectro.system.cluster.name }}]\n",
        ),
        (
            "variable-in-pack-content",
            "pack:\n  content:\n    image: \"é {{ [.spectro.var.ports] }}\"\n",
        ),
        ("exposed-secret", "a: \"\\\"😀 [AKIAQ3EGRZ7XKWLM2PVT] <\"\n"),
        (
            "exposed-secret",
            "a: >\n  é\n  <[AKIAQ3EGRZ7XKWLM2PVT]>\n\n  b\n",
        ),
        ("leftover-placeholder", "a: 'it''s é [<KEY_ID>] &'\n"),
        (
            "leftover-placeholder",
            "a: |\n  é <b>\n  x=[_CHANGE_ME_]\n  y\n",
        ),
        (
            "unresolved-pack-reference",
            "a: '😀 {{ .spectro.pack.tide-tables.[pack.names.x] }}'\n",
        ),
    ];
    for (rule, line) in cases {
        // Block sequences cannot follow the mapping of the noise.
        let values = if line.starts_with('-') {
            marked(line).replace(NOISE, "# \"é\" \\ <😀>\n")
        } else {
            marked(line)
        };
        assert_inner_fault(rule, &values, &[]);
    }
}

#[test]
fn faults_against_a_destination_are_found_at_their_bytes() {
    let (_folder, destination) =
        destination("name: prod\nmacros: {project: {}, tenant: {harbour: x}, system: {}}\n");
    let destinations = [destination];
    let values = marked("a: \"\\u003c {{ .spectro.macro.[harbor] | upper }}\"\n");
    let finding = assert_inner_fault("missing-macro", &values, &destinations);
    assert_eq!(finding.destination.as_deref(), Some("prod"));
    assert_eq!(
        finding.help.as_deref(),
        Some("did you mean `harbour` (tenant scope)?")
    );
}

#[test]
fn faults_against_the_schema_of_a_pack_are_found_at_their_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let pack = folder.path().join("registries/Palette Registry/berth-plan");
    fs::create_dir_all(&pack).expect("created");
    let schema = "# é\nberth.count:\n  schema: '{{ required | format \"${number}\" }}'\nberth.name:\n  schema: \"{{readonly}}\"\n";
    for (name, text) in [
        ("pack.json", r#"{"name": "berth-plan", "version": "1.0.0"}"#),
        ("schema.yaml", schema),
        ("values.yaml", "berth:\n  name: pier\n"),
    ] {
        fs::write(pack.join(name), text).expect("written");
    }
    let destination = Destination::load(folder.path(), DEFAULT_MAX_FILE_SIZE);
    let destinations = [Arc::new(destination.expect("a destination"))];
    let cases = [
        ("missing-required-value", "[berth]: {é: 1}\n", "required"),
        (
            "missing-required-value",
            "berth: {é: 1, count: ['']}\n",
            "required",
        ),
        ("missing-required-value", "berth.count: [~]\n", "required"),
        (
            "value-format-mismatch",
            "berth: {count: \"[é <😀>]\"}\n",
            "format \"${number}\"",
        ),
        (
            "value-format-mismatch",
            "berth:\n  count: |\n    [two\\n]\n",
            "format \"${number}\"",
        ),
        (
            "changed-readonly-value",
            "berth: {count: 1, name: '[<quay>]'}\n",
            "readonly",
        ),
    ];
    for (rule, line, asked) in cases {
        let finding = assert_inner_fault(rule, &marked(line), &destinations);
        let related = &finding.related.first().expect("where it is asked").place;
        let start = schema.find(asked).expect("asked");
        assert_eq!(
            (related.range.start(), related.range.end()),
            (start, start + asked.len()),
            "{rule}: schema bytes"
        );
        assert_eq!(
            (related.start.line, related.start.column),
            line_column(schema, start),
            "{rule}: schema start"
        );
    }
}

#[test]
fn invalid_yaml_is_found_where_it_breaks() {
    let values = format!("{NOISE}a: [1, 2\nb: 3\n");
    let text = profile_with(&values);
    let report = check(&text, &[]);
    let [finding] = report.findings.as_slice() else {
        panic!("{:?}", report.findings);
    };
    assert_eq!(finding.rule.id, "invalid-values-yaml");
    let inner = finding.place.inner.as_ref().expect("an inner place");
    // The bracket is still open, so `b` is an item of it and cannot have a `:` after it.
    assert_eq!((inner.start.line, inner.start.column), (5, 2));
}

/// A fault in the envelope: what it is made of, and the pointer to it.
#[test]
fn faults_in_the_envelope_are_found_at_their_bytes() {
    type Change = fn(&mut Value);
    let cases: [(&str, &str, &str, Change); 20] = [
        ("malformed-version", "/spec/version", "v1.2 é", |profile| {
            profile["spec"]["version"] = json!("v1.2 é");
        }),
        ("malformed-name", "/metadata/name", "web ", |profile| {
            profile["metadata"]["name"] = json!("web ");
        }),
        (
            "schema-violation",
            "/spec/template/packs/1/version",
            "1.5",
            |profile| {
                profile["spec"]["template"]["packs"][1]["version"] = json!(1.5);
            },
        ),
        (
            "schema-violation",
            "/spec/template/type",
            "clustr",
            |profile| {
                profile["spec"]["template"]["type"] = json!("clustr");
            },
        ),
        (
            "unknown-field",
            "/spec/template/packs/0/colour",
            "colour",
            |profile| {
                profile["spec"]["template"]["packs"][0]["colour"] = json!("red");
            },
        ),
        (
            "repeated-pack",
            "/spec/template/packs/1/name",
            "tide-tables",
            |profile| {
                profile["spec"]["template"]["packs"][1]["name"] = json!("tide-tables");
            },
        ),
        (
            "mismatched-pack-type",
            "/spec/template/packs/1/type",
            "spectro",
            |profile| {
                profile["spec"]["template"]["packs"][1]["type"] = json!("spectro");
            },
        ),
        (
            "masked-value",
            "/spec/variables/0/defaultValue",
            "********",
            |profile| {
                profile["spec"]["variables"] =
                    json!([{"name": "pw", "isSensitive": true, "defaultValue": "********"}]);
                profile["spec"]["template"]["packs"][0]["values"] =
                    json!("a: '{{ .spectro.var.pw }}'");
            },
        ),
        (
            "misplaced-layer",
            "/spec/template/packs/1/layer",
            "cni",
            |profile| {
                profile["spec"]["template"]["packs"][1]["layer"] = json!("cni");
            },
        ),
        (
            "unknown-cloud-type",
            "/spec/template/cloudType",
            "AWS",
            |profile| {
                profile["spec"]["template"]["cloudType"] = json!("AWS");
            },
        ),
        (
            "repeated-manifest",
            "/spec/template/packs/0/manifests/1/name",
            "é",
            |profile| {
                profile["spec"]["template"]["packs"][0]["manifests"] =
                    json!([{"name": "é", "content": ""}, {"name": "é", "content": ""}]);
            },
        ),
        (
            "missing-pack-values",
            "/spec/template/packs/1/values",
            "\"\"",
            |profile| {
                profile["spec"]["template"]["packs"][1]["values"] = json!("");
            },
        ),
        (
            "ambiguous-label",
            "/metadata/labels/owner",
            ":",
            |profile| {
                profile["metadata"]["labels"] = json!({"owner": "é\n😀\":north"});
            },
        ),
        (
            "unused-variable",
            "/spec/variables/0/name",
            "pw",
            |profile| {
                profile["spec"]["variables"] = json!([{"name": "pw"}]);
            },
        ),
        (
            "invalid-variable-regex",
            "/spec/variables/0/regex",
            "(?!",
            |profile| {
                profile["spec"]["variables"] = json!([{"name": "a", "regex": "\"é\\d😀(?!x)"}]);
            },
        ),
        (
            "nested-variable",
            "/spec/variables/0/defaultValue",
            ".spectro.var.b",
            |profile| {
                profile["spec"]["variables"] = json!([{"name": "a", "defaultValue": "\"é\n😀 {{ .spectro.var.b }}"}, {"name": "b"}]);
            },
        ),
        (
            "invalid-variable-default",
            "/spec/variables/0/defaultValue",
            "yes",
            |profile| {
                profile["spec"]["variables"] =
                    json!([{"name": "é", "format": "boolean", "defaultValue": "yes"}]);
            },
        ),
        (
            "repeated-variable",
            "/spec/variables/1/name",
            "harbour",
            |profile| {
                profile["spec"]["variables"] = json!([{"name": "harbour"}, {"name": "harbour"}]);
            },
        ),
        (
            "invalid-dropdown",
            "/spec/variables/0/options/1/default",
            "true",
            |profile| {
                profile["spec"]["variables"] = json!([{"name": "a", "inputType": "dropdown", "options": [
                    {"value": "x", "default": true},
                    {"value": "y", "default": true},
                ]}]);
            },
        ),
        (
            "leftover-placeholder",
            "/metadata/description",
            "${SITE}",
            |profile| {
                profile["metadata"]["description"] = json!("\"é\n😀 ${SITE} b");
            },
        ),
    ];
    for (rule, pointer, fault, change) in cases {
        let mut profile: Value = serde_json::from_str(&profile_with(NOISE)).expect("a profile");
        change(&mut profile);
        let text = serde_json::to_string_pretty(&profile)
            .expect("JSON")
            .replace('\n', "\r\n");
        let report = check(&text, &[]);
        // What is only worth a warning may be found besides: a variable that nothing uses.
        let errors = |finding: &&Finding| finding.level == Level::Error || finding.rule.id == rule;
        let found: Vec<&Finding> = report.findings.iter().filter(errors).collect();
        let [finding] = found.as_slice() else {
            panic!("{rule}: {:?}", report.findings);
        };
        assert_eq!(finding.place.pointer, pointer, "{rule}");
        assert_eq!(finding.place.range.of(&text), fault, "{rule}");
        let start = finding.place.start;
        assert_eq!(
            (start.line, start.column),
            line_column(&text, finding.place.range.start()),
            "{rule}"
        );
    }
}

#[test]
fn faults_of_the_stack_at_a_destination_are_found_at_their_bytes() {
    let registries = "\
registries:
  - {name: Palette Registry, uid: a, kind: oci, providerType: pack, packs: {tide-tables: [\"0.9.0\"], shared: [\"1.0.0\"]}}
  - {name: Two, uid: b, kind: oci, providerType: pack, packs: {shared: [\"1.0.0\"]}}
  - {name: Closed Charts, uid: c, kind: helm, isSyncSupported: false}
profiles: [{name: \"métier <ferry>\", version: 1.0.0}]
";
    let (_folder, destination) = destination(&format!("name: prod\n{registries}"));
    let destinations = [destination];
    let mut profile: Value = serde_json::from_str(&profile_with(NOISE)).expect("a profile");
    let packs = profile["spec"]["template"]["packs"]
        .as_array_mut()
        .expect("packs");
    let mut shared = packs[0].clone();
    shared["name"] = json!("shared");
    shared["registry"]["metadata"]["name"] = json!("Elsewhere");
    let mut chart = shared.clone();
    chart["name"] = json!("chart");
    chart["type"] = json!("helm");
    chart["registry"]["metadata"]["kind"] = json!("helm");
    packs.extend([shared, chart]);
    let text = serde_json::to_string(&profile).expect("JSON");
    let report = check(&text, &destinations);
    let found: Vec<(&str, &str, &str)> = report
        .findings
        .iter()
        .map(|finding| {
            (
                finding.rule.id,
                finding.place.pointer.as_str(),
                finding.place.range.of(&text),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("duplicate-profile", "/metadata/name", "métier <ferry>"),
            (
                "missing-pack-version",
                "/spec/template/packs/0/tag",
                "1.0.0"
            ),
            ("missing-pack", "/spec/template/packs/1/name", "berth-plan"),
            (
                "ambiguous-registry",
                "/spec/template/packs/2/name",
                "shared"
            ),
            ("unverifiable-pack", "/spec/template/packs/3/name", "chart"),
        ]
    );
    for finding in &report.findings {
        let start = finding.place.start;
        assert_eq!(
            (start.line, start.column),
            line_column(&text, finding.place.range.start())
        );
    }
}

/// The numbers themselves, so that a mistake that the tool and this file share is seen.
#[test]
fn a_known_place_has_known_numbers() {
    let text = "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"version\":\"1.0.0\",\"template\":{\"type\":\"add-on\",\"packs\":[\n{\"name\":\"p\",\"type\":\"manifest\",\"layer\":\"addon\",\"values\":\"é: \\\"\\u003c\\\"\\nb: '{{ .spectro.var.x }}'\\n\"}]}}}";
    let report = check(text, &[]);
    let [finding] = report.findings.as_slice() else {
        panic!("{:?}", report.findings);
    };
    let place = &finding.place;
    let inner = place.inner.as_ref().expect("an inner place");
    assert_eq!((place.start.line, place.start.column), (2, 92));
    assert_eq!((place.end.line, place.end.column), (2, 93));
    assert_eq!((place.range.start(), place.range.end()), (181, 182));
    assert_eq!((inner.start.line, inner.start.column), (2, 21));
    assert_eq!((inner.end.line, inner.end.column), (2, 22));
    assert_eq!(inner.path, "/b");
}
