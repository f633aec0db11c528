"""Pulses: what of them counts (docs/protocol.md section 6), and how they came out (docs/framework.md)."""

OWN = {"pulse.keyed", "pulse.issued", "pulse.closed"}  # the organisation's own word
FIRST = {"pulse.opened"}
SUBJECTS = {
    "pulse.keyed": FIRST, "pulse.closed": FIRST, "pulse.requested": (FIRST, {"pulse.keyed"}), "pulse.answered": (FIRST, {"pulse.keyed"}),
    "pulse.issued": ({"pulse.requested"}, {"pulse.keyed"}),
}
DAY = 86_400_000


class Places:
    """What one log has had of every pulse, by position."""

    def __init__(self):
        self.asked, self.answered, self.closed = set(), set(), set()

    def reason(self, fact, person):
        pulse = fact.entry.re[0] if fact.entry.re else None
        if fact.kind == "pulse.requested":
            return "duplicate" if (pulse, person) in self.asked else None
        if fact.kind == "pulse.answered":
            return "stale" if pulse in self.closed else "duplicate" if (pulse, fact.entry.author) in self.answered else None
        return None

    def take(self, fact):
        pulse = fact.entry.re[0] if fact.entry.re else None
        if fact.kind == "pulse.requested":
            self.asked.add((pulse, fact.person))
        elif fact.kind == "pulse.answered":
            self.answered.add((pulse, fact.entry.author))
        elif fact.kind == "pulse.closed":
            self.closed.add(pulse)


def is_own(entry, origin):
    """Whether the source of an organisation's own word is as it has to be."""
    return entry.source == {"site": origin, "kind": entry.kind, "id": entry.re[0].hex()}


def was_member(people, person, organisation, size):
    """Whether somebody was a member when their log had so many entries."""
    return any(
        admitted.organisation == organisation and admitted.index < size and (left is None or left.index >= size)
        for admitted, left in people[person].spells
    )


def _keys(pulse, targets):
    """The keys a request or an answer names, where they are those of the issuers in their order."""
    given = [(key.organisation, key.subject()) for key in targets[1:]]
    return [key.entry.data["key"] for key in targets[1:]] if given == [(issuer, pulse.id) for issuer in pulse.entry.data["issuers"]] else None


def misfit(fact, targets, facts, people):
    """Why an entry about a pulse does not fit what it refers to, all of which counts; nothing where it does."""
    data, pulse = fact.entry.data, targets[0]
    says = pulse.entry.data
    if fact.kind == "pulse.keyed":
        return None if fact.organisation in says["issuers"] else "not_permitted"
    if fact.kind == "pulse.closed":
        return None if fact.organisation == says["collector"] else "not_permitted"
    if fact.kind == "pulse.issued":
        return _issue(fact, targets, facts)
    if fact.kind == "pulse.answered" and fact.organisation != says["collector"]:
        return "not_permitted"
    keys = _keys(pulse, targets)
    if keys is None:
        return "wrong_subject"
    if fact.kind == "pulse.answered":
        fits = [token[0] for token in data["tokens"]] == keys and fact.at == pulse.at and len(data["choices"]) == len(says["items"])
        return None if fits and max(data["choices"]) <= says["scale"] else "bad_data"
    sizes = {organisation: size for organisation, size, _ in says["electorate"]}
    size = sizes.get(fact.organisation)
    if size is None or size > fact.index or not was_member(people, fact.person, fact.organisation, size):
        return "not_permitted"
    return None if all(len(message) == len(key) and message < key for message, key in zip(data["blinded"], keys)) else "bad_data"


def _issue(fact, targets, facts):
    request, data = targets[0], fact.entry.data
    if len(targets) != 2 or targets[1].organisation != fact.organisation or targets[1].subject() != request.subject():
        return "wrong_subject"
    issuers = facts[request.subject()].entry.data["issuers"]
    if fact.organisation not in issuers:
        return "not_permitted"
    asked = request.entry.data["blinded"][issuers.index(fact.organisation)]
    return None if (data["key"], data["blinded"]) == (targets[1].entry.data["key"], asked) else "bad_data"


def surveyed(view, item, name, length):
    """Agreement and turnout of the pulse about an item that was closed last."""
    about = view.community.by_id
    closed = [
        close for close in view.within(view.seen("pulse.closed"), length) if item in about[close.subject()].entry.data["items"]
    ]
    if not closed:
        return {name: {"numerator": 0, "denominator": 0}, name + "_turnout": {"parts": {}}}
    pulse = about[max(closed, key=lambda close: close.moment).subject()]
    says, community = pulse.entry.data, view.community
    place = says["items"].index(item)
    answers = [fact.entry.data["choices"] for fact in community.of("pulse.answered") if fact.subject() == pulse.id]
    asked = {fact.id for fact in community.of("pulse.requested") if fact.subject() == pulse.id}
    issues = [fact.organisation for fact in community.of("pulse.issued") if fact.subject() in asked]
    issued = min(issues.count(issuer) for issuer in says["issuers"])
    chosen = [choices[place] for choices in answers if choices[place] > 0] if len(answers) <= issued else []
    agreeing = sum(2 * choice > says["scale"] + 1 for choice in chosen)
    members = len({
        community.alias.get(person.id, person.id) for person in community.people.values()
        if any(was_member(community.people, person.id, organisation, size) for organisation, size, _ in says["electorate"])
    })
    parts = {
        "agreeing": agreeing, "answering": len(chosen), "answers": len(answers), "electorate": members, "issued": issued, "requested": len(asked),
    }
    return {
        name: {"numerator": agreeing, "denominator": len(chosen)},
        name + "_turnout": {"parts": {part: count for part, count in parts.items() if count}},
    }
