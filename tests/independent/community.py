"""Verdicts over a cut (docs/protocol.md sections 3 and 6), from nothing but published logs."""

import copy

import chain
import kinds
import surveys
import tree

STEWARD, MEMBER, EITHER, RECORD, FOUNDING = "steward", "member", "steward or the person", "record", "founding"
CONTRIBUTIONS = {
    "query.asked", "query.answered", "thread.opened", "thread.replied", "resource.published", "resource.validated", "resource.disputed",
    "faq.published", "work.joined",
}
SIGNERS = {
    "community.founded": FOUNDING, "organisation.chartered": FOUNDING, "governance.proposed": STEWARD, "heads.seen": RECORD,
    "member.admitted": STEWARD, "member.left": EITHER, "key.added": MEMBER, "key.revoked": EITHER,
    "query.withdrawn": MEMBER, "query.accepted": MEMBER, "reaction.given": MEMBER, "resource.withdrawn": MEMBER,
    "import.made": STEWARD, "erasure.carried_out": EITHER, "time.confirmed": STEWARD, "history.confirmed": STEWARD,
    "content.corrected": MEMBER, "content.reported": MEMBER, "content.hidden": STEWARD,
    "meeting.scheduled": MEMBER, "meeting.held": MEMBER, "meeting.attended": MEMBER, "meeting.evaluated": MEMBER,
    "resource.superseded": MEMBER, "resource.applied": MEMBER, "faq.endorsed": MEMBER, "reflection.logged": MEMBER,
    "introduction.made": MEMBER, "mentoring.started": MEMBER, "pulse.opened": STEWARD, "pulse.requested": MEMBER,
} | {kind: RECORD for kind in surveys.OWN} | {kind: MEMBER for kind in CONTRIBUTIONS} | {kind: MEMBER for kind in (
    "member.invited", "interest.declared", "profile.written", "consent.set", "member.affiliated", "history.linked",
    "circle.opened", "circle.joined", "circle.left", "circle.closed", "gap.raised", "gap.owned", "gap.closed",
    "role.granted", "role.accepted", "role.ended", "time.pledged",
    "leadership.asked", "leadership.answered", "task.offered", "task.accepted", "task.done", "task.confirmed", "query.referred",
    "work.proposed", "work.released", "work.evaluated", "story.told", "story.corroborated",
    "claim.drafted", "claim.evidenced", "claim.acknowledged", "claim.corroborated", "claim.evaluated", "claim.contested",
    "claim.withdrawn", "audit.attested",
)}
IMPORTED = {
    "query.asked", "query.answered", "query.accepted", "query.withdrawn", "thread.opened", "thread.replied", "reaction.given", "resource.published",
}
SOURCES = {"query.asked", "query.answered", "thread.opened", "thread.replied", "resource.published"}
# kind: which kinds `re` may name; a pair where the first of `re` is of other kinds than the rest; nothing for any
SUBJECTS = {
    "query.answered": {"query.asked"}, "query.accepted": {"query.answered"}, "query.withdrawn": {"query.asked"},
    "role.accepted": {"role.granted"}, "role.ended": {"role.granted"}, "time.pledged": {"role.granted"}, "time.confirmed": {"time.pledged"},
    "leadership.answered": {"leadership.asked"}, "task.accepted": {"task.offered"}, "task.done": {"task.accepted"},
    "task.confirmed": {"task.done"}, "query.referred": {"query.asked", "thread.opened"},
    "thread.replied": {"thread.opened", "thread.replied", "query.asked", "query.answered", "resource.published", "meeting.scheduled"} | {
        "work.proposed", "work.released", "story.told", "claim.drafted",
    },
    "reaction.given": CONTRIBUTIONS, "resource.published": {"resource.published"}, "resource.withdrawn": {"resource.published"},
    "resource.validated": {"resource.published", "work.released"}, "resource.disputed": {"resource.published", "work.released"},
    "content.corrected": {"query.asked", "query.answered", "thread.opened", "thread.replied", "meeting.scheduled", "reflection.logged"},
    "content.reported": None, "content.hidden": None,
    "meeting.held": {"meeting.scheduled"}, "meeting.attended": ({"meeting.scheduled"}, {"meeting.attended"}),
    "meeting.evaluated": ({"meeting.scheduled"}, {"meeting.attended"}),
    "resource.superseded": {"resource.published"}, "resource.applied": {"resource.published"},
    "faq.published": SOURCES | {"faq.published"}, "faq.endorsed": {"faq.published"},
    "reflection.logged": SOURCES | {"faq.published", "meeting.scheduled"},
    "introduction.made": {"member.admitted"}, "mentoring.started": {"member.admitted"},
    "member.affiliated": {"member.admitted"}, "history.confirmed": {"history.linked"},
    "circle.joined": {"circle.opened"}, "circle.left": {"circle.opened"}, "circle.closed": {"circle.opened"},
    "gap.owned": {"gap.raised"}, "gap.closed": {"gap.raised", "gap.owned"},
    "work.proposed": {"thread.opened", "query.asked", "resource.published"}, "work.joined": {"work.proposed"},
    "work.released": ({"work.proposed"}, None), "work.evaluated": {"work.released"},
    "story.corroborated": {"story.told"}, "claim.evidenced": ({"claim.drafted"}, None),
} | {kind: {"claim.drafted"} for kind in (
    "claim.acknowledged", "claim.corroborated", "claim.evaluated", "claim.contested", "claim.withdrawn", "audit.attested",
)}
SIGNERS |= {kind: MEMBER for kind in ("decision.proposed", "ballot.cast", "decision.closed", "terms.acknowledged", "milestone.met", *kinds.ADOPTED)}
SUBJECTS |= surveys.SUBJECTS | {
    "decision.proposed": None, "ballot.cast": {"decision.proposed"}, "decision.closed": {"decision.proposed"},
    "terms.acknowledged": {"terms.adopted"}, "milestone.met": {"plan.adopted", "plan.rebaselined"},
} | {kind: ({"decision.proposed"}, SUBJECTS[kind][1] if isinstance(SUBJECTS.get(kind), tuple) else None) for kind in kinds.ADOPTED}
NAMED = {"work.joined": "authors", "work.released": "authors", "claim.acknowledged": "contributors"}  # whom the first names
AUTHORS = {
    "resource.withdrawn", "resource.superseded", "content.corrected", "circle.closed", "gap.closed", "task.done", "claim.evidenced", "claim.withdrawn",
}  # by who wrote what they are about
STATE = {
    "community.founded", "organisation.chartered", "governance.proposed", "member.admitted", "member.left", "key.added", "key.revoked",
}
NO_ENTRY = {"unknown_kind", "bad_signature", "misplaced"}
COUNTS, PENDING, VOID = "counts", "pending", "void"


