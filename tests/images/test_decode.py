"""Every kind of picture file becomes the right colours, and every bad one a sentence."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from attnviz.errors import ImageError
from attnviz.images import open_picture, picture_size

WHITE, BLACK, RED, BLUE = (255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255)
RANDOM = np.random.default_rng(7)


def encoded(picture: Image.Image, format_: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format_, **options)
    return buffer.getvalue()


def pixels(data: bytes) -> np.ndarray:
    """The decoded picture as integers, (H,W,3)."""
    picture = open_picture(data)
    assert picture.mode == "RGB"
    return np.asarray(picture).astype(int)


def colours(data: bytes) -> list[tuple[int, ...]]:
    """The decoded picture's colours, row by row."""
    return [tuple(map(int, colour)) for colour in pixels(data).reshape(-1, 3)]


def made(mode: str, values: list[Any]) -> Image.Image:
    """A picture one pixel high."""
    picture = Image.new(mode, (len(values), 1))
    picture.putdata(values)
    return picture


def with_palette(mode: str) -> Image.Image:
    """Three pixels: red, blue, green."""
    picture = made("P", [0, 1, 2])
    picture.putpalette([255, 0, 0, 0, 0, 255, 0, 128, 0])
    return picture.convert(mode) if mode != "P" else picture


def from_bytes(mode: str, values: np.ndarray) -> Image.Image:
    return Image.frombytes(mode, values.shape[::-1], values.tobytes())


