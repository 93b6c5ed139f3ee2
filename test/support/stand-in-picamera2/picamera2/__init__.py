"""Stands in for Picamera2: a drawn scene instead of a sensor, and really encoded.

STAND_IN_BEHAVIOUR chooses the scene and what goes wrong: still (the default),
lively, moving, no-camera, busy, silence, encoder-dies, hangs-on-open,
hangs-on-close. STAND_IN_LOG takes a JSON line for what Picamera2 is told.
"""

import json
import os
import threading
import time

import numpy

from . import encoders, outputs  # noqa: F401

BEHAVIOUR = os.environ.get("STAND_IN_BEHAVIOUR", "still")
SENSOR = (0, 0, 4608, 2592)
MOVES_FOR_S = 1.0
MOVES_EVERY_S = 3.0


def log(entry):
    path = os.environ.get("STAND_IN_LOG")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


class MappedArray:
    def __init__(self, request, stream):
        self.array = request.arrays[stream]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Request:
    def __init__(self, number, arrays):
        self.number = number
        self.arrays = arrays
        self.sensor_timestamp_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)


class Picamera2:
    @staticmethod
    def global_camera_info():
        return [] if BEHAVIOUR == "no-camera" else [{"Model": "imx708", "Num": 0}]

    def __init__(self, camera_num=0):
        print("A library that writes to standard output.")
        log({"open": camera_num, "pid": os.getpid()})
        if BEHAVIOUR == "hangs-on-open":
            time.sleep(1000)
        if BEHAVIOUR == "busy":
            try:
                raise RuntimeError("Failed to acquire camera: Device or resource busy")
            except RuntimeError:
                raise RuntimeError("Camera __init__ sequence did not complete.")
        self.options = {}
        self.post_callback = None
        self.camera_controls = {
            "Brightness": (-1.0, 1.0, 0.0),
            "ScalerCrop": (SENSOR, SENSOR, SENSOR),
            "FrameDurationLimits": (8333, 1_000_000, 33333),
            "ExposureTime": (75, 200_000_000, None),
            "AeEnable": (False, True, True),
        }
        self._controls = {}
        self._newest = None
        self._arrived = threading.Condition()
        self._is_running = False

    def create_video_configuration(self, main, lores, controls, transform=None):
        return {"main": main, "lores": lores, "controls": controls, "transform": transform}

    def configure(self, configuration):
        self._configuration = configuration
        transform = configuration["transform"]
        log({"hflip": bool(transform and transform.hflip), "vflip": bool(transform and transform.vflip)})
        self._controls = dict(configuration["controls"])
        self._scenes = {name: Scene(*configuration[name]["size"]) for name in ("main", "lores")}

    def set_controls(self, controls):
        log({"controls": controls, "running": self._is_running})
        self._controls.update(controls)

    def start_recording(self, encoder, output):
        encoder.output = output
        encoder.width, encoder.height = self._configuration["main"]["size"]
        encoder.start()
        self._encoder = encoder
        self._is_running = True
        log({"recording": True})
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop_recording(self):
        self._is_running = False
        if BEHAVIOUR == "hangs-on-close":
            time.sleep(1000)
        self._thread.join()
        self._encoder.stop()

    def close(self):
        pass

    def capture_file(self, file, name="main", format="jpeg"):
        with self._arrived:
            self._arrived.wait(2)
            array = self._newest.arrays[name].copy()
        file.write(encoders.encode_jpeg(array, self.options.get("quality", 90)))

    def _run(self):
        began = due = time.monotonic()
        number = 0
        while self._is_running:
            if BEHAVIOUR != "silence":
                self._complete(self._draw(number, time.monotonic() - began))
            number += 1
            due += self._controls["FrameDurationLimits"][0] / 1e6
            time.sleep(max(0, due - time.monotonic()))

    def _complete(self, request):
        self._encoder.encode("main", request)
        with self._arrived:
            self._newest = request
            self._arrived.notify_all()
        if self.post_callback:
            self.post_callback(request)

    def _draw(self, number, at_s):
        brightness = self._controls.get("Brightness", 0.0)
        arrays = {name: scene.draw(number, at_s, brightness) for name, scene in self._scenes.items()}
        transform = self._configuration["transform"]
        if transform is not None and transform.hflip:
            arrays["main"] = mirrored(arrays["main"], self._configuration["main"]["size"])
        return Request(number, arrays)


class Scene:
    """YUV420, as Picamera2 lays it out: the brightness, and below it the colours."""

    def __init__(self, width, height):
        self._width, self._height = width, height
        self._still = numpy.full((height * 3 // 2, width), 128, dtype=numpy.uint8)
        self._still[:height] = numpy.linspace(40, 120, width, dtype=numpy.uint8)
        self._random = numpy.random.default_rng(1)
        if BEHAVIOUR == "lively":
            self._noise = self._random.integers(0, 60, (8, height, width), dtype=numpy.uint8)

    def draw(self, number, at_s, brightness):
        picture = self._still.copy()
        luma = picture[:self._height]
        luma += numpy.uint8(max(0, brightness) * 100)
        if BEHAVIOUR == "lively":
            luma += self._noise[self._random.integers(0, 8)]
        if BEHAVIOUR == "moving" and at_s % MOVES_EVERY_S < MOVES_FOR_S:
            side = self._height // 3
            left = (number * side // 4) % (self._width - side)
            luma[side:2 * side, left:left + side] = 235
        return picture


def mirrored(picture, size):
    _, height = size
    result = picture.copy()
    result[:height] = picture[:height, ::-1]
    return result
