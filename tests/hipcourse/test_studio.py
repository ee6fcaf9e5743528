import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import DateField
from django.urls import reverse
from django.utils import timezone

from hipcourse.studio import CONTENTS, GROUPS, Studio, make_groups
from lessons.models import Lesson
from tests.factories.accounts import UserFactory
from tests.factories.anatomy import FactFactory
from tests.factories.lessons import LessonFactory
from tests.factories.mailings import SubscriberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


def test_the_studio_is_the_admin():
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site, Studio)


def test_every_list_has_its_place_in_the_contents():
    listed = {entry.model for chapter in CONTENTS for entry in chapter.entries}

    assert {model._meta.label for model in admin.site._registry} - listed == set()
    assert all(apps.get_model(label) for label in listed)


def test_the_first_page_follows_the_authors_order(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    chapters = client.get("/admin/").context["app_list"]

    assert [str(chapter["name"]) for chapter in chapters] == [
        "Course",
        "Knowledge",
        "Mail",
        "Learning",
        "People",
    ]
    assert [model["object_name"] for model in chapters[0]["models"]] == ["Lesson", "Part", "Quiz", "Question"]


def test_what_waits_for_a_person_is_counted_and_linked(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    LessonFactory(status=Lesson.Status.DRAFT)
    LessonFactory(status=Lesson.Status.SCHEDULED, publish_at=timezone.now())
    LessonFactory()
    for _ in range(2):
        FactFactory(status="draft")
    SubscriberFactory(status="pending", confirmed_at=None)

    glances = client.get("/admin/").context["glances"]

    assert [(glance["count"], str(glance["words"])) for glance in glances] == [
        (1, "lesson in draft"),
        (1, "lesson scheduled"),
        (2, "facts to review"),
        (1, "subscriber yet to confirm"),
    ]
    for glance in glances:
        assert client.get(glance["url"]).context["cl"].result_count == glance["count"]


def test_what_one_may_not_see_is_neither_listed_nor_counted(client):
    LessonFactory(status=Lesson.Status.DRAFT)
    client.force_login(UserFactory(is_staff=True))

    page = client.get("/admin/")

    assert (page.context["app_list"], page.context["glances"]) == ([], [])
    assert "nothing in it that you may see yet" in page.content.decode()


def test_the_first_page_takes_few_queries(client, django_assert_max_num_queries):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    with django_assert_max_num_queries(12):
        client.get("/admin/")


def test_authors_write_the_course_and_the_newsletter_and_nothing_else(client):
    author = UserFactory(is_staff=True)
    author.groups.add(Group.objects.get(name="Authors"))
    client.force_login(author)

    chapters = client.get("/admin/").context["app_list"]

    assert {model["object_name"] for chapter in chapters for model in chapter["models"]} == {
        "Lesson",
        "Part",
        "Quiz",
        "Question",
        "Structure",
        "Fact",
        "Figure",
        "Region",
        "Source",
        "Coverage",
        "Issue",
    }
    lesson = LessonFactory()
    page = client.get(f"/admin/lessons/lesson/{lesson.pk}/change/")
    assert all(inline.has_add_permission for inline in page.context["inline_admin_formsets"])
    for path in ("accounts/user/", "mailings/subscriber/", "mailings/delivery/", "auth/group/"):
        assert client.get(f"/admin/{path}").status_code == 403


def test_support_looks_but_does_not_write(client):
    helper = UserFactory(is_staff=True)
    helper.groups.add(Group.objects.get(name="Support"))
    client.force_login(helper)

    for path in ("accounts/user/", "accounts/learner/", "mailings/subscriber/", "mailings/delivery/"):
        assert client.get(f"/admin/{path}").status_code == 200
    assert client.get("/admin/lessons/lesson/").status_code == 403
    assert client.get("/admin/accounts/user/add/").status_code == 403


def test_groups_that_exist_are_left_as_they_are():
    authors = Group.objects.get(name="Authors")
    authors.permissions.clear()
    Group.objects.get(name="Support").delete()

    make_groups()

    assert authors.permissions.count() == 0
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)
    assert Group.objects.get(name="Support").permissions.count() == 8


def test_signing_out_and_the_password_are_the_sites_own_business(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.post("/admin/logout/").url == "/account/logout/"
    assert client.get("/admin/password_change/").url == "/account/password/change/"


def test_every_list_that_is_asked_for_an_impossible_time_is_shown_whole(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    asked = 0

    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for field in model._meta.fields:
            if isinstance(field, DateField):
                answer = client.get(address, {f"{field.name}__year": "99999"}, follow=True)
                assert (answer.redirect_chain, answer.status_code) == ([(f"{address}?e=1", 302)], 200)
                asked += 1

    assert asked > 10
