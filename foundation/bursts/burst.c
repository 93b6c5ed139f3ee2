// Encrypts the packets of a picture for one viewer and hands them to the kernel in few calls (Linux).
//
// Node's sockets take packets one by one, at several microseconds each beside the cipher's own. Here the kernel gets
// packets of the same size as one datagram that it cuts itself (UDP_SEGMENT), or where it cannot, as a list (sendmmsg).
// A key encrypts with AEAD_AES_128_GCM (RFC 7714) or AES_CM_128_HMAC_SHA1_80 (RFC 3711); the ciphers are those inside
// Node.
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

// Node exports its OpenSSL to addons, but not every Node comes with the headers. These names are the same in all 3.x.
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_cipher_st EVP_CIPHER;
typedef struct engine_st ENGINE;
typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_md_st EVP_MD;
extern EVP_CIPHER_CTX *EVP_CIPHER_CTX_new(void);
extern void EVP_CIPHER_CTX_free(EVP_CIPHER_CTX *);
extern int EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *, int, int, void *);
extern const EVP_CIPHER *EVP_aes_128_gcm(void);
extern const EVP_CIPHER *EVP_aes_128_ctr(void);
extern int EVP_EncryptInit_ex(EVP_CIPHER_CTX *, const EVP_CIPHER *, ENGINE *, const uint8_t *, const uint8_t *);
extern int EVP_EncryptUpdate(EVP_CIPHER_CTX *, uint8_t *, int *, const uint8_t *, int);
extern int EVP_EncryptFinal_ex(EVP_CIPHER_CTX *, uint8_t *, int *);
enum { EVP_CTRL_AEAD_GET_TAG = 0x10 };
extern EVP_MD_CTX *EVP_MD_CTX_new(void);
extern void EVP_MD_CTX_free(EVP_MD_CTX *);
extern int EVP_MD_CTX_copy_ex(EVP_MD_CTX *, const EVP_MD_CTX *);
extern const EVP_MD *EVP_sha1(void);
extern int EVP_DigestInit_ex(EVP_MD_CTX *, const EVP_MD *, ENGINE *);
extern int EVP_DigestUpdate(EVP_MD_CTX *, const void *, size_t);
extern int EVP_DigestFinal_ex(EVP_MD_CTX *, uint8_t *, unsigned int *);

enum {
  KEY_BYTES = 16,
  GCM_SALT_BYTES = 12,
  GCM_TAG_BYTES = 16,
  CM_SALT_BYTES = 14,
  CM_TAG_BYTES = 10,
  CM_COUNTER_BYTES = 16,
  MOST_TAG_BYTES = GCM_TAG_BYTES,
  SHA1_BYTES = 20,
  SHA1_BLOCK_BYTES = 64,
  AUTHENTICATION_KEY_BYTES = 20,
  FIXED_HEADER_BYTES = 12,
  // What fits into one Ethernet frame beside IPv6 and UDP.
  MAX_PACKET_BYTES = 1452,
  // A receiver on the same machine, which no network slows down, has about 90 packets' room in a socket of the usual
  // size. What follows goes out one by one, so that it has time to read.
  MAX_BATCH_PACKETS = 64,
  // The kernel would cut up to 64. But a queue that is full drops a datagram as a whole, and one that is sent makes
  // everybody else's packets wait for as long.
  MAX_SEGMENTS = 16,
  // Goes up when what the functions take changes.
  INTERFACE_VERSION = 2,
};

// HMAC-SHA1 after its key, so that a packet takes no more than the packet itself (RFC 2104 §4).
typedef struct {
  EVP_MD_CTX *inner;
  EVP_MD_CTX *outer;
  EVP_MD_CTX *running;
} Hmac;

typedef struct {
  enum { GCM, COUNTER_MODE } suite;
  size_t tag_bytes;
  EVP_CIPHER_CTX *cipher;
  Hmac hmac;
  uint8_t salt[CM_SALT_BYTES];
  enum { SEGMENTS_UNTRIED, SEGMENTS_TAKEN, SEGMENTS_REFUSED } segments;
} Key;

typedef struct {
  const uint8_t *header;
  size_t header_bytes;
  const uint8_t *payloads;
  const uint32_t *ends;
  size_t packets;
  uint16_t sequence;
  uint32_t roll_overs;
  bool has_marker;
} Burst;

