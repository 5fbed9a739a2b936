package browser

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// TestBrowserAsksNobodyElse reads Chromium's own log of all that it asked for while a
// page was waited for in vain.
func TestBrowserAsksNobodyElse(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	dir, err := os.MkdirTemp("", "q") // short: there will be sockets in it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	t.Setenv("TMPDIR", dir)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<title>here</title>") }))
	defer s.Close()
	log := filepath.Join(dir, "netlog.json")
	before := flags
	flags = append(flags[:len(flags):len(flags)], "--log-net-log="+log)
	defer func() { flags = before }()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b, err := Start(ctx, Options{NoSandbox: true, Width: 800, Height: 600, MaxMemory: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Do(ctx, Step{Open: s.URL}); err != nil {
		t.Fatal(err)
	}
	soon, end := context.WithTimeout(ctx, 5*time.Second)
	defer end()
	if err := b.Do(soon, Step{Title: []check.Match{{Pattern: regexp.MustCompile("never")}}}); err == nil {
		t.Fatal("a title that is not there was found")
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`"url":"(https?://[^/"]+)`).FindAllStringSubmatch(string(text), -1)
	if len(asked) == 0 {
		t.Error("the log shows no request at all")
	}
	for _, u := range asked {
		if u[1] != s.URL && u[1] != "http://127.0.0.1:9" {
			t.Errorf("asked %s", u[1])
		}
	}
}
