"""I1, I2 and I3, from the text of docs/framework.md."""

from outcomes import adopted, decisions

DAY = 24 * 3_600_000
RUNGS = ["drafted", "evidenced", "acknowledged", "corroborated", "evaluated"]


def share(numerator, denominator, pending=0):
    return {"numerator": numerator, "denominator": denominator, "pending": pending}


def parts(codes):
    return {"parts": {code: codes.count(code) for code in set(codes)}}


def in_time(facts):
    return sorted(facts, key=lambda fact: fact.moment)


class Work:
    """A work with those who signed it, and its versions by time."""

    def __init__(self, view, proposal):
        signed = [fact for fact in view.signed("work.joined") if fact.subject() == proposal.id]
        self.authors, self.signed = {fact.person for fact in signed}, {fact.organisation for fact in signed}
        self.homes = {house for fact in signed for house in view.houses(fact)}
        self.versions = in_time(fact for fact in view.signed("work.released") if fact.subject() == proposal.id)
        self.plan = proposal.entry.data.get("plan")
        self.joint = len(self.authors) >= 2 and len(self.signed) >= 2

    def validated(self, view, version):
        """Members of two organisations without an author vouch for it by the last word of each."""
        last = {}
        for fact in in_time(view.signed("resource.validated", "resource.disputed")):
            if fact.subject() == version.id:
                last[fact.person] = fact
        vouched = [fact for person, fact in last.items() if fact.kind == "resource.validated" and person not in self.authors]
        return len({fact.organisation for fact in vouched} - self.homes) >= 2


def in_force(view, *kinds):
    return [fact for fact, _ in adopted(view, decisions(view), *kinds)]


def due_outputs(view):
    """Per plan and output [when it fell due, whether that was in force then]; a new baseline belongs to the plan before it."""
    plans, era, due = [], 0, {}
    for fact in in_time(in_force(view, "plan.adopted", "plan.rebaselined")):
        era += fact.kind == "plan.adopted"
        if era:
            plans.append((fact, era))
    for number, (fact, era) in enumerate(plans):
        end = plans[number + 1][0].effective if number + 1 < len(plans) else view.as_of
        for slug, _, date in fact.entry.data.get("outputs", []):
            if date < end and not due.get((era, slug), (0, False))[1]:
                if date >= fact.effective or (era, slug) not in due:
                    due[era, slug] = (date, date >= fact.effective)
    return due


def i1(view):
    works = [Work(view, proposal) for proposal in view.signed("work.proposed")]
    out = [work for work in works if view.within(work.versions, 365 * DAY)]
    joint = [work for work in out if work.joint]
    withdrawn = {fact.subject() for fact in view.signed("resource.withdrawn")}
    resources = {fact.subject() or fact.id for fact in view.within(view.signed("resource.published"), 365 * DAY)} - withdrawn
    judged = []
    for work in joint:
        old = [version for version in work.versions if version.effective + 30 * DAY < view.as_of]
        if old:
            judged.append(work.validated(view, old[-1]))
    agreed = {version for fact in in_force(view, "work.agreed") for version in fact.entry.re[1:]}
    delivered = {work.plan for work in works if work.versions}
    start = view.as_of - (view.window or 365 * DAY)
    due = [slug for (_, slug), (date, in_force) in due_outputs(view).items() if in_force and start <= date < view.as_of]
    return {
        "joint_outputs": share(len(joint), len(out) + len(resources)),
        "joint_outputs_by_type": parts([work.versions[-1].entry.data["type"] for work in joint]),
        "validated_outputs": share(sum(judged), len(judged), len(joint) - len(judged)),
        "agreed_outputs": share(sum(any(version.id in agreed for version in work.versions) for work in joint), len(joint)),
        "planned_outputs": share(sum(slug in delivered for slug in due), len(due)),
    }


def i2(view):
    seen, stated = view.signed("story.corroborated"), adopted(view, decisions(view), "value.stated")
    dissent = None
    if stated:
        dissent = list(stated[-1][1].ballots.values()).count("against")

    def borne_out(story):
        about = [fact for fact in seen if fact.subject() == story.id and fact.entry.data.get("consent")]
        return any(fact.organisation not in view.houses(story) and fact.person != story.person for fact in about)

    told = view.within(view.signed("story.told"), 90 * DAY)
    counted = [story for story in told if borne_out(story)]
    return {
        "value_statement": {"value": bool(stated)}, "value_dissent": {"value": dissent},
        "corroborated_stories": share(len(counted), len(told)),
        "stories_by_cycle": parts([story.entry.data["cycle"] for story in counted]),
    }


