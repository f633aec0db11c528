//! The governance chain: outcome after outcome, each by the electorate of the one before (docs/protocol.md §6). What a cut
//! holds decides it, and no larger cut undoes an outcome: the chain is read before anything it cuts off is cut off.

use std::collections::BTreeMap;

use crate::id::{Id, Root};
use crate::kind::{Act, Community as Deeds, Motion, Proposed};

use super::Community;
use super::check::Charter;
use super::facts::{Fact, LogNumber, Place};
use super::verdict::{Standing, VoidReason};

/// The chain as far as a cut holds it.
#[derive(Debug)]
pub(super) struct Chain {
    founder: LogNumber,
    /// The founding and every proposal that passed, in order.
    outcomes: Vec<Place>,
    /// Every organisation ever admitted, in order; the founder first.
    members: Vec<Member>,
    /// What became of each entry of the chain that the cut holds.
    fates: BTreeMap<Place, Standing>,
}

/// An organisation that is or was of the community.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) organisation: Id,
    /// The outcome that admitted it; the founder's is the founding.
    pub(super) admitted: Place,
    /// The outcomes that put it out or let it in again, in order; what each lets count of its log, none for all.
    pub(super) turns: Vec<(Place, Option<Limit>)>,
}

/// How much counts of the log of an organisation that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Why nothing further does: removed or suspended.
    pub reason: VoidReason,
    /// So many entries do.
    pub size: u64,
    /// If this is their root; else none does.
    pub root: Root,
}

impl Member {
    pub(super) fn limit(&self) -> Option<Limit> {
        self.turns.last().and_then(|(_, limit)| *limit)
    }
}

impl Chain {
    /// The chain in so many entries of each log. None before the community is founded here.
    pub(super) fn of(community: &Community, size: impl Fn(LogNumber) -> u64) -> Option<Chain> {
        let (founder, _) = community.founding()?;
        let (number, _) = community.log(founder.organisation)?;
        let founding = *founder.places.first()?;
        let mut chain = Chain {
            founder: number,
            outcomes: vec![founding],
            members: vec![Member {
                organisation: founder.organisation,
                admitted: founding,
                turns: Vec::new(),
            }],
            fates: BTreeMap::new(),
        };
        let facts = &community.facts;
        let mut held: Vec<Place> = facts.of_governance().to_vec();
        held.retain(|place| {
            let fact = facts.get(*place);
            fact.index < size(fact.log)
        });
        held.sort_unstable_by_key(|place| facts.get(*place).index);
        for place in held {
            let fate = chain.fate_of(community, facts.get(place));
            if fate == Standing::Counts {
                chain.pass(community, place);
            }
            chain.fates.insert(place, fate);
        }
        Some(chain)
    }

    /// What became of a proposal; none for what is not of the chain, or not in the cut.
    pub(super) fn fate(&self, place: Place) -> Option<Standing> {
        self.fates.get(&place).copied()
    }

    /// The last outcome: what a proposal names.
    pub(super) fn last(&self) -> Place {
        *self.outcomes.last().expect("the founding is an outcome")
    }

    pub(super) fn outcomes(&self) -> &[Place] {
        &self.outcomes
    }

    /// Every organisation ever admitted, in that order; the founder first.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(super) fn member(&self, organisation: Id) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.organisation == organisation)
    }

    /// How much counts of an organisation's log; none for all of it.
    pub(super) fn limit(&self, organisation: Id) -> Option<Limit> {
        self.member(organisation).and_then(Member::limit)
    }

    /// Whether anything was cut off, or failed.
    pub(super) fn has_losses(&self) -> bool {
        let is_out = |member: &Member| member.limit().is_some();
        self.members.iter().any(is_out) || self.fates.values().any(|fate| *fate != Standing::Counts)
    }

    /// Whether an entry would be one of the chain, coming next in this log about that entry. `charter` is the one that it
    /// would admit.
    pub(super) fn would(
        &self,
        community: &Community,
        log: LogNumber,
        act: &Act,
        charter: Option<&Charter>,
        preceding: Option<Place>,
    ) -> Result<(), VoidReason> {
        let Act::Community(Deeds::Proposed(Proposed { motion })) = act else {
            return Ok(());
        };
        if log != self.founder {
            return Err(VoidReason::NotPermitted);
        }
        if preceding != Some(self.last()) {
            return Err(VoidReason::Stale);
        }
        if self.admits(community, motion, charter) {
            Ok(())
        } else {
            Err(VoidReason::WrongSubject)
        }
    }

    /// Ruleset 1: the founder alone votes, so its steward's proposal passes at once if it follows on the last outcome.
    fn fate_of(&self, community: &Community, fact: &Fact) -> Standing {
        let Some(act) = fact.act.as_deref() else {
            unreachable!("an entry of the chain says which one it is")
        };
        let preceding = community.facts.references(fact).next().flatten();
        let charter = community.charters.get(&fact.place);
        self.would(community, fact.log, act, charter, preceding)
            .map_or_else(Standing::Void, |()| Standing::Counts)
    }

    /// Whether there is something to be done for it.
    fn admits(&self, community: &Community, motion: &Motion, charter: Option<&Charter>) -> bool {
        let founder = self.members[0].organisation;
        let limit = |organisation: Id| {
            let other = self.member(organisation).filter(|_| organisation != founder);
            other.map(|member| member.limit().map(|limit| limit.reason))
        };
        match motion {
            Motion::Admit { .. } => charter.is_some_and(|charter| {
                let taken = |other: &Charter| {
                    other.id == charter.id
                        || other.says.key == charter.says.key
                        || other.says.slug == charter.says.slug
                };
                !self
                    .members
                    .iter()
                    .filter_map(|member| community.charter_of(member))
                    .any(taken)
            }),
            Motion::Remove(head) => {
                matches!(limit(head.organisation), Some(None | Some(VoidReason::Suspended)))
            }
            Motion::Suspend { head, .. } => limit(head.organisation) == Some(None),
            Motion::Restore { organisation } => limit(*organisation) == Some(Some(VoidReason::Suspended)),
        }
    }

    /// Takes in what an outcome does.
    fn pass(&mut self, community: &Community, place: Place) {
        self.outcomes.push(place);
        let fact = community.facts.get(place);
        let Some(Act::Community(Deeds::Proposed(Proposed { motion }))) = fact.act.as_deref() else {
            return;
        };
        let (organisation, limit) = match motion {
            Motion::Admit { .. } => {
                if let Some(charter) = community.charters.get(&place) {
                    self.members.push(Member {
                        organisation: charter.id,
                        admitted: place,
                        turns: Vec::new(),
                    });
                }
                return;
            }
            Motion::Remove(head) => (head.organisation, Some((VoidReason::Removed, head))),
            Motion::Suspend { head, .. } => (head.organisation, Some((VoidReason::Suspended, head))),
            Motion::Restore { organisation } => (*organisation, None),
        };
        let limit = limit.map(|(reason, head)| Limit {
            reason,
            size: head.size,
            root: head.root,
        });
        let mut members = self.members.iter_mut();
        if let Some(member) = members.find(|member| member.organisation == organisation) {
            member.turns.push((place, limit));
        }
    }
}
