// Command web shows how many coins the workers found.
//
// GET / is the page, GET /count the numbers as JSON; workers POST what they did to /done.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

//go:embed index.html
var page []byte

// count is what all workers did since the start.
type count struct {
	Hashes int `json:"hashes"`
	Coins  int `json:"coins"`
}

type front struct {
	lock  sync.Mutex
	total count
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	shown := &front{}
	routes := http.NewServeMux()
	routes.HandleFunc("/", shown.index)
	routes.HandleFunc("/count", shown.count)
	routes.HandleFunc("/done", shown.done)
	server := &http.Server{Addr: ":8080", Handler: routes, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Shutdown(context.Background())
	}()
	fmt.Println("web: listening on", server.Addr)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

func (f *front) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page) // the client may be gone
}

func (f *front) count(w http.ResponseWriter, _ *http.Request) {
	f.lock.Lock()
	defer f.lock.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(f.total)
}

func (f *front) done(w http.ResponseWriter, r *http.Request) {
	var more count
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&more) != nil {
		http.Error(w, `POST {"hashes": 1, "coins": 0}`, http.StatusBadRequest)
		return
	}
	f.lock.Lock()
	defer f.lock.Unlock()
	f.total.Hashes += more.Hashes
	f.total.Coins += more.Coins
}
