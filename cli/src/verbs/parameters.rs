//! The parameters of the framework's figures, and changing them by decision.

use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, away, just_after, propose};
use crate::pen::Pen;
use crate::render::card::short;
use crate::render::data::{parameter, parameters};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::source::Source;
use clap::{Args, Subcommand};
use hearth_node::queries::Query;
use hearth_protocol::framework::Parameters as Values;
use hearth_protocol::kind::Decisions;
use hearth_protocol::time::Span;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum Parameters {
    /// Put other parameters to the vote
    Propose(Propose),
    /// Show the parameters in force
    Show(Show),
}

impl Parameters {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Parameters::Propose(verb) => verb.run(context),
            Parameters::Show(verb) => verb.run(context),
        }
    }
}

/// `hearth parameters show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth parameters show\n\n\
    Spans are such as 72h or 90d; pairs are per cent for developing and established.")]
pub(crate) struct Show {}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Parameters {
            as_of: Some(just_after(context.now())),
        })?;
        let mut table = Table::new(["parameter", "value"]);
        for (key, value) in parameters(&answer["parameters"]) {
            table.row([key, parameter(&value)]);
        }
        let hash = short(answer["hash"].as_str().unwrap_or_default());
        let by = match answer["decision"]["id"].as_str() {
            Some(decision) => format!("by decision {}", short(decision)),
            None => "what holds until the community decides otherwise".to_owned(),
        };
        let text = format!("{}\nhash {hash}; {by}", table.render(&context.screen));
        Ok(Reply::done(answer, text))
    }
}

/// `hearth parameters propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth parameters propose v4.respond_in=48h --because \"We are quicker than that.\"
  hearth parameters propose v3.contributors=15,30 window=120d

Keys and present values: hearth parameters show. What is not named stays as it is.")]
pub(crate) struct Propose {
    /// A parameter and its new value: a number, a time such as 48h, or a pair such as 50,80
    #[arg(required = true, value_name = "KEY=VALUE", value_parser = change)]
    changes: Vec<(String, String)>,
    /// Why
    #[arg(long, value_name = "WORDS")]
    because: Option<String>,
    #[command(flatten)]
    voting: Voting,
}

fn change(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` is no change (such as v4.respond_in=48h)"))?;
    Ok((key.to_owned(), value.to_owned()))
}

impl Propose {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let query = Query::Parameters {
            as_of: Some(just_after(context.now())),
        };
        let answer = pen.remote().query(&query).map_err(away)?;
        let mut values = answer["parameters"].clone();
        let mut told = Vec::new();
        for (key, text) in &self.changes {
            let before = set(&mut values, key, text)?;
            told.push(format!(
                "- {key}: {} instead of {}",
                parameter(&leaf(&values, key)),
                parameter(&before)
            ));
        }
        values["version"] = (values["version"].as_u64().unwrap_or(0) + 1).into();
        let parameters: Values = serde_json::from_value(values)
            .map_err(|error| Failure::usage(format!("these parameters do not fit: {error}")))?;
        let words = match &self.because {
            Some(because) => format!("{}\n\n{because}", told.join("\n")),
            None => told.join("\n"),
        };
        let motion = Motion {
            title: "Other parameters for the framework's figures".to_owned(),
            words: Some(words),
            adopts: Some(Decisions::ParametersAdopted(parameters).into()),
            about: Vec::new(),
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// Puts a value in the place of another of its form; gives the one before.
fn set(values: &mut Value, key: &str, text: &str) -> Result<Value, Failure> {
    let unknown = || {
        Failure::usage(format!("there is no parameter {key}")).advise("`hearth parameters show` lists them.")
    };
    if key == "version" {
        return Err(Failure::usage("the version counts itself"));
    }
    let place = values
        .pointer_mut(&format!("/{}", key.replace('.', "/")))
        .filter(|place| !place.is_object())
        .ok_or_else(unknown)?;
    let form = || {
        Failure::usage(format!(
            "`{text}` is no value for {key}, which is {}",
            parameter(place)
        ))
    };
    let value = if place.is_array() {
        let numbers: Result<Vec<u64>, _> = text.split(',').map(|part| part.trim().parse::<u64>()).collect();
        let numbers = numbers.map_err(|_| form())?;
        if Some(numbers.len()) != place.as_array().map(Vec::len) {
            return Err(form());
        }
        numbers.into()
    } else if let Ok(number) = text.parse::<u64>() {
        number.into()
    } else {
        let span: Span = text.parse().map_err(|_| form())?;
        span.as_millis().into()
    };
    Ok(std::mem::replace(place, value))
}

fn leaf(values: &Value, key: &str) -> Value {
    values
        .pointer(&format!("/{}", key.replace('.', "/")))
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_set_in_the_form_it_has() {
        let mut values = serde_json::to_value(Values::default()).unwrap();
        let before = set(&mut values, "v4.respond_in", "48h").unwrap();
        assert_eq!(parameter(&before), "3d");
        assert_eq!(values["v4"]["respond_in"], 48 * 3_600_000);
        set(&mut values, "few", "6,12").unwrap();
        assert_eq!(parameter(&values["few"]), "6,12");
        for (key, text) in [
            ("v9.respond_in", "48h"),
            ("v4", "1"),
            ("version", "7"),
            ("few", "6"),
            ("few", "a,b"),
            ("v4.respond_in", "soon"),
        ] {
            assert!(set(&mut values, key, text).is_err(), "{key}={text}");
        }
        assert!(parameters(&values).iter().any(|(key, _)| key == "v4.respond_in"));
    }
}
