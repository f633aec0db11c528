"""Decisions recomputed (docs/protocol.md section 8), from published logs."""

import hashlib

import tree


class Decision:
    """One proposal with what it comes to before an instant."""

    def __init__(self, community, proposal, ballots, as_of):
        self.proposal, self.data = proposal, proposal.entry.data
        self.electorate = electorate(community, self.data["cut"])
        self.ballots = {}
        for ballot in sorted(ballots, key=lambda fact: (fact.effective, fact.id)):
            if ballot.person in self.electorate and ballot.effective <= self.data["closes"]:
                self.ballots[ballot.person] = ballot.entry.data["choice"]
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
            return "against" not in said
        return said.count("for") > said.count("against")


def _whole(choices):
    """The one vote of an organisation."""
    if not any(choices):
        return None
    more = choices.count("for") - choices.count("against")
    return "for" if more > 0 else "against" if more < 0 else "abstain"


def electorate(community, cut):
    """Person to organisation, of the members after the pinned cut; nobody where the pin does not hold."""
    founding = next((fact for fact in community.facts if fact.kind == "community.founded" and fact.standing == "counts"), None)
    sizes = {row[0]: row[1] for row in cut}
    if founding is None or sizes.get(founding.organisation, 0) < 2:
        return {}
    inside = {founding.organisation}
    for fact in community.of("governance.proposed"):
        if fact.organisation == founding.organisation and fact.index < sizes[founding.organisation]:
            inside.add(hashlib.sha256(b"\0" + fact.entry.data["charter"]).digest())
    if inside != set(sizes):
        return {}
    for organisation, size, root in cut:
        if size > community.sizes.get(organisation, -1) or tree.root(community.logs[organisation].hashes[:size]) != root:
            return {}
    voters = {}
    for organisation, size, _ in cut:
        for person in community.people.values():
            held = any(first.index < size and (last is None or last.index >= size) for first, last in person.spells)
            if person.organisation == organisation and held:
                voters.setdefault(person.id, organisation)
    return voters


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
        """What of a kind is in force: by a decision that carried, of several by one the first, in the order of time."""
        found, taken = [], set()
        for fact in sorted(self.view.signed(kind), key=lambda fact: (fact.effective, fact.id)):
            decision = self.by_id.get(fact.subject())
            if decision is None or not decision.carried or fact.effective <= decision.data["closes"] or fact.subject() in taken:
                continue
            if decision.data.get("adopts") == {"do": kind, "data": fact.entry.data}:
                taken.add(fact.subject())
                found.append(fact)
        return found
