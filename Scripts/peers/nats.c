// Drives a NATS JetStream hub A and a leaf B whose stream mirrors A's. Figures go to standard output, one a line.
//   nats publish A CLIENTS SECONDS FIRST     one message, acknowledged, at a time
//   nats visible A B COUNT FIRST             publish at A until a get at B finds it, ten a second
//   nats busy A B CLIENTS SECONDS FIRST      the same, every 20 ms, while clients publish as fast as they can
//   nats bulk A B COUNT FIRST                asynchronous publishing at A until B holds all
//   nats load A COUNT FIRST                  asynchronous publishing at A alone
//   nats caught B BEFORE COUNT               from the first message beyond BEFORE at B until all are there
//   nats lookup B CLIENTS SECONDS FIRST COUNT   direct get by document
#include "measure.h"
#include <nats/nats.h>

static const char *place, *other;
static int first, count;

static void ok(natsStatus status, const char *what) {
  if (status != NATS_OK) fail(what, natsStatus_GetText(status));
}

struct server {
  natsConnection *connection;
  jsCtx *stream;
};

static struct server connect_to(const char *where, int pending) {
  struct server server;
  jsOptions options;
  jsOptions_Init(&options);
  options.PublishAsync.MaxPending = pending;
  options.Wait = 30000;
  ok(natsConnection_ConnectTo(&server.connection, where), "connect");
  ok(natsConnection_JetStream(&server.stream, server.connection, &options), "jetstream");
  return server;
}

static void publish(struct server *server, int number, int waits) {
  char subject[40], body[1024];
  snprintf(subject, sizeof subject, "migration.A%08d", number);
  int length = record(body, sizeof body, number);
  if (waits)
    ok(js_Publish(NULL, server->stream, subject, body, length, NULL, NULL), "publish");
  else
    ok(js_PublishAsync(server->stream, subject, body, length, NULL), "publish");
}

static int is_there(struct server *server, const char *stream, int number) {
  char subject[40];
  snprintf(subject, sizeof subject, "migration.A%08d", number);
  jsDirectGetMsgOptions options;
  jsDirectGetMsgOptions_Init(&options);
  options.LastBySubject = subject;
  natsMsg *message = NULL;
  natsStatus status = js_DirectGetMsg(&message, server->stream, stream, NULL, &options);
  natsMsg_Destroy(message);
  return status == NATS_OK;
}

static unsigned long long held(struct server *server, const char *stream) {
  jsStreamInfo *info = NULL;
  ok(js_GetStreamInfo(&info, server->stream, stream, NULL, NULL), "stream info");
  unsigned long long messages = info->State.Msgs;
  jsStreamInfo_Destroy(info);
  return messages;
}

static void wait_held(struct server *server, const char *stream, unsigned long long messages, int microseconds) {
  double until = now_seconds() + 600;
  while (held(server, stream) < messages) {
    if (now_seconds() > until) fail("wait", "the messages did not arrive");
    usleep(microseconds);
  }
}

static void wait_for(struct server *server, int number, int microseconds) {
  double until = now_seconds() + 600;
  while (!is_there(server, "COPY", number)) {
    if (now_seconds() > until) fail("wait", "the message did not arrive");
    if (microseconds) usleep(microseconds);
  }
}

static void *publish_body(void *argument) {
  struct client *me = argument;
  struct server server = connect_to(place, 1);
  for (int i = 0; i < me->most && now_seconds() < me->until; i++) {
    double start = now_seconds();
    publish(&server, first + i * me->clients + me->number, 1);
    me->times[me->count++] = now_seconds() - start;
  }
  return NULL;
}

static void *lookup_body(void *argument) {
  struct client *me = argument;
  struct server server = connect_to(place, 1);
  unsigned seed = 17 + me->number;
  for (int i = 0; i < me->most && now_seconds() < me->until; i++) {
    double start = now_seconds();
    if (!is_there(&server, "COPY", first + rand_r(&seed) % count)) fail("lookup", "a message is missing");
    me->times[me->count++] = now_seconds() - start;
  }
  return NULL;
}

static void *probe_body(void *argument) {
  struct probe *probe = argument;
  struct server a = connect_to(place, 1), b = connect_to(other, 1);
  double start;
  do {
    start = now_seconds();
    publish(&a, 90000000 + probe->count, 1);
    wait_for(&b, 90000000 + probe->count, 1000);
  } while (probe_next(probe, start));
  return NULL;
}

