//! Files made to break the program: each gets findings or a clean error, in bounded time and memory, and nothing is
//! written outside of the output folder.
//!
//! The files are small enough here for a debug build. `PALETTE_KNIFE_SIZE` says how large they are instead, in percent of
//! what the limit on files lets them be: `PALETTE_KNIFE_SIZE=100 cargo test --release --test adversarial`.

#![cfg(unix)]

mod common;

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

use common::{
    hostile::{self, LIMITS, NAMES, alias_bomb, asked_size, lines, some},
    program::{formats, limited, said, tree},
};
use rayon::prelude::*;
use serde_json::{Value, json};

fn profile(name: &str, packs: &[Value], variables: &[Value]) -> Value {
    json!({
        "metadata": {"name": name, "description": "", "labels": {}},
        "spec": {
            "version": "1.0.0",
            "template": {"type": "add-on", "cloudType": "all", "packs": packs},
            "variables": variables,
        },
    })
}

fn pack(name: &str, values: &str) -> Value {
    json!({
        "name": name, "type": "oci", "layer": "addon", "version": "1.0.0", "tag": "1.0.0", "values": values,
        "registry": {"metadata": {"uid": "5eecc89d0b150045ae661cef", "name": "Palette Registry", "kind": "oci",
            "isPrivate": true, "providerType": "pack", "isSyncSupported": true}},
    })
}

fn with_values(values: &str) -> Vec<u8> {
    profile("p", &[pack("a", values)], &[])
        .to_string()
        .into_bytes()
}

const YAML_HEAD: &str =
    "metadata: {name: p}\nspec:\n  version: 1.0.0\n  template:\n    type: add-on\n    packs: []\n";

type Files = BTreeMap<&'static str, (&'static str, Vec<u8>)>;

