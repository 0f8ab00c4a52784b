/* A disk that loses what was not synced, for a program started with LD_PRELOAD. Writes to the files of a store go through, as
   into the system's cache; what they overwrite is put into a file `X.undo` beside `X` first, and thrown away when X is synced.
   When the program was killed, undoing what is left there, last first, gives X as a power cut leaves it.

   A record of `X.undo`: four 64-bit numbers (offset, bytes written, bytes that stood there, length of X), then the latter. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_FILES = 32 };
static struct { dev_t device; ino_t inode; int undo; } files[MOST_FILES];
static int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int ends(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

/* The journal of what a descriptor names; -1 when it is no file of a store. */
static int undo_of(int file) {
  struct stat info;
  if (syscall(SYS_fstat, file, &info) != 0 || !S_ISREG(info.st_mode)) return -1;
  for (int i = 0; i < count; i++)
    if (files[i].device == info.st_dev && files[i].inode == info.st_ino) return files[i].undo;
  char link[64], path[PATH_MAX + 8];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, PATH_MAX);
  if (length <= 0) return -1;
  path[length] = 0;
  if (!ends(path, "/istmo.db") && !ends(path, "/istmo.db-wal") && !ends(path, "/istmo.db-lock") &&
      !ends(path, "/istmo.db-commits"))
    return -1;
  if (count == MOST_FILES) return -1;
  strcat(path, ".undo");
  int undo = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  files[count].device = info.st_dev;
  files[count].inode = info.st_ino;
  files[count].undo = undo;
  count++;
  return undo;
}

/* Keeps what a change of `length` bytes at `offset` is about to overwrite. */
static void keep(int file, int undo, int64_t offset, int64_t length, int64_t written) {
  struct stat info;
  if (syscall(SYS_fstat, file, &info) != 0) return;
  int64_t there = info.st_size > offset ? info.st_size - offset : 0;
  if (there > length) there = length;
  int64_t head[4] = {offset, written, there, info.st_size};
  if (write(undo, head, sizeof head) != sizeof head) _exit(99);
  /* Aligned, and whole blocks are asked for: the descriptor may go past the system's cache. */
  static char piece[65536] __attribute__((aligned(4096)));
  for (int64_t done = 0; done < there;) {
    int64_t part = there - done < (int64_t)sizeof piece ? there - done : (int64_t)sizeof piece;
    if (pread(file, piece, part, offset + done) != part || write(undo, piece, part) != part) _exit(99);
    done += part;
  }
}

static ssize_t put(int file, const void *bytes, size_t length, off_t offset) {
  pthread_mutex_lock(&lock);
  int undo = undo_of(file);
  if (undo >= 0) keep(file, undo, offset, length, length);
  ssize_t result = syscall(SYS_pwrite64, file, bytes, length, offset);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

static int cut(int file, off_t length) {
  pthread_mutex_lock(&lock);
  int undo = undo_of(file);
  if (undo >= 0) keep(file, undo, length, INT64_MAX - length, 0);
  int result = syscall(SYS_ftruncate, file, length);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

static int sync_file(int file) {
  pthread_mutex_lock(&lock);
  int undo = undo_of(file);
  if (undo >= 0 && syscall(SYS_ftruncate, undo, 0) != 0) _exit(99);
  pthread_mutex_unlock(&lock);
  return 0;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) { return put(file, bytes, length, offset); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) { return put(file, bytes, length, offset); }
int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off_t length) { return cut(file, length); }
int fdatasync(int file) { return sync_file(file); }
int fsync(int file) { return sync_file(file); }
