"""SVG text that a strict content security policy lets through."""

from xml.sax.saxutils import quoteattr

CREDIT = "<!-- Bones MPL-2.0, lumbar vertebrae Apache-2.0, muscle paths MIT; see NOTICE -->\n"


def element(name, content="", **attributes):
    """An SVG element. Underscores in attribute names stand for hyphens; a last one is dropped (class_)."""
    text = "".join(
        f" {key.removesuffix('_').replace('_', '-')}={quoteattr(str(value))}"
        for key, value in attributes.items()
    )
    return f"<{name}{text}>{content}</{name}>" if content else f"<{name}{text}/>"


def picture(frame, content, **attributes):
    """A whole SVG file of a frame's size."""
    return (
        CREDIT
        + element(
            "svg",
            content,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {frame.width} {frame.height}",
            **attributes,
        )
        + "\n"
    )
