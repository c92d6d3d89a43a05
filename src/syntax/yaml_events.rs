//! The YAML event parser behind a trait of our own, so that changing the library changes this file alone.

use std::borrow::Cow;

use granit_parser::{
    Event, Options, Parser, ScalarStyle as GranitStyle, ScanError, Span, StrInput, StructureStyle,
    Tag,
};

use crate::source::{TextRange, yaml_scalar::ScalarStyle};

use super::{Kind, SyntaxFault, yaml_types};

/// What the tree builder needs to know of a YAML text, from left to right.
#[derive(Debug)]
pub enum YamlEvent<'t> {
    /// A document begins.
    DocumentStart,
    /// A document has ended.
    DocumentEnd,
    /// A scalar.
    Scalar {
        /// Its decoded text; empty for an absent value.
        text: Cow<'t, str>,
        /// How it is written.
        style: ScalarStyle,
        /// The number of its anchor, 0 for none.
        anchor: usize,
        /// The kind its tag asks for.
        tagged: Option<Kind>,
        /// Whether its tag says more than a kind of the core schema.
        has_foreign_tag: bool,
    },
    /// A sequence or mapping begins; it has an anchor unless the number is 0.
    CollectionStart {
        /// [`Kind::Array`] or [`Kind::Object`].
        kind: Kind,
        /// The number of its anchor, 0 for none.
        anchor: usize,
        /// Whether it is in brackets.
        flow: bool,
        /// Whether its tag says more than a kind of the core schema.
        has_foreign_tag: bool,
    },
    /// The innermost collection ends. For block collections the range is that of the token after it.
    CollectionEnd,
    /// An alias of the anchor with this number.
    Alias(usize),
    /// An alias without an anchor, such as a mask that is not quoted: `********`.
    UnknownAlias,
}

/// A source of YAML events with byte ranges.
pub trait YamlEvents<'t> {
    /// The next event; `None` at the end. After a fault, [`YamlEvents::next_document`] may go on.
    fn next_event(&mut self) -> Option<Result<(YamlEvent<'t>, TextRange), SyntaxFault>>;

    /// Skips to the document after a fault; false when there is none.
    fn next_document(&mut self) -> bool;
}

/// Events from granit-parser.
pub struct GranitEvents<'t> {
    parser: Parser<'t, StrInput<'t>>,
    text_len: usize,
}

impl<'t> GranitEvents<'t> {
    /// Reads `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let mut options = Options::default();
        options.emit_unresolved_aliases = true;
        options.set_emit_comments(false);
        Self {
            parser: Parser::new_from_str_with_options(text, options),
            text_len: text.len(),
        }
    }

    fn fault(&self, error: &ScanError) -> SyntaxFault {
        let at = error
            .marker()
            .byte_offset()
            .unwrap_or(self.text_len)
            .min(self.text_len);
        SyntaxFault {
            range: TextRange::empty(at),
            message: error.info(),
            related: None,
        }
    }
}

impl<'t> YamlEvents<'t> for GranitEvents<'t> {
    fn next_event(&mut self) -> Option<Result<(YamlEvent<'t>, TextRange), SyntaxFault>> {
        loop {
            let (event, span) = match self.parser.next_event()? {
                Ok(next) => next,
                Err(error) => return Some(Err(self.fault(&error))),
            };
            if let Some(event) = convert(event, &span) {
                let range = span.byte_range().unwrap_or(self.text_len..self.text_len);
                return Some(Ok((event, range.into())));
            }
        }
    }

    fn next_document(&mut self) -> bool {
        self.parser.proceed_next_document().unwrap_or(false)
    }
}

fn convert<'t>(event: Event<'t>, span: &Span) -> Option<YamlEvent<'t>> {
    Some(match event {
        Event::DocumentStart(..) => YamlEvent::DocumentStart,
        Event::DocumentEnd => YamlEvent::DocumentEnd,
        Event::Alias(anchor) => YamlEvent::Alias(anchor),
        Event::UnresolvedAlias(_) => YamlEvent::UnknownAlias,
        Event::Scalar(text, style, anchor, tag) => {
            let implicit_null = style == GranitStyle::Plain && span.is_empty();
            YamlEvent::Scalar {
                text: if implicit_null {
                    Cow::Borrowed("")
                } else {
                    text
                },
                style: match style {
                    GranitStyle::Plain => ScalarStyle::Plain,
                    GranitStyle::SingleQuoted => ScalarStyle::SingleQuoted,
                    GranitStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
                    GranitStyle::Literal => ScalarStyle::Literal,
                    GranitStyle::Folded => ScalarStyle::Folded,
                },
                anchor,
                tagged: match tag.as_deref() {
                    // Go takes the text under a tag that it does not know for a string.
                    Some(tag) if tag.core_suffix().is_none() && !implicit_null => {
                        Some(Kind::String)
                    }
                    tag => tag
                        .and_then(|tag| tag.core_suffix())
                        .and_then(yaml_types::tagged_kind),
                },
                has_foreign_tag: is_foreign(tag.as_deref()),
            }
        }
        Event::SequenceStart(style, anchor, tag) => YamlEvent::CollectionStart {
            kind: Kind::Array,
            anchor,
            flow: style == StructureStyle::Flow,
            has_foreign_tag: is_foreign(tag.as_deref()),
        },
        Event::MappingStart(style, anchor, tag) => YamlEvent::CollectionStart {
            kind: Kind::Object,
            anchor,
            flow: style == StructureStyle::Flow,
            has_foreign_tag: is_foreign(tag.as_deref()),
        },
        Event::SequenceEnd | Event::MappingEnd => YamlEvent::CollectionEnd,
        _ => return None,
    })
}

/// Whether a tag is none of the core schema. `!` alone only says that a text is no other type.
fn is_foreign(tag: Option<&Tag>) -> bool {
    tag.is_some_and(|tag| tag.core_suffix().is_none() && tag.to_string() != "!")
}