class Fact:
    """An entry at its place, with what the cut says of it."""

    def __init__(self, entry, organisation, index):
        self.entry, self.organisation, self.index = entry, organisation, index
        self.id, self.kind, self.at = entry.id, entry.kind, entry.at
        self.standing, self.reason = COUNTS, None
        self.stray = False  # void, and no entry of its log besides
        self.person = None  # a member's, an imported author's as ("source", …), or nothing where nobody is known
        self.imported = entry.author is None and entry.kind not in surveys.OWN | {"heads.seen"}
        self.automaton = bool(entry.source and entry.source.get("automaton"))
        self.effective, self.witnessed = entry.at, False
        self.known = entry.at  # by when others bear out that it was there
        self.signer = None  # who signed, whoever they count as

    @property
    def moment(self):
        """Its place in time: at one time in one log the smaller index is first, in two that of the smaller organisation."""
        return self.effective, self.organisation, self.index

    def subject(self):
        return self.entry.re[0] if self.entry.re else None

    def void(self, reason):
        self.standing, self.reason = VOID, reason


class Person:
    """A member, with every spell of membership as [admission, departure or nothing]."""

    def __init__(self, admitted):
        self.id, self.organisation, self.spells = admitted.id, admitted.organisation, [[admitted, None]]


class Community:
    """The facts of a cut. `logs` are Published, each cut to the size the cut gives."""

    def __init__(self, logs, cut):
        self.logs = {log.organisation: log for log in logs}
        self.sizes = {organisation: size for organisation, size, _ in cut}
        self.community = logs[0].community
        for organisation, size, root in cut:
            if tree.root(self.logs[organisation].hashes[:size]) != root:
                raise ValueError(f"{organisation.hex()}: the cut names another root than the log's")
        self.facts, self.by_id, self.people = [], {}, {}
        self.policy, self.twins = None, set()
        for organisation in sorted(self.sizes):
            self._fold(organisation)
        self.chain = chain.Chain(self)
        self._cut_off()
        self._resolve()
        self._times()
        self._unite()
        self._states()
        self._away()
        self._twins()

    def of(self, *kinds):
        return [fact for fact in self.facts if fact.kind in kinds and fact.standing == COUNTS and fact.id not in self.twins]

    # Each log by itself, in order of index.
    def _fold(self, organisation):
        log = self.logs[organisation]
        founding = log.entries[0] is not None and log.entries[0].kind == "community.founded"
        if founding:
            self.founder = organisation
        charter = log.entries[1 if founding else 0]
        if founding:
            self.policy = log.entries[0].data["policy"]
        fold = Fold(self, organisation, set(charter.data["stewards"]), 1 if founding else 0)
        for index in range(self.sizes[organisation]):
            entry = log.entries[index]
            if entry is None:
                continue  # malformed: void, and no fact
            fact = Fact(entry, organisation, index)
            self.facts.append(fact)
            fold.judge(fact, entry.verify(log.community, organisation))

    # What the governance chain leaves of each log.
    def _cut_off(self):
        for organisation, (size, root, reason) in self.chain.limits().items():
            if self.sizes[organisation] >= size and tree.root(self.logs[organisation].hashes[:size]) != root:
                size = 0
            for fact in self.facts:
                if fact.organisation == organisation and fact.index >= size and fact not in self.chain.outcomes:
                    fact.stray = fact.reason in NO_ENTRY
                    fact.void(reason)

    # References, over all logs.
    def _resolve(self):
        facts = {}
        for fact in self.facts:
            if fact.reason not in NO_ENTRY and not fact.stray:
                facts.setdefault(fact.id, fact)
        self.by_id = facts
        state = {}

        def settle(first):
            stack = [first]
            while stack:
                fact = stack[-1]
                if state.get(fact.id) == "done" or fact.standing == VOID:
                    state[fact.id] = "done"
                    stack.pop()
                    continue
                targets = [facts[id] for id in fact.entry.re if id in facts and state.get(id) != "done"] if fact.kind in SUBJECTS else []
                if state.get(fact.id) is None and targets:
                    state[fact.id] = "open"
                    stack += [target for target in targets if state.get(target.id) is None]
                    continue
                self._refer(fact, facts)
                state[fact.id] = "done"
                stack.pop()

        for fact in self.facts:
            settle(fact)

    def _refer(self, fact, facts):
        if fact.kind not in SUBJECTS or not fact.entry.re:
            return
        allowed = SUBJECTS[fact.kind]
        first, rest = allowed if isinstance(allowed, tuple) else (allowed, allowed)
        targets = [facts.get(id) for id in fact.entry.re]
        if any(target is None or target.standing == PENDING for target in targets):
            fact.standing = PENDING
            return
        fitting = [first is None or targets[0].kind in first] + [rest is None or target.kind in rest for target in targets[1:]]
        if any(target.standing == VOID for target in targets) or not all(fitting):
            return fact.void("wrong_subject")
        if fact.kind in ("resource.published", "resource.withdrawn", "resource.superseded") and targets[0].entry.re:
            return fact.void("wrong_subject")
        if fact.kind.startswith("meeting.") and any(target.subject() != targets[0].id for target in targets[1:]):
            return fact.void("wrong_subject")
        if fact.kind in kinds.ADOPTED and not self._lets(targets[0], fact):
            return fact.void("wrong_subject")
        if not self._among(fact, targets):
            return fact.void("not_permitted")
        if not self._may(fact, targets[0], facts):
            fact.void("not_permitted")
        misfit = surveys.misfit(fact, targets, facts, self.people) if fact.kind in surveys.SUBJECTS else None
        if misfit:
            fact.void(misfit)

    def _lets(self, proposal, fact):
        """Whether a proposal lets just this be, about all that it names itself of the kinds that fit, and nothing else."""
        rest = SUBJECTS[fact.kind][1]
        about = {id for id in proposal.entry.re if rest is None or self.by_id[id].kind in rest}
        same = proposal.entry.data.get("adopts") == {"do": fact.kind, "data": fact.entry.data}
        return same and set(fact.entry.re[1:]) == about

    def _among(self, fact, targets):
        """Sheets name whoever signs by them; who evaluates was there; only one's own organisation hides."""
        if fact.kind == "meeting.attended":
            return all(fact.person in sheet.entry.data.get("persons", []) for sheet in targets[1:])
        if fact.kind == "meeting.evaluated":
            own = [there.person == fact.person and "persons" not in there.entry.data for there in targets[1:]]
            return bool(own) and all(own)
        if fact.kind == "content.hidden":
            return all(target.organisation == fact.organisation for target in targets)
        return True

    def _may(self, fact, target, facts):
        """Some acts are for one person alone, some for anybody but one."""
        if fact.kind in ("task.confirmed", "time.confirmed") and fact.person == target.person:
            return False
        if fact.kind == "time.confirmed":
            return fact.organisation == target.organisation
        if fact.kind in ("role.accepted", "role.ended", "time.pledged"):
            return fact.person == target.entry.data["holder"]
        if fact.kind == "query.accepted":
            owner = facts[target.subject()]
        elif fact.kind == "query.withdrawn" or fact.kind in AUTHORS or (fact.kind == "resource.published" and fact.entry.re):
            owner = target
        elif fact.kind in NAMED:
            return fact.person in target.entry.data[NAMED[fact.kind]]
        else:
            return True
        if fact.imported != owner.imported:
            return False
        return fact.person == owner.person and (not fact.imported or fact.organisation == owner.organisation)

    # Who is who: by both sides' word, for all times.
    def _unite(self):
        for fact in self.facts:
            fact.signer = fact.person
        turns = self._turns()
        ties = self.affiliated(lambda fact: True)
        taken = set()
        for fact in sorted(self.of("history.confirmed"), key=lambda fact: fact.moment):
            claim = self.by_id[fact.subject()]
            named = claim.entry.data["person"]
            importers = {
                other.organisation for other in self.facts
                if other.imported and other.standing == COUNTS and other.person is not None and other.person[2] == named
            }
            if importers and min(importers, key=turns.get) == fact.organisation and named not in taken:
                taken.add(named)
                everywhere = {other.person for other in self.facts if other.imported and other.person is not None and other.person[2] == named}
                ties += [(claim.person, person) for person in everywhere]
        self.alias = united(ties)
        for fact in self.facts:
            fact.person = self.alias.get(fact.person, fact.person)

    def affiliated(self, holds):
        """Pairs of members who say of each other that they are one, in words of which this holds."""
        words = (fact for fact in self.of("member.affiliated") if fact.subject() in self.people and holds(fact))
        said = {(fact.signer, fact.subject()) for fact in words}
        return [pair for pair in said if pair[::-1] in said and pair[0] != pair[1]]

    def _turns(self):
        """Each organisation's turn in being admitted: the founder's is the first."""
        return {organisation: turn for turn, organisation in enumerate(self.chain.admitted)}

    # Existed-by and effective times.
    def _times(self):
        liars = 0
        for from_count, count in self.policy["liars"]:
            if len(self.sizes) >= from_count:
                liars = count
        tolerance = self.policy["tolerance"]
        seen = self._seen()
        for fact in self.facts:
            if fact.entry.author is None:
                continue
            times = sorted(
                min(covering)
                for observer, rows in seen.items()
                if observer != fact.organisation
                for covering in [[at for at, organisation, size in rows if organisation == fact.organisation and size > fact.index]]
                if covering
            )
            if len(times) > liars:
                existed = times[liars]
                fact.effective = max(existed - tolerance, min(fact.at, existed))
                fact.witnessed, fact.known = True, existed

    def _states(self):
        """A change of state takes effect at the running maximum of the effective times of all such changes in its log."""
        latest = {}
        for fact in self.facts:
            if fact.kind in STATE and fact.standing == COUNTS:
                latest[fact.organisation] = max(latest.get(fact.organisation, 0), fact.effective)
                fact.state_time = latest[fact.organisation]

    def _twins(self):
        """Of the records of one source in several logs one is in the figures; what is about another is about that one."""
        admitted = list(self.chain.admitted)
        records = {}
        for fact in self.of(*IMPORTED):
            if fact.imported:
                source = fact.entry.source
                records.setdefault((source["site"], source["kind"], source["id"]), []).append(fact)
        stands_for = {}
        for same in records.values():
            first = min(same, key=lambda fact: admitted.index(fact.organisation))
            stands_for |= {fact.id: first.id for fact in same if fact is not first}
        self.twins = set(stands_for)
        for fact in self.facts:
            fact.entry.re = [stands_for.get(id, id) for id in fact.entry.re]
    def _away(self):
        """Members of an organisation that is out are no members meanwhile."""
        for person in self.people.values():
            came = [spell for spell in person.spells if spell[0].standing == COUNTS]
            person.spells = [[first, last if last and last.standing == COUNTS else None] for first, last in came]
            for begins, ends in self.chain.away(person.organisation):
                person.spells = [part for spell in person.spells for part in without(spell, begins, ends)]

    def belonging(self, at):
        """The organisations of the community at an instant."""
        return {
            organisation for organisation, admitted in self.chain.admitted.items()
            if admitted.state_time < at
            and not any(begins.state_time < at and (ends is None or ends.state_time >= at) for begins, ends in self.chain.away(organisation))
        }

    def _seen(self):
        """Per observer the rows (at, organisation, size) that name the right root within the cut."""
        self.seen, roots, seen = {}, {}, {}
        for fact in self.of("heads.seen"):
            for organisation, size, root in fact.entry.data["heads"]:
                if organisation == fact.organisation:
                    continue
                if size > self.sizes.get(organisation, -1):
                    continue
                if (organisation, size) not in roots:
                    roots[organisation, size] = tree.root(self.logs[organisation].hashes[:size])
                if roots[organisation, size] == root:
                    seen.setdefault(fact.organisation, []).append((fact.at, organisation, size))
                    self.seen.setdefault(fact.organisation, []).append((fact.index, organisation, size))
        return seen

    def sightings(self, observer):
        """What an organisation's log has rightly seen of others, as (index, organisation, size)."""
        return self.seen.get(observer, [])


