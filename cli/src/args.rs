//! The tree of verbs and the options every verb understands.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use crate::{demo, verbs};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const AFTER: &str = "\
Exit codes: 0 done · 1 refused or failed · 2 wrong arguments · 3 node not reachable · 4 verification failed

Ids may be shortened to any beginning that is unambiguous, of at least four digits.
Never write anything here from which a patient could be recognised.";

/// Fewest digits of a shortened id.
const SHORTEST_ID: usize = 4;

/// A community of practice whose memory belongs to its members: ask, answer, share, agree, and prove it.
#[derive(Debug, Parser)]
#[command(name = "hearth", version, max_term_width = 100, after_help = AFTER, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Globals {
    /// The member's home: key, settings and outbox [default: ~/.hearth]
    #[arg(long, value_name = "DIR", env = "HEARTH_HOME", global = true)]
    pub(crate) home: Option<PathBuf>,
    /// The node to talk to, such as http://127.0.0.1:7070 [default: the one in the member's home]
    #[arg(long, value_name = "URL", env = "HEARTH_NODE", global = true, value_parser = node_address)]
    pub(crate) node: Option<String>,
    /// A node's data directory: read directly, or through the node that runs on it. Comes before --node
    #[arg(long, value_name = "DIR", env = "HEARTH_DATA", global = true)]
    pub(crate) data: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// A file with the time in milliseconds, for communities that run on a simulated clock
    #[arg(long, value_name = "FILE", env = "HEARTH_CLOCK", global = true)]
    pub(crate) clock: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make the member's key, and remember which node to talk to
    Init(verbs::init::Init),
    /// Found, invite to, join and admit to a community
    #[command(subcommand)]
    Community(verbs::community::Community),
    /// List the organisations, put one out, let it in again (stewards)
    #[command(subcommand)]
    Organisation(verbs::organisation::Organisation),
    /// Admit, list and revoke members of the organisation
    #[command(subcommand)]
    Member(verbs::member::Member),
    /// Give somebody a role, accept one, give it up, list who holds which
    #[command(subcommand)]
    Role(verbs::role::Role),
    /// Pledge time for one's role, confirm a colleague's, list both
    #[command(subcommand)]
    Time(verbs::time::Time),
    /// Ask the leadership for something, and answer for it
    #[command(subcommand)]
    Leaders(verbs::leaders::Leaders),
    /// Offer tasks, take them on, do and confirm them
    #[command(subcommand)]
    Task(verbs::task::Task),
    /// List what waits too long for an answer, the oldest first
    Unanswered(verbs::leaders::Unanswered),
    /// Let it be seen that one is looking for somebody who can answer
    Refer(verbs::leaders::Refer),
    /// Invite somebody: a code that the steward admits them with
    Invite(verbs::person::Invite),
    /// The members, by what they are interested in
    Directory(verbs::person::Directory),
    /// Declare what you are interested in
    Interest(verbs::person::Interest),
    /// Say who you are and what you are good at; it can be erased
    Profile(verbs::person::Profile),
    /// Say what you agree to
    Consent(verbs::person::Consent),
    /// What you took part in, for yourself
    Portfolio(verbs::portfolio::Portfolio),
    /// Everything of yours: take it along, erase it, leave
    #[command(subcommand)]
    Me(verbs::portfolio::Me),
    /// Sub-groups around a topic
    #[command(subcommand)]
    Circle(verbs::circle::Circle),
    /// Which organisations there could be, and which are in
    #[command(subcommand)]
    Coverage(verbs::coverage::Coverage),
    /// Who is missing, and who takes it on
    #[command(subcommand)]
    Gap(verbs::coverage::Gap),
    /// Run the organisation's node
    Run(verbs::run::Run),
    /// Ask the community a question
    Ask(verbs::interaction::Ask),
    /// Answer a question
    Answer(verbs::interaction::Answer),
    /// Accept an answer to one's own question
    Accept(verbs::interaction::Accept),
    /// Withdraw one's own question or resource
    Withdraw(verbs::interaction::Withdraw),
    /// Open a discussion
    Discuss(verbs::interaction::Discuss),
    /// Reply in a discussion, or to a question, answer or resource
    Reply(verbs::interaction::ReplyTo),
    /// Give a reaction to a contribution
    React(verbs::interaction::React),
    /// Put other words in the place of your own; the first ones stay readable
    Correct(verbs::tending::Correct),
    /// Tell the stewards that something should not stand here
    ReportContent(verbs::tending::ReportContent),
    /// Stop showing what a member of your organisation wrote (stewards)
    Hide(verbs::tending::Hide),
    /// Arrange meetings, sign that you were there, say what they were worth
    #[command(subcommand)]
    Meeting(verbs::meeting::Meeting),
    /// Share a text or a file as a resource, or a new version of one
    Share(verbs::resource::Share),
    /// Say that a version of a resource is sound practice
    Validate(verbs::resource::Validate),
    /// Say that a version of a resource is not sound practice
    Dispute(verbs::resource::Dispute),
    /// Make works together: propose, sign, bring out, agree on, evaluate
    #[command(subcommand)]
    Work(verbs::work::Work),
    /// The community's own statement of the value it adds
    #[command(subcommand)]
    Value(verbs::value::Value),
    /// Tell what came of it, or say that you were there
    #[command(subcommand)]
    Story(verbs::value::Story),
    /// Claim an impact, and bring a claim up the ladder or down
    #[command(subcommand)]
    Claim(verbs::claim::Claim),
    /// Open a claim to its evidence, and recompute its value from the cut it pins
    Trace(verbs::trace::Trace),
    /// Sign what recomputing a claim came to
    #[command(subcommand)]
    Audit(verbs::trace::Audit),
    /// Put something to the vote, see how votes stand, close them
    #[command(subcommand)]
    Decision(verbs::decision::Decision),
    /// Vote on what is proposed, in your own name
    Vote(verbs::vote::Vote),
    /// The terms of reference: propose, show, acknowledge them
    #[command(subcommand)]
    Terms(verbs::terms::Terms),
    /// The plan: propose it, move its dates by decision, say what is met
    #[command(subcommand)]
    Plan(verbs::plan::Plan),
    /// Targets, registered before the time they are for
    #[command(subcommand)]
    Target(verbs::target::Target),
    /// How the community is run
    #[command(subcommand)]
    Arrangements(verbs::arrangements::Arrangements),
    /// By what thresholds and windows the framework's figures are counted
    #[command(subcommand)]
    Parameters(verbs::parameters::Parameters),
    /// Say that your practice uses a resource
    Applied(verbs::learning::Applied),
    /// Put another resource in the place of your own
    Supersede(verbs::learning::Supersede),
    /// Collect answers, and endorse what was collected
    #[command(subcommand)]
    Faq(verbs::learning::Faq),
    /// Write down what you learned
    Reflect(verbs::learning::Reflect),
    /// Make two members known to each other
    Introduce(verbs::learning::Introduce),
    /// Say that you are somebody's mentor, or they yours
    Mentor(verbs::learning::Mentor),
    /// Show what something came from, and what came of it
    Lineage(verbs::lineage::Lineage),
    /// Read a question, discussion or resource with everything said about it
    Thread(verbs::thread::Thread),
    /// List questions, discussions and resources, newest first
    Threads(verbs::thread::Threads),
    /// Find words in what the community wrote
    Search(verbs::search::Search),
    /// What happened since your last digest, what you follow first
    Digest(verbs::digest::Digest),
    /// What waits for you: answers to your questions, open questions and resources in what you follow
    Inbox(verbs::inbox::Inbox),
    /// Follow a question, discussion or resource, or a topic
    Follow(verbs::following::Follow),
    /// Follow something no more
    Unfollow(verbs::following::Unfollow),
    /// List what you follow
    Following(verbs::following::Following),
    /// How this organisation stands with the others: peers, lag, witnesses
    Status(verbs::status::Status),
    /// List the entries of a log
    Log(verbs::log::Log),
    /// Show one entry with all its fields and its verdict
    Show(verbs::show::Show),
    /// The framework: each statement with its rating and figures
    Framework(verbs::framework::Framework),
    /// The community on one page: all dimensions, what has changed, what to do next, and how to check it
    Report(verbs::report::Report),
    /// One statement of the framework, with every id behind its figures
    Explain(verbs::framework::Explain),
    /// Check every byte of a log: entries, signatures, trees, cosignatures, bodies; or the proof of one entry
    Verify(verbs::verify::Verify),
    /// Prove that an entry is in a log, to whoever has nothing else
    Prove(verbs::prove::Prove),
    /// Write a log as static files that C2SP tools read
    Publish(verbs::publish::Publish),
    /// Survey the members anonymously, and answer such surveys
    #[command(subcommand)]
    Pulse(verbs::pulse::Pulse),
    /// Bring in a community's history from elsewhere
    #[command(subcommand)]
    Import(verbs::import::Import),
    /// Show or send what was written while the node was away
    Outbox(verbs::outbox::Outbox),
    /// Continue a log under its next key, when the old one is lost or must not be used again
    Handover(verbs::handover::Handover),
    /// Erase the words of entries on this organisation's node, leaving a signed tombstone
    Erase(verbs::erase::Erase),
    /// Teach your shell to complete verbs, options, ids and topics
    Completions(verbs::completions::Completions),
    /// Write the pages of the manual
    Man(verbs::man::Man),
    /// Some organisations on this machine, from founding to framework
    Demo(demo::Demo),
}

