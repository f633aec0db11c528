#!/usr/bin/env python3
"""Checks the frozen vectors of tests/vectors with this reader: usage: vectors.py DIRECTORY; exit 0 if all agree."""

import hashlib
import json
import os
import sys

import cbor
import ed25519
import kinds
import tree
from entry import Entry, commitment
from note import BadNote, Checkpoint, Handover, Note, Verifier


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


def log(folder):
    vectors = dict(load(folder, "log"))
    keys = vectors["keys.json"]
    old, new = (Verifier(key["vkey"]) for key in keys["log"][:2])
    yield "origin", old.name == f"hearth/elm-house/{hashlib.sha256(old.key).digest()[:8].hex()}" == keys["origin"]
    yield from trees(vectors["tree.json"], vectors["tiles.json"])
    yield from heads(vectors["checkpoint.json"], old, [Verifier(key["vkey"]) for key in keys["witnesses"]])
    yield from handovers(vectors["handover.json"], old, new)
    for case in vectors["malformed.json"]["notes"]:
        yield f"note: {case['name']}", refused(lambda: Note(case["note"].encode()))
    for case in vectors["malformed.json"]["checkpoint_texts"]:
        signed = case["text"] + "\n\u2014 a AAAAAAA=\n"
        yield f"checkpoint: {case['name']}", refused(lambda: Checkpoint(signed.encode()))


def trees(vectors, tiles):
    leaves = [tree.leaf_hash(bytes.fromhex(entry)) for entry in vectors["entries"]]
    yield "leaves", [leaf.hex() for leaf in leaves] == vectors["leaves"]
    yield "roots", [tree.root(leaves[:size]).hex() for size in range(len(vectors["roots"]))] == vectors["roots"]
    yield "deep tile", tree.tile_path(0, 1_234_067, 256) == tiles["deep"]
    whole = tiles["log_of_300"]
    leaves = [tree.leaf_hash(f"entry {index}".encode()) for index in range(300)]
    found = {tree.tile_path(level, number, len(data) // 32): hashlib.sha256(data).hexdigest() for level, number, data in tree.tiles(leaves)}
    yield "tiles of 300", found == {tile["path"]: tile["sha256"] for tile in whole["tiles"]}
    yield "root of 300", tree.root(leaves).hex() == whole["root"]


def heads(vectors, key, witnesses):
    held = Checkpoint(vectors["held"].encode())
    yield "checkpoint", (held.size, held.root.hex()) == (vectors["size"], vectors["root"]) and held.note.check(key) == [None]
    yield "cosignatures", [len(held.note.check(witness)) for witness in witnesses[:3]] == [1, 0, 1]
    yield "empty log", Checkpoint(vectors["empty"].encode()).root == tree.root([])


def handovers(vectors, old, new):
    handover = Handover(vectors["handover"].encode())
    yield "handover", handover.verifier.key == new.key and hashlib.sha256(new.key).hexdigest() == vectors["spends"]
    after = Checkpoint(vectors["then_by_the_new_key"].encode())
    yield "after it the new key", after.note.check(new) == [None] and after.note.check(old) == []
    before = Checkpoint(vectors["then_by_the_old_key"].encode())
    yield "not the old one", before.note.check(new) == []


def refused(read):
    try:
        read()
        return False
    except BadNote:
        return True


def main():
    checks = [check for part in (entries, malformed, unfit, signatures, log) for check in part(sys.argv[1])]
    wrong = [name for name, agrees in checks if not agrees]
    for name in wrong:
        print(f"differs: {name}")
    print(f"{len(checks) - len(wrong)} of {len(checks)} agree")
    return 1 if wrong or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
