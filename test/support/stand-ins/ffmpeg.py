"""Stands in for an ffmpeg on a machine with a USB camera.

A camera is a file: there while it is plugged in. What would read one by V4L2
is given a drawn picture instead, and the encoder of a Pi 4 is x264; everything
else goes to the real ffmpeg as it is. STAND_IN_FFMPEG is its path,
STAND_IN_BEHAVIOUR says what goes wrong: streams (nothing), busy, forbidden,
silence, no-hardware-encoder. STAND_IN_LOG takes a JSON line for each start.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time

REAL = os.environ["STAND_IN_FFMPEG"]
BEHAVIOUR = os.environ.get("STAND_IN_BEHAVIOUR", "streams")
LOOKS_EVERY_S = 0.05
PR_SET_PDEATHSIG = 1
HARDWARE_ENCODER = ["-c:v", "h264_v4l2m2m", "-num_capture_buffers", "16"]
SOFTWARE_ENCODER = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
                    "-profile:v", "baseline", "-threads", "1"]


def main(arguments):
    if "v4l2" not in arguments:
        os.execv(REAL, [REAL, *arguments])
    log({"arguments": arguments, "pid": os.getpid()})
    device = arguments[arguments.index("-i") + 1]
    refuse_what_the_real_one_refuses(arguments, device)
    if BEHAVIOUR == "silence":
        be_silent()
    return stream(translated(arguments), device)


def refuse_what_the_real_one_refuses(arguments, device):
    if not os.path.exists(device):
        complain(device, "No such file or directory")
    if BEHAVIOUR == "busy":
        complain(device, "Device or resource busy")
    if BEHAVIOUR == "forbidden":
        complain(device, "Permission denied")
    if BEHAVIOUR == "no-hardware-encoder" and "h264_v4l2m2m" in arguments:
        print("[h264_v4l2m2m @ 0x558] Could not find a valid device", file=sys.stderr)
        print("[h264_v4l2m2m @ 0x558] can't configure encoder", file=sys.stderr)
        sys.exit(1)


def complain(device, problem):
    print(f"[video4linux2,v4l2 @ 0x558] Cannot open video device {device}: {problem}", file=sys.stderr)
    print(f"{device}: {problem}", file=sys.stderr)
    sys.exit(1)


def be_silent():
    """As while it waits for a picture: it neither reads nor writes, and heeds nothing but SIGKILL."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.sleep(60)


def translated(arguments):
    def value_of(name):
        return arguments[arguments.index(name) + 1]

    begin, end = arguments.index("-f"), arguments.index("-i") + 2
    picture = f"testsrc2=size={value_of('-video_size')}:rate={value_of('-framerate')}"
    words = [*arguments[:begin], "-re", "-f", "lavfi", "-i", picture, *arguments[end:]]
    if "h264_v4l2m2m" in words:
        at = words.index("h264_v4l2m2m") - 1
        words[at:at + len(HARDWARE_ENCODER)] = SOFTWARE_ENCODER
    return words


def stream(arguments, device):
    program = subprocess.Popen([REAL, *arguments], preexec_fn=die_with_parent)
    signal.signal(signal.SIGINT, lambda *_: program.send_signal(signal.SIGINT))
    threading.Thread(target=end_when_unplugged, args=[program, device], daemon=True).start()
    return program.wait()


def end_when_unplugged(program, device):
    while os.path.exists(device):
        time.sleep(LOOKS_EVERY_S)
    print("[video4linux2,v4l2 @ 0x558] ioctl(VIDIOC_DQBUF): No such device", file=sys.stderr, flush=True)
    program.kill()


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def log(entry):
    with open(os.environ["STAND_IN_LOG"], "a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


sys.exit(main(sys.argv[1:]))
