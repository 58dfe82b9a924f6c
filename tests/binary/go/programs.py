"""Sources of the smallest programs that want, or don't want, one thing each."""

from __future__ import annotations


def _main(imports: str, body: str, before: str = "") -> str:
    names = "\n".join(f"\t{name}" for name in imports.split())
    return f"package main\n{before}\nimport (\n{names}\n)\n\nfunc main() {{ {body} }}\n"


_HANDLER = (
    'http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) '
    "{ fmt.Fprintln(w, %s) }); fmt.Println(%s)"
)

PROGRAMS = {
    "hello": _main('"fmt"', 'fmt.Println("hi")'),
    "plainserver": _main(
        '"fmt" "net/http"', _HANDLER % ("r.URL.Path", 'http.ListenAndServe(":0", nil)')
    ),
    "formserver": _main(
        '"fmt" "net/http"', _HANDLER % ('r.FormValue("x")', 'http.ListenAndServe(":0", nil)')
    ),
    "tlsserver": _main(
        '"fmt" "net/http"',
        _HANDLER % ("r.URL.Path", 'http.ListenAndServeTLS(":0", "a", "b", nil)'),
    ),
    "https": _main('"fmt" "net/http"', 'fmt.Println(http.Get("https://example.com"))'),
    "tlsdial": _main('"crypto/tls" "fmt"', 'fmt.Println(tls.Dial("tcp", "a:443", nil))'),
    "smtp": _main('"fmt" "net/smtp"', 'fmt.Println(smtp.SendMail("a:25", nil, "", nil, nil))'),
    "roots": _main(
        '"crypto/x509" "fmt" "net/http"',
        'x509.SetFallbackRoots(x509.NewCertPool()); fmt.Println(http.Get("https://example.com"))',
    ),
    "tz": _main('"fmt" "time"', 'fmt.Println(time.LoadLocation("Europe/Berlin"))'),
    "tzembed": _main(
        '"fmt" "time" _"time/tzdata"', 'fmt.Println(time.LoadLocation("Europe/Berlin"))'
    ),
    "now": _main('"fmt" "time"', "fmt.Println(time.Now().Local().Format(time.RFC3339))"),
    "dns": _main('"fmt" "net"', 'fmt.Println(net.LookupHost("example.com"))'),
    "ip": _main('"fmt" "net" "os"', "fmt.Println(net.ParseIP(os.Args[0]))"),
    "users": _main('"fmt" "os/user"', "fmt.Println(user.Current())"),
    "tmp": _main('"fmt" "os"', 'fmt.Println(os.CreateTemp("", "x"))'),
    "tempdir": _main('"fmt" "os"', "fmt.Println(os.TempDir())"),
    "run": _main('"fmt" "os/exec"', 'fmt.Println(exec.Command("sh").Run())'),
    "plug": _main('"fmt" "plugin"', 'fmt.Println(plugin.Open("x.so"))'),
    "dropped": _main('"fmt"', 'fmt.Println("hi")', "\n").replace(
        "func main", 'func unused() { fmt.Println(time.LoadLocation("UTC")) }\n\nfunc main'
    ).replace('"fmt"\n', '"fmt"\n\t"time"\n'),
    "inlined": _main('"fmt" "os"', "fmt.Println(shout(len(os.Args)))").replace(
        "func main", "func shout(n int) int { return n + 1 }\n\nfunc main"
    ),
    "cmath": """package main

// #cgo LDFLAGS: -lm
// #include <errno.h>
// #include <math.h>
// #include <stdlib.h>
// static int fails(int a) { errno = EIO; return a; }
import "C"

import "fmt"

func main() {
	s := C.CString("x")
	defer C.free(nil)
	_, err := C.fails(1)
	fmt.Println(C.sqrt(2), C.GoString(s), err)
}
""",
}  # fmt: skip
