"""The last stage of an image: its base, what the base lacks, its user."""

from __future__ import annotations

import re

from linkcheck.errors import UsageError
from linkcheck.images.resolve import resolve_base
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import Subject
from linkcheck.model.verdicts import Verdict
from linkcheck.pipeline.analyze import Analyzer
from linkcheck.ship.dockerfile import Stage
from linkcheck.ship.image import labels_for
from linkcheck.ship.lacking import ADDABLE, Addition

_NO_IMAGE = ("dir", "docker-archive", "oci-dir", "oci-archive")


def final_stage(subject: Subject, asked: str | None) -> Stage:
    """The stage for a program on the base `asked`, or on the recommended one.

    Raises UsageError where files can't make the program run there, or FROM can't name the base.
    """
    ref = asked or (subject.recommendation.base if subject.recommendation else None)
    if ref is None:
        raise UsageError(
            f"{subject.facts.path}: no base is known on which it runs",
            next_step="see `linkcheck analyze`, or name a --base",
        )
    base = resolve_base(ref).image
    verdict = next((v for v in subject.verdicts if v.base == ref), None)
    verdict = verdict or Analyzer((ref,)).subject(subject.facts.path).verdicts[0]
    lacking = {need.kind for need in verdict.unmet}
    if verdict.answer not in ("runs", "degraded") or not lacking <= set(ADDABLE):
        along = ", or bring it along with `linkcheck bundle`" if "library" in lacking else ""
        raise UsageError(
            f"it would not run: {verdict.reason}",
            next_step=f"{verdict.fix or 'name another --base'}{along}",
        )
    add = tuple(
        kind
        for kind in ADDABLE
        if kind in lacking or (kind == "nsswitch" and _misses_nsswitch(subject, base))
    )
    return Stage(
        base=_from(ref, base),
        user=user_for(base),
        add=add,
        labels=labels_for(subject.facts, None),
        reason=_reason(verdict, add),
    )


def user_for(base: BaseImage) -> str:
    """A number, as Kubernetes' runAsNonRoot wants one, that the base knows if it knows any."""
    users = base.provides.users
    known = users if isinstance(users, tuple) else ()
    if "nonroot" in known or "nobody" not in known:
        return "65532:65532"
    return "65534:65534"


def _misses_nsswitch(subject: Subject, base: BaseImage) -> bool:
    """Before Go 1.16 a missing nsswitch.conf meant DNS first, /etc/hosts last (net/conf.go)."""
    go = subject.facts.go
    found = re.match(r"go1\.(\d+)", go.version or "") if go is not None else None
    if go is None or found is None or go.resolver == "none":
        return False
    return int(found[1]) < 16 and base.provides.nsswitch_hosts is None


def _reason(verdict: Verdict, add: tuple[Addition, ...]) -> str:
    return verdict.reason + ("; it is added below" if verdict.unmet and add else "")


def _from(ref: str, base: BaseImage) -> str:
    """What stands behind FROM: the user's own words, or the known name where these have no tag."""
    scheme, colon, rest = ref.partition(":")
    if colon and scheme in _NO_IMAGE:
        raise UsageError(
            f"{ref} is no image that FROM can name",
            next_step="import it (`docker import`, `docker load`) and name docker:NAME",
        )
    name = rest if colon and scheme == "docker" else ref
    if name == "scratch" or "@" in name or ":" in name.rsplit("/", 1)[-1]:
        return name
    if base.source == "catalog" and ":" in base.name.rsplit("/", 1)[-1]:
        return base.name
    return f"{name}:{'nonroot' if '/distroless/' in base.name else 'latest'}"
