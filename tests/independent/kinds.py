"""The kinds of entries (docs/protocol.md section 3): which `data`, `re` and body each has."""

import hashlib
import re as regex

import ed25519
import tokens
from shapes import is_body, is_bytes, is_uint

NO_BODY, MAY_BODY, MUST_BODY = "none", "may", "must"
SORTS = {"guidance", "policy", "education", "tool", "other"}


def slug(item):
    return isinstance(item, str) and regex.fullmatch(r"[a-z0-9-]{1,40}", item) is not None


def key(item):
    return is_bytes(item, 32) and ed25519.is_sound(item)


def id32(item):
    return is_bytes(item, 32)


def text(low, high):
    return lambda item: isinstance(item, str) and low <= len(item.encode()) <= high


def is_text(item):
    return isinstance(item, str)


def blob(low, high):
    return lambda item: isinstance(item, bytes) and low <= len(item) <= high


def rows(low, high, row):
    return lambda item: isinstance(item, list) and low <= len(item) <= high and all(map(row, item))


def one_of(*words):
    return lambda item: item in words


def fields(required, optional=None):
    optional = optional or {}

    def check(item):
        if not isinstance(item, dict) or not set(required) <= set(item) <= set(required) | set(optional):
            return False
        return all((required | optional)[name](value) for name, value in item.items())

    return check


def origin(item):
    return isinstance(item, str) and regex.fullmatch(r"hearth/[a-z0-9-]{1,40}/[0-9a-f]{16}", item) is not None


def _origin_of(item, whole):
    """Whether origin and log key belong together, and the slug where it is to."""
    digits = hashlib.sha256(item["key"]).digest()[:8].hex()
    return item["origin"] == f"hearth/{item['slug']}/{digits}" if whole else item["origin"].endswith("/" + digits)


def liars(item):
    pairs = isinstance(item, list) and all(isinstance(row, list) and len(row) == 2 and all(map(is_uint, row)) for row in item)
    return pairs and len(item) <= 16 and all(a[0] < b[0] for a, b in zip(item, item[1:]))


POLICY = fields({
    "liars": liars, "ruleset": is_uint, "tolerance": is_uint,
    "admission": fields({"quorum": is_uint, "electorate": lambda item: item == "founder"}),
})
FOUNDED = fields({
    "key": key, "next": id32, "clock": lambda item: item in ("real", "simulated"), "domain": slug, "origin": origin, "policy": POLICY,
})
CHARTERED = fields({
    "key": key, "next": id32, "slug": slug, "origin": origin, "witness": key, "stewards": rows(1, 16, key),
    "nodes": rows(1, 8, fields({"id": blob(1, 64), "addresses": rows(0, 16, text(1, 256))})),
})


def heads(item):
    def row(head):
        return isinstance(head, list) and len(head) == 3 and id32(head[0]) and is_uint(head[1]) and id32(head[2])

    return rows(1, 512, row)(item) and all(a[0] < b[0] for a, b in zip(item, item[1:]))


def minutes(item):
    return is_uint(item) and 1 <= item <= 10080


def persons(item):
    return rows(1, 256, id32)(item) and all(a < b for a, b in zip(item, item[1:]))


def sources(item):
    return rows(1, 16, id32)(item) and all(a < b for a, b in zip(item, item[1:]))


def scores(item):
    def row(score):
        return isinstance(score, list) and len(score) == 2 and slug(score[0]) and is_uint(score[1]) and 1 <= score[1] <= 5

    return rows(1, 8, row)(item) and all(a[0] < b[0] for a, b in zip(item, item[1:]))


def parameters(item):
    """A map of numbers, pairs [developing, established], lists of slugs, and such maps by statement."""
    def value(of):
        pair = isinstance(of, list) and len(of) == 2 and all(map(is_uint, of)) and of[0] <= of[1]
        return is_uint(of) or pair or rows(0, 64, slug)(of) or (isinstance(of, dict) and all(map(value, of.values())))

    return isinstance(item, dict) and all(map(value, item.values())) and item.get("version", 0) >= 2


