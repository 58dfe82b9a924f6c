"""Debian packages of several architectures, unpacked side by side for the other commands.

`fetch FOLDER` makes `FOLDER/<suite>/<architecture>/`, each with the files of the packages below.
It uses apt with a configuration of its own, so the machine's packages stay as they are.
"""

from __future__ import annotations

from pathlib import Path

from tools.testbed.host import TestbedError, debian_mirror, need_keyring, run

# Debian's name -> the name of the C library's tables (`uname -m`).
ARCHITECTURES = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armhf": "armv7l",
    "i386": "i686",
    "ppc64el": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
SUITES = ("bullseye", "bookworm", "trixie", "sid")
PACKAGES = ("libc6", "libgcc-s1", "libstdc++6")

_CONFIG = """\
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
Dir::Etc::sourcelist "{state}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
Dir::Log "{state}";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
"""


def fetch(folder: Path, suites: tuple[str, ...] = SUITES) -> tuple[list[Path], list[str]]:
    """Download and unpack PACKAGES of every suite and architecture.

    Returns the folders made and a line for each architecture that a suite does not serve.
    """
    made: list[Path] = []
    missing: list[str] = []
    for suite in suites:
        for debian, machine in ARCHITECTURES.items():
            target = folder.resolve() / suite / machine
            if not target.exists():
                try:
                    _unpack(_configure(folder.resolve() / "apt" / suite, suite, debian), target)
                except TestbedError as error:
                    missing.append(f"{suite} {debian}: {str(error).splitlines()[-1]}")
                    continue
            made.append(target)
    return made, missing


def _configure(parent: Path, suite: str, architecture: str) -> dict[str, str]:
    # One state an architecture: where a mirror is being synced, the others still work.
    state = parent / architecture
    for part in ("lists/partial", "cache/archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    source = f"deb [signed-by={need_keyring()}] {debian_mirror()} {suite} main\n"
    (state / "sources.list").write_text(source)
    config = state / "apt.conf"
    config.write_text(_CONFIG.format(state=state, architecture=architecture))
    env = {"APT_CONFIG": str(config)}
    run(["apt-get", "update", "-q"], env=env)
    return env


def _unpack(env: dict[str, str], target: Path) -> None:
    downloads = target.parent / f"{target.name}.debs"
    downloads.mkdir(parents=True, exist_ok=True)
    # `apt-get download` writes into the working directory and knows no option for another.
    run(["env", f"--chdir={downloads}", "apt-get", "download", "-q", *PACKAGES], env=env)
    for package in sorted(downloads.glob("*.deb")):
        run(["dpkg-deb", "--extract", str(package), str(target)])
