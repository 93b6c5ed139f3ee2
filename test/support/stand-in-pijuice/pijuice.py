"""Stands in for the module of the PiJuice; STAND_IN_BATTERY is its status, or "broken" for a bus that fails."""

import os

STATUS = os.environ.get("STAND_IN_BATTERY", "NORMAL")


class Status:
    def GetChargeLevel(self):
        if STATUS == "broken":
            return {"error": "COMMUNICATION_ERROR"}
        return {"data": 57, "error": "NO_ERROR"}

    def GetStatus(self):
        if STATUS == "broken":
            return {"error": "COMMUNICATION_ERROR"}
        power = os.environ.get("STAND_IN_POWER", "NOT_PRESENT")
        status = {"isFault": False, "isButton": False, "battery": STATUS}
        return {"data": {**status, "powerInput": "NOT_PRESENT", "powerInput5vIo": power}, "error": "NO_ERROR"}


class PiJuice:
    def __init__(self, bus=1, address=0x14):
        if (bus, address) != (1, 0x14):
            raise IOError("nothing answers there")
        self.status = Status()
