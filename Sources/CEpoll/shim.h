#pragma once
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Declared here because <pthread.h> declares it only with _GNU_SOURCE.
extern int pthread_setname_np(unsigned long thread, const char *name);
