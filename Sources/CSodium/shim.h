#pragma once
#include <sodium.h>
#include <sys/prctl.h>

// prctl takes variable arguments, which Swift cannot call.
static inline int istmo_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
