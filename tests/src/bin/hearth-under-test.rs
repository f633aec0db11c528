//! The program itself, built beside the tests so that cargo tells them where it is.

fn main() -> std::process::ExitCode {
    hearth_cli::main()
}
