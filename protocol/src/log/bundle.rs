//! Entry bundles (C2SP tlog-tiles): entries one after the other, each after its length as u16 big-endian.

/// An entry that no bundle can carry: longer than 65,535 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {at} of the bundle has {length} bytes, more than 65535")]
pub struct Unbundled {
    /// Which, from 0.
    pub at: usize,
    /// Its length in bytes.
    pub length: usize,
}

/// A bundle that ends within an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bundle ends within its entry {at}")]
pub struct Truncated {
    /// Which, from 0.
    pub at: usize,
}

/// Writes entries as a bundle. At most 256 belong into one.
pub fn encode<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, Unbundled> {
    let mut bytes = Vec::new();
    for (at, entry) in entries.iter().map(AsRef::as_ref).enumerate() {
        let length = u16::try_from(entry.len()).map_err(|_| Unbundled {
            at,
            length: entry.len(),
        })?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
    }
    Ok(bytes)
}

/// Reads the entries of a bundle. That there are as many as its name says is for the caller to check.
pub fn parse(bytes: &[u8]) -> Result<Vec<&[u8]>, Truncated> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let truncated = Truncated { at: entries.len() };
        let (length, tail) = rest.split_first_chunk::<2>().ok_or(truncated)?;
        let (entry, after) = tail
            .split_at_checked(u16::from_be_bytes(*length).into())
            .ok_or(truncated)?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_go_both_ways() {
        let entries: [&[u8]; 3] = [b"one", b"", &[7; 65_535]];
        let bytes = encode(&entries).unwrap();
        assert_eq!(bytes[..7], *b"\0\x03one\0\0");
        assert_eq!(parse(&bytes).unwrap(), entries);
        assert!(parse(&[]).unwrap().is_empty());
    }

    #[test]
    fn names_the_entry_that_does_not_fit() {
        assert_eq!(
            encode(&[vec![], vec![0; 65_536]]),
            Err(Unbundled {
                at: 1,
                length: 65_536
            })
        );
        assert_eq!(parse(b"\0\x01a\0"), Err(Truncated { at: 1 }));
        assert_eq!(parse(b"\0\x02a"), Err(Truncated { at: 0 }));
    }
}
