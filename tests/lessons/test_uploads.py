import io
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from lessons.uploads import MAX_PICTURE_BYTES, cleaned_captions, cleaned_mp4, cleaned_picture, cleaned_webm

WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm\x42\x87\x81\x04"
MATROSKA = WEBM.replace(b"\x42\x82\x84webm", b"\x42\x82\x88matroska")
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"


def picture(kind="JPEG", size=(40, 20), mode="RGB", **options):
    content = io.BytesIO()
    Image.new(mode, size, 200 if mode in {"L", "P"} else (200, 30, 40, 255)[: len(mode)]).save(
        content, kind, **options
    )
    return content.getvalue()


def upload(content, name="picture.jpg"):
    return SimpleUploadedFile(name, content)


def code(error):
    return error.value.error_list[0].code


@pytest.mark.parametrize(
    ("kind", "mode", "name", "becomes"),
    [
        ("JPEG", "RGB", "My Hip.JPG", "my-hip.jpg"),
        ("JPEG", "L", "grey.jpeg", "grey.jpg"),
        ("JPEG", "CMYK", "print.jpg", "print.jpg"),
        ("PNG", "RGBA", "clear.png", "clear.png"),
        ("PNG", "P", "few-colours.png", "few-colours.png"),
        ("WEBP", "RGB", "new.webp", "new.webp"),
        ("PNG", "RGB", "lies.svg", "lies.png"),
        ("PNG", "RGB", "../../../etc/passwd", "passwd.png"),
        ("PNG", "RGB", "<script>.png", "script.png"),
        ("PNG", "RGB", "大腿.png", "file.png"),
    ],
)
def test_a_picture_is_drawn_anew_under_a_harmless_name(kind, mode, name, becomes):
    cleaned = cleaned_picture(upload(picture(kind, mode=mode), name))

    drawn = Image.open(cleaned)
    assert (cleaned.name, drawn.format, drawn.size) == (becomes, kind, (40, 20))


def test_a_picture_loses_its_metadata_and_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8825] = {1: "N", 2: (46.0, 57.0, 1.0)}  # where it was taken
    cleaned = cleaned_picture(upload(picture(exif=exif.tobytes(), comment=b"<script>alert(1)</script>")))

    content = cleaned.read()
    drawn = Image.open(io.BytesIO(content))
    assert (drawn.size, dict(drawn.getexif())) == ((20, 40), {})
    assert b"script" not in content


def test_texts_hidden_in_a_png_are_gone():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "<?php system($_GET[0]); ?>")
    content = cleaned_picture(upload(picture("PNG", pnginfo=texts), "a.png")).read()

    assert b"php" not in content


def test_what_is_glued_to_the_end_of_a_picture_is_gone():
    content = cleaned_picture(upload(picture("PNG") + b"<html><script>alert(1)</script>", "a.png")).read()

    assert b"script" not in content


def test_a_transparent_palette_stays_transparent():
    content = io.BytesIO()
    Image.new("RGBA", (40, 20), (200, 30, 40, 0)).quantize().save(content, "PNG")
    assert Image.open(content).mode == "P"

    cleaned = cleaned_picture(upload(content.getvalue(), "a.png"))

    assert Image.open(cleaned).convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a/*\x01\x00\x01\x00\x00\x00\x00,*/=1;alert(1)//",
        picture("GIF", mode="P"),
        picture("BMP"),
        picture("TIFF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        picture()[:200],
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
        b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\0" * 16,
        b"no picture",
    ],
    ids=[
        "svg",
        "html",
        "gif-js",
        "gif",
        "bmp",
        "tiff",
        "eps",
        "cut",
        "jpeg-head",
        "png-head",
        "webp-head",
        "text",
    ],
)
@pytest.mark.parametrize("name", ["picture.jpg", "picture.png"])
def test_what_is_no_jpeg_png_or_webp_is_refused_whatever_it_is_called(content, name):
    with pytest.raises(ValidationError) as error:
        cleaned_picture(upload(content, name))

    assert code(error) == "no_picture"


@pytest.mark.parametrize("size", [(6001, 10), (10, 6001), (50_000, 50_000)])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(size):
    header = bytearray(picture("PNG", size=(1, 1)))
    header[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    header[29:33] = zlib.crc32(bytes(header[12:29])).to_bytes(4, "big")

    with pytest.raises(ValidationError) as error:
        cleaned_picture(upload(bytes(header), "bomb.png"))

    assert code(error) == "too_many_pixels"


def test_a_picture_with_too_many_bytes_is_refused():
    big = upload(picture())
    big.size = MAX_PICTURE_BYTES + 1

    with pytest.raises(ValidationError) as error:
        cleaned_picture(big)

    assert code(error) == "too_large"


def test_films_are_taken_by_their_first_bytes_under_a_harmless_name():
    assert cleaned_webm(upload(WEBM, "One Stride.mp4")).name == "one-stride.webm"
    assert cleaned_mp4(upload(MP4, "x.php")).name == "x.mp4"


@pytest.mark.parametrize("content", [b"", b"<html>", MP4, MATROSKA, picture("WEBP")])
def test_what_is_no_webm_is_refused(content):
    with pytest.raises(ValidationError) as error:
        cleaned_webm(upload(content, "film.webm"))

    assert code(error) == "no_film"


@pytest.mark.parametrize(
    "content", [b"", b"<html>", WEBM, b"\0\0\0\x20ftypheic\0\0\0\0", b"\0\0\0\x20ftypavif"]
)
def test_what_is_no_mp4_is_refused(content):
    with pytest.raises(ValidationError) as error:
        cleaned_mp4(upload(content, "film.mp4"))

    assert code(error) == "no_film"


@pytest.mark.parametrize("start", [b"WEBVTT\r\n\r\n", b"\xef\xbb\xbfWEBVTT - captions\n\n", b"WEBVTT\n\n"])
def test_captions_are_kept_as_plain_utf8(start):
    cue = "00:00.000 --> 00:02.000\nLift the knée.\n".encode()

    cleaned = cleaned_captions(upload(start + cue, "Captions.TXT"))

    assert cleaned.name == "captions.vtt"
    assert cleaned.read().decode().startswith("WEBVTT")
    assert b"\r" not in cleaned.open().read()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"WEBVTT\n\n",
        b"WEBVTTX\n\n00:00.000 --> 00:02.000\nHi\n",
        b"1\n00:00:00,000 --> 00:00:02,000\nSubRip\n",
        b"<script>alert(1)</script> -->",
        "WEBVTT\n\n00:00.000 --> 00:02.000\nLift\n".encode("utf-16"),
        b"WEBVTT\n\n00:00.000 --> 00:02.000\n\xff\xfe\n",
        b"WEBVTT\n\n00:00.000 --> 00:02.000\n\0\n",
    ],
)
def test_what_are_no_captions_is_refused(content):
    with pytest.raises(ValidationError) as error:
        cleaned_captions(upload(content, "film.vtt"))

    assert code(error) == "no_captions"


def test_captions_of_more_than_a_megabyte_are_refused():
    with pytest.raises(ValidationError) as error:
        cleaned_captions(upload(b"WEBVTT\n\n" + b"x" * 1024 * 1024, "film.vtt"))

    assert code(error) == "too_large"
