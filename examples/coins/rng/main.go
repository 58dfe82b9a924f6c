// Command rng is a small web service: GET /N answers N random bytes.
//
// It shows the most common surprise of all: package net brings in the C library's resolver where
// cgo is on, so a service that never looks up a name still needs a dynamic loader. As a server it
// needs no CA certificates.
//
// It listens on $PORT, 8080 by default, and ends well on SIGTERM, as containers are stopped.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const maxBytes = 1 << 20

func main() {
	fmt.Println("linkcheck-fixture rng started")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "rng:", err)
		os.Exit(1)
	}
	fmt.Println("stopped")
}

// serve answers requests until ctx ends, then lets those under way finish.
func serve(ctx context.Context) error {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())
	server := &http.Server{Handler: http.HandlerFunc(answer), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(grace)
}

// answer writes as many random bytes as the path says.
func answer(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		http.Error(w, "only GET is answered", http.StatusMethodNotAllowed)
		return
	}
	count, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	if err != nil || count < 1 || count > maxBytes {
		http.Error(w, fmt.Sprintf("want /N with N from 1 to %d", maxBytes), http.StatusBadRequest)
		return
	}
	random := make([]byte, count)
	if _, err := rand.Read(random); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(count))
	_, _ = w.Write(random) // the client may be gone: nothing is left to tell it
}
