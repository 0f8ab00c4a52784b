// What a plain design in C reaches, and what its parts need alone: SQLite in WAL mode with synchronous=FULL on both sides, one
// table and two random index rows a record, XChaCha20-Poly1305 a record, one Ed25519 signature a batch, loopback TCP, two
// processes. No blind index, no log or proof, no receipt, no agreement, no definition, one client. Figures go to standard
// output, one a line.
//   plain FOLDER RECORDS
#include "measure.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { LONGEST = 1024, MOST = 10000, OVERHEAD = 24 + 16 };
static unsigned char key[32], public_key[32], secret_key[64];

// One side's database.
struct side {
  sqlite3 *database;
  sqlite3_stmt *insert, *select;
};

static void run(struct side *side, const char *sql) {
  if (sqlite3_exec(side->database, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sql, sqlite3_errmsg(side->database));
}

static struct side open_side(const char *folder, const char *name) {
  struct side side = {0};
  char path[512];
  snprintf(path, sizeof path, "%s/%s.db", folder, name);
  if (sqlite3_open(path, &side.database) != SQLITE_OK) fail("open", path);
  run(&side,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16384;"
      "CREATE TABLE records(id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, data BLOB NOT NULL);"
      "CREATE INDEX by_a ON records(a); CREATE INDEX by_b ON records(b);");
  sqlite3_prepare_v2(side.database, "INSERT INTO records(a, b, data) VALUES(?, ?, ?)", -1, &side.insert, NULL);
  sqlite3_prepare_v2(side.database, "SELECT data FROM records WHERE id > ? ORDER BY id LIMIT ?", -1, &side.select, NULL);
  return side;
}

static void add(struct side *side, const void *data, int length) {
  sqlite3_int64 numbers[2];
  randombytes_buf(numbers, sizeof numbers);
  sqlite3_bind_int64(side->insert, 1, numbers[0]);
  sqlite3_bind_int64(side->insert, 2, numbers[1]);
  sqlite3_bind_blob(side->insert, 3, data, length, SQLITE_STATIC);
  if (sqlite3_step(side->insert) != SQLITE_DONE) fail("insert", sqlite3_errmsg(side->database));
  sqlite3_reset(side->insert);
}

// Inserts `count` departures in one durable commit.
static void commit(struct side *side, int first, int count) {
  char body[LONGEST];
  run(side, "BEGIN IMMEDIATE");
  for (int i = 0; i < count; i++) add(side, body, record(body, sizeof body, first + i));
  run(side, "COMMIT");
}

static void put(int socket, const void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = send(socket, (const char *)bytes + done, length - done, MSG_NOSIGNAL);
    if (count <= 0) fail("send", "the other side is gone");
    done += count;
  }
}

static int get(int socket, void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = recv(socket, (char *)bytes + done, length - done, 0);
    if (count <= 0) return 0;
    done += count;
  }
  return 1;
}

// A batch on the wire: bytes, records, the signature of what follows; each record with its length, nonce and tag.
struct head {
  uint32_t bytes, count;
  unsigned char signature[64];
};
static unsigned char frame[sizeof(struct head) + MOST * (LONGEST + OVERHEAD)];

static size_t seal(size_t at, const void *body, int length) {
  uint16_t size = length + OVERHEAD;
  unsigned char *out = frame + sizeof(struct head) + at;
  memcpy(out, &size, 2);
  randombytes_buf(out + 2, 24);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + 26, NULL, body, length, NULL, 0, NULL, out + 2, key);
  return at + 2 + size;
}

static void sign_and_send(int socket, size_t bytes, int count) {
  struct head head = {bytes, count, {0}};
  unsigned char hash[32];
  crypto_generichash(hash, sizeof hash, frame + sizeof head, bytes, NULL, 0);
  crypto_sign_detached(head.signature, NULL, hash, sizeof hash, secret_key);
  memcpy(frame, &head, sizeof head);
  put(socket, frame, sizeof head + bytes);
}

// Sends `count` departures as they were made.
static void send_made(int socket, int first, int count) {
  char body[LONGEST];
  size_t bytes = 0;
  for (int i = 0; i < count; i++) bytes = seal(bytes, body, record(body, sizeof body, first + i));
  sign_and_send(socket, bytes, count);
}

// Sends up to `count` rows behind `after`, read back; gives the number of them.
static int send_rows(int socket, struct side *side, sqlite3_int64 after, int count) {
  size_t bytes = 0;
  int sent = 0;
  sqlite3_bind_int64(side->select, 1, after);
  sqlite3_bind_int64(side->select, 2, count);
  while (sqlite3_step(side->select) == SQLITE_ROW) {
    bytes = seal(bytes, sqlite3_column_blob(side->select, 0), sqlite3_column_bytes(side->select, 0));
    sent++;
  }
  sqlite3_reset(side->select);
  sign_and_send(socket, bytes, sent);
  return sent;
}

// The recipient: checks, opens, commits, says how many it holds.
static void receive(int socket, const char *folder) {
  struct side side = open_side(folder, "b");
  uint64_t held = 0;
  struct head head;
  while (get(socket, &head, sizeof head)) {
    if (head.bytes > sizeof frame - sizeof head || !get(socket, frame, head.bytes)) fail("receive", "a batch is cut short");
    unsigned char hash[32], body[LONGEST];
    crypto_generichash(hash, sizeof hash, frame, head.bytes, NULL, 0);
    if (crypto_sign_verify_detached(head.signature, hash, sizeof hash, public_key) != 0) fail("receive", "a wrong signature");
    run(&side, "BEGIN IMMEDIATE");
    size_t at = 0;
    for (uint32_t i = 0; i < head.count; i++) {
      uint16_t size;
      unsigned long long length;
      memcpy(&size, frame + at, 2);
      if (crypto_aead_xchacha20poly1305_ietf_decrypt(body, &length, NULL, frame + at + 26, size - 24, NULL, 0,
                                                     frame + at + 2, key) != 0)
        fail("receive", "a body does not open");
      add(&side, body, (int)length);
      at += 2 + size;
    }
    run(&side, "COMMIT");
    held += head.count;
    put(socket, &held, sizeof held);
  }
  exit(0);
}