/// Nothing but brackets, aliases and anchors.
fn structures() -> Files {
    let mut files = Files::new();
    let depth = some(20_000_000, 100_000);
    let mut add = |what, file, text: String| {
        files.insert(what, (file, text.into_bytes()));
    };
    add("open arrays", "a.json", "[".repeat(depth));
    add("open objects", "a.json", "{\"a\":".repeat(depth / 4));
    add("open sequences in flow", "a.yaml", "[".repeat(depth));
    add("open mappings in flow", "a.yaml", "{a: ".repeat(depth / 4));
    add("sequences in sequences", "a.yaml", "- ".repeat(depth / 2));
    add("explicit keys", "a.yaml", "? ".repeat(depth / 2));
    let steps = some(8_000, 1_000);
    add(
        "a staircase",
        "a.yaml",
        lines(steps, |step| format!("{}a:", " ".repeat(step))),
    );
    add("brackets in values", "a.json", {
        String::from_utf8(with_values(&"[".repeat(depth))).expect("UTF-8")
    });
    add("a staircase in values", "a.json", {
        let stairs = lines(steps, |step| format!("{}a:", " ".repeat(step)));
        String::from_utf8(with_values(&stairs)).expect("UTF-8")
    });
    add("braces in values", "a.json", {
        String::from_utf8(with_values(&format!("a: {}", "{".repeat(depth)))).expect("UTF-8")
    });
    add("parentheses in a reference", "a.json", {
        let text = format!("a: '{{{{ {} .spectro.var.x }}}}'\n", "(".repeat(depth));
        String::from_utf8(with_values(&text)).expect("UTF-8")
    });
    add("pipes in a reference", "a.json", {
        let text = format!(
            "a: '{{{{ .spectro.var.x {}}}}}'\n",
            "| upper ".repeat(depth / 8)
        );
        String::from_utf8(with_values(&text)).expect("UTF-8")
    });
    add("keys in a reference", "a.json", {
        let text = format!("a: '{{{{ .spectro.pack.a{} }}}}'\n", ".b".repeat(depth / 8));
        String::from_utf8(with_values(&text)).expect("UTF-8")
    });
    for (what, merge) in [("aliases of aliases", false), ("merged merges", true)] {
        add(
            what,
            "a.yaml",
            format!("{YAML_HEAD}x:\n{}", alias_bomb("  ", merge)),
        );
    }
    add("aliases of aliases where packs are", "a.yaml", {
        let bomb = alias_bomb("", false);
        format!(
            "metadata: {{name: p}}\n{bomb}spec: {{version: 1.0.0, template: {{packs: *a39}}, variables: *a39}}\n"
        )
    });
    add("merged merges where packs are", "a.yaml", {
        let bomb = alias_bomb("", true);
        format!(
            "metadata: *a39\n{bomb}spec: {{version: 1.0.0, template: {{<<: *a39, packs: [*a39]}}}}\n"
        )
    });
    add("aliases of aliases in values", "a.json", {
        String::from_utf8(with_values(&alias_bomb("", false))).expect("UTF-8")
    });
    add("merged merges in values", "a.json", {
        String::from_utf8(with_values(&alias_bomb("", true))).expect("UTF-8")
    });
    add("merge keys in merge keys", "a.json", {
        let (open, close) = ("{<<: ".repeat(100), "}".repeat(100));
        let keys = (0..some(2_000_000, 2_000)).map(|number| format!("k{number}: x"));
        let keys = keys.collect::<Vec<_>>().join(", ");
        String::from_utf8(with_values(&format!("a: {open}{{{keys}}}{close}"))).expect("UTF-8")
    });
    add(
        "an alias of itself",
        "a.yaml",
        format!("{YAML_HEAD}x: &x [*x, {{<<: *x}}]\n"),
    );
    let anchors = some(1_000_000, 10_000);
    add("anchors", "a.yaml", {
        let list = lines(anchors, |number| format!("- &a{number} password: x"));
        let aliases = lines(anchors, |number| format!("- {{k: *a{number}, token: *a0}}"));
        format!("{YAML_HEAD}x:\n{list}{aliases}")
    });
    add("anchors in values", "a.json", {
        let list = lines(anchors / 2, |number| {
            format!("- &a{number} {{password: x, url: '{{{{ .spectro.var.x }}}}'}}")
        });
        let aliases = lines(anchors / 2, |number| {
            format!("- {{k: *a{number}, token: *a0}}")
        });
        String::from_utf8(with_values(&(list + &aliases))).expect("UTF-8")
    });
    add("aliases without anchors", "a.json", {
        let list = lines(anchors / 2, |number| format!("- password: *a{number}"));
        String::from_utf8(with_values(&list)).expect("UTF-8")
    });
    add("documents", "a.yaml", "---\na: 1\n".repeat(anchors));
    add("documents in values", "a.json", {
        String::from_utf8(with_values(
            &"---\nkind: Secret\ndata: {a: b}\n".repeat(anchors / 4),
        ))
        .expect("UTF-8")
    });
    add("profiles in one file", "a.yaml", {
        format!("---\n{YAML_HEAD}").repeat(some(300_000, 2_000))
    });
    files
}

