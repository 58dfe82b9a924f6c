"""`--change`: an image's configuration changed by instructions, as `docker commit` does it.

The instructions that moby's `BuildFromConfig` accepts (builder/dockerfile/builder.go), read and
carried out as its dispatchers do (builder/dockerfile/dispatchers.go).
"""

from __future__ import annotations

import json
import posixpath
import re
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from linkcheck.errors import UsageError
from linkcheck.gate.reader import json_form, read_source
from linkcheck.gate.words import TooLongError, expand, is_closed, split_words
from linkcheck.images.image_settings import SHELL
from linkcheck.model.dockerfile import Instruction
from linkcheck.ship.image import merged_env

_PORT: Final = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/(tcp|udp|sctp))?", re.IGNORECASE)
_SMALL: Final = re.compile(r"[0-9]{1,9}")
_UNITS: Final = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_DURATION: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(h|ms|us|ns|m|s)")
_LONGEST: Final = 1 << 63  # of a duration in Go
_TIMES: Final = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start-period": "StartPeriod",
    "start-interval": "StartInterval",
}


def changed(
    config: Mapping[str, Any], changes: Sequence[str], has: Callable[[str], bool]
) -> dict[str, Any]:
    """The inner `config` of an image after `changes`, each one or more lines of a Dockerfile.

    `has` tells whether the image has a file. Raises UsageError for an instruction that is not
    accepted or wrong, and for a shell form where the image has no such shell, DockerfileError for
    what is no instruction.
    """
    changer = _Changer(config, has)
    for instruction in read_source("\n".join(changes), "--change").instructions:
        handler = _HANDLERS.get(instruction.keyword)
        if handler is None:
            raise UsageError(
                f"--change {instruction.keyword}: an image can't be changed by that",
                next_step=f"use {', '.join(_HANDLERS)}",
            )
        try:
            handler(changer, instruction)
        except TooLongError:
            raise _wrong(instruction, "its variables make a value without end") from None
    return changer.config


