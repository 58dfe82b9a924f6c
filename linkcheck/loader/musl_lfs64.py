"""Names that only musl's loader still knows: the LFS64 aliases (ldso/dynlink.c, `get_lfs64`).

Since 1.2.4 musl defines no `fopen64`; where a lookup of one fails, its loader looks for `fopen`.
Older releases define the aliases themselves. Up to 1.2.5 the name goes through a buffer of 16
bytes, so that `posix_fallocate64` is not found there (musl's commits 53ac44ff and 50ab8306).
"""

from __future__ import annotations

from typing import Final

_ALIASED: Final = frozenset(
    (  # noqa: SIM905 -- in the order and layout of musl's own list
        "aio_cancel aio_error aio_fsync aio_read aio_return aio_suspend aio_write alphasort creat "
        "fallocate fgetpos fopen freopen fseeko fsetpos fstat fstatat fstatfs fstatvfs ftello "
        "ftruncate ftw getdents getrlimit glob globfree lio_listio lockf lseek lstat mkostemp "
        "mkostemps mkstemp mkstemps mmap nftw open openat posix_fadvise posix_fallocate pread "
        "preadv prlimit pwrite pwritev readdir scandir sendfile setrlimit stat statfs statvfs "
        "tmpfile truncate versionsort __fxstat __fxstatat __lxstat __xstat"
    ).split()
)

BUFFER: Final = 16
NEW_IN_1_2_6: Final = "renameat2"


def aliased(name: str) -> str | None:
    """The name that musl's loader looks up in itself instead of `name`, or None."""
    if name == "readdir64_r":
        return "readdir_r"
    plain = name.removesuffix("64")
    return plain if plain != name and plain in _ALIASED else None
