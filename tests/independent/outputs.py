"""I1, I2 and I3 as far as no decision is needed, from the text of docs/framework.md."""

DAY = 24 * 3_600_000
RUNGS = ["drafted", "evidenced", "acknowledged", "corroborated", "evaluated"]


def share(numerator, denominator, pending=0):
    return {"numerator": numerator, "denominator": denominator, "pending": pending}


def parts(codes):
    return {"parts": {code: codes.count(code) for code in set(codes)}}


def in_time(facts):
    return sorted(facts, key=lambda fact: (fact.effective, fact.id))


class Work:
    """A work with the organisations of those who signed it, and its versions by time."""

    def __init__(self, view, proposal):
        self.signed = {fact.organisation for fact in view.signed("work.joined") if fact.subject() == proposal.id}
        self.versions = in_time(fact for fact in view.signed("work.released") if fact.subject() == proposal.id)

    def validated(self, view, version):
        """Members of two organisations without an author vouch for it by the last word of each."""
        last = {}
        for fact in in_time(view.signed("resource.validated", "resource.disputed")):
            if fact.subject() == version.id:
                last[fact.person] = fact
        return len({fact.organisation for fact in last.values() if fact.kind == "resource.validated"} - self.signed) >= 2


def i1(view):
    works = [Work(view, proposal) for proposal in view.signed("work.proposed")]
    out = [work for work in works if view.within(work.versions, 365 * DAY)]
    joint = [work for work in out if len(work.signed) >= 2]
    withdrawn = {fact.subject() for fact in view.signed("resource.withdrawn")}
    resources = {fact.subject() or fact.id for fact in view.within(view.signed("resource.published"), 365 * DAY)} - withdrawn
    judged = []
    for work in joint:
        old = [version for version in work.versions if version.effective + 30 * DAY < view.as_of]
        if old:
            judged.append(work.validated(view, old[-1]))
    return {
        "joint_outputs": share(len(joint), len(out) + len(resources)),
        "joint_outputs_by_type": parts([work.versions[-1].entry.data["type"] for work in joint]),
        "validated_outputs": share(sum(judged), len(judged), len(joint) - len(judged)),
    }


def i2(view):
    seen = view.signed("story.corroborated")

    def borne_out(story):
        about = [fact for fact in seen if fact.subject() == story.id and fact.entry.data.get("consent")]
        return any(fact.organisation != story.organisation and fact.person != story.person for fact in about)

    told = view.within(view.signed("story.told"), 90 * DAY)
    counted = [story for story in told if borne_out(story)]
    return {
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
        self.null = draft.entry.data["effect"] == "none"
        self.rung = 0
        for holds in (self.evidence, named <= agreed, witnesses, examined):
            if not holds:
                break
            self.rung += 1


def homes(view, people):
    """The organisations that admitted any of these, under whichever name."""
    community = view.community
    return {person.organisation for person in community.people.values() if community.alias.get(person.id, person.id) in people}


def i3(view):
    claims = [Claim(view, draft) for draft in view.signed("claim.drafted")]
    standing = [claim for claim in claims if not claim.withdrawn and not claim.contested]

    def shares(claim):
        return any(claim.evidence & other.evidence for other in claims if other is not claim and not other.withdrawn)

    return {
        "corroborated_claims": share(sum(claim.rung >= 3 for claim in standing), len(standing)),
        "claims_by_rung": parts([RUNGS[claim.rung] for claim in standing]),
        "null_results": share(sum(claim.null for claim in standing), len(standing)),
        "shared_evidence": share(sum(map(shares, standing)), len(standing)),
        "meetings_evaluated": meetings(view),
    }


def meetings(view):
    held, there, judged = {}, {}, {}
    for fact in in_time(view.signed("meeting.held")):
        held.setdefault(fact.subject(), fact)
    for fact in view.signed("meeting.attended"):
        if "persons" not in fact.entry.data:
            there.setdefault(fact.subject(), set()).add(fact.person)
    for fact in view.signed("meeting.evaluated"):
        judged.setdefault(fact.subject(), set()).add(fact.person)
    of = [fact.subject() for fact in view.within(held.values(), 90 * DAY)]
    sizes = [(len(judged.get(meeting, ())), len(there.get(meeting, ()))) for meeting in of]
    return share(sum(answers >= 5 or (answers > 0 and answers * 100 >= came * 30) for answers, came in sizes), len(sizes))