def potential(item):
    row = fields({"role": slug, "slug": slug, "region": slug})
    return rows(1, 256, row)(item) and all(a["slug"] < b["slug"] for a, b in zip(item, item[1:]))


def version(item):
    return is_uint(item) and item >= 1


def integer(item):
    return isinstance(item, int) and not isinstance(item, bool)


def table(most, *cells):
    """Rows of these cells, ascending by the first."""
    def row(item):
        return isinstance(item, list) and len(item) == len(cells) and all(cell(value) for cell, value in zip(cells, item))

    return lambda item: rows(1, most, row)(item) and all(a[0] < b[0] for a, b in zip(item, item[1:]))


BOOLEAN = lambda item: isinstance(item, bool)  # noqa: E731
TERMS = fields(
    {"term": BOOLEAN, "purpose": BOOLEAN, "version": version, "measurable": BOOLEAN, "membership": BOOLEAN},
    {"review": is_uint, "objectives": lambda item: rows(1, 32, slug)(item) and all(a < b for a, b in zip(item, item[1:]))},
)
PLAN = fields(
    {"from": is_uint, "until": is_uint, "version": version},
    {"outputs": table(64, slug, lambda item: item in SORTS, is_uint), "milestones": table(64, slug, is_uint)},
)
TARGET = fields({"low": integer, "from": is_uint, "high": integer, "until": is_uint, "objective": slug})


def terms(item):
    return TERMS(item) and (not item["measurable"] or "objectives" in item)


def plan(item):
    return PLAN(item) and item["from"] < item["until"]


def target(item):
    return TARGET(item) and item["low"] <= item["high"] and item["from"] < item["until"]


# What takes effect by a decision, by kind.
ADOPTED = {
    "parameters.adopted": parameters, "terms.adopted": terms, "plan.adopted": plan, "plan.rebaselined": plan, "target.set": target,
    "arrangements.adopted": fields({"level": slug, "model": slug, "review": is_uint}),
    "coverage.declared": fields({"potential": potential}),
    "arrangements.adopted": fields({"level": slug, "model": slug, "review": is_uint}), "coverage.declared": fields({"potential": potential}),
}
VALUE = fields({"version": is_uint}, {"review": is_uint})
ADOPTED |= {"coverage.declared": fields({"potential": potential}), "work.agreed": fields({}), "value.stated": VALUE}


def adoption(item):
    return fields({"do": lambda kind: kind in ADOPTED, "data": lambda _: True})(item) and ADOPTED[item["do"]](item["data"])


def one_of(*words):
    return lambda item: item in words


def rising(low, high, item):
    return lambda items: rows(low, high, item)(items) and all(a < b for a, b in zip(items, items[1:]))


def one_of(*words):
    return lambda item: item in words


def amount(item):
    ratio = isinstance(item, list) and len(item) == 2 and all(map(is_uint, item)) and item[1] > 0
    return ratio or (isinstance(item, int) and not isinstance(item, bool) and -(2**63) <= item < 2**63)


def claim(item):
    """An indicator with its parameters, or a measure; never both."""
    return CLAIM(item) and (("indicator" in item, "measure" in item, "parameters" in item) in ((True, False, True), (False, True, False)))


def audit(item):
    return AUDIT(item) and ("value" in item) == (item["result"] != "unknown")


PERSONS = rising(1, 16, id32)
FINDING = fields({"result": one_of("supported", "partly", "unsupported")})
CLAIM = fields(
    {
        "cut": heads, "as_of": is_uint, "value": amount, "effect": one_of("better", "none", "worse"), "method": slug, "ruleset": is_uint,
        "objective": slug, "contributors": PERSONS,
    },
    {"window": is_uint, "measure": slug, "indicator": slug, "parameters": id32},
)
AUDIT = fields({"result": one_of("equal", "different", "unknown")}, {"value": amount})
NOTHING = fields({})
NAMED_KEY = fields({"key": key})
TOPICS = rows(1, 8, slug)
TRUE = lambda item: item is True  # noqa: E731
BOOLEAN = lambda item: isinstance(item, bool)  # noqa: E731

