"""V2, K1 and K3 recomputed, and what K2 says of freshness and use; written from docs/protocol.md and docs/framework.md alone."""

from community import CONTRIBUTIONS as CONTRIBUTION_KINDS
from figures import DAY, contributions, responses, share

WEEK = 7 * DAY
FORMS = {
    "query": ("query.asked", "query.answered"),
    "thread": ("thread.opened", "thread.replied"),
    "resource": (
        "resource.published", "resource.validated", "resource.disputed", "resource.applied", "faq.published", "faq.endorsed",
    ),
    "circle": ("circle.opened", "circle.joined"),
    "decision": ("decision.proposed", "ballot.cast"),
}


def circle(view, fact):
    """The circle it names, else the one named where its chain begins; nothing where that is no circle that counts."""
    facts = view.community.by_id
    named = fact.entry.circle
    while named is None and fact.entry.re:
        fact = facts[fact.entry.re[0]]
        named = fact.entry.circle if not fact.entry.re else None
    found = facts.get(named)
    return found if found is not None and found.kind == "circle.opened" and found.standing == "counts" else None


def attendances(view):
    """Own attendances, none signed before the meeting was to begin, as (attendance, meeting); and those left out."""
    own, early, sheets = [], [], []
    for fact in view.signed("meeting.attended"):
        meeting = view.community.by_id[fact.subject()]
        if "persons" in fact.entry.data:
            sheets.append((fact, meeting))
        elif meeting.effective < view.as_of and fact.effective >= meeting.entry.data["at"]:
            own.append((fact, meeting))
        else:
            early.append(fact)
    return own, early, sheets


def v2(view):
    now = view.members()
    uses = {form: view.within(view.signed(*kinds), 90 * DAY) for form, kinds in FORMS.items()}
    uses["circle"] = uses["circle"] + [fact for fact in view.within(view.signed(*CONTRIBUTION_KINDS), 90 * DAY) if circle(view, fact)]
    for fact, meeting in attendances(view)[0]:
        if view.within([fact], 90 * DAY):
            uses.setdefault(f"meeting-{meeting.entry.data['mode']}", []).append(fact)
    uses = {form: [fact for fact in facts if fact.person in now] for form, facts in uses.items()}
    uses = {form: facts for form, facts in uses.items() if facts}
    people = {form: len({fact.person for fact in facts}) for form, facts in uses.items()}
    homes = {form: {home for fact in facts for home in view.homes(fact.person)} for form, facts in uses.items()}
    wide = [form for form in uses if people[form] >= 5 and len(homes[form]) >= 2]
    weeks = (view.window or 90 * DAY) // WEEK
    active = {(view.as_of - 1 - fact.effective) // WEEK for facts in uses.values() for fact in facts}
    return {
        "interaction_forms": {"value": len(wide)},
        "form_members": {"parts": people},
        "active_weeks": share(len([week for week in active if week < weeks]), weeks),
    }


def k1(view):
    gave, received = set(), set()
    facts = view.community.by_id
    for query, answers in responses(view, True).items():
        if facts[query].imported or facts[query].effective >= view.as_of:
            continue
        for answer in view.within(answers, 90 * DAY):
            if answer.organisation == facts[query].organisation:
                continue
            gave.add(answer.person)
            if not facts[query].entry.data.get("pseudonymous"):
                received.add(facts[query].person)
    active = {fact.person for fact in contributions(view)} & set(view.members())
    own, _, sheets = attendances(view)
    places = {}
    for fact, meeting in own:
        if view.within([fact], 90 * DAY):
            places.setdefault(meeting.id, set()).add(fact.organisation)
    return {
        "reciprocal": share(len(active & gave & received), len(active)),
        "shared_meetings": {"value": sum(len(found) >= 3 for found in places.values())},
    }


def k2(view, judged, young, signed):
    """`judged`: per first version of the resources that are judged the version they are judged by."""
    facts = view.community.by_id
    found = {"fresh": share(sum(version.entry.data.get("review", -1) >= view.as_of for version in judged.values()), len(judged), young)}
    if not signed:
        return found
    users = set()
    for fact in view.signed("resource.applied"):
        version = facts[fact.subject()]
        first = facts.get(version.subject(), version)
        if first.id in judged and fact.person != first.person and fact.organisation not in view.houses(first):
            users.add(fact.organisation)
    return found | {"using_organisations": share(len(users), view.organisations(), young)}


def k3(view, signed=True):
    facts, look = view.community.by_id, view.signed if signed else view.seen
    answers = responses(view, signed)
    accepted, people = {}, {}
    for fact in look("query.accepted"):
        answer = facts[fact.subject()]
        if answer in answers.get(answer.subject(), []):
            accepted[answer.subject()] = min(accepted.get(answer.subject(), fact.effective), fact.effective)
    for fact in look("query.asked", "query.answered", "thread.replied"):
        root = fact
        while root.entry.re:
            root = facts[root.entry.re[0]]
        if fact.person is not None and not fact.automaton:
            people.setdefault(root.id, set()).add(fact.person)
    endorsers = {}
    for fact in view.signed("faq.endorsed"):
        endorsers.setdefault(fact.subject(), set()).add(fact.person)
    cited, endorsed = set(), set()
    for faq in view.signed("faq.published"):
        if not experienced(view, faq):
            continue
        for answer in (facts[id] for id in faq.entry.re):
            if answer.kind == "query.answered" and answer in answers.get(answer.subject(), []):
                cited.add(answer.subject())
                if answer.person is not None and answer.person != faq.person and answer.person in endorsers.get(faq.id, set()):
                    endorsed.add(answer.subject())
    asked = [fact for fact in view.within(look("query.asked"), 365 * DAY) if fact.id in accepted and not fact.automaton]
    wide = [fact.id for fact in asked if len(people.get(fact.id, ())) >= 3]
    eligible = {id for id in wide if accepted[id] + 30 * DAY < view.as_of}
    return {
        "summarised": share(len(eligible & cited), len(eligible), len(wide) - len(eligible)),
        "endorsed_summaries": share(len(eligible & endorsed), len(eligible & cited)),
    } | ({"faqs_published": {"value": sum(experienced(view, faq) for faq in view.within(view.signed("faq.published"), 365 * DAY))}} if signed else {})


def experienced(view, fact):
    """A member for 180 d without a break when it was written, of whatever organisations."""
    spells = [(came.state_time, None if left is None else left.state_time) for came, left in view.spells(fact.person)]
    since = fact.effective
    while True:
        earlier = [came for came, left in spells if came < since and (left is None or left >= since)]
        if not earlier:
            return fact.effective - since >= 180 * DAY
        since = min(earlier)
