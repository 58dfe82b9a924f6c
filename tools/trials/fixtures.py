"""Build every fixture in every variant, once; what can't be built is left out with its reason."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.testbed import cache
from tools.testbed.golang import goroot
from tools.trials.programs import TrialProgram
from tools.trials.variants import QUICK, VARIANTS, Variant

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_ARGUMENTS = {"rng": (), "httpsget": ("--self-test",)}


def fixture_programs(jobs: int, *, quick: bool = False) -> list[TrialProgram]:
    """All fixtures that can be built here, for linux and for a few platforms that it refuses."""
    names = sorted(p.name for p in FIXTURES.iterdir() if (p / "go.mod").is_file())
    variants = [v for v in VARIANTS if not quick or v.name in QUICK]
    cells = [(name, variant) for name in names for variant in variants]
    go = goroot() / "bin" / "go"
    with ThreadPoolExecutor(jobs) as pool:
        built = pool.map(lambda cell: _build(go, *cell), cells)
        return [program for program in built if program is not None]


def _build(go: Path, name: str, variant: Variant) -> TrialProgram | None:
    if "CC" in variant.env and shutil.which(variant.env["CC"]) is None:
        return None
    source = FIXTURES / name
    out = cache.root() / "fixtures" / f"{name}-{variant.name}-{_digest(source, variant)}"
    failed = out.with_suffix(".failed")
    if not out.is_file() and not failed.is_file():
        out.parent.mkdir(parents=True, exist_ok=True)
        env = {
            **os.environ,
            "GOTOOLCHAIN": "local",
            "GOFLAGS": "-mod=mod",
            "GOPROXY": "off",
            "GOCACHE": str(cache.root() / "go-build"),
            **variant.env,
        }
        env.pop("GOROOT", None)
        fresh = out.with_suffix(f".{os.getpid()}")
        done = subprocess.run(
            [str(go), "build", "-buildvcs=false", *variant.flags, "-o", str(fresh), "."],
            cwd=source,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            failed.write_text(done.stderr)
            return None
        fresh.rename(out)
    if failed.is_file():
        return None
    return TrialProgram(f"fixture:{name}/{variant.name}", out, _ARGUMENTS.get(name, ()), name)


def _digest(source: Path, variant: Variant) -> str:
    digest = hashlib.sha256(repr(variant).encode())
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        digest.update(path.relative_to(source).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]
