// Command worker looks for coins: random bytes from rng whose SHA-256 begins with a zero byte.
//
// $RNG is where random bytes come from, $WEB where it tells what it did.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	size  = 32 // bytes of a hash's input
	batch = 64 // hashes a request
)

var client = &http.Client{Timeout: 5 * time.Second}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	rng, web := setting("RNG", "http://rng:8080"), setting("WEB", "http://web:8080")
	for ctx.Err() == nil {
		if err := work(ctx, rng, web); err != nil && ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			time.Sleep(time.Second)
		}
	}
}

// work hashes one batch and tells of it.
func work(ctx context.Context, rng, web string) error {
	random, err := call(ctx, http.MethodGet, fmt.Sprintf("%s/%d", rng, size*batch), nil)
	if err != nil {
		return err
	}
	coins := 0
	for ; len(random) >= size; random = random[size:] {
		if sha256.Sum256(random[:size])[0] == 0 {
			coins++
		}
	}
	told, err := json.Marshal(map[string]int{"hashes": batch, "coins": coins})
	if err != nil {
		return err
	}
	_, err = call(ctx, http.MethodPost, web+"/done", told)
	return err
}

func call(ctx context.Context, method, url string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s: %s", method, url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
