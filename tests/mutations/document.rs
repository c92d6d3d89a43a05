//! Defects of the file and of the envelope.

use crate::{Mutation, fixture::Fixture, in_yaml, mutant::Mutant};

/// What is found in fixtures by itself, none of which is told of a document that is not read as a profile.
const WHOLE: &[(&str, &str)] = &[
    ("masked-value", NO_PROFILE),
    ("missing-core-layer", NO_PROFILE),
    ("shadowed-macro", NO_PROFILE),
    ("unused-variable", NO_PROFILE),
    ("unverifiable-pack", NO_PROFILE),
];

const NO_PROFILE: &str = "the document is not read as a profile";

pub fn table() -> Vec<Mutation> {
    vec![
        Mutation::new("ambiguous-label", "a colon in a value", |fixture| {
            vec![
                fixture
                    .mutant()
                    .insert("/metadata/labels", "berth", "\"no⟦:⟧1\""),
            ]
        }),
        Mutation::new("ambiguous-label", "a colon in a key", |fixture| {
            vec![
                fixture
                    .mutant()
                    .insert("/metadata/labels", "be⟦:⟧rth", "\"1\""),
            ]
        }),
        Mutation::new(
            "duplicate-key",
            "a field of the envelope again",
            |fixture| {
                let mut objects = vec!["/metadata".to_owned()];
                objects.extend(fixture.packs());
                objects.extend(fixture.variables());
                objects
                    .iter()
                    .map(|object| {
                        let json = fixture.quoted(fixture.string(&format!("{object}/name")));
                        fixture.mutant().insert(object, "⟦name⟧", &json)
                    })
                    .collect()
            },
        ),
        Mutation::new(
            "duplicate-key",
            "a key of an embedded text again",
            |fixture| {
                let texts = fixture.embedded().into_iter();
                texts
                    .map(|embedded| {
                        let lines = "quay-side: 1\n⟦quay-side⟧: 1";
                        fixture
                            .mutant()
                            .add_lines(&embedded.pointer, lines, "/quay-side")
                    })
                    .collect()
            },
        ),
        Mutation::new("malformed-name", "a space after the name", |fixture| {
            let name = fixture.string("/metadata/name");
            vec![
                fixture
                    .mutant()
                    .set("/metadata/name", &format!("⟦{name} ⟧")),
            ]
        }),
        Mutation::new(
            "malformed-version",
            "a letter before the version",
            |fixture| {
                let version = fixture.string("/spec/version");
                vec![
                    fixture
                        .mutant()
                        .set("/spec/version", &format!("⟦v{version}⟧")),
                ]
            },
        ),
        Mutation::new("not-an-export", "an object with `apiVersion`", |fixture| {
            vec![fixture.mutant().insert("", "⟦apiVersion⟧", "\"v1\"")]
        })
        .hides(WHOLE),
        Mutation::new(
            "schema-violation",
            "a number as a pack's version",
            |fixture| {
                let packs = fixture.packs().into_iter();
                packs
                    .map(|pack| {
                        fixture
                            .mutant()
                            .set_json(&format!("{pack}/version"), "⟦1.5⟧")
                    })
                    .collect()
            },
        ),
        Mutation::new(
            "schema-violation",
            "a type that profiles cannot have",
            |fixture| vec![fixture.mutant().set("/spec/template/type", "⟦clustr⟧")],
        )
        .hides(&[(
            "missing-core-layer",
            "what a profile needs depends on its type",
        )]),
        Mutation::new("syntax-error", "a comma too much", |fixture| {
            let objects = fixture
                .packs()
                .into_iter()
                .chain(["/metadata".to_owned(), String::new()]);
            objects
                .map(|object| {
                    let end = fixture.range(&object).end - 1;
                    let (before, after) = fixture.text.split_at(end);
                    let after = after.strip_prefix('}').expect("an object");
                    fixture
                        .mutant()
                        .raw(format!("{before},⟦}}⟧{after}"), "json")
                })
                .collect()
        })
        .hides(WHOLE),
        Mutation::new("syntax-error", "a byte order mark", |fixture| {
            vec![
                fixture
                    .mutant()
                    .raw(format!("⟦\u{feff}⟧{}", fixture.text), "json"),
            ]
        }),
        Mutation::new(
            "syntax-error",
            "a bracket that YAML cannot read",
            yaml_bracket,
        )
        .hides(WHOLE),
        Mutation::new(
            "unknown-field",
            "a field that packs do not have",
            |fixture| {
                let objects = fixture.packs().into_iter().chain(fixture.variables());
                objects
                    .map(|object| fixture.mutant().insert(&object, "⟦colour⟧", "\"red\""))
                    .collect()
            },
        ),
    ]
}

fn yaml_bracket(fixture: &Fixture) -> Vec<Mutant<'_>> {
    if fixture.document > 0 {
        return Vec::new();
    }
    let yaml = in_yaml(&fixture.text).expect("YAML");
    vec![fixture.mutant().raw(format!("{yaml}⟦⟧]\n"), "yaml")]
}
