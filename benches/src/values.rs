//! The YAML of packs: values that look like those of a chart, two thirds comments, and manifests.

use std::{collections::HashSet, fmt::Write as _};

use crate::random::Random;

/// What a line of a text is, as far as editing it goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A comment: the text means the same without it.
    Comment,
    /// A key and a scalar of this type that begins at this byte.
    Scalar(usize, Type),
    /// Anything else, text in block scalars as well.
    Other,
}

/// What a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A whole number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Text that may be any other.
    Text,
}

/// One line, without its end.
#[derive(Debug, Clone)]
pub struct Line {
    text: String,
    kind: Kind,
    /// The keys that lead to it, joined by dots; empty unless it is a scalar that is in no list.
    path: String,
}

/// The text that a pack comes with, ready to be changed.
#[derive(Debug, Clone)]
pub struct Stock {
    lines: Vec<Line>,
}

/// What a profile can put into the values of its packs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Own<'a> {
    /// Whose profile it is, and which: in one text of all.
    pub mark: &'a str,
    /// References that are put in place of texts, each with the braces.
    pub references: &'a [String],
    /// What stands before the first `--` of a repeated pack, and the pack's name.
    pub repeated: Option<(&'a str, &'a str)>,
}

impl Stock {
    /// The values of a pack, about as many bytes as asked for.
    #[must_use]
    pub fn chart(random: &mut Random, name: &str, version: &str, bytes: usize) -> Self {
        let mut writer = Writer::new(random);
        writer.pack(name, version);
        if bytes > 200 {
            writer.other(0, "charts:");
            writer.other(1, &format!("{name}:"));
            writer.path = vec!["charts".into(), name.into()];
            writer.mapping(2, bytes);
        }
        writer.finish()
    }

    /// Kubernetes objects, as many as asked for.
    #[must_use]
    pub fn manifest(random: &mut Random, name: &str, objects: usize) -> Self {
        let mut writer = Writer::new(random);
        for number in 0..objects {
            if number > 0 {
                writer.other(0, "---");
            }
            writer.object(&format!("{name}-{number}"));
        }
        writer.finish()
    }