CIRCLE = fields({"kind": one_of("topic", "special-interest"), "topic": slug}, {
    "mode": one_of("face-to-face", "online", "mixed"), "basis": one_of("knowledge", "role"), "other": slug, "until": is_uint,
    "structure": one_of("hierarchical", "non-hierarchical"),
})

ROLE_FIELDS = fields({"from": is_uint, "role": slug, "until": is_uint, "holder": id32, "provided_by": one_of("host", "members")})
ROLE = lambda item: ROLE_FIELDS(item) and item["from"] < item["until"]  # noqa: E731


def month(item):
    return isinstance(item, str) and regex.fullmatch(r"(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])", item, regex.ASCII) is not None


def minutes_of_a_month(least):
    return lambda item: is_uint(item) and least <= item <= 31 * 24 * 60


def uint(low, high):
    return lambda item: is_uint(item) and low <= item <= high


def pulse(item):
    """What `pulse.opened` says beyond the types of its fields."""
    until, rows_of = item["until"], {row[0] for row in item["electorate"]}
    offices = item["issuers"] + [item["collector"]]
    if not until["keys"] <= until["requests"] <= until["answers"] or len(set(item["items"])) != len(item["items"]):
        return False
    if item["issuers"][0] == item["issuers"][1] or not set(offices) <= rows_of:
        return False
    return len(rows_of) < 3 or item["collector"] not in item["issuers"]


OPENED = fields({
    "n": is_uint, "items": rows(1, 16, slug), "scale": uint(2, 10), "issuers": rows(2, 2, id32), "collector": id32, "electorate": heads,
    "until": fields({"keys": is_uint, "answers": is_uint, "requests": is_uint}),
})
AS_LONG_AS_A_KEY = lambda item: isinstance(item, bytes) and len(item) in tokens.LENGTHS  # noqa: E731

ADOPTED["role.granted"] = ROLE

LOG = {"root": id32, "size": lambda item: is_uint(item) and item > 0, "organisation": id32}
MOTIONS = {
    "admit": fields({"act": is_text, "charter": blob(1, 61440)}), "remove": fields({"act": is_text} | LOG),
    "suspend": fields({"act": is_text} | LOG, {"evidence": id32}), "restore": fields({"act": is_text, "organisation": id32}),
}


def motion(item):
    return isinstance(item, dict) and item.get("act") in MOTIONS and MOTIONS[item["act"]](item)


