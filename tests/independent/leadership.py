"""L1, L2, V5, S2, and the leaders' share beside V3, from published logs; written from docs/framework.md alone."""

from datetime import datetime, timezone

from gathering import contributions as contributed
from outcomes import CARRIED, decisions, in_force

HOUR = 3_600_000
DAY = 24 * HOUR
FOREVER = 1 << 63


def share(numerator, denominator, pending=0):
    return {"numerator": numerator, "denominator": denominator, "pending": pending}


def within(view, facts, length):
    since = view.as_of - (view.window or length)
    return [fact for fact in facts if fact.effective >= since]


class Roles:
    """Each role that was held, as [grant, holder, from, until]: held at t where from < t ≤ until."""

    def __init__(self, view):
        self.view, self.held = view, []
        accepted, ended = first_about(view, "role.accepted"), first_about(view, "role.ended")
        for grant in in_force(view, "role.granted"):
            data = grant.entry.data
            since = max(data["from"], grant.effective)
            holder = view.community.alias.get(data["holder"], data["holder"])
            for earlier in self.held:
                if (earlier[0].entry.data["role"], earlier[1]) == (data["role"], holder):
                    earlier[3] = min(earlier[3], since)
            if grant.id in accepted and data["holder"] in view.community.people:
                until = min(data["until"], ended.get(grant.id, FOREVER))
                self.held.append([grant, holder, max(since, accepted[grant.id]), until])
        self.held = [held for held in self.held if held[2] < held[3]]

    def at(self, instant):
        return [held for held in self.held if held[2] < instant <= held[3] and held[1] in self.view.members(instant)]

    def led(self, fact):
        return any(held[1] == fact.person for held in self.at(fact.effective))

    def overlaps(self, held, begins, ends):
        """Whether it was held, by a member, at some time after `begins` and not after `ends`."""
        begins, ends = max(held[2], begins), min(held[3], ends)
        for admitted, left in self.view.spells(held[1]):
            gone = ends if left is None else min(ends, left.state_time)
            if max(begins, admitted.state_time) < gone:
                return True
        return False


def first_about(view, kind):
    found = {}
    for fact in view.signed(kind):
        found[fact.subject()] = min(found.get(fact.subject(), FOREVER), fact.effective)
    return found


def month_begins(year, month):
    return int(datetime(year, month, 1, tzinfo=timezone.utc).timestamp()) * 1000


def months_ended(view, length):
    """(name, first instant, first instant after it) of each month whose last millisecond lies in the window."""
    since = view.as_of - (view.window or length)
    at = datetime.fromtimestamp(since / 1000, timezone.utc)
    year, month, found = at.year, at.month, []
    while True:
        after = (year + 1, 1) if month == 12 else (year, month + 1)
        begins, ends = month_begins(year, month), month_begins(*after)
        if ends - 1 >= view.as_of:
            return found
        if ends - 1 >= since:
            found.append((f"{year:04}-{month:02}", begins, ends))
        year, month = after


def l1(view):
    roles, by_id = Roles(view), view.community.by_id
    now = roles.at(view.as_of)
    required = set(view.parameter("l1", "required", ["leader"]))
    parts = {}
    for held in now:
        provider = held[0].entry.data["provided_by"]
        parts[provider] = parts.get(provider, 0) + 1
    pledges, confirmed = {}, {}
    for fact in in_order(view.signed("time.pledged")):
        pledges.setdefault(fact.subject(), []).append(fact)
    for fact in in_order(view.signed("time.confirmed")):
        confirmed.setdefault(by_id[fact.subject()].subject(), []).append(fact)
    done = planned = 0
    for held in roles.held:
        for name, begins, ends in months_ended(view, 90 * DAY):
            for_it = [fact for fact in pledges.get(held[0].id, []) if fact.entry.data["month"] <= name]
            before = [fact for fact in for_it if fact.effective < begins]
            inside = [fact for fact in for_it if begins <= fact.effective < ends]
            if not roles.overlaps(held, begins, ends) or not before + inside:
                continue
            minutes = (before[-1] if before else inside[0]).entry.data["minutes"]
            said = [
                fact for fact in confirmed.get(held[0].id, [])
                if fact.entry.data["month"] == name and fact.effective >= ends and fact.person != held[1]
            ]
            planned += minutes
            done += min(minutes, said[-1].entry.data["minutes"]) if said else 0
    filled = {held[0].entry.data["role"] for held in now} & required
    return {
        "roles_filled": {"numerator": len(filled), "denominator": len(required)},
        "roles_by_provider": {"parts": parts},
        "time_confirmed": {"numerator": done, "denominator": planned},
    }


def in_order(facts):
    return sorted(facts, key=lambda fact: fact.moment)


def active(view, contributions, since, until):
    """The members at the end who contributed in [since, until)."""
    return {fact.person for fact in contributed(view, contributions, since, until)} & view.members(until)


def has_words(fact):
    return fact.entry.body is not None and fact.entry.body["size"] >= 1


