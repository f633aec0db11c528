//! For when figures are computed, and for whom.

use crate::context::Context;
use clap::Args;
use hearth_node::queries::At;
use hearth_protocol::community::Cut;
use hearth_protocol::time::{Span, Timestamp};

/// The instant, the window and the cut.
#[derive(Debug, Args)]
pub(crate) struct When {
    /// The instant, such as 2026-10-01 or 2026-10-01T12:00:00Z [default: all that this node knows]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Timestamp>,
    /// A window of your own, such as 30d: values without ratings
    #[arg(long, value_name = "TIME")]
    window: Option<Span>,
    /// How much of each log, as a report says it: ORGANISATION:SIZE:ROOT, separated by commas [default: all that is here]
    #[arg(long, value_name = "CUT")]
    cut: Option<Cut>,
}

impl When {
    /// Where no instant is said, the node takes that of its cut, and the answer names it.
    pub(crate) fn at(&self, context: &Context, external: bool) -> At {
        if self.as_of.is_some_and(|as_of| as_of > context.now()) {
            context.screen.note(
                "That instant lies in the future: this is what would hold if nothing more happened until then.",
            );
        }
        At {
            as_of: self.as_of.map(|as_of| as_of.to_string()),
            window: self.window.map(|window| window.to_string()),
            cut: self.cut.clone(),
            external,
        }
    }
}
