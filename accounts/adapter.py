from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST_ADDRESS = 254
LONGEST_MAILBOX = 64


class AccountAdapter(DefaultAccountAdapter):
    """Where HipCourse differs from allauth's defaults."""

    def clean_email(self, email: str) -> str:
        """Refuse an address that no mail server takes, where allauth would cut it to length (RFC 5321, 4.5.3.1)."""
        cleaned: str = super().clean_email(email)
        if len(cleaned) > LONGEST_ADDRESS or len(cleaned.rpartition("@")[0]) > LONGEST_MAILBOX:
            raise ValidationError(_("That is longer than an email address can be."))
        return cleaned

    def is_safe_url(self, url: str | None) -> bool:
        """Only whole paths of this site: a bare word such as “1e9” would lead to a page that is not there."""
        return bool(url) and str(url).startswith("/") and bool(super().is_safe_url(url))
