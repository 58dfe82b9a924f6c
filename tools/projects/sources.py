"""One project as a folder that builds without a network: Debian's source, and a vendor folder."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.projects.catalog import SUITE, Project
from tools.projects.vendored import Module, import_tree, lay_out, modules_below, vendor
from tools.testbed import apt, cache
from tools.testbed.host import TestbedError, need, run

RECIPE = 4
GOCODE = Path("usr/share/gocode/src")
VERSION = ".debian-version"
_INSTALLED = re.compile(r"^Inst (\S+) \((\S+)", re.MULTILINE)
_LIBRARY_PACKAGE = re.compile(r"golang-.*-dev")


def source_of(project: Project) -> Path:
    """The folder of the project's module in the testbed's cache, made on first use."""

    def build(folder: Path) -> None:
        suite = apt.Suite(SUITE, sources=True)
        libraries = _libraries(suite, project.package)
        if project.more:
            known = suite.versions(project.more)  # of source packages of other names, too
            libraries |= {name: known[name] for name in project.more}
        with cache.scratch_folder() as workshop:
            merged = workshop / "merged"
            modules: dict[str, list[Module]] = {}
            for name, package in suite.download(libraries, workshop / "debs").items():
                unpacked = workshop / "unpacked" / name
                unpacked.mkdir(parents=True)
                apt.unpack(package, unpacked)
                if (unpacked / GOCODE).is_dir():
                    import_tree(unpacked, GOCODE, merged)
                    modules[name] = list(modules_below(unpacked / GOCODE, libraries[name]))
            lay_out(merged, (module for found in modules.values() for module in found))
            folder.rmdir()
            if project.package in libraries:
                own, version = modules[project.package][0].folder, libraries[project.package]
                (merged / own).rename(folder)
            else:
                own, version = "", _unpack_source(suite, project.package, workshop, folder)
            vendor(folder, merged, [m for found in modules.values() for m in found], own)
            (folder / VERSION).write_text(f"{version}\n")

    return cache.ensure(f"projects/{project.name}", recipe_of(project), build)


def recipe_of(project: Project) -> str:
    """What the folder is made from: another text, another folder."""
    return f"{RECIPE} {SUITE} {' '.join((project.package, *project.more))}"


def version_of(folder: Path) -> str:
    """Debian's version of the package that a project was made from."""
    return (folder / VERSION).read_text("utf-8").strip()


def _libraries(suite: apt.Suite, package: str) -> dict[str, str]:
    """Version by name of all Go libraries that the package needs to be built, itself included."""
    actions = ("build-dep", "install") if _LIBRARY_PACKAGE.fullmatch(package) else ("build-dep",)
    found: dict[str, str] = {}
    for action in actions:
        asked = ["apt-get", "-s", action, "--no-install-recommends", package]
        found |= dict(_INSTALLED.findall(run(asked, env=suite.config)))
    libraries = {name: found[name] for name in found if _LIBRARY_PACKAGE.fullmatch(name)}
    if not libraries:
        raise TestbedError(f"{package} of {suite.codename} is built with no Go library")
    return libraries


def _unpack_source(suite: apt.Suite, package: str, workshop: Path, folder: Path) -> str:
    """Debian's source with its patches; returns its version."""
    unpacker = need("dpkg-source")
    downloads = workshop / "source"
    downloads.mkdir()
    fetch = ["apt-get", "source", "--download-only", "-q", package]
    run(["env", f"--chdir={downloads}", *fetch], env=suite.config)
    described = sorted(downloads.glob("*.dsc"))
    if len(described) != 1:
        raise TestbedError(f"{package}: expected one source package, found {len(described)}")
    # apt has checked the sums against the signed lists
    run([unpacker, "--no-check", "-q", "-x", str(described[0]), str(folder)])
    shutil.rmtree(folder / "vendor", ignore_errors=True)
    found = re.search(r"\(([^)]+)\)", (folder / "debian" / "changelog").read_text("utf-8"))
    return found[1] if found else "?"
