"""Names of files for the time of one step, and what was left."""

from __future__ import annotations

from unit.fakes_windows import FakeFiles

from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.scratch import paths, sweep


def test_paths_differ_in_their_suffix_alone() -> None:
    files = FakeFiles()
    names = paths(files, ".inf", ".req", ".rsp")
    assert [path[-4:] for path in names] == [".inf", ".req", ".rsp"]
    assert len({path[:-4] for path in names}) == 1
    assert not set(names) & set(paths(files, ".inf", ".req", ".rsp")) and files.contents == {}


def test_what_an_earlier_run_left_goes() -> None:
    files = FakeFiles()
    files.write("C:\\Windows\\Temp\\old.req", b"x")
    files.write("C:\\Windows\\Temp\\new.req", b"x")
    sweep(files)
    assert list(files.contents) == ["C:\\Windows\\Temp\\new.req"]


def test_a_step_does_not_fail_for_what_an_earlier_run_left() -> None:
    class Broken(FakeFiles):
        def delete(self, paths: object) -> None:
            raise RolloutError("the connection is gone")

    sweep(Broken())