typedef struct {
  uint8_t bytes[MAX_BATCH_PACKETS * MAX_PACKET_BYTES];
  struct iovec packets[MAX_BATCH_PACKETS];
  size_t count;
} Batch;

static _Thread_local Batch batch;

static napi_value fail(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}

static void write16(uint8_t *at, uint16_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static uint16_t read16(const uint8_t *at) { return (uint16_t)((at[0] << 8) | at[1]); }

static void write32(uint8_t *at, uint32_t value) {
  write16(at, (uint16_t)(value >> 16));
  write16(at + 2, (uint16_t)value);
}

// Where one packet is to be made, whose header is there already.
typedef struct {
  uint8_t *at;
  size_t header_bytes;
  const uint8_t *text;
  size_t text_bytes;
  uint32_t roll_overs;
} Packet;

// RFC 7714 §8.1: two zero bytes, the SSRC, the roll-over counter and the sequence number, all under the salt.
static void write_nonce(uint8_t *nonce, const Key *key, const Packet *packet) {
  uint8_t roll_overs[4];
  write32(roll_overs, packet->roll_overs);
  memcpy(nonce, key->salt, GCM_SALT_BYTES);
  for (int n = 0; n < 4; n++) {
    nonce[2 + n] ^= packet->at[8 + n];
    nonce[6 + n] ^= roll_overs[n];
  }
  nonce[10] ^= packet->at[2];
  nonce[11] ^= packet->at[3];
}

static bool seal_gcm(const Key *key, const Packet *packet) {
  int written = 0;
  uint8_t nonce[GCM_SALT_BYTES];
  uint8_t *sealed = packet->at + packet->header_bytes;
  uint8_t *tag = sealed + packet->text_bytes;
  write_nonce(nonce, key, packet);
  return EVP_EncryptInit_ex(key->cipher, NULL, NULL, NULL, nonce) == 1 &&
         EVP_EncryptUpdate(key->cipher, NULL, &written, packet->at, (int)packet->header_bytes) == 1 &&
         EVP_EncryptUpdate(key->cipher, sealed, &written, packet->text, (int)packet->text_bytes) == 1 &&
         EVP_EncryptFinal_ex(key->cipher, tag, &written) == 1 &&
         EVP_CIPHER_CTX_ctrl(key->cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, tag) == 1;
}

// RFC 3711 §4.1.1: the salt, under it the SSRC and the packet's index of 48 bits, and the count of the blocks from zero.
static void write_counter(uint8_t *counter, const Key *key, const Packet *packet) {
  uint8_t roll_overs[4];
  write32(roll_overs, packet->roll_overs);
  memset(counter, 0, CM_COUNTER_BYTES);
  memcpy(counter, key->salt, CM_SALT_BYTES);
  for (int n = 0; n < 4; n++) {
    counter[4 + n] ^= packet->at[8 + n];
    counter[8 + n] ^= roll_overs[n];
  }
  counter[12] ^= packet->at[2];
  counter[13] ^= packet->at[3];
}

// RFC 3711 §4.2: over the packet and the roll-over counter, which is not sent.
static bool write_tag(const Hmac *hmac, uint8_t *packet, size_t bytes, uint32_t roll_overs) {
  uint8_t counted[4], digest[SHA1_BYTES];
  write32(counted, roll_overs);
  bool is_done = EVP_MD_CTX_copy_ex(hmac->running, hmac->inner) == 1 &&
                 EVP_DigestUpdate(hmac->running, packet, bytes) == 1 &&
                 EVP_DigestUpdate(hmac->running, counted, sizeof counted) == 1 &&
                 EVP_DigestFinal_ex(hmac->running, digest, NULL) == 1 &&
                 EVP_MD_CTX_copy_ex(hmac->running, hmac->outer) == 1 &&
                 EVP_DigestUpdate(hmac->running, digest, sizeof digest) == 1 &&
                 EVP_DigestFinal_ex(hmac->running, digest, NULL) == 1;
  memcpy(packet + bytes, digest, CM_TAG_BYTES);
  return is_done;
}

static bool seal_counter_mode(const Key *key, const Packet *packet) {
  int written = 0;
  uint8_t counter[CM_COUNTER_BYTES];
  write_counter(counter, key, packet);
  return EVP_EncryptInit_ex(key->cipher, NULL, NULL, NULL, counter) == 1 &&
         EVP_EncryptUpdate(key->cipher, packet->at + packet->header_bytes, &written, packet->text,
                           (int)packet->text_bytes) == 1 &&
         write_tag(&key->hmac, packet->at, packet->header_bytes + packet->text_bytes, packet->roll_overs);
}

static bool seal(const Key *key, const Packet *packet) {
  return key->suite == GCM ? seal_gcm(key, packet) : seal_counter_mode(key, packet);
}

// The first packets of the picture, as many as there is room for. False when the cipher fails.
static bool fill_batch(const Key *key, const Burst *burst) {
  uint8_t *at = batch.bytes;
  batch.count = 0;
  for (size_t n = 0; n < burst->packets && n < MAX_BATCH_PACKETS; n++) {
    uint32_t start = n == 0 ? 0 : burst->ends[n - 1];
    Packet packet = {
        .at = at,
        .header_bytes = burst->header_bytes,
        .text = burst->payloads + start,
        .text_bytes = burst->ends[n] - start,
        .roll_overs = burst->roll_overs + (uint32_t)((burst->sequence + n) >> 16),
    };
    memcpy(at, burst->header, burst->header_bytes);
    if (burst->has_marker && n == burst->packets - 1) at[1] |= 0x80;
    write16(at + 2, (uint16_t)(burst->sequence + n));
    if (!seal(key, &packet)) return false;
    struct iovec *made = &batch.packets[batch.count++];
    made->iov_base = at;
    made->iov_len = packet.header_bytes + packet.text_bytes + key->tag_bytes;
    at += made->iov_len;
  }
  return true;
}

// How many packets from `first` on can be one datagram: equally large, but for a last smaller one.
static size_t equal_run(size_t first) {
  size_t segment = batch.packets[first].iov_len;
  size_t n = first + 1;
  for (; n < batch.count && n - first < MAX_SEGMENTS; n++) {
    size_t bytes = batch.packets[n].iov_len;
    if (bytes > segment) break;
    if (bytes < segment) return n + 1 - first;
  }
  return n - first;
}

static bool send_segmented(int fd, const struct sockaddr *to, socklen_t to_bytes, size_t first, size_t count) {
  union {
    char bytes[CMSG_SPACE(sizeof(uint16_t))];
    struct cmsghdr align;
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {
      .msg_name = (void *)to,
      .msg_namelen = to_bytes,
      .msg_iov = &batch.packets[first],
      .msg_iovlen = count,
  };
  if (count > 1) {
    uint16_t segment = (uint16_t)batch.packets[first].iov_len;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    struct cmsghdr *option = CMSG_FIRSTHDR(&message);
    option->cmsg_level = IPPROTO_UDP;
    option->cmsg_type = UDP_SEGMENT;
    option->cmsg_len = CMSG_LEN(sizeof segment);
    memcpy(CMSG_DATA(option), &segment, sizeof segment);
  }
  ssize_t sent;
  do {
    sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

// Number of packets the kernel took from `first` on.
static size_t send_list(int fd, const struct sockaddr *to, socklen_t to_bytes, size_t first) {
  struct mmsghdr messages[MAX_BATCH_PACKETS];
  size_t count = batch.count - first;
  memset(messages, 0, count * sizeof messages[0]);
  for (size_t n = 0; n < count; n++) {
    messages[n].msg_hdr.msg_name = (void *)to;
    messages[n].msg_hdr.msg_namelen = to_bytes;
    messages[n].msg_hdr.msg_iov = &batch.packets[first + n];
    messages[n].msg_hdr.msg_iovlen = 1;
  }
  size_t done = 0;
  while (done < count) {
    int sent = sendmmsg(fd, messages + done, (unsigned)(count - done), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) break;
    done += (size_t)sent;
  }
  return done;
}

// A kernel that does not know of segments would send them as one large datagram, and say nothing.
static bool takes_segments(Key *key, int fd) {
  if (key->segments == SEGMENTS_UNTRIED) {
    int size;
    socklen_t bytes = sizeof size;
    bool is_known = getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, &bytes) == 0;
    key->segments = is_known ? SEGMENTS_TAKEN : SEGMENTS_REFUSED;
  }
  return key->segments == SEGMENTS_TAKEN;
}

static bool is_segmentation_refused(int error) {
  return error == EIO || error == EINVAL || error == EOPNOTSUPP || error == ENOPROTOOPT || error == EMSGSIZE;
}

// Number of packets of the batch that the kernel took. What is wrong with the others, Node will find out.
static size_t send_batch(Key *key, int fd, const struct sockaddr *to, socklen_t to_bytes) {
  size_t first = 0;
  while (first < batch.count && takes_segments(key, fd)) {
    size_t run = equal_run(first);
    if (send_segmented(fd, to, to_bytes, first, run)) {
      first += run;
      continue;
    }
    if (run == 1 || !is_segmentation_refused(errno)) return first;
    key->segments = SEGMENTS_REFUSED;
  }
  return first + send_list(fd, to, to_bytes, first);
}

static void free_key(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  Key *key = data;
  EVP_CIPHER_CTX_free(key->cipher);
  EVP_MD_CTX_free(key->hmac.inner);
  EVP_MD_CTX_free(key->hmac.outer);
  EVP_MD_CTX_free(key->hmac.running);
  free(key);
}

static EVP_MD_CTX *padded_digest(const uint8_t *authentication_key, uint8_t pad) {
  uint8_t block[SHA1_BLOCK_BYTES];
  memset(block, pad, sizeof block);
  for (int n = 0; n < AUTHENTICATION_KEY_BYTES; n++) block[n] ^= authentication_key[n];
  EVP_MD_CTX *digest = EVP_MD_CTX_new();
  if (digest && EVP_DigestInit_ex(digest, EVP_sha1(), NULL) == 1 &&
      EVP_DigestUpdate(digest, block, sizeof block) == 1)
    return digest;
  EVP_MD_CTX_free(digest);
  return NULL;
}

static bool set_up_hmac(Hmac *hmac, const uint8_t *authentication_key) {
  hmac->inner = padded_digest(authentication_key, 0x36);
  hmac->outer = padded_digest(authentication_key, 0x5c);
  hmac->running = EVP_MD_CTX_new();
  return hmac->inner && hmac->outer && hmac->running;
}

static bool set_up_key(Key *key, const uint8_t *session_key, const uint8_t *authentication_key) {
  key->suite = authentication_key ? COUNTER_MODE : GCM;
  key->tag_bytes = authentication_key ? CM_TAG_BYTES : GCM_TAG_BYTES;
  key->cipher = EVP_CIPHER_CTX_new();
  const EVP_CIPHER *cipher = authentication_key ? EVP_aes_128_ctr() : EVP_aes_128_gcm();
  return key->cipher && EVP_EncryptInit_ex(key->cipher, cipher, NULL, session_key, NULL) == 1 &&
         (!authentication_key || set_up_hmac(&key->hmac, authentication_key));
}

static const napi_type_tag KEY_TAG = {0x8f3b1c5de2a94f07, 0xa1d06e7742c9b835};

// createKey(sessionKey: Buffer, salt: Buffer, canSegment: boolean, authenticationKey?: Buffer): External
static napi_value create_key(napi_env env, napi_callback_info info) {
  napi_value arguments[4], external;
  size_t count = 4, key_bytes = 0, salt_bytes = 0, authentication_bytes = 0;
  void *session_key, *salt, *authentication_key = NULL;
  bool can_segment;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count < 3 || count > 4 ||
      napi_get_buffer_info(env, arguments[0], &session_key, &key_bytes) != napi_ok ||
      napi_get_buffer_info(env, arguments[1], &salt, &salt_bytes) != napi_ok ||
      napi_get_value_bool(env, arguments[2], &can_segment) != napi_ok ||
      (count == 4 &&
       napi_get_buffer_info(env, arguments[3], &authentication_key, &authentication_bytes) != napi_ok) ||
      key_bytes != KEY_BYTES || salt_bytes != (count == 4 ? CM_SALT_BYTES : GCM_SALT_BYTES) ||
      (count == 4 && authentication_bytes != AUTHENTICATION_KEY_BYTES))
    return fail(env, "createKey takes a key of 16 bytes, a salt of 12 and whether datagrams may be cut; for "
                     "AES_CM_128_HMAC_SHA1_80 a salt of 14 and a further key of 20");
  Key *key = calloc(1, sizeof *key);
  if (!key) return fail(env, "no memory for a key");
  memcpy(key->salt, salt, salt_bytes);
  key->segments = can_segment ? SEGMENTS_UNTRIED : SEGMENTS_REFUSED;
  if (!set_up_key(key, session_key, authentication_key) ||
      napi_create_external(env, key, free_key, NULL, &external) != napi_ok) {
    free_key(env, key, NULL);
    return fail(env, "the cipher cannot be set up");
  }
  if (napi_type_tag_object(env, external, &KEY_TAG) != napi_ok) return fail(env, "the key cannot be marked");
  return external;
}

// createAddress(ip: string, port: number): Buffer, or undefined for what is not the address of one host.
static napi_value create_address(napi_env env, napi_callback_info info) {
  napi_value arguments[2], address;
  size_t count = 2, length;
  char ip[INET6_ADDRSTRLEN + 1];
  uint32_t port;
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 2 ||
      napi_get_value_string_utf8(env, arguments[0], ip, sizeof ip, &length) != napi_ok ||
      napi_get_value_uint32(env, arguments[1], &port) != napi_ok || port > UINT16_MAX)
    return fail(env, "createAddress takes an address and a port");
  if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1) {
    v4.sin_port = htons((uint16_t)port);
    napi_create_buffer_copy(env, sizeof v4, &v4, NULL, &address);
    return address;
  }
  if (inet_pton(AF_INET6, ip, &v6.sin6_addr) != 1) return NULL;
  v6.sin6_port = htons((uint16_t)port);
  napi_create_buffer_copy(env, sizeof v6, &v6, NULL, &address);
  return address;
}

