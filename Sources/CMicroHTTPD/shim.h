#pragma once
#include <microhttpd.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// MHD_start_daemon and MHD_get_connection_info are variadic, which Swift cannot import.

typedef void *(*istmo_mhd_target_callback)(void *context, const char *target, struct MHD_Connection *connection);
typedef size_t (*istmo_mhd_unescape_callback)(void *context, struct MHD_Connection *connection, char *text);

// One event loop on one thread, without a listening socket: connections come through MHD_add_connection.
static inline struct MHD_Daemon *istmo_mhd_start(
  MHD_AccessHandlerCallback handle, istmo_mhd_target_callback target, istmo_mhd_unescape_callback unescape,
  MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback notify, MHD_LogCallback log, void *context,
  unsigned int connections, size_t memory, unsigned int idle_seconds) {
  return MHD_start_daemon(
    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG, 0, NULL, NULL,
    handle, context,
    MHD_OPTION_EXTERNAL_LOGGER, log, context,
    MHD_OPTION_URI_LOG_CALLBACK, target, context,
    MHD_OPTION_UNESCAPE_CALLBACK, unescape, context,
    MHD_OPTION_NOTIFY_COMPLETED, completed, context,
    MHD_OPTION_NOTIFY_CONNECTION, notify, context,
    MHD_OPTION_CONNECTION_LIMIT, connections,
    MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
    MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
    MHD_OPTION_STRICT_FOR_CLIENT, (int) 1,
    MHD_OPTION_END);
}

static inline MHD_socket istmo_mhd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? MHD_INVALID_SOCKET : info->connect_fd;
}

static inline void *istmo_mhd_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == NULL ? NULL : info->socket_context;
}

// Parts of the socket interface that the module of the C library does not carry over.

static inline int istmo_stream_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static inline int istmo_accept(int listener, struct sockaddr *address, socklen_t *length) {
  return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static inline int istmo_stream_kind(void) { return SOCK_STREAM; }

static inline int istmo_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Whether the other side has sent its last byte and all of it was read.
static inline int istmo_is_spent(int socket) {
  char byte;
  return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

// Writes what fits now, without a signal when the other side is gone.
static inline ssize_t istmo_send(int socket, const void *bytes, size_t count) {
  return send(socket, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}
