"""Photos of candidates: read as what they are, cut square, and written anew without where and when they were taken."""

import io
import zlib

import pytest
from PIL import Image

from coop.gateways import pictures


def a_picture(size=(800, 600), kind="JPEG", mode="RGB", colour="navy", **more):
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, kind, **more)
    written.seek(0)
    return written


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(800, 600), (600, 800), (120, 120), (4000, 3000)])
def test_a_photo_of_any_shape_becomes_a_square_jpeg(kind, size):
    made = opened(pictures.portrait(a_picture(size, kind)))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (480, 480))


def test_place_time_and_comments_are_gone():
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "A phone", "2026:11:22 08:00:00"
    exif.get_ifd(0x8825)[2] = (53.0, 37.0, 0.0)
    made = pictures.portrait(a_picture(exif=exif, comment=b"at home"))
    assert not opened(made).getexif()
    assert not opened(made).info.keys() & {"exif", "comment", "icc_profile", "xmp"}
    assert b"A phone" not in made
    assert b"at home" not in made


def test_a_photo_that_was_turned_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    source = Image.new("RGB", (400, 400), "white")
    source.paste("black", (0, 0, 400, 100))
    file = io.BytesIO()
    source.save(file, "JPEG", exif=exif)
    file.seek(0)
    made = opened(pictures.portrait(file))
    assert made.getpixel((240, 470))[0] < 60
    assert made.getpixel((240, 10))[0] > 200


def test_what_is_transparent_becomes_white():
    made = opened(pictures.portrait(a_picture(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0))))
    assert min(made.getpixel((240, 240))) > 250


def test_the_same_photo_gives_the_same_bytes():
    assert pictures.portrait(a_picture()) == pictures.portrait(a_picture())


@pytest.mark.parametrize("side", [119, 60, 1])
def test_too_few_pixels_are_refused(side):
    with pytest.raises(pictures.TooSmallError):
        pictures.portrait(a_picture((800, side)))


def test_more_than_five_megabytes_are_refused_and_five_are_not():
    photo = a_picture().getvalue()
    pictures.portrait(io.BytesIO(photo + b"\0" * (pictures.MOST_BYTES - len(photo))))
    with pytest.raises(pictures.TooLargeError):
        pictures.portrait(io.BytesIO(photo + b"\0" * (pictures.MOST_BYTES - len(photo) + 1)))


@pytest.mark.parametrize("side", [6000, 10_000, 15_000, 60_000])
def test_a_small_file_with_very_many_pixels_is_refused_before_it_is_unpacked(side):
    header = side.to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])

    def chunk(name, data):
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    with pytest.raises(pictures.TooLargeError):
        pictures.portrait(io.BytesIO(bomb + chunk(b"IEND", b"")))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GIF89a" + b"\0" * 100, id="another kind"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", id="svg"),
        pytest.param(b"%PDF-1.7", id="pdf"),
        pytest.param(a_picture().getvalue()[:600], id="half a photo"),
        pytest.param(a_picture(kind="PNG").getvalue()[:90], id="half a PNG"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"rubbish" * 50, id="a beginning only"),
    ],
)
def test_what_is_no_photo_is_refused_and_never_a_fault(content):
    with pytest.raises(pictures.NotAPhotoError):
        pictures.portrait(io.BytesIO(content))


def test_other_kinds_of_picture_are_not_opened():
    for kind in ("GIF", "BMP", "TIFF", "WEBP"):
        with pytest.raises(pictures.NotAPhotoError):
            pictures.portrait(a_picture(kind=kind))
