"""Crockford's base32: digits and letters that nobody confuses, in guest keys, claims and codes."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def encode(raw: bytes) -> str:
    """The text of some bytes, five bits a character; a whole number of five bytes."""
    number = int.from_bytes(raw, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(8 * len(raw) - 5, -1, -5))


def decode(text: str) -> bytes:
    """The bytes that ``encode`` made this text of; ``ValueError`` on a foreign character."""
    number = 0
    for character in text:
        number = number * 32 + ALPHABET.index(character)
    return number.to_bytes(len(text) * 5 // 8, "big")
