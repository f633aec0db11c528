//! Imports of history that the own log announces.

use hearth_protocol::community::Standing;
use hearth_protocol::kind::Deed;
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader, resolve};

/// `{"imports": [card …]}`, in the order of the log: each `import.made` that counts. Its body is the salt of the pseudonyms.
pub(super) fn imports(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let own = resolve::log(&reader.store().read()?, None)?.charter.organisation;
    let mut cards = Cards::new(reader, &view)?;
    let announcements = view.items().iter().filter(|item| {
        item.deed == Some(Deed::ImportMade)
            && item.standing == Standing::Counts
            && view.organisation(item.organisation).id == own
    });
    let imports = announcements
        .map(|item| cards.card(item))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "imports": imports }))
}
