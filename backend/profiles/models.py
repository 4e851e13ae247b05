"""Table ``profiles``: one item per person.

==============  ================================  =================
Access pattern  Keys                              Method
==============  ================================  =================
one profile     pk=userId                         ``Profile.find``
==============  ================================  =================
"""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from backend.shared import db


class Profile(db.Table):
    """A name, and a document in the person's own words.

    ``document`` is JSON text, kept as it came so that every number survives; absent until
    the person writes one.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("profiles")

    user_id = UnicodeAttribute(hash_key=True, attr_name="userId")
    name = UnicodeAttribute(null=True)
    document = UnicodeAttribute(null=True)
    updated_at = db.UtcAttribute()

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
