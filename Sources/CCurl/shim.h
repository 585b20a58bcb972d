#ifndef SLIPWAY_CCURL_SHIM_H
#define SLIPWAY_CCURL_SHIM_H

#include <curl/curl.h>

// curl_easy_setopt(3), curl_easy_getinfo(3) and curl_multi_setopt(3) are variadic, which Swift cannot
// call; curl's header turns them into type-checking macros besides. One function for every type of argument.

static inline CURLcode slipway_setopt_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode slipway_setopt_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode slipway_setopt_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode slipway_setopt_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode slipway_setopt_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*slipway_transfer)(char *buffer, size_t size, size_t count, void *context);

static inline CURLcode slipway_setopt_transfer(CURL *handle, CURLoption option, slipway_transfer value) {
    return curl_easy_setopt(handle, option, value);
}

// curl_sockaddr holds a struct sockaddr at its end that is longer than declared: CURLOPT_OPENSOCKETFUNCTION(3).
typedef curl_socket_t (*slipway_opener)(void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode slipway_setopt_opener(CURL *handle, slipway_opener value) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}

static inline const void *slipway_address(const struct curl_sockaddr *address) { return &address->addr; }
static inline curl_socket_t slipway_bad_socket(void) { return CURL_SOCKET_BAD; }

static inline CURLMcode slipway_multi_setopt_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

// CURLMsg holds its result in a union of void * and CURLcode, whose Swift name differs between versions.
static inline CURLcode slipway_message_result(const CURLMsg *message) { return message->data.result; }

// Macros that are casts or expressions: they do not import.
static inline size_t slipway_read_abort(void) { return CURL_READFUNC_ABORT; }
static inline curl_version_info_data *slipway_version(void) { return curl_version_info(CURLVERSION_NOW); }
static inline long slipway_global_all(void) { return CURL_GLOBAL_ALL; }

#endif
