#!/usr/bin/env bash
# How many mails `hongyan serve` takes and delivers a second, and how soon they leave. The callers,
# the service and the server that takes the mails share this machine's cores.
#   tests/speed/http.sh [FOLDER [MAILS]]     FOLDER on the disk that counts, target/http-speed otherwise
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --release --bin hongyan --example http_speed
mkdir -p "${1:-target/http-speed}"
exec target/release/examples/http_speed "$PWD/target/release/hongyan" "$(cd "${1:-target/http-speed}" && pwd)" ${2:+"$2"}