impl Verb {
    #[allow(clippy::too_many_lines, reason = "a line for each verb")]
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Verb::Init(verb) => verb.run(context),
            Verb::Community(verb) => verb.run(context),
            Verb::Organisation(verb) => verb.run(context),
            Verb::Member(verb) => verb.run(context),
            Verb::Role(verb) => verb.run(context),
            Verb::Time(verb) => verb.run(context),
            Verb::Leaders(verb) => verb.run(context),
            Verb::Task(verb) => verb.run(context),
            Verb::Unanswered(verb) => verb.run(context),
            Verb::Refer(verb) => verb.run(context),
            Verb::Invite(verb) => verb.run(context),
            Verb::Directory(verb) => verb.run(context),
            Verb::Interest(verb) => verb.run(context),
            Verb::Profile(verb) => verb.run(context),
            Verb::Consent(verb) => verb.run(context),
            Verb::Portfolio(verb) => verb.run(context),
            Verb::Me(verb) => verb.run(context),
            Verb::Circle(verb) => verb.run(context),
            Verb::Coverage(verb) => verb.run(context),
            Verb::Gap(verb) => verb.run(context),
            Verb::Run(verb) => verb.run(context),
            Verb::Ask(verb) => verb.run(context),
            Verb::Answer(verb) => verb.run(context),
            Verb::Accept(verb) => verb.run(context),
            Verb::Withdraw(verb) => verb.run(context),
            Verb::Discuss(verb) => verb.run(context),
            Verb::Reply(verb) => verb.run(context),
            Verb::React(verb) => verb.run(context),
            Verb::Correct(verb) => verb.run(context),
            Verb::ReportContent(verb) => verb.run(context),
            Verb::Hide(verb) => verb.run(context),
            Verb::Meeting(verb) => verb.run(context),
            Verb::Applied(verb) => verb.run(context),
            Verb::Supersede(verb) => verb.run(context),
            Verb::Faq(verb) => verb.run(context),
            Verb::Reflect(verb) => verb.run(context),
            Verb::Introduce(verb) => verb.run(context),
            Verb::Mentor(verb) => verb.run(context),
            Verb::Lineage(verb) => verb.run(context),
            Verb::Share(verb) => verb.run(context),
            Verb::Validate(verb) => verb.run(context),
            Verb::Dispute(verb) => verb.run(context),
            Verb::Work(verb) => verb.run(context),
            Verb::Value(verb) => verb.run(context),
            Verb::Story(verb) => verb.run(context),
            Verb::Claim(verb) => verb.run(context),
            Verb::Trace(verb) => verb.run(context),
            Verb::Audit(verb) => verb.run(context),
            Verb::Decision(verb) => verb.run(context),
            Verb::Vote(verb) => verb.run(context),
            Verb::Terms(verb) => verb.run(context),
            Verb::Plan(verb) => verb.run(context),
            Verb::Target(verb) => verb.run(context),
            Verb::Arrangements(verb) => verb.run(context),
            Verb::Parameters(verb) => verb.run(context),
            Verb::Thread(verb) => verb.run(context),
            Verb::Threads(verb) => verb.run(context),
            Verb::Search(verb) => verb.run(context),
            Verb::Digest(verb) => verb.run(context),
            Verb::Inbox(verb) => verb.run(context),
            Verb::Follow(verb) => verb.run(context),
            Verb::Unfollow(verb) => verb.run(context),
            Verb::Following(verb) => verb.run(context),
            Verb::Status(verb) => verb.run(context),
            Verb::Log(verb) => verb.run(context),
            Verb::Show(verb) => verb.run(context),
            Verb::Framework(verb) => verb.run(context),
            Verb::Report(verb) => verb.run(context),
            Verb::Explain(verb) => verb.run(context),
            Verb::Verify(verb) => verb.run(context),
            Verb::Prove(verb) => verb.run(context),
            Verb::Publish(verb) => verb.run(context),
            Verb::Pulse(verb) => verb.run(context),
            Verb::Import(verb) => verb.run(context),
            Verb::Outbox(verb) => verb.run(context),
            Verb::Handover(verb) => verb.run(context),
            Verb::Erase(verb) => verb.run(context),
            Verb::Completions(verb) => verb.run(context),
            Verb::Man(verb) => verb.run(context),
            Verb::Demo(verb) => verb.run(context),
        }
    }
}

