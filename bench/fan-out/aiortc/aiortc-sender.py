"""Answers offers and sends a moving picture with aiortc; told what to do by a line of JSON at a time.

The RTP timestamps are those of the machine's monotonic clock, so that receivers know when a picture was ready.
"""

import asyncio
import json
import sys
import time
from fractions import Fraction

import numpy
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription, rtcrtpsender
from av import VideoFrame

WIDTH, HEIGHT, FRAMES_PER_SECOND, CLOCK_HZ = 640, 480, 30, 90_000
PICTURES = [
    numpy.roll(numpy.tile(numpy.arange(WIDTH * 3, dtype=numpy.uint8).reshape(1, WIDTH, 3), (HEIGHT, 1, 1)), n * 8, 1)
    for n in range(FRAMES_PER_SECOND)
]


class MovingPicture(MediaStreamTrack):
    kind = "video"

    def __init__(self, sending):
        super().__init__()
        self.sending = sending
        self.frames = 0

    async def recv(self):
        period = 1 / FRAMES_PER_SECOND
        await asyncio.sleep(period - time.monotonic() % period)
        await self.sending.wait()
        frame = VideoFrame.from_ndarray(PICTURES[self.frames % len(PICTURES)], format="rgb24")
        self.frames += 1
        frame.pts = time.monotonic_ns() * CLOCK_HZ // 1_000_000_000
        frame.time_base = Fraction(1, CLOCK_HZ)
        return frame


async def answer(sdp, sending):
    connection = RTCPeerConnection()
    connection.addTrack(MovingPicture(sending))
    await connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    return connection


async def connected(connection):
    while connection.connectionState != "connected":
        await asyncio.sleep(0.02)


async def main():
    sending, connections = asyncio.Event(), []
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        question, reply = json.loads(line), {}
        if "offers" in question:
            connections = [await answer(sdp, sending) for sdp in question["offers"]]
            # Timestamps would begin at a random number otherwise.
            rtcrtpsender.random32 = lambda: 0
            reply = [connection.localDescription.sdp for connection in connections]
        if "connect" in question:
            await asyncio.gather(*(connected(connection) for connection in connections))
        if "send" in question:
            sending.set() if question["send"] else sending.clear()
        print(json.dumps(reply), flush=True)


asyncio.run(main())