def raw_png(width: int, height: int, depth: int, colour: int, rows: bytes | Callable[[], Any]) -> bytes:
    """A PNG written by hand, from its rows, each with its filter byte, or from a function that yields them."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer, body = zlib.compressobj(9), b""
    for part in rows() if callable(rows) else [rows]:
        body += packer.compress(part)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    idat = chunk(b"IDAT", body + packer.flush())
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + idat + chunk(b"IEND", b"")


# -- colours ----------------------------------------------------------------------------------------------------------


def test_black_and_white() -> None:
    assert colours(encoded(made("1", [0, 255, 0]), "PNG")) == [BLACK, WHITE, BLACK]


@pytest.mark.parametrize("format_", ["PNG", "BMP", "GIF", "TIFF"])
def test_gray(format_: str) -> None:
    assert colours(encoded(made("L", [0, 100, 255]), format_)) == [BLACK, (100, 100, 100), WHITE]


@pytest.mark.parametrize("format_", ["PNG", "BMP", "GIF", "TIFF"])
def test_palette(format_: str) -> None:
    assert colours(encoded(with_palette("P"), format_)) == [RED, BLUE, (0, 128, 0)]


@pytest.mark.parametrize("format_", ["PNG", "GIF"])
def test_palette_with_a_transparent_colour(format_: str) -> None:
    assert colours(encoded(with_palette("P"), format_, transparency=1)) == [RED, WHITE, (0, 128, 0)]


def test_palette_with_half_transparent_colours() -> None:
    data = encoded(with_palette("P"), "PNG", transparency=bytes([128, 0, 255]))
    assert colours(data) == [(255, 127, 127), WHITE, (0, 128, 0)]


def test_palette_with_alpha() -> None:
    picture = with_palette("PA")
    picture.putalpha(made("L", [255, 0, 255]))
    assert picture.mode == "PA"
    assert colours(encoded(picture, "TIFF")) == [RED, WHITE, (0, 128, 0)]


@pytest.mark.parametrize("format_", ["PNG", "TIFF"])
def test_gray_with_alpha(format_: str) -> None:
    data = encoded(made("LA", [(0, 255), (0, 0), (100, 255)]), format_)
    assert colours(data) == [BLACK, WHITE, (100, 100, 100)]


@pytest.mark.parametrize(
    ("mode", "transparency", "expected"),
    [
        ("L", 100, [BLACK, WHITE, WHITE]),
        ("1", 0, [WHITE, WHITE, WHITE]),
        ("RGB", (100, 100, 100), [BLACK, WHITE, WHITE]),
    ],
)
def test_one_colour_declared_transparent(mode: str, transparency: Any, expected: list[tuple[int, ...]]) -> None:
    values = {"L": [0, 100, 255], "1": [0, 0, 255], "RGB": [BLACK, (100, 100, 100), WHITE]}[mode]
    assert colours(encoded(made(mode, values), "PNG", transparency=transparency)) == expected


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "TIFF"])
def test_transparent_pixels_hide_their_colour(format_: str) -> None:
    hidden = made("RGBA", [(*RED, 0), (*BLUE, 0), (*BLUE, 255), (*RED, 128)])
    options: dict[str, Any] = {"lossless": True, "exact": True} if format_ == "WEBP" else {}
    assert colours(encoded(hidden, format_, **options)) == [WHITE, WHITE, BLUE, (255, 127, 127)]


@pytest.mark.parametrize("format_", ["PNG", "BMP", "TIFF", "WEBP"])
def test_rgb_to_the_last_bit(format_: str) -> None:
    values = RANDOM.integers(0, 256, (5, 9, 3)).astype(np.uint8)
    options: dict[str, Any] = {"lossless": True} if format_ == "WEBP" else {}
    assert np.array_equal(pixels(encoded(Image.fromarray(values), format_, **options)), values)


@pytest.mark.parametrize(
    ("mode", "format_", "options"),
    [
        ("RGB", "JPEG", {}),
        ("RGB", "JPEG", {"progressive": True}),
        ("CMYK", "JPEG", {}),
        ("CMYK", "TIFF", {}),
        ("YCbCr", "JPEG", {}),
        ("YCbCr", "TIFF", {"compression": "jpeg"}),
        ("RGB", "WEBP", {}),
    ],
)
def test_other_colour_spaces(mode: str, format_: str, options: dict[str, Any]) -> None:
    picture = Image.new("RGB", (16, 16), (200, 100, 50)).convert(mode)
    assert np.abs(pixels(encoded(picture, format_, quality=95, **options)) - (200, 100, 50)).max() <= 6


def test_lab() -> None:
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(Image.new("RGB", (4, 4), (200, 100, 50)), to_lab)
    assert lab is not None
    assert np.abs(pixels(encoded(lab, "TIFF")) - (200, 100, 50)).max() <= 3


# -- more than 8 bits -------------------------------------------------------------------------------------------------

ALL_16_BIT = np.arange(2**16).reshape(256, 256)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encoded(Image.fromarray(ALL_16_BIT.astype(np.uint16)), "PNG"), id="png"),
        pytest.param(encoded(from_bytes("I;16", ALL_16_BIT.astype("<u2")), "TIFF"), id="little-endian tiff"),
        pytest.param(encoded(from_bytes("I;16B", ALL_16_BIT.astype(">u2")), "TIFF"), id="big-endian tiff"),
        pytest.param(encoded(Image.fromarray(ALL_16_BIT.astype(np.int32)), "TIFF"), id="32-bit tiff"),
    ],
)
def test_16_bits_are_scaled(data: bytes) -> None:
    assert np.abs(pixels(data) - ALL_16_BIT[:, :, None] / 257).max() <= 1


def test_16_bit_colours_are_scaled() -> None:
    values = RANDOM.integers(0, 2**16, (8, 8, 3))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    assert np.abs(pixels(raw_png(8, 8, 16, 2, rows)) - values / 257).max() <= 1


def test_32_bit_integers() -> None:
    small = np.array([[0, 7, 255]], np.int32)
    assert np.array_equal(pixels(encoded(Image.fromarray(small), "TIFF"))[0, :, 0], [0, 7, 255])
    large = np.array([[0, 2**30, 2**31 - 1]], np.int32)
    assert np.array_equal(pixels(encoded(Image.fromarray(large), "TIFF"))[0, :, 0], [0, 128, 255])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.2, 1.0], [0, 51, 255]),
        ([-50.0, 0.0, 50.0], [0, 128, 255]),
        ([0.0, 100.0, 200.0], [0, 128, 255]),
        ([0.4, 0.4, 0.4], [102, 102, 102]),
        ([7.0, 7.0, 7.0], [128, 128, 128]),
        ([-3e38, 0.0, 3e38], [0, 128, 255]),
    ],
)
def test_floats(values: list[float], expected: list[int]) -> None:
    data = encoded(Image.fromarray(np.array([values], np.float32)), "TIFF")
    assert np.abs(pixels(data)[0] - np.array(expected)[:, None]).max() <= 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_floats_that_are_not_numbers(value: float) -> None:
    told_of(encoded(Image.fromarray(np.array([[0, 1, value]], np.float32)), "TIFF"), "not numbers")


def test_16_bit_pictures_take_no_more_memory_than_they_must() -> None:
    """The cap of 50 megapixels is no protection if each pixel takes dozens of bytes on the way."""
    data = encoded(Image.fromarray(np.zeros((1500, 2000), np.uint16)), "PNG")
    tracemalloc.start()
    try:
        open_picture(data)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most / (1500 * 2000) < 16


# -- orientation, animation, size -------------------------------------------------------------------------------------


def stored(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Lays a picture down as EXIF says: where the 0th row and the 0th column of the file are on the upright one."""
    turned = upright.transpose(1, 0, 2)
    return {
        1: upright,  # top, left
        2: upright[:, ::-1],  # top, right
        3: upright[::-1, ::-1],  # bottom, right
        4: upright[::-1],  # bottom, left
        5: turned,  # left, top
        6: turned[::-1],  # right, top
        7: turned[::-1, ::-1],  # right, bottom
        8: turned[:, ::-1],  # left, bottom
    }[orientation]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_photos_are_turned_upright(format_: str, orientation: int) -> None:
    upright = RANDOM.integers(0, 256, (2, 3, 3)).astype(np.uint8).repeat(16, 0).repeat(16, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(format_, {})
    data = encoded(Image.fromarray(stored(upright, orientation)), format_, exif=exif, **options)
    assert np.abs(pixels(data) - upright).max() <= 5
    assert picture_size(data) == open_picture(data).size


def test_16_bit_photos_are_turned_too() -> None:
    upright = RANDOM.integers(0, 2**16, (4, 6, 1))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.fromarray(stored(upright, 6)[:, :, 0].astype(np.uint16)), "PNG", exif=exif)
    assert np.abs(pixels(data) - upright / 257).max() <= 1