/// Base address of a node's API; one without a scheme is meant to be HTTP.
fn node_address(text: &str) -> Result<String, String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let said = !host.is_empty() && !host.contains(char::is_whitespace);
    if said && ["http", "https"].contains(&scheme) {
        Ok(format!("{scheme}://{}", rest.trim_end_matches('/')))
    } else {
        Err("a node's address is like http://127.0.0.1:7070".to_owned())
    }
}

/// The id of an entry as a person writes it: whole, or its beginning.
pub(crate) fn entry_id(text: &str) -> Result<String, String> {
    if (SHORTEST_ID..=64).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!(
            "an id has 64 digits of 0-9 and a-f, of which the first few do, but at least {SHORTEST_ID}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_tree_of_verbs_is_sound() {
        Cli::command().debug_assert();
    }

    /// Every verb a person can type shows an example in its help.
    #[test]
    fn every_verb_has_an_example() {
        fn visit(command: &clap::Command, path: &str) {
            let path = format!("{path}{}", command.get_name());
            if command.has_subcommands() {
                command
                    .get_subcommands()
                    .for_each(|verb| visit(verb, &format!("{path} ")));
                return;
            }
            let after = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                after.contains(&format!("  {path}")),
                "`{path} --help` has no example that begins with it"
            );
        }
        visit(&Cli::command(), "");
    }
}
