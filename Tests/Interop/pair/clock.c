/* A clock that is wrong by OFFSET seconds, for a program started with LD_PRELOAD. Only the time of day is wrong. */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
  long result = syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += OFFSET;
  return (int)result;
}
