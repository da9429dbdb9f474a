//! What every server of ours needs: a port, connections with deadlines, the names under which it
//! may be asked for, and the mails that the inbox caught. It knows neither the studio nor the
//! service, and nothing of what they answer.

pub mod asked;
pub mod caught;
pub mod hosts;
pub mod listen;
pub mod server;
mod unread;
