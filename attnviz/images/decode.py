"""An untrusted file becomes an upright 8-bit RGB picture, or one sentence that says why it cannot."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps

from attnviz.errors import ImageError, Message

warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # our own cap is lower

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 50_000_000
READABLE = Message("JPEG, PNG, WebP, GIF, BMP or TIFF")

_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
_TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")

Source = str | Path | bytes | BinaryIO


def open_picture(source: Source) -> Image.Image:
    """Decodes a photo, trusting nothing about it.

    The size is read and capped before any pixel is decoded. EXIF orientation is applied, transparency is laid on
    white, 16- and 32-bit values are scaled to 8 bits, and of an animation the first frame is taken.

    Args:
        source: a path, the file's bytes, or an open binary file.

    Returns:
        An upright picture in mode RGB, at most 50 megapixels.

    Raises:
        ImageError: if the file is missing, empty, too large, damaged, or of a format that is not read here.
    """
    return upright_rgb(_opened(_read(source)))


def upright_rgb(picture: Image.Image) -> Image.Image:
    """Returns a picture that Pillow has opened as :func:`open_picture` returns it.

    Raises:
        ImageError: if its file is damaged.
    """
    try:
        picture.load()
        return _to_rgb(_upright(picture))
    except ImageError:
        raise
    except Exception:  # as above
        raise ImageError(
            "This {format} file is damaged or incomplete; save or download it again, and retry.",
            format=picture.format,
        ) from None


def picture_size(source: Source) -> tuple[int, int]:
    """Returns the (width, height) that :func:`open_picture` would return a picture of, decoding no pixel.

    Raises:
        ImageError: as :func:`open_picture`, but for damage that only decoding finds.
    """
    picture = _opened(_read(source))
    try:
        turned = picture.getexif().get(ExifTags.Base.Orientation) in (5, 6, 7, 8)
    except Exception:  # damaged EXIF says nothing about the pixels
        turned = False
    width, height = picture.size
    # of a TIFF, Pillow gives the size that it will have once it is turned
    return (height, width) if turned and picture.format != "TIFF" else (width, height)


def _opened(data: bytes) -> Image.Image:
    """Returns the picture, undecoded, and small enough to be decoded."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise _too_large(Message("more than 178 megapixels")) from None
    except Exception:  # a decoder given garbage raises whatever it happens to trip over
        raise _not_a_picture(data) from None
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise _too_large(Message("{width} x {height} pixels", {"width": width, "height": height}))
    return picture


def _read(source: Source) -> bytes:
    if isinstance(source, bytes):
        data = source
    elif isinstance(source, str | Path):
        data = _read_file(Path(source))
    else:
        data = source.read()
    if not data:
        raise ImageError("The file is empty (0 bytes); save or download it again, and retry.")
    return data


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ImageError('There is no file "{name}"; check the path.', name=path.name) from None
    except IsADirectoryError:
        raise ImageError('"{name}" is a folder; name a photo in it.', name=path.name) from None
    except OSError as error:
        raise ImageError('"{name}" cannot be read: {reason}.', name=path.name[:80], reason=error.strerror) from None
    except ValueError:  # a null byte
        raise ImageError("This is not the name of a file; check the path.") from None


def _too_large(size: Message) -> ImageError:
    return ImageError(
        "The picture has {size}; at most {most} megapixels are read; make it smaller, and retry.",
        size=size,
        most=MAX_PIXELS // 10**6,
    )


def _not_a_picture(data: bytes) -> ImageError:
    start = data[:512].lstrip().lower()
    if b"<svg" in start:
        return ImageError("This is an SVG drawing, which is not read here; export it as {formats}.", formats=READABLE)
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return ImageError("HEIC and AVIF photos are not read here; save it as {formats}.", formats=READABLE)
    return ImageError("This file is not a picture that can be read; use {formats}.", formats=READABLE)


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # damaged EXIF says nothing about the pixels
        return picture


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode in _SIXTEEN_BIT:
        return _from_gray(np.asarray(picture, np.float32) / 257)
    if picture.mode == "I":
        return _from_gray(_integers_to_8_bit(np.asarray(picture, np.float32)))
    if picture.mode == "F":
        return _from_gray(_floats_to_8_bit(np.asarray(picture, np.float32)))
    if picture.mode in _TRANSPARENT or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture).convert("RGB")
    return picture.convert("RGB")


def _from_gray(gray: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(gray), 0, 255).astype(np.uint8)).convert("RGB")


def _integers_to_8_bit(values: np.ndarray) -> np.ndarray:
    """32-bit integers hold 8, 16 or 31 bits; the largest value tells which."""
    largest = values.max()
    if largest <= 255:
        return values
    return values / 257 if largest <= 65535 else values * (255 / (2**31 - 1))


def _floats_to_8_bit(values: np.ndarray) -> np.ndarray:
    """Floats in [0, 1] are intensities; any other range is stretched to black and white."""
    if not np.isfinite(values).all():
        raise ImageError("This picture holds values that are not numbers (NaN or infinity); export it as 8-bit PNG.")
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        return values * 255
    if low == high:
        return np.full_like(values, 127.5)
    largest = max(abs(low), abs(high))  # first, since high - low can be more than float32 holds
    return (values / largest - low / largest) * (255 / (high / largest - low / largest))
