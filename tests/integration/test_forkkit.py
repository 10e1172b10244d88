"""A run that is forked is, for whoever looks, the program: what it says, how it ends, and what it leaves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from forkkit import Forking
from sitekit import BIN, Run, Site, environment, play

PLAY = """\
- name: Tell what is found
  hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Say where it runs
      ansible.builtin.debug:
        msg: "{{ lookup('ansible.builtin.pipe', 'pwd; echo $PWD') }} {{ 'a.b' | regex_replace('[.]', '-') }}"

    - name: Read a name of the collection
      ansible.builtin.debug:
        msg: "{{ ['all'] | ucops.rollout.run_parts([]) }}"

    - name: Keep what is looped over
      ansible.builtin.set_fact:
        kept: "{{ kept | default([]) + [item] }}"
      loop: [1, 2]
      when: item != why

    - name: Say what was kept, and what nobody set
      ansible.builtin.debug:
        msg: "{{ kept }} {{ item | default(nobody) }}"
      ignore_errors: true

    - name: Fail where it is told to
      ansible.builtin.fail:
        msg: "{{ why }}"
      when: why != ''
"""
LISTING = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "{{ lookup('ansible.builtin.pipe', 'ls ~/.ansible/tmp | wc -l') }} folders"}
"""
TESTS = Path(__file__).resolve().parents[1]
NOTES = """\
import json, os, tempfile
import forkkit
forkkit._import_all()
from ansible import constants
from ansible_collections.ucops.rollout.plugins.plugin_utils import face
before = constants.DEFAULT_LOCAL_TMP
order = tempfile.TemporaryFile("w+")
json.dump([[], os.getcwd(), dict(os.environ)], order)
order.flush()
order.seek(0)
forkkit._become_a_run(os.dup(order.fileno()), os.dup(1), os.dup(2))
told = ["another folder" if constants.DEFAULT_LOCAL_TMP != before else "the same folder"]
told.append("the same one" if face.DEFAULT_LOCAL_TMP == constants.DEFAULT_LOCAL_TMP else "another one")
print(", ".join(told))
"""
WAITING = """\
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.pause: {seconds: 60}
"""


def both(place: Path, *options: str, text: str = PLAY, why: str = "") -> list[Run]:
    (place / "play.yml").write_text(text, encoding="utf-8")
    inventory = ("-i", "localhost,")
    return [
        play(str(place / "play.yml"), *inventory, *options, variables={"why": why}, cwd=place, forked=forked)
        for forked in (True, False)
    ]


@pytest.mark.parametrize(
    ("options", "why", "code"),
    [((), "", 0), ((), "as told", 2), (("--check", "--diff"), "", 0), (("--no-such-option",), "", 2)],
    ids=["well", "a failure", "options", "a wrong option"],
)
def test_it_says_and_ends_as_the_program_does(tmp_path: Path, options: tuple[str, ...], why: str, code: int) -> None:
    forked, program = both(tmp_path, *options, why=why)
    assert forked == program and forked.code == code, forked.output
    told = (f"{tmp_path}\\n{tmp_path} a-b", '"report"', "FAILED! => {" if why else "PLAY RECAP")
    assert "--no-such-option" in options or all(one in forked.output for one in told), forked.output


@pytest.mark.slow
def test_a_rollout_says_what_the_programs_says(site: Site) -> None:
    """In which order it names the hosts of one task is chance."""
    forked, program = (site.play("deploy_pool", "--check", "--diff", forked=one) for one in (True, False))
    assert forked.code == 0 and "would be checked" in forked.summary, forked.output
    assert (forked.code, forked.recap, forked.summary) == (program.code, program.recap, program.summary)
    assert sorted(forked.output.splitlines()) == sorted(program.output.splitlines())


def test_its_temporary_folder_is_its_own_and_goes_with_it(tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(LISTING, encoding="utf-8")
    given = {**environment(tmp_path), "HOME": str(tmp_path)}
    forking = Forking(BIN, given)
    for _run in range(2):
        ended = forking.run(["play.yml", "-i", "localhost,"], tmp_path, given, 60)
        assert (ended.code, "2 folders" in ended.stdout) == (0, True), ended.stdout
        assert len(list((tmp_path / ".ansible" / "tmp").iterdir())) == 1  # of the process that forks
    forking.stop()
    assert list((tmp_path / ".ansible" / "tmp").iterdir()) == []


def test_our_plugins_leave_their_notes_there_too(tmp_path: Path) -> None:
    """What one run noted of a host, such as a program that is stopped there, is nothing to the next one."""
    ended = subprocess.run(
        [str(BIN / "python"), "-c", NOTES],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        cwd=TESTS,
        check=False,
    )
    assert ended.stdout == "another folder, the same one\n", ended.stderr


def test_it_is_killed_when_it_takes_too_long(tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(WAITING, encoding="utf-8")
    with pytest.raises(subprocess.TimeoutExpired):
        play(str(tmp_path / "play.yml"), "-i", "localhost,", cwd=tmp_path, timeout=5)
    assert both(tmp_path)[0].code == 0
