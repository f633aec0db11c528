use rsa::PrivateKey;
use rsa::hazmat::rsa_decrypt;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

use super::blinding::{BadDraw, Blinded, Draw};
use super::*;
use crate::codec;
use crate::vectors;

/// Issuing masks its arithmetic with random numbers where it can get them, and comes to the same.
struct NoRandomness;

impl TryRng for NoRandomness {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("none is drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("none is drawn")
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("none is drawn")
    }
}

impl TryCryptoRng for NoRandomness {}

const FROZEN: &str = "pulse/token.json";

fn rfc() -> Vec<Value> {
    let vector = vectors::read("pulse/rfc9474.json");
    vector["cases"].as_array().unwrap().clone()
}

fn prefix(message: &[u8]) -> [u8; PREFIX] {
    message[..PREFIX].try_into().unwrap()
}

fn inverted(bytes: &[u8], key: &IssuerKey) -> Vec<u8> {
    let inverse = number(bytes).invert_mod(key.key.n()).unwrap();
    inverse.to_be_bytes().into_vec()
}

#[test]
fn blinding_and_finalizing_are_those_of_the_rfc() {
    for case in rfc() {
        let field = |name| vectors::bytes(&case, name);
        assert_eq!(field("e"), [1, 0, 1]);
        let key = IssuerKey::from_bytes(&field("n")).unwrap();
        let message = field("input_msg");
        let (prefix, statement) = (prefix(&message), &message[PREFIX..]);
        let token = Token {
            key: key.clone(),
            prefix,
            signature: field("sig"),
        };
        assert!(key.signed(&field("blinded_msg"), &field("blind_sig")));
        let Ok(salt) = field("salt").try_into() else {
            assert_eq!(token.verify(statement), Err(BadToken), "a signature without salt");
            continue;
        };
        let draw = Draw {
            prefix,
            salt,
            factor: inverted(&field("inv"), &key),
        };
        let blinded = key.blind(statement, &draw).unwrap();
        assert_eq!(blinded.message, field("blinded_msg"));
        assert_eq!(
            key.finalize(statement, &blinded, &field("blind_sig")),
            Ok(token.clone())
        );
        assert_eq!(token.verify(statement), Ok(()));
    }
}

/// The issuer of the frozen vectors.
pub(crate) struct Issuer(PrivateKey);

impl Issuer {
    pub(crate) fn frozen() -> Issuer {
        let frozen = vectors::read(FROZEN);
        let prime = |name| number(&vectors::bytes(&frozen, name));
        Issuer(PrivateKey::from_p_q(prime("p"), prime("q"), BoxedUint::from(EXPONENT)).unwrap())
    }

    pub(crate) fn key(&self) -> IssuerKey {
        IssuerKey::from_bytes(&self.0.n().to_be_bytes()).unwrap()
    }

    pub(crate) fn sign(&self, blinded: &[u8]) -> Vec<u8> {
        let signed = rsa_decrypt(None::<&mut NoRandomness>, &self.0, &number(blinded)).unwrap();
        signed.to_be_bytes().into_vec()
    }
}

/// A draw that anybody can repeat.
pub(crate) fn draw(seed: u8) -> Draw {
    Draw {
        prefix: [seed; PREFIX],
        salt: [seed + 1; SALT],
        factor: [&[0x55], &[seed + 2; 255][..]].concat(),
    }
}

/// The token of the frozen vector, made anew from its primes and its draw.
fn made() -> (Value, IssuerKey, Blinded, Vec<u8>, Token) {
    let frozen = vectors::read(FROZEN);
    let issuer = Issuer::frozen();
    let key = issuer.key();
    let statement = statement(
        Id::from_bytes([1; 32]),
        Id::from_bytes([2; 32]),
        KeyBytes::from_bytes([3; 32]),
    );
    let draw = draw(4);
    let blinded = key.blind(&statement, &draw).unwrap();
    let issued = issuer.sign(&blinded.message);
    let token = key.finalize(&statement, &blinded, &issued).unwrap();
    let vector = json!({
        "p": frozen["p"],
        "q": frozen["q"],
        "community": hex::encode([1; 32]),
        "pulse": hex::encode([2; 32]),
        "once_key": hex::encode([3; 32]),
        "statement": hex::encode(&statement),
        "prefix": hex::encode(draw.prefix),
        "salt": hex::encode(draw.salt),
        "factor": hex::encode(&draw.factor),
        "key": hex::encode(key.as_bytes()),
        "spki": hex::encode(key.spki()),
        "blinded": hex::encode(&blinded.message),
        "issued": hex::encode(&issued),
        "signature": hex::encode(&token.signature),
        "token": hex::encode(codec::encode(&token)),
    });
    (vector, key, blinded, statement, token)
}

