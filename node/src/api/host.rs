//! Which names this API answers to. A web page anywhere may point a name of its own at this machine (DNS rebinding) and
//! have a visitor's browser ask; so a request under a name nobody gave this node is refused.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Api;
use super::error::ApiError;

/// Lets a request through if it was made to an address, to `localhost`, or to a name given in the settings.
pub(super) async fn check(State(api): State<Api>, request: Request, next: Next) -> Response {
    if is_ours(request.headers(), &api.shared.rooms.hosts) {
        return next.run(request).await;
    }
    let message = "this node is not known under the name it was asked by; add it to `hosts` in config.json";
    ApiError::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", message).into_response()
}

fn is_ours(headers: &HeaderMap, hosts: &[String]) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = name_of(host);
    name.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The host without its port; an IPv6 address without its brackets.
fn name_of(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_known_names_pass_and_others_do_not() {
        let hosts = ["node.north.example".to_owned()];
        let ours = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            is_ours(&headers, &hosts)
        };
        for good in [
            "127.0.0.1:7070",
            "[::1]:7070",
            "192.0.2.7",
            "localhost:1",
            "NODE.north.example:443",
        ] {
            assert!(ours(good), "{good}");
        }
        for bad in [
            "evil.example",
            "evil.example:7070",
            "localhost.evil.example",
            "127.0.0.1.evil.example:80",
            "",
        ] {
            assert!(!ours(bad), "{bad}");
        }
        assert!(!is_ours(&HeaderMap::new(), &hosts));
    }
}
