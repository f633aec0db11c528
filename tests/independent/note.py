"""Signed notes, checkpoints, cosignatures and handovers (C2SP signed-note, tlog-checkpoint, tlog-cosignature; docs/protocol.md section 4)."""

import base64
import binascii
import hashlib

import ed25519

LOG, COSIGNATURE = 1, 4


def is_name(text):
    """Whether `text` may name a key: not empty, no plus sign, no white space of Unicode."""
    return bool(text) and "+" not in text and not any(letter.isspace() for letter in text)


class BadNote(Exception):
    """The note is not what it should be; the message says why."""


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote(f"not base64: {text}") from None
    if base64.b64encode(data).decode() != text:
        raise BadNote(f"not canonical base64: {text}")
    return data


class Verifier:
    """A verifier key: `name+8 hex+base64(type ‖ key)`."""

    def __init__(self, text):
        name, hexid, data = text.strip().split("+", 2)
        data = unbase64(data)
        if len(data) != 33 or data[0] not in (LOG, COSIGNATURE):
            raise BadNote(f"not an Ed25519 verifier key: {text}")
        self.name, self.kind, self.key = name, data[0], data[1:]
        if hexid != self.id().hex():
            raise BadNote(f"key id does not fit: {text}")

    @classmethod
    def of(cls, name, kind, key):
        self = cls.__new__(cls)
        self.name, self.kind, self.key = name, kind, key
        return self

    def id(self):
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key).digest()[:4]

    def check(self, text, blob):
        """The time of a cosignature, else nothing; BadNote where the signature fails."""
        if self.kind == LOG:
            signature, message, time = blob, text.encode(), None
        else:
            time, signature = int.from_bytes(blob[:8], "big"), blob[8:]
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
        if not ed25519.verify(self.key, signature, message):
            raise BadNote(f"signature by {self.name} fails")
        return time


class Note:
    """A signed note: its text and its signature lines as (name, key id, blob)."""

    def __init__(self, data):
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise BadNote("not UTF-8") from None
        split = whole.rfind("\n\n")
        if split < 0 or not whole.endswith("\n"):
            raise BadNote("no blank line before signatures")
        if any(ord(letter) < 0x20 and letter != "\n" for letter in whole):
            raise BadNote("holds control characters")
        self.text, self.signatures = whole[: split + 1], []
        for line in whole[split + 2 :].splitlines():
            parts = line.split(" ")
            if len(parts) != 3 or parts[0] != "\u2014" or not is_name(parts[1]):
                raise BadNote(f"bad signature line: {line}")
            blob = unbase64(parts[2])
            if len(blob) < 5:
                raise BadNote(f"short signature: {line}")
            self.signatures.append((parts[1], blob[:4], blob[4:]))
        if not self.signatures:
            raise BadNote("no signature")

    def check(self, verifier):
        """Whether `verifier` signed (a list of cosignature times or [None]); BadNote where a signature of it fails."""
        return [verifier.check(self.text, blob) for name, keyid, blob in self.signatures if (name, keyid) == (verifier.name, verifier.id())]


def decimal(text):
    if not text.isascii() or not text.isdigit() or (text[0] == "0" and len(text) > 1):
        raise BadNote(f"not a decimal number: {text}")
    return int(text)


class Checkpoint:
    def __init__(self, data):
        self.note = Note(data)
        lines = self.note.text[:-1].split("\n")
        if len(lines) != 3:
            raise BadNote("a checkpoint has three lines")
        if not is_name(lines[0]):
            raise BadNote("the origin names no log")
        self.origin, self.size, self.root = lines[0], decimal(lines[1]), unbase64(lines[2])


class Handover:
    """A log key's statement of its successor, signed by the successor."""

    def __init__(self, data):
        self.note = Note(data)
        lines = self.note.text[:-1].split("\n")
        if len(lines) != 6 or lines[0] != "hearth/handover/v1":
            raise BadNote("not a handover")
        self.origin, self.size, self.root = lines[1], decimal(lines[2]), unbase64(lines[3])
        self.verifier, self.next = Verifier(lines[4]), unbase64(lines[5])
        if self.verifier.name != self.origin or self.verifier.kind != LOG:
            raise BadNote("the new key has another name")
        if not self.note.check(self.verifier):
            raise BadNote("not signed by the new key")
