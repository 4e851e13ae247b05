"""Every interleaving, crash and late write of the seat protocol, within small bounds.

Without CI the configurations that take long are left out, the largest but for `make faults`.
"""

import pytest

from tests.model.checker import explore
from tests.model.configurations import MUTANTS, PROTOCOL
from tests.support.effort import EVERYTHING, FAULTS


def chosen(configurations):
    wanted = [c for c in configurations if (FAULTS or not c.large) and (EVERYTHING or not c.slow)]
    return [pytest.param(c, id=c.name) for c in wanted]


@pytest.mark.parametrize("config", chosen(PROTOCOL))
def test_the_protocol_keeps_its_promises(config):
    result = explore(config)

    assert (result.problem, result.trace) == ("", [])


@pytest.mark.parametrize("config", chosen(MUTANTS))
def test_a_wrong_variant_is_caught(config):
    problem = explore(config).problem

    assert config.expect in (problem or "nothing was found")


def test_every_configuration_is_listed_once():
    names = [config.name for config in PROTOCOL + MUTANTS]

    assert (len(names), len(set(names))) == (91, 90), "one name stands for two ways of being caught"


def test_every_mutant_names_the_violation_it_must_show():
    assert [config.name for config in MUTANTS if not config.expect] == []
