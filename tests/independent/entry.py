"""Entries: events and records (docs/protocol.md section 2)."""

import hashlib

import cbor
import ed25519
import kinds
import tokens
import tree
from cbor import Malformed
from shapes import is_body, is_bytes, is_uint

MAX_ENTRY = 61440
NONE = bytes(32)
CONTEXT = b"hearth/event/v1\0"
FIELDS = {"at", "do", "in", "re", "body", "data"}


class Entry:
    """One entry. `author` is the signing key, nothing for a record."""

    def __init__(self, data):
        if len(data) > MAX_ENTRY:
            raise Malformed(f"oversize: {len(data)} bytes")
        self.id = tree.leaf_hash(data)
        if data[:1] == b"\xd2":
            self._event(data)
        else:
            self._record(data)

    def _event(self, data):
        envelope = cbor.parse(data, tag=True)
        if not isinstance(envelope, list) or len(envelope) != 4:
            raise Malformed("not a COSE_Sign1")
        self.protected, unprotected, self.payload, self.signature = envelope
        if unprotected != {} or not all(isinstance(part, bytes) for part in (self.protected, self.payload, self.signature)):
            raise Malformed("not a COSE_Sign1")
        if len(self.signature) != 64:
            raise Malformed("signature is not 64 bytes")
        header = cbor.parse(self.protected, protected=True)
        if not isinstance(header, dict) or set(header) != {1, 4} or header[1] != -8 or not is_bytes(header[4], 32):
            raise Malformed("protected header is not {1: -8, 4: kid}")
        self.author, self.home, self.source = header[4], None, None
        self._fields(cbor.parse(self.payload), FIELDS)

    def _record(self, data):
        fields = cbor.parse(data)
        self.author = None
        self._fields(fields, FIELDS | {"home", "source"})
        home, source = fields.get("home"), fields.get("source")
        if not isinstance(home, list) or len(home) != 2 or not all(is_bytes(part, 32) for part in home):
            raise Malformed("home is not two ids")
        if not isinstance(source, dict) or not {"id", "kind", "site"} <= set(source) <= {"id", "kind", "site", "person", "automaton"}:
            raise Malformed("source has other fields")
        if not all(isinstance(source[key], str) and 1 <= len(source[key].encode()) <= 256 for key in ("id", "kind", "site")):
            raise Malformed("source holds no texts of 1 to 256 bytes")
        if not is_bytes(source.get("person", NONE), 32) or source.get("automaton", True) is not True:
            raise Malformed("source has other types")
        self.home, self.source = tuple(home), source

    def _fields(self, fields, allowed):
        if not isinstance(fields, dict) or not {"at", "do"} <= set(fields) <= allowed:
            raise Malformed("fields are missing or unknown")
        self.at, self.kind, self.circle = fields["at"], fields["do"], fields.get("in")
        self.re, self.body, self.data = fields.get("re", []), fields.get("body"), fields.get("data", {})
        if not is_uint(self.at) or not isinstance(self.kind, str) or not 1 <= len(self.kind.encode()) <= 64:
            raise Malformed("at is no time or do no kind")
        if not isinstance(self.data, dict) or ("data" in fields and not self.data):
            raise Malformed("data is not a map with fields")
        if self.circle is not None and not is_bytes(self.circle, 32):
            raise Malformed("in is not an id")
        if not isinstance(self.re, list) or not all(is_bytes(id, 32) for id in self.re) or ("re" in fields and not 1 <= len(self.re) <= 64):
            raise Malformed("re is not 1 to 64 ids")
        if self.body is not None and not is_body(self.body):
            raise Malformed("body is no body reference")

    def verify(self, community, organisation):
        """Whether the signature holds in this home, and those of issuers in it; a record holds if it names this home."""
        return self._signed(community, organisation) and self._tokens_hold(community)

    def _tokens_hold(self, community):
        if self.kind not in ("pulse.answered", "pulse.issued") or kinds.reason(self):
            return True
        if self.kind == "pulse.issued":
            return tokens.signed(self.data["key"], self.data["blinded"], self.data["signature"])
        stated = tokens.statement(community, self.re[0], self.author) if self.author else b""
        return all(tokens.verify(token, stated) for token in self.data["tokens"])

    def _signed(self, community, organisation):
        if self.author is None:
            return self.home == (community, organisation)
        if self.kind == "community.founded":
            community = organisation = NONE
        elif self.kind == "organisation.chartered":
            organisation = NONE
        signed = cbor.encode(["Signature1", self.protected, CONTEXT + community + organisation, self.payload])
        return ed25519.verify(self.author, self.signature, signed)


def commitment(salt, content):
    """The hash of a body (section 2.4)."""
    return hashlib.sha256(b"hearth/body/v1\0" + salt + content).digest()
