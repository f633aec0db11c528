//! Stories of nodes that lose, find and mislead each other, until they hold the same bytes.

use hearth_protocol::time::Span;
use hearth_tests::world::{Lie, Weather, World, seeds};

const MINUTE: Span = Span::MINUTE;

#[test]
fn a_split_community_converges_when_it_heals() {
    for seed in seeds(64) {
        let mut w = World::new(seed, 5);
        w.split(2);
        w.append_all(10);
        w.heal();
        w.settle();
        w.assert_converged();
    }
}

#[test]
fn a_network_that_loses_repeats_and_reorders_only_delays() {
    for seed in seeds(12) {
        let mut w = World::new(seed, 4);
        w.weather(Weather {
            lost: 25,
            doubled: 15,
        });
        w.append_all(6);
        w.publish(1, 700);
        w.settle();
        w.assert_converged();
    }
}

#[test]
fn a_third_node_carries_between_two_that_never_meet() {
    for seed in seeds(8) {
        let mut w = World::new(seed, 3);
        w.settle();
        w.divide(&[0, 1, 2]);
        w.append(0, 9);
        w.append(1, 7);
        let body = w.publish(0, 300);
        for turn in 0..8 {
            w.divide(if turn % 2 == 0 { &[0, 1, 0] } else { &[0, 1, 1] });
            w.run(MINUTE);
        }
        for node in 0..3 {
            assert_eq!((w.size_at(node, 0), w.size_at(node, 1)), (11, 8), "node {node}");
            assert!(w.holds_body(node, body), "node {node}");
        }
        w.heal();
        w.settle();
        w.assert_converged();
    }
}

#[test]
fn a_restart_in_the_middle_of_a_pull_goes_on_from_what_is_stored() {
    for seed in seeds(8) {
        let mut w = World::new(seed, 3);
        w.settle();
        w.divide(&[0, 1, 0]);
        w.append(0, 90);
        w.settle_until("node 2 follows", |w| w.size_at(2, 0) == 91);
        w.traffic();
        w.divide(&[1, 0, 0]);
        w.settle_until("node 1 is half-way", |w| w.size_at(1, 0) > 20);
        let half_way = w.size_at(1, 0);
        assert!(half_way < 91, "the story needs a pull that takes a while");
        w.restart(1);
        assert_eq!(w.size_at(1, 0), half_way);
        w.settle_until("node 1 follows", |w| w.size_at(1, 0) == 91);
        let (_, sent) = w.traffic();
        assert!(sent < 90 + 9 * 3, "{sent} entries were sent for 90 missing");
        w.heal();
        w.settle();
        w.assert_converged();
    }
}

#[test]
fn a_lying_node_delays_nobody_for_ever() {
    for (seed, lie) in seeds(2).flat_map(|seed| Lie::ALL.map(|lie| (seed, lie))) {
        let mut w = World::new(seed, 4);
        w.settle();
        w.lies(3, Some(lie));
        w.divide(&[0, 1, 1, 0]);
        w.append(0, 12);
        w.publish(0, 500);
        w.append(1, 5);
        w.run(MINUTE);
        w.divide(&[0, 1, 1, 1]);
        w.run(MINUTE);
        w.heal();
        w.settle_until("the honest hold the same", |w| {
            (0..3).all(|node| w.difference_at(node, 0..3).is_none())
        });
        w.lies(3, None);
        w.settle();
        w.assert_converged();
    }
}

#[test]
fn a_witness_that_claims_to_know_more_stops_nobody() {
    for seed in seeds(4) {
        let mut w = World::new(seed, 3);
        w.settle();
        w.lies(2, Some(Lie::Sizes));
        for _ in 0..5 {
            w.append(0, 3);
            w.restart(1);
            w.append(1, 2);
            w.run(MINUTE);
        }
        assert!((0..3).all(|node| !w.was_restored(node)));
        assert_eq!((w.size_at(2, 0), w.size_at(2, 1)), (16, 11));
        w.lies(2, None);
        w.settle();
        w.assert_converged();
    }
}

#[test]
fn whoever_signs_two_histories_is_convicted_by_everybody() {
    for (seed, extra) in seeds(6).flat_map(|seed| [(seed, 0), (seed, 3)]) {
        let mut w = World::new(seed, 4);
        let twin = w.twin(3);
        w.divide(&[0, 0, 1, 0, 1]);
        w.append(3, 6);
        w.append(twin, 7 + extra);
        w.append_all_but(&[3, twin], 4);
        w.run(MINUTE);
        assert!(
            (0..3).all(|node| !w.convicts(node, 3)),
            "nothing contradicts within a part"
        );
        w.heal();
        w.settle_until("all honest nodes hold evidence", |w| {
            (0..3).all(|node| w.convicts(node, 3))
        });
        w.settle_until("the other logs go on", |w| {
            (0..3).all(|node| w.difference_at(node, 0..3).is_none())
        });
        let paused: Vec<u64> = (0..3).map(|node| w.size_at(node, 3)).collect();
        w.append(if w.was_restored(3) { twin } else { 3 }, 2);
        w.run(MINUTE);
        assert_eq!(
            paused,
            (0..3).map(|node| w.size_at(node, 3)).collect::<Vec<_>>(),
            "a convicted log is paused"
        );
    }
}

