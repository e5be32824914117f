"""Photos people send: read as JPEG or PNG only, cut square and written anew; nothing else of the file stays."""

import io
import struct
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 30_000_000  # what opens in memory may be far larger than the file
SIDE = 480  # pixels of the square that is kept
LEAST = 120  # a smaller picture can't be made larger


class NotAPhotoError(ValueError):
    """Not a JPEG or PNG that can be read."""


class TooLargeError(ValueError):
    """More bytes or pixels than are taken."""


class TooSmallError(ValueError):
    """Too few pixels to be seen."""


def portrait(stream: BinaryIO) -> bytes:
    """Cut a photo to a square JPEG without any of its particulars: place, time, device, comments."""
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise TooLargeError
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooLargeError
            if min(image.size) < LEAST:
                raise TooSmallError
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is read at the size it is needed
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise TooLargeError from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        if isinstance(error, TooLargeError | TooSmallError):
            raise
        raise NotAPhotoError from error
    paper = Image.new("RGBA", upright.size, "white")
    paper.alpha_composite(upright)
    square = ImageOps.fit(
        paper.convert("RGB"), (SIDE, SIDE), centering=(0.5, 0.4)
    )  # faces are above the middle
    written = io.BytesIO()
    square.save(written, "JPEG", quality=82, optimize=True, progressive=True)
    return written.getvalue()
