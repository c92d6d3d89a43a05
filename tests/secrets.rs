//! Secrets: planted in every place that holds some, and looked for in everything that is printed or written, in every
//! command and format. New commands and formats are found by themselves.

mod common;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use common::program::{commands, formats, program, said, tree};
use palette_knife::{base64, cli, credentials};
use serde_json::{Value, json};

/// What all secrets here begin with; in Base64 too.
const CANARY: &str = "c4nary";

/// A secret for one place, with characters that every layer must escape.
fn canary(place: &str) -> String {
    format!("{CANARY}-{place} \"q\" \\ <é> 'x': # 😀")
}

/// A secret that is one word, where nothing else can stand.
fn word(place: &str) -> String {
    format!("{CANARY}-{place}-Zk3xQ9vLm2Rt7Wb5")
}

fn encoded(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            out.push(if place <= chunk.len() {
                char::from(ALPHABET[(bits >> (18 - 6 * place)) as usize & 63])
            } else {
                '='
            });
        }
    }
    out
}

/// Tokens that are known by their shape, put together so that nobody's scanner takes this file for a leak.
fn tokens() -> Vec<String> {
    let body = "Zk3xQ9vLm2Rt7Wb5Np8Yc1Hd6Jf4Ga0SeUiOx2Kq9TzBvCnM5";
    let tokens = vec![
        format!("AK{}", "IAQ3EGRZ7XKWLM2PVT"),
        format!("gh{}_{}", "p", &body[..36]),
        format!("gl{}-{}", "pat", &body[..20]),
        format!("xo{}-{}-{}", "xb", "123456789012", &body[..24]),
        format!("AI{}{}", "za", &body[..35]),
        format!("ey{}.eyJ{}.{}", "JhbGciOiJIUzI1", &body[..20], &body[..30]),
        format!("h{}.{}", "vs", &body[..24]),
    ];
    for token in &tokens {
        assert_eq!(credentials::find(token).len(), 1, "{token}");
    }
    tokens
}

/// The parts of texts that must be in no output.
fn forbidden() -> Vec<String> {
    let mut forbidden = vec![
        CANARY.to_owned(),
        "Zk3xQ9v".to_owned(),
        "Q3EGRZ7".to_owned(),
    ];
    // Base64 of the word at each of the three places where it can begin, without the letters that others are in, too.
    for (lead, letters) in [("", 0..8), ("x", 2..9), ("xy", 3..10)] {
        forbidden.push(encoded(&format!("{lead}{CANARY}"))[letters].to_owned());
    }
    forbidden
}

struct Scene {
    folder: tempfile::TempDir,
}