    /// The text as it is.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.bytes());
        for line in &self.lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }

    /// The text as another version of the pack has it: like this one, with some other numbers and texts.
    #[must_use]
    pub fn version(&self, random: &mut Random, from: &str, to: &str) -> Self {
        let mut lines = self.lines.clone();
        for line in &mut lines {
            if line.text.contains(from) {
                line.text = line.text.replace(from, to);
            } else if let Kind::Scalar(at, of) = line.kind
                && random.chance(0.02)
            {
                line.text.truncate(at);
                line.text.push_str(&scalar(random, of));
            } else if line.kind == Kind::Comment && random.chance(0.01) {
                let start = line.text.len() - line.text.trim_start().len();
                line.text.truncate(start);
                let _ = write!(line.text, "# {}.", random.sentence());
            }
        }
        Self { lines }
    }

    /// The text as somebody has changed it for one profile: scalars are set, references put in, comments dropped and
    /// others added. Every reference is in it.
    #[must_use]
    pub fn customised(&self, random: &mut Random, own: Own<'_>) -> String {
        let texts = self
            .lines
            .iter()
            .filter(|line| matches!(line.kind, Kind::Scalar(_, Type::Text)));
        let mut left = texts.count();
        let mut references = own.references.iter();
        let mut text = String::with_capacity(self.bytes() + 500);
        let mut dropping = 0;
        let note_at = random.among(0..self.lines.len());
        for (number, line) in self.lines.iter().enumerate() {
            if number == note_at && line.kind == Kind::Comment {
                let indent = line.text.len() - line.text.trim_start().len();
                let _ = writeln!(text, "{:indent$}# {}: {}.", "", own.mark, random.sentence());
            }
            match line.kind {
                Kind::Comment if dropping > 0 => {
                    dropping -= 1;
                    continue;
                }
                Kind::Comment if random.chance(0.01) => dropping = random.among(1..12),
                Kind::Scalar(at, Type::Text) => {
                    let wanted = references.len();
                    left -= 1;
                    if wanted > 0
                        && (left < wanted || random.chance(wanted as f64 / (left + 1) as f64))
                    {
                        let reference = references.next().expect("one is left");
                        text.push_str(&line.text[..at]);
                        let _ = match random.among(0..3) {
                            0 => writeln!(text, "'{reference}'"),
                            1 => writeln!(text, "\"{reference}\""),
                            _ => writeln!(text, "\"{}-{reference}\"", random.thing()),
                        };
                        continue;
                    }
                }
                _ => {}
            }
            match line.kind {
                Kind::Scalar(at, of) if random.chance(0.04) => {
                    text.push_str(&line.text[..at]);
                    text.push_str(&scalar(random, of));
                }
                _ => text.push_str(&line.text),
            }
            text.push('\n');
            if number == 0 {
                self.first_key(&mut text, own);
            }
        }
        for (number, reference) in references.enumerate() {
            text.push_str(if number == 0 { "overrides:\n" } else { "" });
            let _ = writeln!(text, "  setting{number}: '{reference}'");
        }
        let _ = writeln!(text, "# {} {}", own.mark, random.uid());
        text
    }

    /// What comes below `pack:`, which is the first line.
    fn first_key(&self, text: &mut String, own: Own<'_>) {
        let Some((display, name)) = own.repeated else {
            return;
        };
        let _ = write!(
            text,
            "  spectrocloud.com/display-name: \"{display}\"\n  releaseNameOverride:\n    {name}: {display}\n"
        );
    }

    /// The scalars that a schema can speak of: path, type, and the text that stands there.
    pub fn scalars(&self) -> impl Iterator<Item = (&str, Type, &str)> {
        self.lines.iter().filter_map(|line| match line.kind {
            Kind::Scalar(at, of) if !line.path.is_empty() => {
                Some((line.path.as_str(), of, &line.text[at..]))
            }
            _ => None,
        })
    }

    fn bytes(&self) -> usize {
        self.lines.iter().map(|line| line.text.len() + 1).sum()
    }
}

/// A scalar of a type, as it is written.
fn scalar(random: &mut Random, of: Type) -> String {
    match of {
        Type::Number => random
            .pick(&[
                1, 2, 3, 5, 8, 10, 15, 30, 60, 90, 100, 443, 8080, 9090, 65536,
            ])
            .to_string(),
        Type::Boolean => random.chance(0.5).to_string(),
        Type::Text => match random.among(0..12) {
            0 => format!("{}m", random.among(10..500)),
            1 => format!("{}s", random.among(5..300)),
            2 => format!("\"{}\"", random.quality()),
            3 => random.thing().to_owned(),
            4 => format!("https://{}/{}", random.host(), random.thing()),
            5 => format!(
                "\"{}.{}.svc.cluster.local:{}\"",
                random.thing(),
                random.place(),
                random.among(1024..9999)
            ),
            6 => format!("'{} {}'", random.quality(), random.thing()),
            7 => format!("/var/lib/{}/{}", random.thing(), random.key()),
            8 => format!("\"{{{{ .Chart.Name }}}}-{}\"", random.thing()),
            9 => format!("{}Gi", 1 << random.among(0..9)),
            10 => format!("\"^{}-[a-z]{{2,8}}\\\\.{}$\"", random.thing(), random.key()),
            _ => format!("{}-{}", random.quality(), random.thing()),
        },
    }
}

struct Writer<'r> {
    random: &'r mut Random,
    lines: Vec<Line>,
    bytes: usize,
    path: Vec<String>,
    is_in_list: bool,
}

impl<'r> Writer<'r> {
    fn new(random: &'r mut Random) -> Self {
        Self {
            random,
            lines: Vec::new(),
            bytes: 0,
            path: Vec::new(),
            is_in_list: false,
        }
    }

    fn finish(self) -> Stock {
        Stock { lines: self.lines }
    }

    fn line(&mut self, text: String, kind: Kind, path: String) {
        self.bytes += text.len() + 1;
        self.lines.push(Line { text, kind, path });
    }

