//! `hearth`, the program. Everything it does is in the library beside it, so that the tests run the same code.

fn main() -> std::process::ExitCode {
    hearth_cli::main()
}