static void load(struct server *a) {
  for (int i = 0; i < count; i++) publish(a, first + i, 0);
  ok(js_PublishAsyncComplete(a->stream, NULL), "publish");
}

int main(int argc, char **argv) {
  if (argc < 3) fail("usage", "see the top of nats.c");
  const char *verb = argv[1];
  static struct client all[256];
  place = argv[2];
  if (!strcmp(verb, "publish") && argc == 6) {
    int clients = atoi(argv[3]);
    double seconds = atof(argv[4]);
    first = atoi(argv[5]);
    run_clients(clients, seconds, 400000, publish_body, all);
    print_clients("publish", clients, seconds, all);
  } else if (!strcmp(verb, "visible") && argc == 6) {
    struct server a = connect_to(place, 1), b = connect_to(argv[3], 1);
    count = atoi(argv[4]);
    first = atoi(argv[5]);
    double *times = malloc(sizeof(double) * count);
    for (int i = 0; i < count; i++) {
      double start = now_seconds();
      publish(&a, first + i, 1);
      wait_for(&b, first + i, 100);
      times[i] = now_seconds() - start;
      rest_until(start + 0.1);
    }
    print_times("visible", times, count);
  } else if (!strcmp(verb, "busy") && argc == 7) {
    static struct probe probe;
    other = argv[3];
    first = atoi(argv[6]);
    probe_start(&probe, atof(argv[5]), probe_body);
    run_clients(atoi(argv[4]), atof(argv[5]), 400000, publish_body, all);
    probe_print(&probe, "visible_busy");
  } else if (!strcmp(verb, "bulk") && argc == 6) {
    struct server a = connect_to(place, 4096), b = connect_to(argv[3], 1);
    count = atoi(argv[4]);
    first = atoi(argv[5]);
    unsigned long long before = held(&b, "COPY");
    double start = now_seconds();
    load(&a);
    wait_held(&b, "COPY", before + count, 1000);
    printf("bulk_per_s\t%.1f\n", count / (now_seconds() - start));
  } else if (!strcmp(verb, "load") && argc == 5) {
    struct server a = connect_to(place, 4096);
    count = atoi(argv[3]);
    first = atoi(argv[4]);
    load(&a);
  } else if (!strcmp(verb, "caught") && argc == 5) {
    struct server b = connect_to(place, 1);
    unsigned long long before = strtoull(argv[3], NULL, 10);
    count = atoi(argv[4]);
    wait_held(&b, "COPY", before + 1, 500);
    unsigned long long begun = held(&b, "COPY");
    double start = now_seconds();
    wait_held(&b, "COPY", before + count, 2000);
    printf("catchup_per_s\t%.1f\n", (before + count - begun) / (now_seconds() - start));
  } else if (!strcmp(verb, "held") && argc == 4) {
    struct server server = connect_to(place, 1);
    printf("%llu\n", held(&server, argv[3]));
  } else if (!strcmp(verb, "make") && argc == 4) {
    // make A hub|leaf: the stream at the hub, or its mirror at the leaf.
    struct server server = connect_to(place, 1);
    jsStreamConfig stream;
    jsStreamConfig_Init(&stream);
    const char *subjects[] = {"migration.*"};
    jsStreamSource mirror;
    jsStreamSource_Init(&mirror);
    jsExternalStream external;
    jsExternalStream_Init(&external);
    external.APIPrefix = "$JS.hub.API";
    external.DeliverPrefix = "";
    stream.Storage = js_FileStorage;
    stream.AllowDirect = true;
    if (!strcmp(argv[3], "hub")) {
      stream.Name = "DEPARTURES";
      stream.Subjects = subjects;
      stream.SubjectsLen = 1;
    } else {
      mirror.Name = "DEPARTURES";
      mirror.External = &external;
      stream.Name = "COPY";
      stream.Mirror = &mirror;
      stream.MirrorDirect = false;
    }
    ok(js_AddStream(NULL, server.stream, &stream, NULL, NULL), "stream");
  } else if (!strcmp(verb, "lookup") && argc == 7) {
    int clients = atoi(argv[3]);
    double seconds = atof(argv[4]);
    first = atoi(argv[5]);
    count = atoi(argv[6]);
    run_clients(clients, seconds, 400000, lookup_body, all);
    print_clients("lookup", clients, seconds, all);
  } else {
    fail("usage", "see the top of nats.c");
  }
  return 0;
}