static const char *check(const Burst *burst, size_t payload_bytes) {
  if (burst->header_bytes < FIXED_HEADER_BYTES || burst->header_bytes + MOST_TAG_BYTES > MAX_PACKET_BYTES)
    return "sendBurst takes a whole RTP header";
  uint32_t end = 0;
  for (size_t n = 0; n < burst->packets; n++) {
    if (burst->ends[n] < end || burst->ends[n] > payload_bytes) return "the ends of the payloads do not fit them";
    if (burst->header_bytes + (burst->ends[n] - end) + MOST_TAG_BYTES > MAX_PACKET_BYTES) return "a payload is too large";
    end = burst->ends[n];
  }
  return NULL;
}

// sendBurst(key, fd, address, header, rollOvers, payloads, ends: Uint32Array, hasMarker): packets that were sent.
static napi_value send_burst(napi_env env, napi_callback_info info) {
  napi_value arguments[8], result;
  size_t count = 8, address_bytes, payload_bytes;
  bool is_key = false;
  int32_t fd;
  Key *key;
  void *address, *header, *payloads, *ends;
  napi_typedarray_type ends_type;
  Burst burst;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 8 ||
      napi_check_object_type_tag(env, arguments[0], &KEY_TAG, &is_key) != napi_ok || !is_key ||
      napi_get_value_external(env, arguments[0], (void **)&key) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &fd) != napi_ok ||
      napi_get_buffer_info(env, arguments[2], &address, &address_bytes) != napi_ok ||
      napi_get_buffer_info(env, arguments[3], &header, &burst.header_bytes) != napi_ok ||
      napi_get_value_uint32(env, arguments[4], &burst.roll_overs) != napi_ok ||
      napi_get_buffer_info(env, arguments[5], &payloads, &payload_bytes) != napi_ok ||
      napi_get_typedarray_info(env, arguments[6], &ends_type, &burst.packets, &ends, NULL, NULL) != napi_ok ||
      ends_type != napi_uint32_array ||
      napi_get_value_bool(env, arguments[7], &burst.has_marker) != napi_ok ||
      (address_bytes != sizeof(struct sockaddr_in) && address_bytes != sizeof(struct sockaddr_in6)))
    return fail(env, "sendBurst takes a key, a socket, an address, a header, its roll-overs, payloads, their ends and a marker");
  burst.header = header;
  burst.payloads = payloads;
  burst.ends = ends;
  const char *problem = check(&burst, payload_bytes);
  if (problem) return fail(env, problem);
  burst.sequence = read16(burst.header + 2);
  if (!fill_batch(key, &burst)) return fail(env, "the cipher fails");
  size_t sent = send_batch(key, fd, address, (socklen_t)address_bytes);
  napi_create_uint32(env, (uint32_t)sent, &result);
  return result;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"createKey", NULL, create_key, NULL, NULL, NULL, napi_enumerable, NULL},
      {"createAddress", NULL, create_address, NULL, NULL, NULL, napi_enumerable, NULL},
      {"sendBurst", NULL, send_burst, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_value version;
  napi_create_uint32(env, INTERFACE_VERSION, &version);
  napi_set_named_property(env, exports, "version", version);
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}
