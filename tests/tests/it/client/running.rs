//! A node that is told to stop.

use super::House;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_node_told_to_stop_while_it_opens_does_not_wait_for_that() {
    let house = House::found();
    // A key file that nobody writes to: reading it takes for ever.
    let key = house.data().join("witness.key");
    fs::remove_file(&key).unwrap();
    crate::process::succeed(Command::new("mkfifo").args(["-m", "600"]).arg(&key));
    let mut command = house.hearth(["run", "--until-eof"]);
    let mut node = command.stdin(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert!(node.try_wait().unwrap().is_none(), "it is still opening");
    drop(node.stdin.take());
    let until = Instant::now() + Duration::from_secs(30);
    let ended = loop {
        if let Some(status) = node.try_wait().unwrap() {
            break Some(status);
        }
        if Instant::now() > until {
            break None;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    node.kill().unwrap();
    assert!(ended.expect("it ends").success());
}
