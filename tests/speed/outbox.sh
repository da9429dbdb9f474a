#!/usr/bin/env bash
# How many mails the outbox takes and delivers a second, and how soon they leave.
#   tests/speed/outbox.sh [FOLDER [MAILS]]     FOLDER on the disk that counts, target/outbox-speed otherwise
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --release --no-default-features --features outbox --example outbox_speed
exec target/release/examples/outbox_speed "${1:-target/outbox-speed}" ${2:+"$2"}
