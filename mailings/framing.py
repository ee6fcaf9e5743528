"""Showing a mail's HTML inside a page of ours, where it can do nothing."""

from django.http import HttpResponse

# Mails carry their styles inline, which our own policy forbids; scripts, forms and cookies stay out of reach.
# Links may open a new window, so that a confirmation can be followed from the viewer.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src * data:; frame-ancestors 'self'; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def frameable_html(html: str) -> HttpResponse:
    """Return a mail's HTML as a document for an <iframe sandbox> of our own pages."""
    response = HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
