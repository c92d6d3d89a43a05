//! Hosts that texts name: in URLs, in references to container images, and in the patterns that allow them.
//!
//! Only what certainly is the name of a host is found. Addresses, names that only a cluster knows, and names that a
//! template puts together are not.

use std::{fmt, ops::Range, str::FromStr};

/// The host of images that name none.
pub const DOCKER_HUB: &str = "docker.io";

/// Names of Docker Hub that clients use for it.
const DOCKER_HUB_ALIASES: [&str; 2] = ["index.docker.io", "registry-1.docker.io"];

/// Schemes of URLs that lead to a host, with the port that is meant without one. Others name buckets, files or
/// identities.
const SCHEMES: [(&str, u16); 12] = [
    ("https", 443),
    ("http", 80),
    ("oci", 443),
    ("docker", 443),
    ("git", 9418),
    ("ssh", 22),
    ("wss", 443),
    ("ws", 80),
    ("ftp", 21),
    ("sftp", 22),
    ("ldap", 389),
    ("ldaps", 636),
];

/// Hosts in URLs that are names of something and are never opened: of XML namespaces and JSON Schemas.
const IDENTIFIERS: [&str; 5] = [
    "www.w3.org",
    "json-schema.org",
    "schemas.xmlsoap.org",
    "schemas.microsoft.com",
    "purl.org",
];

/// Hosts that stand for others: documentation (RFC 2606), the machine itself, and what it knows as its surroundings.
const PLACEHOLDERS: [&str; 8] = [
    "example.com",
    "example.org",
    "example.net",
    "chart-example.local",
    "host.docker.internal",
    "kubernetes.docker.internal",
    "host.containers.internal",
    "metadata.google.internal",
];

/// Last labels of names that lead nowhere, or to the machine itself (RFC 6761).
const LOCAL_ENDS: [&str; 3] = ["localhost", "invalid", "localdomain"];

/// Effects of taints, which stand where the tag of an image would: `example.com/gpu:NoSchedule`.
const TAINT_EFFECTS: [&str; 3] = ["NoSchedule", "NoExecute", "PreferNoSchedule"];

/// A host, and the port if one is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    /// Its name in lower case, with at least one dot.
    pub name: String,
    /// The port that stands behind it.
    pub port: Option<u16>,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl Host {
    /// Docker Hub.
    #[must_use]
    pub fn docker_hub() -> Self {
        Self {
            name: DOCKER_HUB.to_owned(),
            port: None,
        }
    }

    /// The host that a text begins with, and how many bytes of it that takes. `None` where there is none, or where it
    /// does not end with its name: `host.{{ domain }}`.
    fn at_start(text: &str) -> Option<(Self, usize)> {
        let in_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let len = text.bytes().take_while(in_name).count();
        let name = text.get(..len)?.trim_end_matches('.');
        let mut end = name.len();
        let mut port = None;
        if let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(':')) {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                port = Some(rest.get(..digits)?.parse().ok()?);
                end += 1 + digits;
            }
        }
        let ends = |next: char| next.is_whitespace() || "/?#:.\"'`,;)]|&\\".contains(next);
        let is_end = text.get(end..)?.chars().next().is_none_or(ends);
        let name = name.to_ascii_lowercase();
        (is_end && is_domain(&name)).then_some((Self { name, port }, end))
    }

    /// Whether the name leads out of the cluster and the machine, as far as the name alone tells.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        let labels: Vec<&str> = self.name.split('.').collect();
        let is_or_below = |known: &&str| {
            self.name
                .strip_suffix(*known)
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        let in_cluster =
            is_or_below(&"cluster.local") || labels.iter().skip(2).any(|label| *label == "svc");
        let is_local = labels.last().is_some_and(|last| LOCAL_ENDS.contains(last));
        !in_cluster && !is_local && !PLACEHOLDERS.iter().any(is_or_below)
    }

    /// The namespace it lies in, if it may be the name of a service in a namespace: `http://grafana.monitoring`.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        let (_, namespace) = self.name.split_once('.')?;
        (!namespace.contains('.')).then_some(namespace)
    }

    fn canonical(&self) -> &str {
        if DOCKER_HUB_ALIASES.contains(&self.name.as_str()) {
            DOCKER_HUB
        } else {
            &self.name
        }
    }
}

/// Whether a name is a domain: labels with a dot between them, the last one not a number, as it is in addresses.
fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_top = |label: &str| {
        label.len() >= 2
            && (label.starts_with("xn--") || label.bytes().all(|byte| byte.is_ascii_alphabetic()))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label) && is_top(last)
}

