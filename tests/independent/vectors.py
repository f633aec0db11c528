#!/usr/bin/env python3
"""Checks the frozen vectors of tests/vectors with this reader: usage: vectors.py DIRECTORY; exit 0 if all agree."""

import json
import os
import sys

import cbor
import ed25519
import kinds
from entry import Entry, commitment


def load(*path):
    folder = os.path.join(*path)
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            yield name, json.load(file)


def entries(folder):
    for name, vector in load(folder, "entries"):
        for example in vector["examples"]:
            entry = Entry(bytes.fromhex(example["bytes"]))
            community, organisation = (bytes.fromhex(example[field]) for field in ("community", "organisation"))
            yield f"{name}: id", entry.id.hex() == example["id"]
            yield f"{name}: signature", entry.verify(community, organisation)
            yield f"{name}: fits its kind", kinds.reason(entry) is None
            body = example.get("body")
            if body:
                found = commitment(bytes.fromhex(body["salt"]), bytes.fromhex(body["bytes"])).hex()
                yield f"{name}: body", found == body["hash"] and entry.body["hash"].hex() == found


def malformed(folder):
    for name, vector in load(folder, "malformed"):
        try:
            Entry(bytes.fromhex(vector["bytes"]))
            yield f"{name}: is taken for well formed", False
        except cbor.Malformed:
            yield name, True


def unfit(folder):
    for name, vector in load(folder, "unfit"):
        yield name, kinds.reason(Entry(bytes.fromhex(vector["bytes"]))) == vector["void"]


def signatures(folder):
    vectors = dict(load(folder, "signatures"))
    for case in vectors["speccheck.json"]["cases"] + vectors["rfc8032.json"]["cases"]:
        key, message, signature = (bytes.fromhex(case[field]) for field in ("public_key", "message", "signature"))
        name = f"speccheck or RFC 8032, {case.get('number', case.get('test'))}"
        holds = case.get("holds", True)
        yield name, ed25519.verify(key, signature, message) == holds
        if len(signature) == 64 and ed25519.is_sound(key) and signature[:32] not in ed25519.SMALL_ORDER:
            in_range = int.from_bytes(signature[32:], "little") < ed25519.L
            yield f"{name}, without OpenSSL", (in_range and ed25519._verify_here(key, signature, message)) == holds
    for case in vectors["keys.json"]["keys"]:
        yield f"key {case['public_key']}", ed25519.is_sound(bytes.fromhex(case["public_key"])) == (case["refused"] is None)


def main():
    checks = [check for part in (entries, malformed, unfit, signatures) for check in part(sys.argv[1])]
    wrong = [name for name, agrees in checks if not agrees]
    for name in wrong:
        print(f"differs: {name}")
    print(f"{len(checks) - len(wrong)} of {len(checks)} agree")
    return 1 if wrong or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
