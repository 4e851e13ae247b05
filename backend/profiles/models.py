"""Table ``profiles``: one item per person.

==============  ================================  =================
Access pattern  Keys                              Method
==============  ================================  =================
one profile     pk=userId                         ``Profile.find``
==============  ================================  =================
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from backend.shared import db


class Profile(db.Table):
    """A name, how one wants to be reached, and a document in the person's own words.

    ``document`` is JSON text, kept as it came so that every number survives; absent until
    the person writes one. ``email`` is what the person's token said last, ``welcomed_at`` when
    the new profile was greeted. ``phone`` is an E.164 number, ``by_sms`` what is wanted there.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("profiles")

    user_id = UnicodeAttribute(hash_key=True, attr_name="userId")
    name = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    by_sms = JSONAttribute(null=True)
    document = UnicodeAttribute(null=True)
    updated_at = db.UtcAttribute()
    welcomed_at = db.UtcAttribute(null=True)

    def add(self) -> None:
        """Write a first profile; ``StaleWrite`` when there is one."""
        self.put(Profile.user_id.does_not_exist())

    @classmethod
    def write_document(cls, user_id: str, document: str, *, at: datetime) -> "Profile":
        """Replace the document, and keep the name; the last writer wins."""
        return cls.change(
            user_id,
            actions=[Profile.document.set(document), Profile.updated_at.set(at)],
        )

    @classmethod
    def write_name(cls, user_id: str, *, name: str, email: str | None, at: datetime) -> "Profile":
        """Replace name and address, and keep the document; the last writer wins."""
        values = {"name": name, "email": email, "updated_at": at}
        return cls.change(user_id, actions=cls.assignments(values))

    @classmethod
    def write_details(cls, user_id: str, values: Mapping[str, Any], *, at: datetime) -> "Profile":
        """Replace some attributes, and keep the others; the last writer wins."""
        return cls.change(user_id, actions=cls.assignments({**values, "updated_at": at}))

    @classmethod
    def note_welcome(cls, user_id: str, *, at: datetime) -> None:
        """Note that the person was greeted; ``StaleWrite`` when that was done, or nobody is there."""
        cls.change(
            user_id,
            actions=[Profile.welcomed_at.set(at)],
            condition=Profile.user_id.exists() & Profile.welcomed_at.does_not_exist(),
        )
