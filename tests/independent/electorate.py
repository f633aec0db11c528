"""Who may vote (docs/protocol.md section 8): the members at a pinned cut, under one name each, in time to vote."""

from community import united

HOUR = 3_600_000


def in_time(proposal):
    """Whether there was an hour to vote from when others knew of it."""
    return proposal.entry.data["closes"] >= proposal.known + HOUR


def is_outdated(community, proposal):
    """Whether the pinned cut makes others members than the proposer's own log had shown by then."""
    shown = {proposal.organisation: proposal.index}
    for index, organisation, size in community.sightings(proposal.organisation):
        if index < proposal.index:
            shown[organisation] = max(size, shown.get(organisation, 0))
    sizes = {organisation: size for organisation, size, _ in proposal.entry.data["cut"]}
    return any(
        members_of(community, organisation, sizes.get(organisation, 0)) != members_of(community, organisation, size)
        for organisation, size in shown.items() if size > sizes.get(organisation, 0)
    )


def members_of(community, organisation, size):
    """Whom the first entries of a log make members."""
    return {
        person.id for person in community.people.values() if person.organisation == organisation
        and any(came.index < size and (left is None or left.index >= size) for came, left in person.spells)
    }


def kin(community, proposal):
    """Who is who to the end of the vote."""
    sizes = {organisation: size for organisation, size, _ in proposal.entry.data["cut"]}
    return united(community.affiliated(
        lambda fact: fact.index < sizes.get(fact.organisation, 0) or fact.effective <= proposal.entry.data["closes"]
    ))


def electorate(community, proposal):
    """Person to organisation, of the members after the pinned cut; who is one in two votes with that of the smaller id."""
    alias, voters = kin(community, proposal), {}
    rows = sorted(proposal.entry.data["cut"])
    _, out = community.chain.within(next(size for organisation, size, _ in rows if organisation == community.founder))
    for organisation, size, _ in (row for row in rows if row[0] not in out):
        for person in members_of(community, organisation, size):
            voters.setdefault(alias.get(person, person), organisation)
    return voters


def ballots(community, proposal, cast):
    """What each of the electorate said last in time."""
    alias, voters, counted = kin(community, proposal), electorate(community, proposal), {}
    for ballot in sorted(cast, key=lambda fact: fact.moment):
        voter = alias.get(ballot.signer, ballot.signer)
        if voter in voters and ballot.effective <= proposal.entry.data["closes"]:
            counted[voter] = ballot.entry.data["choice"]
    return counted
