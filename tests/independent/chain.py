"""The governance chain (docs/protocol.md section 6): outcome after outcome, and what each leaves of a log."""

import hashlib

from entry import Entry

OUT = {"remove": "removed", "suspend": "suspended"}


class Chain:
    """Read over the folded facts of a cut; what is no outcome becomes void."""

    def __init__(self, community):
        founding = [fact for fact in community.facts if fact.organisation == community.founder and fact.standing == "counts"]
        self.founder, self.charters = community.founder, {community.founder: founding[1].entry.data}
        self.admitted, self.turns, self.outcomes = {community.founder: founding[1]}, {}, [founding[0]]
        for fact in community.facts:
            if fact.kind == "governance.proposed" and fact.standing == "counts":
                self._judge(fact)

    def _judge(self, fact):
        if fact.organisation != self.founder:
            return fact.void("not_permitted")
        if fact.subject() != self.outcomes[-1].id:
            return fact.void("stale")
        act, data = fact.entry.data["act"], fact.entry.data
        if act == "admit":
            return self._admit(fact, data["charter"])
        organisation = data["organisation"]
        out = self._out(organisation)
        fits = {"remove": out != "removed", "suspend": out is None, "restore": out == "suspended"}[act]
        if organisation not in self.admitted or organisation == self.founder or not fits:
            return fact.void("wrong_subject")
        limit = (data["size"], data["root"], OUT[act]) if act in OUT else None
        self.turns.setdefault(organisation, []).append((fact, limit))
        self.outcomes.append(fact)

    def _admit(self, fact, bytes_):
        organisation, charter = hashlib.sha256(b"\0" + bytes_).digest(), Entry(bytes_).data
        taken = any(other["key"] == charter["key"] or other["slug"] == charter["slug"] for other in self.charters.values())
        if organisation in self.admitted or taken:
            return fact.void("wrong_subject")
        self.admitted[organisation], self.charters[organisation] = fact, charter
        self.outcomes.append(fact)

    def _out(self, organisation, outcomes=None):
        """Why it is out after these outcomes, after all of them where none are given; nothing for one that is in."""
        limits = [limit for fact, limit in self.turns.get(organisation, []) if outcomes is None or fact in outcomes]
        return limits[-1][2] if limits and limits[-1] else None

    def limits(self):
        """Of who is out: how much of the log counts, with which root, and why no more."""
        return {organisation: turns[-1][1] for organisation, turns in self.turns.items() if turns[-1][1]}

    def away(self, organisation):
        """Its times out, each as (the outcome that put it out, the one that let it in again or nothing)."""
        found = []
        for fact, limit in self.turns.get(organisation, []):
            if found and found[-1][1] is None:
                found[-1] = (found[-1][0], None if limit else fact)
            elif limit:
                found.append((fact, None))
        return found

    def within(self, size):
        """Whom so many entries of the founding log have admitted, and which of them are out after these."""
        outcomes = [fact for fact in self.outcomes if fact.index < size]
        inside = {organisation for organisation, fact in self.admitted.items() if fact.index < size}
        return inside, {organisation for organisation in inside if self._out(organisation, outcomes)}
