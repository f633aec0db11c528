//! Arbitrary payloads whose acts fit their kinds.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::story;
use crate::entry::{BodyRef, Payload};
use crate::id::{BodyHash, Hash, Id, Root};
use crate::kind::*;
use crate::pulse::{IssuerKey, Token};
use crate::time::{Span, Timestamp};

pub(super) fn payloads() -> impl Strategy<Value = Payload> {
    (
        any::<u64>(),
        acts(),
        option::of(ids()),
        vec(ids(), 64),
        any::<u8>(),
        bodies(),
        any::<bool>(),
    )
        .prop_map(|(at, act, circle, mut re, count, body, with_body)| {
            let (references, presence) = match act.rules() {
                Some(rules) => (rules.subject, rules.body),
                None => (Subject::Any, Presence::Optional),
            };
            re.truncate(match references {
                Subject::None => 0,
                Subject::One(_) | Subject::Contribution => 1,
                Subject::Optional(_) => usize::from(count % 2),
                Subject::AnyOrNone => usize::from(count % 65),
                Subject::Led(..) | Subject::Many(_) | Subject::Any => 1 + usize::from(count % 64),
            });
            let has_body = match presence {
                Presence::Absent => false,
                Presence::Optional => with_body,
                Presence::Required => true,
            };
            Payload {
                at: Timestamp::from_millis(at),
                act,
                circle,
                re,
                body: has_body.then_some(body),
            }
        })
}

fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        community(),
        people(),
        leadership(),
        purpose(),
        interaction(),
        circles(),
        learning(),
        works(),
        impact(),
        coverage(),
        pulse(),
        care(),
        "[a-z]{1,20}\\.done".prop_map(|kind| Act::Unknown {
            kind,
            data: vec![0xa0]
        }),
        "[a-z]{1,20}\\.done".prop_map(|kind| Act::Unknown {
            kind,
            data: vec![0xa1, 0x61, 0x61, 0x20]
        }),
    ]
}

fn community() -> impl Strategy<Value = Act> {
    prop_oneof![
        vec((any::<[u8; 32]>(), any::<u64>(), any::<[u8; 32]>()), 1..5).prop_map(|rows| {
            let mut heads: Vec<Head> = rows
                .into_iter()
                .map(|(organisation, size, root)| Head {
                    organisation: Id::from_bytes(organisation),
                    size,
                    root: Root::from_bytes(root),
                })
                .collect();
            heads.sort();
            Community::HeadsSeen(HeadsSeen { heads }).into()
        }),
        vec(any::<u8>(), 1..6_000).prop_map(|charter| Community::Proposed(Proposed {
            motion: Motion::Admit { charter }
        })
        .into()),
    ]
}

fn people() -> impl Strategy<Value = Act> {
    let key = (1_u8..20).prop_map(|seed| story::key(seed).public());
    prop_oneof![
        Just(People::MemberLeft.into()),
        key.clone()
            .prop_map(|key| People::KeyAdded(NamedKey { key }).into()),
        (key, any::<bool>(), option::of(ids()), any::<[u8; 32]>()).prop_map(
            |(key, applied, inviter, code)| {
                let code = applied.then_some(Hash::from_bytes(code));
                People::MemberAdmitted(Admitted {
                    key,
                    code,
                    applied,
                    inviter,
                })
                .into()
            }
        ),
        topics().prop_map(|topics| People::InterestDeclared(InterestDeclared { topics }).into()),
        (any::<bool>(), slugs())
            .prop_map(|(yes, scope)| People::ConsentSet(ConsentSet { yes, scope }).into()),
    ]
}

