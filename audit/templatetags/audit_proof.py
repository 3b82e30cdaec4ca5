"""Template tags for the log's proof: the state of sealing, and the proof of an entry."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import template

from audit.models import Entry
from audit.proof import seals
from audit.proof.inclusion import Proof
from audit.proof.proofs import proof_of, record_of
from audit.proof.seal_keys import NoSealKey, public_keys
from audit.verification.start import Verified

register = template.Library()


@register.inclusion_tag("audit/seal_state.html")
def seal_state() -> dict[str, Any]:
    """When the log was last sealed and verified, and how many entries have no seal yet. If sealing has stopped, there
    is a warning.
    """
    return {"state": seals.state(), "verified": Verified.last()}


@register.inclusion_tag("audit/proof.html")
def proof(entry: Entry) -> dict[str, Any]:
    """The proof of an entry. The proof is checked each time the page is shown. In the result, `holds` says whether the
    proof is valid. `holds` is None if there is no public key to check the proof with.
    """
    try:
        found = proof_of(entry)
    except seals.ChainBroken as error:
        return {"broken": str(error)}
    if found is None:
        return {}
    return {
        "proof": found,
        "seal": found.seal.statement,
        "sealed_at": datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=found.seal.statement.at),
        "path": [part.hex() for part in found.path],
        "record": record_of(entry, seq=found.seq).hex(),
        "holds": _holds(entry, found),
    }


def _holds(entry: Entry, found: Proof) -> bool | None:
    try:
        keys = public_keys()
    except NoSealKey:
        return None
    return found.holds(record_of(entry, seq=found.seq), keys=keys) if keys else None
