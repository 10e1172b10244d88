"""Files for the time of one step."""

from __future__ import annotations

import pytest
from unit.fakes_windows import FakeFiles

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.scratch import scratch


class Broken(FakeFiles):
    """Files of a host whose connection is gone when it comes to cleaning up."""

    def delete(self, paths: object) -> None:
        raise RolloutError("the connection is gone")


def test_paths_differ_in_their_suffix_alone_and_go_afterwards() -> None:
    files = FakeFiles()
    with scratch(files, ".inf", ".req", ".rsp") as paths:
        assert [path[-4:] for path in paths] == [".inf", ".req", ".rsp"]
        assert len({path[:-4] for path in paths}) == 1
        files.write(paths[0], b"[NewRequest]")
    assert [files.read(path) for path in paths] == [None, None, None]


def test_two_steps_share_no_path() -> None:
    files = FakeFiles()
    with scratch(files, ".inf") as one, scratch(files, ".inf") as other:
        assert one != other


def test_files_go_also_when_the_step_fails() -> None:
    files = FakeFiles()
    with pytest.raises(ZeroDivisionError), scratch(files, ".inf") as (path,):
        files.write(path, b"x")
        raise ZeroDivisionError
    assert files.read(path) is None


def test_the_steps_own_error_is_the_one_that_is_told() -> None:
    with pytest.raises(RolloutError, match="denied"), scratch(Broken(), ".inf"):
        raise RolloutError("the CA denied it")


def test_cleaning_up_that_fails_alone_is_told() -> None:
    with pytest.raises(RolloutError, match="the connection is gone"), scratch(Broken(), ".inf"):
        pass


def test_what_an_earlier_run_left_goes_first() -> None:
    files = FakeFiles()
    files.write("C:\\Windows\\Temp\\old.req", b"x")
    with scratch(files, ".inf"):
        assert files.contents == {}


def test_a_step_does_not_fail_for_what_an_earlier_run_left() -> None:
    files = Broken()
    files.write("C:\\Windows\\Temp\\old.req", b"x")
    with pytest.raises(RolloutError, match="the CA denied it"), scratch(files, ".inf"):
        raise RolloutError("the CA denied it")
