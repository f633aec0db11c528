//! Other people's programs read what we froze.

use std::path::Path;
use std::process::Command;

/// Where Debian's `golang-golang-x-mod-dev` puts the packages, unless `GOPATH` says otherwise.
const GOPATH: &str = "/usr/share/gocode";

/// Notes, proofs and tiles, by Go's `sumdb`. Says so and passes where Go or the package is not installed.
#[test]
fn go_agrees_with_the_vectors_of_the_log() {
    let gopath = std::env::var("GOPATH").unwrap_or_else(|_| GOPATH.to_owned());
    let installed = Path::new(&gopath)
        .join("src/golang.org/x/mod/sumdb/tlog")
        .is_dir();
    if !installed || Command::new("go").arg("version").output().is_err() {
        eprintln!("skipped: needs Go and golang.org/x/mod under GOPATH");
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = Command::new("go")
        .env("GO111MODULE", "off")
        .env("GOPATH", gopath)
        .arg("run")
        .arg(here.join("interop/sumdb.go"))
        .arg(here.join("vectors/log"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
