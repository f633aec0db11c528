//! Stack Exchange data dumps: the rows of their files, what they mean, and their import as records of an organisation.

mod archive;
mod draft;
mod dump;
mod import;
mod report;
mod rows;

pub(crate) use archive::Archive;
pub(crate) use draft::Seal;
pub(crate) use import::Import;
