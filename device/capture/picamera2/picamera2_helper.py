"""Streams a Raspberry Pi's camera for Picam, by Picamera2.

usage: picamera2_helper.py SETTINGS      stream until told to stop
       picamera2_helper.py --probe       print the cameras as JSON

SETTINGS is JSON: camera, width, height, fps, bitrateKbps, keyframeIntervalS,
controls.
Messages go out on standard output (messages.py says how), commands come in on
standard input, a JSON object a line. The program ends when its input does, so
it cannot outlive the daemon. A failure is told on standard error in one line:
"picam-failure REASON: words".
"""

import json
import os
import signal
import sys
import threading

from messages import MessageWriter, claim_stdout

LONGEST_COMMAND_BYTES = 16 * 1024
CLOSE_TIMEOUT_S = 1.5


class Failure(Exception):
    """An end with a reason that the daemon knows words for."""

    def __init__(self, reason, detail):
        super().__init__(detail)
        self.reason = reason


def main(arguments):
    output = claim_stdout()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        if arguments == ["--probe"]:
            probe(output)
        else:
            stream(json.loads(arguments[0]), MessageWriter(output))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except Failure as failure:
        report(failure.reason, failure)
        return 1
    except Exception as error:  # whatever it was, the daemon has to hear of it
        report(reason_of(error), error)
        return 1
    return 0


def probe(output):
    """Tells the cameras, without opening one."""
    picamera2 = load_picamera2()
    cameras = picamera2.Picamera2.global_camera_info()
    found = [{"model": str(info.get("Model")), "number": index} for index, info in enumerate(cameras)]
    os.write(output, json.dumps({"cameras": found}).encode())


def stream(settings, writer):
    picamera2 = load_picamera2()
    count = len(picamera2.Picamera2.global_camera_info())
    if count <= settings["camera"]:
        raise Failure("no-camera", f"{count} cameras are connected")
    from live_camera import LiveCamera

    camera = LiveCamera(settings, writer, end_at_once)
    try:
        camera.open()
        obey(sys.stdin.buffer, camera, writer)
    finally:
        close_in_time(camera)


def load_picamera2():
    try:
        import picamera2
    except ImportError as error:
        raise Failure("not-installed", error) from error
    return picamera2


def obey(lines, camera, writer):
    """Carries out commands until the input ends or one says quit."""
    while True:
        line = lines.readline(LONGEST_COMMAND_BYTES)
        if not line:
            return
        command = json.loads(line)
        if command["command"] == "quit":
            return
        try:
            camera.obey(command)
        except ValueError as error:
            writer.write_json({"reply": command.get("id"), "error": str(error), "refused": True})
        except (KeyError, RuntimeError, TypeError) as error:
            writer.write_json({"reply": command.get("id"), "error": str(error)})


def close_in_time(camera):
    """A camera that hangs must not keep the process alive."""
    timer = threading.Timer(CLOSE_TIMEOUT_S, os._exit, [1])
    timer.daemon = True
    timer.start()
    camera.close()


def end_at_once(error):
    """For threads whose end Picamera2 would not notice."""
    report(reason_of(error), error)
    os._exit(0 if isinstance(error, BrokenPipeError) else 1)


def reason_of(error):
    words = " ".join(str(cause) for cause in causes_of(error)).lower()
    if "busy" in words or "acquire" in words:
        return "busy"
    if "allocate" in words:
        return "no-memory"
    return "failed"


def causes_of(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def report(reason, detail):
    words = " ".join(str(detail).split()) or type(detail).__name__
    print(f"picam-failure {reason}: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # Threads of a camera library may hang, and there is nothing left to tidy up.
    sys.stderr.flush()
    os._exit(status)
