//! The files of a destination folder, and where they say something.

use std::{fmt, sync::Arc};

use super::{config, index::FileInIndex};
use crate::{
    finding::Place,
    source::Source,
    syntax::{NodeId, NodeRef, Tree},
};

/// A file of the folder and its tree. What was read from it keeps it, so that places can be told when they are asked for.
#[derive(Debug)]
pub struct ParsedFile {
    /// The file.
    pub source: Source,
    /// Its tree.
    pub tree: Tree,
}

impl ParsedFile {
    /// Where a node of its tree is.
    #[must_use]
    pub fn declaration(self: &Arc<Self>, node: NodeRef<'_>) -> Declaration {
        Declaration {
            file: File::Parsed(Arc::clone(self)),
            node: node.id(),
        }
    }
}

/// Where a destination folder says something. Few are ever shown, so the place is found when it is asked for.
#[derive(Clone)]
pub struct Declaration {
    file: File,
    node: NodeId,
}

/// A file that says something.
#[derive(Clone)]
enum File {
    /// It was read.
    Parsed(Arc<ParsedFile>),
    /// It was read by an earlier run.
    Indexed(FileInIndex),
}

impl Declaration {
    /// What the node with this number says in a file that an index names.
    pub(super) fn in_index(file: FileInIndex, node: NodeId) -> Self {
        Self {
            file: File::Indexed(file),
            node,
        }
    }

    fn file(&self) -> &ParsedFile {
        match &self.file {
            File::Parsed(file) => file,
            File::Indexed(file) => file.parsed(),
        }
    }

    /// The node that says it.
    #[must_use]
    pub fn node(&self) -> NodeRef<'_> {
        self.file().tree.node_or_first(self.node)
    }

    /// The file that it is in.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.file().source
    }

    /// The place.
    #[must_use]
    pub fn place(&self) -> Place {
        config::place_of(self.source(), self.node())
    }

    /// The line it begins in, 1-based.
    #[must_use]
    pub fn line(&self) -> u32 {
        let start = self.node().content_range().start();
        self.source().position(start).line
    }
}

impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        write!(f, "{}:{}", place.file, place.start.line)
    }
}

/// Whether the readers of pack files and saved answers ask for a key. A page of `GET /v1/packs` has three times as many
/// others.
#[must_use]
pub fn is_asked_for(key: &str) -> bool {
    matches!(
        key.as_bytes(),
        // Answers, and the registries and packs in them.
        b"items" | b"listmeta" | b"count" | b"metadata" | b"spec" | b"status" | b"uid" | b"name"
            | b"kind" | b"providerType" | b"isPrivate" | b"private" | b"isDefault" | b"sync"
            | b"isSyncSupported" | b"registries" | b"latestVersion" | b"registryUid" | b"tags"
            | b"tag" | b"parentTags" | b"packValues" | b"packUid" | b"group" | b"version"
            | b"cloudTypes" | b"values"
            // What a pack asks of its values.
            | b"schema" | b"format" | b"type" | b"required" | b"readonly" | b"hints" | b"regex"
            | b"listOptions"
            // Its life.
            | b"annotations" | b"system_state" | b"disabled" | b"eol"
            // What it asks of other packs.
            | b"constraints" | b"dependencies" | b"packName" | b"layer" | b"minVersion" | b"maxVersion"
    )
}