class Claim:
    """A claim with what was said of it before T."""

    def __init__(self, view, draft):
        of = {}
        for fact in view.signed(*("claim." + word for word in ("evidenced", "acknowledged", "corroborated", "evaluated", "contested", "withdrawn"))):
            if fact.subject() == draft.id:
                of.setdefault(fact.kind, []).append(fact)
        self.data = draft.entry.data
        named = {view.community.alias.get(person, person) for person in draft.entry.data["contributors"]}
        own = homes(view, {draft.person})
        houses = own | homes(view, named)
        evidence = of.get("claim.evidenced", [])
        self.evidence = ({id for fact in evidence for id in fact.entry.re[1:]} - {draft.id}) | {
            file for fact in evidence for file in fact.entry.data.get("files", [])
        }
        agreed = {fact.person for fact in of.get("claim.acknowledged", [])} | {draft.person}
        witnesses = [
            fact for fact in of.get("claim.corroborated", [])
            if fact.organisation not in own and fact.person not in named
        ]
        examined = [fact for fact in of.get("claim.evaluated", []) if fact.organisation not in houses]
        self.withdrawn, self.contested = "claim.withdrawn" in of, "claim.contested" in of
        self.rung = 0
        for holds in (self.evidence, named <= agreed, witnesses, examined):
            if not holds:
                break
            self.rung += 1

    def begins(self):
        return self.data["as_of"] - self.data.get("window", 0)


def homes(view, people):
    """The organisations that admitted any of these, under whichever name."""
    community = view.community
    return {person.organisation for person in community.people.values() if community.alias.get(person.id, person.id) in people}


def i3(view):
    claims = [Claim(view, draft) for draft in view.signed("claim.drafted")]
    standing = [claim for claim in claims if not claim.withdrawn and not claim.contested]
    terms = in_force(view, "terms.adopted")
    objectives = terms[-1].entry.data.get("objectives", []) if terms else []
    evaluated = {claim.data["objective"] for claim in standing if claim.rung == 4}
    targets = {}
    for fact in in_force(view, "target.set"):
        objective = fact.entry.data["objective"]
        targets[objective] = min(targets.get(objective, fact.effective), fact.effective)

    def shares(claim):
        return any(claim.evidence & other.evidence for other in claims if other is not claim and not other.withdrawn)

    def targeted(claim):
        set_at = targets.get(claim.data["objective"])
        return set_at is not None and set_at < claim.begins()

    return {
        "objectives_evaluated": share(sum(objective in evaluated for objective in objectives), len(objectives)),
        "corroborated_claims": share(sum(claim.rung >= 3 for claim in standing), len(standing)),
        "claims_by_rung": parts([RUNGS[claim.rung] for claim in standing]),
        "null_results": share(sum(claim.data["effect"] == "none" for claim in standing), len(standing)),
        "shared_evidence": share(sum(map(shares, standing)), len(standing)),
        "targeted_claims": share(sum(map(targeted, standing)), len(standing)),
        "meetings_evaluated": meetings(view),
    }


def meetings(view):
    import learning  # it reads what reads this

    held, there, judged = {}, {}, {}
    for fact in in_time(view.signed("meeting.held")):
        held.setdefault(fact.subject(), fact)
    for fact, meeting in learning.attendances(view)[0]:
        there.setdefault(meeting.id, set()).add(fact.person)
    for fact in view.signed("meeting.evaluated"):
        judged.setdefault(fact.subject(), set()).add(fact.person)
    of = [fact.subject() for fact in view.within(held.values(), 90 * DAY)]
    sizes = [(len(judged.get(meeting, set()) & there.get(meeting, set())), len(there.get(meeting, ()))) for meeting in of]
    return share(sum(answers >= 5 or (answers > 0 and answers * 100 >= came * 30) for answers, came in sizes), len(sizes))
