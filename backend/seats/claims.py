"""What a claim is, and where a guest looks for a seat first. Pure."""

import heapq
import math
import secrets
import zlib
from dataclasses import dataclass

from backend.shared import base32
from backend.shared.errors import BadInput

GUEST_LENGTH, ATTEMPT_LENGTH = 16, 6
SEATS_PER_BLOCK = 24
"""A full block of this many claims stays under 1 KB: one write unit."""
BLOCKS_PER_SUMMARY = 128


@dataclass(frozen=True, slots=True)
class Claim:
    """A seat held for one attempt of one guest, in one block of a pool."""

    guest: str
    attempt: str
    block: int

    @property
    def text(self) -> str:
        """How the block's map names it: guest and attempt."""
        return self.guest + self.attempt


def parse_claim(text: str, *, block: int) -> Claim:
    """The claim a block's map names ``text``."""
    return Claim(text[:GUEST_LENGTH], text[GUEST_LENGTH:], block)


def new_attempt() -> str:
    """A fresh attempt: 30 random bits. An attempt that was used before would oversell."""
    return "".join(secrets.choice(base32.ALPHABET) for _ in range(ATTEMPT_LENGTH))


def block_caps(capacity: int) -> list[int]:
    """Seats of each block: as few blocks as hold ``capacity``, filled as evenly as can be."""
    if capacity < 1:
        raise BadInput({"capacity": "A pool has at least one seat."})
    count = math.ceil(capacity / SEATS_PER_BLOCK)
    each, more = divmod(capacity, count)
    return [each + (block < more) for block in range(count)]


def spread(claimed: list[int], capacity: int) -> list[int]:
    """Caps that cover the claims of each block and add up to ``capacity``, in enough blocks.

    ``capacity`` is at least the sum of ``claimed``.
    """
    missing = max(0, math.ceil(capacity / SEATS_PER_BLOCK) - len(claimed))
    lowest = [(cap, block) for block, cap in enumerate([*claimed, *[0] * missing])]
    heapq.heapify(lowest)
    for _ in range(capacity - sum(claimed)):
        cap, block = lowest[0]
        heapq.heapreplace(lowest, (cap + 1, block))
    return [cap for _, cap in sorted((block, cap) for cap, block in lowest)]


def search_order(guest: str, blocks: set[int], *, count: int) -> list[int]:
    """The ``blocks`` to try, round the circle of ``count`` from where this guest starts.

    Guests start in different blocks, so a rush spreads over all of them.
    """
    home = zlib.crc32(guest.encode()) % count if count else 0
    return sorted(blocks, key=lambda block: (block - home) % count)
