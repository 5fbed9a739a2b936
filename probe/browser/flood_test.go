package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
)

// patience is for what a busy machine takes its time for.
const patience = 120 * time.Second

// started starts a Chromium, or skips where there is none. It may need no more memory
// than it may by default.
func started(t *testing.T) (*Browser, context.Context) {
	t.Helper()
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
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	b, err := Start(ctx, Options{NoSandbox: true, Width: 800, Height: 600, MaxMemory: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b, ctx
}

// serve answers each path with its page, on loopback.
func serve(t *testing.T, pages map[string]string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, there := pages[r.URL.Path]
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if !there {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, "<!doctype html>", page)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

func like(s string) []check.Match { return []check.Match{{Pattern: regexp.MustCompile(s)}} }

// TestFlood has pages write without end to what is read of them. They are looked at all
// the same, Chromium does not keep what they wrote, and the next page is heard again.
func TestFlood(t *testing.T) {
	end := `setTimeout(() => document.title = "done", 3000)</script>`
	url := serve(t, map[string]string{
		"/next":  `<title>next</title><script>console.log("another page")</script>`,
		"/log":   `<script>setInterval(() => { for (let i = 0; i < 1000; i++) console.log("line", i) }, 1);` + end,
		"/long":  `<script>const s = "x".repeat(1 << 20); setInterval(() => console.log(s), 1);` + end,
		"/throw": `<script>for (let j = 0; j < 100; j++) setInterval(() => { throw new Error("lost " + Math.random()) }, 1);` + end,
		"/fetch": `<script>setInterval(() => { for (let i = 0; i < 50; i++) fetch("/gone?" + i).catch(() => 0) }, 10);` + end,
		"/dom": `<p id=p><script>setInterval(() => { for (let i = 0; i < 1000; i++) {
			p.setAttribute("a", i); const e = document.createElement("b"); p.append(e); e.remove() } }, 1);` + end,
	})
	for name, says := range map[string]string{"log": "log: line", "long": "slamon: ", "throw": "exception: Error: lost", "fetch": "", "dom": ""} {
		t.Run(name, func(t *testing.T) {
			b, ctx := started(t)
			if err := b.Do(ctx, Step{Open: url + "/" + name, Title: like("done")}); err != nil {
				t.Error(err)
			}
			said := b.Console(ctx)
			if says != "" && (!strings.HasPrefix(said, "slamon: the page wrote more than 2000 lines") || !strings.Contains(said, says)) {
				t.Errorf("the console says\n%s", said)
			}
			if err := b.Do(ctx, Step{Open: url + "/next", Title: like("next")}); err != nil {
				t.Error(err)
			}
			for b.Console(ctx) != "log: another page" && ctx.Err() == nil {
				rest(ctx, lookEvery)
			}
			if ctx.Err() != nil {
				t.Errorf("the console of the next page says\n%s", b.Console(ctx))
			}
		})
	}
}

// TestRecall asks Chromium for the last lines of a page that wrote too many before.
func TestRecall(t *testing.T) {
	url := serve(t, map[string]string{"/": `<script>for (let i = 0; i < 5000; i++) console.log("loading", i)
		setTimeout(() => { console.error("media: no relay"); document.title = "done" }, 2000)</script>`})
	b, ctx := started(t)
	if err := b.Do(ctx, Step{Open: url, Title: like("done")}); err != nil {
		t.Fatal(err)
	}
	said := b.Console(ctx)
	for !strings.HasSuffix(said, "error: media: no relay") && ctx.Err() == nil { // half a second is short where much runs
		rest(ctx, lookEvery)
		said = b.Console(ctx)
	}
	if !strings.HasPrefix(said, "slamon: the page wrote more than 2000 lines") || !strings.HasSuffix(said, "log: loading 4999\nerror: media: no relay") {
		t.Errorf("the console says\n%s", said)
	}
}