/// A host where a text names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The host.
    pub host: Host,
    /// The port that is meant, told or not.
    pub port: u16,
    /// The bytes of the text that name it; of an image without a registry the whole image.
    pub range: Range<usize>,
}

/// The hosts of the URLs in a text that something opens, as far as what stands around them tells.
///
/// In running text they are for people to read. They count where they are a whole word of a value: alone, behind a key
/// (`url: https://…`, `--from=https://…`), in quotes or a list, and as arguments of commands.
#[must_use]
pub fn in_urls(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"://") {
        let mut from = at.saturating_sub(LEAD);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let before = text.get(from..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let scheme_len = line
            .bytes()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'+')
            .count();
        let (lead, scheme) = line
            .split_at_checked(line.len() - scheme_len)
            .unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        let scheme = scheme.rsplit('+').next().unwrap_or_default();
        let Some((_, default_port)) = SCHEMES.iter().find(|(known, _)| *known == scheme) else {
            continue;
        };
        if !is_opened(lead) {
            continue;
        }
        let start = at + "://".len();
        let rest = text.get(start..).unwrap_or_default();
        let authority = rest
            .find(|next: char| next.is_whitespace() || "/?#\"'`".contains(next))
            .and_then(|end| rest.get(..end))
            .unwrap_or(rest);
        let user = authority.rfind('@').map_or(0, |at| at + 1);
        let Some((host, len)) = rest.get(user..).and_then(Host::at_start) else {
            continue;
        };
        if IDENTIFIERS.contains(&host.name.as_str()) {
            continue;
        }
        let start = start + user;
        found.push(Mention {
            port: host.port.unwrap_or(*default_port),
            host,
            range: start..start + len,
        });
    }
    found
}

/// Programs whose arguments are opened.
const PROGRAMS: [&str; 17] = [
    "curl", "wget", "git", "helm", "oras", "docker", "nerdctl", "crictl", "ctr", "podman",
    "skopeo", "crane", "kubectl", "apt-key", "pip", "pip3", "npm",
];

/// Words that stand before the name of a program.
const BEFORE_PROGRAMS: [&str; 8] = ["-", "sudo", "then", "do", "exec", "RUN", "if", "!"];

/// How much of a line, in bytes, is looked at to tell what a URL in it is for.
const LEAD: usize = 400;

/// Whether something opens a URL that follows this beginning of a line.
fn is_opened(lead: &str) -> bool {
    let is_comment = lead.trim_start().starts_with(['#'])
        || lead.trim_start().starts_with("//")
        || lead.contains(" #");
    if is_comment {
        return false;
    }
    let lead = lead.trim_end_matches(['"', '\'', '`', '[', '(']);
    if lead.ends_with(['=', ',']) {
        return true;
    }
    let lead = lead.trim();
    let mut words = lead.split_whitespace();
    let first = words.next().unwrap_or_default();
    let first = if first == "-" {
        words.next().unwrap_or_default()
    } else {
        first
    };
    let is_key = first.ends_with(':') && words.next().is_none();
    let command = lead
        .rsplit([';', '|', '&', '(', '`'])
        .next()
        .unwrap_or(lead);
    let mut command = command.split_whitespace();
    let program = command.find(|word| !BEFORE_PROGRAMS.contains(word) && !word.contains('='));
    let program = program.and_then(|word| word.trim_matches(['"', '\'']).rsplit('/').next());
    let last = lead.split_whitespace().next_back().unwrap_or_default();
    first.is_empty()
        || is_key && !is_for_people(first.trim_end_matches(':'))
        || (last.starts_with('-') && last.len() > 1)
        || program.is_some_and(|program| PROGRAMS.contains(&program))
}

/// Ends of keys, in lower case, whose values people read and nothing opens.
const FOR_PEOPLE: [&str; 21] = [
    "description",
    "summary",
    "title",
    "message",
    "comment",
    "note",
    "notes",
    "docs",
    "doc",
    "documentation",
    "home",
    "homepage",
    "help",
    "license",
    "runbook",
    "runbook_url",
    "runbookurl",
    "docsurl",
    "maintainer",
    "link",
    "links",
];

/// Whether values of a key are for people to read. Schemas are named by URLs as well, and not fetched from there.
#[must_use]
pub fn is_for_people(key: &str) -> bool {
    let key = key.trim_matches(['"', '\'']).to_ascii_lowercase();
    // A name may look like a URL: that of a user whom an identity provider knows.
    key == "name"
        || key.starts_with('$')
        || key.starts_with("xmlns")
        || key.ends_with(".md")
        || FOR_PEOPLE.iter().any(|end| key.ends_with(end))
}

