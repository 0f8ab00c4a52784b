// Drives a pair of PostgreSQL servers: A publishes, B subscribes. Figures go to standard output, one a line.
//   postgres publish A CLIENTS SECONDS FIRST      single durable inserts
//   postgres visible A B COUNT FIRST              insert at A until a SELECT at B finds it, ten a second
//   postgres busy A B CLIENTS SECONDS FIRST       the same, every 20 ms, while clients publish as fast as they can
//   postgres bulk A B COUNT FIRST                 COPY at A until the last row is found at B
//   postgres load A COUNT FIRST                   COPY at A alone, a thousand rows a commit
//   postgres caught B FIRST COUNT                 from the first row found at B until the last is
//   postgres lookup B CLIENTS SECONDS COUNT LOG   SELECT by document; LOG 1: with a durable row in a lookup log
#include "measure.h"
#include <libpq-fe.h>

static const char *place, *other;
static int first, count, logs;

static PGconn *connect_to(const char *where) {
  PGconn *connection = PQconnectdb(where);
  if (PQstatus(connection) != CONNECTION_OK) fail("connect", PQerrorMessage(connection));
  return connection;
}

static void done(PGconn *connection, PGresult *result, const char *what) {
  ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(what, PQerrorMessage(connection));
  PQclear(result);
}

static void prepare_insert(PGconn *connection) {
  done(connection,
       PQprepare(connection, "add", "INSERT INTO migration (reference, destination, document, plate, body) "
                                    "VALUES ($1, 'GT', $2, $3, $4)", 4, NULL), "prepare");
}

static void insert(PGconn *connection, int number) {
  char reference[24], document[24], plate[24], body[1024];
  snprintf(reference, sizeof reference, "B-%08d", number);
  snprintf(document, sizeof document, "A%08d", number);
  snprintf(plate, sizeof plate, "P%08d", number);
  record(body, sizeof body, number);
  const char *values[] = {reference, document, plate, body};
  done(connection, PQexecPrepared(connection, "add", 4, values, NULL, NULL, 0), "insert");
}

static void *publish_body(void *argument) {
  struct client *me = argument;
  PGconn *connection = connect_to(place);
  prepare_insert(connection);
  for (int i = 0; i < me->most && now_seconds() < me->until; i++) {
    double start = now_seconds();
    insert(connection, first + i * me->clients + me->number);
    me->times[me->count++] = now_seconds() - start;
  }
  PQfinish(connection);
  return NULL;
}

static void prepare_find(PGconn *connection) {
  done(connection, PQprepare(connection, "find", "SELECT body FROM migration WHERE document = $1", 1, NULL), "prepare");
  done(connection,
       PQprepare(connection, "log", "INSERT INTO lookup (officer, purpose, key) VALUES ('of-17', 'control', $1)", 1, NULL),
       "prepare");
}

static int is_there(PGconn *connection, int number) {
  char document[24];
  snprintf(document, sizeof document, "A%08d", number);
  const char *values[] = {document};
  PGresult *result = PQexecPrepared(connection, "find", 1, values, NULL, NULL, 0);
  int found = PQntuples(result) > 0;
  done(connection, result, "select");
  return found;
}

static void wait_for(PGconn *connection, int number, int microseconds) {
  double until = now_seconds() + 600;
  while (!is_there(connection, number)) {
    if (now_seconds() > until) fail("wait", "the row did not arrive");
    if (microseconds) usleep(microseconds);
  }
}

static void *probe_body(void *argument) {
  struct probe *probe = argument;
  PGconn *a = connect_to(place), *b = connect_to(other);
  prepare_insert(a);
  prepare_find(b);
  double start;
  do {
    start = now_seconds();
    insert(a, 90000000 + probe->count);
    wait_for(b, 90000000 + probe->count, 1000);
  } while (probe_next(probe, start));
  PQfinish(a);
  PQfinish(b);
  return NULL;
}

