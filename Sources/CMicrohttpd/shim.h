#ifndef SLIPWAY_CMICROHTTPD_SHIM_H
#define SLIPWAY_CMICROHTTPD_SHIM_H

#include <sys/types.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <stdarg.h>
#include <stdint.h>
#include <microhttpd.h>

// libmicrohttpd's enums carry an attribute that keeps Swift from importing their constants.
static inline enum MHD_Result slipway_mhd_yes(void) { return MHD_YES; }
static inline enum MHD_Result slipway_mhd_no(void) { return MHD_NO; }
static inline int slipway_mhd_is_yes(enum MHD_Result result) { return result == MHD_YES; }
static inline int slipway_mhd_is_started(enum MHD_ConnectionNotificationCode code) {
    return code == MHD_CONNECTION_NOTIFY_STARTED;
}
static inline enum MHD_ValueKind slipway_mhd_header_kind(void) { return MHD_HEADER_KIND; }
static inline int slipway_mhd_completed_ok(enum MHD_RequestTerminationCode code) {
    return code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
}

// What a content reader returns besides a count; macros with casts, which Swift does not import.
static inline ssize_t slipway_mhd_end_of_stream(void) { return MHD_CONTENT_READER_END_OF_STREAM; }
static inline ssize_t slipway_mhd_end_with_error(void) { return MHD_CONTENT_READER_END_WITH_ERROR; }

// MHD_get_connection_info is variadic.
static inline int slipway_mhd_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}
static inline void *slipway_mhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}
static inline size_t slipway_mhd_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

// From 1.0 on the library itself refuses lines that end in a bare LF when asked to be strict. 0.9.75 does
// not, and being strict there only makes it close without an answer: the overlay looks for itself.
static inline int slipway_mhd_is_lenient(void) { return MHD_get_version()[0] == '0'; }

// The memory modes and MHD_SIZE_UNKNOWN are such constants and macros, too.
static inline struct MHD_Response *slipway_mhd_response_of_copy(size_t size, const void *bytes) {
    return MHD_create_response_from_buffer(size, (void *) bytes, MHD_RESPMEM_MUST_COPY);
}
static inline struct MHD_Response *slipway_mhd_response_of_reader(
    size_t block, MHD_ContentReaderCallback reader, void *context, MHD_ContentReaderFreeCallback release) {
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, block, reader, context, release);
}

struct slipway_mhd_callbacks {
    void *context;
    MHD_AccessHandlerCallback access;
    void *(*target)(void *context, const char *uri, struct MHD_Connection *connection);
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
};

struct slipway_mhd_limits {
    size_t connection_memory;
    unsigned int connections;
    unsigned int idle_seconds;
    unsigned int threads;
};

// MHD_start_daemon is variadic. The listening socket is already open.
static inline struct MHD_Daemon *slipway_mhd_start(
    int listener, struct slipway_mhd_callbacks callbacks, struct slipway_mhd_limits limits) {
    const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem pool[] = {
        { limits.threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, limits.threads, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    return MHD_start_daemon(
        flags, 0, NULL, NULL, callbacks.access, callbacks.context,
        MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_URI_LOG_CALLBACK, callbacks.target, callbacks.context,
        MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, callbacks.context,
        MHD_OPTION_NOTIFY_CONNECTION, callbacks.connection, callbacks.context,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.connection_memory,
        MHD_OPTION_CONNECTION_LIMIT, limits.connections,
        MHD_OPTION_CONNECTION_TIMEOUT, limits.idle_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, slipway_mhd_is_lenient() ? 0 : 1,
        MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END);
}

#endif
