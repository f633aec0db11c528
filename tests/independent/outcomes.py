"""Decisions recomputed (docs/protocol.md section 8): who may vote, what it comes to, what is in force by it."""

import electorate
import tree

# Of these the one decided on last stands for the others.
REPLACED = {
    "parameters.adopted", "terms.adopted", "plan.adopted", "plan.rebaselined", "arrangements.adopted", "coverage.declared", "value.stated",
}
OPEN, BEYOND, NO_ELECTORATE, NEVER, CARRIED, FAILED = "open", "beyond", "no electorate", "never", "carried", "failed"


class Decision:
    """One proposal as of an instant."""

    def __init__(self, view, proposal):
        self.proposal, data = proposal, proposal.entry.data
        self.rule, self.quorum, self.closes, self.adopts = data["rule"], data["quorum"], data["closes"], data.get("adopts")
        pin = pinned(view.community, data["cut"])
        if pin is None and (electorate.is_outdated(view.community, proposal) or not electorate.in_time(proposal)):
            pin = NEVER
        cast = [fact for fact in view.signed("ballot.cast") if fact.subject() == proposal.id]
        self.electorate = electorate.electorate(view.community, proposal) if pin is None else {}
        self.ballots = electorate.ballots(view.community, proposal, cast) if pin is None else {}
        declared = by_time(
            fact for fact in view.signed("decision.closed") if fact.subject() == proposal.id and fact.effective > self.closes
        )
        self.declared = declared[0].entry.data["outcome"] if declared else None
        self.state = pin or (OPEN if self.closes >= view.as_of else CARRIED if self.carries() else FAILED)

    def carries(self):
        voices = list(self.ballots.values()) + [None] * (len(self.electorate) - len(self.ballots))
        if self.rule == "organisations":
            voices = [self.goes(organisation) for organisation in set(self.electorate.values())]
        voted, favour, against = sum(voice is not None for voice in voices), voices.count("for"), voices.count("against")
        if not voices or voted * 100 < len(voices) * self.quorum:
            return False
        return favour > 0 and against == 0 if self.rule == "consent" else favour > against

    def goes(self, organisation):
        """Which way an organisation goes; nothing where nobody of it voted."""
        own = [choice for person, choice in self.ballots.items() if self.electorate[person] == organisation]
        lead = own.count("for") - own.count("against")
        return None if not own else "for" if lead > 0 else "against" if lead < 0 else "abstain"

    def voting(self):
        return {self.electorate[person] for person in self.ballots}


def by_time(facts):
    return sorted(facts, key=lambda fact: fact.moment)


def pinned(community, cut):
    """Nothing where a pinned cut holds; else what follows for the decision."""
    rows = {organisation: (size, root) for organisation, size, root in cut}
    founder = next(log.organisation for log in community.logs.values() if log.entries[0].kind == "community.founded")
    if founder not in rows or rows[founder][0] < 2:
        return NO_ELECTORATE
    if any(size > community.sizes.get(organisation, 0) for organisation, (size, _) in rows.items() if organisation == founder):
        return BEYOND
    admitted, _ = community.chain.within(rows[founder][0])
    if admitted != set(rows):
        return NO_ELECTORATE
    held = {organisation: row for organisation, row in rows.items() if row[0] <= community.sizes.get(organisation, 0)}
    if any(tree.root(community.logs[organisation].hashes[:size]) != root for organisation, (size, root) in held.items()):
        return NO_ELECTORATE
    return None if len(held) == len(rows) else BEYOND


def decisions(view):
    """By the id of the proposal, in the order of time."""
    if view.decided is None:
        view.decided = {fact.id: Decision(view, fact) for fact in by_time(view.signed("decision.proposed"))}
    return view.decided


def in_force(view, kind):
    """Entries of a kind that took effect by a decision, in the order of the votes."""
    return [fact for fact, _ in sorted(adopted(view, decisions(view), kind), key=lambda pair: turn(pair[1]))]


def adopted(view, all_decisions, *kinds):
    """Entries in force by a decision, each with it, by time; of several by one decision the first."""
    found, taken = [], set()
    for fact in by_time(view.signed(*kinds)):
        decision = all_decisions.get(fact.subject())
        if decision and decision.state == CARRIED and fact.effective > decision.closes and (fact.subject(), fact.kind) not in taken:
            taken.add((fact.subject(), fact.kind))
            if fact.kind not in REPLACED or all(turn(before) < turn(decision) for _, before in found):
                found.append((fact, decision))
    return found


def turn(decision):
    """Its place among all decisions, by the end of the vote."""
    return decision.closes, decision.proposal.id