def test_photo_with_damaged_exif_is_still_a_photo() -> None:
    assert colours(encoded(Image.new("RGB", (2, 1), RED), "PNG", exif=b"II")) == [RED, RED]


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_first_frame_is_taken(format_: str) -> None:
    first, second = Image.new("RGB", (16, 8), RED), Image.new("RGB", (16, 8), BLUE)
    data = encoded(first, format_, save_all=True, append_images=[second])
    assert np.abs(pixels(data) - RED).max() <= 3
    assert pixels(data).shape == (8, 16, 3)


def test_first_frame_of_a_gif_with_holes() -> None:
    picture = made("P", [0, 1])
    picture.putpalette([*RED, *BLUE])
    second = Image.new("P", (2, 1), 1)
    second.putpalette([*RED, *BLUE])
    data = encoded(picture, "GIF", save_all=True, append_images=[second], transparency=0, disposal=2)
    assert colours(data) == [WHITE, BLUE]


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 5000)])
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_odd_sizes(format_: str, size: tuple[int, int]) -> None:
    picture = open_picture(encoded(Image.new("RGB", size, RED), format_))
    assert picture.size == size
    assert np.abs(np.asarray(picture).astype(int) - RED).max() <= 3


def test_any_source(tmp_path: Path) -> None:
    data = encoded(made("RGB", [RED, BLUE]), "PNG")
    path = tmp_path / "no suffix"
    path.write_bytes(data)
    with path.open("rb") as file:
        for source in (data, path, str(path), file, io.BytesIO(data)):
            assert list(open_picture(source).get_flattened_data()) == [RED, BLUE]


# -- bad files --------------------------------------------------------------------------------------------------------


def told_of(source: bytes | str | Path, *words: str) -> None:
    """The source is refused in one sentence that has these words, no path, and no inside of a library."""
    with pytest.raises(ImageError) as caught:
        open_picture(source)
    told = str(caught.value)
    assert all(word in told for word in words), told
    assert told.endswith(".")
    assert not any(mark in told for mark in (". ", "\n", "/", "\\", "Error", "Traceback", "PIL", "BytesIO")), told


