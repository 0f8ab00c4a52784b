/* A disk that does not confirm what it was given, for a program started with LD_PRELOAD: while the file that FAILSYNC_FOLDER and
   `NAME` make exists, no sync of a file called NAME succeeds, though its bytes were written. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int sync_file(long call, int file) {
  char link[64], path[PATH_MAX], mark[2 * PATH_MAX];
  const char *folder = getenv("FAILSYNC_FOLDER");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (folder && length > 0) {
    path[length] = 0;
    const char *name = strrchr(path, '/');
    snprintf(mark, sizeof mark, "%s%s", folder, name ? name : "/");
    if (name && access(mark, F_OK) == 0) {
      errno = EIO;
      return -1;
    }
  }
  return syscall(call, file);
}

int fdatasync(int file) { return sync_file(SYS_fdatasync, file); }
int fsync(int file) { return sync_file(SYS_fsync, file); }
