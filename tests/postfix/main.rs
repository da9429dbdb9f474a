//! hongyan and a real Postfix with Dovecot's logins. `tests/postfix/check` starts them and runs
//! these tests; without a server they are left out.
#![cfg(feature = "cli")]

mod delivered;
mod kept_open;
mod refused;
mod server;
