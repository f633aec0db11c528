//! What outsiders are told (R10): no number of people that another, subtracted, would turn into one to seven.

use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::View;
use hearth_protocol::framework::{
    Audience, Definition, Ground, STEP, Section, compute_for, in_steps, membership_bands,
};
use hearth_protocol::time::{Span, Timestamp};
use hearth_stories::expected::Asked;
use hearth_stories::told::{Told, stories, tell};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::figures::schema;

fn told(view: &View, as_of: Timestamp, audience: Audience) -> Value {
    let sections: Vec<Section> = Section::computed().collect();
    serde_json::to_value(compute_for(view, as_of, None, &sections, audience)).unwrap()
}

/// Every figure of an answer, with what its indicator says of itself.
fn figures(answer: &Value) -> Vec<(&'static Definition, &Value)> {
    let definitions: BTreeMap<&str, &Definition> = Section::computed()
        .flat_map(Section::definitions)
        .map(|definition| (definition.name, *definition))
        .collect();
    let sections = answer["statements"].as_array().unwrap().iter();
    let indicators = sections.flat_map(|section| section["indicators"].as_array().unwrap());
    let columns = indicators.flat_map(|indicator| {
        let definition = definitions[indicator["name"].as_str().unwrap()];
        [&indicator["signed"], &indicator["all"]].map(|figure| (definition, figure))
    });
    columns.filter(|(_, figure)| !figure.is_null()).collect()
}

/// Every number in a figure.
fn numbers(figure: &Value) -> Vec<u64> {
    match figure {
        Value::Number(number) => vec![number.as_u64().unwrap()],
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "step")
            .flat_map(|(_, field)| numbers(field))
            .collect(),
        Value::Null | Value::Bool(_) | Value::String(_) => Vec::new(),
    }
}

/// The same figure, as outsiders should see it, out of what members see.
fn expected(definition: &Definition, exact: &Value) -> Value {
    let mut figure = exact.clone();
    if definition.of_people {
        figure["step"] = json!(STEP);
        if figure.get("interval").is_some() {
            figure["interval"] = Value::Null;
        }
        for field in ["numerator", "denominator", "value", "pending"] {
            if let Some(number) = figure[field].as_u64() {
                figure[field] = json!(in_steps(number));
            }
        }
        for field in ["parts", "excluded"] {
            if let Some(counts) = figure[field].as_object() {
                let steps = counts
                    .iter()
                    .map(|(sort, count)| (sort.clone(), in_steps(count.as_u64().unwrap())))
                    .filter(|(_, count)| *count > 0);
                figure[field] = steps.map(|(sort, count)| (sort, json!(count))).collect();
            }
        }
    }
    let open = figure.get_mut("open").and_then(Value::as_array_mut);
    for open in open.into_iter().flatten() {
        open.as_object_mut().unwrap().remove("id");
    }
    figure
}

#[test]
fn every_story_is_told_to_outsiders_in_steps_and_without_ids() {
    let schema = schema("framework.schema.json");
    for (file, story) in &stories() {
        let asked = Asked::of(story);
        for ask in story.asks.iter().filter(|ask| ask.window.is_none()) {
            let outside = told(&asked.view(ask), ask.as_of.0, Audience::Outsiders);
            let errors = schema.iter_errors(&outside).map(|error| error.to_string());
            let errors: Vec<String> = errors.collect();
            assert!(errors.is_empty(), "{file}: {errors:#?}");
            let inside = asked.answer(ask);
            for ((definition, outside), (_, inside)) in figures(&outside).into_iter().zip(figures(&inside)) {
                let expected = expected(definition, inside);
                assert_eq!(outside, &expected, "{file}: {}", definition.name);
            }
            assert_eq!(outside["dimensions"], inside["dimensions"], "{file}");
            let printed = outside["statements"].to_string();
            for (name, id) in asked.story.names() {
                let is_told = printed.contains(&id.to_string());
                assert!(!is_told, "{file}: outsiders are told the id of {name}");
            }
        }
    }
}

/// Most figures of people open into persons, which the core asserts. These are of people, too, though they open into what
/// people did, or into nothing.
#[test]
fn what_counts_people_by_other_things_says_so() {
    let by_other_things = [
        "absence_factor",
        "last_period",
        "mutual_responders",
        "mutual_validators",
        "roles_by_provider",
        "topics_without_circle",
        "value_dissent",
        "ways_of_joining",
    ];
    for definition in Section::computed().flat_map(Section::definitions) {
        let is_one = by_other_things.contains(&definition.name) || definition.ground == Ground::Surveyed;
        assert!(
            definition.of_people || !is_one,
            "{} counts people",
            definition.name
        );
    }
}

