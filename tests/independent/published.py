"""A published log (docs/protocol.md section 4.2): a directory read and checked from the checkpoint down to each signature."""

import hashlib
import os

import tree
from cbor import Malformed
from entry import Entry
from note import COSIGNATURE, LOG, BadNote, Checkpoint, Handover, Verifier


class Published:
    """The log in a directory. What is wrong is collected in `faults`; each is a sentence."""

    def __init__(self, folder, community=None, log_key=None, witnesses=()):
        self.folder, self.faults, self.entries, self.hashes = folder, [], [], []
        self.community, self.organisation, self.cosigned = community, None, {}
        self.checkpoint = self._try(lambda: Checkpoint(self._read("checkpoint")), "checkpoint")
        if self.checkpoint is None:
            return
        self._tree()
        self._entries()
        self._keys(log_key, witnesses)

    def _read(self, path):
        with open(os.path.join(self.folder, path), "rb") as file:
            return file.read()

    def _try(self, action, what):
        try:
            return action()
        except (BadNote, Malformed, OSError) as fault:
            self.faults.append(f"{what}: {fault}")
            return None

    def _tree(self):
        size = self.checkpoint.size
        for number, first in enumerate(range(0, size, tree.WIDTH)):
            width = min(tree.WIDTH, size - first)
            path = tree.tile_path(0, number, width)
            tile = self._try(lambda: self._read(path), path)
            if tile is None:
                return
            if len(tile) != 32 * width:
                self.faults.append(f"{path}: {len(tile)} bytes instead of {32 * width}")
                return
            self.hashes += [tile[at : at + 32] for at in range(0, len(tile), 32)]
        if tree.root(self.hashes) != self.checkpoint.root:
            self.faults.append("checkpoint: its root is not that of the tiles")
        for level, number, expected in tree.tiles(self.hashes):
            path = tree.tile_path(level, number, len(expected) // 32)
            found = self._try(lambda: self._read(path), path)
            if found is not None and found != expected:
                self.faults.append(f"{path}: differs from the hashes below it")

    def _entries(self):
        if not os.path.isdir(os.path.join(self.folder, "tile", "entries")):
            return
        for number, first in enumerate(range(0, self.checkpoint.size, tree.WIDTH)):
            width = min(tree.WIDTH, self.checkpoint.size - first)
            path = tree.tile_path("entries", number, width)
            bundle = self._try(lambda: self._read(path), path)
            if bundle is not None:
                self._bundle(path, first, width, bundle)
        self._home()
        for index, entry in enumerate(self.entries):
            if entry is not None and not entry.verify(self.community, self.organisation):
                self.faults.append(f"entry {index}: signature or home fails ({entry.kind})")

    def _bundle(self, path, first, width, bundle):
        at = 0
        for index in range(first, first + width):
            size = int.from_bytes(bundle[at : at + 2], "big")
            data = bundle[at + 2 : at + 2 + size]
            at += 2 + size
            if at > len(bundle):
                self.faults.append(f"{path}: ends within entry {index}")
                return
            if tree.leaf_hash(data) != self.hashes[index]:
                self.faults.append(f"entry {index}: is not what the tree holds")
            self.entries.append(self._try(lambda: Entry(data), f"entry {index}"))
        if at != len(bundle):
            self.faults.append(f"{path}: bytes after its last entry")

    def _home(self):
        """The charter opens the log, behind the founding in the founder's."""
        founding = bool(self.entries) and self.entries[0] is not None and self.entries[0].kind == "community.founded"
        if founding:
            if self.community not in (None, self.hashes[0]):
                self.faults.append("entry 0: founds another community")
            self.community = self.hashes[0]
        charter = 1 if founding else 0
        if len(self.entries) <= charter or self.entries[charter] is None or self.entries[charter].kind != "organisation.chartered":
            self.faults.append(f"entry {charter}: is no charter")
        if len(self.hashes) > charter:
            self.organisation, self.charter = self.hashes[charter], self.entries[charter]
        if self.community is None:
            self.faults.append("no community is named and the log founds none")
            self.community = bytes(32)

    def _keys(self, log_key, witnesses):
        origin = self.checkpoint.origin
        charter = getattr(self, "charter", None)
        key = Verifier(log_key) if log_key else None
        if charter is not None:
            chartered = Verifier.of(charter.data["origin"], LOG, charter.data["key"])
            short = hashlib.sha256(chartered.key).digest()[:8].hex()
            if chartered.name != f"hearth/{charter.data['slug']}/{short}":
                self.faults.append("charter: its origin does not follow from slug and key")
            if key and (key.name, key.key) != (chartered.name, chartered.key):
                self.faults.append("charter: names another log key than the one given")
            key = chartered
        if key is None:
            self.faults.append("no log key is given and no charter is published")
            return
        key = self._handovers(key, charter.data["next"] if charter else None)
        if key.name != origin:
            self.faults.append(f"checkpoint: its origin is {origin}, not {key.name}")
        signed = self._try(lambda: self.checkpoint.note.check(key), "checkpoint")
        if signed == []:
            self.faults.append("checkpoint: not signed by the log")
        for witness in map(Verifier, witnesses):
            if witness.kind != COSIGNATURE:
                self.faults.append(f"{witness.name}: is no witness key")
            times = self._try(lambda: self.checkpoint.note.check(witness), "checkpoint")
            if times:
                self.cosigned[witness.name] = times[0]

    def _handovers(self, key, next_hash):
        """The key in force at the checkpoint's size."""
        number = 0
        while os.path.exists(os.path.join(self.folder, "handover", str(number))):
            what = f"handover/{number}"
            handover = self._try(lambda: Handover(self._read(what)), what)
            number += 1
            if handover is None:
                continue
            if handover.origin != key.name:
                self.faults.append(f"{what}: is of another log")
            if next_hash is not None and hashlib.sha256(handover.verifier.key).digest() != next_hash:
                self.faults.append(f"{what}: the new key is not the one committed to")
            if handover.size <= self.checkpoint.size and tree.root(self.hashes[: handover.size]) != handover.root:
                self.faults.append(f"{what}: its root is not the tree's")
            next_hash = handover.next
            if self.checkpoint.size > handover.size:
                key = handover.verifier
        return key