/// A reference to a container image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    /// The registry it names.
    pub registry: Option<Mention>,
    /// Whether it names an organisation or folder before the image itself.
    pub has_folder: bool,
    /// Whether it has a tag or a digest.
    pub has_version: bool,
}

impl ImageReference {
    /// Reads a text that is nothing but a reference to an image. `None` for everything else, for references whose
    /// registry a template gives, and for short names with templates.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, rest) = text.split_once('/').unwrap_or(("", text));
        let is_registry = first.contains(['.', ':']);
        let registry = if is_registry {
            let (host, len) = Host::at_start(first)?;
            (len == first.len()).then_some(())?;
            Some(Mention {
                port: host.port.unwrap_or(443),
                range: 0..len,
                host,
            })
        } else {
            None
        };
        let path = if is_registry { rest } else { text };
        let (name, digest) = match path.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (path, None),
        };
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) => (name, Some(tag)),
            None => (name, None),
        };
        let has_template = path.contains("{{");
        if has_template {
            // What comes behind the registry may be anything.
            registry.as_ref()?;
            let has_version = name.contains(':') || tag.is_some();
            return Some(Self {
                registry,
                has_folder: name.contains('/'),
                has_version,
            });
        }
        let is_part = |part: &str| {
            let in_part = |byte: u8| {
                byte.is_ascii_lowercase()
                    || byte.is_ascii_digit()
                    || matches!(byte, b'.' | b'_' | b'-')
            };
            let is_outer = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
            part.bytes().all(in_part)
                && is_outer(part.bytes().next())
                && is_outer(part.bytes().next_back())
        };
        let in_tag = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let is_tag = |tag: &str| {
            (1..=128).contains(&tag.len())
                && tag.bytes().all(in_tag)
                && !tag.starts_with(['.', '-'])
                && !TAINT_EFFECTS.contains(&tag)
        };
        let is_digest = |digest: &str| digest.contains(':') && digest.len() > 32;
        (name.split('/').all(is_part) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest))
            .then(|| Self {
                registry,
                has_folder: name.contains('/'),
                has_version: tag.is_some() || digest.is_some(),
            })
    }
}

/// The host that a text names which is nothing but a registry, perhaps with a folder in it.
#[must_use]
pub fn registry(text: &str) -> Option<Mention> {
    let (host, len) = Host::at_start(text)?;
    let rest = text.get(len..)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| Mention {
        port: host.port.unwrap_or(443),
        host,
        range: 0..len,
    })
}

/// Hosts that are allowed: one, or all below a domain (`*.halvardline.example`); at every port, or at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    name: String,
    is_below: bool,
    port: Option<u16>,
}

/// The text is no pattern of hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a host such as `mirror.example`, `mirror.example:5000`, or `*.mirror.example`")]
pub struct NoPattern;

impl FromStr for HostPattern {
    type Err = NoPattern;

