//! The `hongyan` binary.

use std::process::ExitCode;

/// Rendering asks for thousands of small pieces of memory for each mail. A library leaves the choice
/// to its application; this is one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(hongyan::cli::run().code())
}