NOISE = Image.fromarray(RANDOM.integers(0, 256, (64, 64, 3)).astype(np.uint8))
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\0", "not a picture", id="one byte"),
        pytest.param(b"Dear diary, " * 100, "not a picture", id="text"),
        pytest.param(b"<!doctype html><title>404</title>", "not a picture", id="html"),
        pytest.param(b"%PDF-1.7\n" + bytes(500), "not a picture", id="pdf"),
        pytest.param(SVG, "SVG", id="svg"),
        pytest.param(b"<?xml version='1.0'?>\n<!-- drawn by hand -->\n" + SVG, "SVG", id="svg after a comment"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500), "HEIC", id="heic"),
        pytest.param(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(500), "HEIC", id="heif"),
        pytest.param(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(500), "AVIF", id="avif"),
        pytest.param(encoded(NOISE, "PPM"), "not a picture", id="ppm"),
        pytest.param(encoded(NOISE, "EPS"), "not a picture", id="eps"),
        pytest.param(encoded(NOISE, "ICO"), "not a picture", id="ico"),
    ],
)
def test_what_is_no_photo(tmp_path: Path, data: bytes, word: str) -> None:
    told_of(data, word)
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    told_of(path, word)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated(format_: str, share: float) -> None:
    data = encoded(NOISE, format_)
    told_of(data[: int(len(data) * share)])


def test_missing_file(tmp_path: Path) -> None:
    told_of(tmp_path / "lion.jpg", "lion.jpg")
    told_of(str(tmp_path / "nowhere" / "lion.jpg"), "lion.jpg")


def test_folder(tmp_path: Path) -> None:
    told_of(tmp_path, f'"{tmp_path.name}" is a folder')


@pytest.mark.parametrize("name", ["x" * 5000, "lion\0.jpg"])
def test_name_that_no_file_can_have(name: str) -> None:
    told_of(name)


def bomb(width: int, height: int, depth: int) -> bytes:
    """A PNG of a few kilobytes that is all black, one grey channel."""
    row = bytes(1 + width * depth // 8)
    return raw_png(width, height, depth, 0, lambda: (row * 100 for _ in range(height // 100)))


WATCHED = """
import resource, sys
from attnviz.errors import ImageError
from attnviz.images import open_picture, picture_size

def megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

open_picture(sys.argv[1])
before = megabytes()
for path in sys.argv[2:]:
    try:
        open_picture(path)
    except ImageError as error:
        print(error)
print(megabytes() - before)
"""


def test_bombs_are_not_decoded(tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    small.write_bytes(bomb(100, 100, 8))
    bombs = {tmp_path / "100.png": bomb(10_000, 10_000, 8), tmp_path / "400.png": bomb(20_000, 20_000, 1)}
    for path, data in bombs.items():
        assert len(data) < 150_000
        path.write_bytes(data)
        told_of(path, "megapixels", "50")
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED, small, *bombs], capture_output=True, text=True, check=True, timeout=60
    )
    at_100, at_400, grown = ran.stdout.splitlines()
    assert "10000 x 10000" in at_100
    assert "178" in at_400
    assert float(grown) < 20


def test_cap_is_50_megapixels() -> None:
    told_of(bomb(10_000, 5_100, 1), "10000 x 5100", "50")
    assert open_picture(bomb(10_000, 100, 1)).size == (10_000, 100)


# -- any damage -------------------------------------------------------------------------------------------------------

SMALL = {
    format_: encoded(NOISE.resize((13, 9)), format_, **options)
    for format_, options in {
        "JPEG": {},
        "PNG": {},
        "GIF": {},
        "WEBP": {},
        "TIFF": {"compression": "tiff_lzw"},
        "BMP": {},
    }.items()
}


def opened_or_told(data: bytes) -> None:
    """The bytes are a whole picture, or refused in a sentence; nothing else is raised."""
    try:
        picture = open_picture(data)
    except ImageError as error:
        told = str(error)
    else:
        assert picture.mode == "RGB"
        assert 0 < picture.width * picture.height <= 50_000_000
        assert picture_size(data) == picture.size
        return
    assert told.endswith(".")
    assert "/" not in told


@pytest.mark.filterwarnings("ignore:.*:UserWarning:PIL")
@settings(max_examples=800, deadline=None, derandomize=True, database=None)
@given(
    format_=st.sampled_from(sorted(SMALL)),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=6),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
)
def test_any_damage(format_: str, flips: list[tuple[float, int]], kept: float) -> None:
    data = bytearray(SMALL[format_])
    for place, bits in flips:
        data[int(place * len(data))] ^= bits
    opened_or_told(bytes(data[: round(kept * len(data))]))


@pytest.mark.filterwarnings("ignore:.*:UserWarning:PIL")
@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(start=st.sampled_from([b"", *(data[:12] for data in SMALL.values())]), rest=st.binary(max_size=200))
def test_any_bytes(start: bytes, rest: bytes) -> None:
    opened_or_told(start + rest)
