//! Layers: a text that lies encoded inside another text.

use std::sync::OnceLock;

use super::{
    Edit, JsonHabits, JsonStringStyle, SegmentMap, Text, TextRange, decode_json_string,
    encode_json_string, map_json_string,
    yaml_scalar::{self, ScalarStyle, Site},
};

/// How a layer's text is written in its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A JSON string; the raw range lies between the quotes.
    JsonString,
    /// A YAML scalar; the raw range is the whole scalar, quotes or block header included.
    YamlScalar {
        /// How it is written.
        style: ScalarStyle,
        /// Spaces of indentation that decoding removes from a block scalar's lines.
        indent: u32,
    },
}

/// What the surroundings of a string say about how it can be written.
#[derive(Debug, Clone, Copy)]
pub enum Surroundings<'t> {
    /// The habits of a JSON file.
    Json(JsonHabits<'t>),
    /// A place in a YAML file.
    Yaml(Site),
}

/// A YAML scalar that is written in another style, because its own cannot hold its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restyled {
    /// The style it had.
    pub from: ScalarStyle,
    /// The style it has.
    pub to: ScalarStyle,
}

/// The decoded text of one string, and its map to the bytes around it.
///
/// Both are made when first asked: the text is often known already, and most strings are never complained about.
#[derive(Debug)]
pub struct Layer {
    host: Text,
    raw: TextRange,
    encoding: Encoding,
    text: OnceLock<Text>,
    map: OnceLock<SegmentMap>,
}

impl Layer {
    /// The layer of a string that stands at `raw` in `host`.
    ///
    /// `decoded` is its text where somebody has it already.
    #[must_use]
    pub fn new(host: &Text, raw: TextRange, encoding: Encoding, decoded: Option<Text>) -> Self {
        Self {
            host: host.clone(),
            raw,
            encoding,
            text: decoded.map(OnceLock::from).unwrap_or_default(),
            map: OnceLock::new(),
        }
    }

    /// The decoded text.
    #[must_use]
    pub fn text(&self) -> &Text {
        self.text.get_or_init(|| match self.encoding {
            Encoding::JsonString => decode_json_string(self.source()).into_owned().into(),
            Encoding::YamlScalar { style, indent } => {
                yaml_scalar::decode(self.source(), style, indent as usize)
                    .map(|(text, _)| text)
                    .unwrap_or_default()
                    .into()
            }
        })
    }

    /// Tells the decoded text, so that it is not decoded once more. It has to be what [`Layer::text`] would give.
    pub fn is_known(&self, text: &Text) {
        self.text.get_or_init(|| text.clone());
    }

    /// The text as it is written in its host.
    #[must_use]
    pub fn source(&self) -> &str {
        self.raw.of(&self.host)
    }

    /// How the text is written in its host.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Where the raw text lies in the host, in bytes.
    #[must_use]
    pub fn raw(&self) -> TextRange {
        self.raw
    }

    /// The bytes of the host that encode a range of the decoded text.
    #[must_use]
    pub fn to_host(&self, range: TextRange) -> TextRange {
        self.map().to_raw(range).shifted(self.raw.start())
    }

    /// The decoded range that a range of the host encodes; `None` when it does not lie in this layer.
    #[must_use]
    pub fn from_host(&self, range: TextRange) -> Option<TextRange> {
        if !self.raw.contains(range) {
            return None;
        }
        let start = self.raw.start();
        let inside = TextRange::new(range.start() - start, range.end() - start);
        Some(self.map().to_decoded(inside))
    }

    /// The edits of the host that make edits of the decoded text, and the change of style that takes. `None` when two
    /// edits overlap, or the scalar cannot be read in the way it is edited.
    #[must_use]
    pub fn edits(
        &self,
        edits: &[Edit],
        surroundings: Surroundings<'_>,
    ) -> Option<(Vec<Edit>, Option<Restyled>)> {
        match (self.encoding, surroundings) {
            (Encoding::JsonString, surroundings) => {
                let style = |text: &str| match surroundings {
                    Surroundings::Json(habits) => habits.style_for(text),
                    Surroundings::Yaml(_) => JsonStringStyle::default(),
                };
                let edits = edits.iter().map(|edit| Edit {
                    range: self.to_host(edit.range),
                    text: encode_json_string(&edit.text, style(&edit.text)),
                });
                Some((edits.collect(), None))
            }
            (Encoding::YamlScalar { style, indent }, Surroundings::Yaml(site)) => {
                if let Some(edits) = self.words_for_words(edits, style) {
                    return Some((edits, None));
                }
                let raw = self.source();
                let edited = yaml_scalar::edit(raw, style, indent as usize, site, edits)?;
                let edits = edited.edits.into_iter().map(|edit| Edit {
                    range: edit.range.shifted(self.raw.start()),
                    text: edit.text,
                });
                let restyled = (edited.style != style).then_some(Restyled {
                    from: style,
                    to: edited.style,
                });
                Some((edits.collect(), restyled))
            }
            (Encoding::YamlScalar { .. }, Surroundings::Json(_)) => None,
        }
    }

    /// Edits of a YAML scalar that put words in the place of words, on one line: what is around them does not matter
    /// then, and the scalar need not be read again. `None` when there are others among them.
    fn words_for_words(&self, edits: &[Edit], style: ScalarStyle) -> Option<Vec<Edit>> {
        let as_written = |text: &str| {
            let is_blank = |c| matches!(c, ' ' | '\t' | '\n');
            if text.is_empty() || text.starts_with(is_blank) || text.ends_with(is_blank) {
                return None;
            }
            // At the start of a line these may make a marker between documents.
            if text.starts_with(['-', '.']) {
                return None;
            }
            let quotes = match style {
                ScalarStyle::Plain => return None,
                ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
                // Within a line the others differ from each other in how they write a single quote.
                _ => ScalarStyle::SingleQuoted,
            };
            let quoted = yaml_scalar::encode(text, quotes, 0, false)?;
            match style {
                ScalarStyle::Literal | ScalarStyle::Folded => Some(text.to_owned()),
                _ => Some(quoted.get(1..quoted.len() - 1)?.to_owned()),
            }
        };
        let made = edits.iter().map(|edit| {
            let range = self.to_host(edit.range);
            let before = as_written(edit.range.of(self.text()))?;
            (before == range.of(&self.host)).then_some(())?;
            Some(Edit {
                range,
                text: as_written(&edit.text)?,
            })
        });
        made.collect()
    }

    fn map(&self) -> &SegmentMap {
        self.map.get_or_init(|| {
            let raw = self.source();
            match self.encoding {
                Encoding::JsonString => map_json_string(raw),
                Encoding::YamlScalar { style, indent } => {
                    match yaml_scalar::decode(raw, style, indent as usize) {
                        Some((text, map)) if *text == **self.text() => map,
                        // The parser reads this scalar in another way than we do: point at the whole of it
                        // rather than at a wrong place in it.
                        _ => SegmentMap::opaque(self.text().len(), raw.len()),
                    }
                }
            }
        })
    }
}
