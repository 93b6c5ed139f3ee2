"""The messages that go to the daemon.

Each is a header of 16 bytes and a payload. The header, big-endian: kind (1
byte), flags (1), id (2), payload bytes (4), time in microseconds of
CLOCK_MONOTONIC (8).
"""

import json
import os
import struct
import threading
import time

ACCESS_UNIT = 1
JPEG = 2
JSON = 3
KEYFRAME_FLAG = 1
HEADER = struct.Struct(">BBHIq")


def claim_stdout():
    """Keeps standard output for messages: what libraries print goes to standard error."""
    output = os.dup(1)
    os.dup2(2, 1)
    return output


class MessageWriter:
    """Writes whole messages, from any thread."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def write_access_unit(self, data, is_keyframe, captured_at_us):
        self._write(ACCESS_UNIT, KEYFRAME_FLAG if is_keyframe else 0, 0, captured_at_us, data)

    def write_jpeg(self, identifier, data):
        self._write(JPEG, 0, identifier, now_us(), data)

    def write_json(self, value):
        self._write(JSON, 0, 0, now_us(), json.dumps(value).encode())

    def _write(self, kind, flags, identifier, time_us, payload):
        header = HEADER.pack(kind, flags, identifier, len(payload), time_us)
        with self._lock:
            left = memoryview(header + bytes(payload))
            while left:
                left = left[os.write(self._descriptor, left):]


def now_us():
    return time.monotonic_ns() // 1000
