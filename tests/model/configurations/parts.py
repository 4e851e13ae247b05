"""Words for who takes part."""

from tests.model.items import CONFIRMED, UNLIMITED, WAITLISTED


def registers(*guests):
    return tuple(("register", g) for g in guests)


def cancels(*guests):
    return tuple(("cancel", g) for g in guests)


def capacities(*seats):
    return tuple(("capacity", n) for n in seats)


MOVE_0 = (("move", 0),)
AUDIT, STREAM, TIDY = (("audit", -1),), (("stream", -1),), (("tidy", -1),)
IN, OUT = CONFIRMED, WAITLISTED  # how guests start: with a seat, or on the list


def renames(*pairs):
    return tuple(("rename", g, target) for g, target in pairs)


CALL_OFF, ADOPT = (("call off", -1),), (("adopt", -1),)
LIFT = capacities(UNLIMITED)
FAVOUR_2, FAVOUR_3 = (("favour", 2),), (("favour", 3),)  # organisers promote this guest
