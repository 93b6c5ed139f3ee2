"""H.264 encoders that can be asked for a key frame and another bit rate while they run.

Picamera2 gives the hardware encoder on a Pi 4 and older, and x264 on a Pi 5.
"""

import fcntl
import struct

from picamera2.encoders import H264Encoder

BITS_PER_KILOBIT = 1000
# x264 keeps to a new bit rate only when it began at a constant one, and never goes above that.
CEILING_KBPS = 10_000
BUFFER_S = 0.5
# linux/videodev2.h and linux/v4l2-controls.h
VIDIOC_S_CTRL = 0xC008561C
V4L2_CID_MPEG_VIDEO_BITRATE = 0x009909CF
V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME = 0x009909E5
PICTURE_TYPE_I = 1


def create_encoder(settings, handle_error):
    options = {
        "bitrate": bits_per_second(settings["bitrateKbps"]),
        "repeat": True,
        "iperiod": max(1, round(settings["fps"] * settings["keyframeIntervalS"])),
        "framerate": settings["fps"],
    }
    if is_software(H264Encoder):
        return SoftwareEncoder(handle_error, **options)
    return HardwareEncoder(profile="baseline", **options)


def bits_per_second(kbps):
    return round(kbps * BITS_PER_KILOBIT)


def is_software(encoder_class):
    return any("libav" in base.__name__.lower() for base in encoder_class.__mro__)


class SoftwareEncoder(H264Encoder):
    """x264 through PyAV."""

    kind = "x264"

    def __init__(self, handle_error, **options):
        super().__init__(**options)
        self._handle_error = handle_error
        # Frame threads hold back several pictures.
        self.threads = 1
        self.drop_final_frames = True

    def _start(self):
        super()._start()
        context = self._stream.codec_context
        ceiling = max(CEILING_KBPS * BITS_PER_KILOBIT, self.bitrate)
        context.bit_rate = ceiling
        context.options["maxrate"] = str(ceiling)
        context.options["bufsize"] = str(round(self.bitrate * BUFFER_S))
        context.open()
        context.bit_rate = self.bitrate
        self._stream = KeyframeStream(self._stream, self._handle_error)

    def request_keyframe(self):
        self._stream.is_keyframe_wanted = True

    def set_bitrate(self, kbps):
        self._stream.codec_context.bit_rate = bits_per_second(kbps)


class KeyframeStream:
    """A PyAV stream that makes its next picture a key frame when wanted.

    Picamera2's own force_key_frame sets the type in a way that ends the camera's
    thread with PyAV 14 and newer. An error in that thread goes unnoticed: it is
    reported here.
    """

    def __init__(self, stream, handle_error):
        self._stream = stream
        self._handle_error = handle_error
        self.is_keyframe_wanted = False

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def encode(self, frame=None):
        try:
            if frame is not None and self.is_keyframe_wanted:
                self.is_keyframe_wanted = False
                mark_as_keyframe(frame)
            return self._stream.encode(frame)
        except Exception as error:
            self._handle_error(error)
            raise


def mark_as_keyframe(frame):
    try:
        frame.pict_type = PICTURE_TYPE_I
    except (TypeError, KeyError):
        # PyAV before 14 takes names only in some versions.
        frame.pict_type = "I"


class HardwareEncoder(H264Encoder):
    """The V4L2 encoder of a Pi 4 and older."""

    kind = "v4l2"

    def request_keyframe(self):
        self._set_control(V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, 1)

    def set_bitrate(self, kbps):
        self._set_control(V4L2_CID_MPEG_VIDEO_BITRATE, bits_per_second(kbps))

    def _set_control(self, control, value):
        fcntl.ioctl(self.vd, VIDIOC_S_CTRL, struct.pack("=Ii", control, value))
