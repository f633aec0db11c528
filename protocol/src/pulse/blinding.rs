//! Asking for a token without showing what it states: RFC 9474 §4.2 (Blind) and §4.4 (Finalize), with the randomness
//! handed in. Whoever sees a blinded message and later the token cannot tell that they belong together: to each blinded
//! message and each token there is exactly one factor that leads from one to the other.

use rsa::hazmat::rsa_encrypt;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha384};

use super::{BadToken, IssuerKey, PREFIX, SALT, Token, number};

/// Length of a SHA-384 hash.
const HASH: usize = 48;

/// The randomness of one blinding. Each is used once.
#[derive(Clone)]
pub struct Draw {
    /// Makes the message one nobody can guess.
    pub prefix: [u8; PREFIX],
    /// The salt of the signature.
    pub salt: [u8; SALT],
    /// The blinding factor: as long as the key, uniform among the numbers from 1 to below the modulus.
    pub factor: Vec<u8>,
}

/// A blinded message, and what makes the issuer's signature over it a token. All but `message` is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Blinded {
    /// What the issuer is shown.
    pub message: Vec<u8>,
    /// The prefix that was drawn.
    pub prefix: [u8; PREFIX],
    /// The inverse of the factor.
    pub inverse: Vec<u8>,
}

/// The numbers drawn cannot be used; new ones can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the blinding factor is not below the issuer's modulus, or shares a divisor with it")]
pub struct BadDraw;

impl IssuerKey {
    /// Blinds a statement.
    ///
    /// # Errors
    /// [`BadDraw`]; to be answered by another draw. An honest key refuses less than every second one.
    pub fn blind(&self, statement: &[u8], draw: &Draw) -> Result<Blinded, BadDraw> {
        if draw.factor.len() != self.modulus.len() || draw.factor >= self.modulus {
            return Err(BadDraw);
        }
        let modulus = self.key.n();
        let factor = number(&draw.factor);
        let inverse = factor.invert_mod(modulus).into_option().ok_or(BadDraw)?;
        let message = number(&encoded(
            &[&draw.prefix, statement].concat(),
            &draw.salt,
            self.modulus.len(),
        ));
        if message.invert_mod(modulus).is_none().into() {
            return Err(BadDraw);
        }
        let mask = rsa_encrypt(&self.key, &factor).map_err(|_| BadDraw)?;
        Ok(Blinded {
            message: message.mul_mod(&mask, modulus).to_be_bytes().into_vec(),
            prefix: draw.prefix,
            inverse: inverse.to_be_bytes().into_vec(),
        })
    }

    /// Makes a token of what the issuer signed, and checks it.
    ///
    /// # Errors
    /// [`BadToken`]: the issuer signed something else.
    pub fn finalize(&self, statement: &[u8], blinded: &Blinded, signature: &[u8]) -> Result<Token, BadToken> {
        if !self.can_sign(signature) || !self.can_sign(&blinded.inverse) {
            return Err(BadToken);
        }
        let unblinded = number(signature).mul_mod(&number(&blinded.inverse), self.key.n());
        let token = Token {
            key: self.clone(),
            prefix: blinded.prefix,
            signature: unblinded.to_be_bytes().into_vec(),
        };
        token.verify(statement)?;
        Ok(token)
    }

    /// Whether `signature` is what the holder of the secret key makes of the blinded message: for those who watch an
    /// issuer.
    pub fn signed(&self, blinded: &[u8], signature: &[u8]) -> bool {
        self.can_sign(blinded)
            && self.can_sign(signature)
            && rsa_encrypt(&self.key, &number(signature)).is_ok_and(|message| message == number(blinded))
    }
}

/// EMSA-PSS-ENCODE of RFC 8017 §9.1.1 for a modulus of that many bytes, whose highest bit is set.
fn encoded(message: &[u8], salt: &[u8; SALT], length: usize) -> Vec<u8> {
    let hash = Sha384::new()
        .chain_update([0; 8])
        .chain_update(Sha384::digest(message))
        .chain_update(salt)
        .finalize();
    let mut block = vec![0; length - HASH - 1];
    let salt_from = block.len() - SALT;
    block[salt_from - 1] = 1;
    block[salt_from..].copy_from_slice(salt);
    for (byte, mask) in block.iter_mut().zip(mask(&hash)) {
        *byte ^= mask;
    }
    block[0] &= 0x7f;
    [&block, hash.as_slice(), &[0xbc]].concat()
}

/// MGF1 of RFC 8017 §B.2.1 with SHA-384, without end.
fn mask(seed: &[u8]) -> impl Iterator<Item = u8> {
    (0_u32..).flat_map(move |counter| {
        let block = Sha384::new()
            .chain_update(seed)
            .chain_update(counter.to_be_bytes());
        <[u8; HASH]>::from(block.finalize())
    })
}
