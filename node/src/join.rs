//! Joining: the inviter's door and the applicant's knocking (docs/protocol.md §5, `/hearth/join/1`).

/// Where an applicant's store keeps the invitation until it is admitted.
pub(crate) const INVITATION: &str = "invitation";
