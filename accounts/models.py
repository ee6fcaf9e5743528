"""Who learns: an account (User) if wanted, and the Learner on whom all progress hangs."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("An account needs an email address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account that may do everything. Whoever can do this is believed about the address."""
        user = self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. The email address is the name to sign in with; `name` is what mails say."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("May open the admin, as far as their permissions reach.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Switch this off instead of deleting an account.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_one_per_address",
                violation_error_message=_("There is an account with this address already."),
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email.split("@")[0]


class Learner(models.Model):
    """Whoever learns: a guest, known by a key kept in the session, or the owner of an account.

    Signing up attaches the account to the guest's row, so that nothing has to be copied.
    """

    user = models.OneToOneField(
        User,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="learner",
        verbose_name=_("account"),
    )
    guest_key = models.UUIDField(_("guest key"), null=True, blank=True, unique=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, guest_key__isnull=True)
                | models.Q(user__isnull=True, guest_key__isnull=False),
                name="learner_is_either_guest_or_account",
            )
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user_id else str(_("Guest %(key)s")) % {"key": str(self.guest_key)[:8]}

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone to tell this learner times in."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):  # zones are renamed now and then
            return ZoneInfo("UTC")

    @property
    def is_guest(self) -> bool:
        return self.user_id is None

    @classmethod
    def new_guest_key(cls) -> uuid.UUID:
        return uuid.uuid4()
