#!/usr/bin/env bash
# NATS JetStream: a hub with a file stream and a leaf node with a mirror of it. Its file store acknowledges without fsync
# (by default it syncs every two minutes). Prints one figure a line.
#   nats.sh DRIVER FOLDER RECORDS
set -euo pipefail
driver=$1 folder=$2/nats records=$3
mkdir -p "$folder"
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
a_port=$(free_port) b_port=$(free_port) leaf_port=$(free_port)
cat >"$folder/a.conf" <<CONF
listen: 127.0.0.1:$a_port
server_name: a
jetstream { store_dir: "$folder/a", domain: hub, max_file: 20G }
leafnodes { listen: 127.0.0.1:$leaf_port }
CONF
cat >"$folder/b.conf" <<CONF
listen: 127.0.0.1:$b_port
server_name: b
jetstream { store_dir: "$folder/b", domain: leaf, max_file: 20G }
leafnodes { remotes: [ { url: "nats://127.0.0.1:$leaf_port" } ], reconnect: 1 }
CONF
declare -A process
# Waited for: a server that is still ending writes into the folder that is to be removed.
stop() {
  for side in "${!process[@]}"; do kill "${process[$side]}" 2>/dev/null || true; done
  wait || true
}
trap stop EXIT
start() {
  nats-server -c "$folder/$1.conf" >"$folder/$1.log" 2>&1 &
  process[$1]=$!
  for _ in $(seq 1 200); do grep -q 'Server is ready' "$folder/$1.log" && return; sleep 0.05; done
}
start a
start b
a=nats://127.0.0.1:$a_port b=nats://127.0.0.1:$b_port
sleep 1
"$driver" make "$a" hub
"$driver" make "$b" leaf
sleep 1
caught_up() { for _ in $(seq 1 600); do
  [[ $("$driver" held "$b" COPY) == $("$driver" held "$a" DEPARTURES) ]] && return
  sleep 0.1
done; }
wire() { ss -tinH "sport = :$leaf_port" | tr ' ' '\n' | sed -n 's/^bytes_sent://p' | sort -n | tail -n 1; }

"$driver" visible "$a" "$b" 200 0
for clients in 1 8 64; do "$driver" publish "$a" "$clients" 4 $((10000000 + clients * 1000000)); done
caught_up
"$driver" busy "$a" "$b" 8 4 50000000
caught_up
"$driver" bulk "$a" "$b" "$records" 1000000
before=$("$driver" held "$b" COPY)
kill "${process[b]}"
wait "${process[b]}" 2>/dev/null || true
"$driver" load "$a" "$records" 3000000
start b
"$driver" caught "$b" "$before" "$records"
printf 'catchup_wire_bytes\t%.1f\n' "$(python3 -c "print($(wire) / $records)")"
caught_up
for clients in 1 8 64; do "$driver" lookup "$b" "$clients" 4 1000000 "$records"; done
rows=$("$driver" held "$b" COPY)
for side in a b; do
  printf 'disk_%s_bytes\t%.1f\n' "$side" "$(python3 -c "print($(du -sb "$folder/$side" | cut -f1) / $rows)")"
  printf 'memory_%s_mib\t%.1f\n' "$side" "$(ps -o rss= -p "${process[$side]}" | awk '{print $1 / 1024}')"
done
