"""Ed25519 in the strict profile of docs/protocol.md section 2.5. OpenSSL does the arithmetic where `cryptography` is installed."""

import hashlib

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def verify(key, signature, message):
    """Whether `signature` by `key` over `message` holds, under the strict profile."""
    if len(key) != 32 or len(signature) != 64:
        return False
    if not is_sound(key) or signature[:32] in SMALL_ORDER:
        return False
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    return _verify_openssl(key, signature, message) if Ed25519PublicKey else _verify_here(key, signature, message)


def is_sound(key):
    """Whether 32 bytes are the canonical encoding of a point that is not of small order."""
    return key not in SMALL_ORDER and _point(key) is not None


def _verify_openssl(key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def _verify_here(key, signature, message):
    point = _point(key)
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    negated = (P - point[0], point[1], 1, (P - point[0]) * point[1] % P)
    return _encode(_add(_times(s, BASE), _times(k, negated))) == signature[:32]


def _point(data):
    """The point canonically encoded by `data`, or nothing."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    return _decompress(y, sign) if y < P else None


def _decompress(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _add(a, b):
    e1 = (a[1] - a[0]) * (b[1] - b[0]) % P
    e2 = (a[1] + a[0]) * (b[1] + b[0]) % P
    e3 = 2 * a[3] * b[3] * D % P
    e4 = 2 * a[2] * b[2] % P
    e, f, g, h = e2 - e1, e4 - e3, e4 + e3, e2 + e1
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar, point):
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _encode(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = _decompress(4 * pow(5, P - 2, P) % P, 0)


def _small_order():
    """Every encoding, canonical or not, of the eight points whose order divides 8."""
    ys = set()
    y = 2
    while len(ys) < 5:
        point = _decompress(y, 0)
        if point is not None:
            torsion = IDENTITY
            for _ in range(8):
                ys.add(int.from_bytes(_encode(torsion), "little") & ((1 << 255) - 1))
                torsion = _add(torsion, _times(L, point))
        y += 1
    return {(value | sign << 255).to_bytes(32, "little") for y in ys for value in (y, y + P) if value < 1 << 255 for sign in (0, 1)}


SMALL_ORDER = _small_order()

