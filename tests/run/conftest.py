"""What the tests of the runners share: programs whose behaviour is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"

PROBE = """package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func try(what string, err error) {
	answer := "yes"
	if err != nil {
		answer = "no"
	}
	fmt.Println(what, answer)
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "stay" {
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, syscall.SIGTERM)
		fmt.Println("staying")
		if len(os.Args) > 2 {
			time.Sleep(time.Hour)
		}
		<-asked
		fmt.Println("asked to go")
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "flood" {
		line := bytes.Repeat([]byte("x"), 1023)
		for i := 0; i < 4096; i++ {
			fmt.Println(string(line))
		}
		fmt.Println("the end")
		return
	}
	fmt.Println("pid", os.Getpid())
	try("write /", os.WriteFile("/file", []byte("x"), 0o600))
	try("write /tmp", os.WriteFile("/tmp/file", []byte("x"), 0o600))
	_, err := os.Stat("/tmp")
	try("has /tmp", err)
	try("chown", os.Chown("/proc/self/fd", 1, 1))
	faces, _ := net.Interfaces()
	others := 0
	for _, face := range faces {
		if face.Flags&net.FlagLoopback == 0 && face.Flags&net.FlagUp != 0 {
			others++
		}
	}
	fmt.Println("networks", others)
	status, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(status), "\\n") {
		if strings.HasPrefix(line, "CapEff") || strings.HasPrefix(line, "NoNewPrivs") {
			fmt.Println(strings.Join(strings.Fields(line), " "))
		}
	}
	fmt.Println("arguments", strings.Join(os.Args, " "))
}
"""


@pytest.fixture(scope="session")
def probe(go_toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A static program that tells what its sandbox lets it do."""
    import os  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("probe")
    (folder / "main.go").write_text(PROBE)
    (folder / "go.mod").write_text("module example.com/probe\n\ngo 1.21\n")
    env = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOTOOLCHAIN": "local"}
    subprocess.run(
        [go_toolchain, "build", "-o", "probe", "."], cwd=folder, env=env, check=True, timeout=300
    )
    return folder / "probe"


@pytest.fixture
def readable() -> Callable[[str], dict[str, str]]:
    """The probe's output as a mapping."""

    def parse(output: str) -> dict[str, str]:
        keys = ("pid", "write /tmp", "write /", "has /tmp", "chown", "networks", "CapEff:",
                "NoNewPrivs:", "arguments")  # fmt: skip
        found = {}
        for line in output.splitlines():
            key = next(k for k in keys if line.startswith(f"{k} "))
            found[key] = line.removeprefix(f"{key} ")
        return found

    return parse
