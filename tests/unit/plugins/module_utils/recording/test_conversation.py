from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.wsman_fakes import envelope, instance, wsman_fault

from ansible_collections.ucops.rollout.plugins.module_utils.recording.conversation import Conversation
from ansible_collections.ucops.rollout.plugins.module_utils.recording.masking import Masker


@pytest.fixture
def conversation() -> Conversation:
    return Conversation(Masker(b"k" * 32))


def tags(text: str) -> list[str]:
    return [element.tag for element in ET.fromstring(text).iter()]


def received(*pieces: bytes, command: str = "C1", done: bool = False, name: str = "stdout") -> bytes:
    streams = "".join(
        f'<rsp:Stream Name="{name}" CommandId="{command}">{base64.b64encode(piece).decode()}</rsp:Stream>'
        for piece in pieces
    )
    state = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"
    ended = f'<rsp:Stream Name="{name}" CommandId="{command}" End="TRUE"/><rsp:CommandState State="{state}"/>'
    return envelope(f"<rsp:ReceiveResponse>{streams}{ended if done else ''}</rsp:ReceiveResponse>").encode()


def streamed(text: str) -> bytes:
    found = (element.text or "" for element in ET.fromstring(text).iter() if element.tag.endswith("}Stream"))
    return b"".join(map(base64.b64decode, found))


def test_an_answer_keeps_its_elements(conversation: Conversation) -> None:
    answer = envelope(instance("MicrosoftDNS_AType", OwnerName="pool.company.local", TTL="3600", Text=None))
    masked = conversation.message(answer.encode())
    assert tags(masked) == tags(answer)
    assert "<p:OwnerName>npptoatyuh.ntlxfxxhbb.nm5gfj2ywy</p:OwnerName><p:TTL>3600</p:TTL>" in masked
    assert 'xsi:type="p:MicrosoftDNS_AType_Type"' in masked and "xmlns:p=" in masked


def test_a_faults_numbers_stay_and_its_hosts_go(conversation: Conversation) -> None:
    fault = wsman_fault(2150859010, "The user CONTOSO\\anna cannot be found on dc01.company.local. ")
    masked = conversation.message(fault.encode())
    assert 'Code="2150859010"' in masked and "cannot be found on n" in masked
    assert not [name for name in ("CONTOSO", "anna", "dc01", "company") if name in masked]


def test_output_is_masked_by_lines_however_it_comes(conversation: Conversation) -> None:
    """A name that comes in two pieces is one name all the same."""
    first = conversation.message(received(b"user anna\r\nhost dc0", b"1.company"))
    then = conversation.message(received(b".local\r\nend", done=True))
    whole = conversation.masker.value("user anna\r\nhost dc01.company.local\r\nend").encode()
    assert streamed(first) == conversation.masker.value("user anna\r\n").encode()
    assert streamed(first) + streamed(then) == whole


def test_outputs_of_two_programs_are_told_apart(conversation: Conversation) -> None:
    conversation.message(received(b"dc0", command="A"))
    other = conversation.message(received(b"01\r\n", command="B", done=True))
    assert streamed(other) == b"01\r\n"


def test_an_ended_program_without_marks_keeps_nothing_back(conversation: Conversation) -> None:
    state = '<rsp:CommandState State="x/CommandState/Done"/></rsp:ReceiveResponse>'
    answer = received(b"dc01").decode().replace("</rsp:ReceiveResponse>", state)
    assert streamed(conversation.message(answer.encode())) == conversation.masker.value("dc01").encode()


@pytest.mark.parametrize("written", [b"\xff\xfed\x00c\x00", b"dc01\x00", b"\x30\x82\x01\x00secret-key"])
def test_of_what_is_no_text_zeros_are_left(conversation: Conversation, written: bytes) -> None:
    assert streamed(conversation.message(received(written, done=True))) == bytes(len(written))


