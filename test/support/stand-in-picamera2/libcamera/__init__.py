"""The one class of libcamera that Picam uses."""


class Transform:
    def __init__(self, hflip=False, vflip=False):
        self.hflip = hflip
        self.vflip = vflip
