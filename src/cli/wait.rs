//! Where commands wait for the network.

use std::path::Path;

use super::exit::Failure;

/// Runs what waits to its end. A lookup or a file that hangs is left behind.
pub fn wait<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io(Path::new("tokio"), &error))?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    Ok(result)
}
