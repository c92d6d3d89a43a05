//! Defects of the packs and their order.

use crate::{Mutation, fixture::Fixture};

pub fn table() -> Vec<Mutation> {
    vec![
        Mutation::new("cloud-all-outside-addon", "the cloud `all`", |fixture| {
            let mutant = fixture.mutant().set("/spec/template/cloudType", "⟦all⟧");
            has_core(fixture).then_some(mutant).into_iter().collect()
        })
        .also(&[(
            "changed-lineage",
            "`twin` has the profile, for another cloud",
        )]),
        Mutation::new(
            "mismatched-pack-type",
            "a type of another registry",
            |fixture| {
                let packs = fixture.registry_packs().into_iter();
                packs
                    .map(|pack| {
                        let kind = fixture.string(&format!("{pack}/type"));
                        let other = if kind == "spectro" {
                            "⟦oci⟧"
                        } else {
                            "⟦spectro⟧"
                        };
                        fixture.mutant().set(&format!("{pack}/type"), other)
                    })
                    .collect()
            },
        )
        .hides(&[(
            "unverifiable-pack",
            "the registry that cannot be listed serves charts only",
        )])
        .also(&[(
            "missing-pack",
            "the registry that has the pack cannot serve this type",
        )]),
        Mutation::new("misplaced-layer", "an add-on in a core layer", |fixture| {
            if has_core(fixture) {
                return Vec::new();
            }
            let packs = fixture.packs().into_iter();
            packs
                .map(|pack| fixture.mutant().set(&format!("{pack}/layer"), "⟦cni⟧"))
                .collect()
        }),
        Mutation::new(
            "misplaced-layer",
            "an add-on in an infrastructure profile",
            |fixture| {
                let pack = manifest_pack("berth-plan", "⟦addon⟧");
                let mutant = fixture
                    .mutant()
                    .append("/spec/template/packs", &pack, "/layer");
                (fixture.kind() == "infra")
                    .then_some(mutant)
                    .into_iter()
                    .collect()
            },
        ),
        Mutation::new(
            "missing-core-layer",
            "a core layer moved to the add-ons",
            |fixture| {
                core_packs(fixture, "k8s")
                    .into_iter()
                    .map(|pack| {
                        fixture
                            .mutant()
                            .set(&format!("{pack}/layer"), "addon")
                            .mark("/spec/template/type")
                    })
                    .collect()
            },
        )
        .also(&[(
            "misplaced-layer",
            "an infrastructure profile has no add-ons",
        )]),
        Mutation::new("missing-pack-values", "a pack without values", |fixture| {
            let packs = fixture.registry_packs().into_iter();
            packs
                .map(|pack| {
                    fixture
                        .mutant()
                        .set_json(&format!("{pack}/values"), "⟦\"\"⟧")
                })
                .collect()
        })
        .hides(&[
            ("masked-value", "the mask was in the values"),
            ("shadowed-macro", "the reference was in the values"),
        ])
        .also(&[("unused-variable", "the values alone used it")]),
        Mutation::new(
            "repeated-core-layer",
            "another pack of the layer",
            |fixture| {
                let layers = ["os", "k8s", "cni"].into_iter();
                layers
                    .filter(|layer| !core_packs(fixture, layer).is_empty())
                    .map(|layer| {
                        let pack = manifest_pack("berth-plan", &format!("⟦{layer}⟧"));
                        fixture
                            .mutant()
                            .append("/spec/template/packs", &pack, "/layer")
                    })
                    .collect()
            },
        ),
        Mutation::new(
            "repeated-manifest",
            "a manifest of the same name",
            |fixture| {
                let packs = fixture.packs().into_iter();
                packs
                    .filter_map(|pack| {
                        let manifests = format!("{pack}/manifests");
                        let first = fixture.items(&manifests).into_iter().next()?;
                        let name = fixture.string(&format!("{first}/name"));
                        let json = format!("{{\"name\": \"⟦{name}⟧\", \"content\": \"\"}}");
                        Some(fixture.mutant().append(&manifests, &json, "/name"))
                    })
                    .collect()
            },
        ),
        Mutation::new("repeated-pack", "a pack of the same name", |fixture| {
            let packs = fixture.packs().into_iter();
            packs
                .map(|pack| {
                    let name = fixture.string(&format!("{pack}/name"));
                    let pack = manifest_pack(&format!("⟦{name}⟧"), "addon");
                    fixture
                        .mutant()
                        .append("/spec/template/packs", &pack, "/name")
                })
                .collect()
        })
        .also(&[(
            "misplaced-layer",
            "an infrastructure profile has no add-ons",
        )]),
        Mutation::new(
            "unknown-cloud-type",
            "a cloud that nobody knows",
            |fixture| vec![fixture.mutant().set("/spec/template/cloudType", "⟦tide⟧")],
        )
        .also(&[
            (
                "changed-lineage",
                "`twin` has the profile, for another cloud",
            ),
            ("unsupported-cloud", "packs are not made for that cloud"),
        ]),
    ]
}

fn has_core(fixture: &Fixture) -> bool {
    matches!(fixture.kind(), "cluster" | "infra")
}

fn core_packs(fixture: &Fixture, layer: &str) -> Vec<String> {
    let mut packs = fixture.packs();
    packs.retain(|pack| fixture.string(&format!("{pack}/layer")) == layer);
    packs
}

/// A pack that asks nothing of a destination.
pub fn manifest_pack(name: &str, layer: &str) -> String {
    format!(
        r#"{{"name": "{name}", "type": "manifest", "layer": "{layer}", "version": "1.0.0", "values": "pack: {{}}"}}"#
    )
}
