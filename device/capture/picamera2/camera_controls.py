"""Picam's camera controls in the words of libcamera."""

# Values of libcamera's AwbModeEnum and AfModeEnum.
AWB_MODES = {
    "auto": 0,
    "incandescent": 1,
    "tungsten": 2,
    "fluorescent": 3,
    "indoor": 4,
    "daylight": 5,
    "cloudy": 6,
}
AF_MODE_MANUAL = 0
AF_MODE_CONTINUOUS = 2
SAME_BY_ANOTHER_NAME = {
    "brightness": "Brightness",
    "contrast": "Contrast",
    "saturation": "Saturation",
    "sharpness": "Sharpness",
}


def libcamera_controls(wanted, known):
    """known is Picamera2's camera_controls: name to (least, most, default).

    Raises ValueError for a control that this camera has not.
    """
    translated = {}
    for name, value in wanted.items():
        translated.update(translate(name, value, known))
    missing = [name for name in translated if name not in known]
    if missing:
        raise ValueError(f"this camera has no {', '.join(missing)}")
    return translated


def translate(name, value, known):
    if name in SAME_BY_ANOTHER_NAME:
        return {SAME_BY_ANOTHER_NAME[name]: float(value)}
    if name == "exposure":
        return {"AeEnable": True, "ExposureTime": 0} if value == "auto" else {"ExposureTime": value}
    if name == "awb":
        return {"AwbEnable": True, "AwbMode": AWB_MODES[value]}
    if name == "focus":
        return focus(value)
    if name == "roi":
        return {"ScalerCrop": crop(value, known)}
    raise ValueError(f"control {name} is not known")


def focus(value):
    if value == "continuous":
        return {"AfMode": AF_MODE_CONTINUOUS}
    return {"AfMode": AF_MODE_MANUAL, "LensPosition": float(value)}


def crop(roi, known):
    """The part of the sensor, in its pixels."""
    if "ScalerCrop" not in known:
        raise ValueError("this camera has no ScalerCrop")
    left, top, width, height = known["ScalerCrop"][1]
    return (
        left + round(roi["x"] * width),
        top + round(roi["y"] * height),
        round(roi["width"] * width),
        round(roi["height"] * height),
    )