impl Scene {
    /// Profiles with secrets in all that can hold them, a destination with some, a configuration, a baseline.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let scene = Self { folder };
        common::copy_folder(
            &common::fixtures().join("destinations/strict"),
            &scene.path("strict"),
        );
        scene.profiles();
        scene.destination();
        scene.secrets();
        scene.stand_ins();
        scene.write(
            "palette-knife.toml",
            "[rules]\nunused-variable = \"error\"\ncommented-reference = \"error\"\n",
        );
        scene.write("known.json", "{\"version\": 1, \"findings\": []}\n");
        scene
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    fn profiles(&self) {
        let tokens = tokens();
        let mut values = format!(
            "pack:\n  namespace: a\n  namespace: b\nauth:\n  password: {}\n  adminPassword: '{}'\n  token: |\n    {}\n    {}\n  url: https://crew:{}@db.example/x?a={{{{ .spectro.var.undefined }}}}\n  dsn: \"postgres://{}@db.example\" # password: {}\n  # apiToken: {}\n  masked: \"********\"\n  bad: {{{{ .Spectro.macro.x }}}}\n",
            json!(canary("value")),
            word("quoted"),
            word("block"),
            word("block-two"),
            word("url"),
            word("url-user-of-many-letters"),
            word("comment"),
            word("comment-line"),
        );
        for (number, token) in tokens.iter().enumerate() {
            values += &format!(
                "  t{number}: {token}\n  # see {token} for {{{{ .spectro.var.t{number} }}}}\n  k{number}: '{{{{ .spectro.var.gone }}}} {token}'\n"
            );
        }
        let header = |what: &str| format!("-----{what} {} PRIVATE {}-----", "RSA", "KEY");
        values += &format!(
            "  pem: |\n    {}\n    {}\n    {}\n",
            header("BEGIN"),
            word("pem").repeat(3).replace('-', ""),
            header("END")
        );
        // What a fix would write again.
        values += &format!(
            "  inline: {{password: {} {{{{ .spectro.macro.gone }}}} }}\n  {}: {{{{ .spectro.macro.gone }}}}{}\n",
            word("inline"),
            "clientSecret",
            word("unquoted")
        );
        values += &format!(
            "  passwords:\n  - {} # {{{{ .spectro.macro.gone }}}}\n  env:\n  - name: DB_PASSWORD\n    value: \"{} {{{{ .spectro.macro.gone }}}}\"\n  - {{name: API_TOKEN, value: {}}} # {{{{ .spectro.macro.gone }}}}\n",
            word("listed"),
            word("env"),
            word("env-inline")
        );
        values += &format!(
            "  app.ini: |\n    [db]\n    password = {} {{{{ .spectro.macro.gone }}}}\n    export API_KEY={}\n    {{{{ .spectro.macro.gone }}}}\n    token: {}\n",
            word("ini"),
            word("exported"),
            word("yaml-in-yaml")
        );
        values += &format!(
            "  aliased: &hidden {}\n  secretKey: *hidden\n",
            word("aliased")
        );
        let manifest = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  {}\n  login: {}\n  login: {}\ndata:\n  code: {}\n  bad: {}!\n",
            format_args!(
                "nested: \"{{{{ .spectro.var.undefined }}}} {}\"",
                word("nested")
            ),
            word("string-data"),
            word("string-data-again"),
            encoded(&canary("data")),
            encoded(&word("data-bad")),
        );
        let broken = format!(
            "password: '{}\nb: 1\n  c: [\ntoken: \"{} \\q\"\n",
            word("broken"),
            word("broken-quoted")
        );
        let pack = |name: &str, values: &str| {
            json!({
                "name": name, "type": "spectro", "layer": "addon", "version": "7.12.9", "tag": "7.12.9", "values": values,
                "registry": {"metadata": {"uid": "1", "name": "Palette Registry", "kind": "oci", "isPrivate": true, "providerType": "pack", "isSyncSupported": true}},
                "manifests": [{"name": "m", "content": manifest}],
                "password": word("unknown-field"),
            })
        };
        let variable = |name: &str, secret: &str, more: Value| {
            let mut variable = json!({"name": name, "displayName": name, "format": "number", "regex": "^[0-9]$", "isSensitive": true, "defaultValue": secret});
            variable
                .as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("an object").clone());
            variable
        };
        let profile = |name: &str, packs: &[Value]| {
            json!({
                "metadata": {"name": name, "description": format!("see {}", tokens[1]), "labels": {"apiToken": word("label"), "owner": tokens[2]}},
                "spec": {
                    "version": "1.0.0",
                    "template": {"type": "add-on", "cloudType": "all", "packs": packs},
                    "variables": [
                        variable("door", &canary("default"), json!({})),
                        variable("gate", &word("default-of-type"), json!({"inputType": "dropdown", "options": [{"value": word("option"), "label": word("option-label")}, {"value": word("option"), "label": ""}]})),
                        variable("adminPassword", &word("by-name"), json!({"isSensitive": false})),
                        variable("pin", "", json!({"defaultValue": {"a": word("object")}})),
                        variable("door", &tokens[3], json!({"isSensitive": false, "format": "string"})),
                    ],
                    "secretKey": word("envelope"),
                },
            })
        };
        let all = profile(
            "all",
            &[
                pack("oauth2-proxy", &values),
                pack("oauth2-proxy", &values),
                pack("config", &broken),
            ],
        );
        let pretty = serde_json::to_string_pretty(&all).expect("JSON");
        self.write("in/all.json", &pretty);
        self.write(
            "in/line.json",
            &all.to_string()
                .replace("\"name\":\"all\"", "\"name\":\"line\""),
        );
        self.write("in/cut.json", &pretty[..pretty.len() - 200]);
        // Broken in the middle of the values.
        for (number, at) in ["  bad:", "  # apiToken", "  masked"]
            .into_iter()
            .enumerate()
        {
            let broken = pretty.replacen(at, &format!("\\q{at}"), 1);
            assert_ne!(broken, pretty);
            self.write(&format!("in/broken-{number}.json"), &broken);
        }
        self.write("in/cut.yaml", &format!("metadata: {{name: cut}}\nspec: {{template: {{packs: [], password: {}}}}}\ntoken: '{}\n", word("cut"), word("cut-quote")));
        self.write(
            "in/all.yaml",
            &pretty.replace("\"name\": \"all\"", "\"name\": \"yaml\""),
        );
        self.write("in/block.yaml", &format!(
            "metadata: {{name: block}} # token: {}\nspec:\n  version: 1.0.0\n  template:\n    type: add-on\n    cloudType: all\n    packs:\n    - name: oauth2-proxy\n      type: spectro\n      layer: addon\n      version: 7.12.9\n      tag: 7.12.9\n      values: |\n        password: {}\n        url: https://a:{}@b.example # {}\n        bad: {{{{ .Spectro.macro.x }}}}\n  variables:\n  - {{name: a, isSensitive: true, defaultValue: {}}}\n",
            word("yaml-comment"), word("yaml-block"), word("yaml-url"), tokens[4], word("yaml-default"),
        ));
        // What a rewrite can fill in.
        let masked = json!({"name": "manifest", "type": "manifest", "layer": "addon", "version": "1.0.0", "values": "password: ********\nother: ********\nalso:\n  clientSecret: \"********\"\n  url: '{{ .spectro.var.asked }}'\n"});
        let mut masked = profile("masked", &[masked]);
        masked["metadata"]["labels"] = json!({});
        masked["metadata"]["description"] = "".into();
        masked["spec"]["variables"] = json!([variable(
            "asked",
            "********",
            json!({"format": "string", "regex": ""})
        )]);
        masked["spec"]
            .as_object_mut()
            .expect("an object")
            .remove("secretKey");
        self.write("in/masked.json", &masked.to_string());
        self.write(
            "in/masked.yaml",
            &serde_json::to_string_pretty(&masked)
                .expect("JSON")
                .replace("\"masked\"", "\"masked-yaml\""),
        );
    }

    /// A profile with texts that stand in for values, and values that make secrets of some.
    fn stand_ins(&self) {
        let values = "dbPassword: <DB_WORD>\nurl: https://crew:<URL_WORD>@db.example\nheader: Bearer <HEADER_WORD>\nconf: |\n  password: <INI_WORD>\n";
        let profile = json!({
            "metadata": {"name": "stand-ins", "description": "https://crew:<TOLD_WORD>@db.example"},
            "spec": {
                "version": "1.0.0",
                "template": {
                    "type": "add-on",
                    "cloudType": "all",
                    "packs": [{"name": "manifest", "type": "manifest", "layer": "addon", "version": "1.0.0", "values": values}],
                },
            },
        });
        self.write("given/stand-ins.json", &profile.to_string());
        let given = json!({"placeholders": {
            "<DB_WORD>": word("db"),
            "<URL_WORD>": word("given-url"),
            "<HEADER_WORD>": tokens()[1],
            "<INI_WORD>": word("given-ini"),
            "<TOLD_WORD>": word("told"),
        }});
        self.write("values.yaml", &given.to_string());
    }

    fn destination(&self) {
        self.write(
            "strict/macros/system.yaml",
            &format!(
                "adminPassword: {}\nkube: {}\n",
                json!(canary("macro")),
                word("macro")
            ),
        );
        self.write("strict/macros/tenant.json", &json!({"macros": [{"name": "token", "value": word("tenant")}, {"name": "x", "value": canary("x"), "token": word("beside")}]}).to_string());
        self.write(
            "strict/profiles/broken.json",
            &format!(
                "{{\"token\": \"{}\", \"password\": \"{}",
                word("cut-there"),
                word("cut-there-too")
            ),
        );
        self.write(
            "strict/profiles/odd.yaml",
            &format!("password: {}\ntoken: '{}", word("odd"), word("odd-quote")),
        );
        self.write("strict/registries/r/registry.json", &json!({"metadata": {"name": "R", "uid": "5"}, "spec": {"endpoint": format!("https://u:{}@r.example", word("endpoint")), "password": word("registry"), "auth": {"token": word("auth")}}}).to_string());
        let packs = self.path("strict/registries/halvard-packs/packs/oauth2-proxy-7.12.9");
        let schema = packs.join("schema.yaml");
        let schema_text = fs::read_to_string(&schema).expect("a schema");
        fs::write(
            &schema,
            format!(
                "{schema_text}auth.masked:\n  schema: '{{{{ required | format \"password\" }}}}'\n"
            ),
        )
        .expect("written");
        let values = packs.join("values.yaml");
        let values_text = fs::read_to_string(&values).expect("values");
        fs::write(
            &values,
            format!(
                "{values_text}\nauth: {{password: {}, url: 'https://a:{}@b.example'}}\n",
                word("own-values"),
                word("own-url")
            ),
        )
        .expect("written");
    }

    fn secrets(&self) {
        let given = |name: &str| {
            json!({
                "packs": {"manifest": {"password": canary("filled"), "other": "env:CANARY_ONE", "also.clientSecret": "env:CANARY_TWO", "no.such.path": word("unused")}},
                "variables": {"asked": word("variable"), "not-there": word("unused-variable")},
            }).as_object().map(|given| (name.to_owned(), Value::Object(given.clone()))).expect("an object")
        };
        let profiles: serde_json::Map<String, Value> =
            [given("masked"), given("masked-yaml@1.0.0"), given("nobody")]
                .into_iter()
                .collect();
        let good = json!({"profiles": profiles}).to_string();
        self.write("secrets.json", &good);
        self.write("secrets.yaml", &good);
        let mut bad = vec![
            good.replacen("\"packs\"", "\"pakcs\"", 1),
            good.replacen(
                "\"other\":\"env:CANARY_ONE\"",
                &format!("\"other\":[\"{}\"]", word("list")),
                1,
            ),
            good[..good.len() - 30].to_owned(),
            format!("profiles: {{masked: {}}}\n", word("text")),
            format!(
                "profiles:\n  masked:\n    packs: {{manifest: {{password: {}}}}}\n   variables: '{}\n",
                word("bad"),
                word("bad-quote")
            ),
            word("only"),
        ];
        bad.push(good.replace("env:CANARY_ONE", "env:CANARY_NOT_SET"));
        bad.push(good.replace("env:CANARY_ONE", "env:CANARY_BYTES"));
        for (number, text) in bad.iter().enumerate() {
            self.write(&format!("bad-{number}.yaml"), text);
        }
        #[cfg(unix)]
        for file in fs::read_dir(self.folder.path()).expect("a folder") {
            use std::os::unix::fs::PermissionsExt as _;
            let path = file.expect("an entry").path();
            if path.is_file() {
                fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a mode");
            }
        }
    }

    fn program(&self) -> Command {
        let mut command = program();
        command
            .current_dir(self.folder.path())
            .env("CANARY_ONE", canary("environment"))
            .env("CANARY_TWO", word("environment"))
            .env("RUST_BACKTRACE", "full");
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt as _;
            let bytes = [CANARY.as_bytes(), b"\xff"].concat();
            command.env("CANARY_BYTES", std::ffi::OsStr::from_bytes(&bytes));
        }
        command
    }

    fn run(&self, args: &[String]) -> Output {
        let output = self.program().args(args).output().expect("it runs");
        let said = said(&output);
        assert!(
            output.status.code().is_some_and(|code| code <= 2),
            "{args:?}: {said}"
        );
        for forbidden in forbidden() {
            let at = said.find(&forbidden);
            let around = at.map(|at| {
                said.get(
                    said.floor_char_boundary(at.saturating_sub(300))
                        ..said.floor_char_boundary(at + 200),
                )
            });
            assert_eq!(around, None, "{args:?} shows `{forbidden}`");
        }
        output
    }
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// What is run of each command. A command that is not known here makes the test fail: say how to call it.
fn invocations(command: &str) -> Vec<String> {
    let inputs = [
        "in",
        "in/all.json",
        "in/line.json",
        "in/cut.json",
        "in/cut.yaml",
        "in/all.yaml",
        "in/block.yaml",
        "in/masked.json",
        "in/masked.yaml",
        "written",
        "secrets.yaml",
        "strict",
    ];
    let mut lines = Vec::new();
    match command {
        "check" => {
            for input in inputs {
                lines.push(format!("check {input}"));
                lines.push(format!(
                    "check {input} --to strict --baseline known.json --rule destination=error"
                ));
                lines.push(format!(
                    "check {input} --rule constraints=info --color always --no-config"
                ));
            }
            lines.push("check in --to strict --write-baseline baseline.json".to_owned());
            let outputs = formats("check").into_iter();
            let outputs: String = outputs
                .map(|format| format!(" --output {format}=report.{format}"))
                .collect();
            lines.push(format!("check in --to strict{outputs}"));
            lines.push("check in --show-config".to_owned());
            for bad in ["secrets.yaml", "in/all.json", "in/cut.yaml"] {
                lines.push(format!("check in --baseline {bad}"));
                lines.push(format!("check in --config {bad}"));
            }
        }
        "rewrite" => {
            for input in inputs {
                for more in [
                    "--diff",
                    "--diff --allow-masked",
                    "-o out",
                    "-o out-yaml --to-format yaml --allow-masked",
                    "-o out-json --to-format json",
                ] {
                    lines.push(format!(
                        "rewrite {input} --to plain --secrets secrets.yaml {more}"
                    ));
                }
            }
            for number in 0..8 {
                lines.push(format!(
                    "rewrite in --to plain --secrets bad-{number}.yaml --diff"
                ));
                lines.push(format!(
                    "rewrite in --to plain --secrets bad-{number}.yaml -o out"
                ));
            }
            lines.push("rewrite in --to plain --secrets in/all.json --diff".to_owned());
            for more in ["--diff", "-o out", "--diff --to-format yaml"] {
                lines.push(format!(
                    "rewrite given --to plain --values values.yaml {more}"
                ));
            }
            lines.push(format!(
                "rewrite given --to plain --diff --set DB_WORD={} --set DB_WORD={}",
                word("set"),
                word("set-again")
            ));
            // A destination with faults of its own is not used.
            lines.push("rewrite in --to strict --secrets secrets.yaml --diff".to_owned());
            lines.push("rewrite in --to secrets.yaml --diff".to_owned());
            lines.push("rewrite in --to in --diff".to_owned());
        }
        "plan" => {
            for input in inputs {
                let plan = format!("plan {input} --to plain --details");
                lines.push(format!("{plan} --secrets secrets.yaml"));
                lines.push(plan);
            }
            lines.push("plan given --to plain --values values.yaml --details".to_owned());
            lines.push("plan in --to strict --secrets secrets.yaml".to_owned());
            lines.push("plan in --to plain --secrets secrets.yaml --write-todo todo".to_owned());
            lines.push("plan in --to plain --answers todo --details".to_owned());
        }
        "diff" => {
            for other in [
                "in/line.json",
                "in/all.yaml",
                "in/cut.json",
                "in/block.yaml",
            ] {
                lines.push(format!("diff in/all.json {other}"));
                lines.push(format!("diff {other} in/masked.json"));
            }
            lines.push("diff in written".to_owned());
            lines.push("diff in/masked.json written/masked.json".to_owned());
        }
        "destination init" => lines.push("destination init made --name made".to_owned()),
        "destination add" => {
            for input in inputs {
                lines.push(format!("destination add made {input}"));
                lines.push(format!("destination add made {input} --as tenant-macros"));
            }
            let macros = "strict/macros/tenant.json strict/macros/system.yaml";
            lines.push(format!("destination add made {macros} --as system-macros"));
        }
        "destination check" => lines.push("destination check strict made".to_owned()),
        "destination show" => {
            lines.push("destination show strict".to_owned());
            lines.push("destination show strict --pack oauth2-proxy".to_owned());
        }
        "explain" => lines.push("explain exposed-secret".to_owned()),
        "rules" => lines.push("rules".to_owned()),
        "schema" => lines.push("schema".to_owned()),
        "completions" => lines.push("completions bash".to_owned()),
        "man" => lines.push("man".to_owned()),
        other => panic!("say in {} how `{other}` is called", file!()),
    }
    lines
}

