#!/usr/bin/env bash
# PostgreSQL 15 with logical replication over TLS between two servers of its own: durable defaults, and the subscriber
# once with synchronous_commit off (its default when it applies) and once on. Prints one figure a line.
#   postgres.sh DRIVER FOLDER RECORDS off|on
set -euo pipefail
driver=$1 folder=$2/postgres-$4 records=$3 sync=$4
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
user=postgres
mkdir -p "$folder"
chown "$user" "$folder"
as() { runuser -u "$user" -- "$@"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -keyout "$folder/server.key" -out "$folder/server.crt" 2>/dev/null
chown "$user" "$folder"/server.*
chmod 600 "$folder/server.key"
started=()
stop() { for data in "${started[@]}"; do as "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1 || true; done; }
trap stop EXIT

declare -A port
for side in a b; do
  data=$folder/$side
  port[$side]=$(free_port)
  as "$bin/initdb" -D "$data" -A trust -E UTF8 --locale C >/dev/null
  cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = ${port[$side]}
unix_socket_directories = '$folder'
wal_level = logical
ssl = on
ssl_cert_file = '$folder/server.crt'
ssl_key_file = '$folder/server.key'
shared_buffers = 256MB
max_wal_size = 4GB
max_connections = 200
wal_retrieve_retry_interval = 100ms
log_min_messages = fatal
CONF
  as "$bin/pg_ctl" -D "$data" -w -l "$folder/$side.log" start >/dev/null
  started+=("$data")
done
a="host=127.0.0.1 port=${port[a]} user=$user dbname=postgres sslmode=require"
b="host=127.0.0.1 port=${port[b]} user=$user dbname=postgres sslmode=require"
for place in "$a" "$b"; do
  psql -qX "$place" <<'SQL'
CREATE TABLE migration (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), reference text NOT NULL,
  destination text NOT NULL, document text NOT NULL, plate text NOT NULL, body text NOT NULL);
CREATE INDEX ON migration (reference);
CREATE INDEX ON migration (document);
CREATE INDEX ON migration (plate);
CREATE TABLE lookup (id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), officer text, purpose text, key text);
SQL
done
psql -qX "$a" -c "CREATE PUBLICATION departures FOR TABLE migration WHERE (destination = 'GT') WITH (publish = 'insert')"
psql -qX "$b" -c "CREATE SUBSCRIPTION departures CONNECTION '$a' PUBLICATION departures WITH (synchronous_commit = '$sync')" 2>/dev/null
caught_up() { for _ in $(seq 1 6000); do
  [[ $(psql -qtAX "$b" -c 'SELECT count(*) FROM migration') == $(psql -qtAX "$a" -c 'SELECT count(*) FROM migration') ]] && return
  sleep 0.1
done; }
wire() { ss -tinH "sport = :${port[a]}" | tr ' ' '\n' | sed -n 's/^bytes_sent://p' | sort -n | tail -n 1; }
memory() { ps -o rss= --ppid "$(head -n 1 "$folder/$1/postmaster.pid")" | awk '{s += $1} END {print s / 1024}'; }

"$driver" visible "$a" "$b" 200 0
for clients in 1 8 64; do "$driver" publish "$a" "$clients" 4 $((10000000 + clients * 1000000)); done
caught_up
"$driver" busy "$a" "$b" 8 4 50000000
caught_up
psql -qX "$a" -c CHECKPOINT
"$driver" bulk "$a" "$b" "$records" 1000000
psql -qX "$b" -c 'ALTER SUBSCRIPTION departures DISABLE'
sleep 1
"$driver" load "$a" "$records" 3000000
psql -qX "$b" -c 'ALTER SUBSCRIPTION departures ENABLE'
"$driver" caught "$b" 3000000 "$records"
printf 'catchup_wire_bytes\t%.1f\n' "$(python3 -c "print($(wire) / $records)")"
caught_up
for clients in 1 8 64; do
  "$driver" lookup "$b" "$clients" 4 1000000 "$records" 1
  "$driver" lookup "$b" "$clients" 4 1000000 "$records" 0
done
rows=$(psql -qtAX "$b" -c 'SELECT count(*) FROM migration')
for side in a b; do
  [[ $side == a ]] && place=$a || place=$b
  psql -qX "$place" -c 'VACUUM migration'
  bytes=$(psql -qtAX "$place" -c "SELECT pg_total_relation_size('migration')")
  python3 -c "print('disk_$side' + '_bytes\t%.1f' % ($bytes / $rows))"
  printf 'memory_%s_mib\t%.1f\n' "$side" "$(memory $side)"
done
