//! What tells whether a file or folder is as it was.

use serde::{Deserialize, Serialize};

/// The state of a file or folder. Whatever is changed in it, or about it, changes the time that the kernel keeps of its
/// last change, which no program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    inode: u64,
    /// In bytes.
    pub(super) size: u64,
    /// In nanoseconds since 1970. Always as many bytes: they are read faster than as few as are needed.
    #[serde(with = "postcard::fixint::le")]
    pub(super) changed: i64,
}

#[cfg(unix)]
pub(super) use unix::Folder;

#[cfg(not(unix))]
pub(super) use elsewhere::Folder;

#[cfg(unix)]
mod unix {
    use std::{os::fd::OwnedFd, path::Path};

    use rustix::fs::{AtFlags, FileType, Mode, OFlags, open, statat};

    use super::Stamp;

    /// A folder below which things are looked at. Their paths from there are short, and so take the kernel less time.
    pub(in super::super) struct Folder(OwnedFd);

    impl Folder {
        /// The folder at a path; `None` where there is none, or a link.
        pub(in super::super) fn open(path: &Path) -> Option<Self> {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            open(path, flags, Mode::empty()).ok().map(Self)
        }

        /// The state of a file or folder below it; `.` is the folder itself. `None` for what is neither, or not there.
        pub(in super::super) fn stamp(&self, path: &str) -> Option<Stamp> {
            let state = statat(&self.0, path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            let kind = FileType::from_raw_mode(state.st_mode);
            if !matches!(kind, FileType::RegularFile | FileType::Directory) {
                return None;
            }
            // The types differ between systems.
            let [inode, size] = [i128::from(state.st_ino), i128::from(state.st_size)];
            let changed = i128::from(state.st_ctime) * 1_000_000_000;
            let changed = changed + i128::from(state.st_ctime_nsec);
            Some(Stamp {
                inode: inode.try_into().ok()?,
                size: size.try_into().ok()?,
                changed: changed.try_into().ok()?,
            })
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;

    use super::Stamp;

    /// Nothing here tells for certain that a file was not changed.
    pub(in super::super) struct Folder;

    impl Folder {
        /// No folder.
        pub(in super::super) fn open(_: &Path) -> Option<Self> {
            None
        }

        /// No state.
        pub(in super::super) fn stamp(&self, _: &str) -> Option<Stamp> {
            None
        }
    }
}
