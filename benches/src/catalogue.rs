//! The packs there are, in which registries, in which versions; and the macros.

use crate::{random::Random, values::Stock, words};

/// Streams of numbers, one for each purpose: what is added to one changes no other.
pub mod streams {
    /// The values of a pack.
    pub const VALUES: u64 = 1;
    /// What a version changes in them.
    pub const VERSION: u64 = 2;
    /// Uids of registries at home.
    pub const REGISTRY: u64 = 3;
    /// Uids of registries at a destination.
    pub const DESTINATION: u64 = 4;
    /// A profile.
    pub const PROFILE: u64 = 5;
    /// Macros.
    pub const MACROS: u64 = 6;
    /// Manifests.
    pub const MANIFEST: u64 = 7;
    /// A pack of a destination.
    pub const PACK: u64 = 8;
}

/// A registry, the same at home and at every destination but for its uid.
#[derive(Debug)]
pub struct Registry {
    /// The folder it has in a destination.
    pub folder: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its kind, as exports tell it.
    pub kind: &'static str,
    /// What it serves, for OCI registries.
    pub provider_type: &'static str,
    /// The type of packs from it.
    pub pack_type: &'static str,
    /// Whether it is private, as exports tell it.
    pub is_private: bool,
    /// Whether everybody has it.
    pub is_default: bool,
}

/// The registries.
pub const REGISTRIES: [Registry; 5] = [
    Registry {
        folder: "palette-registry",
        name: "Palette Registry",
        kind: "oci",
        provider_type: "pack",
        pack_type: "oci",
        is_private: true,
        is_default: true,
    },
    Registry {
        folder: "palette-community-registry",
        name: "Palette Community Registry",
        kind: "oci",
        provider_type: "pack",
        pack_type: "oci",
        is_private: true,
        is_default: true,
    },
    Registry {
        folder: "public-repo",
        name: "Public Repo",
        kind: "pack",
        provider_type: "",
        pack_type: "spectro",
        is_private: false,
        is_default: true,
    },
    Registry {
        folder: "tideworks-packs",
        name: "Tideworks Packs",
        kind: "oci",
        provider_type: "pack",
        pack_type: "oci",
        is_private: true,
        is_default: false,
    },
    Registry {
        folder: "tideworks-charts",
        name: "Tideworks Charts",
        kind: "helm",
        provider_type: "",
        pack_type: "helm",
        is_private: false,
        is_default: false,
    },
];

/// The registry in which the company keeps packs of its own and copies of some others.
pub const COMPANY: usize = 3;

/// Clouds, and the packs of the four core layers on them.
pub const CLOUDS: [(&str, [&str; 4]); 8] = [
    (
        "aws",
        ["ubuntu-aws", "kubernetes", "cni-calico", "csi-aws-ebs"],
    ),
    (
        "azure",
        ["ubuntu-azure", "kubernetes", "cni-calico", "csi-azure"],
    ),
    ("gcp", ["ubuntu-gcp", "kubernetes", "cni-cilium", "csi-gcp"]),
    (
        "vsphere",
        ["ubuntu-vsphere", "kubernetes", "cni-calico", "csi-vsphere"],
    ),
    (
        "maas",
        ["ubuntu-maas", "kubernetes", "cni-cilium", "csi-rook-ceph"],
    ),
    (
        "eks",
        [
            "amazon-linux-eks",
            "kubernetes-eks",
            "cni-aws-vpc-eks",
            "csi-aws-ebs",
        ],
    ),
    (
        "aks",
        ["ubuntu-aks", "kubernetes-aks", "cni-kubenet", "csi-azure"],
    ),
    (
        "edge-native",
        [
            "edge-native-byoi",
            "edge-k3s",
            "cni-flannel",
            "csi-longhorn",
        ],
    ),
];

/// The core layers, in the order of [`CLOUDS`].
pub const CORE_LAYERS: [&str; 4] = ["os", "k8s", "cni", "csi"];

/// A pack.
#[derive(Debug)]
pub struct Pack {
    /// Its name.
    pub name: String,
    /// Its layer.
    pub layer: &'static str,
    /// The clouds it is for.
    pub clouds: Vec<&'static str>,
    /// The number of its registry in [`REGISTRIES`].
    pub registry: usize,
    /// The size of its values, roughly, in bytes.
    pub bytes: usize,
    /// Its versions, the oldest first.
    pub versions: Vec<String>,
}

impl Pack {
    /// The newest version of each of the last minor versions, the newest last: what profiles use.
    pub fn current(&self) -> impl Iterator<Item = usize> {
        let last = self.versions.len() - 1;
        let newest =
            (0..=last / PATCHES).map(move |minor| (minor * PATCHES + PATCHES - 1).min(last));
        newest.skip((last / PATCHES + 1).saturating_sub(CURRENT))
    }

    /// The tag that moves along with a version.
    #[must_use]
    pub fn moving_tag(&self, version: usize) -> String {
        let (minor, _) = self.versions[version]
            .rsplit_once('.')
            .expect("three numbers");
        format!("{minor}.x")
    }
}

/// Versions with the same minor number.
const PATCHES: usize = 4;
/// Minor versions in use.
const CURRENT: usize = 3;
/// Packs: with the copies 200 in all registries together.
const PACKS: usize = 191;
/// Of so many packs the company has copied one, unless it is its own.
const COPIED: usize = 19;
/// Add-ons that profiles use.
const USED_ADD_ONS: usize = 66;

