use super::*;
use crate::vectors;

fn key(vector: &serde_json::Value) -> Result<PublicKey, BadKey> {
    PublicKey::from_bytes(&vectors::bytes(vector, "public_key").try_into().unwrap())
}

fn signature(vector: &serde_json::Value) -> Signature {
    Signature::from_bytes(vectors::bytes(vector, "signature").try_into().unwrap())
}

#[test]
fn the_twelve_cases_of_speccheck_agree_with_the_strict_profile() {
    let file = vectors::read("signatures/speccheck.json");
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let message = vectors::bytes(case, "message");
        let verdict = key(case)
            .map_err(BadSignature::from)
            .and_then(|key| key.verify(&message, &signature(case)));
        assert_eq!(
            verdict.is_ok(),
            case["holds"].as_bool().unwrap(),
            "{case}: {verdict:?}"
        );
    }
}

#[test]
fn the_examples_of_rfc_8032_are_signed_and_verified() {
    let file = vectors::read("signatures/rfc8032.json");
    for case in file["cases"].as_array().unwrap() {
        let secret = SecretKey::from_seed(vectors::bytes(case, "seed").try_into().unwrap());
        let message = vectors::bytes(case, "message");
        assert_eq!(Ok(secret.public()), key(case));
        assert_eq!(secret.sign(&message), signature(case));
        assert_eq!(secret.public().verify(&message, &signature(case)), Ok(()));
        let mut other = message.clone();
        other.push(0);
        assert_eq!(
            secret.public().verify(&other, &signature(case)),
            Err(BadSignature::Mismatch)
        );
    }
}

#[test]
fn keys_are_refused_for_the_reason_given() {
    let file = vectors::read("signatures/keys.json");
    for case in file["keys"].as_array().unwrap() {
        let refused = match key(case) {
            Ok(_) => None,
            Err(BadKey::SmallOrder) => Some("small order"),
            Err(BadKey::NotCanonical) => Some("not canonical"),
            Err(BadKey::NotAPoint) => Some("no point"),
        };
        assert_eq!(refused, case["refused"].as_str(), "{case}");
    }
}

#[test]
fn the_list_of_small_order_points_is_complete() {
    let by_order = |bytes: &[u8; 32]| VerifyingKey::from_bytes(bytes).is_ok_and(|key| key.is_weak());
    assert!(SMALL_ORDER.iter().all(by_order));
    let distinct: std::collections::BTreeSet<_> = SMALL_ORDER.iter().collect();
    assert_eq!(distinct.len(), 14);

    // Every other non-canonical ordinate (p + 2 to p + 18) is of a point of large order, or of none.
    for y in 0xef..=0xff_u8 {
        for sign in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (y, sign);
            assert!(!by_order(&bytes));
        }
    }
}

#[test]
fn a_small_order_r_is_named() {
    let secret = SecretKey::from_seed([1; 32]);
    for point in SMALL_ORDER {
        let mut bytes = *secret.sign(b"message").as_bytes();
        bytes[..32].copy_from_slice(&point);
        let verdict = secret.public().verify(b"message", &Signature::from_bytes(bytes));
        assert_eq!(verdict, Err(BadSignature::SmallOrderR));
    }
}

#[test]
fn a_secret_is_never_printed() {
    let secret = SecretKey::from_seed([0xab; 32]);
    assert!(!format!("{secret:?}").contains("abab"));
}
