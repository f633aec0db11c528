//! How a family of kinds becomes an enum: one variant per kind, read from and written to the `data` field, and one row
//! of rules.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Head;
use crate::codec;
use crate::id::Id;

/// The data of a kind, checked beyond its types.
pub(super) trait Data: Serialize + DeserializeOwned {
    /// Says what does not fit; the types have been checked already.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    /// The persons it names, for what only they may do about it ([`super::Signer::Named`]).
    fn names(&self) -> &[Id] {
        &[]
    }

    /// The cut it pins, row by row; whether the logs bear it out is for [`crate::community::View::pin`] to say.
    fn pins(&self) -> &[Head] {
        &[]
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

/// Declares the enum of a family, and for each kind its [`super::Deed`] and its row of rules.
macro_rules! family {
    ($(#[$doc:meta])* $family:ident {
        $($(#[$variant_doc:meta])* $kind:literal => $variant:ident $(($data:ident))?: $row:expr,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(clippy::large_enum_variant, reason = "one is read at a time, and kept behind an Arc")]
        pub enum $family {
            $($(#[$variant_doc])* $variant $(($data))?,)*
        }

        impl $family {
            /// The rules of its kinds, in the order of its variants.
            pub(super) const ROWS: &[crate::kind::Kind] = &[$($row.called($kind),)*];

            /// Which kind it is.
            pub(crate) fn deed(&self) -> crate::kind::Deed {
                match self {
                    $(Self::$variant { .. } => crate::kind::Deed::$variant,)*
                }
            }

            /// None if `kind` is not of this family; an error if the data does not fit it.
            pub(super) fn read(kind: &str, data: &[u8]) -> Option<Result<Self, String>> {
                match kind {
                    $($kind => Some($crate::kind::family::family!(@read $variant $($data)?, data)),)*
                    _ => None,
                }
            }

            /// The persons named in its data.
            pub(super) fn names(&self) -> &[crate::id::Id] {
                match self {
                    $($crate::kind::family::family!(@pattern data, $variant $($data)?) => {
                        $crate::kind::family::family!(@names data $($data)?)
                    })*
                }
            }

            /// The cut its data pins.
            pub(super) fn pins(&self) -> &[crate::kind::Head] {
                match self {
                    $($crate::kind::family::family!(@pattern data, $variant $($data)?) => {
                        $crate::kind::family::family!(@pins data $($data)?)
                    })*
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

        /// The place of each kind in its family.
        #[allow(clippy::enum_variant_names, reason = "they are named as the kinds are")]
        enum Nth {
            $($variant,)*
        }

        #[allow(non_upper_case_globals, reason = "they are matched and named as the variants they stand for")]
        impl crate::kind::Deed {
            $(
                #[doc = concat!("`", $kind, "`")]
                pub const $variant: crate::kind::Deed = crate::kind::Deed {
                    family: crate::kind::Family::$family,
                    nth: Nth::$variant as u8,
                };
            )*
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
    (@names $bound:ident $data:ident) => {
        $crate::kind::family::Data::names($bound)
    };
    (@names $bound:ident) => {
        &[]
    };
    (@pins $bound:ident $data:ident) => {
        $crate::kind::family::Data::pins($bound)
    };
    (@pins $bound:ident) => {
        &[]
    };
    (@read $variant:ident $data:ident, $bytes:ident) => {
        $crate::kind::family::read::<$data>($bytes).map(Self::$variant)
    };
    (@read $variant:ident, $bytes:ident) => {
        $crate::kind::family::read::<$crate::kind::family::NoData>($bytes).map(|_| Self::$variant)
    };
}
pub(super) use family;
