//! The fields of payloads and records, in canonical order, as they stand in CBOR.

use ciborium::Value;
use serde::{Deserialize, Serialize};

use super::body::BodyRef;
use super::home::Home;
use super::payload::Payload;
use super::record::{Record, Source};
use crate::codec::{self, Malformed, MalformedReason};
use crate::id::Id;
use crate::kind::{Act, NO_DATA};
use crate::limits;
use crate::time::Timestamp;

/// Written with `D` = [`Act`], read with `D` = [`Value`]: only `do` says what `data` is.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields<D> {
    at: Timestamp,
    #[serde(rename = "do")]
    kind: String,
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    circle: Option<Id>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    re: Vec<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<BodyRef>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    data: Option<D>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    home: Option<Home>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
}

fn none<D>() -> Option<D> {
    None
}

impl<'a> Fields<&'a Act> {
    pub(super) fn of(payload: &'a Payload, record: Option<(Home, &Source)>) -> Fields<&'a Act> {
        Fields {
            at: payload.at,
            kind: payload.act.kind().to_owned(),
            circle: payload.circle,
            re: payload.re.clone(),
            body: payload.body.clone(),
            data: (payload.act.data() != NO_DATA).then_some(&payload.act),
            home: record.map(|(home, _)| home),
            source: record.map(|(_, source)| source.clone()),
        }
    }
}

impl Fields<Value> {
    /// The fields of an event's payload.
    pub(super) fn into_payload(self) -> Result<Payload, Malformed> {
        if self.home.is_some() || self.source.is_some() {
            return Err(misfit("`home` and `source` are a record's, not a payload's"));
        }
        self.common()
    }

    /// The fields of a record.
    pub(super) fn into_record(mut self) -> Result<Record, Malformed> {
        let home = self.home.take().ok_or_else(|| misfit("missing field `home`"))?;
        let source = self
            .source
            .take()
            .ok_or_else(|| misfit("missing field `source`"))?;
        Ok(Record {
            payload: self.common()?,
            home,
            source,
        })
    }

    fn common(self) -> Result<Payload, Malformed> {
        if !(1..=limits::KIND).contains(&self.kind.len()) {
            return Err(misfit("`do` is not of 1 to 64 bytes"));
        }
        if self.re.len() > limits::REFERENCES {
            return Err(misfit("`re` holds more than 64 ids"));
        }
        let data = match &self.data {
            None => NO_DATA.to_vec(),
            Some(Value::Map(fields)) if fields.is_empty() => return Err(misfit("`data` is there but empty")),
            Some(map @ Value::Map(_)) => codec::encode(map),
            Some(_) => return Err(misfit("`data` is not a map")),
        };
        Ok(Payload {
            at: self.at,
            act: Act::read(self.kind, data, self.re.len(), self.body.is_some()),
            circle: self.circle,
            re: self.re,
            body: self.body,
        })
    }
}

fn misfit(what: &str) -> Malformed {
    Malformed::new(0, MalformedReason::Fields(what.to_owned()))
}