# kind: (data, least and most ids in `re`, body)
KINDS = {
    "community.founded": (lambda item: FOUNDED(item) and _origin_of(item, False), (0, 0), MUST_BODY),
    "organisation.chartered": (lambda item: CHARTERED(item) and _origin_of(item, True), (0, 0), MUST_BODY),
    "governance.proposed": (motion, (1, 1), MAY_BODY),
    "heads.seen": (fields({"heads": heads}), (0, 0), NO_BODY),
    "member.admitted": (fields({"key": key}, {"code": id32, "applied": TRUE, "inviter": id32}), (0, 0), MAY_BODY),
    "member.left": (NOTHING, (1, 1), NO_BODY),
    "key.added": (NAMED_KEY, (1, 1), NO_BODY),
    "key.revoked": (NAMED_KEY, (1, 1), MAY_BODY),
    "member.invited": (fields({"code": id32}), (0, 0), NO_BODY),
    "interest.declared": (fields({}, {"topics": TOPICS}), (0, 0), NO_BODY),
    "profile.written": (NOTHING, (0, 0), MUST_BODY),
    "consent.set": (fields({"yes": BOOLEAN, "scope": slug}), (0, 0), NO_BODY),
    "role.accepted": (NOTHING, (1, 1), MAY_BODY),
    "role.ended": (NOTHING, (1, 1), MAY_BODY),
    "time.pledged": (fields({"month": month, "minutes": minutes_of_a_month(1)}), (1, 1), MAY_BODY),
    "time.confirmed": (fields({"month": month, "minutes": minutes_of_a_month(0)}), (1, 1), MAY_BODY),
    "leadership.asked": (fields({}, {"topics": TOPICS}), (0, 0), MUST_BODY),
    "leadership.answered": (NOTHING, (1, 1), MUST_BODY),
    "task.offered": (fields({}, {"due": is_uint, "topics": TOPICS}), (0, 0), MUST_BODY),
    "task.accepted": (NOTHING, (1, 1), MAY_BODY),
    "task.done": (NOTHING, (1, 1), MAY_BODY),
    "task.confirmed": (NOTHING, (1, 1), MAY_BODY),
    "decision.proposed": (
        fields(
            {"cut": heads, "rule": one_of("members", "organisations", "consent"), "closes": is_uint, "quorum": lambda item: is_uint(item) and item <= 100},
            {"adopts": adoption},
        ), (0, 64), MUST_BODY,
    ),
    "ballot.cast": (fields({"choice": one_of("for", "against", "abstain")}), (1, 1), MAY_BODY),
    "decision.closed": (fields({"outcome": one_of("carried", "failed")}), (1, 1), MAY_BODY),
    **{kind: (data, (1, 64), NO_BODY) for kind, data in ADOPTED.items()},
    "terms.acknowledged": (fields({"version": version}), (1, 1), NO_BODY),
    "milestone.met": (fields({"milestone": slug}), (1, 1), MAY_BODY),
    "member.affiliated": (NOTHING, (1, 1), NO_BODY),
    "history.linked": (fields({"person": id32}), (0, 0), NO_BODY),
    "history.confirmed": (NOTHING, (1, 1), NO_BODY),
    "query.asked": (fields({}, {"topics": TOPICS, "pseudonymous": TRUE}), (0, 0), MUST_BODY),
    "query.answered": (NOTHING, (1, 1), MUST_BODY),
    "query.accepted": (NOTHING, (1, 1), NO_BODY),
    "query.withdrawn": (NOTHING, (1, 1), MAY_BODY),
    "query.referred": (NOTHING, (1, 1), NO_BODY),
    "thread.opened": (fields({}, {"topics": TOPICS, "purpose": slug}), (0, 0), MUST_BODY),
    "thread.replied": (NOTHING, (1, 1), MUST_BODY),
    "reaction.given": (fields({"reaction": slug}), (1, 1), NO_BODY),
    "content.corrected": (NOTHING, (1, 1), MUST_BODY),
    "meeting.scheduled": (
        fields({"at": is_uint, "mode": slug, "minutes": minutes}, {"topics": TOPICS, "purpose": slug}), (0, 0), MUST_BODY,
    ),
    "meeting.held": (fields({}, {"minutes": minutes}), (1, 1), MAY_BODY),
    "meeting.attended": (fields({}, {"persons": persons}), (1, 64), NO_BODY),
    "meeting.evaluated": (fields({"scores": scores}), (1, 64), MAY_BODY),
    "circle.opened": (CIRCLE, (0, 0), MUST_BODY),
    "circle.joined": (NOTHING, (1, 1), NO_BODY),
    "circle.left": (NOTHING, (1, 1), NO_BODY),
    "circle.closed": (NOTHING, (1, 1), MAY_BODY),
    "resource.published": (
        fields({}, {"file": is_body, "from": sources, "type": lambda item: item in SORTS, "review": is_uint, "licence": slug}), (0, 1), MUST_BODY,
    ),
    "resource.withdrawn": (NOTHING, (1, 1), MAY_BODY),
    "resource.validated": (NOTHING, (1, 1), MAY_BODY),
    "resource.disputed": (NOTHING, (1, 1), MAY_BODY),
    "resource.superseded": (NOTHING, (1, 64), MAY_BODY),
    "resource.applied": (NOTHING, (1, 1), MAY_BODY),
    "faq.published": (NOTHING, (1, 64), MUST_BODY),
    "faq.endorsed": (NOTHING, (1, 1), MAY_BODY),
    "reflection.logged": (NOTHING, (0, 1), MUST_BODY),
    "introduction.made": (NOTHING, (1, 64), MAY_BODY),
    "mentoring.started": (fields({"as": lambda item: item in ("mentor", "mentee")}), (1, 1), MAY_BODY),
    "work.proposed": (
        fields({"type": lambda item: item in SORTS, "authors": PERSONS}, {"due": is_uint, "plan": slug}), (0, 1), MUST_BODY,
    ),
    "work.joined": (NOTHING, (1, 1), NO_BODY),
    "work.agreed": (NOTHING, (1, 64), NO_BODY),
    "work.released": (
        fields({"type": lambda item: item in SORTS, "version": is_uint}, {"file": is_body, "licence": slug}), (1, 64), MUST_BODY,
    ),
    "work.evaluated": (FINDING, (1, 1), MUST_BODY),
    "value.stated": (VALUE, (1, 64), NO_BODY),
    "story.told": (
        fields({"cycle": one_of("immediate", "potential", "applied", "realised", "reframing")}, {"consent": TRUE}), (0, 0), MUST_BODY,
    ),
    "story.corroborated": (fields({}, {"consent": TRUE}), (1, 1), MAY_BODY),
    "claim.drafted": (claim, (0, 0), MUST_BODY),
    "claim.evidenced": (fields({}, {"files": rows(1, 64, id32)}), (1, 64), MAY_BODY),
    "claim.acknowledged": (NOTHING, (1, 1), NO_BODY),
    "claim.corroborated": (NOTHING, (1, 1), MAY_BODY),
    "claim.evaluated": (FINDING, (1, 1), MUST_BODY),
    "claim.contested": (NOTHING, (1, 1), MUST_BODY),
    "claim.withdrawn": (NOTHING, (1, 1), MAY_BODY),
    "audit.attested": (audit, (1, 1), MAY_BODY),
    "coverage.declared": (ADOPTED["coverage.declared"], (1, 64), MAY_BODY),
    "gap.raised": (fields({}, {"role": slug, "region": slug}), (0, 0), MUST_BODY),
    "gap.owned": (NOTHING, (1, 1), MAY_BODY),
    "gap.closed": (NOTHING, (1, 1), MAY_BODY),
    "pulse.opened": (lambda item: OPENED(item) and pulse(item), (0, 0), MAY_BODY),
    "pulse.keyed": (fields({"key": tokens.is_key}), (1, 1), NO_BODY),
    "pulse.requested": (fields({"blinded": rows(2, 2, AS_LONG_AS_A_KEY)}), (1, 64), NO_BODY),
    "pulse.issued": (fields({"key": tokens.is_key, "blinded": AS_LONG_AS_A_KEY, "signature": AS_LONG_AS_A_KEY}), (1, 64), NO_BODY),
    "pulse.answered": (fields({"tokens": rows(2, 2, tokens.is_token), "choices": rows(1, 16, uint(0, 10))}), (1, 64), NO_BODY),
    "pulse.closed": (NOTHING, (1, 1), NO_BODY),
    "import.made": (fields({"site": text(1, 256), "format": slug}), (0, 0), MUST_BODY),
    "erasure.carried_out": (fields({"ground": slug, "hashes": rows(1, 256, id32)}), (1, 64), NO_BODY),
    "content.reported": (fields({"ground": slug}), (1, 64), MAY_BODY),
    "content.hidden": (fields({"ground": slug}), (1, 64), MAY_BODY),
}


def reason(entry):
    """Why an entry is void by section 3, before anything else is known; nothing where it fits its kind."""
    if entry.kind not in KINDS:
        return "unknown_kind"
    data, (least, most), body = KINDS[entry.kind]
    fits = data(entry.data) and least <= len(entry.re) <= most
    fits = fits and not (body == MUST_BODY and entry.body is None) and not (body == NO_BODY and entry.body is not None)
    return None if fits else "bad_data"