def united(ties):
    """Who counts as whom: all who are one as the least of them, members before others."""
    alias = {}

    def counts_as(person):
        while person in alias:
            person = alias[person]
        return person

    def rank(person):
        return (isinstance(person, tuple), person)

    for one, other in ties:
        one, other = sorted((counts_as(one), counts_as(other)), key=rank)
        if one != other:
            alias[other] = one
    return {person: counts_as(person) for person in alias}


def without(spell, begins, ends):
    """The parts of a spell of membership that lie outside a time away; who is out has not left their own log."""
    first, last = spell
    if last is not None and last.state_time <= begins.state_time:
        return [spell]
    parts = []
    if first.state_time < begins.state_time:
        parts.append([first, moved(begins, begins.state_time, float("inf"))])
    if ends is not None and (last is None or last.state_time > ends.state_time):
        parts.append([moved(first, max(first.state_time, ends.state_time), first.index), last])
    return parts


def moved(fact, time, index):
    other = copy.copy(fact)
    other.state_time, other.index = time, index
    return other


class Fold:
    """Keys, members and stewards of one log as they stand at each index."""

    def __init__(self, community, organisation, stewards, charter):
        self.community, self.organisation, self.stewards, self.charter = community, organisation, stewards, charter
        self.pulses = surveys.Places()
        self.keys, self.gone, self.revoked, self.sources, self.ids = {}, set(), set(), set(), set()

    def judge(self, fact, signed):
        entry = fact.entry
        if entry.author is None:
            fact.person = ("source", entry.source["site"], entry.source["person"]) if "person" in entry.source else None
        reason = self._reason(fact, signed)
        self.ids.add(fact.id)
        if entry.author is None and reason is None:
            self.sources.add((entry.source["site"], entry.source["kind"], entry.source["id"]))
        if reason:
            return fact.void(reason)
        self._apply(fact)

    def _reason(self, fact, signed):
        entry = fact.entry
        signer = SIGNERS.get(fact.kind)
        misfit = kinds.reason(entry)
        if misfit == "unknown_kind":
            return misfit
        if not signed:
            return "bad_signature"
        if misfit:
            return misfit
        if fact.id in self.ids:
            return "duplicate"
        if signer == FOUNDING:
            return None if fact.index <= self.charter and entry.author in self.stewards | {self.community.logs[self.organisation].entries[0].author} else "misplaced"
        if entry.author is None:
            if fact.kind not in IMPORTED | surveys.OWN | {"heads.seen"}:
                return "misplaced"
            charter = self.community.logs[self.organisation].entries[self.charter].data
            if fact.kind in surveys.OWN and not surveys.is_own(entry, charter["origin"]):
                return "bad_data"
            if (entry.source["site"], entry.source["kind"], entry.source["id"]) in self.sources:
                return "duplicate_source"
            return None
        if signer == RECORD:
            return "misplaced"
        if fact.kind == "pulse.answered":
            known = entry.author in self.keys or entry.author in self.stewards
            return "not_permitted" if known else self.pulses.reason(fact, None)
        return self._author(fact, signer) or self.pulses.reason(fact, fact.person)

    def _author(self, fact, signer):
        key = fact.entry.author
        person = self.keys.get(key)
        steward = key in self.stewards
        if person is None and not steward:
            return "unknown_author"
        if key in self.revoked:
            return "revoked_key"
        fact.person = person
        present = person is not None and person not in self.gone
        if signer == STEWARD and not steward:
            return "not_permitted"
        if signer == MEMBER and not present:
            return "not_permitted"
        if fact.kind == "member.admitted" and fact.entry.data["key"] in self.revoked:
            return "wrong_subject"
        if fact.kind == "key.added" and fact.entry.data["key"] in self.keys:
            return "wrong_subject"
        if fact.kind == "key.revoked" and self.keys.get(fact.entry.data["key"]) != fact.subject():
            return "wrong_subject"
        if fact.kind in ("member.left", "key.revoked", "key.added"):
            if fact.subject() not in self.community.people or self.community.people[fact.subject()].organisation != self.organisation:
                return "wrong_subject"
            if fact.kind == "key.added" and fact.subject() != person:
                return "not_permitted"
            if not steward and fact.subject() != person:
                return "not_permitted"
        return None

    def _apply(self, fact):
        self.pulses.take(fact)
        people = self.community.people
        if fact.kind == "member.admitted":
            person = self.keys.setdefault(fact.entry.data["key"], fact.id)
            if person == fact.id:
                people[person] = Person(fact)
            elif person in self.gone:
                self.gone.remove(person)
                people[person].spells.append([fact, None])
        elif fact.kind == "member.left":
            if fact.subject() not in self.gone:
                self.gone.add(fact.subject())
                people[fact.subject()].spells[-1][1] = fact
        elif fact.kind == "key.added":
            self.keys[fact.entry.data["key"]] = fact.subject()
        elif fact.kind == "key.revoked":
            self.revoked.add(fact.entry.data["key"])
