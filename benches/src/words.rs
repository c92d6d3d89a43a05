//! Words, and sentences that sound like the comments of a chart.

use crate::random::Random;

#[rustfmt::skip]
const THINGS: [&str; 64] = [
    "controller", "gateway", "replica", "webhook", "scheduler", "collector", "exporter", "proxy", "agent", "sidecar",
    "listener", "queue", "cache", "backend", "frontend", "volume", "snapshot", "ledger", "worker", "dispatcher",
    "broker", "index", "session", "token", "certificate", "endpoint", "probe", "budget", "quota", "policy", "mirror",
    "ingress", "route", "shard", "partition", "store", "archive", "reader", "writer", "resolver", "balancer",
    "operator", "dashboard", "bucket", "journal", "topic", "stream", "sampler", "limiter", "watcher", "indexer",
    "compactor", "ruler", "receiver", "renderer", "bridge", "tunnel", "inventory", "catalogue", "registry", "handler",
    "filter", "lease", "recorder",
];
#[rustfmt::skip]
const QUALITIES: [&str; 40] = [
    "default", "internal", "external", "additional", "maximum", "minimum", "rolling", "stale", "primary", "secondary",
    "optional", "global", "local", "shared", "dedicated", "temporary", "persistent", "idle", "active", "remote",
    "static", "dynamic", "partial", "complete", "custom", "upstream", "downstream", "initial", "pending", "graceful",
    "verbose", "structured", "compressed", "encrypted", "read-only", "preferred", "nested", "scheduled", "periodic",
    "aggregated",
];
#[rustfmt::skip]
const ACTIONS: [&str; 36] = [
    "restarted", "drained", "scaled down", "rolled out", "evicted", "scheduled", "mounted", "created", "rotated",
    "compacted", "flushed", "replicated", "renewed", "discovered", "validated", "exposed", "throttled", "rejected",
    "forwarded", "merged", "mirrored", "sampled", "retried", "cached", "upgraded", "installed", "removed", "watched",
    "paused", "resumed", "recorded", "signed", "unpacked", "resolved", "published", "collected",
];
#[rustfmt::skip]
const MATTERS: [&str; 40] = [
    "labels", "annotations", "tolerations", "node selectors", "retries", "connections", "requests", "log lines",
    "metrics", "events", "credentials of the service account", "health checks", "resource limits", "topology hints",
    "environment variables", "init containers", "host aliases", "security settings", "priority classes",
    "disruption budgets", "affinity rules", "update windows", "image pulls", "readiness gates", "storage classes",
    "audit records", "trace spans", "time series", "alert rules", "back-off intervals", "open files",
    "pod identities", "ports of the service", "cluster roles", "mount options", "kernel parameters", "name servers",
    "proxy settings", "cipher suites", "request headers",
];
#[rustfmt::skip]
const KEYS: [&str; 72] = [
    "enabled", "replicaCount", "interval", "timeout", "logLevel", "logFormat", "port", "targetPort", "type", "path",
    "host", "mode", "policy", "strategy", "weight", "limit", "threshold", "retention", "size", "class", "scope",
    "format", "endpoint", "prefix", "suffix", "schedule", "history", "concurrency", "batchSize", "queueLength",
    "maxRetries", "backoff", "period", "delay", "revision", "runtime", "profile", "provider", "region", "zone",
    "cluster", "domain", "issuer", "audience", "protocol", "compression", "encoding", "locale", "owner", "priority",
    "accessMode", "storageClass", "mountPath", "subPath", "readOnly", "create", "automount", "external", "internal",
    "insecure", "verify", "debug", "tracing", "sampling", "burst", "rate", "window", "grace", "drain", "failFast",
    "dryRun", "strict",
];
#[rustfmt::skip]
const PLACES: [&str; 20] = [
    "kube-system", "observability", "platform", "edge", "delivery", "staging", "storage", "identity", "batch",
    "messaging", "ingress", "search", "reports", "billing", "audit", "backup", "media", "routing", "builds", "shared",
];
#[rustfmt::skip]
const HOSTS: [&str; 16] = [
    "registry.tideworks.example", "mirror.norrland.example", "charts.ostvik.example", "git.tideworks.example",
    "docs.ostvik.example", "vault.norrland.example", "logs.tideworks.example", "metrics.ostvik.example",
    "id.norrland.example", "images.ostvik.example", "ntp.norrland.example", "relay.tideworks.example",
    "objects.norrland.example", "packages.ostvik.example", "queue.tideworks.example", "traces.norrland.example",
];
#[rustfmt::skip]
const FIRST: [&str; 30] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "granite", "heron", "indigo", "juniper", "kestrel", "lumen",
    "maple", "nordic", "onyx", "poplar", "quartz", "raven", "sable", "tundra", "umber", "vesper", "willow", "xenon",
    "yarrow", "zephyr", "basalt", "cobalt", "drift", "lichen",
];
#[rustfmt::skip]
const SECOND: [&str; 24] = [
    "gateway", "metrics", "logging", "operator", "mesh", "cache", "queue", "vault", "backup", "scanner", "ingress",
    "dashboard", "tracing", "policy", "storage", "registry", "autoscaler", "notifier", "search", "identity",
    "database", "scheduler", "exporter", "pipeline",
];
#[rustfmt::skip]
const TEAMS: [&str; 20] = [
    "harbour", "freight", "ticketing", "payroll", "catering", "maps", "weather", "pricing", "loyalty", "fleet",
    "claims", "archive", "gates", "signals", "depots", "kiosks", "cameras", "rosters", "invoices", "permits",
];

