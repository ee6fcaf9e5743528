import threading
import uuid
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.learners import (
    SESSION_KEY,
    LearnerGoneError,
    adopt_guest,
    current_learner,
    ensure_learner,
    merge_learners,
    remove_idle_guests,
)
from accounts.middleware import LearnerMiddleware
from accounts.models import Learner, User
from lessons.services import mark_read
from tests.factories.accounts import PASSWORD, GuestFactory, LearnerFactory, UserFactory
from tests.factories.lessons import LessonFactory

pytestmark = pytest.mark.django_db


def make_request(user=None, guest=None):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    request.session = SessionStore()
    if guest:
        request.session[SESSION_KEY] = str(guest.guest_key)
    return request


def test_looking_makes_no_learner():
    assert current_learner(make_request()) is None
    assert not Learner.objects.exists()


def test_a_guest_is_made_once_and_found_again_in_the_same_session():
    request = make_request()
    learner = ensure_learner(request)
    again = make_request()
    again.session = request.session
    assert current_learner(again) == ensure_learner(again) == learner
    assert learner.is_guest


@pytest.mark.parametrize("key", ["", "no-uuid", None, 7, "00000000-0000-4000-8000-000000000000"])
def test_a_strange_guest_key_is_nobody(key):
    request = make_request()
    request.session[SESSION_KEY] = key
    assert current_learner(request) is None


def test_a_new_account_takes_the_guests_row_as_it_is():
    guest, user = GuestFactory(), UserFactory()
    request = make_request(user, guest)
    assert adopt_guest(request=request, user=user) == guest
    guest.refresh_from_db()
    assert (guest.user, guest.guest_key, request.session.get(SESSION_KEY)) == (user, None, None)
    assert current_learner(request) == guest


def test_an_account_with_a_learner_keeps_it_and_the_guest_goes():
    guest, owner = GuestFactory(), LearnerFactory()
    request = make_request(owner.user, guest)
    assert adopt_guest(request=request, user=owner.user) == owner
    assert list(Learner.objects.all()) == [owner]
    assert adopt_guest(request=request, user=owner.user) == owner


def test_signing_in_never_takes_another_accounts_learner():
    other, user = LearnerFactory(), UserFactory()
    request = make_request(user)
    request.session[SESSION_KEY] = str(other.pk)
    assert adopt_guest(request=request, user=user) is None
    other.refresh_from_db()
    assert other.user != user


def test_a_learner_is_either_a_guest_or_an_account():
    for fields in ({}, {"user": UserFactory(), "guest_key": uuid.uuid4()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Learner.objects.create(**fields)


def test_an_address_has_one_account_however_it_is_written():
    UserFactory(email="coach@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(email="Coach@Example.org")
    assert User.objects.create_user("  New@Example.ORG ").email == "new@example.org"


def test_guests_idle_for_90_days_go_and_accounts_stay():
    now = timezone.now()
    GuestFactory(last_seen_at=now - timedelta(days=91))
    fresh = GuestFactory(last_seen_at=now - timedelta(days=89))
    owner = LearnerFactory(last_seen_at=now - timedelta(days=900))
    assert remove_idle_guests() == 1
    assert set(Learner.objects.all()) == {fresh, owner}


def test_being_seen_is_written_at_most_once_an_hour():
    guest = GuestFactory(last_seen_at=timezone.now() - timedelta(minutes=50))
    ensure_learner(make_request(guest=guest))
    seen = guest.last_seen_at
    guest.refresh_from_db()
    assert guest.last_seen_at == seen
    Learner.objects.update(last_seen_at=timezone.now() - timedelta(hours=2))
    ensure_learner(make_request(guest=guest))
    guest.refresh_from_db()
    assert timezone.now() - guest.last_seen_at < timedelta(minutes=1)


def test_whoever_makes_an_admin_is_believed_about_the_address():
    admin = User.objects.create_superuser("Head@Example.org", PASSWORD)
    rows = EmailAddress.objects.values_list("user", "email", "verified", "primary")
    assert (admin.is_staff, admin.is_superuser, list(rows)) == (
        True,
        True,
        [(admin.pk, "head@example.org", True, True)],
    )


@pytest.mark.django_db(transaction=True)
def test_idle_guests_go_while_others_write():
    """On SQLite a read left open would make every write fail that follows somebody else's."""
    old = timezone.now() - timedelta(days=91)
    Learner.objects.bulk_create(Learner(guest_key=uuid.uuid4(), last_seen_at=old) for _ in range(250))
    busy = GuestFactory()
    done = threading.Event()

    def write():
        while not done.is_set():
            Learner.objects.filter(pk=busy.pk).update(last_seen_at=timezone.now())
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert remove_idle_guests() == 250
    finally:
        done.set()
        writer.join()
    assert list(Learner.objects.all()) == [busy]


def test_nothing_is_added_to_a_learner_who_has_been_merged_away(client):
    lesson = LessonFactory()
    client.post(reverse("lessons:mark-read", args=[lesson.slug]))
    guest = Learner.objects.get()
    stale = Learner.objects.get()
    merge_learners(source=guest, target=LearnerFactory())
    with pytest.raises(LearnerGoneError):
        mark_read(learner=stale, lesson=lesson)


def test_a_request_of_a_guest_who_signed_in_elsewhere_is_told_so(rf):
    answer = LearnerMiddleware(lambda request: None).process_exception(rf.post("/"), LearnerGoneError(1))
    assert answer.status_code == 409
    assert "You have just signed in in another window" in answer.content.decode()
    assert LearnerMiddleware(lambda request: None).process_exception(rf.post("/"), ValueError()) is None


@pytest.mark.parametrize(("name", "zone"), [("Asia/Tokyo", "Asia/Tokyo"), ("Moon/Base", "UTC"), ("", "UTC")])
def test_times_are_told_in_the_learners_zone_and_only_to_that_learner(client, name, zone):
    learner = LearnerFactory(time_zone=name)
    client.force_login(learner.user)
    client.get("/lessons/")
    assert str(timezone.get_current_timezone()) == zone
    client.logout()
    client.get("/lessons/")
    assert str(timezone.get_current_timezone()) == "UTC"
