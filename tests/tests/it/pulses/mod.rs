//! Anonymous surveys: what counts of them, and how they come out.

mod survey;
mod verdicts;
