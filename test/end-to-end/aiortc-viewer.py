"""Watches a camera by WHEP with aiortc until so many pictures have been decoded, and says what it saw as JSON."""

import asyncio
import json
import sys
import urllib.parse
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription


def ask(method, url, body=None):
    headers = {"Content-Type": "application/sdp"}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode(), response.headers


async def main(url, pictures):
    connection = RTCPeerConnection()
    tracks = asyncio.Queue()
    connection.on("track", tracks.put_nowait)
    connection.addTransceiver("audio", direction="recvonly")
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    answer, headers = ask("POST", url, connection.localDescription.sdp.encode())
    await connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    track = await tracks.get()
    while track.kind != "video":
        track = await tracks.get()
    sizes = set()
    for _ in range(pictures):
        frame = await track.recv()
        sizes.add((frame.width, frame.height))
    ask("DELETE", urllib.parse.urljoin(url, headers["Location"]))
    await connection.close()
    print(json.dumps({"sizes": sorted(sizes)}))


asyncio.run(asyncio.wait_for(main(sys.argv[1], int(sys.argv[2])), 40))
