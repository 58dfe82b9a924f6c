"""The HEALTHCHECK calls a program that the image does not have.

## What it means

The check runs inside the container, with what the image holds. `curl` is in hardly any base,
`wget` only where BusyBox is. The container starts, and is called unhealthy after some retries:
Compose's `depends_on: service_healthy` waits for ever, Swarm kills it again and again.

## How to see it

    docker run --rm --entrypoint curl IMAGE --version

## Fix

Let the program check itself (`HEALTHCHECK CMD ["/app", "-healthcheck"]`), install the tool, or
leave the check to the orchestrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.stage import Placed, StageContext, StageRule

_CHECKERS = re.compile(
    r"(?:^|[\s;&|(])((?:/[\w.-]+)*/?(?:curl|wget|nc|grpc_health_probe|pg_isready))\b"
)


def check(ctx: StageContext) -> Iterator[Placed]:
    """One finding a program that is surely not there."""
    by = ctx.image.healthcheck
    if by is None:
        return
    if by.shell_form:
        if not by.shell or ctx.has_program(by.shell[0]) is False:
            return  # LC501 says it
        called = _CHECKERS.findall(by.words[0])
    else:
        called = list(by.words[:1])
    for name in dict.fromkeys(called):
        if ctx.has_program(name) is False:
            message = f"HEALTHCHECK calls {name}, which is not in the image: it stays unhealthy"
            fix = f"install {name.rsplit('/', 1)[-1]}, or let the program check itself"
            yield Placed(Finding(RULE.id, RULE.level, message, (), fix), by.at)


RULE = StageRule("LC502", "healthcheck-program", "warning", check, __doc__)
