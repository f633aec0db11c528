//! Entries against frozen vectors, against damage, and round.

mod arbitrary;
mod damage;
mod frozen;
mod malformed;
mod story;
mod unfit;
