"""Which packages of which suite the trials take their real programs from.

Chosen for variety, not fame: Go with and without cgo, static and dynamic, plain and PIE; C, C++,
Rust, Haskell; programs with many libraries and with none; loaders other than glibc's (klibc).
What a suite does not have, it is asked for in vain: packages come and go between releases.
Large ones are taken from one or two suites, which keeps the whole download near 800 MB.
"""

from __future__ import annotations

_GO = """
acmetool age certspotter chasquid direnv dnscrypt-proxy docker-registry duf elvish etcd-client
fscrypt fzf git-lfs gobuster gocryptfs golang-docker-credential-helpers gotestsum gron hub ipp-usb
lego lf micro mmark mtail nats-server obfs4proxy oci-seccomp-bpf-hook prometheus-node-exporter pup
restic rootlesskit runc shfmt skopeo syncthing umoci vip-manager webhook wireguard-go
"""

_OTHERS = """
apt bash bash-static bat bc bind9-dnsutils busybox busybox-static bzip2 catatonit
cdebootstrap-static coreutils cpio crun curl dash diffutils dnsmasq-base dpkg dropbear-bin dumb-init
e2fsprogs fd-find file findutils fish gawk grep gzip haproxy hello htop hyperfine iproute2 iptables
jq klibc-utils kmod less libc-bin lighttpd lua5.4 make mawk memcached mksh mount nano ncurses-bin
netcat-openbsd nginx nginx-core nginx-light nodejs openssh-client openssl passwd patch patchelf
perl-base procps pv python3.9-minimal python3.11-minimal python3.13-minimal redis-server redis-tools
ripgrep rsync sash sed shellcheck slirp4netns socat sqlite3 strace sudo tar tcc tini tree util-linux
wget xz-utils zoxide zsh zsh-static zstd
"""

_ONLY = {
    "bullseye": "consul docker.io etcd-server gopass hugo notary prometheus termshark",
    "bookworm": "buildah caddy containerd docker.io gh git hugo podman prometheus rclone valgrind",
    "trixie": "buildah caddy cosign docker-cli docker.io gh git glow lazygit minio-client podman",
    "sid": "caddy docker-cli etcd-server gh incus-client lazygit rclone",
}

SUITES: dict[str, tuple[str, ...]] = {
    suite: tuple(f"{_GO} {only} {_OTHERS}".split()) for suite, only in _ONLY.items()
}
