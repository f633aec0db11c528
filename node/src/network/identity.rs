//! The node's libp2p key: who it is on the wire. It signs nothing else.

use std::path::{Path, PathBuf};

use hearth_protocol::sync::Peer;
use libp2p::identity::Keypair;

use crate::secret_file::{self, SecretFileError};

/// A node's identity: an Ed25519 key in libp2p's own encoding, readable by its owner alone.
pub struct Identity(pub(super) Keypair);

/// Why there is no identity.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be kept or read.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// The file holds something else.
    #[error("{path} is not a libp2p Ed25519 key", path = path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}

impl Identity {
    /// Makes a new identity and keeps it in a file that must not exist yet (mode 0600, synced).
    pub fn create(path: &Path) -> Result<Self, IdentityError> {
        let key = Keypair::generate_ed25519();
        let bytes = key
            .to_protobuf_encoding()
            .expect("an Ed25519 key has an encoding");
        secret_file::write_new_bytes(path, &bytes)?;
        Ok(Self(key))
    }

    /// Reads an identity, which nobody but its owner may be able to read.
    pub fn open(path: &Path) -> Result<Self, IdentityError> {
        let bytes = secret_file::read_bytes(path)?;
        let key = Keypair::from_protobuf_encoding(&bytes);
        key.map(Self)
            .map_err(|_| IdentityError::NotAKey { path: path.into() })
    }

    /// The node id, as it stands in a charter.
    pub fn peer(&self) -> Peer {
        Peer(self.0.public().to_peer_id().to_bytes())
    }
}

/// A node id as people read it; hexadecimal where it is not one of libp2p's.
pub fn name_of(peer: &Peer) -> String {
    libp2p::PeerId::from_bytes(&peer.0).map_or_else(|_| hex::encode(&peer.0), |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_identity_is_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("identity");
        let made = Identity::create(&path).unwrap();
        assert_eq!(Identity::open(&path).unwrap().peer(), made.peer());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            Identity::open(&path),
            Err(IdentityError::File(SecretFileError::Exposed { mode: 0o640, .. }))
        ));
    }
}
