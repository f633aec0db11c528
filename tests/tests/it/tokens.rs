//! OpenSSL agrees on which tokens of a pulse hold. Says so and passes where it is not installed.

use std::fs;
use std::path::Path;
use std::process::Command;

use hearth_protocol::codec;
use hearth_protocol::pulse::Token;
use serde_json::Value;

/// Whether OpenSSL takes the token for a signature over `prefix ‖ statement`: RSASSA-PSS, SHA-384 twice, a salt of 48
/// bytes. Nothing where there is no OpenSSL.
pub(crate) fn openssl_accepts(token: &Token, statement: &[u8]) -> Option<bool> {
    if Command::new("openssl").arg("version").output().is_err() {
        println!("skipped: needs openssl");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let key = file("key.der", &token.key.spki());
    let signature = file("signature", &token.signature);
    let message = file("message", &[&token.prefix, statement].concat());
    let run = Command::new("openssl")
        .args(["dgst", "-sha384", "-sigopt", "rsa_padding_mode:pss"])
        .args(["-sigopt", "rsa_pss_saltlen:48", "-sigopt", "rsa_mgf1_md:sha384"])
        .args(["-keyform", "DER", "-verify"])
        .arg(key)
        .arg("-signature")
        .args([signature, message])
        .output()
        .unwrap();
    Some(run.status.success())
}

fn vector(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors/pulse")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn openssl_takes_the_frozen_token_and_no_other() {
    let vector = vector("token.json");
    let bytes = |name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
    let token: Token = codec::decode(&bytes("token")).unwrap();
    let statement = bytes("statement");
    let Some(accepted) = openssl_accepts(&token, &statement) else {
        return;
    };
    assert!(accepted);
    for wrong in [
        Token {
            prefix: [0; 32],
            ..token.clone()
        },
        Token {
            signature: vec![1; 256],
            ..token
        },
    ] {
        assert_eq!(openssl_accepts(&wrong, &statement), Some(false));
        assert!(wrong.verify(&statement).is_err());
    }
}
