#!/usr/bin/env python3
"""Stands in for rpicam-vid: replays a recording of the real one at its pace.

Behaves like it in what matters to its caller: signals are looked at only when
a frame arrives, pictures go out in pieces of 32 KiB, a closed pipe aborts it.
STAND_IN_BEHAVIOUR chooses what goes wrong; STAND_IN_LOG is a file that takes
a JSON line for each start, each frame written and each signal.
"""

import json
import os
import re
import signal
import sys
import time

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "rpicam")
BEHAVIOUR = os.environ.get("STAND_IN_BEHAVIOUR", "streams")
RECORDING = os.environ.get("STAND_IN_RECORDING", "recommended-720p30")
PIECE_BYTES = 32 * 1024
STARTS_UP_FOR_S = 0.2
DRAINS_FOR_S = 1.0
CRASHES_AFTER_FRAMES = 10


def main():
    arguments = sys.argv[1:]
    log({"started": os.path.basename(sys.argv[0]), "arguments": arguments, "pid": os.getpid()})
    if "--version" in arguments:
        return tell_version()
    if "--list-cameras" in arguments:
        return list_cameras()
    refuse_what_the_real_one_refuses(arguments)
    time.sleep(STARTS_UP_FOR_S)
    if BEHAVIOUR == "silence":
        be_silent()
    return stream(float(value_of(arguments, "--framerate", "30")))


def tell_version():
    if BEHAVIOUR == "old":
        print("libcamera-apps build: v1.2.1 22-04-2023 (09:12:01)")
        print("libcamera build: v0.0.4")
    elif BEHAVIOUR == "no-encoder":
        print(read_data("version.stdout.txt").replace("libav:1", "libav:0"), end="")
    else:
        print(read_data("version.stdout.txt"), end="")
    return 0


def list_cameras():
    name = "no-camera-list" if BEHAVIOUR == "no-camera" else "list-cameras"
    print(read_data(name + ".stdout.txt"), end="")
    return 0


def refuse_what_the_real_one_refuses(arguments):
    if BEHAVIOUR == "no-camera":
        complain(read_data("no-camera.stderr.txt"))
    if BEHAVIOUR == "busy":
        complain(
            "ERROR Camera camera.cpp:1035 Pipeline handler in use by another process\n"
            "ERROR: *** failed to acquire camera /base/soc/i2c0mux/i2c@1/imx708@1a ***\n"
        )
    if BEHAVIOUR == "no-encoder":
        complain("ERROR: *** Unable to find an appropriate H.264 codec ***\n")
    if BEHAVIOUR == "old" and ("--low-latency" in arguments or "--libav-format" in arguments):
        complain("ERROR: *** unrecognised option ***\n")
    if BEHAVIOUR not in ("old",) and "--libav-format" not in arguments:
        complain(read_data("mistake-no-libav-format.stderr.txt"))


def be_silent():
    signal.signal(signal.SIGINT, lambda *_: log({"signal": "SIGINT"}))
    while True:
        print("ERROR RPI pipeline_base.cpp:1367 Camera frontend has timed out!", file=sys.stderr, flush=True)
        time.sleep(0.2)


def is_first_death():
    mark = os.environ["STAND_IN_LOG"] + ".died"
    if os.path.exists(mark):
        return False
    open(mark, "w", encoding="utf-8").close()
    return True


def stream(frames_per_second):
    asked_to_stop = []
    signal.signal(signal.SIGINT, lambda *_: asked_to_stop.append(time.monotonic()))
    sys.stderr.write(read_data(RECORDING + ".stderr.txt"))
    sys.stderr.flush()
    pictures = split_pictures(open(os.path.join(DATA, RECORDING + ".h264"), "rb").read())
    due = time.monotonic()
    for number in range(10**9):
        write_picture(pictures[number % len(pictures)], number)
        if BEHAVIOUR == "crash" and number == CRASHES_AFTER_FRAMES:
            os.abort()
        if BEHAVIOUR == "sensor-dies-once" and number == CRASHES_AFTER_FRAMES and is_first_death():
            be_silent()
        if asked_to_stop and is_drained(asked_to_stop[0]):
            log({"signal": "SIGINT", "drained": True})
            return 0
        due += 1 / frames_per_second
        sleep_until(due)


def is_drained(since):
    return BEHAVIOUR != "slow-drain" or time.monotonic() - since > DRAINS_FOR_S


def write_picture(picture, number):
    try:
        for start in range(0, len(picture), PIECE_BYTES):
            write_all(picture[start:start + PIECE_BYTES])
    except BrokenPipeError:
        os.abort()
    log({"frame": number, "bytes": len(picture), "writtenAtUs": time.monotonic_ns() // 1000})


def write_all(data):
    view = memoryview(data)
    while view:
        view = view[os.write(1, view):]


def split_pictures(data):
    """Cuts before each SPS, and before each first slice that follows a slice."""
    pictures, begin, has_slice = [], 0, False
    for match in re.finditer(rb"\x00?\x00\x00\x01(.)(.)", data, re.DOTALL):
        kind = match.group(1)[0] & 0x1F
        is_slice = kind in (1, 5)
        is_first_slice = is_slice and match.group(2)[0] & 0x80
        if has_slice and (is_first_slice or not is_slice):
            pictures.append(data[begin:match.start()])
            begin, has_slice = match.start(), False
        has_slice = has_slice or is_slice
    return pictures + [data[begin:]]


def sleep_until(due):
    while True:
        left = due - time.monotonic()
        if left <= 0:
            return
        time.sleep(left)


def complain(text):
    sys.stderr.write(text)
    sys.stderr.flush()
    os._exit(255)


def read_data(name):
    with open(os.path.join(DATA, name), encoding="utf-8") as file:
        return file.read()


def value_of(arguments, name, default):
    return arguments[arguments.index(name) + 1] if name in arguments else default


def log(entry):
    path = os.environ.get("STAND_IN_LOG")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


sys.exit(main())
