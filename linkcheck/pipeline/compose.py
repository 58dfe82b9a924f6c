"""The services of a Compose file that build -> targets (compose-spec, "Build specification")."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from linkcheck.errors import MissingToolError, UnreadableFileError, UsageError
from linkcheck.model.gate import Policy
from linkcheck.model.report import Failure
from linkcheck.pipeline.gate import GateTarget

_VARIABLE: Final = re.compile(r"\$(?:\$|(\w+)|\{(\w+)(?:(:?[-+?])([^}]*))?\})")


def compose_targets(
    path: str, policy: Policy, environ: Mapping[str, str]
) -> tuple[list[GateTarget], list[Failure]]:
    """A target for each service with `build`.

    Raises MissingToolError without PyYAML, UnreadableFileError, and UsageError for a file that is
    no Compose file.
    """
    document, starts = _load(path)
    services = document.get("services") if isinstance(document, Mapping) else None
    if not isinstance(services, Mapping):
        raise UsageError(f"{path}: there are no services in it", next_step="name a Compose file")
    targets: list[GateTarget] = []
    failures: list[Failure] = []
    for name, service in services.items():
        build = service.get("build") if isinstance(service, Mapping) else None
        if build is None:
            continue
        if isinstance(build, str):
            build = {"context": build}
        if not isinstance(build, Mapping):
            failures.append(Failure(path, f"{path}: {name}: build is no table: mend it"))
            continue
        found = _target(Path(path), str(name), service, build, environ)
        if isinstance(found, str):
            failures.append(Failure(path, f"{path}: {name}: {found}"))
        else:
            if found.inline is not None:  # lines are counted as those of the Compose file
                text = "\n" * starts.get(str(name), 0) + found.inline
                found = found._replace(inline=text)
            targets.append(found._replace(policy=policy))
    if not targets and not failures:
        raise UsageError(f"{path}: no service builds", next_step="name a file with `build:` in it")
    return targets, failures


def _load(path: str) -> tuple[object, dict[str, int]]:
    """The document, and how many lines are before the text of a service's `dockerfile_inline`."""
    try:
        import yaml  # noqa: PLC0415 -- for --compose alone
    except ModuleNotFoundError:
        raise MissingToolError(
            "Compose files need PyYAML", next_step="pip install 'linkcheck[compose]'"
        ) from None
    try:
        raw = Path(path).read_bytes()
        document: object = yaml.safe_load(raw)
        starts = dict(_starts(yaml.compose(raw, Loader=yaml.SafeLoader)))
    except OSError as error:
        raise UnreadableFileError(
            f"{path}: {error.strerror}", next_step="name a Compose file"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        words = " ".join(str(error).split())
        raise UsageError(f"{path} is not YAML: {words}", next_step="mend that line") from error
    return document, starts


def _starts(root: Any) -> Iterator[tuple[str, int]]:
    """Read off YAML's nodes: a text in `|` starts on the line below, any other on its own."""
    for name, service in _children(_child(root, "services")):
        text = _child(_child(service, "build"), "dockerfile_inline")
        if text is not None:
            yield name, text.start_mark.line + (text.style in ("|", ">"))


def _child(node: Any, key: str) -> Any:
    return next((value for name, value in _children(node) if name == key), None)


def _children(node: Any) -> Iterator[tuple[str, Any]]:
    if getattr(node, "id", "") == "mapping":
        for key, value in node.value:
            yield str(key.value), value


def _target(
    file: Path,
    name: str,
    service: Mapping[str, Any],
    build: Mapping[str, Any],
    environ: Mapping[str, str],
) -> GateTarget | str:
    """The target, or why it can't be judged."""
    folder = file.parent
    context = _put(build.get("context", "."), environ)
    if "://" in context or context.startswith("git@"):
        return "a remote context can't be judged: check it out and name it"
    place = folder / context
    inline = build.get("dockerfile_inline")
    if inline is not None and "dockerfile" in build:
        return "it has both dockerfile and dockerfile_inline: take one away"
    dockerfile = place / _put(build.get("dockerfile", "Dockerfile"), environ)
    platforms = build.get("platforms")
    platform = service.get("platform") or (platforms[0] if isinstance(platforms, list) else None)
    return GateTarget(
        name,
        dockerfile=os.path.normpath(dockerfile if inline is None else file),
        stage=_put(build["target"], environ) if build.get("target") else None,
        build_args=_args(build.get("args"), environ),
        context=os.path.normpath(place),
        platform=_put(platform, environ) if platform else None,
        inline=None if inline is None else _put(inline, environ),
        contexts={
            key.lower(): value
            for key, value in _args(build.get("additional_contexts"), environ).items()
        },
    )


def _args(args: object, environ: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    pairs: list[tuple[str, object]] = []
    if isinstance(args, Mapping):
        pairs = [(str(key), value) for key, value in args.items()]
    elif isinstance(args, list):
        cut = (str(one).partition("=") for one in args)
        pairs = [(key, value if equals else None) for key, equals, value in cut]
    for key, value in pairs:
        if value is not None:
            found[key] = _put(value, environ)
        elif key in environ:
            found[key] = environ[key]
    return found


def _put(value: object, environ: Mapping[str, str]) -> str:
    """Text with the variables of the environment in place (compose-spec, "Interpolation")."""

    def replaced(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name is None:
            return "$"
        known, operator, word = environ.get(name), found[3] or "", found[4] or ""
        counts = known if operator.startswith(":") else ("set" if known is not None else "")
        if operator.endswith("-"):
            return (known or "") if counts else word
        if operator.endswith("+"):
            return word if counts else ""
        return known or ""

    if isinstance(value, bool):
        return str(value).lower()
    return _VARIABLE.sub(replaced, str(value))
