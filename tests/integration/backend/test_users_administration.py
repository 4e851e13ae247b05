"""Users as services keep them: what holds also where no gateway asked first."""

import pytest
from ulid import ULID

from backend.lifecycle import services as lifecycle
from backend.profiles import services as profiles
from backend.profiles.models import Profile
from backend.shared.config import config
from backend.shared.errors import BadInput, Forbidden
from backend.users import administration, directory
from backend.users.errors import NoSuchAccount, UserExists
from backend.users.models import User, WebSession
from tests.factories.events import NOON
from tests.factories.users import a_user, an_administrator
from tests.support.api import Pool
from tests.support.outsiders import an_outsider

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def robin(tables):
    """Somebody with an account and no record."""
    made = Pool().make("Robin Regular")
    return a_user(made.user_id, email=made.email)


def add(user_id: str = "", *, actor=None) -> User:
    return administration.add_user(
        name="Ada", email="", user_id=user_id, actor=actor or an_administrator(), now=NOON
    )


@pytest.mark.parametrize(
    "work",
    [
        lambda who, _other: administration.list_users(actor=who),
        lambda who, _other: add(actor=who),
        lambda who, other: administration.find_user(user_id=other, actor=who),
        lambda who, other: administration.put_user(user_id=other, name="Eve", actor=who, now=NOON),
        lambda who, other: lifecycle.erase_account(user_id=other, actor=who, now=NOON),
    ],
    ids=["list", "add", "find", "put", "erase"],
)
def test_other_people_are_refused_and_nothing_changes(robin, work):
    other = add()

    with pytest.raises(Forbidden):
        work(robin, other.userid)

    assert (User.find(other.userid) or other).name == "Ada"


def test_user_is_added_once():
    user_id = f"user-{ULID()}"
    add(user_id)

    with pytest.raises(UserExists):
        add(user_id)


def invite(email: str, name: str = "Ina Invited") -> User:
    return administration.add_user(
        name=name, email=email, user_id="", actor=an_administrator(), now=NOON
    )


def test_user_with_an_address_gets_an_account_and_is_added_once():
    address = f"{ULID()}@example.org".lower()

    made = invite(address.upper())

    account = directory.find_account_of(address)
    assert account
    assert (account.user_id, account.email, account.name) == (made.userid, address, "Ina Invited")
    with pytest.raises(UserExists):
        invite(address, "Somebody Else")


def test_account_that_was_left_without_a_record_gets_it(robin):
    made = invite(robin.email)

    assert (made.userid, made.email) == (robin.user_id, robin.email)


def test_account_gets_its_id_by_itself():
    with pytest.raises(BadInput) as refusal:
        administration.add_user(
            name="Ada",
            email="ada@example.org",
            user_id="user-1",
            actor=an_administrator(),
            now=NOON,
        )

    assert list(refusal.value.fields) == ["userid"]


def test_missing_record_is_made_with_the_address_of_the_account(robin):
    made = administration.put_user(user_id=robin.user_id, name=" Robin ", actor=robin, now=NOON)

    stored = User.find(robin.user_id)
    assert stored
    assert (made.name, stored.name, stored.email) == ("Robin", "Robin", robin.email)


def test_administrator_may_make_a_record_without_an_account():
    user_id = f"user-{ULID()}"

    made = administration.put_user(user_id=user_id, name="Ada", actor=an_administrator(), now=NOON)

    assert (made.userid, made.email) == (user_id, None)


def test_erasing_ends_browser_sessions_and_may_be_repeated(robin):
    session = WebSession(f"session-{ULID()}", sub=robin.user_id, expires_at=4_000_000_000)
    session.add()
    profiles.put_name(name="Robin", actor=robin, now=NOON)
    administration.put_user(user_id=robin.user_id, name="Robin", actor=robin, now=NOON)

    for _ in range(2):
        lifecycle.erase_account(user_id=robin.user_id, actor=robin, now=NOON)

    found = (
        WebSession.find(session.session_key), User.find(robin.user_id), Profile.find(robin.user_id)
    )  # fmt: skip
    assert found == (None, None, None)
    with pytest.raises(NoSuchAccount):
        administration.put_user(user_id=robin.user_id, name="Back", actor=robin, now=NOON)


def test_new_profile_is_welcomed_once_and_a_removed_one_never():
    robin = a_user(f"user-{ULID()}")
    profiles.put_name(name="Robin", actor=robin, now=NOON)

    said = [profiles.welcome(user_id=robin.user_id, now=NOON) for _ in range(2)]
    profiles.remove(user_id=robin.user_id)
    said.append(profiles.welcome(user_id=robin.user_id, now=NOON))

    assert said == [True, False, False]
    assert Profile.find(robin.user_id) is None


@pytest.fixture
def otto(tables, monkeypatch):
    """Somebody whom the pool knows by a name of an outside provider's."""
    with an_outsider(monkeypatch) as account:
        yield account


def test_person_from_outside_is_found_by_sub_only(otto):
    assert directory.find_account(otto.user_id) == otto
    assert directory.find_account(otto.username) is None


def test_person_from_outside_is_renamed_in_the_directory_and_the_record(otto):
    actor = a_user(otto.user_id, email=otto.email)

    made = administration.put_user(user_id=otto.user_id, name="Otto Out", actor=actor, now=NOON)

    found = directory.find_account(otto.user_id)
    assert found
    assert (made.email, found.name) == (otto.email, "Otto Out")


def test_person_from_outside_is_erased_with_the_account_and_cannot_come_back(otto):
    actor = a_user(otto.user_id, email=otto.email)
    administration.put_user(user_id=otto.user_id, name="Otto", actor=actor, now=NOON)

    lifecycle.erase_account(user_id=otto.user_id, actor=actor, now=NOON)

    assert (directory.find_account(otto.user_id), User.find(otto.user_id)) == (None, None)
    with pytest.raises(NoSuchAccount):
        administration.put_user(user_id=otto.user_id, name="Back", actor=actor, now=NOON)


@pytest.fixture
def no_pool(tables, monkeypatch):
    """Whoever asks fails."""
    monkeypatch.setenv("USER_POOL_ID", "eu-central-1_nowhere")
    config.cache_clear()
    yield
    monkeypatch.undo()
    config.cache_clear()


@pytest.mark.usefixtures("no_pool")
@pytest.mark.parametrize("user_id", ["", 'x" or "', "x" * 65, "a@example.org", "ä"])
def test_what_can_be_no_sub_is_nobody_and_the_pool_is_not_asked(user_id):
    assert directory.find_account(user_id) is None
