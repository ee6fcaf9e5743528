import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission

from accounts.models import Learner, User
from lessons.models import Completion, LessonVisit
from quizzes.models import Attempt
from tests.factories.accounts import PASSWORD, GuestFactory, LearnerFactory, UserFactory
from tests.factories.lessons import LessonFactory
from tests.factories.quizzes import QuizFactory
from tests.studio import form_data

pytestmark = pytest.mark.django_db

USERS = "/admin/accounts/user/"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def boss(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def helper(client):
    """Somebody who may look after accounts, but is no superuser."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client.force_login(user)
    return user


def change(user):
    return f"{USERS}{user.pk}/change/"


def shown(response):
    return [name for _, options in response.context["adminform"].fieldsets for name in options["fields"]]


def test_an_account_is_made_with_a_password_and_a_small_address(boss, client):
    data = {"email": "Coach@Example.org", "name": "Robin", "usable_password": "true"}

    answer = client.post(f"{USERS}add/", data | {"password1": PASSWORD, "password2": PASSWORD})

    user = User.objects.get(email="coach@example.org")
    assert answer.url == change(user)
    assert (user.name, user.is_staff, user.is_superuser, user.check_password(PASSWORD)) == (
        "Robin",
        False,
        False,
        True,
    )


def test_an_account_can_do_without_a_password(boss, client):
    client.post(f"{USERS}add/", {"email": "a@example.org", "name": "", "usable_password": "false"})

    assert not User.objects.get(email="a@example.org").has_usable_password()


def test_one_address_makes_one_account(boss, client):
    UserFactory(email="a@example.org")

    answer = client.post(f"{USERS}add/", {"email": "A@example.org", "name": "", "usable_password": "false"})

    assert answer.status_code == 200
    assert User.objects.filter(email__iexact="a@example.org").count() == 1


def test_passwords_are_never_shown_and_only_superusers_see_rights(boss, client):
    user = UserFactory(is_staff=True)

    page = client.get(change(user))

    assert {"is_staff", "is_superuser", "groups"} <= set(shown(page))
    assert user.password.encode() not in page.content
    client.post(change(user), form_data(page) | {"is_staff": ""})
    user.refresh_from_db()
    assert not user.is_staff


def test_whoever_is_no_superuser_neither_sees_nor_gives_rights(helper, client):
    user = UserFactory()

    page = client.get(change(user))
    assert not {"is_staff", "is_superuser", "groups", "user_permissions"} & set(shown(page))
    data = form_data(page) | {"name": "New", "is_staff": "on", "is_superuser": "on", "groups": ["1"]}
    assert client.post(change(user), data).status_code == 302

    user.refresh_from_db()
    assert (user.name, user.is_staff, user.is_superuser, user.groups.count()) == ("New", False, False, 0)


@pytest.mark.parametrize(
    "rights", [{"is_staff": True}, {"is_superuser": True}, {"is_staff": True, "is_superuser": True}]
)
def test_whoever_is_no_superuser_cannot_touch_staff(helper, client, rights):
    other = UserFactory(**rights)

    for user in (other, helper):
        assert client.post(change(user), {"email": "x@example.org", "name": "x"}).status_code == 403
        assert client.get(f"{USERS}{user.pk}/password/").status_code == 403
        assert client.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 403


def test_accounts_are_not_deleted_by_the_dozen(boss, client):
    UserFactory()

    page = client.get(USERS)

    assert "delete_selected" not in dict(
        page.context["action_form"].fields["action"].choices if page.context["action_form"] else []
    )


@pytest.mark.parametrize(
    "query",
    [
        "accounts/user/?password__startswith=a",
        "accounts/learner/?user__password__startswith=a",
        "lessons/completion/?learner__user__password__startswith=a",
        "accounts/user/?_to_field=password",
        "accounts/learner/?_to_field=user__password",
        "account/emailaddress/?user__password__startswith=a",
    ],
)
def test_passwords_cannot_be_guessed_through_filters(boss, client, query):
    assert client.get(f"/admin/{query}").status_code in {302, 400}


def test_an_editor_cannot_open_accounts_at_all(client):
    client.force_login(UserFactory(is_staff=True))

    for path in (
        "accounts/user/",
        "accounts/learner/",
        "auth/group/",
        "mfa/authenticator/",
        "account/emailaddress/",
    ):
        assert client.get(f"/admin/{path}").status_code == 403


def test_whoever_is_no_longer_staff_is_out_at_once(boss, client):
    assert client.get("/admin/").status_code == 200
    User.objects.update(is_staff=False)

    assert client.get("/admin/", follow=True).status_code == 403


def test_learners_are_listed_with_what_they_did(boss, client):
    learner, guest = LearnerFactory(), GuestFactory()
    lessons = [LessonFactory(), LessonFactory()]
    for lesson in lessons:
        LessonVisit.objects.create(learner=learner, lesson=lesson)
    Completion.objects.create(learner=learner, lesson=lessons[0], lesson_version=1)
    Attempt.objects.create(learner=learner, quiz=QuizFactory(lesson=lessons[0]), pass_percent=80)

    rows = {row.pk: row for row in client.get("/admin/accounts/learner/").context["cl"].result_list}

    assert {
        pk: (row.completion_count, row.lessonvisit_count, row.attempt_count) for pk, row in rows.items()
    } == {
        learner.pk: (1, 2, 1),
        guest.pk: (0, 0, 0),
    }


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_learners_takes_the_same_queries_for_one_and_for_three(
    boss, client, django_assert_max_num_queries, count
):
    for _ in range(count):
        LearnerFactory()
    client.get("/admin/accounts/learner/")

    with django_assert_max_num_queries(12):
        page = client.get("/admin/accounts/learner/")

    assert page.context["cl"].result_count == count


def test_a_learner_is_read_but_not_written(boss, client):
    learner = LearnerFactory()
    Completion.objects.create(learner=learner, lesson=LessonFactory(title="Bones"), lesson_version=1)
    address = f"/admin/accounts/learner/{learner.pk}/"

    assert b"Bones" in client.get(f"{address}change/").content
    assert client.post(f"{address}change/", {"time_zone": "Mars"}).status_code == 403
    assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/accounts/learner/add/").status_code == 403
    assert Learner.objects.get().time_zone == "UTC"


def test_an_account_goes_with_all_that_hangs_on_it(boss, client):
    learner = LearnerFactory()
    Completion.objects.create(learner=learner, lesson=LessonFactory(), lesson_version=1)
    client.post(f"{USERS}{learner.user.pk}/delete/", {"post": "yes"})
    assert (User.objects.count(), Learner.objects.count(), Completion.objects.count()) == (1, 0, 0)


def test_a_corrected_address_has_to_be_confirmed_again(boss, client):
    user = UserFactory(email="mistyped@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    page = client.get(change(user))
    client.post(change(user), form_data(page) | {"email": "right@example.org"})
    rows = EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")
    assert list(rows) == [("right@example.org", False, True)]
