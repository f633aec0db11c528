"""P1, P2, P3 and G1: what the community has agreed on (docs/framework.md)."""

from outcomes import BEYOND, adopted, decisions

DAY = 86_400_000
PARTS = ("purpose", "measurable", "term", "membership")


def share(numerator, denominator, pending=0):
    return {"numerator": numerator, "denominator": denominator, "pending": pending}


def days_past(view, date):
    return None if date is None else max(0, view.as_of - date) // DAY


def p1(view):
    found = adopted(view, decisions(view), "terms.adopted")
    if not found:
        return {"terms_parts": {"parts": {}}, "terms_ratified": {"value": False}, "terms_overdue": {"value": None}}
    terms, decision = found[-1]
    parts = {part: 1 for part in PARTS if terms.entry.data[part]} | ({"review": 1} if "review" in terms.entry.data else {})
    notice = decision.closes - decision.proposal.effective >= 7 * DAY
    ratified = decision.declared == "carried" and notice and len(decision.voting()) >= 2
    return {
        "terms_parts": {"parts": parts}, "terms_ratified": {"value": ratified},
        "terms_overdue": {"value": days_past(view, terms.entry.data.get("review"))},
    }


def p2(view):
    found, members = adopted(view, decisions(view), "terms.adopted"), view.members()
    if not found:
        return {"acknowledged": share(0, 0)}
    terms, decision = found[-1]
    if terms.effective + 30 * DAY >= view.as_of:
        return {"acknowledged": share(0, 0, len(members))}
    by_id = view.community.by_id
    seen = {
        fact.person for fact in view.signed("terms.acknowledged")
        if by_id[fact.subject()].subject() == decision.proposal.id and fact.entry.data["version"] == terms.entry.data["version"]
    }
    return {"acknowledged": share(len(seen & members), len(members))}


def p3(view):
    plans, chain = [], 0
    for fact, decision in sorted(
        adopted(view, decisions(view), "plan.adopted", "plan.rebaselined"), key=lambda pair: pair[0].moment
    ):
        chain += fact.kind == "plan.adopted"
        if chain:
            plans.append((fact, decision.proposal.id, chain))
    chains, first = {proposal: chain for _, proposal, chain in plans}, {}
    for fact in view.signed("milestone.met"):
        key = chains.get(view.community.by_id[fact.subject()].subject()), fact.entry.data["milestone"]
        first[key] = min(first.get(key, fact.effective), fact.effective)
    end = view.as_of - 30 * DAY
    start, due, young = end - (view.window or 90 * DAY), [], 0
    for number, (fact, _, chain) in enumerate(plans):
        until = plans[number + 1][0].effective if number + 1 < len(plans) else view.as_of
        for slug, date in fact.entry.data.get("milestones", []):
            if fact.effective <= date < until and date >= start:
                young += end <= date < view.as_of
                if date < end:
                    due.append((date, first.get((chain, slug))))
    slips = sorted((met is None, max(0, met - date) // DAY * DAY if met is not None else 0) for date, met in due)
    missing, slip = slips[(len(slips) - 1) // 2] if slips else (False, None)
    return {
        "plan_agreed": {"value": bool(plans) and view.as_of <= plans[-1][0].entry.data["until"]},
        "milestones_met": share(sum(met is not None and met <= date + 30 * DAY for date, met in due), len(due), young),
        "milestone_slip": {"value": None if missing else slip, "reached": not missing, "pending": young},
    }


def g1(view):
    all_decisions = decisions(view)
    found = adopted(view, all_decisions, "arrangements.adopted")
    review = found[-1][0].entry.data["review"] if found else None
    start = view.as_of - (view.window or 365 * DAY)
    over = [decision for decision in all_decisions.values() if start <= decision.closes < view.as_of]
    told = [decision for decision in over if decision.state != BEYOND]
    still = sum(decision.state == BEYOND for decision in over) + sum(decision.closes >= view.as_of for decision in all_decisions.values())
    return {
        "arranged": {"value": bool(found)}, "arrangements_overdue": {"value": days_past(view, review)},
        "closed_truly": share(sum(decision.declared == decision.state for decision in told), len(told), still),
        "organisations_voting": share(
            sum(len(decision.voting()) for decision in over), sum(len(set(decision.electorate.values())) for decision in over)
        ),
    }