    fn other(&mut self, depth: usize, text: &str) {
        self.line(
            format!("{:1$}{text}", "", depth * 2),
            Kind::Other,
            String::new(),
        );
    }

    fn comment(&mut self, depth: usize, text: &str) {
        self.line(
            format!("{:1$}{text}", "", depth * 2),
            Kind::Comment,
            String::new(),
        );
    }

    fn scalar(&mut self, depth: usize, key: &str, of: Type) {
        let value = scalar(self.random, of);
        self.told(depth, key, of, &value);
    }

    fn told(&mut self, depth: usize, key: &str, of: Type, value: &str) {
        let mut text = format!("{:1$}{key}: ", "", depth * 2);
        let at = text.len();
        text.push_str(value);
        let path = if self.is_in_list {
            String::new()
        } else {
            [&self.path[..], &[key.to_owned()]].concat().join(".")
        };
        self.line(text, Kind::Scalar(at, of), path);
    }

    fn typed(&mut self, depth: usize, key: &str) {
        let of = *self
            .random
            .pick(&[Type::Number, Type::Boolean, Type::Text, Type::Text]);
        self.scalar(depth, key, of);
    }

    /// The keys that Palette itself reads.
    fn pack(&mut self, name: &str, version: &str) {
        self.other(0, "pack:");
        self.path = vec!["pack".into()];
        if self.random.chance(0.75) {
            self.other(1, "content:");
            self.other(2, "images:");
            for _ in 0..self.random.among(1..8) {
                let image = format!(
                    "- image: {}/{name}/{}:{version}",
                    self.random.host(),
                    self.random.thing()
                );
                self.other(3, &image);
            }
            let repository = format!("- repo: https://{}/charts", self.random.host());
            self.other(2, "charts:");
            self.other(3, &repository);
            self.other(4, &format!("name: {name}"));
            self.other(4, &format!("version: {version}"));
        }
        self.comment(
            1,
            "# Where the chart is installed; it is created if it is not there",
        );
        let place = format!("\"{}\"", self.random.place());
        self.told(1, "namespace", Type::Text, &place);
        self.lines.last_mut().expect("one was just written").kind = Kind::Other;
        if self.random.chance(0.1) {
            self.other(1, "spectrocloud.com/install-priority: \"10\"");
        }
        self.other(0, "");
    }

    /// A mapping, until the text has this many bytes or enough is said.
    fn mapping(&mut self, depth: usize, until: usize) {
        let mut used = HashSet::new();
        while self.bytes < until {
            let key = match used.len() {
                0..40 => self.random.key().to_owned(),
                // There are only so many words.
                many => format!("{}{many}", self.random.key()),
            };
            if !used.insert(key.clone()) {
                continue;
            }
            self.entry(depth, &key, until);
        }
    }

    fn entry(&mut self, depth: usize, key: &str, until: usize) {
        match self.random.among(0..100) {
            0..22 => {
                self.describe(depth, key);
                self.typed(depth, key);
            }
            22..31 => self.typed(depth, key),
            31..50 if depth < 9 => {
                self.describe(depth, key);
                let name = format!(
                    "{}{}",
                    self.random.thing(),
                    if self.random.chance(0.5) {
                        ""
                    } else {
                        "Config"
                    }
                );
                let key = format!("{key}-{name}");
                self.other(depth, &format!("{key}:"));
                let size = self.random.among(250..2200) / (depth - 1).max(1) + 120;
                self.path.push(key);
                self.mapping(
                    depth + 1,
                    (self.bytes + size).min(until.max(self.bytes + 60)),
                );
                self.path.pop();
            }
            50..60 => self.image(depth, key),
            60..67 => self.resources(depth, key),
            67..79 => self.example(depth, key),
            79..88 => self.list(depth, key),
            88..92 => self.block(depth, key),
            92..96 => self.prose(depth),
            _ => self.other(0, ""),
        }
    }

