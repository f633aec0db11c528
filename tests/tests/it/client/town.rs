//! Organisations on one machine under one made-up clock, for what takes weeks.

use super::{succeed_json, text};
use crate::process::{NodeProcess, hearth, said};
use hearth_node::clock;
use hearth_protocol::time::{Span, Timestamp};
use hearth_tests::wait::until;
use serde_json::Value;
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The stewards of the organisations, in the order of these.
pub(super) const STEWARDS: [&str; 3] = ["Ada", "Ben", "Cleo"];

/// Nodes on one machine and one made-up clock.
pub(super) struct Town {
    ground: TempDir,
    now: Cell<Timestamp>,
    nodes: Vec<(String, NodeProcess)>,
}

impl Town {
    /// The first founds a community, the others join it; each has a steward, who is a member and named as their home.
    pub(super) fn found(slugs: &[&str]) -> Town {
        let (founder, joining) = slugs.split_first().unwrap();
        let mut town = Town {
            ground: tempfile::tempdir().unwrap(),
            now: Cell::new("2026-01-01T09:00:00Z".parse().unwrap()),
            nodes: Vec::new(),
        };
        town.pass(Span::MINUTE);
        let listen = ["--api", "127.0.0.1:0", "--listen", "127.0.0.1:0"];
        let mut found = town.hearth(
            founder,
            &["community", "found", "--slug", founder, "--name", "A Hospice"],
        );
        found.args([
            "--steward",
            STEWARDS[0],
            "--community",
            "A community",
            "--domain",
            "palliative-care",
        ]);
        succeed_json(found.args(listen));
        town.start(founder);
        for (slug, steward) in joining.iter().zip(&STEWARDS[1..]) {
            let invitation = text(&town.json(founder, &["community", "invite"])["invitation"]);
            let mut join = town.hearth(slug, &["community", "join", &invitation, "--slug", slug]);
            succeed_json(
                join.args(["--name", "A Hospice", "--steward", steward])
                    .args(listen),
            );
            town.start(slug);
            town.until("it has applied", || {
                let answer = town.json(founder, &["community", "admit"]);
                !answer["applications"].as_array().unwrap().is_empty()
            });
            town.json(founder, &["community", "admit", slug]);
            town.until("it is in", || {
                let status = town.json(slug, &["status"]);
                status["admitted"] == true && status["node"]["joining"].is_null()
            });
            // Who votes is who is a member by what the proposer's node knows.
            town.until("north knows its member", || {
                let listed = town
                    .hearth(founder, &["member", "list", slug, "--json"])
                    .output()
                    .unwrap();
                let members: Value = serde_json::from_slice(&listed.stdout).unwrap_or_default();
                members["members"]
                    .as_array()
                    .is_some_and(|members| !members.is_empty())
            });
        }
        town
    }

    pub(super) fn path(&self) -> &Path {
        self.ground.path()
    }

    /// A node is stopped; its directory can still be read.
    pub(super) fn stop(&mut self, slug: &str) {
        self.nodes.retain(|(of, _)| of != slug);
    }

    /// Where a node answers.
    pub(super) fn url(&self, slug: &str) -> String {
        let (_, node) = self.nodes.iter().find(|(of, _)| of == slug).unwrap();
        node.url()
    }

    /// It becomes so late.
    pub(super) fn is(&self, at: Timestamp) {
        assert!(at >= self.now.get(), "it is {} already", self.now.get());
        self.now.set(at);
        clock::set(&self.clock(), at).unwrap();
    }

    pub(super) fn data(&self, slug: &str) -> PathBuf {
        self.ground.path().join(slug)
    }

    /// Heads are offered at once rather than every ten seconds.
    fn start(&mut self, slug: &str) {
        let file = self.data(slug).join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        config["offer_every_ms"] = 50.into();
        fs::write(&file, config.to_string()).unwrap();
        let mut command = hearth();
        command.env("HEARTH_CLOCK", self.clock());
        let node = NodeProcess::start(&self.data(slug), &mut command);
        self.nodes.push((slug.to_owned(), node));
    }

    fn clock(&self) -> PathBuf {
        self.ground.path().join("clock")
    }

    pub(super) fn pass(&self, span: Span) {
        self.now.set(self.now.get().plus(span));
        clock::set(&self.clock(), self.now.get()).unwrap();
    }

    /// Waits, while a little time passes for the nodes, too.
    #[track_caller]
    pub(super) fn until(&self, what: &str, look: impl Fn() -> bool) {
        until(what, || {
            self.pass(Span::SECOND.times(11));
            look().then_some(())
        });
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// A command of a steward.
    pub(super) fn hearth(&self, slug: &str, arguments: &[&str]) -> Command {
        self.hearth_of(&format!("{slug}-home"), slug, arguments)
    }

    /// A command of somebody with a home of their own, at the node of an organisation.
    pub(super) fn hearth_of(&self, home: &str, slug: &str, arguments: &[&str]) -> Command {
        let mut command = hearth();
        command
            .env("HEARTH_HOME", self.ground.path().join(home))
            .env("HEARTH_DATA", self.data(slug))
            .env("HEARTH_CLOCK", self.clock())
            .env("TZ", "UTC")
            .args(arguments);
        command
    }

    /// Somebody new in an organisation, with a home that is called as they are; gives their id.
    pub(super) fn admit(&self, name: &str, slug: &str) -> String {
        let mut init = self.hearth_of(name, slug, &["init", "--node", &self.url(slug)]);
        let key = text(&succeed_json(init.env_remove("HEARTH_DATA"))["key"]);
        text(&self.json(slug, &["member", "admit", &key, "--name", name])["id"])
    }

    #[track_caller]
    pub(super) fn json(&self, slug: &str, arguments: &[&str]) -> Value {
        succeed_json(&mut self.hearth(slug, arguments))
    }

    #[track_caller]
    pub(super) fn ends(&self, code: i32, slug: &str, arguments: &[&str]) -> String {
        let output = self.hearth(slug, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        said(&output)
    }
}
