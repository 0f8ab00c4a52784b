#pragma once

// Declared here because <fcntl.h> declares it only with _GNU_SOURCE. Linux, sync_file_range(2).
extern int sync_file_range(int file, long offset, long count, unsigned int flags);
#define ISTMO_SYNC_RANGE_WAIT_BEFORE 1u
#define ISTMO_SYNC_RANGE_WRITE 2u
#define ISTMO_SYNC_RANGE_WAIT_AFTER 4u
