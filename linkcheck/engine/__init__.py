"""A Docker Engine, for building and for starting programs: connection, containers, archives.

`engine` is the connection, and with `credentials`, the logins that `docker login` left, alone
imports the client library; `container` is one throwaway container; `archive` makes the tar archives
that files travel in, as no folder can be mounted from afar; `folders` is where this machine keeps
what is reused, `owner` tells whose a leftover is.
"""
