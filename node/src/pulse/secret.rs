//! An issuer's secret key: one per pulse, kept in a file of its own until the pulse is closed.

use std::fmt;
use std::io;
use std::path::Path;

use getrandom::SysRng;
use hearth_protocol::pulse::IssuerKey;
use rsa::hazmat::rsa_decrypt_and_check;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, PrivateKey};

use crate::secret_file::{self, SecretFileError};

/// Length of the keys that are made (docs/decisions/0015-tokens-by-rsa-blind-signatures.md).
const BITS: usize = 2048;

/// The secret key of an issuer for one pulse. Wiped when dropped; never printed.
pub struct IssuerSecret {
    secret: PrivateKey,
    key: IssuerKey,
}

/// Why an issuer's key cannot be had or used.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] SecretFileError),
    /// It holds something else.
    #[error("{0} does not hold an issuer's key")]
    NotAKey(String),
    /// What is to be signed is not as long as the key, or not below it.
    #[error("the blinded message does not fit the key")]
    Misfit,
    /// The arithmetic failed, or the system gives no randomness.
    #[error("no key or signature could be made: {0}")]
    Failed(rsa::Error),
}

impl IssuerSecret {
    /// A new one. Takes some tens of milliseconds.
    pub fn generate() -> Result<IssuerSecret, IssuerError> {
        let secret = PrivateKey::new(&mut SysRng, BITS).map_err(IssuerError::Failed)?;
        IssuerSecret::of(secret).ok_or(IssuerError::Failed(rsa::Error::InvalidModulus))
    }

    /// The one in a file; a new one is made and kept where there is none.
    pub fn open(path: &Path) -> Result<IssuerSecret, IssuerError> {
        match IssuerSecret::read(path) {
            Err(IssuerError::File(SecretFileError::File { source, .. }))
                if source.kind() == io::ErrorKind::NotFound =>
            {
                let new = IssuerSecret::generate()?;
                let der = new
                    .secret
                    .to_pkcs8_der()
                    .map_err(|_| IssuerError::NotAKey(path.display().to_string()))?;
                secret_file::write_new_bytes(path, der.as_bytes())?;
                Ok(new)
            }
            read => read,
        }
    }

    /// The one in a file (PKCS #8, DER).
    pub fn read(path: &Path) -> Result<IssuerSecret, IssuerError> {
        let der = secret_file::read_bytes(path)?;
        let secret = PrivateKey::from_pkcs8_der(&der).ok();
        secret
            .and_then(IssuerSecret::of)
            .ok_or_else(|| IssuerError::NotAKey(path.display().to_string()))
    }

    /// The public half.
    pub fn key(&self) -> &IssuerKey {
        &self.key
    }

    /// Signs a blinded message, whatever it says.
    pub fn sign(&self, blinded: &[u8]) -> Result<Vec<u8>, IssuerError> {
        if !self.key.can_sign(blinded) {
            return Err(IssuerError::Misfit);
        }
        let bits = self.secret.n().bits_precision();
        let message = BoxedUint::from_be_slice(blinded, bits).map_err(|_| IssuerError::Misfit)?;
        let signed = rsa_decrypt_and_check(&self.secret, Some(&mut SysRng), &message);
        Ok(signed.map_err(IssuerError::Failed)?.to_be_bytes().into_vec())
    }

    fn of(secret: PrivateKey) -> Option<IssuerSecret> {
        let key = IssuerKey::from_bytes(&secret.n().to_be_bytes()).ok()?;
        Some(IssuerSecret { secret, key })
    }
}

impl fmt::Debug for IssuerSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerSecret(of {:?})", self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_signs_what_fits_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(IssuerSecret::read(&path).is_err(), "reading makes none");
        let made = IssuerSecret::open(&path).unwrap();
        let again = IssuerSecret::open(&path).unwrap();
        assert_eq!(made.key(), again.key());
        let blinded = [&[0], &[7; 255][..]].concat();
        let signed = made.sign(&blinded).unwrap();
        assert_eq!(again.sign(&blinded).unwrap(), signed);
        assert!(made.key().signed(&blinded, &signed));
        for misfit in [&[7; 255][..], &[7; 257], &[0xff; 256], made.key().as_bytes()] {
            assert!(matches!(made.sign(misfit), Err(IssuerError::Misfit)));
        }
        std::fs::write(&path, "no key").unwrap();
        assert!(matches!(IssuerSecret::open(&path), Err(IssuerError::NotAKey(_))));
    }
}