impl Random {
    fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.among(0..words.len())]
    }

    /// What runs in a cluster.
    pub fn thing(&mut self) -> &'static str {
        self.word(&THINGS)
    }

    /// A key of a mapping.
    pub fn key(&mut self) -> &'static str {
        self.word(&KEYS)
    }

    /// A namespace.
    pub fn place(&mut self) -> &'static str {
        self.word(&PLACES)
    }

    /// A host that nobody has.
    pub fn host(&mut self) -> &'static str {
        self.word(&HOSTS)
    }

    /// A team of the company.
    pub fn team(&mut self) -> &'static str {
        self.word(&TEAMS)
    }

    /// What is said of something.
    pub fn quality(&mut self) -> &'static str {
        self.word(&QUALITIES)
    }

    fn action(&mut self) -> &'static str {
        self.word(&ACTIONS)
    }

    fn matters(&mut self) -> &'static str {
        self.word(&MATTERS)
    }

    /// A sentence without its full stop.
    pub fn sentence(&mut self) -> String {
        let (thing, quality, action) = (self.thing(), self.quality(), self.action());
        let (matters, other) = (self.matters(), self.thing());
        match self.among(0..14) {
            0 => format!("Whether the {quality} {thing} is {action} together with the {other}"),
            1 => format!(
                "Number of {matters} that the {thing} keeps before a {quality} {other} is {action}"
            ),
            2 => format!("Additional {matters} for the {thing}"),
            3 => format!(
                "If set, the {quality} {thing} is {action} only once the {other} has been {action}"
            ),
            4 => format!("Name of the {quality} {other} the {thing} is {action} with"),
            5 => format!("Set to false when {matters} are managed outside of the {thing}"),
            6 => format!(
                "The {thing} must be {action} after {matters} change, a {quality} {other} is not enough"
            ),
            7 => format!(
                "How long a {quality} {thing} may wait for the {other} until it is {action}"
            ),
            8 => {
                format!("Overrides the {quality} {matters}, evaluated as a template by the {thing}")
            }
            9 => format!("{} {matters} of the {thing}", capital(quality)),
            10 => format!(
                "Ignored if the {other} brings {matters} of its own, for instance \"{quality}\""
            ),
            11 => format!(
                "NOTE: with more than one {thing} the {quality} {other} & its {matters} are {action} twice"
            ),
            12 => format!(
                "Interval at which {matters} are {action}, in seconds (>= 5 on a {quality} {other})"
            ),
            _ => format!(
                "Deprecated: use `{thing}.{}` instead, {matters} are {action} there",
                self.key()
            ),
        }
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// The name of an add-on; different numbers below [`ADD_ONS`] give different names.
#[must_use]
pub fn add_on(number: usize) -> String {
    // Every first word meets every second one, in an order that mixes both.
    let (first, second) = (number % FIRST.len(), number / FIRST.len() + number * 7);
    format!("{}-{}", FIRST[first], SECOND[second % SECOND.len()])
}

/// How many add-ons have a name.
pub const ADD_ONS: usize = FIRST.len() * SECOND.len();