/// Bytes and characters that no text should have.
fn characters() -> Files {
    let mut files = Files::new();
    let pretty =
        serde_json::to_string_pretty(&profile("p", &[pack("a", "k: ********\nm: 1\n")], &[]))
            .expect("JSON");
    let yaml = format!("{YAML_HEAD}x: 1\n");
    let in_middle = |text: &str, odd: &[u8]| {
        let middle = text.find("spec").expect("a spec");
        [&text.as_bytes()[..middle], odd, &text.as_bytes()[middle..]].concat()
    };
    for (json, in_yaml, odd) in [
        (
            "overlong UTF-8",
            "overlong UTF-8 in YAML",
            &b"\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf"[..],
        ),
        (
            "surrogates in UTF-8",
            "surrogates in UTF-8 in YAML",
            b"\xed\xa0\x80\xed\xb0\x80",
        ),
        (
            "beyond Unicode",
            "beyond Unicode in YAML",
            b"\xf4\x90\x80\x80\xff\xfe",
        ),
        ("NUL", "NUL in YAML", b"\0\0"),
        (
            "a byte order mark in the middle",
            "a byte order mark in the middle of YAML",
            b"\xef\xbb\xbf",
        ),
        (
            "an escape sequence",
            "an escape sequence in YAML",
            b"\x1b[2J\x07\x08",
        ),
        ("lone CR", "lone CR in YAML", b"\r\r"),
    ] {
        files.insert(json, ("a.json", in_middle(&pretty, odd)));
        files.insert(in_yaml, ("a.yaml", in_middle(&yaml, odd)));
    }
    files.insert(
        "CR for line ends",
        ("a.json", pretty.replace('\n', "\r").into_bytes()),
    );
    files.insert(
        "CR for line ends in YAML",
        ("a.yaml", yaml.replace('\n', "\r").into_bytes()),
    );
    files.insert(
        "CRLF for line ends",
        ("a.json", pretty.replace('\n', "\r\n").into_bytes()),
    );
    files.insert(
        "CRLF for line ends in YAML",
        ("a.yaml", yaml.replace('\n', "\r\n").into_bytes()),
    );
    let surrogates = pretty
        .replace("\"p\"", r#""\ud800""#)
        .replace("********", r"\udc00\ud800 ****");
    files.insert("lone surrogates", ("a.json", surrogates.into_bytes()));
    let utf_16 = pretty.encode_utf16().flat_map(u16::to_le_bytes).collect();
    files.insert("UTF-16", ("a.json", utf_16));
    files.insert("NUL only", ("a.json", vec![0; some(60_000_000, 100_000)]));
    files.insert("nothing", ("a.yaml", Vec::new()));
    files.insert(
        "controls in values",
        ("a.json", {
            let all: String = (0..0xa0_u32)
                .chain(0x2000..0x2070)
                .filter_map(char::from_u32)
                .collect();
            with_values(&format!(
                "a: \"{}\"\nb: 1\nb: {{{{ .spectro.var.{all} }}}}\n",
                all.replace(['"', '\\', '\n', '\r'], "")
            ))
        }),
    );
    files
}

/// Too much of one thing.
fn amounts() -> Files {
    let mut files = Files::new();
    let long = some(50_000_000, 300_000);
    let mut add = |what, file, text: Vec<u8>| {
        files.insert(what, (file, text));
    };
    let digits = "9".repeat(long / 10);
    add(
        "a huge number",
        "a.json",
        profile("p", &[], &[])
            .to_string()
            .replace("{}", &digits)
            .into_bytes(),
    );
    add("huge numbers in YAML", "a.yaml", {
        format!("{YAML_HEAD}a: {digits}\nb: 0x{digits}\nc: 1e{digits}\nd: -.{digits}\ne: 1:{digits}:59\nf: 0o{}\n", "7".repeat(long / 10)).into_bytes()
    });
    add("huge numbers everywhere", "a.json", {
        let text = profile(
            "p",
            &[pack("a", &format!("a: {digits}\nb: 1e{digits}\n"))],
            &[],
        )
        .to_string();
        text.replace("\"1.0.0\"", "1e999999999999").into_bytes()
    });
    add("a long version", "a.json", {
        let text = profile("p", &[pack("a", "a: 1\n")], &[]).to_string();
        text.replace("1.0.0", &format!("1.{digits}.0-{}", "a.".repeat(long / 20)))
            .into_bytes()
    });
    for (what, part) in [
        ("a long line", "x"),
        ("a long line of words", "é \\u00e9 "),
        ("a long line of templates", "{{ .spectro.var.é }} "),
        ("a long line of secrets", "password: x "),
        ("a long line of stand-ins", "changeme "),
        (
            "a long line of stand-ins and templates",
            "changeme {{ x }} ",
        ),
        ("a long line of underscores", "_"),
    ] {
        let line = part.repeat(long / part.len());
        add(
            what,
            "a.json",
            with_values(&format!(
                "a: 1\nb: {line}\nc: ********\nd: {{{{ .spectro.var.x }}}}\n"
            )),
        );
    }
    for (what, part) in [
        ("a long default of credentials", "AKIAABCDEFGHIJKLMNOP "),
        ("a long default of references", "{{ .spectro.var.x }} "),
    ] {
        let default = format!("\n{}", part.repeat(long / part.len()));
        let variable = json!({"name": "x", "format": "string", "defaultValue": default});
        add(
            what,
            "a.json",
            profile("p", &[pack("a", "a: 1\n")], &[variable])
                .to_string()
                .into_bytes(),
        );
    }
    add("a long line behind those of a known text", "a.json", {
        let known = lines(100, |number| format!("key-of-a-known-text-{number}: 1"));
        let longer = format!("{known}b: x{}", "\"".repeat(long / 3));
        profile("p", &[pack("a", &known), pack("b", &longer)], &[])
            .to_string()
            .into_bytes()
    });
    add(
        "long lines in YAML",
        "a.yaml",
        format!(
            "{YAML_HEAD}a: {}\nb: '{}'\n",
            "x ".repeat(long / 4),
            "é ".repeat(long / 6)
        )
        .into_bytes(),
    );
    add(
        "a long comment",
        "a.json",
        with_values(&format!(
            "a: ******** # {}\nb: 1 # password: {}\n",
            "x".repeat(long / 2),
            "y".repeat(long / 2)
        )),
    );
    add(
        "a long key",
        "a.json",
        with_values(&format!("{}: ********\n", "k".repeat(long))),
    );
    add("a long name", "a.json", {
        let name = "n".repeat(long / 4);
        profile(
            &name,
            &[pack(
                &name,
                &format!("{name}: ********\nb: {{{{ .spectro.var.{name} }}}}\n"),
            )],
            &[],
        )
        .to_string()
        .into_bytes()
    });
    add("findings below a long name", "a.json", {
        let name = "n".repeat(some(10_000_000, 50_000));
        profile(
            &name,
            &[pack(
                &name,
                &lines(some(200_000, 2_000), |number| {
                    format!("k{number}: ********")
                }),
            )],
            &[],
        )
        .to_string()
        .into_bytes()
    });
    add("findings below a long key", "a.json", {
        let key = "k".repeat(some(10_000_000, 50_000));
        with_values(&format!(
            "{key}:\n{}",
            lines(some(200_000, 2_000), |number| format!(
                "  k{number}: ********"
            ))
        ))
    });
    add(
        "long quoted lines",
        "a.json",
        with_values(&format!(
            "a: '{}'\nb: \"{}\"\n",
            "''".repeat(long / 4),
            "\\\"".repeat(long / 4)
        )),
    );
    let packs = some(100_000, 1_500);
    let packs: Vec<Value> = (0..packs)
        .map(|number| {
            pack(
                &format!("pack-{number}"),
                "a: ********\nb: {{ .spectro.var.b }}\n",
            )
        })
        .collect();
    let many = profile("p", &packs, &[]);
    add("packs", "a.json", many.to_string().into_bytes());
    add(
        "packs, one value a line",
        "a.json",
        serde_json::to_string_pretty(&many)
            .expect("JSON")
            .into_bytes(),
    );
    add("packs in YAML", "a.yaml", {
        let packs = lines(packs.len(), |number| {
            format!("    - {{name: pack-{number}, layer: addon, version: 1.0.0, values: \"a: 1\"}}")
        });
        YAML_HEAD
            .replace("packs: []\n", &format!("packs:\n{packs}"))
            .into_bytes()
    });
    add("packs that share their values", "a.yaml", {
        let packs = lines(packs.len(), |number| {
            format!("    - {{name: pack-{number}, layer: addon, version: 1.0.0, values: *v}}")
        });
        let values = lines(some(100, 20), |number| {
            format!("        k{number}: {{{{ .spectro.var.x }}}}")
        });
        let first = format!("    - name: first\n      values: &v |\n{values}");
        YAML_HEAD
            .replace("packs: []\n", &format!("packs:\n{first}{packs}"))
            .into_bytes()
    });
    add(
        "packs of one name",
        "a.json",
        profile("p", &vec![pack("a", "a: 1\n"); packs.len()], &[])
            .to_string()
            .into_bytes(),
    );
    add("packs that refer to packs", "a.json", {
        let packs: Vec<Value> = (0..packs.len() / 2)
            .map(|number| {
                pack(
                    &format!("pack-{number}"),
                    &format!("a: '{{{{ .spectro.pack.pack-{}.a.b }}}}'\n", number + 1),
                )
            })
            .collect();
        profile("p", &packs, &[]).to_string().into_bytes()
    });
    add("manifests", "a.json", {
        let manifests: Vec<Value> = (0..packs.len()).map(|number| json!({"name": format!("m{}", number / 2), "content": "kind: Secret\nstringData: {a: b}\n"})).collect();
        let mut pack = pack("a", "");
        pack["manifests"] = manifests.into();
        profile("p", &[pack], &[]).to_string().into_bytes()
    });
    let variables: Vec<Value> = (0..packs.len()).map(|number| json!({"name": format!("variable{number}"), "displayName": "x", "defaultValue": "********", "isSensitive": true, "regex": "("})).collect();
    add(
        "variables",
        "a.json",
        profile(
            "p",
            &[pack("a", "a: '{{ .spectro.var.variable0 }}'\n")],
            &variables,
        )
        .to_string()
        .into_bytes(),
    );
    add("references to variables that are not there", "a.json", {
        let references = lines(packs.len(), |number| {
            format!("- '{{{{ .spectro.var.varable{number} }}}}'")
        });
        profile("p", &[pack("a", &references)], &variables)
            .to_string()
            .into_bytes()
    });
    let keys = some(2_000_000, 20_000);
    add(
        "one key again and again",
        "a.json",
        format!("{{{}\"a\":1}}", "\"a\":1,".repeat(keys)).into_bytes(),
    );
    add(
        "one key again and again in values",
        "a.json",
        with_values(&"a: 1\n".repeat(keys)),
    );
    add("every key twice", "a.json", {
        let text = profile("p", &packs[..packs.len() / 20], &[]).to_string();
        text.replace("\"name\":", "\"name\":1,\"name\":")
            .replace("\"packs\":[", "\"packs\":[],\"packs\":[")
            .replace("\"spec\":", "\"spec\":{},\"spec\":")
            .replace("\"values\":", "\"values\":\"x: ********\",\"values\":")
            .into_bytes()
    });
    add("unknown fields", "a.json", {
        let fields: String = (0..keys / 4)
            .map(|number| format!("\"field{number}\":1,"))
            .collect();
        profile("p", &[], &[])
            .to_string()
            .replacen("\"name\":", &format!("{fields}\"name\":"), 1)
            .into_bytes()
    });
    add("numbers where texts belong", "a.json", {
        let labels: Vec<Value> =
            vec![json!({"name": 1, "layer": 2, "values": 3, "version": []}); keys / 20];
        profile("p", &labels, &[]).to_string().into_bytes()
    });
    add(
        "masks",
        "a.json",
        with_values(&lines(keys / 10, |number| format!("k{number}: ********"))),
    );
    add(
        "secrets",
        "a.json",
        with_values(&lines(keys / 10, |number| {
            format!("- password: hunter{number}")
        })),
    );
    add(
        "URLs with passwords",
        "a.json",
        with_values(&lines(keys / 20, |number| {
            format!("- u: https://a:b{number}@c.example/x")
        })),
    );
    add(
        "comments",
        "a.json",
        with_values(&lines(keys / 4, |number| {
            format!("# password: x{number} https://a:b@c")
        })),
    );
    add(
        "ignoring comments",
        "a.json",
        with_values(&lines(keys / 20, |number| {
            format!("# palette-knife: ignore[masked-value] {number}\nk{number}: ********")
        })),
    );
    add(
        "commented references",
        "a.json",
        with_values(&lines(keys / 20, |number| {
            format!("# {{{{ .spectro.var.x{number} }}}}")
        })),
    );
    add(
        "references that are malformed",
        "a.json",
        with_values(&lines(keys / 20, |number| {
            format!("- '{{{{ .Spectro.vra.x{number} | }}}}'")
        })),
    );
    add(
        "references without quotes",
        "a.json",
        with_values(&lines(keys / 20, |number| {
            format!("k{number}: {{{{ .spectro.var.x }}}}")
        })),
    );
    add(
        "templates of other tools",
        "a.json",
        with_values(&lines(keys / 20, |_| "{{ if }}".to_owned())),
    );
    add(
        "open templates",
        "a.json",
        with_values(&"{{ ".repeat(long / 3)),
    );
    add(
        "closed templates",
        "a.json",
        with_values(&format!("a: {}", "}} ".repeat(long / 3))),
    );
    add(
        "quotes in a template",
        "a.json",
        with_values(&format!("a: {{{{ {} }}}}", "\"".repeat(long | 1))),
    );
    add(
        "schemes",
        "a.json",
        with_values(&format!("a: {}", "http://".repeat(long / 7))),
    );
    add(
        "at signs",
        "a.json",
        with_values(&format!("a: http://{}", "a@".repeat(long / 2))),
    );
    add(
        "headers of keys",
        "a.json",
        with_values(&lines(long / 40, |_| {
            format!("- -----BEGIN {} PRIVATE {}-----", "RSA", "KEY")
        })),
    );
    add(
        "dots",
        "a.json",
        with_values(&format!("a: {}", "a.".repeat(long / 2))),
    );
    add(
        "colons",
        "a.json",
        with_values(&format!("a: {}", ":a".repeat(long / 2))),
    );
    add(
        "asterisks",
        "a.json",
        with_values(&format!(
            "a: '{}'\nb: {}",
            "*".repeat(long / 2),
            "*".repeat(long / 2)
        )),
    );
    add(
        "blank lines",
        "a.json",
        with_values(&format!("a: |\n{}  x\n", "\n".repeat(long))),
    );
    add(
        "spaces",
        "a.json",
        with_values(&format!(
            "a: x{}\n{}b: 1\n",
            " ".repeat(long / 2),
            " ".repeat(long / 2)
        )),
    );
    add("keys that are there again and again", "a.json", {
        let again = |key: &str| format!("- name: x\n{}", format!("  {key}: x\n").repeat(keys));
        let options = format!(
            "- {}\n  options:\n{}",
            lines(keys, |number| format!("  k{number}: x")).trim_start(),
            "  - value: x\n".repeat(keys)
        );
        let data = format!(
            "a: ********\nkind: Secret\n{}\ndata:\n{}\n",
            lines(keys, |number| format!("k{number}: x")),
            lines(keys, |number| format!("  k{number}: x"))
        );
        let variables = ["value", "defaultValue"].map(again).join("") + &options;
        let packs = [
            pack("a", &format!("- ********\n{variables}")),
            pack("b", &data),
        ];
        profile("p", &packs, &[]).to_string().into_bytes()
    });
    add("values beside merge keys", "a.json", {
        let merged = lines(keys / 2, |number| format!("  - {{k{number}: x}}"));
        with_values(&format!(
            "a:\n  <<:\n{merged}{}",
            "  value: x\n".repeat(keys / 2)
        ))
    });
    add(
        "faults in every document",
        "a.yaml",
        "---\na: [\n".repeat(keys / 10).into_bytes(),
    );
    add(
        "faults in every document of values",
        "a.json",
        with_values(&"---\na: 'x\n---\npassword: [\n".repeat(keys / 20)),
    );
    for (what, regex) in [
        (
            "a regex of repetitions",
            "((((a{1000}){1000}){1000}){1000}){1000}".to_owned(),
        ),
        ("a regex of groups", "(".repeat(long)),
        ("a regex of alternatives", "a|".repeat(long / 2)),
        ("a regex of classes", "[[:alpha:]]".repeat(long / 11)),
        ("a regex that backtracks", "^(a+)+$".to_owned()),
    ] {
        let variable = json!({"name": "x", "format": "string", "regex": regex, "defaultValue": "a".repeat(1_000) + "!"});
        add(
            what,
            "a.json",
            profile(
                "p",
                &[pack("a", "a: '{{ .spectro.var.x }}'\n")],
                &[variable],
            )
            .to_string()
            .into_bytes(),
        );
    }
    files
}

/// Names that mean something elsewhere, wherever a profile has names.
fn names() -> Files {
    let mut files = Files::new();
    let long = "n".repeat(4096);
    for (index, name) in NAMES.into_iter().chain([long.as_str()]).enumerate() {
        let values = format!(
            "{}: ********\nb: {}\npassword: {}\n",
            json!(name),
            json!(format!("{{{{ .spectro.var.{name} }}}}")),
            json!(name)
        );
        let mut packs = [pack(name, &values), pack(name, "a: [")];
        packs[0]["tag"] = name.into();
        packs[0]["layer"] = name.into();
        packs[0]["registry"]["metadata"]["name"] = name.into();
        packs[0]["registry"]["metadata"]["uid"] = name.into();
        packs[0]["manifests"] = json!([{"name": name, "content": "a: 1\na: 2\n"}]);
        packs[0][name] = 1.into();
        let variable = json!({"name": name, "displayName": name, "defaultValue": name, "regex": name, "format": name, name: 1});
        let mut profile = profile(name, &packs, &[variable]);
        profile["spec"]["version"] = name.into();
        profile["spec"]["template"]["cloudType"] = name.into();
        profile["metadata"]["labels"] = json!({name: name});
        let text = serde_json::to_string_pretty(&profile)
            .expect("JSON")
            .into_bytes();
        let (in_json, in_yaml): (&str, &str) = (
            Box::leak(format!("name {index}").into_boxed_str()),
            Box::leak(format!("name {index} in YAML").into_boxed_str()),
        );
        files.insert(in_json, ("a.json", text.clone()));
        files.insert(in_yaml, ("a.yaml", text));
    }
    files
}

/// What is asked of every file: these formats of `check`, those of `rewrite`, and every way to write.
fn invocations(to: &str, check_formats: &[String]) -> Vec<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for format in check_formats {
        all.push(format!("check in --format {format}"));
    }
    all.push(format!("check in --to {to} --unsafe-fixes --diff"));
    for format in formats("rewrite") {
        all.push(format!(
            "rewrite in --to {to} --format {format} --diff --allow-masked"
        ));
        all.push(format!(
            "rewrite in --to {to} --format {format} -o out --allow-masked"
        ));
    }
    for format in ["json", "yaml"] {
        all.push(format!("rewrite in --to-format {format} -o out-{format}"));
    }
    let words = |line: String| line.split(' ').map(str::to_owned).collect();
    all.into_iter().map(words).collect()
}

