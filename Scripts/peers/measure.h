// What the drivers of the peers share: a clock, percentiles, threads, and the record that is measured.
#pragma once
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void rest_until(double moment) {
  double rest = moment - now_seconds();
  if (rest > 0) usleep(rest * 1e6);
}

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

// Prints the figure's 50th and 99th percentile in milliseconds.
static void print_times(const char *figure, double *times, int count) {
  qsort(times, count, sizeof *times, ascending);
  printf("%s_p50_ms\t%.4f\n", figure, times[count / 2] * 1000);
  printf("%s_p99_ms\t%.4f\n", figure, times[count * 99 / 100] * 1000);
}

// The same departure of about 365 bytes that the node's benchmark publishes.
static int record(char *out, size_t size, int number) {
  return snprintf(
      out, size,
      "{\"event\":\"departure\",\"crossing\":\"GT-SV/la-hachadura\",\"post\":\"GT-SV/la-hachadura/SV\",\"from\":\"SV\","
      "\"to\":\"GT\",\"time\":\"2026-11-24T08:03:22-06:00\",\"document\":{\"kind\":\"passport\",\"country\":\"SV\","
      "\"number\":\"A%08d\"},\"surname\":\"Mart\303\255nez Pe\303\261a\",\"given_names\":\"Ana Mar\303\255a\","
      "\"birth_date\":\"1974-08-12\",\"sex\":\"F\",\"nationality\":\"SV\",\"vehicle\":{\"country\":\"SV\",\"text\":"
      "\"P %08d\"},\"decision\":\"admit\",\"reference\":\"B-%08d\"}",
      number, number, number);
}

// Several clients at once, each running `body` until the time is over; `body` gives the number of its operations.
struct client {
  pthread_t thread;
  int number, clients, most;
  double until;
  double *times;
  int count;
};

static void run_clients(int clients, double seconds, int most, void *(*body)(void *), struct client *all) {
  double start = now_seconds();
  for (int i = 0; i < clients; i++) {
    all[i] = (struct client){.number = i, .clients = clients, .most = most, .until = start + seconds};
    all[i].times = malloc(sizeof(double) * most);
    pthread_create(&all[i].thread, NULL, body, &all[i]);
  }
  for (int i = 0; i < clients; i++) pthread_join(all[i].thread, NULL);
}

// Beside such clients, every 20 ms a record that is watched until it is found at the other side.
struct probe {
  pthread_t thread;
  double until;
  double times[1000];
  int count;
};

static void probe_start(struct probe *probe, double seconds, void *(*body)(void *)) {
  probe->until = now_seconds() + seconds;
  pthread_create(&probe->thread, NULL, body, probe);
}

// Takes down when the record that was published at `start` was found, and rests; gives whether there is time for another.
static int probe_next(struct probe *probe, double start) {
  probe->times[probe->count++] = now_seconds() - start;
  rest_until(start + 0.02);
  return now_seconds() < probe->until && probe->count < 1000;
}

static void probe_print(struct probe *probe, const char *figure) {
  pthread_join(probe->thread, NULL);
  print_times(figure, probe->times, probe->count);
}

static void print_clients(const char *figure, int clients, double seconds, struct client *all) {
  int count = 0;
  for (int i = 0; i < clients; i++) count += all[i].count;
  double *times = malloc(sizeof(double) * (count + 1));
  int at = 0;
  for (int i = 0; i < clients; i++)
    for (int j = 0; j < all[i].count; j++) times[at++] = all[i].times[j];
  char name[64];
  snprintf(name, sizeof name, "%s_%d", figure, clients);
  printf("%s_per_s\t%.1f\n", name, count / seconds);
  print_times(name, times, count);
  free(times);
}