def test_what_goes_in_is_left_out(conversation: Conversation) -> None:
    """A script, a key, a password."""
    sent = envelope(
        f'<rsp:Send><rsp:Stream Name="stdin" End="true">{base64.b64encode(b"S3cret").decode()}</rsp:Stream></rsp:Send>'
    )
    masked = conversation.message(sent.encode())
    assert streamed(masked) == bytes(6)
    assert tags(masked) == tags(sent)


def test_variables_and_passwords_are_left_out(conversation: Conversation) -> None:
    sent = envelope(
        '<rsp:Environment><rsp:Variable Name="PFX">12345</rsp:Variable></rsp:Environment>'
        "<rsp:Command>certutil -p 12345 -importPFX</rsp:Command>"
    )
    masked = conversation.message(sent.encode())
    assert '<rsp:Variable Name="PFX">masked</rsp:Variable>' in masked and " -p masked -importPFX" in masked


def test_binary_values_of_the_registry_are_left_out(conversation: Conversation) -> None:
    """Certificates with their names, and what belongs to private keys."""
    inner = "".join(f"<p:uValue>{number}</p:uValue>" for number in b"company")
    masked = conversation.message(envelope(f"<p:GetBinaryValue_OUTPUT>{inner}</p:GetBinaryValue_OUTPUT>").encode())
    assert masked.count("<p:uValue>0</p:uValue>") == 7
    number = envelope("<p:GetDWORDValue_OUTPUT><p:uValue>10240</p:uValue></p:GetDWORDValue_OUTPUT>")
    assert "<p:uValue>10240</p:uValue>" in conversation.message(number.encode())


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        (b"", ""),
        (b"<html>dc01.company.local", "<!-- 24 bytes that are no XML -->"),
        (b"\xff\xfe\xfd", "<!-- 3 bytes that are no XML -->"),
        (b'<!DOCTYPE a [<!ENTITY b "company">]><a>&b;</a>', "<!-- 46 bytes that are no XML -->"),
        (b"<a>&lt;anna&gt; &amp; 'b'</a>", "<a>&lt;n5cewlzdco&gt; &amp; 'b'</a>"),
        (b'<a b="&quot;anna&#10;"/>', "<a b='\"n5cewlzdco&#10;'></a>"),
        ("<a><![CDATA[anna]]></a>".encode("utf-16"), "<a>n5cewlzdco</a>"),
    ],
)
def test_what_comes_is_written_anew_or_counted(conversation: Conversation, raw: bytes, masked: str) -> None:
    assert conversation.message(raw) == masked.replace("n5cewlzdco", conversation.masker.value("anna"))


def test_rows_say_what_was_asked_and_what_became_of_it(conversation: Conversation) -> None:
    asked = {"zones": [{"name": "company.local", "company": 1}], "purge": "members", "secret": "company"}
    spec = {
        "zones": {"options": {"name": {}}},
        "purge": {"choices": ["none", "members"]},
        "secret": {"no_log": True},
    }
    heading = conversation.heading("ucops.rollout.dns_record_sets", asked, spec, check_mode=True)
    assert heading == {
        "recording": 1,
        "action": "ucops.rollout.dns_record_sets",
        "arguments": {"zones": [{"name": "ntlxfxxhbb.nm5gfj2ywy", "ntlxfxxhbb": 1}], "purge": "members"},
        "check_mode": True,
    }
    assert conversation.exchange(b"<a>1</a>", b"<b/>", 200, 0.12345) == {
        "seconds": 0.123,
        "request": "<a>1</a>",
        "status": 200,
        "answer": "<b></b>",
    }
    assert conversation.loss(b"<a>1</a>", "ReadTimeout", 2.0) == {
        "seconds": 2.0,
        "request": "<a>1</a>",
        "lost": "ReadTimeout",
    }


@given(st.one_of(st.binary(), st.text().map(lambda text: f"<a b='x'>{text}</a>".encode("utf-8", "ignore"))))
def test_any_message_is_written_as_text(content: bytes) -> None:
    masked = Conversation(Masker(b"k" * 32)).message(content)
    assert not masked or masked.startswith("<")
