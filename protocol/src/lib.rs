//! The pure core of Hearthlog: bytes, trees, verdicts and figures. No I/O, clock, randomness or unordered iteration:
//! whatever must come out the same on two machines lives here.
