//! Profiles, one after the other.

use crate::{
    catalogue::{CLOUDS, CORE_LAYERS, Catalogue, REGISTRIES, streams},
    json::{Json, escaped},
    random::Random,
    values::{Own, Stock, Type},
};

/// What profiles are like; shares are from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Mix {
    /// The share of packs whose values somebody has changed.
    pub customised: f64,
    /// The share of files on one line.
    pub minified: f64,
    /// The share of profiles with a defect: a masked value, a variable that nothing uses, a text that stands in.
    pub defects: f64,
}

/// A profile as a file.
#[derive(Debug)]
pub struct File {
    /// Its path below the folder of the profiles.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Makes profiles. The same number gives the same profile, however many there are.
#[derive(Debug)]
pub struct Profiles<'c> {
    catalogue: &'c Catalogue,
    mix: Mix,
    /// The versions in use of every pack in use.
    charts: Vec<Vec<(usize, Chart)>>,
    manifests: Vec<Chart>,
}

#[derive(Debug)]
struct Chart {
    stock: Stock,
    /// The text as a JSON string.
    json: String,
}

impl Chart {
    fn new(stock: Stock) -> Self {
        Self {
            json: escaped(stock.text().trim_end()),
            stock,
        }
    }
}

struct Variable {
    name: String,
    format: &'static str,
    default: String,
    is_dropdown: bool,
}

