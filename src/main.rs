//! The `hongyan` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(hongyan::cli::run().code())
}
