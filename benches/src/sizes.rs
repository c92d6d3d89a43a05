//! Profiles of extreme size.

use std::io::{self, Write};

use crate::{
    json::{Json, escaped},
    random::Random,
    values::{Own, Stock},
};

/// What is large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Extreme {
    /// The profile grows to `--size` bytes by ordinary packs.
    Profile,
    /// One pack has values of `--size` bytes.
    Value,
    /// There are `--size` packs, with short values.
    Packs,
    /// One pack has `--size` references, to one variable.
    References,
    /// The values of one pack are one line of `--size` bytes.
    Line,
    /// `--size` findings, of three rules.
    Findings,
}

impl Extreme {
    /// The size that is asked of the program.
    #[must_use]
    pub fn usual(self) -> usize {
        match self {
            Self::Profile => 64_000_000,
            Self::Value | Self::Line => 50_000_000,
            Self::Packs | Self::Findings => 100_000,
            Self::References => 1_000_000,
        }
    }

    /// Writes the profile.
    ///
    /// # Errors
    ///
    /// What `out` says.
    pub fn write(self, out: &mut impl Write, seed: u64, size: usize) -> io::Result<()> {
        let mut random = Random::new(seed, &[1 << 33, self as u64]);
        let mut writer = Profile::begin(out, self)?;
        match self {
            Self::Profile => {
                let sizes = [1_400, 4_200, 8_400, 16_500, 64_000];
                let stock = sizes.map(|bytes| Stock::chart(&mut random, "chart", "1.0.0", bytes));
                for number in 0.. {
                    let mark = format!("pack-{number}");
                    let text = stock[number % 5].customised(
                        &mut random,
                        Own {
                            mark: &mark,
                            ..Own::default()
                        },
                    );
                    if writer.bytes + text.len() * 21 / 20 + 600 > size {
                        break;
                    }
                    writer.pack(&mark, &text)?;
                }
            }
            Self::Value => {
                let part = Stock::chart(&mut random, "chart", "1.0.0", size.min(1_000_000) - 1_000);
                let mut text = String::with_capacity(size + 1_000_000);
                for number in 0.. {
                    let mark = format!("part-{number}");
                    let more = part.customised(
                        &mut random,
                        Own {
                            mark: &mark,
                            ..Own::default()
                        },
                    );
                    if number > 0 && text.len() + more.len() > size {
                        break;
                    }
                    // Each part is a document, of a text that only the size of the whole makes large.
                    text.push_str(if number > 0 { "---\n" } else { "" });
                    text.push_str(&more);
                }
                writer.pack("large", &text)?;
            }
            Self::Packs => {
                for number in 0..size {
                    let text = format!(
                        "pack:\n  namespace: \"{}\"\nreplicas: {}\n",
                        random.place(),
                        number % 7
                    );
                    writer.pack(&format!("pack-{number}"), &text)?;
                }
            }
            Self::References => {
                let mut text = String::from("pack: {namespace: a}\n");
                for number in 0..size {
                    text.push_str(&format!("k{number}: '{{{{ .spectro.var.site }}}}'\n"));
                }
                writer.pack("references", &text)?;
            }
            Self::Line => {
                let mut text = String::from("pack: {namespace: a, text: \"");
                while text.len() < size {
                    text.push_str(&random.sentence().replace(['"', '`'], ""));
                    text.push_str(". ");
                }
                text.push_str("\"}\n");
                writer.pack("line", &text)?;
            }
            Self::Findings => {
                let mut text = String::from("pack: {namespace: a}\n");
                for number in 0..size {
                    text.push_str(&match number % 3 {
                        0 => format!("k{number}: '{{{{ .spectro.var.absent_{number} }}}}'\n"),
                        1 => format!(
                            "k{number}: '{{{{ .spectro.system.cluster.absent_{number} }}}}'\n"
                        ),
                        _ => format!("k{number}: <PLACEHOLDER_{number}>\n"),
                    });
                }
                writer.pack("findings", &text)?;
            }
        }
        writer.end()
    }
}

/// A profile that is written pack by pack.
struct Profile<'w, W> {
    out: &'w mut W,
    bytes: usize,
    is_first: bool,
    has_variable: bool,
}

impl<'w, W: Write> Profile<'w, W> {
    fn begin(out: &'w mut W, extreme: Extreme) -> io::Result<Self> {
        let mut profile = Self {
            out,
            bytes: 0,
            is_first: true,
            has_variable: extreme == Extreme::References,
        };
        profile.write(
            r#"{"metadata":{"name":"extreme","description":"","labels":{}},"spec":{"version":"1.0.0","template":{"type":"add-on","cloudType":"all","packs":["#,
        )?;
        Ok(profile)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.bytes += text.len();
        self.out.write_all(text.as_bytes())
    }

    fn pack(&mut self, name: &str, values: &str) -> io::Result<()> {
        if !std::mem::take(&mut self.is_first) {
            self.write(",")?;
        }
        let mut json = Json::new(None);
        json.object(|json| {
            json.strings(&[
                ("name", name),
                ("type", "oci"),
                ("layer", "addon"),
                ("version", "1.0.0"),
                ("tag", "1.0.0"),
            ]);
            json.key("values").raw(&escaped(values));
            json.key("registry").object(|json| {
                json.key("metadata").object(|json| {
                    json.strings(&[
                        ("uid", "6b1144f08e2d9a6713c05e0b"),
                        ("name", "Palette Registry"),
                        ("kind", "oci"),
                    ]);
                    json.key("isPrivate").raw("true");
                    json.key("providerType").string("pack");
                    json.key("isSyncSupported").raw("true");
                });
            });
        });
        self.write(&json.finish())
    }

    fn end(mut self) -> io::Result<()> {
        let variables = if self.has_variable {
            r#"{"name":"site","displayName":"Site","format":"string","defaultValue":"north","required":true,"inputType":"text"}"#
        } else {
            ""
        };
        self.write(&format!(r#"]}},"variables":[{variables}]}}}}"#))
    }
}
