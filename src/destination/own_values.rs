//! The values that a pack comes with.

use std::{path::Path, sync::Arc};

use crate::{
    finding::Place,
    source::{DEFAULT_MAX_FILE_SIZE, Source, shown_path},
    syntax::{
        NodeRef,
        yaml::{self, Stream},
    },
};

use super::config;

/// The files of a pack folder that may hold its values; JSON is YAML too.
const FILES: [&str; 3] = ["values.json", "values.yaml", "values.yml"];

/// The values of a pack before anyone changes them.
#[derive(Debug)]
pub struct OwnValues {
    stream: Stream,
    /// The file, where they are one.
    source: Option<Source>,
}

impl OwnValues {
    /// The values in the folder of a pack. `None` when there are none, or when they cannot be read.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Arc<Self>> {
        let file = FILES.iter().map(|name| folder.join(name));
        let file = file.into_iter().find(|file| file.is_file())?;
        let source = Source::read(&file, &shown_path(&file), DEFAULT_MAX_FILE_SIZE).ok()?;
        let stream = yaml::parse(source.text());
        let is_whole = stream.faults.is_empty() && source.invalid_utf8_at().is_none();
        is_whole.then(|| {
            Arc::new(Self {
                stream,
                source: Some(source),
            })
        })
    }

    /// The values in a saved answer.
    #[must_use]
    pub fn told(text: &str) -> Option<Arc<Self>> {
        let stream = yaml::parse(&text.into());
        stream.faults.is_empty().then(|| {
            Arc::new(Self {
                stream,
                source: None,
            })
        })
    }

    /// The values.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Where a node of them is, where they are a file.
    #[must_use]
    pub fn place(&self, node: NodeRef<'_>) -> Option<Place> {
        let source = self.source.as_ref()?;
        Some(config::place_of(source, node))
    }
}
