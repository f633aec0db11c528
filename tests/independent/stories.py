#!/usr/bin/env python3
"""Recomputes what the community has agreed on in told stories: usage: stories.py DUMP.json; exit 0 if all agree.

DUMP.json: a list of {"name", "cut": [[organisation, size, root] ...], "logs": {organisation: [entry ...]}, "framework"}, bytes in
hexadecimal; "framework" is what `hearth framework --json` would print.
"""

import json
import sys

import tree
from agreed import g1, p1, p2, p3
from community import Community
from entry import Entry
from figures import View, differences, instant


class Told:
    """A log as it was told."""

    def __init__(self, community, organisation, entries):
        self.community, self.organisation = community, organisation
        self.entries = [Entry(data) for data in entries]
        self.hashes = [tree.leaf_hash(data) for data in entries]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        stories = json.load(file)
    faults, figures = [], 0
    for story in stories:
        framework = story["framework"]
        cut = sorted([bytes.fromhex(id), size, bytes.fromhex(root)] for id, size, root in story["cut"])
        named = bytes.fromhex(framework["community"])
        logs = [Told(named, bytes.fromhex(id), [bytes.fromhex(entry) for entry in entries]) for id, entries in story["logs"].items()]
        view = View(Community(logs, cut), instant(framework["as_of"]), framework["window"] if framework["own_window"] else None)
        found = {("P1", "signed"): p1(view), ("P2", "signed"): p2(view), ("P3", "signed"): p3(view), ("G1", "signed"): g1(view)}
        figures += sum(map(len, found.values()))
        faults += [f"{story['name']}, as of {framework['as_of']}: {fault}" for fault in differences(framework, found)]
    for fault in faults:
        print(fault)
    print(f"{figures} figures in {len(stories)} answers; {len(faults)} differences")
    return 1 if faults or not stories else 0


if __name__ == "__main__":
    sys.exit(main())
