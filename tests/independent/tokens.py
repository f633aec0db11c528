"""Tokens of a pulse (docs/protocol.md section 7): RSASSA-PSS over SHA-384, from its definition in RFC 8017."""

import hashlib

CONTEXT = b"hearth/pulse/v1\0"
LENGTHS = {256, 384, 512}
EXPONENT, SALT, HASH = 65537, 48, 48


def is_key(item):
    return isinstance(item, bytes) and len(item) in LENGTHS and item[0] >= 128 and item[-1] % 2 == 1


def is_token(item):
    if not isinstance(item, list) or len(item) != 3 or not is_key(item[0]):
        return False
    return isinstance(item[1], bytes) and len(item[1]) == 32 and isinstance(item[2], bytes) and len(item[2]) == len(item[0])


def statement(community, pulse, once_key):
    return CONTEXT + community + pulse + once_key


def signed(key, blinded, signature):
    """Whether the holder of the key made the signature of the blinded message."""
    n, s, m = (int.from_bytes(part, "big") for part in (key, signature, blinded))
    return len(signature) == len(blinded) == len(key) and s < n and m < n and pow(s, EXPONENT, n) == m


def _mask(seed, length):
    blocks = (hashlib.sha384(seed + counter.to_bytes(4, "big")).digest() for counter in range(-(-length // HASH)))
    return b"".join(blocks)[:length]


def verify(token, message):
    """Whether the token is its key's signature over its prefix and the message."""
    key, prefix, signature = token
    n, s = int.from_bytes(key, "big"), int.from_bytes(signature, "big")
    if s >= n:
        return False
    block = pow(s, EXPONENT, n).to_bytes(len(key), "big")
    masked, digest, last = block[: -HASH - 1], block[-HASH - 1 : -1], block[-1]
    if last != 0xBC or masked[0] & 0x80:
        return False
    opened = bytearray(a ^ b for a, b in zip(masked, _mask(digest, len(masked))))
    opened[0] &= 0x7F
    if any(opened[: -SALT - 1]) or opened[-SALT - 1] != 1:
        return False
    inner = hashlib.sha384(prefix + message).digest()
    return hashlib.sha384(bytes(8) + inner + bytes(opened[-SALT:])).digest() == digest
