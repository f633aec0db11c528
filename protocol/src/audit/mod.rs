//! Checking a log from its bytes alone, without trust in the node that wrote it.
