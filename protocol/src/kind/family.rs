//! How a family of kinds becomes an enum: one variant per kind, read from and written to the `data` field.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::codec;

/// The data of a kind, checked beyond its types.
pub(super) trait Data: Serialize + DeserializeOwned {
    /// Says what does not fit; the types have been checked already.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// The data of a kind that has none.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoData {}

impl Data for NoData {}

/// Decodes the data of a kind, or says why it does not fit.
pub(super) fn read<T: Data>(bytes: &[u8]) -> Result<T, String> {
    let data: T = codec::decode(bytes).map_err(|malformed| malformed.reason.to_string())?;
    data.check()?;
    Ok(data)
}

/// Refuses a count beyond its limits.
pub(super) fn within(what: &str, count: usize, least: usize, most: usize) -> Result<(), String> {
    if (least..=most).contains(&count) {
        Ok(())
    } else {
        Err(format!("{count} {what} (allowed: {least} to {most})"))
    }
}

/// Declares the enum of a family with `kind`, `read` and `Serialize` (the data alone).
macro_rules! family {
    ($(#[$doc:meta])* $family:ident {
        $($(#[$variant_doc:meta])* $kind:literal => $variant:ident $(($data:ident))?,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $family {
            $($(#[$variant_doc])* $variant $(($data))?,)*
        }

        impl $family {
            /// The kind's name, as in `do`.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $kind,)*
                }
            }

            /// None if `kind` is not of this family; an error if the data does not fit it.
            pub(super) fn read(kind: &str, data: &[u8]) -> Option<Result<Self, String>> {
                match kind {
                    $($kind => Some($crate::kind::family::family!(@read $variant $($data)?, data)),)*
                    _ => None,
                }
            }
        }

        impl serde::Serialize for $family {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $($crate::kind::family::family!(@pattern data, $variant $($data)?) => {
                        $crate::kind::family::family!(@data data $($data)?).serialize(serializer)
                    })*
                }
            }
        }
    };
    (@pattern $bound:ident, $variant:ident $data:ident) => {
        Self::$variant($bound)
    };
    (@pattern $bound:ident, $variant:ident) => {
        Self::$variant
    };
    (@data $bound:ident $data:ident) => {
        $bound
    };
    (@data $bound:ident) => {
        $crate::kind::family::NoData {}
    };
    (@read $variant:ident $data:ident, $bytes:ident) => {
        $crate::kind::family::read::<$data>($bytes).map(Self::$variant)
    };
    (@read $variant:ident, $bytes:ident) => {
        $crate::kind::family::read::<$crate::kind::family::NoData>($bytes).map(|_| Self::$variant)
    };
}
pub(super) use family;
