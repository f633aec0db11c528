//! A node on a disk that is really full: a small file system of its own, which only it sees.

use super::{House, succeed_json};
use crate::process::{hearth, said};
use hearth_tests::wait::until;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Size of the file system.
const DISK: &str = "32m";
/// Bytes that can be freed on it later.
const BALLAST: u64 = 12 << 20;

/// A node in its own mount namespace; killed when dropped.
struct Confined {
    child: Child,
    mounted: PathBuf,
    api: String,
}

impl Confined {
    /// None where this machine lets nobody mount anything.
    fn start(house: &House) -> Option<Confined> {
        let mounted = house.path().join("disk");
        std::fs::create_dir(&mounted).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let script = format!(
            "mount -t tmpfs -o size={DISK} none \"$0\" && cp -a \"$1\"/. \"$0\" && \
             head -c {BALLAST} /dev/zero > \"$0\"/ballast && exec \"$2\" run --data \"$0\" --api 127.0.0.1:{port}"
        );
        let child = Command::new("unshare")
            .args(["-Urm", "sh", "-c", &script])
            .args([&mounted, &house.data()])
            .arg(hearth().get_program())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(house.path().join("node.log")).unwrap())
            .spawn();
        let mut node = Confined {
            child: child.ok()?,
            mounted,
            api: format!("http://127.0.0.1:{port}"),
        };
        let runs = until("the node runs, or cannot", || {
            if node.child.try_wait().unwrap().is_some() {
                return Some(false);
            }
            let status = node.hearth(house, &["status"]).output().unwrap();
            status.status.success().then_some(true)
        });
        runs.then_some(node)
    }

    fn hearth(&self, house: &House, arguments: &[&str]) -> Command {
        let mut command = hearth();
        command.env("HEARTH_HOME", house.path().join("ada"));
        command.env("HEARTH_NODE", &self.api).args(arguments);
        command
    }

    fn free(&self) {
        let inside = format!("/proc/{}/root{}/ballast", self.child.id(), self.mounted.display());
        std::fs::remove_file(inside).unwrap();
    }
}

impl Drop for Confined {
    fn drop(&mut self) {
        // Already dead is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_node_on_a_full_disk_says_so_stays_readable_and_goes_on_when_there_is_room() {
    let house = House::found();
    let Some(node) = Confined::start(&house) else {
        println!("skipped: this machine lets a test mount no file system of its own");
        return;
    };
    let first = succeed_json(&mut node.hearth(&house, &["ask", "Before the disk was full"]));
    assert_eq!(first["state"], "acknowledged");
    let file = house.path().join("film");
    std::fs::write(&file, vec![0x5a; 3 << 20]).unwrap();
    let mut said_so = String::new();
    for number in 0..12 {
        let title = format!("Film {number}");
        let output = node
            .hearth(&house, &["share", "--attach"])
            .arg(&file)
            .arg(&title)
            .output()
            .unwrap();
        if said(&output).contains("full") {
            said_so = said(&output);
            break;
        }
    }
    assert!(said_so.contains("disk"), "{said_so}");
    let threads = node.hearth(&house, &["threads"]).output().unwrap();
    assert!(
        said(&threads).contains("Before the disk was full"),
        "{}",
        said(&threads)
    );
    node.free();
    let later = succeed_json(&mut node.hearth(&house, &["ask", "After there was room"]));
    assert_eq!(later["state"], "acknowledged", "{later}");
    let outbox = succeed_json(&mut node.hearth(&house, &["outbox"]));
    assert_eq!(
        outbox["waiting"].as_array().unwrap().len(),
        0,
        "what waited went first"
    );
}
