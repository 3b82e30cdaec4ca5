"""Python's garbage collector is paused while a large answer is parsed and converted. After that, it is always switched
on again.
"""

import gc

import pytest

from edits.gateway.collector import LARGE, paused_until_converted, paused_while_parsing


def test_the_collector_is_paused_until_a_large_answer_is_converted() -> None:
    with paused_until_converted():
        assert gc.isenabled()  # while this app waits for Smartsheet
        with paused_while_parsing(LARGE):
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_without_a_conversion_it_runs_again_after_parsing() -> None:
    with paused_while_parsing(LARGE):
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_not_paused_for_small_answers() -> None:
    with paused_until_converted(), paused_while_parsing(LARGE - 1):
        assert gc.isenabled()


def test_it_runs_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="no JSON"), paused_until_converted(), paused_while_parsing(LARGE):
        raise ValueError("no JSON")
    assert gc.isenabled()
