//! What a process needs that runs for long: to hear what the system asks of it, to read a project
//! as a whole, and workers that take turns. It knows neither servers nor the terminal.

pub mod fixed;
pub mod orders;
pub mod reading;
pub mod signals;
pub mod workers;