/// Sizes of values in bytes, from the smallest tenth of all packs to the largest.
const SIZES: [usize; 11] = [
    150, 550, 1250, 2300, 3700, 5500, 7500, 10_300, 14_800, 24_000, 60_000,
];

/// All that a seed gives, before there is any profile.
#[derive(Debug)]
pub struct Catalogue {
    seed: u64,
    /// The packs: those of the core layers, add-ons in use, then others.
    pub packs: Vec<Pack>,
    core: usize,
    macros: Vec<String>,
}

impl Catalogue {
    /// The packs and macros of a seed, with so many versions of packs in all registries together.
    #[must_use]
    pub fn new(seed: u64, pack_versions: usize) -> Self {
        let mut packs = Vec::new();
        for (layer, name) in (0..4).flat_map(|layer| CLOUDS.map(|(_, core)| (layer, core[layer]))) {
            if packs.iter().any(|pack: &Pack| pack.name == name) {
                continue;
            }
            let clouds = CLOUDS.iter().filter(|(_, core)| core[layer] == name);
            packs.push(Pack {
                name: name.to_owned(),
                layer: CORE_LAYERS[layer],
                clouds: clouds.map(|(cloud, _)| *cloud).collect(),
                registry: 0,
                bytes: [1600, 6000, 2200, 13_000][layer],
                versions: Vec::new(),
            });
        }
        let core = packs.len();
        packs.extend((0..PACKS - core).map(|number| {
            let mut random = Random::new(seed, &[streams::VALUES, 1 << 32, number as u64]);
            // Evenly over the tenths, whatever the seed.
            let tenth = number * 7 % 10;
            Pack {
                name: words::add_on(number),
                layer: "addon",
                clouds: vec!["all"],
                registry: [0, 1, 0, 2, 1, 0, 3, 0, 1, 2, 0, 1, 0, 2, 1, 0, 3, 1, 2, 4][number % 20],
                bytes: random.among(SIZES[tenth]..SIZES[tenth + 1]),
                versions: Vec::new(),
            }
        }));
        let mut catalogue = Self {
            seed,
            packs,
            core,
            macros: macros(seed),
        };
        let listed = catalogue.listed();
        for (number, (pack, is_copy)) in listed.iter().enumerate() {
            let count = (pack_versions / listed.len()
                + usize::from(number < pack_versions % listed.len()))
            .max(1);
            if !is_copy {
                catalogue.packs[*pack].versions = versions(*pack, count);
            }
        }
        catalogue
    }

    /// Every pack in every registry that has it: its number, and whether it is the company's copy.
    #[must_use]
    pub fn listed(&self) -> Vec<(usize, bool)> {
        let copied = (0..self.packs.len()).filter(|number| {
            number % COPIED == COPIED - 1 && self.packs[*number].registry != COMPANY
        });
        let own = (0..self.packs.len()).map(|number| (number, false));
        own.chain(copied.map(|number| (number, true))).collect()
    }

    /// The pack with this name.
    ///
    /// # Panics
    ///
    /// Panics if there is none.
    #[must_use]
    pub fn named(&self, name: &str) -> usize {
        self.packs
            .iter()
            .position(|pack| pack.name == name)
            .expect("a pack of the catalogue")
    }

    /// Add-ons that profiles use.
    #[must_use]
    pub fn add_ons(&self) -> std::ops::Range<usize> {
        self.core..self.core + USED_ADD_ONS
    }

    /// The values that a version of a pack comes with.
    #[must_use]
    pub fn stock(&self, pack: usize, version: usize) -> Stock {
        let (number, told) = (pack, version);
        let pack = &self.packs[pack];
        let mut random = Random::new(self.seed, &[streams::VALUES, number as u64]);
        let stock = Stock::chart(&mut random, &pack.name, &pack.versions[0], pack.bytes);
        let mut random = Random::new(self.seed, &[streams::VERSION, number as u64, told as u64]);
        stock.version(&mut random, &pack.versions[0], &pack.versions[told])
    }

    /// The uid of a registry: at home, or at a destination.
    #[must_use]
    pub fn registry_uid(&self, registry: usize, destination: Option<usize>) -> String {
        let keys = match destination {
            None => vec![streams::REGISTRY, registry as u64],
            Some(number) => vec![streams::DESTINATION, number as u64, registry as u64],
        };
        Random::new(self.seed, &keys).uid()
    }

    /// The stream of numbers of something.
    #[must_use]
    pub fn random(&self, keys: &[u64]) -> Random {
        Random::new(self.seed, keys)
    }

    /// The names of the macros that every destination has.
    #[must_use]
    pub fn macros(&self) -> &[String] {
        &self.macros
    }
}

fn versions(pack: usize, count: usize) -> Vec<String> {
    let (major, first) = (1 + pack % 4, pack * 5 % 30);
    (0..count)
        .map(|number| format!("{major}.{}.{}", first + number / PATCHES, number % PATCHES))
        .collect()
}

fn macros(seed: u64) -> Vec<String> {
    let mut random = Random::new(seed, &[streams::MACROS]);
    let mut names: Vec<String> = Vec::new();
    while names.len() < 48 {
        let name = format!("{}_{}", random.thing(), random.key());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
