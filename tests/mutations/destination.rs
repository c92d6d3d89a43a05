//! What a destination has to say.

use serde_json::{Value, json};

use crate::{
    Mutation,
    constraints::is_only_one,
    fixture::Fixture,
    home::Home,
    mutant::Mutant,
    stack::manifest_pack,
    values::{add, renamed},
};

pub fn table() -> Vec<Mutation> {
    vec![
        Mutation::new("ambiguous-registry", "two other registries that hold the pack", |fixture| {
            // They are no answer to the profiles before it in the file.
            if fixture.document > 0 {
                return Vec::new();
            }
            packs(fixture, |pack, home| {
                // What a private registry of charts has is not known.
                if fixture.string(&format!("{pack}/type")) == "helm" {
                    return None;
                }
                let own = fixture.string(&format!("{pack}/registry/metadata/name"));
                let both = home.configured(|config| {
                    let registries = config["registries"].as_array_mut().expect("registries");
                    let at = registries.iter().position(|registry| registry["name"] == own);
                    let mut other = registries[at.expect("a registry")].clone();
                    for (number, name) in [(0, "Quay One"), (1, "Quay Two")] {
                        other["name"] = json!(name);
                        other["uid"] = json!(format!("66b1c0de5a17e4f0d293000{number}"));
                        if number == 0 {
                            registries[at.expect("a registry")] = other.clone();
                        } else {
                            registries.push(other.clone());
                        }
                    }
                });
                let last = both.registries() - 1;
                let without = both.clone();
                Some((without, both.also_in(fixture, pack, last), "name"))
            })
        })
        .also(&[("overlapping-registries", "the destination is told that nothing chooses")]),
        Mutation::new("changed-lineage", "another version for another cloud", |fixture| {
            let mutant = existing(fixture, "/spec/template/cloudType", |profile| {
                profile["version"] = json!("0.0.1");
                profile["cloudType"] = json!("gke");
            });
            vec![mutant]
        }),
        Mutation::new("deprecated-pack", "a pack marked as deprecated", |fixture| {
            changed(fixture, "tag", |pack| {
                pack["annotations"] = json!({"system_state": "deprecated"});
            })
        }),
        Mutation::new("disabled-pack", "a pack marked as disabled", |fixture| {
            changed(fixture, "tag", |pack| pack["annotations"] = json!({"disabled": "true"}))
        }),
        Mutation::new("expired-pack", "a pack whose support is over", |fixture| {
            changed(fixture, "tag", |pack| pack["eol"] = json!("2020-01-31"))
        }),
        Mutation::new("deprecated-registry", "a registry that Palette has deprecated", |fixture| {
            let packs = fixture.registry_packs().into_iter();
            packs
                .filter(|pack| fixture.string(&format!("{pack}/type")) == "helm")
                .map(|pack| {
                    let home = Home::of(fixture);
                    let renamed = home.clone().configured(|config| {
                        config["registries"][0]["name"] = json!("Public Spectro Helm Repo");
                    });
                    let mutant = fixture.mutant().mark(&format!("{pack}/registry/metadata/name"));
                    mutant.at_home(home, renamed)
                })
                .collect()
        }),
        Mutation::new("drifting-tag", "a tag that leads to a newer version", |fixture| {
            let packs = fixture.registry_packs().into_iter();
            packs
                .filter(|pack| !fixture.string(&format!("{pack}/tag")).contains("__"))
                .filter_map(|pack| {
                    let version = fixture.string(&format!("{pack}/version"));
                    let [major, minor, _] = version.split('.').collect::<Vec<_>>().try_into().ok()?;
                    let newer = format!("{major}.{minor}.99");
                    let home = Home::of(fixture).version(fixture, &pack, &newer);
                    let tag = format!("⟦{major}.{minor}.x⟧");
                    Some(fixture.mutant().set(&format!("{pack}/tag"), &tag).at_home(Home::of(fixture), home))
                })
                .collect()
        }),
        Mutation::new("duplicate-in-batch", "the profile in another file of the run", |fixture| {
            let template = json!({
                "metadata": {"name": fixture.string("/metadata/name")},
                "spec": {
                    "version": fixture.string("/spec/version"),
                    "template": {"type": "add-on", "cloudType": "all", "packs": []},
                },
            });
            vec![fixture.mutant().mark("/metadata/name").before(template.to_string())]
        })
        .also(&[("changed-lineage", "the other file is a profile of add-ons")]),
        Mutation::new("duplicate-profile", "the profile at the destination", |fixture| {
            vec![existing(fixture, "/metadata/name", |_| {})]
        }),
        Mutation::new("foreign-host", "an image from elsewhere", |fixture| {
            let home = Home::of(fixture).configured(|config| {
                config["hosts"] = json!({"allow": ["*.ship.example"]});
            });
            let mutants = add(fixture, "quayImage: \"⟦registry.outside.example⟧/a:1\"", "/quayImage").into_iter();
            mutants.map(|mutant| mutant.at(home.clone())).collect()
        }),
        Mutation::new("missing-macro", "a misspelt macro", |fixture| {
            renamed(fixture, ".spectro.macro.", |name| format!("⟦{name}x⟧"))
        })
        .hides(&[("shadowed-macro", "the reference was to that macro")]),
        Mutation::new("missing-pack", "a pack that is nowhere", |fixture| {
            let packs = fixture.registry_packs().into_iter();
            // What a registry has that cannot be listed is not known.
            packs
                .filter(|pack| fixture.string(&format!("{pack}/type")) != "helm")
                .map(|pack| fixture.mutant().set(&format!("{pack}/name"), "⟦berth-plan⟧"))
                .collect()
        })
        .also(&[("unresolved-pack-reference", "the pack refers to itself by its name")]),
        Mutation::new("missing-pack-version", "a version that is nowhere", |fixture| {
            let packs = fixture.registry_packs().into_iter();
            packs
                .filter(|pack| fixture.string(&format!("{pack}/type")) != "helm")
                .map(|pack| {
                    let version = format!("{pack}/version");
                    let mutant = fixture.mutant().set(&version, "99.9.9");
                    mutant.set(&format!("{pack}/tag"), "⟦99.9.9⟧")
                })
                .collect()
        }),
        Mutation::new("shadowed-macro", "a macro in two scopes", |fixture| {
            let mut seen = std::collections::BTreeSet::new();
            renamed(fixture, ".spectro.macro.", |name| format!("⟦{name}⟧"))
                .into_iter()
                .filter_map(|mutant| {
                    let marked = mutant.marked_json();
                    let name = marked.split('⟦').nth(1)?.split('⟧').next()?.to_owned();
                    // It is told once, at the first reference.
                    seen.insert(name.clone()).then(|| {
                        let home = Home::of(fixture);
                        let shadowed = home.clone().configured(|config| {
                            config["macros"]["tenant"][name.as_str()] = json!("y");
                        });
                        mutant.at_home(home, shadowed)
                    })
                })
                .collect()
        }),
        Mutation::new("unsupported-cloud", "a pack for another cloud", |fixture| {
            if fixture.string("/spec/template/cloudType") == "all" {
                return Vec::new();
            }
            changed(fixture, "name", |pack| pack["cloudTypes"] = json!(["gke"]))
        }),
        Mutation::new("unverifiable-pack", "a registry that is not synchronised", |fixture| {
            let pack = manifest_pack("⟦berth-plan⟧", "addon").replace("manifest", "helm");
            let pack = pack.replacen('{', r#"{"registry": {"metadata": {"name": "Quay Charts", "kind": "helm"}}, "tag": "1.0.0", "#, 1);
            let home = Home::of(fixture).configured(|config| {
                let registries = config["registries"].as_array_mut().expect("registries");
                registries.push(json!({"name": "Quay Charts", "kind": "helm", "isSyncSupported": false}));
            });
            vec![fixture.mutant().append("/spec/template/packs", &pack, "/name").at(home)]
        })
        .also(&[("misplaced-layer", "an infrastructure profile has no add-ons")]),
    ]
}

/// A mutant for each pack of a registry: the destinations without and with the defect, and the field to find it at.
fn packs<'f>(
    fixture: &'f Fixture,
    change: impl Fn(&str, Home) -> Option<(Home, Home, &'static str)>,
) -> Vec<Mutant<'f>> {
    let packs = fixture.registry_packs().into_iter();
    packs
        .filter(|pack| is_only_one(fixture, pack))
        .filter_map(|pack| {
            let (without, with, field) = change(&pack, Home::of(fixture))?;
            Some(
                fixture
                    .mutant()
                    .mark(&format!("{pack}/{field}"))
                    .at_home(without, with),
            )
        })
        .collect()
}

/// A mutant for each pack of a registry, with another `pack.json` there.
fn changed<'f>(
    fixture: &'f Fixture,
    field: &'static str,
    change: fn(&mut Value),
) -> Vec<Mutant<'f>> {
    packs(fixture, |pack, home| {
        let changed = home.clone().pack(fixture, pack, change);
        Some((home, changed, field))
    })
}

/// A mutant with a profile of the same name and version at the destination.
fn existing<'f>(fixture: &'f Fixture, marked: &str, change: impl Fn(&mut Value)) -> Mutant<'f> {
    let home = Home::of(fixture);
    let taken = home.clone().configured(|config| {
        let mut profile = json!({
            "name": fixture.string("/metadata/name"),
            "version": fixture.string("/spec/version"),
            "cloudType": fixture.string("/spec/template/cloudType"),
            "type": fixture.kind(),
        });
        change(&mut profile);
        config["profiles"] = json!([profile]);
    });
    fixture.mutant().mark(marked).at_home(home, taken)
}
