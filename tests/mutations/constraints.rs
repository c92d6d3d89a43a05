//! What packs ask of their values and of each other.

use serde_json::json;

use crate::{Mutation, fixture::Fixture, home::Home, mutant::Mutant};

pub fn table() -> Vec<Mutation> {
    vec![
        Mutation::new(
            "changed-readonly-value",
            "another value than the pack's own",
            |fixture| ruled(fixture, "quay-side: ⟦2⟧", "readonly", "/quay-side"),
        ),
        Mutation::new(
            "missing-required-value",
            "a value that is empty",
            |fixture| ruled(fixture, "quay-side: ⟦\"\"⟧", "required", "/quay-side"),
        ),
        Mutation::new("value-format-mismatch", "a text for a number", |fixture| {
            ruled(
                fixture,
                "quay-side: \"⟦é two⟧\"",
                "format \"${number}\"",
                "/quay-side",
            )
        }),
        Mutation::new(
            "missing-required-value",
            "a value that is not there",
            |fixture| {
                let packs = fixture.registry_packs().into_iter();
                packs
                    .filter(|pack| is_only_one(fixture, pack))
                    .map(|pack| {
                        let with = Home::of(fixture).file(
                            fixture,
                            &pack,
                            "schema.yaml",
                            schema("required"),
                        );
                        let mutant = fixture.mutant().mark(&format!("{pack}/name"));
                        mutant.at_home(Home::of(fixture), with)
                    })
                    .collect()
            },
        ),
        Mutation::new(
            "missing-dependency",
            "a pack that nobody brings",
            |fixture| {
                asked(fixture, |asking, _| {
                    let dependency = dependency("berth-plan", "addon", "1.0.0", "", "required");
                    Some((asking.to_owned(), "name", dependency))
                })
            },
        ),
        Mutation::new(
            "incompatible-dependency",
            "a pack that is too new",
            |fixture| {
                asked(fixture, |asking, other| {
                    let (name, layer) = name_and_layer(fixture, other);
                    let dependency = dependency(name, layer, "", "0.0.1", "required");
                    (asking != other).then(|| (other.to_owned(), "tag", dependency))
                })
            },
        ),
        Mutation::new(
            "conflicting-pack",
            "a pack that is not supported",
            |fixture| {
                asked(fixture, |asking, other| {
                    let (name, layer) = name_and_layer(fixture, other);
                    let dependency = dependency(name, layer, "0.0.1", "", "notSupported");
                    (asking != other).then(|| (other.to_owned(), "name", dependency))
                })
            },
        ),
    ]
}

fn schema(terms: &str) -> String {
    format!("quay-side:\n  schema: '{{{{ {terms} }}}}'\n")
}

fn dependency(pack: &str, layer: &str, min: &str, max: &str, kind: &str) -> serde_json::Value {
    json!({"packName": pack, "layer": layer, "minVersion": min, "maxVersion": max, "type": kind})
}

/// The name of a pack at registries, and its layer.
fn name_and_layer<'f>(fixture: &'f Fixture, pack: &str) -> (&'f str, &'f str) {
    let name = fixture.string(&format!("{pack}/name"));
    let name = name.split_once("--").map_or(name, |(_, name)| name);
    (name, fixture.string(&format!("{pack}/layer")))
}

/// Whether no other pack of the profile is the same at the registry: what is asked of one would be asked of both.
pub fn is_only_one(fixture: &Fixture, pack: &str) -> bool {
    let (name, _) = name_and_layer(fixture, pack);
    let packs = fixture.registry_packs();
    packs
        .iter()
        .filter(|other| name_and_layer(fixture, other).0 == name)
        .count()
        == 1
}

/// A mutant for each pack of a registry whose schema has one rule, about the line that is added.
fn ruled<'f>(fixture: &'f Fixture, line: &str, terms: &str, path: &str) -> Vec<Mutant<'f>> {
    let packs = fixture.registry_packs().into_iter();
    packs
        .map(|pack| {
            let with = Home::of(fixture)
                .file(
                    fixture,
                    &pack,
                    "schema.yaml",
                    schema(&format!("{terms} | hints \"é\"")),
                )
                .file(fixture, &pack, "values.yaml", "quay-side: 1\n");
            let mutant = fixture
                .mutant()
                .add_lines(&format!("{pack}/values"), line, path);
            mutant.at_home(Home::of(fixture), with)
        })
        .filter(|_| {
            fixture
                .registry_packs()
                .iter()
                .all(|pack| is_only_one(fixture, pack))
        })
        .collect()
}

/// A mutant for each pack that asks something of another: the pack and the field to find it at, and the dependency.
fn asked<'f>(
    fixture: &'f Fixture,
    ask: impl Fn(&str, &str) -> Option<(String, &'static str, serde_json::Value)>,
) -> Vec<Mutant<'f>> {
    let packs = fixture.registry_packs();
    let packs: Vec<_> = packs
        .iter()
        .filter(|pack| is_only_one(fixture, pack))
        .collect();
    let mut mutants = Vec::new();
    for (number, asking) in packs.iter().enumerate() {
        let other = packs[(number + 1) % packs.len()];
        let Some((marked, field, dependency)) = ask(asking, other) else {
            continue;
        };
        let with = Home::of(fixture).pack(fixture, asking, |pack| {
            pack["constraints"] = json!({"dependencies": [dependency]});
        });
        let mutant = fixture.mutant().mark(&format!("{marked}/{field}"));
        mutants.push(mutant.at_home(Home::of(fixture), with));
    }
    mutants
}
