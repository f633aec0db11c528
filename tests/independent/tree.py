"""The Merkle tree of RFC 6962 section 2.1 and its tiles (C2SP tlog-tiles)."""

import hashlib

HEIGHT = 8
WIDTH = 1 << HEIGHT


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes):
    """The root over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        paired = [node_hash(a, b) for a, b in zip(hashes[::2], hashes[1::2])]
        hashes = paired + hashes[len(hashes) & ~1 :]
    return hashes[0]


def tiles(hashes):
    """Each tile that stands for a tree of these leaf hashes: (level, number, bytes), full ones and the partial edge."""
    level = 0
    while hashes:
        for number in range(0, (len(hashes) + WIDTH - 1) // WIDTH):
            yield level, number, b"".join(hashes[number * WIDTH : (number + 1) * WIDTH])
        full = len(hashes) // WIDTH
        hashes = [root(hashes[number * WIDTH : (number + 1) * WIDTH]) for number in range(full)]
        level += 1


def tile_path(level, number, width):
    """The path of a tile; `level` may be "entries"."""
    digits = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        digits = f"x{number % 1000:03}/{digits}"
    return f"tile/{level}/{digits}" + ("" if width == WIDTH else f".p/{width}")
