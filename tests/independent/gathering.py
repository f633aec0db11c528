"""V1, G2, G3 and S1 from published logs; written from docs/framework.md alone."""

import hashlib

from outcomes import in_force

DAY = 24 * 3_600_000


def share(numerator, denominator, pending=0):
    return {"numerator": numerator, "denominator": denominator, "pending": pending}


def in_order(facts):
    return sorted(facts, key=lambda fact: fact.moment)


def root(view, fact):
    """Where the chain of what it is about begins."""
    while fact.subject() in view.community.by_id:
        fact = view.community.by_id[fact.subject()]
    return fact


def circle_of(view, fact):
    """The circle it names, else the one named where its chain begins; nothing where that is no circle that counts."""
    named = fact.entry.circle or root(view, fact).entry.circle
    found = view.community.by_id.get(named)
    return named if found is not None and found.kind == "circle.opened" and found.standing == "counts" else None


def contributions(view, kinds, since, until=None):
    """Signed contributions of people in [since, until), what counts once by person and subject once, the first counting."""
    until = view.as_of if until is None else until
    judged, found = set(), []
    for fact in in_order(view.signed(*kinds)):
        if fact.kind in ("resource.validated", "resource.disputed", "work.joined"):
            if (fact.person, fact.subject()) in judged:
                continue
            judged.add((fact.person, fact.subject()))
        if since <= fact.effective < until:
            found.append(fact)
    return found


def circles(view):
    """Per circle that is open: topic and members."""
    now, found = view.members(), {}
    for fact in view.signed("circle.opened"):
        until = fact.entry.data.get("until")
        found[fact.id] = {"topic": fact.entry.data["topic"], "members": {fact.person}, "open": until is None or until >= view.as_of}
    for fact in in_order(view.signed("circle.joined", "circle.left", "circle.closed")):
        circle = found.get(fact.subject())
        if circle is None:
            continue
        if fact.kind == "circle.joined":
            circle["members"].add(fact.person)
        elif fact.kind == "circle.left":
            circle["members"].discard(fact.person)
        else:
            circle["open"] = False
    for circle in found.values():
        circle["members"] &= now
    return {id: circle for id, circle in found.items() if circle["open"]}


def g2(view, kinds, signed=True):
    found = circles(view)
    active = 0
    inside = {}
    for fact in contributions(view, kinds, view.as_of - (view.window or 30 * DAY)):
        inside.setdefault(circle_of(view, fact), []).append(fact)
    for id, circle in found.items():
        homes = {organisation for person in circle["members"] for organisation in view.homes(person)}
        own = [fact for fact in inside.get(id, []) if fact.person in circle["members"]]
        by = {fact.organisation for fact in own if fact.organisation in view.homes(fact.person)}
        active += len(circle["members"]) >= 3 and len(homes) >= 2 and len(by) >= 2
    served = {circle["topic"] for circle in found.values()}
    askers = {}
    for fact in view.within(view.signed("query.asked") if signed else view.seen("query.asked"), 365 * DAY):
        if fact.automaton or fact.person is None or fact.entry.data.get("pseudonymous"):
            continue
        for topic in fact.entry.data.get("topics", []):
            if topic not in served:
                askers.setdefault(topic, set()).add(fact.person)
    suggested = {topic: len(people) for topic, people in askers.items() if len(people) >= 5}
    figures = {"topics_without_circle": {"parts": suggested}}
    if signed:
        figures["active_circles"] = share(active, len(found))
    return figures


def v1(view):
    last = {}
    for fact in in_order(view.signed("interest.declared")):
        last[fact.person] = set(fact.entry.data.get("topics", []))
    founded = view.signed("community.founded")
    adopted = {fact.entry.data["domain"] for fact in founded} | set(view.parameter("v1", "topics", []))
    now = view.members()
    return {
        "domain_declared": {"value": bool(founded)},
        "interested": share(sum(bool(last.get(person, set()) & adopted) for person in now), len(now)),
    }


def gaps(view):
    now, found, closed = view.members(), {}, set()
    for fact in view.signed("gap.raised"):
        found[fact.id] = set()
    for fact in view.signed("gap.owned", "gap.closed"):
        gap = root(view, fact).id
        if fact.kind == "gap.closed":
            closed.add(gap)
        elif fact.person in now:
            found[gap].add(fact.person)
    open_gaps = [owners for gap, owners in found.items() if gap not in closed]
    return {"owned_gaps": share(sum(bool(owners) for owners in open_gaps), len(open_gaps))}


