//! The binary comes with the next step.

fn main() {}