def l2(view, contributions):
    roles, by_id = Roles(view), view.community.by_id
    since = view.as_of - (view.window or 90 * DAY)
    people = active(view, contributions, since, view.as_of)
    helpers = set()
    for fact in view.signed("task.confirmed"):
        done = by_id[fact.subject()]
        if since <= done.effective < view.as_of and fact.person != done.person and not roles.led(done):
            helpers.add(done.person)
    first = {}
    for fact in view.signed("leadership.answered"):
        request = by_id[fact.subject()]
        if roles.led(fact) and has_words(fact) and fact.person != request.person:
            first[request.id] = min(first.get(request.id, FOREVER), fact.effective)
    asked = within(view, view.signed("leadership.asked"), 90 * DAY)
    mature = [fact for fact in asked if fact.effective + 7 * DAY < view.as_of]
    answered = [fact for fact in mature if max(0, first.get(fact.id, FOREVER) - fact.effective) <= 7 * DAY]
    return {
        "helpers": share(len(helpers & people), len(people)),
        "requests_answered": share(len(answered), len(mature), len(asked) - len(mature)),
    }


def root(view, fact):
    while fact.subject() in view.community.by_id:
        fact = view.community.by_id[fact.subject()]
    return fact


def v5(view, answers):
    """`answers`: per query its responses in the order of time."""
    roles = Roles(view)
    first = {query: facts[0] for query, facts in answers.items()}
    for fact in in_order(view.signed("thread.replied")):
        thread = root(view, fact)
        if thread.kind == "thread.opened" and has_words(fact) and fact.person != thread.person:
            first.setdefault(thread.id, fact)
    withdrawn, unanswered, young = first_about(view, "query.withdrawn"), [], 0
    for fact in within(view, view.signed("query.asked", "thread.opened"), 90 * DAY):
        limit = 72 * HOUR if fact.kind == "query.asked" else 7 * DAY
        answer, gone = first.get(fact.id), withdrawn.get(fact.id)
        if gone is not None and gone - fact.effective <= 72 * HOUR and (answer is None or answer.effective >= gone):
            continue
        if fact.effective + limit >= view.as_of:
            young += 1
        elif answer is None or answer.effective - fact.effective > limit:
            unanswered.append((fact, answer))
    referred = found = waiting = 0
    for fact, answer in unanswered:
        times = []
        for referral in view.signed("query.referred"):
            own = referral.person == fact.person or (answer is not None and answer.person == referral.person)
            late = answer is not None and answer.moment < referral.moment
            if referral.subject() == fact.id and roles.led(referral) and not own and not late:
                times.append(referral.effective)
        if not times:
            continue
        referred += 1
        if min(times) + 14 * DAY >= view.as_of:
            waiting += 1
        else:
            found += answer is not None and answer.effective - min(times) <= 14 * DAY
    return {
        "referred": share(referred, len(unanswered), young),
        "answered_after_referral": share(found, referred - waiting, waiting),
    }


def s2(view, contributions):
    import gathering
    import learning  # it reads what reads this

    roles, contributed = Roles(view), gathering.contributions(view, contributions, 0)
    future = within(view, view.signed("thread.opened", "meeting.scheduled"), 365 * DAY)
    future = [fact for fact in future if fact.entry.data.get("purpose") == "future" and roles.led(fact)]
    there = learning.attendances(view)[0]
    broad = []
    for opened in future:
        if opened.kind == "thread.opened":
            parts = [opened] + [fact for fact in view.signed("thread.replied") if root(view, fact).id == opened.id and has_words(fact)]
        else:
            parts = [fact for fact, meeting in there if meeting.id == opened.id]
        admitted = organisations(view, opened.effective)
        people = {fact.person for fact in parts}
        homes = {fact.organisation for fact in parts} & admitted
        window = range(opened.effective - 90 * DAY, opened.effective)
        members = {fact.person for fact in contributed if fact.effective in window} & view.members(opened.effective)
        enough = bool(members) and 100 * len(people & members) >= 25 * len(members) and 100 * len(homes) >= 50 * len(admitted)
        if enough and any(fact.person != opened.person for fact in parts):
            broad.append(opened)
    decided = 0
    for opened in broad:
        begun = max(opened.effective, opened.entry.data.get("at", 0))
        decided += any(
            decision.state == CARRIED and opened.id in decision.proposal.entry.re
            and decision.proposal.effective - begun <= 90 * DAY
            for decision in decisions(view).values()
        )
    return {"future_discussions": share(len(broad), len(future)), "future_decided": share(decided, len(broad))}


def organisations(view, at):
    """Those of the community at an instant, by id."""
    return view.community.belonging(at)


def of_leaders(view, contributions):
    """Beside V3: what is not the leaders', in the window and in the one before."""
    roles, length = Roles(view), view.window or 90 * DAY
    beginnings = ("query.asked", "thread.opened", "circle.opened", "task.offered")
    found = {}
    for suffix, until in (("", view.as_of), ("_before", view.as_of - length)):
        begun = [fact for fact in view.signed(*beginnings) if until - length <= fact.effective < until]
        done = contributed(view, contributions, until - length, until)
        for name, facts in (("not_by_leaders", done), ("not_begun_by_leaders", begun)):
            found[name + suffix] = share(sum(not roles.led(fact) for fact in facts), len(facts))
    return found
