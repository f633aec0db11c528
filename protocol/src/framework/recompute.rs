//! One indicator by its name, for whoever claims its value and whoever checks that.

use serde::Serialize;

use super::explanation::explain;
use super::figure::Value;
use super::section::Section;
use crate::community::View;
use crate::id::Hash;
use crate::kind::{Amount, ClaimDrafted, Comparison, Slug};
use crate::time::{Span, Timestamp};

/// What an indicator comes to in a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recomputed {
    /// Its name.
    pub indicator: &'static str,
    /// The statement it stands under.
    pub section: Section,
    /// Its value in the signed column.
    pub value: Value,
    /// The value as a claim has it; none where it is no number and no share of anything.
    pub amount: Option<Amount>,
    /// The parameters in force, by their hash.
    pub parameters: Hash,
    /// The ruleset that judged.
    pub ruleset: u64,
}

impl Recomputed {
    /// The indicator of that name, where `-` stands for `_`; none where the framework has none.
    pub fn of(view: &View, indicator: &str, as_of: Timestamp, window: Option<Span>) -> Option<Recomputed> {
        let name = indicator.replace('-', "_");
        let defines = |section: &Section| section.definitions().iter().any(|of| of.name == name);
        let section = Section::computed().find(defines)?;
        let explanation = explain(view, section, as_of, window)?;
        let (parameters, ruleset) = (explanation.basis.parameters, explanation.basis.ruleset);
        let found = explanation
            .indicators
            .into_iter()
            .find(|of| of.definition.name == name)?;
        Some(Recomputed {
            indicator: found.definition.name,
            section,
            amount: amount(&found.signed.value),
            value: found.signed.value,
            parameters,
            ruleset,
        })
    }

    /// What a claim says its value is, recomputed from the view of the cut it pins. None where it is about a measure of
    /// its own.
    pub fn of_claim(view: &View, claim: &ClaimDrafted) -> Option<Recomputed> {
        let indicator = claim.indicator.as_ref().map(Slug::as_str)?;
        Recomputed::of(view, indicator, claim.as_of, claim.window)
    }

    /// Whether value, parameters and ruleset are those a claim names.
    pub fn compared(&self, claim: &ClaimDrafted) -> Comparison {
        let same = self.amount == Some(claim.value)
            && Some(self.parameters) == claim.parameters
            && self.ruleset == claim.ruleset;
        match (same, self.amount) {
            (true, _) => Comparison::Equal,
            (false, Some(_)) => Comparison::Different,
            (false, None) => Comparison::Unknown,
        }
    }
}

fn amount(value: &Value) -> Option<Amount> {
    let whole = |number: u64| i64::try_from(number).ok().map(Amount::Whole);
    match value {
        Value::Share {
            numerator,
            denominator,
            ..
        } => (*denominator > 0).then_some(Amount::Ratio(*numerator, *denominator)),
        Value::Number { value } => value.and_then(whole),
        Value::Flag { value } => whole(u64::from(*value)),
        Value::Wait { value, reached } => value.filter(|_| *reached).and_then(whole),
        Value::Parts { .. } | Value::Survival { .. } | Value::Oldest { .. } => None,
    }
}
