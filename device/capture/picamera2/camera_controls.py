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

    Raises ValueError, in words for the one who asked, for what this camera cannot do.
    """
    translated = {}
    for name, value in wanted.items():
        of_control = translate(name, value, known)
        missing = [libcamera_name for libcamera_name in of_control if libcamera_name not in known]
        if missing:
            raise ValueError(f"this camera has no {name} ({', '.join(missing)})")
        check_range(name, value, of_control, known)
        translated.update(of_control)
    return translated


def check_range(name, value, of_control, known):
    """Only what is one number is also a number to libcamera."""
    if isinstance(value, (str, dict)):
        return
    least, most, _ = known[next(reversed(of_control))]
    if not least <= value <= most:
        raise ValueError(f"{name} {value} is not between {least} and {most}, which is what this camera can do")


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
        raise ValueError("this camera has no roi (ScalerCrop)")
    left, top, width, height = known["ScalerCrop"][1]
    return (
        left + round(roi["x"] * width),
        top + round(roi["y"] * height),
        round(roi["width"] * width),
        round(roi["height"] * height),
    )
