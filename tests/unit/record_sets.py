"""Record sets of a plan, in few words."""

from __future__ import annotations

from ansible_collections.ucops.rollout.plugins.module_utils import names
from ansible_collections.ucops.rollout.plugins.module_utils.model import INTERNAL, OURS, Reason, RecordSet, SrvData
from ansible_collections.ucops.rollout.plugins.module_utils.values import Ttl


def record_set(
    zone: str, owner: str, kind: str, ttl: int, values: tuple[str | SrvData, ...], reasons: tuple[Reason, ...] = ()
) -> RecordSet:
    """A record set of ours in the internal view; ``owner`` is the full name."""
    return RecordSet(
        view=INTERNAL,
        zone=zone,
        name=names.owner_in(owner, zone),
        fqdn=owner,
        type=kind,
        ttl=Ttl(ttl),
        values=values,
        managed=OURS,
        reasons=reasons,
    )
