# What one does here every day. `just` lists it.

default:
    @just --list

# Format, lints, docs: fast.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# The README's second command.
test:
    cargo test --workspace --locked

# One world of the simulator again, by the seed its failure printed.
sim seed:
    HEARTH_SEED={{seed}} cargo test -p hearth-tests --test it simulation -- --nocapture

# Kill the node at random moments.
crash rounds="200":
    HEARTH_CRASH_ROUNDS={{rounds}} cargo test -p hearth-tests --test it crash -- --nocapture

# Coverage-guided fuzzing of a parser of foreign bytes: check, entry, note, message (needs cargo-fuzz and a nightly toolchain).
fuzz target seconds="60":
    cd tests/fuzz && cargo +nightly fuzz run {{target}} -- -max_total_time={{seconds}}

# The tables of docs/performance.md.
bench:
    cargo bench -p hearth-tests

ci:
    .ci/run