fn leadership() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Leadership::TaskAccepted.into()),
        (ids(), slugs(), 0..9_u64, any::<bool>()).prop_map(|(holder, role, from, hosted)| {
            let provided_by = if hosted { Provider::Host } else { Provider::Members };
            let [from, until] = [from, from + 1].map(Timestamp::from_millis);
            let granted = RoleGranted {
                from,
                role,
                until,
                holder,
                provided_by,
            };
            Leadership::RoleGranted(granted).into()
        }),
        (1..=12_u32, 1..=44_640_u64).prop_map(|(month, minutes)| {
            let month = format!("2026-{month:02}").parse().unwrap();
            Leadership::TimePledged(TimePledged { month, minutes }).into()
        }),
        topics().prop_map(|topics| Leadership::LeadershipAsked(LeadershipAsked { topics }).into()),
        (option::of(any::<u64>()), topics()).prop_map(|(due, topics)| {
            let due = due.map(Timestamp::from_millis);
            Leadership::TaskOffered(TaskOffered { due, topics }).into()
        }),
    ]
}

fn purpose() -> impl Strategy<Value = Act> {
    let sizes = (any::<u64>(), 1..u64::MAX);
    prop_oneof![
        (1..u64::MAX).prop_map(|version| Purpose::TermsAcknowledged(TermsAcknowledged { version }).into()),
        slugs().prop_map(|milestone| Purpose::MilestoneMet(MilestoneMet { milestone }).into()),
        (sizes, any::<i64>(), slugs()).prop_map(|((from, length), low, objective)| {
            let from = from / 2;
            Purpose::TargetSet(TargetSet {
                low,
                from: Timestamp::from_millis(from),
                high: low.saturating_add(1),
                until: Timestamp::from_millis(from + 1 + length / 2),
                objective,
            })
            .into()
        }),
    ]
}

fn interaction() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Interaction::QueryAnswered.into()),
        Just(Interaction::QueryAccepted.into()),
        (topics(), any::<bool>()).prop_map(|(topics, pseudonymous)| {
            Interaction::QueryAsked(QueryAsked { topics, pseudonymous }).into()
        }),
        (topics(), option::of(slugs())).prop_map(|(topics, purpose)| {
            Interaction::ThreadOpened(ThreadOpened { topics, purpose }).into()
        }),
        slugs().prop_map(|reaction| Interaction::ReactionGiven(ReactionGiven { reaction }).into()),
    ]
}

fn circles() -> impl Strategy<Value = Act> {
    let modes = prop_oneof![Just(CircleMode::FaceToFace), Just(CircleMode::Mixed)];
    let kinds = prop_oneof![Just(CircleKind::Topic), Just(CircleKind::SpecialInterest)];
    (
        kinds,
        option::of(modes),
        option::of(slugs()),
        slugs(),
        option::of(any::<u64>()),
    )
        .prop_map(|(kind, mode, other, topic, until)| {
            Circles::CircleOpened(CircleOpened {
                kind,
                mode,
                basis: mode.map(|_| CircleBasis::Role),
                other,
                topic,
                until: until.map(Timestamp::from_millis),
                structure: until.map(|_| CircleStructure::Hierarchical),
            })
            .into()
        })
}

fn coverage() -> impl Strategy<Value = Act> {
    (option::of(slugs()), option::of(slugs()))
        .prop_map(|(role, region)| Coverage::GapRaised(GapRaised { role, region }).into())
}

fn learning() -> impl Strategy<Value = Act> {
    let sorts = prop_oneof![Just(ResourceType::Guidance), Just(ResourceType::Tool)];
    prop_oneof![
        Just(Learning::ResourceValidated.into()),
        (
            option::of(bodies()),
            option::of(sorts),
            option::of(any::<u64>()),
            option::of(slugs())
        )
            .prop_map(|(file, sort, review, licence)| {
                let review = review.map(Timestamp::from_millis);
                Learning::ResourcePublished(ResourcePublished {
                    file,
                    from: Vec::new(),
                    sort,
                    review,
                    licence,
                })
                .into()
            }),
    ]
}

fn works() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Works::WorkJoined.into()),
        (option::of(any::<u64>()), option::of(slugs()), persons()).prop_map(|(due, plan, authors)| {
            Works::WorkProposed(WorkProposed {
                due: due.map(Timestamp::from_millis),
                plan,
                sort: ResourceType::Policy,
                authors,
            })
            .into()
        }),
        (option::of(bodies()), option::of(slugs()), any::<u64>()).prop_map(|(file, licence, version)| {
            Works::WorkReleased(WorkReleased {
                file,
                sort: ResourceType::Education,
                licence,
                version,
            })
            .into()
        }),
    ]
}

