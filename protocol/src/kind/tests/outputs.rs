//! What fits a work, a claim, an audit.

use super::misfit;
use crate::id::{Hash, Id, Root};
use crate::kind::*;
use crate::time::Timestamp;

fn claim() -> ClaimDrafted {
    ClaimDrafted {
        cut: vec![Head {
            organisation: Id::from_bytes([1; 32]),
            size: 1,
            root: Root::from_bytes([0; 32]),
        }],
        as_of: Timestamp::EPOCH,
        value: Amount::Ratio(3, 5),
        effect: Effect::Better,
        method: "before-after".parse().unwrap(),
        window: None,
        measure: Some("sore-mouths".parse().unwrap()),
        ruleset: 1,
        indicator: None,
        objective: "mouth-care".parse().unwrap(),
        parameters: None,
        contributors: vec![Id::from_bytes([1; 32])],
    }
}

#[test]
fn a_claim_is_about_an_indicator_or_a_measure_and_pins_a_cut() {
    let drafted = |claim| misfit(Impact::ClaimDrafted(claim));
    let (slug, hash) = (claim().measure, Some(Hash::from_bytes([0; 32])));
    let row = claim().cut[0];
    let person = Id::from_bytes([1; 32]);
    let of_indicator = ClaimDrafted {
        measure: None,
        indicator: slug.clone(),
        parameters: hash,
        ..claim()
    };
    let changed = |change: &dyn Fn(&mut ClaimDrafted)| {
        let mut claim = claim();
        change(&mut claim);
        drafted(claim).unwrap_or_default()
    };
    assert_eq!(drafted(claim()), None);
    assert_eq!(drafted(of_indicator), None);
    assert_eq!(changed(&|claim| claim.value = Amount::Whole(i64::MIN)), "");
    let either = "a claim is about an indicator or about a measure";
    assert_eq!(changed(&|claim| claim.measure = None), either);
    assert_eq!(
        changed(&|claim| (claim.indicator, claim.parameters) = (slug.clone(), hash)),
        either
    );
    let together = "parameters go with an indicator";
    assert_eq!(changed(&|claim| claim.parameters = hash), together);
    assert_eq!(
        changed(&|claim| (claim.measure, claim.indicator) = (None, slug.clone())),
        together
    );
    assert!(changed(&|claim| claim.cut = Vec::new()).starts_with("0 rows of the pinned cut"));
    assert!(changed(&|claim| claim.cut = vec![row, row]).starts_with("the pinned cut is not ascending"));
    assert_eq!(
        changed(&|claim| claim.value = Amount::Ratio(3, 0)),
        "a ratio to nothing"
    );
    assert!(changed(&|claim| claim.contributors = Vec::new()).starts_with("0 contributors"));
    assert!(changed(&|claim| claim.contributors = vec![person; 2]).starts_with("the contributors are not"));
}

#[test]
fn audits_evidence_and_authors_have_their_limits() {
    let audit = |value, result| misfit(Impact::AuditAttested(AuditAttested { value, result }));
    let five = Some(Amount::Whole(5));
    for (value, result) in [
        (five, Comparison::Equal),
        (five, Comparison::Different),
        (None, Comparison::Unknown),
    ] {
        assert_eq!(audit(value, result), None);
    }
    assert!(audit(None, Comparison::Equal).is_some());
    assert!(audit(five, Comparison::Unknown).is_some());
    assert!(audit(Some(Amount::Ratio(1, 0)), Comparison::Equal).is_some());
    let evidence = |count| {
        let files = vec![Hash::from_bytes([0; 32]); count];
        misfit(Impact::ClaimEvidenced(ClaimEvidenced { files }))
    };
    assert_eq!(evidence(64), None);
    assert!(evidence(65).unwrap().starts_with("65 files"));
    let work = |count: u8| {
        misfit(Works::WorkProposed(WorkProposed {
            due: None,
            plan: None,
            sort: ResourceType::Tool,
            authors: (0..count).map(|n| Id::from_bytes([n; 32])).collect(),
        }))
    };
    assert_eq!(work(16), None);
    assert!(work(17).unwrap().starts_with("17 authors"));
    assert!(work(0).unwrap().starts_with("0 authors"));
}