/// A community of two organisations: who joins when (days from its founding), who leaves, who asks, who answers.
fn community(
    joins: &[(bool, u64)],
    leaves: &[usize],
    asks: &[(usize, u64)],
    answers: &[(usize, usize)],
) -> Told {
    let founded = Timestamp::from_date(2026, 1, 1).unwrap();
    let at = |day: u64| founded.plus(Span::days(day)).to_string();
    let organisation = |first: bool| if first { "oak" } else { "elm" };
    let mut events: Vec<(u64, Value)> = Vec::new();
    for (number, (first, day)) in joins.iter().enumerate() {
        events.push((
            *day,
            json!({ "at": at(*day), "in": organisation(*first), "do": "member.admitted", "as": format!("m{number}") }),
        ));
    }
    let who = |number: usize| number % joins.len();
    for (number, (by, day)) in asks.iter().enumerate() {
        let day = joins[who(*by)].1 + 1 + day;
        let by = format!("m{}", who(*by));
        events.push((
            day,
            json!({ "at": at(day), "by": by, "do": "query.asked", "as": format!("q{number}") }),
        ));
        for (responder, _) in answers.iter().filter(|(_, query)| query % asks.len() == number) {
            let day = day.max(joins[who(*responder)].1) + 1;
            let by = format!("m{}", who(*responder));
            events.push((
                day,
                json!({ "at": at(day), "by": by, "do": "query.answered", "re": format!("q{number}") }),
            ));
        }
    }
    let gone: BTreeSet<usize> = leaves.iter().map(|number| who(*number)).collect();
    for number in gone {
        let leaver = format!("m{number}");
        let organisation = organisation(joins[number].0);
        events.push((
            150,
            json!({ "at": at(150), "in": organisation, "do": "member.left", "re": leaver }),
        ));
    }
    events.sort_by_key(|(day, _)| *day);
    let events: Vec<Value> = events.into_iter().map(|(_, event)| event).collect();
    serde_json::from_value(json!({
        "about": "any small community", "organisations": ["oak", "elm"], "founded": founded.to_string(),
        "members": {}, "events": events, "asks": [],
    }))
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Of all answers about it, at all instants a report shows, together.
    #[test]
    fn no_two_numbers_of_people_differ_by_one_to_seven(
        joins in prop::collection::vec((any::<bool>(), 0..140_u64), 1..40),
        leaves in prop::collection::vec(0..40_usize, 0..10),
        asks in prop::collection::vec((0..40_usize, 0..20_u64), 1..30),
        answers in prop::collection::vec((0..40_usize, 0..30_usize), 0..30),
    ) {
        let story = tell(&community(&joins, &leaves, &asks, &answers));
        let view = story.community().view(&story.cut(&BTreeMap::new())).unwrap();
        let end = Timestamp::from_date(2026, 6, 20).unwrap();
        let mut people = Vec::new();
        for month in 0..6 {
            let as_of = end.minus(Span::days(30).times(month));
            let answer = told(&view, as_of, Audience::Outsiders);
            let figures = figures(&answer);
            people.extend(figures.iter().filter(|(definition, _)| definition.of_people).flat_map(|(_, figure)| numbers(figure)));
        }
        let exact = told(&view, end, Audience::Members);
        let gone: BTreeSet<usize> = leaves.iter().map(|number| number % joins.len()).collect();
        prop_assert_eq!(
            &exact["statements"][0]["indicators"][0]["signed"]["value"],
            &json!(joins.len() - gone.len()),
            "the community is as it was told"
        );
        people.sort_unstable();
        people.dedup();
        for pair in people.windows(2) {
            prop_assert!(pair[1] - pair[0] >= STEP, "{} and {}", pair[0], pair[1]);
        }
    }
}

#[test]
fn the_membership_is_held_against_the_bands_of_its_targets() {
    let Some((_, told)) = stories().into_iter().find(|(file, _)| file == "s1-band.json") else {
        return;
    };
    let story = tell(&told);
    let view = story.community().view(&story.cut(&BTreeMap::new())).unwrap();
    let bands = |as_of: &str| -> Vec<(String, u64, i64, i64)> {
        let bands = membership_bands(&view, as_of.parse().unwrap());
        let band = bands.iter();
        band.map(|band| {
            (
                band.until.to_string()[..10].to_owned(),
                band.members,
                band.low,
                band.high,
            )
        })
        .collect()
    };
    assert_eq!(bands("2025-02-01"), [], "no period has begun");
    assert_eq!(bands("2025-03-01"), [("2025-05-01".to_owned(), 10, 1, 2)]);
    assert_eq!(
        bands("2025-05-25").len(),
        1,
        "the next is in force; its period has not begun"
    );
    assert_eq!(
        bands("2025-07-01"),
        [
            ("2025-05-01".to_owned(), 10, 1, 2),
            ("2025-08-01".to_owned(), 12, 0, 0)
        ],
        "what was set anew for the same period stands; another objective has no band for the membership"
    );
}
