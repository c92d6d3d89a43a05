//! Destination folders: registries as saved answers and as pack folders, macros, and profiles that exist.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    catalogue::{COMPANY, Catalogue, Pack, REGISTRIES, streams},
    json::Json,
    random::Random,
    values::Type,
};

/// Registries that stand there as folders of packs; the others are saved answers.
const IN_FOLDERS: [usize; 2] = [1, COMPANY];
/// The registry whose answers are pages, as they come; those of the others have been put together.
const IN_PAGES: usize = 2;

/// Writes destinations.
#[derive(Debug)]
pub struct Destinations<'c> {
    /// The packs, of which every destination has all.
    pub catalogue: &'c Catalogue,
    /// Whether saved answers hold the values of packs, which makes them large.
    pub with_values: bool,
}

/// A version of a pack in a registry.
struct Held<'c> {
    pack: &'c Pack,
    number: usize,
    version: usize,
}

impl Destinations<'_> {
    /// Writes the destination with this number.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn write(&self, folder: &Path, number: usize) -> io::Result<()> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        fs::create_dir_all(folder)?;
        fs::write(
            folder.join("destination.yaml"),
            format!(
                "name: {name}\nscope: project\nselect:\n  prefer: [Palette Registry, Tideworks Packs]\n"
            ),
        )?;
        for (registry, about) in REGISTRIES.iter().enumerate() {
            self.registry(
                &folder.join("registries").join(about.folder),
                registry,
                number,
            )?;
        }
        self.macros(&folder.join("macros"))?;
        self.profiles(&folder.join("profiles"), number)
    }

    fn registry(&self, folder: &Path, registry: usize, destination: usize) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let uid = self.catalogue.registry_uid(registry, Some(destination));
        let about = &REGISTRIES[registry];
        let mut json = Json::new(Some(2));
        json.object(|json| {
            json.strings(&[("uid", &uid), ("name", about.name), ("kind", about.kind)]);
            json.key("isPrivate")
                .raw(if about.is_private { "true" } else { "false" });
            json.key("providerType").string(about.provider_type);
            json.key("isSyncSupported").raw("true");
            json.key("isDefault")
                .raw(if about.is_default { "true" } else { "false" });
            json.key("scope")
                .string(if about.is_default { "system" } else { "tenant" });
        });
        fs::write(folder.join("registry.json"), json.finish())?;

        let catalogue = self.catalogue;
        let held: Vec<Held<'_>> = catalogue
            .listed()
            .into_iter()
            .filter(|(pack, is_copy)| {
                let at = if *is_copy {
                    COMPANY
                } else {
                    catalogue.packs[*pack].registry
                };
                at == registry
            })
            .flat_map(|(number, _)| {
                let pack = &catalogue.packs[number];
                (0..pack.versions.len()).map(move |version| Held {
                    pack,
                    number,
                    version,
                })
            })
            .collect();
        if IN_FOLDERS.contains(&registry) {
            return held
                .iter()
                .try_for_each(|held| self.pack_folder(&folder.join("packs"), held));
        }
        if registry == IN_PAGES {
            for (page, packs) in held.chunks(50).enumerate() {
                let path = folder.join(format!("packs-{:03}.json", page + 1));
                fs::write(path, self.answer(packs, held.len(), &uid, Some(page * 50)))?;
            }
            return Ok(());
        }
        fs::write(
            folder.join("packs.json"),
            self.answer(&held, held.len(), &uid, None),
        )?;
        if registry == 0 {
            for versions in held.chunk_by(|one, other| one.number == other.number) {
                let path = folder.join(format!("tags-{}.json", versions[0].pack.name));
                fs::write(path, self.tags(versions, &uid))?;
            }
        }
        Ok(())
    }

    /// `GET /v1/packs`: a page as it comes, on one line, or all pages put together.
    fn answer(
        &self,
        packs: &[Held<'_>],
        count: usize,
        registry: &str,
        page: Option<usize>,
    ) -> String {
        let mut json = Json::new(if page.is_some() { None } else { Some(2) });
        json.object(|json| {
            json.key("items").array(|json| {
                for held in packs {
                    self.summary(json, held, registry);
                }
            });
            json.key("listmeta").object(|json| {
                json.key("continue").string("");
                json.key("count").raw(&count.to_string());
                json.key("limit").raw("50");
                json.key("offset")
                    .raw(&page.unwrap_or_default().to_string());
            });
        });
        json.finish()
    }

    fn summary(&self, json: &mut Json, held: &Held<'_>, registry: &str) {
        let mut random = self.random(held);
        let (pack, version) = (held.pack, &held.pack.versions[held.version]);
        let values = if self.with_values {
            self.catalogue.stock(held.number, held.version).text()
        } else {
            String::new()
        };
        json.object(|json| {
            json.strings(&[("apiVersion", "v1"), ("kind", "pack")]);
            json.key("metadata").object(|json| {
                json.key("annotations").object(|_| {});
                json.strings(&[
                    ("creationTimestamp", "2025-06-17T08:12:44.000Z"),
                    ("deletionTimestamp", "0001-01-01T00:00:00.000Z"),
                ]);
                json.key("labels").object(|_| {});
                json.strings(&[
                    ("lastModifiedTimestamp", "2025-09-02T05:30:11.000Z"),
                    ("name", &pack.name),
                    ("uid", &random.uid()),
                ]);
            });
            json.key("spec").object(|json| {
                json.strings(&[("addonSubType", ""), ("addonType", "")]);
                json.key("annotations")
                    .object(|json| json.strings(&[("source", "community")]));
                clouds(json, pack);
                let digest = format!(
                    "sha256:{:016x}{:016x}{:016x}",
                    random.number(),
                    random.number(),
                    random.number()
                );
                json.strings(&[
                    ("digest", &digest),
                    ("displayName", &display(pack)),
                    ("eol", ""),
                    ("group", ""),
                ]);
                json.strings(&[("layer", pack.layer)]);
                json.key("logoUrl").string(&format!(
                    "https://registry.tideworks.example/{}/logo.png",
                    pack.name
                ));
                json.key("manifests").array(|_| {});
                json.strings(&[("name", &pack.name)]);
                json.key("presets").array(|_| {});
                json.key("registryUid").string(registry);
                json.key("schema").array(|_| {});
                json.key("template").object(|json| {
                    json.key("manifest").string("");
                    json.key("parameters").object(|json| {
                        json.key("inputParameters").array(|_| {});
                        json.key("outputParameters").array(|_| {});
                    });
                    json.key("values").string("");
                });
                let kind = REGISTRIES[pack.registry].pack_type;
                json.strings(&[("type", kind), ("values", &values), ("version", version)]);
            });
            json.key("status").object(|_| {});
        });
    }

    /// `GET /v1/packs/{name}/registries/{uid}`.
    fn tags(&self, versions: &[Held<'_>], registry: &str) -> String {
        let pack = versions[0].pack;
        let mut json = Json::new(None);
        json.object(|json| {
            json.strings(&[("addonSubType", ""), ("addonType", "")]);
            clouds(json, pack);
            json.strings(&[
                ("displayName", &display(pack)),
                ("layer", pack.layer),
                ("name", &pack.name),
            ]);
            json.key("packValues").array(|_| {});
            json.key("registryUid").string(registry);
            json.key("tags").array(|json| {
                for (at, held) in versions.iter().enumerate() {
                    let (version, moving) =
                        (&pack.versions[held.version], pack.moving_tag(held.version));
                    let uid = self.random(held).uid();
                    let mut tag = |tag: &str, parents: &[&str]| {
                        json.object(|json| {
                            json.strings(&[("group", ""), ("packUid", &uid)]);
                            json.key("parentTags")
                                .array(|json| parents.iter().for_each(|tag| json.string(tag)));
                            json.strings(&[("tag", tag), ("version", version)]);
                        });
                    };
                    tag(version, &[&moving]);
                    let next = versions
                        .get(at + 1)
                        .map(|held| pack.moving_tag(held.version));
                    if next.as_ref() != Some(&moving) {
                        tag(&moving, &[]);
                    }
                }
            });
        });
        json.finish()
    }

    fn pack_folder(&self, folder: &Path, held: &Held<'_>) -> io::Result<()> {
        let (pack, version) = (held.pack, &held.pack.versions[held.version]);
        let mut random = self.random(held);
        let folder = folder.join(format!("{}-{version}", pack.name));
        fs::create_dir_all(&folder)?;
        let mut json = Json::new(Some(2));
        json.object(|json| {
            json.strings(&[(
                "addonType",
                *random.pick(&["logging", "monitoring", "security", "app services"]),
            )]);
            json.key("annotations")
                .object(|json| json.strings(&[("source", "community"), ("contributor", "ostvik")]));
            json.key("charts")
                .array(|json| json.string(&format!("charts/{}-{version}.tgz", pack.name)));
            clouds(json, pack);
            if held.number.is_multiple_of(3) {
                json.key("constraints").object(|json| {
                    json.key("dependencies").array(|json| {
                        json.object(|json| {
                            json.strings(&[
                                ("packName", "kubernetes"),
                                ("layer", "k8s"),
                                ("minVersion", "1.0"),
                            ]);
                            json.strings(&[("maxVersion", ""), ("type", "optional")]);
                        });
                    });
                });
            }
            json.strings(&[
                ("displayName", &display(pack)),
                ("layer", pack.layer),
                ("name", &pack.name),
            ]);
            json.strings(&[("version", version)]);
        });
        fs::write(folder.join("pack.json"), json.finish())?;
        let stock = self.catalogue.stock(held.number, held.version);
        fs::write(folder.join("values.yaml"), stock.text())?;
        if held.number.is_multiple_of(5) {
            let rules: Vec<String> = stock
                .scalars()
                .step_by(9)
                .take(8)
                .map(|(path, of, _)| rule(path, of))
                .collect();
            fs::write(folder.join("schema.yaml"), rules.join("\n"))?;
        }
        if held.number.is_multiple_of(6) {
            let name = random.quality();
            let text = format!(
                "presets:\n- name: \"{name}\"\n  displayName: \"{name}\"\n  group: \"{}\"\n  remove: []\n  add: |\n    charts:\n      {}:\n        mode: {name}\n",
                random.thing(),
                pack.name
            );
            fs::write(folder.join("presets.yaml"), text)?;
        }
        Ok(())
    }

    fn macros(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let macros = self.catalogue.macros();
        let (project, rest) = macros.split_at(macros.len() / 3);
        let (tenant, system) = rest.split_at(rest.len() / 2);
        for (scope, names) in [("project", project), ("tenant", tenant), ("system", system)] {
            let mut json = Json::new(None);
            json.object(|json| {
                json.key("macros").array(|json| {
                    for name in names {
                        json.object(|json| json.strings(&[("name", name), ("value", "set")]));
                    }
                });
            });
            fs::write(folder.join(format!("{scope}.json")), json.finish())?;
        }
        Ok(())
    }

    /// Saved metadata of profiles, of which none is in the estate.
    fn profiles(&self, folder: &Path, destination: usize) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut random =
            self.catalogue
                .random(&[streams::DESTINATION, destination as u64, 1 << 32]);
        let mut json = Json::new(Some(2));
        json.object(|json| {
            json.key("items").array(|json| {
                for number in 0..500 {
                    let (name, version) =
                        (format!("{}-{number}", random.thing()), random.among(0..9));
                    json.object(|json| {
                        json.key("metadata").object(|json| {
                            json.strings(&[("name", &name), ("uid", &random.uid())])
                        });
                        json.key("spec").object(|json| {
                            json.strings(&[
                                ("cloudType", "all"),
                                ("version", &format!("1.{version}.0")),
                            ]);
                        });
                    });
                }
            });
        });
        fs::write(folder.join("metadata.json"), json.finish())
    }

    fn random(&self, held: &Held<'_>) -> Random {
        self.catalogue
            .random(&[streams::PACK, held.number as u64, held.version as u64])
    }
}

/// A rule that the values of every profile keep.
fn rule(path: &str, of: Type) -> String {
    let format = match of {
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Text => "string",
    };
    format!(
        "{path}:\n  schema: '{{{{ format \"${{{format}}}\" | hints \"What the chart expects\" }}}}'\n"
    )
}

fn clouds(json: &mut Json, pack: &Pack) {
    json.key("cloudTypes")
        .array(|json| pack.clouds.iter().for_each(|cloud| json.string(cloud)));
}

fn display(pack: &Pack) -> String {
    pack.name.replace('-', " ")
}

/// Where the destination with this number is below the folder of an estate with so many.
#[must_use]
pub fn folder(estate: &Path, number: usize, of: usize) -> PathBuf {
    match of {
        1 => estate.join("destination"),
        _ => estate.join("destinations").join(
            ["prod", "staging", "edge", "lab"]
                .get(number)
                .map_or_else(|| format!("site-{number}"), |name| (*name).to_owned()),
        ),
    }
}
