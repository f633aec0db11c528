//! Indicators: the figures of the framework, each a pure fold over a view.