fn impact() -> impl Strategy<Value = Act> {
    let amounts = prop_oneof![
        any::<i64>().prop_map(Amount::Whole),
        (any::<u64>(), 1..=u64::MAX).prop_map(|(part, whole)| Amount::Ratio(part, whole)),
    ];
    let rows = vec((any::<[u8; 32]>(), any::<u64>()), 1..9);
    prop_oneof![
        any::<bool>().prop_map(|consent| Impact::StoryCorroborated(StoryCorroborated { consent }).into()),
        vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..5)
            .prop_map(|files| Impact::ClaimEvidenced(ClaimEvidenced { files }).into()),
        (
            rows,
            amounts,
            slugs(),
            slugs(),
            any::<bool>(),
            option::of(any::<u64>()),
            persons()
        )
            .prop_map(|(rows, value, method, measure, is_own, window, contributors)| {
                let heads = rows.into_iter().map(|(organisation, size)| Head {
                    organisation: Id::from_bytes(organisation),
                    size,
                    root: Root::from_bytes(organisation),
                });
                let mut cut: Vec<Head> = heads.collect();
                cut.sort_unstable();
                Impact::ClaimDrafted(ClaimDrafted {
                    cut,
                    as_of: Timestamp::EPOCH,
                    value,
                    effect: Effect::Worse,
                    objective: method.clone(),
                    method,
                    window: window.map(Span::from_millis),
                    measure: is_own.then(|| measure.clone()),
                    ruleset: 1,
                    indicator: (!is_own).then_some(measure),
                    parameters: (!is_own).then_some(Hash::from_bytes([7; 32])),
                    contributors,
                })
                .into()
            }),
    ]
}

fn persons() -> impl Strategy<Value = Vec<Id>> {
    vec(ids(), 1..16).prop_map(|mut persons| {
        persons.sort_unstable();
        persons
    })
}

fn pulse() -> impl Strategy<Value = Act> {
    let modulus = vec(any::<u8>(), 256).prop_map(|mut bytes| {
        bytes[0] |= 0x80;
        bytes[255] |= 1;
        bytes
    });
    let token =
        (modulus.clone(), any::<[u8; 32]>(), modulus.clone()).prop_map(|(key, prefix, signature)| Token {
            key: IssuerKey::from_bytes(&key).unwrap(),
            prefix,
            signature,
        });
    prop_oneof![
        Just(Pulse::PulseClosed.into()),
        (modulus.clone(), modulus).prop_map(|(one, other)| {
            let blinded = (Blob(one), Blob(other));
            Pulse::PulseRequested(PulseRequested { blinded }).into()
        }),
        (token.clone(), token, vec(0..=10_u64, 1..=16)).prop_map(|(one, other, choices)| {
            let tokens = (one, other);
            Pulse::PulseAnswered(PulseAnswered { tokens, choices }).into()
        }),
    ]
}

fn care() -> impl Strategy<Value = Act> {
    (
        slugs(),
        vec(any::<[u8; 32]>().prop_map(BodyHash::from_bytes), 1..10),
    )
        .prop_map(|(ground, hashes)| Care::ErasureCarriedOut(ErasureCarriedOut { ground, hashes }).into())
}

fn ids() -> impl Strategy<Value = Id> + Clone {
    any::<[u8; 32]>().prop_map(Id::from_bytes)
}

fn slugs() -> impl Strategy<Value = Slug> + Clone {
    "[a-z0-9-]{1,40}".prop_map(|text| text.parse().unwrap())
}

fn topics() -> impl Strategy<Value = Topics> {
    vec(slugs(), 0..=8).prop_map(|topics| Topics::try_from(topics).unwrap())
}

fn bodies() -> impl Strategy<Value = BodyRef> {
    (
        any::<[u8; 32]>(),
        0..=crate::limits::BODY,
        "[a-z]{1,9}/[a-z.+-]{1,9}",
    )
        .prop_map(|(hash, size, media_type)| BodyRef {
            hash: BodyHash::from_bytes(hash),
            size,
            media_type,
        })
}