/// Runs everything on a file, and tells what is wrong.
fn faults_of(what: &str, name: &str, bytes: &[u8], check_formats: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("place");
    fs::create_dir_all(place.join("in")).expect("a folder");
    fs::write(place.join("in").join(name), bytes).expect("written");
    let strict = common::fixtures().join("destinations/strict");
    let mut faults = Vec::new();
    for args in invocations(&strict.to_string_lossy(), check_formats) {
        let args: Vec<String> = args
            .into_iter()
            .map(|arg| {
                if arg == "in" {
                    format!("in/{name}")
                } else {
                    arg
                }
            })
            .collect();
        let shown = args.join(" ");
        let (_, wrong) = hostile::run(&place, &args);
        faults.extend(
            wrong
                .into_iter()
                .map(|fault| format!("{what}: {shown}: {fault}")),
        );
    }
    // The outputs, and nothing else.
    let left = tree(folder.path());
    let allowed = |path: &str| {
        let below = path.strip_prefix("place/").unwrap_or(path);
        ["", "/", "place/"].contains(&path)
            || below == "in/"
            || ["out/", "out-json/", "out-yaml/"].iter().any(|out| {
                // Each profile of a file may have a file of its own.
                below.strip_prefix(out).is_some_and(|name| {
                    let numbered = name.strip_prefix("a-").unwrap_or(name);
                    let numbered =
                        numbered.trim_start_matches(|digit: char| digit.is_ascii_digit());
                    ["", "a.json", "a.yaml"].contains(&name) || numbered == ".json"
                })
            })
    };
    for (path, content) in left {
        if path == format!("place/in/{name}") {
            if content != bytes {
                faults.push(format!("{what}: the input was changed"));
            }
        } else if !allowed(&path) {
            faults.push(format!("{what}: left {path}"));
        }
    }
    faults
}

