#!/usr/bin/env python3
"""Recomputes figures of the framework from published logs; written from docs/protocol.md and docs/framework.md alone.

usage: figures.py FRAMEWORK.json... DIRECTORY...

Each FRAMEWORK.json is what `hearth framework --json` printed; each DIRECTORY is one organisation's log with its entries.
Prints each disagreement; exit 0 only if there is none.
"""

import hashlib
import json
import sys
from datetime import datetime, timezone

import cbor
import gathering
import leadership
import outputs
import ratings
import surveys
from agreed import g1, p1, p2, p3
from community import CONTRIBUTIONS, COUNTS, PENDING, Community
from outcomes import in_force
from published import Published

HOUR = 3_600_000
DAY = 24 * HOUR


SURVEYED = [
    ("K4", "safe-to-ask", 365 * DAY), ("V1", "matters-to-my-work", 90 * DAY), ("L1", "confidence-in-leadership", 90 * DAY),
    ("L2", "know-whom-to-ask", 90 * DAY), ("S2", "ambitious", 365 * DAY), ("I2", "matches-my-experience", 90 * DAY), ("P2", "explain-its-value", 90 * DAY),
    ("K1", "learned-something", 90 * DAY),
]


class View:
    """What is visible before `as_of`."""

    def __init__(self, community, as_of, window=None):
        self.community, self.as_of, self.window = community, as_of, window
        self.decided = None  # the decisions, once somebody asks for them

    def seen(self, *kinds):
        return [fact for fact in self.community.of(*kinds) if fact.effective < self.as_of]

    def signed(self, *kinds):
        return [fact for fact in self.seen(*kinds) if not fact.imported]

    def within(self, facts, default):
        length = self.window or default
        return [fact for fact in facts if self.as_of - length <= fact.effective < self.as_of]

    def members(self, at=None):
        at = self.as_of if at is None else at
        present = (person.id for person in self.community.people.values() if any(holds(spell, at) for spell in person.spells))
        return {self.community.alias.get(person, person) for person in present}

    def people(self, at=None):
        """Members, and whoever imported is known to have done something before an instant."""
        at = self.as_of if at is None else at
        did = (fact for fact in self.community.facts if fact.imported and fact.standing == COUNTS and fact.id not in self.community.twins)
        did = {fact.person for fact in did if fact.person is not None and not fact.automaton and fact.effective < at}
        return self.members(at) | {person for person in did if isinstance(person, tuple)}

    def admissions(self, person):
        """Everybody admitted who is this one."""
        return [one for one in self.community.people.values() if self.community.alias.get(one.id, one.id) == person]

    def spells(self, person):
        return [spell for one in self.admissions(person) for spell in one.spells]

    def homes(self, person):
        """The organisations somebody is a member of now."""
        return {one.organisation for one in self.admissions(person) if any(holds(spell, self.as_of) for spell in one.spells)}

    def organisations(self):
        """How many organisations are in."""
        return len(self.community.belonging(self.as_of))

    def parameter(self, of, key, default):
        """What the community has set last, by a decision."""
        adopted = in_force(self, "parameters.adopted")
        return adopted[-1].entry.data[of][key] if adopted else default

    def organisation_of(self, person):
        return self.community.people[person].organisation

    def houses(self, fact):
        """The organisations behind an entry: that of its log, unless it was imported, and all that admitted its author by now."""
        admitted = {first.organisation for first, _ in self.spells(fact.person) if first.state_time < self.as_of}
        return admitted | (set() if fact.imported else {fact.organisation})


def holds(spell, at):
    admitted, left = spell
    return admitted.state_time < at and (left is None or left.state_time >= at)


def absence_factor(counts):
    """The least k with 2·Σ(k largest) ≥ the total; nothing for 0."""
    total, taken = sum(counts), 0
    if total == 0:
        return None
    for k, count in enumerate(sorted(counts, reverse=True), 1):
        taken += count
        if 2 * taken >= total:
            return k
    return None


def members(view, signed=True):
    length, there = view.window or 90 * DAY, view.members if signed else view.people
    now, before = there(), there(view.as_of - length)
    return {
        "members": {"value": len(now)}, "members_before": {"value": len(before)},
        "joined": {"value": len(now - before)}, "left": {"value": len(before - now)},
    }


