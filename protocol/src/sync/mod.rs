//! Replication: wire messages and the pure state machine that decides who asks whom for what.