class _Changer:
    def __init__(self, config: Mapping[str, Any], has: Callable[[str], bool]) -> None:
        self.config = dict(config)
        self._has = has
        self._command_given = False

    def cmd(self, instruction: Instruction) -> None:
        self.config["Cmd"] = self._invocation(instruction)
        self._command_given = True

    def entrypoint(self, instruction: Instruction) -> None:
        self.config["Entrypoint"] = self._invocation(instruction)
        if not self._command_given:
            self.config.pop("Cmd", None)

    def env(self, instruction: Instruction) -> None:
        pairs = self._pairs(instruction)
        new = [f"{name}={value}" for name, value in pairs]
        self.config["Env"] = merged_env(self.config.get("Env") or (), new)

    def label(self, instruction: Instruction) -> None:
        labels = dict(self._pairs(instruction))
        self.config["Labels"] = {**(self.config.get("Labels") or {}), **labels}

    def expose(self, instruction: Instruction) -> None:
        ports = dict(self.config.get("ExposedPorts") or {})
        for word in filter(None, map(self._expanded, split_words(instruction.args))):
            found = _PORT.fullmatch(word)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
            if found is None or not first <= last <= 65535:
                raise _wrong(instruction, f"{word!r} is no port: write 80, 53/udp or 8000-8010")
            kind = (found[3] or "tcp").lower()
            ports |= {f"{port}/{kind}": {} for port in range(first, last + 1)}
        self.config["ExposedPorts"] = ports

    def user(self, instruction: Instruction) -> None:
        words = instruction.args.split()
        if len(words) != 1:
            raise _wrong(instruction, "it takes one argument")
        self.config["User"] = self._expanded(words[0])

    def volume(self, instruction: Instruction) -> None:
        words = [self._expanded(word) for word in instruction.words]
        if not words or not all(word.strip() for word in words):
            raise _wrong(instruction, "a volume has no name")
        self.config["Volumes"] = {
            **(self.config.get("Volumes") or {}),
            **{word: {} for word in words},
        }

    def workdir(self, instruction: Instruction) -> None:
        here, value = self.config.get("WorkingDir") or "/", self._expanded(instruction.args)
        if not value:
            raise _wrong(instruction, "it names no folder")
        path = posixpath.normpath(posixpath.join("/", here, value))
        self.config["WorkingDir"] = path.replace("//", "/", 1)

    def stopsignal(self, instruction: Instruction) -> None:
        value = self._expanded(instruction.args)
        name = value.upper().removeprefix("SIG")
        known = {one.name.removeprefix("SIG") for one in signal.Signals}
        is_number = bool(_SMALL.fullmatch(value)) and 1 <= int(value) <= 64
        if not is_number and name not in known and not re.fullmatch(r"RTM(IN\+|AX-)\d+", name):
            raise _wrong(instruction, f"{value!r} is no signal: write SIGTERM or 15")
        self.config["StopSignal"] = value

    def healthcheck(self, instruction: Instruction) -> None:
        kind, _, rest = instruction.args.partition(" ")
        if kind.upper() == "NONE" and not rest.strip():
            self.config["Healthcheck"] = {"Test": ["NONE"]}
            return
        if kind.upper() != "CMD" or not rest.strip():
            raise _wrong(instruction, "write CMD and a command, or NONE")
        words = json_form(rest.strip())
        if words is None:
            self._check_shell(instruction)
        check: dict[str, Any] = {
            "Test": ["CMD", *words] if words is not None else ["CMD-SHELL", rest.strip()]
        }
        for flag, key in _TIMES.items():
            if value := instruction.flag(flag):
                check[key] = _nanoseconds(instruction, value)
        if (retries := instruction.flag("retries")) is not None:
            if not _SMALL.fullmatch(retries):  # 0 is the default; Docker before 23 refuses it
                raise _wrong(instruction, f"--retries={retries} is no number")
            check["Retries"] = int(retries)
        self.config["Healthcheck"] = check

    def onbuild(self, instruction: Instruction) -> None:
        triggers = read_source(instruction.args, "--change ONBUILD").instructions
        if len(triggers) != 1 or triggers[0].keyword in ("ONBUILD", "FROM", "MAINTAINER"):
            raise _wrong(instruction, "that is no trigger")
        self.config["OnBuild"] = [*(self.config.get("OnBuild") or ()), instruction.args]

    def _invocation(self, instruction: Instruction) -> list[str]:
        if instruction.json:
            return list(instruction.words)
        if not instruction.args:
            return []
        if _is_list(instruction.args):
            raise _wrong(instruction, "a JSON array holds strings alone")
        self._check_shell(instruction)
        return [*self._shell(), instruction.args]

    def _shell(self) -> Sequence[str]:
        return self.config.get("Shell") or SHELL

    def _check_shell(self, instruction: Instruction) -> None:
        shell = self._shell()[0]
        if not self._has(shell):
            raise _wrong(
                instruction,
                f'the shell form needs {shell}, which the image has not: write ["/app", "..."]',
            )

    def _pairs(self, instruction: Instruction) -> list[tuple[str, str]]:
        """NAME=VALUE ..., or the old NAME VALUE; all values see the state before."""
        if not is_closed(instruction.args):
            raise _wrong(instruction, "a quote is not closed")
        words = split_words(instruction.args)
        if "=" not in words[0]:
            name, *rest = re.split(r"\s+", instruction.args, maxsplit=1)
            if not rest:
                raise _wrong(instruction, "write NAME=VALUE")
            return [(name, self._expanded(rest[0]))]
        pairs = []
        for word in words:
            name, equals, value = word.partition("=")
            if not equals or not name:
                raise _wrong(instruction, f"{word!r} is not of the form NAME=VALUE")
            pairs.append((self._expanded(name), self._expanded(value)))
        return pairs

    def _expanded(self, text: str) -> str:
        variables = dict(pair.split("=", 1) for pair in self.config.get("Env") or () if "=" in pair)
        return expand(text, variables.get)


def _is_list(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def _nanoseconds(instruction: Instruction, text: str) -> int:
    """A duration as Go writes it: 30s, 1m30s, 1.5h. Docker wants at least 1 ms."""
    parts = _DURATION.findall(text)
    total = round(sum(float(number) * _UNITS[unit] for number, unit in parts))
    if "".join(map("".join, parts)) != text or not 10**6 <= total < _LONGEST:
        raise _wrong(instruction, f"{text!r} is no duration of 1ms or more: write 30s or 1m30s")
    return total


def _wrong(instruction: Instruction, why: str) -> UsageError:
    return UsageError(
        f"--change {instruction.keyword} {instruction.args}: {why}",
        next_step="see docs/image.md",
    )


_HANDLERS: Final[Mapping[str, Callable[[_Changer, Instruction], None]]] = {
    "CMD": _Changer.cmd,
    "ENTRYPOINT": _Changer.entrypoint,
    "ENV": _Changer.env,
    "EXPOSE": _Changer.expose,
    "HEALTHCHECK": _Changer.healthcheck,
    "LABEL": _Changer.label,
    "ONBUILD": _Changer.onbuild,
    "STOPSIGNAL": _Changer.stopsignal,
    "USER": _Changer.user,
    "VOLUME": _Changer.volume,
    "WORKDIR": _Changer.workdir,
}
