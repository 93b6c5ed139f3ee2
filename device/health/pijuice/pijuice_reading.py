"""Prints once what a PiJuice says of its battery, as JSON, by the module that its maker gives out."""

import json

from pijuice import PiJuice

BUS = 1
ADDRESS = 0x14

interface = PiJuice(BUS, ADDRESS).status
print(json.dumps({"level": interface.GetChargeLevel(), "status": interface.GetStatus()}))