#[test]
fn no_output_of_any_command_holds_a_secret() {
    let scene = Scene::new();
    // What a rewrite wrote holds the secrets, and is an input like others.
    let destination = scene.path("plain");
    common::copy_folder(
        &common::fixtures().join("destinations/strict"),
        &destination,
    );
    let write =
        "rewrite in/masked.json in/masked.yaml --to plain --secrets secrets.yaml -o written";
    let filled = said(&scene.run(&words(write)));
    let written = fs::read_to_string(scene.path("written/masked.json")).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for command in commands() {
        let mut formats: Vec<String> = formats(&command)
            .into_iter()
            .map(|format| format!(" --format {format}"))
            .collect();
        formats.push(String::new());
        for line in invocations(&command) {
            for format in &formats {
                let output = scene.run(&words(&(line.clone() + format)));
                seen.extend(said(&output).split(['[', ']', '"']).map(str::to_owned));
            }
        }
    }
    // Fixes are shown and made, and shown again when made.
    for line in [
        "check in --diff --unsafe-fixes",
        "check in --to strict --diff",
        "check in --fix --unsafe-fixes",
        "check in --format json",
        "check in",
    ] {
        scene.run(&words(line));
    }
    // What was filled in is there, for its owner.
    let filled_in = scene.path("out/stand-ins.json");
    let text = fs::read_to_string(&filled_in).expect("a result");
    for place in ["db", "given-url", "given-ini", "told"] {
        assert!(text.contains(&word(place)), "{place}: {text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let mode = fs::metadata(&filled_in).expect("a result").mode() & 0o777;
        assert_eq!(mode, 0o600);
    }
    // Files that the program wrote besides results of `rewrite`.
    let reports = formats("check").into_iter();
    let reports = reports.map(|format| format!("report.{format}"));
    let reports = reports.chain(["baseline.json".to_owned()]);
    let reports = reports.map(|name| {
        let bytes = fs::read(scene.path(&name)).expect("a report");
        (name, bytes)
    });
    // The secrets that are known already stand in the file for all of them, which its owner alone can read.
    let todo = tree(&scene.path("todo"));
    assert!(
        todo.iter()
            .any(|(name, _)| name.ends_with("secrets.template.yaml"))
    );
    // Of answers that are filed, what may be secret is left out.
    let made = tree(&scene.path("made"));
    assert!(made.iter().any(|(name, _)| name.starts_with("macros/")));
    let others = todo
        .into_iter()
        .filter(|(name, _)| !name.ends_with("secrets.template.yaml"));
    for (name, bytes) in reports.chain(others).chain(made) {
        let text = String::from_utf8(bytes).expect("UTF-8");
        for forbidden in forbidden() {
            assert!(!text.contains(&forbidden), "{forbidden} in {name}");
        }
    }
    // The test would show nothing if nothing had been found at these places.
    for rule in [
        "exposed-secret",
        "masked-value",
        "invalid-values-yaml",
        "unquoted-reference",
        "duplicate-key",
        "schema-violation",
        "syntax-error",
        "unknown-field",
        "undefined-variable",
        "malformed-reference",
        "invalid-variable-default",
        "invalid-dropdown",
        "ambiguous-label",
        "repeated-variable",
        "foreign-host",
        "<redacted>",
    ] {
        assert!(
            seen.iter().any(|text| text.contains(rule)),
            "{rule} is never seen"
        );
    }
    assert!(written.contains(CANARY), "nothing was filled in: {filled}");
}

#[test]
fn standard_input_shows_no_secret_either() {
    let scene = Scene::new();
    for (input, name) in [
        ("in/all.json", "x.json"),
        ("in/block.yaml", "x.yaml"),
        ("in/cut.json", "<stdin>"),
    ] {
        for format in formats("check") {
            let text = fs::File::open(scene.path(input)).expect("a file");
            let mut command = scene.program();
            command
                .args(["check", "-", "--stdin-filename", name, "--format", &format])
                .stdin(text);
            let said = said(&command.output().expect("it runs"));
            for forbidden in forbidden() {
                assert!(
                    !said.contains(&forbidden),
                    "{input} {format}: {forbidden}: {said}"
                );
            }
        }
    }
}

#[test]
fn a_crash_tells_where_and_not_what() {
    let text = canary("panic");
    let told = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let heard = std::sync::Arc::clone(&told);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        *heard.lock().expect("a lock") = cli::crash_message(info);
    }));
    let crash = std::panic::catch_unwind(|| panic!("{text}"));
    std::panic::set_hook(before);
    assert!(crash.is_err());
    let told = told.lock().expect("a lock").clone();
    assert!(
        told.starts_with("internal error at tests/secrets.rs:"),
        "{told}"
    );
    assert!(!told.contains(CANARY), "{told}");
}

#[test]
fn what_is_looked_for_is_there_to_be_found() {
    assert_eq!(encoded("abcd"), "YWJjZA==");
    let decoded = base64::decode(&encoded(&canary("x")));
    assert_eq!(decoded.as_deref(), Some(canary("x").as_bytes()));
    let long = encoded(&format!("some words before {}", word("x")));
    assert!(forbidden().iter().any(|part| long.contains(part)), "{long}");
    assert!(Path::new(file!()).exists());
}
