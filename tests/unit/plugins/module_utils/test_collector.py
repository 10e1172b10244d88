"""The search for cyclic garbage is paused inside, and as before afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ansible_collections.ucops.rollout.plugins.module_utils.collector import collector_paused


@pytest.fixture(autouse=True)
def running() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_paused_inside_and_running_afterwards() -> None:
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_running_again_after_an_error() -> None:
    with pytest.raises(KeyError), collector_paused():
        raise KeyError
    assert gc.isenabled()


def test_who_turned_it_off_finds_it_off() -> None:
    gc.disable()
    with collector_paused():
        pass
    assert not gc.isenabled()


def test_running_at_the_end_whatever_the_order_of_two_that_overlap() -> None:
    one, other = ExitStack(), ExitStack()
    one.enter_context(collector_paused())
    other.enter_context(collector_paused())
    one.close()
    other.close()
    assert gc.isenabled()