#[test]
fn a_token_is_frozen_from_its_statement_to_its_bytes() {
    vectors::assert_frozen(FROZEN, &made().0);
}

#[test]
fn a_token_holds_for_nothing_else() {
    let (_, key, blinded, statement, token) = made();
    assert_eq!(token.verify(&statement), Ok(()));
    for place in 0..statement.len() {
        let mut other = statement.clone();
        other[place] ^= 1;
        assert_eq!(
            token.verify(&other),
            Err(BadToken),
            "byte {place} of the statement"
        );
    }
    let mut other = token.clone();
    other.prefix[0] ^= 1;
    assert_eq!(other.verify(&statement), Err(BadToken));
    for place in [0, 100, 255] {
        let mut other = token.clone();
        other.signature[place] ^= 1;
        assert_eq!(
            other.verify(&statement),
            Err(BadToken),
            "byte {place} of the signature"
        );
    }
    let short = Token {
        signature: token.signature[1..].to_vec(),
        ..token.clone()
    };
    assert_eq!(short.verify(&statement), Err(BadToken));
    let foreign = Token {
        key: IssuerKey::from_bytes(&vectors::bytes(&rfc()[0], "n")).unwrap(),
        ..token.clone()
    };
    assert_eq!(foreign.verify(&statement), Err(BadToken));
    assert_eq!(
        key.finalize(&statement, &blinded, &token.signature),
        Err(BadToken),
        "unblinding what was never blinded"
    );
    assert!(!key.signed(&blinded.message, &token.signature));
}

/// A number of as many bytes that means the same modulo the key is another signature, and none.
#[test]
fn a_signature_has_one_form() {
    let (_, key, _, statement, token) = made();
    let beyond = number(&token.signature).wrapping_add(number(key.as_bytes()));
    let other = Token {
        signature: beyond.to_be_bytes().into_vec(),
        ..token
    };
    assert_eq!(other.verify(&statement), Err(BadToken));
    let zero = Token {
        signature: vec![0; 256],
        ..other
    };
    assert_eq!(zero.verify(&statement), Err(BadToken));
}

#[test]
fn a_draw_that_hides_nothing_is_refused() {
    let (vector, key, _, statement, _) = made();
    let blind = |factor: Vec<u8>| {
        let draw = Draw {
            prefix: [4; PREFIX],
            salt: [5; SALT],
            factor,
        };
        key.blind(&statement, &draw).map(|_| ())
    };
    assert_eq!(blind(vec![0; 256]), Err(BadDraw), "zero");
    assert_eq!(blind(vec![9; 255]), Err(BadDraw), "too short");
    assert_eq!(blind(key.as_bytes().to_vec()), Err(BadDraw), "the modulus itself");
    assert_eq!(blind(vec![0xff; 256]), Err(BadDraw), "above it");
    let prime = vectors::bytes(&vector, "p");
    assert_eq!(
        blind([vec![0; 128], prime].concat()),
        Err(BadDraw),
        "one of its primes"
    );
    assert_eq!(blind([vec![0; 255], vec![2]].concat()), Ok(()));
}

#[test]
fn keys_have_one_form_and_three_lengths() {
    let key = made().1;
    let reasons = [
        (vec![0x81; 255], BadIssuerKey::Length(255)),
        (vec![0x81; 128], BadIssuerKey::Length(128)),
        (vec![0x81; 1024], BadIssuerKey::Length(1024)),
        (Vec::new(), BadIssuerKey::Length(0)),
        (vec![0x7f; 256], BadIssuerKey::Short),
        (vec![0x80; 256], BadIssuerKey::Even),
    ];
    for (bytes, reason) in reasons {
        assert_eq!(IssuerKey::from_bytes(&bytes), Err(reason));
    }
    for length in MODULUS {
        assert!(IssuerKey::from_bytes(&vec![0x81; length]).is_ok());
    }
    assert_eq!(IssuerKey::from_bytes(key.as_bytes()), Ok(key));
}

#[test]
fn a_token_is_written_in_one_form() {
    let token = made().4;
    let written = codec::encode(&token);
    assert_eq!(codec::decode::<Token>(&written).unwrap(), token);
    let key = serde_bytes::Bytes::new(token.key.as_bytes());
    let misfits = [(31, 256), (33, 256), (32, 255), (32, 257)];
    for (prefix, signature) in misfits {
        let (prefix, signature) = (vec![0; prefix], vec![0; signature]);
        let parts = (
            key,
            serde_bytes::Bytes::new(&prefix),
            serde_bytes::Bytes::new(&signature),
        );
        assert!(codec::decode::<Token>(&codec::encode(&parts)).is_err());
    }
}
