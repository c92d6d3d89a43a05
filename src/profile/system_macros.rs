//! The system macros that Palette documents: what may follow `.spectro.system.`.

/// Where a system macro has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemMacro {
    /// In cluster profiles.
    Cluster,
    /// In app profiles only.
    App,
    /// In the endpoint of a registry only.
    RegistryEndpoint,
}

/// Those of cluster profiles (Palette documentation, "Pack Constraints" and "Macros"), in the order of the alphabet.
const CLUSTER: [&str; 24] = [
    "cloud.region",
    "cloud.type",
    "cloudaccount.name",
    "cloudaccount.uid",
    "cluster.kubevip",
    "cluster.name",
    "cluster.uid",
    "clusterprofile.infra.name",
    "clusterprofile.infra.uid",
    "clusterprofile.infra.version",
    "clusterprofile.name",
    "clusterprofile.uid",
    "clusterprofile.version",
    "kubernetes.version",
    "project.name",
    "project.uid",
    "reverseproxy.port",
    "reverseproxy.protocol",
    "reverseproxy.server",
    "reverseproxy.vhostport",
    "tenant.uid",
    "user.email",
    "user.name",
    "user.uid",
];

/// Those of app profiles (Palette documentation, "App Profile Macros").
const APP: [&str; 6] = [
    "appdeployment.ingress.host",
    "appdeployment.name",
    "appdeployment.tiername",
    "appdeployment.uid",
    "appprofile.name",
    "appprofile.uid",
];

/// What begins the names of the inputs of a tier of an app profile: `apptier.<INPUT>`, besides `apptier.name` and
/// `apptier.uid`.
const APP_TIER: &str = "apptier.";

/// Those that only endpoints of registries know (Palette documentation, Amazon ECR registries).
const REGISTRY_ENDPOINT: [&str; 1] = ["aws.region"];

impl SystemMacro {
    /// Where the macro with this path, such as `cluster.name`, has a value; `None` when no documentation names it.
    #[must_use]
    pub fn named(path: &str) -> Option<Self> {
        if CLUSTER.contains(&path) {
            return Some(Self::Cluster);
        }
        if APP.contains(&path) || path.starts_with(APP_TIER) {
            return Some(Self::App);
        }
        REGISTRY_ENDPOINT
            .contains(&path)
            .then_some(Self::RegistryEndpoint)
    }

    /// The paths of those that cluster profiles can use.
    pub fn of_clusters() -> impl Iterator<Item = &'static str> + Clone {
        CLUSTER.iter().copied()
    }
}
