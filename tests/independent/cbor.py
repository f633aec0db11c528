"""Canonical CBOR, docs/protocol.md section 1: a parser that refuses whatever is not the one encoding."""


class Malformed(Exception):
    """The bytes are not canonical; the message says where."""


MAX_DEPTH = 8


def parse(data, tag=False, protected=False):
    """The one item in `data`. `tag`: tag 18 may (and must) stand outermost. `protected`: keys are integers."""
    at = 0
    if tag:
        if data[:1] != b"\xd2":
            raise Malformed("0: not tag 18")
        at = 1
    item, end = _item(data, at, 1, protected)
    if end != len(data):
        raise Malformed(f"{end}: bytes after the item")
    return item


def _head(data, at):
    if at >= len(data):
        raise Malformed(f"{at}: ends early")
    major, low = data[at] >> 5, data[at] & 31
    if low < 24:
        return major, low, low, at + 1
    if low > 27:
        raise Malformed(f"{at}: indefinite or reserved length")
    size = 1 << (low - 24)
    if at + 1 + size > len(data):
        raise Malformed(f"{at}: ends early")
    value = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    shortest = 24 if size == 1 else 1 << (4 * size)
    if value < shortest:
        raise Malformed(f"{at}: head is not the shortest")
    return major, low, value, at + 1 + size


def _item(data, at, depth, protected):
    major, low, value, after = _head(data, at)
    if major == 0:
        return value, after
    if major == 1:
        if value >= 1 << 63:
            raise Malformed(f"{at}: below -2^63")
        return -1 - value, after
    if major in (2, 3):
        if after + value > len(data):
            raise Malformed(f"{at}: string ends early")
        content = data[after : after + value]
        if major == 2:
            return content, after + value
        try:
            return content.decode("utf-8"), after + value
        except UnicodeDecodeError:
            raise Malformed(f"{at}: not UTF-8") from None
    if major in (4, 5):
        if depth > MAX_DEPTH:
            raise Malformed(f"{at}: nested too deep")
        return _array(data, value, after, depth) if major == 4 else _map(data, value, after, depth, protected)
    if major == 7 and low in (20, 21):
        return low == 21, after
    raise Malformed(f"{at}: a tag, null, float or simple value")


def _array(data, count, at, depth):
    items = []
    for _ in range(count):
        item, at = _item(data, at, depth + 1, False)
        items.append(item)
    return items, at


def _map(data, count, at, depth, protected):
    items, last = {}, b""
    for _ in range(count):
        key, after = _item(data, at, depth + 1, False)
        if protected:
            if key not in (1, 4):
                raise Malformed(f"{at}: key is neither 1 nor 4")
        elif not isinstance(key, str) or len(key.encode()) > 23:
            raise Malformed(f"{at}: key is not a short text")
        if data[at:after] <= last:
            raise Malformed(f"{at}: keys do not ascend")
        last = data[at:after]
        items[key], at = _item(data, after, depth + 1, False)
    return items, at


def encode(item):
    """The canonical encoding. Keys are text."""
    if isinstance(item, bool):
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return _encode_head(0, item) if item >= 0 else _encode_head(1, -1 - item)
    if isinstance(item, bytes):
        return _encode_head(2, len(item)) + item
    if isinstance(item, str):
        return _encode_head(3, len(item.encode())) + item.encode()
    if isinstance(item, (list, tuple)):
        return _encode_head(4, len(item)) + b"".join(map(encode, item))
    if isinstance(item, dict):
        pairs = sorted((encode(key), encode(value)) for key, value in item.items())
        return _encode_head(5, len(pairs)) + b"".join(key + value for key, value in pairs)
    raise TypeError(type(item))


def _encode_head(major, value):
    if value < 24:
        return bytes([major << 5 | value])
    for low, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 1 << (8 * size):
            return bytes([major << 5 | low]) + value.to_bytes(size, "big")
    raise ValueError(value)
