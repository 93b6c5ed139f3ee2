"""x264 through PyAV, as Picamera2 has it on a Pi 5, with its traps."""

import os
import threading
from fractions import Fraction

import av

DIES_AT_FRAME = 20


class LibavH264Encoder:
    def __init__(self, bitrate=None, repeat=True, iperiod=30, framerate=30, qp=None, profile=None):
        self.bitrate = bitrate
        self.iperiod = iperiod
        self.framerate = framerate
        self.threads = 0
        self.drop_final_frames = False
        self.firsttimestamp = None
        self.output = None
        self._lock = threading.Lock()
        self._key_frames_requested = 0
        self._encoded = 0

    def start(self):
        self.output.start()
        self._start()

    def stop(self):
        with self._lock:
            self._container.close()
        self.output.stop()

    def encode(self, stream, request):
        with self._lock:
            self._encode(stream, request)

    def force_key_frame(self):
        self._key_frames_requested += 1

    def _start(self):
        self._container = av.open("/dev/null", "w", format="null")
        self._stream = self._container.add_stream("libx264", rate=round(self.framerate))
        context = self._stream.codec_context
        context.thread_count = self.threads
        context.thread_type = av.codec.context.ThreadType.FRAME
        self._stream.width, self._stream.height = self.width, self.height
        self._stream.pix_fmt = "yuv420p"
        context.bit_rate = self.bitrate
        context.gop_size = self.iperiod
        context.options["preset"] = "ultrafast"
        context.options["tune"] = "zerolatency"
        context.time_base = Fraction(1, 1_000_000)

    def _encode(self, stream, request):
        self._encoded += 1
        if os.environ.get("STAND_IN_BEHAVIOUR") == "encoder-dies" and self._encoded > DIES_AT_FRAME:
            self._stream.encode("not a picture")
        frame = av.VideoFrame.from_ndarray(request.arrays[stream], format="yuv420p")
        frame.pts = self._timestamp(request)
        if self._key_frames_requested:
            raise TypeError("an integer is required")  # what PyAV 14 says to pict_type = "I"
        for packet in self._stream.encode(frame):
            self.output.outputframe(bytes(packet), packet.is_keyframe, packet.pts, packet, False)

    def _timestamp(self, request):
        timestamp_us = request.sensor_timestamp_ns // 1000
        if self.firsttimestamp is None:
            self.firsttimestamp = timestamp_us
        return timestamp_us - self.firsttimestamp


H264Encoder = LibavH264Encoder


def encode_jpeg(yuv420, quality):
    context = av.CodecContext.create("mjpeg", "w")
    context.height, context.width = yuv420.shape[0] * 2 // 3, yuv420.shape[1]
    context.pix_fmt = "yuvj420p"
    context.time_base = Fraction(1, 1)
    context.options = {"q": str(max(1, 31 - quality * 30 // 100))}
    frame = av.VideoFrame.from_ndarray(yuv420, format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in context.encode(frame) + context.encode(None))
