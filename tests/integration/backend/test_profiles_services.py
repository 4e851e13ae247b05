import pytest
from ulid import ULID

from backend.profiles import services
from backend.profiles.errors import ProfileNotFound
from backend.profiles.models import Profile
from backend.profiles.services import LARGEST_DOCUMENT
from backend.shared.actor import VISITOR
from backend.shared.errors import BadInput
from tests.factories.events import NOON
from tests.factories.users import a_user

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def gina():
    return a_user(f"user-{ULID()}")


def put(document: str, actor) -> None:
    services.put_document(document=document, actor=actor, now=NOON)


def test_a_document_comes_back_as_it_was_written(gina):
    document = '{"likes": [1.10, 12345678901234567890123, 1e400, "Ž"], "more": {"a": null}}'

    put(document, gina)

    assert services.fetch_document(actor=gina) == document


def test_a_later_document_replaces_the_one_before(gina):
    put('{"a": 1}', gina)
    put('{"b": 2}', gina)

    assert services.fetch_document(actor=gina) == '{"b": 2}'


def test_a_document_keeps_the_name_of_the_sign_up(gina):
    services.keep_name(user_id=gina.user_id, name="Gina", now=NOON)

    put("{}", gina)

    profile = Profile.find(gina.user_id)
    assert profile
    assert (profile.name, profile.document) == ("Gina", "{}")


def test_keep_name_keeps_the_first_name(gina):
    services.keep_name(user_id=gina.user_id, name="Gina", now=NOON)
    services.keep_name(user_id=gina.user_id, name="Regina", now=NOON)

    profile = Profile.find(gina.user_id)
    assert profile
    assert profile.name == "Gina"


def test_fetch_document_refuses_before_the_first_one(gina):
    services.keep_name(user_id=gina.user_id, name="Gina", now=NOON)

    with pytest.raises(ProfileNotFound):
        services.fetch_document(actor=gina)


def test_fetch_document_refuses_a_visitor():
    with pytest.raises(ProfileNotFound):
        services.fetch_document(actor=VISITOR)


def test_put_document_refuses_what_is_too_large(gina):
    document = '{"a": "' + "x" * (LARGEST_DOCUMENT - 9) + '"}'
    put(document, gina)

    with pytest.raises(BadInput) as refusal:
        put(document.replace("x", "ä", 1), gina)

    assert list(refusal.value.fields) == ["document"]
    assert services.fetch_document(actor=gina) == document
