"""Decisions recomputed (docs/protocol.md section 8), from published logs."""

import hashlib

import electorate
import tree


class Decision:
    """One proposal with what it comes to before an instant."""

    def __init__(self, community, proposal, ballots, as_of):
        self.proposal, self.data = proposal, proposal.entry.data
        valid = holds(community, self.data["cut"]) and electorate.in_time(proposal) and not electorate.is_outdated(community, proposal)
        self.electorate = electorate.electorate(community, proposal) if valid else {}
        self.ballots = electorate.ballots(community, proposal, ballots) if valid else {}
        self.over = self.data["closes"] < as_of
        self.carried = self.over and bool(self.electorate) and self._carries()

    def _carries(self):
        """Whether enough voted, and more for it than against it."""
        votes = {}
        for voter, organisation in self.electorate.items():
            votes.setdefault(organisation, []).append(self.ballots.get(voter))
        if self.data["rule"] == "organisations":
            votes = [_whole(choices) for choices in votes.values()]
        else:
            votes = [choice for choices in votes.values() for choice in choices]
        said = [choice for choice in votes if choice is not None]
        if 100 * len(said) < self.data["quorum"] * len(votes):
            return False
        if self.data["rule"] == "consent":
            return "for" in said and "against" not in said
        return said.count("for") > said.count("against")


def _whole(choices):
    """The one vote of an organisation."""
    if not any(choices):
        return None
    more = choices.count("for") - choices.count("against")
    return "for" if more > 0 else "against" if more < 0 else "abstain"


def holds(community, cut):
    """Whether a pinned cut is one of this community, within the one in hand."""
    founding = next((fact for fact in community.facts if fact.kind == "community.founded" and fact.standing == "counts"), None)
    sizes = {row[0]: row[1] for row in cut}
    if founding is None or sizes.get(founding.organisation, 0) < 2:
        return False
    inside = {founding.organisation}
    for fact in community.of("governance.proposed"):
        if fact.organisation == founding.organisation and fact.index < sizes[founding.organisation]:
            inside.add(hashlib.sha256(b"\0" + fact.entry.data["charter"]).digest())
    return inside == set(sizes) and all(
        size <= community.sizes.get(organisation, -1) and tree.root(community.logs[organisation].hashes[:size]) == root
        for organisation, size, root in cut
    )


class Decisions:
    """All that were proposed before the instant of a view."""

    def __init__(self, view):
        ballots = {}
        for fact in view.signed("ballot.cast"):
            ballots.setdefault(fact.subject(), []).append(fact)
        self.view = view
        self.all = [Decision(view.community, fact, ballots.get(fact.id, []), view.as_of) for fact in view.signed("decision.proposed")]
        self.by_id = {decision.proposal.id: decision for decision in self.all}

    def adopted(self, kind):
        """What of a kind is in force: by a decision that carried, of several by one the first, in the order of votes; of what
        replaces the other nothing that was decided before what is in force already."""
        found, taken = [], set()
        for fact in sorted(self.view.signed(kind), key=lambda fact: (fact.effective, fact.id)):
            decision = self.by_id.get(fact.subject())
            if decision is None or not decision.carried or fact.effective <= decision.data["closes"] or fact.subject() in taken:
                continue
            if decision.data.get("adopts") == {"do": kind, "data": fact.entry.data}:
                taken.add(fact.subject())
                found.append(fact)
        return in_turn(kind, [(fact, self.by_id[fact.subject()].proposal) for fact in found])


def in_turn(kind, adopted):
    """Entries in force, given by time each with its proposal, in the order of votes; what replaces the other in both orders."""
    def turn(pair):
        return pair[1].entry.data["closes"], pair[1].id

    if kind in REPLACED:
        adopted = [pair for place, pair in enumerate(adopted) if all(turn(before) < turn(pair) for before in adopted[:place])]
    return [fact for fact, _ in sorted(adopted, key=turn)]


REPLACED = {
    "parameters.adopted", "terms.adopted", "plan.adopted", "plan.rebaselined", "arrangements.adopted", "coverage.declared", "value.stated",
}
