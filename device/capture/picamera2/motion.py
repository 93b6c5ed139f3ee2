"""Motion in a small picture: how much its brightness differs from the one before."""

from collections import namedtuple

INTERVAL_S = 0.1
SETTLES_IN_S = 1.0
MEDIUM_SENSITIVITY = 50
MEDIUM_THRESHOLD = 7.0
STEPS_THAT_HALVE = 12.5

MotionChange = namedtuple("MotionChange", ["is_moving", "score"])


class MotionDetector:
    """Sensitivity is 1 to 100: each 12.5 more halve the difference that counts."""

    def __init__(self, sensitivity, cool_down_s):
        self._threshold = MEDIUM_THRESHOLD * 2 ** ((MEDIUM_SENSITIVITY - sensitivity) / STEPS_THAT_HALVE)
        self._cool_down_s = cool_down_s
        self._previous = None
        self._next_look_s = 0.0
        self._moved_at_s = None

    def is_due(self, now_s):
        return now_s >= self._next_look_s

    def ignore_change(self, now_s):
        """Someone changes the picture on purpose, which takes the camera a moment."""
        self._previous = None
        self._next_look_s = now_s + SETTLES_IN_S

    def look(self, luma, now_s):
        """Gives a MotionChange when motion began or ended, else None. luma is a numpy array."""
        self._next_look_s = now_s + INTERVAL_S
        current = luma[::2, ::2].astype("float32")
        previous, self._previous = self._previous, current
        if previous is None or previous.shape != current.shape:
            return None
        score = float(((current - previous) ** 2).mean())
        return self._judge(score, now_s)

    def _judge(self, score, now_s):
        was_moving = self._moved_at_s is not None
        if score >= self._threshold:
            self._moved_at_s = now_s
            return None if was_moving else MotionChange(True, score)
        if was_moving and now_s - self._moved_at_s >= self._cool_down_s:
            self._moved_at_s = None
            return MotionChange(False, score)
        return None
