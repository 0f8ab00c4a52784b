#pragma once
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic macros that Swift cannot import.
static inline CURLcode istmo_curl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode istmo_curl_set_text(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode istmo_curl_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode istmo_curl_set_write(CURL *h, size_t (*f)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, f);
}
static inline CURLcode istmo_curl_set_read(CURL *h, size_t (*f)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(h, CURLOPT_READFUNCTION, f);
}
static inline CURLcode istmo_curl_status(CURL *h, long *v) { return curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, v); }
static inline CURLcode istmo_curl_set_header(CURL *h, size_t (*f)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, f);
}
static inline CURLcode istmo_curl_set_size(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode istmo_curl_set_list(CURL *h, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(h, o, v); }
// CURL_READFUNC_ABORT is a macro with a hexadecimal value.
static inline size_t istmo_curl_read_abort(void) { return CURL_READFUNC_ABORT; }
static inline CURLcode istmo_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