def g3(view, kinds):
    lists = [fact.entry.data["potential"] for fact in in_force(view, "coverage.declared")]
    done = contributions(view, kinds, view.as_of - (view.window or 90 * DAY))
    active = {fact.organisation for fact in done if fact.organisation in view.homes(fact.person)}
    charters = view.community.of("organisation.chartered")
    covered = {fact.entry.data["slug"] for fact in charters if fact.organisation in active}
    last = lists[-1] if lists else []
    stands = {row["slug"] for row in last}
    dropped = {row["slug"] for rows in lists for row in rows} - stands

    def parts(field, rows):
        found = {}
        for row in rows:
            found[row[field]] = found.get(row[field], 0) + 1
        return {"parts": found}

    inside = [row for row in last if row["slug"] in covered]
    return gaps(view) | {
        "covered": share(len(inside), len(last)),
        "covered_by_region": parts("region", inside), "declared_by_region": parts("region", last),
        "covered_by_role": parts("role", inside), "declared_by_role": parts("role", last),
        "dropped": {"value": len(dropped) if lists else None},
    }


def bands(view):
    """The growth over each period that had its band before it began."""
    registered = {}
    for fact in in_force(view, "target.set"):
        data = fact.entry.data
        if data["objective"] == "membership" and fact.effective < data["from"]:
            registered[data["until"], data["from"]] = data
    ended = [data for (until, _), data in sorted(registered.items(), key=lambda item: item[0]) if until < view.as_of]
    changes = [len(view.members(data["until"])) - len(view.members(data["from"])) for data in ended]
    within = [data["low"] <= change <= data["high"] for data, change in zip(ended, changes)]
    last = {}
    if ended:
        before, after = view.members(ended[-1]["from"]), view.members(ended[-1]["until"])
        last = {"before": len(before), "after": len(after), "joined": len(after - before), "left": len(before - after)}
    return {
        "within_band": share(sum(within), len(ended), len(registered) - len(ended)),
        "last_within": bool(within) and within[-1],
        "last_period": {"parts": {name: count for name, count in last.items() if count}},
    }


def spells(view):
    """Every spell of membership that began before T: person, admission, its time."""
    for person in view.community.people.values():
        for admitted, left in person.spells:
            if admitted.state_time < view.as_of:
                yield person, admitted, left


def who(view, person):
    return view.community.alias.get(person.id, person.id)


def in_bulk(view, admitted):
    """One of ten by one steward's key within a day."""
    times = sorted(other.state_time for _, other, _ in spells(view) if other.entry.author == admitted.entry.author)
    for first, last in zip(times, times[9:]):
        if first <= admitted.state_time <= last <= first + DAY:
            return True
    return False


def way(view, person, admitted):
    if in_bulk(view, admitted):
        return "bulk"
    data, at = admitted.entry.data, admitted.state_time
    if "code" in data:
        code = hashlib.sha256(b"hearth/invited/v1\0" + data["code"]).digest()
        for fact in view.community.of("member.invited"):
            if fact.entry.data["code"] == code and fact.effective < at and fact.person != who(view, person):
                return "invited"
    inviter = view.community.people.get(data.get("inviter"))
    if inviter is not None and who(view, inviter) != who(view, person) and who(view, inviter) in view.members(at):
        return "named"
    return "applied" if data.get("applied") else "enrolled"


def s1(view, kinds):
    joined = view.members() - view.members(view.as_of - (view.window or 90 * DAY))
    earliest, ways = {}, {}
    for person, admitted, left in spells(view):
        if who(view, person) in joined and (left is None or left.state_time >= view.as_of):
            earliest.setdefault(who(view, person), []).append((admitted.state_time, admitted.id, person, admitted))
    for rows in earliest.values():
        _, _, person, admitted = min(rows, key=lambda row: row[:2])
        came = way(view, person, admitted)
        ways[came] = ways.get(came, 0) + 1
    organic = sum(count for came, count in ways.items() if came in ("invited", "named", "applied"))
    active, first = {}, {}
    for fact in contributions(view, kinds, 0):
        active.setdefault(fact.person, []).append(fact.effective)
    for person, admitted, _ in spells(view):
        first[who(view, person)] = min(first.get(who(view, person), admitted.state_time), admitted.state_time)
    mature = {person: at for person, at in first.items() if at + 180 * DAY < view.as_of}
    kept = sum(any(at + 90 * DAY <= done < at + 180 * DAY for done in active.get(person, [])) for person, at in mature.items())
    return bands(view) | {
        "organic_joins": share(organic, sum(ways.values())),
        "ways_of_joining": {"parts": ways},
        "retained": share(kept, len(mature), len(first) - len(mature)),
    }
