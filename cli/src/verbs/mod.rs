//! The verbs, one file per family.

pub(crate) mod arrangements;
pub(crate) mod community;
pub(crate) mod completions;
pub(crate) mod decision;
pub(crate) mod erase;
pub(crate) mod framework;
pub(crate) mod handover;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod interaction;
pub(crate) mod man;
pub(crate) mod member;
pub(crate) mod outbox;
pub(crate) mod parameters;
pub(crate) mod plan;
pub(crate) mod prove;
pub(crate) mod publish;
pub(crate) mod reading;
pub(crate) mod resource;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod target;
pub(crate) mod terms;
pub(crate) mod verify;
