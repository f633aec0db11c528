//! `hearth run`: the organisation's node, until it is told to stop.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::{Args, ValueEnum};
use hearth_node::config::Config;
use hearth_node::directory::DataDirectory;
use hearth_node::network::check_address;
use hearth_node::run::{self, Options};
use hearth_node::telemetry::{self, LogFormat};
use std::io::Read;
use std::net::SocketAddr;
use tokio::sync::oneshot;

/// `hearth run`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth run --data ./north
  hearth run --data ./north --listen 0.0.0.0:4001 --api 127.0.0.1:7070 --log hearth_node=debug

What is not said here stands in config.json in the data directory. Stop it with Ctrl-C or SIGTERM.")]
pub(crate) struct Run {
    /// Where other nodes reach this one: HOST:PORT (TCP and QUIC) or a multiaddress; may be repeated
    #[arg(long = "listen", value_name = "ADDRESS", value_parser = listening)]
    listen: Vec<String>,
    /// Where you and your colleagues reach it [default: 127.0.0.1:7070]
    #[arg(long, value_name = "HOST:PORT")]
    api: Option<SocketAddr>,
    /// A node to call besides those that the charters name; may be repeated
    #[arg(long = "peer", value_name = "MULTIADDR", value_parser = multiaddress)]
    peers: Vec<String>,
    /// Look for nodes on the local network (mDNS)
    #[arg(long)]
    lan: bool,
    /// What to log to standard error, such as `debug` or `hearth_node=debug,warn` [default: info]
    #[arg(long = "log", value_name = "FILTER", env = "HEARTH_LOG")]
    filter: Option<String>,
    /// The form of the log
    #[arg(long, value_name = "FORM", default_value = "text")]
    log_format: Form,
    /// Least time between two checkpoints offered to witnesses and peers, in milliseconds
    #[arg(long, value_name = "MS")]
    offer_every_ms: Option<u64>,
    /// Stop, too, when standard input ends: with the process that started it
    #[arg(long)]
    until_eof: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Text,
    Json,
}

impl Run {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let directory = DataDirectory::at(context.data()?);
        if !directory.is_founded() {
            let place = directory.path().display();
            return Err(Failure::new(format!("no node's data lies in {place}"))
                .advise("Make some with `hearth community found` or `hearth community join`."));
        }
        let format = match self.log_format {
            Form::Text => LogFormat::Text,
            Form::Json => LogFormat::Json,
        };
        telemetry::start(self.filter.as_deref(), format).map_err(Failure::usage)?;
        let until_eof = self.until_eof;
        let config = self.change(Config::read(&directory.config()).map_err(Failure::new)?);
        let options = Options {
            directory,
            config,
            clock: context.globals.clock.clone(),
        };
        run::run(options, either(until_eof.then(stdin_ends))).map_err(Failure::new)?;
        Ok(Reply::silent())
    }

    /// The settings of the directory, changed by what was said.
    fn change(self, mut config: Config) -> Config {
        if !self.listen.is_empty() {
            config.listen = self.listen.iter().flat_map(|text| multiaddresses(text)).collect();
        }
        config.api = self.api.unwrap_or(config.api);
        config.peers.extend(self.peers);
        config.lan |= self.lan;
        config.offer_every_ms = self.offer_every_ms.unwrap_or(config.offer_every_ms);
        config
    }
}

/// `HOST:PORT` as TCP and QUIC on it; anything else as it is.
pub(super) fn multiaddresses(text: &str) -> Vec<String> {
    let Ok(address) = text.parse::<SocketAddr>() else {
        return vec![text.to_owned()];
    };
    let family = if address.is_ipv4() { "ip4" } else { "ip6" };
    let (host, port) = (address.ip(), address.port());
    vec![
        format!("/{family}/{host}/tcp/{port}"),
        format!("/{family}/{host}/udp/{port}/quic-v1"),
    ]
}

/// What a node may be told to listen on.
pub(super) fn listening(text: &str) -> Result<String, String> {
    let checked = multiaddresses(text)
        .iter()
        .try_for_each(|address| check_address(address));
    checked
        .map(|()| text.to_owned())
        .map_err(|error| format!("{error}; or HOST:PORT such as 0.0.0.0:4001"))
}

/// An address by which a node is called.
pub(super) fn multiaddress(text: &str) -> Result<String, String> {
    check_address(text)
        .map(|()| text.to_owned())
        .map_err(|error| error.to_string())
}

/// Told when standard input ends. The thread that waits for it dies with the process.
fn stdin_ends() -> oneshot::Receiver<()> {
    let (ended, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // An error is an end, too; a receiver that is gone needs no telling.
        let _read = std::io::stdin().read_to_end(&mut Vec::new());
        let _told = ended.send(());
    });
    wait
}

/// Waits for an end, if one is to come.
async fn either(ended: Option<oneshot::Receiver<()>>) {
    match ended {
        Some(ended) => drop(ended.await),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::multiaddresses;

    #[test]
    fn a_host_and_port_is_tcp_and_quic() {
        assert_eq!(
            multiaddresses("127.0.0.1:0"),
            ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/udp/0/quic-v1"]
        );
        assert_eq!(
            multiaddresses("[::1]:4001"),
            ["/ip6/::1/tcp/4001", "/ip6/::1/udp/4001/quic-v1"]
        );
        assert_eq!(multiaddresses("/dns4/n.example/tcp/1"), ["/dns4/n.example/tcp/1"]);
    }
}
