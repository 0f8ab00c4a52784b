// Whether a processor that computes without a pause keeps the disk from working, as on some virtual machines:
//   gcc -O2 -pthread -o disk Scripts/peers/disk.c && ./disk FOLDER
// For each processor: how long a write of 4 KiB past the cache and its sync take from there, with nothing beside it and with a
// loop on each other processor. Milliseconds, the median of 200.
#define _GNU_SOURCE
#include "measure.h"
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>

enum { COUNT = 200, BLOCK = 4096 };

static atomic_int is_over;

static void stay_on(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fail("sched_setaffinity", "no such processor");
}

static void *compute(void *processor) {
  stay_on(*(int *)processor);
  while (!atomic_load(&is_over)) {
  }
  return NULL;
}

static void measure(int file, void *block, int processor, int busy) {
  static double writes[COUNT], syncs[COUNT];
  pthread_t thread;
  atomic_store(&is_over, 0);
  if (busy >= 0 && pthread_create(&thread, NULL, compute, &busy) != 0) fail("pthread_create", "no thread");
  stay_on(processor);
  for (int i = 0; i < COUNT; i++) {
    double start = now_seconds();
    if (pwrite(file, block, BLOCK, (off_t)i * BLOCK) != BLOCK) fail("pwrite", "the disk refuses");
    double written = now_seconds();
    if (fdatasync(file) != 0) fail("fdatasync", "the disk refuses");
    writes[i] = 1e3 * (written - start);
    syncs[i] = 1e3 * (now_seconds() - written);
  }
  atomic_store(&is_over, 1);
  if (busy >= 0) pthread_join(thread, NULL);
  qsort(writes, COUNT, sizeof *writes, ascending);
  qsort(syncs, COUNT, sizeof *syncs, ascending);
  printf("from processor %d, ", processor);
  if (busy >= 0) printf("%d busy", busy);
  else printf("none busy");
  printf(": write %.3f, sync %.3f\n", writes[COUNT / 2], syncs[COUNT / 2]);
}

int main(int argc, char **argv) {
  if (argc != 2) fail("usage", "disk FOLDER");
  char path[4096];
  snprintf(path, sizeof path, "%s/disk.XXXXXX", argv[1]);
  int file = mkostemp(path, O_DIRECT);
  if (file < 0) fail(path, "cannot be made");
  unlink(path);
  void *block;
  if (posix_memalign(&block, BLOCK, BLOCK) != 0) fail("posix_memalign", "no memory");
  memset(block, 7, BLOCK);
  for (int i = 0; i < COUNT; i++) {
    if (pwrite(file, block, BLOCK, (off_t)i * BLOCK) != BLOCK) fail("pwrite", "the disk refuses");
  }
  fsync(file);
  int processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
  for (int from = 0; from < processors; from++) {
    measure(file, block, from, -1);
    for (int busy = 0; busy < processors; busy++) {
      if (busy != from) measure(file, block, from, busy);
    }
  }
  return 0;
}
