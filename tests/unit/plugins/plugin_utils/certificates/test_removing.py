"""A key that waits is taken away with its request, and no key that another certificate has."""

from __future__ import annotations

import pytest
from unit.fakes_windows import DER, FakeServer, authority, certificate, key_info, rsa_key, thumbprint

from ansible_collections.ucops.rollout.plugins.module_utils.certificates.x509 import load_certificate
from ansible_collections.ucops.rollout.plugins.module_utils.errors import RolloutError
from ansible_collections.ucops.rollout.plugins.plugin_utils.certificates.removing import give_up_key

CA = authority()
WAITS = certificate(CA, key=rsa_key(2))
AGAIN = certificate(CA, key=rsa_key(2), days=80)
KEY = load_certificate(WAITS.public_bytes(DER), where="test").public_key
OTHER = certificate(CA, "crm.company.com", ["crm.company.com"], key=rsa_key(3))


class Server(FakeServer):
    """Two keys wait on it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = {"waits": rsa_key(2), "other": rsa_key(3)}
        self.put("REQUEST", WAITS, key_info("waits"))
        self.put("REQUEST", OTHER, key_info("other"))

    def give_up(self, *, check_mode: bool = False) -> list[str]:
        done = give_up_key(self.host, "certificates", KEY, check_mode=check_mode)
        return [one.what for one in done.changes]


def test_it_goes_with_its_key_and_leaves_the_others() -> None:
    server = Server()
    assert server.give_up(check_mode=True) == ["waiting request and key removed"]
    assert set(server.keys) == {"waits", "other"} and len(server.listed("REQUEST")) == 2
    assert server.give_up() == ["waiting request and key removed"]
    assert (set(server.keys), server.listed("REQUEST")) == ({"other"}, [thumbprint(OTHER)])
    assert server.files.claims == {} and server.files.claimed == ["certificates"]
    assert server.give_up() == []


def test_a_second_stand_in_of_the_key_goes_too() -> None:
    server = Server()
    server.put("REQUEST", AGAIN, key_info("waits"))
    server.give_up()
    assert (set(server.keys), server.listed("REQUEST")) == ({"other"}, [thumbprint(OTHER)])


def test_a_key_that_a_certificate_has_stays() -> None:
    server = Server()
    server.put("MY", AGAIN, key_info("waits"))
    server.give_up()
    assert (set(server.keys), server.listed("REQUEST")) == ({"waits", "other"}, [thumbprint(OTHER)])
    assert server.listed("MY") == [thumbprint(AGAIN)]


def test_what_stays_is_an_error() -> None:
    server = Server()
    server.programs.handlers["certutil"] = lambda words: (0, "Xyzzy")
    with pytest.raises(RolloutError, match=f"{thumbprint(WAITS)} is still in the store REQUEST"):
        server.give_up()
