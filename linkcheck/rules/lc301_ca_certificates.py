r"""The program makes TLS connections, and the image has no CA certificates.

## What it means

Go verifies servers against the bundle that it finds in the image, and the system pool is empty,
without an error, where there is none. Each connection then fails with "x509: certificate signed
by unknown authority". scratch and plain Debian and Ubuntu images have no bundle.

## How to see it

    go tool nm ./app | grep -E 'net/http.\(\*Client\).do|crypto/tls.[dD]ial'

and look for /etc/ssl/certs/ca-certificates.crt in the image.

## Fix

Copy a bundle (`COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/`), install
ca-certificates, point SSL_CERT_FILE to one, or import golang.org/x/crypto/x509roots/fallback.
"""

from __future__ import annotations

from collections.abc import Iterator

from linkcheck.model.verdicts import Finding
from linkcheck.rules.base import Rule, RuleContext
from linkcheck.rules.remedies import RUN_FIXES
from linkcheck.rules.struck import findings, of_kind, struck_bases


def check(ctx: RuleContext) -> Iterator[Finding]:
    """One finding a named base without it, where the program surely or likely wants it."""
    struck = struck_bases(
        ctx, "degraded", of_kind("ca-certificates"), "for TLS is not in the image"
    )
    yield from findings(ctx, RULE.id, RULE.level, struck, fix=RUN_FIXES["ca-certificates"])


RULE = Rule("LC301", "ca-certificates", "warning", check, __doc__)
