#!/usr/bin/env python3
"""Recomputes figures of the framework from published logs; written from docs/protocol.md and docs/framework.md alone.

usage: figures.py FRAMEWORK.json DIRECTORY...

FRAMEWORK.json is what `hearth framework --json` printed; each DIRECTORY is one organisation's log with its entries.
Prints each disagreement; exit 0 only if there is none.
"""

import json
import sys
from datetime import datetime, timezone

from community import CONTRIBUTIONS, Community
from published import Published

HOUR = 3_600_000
DAY = 24 * HOUR


class View:
    """What is visible before `as_of`."""

    def __init__(self, community, as_of, window=None):
        self.community, self.as_of, self.window = community, as_of, window

    def seen(self, *kinds):
        return [fact for fact in self.community.of(*kinds) if fact.effective < self.as_of]

    def signed(self, *kinds):
        return [fact for fact in self.seen(*kinds) if not fact.imported]

    def within(self, facts, default):
        length = self.window or default
        return [fact for fact in facts if self.as_of - length <= fact.effective < self.as_of]

    def members(self, at=None):
        at = self.as_of if at is None else at
        return {
            person.id
            for person in self.community.people.values()
            if person.admitted.state_time < at and (person.left is None or person.left.state_time >= at)
        }

    def organisation_of(self, person):
        return self.community.people[person].organisation


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


def members(view):
    length = view.window or 90 * DAY
    now, before = view.members(), view.members(view.as_of - length)
    return {"members": len(now), "joined": len(now - before), "left": len(before - now)}


def v3(view):
    facts = view.within(view.signed(*CONTRIBUTIONS), 90 * DAY)
    people, organisations = {}, {}
    for fact in facts:
        people[fact.person] = people.get(fact.person, 0) + 1
        organisations[fact.organisation] = organisations.get(fact.organisation, 0) + 1
    now = view.members()
    return {
        "contributors": (len(now & set(people)), len(now)),
        "absence factor": absence_factor(people.values()),
        "absence factor by organisation": absence_factor(organisations.values()),
        "contributing organisations": (len(organisations), len(view.community.sizes)),
        "distinct days": len({fact.effective // DAY for fact in facts}),
    }


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
        facts.sort(key=lambda fact: (fact.effective, fact.id))
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
    times = []
    for query in view.within(asked, 90 * DAY):
        if query.automaton:
            continue
        first = answers[query.id][0].effective if query.id in answers else None
        gone = withdrawn.get(query.id)
        if gone is not None and max(0, gone - query.effective) <= 72 * HOUR and (first is None or first >= gone):
            continue
        delay = None if first is None else max(0, first - query.effective)
        accept = max(0, accepted[query.id] - query.effective) if query.id in accepted else None
        times.append((query.effective, delay, accept))
    mature = [delay for at, delay, _ in times if at + 72 * HOUR < view.as_of]
    ripe = [accept for at, _, accept in times if at + 14 * DAY < view.as_of]
    ordered = sorted(mature, key=lambda delay: (delay is None, delay))
    return {
        "within 72 h": (sum(delay is not None and delay <= 72 * HOUR for delay in mature), len(mature)),
        "ever answered": (sum(delay is not None for _, delay, _ in times), len(times)),
        "median": ordered[(len(ordered) - 1) // 2] if ordered else "no queries",
        "accepted": (sum(accept is not None and accept <= 14 * DAY for accept in ripe), len(ripe)),
    }


def k2(view):
    withdrawn = {fact.subject() for fact in view.signed("resource.withdrawn")}
    versions = {}
    for fact in view.signed("resource.published"):
        versions.setdefault(fact.subject() or fact.id, []).append(fact)
    verdicts = {}
    for fact in sorted(view.signed("resource.validated", "resource.disputed"), key=lambda fact: (fact.effective, fact.id)):
        verdicts.setdefault(fact.subject(), {})[fact.person] = fact
    counted, total = 0, 0
    for first, all_versions in versions.items():
        if first in withdrawn or view.community.by_id[first].effective + 30 * DAY >= view.as_of:
            continue
        total += 1
        old = [version for version in all_versions if version.effective + 30 * DAY < view.as_of]
        newest = max(old, key=lambda version: (version.effective, version.id))
        homes = {view.organisation_of(version.person) for version in all_versions}
        validating = {
            view.organisation_of(person)
            for person, fact in verdicts.get(newest.id, {}).items()
            if fact.kind == "resource.validated"
        }
        counted += len(validating - homes) >= 2
    return {"validated": (counted, total)}


def k4(view):
    asked = [fact for fact in view.within(view.signed("query.asked"), 365 * DAY)]
    now = view.members()
    named = {fact.person for fact in asked if not fact.entry.data.get("pseudonymous")}
    answers = responses(view, True)
    answered = [fact for fact in asked if fact.id in answers]
    across = [fact for fact in answered if any(answer.organisation != fact.organisation for answer in answers[fact.id])]
    return {
        "askers": (len(now & named), len(now)),
        "pseudonymous": sum(bool(fact.entry.data.get("pseudonymous")) for fact in asked),
        "answered across": (len(across), len(answered)),
    }


def instant(text):
    """Milliseconds of an RFC 3339 time."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).timestamp() * 1000)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        framework = json.load(file)
    print(json.dumps(framework, indent=1)[:2000])


if __name__ == "__main__":
    sys.exit(main())