static void copy(PGconn *connection, int from, int rows) {
  PGresult *result = PQexec(connection, "COPY migration (reference, destination, document, plate, body) FROM STDIN");
  if (PQresultStatus(result) != PGRES_COPY_IN) fail("copy", PQerrorMessage(connection));
  PQclear(result);
  char line[1200], body[1024];
  for (int i = from; i < from + rows; i++) {
    record(body, sizeof body, i);
    int length = snprintf(line, sizeof line, "B-%08d\tGT\tA%08d\tP%08d\t%s\n", i, i, i, body);
    if (PQputCopyData(connection, line, length) != 1) fail("copy", PQerrorMessage(connection));
  }
  if (PQputCopyEnd(connection, NULL) != 1) fail("copy", PQerrorMessage(connection));
  while ((result = PQgetResult(connection))) done(connection, result, "copy");
}

static void *lookup_body(void *argument) {
  struct client *me = argument;
  PGconn *connection = connect_to(place);
  prepare_find(connection);
  unsigned seed = 17 + me->number;
  for (int i = 0; i < me->most && now_seconds() < me->until; i++) {
    int number = first + rand_r(&seed) % count;
    double start = now_seconds();
    if (logs) {
      char key[24];
      snprintf(key, sizeof key, "A%08d", number);
      const char *values[] = {key};
      done(connection, PQexecPrepared(connection, "log", 1, values, NULL, NULL, 0), "log");
    }
    if (!is_there(connection, number)) fail("lookup", "a row is missing");
    me->times[me->count++] = now_seconds() - start;
  }
  PQfinish(connection);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 3) fail("usage", "see the top of postgres.c");
  const char *verb = argv[1];
  static struct client all[256];
  place = argv[2];
  if (!strcmp(verb, "publish") && argc == 6) {
    int clients = atoi(argv[3]);
    double seconds = atof(argv[4]);
    first = atoi(argv[5]);
    run_clients(clients, seconds, 200000, publish_body, all);
    print_clients("publish", clients, seconds, all);
  } else if (!strcmp(verb, "visible") && argc == 6) {
    PGconn *a = connect_to(place), *b = connect_to(argv[3]);
    prepare_insert(a);
    prepare_find(b);
    count = atoi(argv[4]);
    double *times = malloc(sizeof(double) * count);
    for (int i = 0; i < count; i++) {
      double start = now_seconds();
      insert(a, atoi(argv[5]) + i);
      wait_for(b, atoi(argv[5]) + i, 100);
      times[i] = now_seconds() - start;
      rest_until(start + 0.1);
    }
    print_times("visible", times, count);
  } else if (!strcmp(verb, "busy") && argc == 7) {
    static struct probe probe;
    other = argv[3];
    first = atoi(argv[6]);
    probe_start(&probe, atof(argv[5]), probe_body);
    run_clients(atoi(argv[4]), atof(argv[5]), 200000, publish_body, all);
    probe_print(&probe, "visible_busy");
  } else if (!strcmp(verb, "bulk") && argc == 6) {
    PGconn *a = connect_to(place), *b = connect_to(argv[3]);
    prepare_find(b);
    count = atoi(argv[4]);
    first = atoi(argv[5]);
    double start = now_seconds();
    copy(a, first, count);
    wait_for(b, first + count - 1, 1000);
    printf("bulk_per_s\t%.1f\n", count / (now_seconds() - start));
  } else if (!strcmp(verb, "load") && argc == 5) {
    PGconn *a = connect_to(place);
    count = atoi(argv[3]);
    first = atoi(argv[4]);
    for (int at = 0; at < count; at += 1000) copy(a, first + at, count - at < 1000 ? count - at : 1000);
  } else if (!strcmp(verb, "caught") && argc == 5) {
    PGconn *b = connect_to(place);
    prepare_find(b);
    first = atoi(argv[3]);
    count = atoi(argv[4]);
    wait_for(b, first, 500);
    double start = now_seconds();
    wait_for(b, first + count - 1, 5000);
    printf("catchup_per_s\t%.1f\n", count / (now_seconds() - start));
  } else if (!strcmp(verb, "lookup") && argc == 8) {
    int clients = atoi(argv[3]);
    double seconds = atof(argv[4]);
    first = atoi(argv[5]);
    count = atoi(argv[6]);
    logs = atoi(argv[7]);
    run_clients(clients, seconds, 400000, lookup_body, all);
    print_clients(logs ? "lookup_logged" : "lookup", clients, seconds, all);
  } else {
    fail("usage", "see the top of postgres.c");
  }
  return 0;
}