    fn from_str(text: &str) -> Result<Self, NoPattern> {
        let bare = text.strip_prefix("*.");
        let (name, port) = match bare.unwrap_or(text).split_once(':') {
            Some((name, port)) => (name, Some(port.parse().map_err(|_| NoPattern)?)),
            None => (bare.unwrap_or(text), None),
        };
        let in_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let is_name = !name.is_empty()
            && name.bytes().all(in_name)
            && name.split('.').all(|label| !label.is_empty());
        is_name
            .then(|| Self {
                name: name.to_ascii_lowercase(),
                is_below: bare.is_some(),
                port,
            })
            .ok_or(NoPattern)
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = if self.is_below { "*." } else { "" };
        write!(f, "{below}{}", self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl HostPattern {
    /// Whether it allows a host that is named somewhere.
    #[must_use]
    pub fn allows(&self, mention: &Mention) -> bool {
        let name = mention.host.canonical();
        let is_name = if self.is_below {
            name.strip_suffix(self.name.as_str())
                .is_some_and(|before| before.ends_with('.'))
        } else {
            name == self.name || mention.host.name == self.name
        };
        is_name && self.port.is_none_or(|port| port == mention.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        let found = in_urls(text);
        for mention in &found {
            let named = text[mention.range.clone()].to_ascii_lowercase();
            assert_eq!(named, mention.host.to_string());
        }
        found
            .into_iter()
            .map(|mention| mention.host.to_string())
            .collect()
    }

    #[test]
    fn urls_that_something_opens_are_found() {
        for text in [
            "https://a.example",
            "http://A.example/x?y=https",
            "oci://a.example/charts",
            "git+ssh://git@a.example/x.git",
            "https://user:word@a.example/",
            "--issuer=https://a.example/realm",
            "ISSUER=\"https://a.example\"",
            "curl -sfL https://a.example/install.sh | sh -",
            "sudo /usr/bin/wget https://a.example",
            "url: https://a.example # not https://b.example",
            "  - https://a.example.",
            "{\"url\": 1, \"b\":[\"x\",\"https://a.example\"]}",
            "run --from https://a.example",
            "  \"url\": \"https://a.example\",",
        ] {
            assert_eq!(urls(text), ["a.example"], "{text}");
        }
        assert_eq!(
            urls("https://a.example:8443,https://b.example"),
            ["a.example:8443", "b.example"]
        );
    }

    #[test]
    fn other_texts_name_no_host() {
        for text in [
            "see https://a.example for more",
            "More info: https://a.example",
            "# curl https://a.example",
            "description: https://a.example",
            "https://{{ .spectro.macro.host }}/x",
            "https://a.{{ .spectro.macro.domain }}/x",
            "https://${HOST}/",
            "https://<host>/",
            "https://10.0.0.1:6443",
            "https://[fd00::1]/",
            "http://minio:9000",
            "s3://bucket.name/key",
            "spiffe://a.example/ns/x",
            "file:///etc/a.example",
            "http://www.w3.org/2001/XMLSchema",
            "http://json-schema.org/draft-07/schema#",
            "://a.example",
        ] {
            assert_eq!(urls(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn images_are_told_from_other_texts() {
        let parse = |text: &str| {
            ImageReference::parse(text).map(|image| {
                let host = image.registry.map(|mention| mention.host.to_string());
                (host, image.has_folder, image.has_version)
            })
        };
        let at = |host: &str| Some(host.to_owned());
        assert_eq!(parse("nginx"), Some((None, false, false)));
        assert_eq!(parse("library/nginx:1.2"), Some((None, true, true)));
        assert_eq!(parse("quay.io/a/b:v1"), Some((at("quay.io"), true, true)));
        assert_eq!(parse("quay.io/b"), Some((at("quay.io"), false, false)));
        assert_eq!(
            parse("mirror.example:5000/a/b:{{ .spectro.var.tag }}"),
            Some((at("mirror.example:5000"), true, true))
        );
        for none in [
            "",
            "Nginx",
            "a b",
            "{{ .spectro.macro.registry }}/a/b:1",
            "nginx:{{ .spectro.var.tag }}",
            "10.0.0.1:5000/a/b",
            "localhost:5000/a",
            "node-role.kubernetes.io/control-plane:NoSchedule",
            "arn:aws:iam::123456789012:role/x",
            "/var/lib/image",
            "./image",
            "quay.io/",
            "https://quay.io/a",
        ] {
            assert_eq!(parse(none), None, "{none}");
        }
    }

    #[test]
    fn patterns_allow_what_they_say() {
        let allows = |pattern: &str, image: &str| {
            let pattern: HostPattern = pattern.parse().expect("a pattern");
            let image = ImageReference::parse(image).expect("an image");
            pattern.allows(&image.registry.expect("a registry"))
        };
        assert!(allows("quay.io", "quay.io/a"));
        assert!(allows("QUAY.io", "quay.io/a"));
        assert!(allows("quay.io:443", "quay.io/a"));
        assert!(allows("mirror.example", "mirror.example:5000/a"));
        assert!(!allows("mirror.example:5001", "mirror.example:5000/a"));
        assert!(allows("*.halvardline.example", "a.b.halvardline.example/a"));
        assert!(!allows("*.halvardline.example", "halvardline.example/a"));
        assert!(!allows("*.halvardline.example", "nohalvardline.example/a"));
        assert!(allows("docker.io", "index.docker.io/library/a"));
        for wrong in [
            "",
            "*",
            "https://a.example",
            "a.example/b",
            "a.*.example",
            "a.example:x",
            "a..b",
        ] {
            assert_eq!(wrong.parse::<HostPattern>(), Err(NoPattern), "{wrong}");
        }
    }

    #[test]
    fn names_that_lead_nowhere_are_known() {
        let host = |name: &str| Host::at_start(name).expect("a host").0;
        for local in [
            "grafana.monitoring.svc",
            "grafana.monitoring.svc.cluster.local",
            "kubernetes.default.svc.halvard.local",
            "argocd.example.com",
            "a.localhost",
            "chart-example.local",
        ] {
            assert!(!host(local).is_remote(), "{local}");
        }
        for remote in [
            "quay.io",
            "registry.corp.local",
            "svc.halvardline.example",
            "notexample.com",
        ] {
            assert!(host(remote).is_remote(), "{remote}");
        }
        assert_eq!(host("grafana.monitoring").namespace(), Some("monitoring"));
        assert_eq!(host("a.b.example").namespace(), None);
    }
}
