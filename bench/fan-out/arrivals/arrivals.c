// Reads datagrams together with the moment the kernel put them into the socket (Linux), so that a reader that is busy
// is not taken for a slow sender.
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <arpa/inet.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { MAX_DATAGRAM_BYTES = 2048 };

static double milliseconds(struct timespec time) { return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6; }

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

static bool read_descriptor(napi_env env, napi_callback_info info, int32_t *descriptor) {
  napi_value argument;
  size_t count = 1;
  return napi_get_cb_info(env, info, &count, &argument, NULL, NULL) == napi_ok && count == 1 &&
         napi_get_value_int32(env, argument, descriptor) == napi_ok;
}

// noteTimes(descriptor: number): the kernel notes for each datagram when it came, from now on.
static napi_value note_times(napi_env env, napi_callback_info info) {
  int32_t descriptor;
  int on = 1;
  if (!read_descriptor(env, info, &descriptor)) return fail(env, "noteTimes takes a descriptor");
  if (setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
    return fail(env, "the kernel notes no times for this socket");
  return NULL;
}

static bool time_of(struct msghdr *message, struct timespec *time) {
  for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    memcpy(time, CMSG_DATA(part), sizeof *time);
    return true;
  }
  return false;
}

// read(descriptor: number): { packet: Buffer, atMs, address: string, port: number }, or undefined when none is there.
// atMs is on the monotonic clock.
static napi_value read_one(napi_env env, napi_callback_info info) {
  int32_t descriptor;
  uint8_t bytes[MAX_DATAGRAM_BYTES];
  char control[256], text[INET6_ADDRSTRLEN] = "";
  struct sockaddr_in from;
  struct iovec part = {bytes, sizeof bytes};
  struct msghdr message = {.msg_name = &from,
                           .msg_namelen = sizeof from,
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  struct timespec arrived, wall, monotonic;
  napi_value result, packet, at, address, port;
  if (!read_descriptor(env, info, &descriptor)) return fail(env, "read takes a descriptor");
  ssize_t length = recvmsg(descriptor, &message, MSG_DONTWAIT);
  if (length < 0) return NULL;
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_MONOTONIC, &monotonic);
  if (!time_of(&message, &arrived)) arrived = wall;
  inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
  napi_create_object(env, &result);
  napi_create_buffer_copy(env, (size_t)length, bytes, NULL, &packet);
  napi_create_double(env, milliseconds(arrived) - milliseconds(wall) + milliseconds(monotonic), &at);
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &address);
  napi_create_uint32(env, ntohs(from.sin_port), &port);
  napi_set_named_property(env, result, "packet", packet);
  napi_set_named_property(env, result, "atMs", at);
  napi_set_named_property(env, result, "address", address);
  napi_set_named_property(env, result, "port", port);
  return result;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"noteTimes", NULL, note_times, NULL, NULL, NULL, napi_enumerable, NULL},
      {"read", NULL, read_one, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}