static uint64_t held = 0;
static void wait_held(int socket, uint64_t wanted) {
  while (held < wanted)
    if (!get(socket, &held, sizeof held)) fail("wait", "the recipient is gone");
}

// Takes what has been said, without waiting.
static void take_held(int socket) {
  uint64_t number;
  while (recv(socket, &number, sizeof number, MSG_DONTWAIT | MSG_PEEK) == sizeof number) get(socket, &held, sizeof held);
}

static double each(int rounds, double start) { return (now_seconds() - start) / rounds * 1e6; }

// The parts alone.
static void limits(const char *folder) {
  struct side side = open_side(folder, "raw");
  commit(&side, 0, 100000);
  int made = 0;
  double start = now_seconds();
  while (now_seconds() - start < 2) commit(&side, made++, 1);
  printf("sqlite_1_per_s\t%.1f\n", made / (now_seconds() - start));
  made = 0;
  start = now_seconds();
  while (now_seconds() - start < 2) commit(&side, made++, 10000);
  printf("sqlite_10000_per_s\t%.1f\n", made * 10000 / (now_seconds() - start));

  unsigned char message[400] = {1}, out[500], nonce[24] = {2}, signature[64];
  start = now_seconds();
  for (int i = 0; i < 2000; i++) crypto_sign_detached(signature, NULL, message, 120, secret_key);
  printf("sign_us\t%.2f\n", each(2000, start));
  start = now_seconds();
  for (int i = 0; i < 2000; i++)
    if (crypto_sign_verify_detached(signature, message, 120, public_key) != 0) fail("verify", "a wrong signature");
  printf("verify_us\t%.2f\n", each(2000, start));
  start = now_seconds();
  for (int i = 0; i < 100000; i++)
    crypto_aead_xchacha20poly1305_ietf_encrypt(out, NULL, message, 400, NULL, 0, NULL, nonce, key);
  printf("seal_400_us\t%.2f\n", each(100000, start));
}

static void round_trips(int socket) {
  // An empty batch is checked, committed as nothing, and answered: its way there and back is the link's.
  double start = now_seconds();
  for (int i = 0; i < 500; i++) {
    sign_and_send(socket, 0, 0);
    uint64_t number;
    if (!get(socket, &number, sizeof number)) fail("round trip", "the recipient is gone");
  }
  printf("empty_batch_us\t%.2f\n", each(500, start));
}

int main(int argc, char **argv) {
  if (argc != 3 || sodium_init() < 0) fail("usage", "plain FOLDER RECORDS");
  const char *folder = argv[1];
  int records = atoi(argv[2]);
  randombytes_buf(key, sizeof key);
  crypto_sign_keypair(public_key, secret_key);
  limits(folder);
  fflush(stdout);

  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof place;
  if (bind(listener, (struct sockaddr *)&place, length) != 0 || listen(listener, 1) != 0 ||
      getsockname(listener, (struct sockaddr *)&place, &length) != 0)
    fail("listen", "no port");
  pid_t recipient = fork();
  if (recipient == 0) {
    int peer = accept(listener, NULL, NULL);
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    receive(peer, folder);
  }
  int link = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(link, (struct sockaddr *)&place, length) != 0) fail("connect", "nobody listens");
  setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct side side = open_side(folder, "a");
  uint64_t sent = 0;
  round_trips(link);

  double accepted[200], visible[200];
  for (int i = 0; i < 200; i++) {
    double start = now_seconds();
    commit(&side, i, 1);
    accepted[i] = now_seconds() - start;
    send_made(link, i, 1);
    wait_held(link, ++sent);
    visible[i] = now_seconds() - start;
    rest_until(start + 0.1);
  }
  print_times("accepted", accepted, 200);
  print_times("visible", visible, 200);

  int made = 0;
  double start = now_seconds();
  for (; now_seconds() - start < 4; made++) {
    commit(&side, 1000000 + made, 1);
    send_made(link, 1000000 + made, 1);
    take_held(link);
  }
  printf("publish_1_per_s\t%.1f\n", made / (now_seconds() - start));
  wait_held(link, sent += made);

  start = now_seconds();
  for (int at = 0; at < records; at += 1000) {
    commit(&side, 2000000 + at, 1000);
    send_made(link, 2000000 + at, 1000);
    take_held(link);
  }
  wait_held(link, sent += (records + 999) / 1000 * 1000);
  printf("bulk_per_s\t%.1f\n", records / (now_seconds() - start));

  sqlite3_int64 after = sqlite3_last_insert_rowid(side.database);
  for (int at = 0; at < records; at += 1000) commit(&side, 3000000 + at, 1000);
  uint64_t begun = sent;
  start = now_seconds();
  for (int count; (count = send_rows(link, &side, after, 1000)) > 0; after += count, sent += count) take_held(link);
  wait_held(link, sent);
  printf("catchup_per_s\t%.1f\n", (sent - begun) / (now_seconds() - start));
  close(link);
  waitpid(recipient, NULL, 0);
  return 0;
}
