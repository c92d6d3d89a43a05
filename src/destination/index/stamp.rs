//! What tells whether files and folders are as they were, and how that is written down.

use std::ffi::CStr;

/// The state of a file or folder. Whatever is changed in it, or about it, changes the time that the kernel keeps of its
/// last change, which no program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    /// In bytes.
    pub(super) size: u64,
    /// In nanoseconds since 1970.
    pub(super) changed: i64,
}

/// File systems that do not keep the time of the last change tell another one in its place, which programs can set, in steps
/// of at least so many nanoseconds: exFAT in these, FAT, SSHFS and most images in seconds.
const COARSE: i64 = 10_000_000;

impl Stamp {
    /// Whether another change would have given it another time. One that the kernel keeps is as good as never a round one.
    pub(super) fn tells_changes(&self) -> bool {
        self.changed % COARSE != 0
    }
}

/// A folder or file and its state. Thousands are read in every run, so that they are written as they are compared, and
/// paths as the kernel takes them.
#[derive(Debug)]
pub(super) struct Entry<'b> {
    pub(super) is_file: bool,
    pub(super) stamp: Stamp,
    /// From a folder that is told apart; `.` is that folder.
    pub(super) path: &'b CStr,
}

impl<'b> Entry<'b> {
    /// Takes what [`Entry::write`] has written at the beginning of bytes.
    pub(super) fn take(bytes: &mut &'b [u8]) -> Option<Self> {
        let (is_file, rest) = bytes.split_first()?;
        let (inode, rest) = rest.split_first_chunk()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (changed, rest) = rest.split_first_chunk()?;
        *bytes = rest;
        Some(Self {
            is_file: *is_file == 1,
            stamp: Stamp {
                inode: u64::from_le_bytes(*inode),
                size: u64::from_le_bytes(*size),
                changed: i64::from_le_bytes(*changed),
            },
            path: take_path(bytes)?,
        })
    }

    pub(super) fn write(
        is_file: bool,
        stamp: Stamp,
        path: &str,
        bytes: &mut Vec<u8>,
    ) -> Option<()> {
        let Stamp {
            inode,
            size,
            changed,
        } = stamp;
        bytes.push(u8::from(is_file));
        for number in [
            inode.to_le_bytes(),
            size.to_le_bytes(),
            changed.to_le_bytes(),
        ] {
            bytes.extend_from_slice(&number);
        }
        write_path(path, bytes)
    }
}

/// Takes a path at the beginning of bytes.
pub(super) fn take_path<'b>(bytes: &mut &'b [u8]) -> Option<&'b CStr> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (path, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    *bytes = rest;
    CStr::from_bytes_with_nul(path).ok()
}

/// Writes a path behind other bytes; `None` where it is too long.
pub(super) fn write_path(path: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let length = u16::try_from(path.len() + 1).ok()?;
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(path.as_bytes());
    bytes.push(0);
    Some(())
}

#[cfg(unix)]
pub(super) use unix::Folder;

#[cfg(not(unix))]
pub(super) use elsewhere::Folder;

#[cfg(unix)]
mod unix {
    use std::{os::fd::OwnedFd, path::Path};

    use rustix::{
        fs::{AtFlags, FileType, Mode, OFlags, open, statat},
        path::Arg,
    };

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
        pub(in super::super) fn stamp(&self, path: impl Arg) -> Option<Stamp> {
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
        pub(in super::super) fn stamp<P: ?Sized>(&self, _: &P) -> Option<Stamp> {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_times_tell_no_changes() {
        let tells = |changed| {
            let stamp = Stamp {
                inode: 1,
                size: 2,
                changed,
            };
            stamp.tells_changes()
        };
        let second = 1_700_000_000_000_000_000;
        for round in [second, second + 10_000_000, second + 990_000_000] {
            assert!(!tells(round), "{round}");
        }
        for kept in [second + 1, second + 4_000_000, second + 123_456_789] {
            assert!(tells(kept), "{kept}");
        }
    }
}
