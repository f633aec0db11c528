//! Tests of the check against hand-written bytes and against an independent model.
