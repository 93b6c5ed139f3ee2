"""One camera that streams, with everything that can be asked of it meanwhile."""

import io
import threading
import time

from camera_controls import libcamera_controls
from encoders import create_encoder
from motion import MotionDetector
from picamera2 import MappedArray, Picamera2
from picamera2.outputs import Output

LORES_WIDTH = 320
MICROSECONDS_PER_SECOND = 1_000_000
NO_FLIP = {"horizontal": False, "vertical": False}


class AccessUnitOutput(Output):
    """Hands on each picture with the time at which the sensor saw it."""

    def __init__(self, encoder, writer, handle_error):
        super().__init__()
        self._encoder = encoder
        self._writer = writer
        self._handle_error = handle_error
        # Sensor times count from the boot; they differ when the machine has slept.
        self._slept_us = (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.monotonic_ns()) // 1000

    def outputframe(self, frame, keyframe=True, timestamp=None, packet=None, audio=False):
        if audio:
            return
        first_us = self._encoder.firsttimestamp or 0
        try:
            self._writer.write_access_unit(frame, keyframe, first_us + (timestamp or 0) - self._slept_us)
        except OSError as error:
            self._handle_error(error)


class LiveCamera:
    def __init__(self, settings, writer, handle_error):
        self._settings = settings
        self._writer = writer
        self._handle_error = handle_error
        self._picamera2 = None
        self._encoder = None
        self._motion = None
        self._wanted = settings["controls"]
        self._controls = {}
        self._snapshot_lock = threading.Lock()

    def open(self):
        self._picamera2 = Picamera2(self._settings["camera"])
        self._picamera2.post_callback = self._look_for_motion
        self._begin()
        self._writer.write_json({"event": "started", "encoder": self._encoder.kind})

    def close(self):
        if self._picamera2 is None:
            return
        self._end()
        self._picamera2.close()

    def obey(self, command):
        """Raises KeyError, TypeError, ValueError or RuntimeError for what cannot be done."""
        getattr(self, "_do_" + command["command"])(command)

    def _begin(self):
        settings = self._settings
        width, height, fps = settings["width"], settings["height"], settings["fps"]
        self._lores_height = max(2, round(LORES_WIDTH * height / width / 2) * 2)
        flip = self._wanted.get("flip", NO_FLIP)
        options = {"transform": make_transform(flip)} if any(flip.values()) else {}
        self._picamera2.configure(
            self._picamera2.create_video_configuration(
                main={"size": (width, height), "format": "YUV420"},
                lores={"size": (min(LORES_WIDTH, width), min(self._lores_height, height)), "format": "YUV420"},
                controls={"FrameDurationLimits": frame_duration_limits(fps)},
                **options,
            )
        )
        self._set_wanted_controls()
        self._encoder = create_encoder(settings, self._handle_error)
        output = AccessUnitOutput(self._encoder, self._writer, self._handle_error)
        self._picamera2.start_recording(self._encoder, output)

    def _set_wanted_controls(self):
        """What this camera cannot do is told, and does not keep it from running."""
        for name, value in self._wanted.items():
            try:
                self._controls.update(self._translated({name: value}))
            except ValueError as error:
                self._writer.write_json({"reply": None, "error": str(error)})
        if self._controls:
            self._picamera2.set_controls(self._controls)

    def _translated(self, wanted):
        """A flip is no control of libcamera: it is part of the configuration."""
        others = {name: value for name, value in wanted.items() if name != "flip"}
        return libcamera_controls(others, self._picamera2.camera_controls)

    def _end(self):
        if self._encoder is not None:
            self._picamera2.stop_recording()
            self._encoder = None

    def _do_keyframe(self, _command):
        self._encoder.request_keyframe()

    def _do_bitrate(self, command):
        self._settings["bitrateKbps"] = command["kbps"]
        self._encoder.set_bitrate(command["kbps"])

    def _do_fps(self, command):
        self._settings["fps"] = command["fps"]
        self._picamera2.set_controls({"FrameDurationLimits": frame_duration_limits(command["fps"])})

    def _do_snapshot(self, command):
        """In a thread of its own: other commands need not wait for it."""
        threading.Thread(target=self._take_snapshot, args=[command], daemon=True).start()

    def _do_motion(self, command):
        """Without a sensitivity nothing is looked for."""
        sensitivity = command["sensitivity"]
        self._motion = None if sensitivity is None else MotionDetector(sensitivity, command["coolDownMs"] / 1000)

    def _do_controls(self, command):
        translated = self._translated(command["controls"])
        was_flipped = self._wanted.get("flip", NO_FLIP)
        self._wanted.update(command["controls"])
        if self._motion is not None:
            self._motion.ignore_change(time.monotonic())
        if self._wanted.get("flip", NO_FLIP) != was_flipped:
            self._end()
            self._begin()
        else:
            self._controls.update(translated)
            self._picamera2.set_controls(translated)
        self._writer.write_json({"reply": command["id"]})

    def _take_snapshot(self, command):
        jpeg = io.BytesIO()
        try:
            with self._snapshot_lock:
                self._picamera2.options["quality"] = command["quality"]
                self._picamera2.capture_file(jpeg, name=command["stream"], format="jpeg")
            self._writer.write_jpeg(command["id"], jpeg.getvalue())
        except Exception as error:  # the thread's end would leave the asker waiting
            self._writer.write_json({"reply": command["id"], "error": str(error)})

    def _look_for_motion(self, request):
        detector = self._motion
        now_s = time.monotonic()
        if not detector or not detector.is_due(now_s):
            return
        try:
            with MappedArray(request, "lores") as mapped:
                change = detector.look(mapped.array[:self._lores_height], now_s)
            if change is not None:
                self._writer.write_json({"event": "motion", "moving": change.is_moving, "score": change.score})
        except Exception as error:  # in Picamera2's thread, which would end without a word
            self._handle_error(error)


def frame_duration_limits(fps):
    duration_us = round(MICROSECONDS_PER_SECOND / fps)
    return (duration_us, duration_us)


def make_transform(flip):
    from libcamera import Transform

    return Transform(hflip=flip["horizontal"], vflip=flip["vertical"])