#[test]
fn a_body_erased_while_it_spreads_is_gone_everywhere_and_stays_so() {
    for seed in seeds(8) {
        let mut w = World::new(seed, 5);
        w.settle();
        let (kept, erased) = (w.publish(0, 900), w.publish(0, 900));
        w.run(Span::from_millis(700));
        w.divide(&[0, 0, 0, 1, 1]);
        w.run(MINUTE);
        w.erase(0, erased);
        w.run(MINUTE);
        w.heal();
        w.settle();
        w.assert_converged();
        assert!((0..5).all(|node| w.holds_body(node, kept) && !w.holds_body(node, erased)));
        w.run(MINUTE.times(30));
        w.assert_converged();
    }
}

#[test]
fn who_copies_a_commitment_and_erases_it_erases_nothing_but_the_copy() {
    for seed in seeds(8) {
        let mut w = World::new(seed, 4);
        w.settle();
        let words = w.publish(0, 900);
        if seed.is_multiple_of(2) {
            w.settle();
        }
        let copy = w.copy(1, words);
        w.run(Span::from_millis(700));
        w.erase(1, copy);
        w.settle();
        assert!((0..4).all(|node| w.holds_body(node, words) && !w.holds_body(node, copy)));
        w.erase(0, words);
        w.settle();
        assert!((0..4).all(|node| !w.holds_body(node, words)));
    }
}

#[test]
fn a_body_nobody_has_is_asked_for_less_and_less_and_fetched_when_it_appears() {
    let mut w = World::new(1, 3);
    w.settle();
    let body = w.announce(0, 400);
    w.run(MINUTE.times(60));
    w.traffic();
    w.run(MINUTE.times(60));
    let (asked, _) = w.traffic();
    assert!((2..100).contains(&asked["body"]), "{asked:?}");
    w.keep_now(0, body);
    w.settle();
    w.assert_converged();
}

#[test]
fn more_bodies_than_are_fetched_at_a_time_all_arrive() {
    let mut w = World::new(2, 2);
    w.publish_many(0, 1100, 30);
    w.settle();
    w.assert_converged();
}

#[test]
fn a_world_happens_again_from_its_seed() {
    let [first, again] = [(); 2].map(|()| {
        let mut w = World::new(11, 3);
        w.weather(Weather {
            lost: 20,
            doubled: 20,
        });
        w.append_all(4);
        w.settle();
        w.fingerprint()
    });
    assert_eq!(first, again);
}

#[test]
fn a_node_that_lost_its_disk_follows_its_own_log_and_signs_nothing() {
    for seed in seeds(6) {
        let mut w = World::new(seed, 4);
        w.append_all(8);
        w.settle();
        w.lose_disk(2);
        w.settle();
        assert!(w.was_restored(2));
        w.assert_converged();
        assert!((0..4).all(|node| !w.convicts(node, 2)));
    }
}

#[test]
fn nodes_come_and_go_while_everybody_writes() {
    for seed in seeds(8) {
        let mut w = World::new(seed, 5);
        for round in 0..6 {
            w.append_all(3);
            w.split(1 + round % 3);
            w.restart(round % 5);
        }
        w.heal();
        w.settle();
        w.assert_converged();
    }
}

#[test]
fn being_up_to_date_costs_one_small_question_per_peer_and_period() {
    let mut w = World::new(3, 4);
    w.append_all(12);
    w.settle();
    w.run(MINUTE.times(2));
    w.traffic();
    w.run(MINUTE.times(10));
    let (asked, sent) = w.traffic();
    assert_eq!(
        (asked.keys().copied().collect::<Vec<_>>(), sent),
        (vec!["digest"], 0)
    );
    let pairs = 4 * 3;
    assert!(asked["digest"] <= pairs * 10 * 2, "{asked:?}");
}

#[test]
fn catching_up_sends_what_is_missing_and_no_entry_twice() {
    for seed in seeds(8) {
        let mut w = World::new(seed, 4);
        w.settle();
        w.divide(&[0, 0, 0, 1]);
        w.append_all_but(&[3], 30);
        w.run(MINUTE);
        let missing: u64 = (0..3).map(|log| w.size_at(0, log) - w.size_at(3, log)).sum();
        w.traffic();
        w.heal();
        w.settle();
        let (_, sent) = w.traffic();
        assert_eq!(sent as u64, missing, "seed {seed}");
    }
}

#[test]
fn a_failing_peer_is_asked_less_and_less() {
    let mut w = World::new(5, 2);
    w.settle();
    w.weather(Weather {
        lost: 100,
        doubled: 0,
    });
    w.append(0, 3);
    w.run(MINUTE.times(60));
    w.traffic();
    w.run(MINUTE.times(60));
    let (asked, _) = w.traffic();
    let questions: usize = asked.values().sum();
    assert!((8..160).contains(&questions), "{asked:?}");
    w.weather(Weather::default());
    w.settle();
    w.assert_converged();
}

#[test]
fn a_stranger_is_refused() {
    let mut w = World::new(0, 2);
    w.settle();
    assert!(w.refuses_strangers(0) && w.refuses_strangers(1));
}