impl<'c> Profiles<'c> {
    /// Reads the values of all packs in use.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue, mix: Mix) -> Self {
        let charts = (0..catalogue.add_ons().end).map(|pack| {
            let versions = catalogue.packs[pack].current();
            versions
                .map(|version| (version, Chart::new(catalogue.stock(pack, version))))
                .collect()
        });
        let manifests = (0..60).map(|number| {
            let mut random = catalogue.random(&[streams::MANIFEST, number]);
            let (name, objects) = (random.team(), random.among(1..5));
            Chart::new(Stock::manifest(&mut random, name, objects))
        });
        Self {
            catalogue,
            mix,
            charts: charts.collect(),
            manifests: manifests.collect(),
        }
    }

    /// The profile with this number.
    #[must_use]
    pub fn profile(&self, number: usize) -> File {
        let mut random = self.catalogue.random(&[streams::PROFILE, number as u64]);
        let kind = match random.fraction() {
            0.0..0.45 => "cluster",
            0.45..0.6 => "infra",
            0.6..0.93 => "add-on",
            _ => "system",
        };
        let has_core = matches!(kind, "cluster" | "infra");
        let (cloud, core) = *random.pick(&CLOUDS);
        let cloud = if has_core || (kind == "add-on" && random.chance(0.3)) {
            cloud
        } else {
            "all"
        };
        let count = if kind == "infra" {
            4
        } else {
            4 + (21.0 * random.fraction().powf(2.2)) as usize
        };
        let mut packs: Vec<usize> = Vec::with_capacity(count);
        if has_core {
            packs.extend(core.map(|name| self.catalogue.named(name)));
        }
        while packs.len() < count {
            let pack = random.among(self.catalogue.add_ons());
            if !packs.contains(&pack) {
                packs.push(pack);
            }
        }
        let team = random.team();
        let name = format!("{team}-{cloud}-{number:05}");
        let text = self.text(&mut random, &name, kind, cloud, &packs);
        File {
            path: format!("{team}/{name}.json"),
            text,
        }
    }

    /// A profile of this size in bytes or a little more.
    #[must_use]
    pub fn of_size(&self, bytes: usize) -> File {
        (0..)
            .map(|number| self.profile(number))
            .find(|file| (bytes..bytes + bytes / 20).contains(&file.text.len()))
            .expect("numbers do not end")
    }

    fn text(
        &self,
        random: &mut Random,
        name: &str,
        kind: &str,
        cloud: &str,
        packs: &[usize],
    ) -> String {
        let defect = random.chance(self.mix.defects).then(|| random.among(0..3));
        let are_customised: Vec<bool> = packs
            .iter()
            .map(|_| random.chance(self.mix.customised))
            .collect();
        let customised = are_customised.iter().filter(|is| **is).count();
        let mut variables = Vec::new();
        if customised > 0 && random.chance(0.6) {
            variables = (0..random.among(1..9))
                .map(|number| variable(random, number))
                .collect();
        }
        let indent = match random.fraction() {
            share if share < self.mix.minified => None,
            _ if random.chance(0.2) => Some(4),
            _ => Some(2),
        };
        let mut json = Json::new(indent);
        json.object(|json| {
            json.key("metadata").object(|json| {
                json.strings(&[
                    ("name", name),
                    ("description", &format!("{}.", random.sentence())),
                ]);
                json.key("labels").object(|json| {
                    json.strings(&[("owner", random.team()), ("tier", "spectro__tag")]);
                });
            });
            json.key("spec").object(|json| {
                let version = format!(
                    "{}.{}.{}",
                    random.among(1..4),
                    random.among(0..9),
                    random.among(0..9)
                );
                json.key("version").string(&version);
                json.key("template").object(|json| {
                    json.strings(&[("type", kind), ("cloudType", cloud)]);
                    json.key("packs").array(|json| {
                        let mut left = customised;
                        let mut unused = &variables[..];
                        for (at, (pack, is_customised)) in
                            packs.iter().zip(&are_customised).enumerate()
                        {
                            let mut references = Vec::new();
                            if *is_customised {
                                let (here, rest) = unused.split_at(unused.len().div_ceil(left));
                                references.extend(
                                    here.iter()
                                        .map(|variable| reference(random, "var", &variable.name)),
                                );
                                (unused, left) = (rest, left - 1);
                                self.references(random, packs, at, &mut references);
                            }
                            let text = is_customised.then_some(&references[..]);
                            let layer = if kind == "system" || at >= 4 {
                                "addon"
                            } else {
                                CORE_LAYERS[at]
                            };
                            let layer = if self.catalogue.packs[*pack].layer == "addon" {
                                "addon"
                            } else {
                                layer
                            };
                            self.pack(
                                json,
                                random,
                                name,
                                (*pack, layer),
                                text,
                                (at == 0).then_some(defect).flatten(),
                            );
                        }
                        if kind != "infra" && random.chance(0.25) {
                            self.manifest_pack(json, random, name);
                        }
                    });
                });
                if defect == Some(1) {
                    variables.push(variable(random, variables.len()));
                }
                json.key("variables").array(|json| {
                    for variable in &variables {
                        write_variable(json, variable);
                    }
                });
            });
        });
        let mut text = json.finish();
        if indent.is_some() {
            text.push('\n');
        }
        text
    }

    /// What a changed pack refers to beside variables.
    fn references(
        &self,
        random: &mut Random,
        packs: &[usize],
        at: usize,
        references: &mut Vec<String>,
    ) {
        for _ in 0..random.among(0..4) {
            let name = random.pick(self.catalogue.macros());
            references.push(reference(random, "macro", name));
        }
        if random.chance(0.4) {
            let path = *random.pick(&[
                "cluster.name",
                "cluster.uid",
                "project.name",
                "cloud.region",
            ]);
            references.push(reference(random, "system", path));
        }
        if random.chance(0.2) && at > 0 {
            let other = packs[random.among(0..at)];
            let pack = &self.catalogue.packs[other].name;
            let mut numbers = self.charts[other][0]
                .1
                .stock
                .scalars()
                .filter(|(_, of, _)| *of == Type::Number);
            if let Some((path, ..)) = numbers.next() {
                references.push(format!(
                    "{{{{ .spectro.pack.{pack}.{path} | default 30 }}}}"
                ));
            }
        }
    }

    fn pack(
        &self,
        json: &mut Json,
        random: &mut Random,
        mark: &str,
        (number, layer): (usize, &str),
        references: Option<&[String]>,
        defect: Option<usize>,
    ) {
        let pack = &self.catalogue.packs[number];
        let registry = &REGISTRIES[pack.registry];
        let (version, chart) = random.pick(&self.charts[number]);
        let display = format!("{}-{}", random.team(), random.place());
        let is_repeated = references.is_some() && pack.layer == "addon" && random.chance(0.05);
        let name = if is_repeated {
            format!("{display}--{}", pack.name)
        } else {
            pack.name.clone()
        };
        let tag = match pack.registry {
            0 if random.chance(0.3) => pack.moving_tag(*version),
            _ => pack.versions[*version].clone(),
        };
        json.object(|json| {
            json.strings(&[
                ("name", &name),
                ("type", registry.pack_type),
                ("layer", layer),
            ]);
            json.strings(&[("version", &pack.versions[*version]), ("tag", &tag)]);
            json.key("values");
            match (references, defect) {
                (None, None | Some(1)) => json.raw(&chart.json),
                _ => {
                    let own = Own {
                        mark,
                        references: references.unwrap_or_default(),
                        repeated: is_repeated.then_some((display.as_str(), pack.name.as_str())),
                    };
                    let mut text = chart.stock.customised(random, own);
                    text.push_str(match defect {
                        Some(0) => "extra:\n  joinPassword: \"********\"\n",
                        Some(2) => "extra:\n  zoneOfTheCluster: <ZONE_OF_THE_CLUSTER>\n",
                        _ => "",
                    });
                    json.string(text.trim_end());
                }
            }
            json.key("registry").object(|json| {
                json.key("metadata").object(|json| {
                    let uid = self.catalogue.registry_uid(pack.registry, None);
                    json.strings(&[
                        ("uid", &uid),
                        ("name", registry.name),
                        ("kind", registry.kind),
                    ]);
                    json.key("isPrivate")
                        .raw(if registry.is_private { "true" } else { "false" });
                    json.key("providerType").string(registry.provider_type);
                    json.key("isSyncSupported").raw("true");
                });
            });
            if pack.layer == "addon" && random.chance(0.1) {
                self.manifests(json, random, mark);
            }
        });
    }

    fn manifest_pack(&self, json: &mut Json, random: &mut Random, mark: &str) {
        json.object(|json| {
            let name = format!("{}-objects", random.team());
            json.strings(&[
                ("name", &name),
                ("type", "manifest"),
                ("layer", "addon"),
                ("version", "1.0.0"),
            ]);
            let note = if random.chance(self.mix.customised) {
                format!("\n# {mark}")
            } else {
                String::new()
            };
            json.key("values")
                .string(&format!("pack:\n  namespace: \"{}\"{note}", random.place()));
            json.key("registry").object(|json| {
                json.key("metadata").object(|json| {
                    json.strings(&[("uid", ""), ("name", ""), ("kind", "")]);
                    json.key("isPrivate").raw("false");
                    json.key("providerType").string("");
                    json.key("isSyncSupported").raw("false");
                });
            });
            self.manifests(json, random, mark);
        });
    }

    fn manifests(&self, json: &mut Json, random: &mut Random, mark: &str) {
        let count = random.among(1..4);
        json.key("manifests").array(|json| {
            for number in 0..count {
                json.object(|json| {
                    json.key("name")
                        .string(&format!("{}-{number}", random.thing()));
                    json.key("content");
                    let manifest = random.pick(&self.manifests);
                    if random.chance(self.mix.customised) {
                        json.string(&manifest.stock.customised(
                            random,
                            Own {
                                mark,
                                ..Own::default()
                            },
                        ));
                    } else {
                        json.raw(&manifest.json);
                    }
                });
            }
        });
    }
}

