"""`--change`: what it does to a configuration, held to a real `docker commit --change`."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from linkcheck.engine.engine import Engine
from linkcheck.errors import InputError
from linkcheck.pipeline.imagechanges import changed

BASE: dict[str, Any] = {"Env": ["PATH=/bin"], "Cmd": ["/bin/sh"], "Entrypoint": None}
KEYS = ("Cmd", "Entrypoint", "Env", "ExposedPorts", "Labels", "User", "Volumes", "WorkingDir")


def named(changes: list[str]) -> str:
    return " ; ".join(changes)[:60]


# what Docker Engine 20.10 takes; STOPSIGNAL came later
TAKEN = [
    ['ENTRYPOINT ["/app", "x"]', 'CMD ["y"]'],
    ['CMD ["a"]', 'ENTRYPOINT ["b"]'],
    ["ENTRYPOINT /app $HOME", "CMD a b"],
    ['CMD ["a"] x'],
    ["CMD ['a']"],
    ['ENV A=1 B="two words" C=$PATH'],
    ["ENV A one two  three"],
    ["ENV A=1", "ENV B=$A-${A:-x}-${Q:-d} C=a\\ b"],
    ["ENV A=1 B=$A"],
    ["ENV A='q$PATH' D="],
    ["ENV A=1 \\\n B=2\n# a comment\nENV PATH=/x:$PATH"],
    ['LABEL a=b c="d e" "f g"=$PATH', "LABEL old as it was"],
    ["EXPOSE 80 80/tcp 53/UDP 8000-8003/TCP $NOTHING"],
    ["ENV P=81", "EXPOSE $P/udp"],
    ["USER 1000:1000"],
    ["VOLUME /a /b", 'VOLUME ["/c", "/d e"]'],
    ["WORKDIR /x", "WORKDIR y/../z"],
    ["WORKDIR a b"],
    ["HEALTHCHECK NONE"],
    ['HEALTHCHECK --interval=30s --timeout=1m30s --retries=3 CMD ["/app"]'],
    ["HEALTHCHECK --start-period=1.5h --interval= CMD x y"],
    ["onbuild   RUN  x", "ONBUILD USER 1"],
]
REFUSED = [
    ["CMD --flag x"],
    ["ENV A"],
    ["ENV A=1 B"],
    ["ENV =x"],
    ['ENV A="unclosed'],
    ["LABEL a"],
    ["EXPOSE 70000"],
    ["EXPOSE 90-80"],
    ["EXPOSE x"],
    ['VOLUME [""]'],
    ["VOLUME []"],
    ["WORKDIR $NOTHING"],
    ["HEALTHCHECK CMD"],
    ["HEALTHCHECK NONE x"],
    ["HEALTHCHECK --interval=1us CMD x"],
    ["HEALTHCHECK --interval=1d CMD x"],
    ["HEALTHCHECK --interval=-5s CMD x"],
    [f"HEALTHCHECK --retries={'9' * 5000} CMD x"],
    [f"HEALTHCHECK --interval={'9' * 400}h CMD x"],
    ["HEALTHCHECK --interval=999999999999h CMD x"],
    ["ONBUILD ONBUILD RUN x"],
    ["ONBUILD FROM x"],
    ['CMD ["a", 1]'],
    ["RUN x"],
    ["COPY a b"],
    ["ARG X=1"],
    ['SHELL ["/bin/bash"]'],
    ["FOO x"],
    ["USER"],
]


def told(changes: list[str], **config: Any) -> dict[str, Any]:
    return changed({**BASE, **config}, changes, lambda _: True)


@pytest.fixture(scope="module")
def commit(engine: Engine) -> Iterator[Callable[[list[str]], dict[str, Any] | None]]:
    """What `docker commit` makes of changes: the configuration, or None where it refuses."""
    if engine.image("linkcheck-test/alpine:3.23") is None:
        pytest.skip("the engine has no linkcheck-test/alpine:3.23: python -m tools.testbed")
    create = ["docker", "create", "--network", "none", "linkcheck-test/alpine:3.23"]
    container = subprocess.run(create, capture_output=True, text=True, check=True).stdout.strip()

    def run(changes: list[str]) -> dict[str, Any] | None:
        tag = f"linkcheck-test/change:{uuid.uuid4().hex[:8]}"
        flags = [word for change in changes for word in ("--change", change)]
        done = subprocess.run(
            ["docker", "commit", *flags, container, tag], capture_output=True, check=False
        )
        if done.returncode:
            return None
        looked = subprocess.run(["docker", "inspect", tag], capture_output=True, check=True)
        engine.remove_image(tag)
        config: dict[str, Any] = json.loads(looked.stdout)[0]["Config"]
        return config

    yield run
    subprocess.run(["docker", "rm", "-f", "-v", container], capture_output=True, check=False)


@pytest.mark.docker
@pytest.mark.parametrize("changes", TAKEN, ids=named)
def test_changes_do_what_docker_commit_does(
    changes: list[str], commit: Callable[[list[str]], dict[str, Any] | None]
) -> None:
    plain, theirs = commit([]), commit(changes)
    assert plain is not None
    assert theirs is not None
    ours = changed(plain, changes, lambda _: True)
    keys = (*KEYS, "Healthcheck", "OnBuild")
    # commit falls back to the container's CMD where the new ENTRYPOINT has dropped it
    assert {k: ours.get(k) or None for k in keys} == {k: theirs.get(k) or None for k in keys}


@pytest.mark.docker
@pytest.mark.parametrize("changes", REFUSED, ids=named)
def test_what_docker_commit_refuses_is_refused(
    changes: list[str], commit: Callable[[list[str]], dict[str, Any] | None]
) -> None:
    assert commit(changes) is None
    with pytest.raises(InputError):
        told(changes)


@pytest.mark.parametrize("changes", REFUSED, ids=named)
def test_what_is_refused_is_told_in_one_line_with_a_next_step(changes: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        told(changes)
    assert "--change" in raised.value.message
    assert raised.value.next_step
    assert "\n" not in str(raised.value)


def test_an_entrypoint_drops_the_commands_of_before() -> None:
    assert "Cmd" not in told(['ENTRYPOINT ["b"]'])
    assert told(['ENTRYPOINT ["b"]', 'CMD ["c"]'])["Cmd"] == ["c"]


@pytest.mark.parametrize("value", ["SIGTERM", "term", "9", "SIGRTMIN+3", "RTMAX-3"])
def test_stop_signals_are_kept_as_they_are_written(value: str) -> None:
    assert told([f"STOPSIGNAL {value}"])["StopSignal"] == value


@pytest.mark.parametrize("value", ["0", "65", "SIGFOO", '""', "٣", "9" * 5000])
def test_what_is_no_signal_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="no signal"):
        told([f"STOPSIGNAL {value}"])


def test_the_shell_form_uses_the_shell_of_the_image_and_needs_it() -> None:
    assert told(["CMD x"], Shell=["/bin/bash", "-c"])["Cmd"] == ["/bin/bash", "-c", "x"]
    for change in ("CMD x", "ENTRYPOINT x", "HEALTHCHECK CMD x"):
        with pytest.raises(InputError, match="the shell form needs /bin/sh"):
            changed(BASE, [change], lambda _: False)


def test_variables_that_grow_without_end_are_refused() -> None:
    grow = [f"ENV A{n}={f'$A{n - 1}' * 50}" for n in range(1, 9)]
    with pytest.raises(InputError, match="without end"):
        told(["ENV A0=xxxxxxxxxx", *grow])
