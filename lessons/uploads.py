"""What may be uploaded, told by the bytes and never by the name; and pictures drawn anew."""

import io
import re
import warnings
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

MAX_PICTURE_BYTES = 20 * 1024 * 1024
MAX_PICTURE_SIDE = 6000
MAX_CAPTIONS_BYTES = 1024 * 1024
HEAD_BYTES = 4096

PICTURE_ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
PICTURE_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 88, "method": 5},
}
MP4_BRANDS = re.compile(rb"isom|iso[2-9]|mp4[12v]|avc1|M4V[ HP]|dash|MSNV")


def _named(upload: File, ending: str) -> str:
    """Return a harmless name: the words of the old one, and the ending that fits what is inside."""
    return (slugify(PurePath(upload.name or "").stem)[:60] or "file") + ending


def cleaned_picture(upload: File) -> SimpleUploadedFile:
    """Return the picture drawn anew: upright, in sRGB, without metadata or anything else that came along.

    Raises ValidationError for what is no JPEG, PNG or WebP (an SVG is a program, not a picture), is
    broken, larger than 20 MB, or wider or higher than 6000 pixels, which is known before it is decoded.
    """
    if (upload.size or 0) > MAX_PICTURE_BYTES:
        raise ValidationError(
            _("This picture is larger than 20 MB. Please make it smaller."), code="too_large"
        )
    upload.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the next lines are stricter
            image = Image.open(upload, formats=tuple(PICTURE_ENDINGS))
        if max(image.size) > MAX_PICTURE_SIDE:
            raise ValidationError(
                _("This picture is %(width)d × %(height)d pixels. At most 6000 a side are taken."),
                code="too_many_pixels",
                params={"width": image.width, "height": image.height},
            )
        kind = str(image.format)
        image.load()
        content = _drawn_anew(image, kind)
    except Image.DecompressionBombError as error:
        raise ValidationError(
            _("This picture has far too many pixels. At most 6000 a side are taken."), code="too_many_pixels"
        ) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise ValidationError(
            _(
                "This is no picture that can be used, or it is broken. Please choose a JPEG, PNG or WebP file."
            ),
            code="no_picture",
        ) from error
    return SimpleUploadedFile(_named(upload, PICTURE_ENDINGS[kind]), content, f"image/{kind.lower()}")


def _drawn_anew(image: Image.Image, kind: str) -> bytes:
    profile = image.info.get("icc_profile")
    see_through = kind != "JPEG" and (image.has_transparency_data or image.mode == "LA")
    image = ImageOps.exif_transpose(image)
    if image.mode != "L" or see_through:
        image = image.convert("RGBA" if see_through else "RGB")
    if profile and image.mode == "RGB":
        image = _in_srgb(image, profile)
    content = io.BytesIO()
    # Only the pixels go on: whatever else the file held stays behind with it.
    Image.frombytes(image.mode, image.size, image.tobytes()).save(content, kind, **PICTURE_OPTIONS[kind])
    return content.getvalue()


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in the colours of the web, so that it may do without its profile."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB")) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def _head(upload: UploadedFile) -> bytes:
    upload.seek(0)
    head = bytes(upload.read(HEAD_BYTES))
    upload.seek(0)
    return head


def cleaned_webm(upload: UploadedFile) -> UploadedFile:
    """Return the film under a safe name. Raises ValidationError unless it is a WebM by its first bytes."""
    head = _head(upload)
    if not (head.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82\x84webm" in head):
        raise ValidationError(_("This is no WebM film."), code="no_film")
    upload.name = _named(upload, ".webm")
    return upload


def cleaned_mp4(upload: UploadedFile) -> UploadedFile:
    """Return the film under a safe name. Raises ValidationError unless it is an MP4 by its first bytes."""
    head = _head(upload)
    if not (head[4:8] == b"ftyp" and MP4_BRANDS.match(head[8:12])):
        raise ValidationError(_("This is no MP4 film."), code="no_film")
    upload.name = _named(upload, ".mp4")
    return upload


def cleaned_captions(upload: UploadedFile) -> SimpleUploadedFile:
    """Return the captions as UTF-8. Raises ValidationError unless they are WebVTT with at least one cue."""
    if (upload.size or 0) > MAX_CAPTIONS_BYTES:
        raise ValidationError(
            _("These captions are larger than 1 MB. That cannot be right."), code="too_large"
        )
    upload.seek(0)
    try:
        text = bytes(upload.read()).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise ValidationError(_("These captions are not written in UTF-8."), code="no_captions") from error
    if not re.match(r"WEBVTT([ \t\n]|\Z)", text) or "\0" in text:
        raise ValidationError(
            _("Captions are a WebVTT file: its first line says WEBVTT."), code="no_captions"
        )
    if "-->" not in text:
        raise ValidationError(_("There is no line of text in these captions."), code="no_captions")
    return SimpleUploadedFile(_named(upload, ".vtt"), text.encode(), "text/vtt")


class PictureFormField(forms.FileField):
    def to_python(self, data: Any) -> File | None:
        upload = super().to_python(data)
        return None if upload is None else cleaned_picture(upload)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "image/jpeg,image/png,image/webp"}


class PictureField(models.ImageField):
    """An ImageField whose forms take nothing but a picture, and keep it drawn anew."""

    def formfield(self, **kwargs: Any) -> Any:  # type: ignore[override]
        return super().formfield(**{"form_class": PictureFormField, **kwargs})

    def deconstruct(self) -> Any:
        # To the database it is an ImageField, so a change of the form's rules needs no migration.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ImageField", args, kwargs