/// A reference in one of the ways in which people space them.
fn reference(random: &mut Random, family: &str, path: &str) -> String {
    match random.among(0..5) {
        0 => format!("{{{{.spectro.{family}.{path}}}}}"),
        1 => format!("{{{{.spectro.{family}.{path} }}}}"),
        2 if family == "macro" => format!("{{{{ .spectro.{family}.{path} | lower }}}}"),
        _ => format!("{{{{ .spectro.{family}.{path} }}}}"),
    }
}

fn variable(random: &mut Random, number: usize) -> Variable {
    let (format, default) = match random.among(0..6) {
        0 => ("number", random.among(1..500).to_string()),
        1 => ("boolean", random.chance(0.5).to_string()),
        2 => (
            "ipv4",
            format!("10.{}.{}.10", random.among(0..250), random.among(0..250)),
        ),
        3 => ("version", format!("1.{}.0", random.among(0..40))),
        _ => ("string", format!("{}-{}", random.quality(), random.thing())),
    };
    Variable {
        name: format!("{}_{}_{number}", random.thing(), random.key()),
        format,
        default,
        is_dropdown: format == "string" && random.chance(0.3),
    }
}

fn write_variable(json: &mut Json, variable: &Variable) {
    let display = variable.name.replace('_', " ");
    json.object(|json| {
        json.strings(&[
            ("name", &variable.name),
            ("displayName", &display),
            ("description", ""),
        ]);
        json.strings(&[
            ("format", variable.format),
            ("defaultValue", &variable.default),
        ]);
        json.key("regex").string(if variable.format == "string" {
            "^[a-z-]+$"
        } else {
            ""
        });
        json.key("required").raw("true");
        json.key("hidden").raw("false");
        json.key("immutable").raw("false");
        json.key("isSensitive").raw("false");
        json.key("inputType").string(if variable.is_dropdown {
            "dropdown"
        } else {
            "text"
        });
        json.key("options").array(|json| {
            let options = [
                (variable.default.as_str(), "true"),
                ("another-choice", "false"),
            ];
            for (value, is_default) in options.into_iter().filter(|_| variable.is_dropdown) {
                json.object(|json| {
                    json.strings(&[("value", value), ("label", value), ("description", "")]);
                    json.key("default").raw(is_default);
                });
            }
        });
    });
}