def contributions(view, signed=True):
    """Those in the window, of whoever has left since, too; a person's verdicts on one version are one, the earliest of all times."""
    judged, found = set(), []
    facts = view.signed(*CONTRIBUTIONS) if signed else view.seen(*CONTRIBUTIONS)
    for fact in sorted(facts, key=lambda fact: fact.moment):
        if fact.kind in ("resource.validated", "resource.disputed", "work.joined"):
            if (fact.person, fact.subject()) in judged:
                continue
            judged.add((fact.person, fact.subject()))
        if not fact.automaton:
            found.append(fact)
    return view.within(found, 90 * DAY)


def v3(view, signed=True):
    facts = contributions(view, signed)
    people, organisations = {}, {}
    for fact in facts:
        who = fact.id if fact.person is None else fact.person
        people[who] = people.get(who, 0) + 1
        if not fact.imported:
            organisations[fact.organisation] = organisations.get(fact.organisation, 0) + 1
    there = view.members() if signed else view.people()
    return {
        "contributors": share(len(set(people) & there), len(there)),
        "absence_factor": {"value": absence_factor(people.values())},
        "organisation_absence_factor": {"value": absence_factor(organisations.values())},
        "contributing_organisations": share(len(set(organisations) & view.community.belonging(view.as_of)), view.organisations()),
        "contribution_days": {"value": len({fact.effective // DAY for fact in facts})},
    }


def share(numerator, denominator, pending=0):
    return {"numerator": numerator, "denominator": denominator, "pending": pending}


def responses(view, signed):
    """Per query the answers by another person with a body of at least one byte, by time."""
    found = {}
    for fact in view.signed("query.answered") if signed else view.seen("query.answered"):
        query = view.community.by_id[fact.subject()]
        if fact.automaton or fact.entry.body is None or fact.entry.body["size"] < 1:
            continue
        if fact.person is not None and fact.person == query.person:
            continue
        found.setdefault(query.id, []).append(fact)
    for facts in found.values():
        facts.sort(key=lambda fact: fact.moment)
    return found


def v4(view, signed=True):
    answers = responses(view, signed)
    withdrawn, accepted = {}, {}
    for fact in view.seen("query.withdrawn"):
        withdrawn[fact.subject()] = min(withdrawn.get(fact.subject(), fact.effective), fact.effective)
    for fact in view.seen("query.accepted"):
        answer = view.community.by_id[fact.subject()]
        if answer in answers.get(answer.subject(), []):
            accepted[answer.subject()] = min(accepted.get(answer.subject(), fact.effective), fact.effective)
    asked = view.signed("query.asked") if signed else view.seen("query.asked")
    times, waiting, favours = [], [], set()
    for query in view.within(asked, 90 * DAY):
        if query.automaton:
            continue
        first = answers[query.id][0].effective if query.id in answers else None
        gone = withdrawn.get(query.id)
        if gone is not None and gone - query.effective <= 72 * HOUR and (first is None or first >= gone):
            continue
        delay = None if first is None else max(0, first - query.effective)
        accept = max(0, accepted[query.id] - query.effective) if query.id in accepted else None
        times.append((query.effective, delay, accept))
        if first is None:
            waiting.append((query.moment, query))
        if query.person is not None and not query.entry.data.get("pseudonymous"):
            favours |= {(query.person, answer.person) for answer in answers.get(query.id, []) if answer.person is not None}
    mature = [delay for at, delay, _ in times if at + 72 * HOUR < view.as_of]
    ripe = [accept for at, _, accept in times if at + 14 * DAY < view.as_of]
    ordered = sorted(mature, key=lambda delay: (delay is None, delay))
    median = ordered[(len(ordered) - 1) // 2] if ordered else None
    pending = len(times) - len(mature)
    return {
        "responded_in_time": share(sum(delay is not None and delay <= 72 * HOUR for delay in mature), len(mature), pending),
        "ever_responded": share(sum(delay is not None for _, delay, _ in times), len(times)),
        "median_response": {"value": median, "reached": not ordered or median is not None, "pending": pending},
        "response_survival": {"table": survival(view, times)},
        "accepted_in_time": share(
            sum(accept is not None and accept <= 14 * DAY for accept in ripe), len(ripe), len(times) - len(ripe)
        ),
        "oldest_open": {"open": [{"id": query.id.hex(), "since": rfc3339(query.effective)} for _, query in sorted(waiting, key=lambda pair: pair[0])[:10]]},
        "mutual_responders": {"value": mutual(favours)},
    }


def mutual(favours):
    """How many pairs did each other a favour; `favours`: (who got it, who did it)."""
    return len({frozenset(pair) for pair in favours if pair[::-1] in favours and pair[0] != pair[1]})


def survival(view, times):
    """Kaplan-Meier: per time of an answer [time, at risk, answered then]."""
    observed = [(delay if delay is not None else view.as_of - at, delay is not None) for at, delay, _ in times]
    steps = sorted({time for time, answered in observed if answered})
    at_risk = lambda step: sum(time > step or (answered and time == step) for time, answered in observed)  # noqa: E731
    return [[step, at_risk(step), sum(item == (step, True) for item in observed)] for step in steps]


def k2(view, signed=True):
    import learning  # it reads what is defined here

    look, facts = view.signed if signed else view.seen, view.community.by_id
    gone = {fact.subject() for fact in look("resource.withdrawn", "resource.superseded")}
    versions, verdicts = {}, {}
    for fact in look("resource.published"):
        versions.setdefault(fact.subject() or fact.id, []).append(fact)
    for fact in sorted(view.signed("resource.validated", "resource.disputed"), key=lambda fact: fact.moment):
        verdicts.setdefault(fact.subject(), {})[fact.person] = fact
    validated = disputed = total = young = 0
    favours, judged = set(), {}
    for first, all_versions in versions.items():
        source = facts[first]
        if first in gone or source.automaton:
            continue
        if source.effective + 30 * DAY >= view.as_of:
            young += 1
            continue
        total += 1
        old = [version for version in all_versions if version.effective + 30 * DAY < view.as_of]
        newest = max(old, key=lambda version: version.moment)
        judged[first] = newest
        homes, last = view.houses(source), verdicts.get(newest.id, {})
        places = {
            fact.organisation for person, fact in last.items() if fact.kind == "resource.validated" and (person is None or person != source.person)
        }
        validated += len(places - homes) >= 2
        favours |= {(source.person, person) for person, fact in last.items() if fact.kind == "resource.validated" and source.person is not None}
        disputed += any(fact.kind == "resource.disputed" for fact in last.values())
    found = {"validated": share(validated, total, young), "disputed": share(disputed, total, young)}
    if signed:
        found["mutual_validators"] = {"value": mutual(favours), "pending": young}
    return found | learning.k2(view, judged, young, signed)


def k4(view, signed=True):
    asked = view.within(view.signed("query.asked") if signed else view.seen("query.asked"), 365 * DAY)
    asked = [fact for fact in asked if not fact.automaton]
    now = view.members() if signed else view.people()
    named = [fact for fact in asked if not fact.entry.data.get("pseudonymous") and fact.person in now]
    found = {
        "askers": share(len({fact.person for fact in named}), len(now)),
        "pseudonymous_queries": {"value": sum(bool(fact.entry.data.get("pseudonymous")) for fact in asked)},
        "asking_days": {"value": len({fact.effective // DAY for fact in asked})},
    }
    if signed:
        answers = responses(view, True)
        answered = [fact for fact in asked if fact.id in answers]
        across = [fact for fact in answered if any(answer.organisation != fact.organisation for answer in answers[fact.id])]
        found["answered_across"] = share(len(across), len(answered))
    return found


def entries(community):
    """Counts of all entries by standing, and of those whose claimed time was not borne out."""
    void = {}
    for fact in community.facts:
        if fact.reason:
            void[fact.reason] = void.get(fact.reason, 0) + 1
    counted = [fact for fact in community.facts if fact.standing == COUNTS]
    return {
        "counted": len(counted),
        "pending": sum(fact.standing == PENDING for fact in community.facts),
        "void": void,
        "clamped": sum(fact.effective != fact.at for fact in counted),
    }


def instant(text):
    """Milliseconds of an RFC 3339 time."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp() * 1000)


def rfc3339(millis):
    return datetime.fromtimestamp(millis // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % 1000:03}Z"


# What docs/framework.md defines and nothing here recomputes.
NOT_RECOMPUTED = {
    ("K2", "all"), ("K4", "all"), "agreed_outputs", "planned_outputs", "value_statement", "value_dissent", "objectives_evaluated",
    "targeted_claims",
}


def differences(framework, found):
    """Each figure that differs, as a sentence. `found`: per statement and column the indicators by name."""
    for section in framework["statements"]:
        for indicator in section["indicators"]:
            for column in ("signed", "all"):
                ours = found.get((section["id"], column), {})
                forgotten = indicator["name"] not in ours and not NOT_RECOMPUTED & {indicator["name"], (section["id"], column)}
                if indicator[column] is not None and forgotten:
                    yield f"{section['id']} {indicator['name']} {column}: we have nothing to compare"
                for field, value in found.get((section["id"], column), {}).get(indicator["name"], {}).items():
                    theirs = indicator[column].get(field)
                    if theirs != value:
                        yield f"{section['id']} {indicator['name']} {column} {field}: hearth says {theirs}, we say {value}"


def check(framework, community, name):
    """What differs in one answer; and how many figures were compared."""
    faults = []
    if name != framework["cut"]:
        faults.append(f"the logs make the cut {name}, the framework is of {framework['cut']}")
    for field, value in entries(community).items():
        if framework["entries"][field] != value:
            faults.append(f"entries {field}: hearth says {framework['entries'][field]}, we say {value}")
    view = View(community, instant(framework["as_of"]), framework["window"] if framework["own_window"] else None)
    import learning

    signed = {"members": members(view), "V3": v3(view), "V4": v4(view), "K2": k2(view), "K4": k4(view)}
    signed |= {"P1": p1(view), "P2": p2(view), "P3": p3(view), "G1": g1(view)}
    signed |= {"I1": outputs.i1(view), "I2": outputs.i2(view), "I3": outputs.i3(view)}
    signed["V3"] |= leadership.of_leaders(view, CONTRIBUTIONS)
    signed |= {"L1": leadership.l1(view), "L2": leadership.l2(view, CONTRIBUTIONS), "V5": leadership.v5(view, responses(view, True))}
    signed["S2"] = leadership.s2(view, CONTRIBUTIONS)
    signed |= {
        "V1": gathering.v1(view), "G2": gathering.g2(view, CONTRIBUTIONS), "G3": gathering.g3(view, CONTRIBUTIONS), "S1": gathering.s1(view, CONTRIBUTIONS),
    }
    signed |= {"V2": learning.v2(view), "K1": learning.k1(view), "K3": learning.k3(view)}
    for id, item, length in SURVEYED:
        signed[id] |= surveys.surveyed(view, item, item.replace("-", "_"), length)
    figures = {(id, "signed"): found for id, found in signed.items()}
    figures |= {("members", "all"): members(view, signed=False), ("V3", "all"): v3(view, signed=False)}
    figures |= {("V4", "all"): v4(view, signed=False), ("K3", "all"): learning.k3(view, signed=False)}
    figures |= {("K2", "all"): k2(view, signed=False), ("K4", "all"): k4(view, signed=False)}
    figures[("G2", "all")] = gathering.g2(view, CONTRIBUTIONS, signed=False)
    faults += [f"as of {framework['as_of']}: {fault}" for fault in differences(framework, figures)]
    if not framework["own_window"]:
        organisations = view.organisations()
        for id, rating in ratings.rated(signed, organisations).items():
            theirs = next(section["rating"] for section in framework["statements"] if section["id"] == id)
            if theirs != rating:
                faults.append(f"as of {framework['as_of']}: {id}: hearth rates {theirs}, we {rating}")
    return faults, sum(map(len, figures.values()))


def main():
    frameworks = []
    for path in filter(lambda path: path.endswith(".json"), sys.argv[1:]):
        with open(path, encoding="utf-8") as file:
            frameworks.append(json.load(file))
    named = bytes.fromhex(frameworks[0]["community"])
    logs = [Published(folder, named) for folder in sys.argv[1:] if not folder.endswith(".json")]
    faults = [f"{log.folder}: {fault}" for log in logs for fault in log.faults]
    cut = sorted([log.organisation, log.checkpoint.size, log.checkpoint.root] for log in logs)
    name = hashlib.sha256(b"hearth/cut/v1\0" + cbor.encode(cut)).hexdigest()
    community, compared = Community(logs, cut), 0
    for framework in frameworks:
        found, count = check(framework, community, name)
        faults, compared = faults + found, compared + count
    for fault in faults:
        print(fault)
    print(f"{compared} figures over {len(community.facts)} entries; {len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
