"""Table ``users``: one item per account.

==============  ===============================================  ==============
Access pattern  Keys                                             Method
==============  ===============================================  ==============
one user        pk=userid (the account's ``sub``)                ``User.find``
==============  ===============================================  ==============
"""

from pynamodb.attributes import UnicodeAttribute

from backend.shared import db


class User(db.Table):
    """A person with an account. ``timestamp`` is the last change of the item."""

    class Meta(db.TableMeta):
        table_name = db.table_name("users")

    userid = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    created_at = db.UtcAttribute()
    timestamp = db.UtcAttribute()

    def add(self) -> None:
        """Write a new user; ``StaleWrite`` when there is one with this id."""
        self.put(User.userid.does_not_exist())