    /// The comment above a key, in one of the manners of charts.
    fn describe(&mut self, depth: usize, key: &str) {
        let sentence = self.random.sentence();
        match self.random.among(0..6) {
            0 | 1 => {
                self.comment(depth, &format!("# -- {sentence}"));
                if self.random.chance(0.3) {
                    let default =
                        format!("# @default -- `\"\"` (see {}.{key})", self.random.thing());
                    self.comment(depth, &default);
                }
            }
            2 => self.comment(
                depth,
                &format!("## @param {}.{key} {sentence}", self.path.join(".")),
            ),
            3 => {
                self.comment(depth, &format!("## {sentence}."));
                let reference = format!(
                    "## ref: https://{}/{}/{key}/",
                    self.random.host(),
                    self.random.thing()
                );
                self.comment(depth, &reference);
                self.comment(depth, "##");
            }
            4 => {
                for _ in 0..self.random.among(1..4) {
                    let sentence = self.random.sentence();
                    self.comment(depth, &format!("# {sentence}."));
                }
            }
            _ => self.comment(depth, &format!("# {sentence}")),
        }
    }

    fn prose(&mut self, depth: usize) {
        let mark = *self.random.pick(&["#", "##"]);
        for _ in 0..self.random.among(3..14) {
            let line = match self.random.among(0..8) {
                0 => mark.to_owned(),
                1 => format!(
                    "{mark} ref: https://{}/{}",
                    self.random.host(),
                    self.random.thing()
                ),
                2 => format!(
                    "{mark} {}. {}.",
                    self.random.sentence(),
                    self.random.sentence()
                ),
                _ => format!("{mark} {}.", self.random.sentence()),
            };
            self.comment(depth, &line);
        }
    }

    fn image(&mut self, depth: usize, key: &str) {
        let key = format!("{key}Image");
        self.other(depth, &format!("{key}:"));
        self.path.push(key.clone());
        self.describe(depth + 1, "repository");
        let repository = format!("{}/{}", self.random.host(), self.random.thing());
        self.told(depth + 1, "repository", Type::Text, &repository);
        self.comment(
            depth + 1,
            "# Overrides the image tag whose default is {{ .Chart.AppVersion }}",
        );
        let tag = format!(
            "\"v{}.{}.{}\"",
            self.random.among(0..6),
            self.random.among(0..30),
            self.random.among(0..9)
        );
        self.told(depth + 1, "tag", Type::Text, &tag);
        self.other(depth + 1, "pullPolicy: IfNotPresent");
        self.path.pop();
    }

    fn resources(&mut self, depth: usize, key: &str) {
        let (cores, memory) = (self.random.among(1..20) * 50, 1 << self.random.among(5..12));
        self.describe(depth, key);
        if self.random.chance(0.5) {
            self.other(depth, &format!("{key}Resources: {{}}"));
            self.comment(depth, "# We leave it to whoever installs this to choose, small machines have less to give.");
            for line in [
                "# limits:".to_owned(),
                format!("#   cpu: {cores}m"),
                format!("#   memory: {memory}Mi"),
                "# requests:".to_owned(),
                format!("#   cpu: {}m", cores / 2),
                format!("#   memory: {memory}Mi"),
            ] {
                self.comment(depth, &line);
            }
        } else {
            self.other(depth, &format!("{key}Resources:"));
            for part in ["limits:", "requests:"] {
                self.other(depth + 1, part);
                self.other(depth + 2, &format!("cpu: {cores}m"));
                self.other(depth + 2, &format!("memory: {memory}Mi"));
            }
        }
    }

    /// Something empty, and how it could look in comments.
    fn example(&mut self, depth: usize, key: &str) {
        self.describe(depth, key);
        let (empty, is_list) = if self.random.chance(0.5) {
            ("[]", true)
        } else {
            ("{}", false)
        };
        self.other(
            depth,
            &format!("{key}{}: {empty}", if is_list { "List" } else { "Map" }),
        );
        for _ in 0..self.random.among(1..5) {
            let (key, thing) = (self.random.key(), self.random.thing());
            let value = scalar(self.random, Type::Text);
            if is_list {
                self.comment(depth, &format!("# - name: {thing}"));
                self.comment(depth, &format!("#   {key}: {value}"));
            } else {
                self.comment(depth, &format!("# {key}:"));
                self.comment(depth, &format!("#   {thing}: {value}"));
            }
        }
    }

