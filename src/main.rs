//! argv in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    tta_promote::cli::main(std::env::args_os())
}
