"""A push recorded in one place, and played back in another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from languagekit import begin
from replay import Replay

from ansible_collections.ucops.rollout.plugins.module_utils.dns.push import push
from ansible_collections.ucops.rollout.plugins.module_utils.dns.request import ARGUMENTS, read_request
from ansible_collections.ucops.rollout.plugins.module_utils.recording.conversation import Conversation
from ansible_collections.ucops.rollout.plugins.module_utils.recording.masking import Masker
from ansible_collections.ucops.rollout.plugins.plugin_utils.dns.windows import WindowsDns
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.claim import alone
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.faults import ConnectionLost
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.guarded import protocol_with
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.host import open_windows_host
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.pywinrm_session import PywinrmSession
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.recording import Recorder
from ansible_collections.ucops.rollout.plugins.plugin_utils.winrm.steps import run_steps
from lab.client import RunningEstate

ASKED: dict[str, Any] = {
    "zones": [{"name": "company.local"}, {"name": "partner.test", "if_missing": "create"}],
    "records": [
        {"zone": "company.local", "name": "ocspool", "type": "A", "values": ["172.20.30.40", "172.20.30.41"]},
        {
            "zone": "company.local", "name": "_sip._tls", "type": "SRV",
            "values": [{"priority": 0, "weight": 5, "port": 443, "target": "ocspool.company.local"}],
        },
        {"zone": "partner.test", "name": "@", "type": "A", "values": ["192.168.7.1"]},
        {"zone": "partner.test", "name": "meet", "type": "CNAME", "values": ["ocspool.company.local"]},
    ],
}  # fmt: skip
OWN = ("company", "ocspool", "partner", "meet", "172.20.", "192.168.7", "dc01", "someuser")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEstate]:
    with begin("origin", tmp_path_factory.mktemp("lab"), 0) as estate:
        yield estate


def pushed(host: Any, asked: dict[str, Any]) -> dict[str, Any]:
    return push(WindowsDns(host), read_request(asked["zones"], asked["records"], asked), check_mode=False)


@contextmanager
def recording(estate: RunningEstate, folder: Path, asked: dict[str, Any]) -> Iterator[tuple[Any, Path]]:
    """A host whose messages are recorded, with a shell as Ansible's connection opens and closes it."""
    user, password = estate.variables["ansible_user"], estate.variables["ansible_password"]
    conversation = Conversation(Masker(b"k" * 32, secrets=[password], known=["dc01", user]))
    recorder = Recorder(
        str(folder), "dc01", conversation, conversation.heading("dns_record_sets", asked, ARGUMENTS, check_mode=False)
    )
    protocol = protocol_with(recorder)(
        f"http://{estate.address('dc01')}:5985/wsman",
        transport="ntlm",
        username=user,
        password=password,
        message_encryption="always",
    )
    shell_id = protocol.open_shell(codepage=65001)
    with open_windows_host(PywinrmSession(protocol, shell_id), name="dc01") as host:
        yield host, Path(recorder.path)
    protocol.close_shell(shell_id)
    assert recorder.notice == ""


def replayed(path: Path) -> tuple[dict[str, Any], Replay]:
    replay = Replay.of(path)
    with open_windows_host(PywinrmSession(replay.protocol(), replay.shell_id), name="dc01") as host:
        return pushed(host, replay.heading["arguments"]), replay


def verbs(result: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((change["verb"], change["type"]) for change in result["changes"])


def test_a_recording_holds_nothing_of_the_customers_and_replays(estate: RunningEstate, tmp_path: Path) -> None:
    """First run, second run, removal: the masked plan meets the masked answers, and comes to the same."""
    secrets = [
        *OWN,
        *estate.variables["ansible_user"].lower().split("\\"),
        estate.variables["ansible_password"].lower(),
    ]
    for more, changes in (({}, 5), ({}, 0), ({"state": "absent"}, 4)):
        asked = {**ASKED, **more}
        with recording(estate, tmp_path, asked) as (host, path):
            there = pushed(host, asked)
        assert len(there["changes"]) == changes
        text = path.read_text(encoding="ascii").lower().replace("ucops.rollout", "").replace("ucops-rollout", "")
        assert [own for own in secrets if own in text + path.name] == []
        here, replay = replayed(path)
        assert verbs(here) == verbs(there) and here["changed"] is there["changed"] is bool(changes)
        # What is left: the two messages by which Ansible's connection opens and closes its shell.
        assert [row["request"].partition("/transfer/")[2][:6] for row in replay.rows] == ["Create", "Delete"]


def drawn(host: Any) -> tuple[list[bool | bytes], tuple[str, ...]]:
    """What a run does with names and marks that it draws at random, each in what is sent and in what comes back."""
    name = host.files.temporary(".txt")
    listed = 'dir /b "%SystemRoot%\\Temp\\ucops-*.txt"'
    with alone(host, "certificates") as renew:
        holder = host.files.claimed_by("certificates")
        steps = [f'echo note > "{name}"', listed, f'type "{name}"', f'del /f /q "{name}"', listed]
        written, there, shown, _gone, after = run_steps(host.programs, steps, doing="steps", where="dc01")
    told = [renew is not None, name.endswith(f"\\{there.stdout.decode().strip()}"), shown.stdout, after.exit_code == 1]
    return [written.exit_code == 0, *told], (name, str(holder))


def test_what_is_drawn_at_random_is_another_one_in_a_replay(estate: RunningEstate, tmp_path: Path) -> None:
    """Marks between steps, a temporary file and the holder of a claim: an answer has those of the run that asks."""
    with recording(estate, tmp_path, ASKED) as (host, path):
        told, there = drawn(host)
    assert told == [True, True, True, b"note \r\n", True]
    replay = Replay.of(path)
    with open_windows_host(PywinrmSession(replay.protocol(), replay.shell_id), name="dc01") as host:
        again, here = drawn(host)
    assert again == told
    assert not set(here) & set(there) and not here[1].startswith("someone_somewhere")
    assert [row["request"].partition("/transfer/")[2][:6] for row in replay.rows] == ["Create", "Delete"]


def test_a_replay_answers_nothing_that_was_not_asked(estate: RunningEstate, tmp_path: Path) -> None:
    with recording(estate, tmp_path, ASKED) as (host, path):
        pushed(host, {**ASKED, "records": ASKED["records"][:1]})
    with pytest.raises(ConnectionLost, match="not in the recording, or no more"):
        replayed(path)