    fn list(&mut self, depth: usize, key: &str) {
        self.describe(depth, key);
        self.other(depth, &format!("{key}Items:"));
        let was_in_list = std::mem::replace(&mut self.is_in_list, true);
        let are_texts = self.random.chance(0.5);
        for _ in 0..self.random.among(1..6) {
            if are_texts {
                let text = scalar(self.random, Type::Text);
                self.other(depth + 1, &format!("- {text}"));
                continue;
            }
            let name = format!(
                "- name: {}-{}",
                self.random.thing(),
                self.random.among(1..99)
            );
            self.other(depth + 1, &name);
            for key in ["value", "effect", "target"]
                .into_iter()
                .take(self.random.among(1..4))
            {
                self.typed(depth + 2, key);
            }
        }
        self.is_in_list = was_in_list;
    }

    fn block(&mut self, depth: usize, key: &str) {
        self.describe(depth, key);
        let header = *self.random.pick(&["|", "|-", "|", ">-"]);
        self.other(depth, &format!("{key}Config: {header}"));
        for _ in 0..self.random.among(3..16) {
            let (thing, key, quality) = (
                self.random.thing(),
                self.random.key(),
                self.random.quality(),
            );
            let line = match self.random.among(0..5) {
                0 => format!("[{thing}.{key}]"),
                1 => format!("# {quality} {thing}"),
                2 => format!("{key} = \"{quality}\""),
                3 => format!(
                    "if [ -d /var/lib/{thing} ] && [ \"$1\" != \"{key}\" ]; then echo {quality} >&2; fi"
                ),
                _ => format!("{thing}.{key}: {quality}"),
            };
            self.other(depth + 1, &line);
        }
    }

    /// One Kubernetes object.
    fn object(&mut self, name: &str) {
        self.path.clear();
        let place = self.random.place();
        let (api, kind) = *self.random.pick(&[
            ("v1", "ConfigMap"),
            ("apps/v1", "Deployment"),
            ("networking.k8s.io/v1", "NetworkPolicy"),
        ]);
        for line in [
            format!("apiVersion: {api}"),
            format!("kind: {kind}"),
            "metadata:".to_owned(),
            format!("  name: {name}"),
            format!("  namespace: {place}"),
        ] {
            self.other(0, &line);
        }
        match kind {
            "ConfigMap" => {
                self.other(0, "data:");
                for number in 0..self.random.among(2..9) {
                    let key = format!("{}{number}", self.random.key());
                    if number == 0 {
                        self.block(1, &key);
                    } else {
                        let value =
                            format!("\"{} {}\"", self.random.quality(), self.random.thing());
                        self.told(1, &key, Type::Text, &value);
                    }
                }
            }
            "Deployment" => {
                let image = format!(
                    "image: {}/{}:v1.4.2",
                    self.random.host(),
                    self.random.thing()
                );
                for (depth, line) in [
                    (0, "spec:"),
                    (1, "replicas: 2"),
                    (1, "selector:"),
                    (2, "matchLabels:"),
                    (3, "app: worker"),
                    (1, "template:"),
                    (2, "metadata:"),
                    (3, "labels:"),
                    (4, "app: worker"),
                    (2, "spec:"),
                    (3, "containers:"),
                    (4, "- name: main"),
                    (5, image.as_str()),
                    (5, "env:"),
                ] {
                    self.other(depth, line);
                }
                self.is_in_list = true;
                for number in 0..self.random.among(1..12) {
                    self.other(6, &format!("- name: SETTING_{number}"));
                    self.scalar(7, "value", Type::Text);
                }
                self.is_in_list = false;
            }
            _ => {
                for (depth, line) in [
                    (0, "spec:"),
                    (1, "podSelector: {}"),
                    (1, "policyTypes: [Ingress, Egress]"),
                    (1, "ingress:"),
                    (2, "- from:"),
                    (4, "- namespaceSelector:"),
                    (6, "matchLabels:"),
                    (7, "kubernetes.io/metadata.name: shared"),
                ] {
                    self.other(depth, line);
                }
            }
        }
    }
}
