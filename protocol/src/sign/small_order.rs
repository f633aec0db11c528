//! The points anyone can sign under, as every byte string that decodes to one.

/// Every encoding of the eight points of small order: the eight canonical ones, then six that are not canonical.
/// (Computed from the curve: y = 0, ±1, the two ordinates of order 8, and p, p + 1, each with either sign bit.)
pub const SMALL_ORDER: [[u8; 32]; 14] = [
    // order 1
    hex32(b"0100000000000000000000000000000000000000000000000000000000000000"),
    // order 2
    hex32(b"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    // order 4
    hex32(b"0000000000000000000000000000000000000000000000000000000000000000"),
    hex32(b"0000000000000000000000000000000000000000000000000000000000000080"),
    // order 8
    hex32(b"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    hex32(b"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    hex32(b"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    hex32(b"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    // order 1, not canonical
    hex32(b"0100000000000000000000000000000000000000000000000000000000000080"),
    hex32(b"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    hex32(b"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    // order 2, not canonical
    hex32(b"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    // order 4, not canonical
    hex32(b"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    hex32(b"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
];

const fn hex32(digits: &[u8; 64]) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        bytes[i] = nibble(digits[2 * i]) << 4 | nibble(digits[2 * i + 1]);
        i += 1;
    }
    bytes
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("a lowercase hexadecimal digit"),
    }
}
