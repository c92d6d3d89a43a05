//! What stacks are made of: types of profiles, layers, and clouds.

use crate::finding::Level;

/// What a profile is for (`v1ProfileType` of the Palette API).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileType {
    /// A whole stack: core layers, and perhaps add-ons.
    Cluster,
    /// The core layers only.
    Infra,
    /// Add-ons only.
    AddOn,
    /// What edge appliances run.
    System,
}

impl ProfileType {
    const ALL: [Self; 4] = [Self::Cluster, Self::Infra, Self::AddOn, Self::System];

    /// The type with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its name in exports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Infra => "infra",
            Self::AddOn => "add-on",
            Self::System => "system",
        }
    }

    /// Whether it brings the core layers of a cluster, all of [`REQUIRED_LAYERS`] (Palette documentation, "Cluster
    /// Profiles": the core layers are mandatory for full and infrastructure profiles).
    #[must_use]
    pub fn has_core(self) -> bool {
        matches!(self, Self::Cluster | Self::Infra)
    }

    /// Whether packs of this layer have their place in it. `None` where that is only likely: no system profile with a
    /// core layer is known, and nothing says that there must be none.
    #[must_use]
    pub fn takes(self, layer: Layer) -> Option<bool> {
        match self {
            Self::Cluster => Some(true),
            Self::Infra => Some(layer.is_core()),
            Self::AddOn => Some(!layer.is_core()),
            Self::System => (!layer.is_core()).then_some(true),
        }
    }
}

/// A layer of the stack (`v1PackLayer` of the Palette API).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The kernel; hardly any profile has it.
    Kernel,
    /// The operating system.
    Os,
    /// Kubernetes.
    K8s,
    /// The network.
    Cni,
    /// The storage.
    Csi,
    /// Everything else.
    Addon,
}

/// The layers that a profile with core layers has to have, from the bottom to the top.
pub const REQUIRED_LAYERS: [Layer; 4] = [Layer::Os, Layer::K8s, Layer::Cni, Layer::Csi];

impl Layer {
    const ALL: [Self; 6] = [
        Self::Kernel,
        Self::Os,
        Self::K8s,
        Self::Cni,
        Self::Csi,
        Self::Addon,
    ];

    /// The layer with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }

    /// Its name in exports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Os => "os",
            Self::K8s => "k8s",
            Self::Cni => "cni",
            Self::Csi => "csi",
            Self::Addon => "addon",
        }
    }

    /// Whether it is one of the layers a cluster is built on, which hold one pack each.
    #[must_use]
    pub fn is_core(self) -> bool {
        self != Self::Addon
    }
}

/// The cloud type of profiles for every cloud.
pub const ANY_CLOUD: &str = "all";

/// What is known of stacks for a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KnownStacks {
    /// Every public profile for it has all core layers.
    Whole,
    /// There are public profiles for it that are used without storage.
    WithoutStorage,
    /// None with core layers.
    None,
}

/// Clouds and what is known of stacks for them. The names are those of `v1CloudType` in several versions of the Palette
/// API, of its pack validator, and of the Terraform provider; after `all` in the order of the alphabet.
const CLOUDS: [(&str, KnownStacks); 24] = [
    (ANY_CLOUD, KnownStacks::None),
    ("aks", KnownStacks::Whole),
    ("apache-cloudstack", KnownStacks::None),
    ("aws", KnownStacks::Whole),
    ("azure", KnownStacks::Whole),
    ("baremetal", KnownStacks::None),
    ("coxedge", KnownStacks::None),
    ("custom", KnownStacks::None),
    ("edge", KnownStacks::Whole),
    ("edge-native", KnownStacks::WithoutStorage),
    ("edge-vsphere", KnownStacks::Whole),
    ("eks", KnownStacks::Whole),
    ("gcp", KnownStacks::Whole),
    ("generic", KnownStacks::None),
    ("gke", KnownStacks::None),
    ("libvirt", KnownStacks::Whole),
    ("maas", KnownStacks::Whole),
    ("nested", KnownStacks::None),
    ("nutanix", KnownStacks::None),
    ("openstack", KnownStacks::None),
    ("tencent", KnownStacks::None),
    ("tke", KnownStacks::Whole),
    ("virtual", KnownStacks::None),
    ("vsphere", KnownStacks::Whole),
];

/// The names of all known clouds, `all` first. Palette takes others too, for custom clouds.
pub fn cloud_names() -> impl Iterator<Item = &'static str> + Clone {
    CLOUDS.iter().map(|(name, _)| *name)
}

/// How bad it is when a profile with core layers for this cloud has no pack in one of the [`REQUIRED_LAYERS`].
#[must_use]
pub fn level_of_missing(layer: Layer, cloud: &str) -> Level {
    let known = CLOUDS.iter().find(|(name, _)| *name == cloud);
    match known.map(|(_, stacks)| *stacks) {
        Some(KnownStacks::Whole) => Level::Error,
        Some(KnownStacks::WithoutStorage) if layer != Layer::Csi => Level::Error,
        _ => Level::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_are_in_order() {
        assert!(cloud_names().skip(1).is_sorted());
    }
}
