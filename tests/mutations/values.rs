//! Defects in values and manifests.

use std::ops::Range;

use crate::{
    Mutation,
    fixture::{EmbeddedText, Fixture},
    mutant::Mutant,
};

pub fn table() -> Vec<Mutation> {
    vec![
        Mutation::new(
            "commented-reference",
            "a comment with an unknown variable",
            |fixture| add(fixture, "# {{ .spectro.var.⟦no_such_berth⟧ }}", ""),
        ),
        Mutation::new("exposed-secret", "an access key", |fixture| {
            add(fixture, "quay-key: \"⟦AKIAQ3EGRZ7XKWLM2PVT⟧\"", "/quay-key")
        }),
        Mutation::new(
            "invalid-values-yaml",
            "a bracket that nothing opened",
            |fixture| add(fixture, "quay: ⟦⟧]", ""),
        ),
        Mutation::new("leftover-placeholder", "a stand-in in a value", |fixture| {
            add(fixture, "quay: 'é ⟦<KEY_ID>⟧ &'", "/quay")
        }),
        Mutation::new(
            "leftover-placeholder",
            "a stand-in in the description",
            |fixture| {
                let text = fixture.string("/metadata/description");
                vec![
                    fixture
                        .mutant()
                        .set("/metadata/description", &format!("{text} ⟦${{SITE}}⟧")),
                ]
            },
        ),
        Mutation::new(
            "malformed-reference",
            "a family that does not exist",
            |fixture| {
                add(
                    fixture,
                    "quay: \"é {{ .spectro.⟦macros⟧.ports }}\"",
                    "/quay",
                )
            },
        ),
        Mutation::new("malformed-reference", "a misspelt family", |fixture| {
            let all = fixture.occurrences(".spectro.macro.").into_iter();
            all.map(|(embedded, bytes)| replaced(fixture, &embedded, bytes, ".spectro.⟦macr⟧."))
                .collect()
        })
        .hides(&[("shadowed-macro", "the reference was to that macro")]),
        Mutation::new("masked-value", "a mask in values", |fixture| {
            add(
                fixture,
                "quay: {adminPassword: \"⟦********⟧\"}",
                "/quay/adminPassword",
            )
        }),
        Mutation::new("undefined-variable", "a misspelt variable", |fixture| {
            renamed(fixture, ".spectro.var.", |name| format!("⟦{name}x⟧"))
        })
        .also(&[("unused-variable", "the reference was the only one")]),
        Mutation::new(
            "unknown-function",
            "a function that does not exist",
            |fixture| {
                renamed(fixture, ".spectro.macro.", |name| {
                    format!("{name} | ⟦uper⟧")
                })
            },
        ),
        Mutation::new("unknown-function", "a function of Helm", |fixture| {
            add(
                fixture,
                "quay: '{{ .spectro.system.cluster.name | ⟦toYaml⟧ }}'",
                "/quay",
            )
        }),
        Mutation::new(
            "unknown-system-macro",
            "a misspelt system macro",
            |fixture| {
                let all = fixture
                    .occurrences(".spectro.system.cluster.name")
                    .into_iter();
                all.map(|(embedded, bytes)| {
                    replaced(fixture, &embedded, bytes, ".spectro.system.⟦cluster.nam⟧")
                })
                .collect()
            },
        ),
        Mutation::new(
            "unquoted-reference",
            "a reference without quotes",
            |fixture| {
                add(
                    fixture,
                    "quay: ⟦{{ .spectro.system.cluster.name }}⟧",
                    "/quay",
                )
            },
        ),
        Mutation::new(
            "unresolved-pack-reference",
            "a key that the pack does not have",
            |fixture| {
                let packs = fixture.packs().into_iter();
                packs
                    .filter(|pack| fixture.string(&format!("{pack}/values")).contains("\n  "))
                    .map(|pack| {
                        let name = fixture.string(&format!("{pack}/name"));
                        let lines = format!("quay: '{{{{ .spectro.pack.{name}.⟦no.such.key⟧ }}}}'");
                        fixture
                            .mutant()
                            .add_lines(&format!("{pack}/values"), &lines, "/quay")
                    })
                    .collect()
            },
        ),
        Mutation::new(
            "unused-ignore",
            "a comment that silences nothing",
            |fixture| {
                add(
                    fixture,
                    "# palette-knife: ignore[⟦masked-value⟧] é\nquay: 1",
                    "",
                )
            },
        ),
        Mutation::new(
            "unused-ignore",
            "an entry that silences nothing",
            |fixture| {
                let config = "[[ignore]]\nrule = ⟦\"malformed-version\"⟧\nreason = \"é\"\n";
                vec![fixture.mutant().config(config).pointer("/ignore/0")]
            },
        ),
        Mutation::new("expired-ignore", "an entry whose day is over", |fixture| {
            let config = "[[ignore]]\nrule = \"malformed-version\"\nexpires = ⟦2020-01-31⟧\nreason = \"é\"\n";
            vec![fixture.mutant().config(config).pointer("/ignore/0/expires")]
        }),
        Mutation::new(
            "variable-in-pack-content",
            "a variable in an image",
            |fixture| {
                let Some(variable) = fixture.variables().into_iter().next() else {
                    return Vec::new();
                };
                let name = fixture.string(&format!("{variable}/name"));
                let packs = fixture.packs().into_iter();
                packs
                    .filter_map(|pack| {
                        let pointer = format!("{pack}/values");
                        let values = fixture.string(&pointer);
                        let start = values.find("pack:\n")? + "pack:\n".len();
                        let lines = format!("  quay: 'é {{{{ ⟦.spectro.var.{name}⟧ }}}}'\n");
                        // Beside what is there already, or alone.
                        let (at, lines, path) = match values.find("  content:\n") {
                            Some(content) => (
                                content + "  content:\n".len(),
                                format!("  {lines}"),
                                "/pack/content/quay",
                            ),
                            None => (
                                start,
                                format!("  content:\n  {lines}"),
                                "/pack/content/quay",
                            ),
                        };
                        Some(fixture.mutant().splice(&pointer, at..at, &lines).path(path))
                    })
                    .collect()
            },
        ),
    ]
}

/// Adds lines to every embedded text.
pub fn add<'f>(fixture: &'f Fixture, lines: &str, path: &str) -> Vec<Mutant<'f>> {
    let texts = fixture.embedded().into_iter();
    texts
        .map(|embedded| fixture.mutant().add_lines(&embedded.pointer, lines, path))
        .collect()
}

/// Puts something else in the place of the name in every reference of a family.
pub fn renamed<'f>(
    fixture: &'f Fixture,
    family: &str,
    new: impl Fn(&str) -> String,
) -> Vec<Mutant<'f>> {
    let all = fixture.occurrences(family).into_iter();
    all.map(|(embedded, bytes)| {
        let rest = &embedded.text[bytes.end..];
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let name = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
        let range = bytes.end..bytes.end + name.len();
        replaced(fixture, &embedded, range, &new(name))
    })
    .collect()
}

/// Puts something in the place of bytes of an embedded text.
fn replaced<'f>(
    fixture: &'f Fixture,
    embedded: &EmbeddedText<'_>,
    bytes: Range<usize>,
    new: &str,
) -> Mutant<'f> {
    let path = fixture.path_at(embedded, bytes.start);
    fixture
        .mutant()
        .splice(&embedded.pointer, bytes, new)
        .path(path)
}
