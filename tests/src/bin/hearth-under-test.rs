//! `hearth` as the tests run it: cargo builds a package's own programs before that package's tests, so this one is
//! never older than the source.

fn main() -> std::process::ExitCode {
    hearth_cli::main()
}
