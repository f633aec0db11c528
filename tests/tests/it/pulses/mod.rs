//! Anonymous surveys: what counts of them, and how they come out.

mod figures;
mod verdicts;
