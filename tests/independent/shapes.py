"""Small shapes that fields have in common (docs/protocol.md section 2.2)."""


def is_bytes(item, size):
    return isinstance(item, bytes) and len(item) == size


def is_uint(item):
    return isinstance(item, int) and not isinstance(item, bool) and item >= 0


def is_media_type(item):
    if not isinstance(item, str) or not 3 <= len(item.encode()) <= 127 or not all(" " <= letter <= "~" for letter in item):
        return False
    kind, _, rest = item.partition("/")
    return bool(kind and rest)


def is_body(item):
    return (
        isinstance(item, dict)
        and set(item) == {"hash", "size", "type"}
        and is_bytes(item["hash"], 32)
        and is_uint(item["size"])
        and item["size"] <= 67_108_864
        and is_media_type(item["type"])
    )