fn run_all(files: Files, check_formats: &[String]) {
    let only = std::env::var("PALETTE_KNIFE_ONLY").unwrap_or_default();
    let files: Vec<_> = files
        .into_iter()
        .filter(|(what, _)| what.contains(&only))
        .collect();
    let run = |(what, (name, bytes)): &(&str, (&str, Vec<u8>))| {
        // What is over the limit is refused without a look, and would prove nothing.
        assert!(
            (bytes.len() as u64) < palette_knife::source::DEFAULT_MAX_FILE_SIZE,
            "{what}: {}",
            bytes.len()
        );
        let began = Instant::now();
        let faults = faults_of(what, name, bytes, check_formats);
        if asked_size().is_some() || began.elapsed().as_secs() > 20 {
            eprintln!("{what}: {:?} for {} bytes", began.elapsed(), bytes.len());
        }
        faults
    };
    let faults: Vec<String> = if asked_size().is_some() {
        files.iter().flat_map(run).collect()
    } else {
        files.par_iter().flat_map(run).collect()
    };
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The formats that show all there is to show; with a size that is asked for, all formats.
fn large_formats() -> Vec<String> {
    let mut all = formats("check");
    if asked_size().is_none() {
        all.retain(|format| ["human", "json"].contains(&format.as_str()));
    }
    all
}

#[test]
fn structures_without_end_are_bounded() {
    run_all(structures(), &large_formats());
}

#[test]
fn characters_that_no_text_should_have_do_no_harm() {
    run_all(characters(), &formats("check"));
}

#[test]
fn too_much_of_one_thing_is_bounded() {
    run_all(amounts(), &large_formats());
}

#[test]
fn names_are_names_and_nothing_else() {
    run_all(names(), &formats("check"));
}

#[test]
fn names_of_files_are_printed_harmlessly() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in");
    fs::create_dir(&input).expect("a folder");
    let text = with_values("a: ********\n");
    let mut written = Vec::new();
    for name in NAMES
        .into_iter()
        .filter(|name| !name.contains(['/', '\0']) && !["", ".", ".."].contains(name))
    {
        let name = format!("{name}.json");
        fs::write(input.join(&name), &text).expect("written");
        written.push(name);
    }
    let strict = common::fixtures().join("destinations/strict");
    for mut args in invocations(&strict.to_string_lossy(), &formats("check")) {
        // A name that is no flag to the program either.
        args.push("--".to_owned());
        for path in ["in", "."] {
            let mut command = limited(LIMITS);
            command.args(
                args.iter()
                    .map(|arg| if arg == "in" { path } else { arg.as_str() }),
            );
            let at = if path == "in" { folder.path() } else { &input };
            let output = command.current_dir(at).output().expect("it runs");
            let said = said(&output);
            assert!(
                matches!(output.status.code(), Some(0..=2)),
                "{args:?}: {said}"
            );
            let odd = said.chars().find(|&character| {
                character != '\n' && palette_knife::sensitive::is_unprintable(character)
            });
            assert_eq!(odd, None, "{args:?}: {said}");
        }
    }
    assert!(Path::new(&input).join(&written[0]).exists());
}
