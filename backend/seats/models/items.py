"""What the three kinds of items share."""

from pynamodb.attributes import UnicodeAttribute

from backend.shared import db


class SeatItem(db.Table):
    """An item of ``seat_blocks``; what follows the pool's name in its key says its kind."""

    class Meta(db.TableMeta):
        table_name = db.table_name("seat_blocks")

    block = UnicodeAttribute(hash_key=True)

    def add(self) -> None:
        """Write a new item unless it is there."""
        try:
            self.put(condition=SeatItem.block.does_not_exist())
        except db.StaleWrite:
            return
