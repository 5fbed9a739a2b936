package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// browserPatience is a deadline for pages that do as they should: a busy machine
// takes its time to start Chromium.
const browserPatience = 90 * time.Second

// needChromium skips where there is none, and lets it write into a directory of
// this test. Its name is short: there will be sockets in it (unix(7)).
func needChromium(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	dir, err := os.MkdirTemp("", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
}

// pages is a small application with a login, on loopback.
func pages(t *testing.T) string {
	mux := http.NewServeMux()
	page := func(path, title, body string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, "<!doctype html><title>%s</title><body>%s", title, body)
		})
	}
	page("/{$}", "Meetings: sign in", `<h1>Sign in</h1><form method=post action=/login>
		<input id=user name=user value="old"><input id=password name=password><button id=go>Go</button></form>
		<button id=off disabled>Off</button><p id=hidden hidden>secret garden</p>
		<div style="position:absolute;left:300px;top:300px;width:80px;height:40px"><button id=under style="width:80px;height:40px">Under</button></div>
		<div id=veil style="position:absolute;left:300px;top:300px;width:80px;height:40px"></div>`)
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("user") != "monitor" || r.FormValue("password") != password {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "<title>Sorry</title>not %s", r.FormValue("password"))
			return
		}
		http.Redirect(w, r, "/room", http.StatusSeeOther)
	})
	page("/room", "Room", `<p id=state>connecting</p><script>
		console.log("joining"); setTimeout(() => { document.title = "Room r-1"; state.innerHTML = "<b id=in>3 members</b>" }, 150)</script>`)
	page("/broken", "Room", `<p id=state>connecting</p><script>
		console.error("media: no relay"); fetch("/gone"); throw new Error("camera of `+password+` lost")</script>`)
	page("/dialog", "Dialog", `<p id=said>nothing</p><script>
		alert("maintenance tonight"); said.textContent = "confirmed: " + confirm("leave?")</script>`)
	page("/slow-part", "Parts", `<p>here</p><img src=/never>`)
	page("/noisy", "Noisy", `<p>here</p><script>const s = "x".repeat(20<<20); console.log(s); document.title = "done"</script>`)
	page("/hungry", "Hungry", `<script>const all = []; for (;;) { const a = new Uint8Array(64<<20); a.fill(1); all.push(a) }</script>`)
	page("/busy", "Busy", `<p>here</p><script>for (;;) ;</script>`)
	page("/dialogs", "Dialogs", `<p>here</p><script>for (;;) alert("again")</script>`)
	page("/flood", "Flood", `<p>here</p><script>setInterval(() => { for (let i = 0; i < 1000; i++) console.log("line", i) }, 1)</script>`)
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "<title>Endless</title><p>here")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("text without end ", 1000)); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
	})
	page("/away", "Away", `<a id=loop href=/circle>round</a>`)
	mux.HandleFunc("/circle", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/circle", http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=x.bin")
		io.WriteString(w, "bytes")
	})
	mux.HandleFunc("/down", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "<title>Sorry</title>we are down")
	})
	mux.HandleFunc("/kill", func(_ http.ResponseWriter, r *http.Request) {
		killChromium(t)
		<-r.Context().Done()
	})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

// killChromium ends the browser of this test: it has our directory in its arguments.
func killChromium(t *testing.T) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range all {
		line, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(line, []byte(os.Getenv("TMPDIR"))) || bytes.Contains(line, []byte("--type=")) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil || syscall.Kill(pid, syscall.SIGKILL) != nil {
			t.Errorf("%s: cannot be killed", name)
		}
	}
}

// inBrowser is a check of the steps.
func inBrowser(steps ...check.BrowserStep) check.Browser {
	for i := range steps {
		steps[i].Name = fmt.Sprint("s", i+1)
	}
	return check.Browser{
		NoSandbox: true, Steps: steps, // not every machine lets a sandbox be made
		Variables: []check.Variable{{Name: "password", Value: secret.New(password)}, {Name: "user", Value: secret.New("monitor"), Plain: true}},
	}
}

func like(s string) []check.Match { return []check.Match{{Pattern: regexp.MustCompile(s)}} }

func TestBrowser(t *testing.T) {
	needChromium(t)
	url := check.Text(pages(t))
	p := inBrowser(
		check.BrowserStep{Open: url, Title: like("sign in$"), WaitFor: "#go"},
		check.BrowserStep{Type: "${user}", Into: "#user"},
		check.BrowserStep{Type: "${password}", Into: "#password", Enter: true},
		check.BrowserStep{WaitFor: "#in", Text: like(`\d members`), Title: like("^Room r-1$"), URL: like("/room$")},
	)
	o := outcomeOf(t, Browser(p), browserPatience)
	want(t, o, check.Up, check.ReasonNone)
	var steps []string
	for _, f := range o.Facts {
		if f.Kind == check.StepSeconds && f.Value > 0 {
			steps = append(steps, f.Label)
		}
	}
	if got := strings.Join(steps, " "); got != "s1 s2 s3 s4" {
		t.Errorf("times of the steps %q, want s1 s2 s3 s4", got)
	}
	cleanAfter(t)
}

// cleanAfter fails if a profile was left behind.
func cleanAfter(t *testing.T) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "slamon-browser-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestBrowserFailures breaks one thing at a time. What is kept shows no secret.
func TestBrowserFailures(t *testing.T) {
	needChromium(t)
	url := check.Text(pages(t))
	at := func(path check.Text) check.BrowserStep { return check.BrowserStep{Open: url + path} }
	soon := time.Second
	for name, tt := range map[string]struct {
		ask    check.Browser
		state  check.State
		reason check.Reason
		says   string
	}{
		"wrong password": {inBrowser(at("/"), check.BrowserStep{Type: "monitor", Into: "#user"},
			check.BrowserStep{Type: "${password}s", Into: "#password", Enter: true}, check.BrowserStep{WaitFor: "#in", Timeout: soon}),
			check.Down, check.ReasonStatus, "step s4 (4 of 4): #in did not appear: the server answered 403"},
		"status":           {inBrowser(at("/down")), check.Down, check.ReasonStatus, "the page answers with status 503"},
		"status, expected": {inBrowser(check.BrowserStep{Open: url + "/down", Text: like("we are down")}), check.Up, check.ReasonNone, ""},
		"status instead":   {inBrowser(check.BrowserStep{Open: url + "/down", Text: like("welcome"), Timeout: 6 * soon}), check.Down, check.ReasonStatus, "503"},
		"script broken":    {inBrowser(at("/broken"), check.BrowserStep{Text: like("members"), Timeout: soon}), check.Down, check.ReasonContent, "the text of the page does not match"},
		"title":            {inBrowser(at("/"), check.BrowserStep{Title: like("^Welcome"), Timeout: soon}), check.Down, check.ReasonContent, "the title of the page does not match"},
		"address":          {inBrowser(at("/"), check.BrowserStep{URL: like("/home"), Timeout: soon}), check.Down, check.ReasonContent, "the address of the page does not match"},
		"no such element":  {inBrowser(at("/"), check.BrowserStep{Click: "#nope", Timeout: soon}), check.Down, check.ReasonContent, "there is no #nope on the page"},
		"hidden element":   {inBrowser(at("/"), check.BrowserStep{Click: "#hidden", Timeout: soon}), check.Down, check.ReasonContent, "#hidden is not visible"},
		"disabled":         {inBrowser(at("/"), check.BrowserStep{Click: "#off", Timeout: soon}), check.Down, check.ReasonContent, "#off is disabled"},
		"covered":          {inBrowser(at("/"), check.BrowserStep{Click: "#under", Timeout: soon}), check.Down, check.ReasonContent, "#under is covered by div#veil"},
		"no field":         {inBrowser(at("/"), check.BrowserStep{Type: "x", Into: "h1", Timeout: soon}), check.Down, check.ReasonContent, "takes no text"},
		"no selector":      {inBrowser(at("/"), check.BrowserStep{Click: "##", Timeout: soon}), check.Unknown, check.ReasonInternal, "is not a CSS selector"},
		"refused":          {inBrowser(check.BrowserStep{Open: check.Text("http://" + closedPort(t))}), check.Down, check.ReasonRefused, "connection refused"},
		"circle":           {inBrowser(at("/away"), check.BrowserStep{Open: url + "/circle"}), check.Down, check.ReasonStatus, "too many redirects"},
		"a file":           {inBrowser(at("/file")), check.Down, check.ReasonContent, "download"},
		"never answers":    {inBrowser(check.BrowserStep{Open: url + "/never", Timeout: soon}), check.Down, check.ReasonTimeout, "not answered in time"},
		"never loads":      {inBrowser(check.BrowserStep{Open: url + "/slow-part", Timeout: 6 * soon}), check.Down, check.ReasonTimeout, "did not finish loading"},
		"loads enough":     {inBrowser(check.BrowserStep{Open: url + "/slow-part", Text: like("here")}), check.Up, check.ReasonNone, ""},
		"hangs":            {inBrowser(check.BrowserStep{Open: url + "/busy", Title: like("never"), Timeout: 2 * soon}), check.Down, check.ReasonTimeout, "did not react"},
		"dialog":           {inBrowser(check.BrowserStep{Open: url + "/dialog", Text: like("confirmed: false")}), check.Up, check.ReasonNone, ""},
		"endless dialogs":  {inBrowser(check.BrowserStep{Open: url + "/dialogs", Title: like("never"), Timeout: 2 * soon}), check.Down, check.ReasonTimeout, "did not react"},
		"endless console":  {inBrowser(check.BrowserStep{Open: url + "/flood", Text: like("here")}), check.Up, check.ReasonNone, ""},
		"endless text":     {inBrowser(check.BrowserStep{Open: url + "/endless", Text: like("here")}), check.Up, check.ReasonNone, ""},
		"endless line":     {inBrowser(check.BrowserStep{Open: url + "/noisy", Title: like("done")}), check.Up, check.ReasonNone, ""},
		"crash":            {inBrowser(at("/"), check.BrowserStep{Open: "chrome://crash"}), check.Unknown, check.ReasonInternal, "the page crashed"},
		"browser gone":     {inBrowser(at("/"), at("/kill")), check.Unknown, check.ReasonInternal, "ended by itself"},
		"slow":             {inBrowser(check.BrowserStep{Open: url + "/", DegradedAfter: time.Millisecond}), check.Degraded, check.ReasonSlow, "longer than its limit"},
	} {
		t.Run(name, func(t *testing.T) {
			o := outcomeOf(t, Browser(tt.ask), browserPatience)
			want(t, o, tt.state, tt.reason)
			if tt.says != "" {
				mentions(t, o, tt.says)
			}
			if o.Detail != nil {
				t.Log(o.Detail.Sentence, "|", o.Detail.Want, "|", o.Detail.Got)
				hides(t, o)
			}
			if tt.state == check.Down && name != "hangs" && name != "endless dialogs" && name != "never answers" {
				pictureOf(t, o)
			}
			cleanAfter(t)
		})
	}
}

// hides fails if a secret is shown.
func hides(t *testing.T, o check.Outcome) {
	t.Helper()
	if all := fmt.Sprintf("%+v", *o.Detail); strings.Contains(all, password) {
		t.Errorf("the password is shown: %s", strings.ReplaceAll(all, o.Detail.Picture, ""))
	}
}

func pictureOf(t *testing.T, o check.Outcome) {
	t.Helper()
	image, err := png.DecodeConfig(bytes.NewReader([]byte(o.Detail.Picture)))
	if err != nil || image.Width < 100 || len(o.Detail.Picture) > check.PictureLimit {
		t.Errorf("picture of %d bytes: %v, %v", len(o.Detail.Picture), image, err)
	}
	if dir := os.Getenv("SLAMON_TEST_PICTURES"); dir != "" {
		os.WriteFile(filepath.Join(dir, strings.ReplaceAll(filepath.Base(t.Name()), " ", "_")+".png"), []byte(o.Detail.Picture), 0o600)
	}
}

func TestBrowserConsole(t *testing.T) {
	needChromium(t)
	base := pages(t)
	p := inBrowser(check.BrowserStep{Open: check.Text(base + "/broken")}, check.BrowserStep{Text: like("members"), Timeout: time.Second})
	o := outcomeOf(t, Browser(p), browserPatience)
	for _, s := range []string{"error: media: no relay", "exception: Error: camera of [hidden] lost", "404"} {
		if !strings.Contains(o.Detail.Console, s) {
			t.Errorf("console lacks %q:\n%s", s, o.Detail.Console)
		}
	}
	if len(o.Detail.Console) > check.ConsoleLimit {
		t.Errorf("console of %d bytes", len(o.Detail.Console))
	}
}

// TestBrowserMemory runs a page that takes all it gets.
func TestBrowserMemory(t *testing.T) {
	needChromium(t)
	p := inBrowser(check.BrowserStep{Open: check.Text(pages(t) + "/hungry")})
	p.MaxMemory = 512 << 20
	o := outcomeOf(t, Browser(p), browserPatience)
	want(t, o, check.Unknown, check.ReasonResources)
	mentions(t, o, "more memory than the 512 MiB")
}

// TestBrowserAbsent never blames the target for what is wrong here.
func TestBrowserAbsent(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	step := check.BrowserStep{Name: "open", Open: "http://127.0.0.1:1/"}
	dir := t.TempDir()
	broken := filepath.Join(dir, "chromium")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\necho 'FATAL: no usable sandbox' >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	silent := filepath.Join(dir, "silent")
	if err := os.WriteFile(silent, []byte("#!/bin/sh\nexec sleep 60\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		program string
		says    string
		limit   time.Duration
	}{
		"no file":      {filepath.Join(dir, "none"), "Chromium is not installed at", patience},
		"breaks":       {broken, "Chromium does not start (exit status 1): FATAL: no usable sandbox", patience},
		"says nothing": {silent, "Chromium was not ready in time", time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			o := outcomeOf(t, Browser(check.Browser{Program: tt.program, NoSandbox: true, Steps: []check.BrowserStep{step}}), tt.limit)
			want(t, o, check.Unknown, check.ReasonInternal)
			mentions(t, o, tt.says)
			cleanAfter(t)
		})
	}
	t.Run("not in the path", func(t *testing.T) {
		t.Setenv("PATH", dir+"/empty")
		o := outcomeOf(t, Browser(check.Browser{NoSandbox: true, Steps: []check.BrowserStep{step}}), patience)
		want(t, o, check.Unknown, check.ReasonInternal)
		mentions(t, o, "none of chromium")
	})
	if os.Geteuid() == 0 {
		o := outcomeOf(t, Browser(check.Browser{Steps: []check.BrowserStep{step}}), patience)
		want(t, o, check.Unknown, check.ReasonInternal)
		mentions(t, o, "no_sandbox = true")
	}
}

func TestBrowserStopped(t *testing.T) {
	needChromium(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	defer cancel()
	go func() {
		if conn, err := l.Accept(); err == nil {
			defer conn.Close()
			cancel() // in the middle of a step
			io.Copy(io.Discard, conn)
		}
	}()
	o := Browser(inBrowser(check.BrowserStep{Open: check.Text("http://" + l.Addr().String())}))(ctx)
	want(t, o, check.Unknown, check.ReasonStopped)
}

func TestBrowserParameters(t *testing.T) {
	for name, step := range map[string]check.BrowserStep{
		"two things":   {Open: "http://a/", Click: "#b"},
		"nowhere":      {Type: "x"},
		"nothing":      {},
		"bad variable": {Open: "http://a/${"},
	} {
		if _, err := newBrowser(check.Browser{Steps: []check.BrowserStep{step}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := newBrowser(check.Browser{}); err == nil {
		t.Error("no steps: no error")
	}
}

// TestBrowserProxy goes through a proxy, which finds the host.
func TestBrowserProxy(t *testing.T) {
	needChromium(t)
	var asked atomic.Value
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "meeting.test" && r.URL.Path == "/page" {
			asked.Store(r.URL.String())
		}
		io.WriteString(w, "<title>By proxy</title>here")
	}))
	defer proxy.Close()
	p := inBrowser(check.BrowserStep{Open: "http://meeting.test/page", Title: like("By proxy")})
	p.Proxy = proxy.URL
	want(t, outcomeOf(t, Browser(p), browserPatience), check.Up, check.ReasonNone)
	if asked.Load() != "http://meeting.test/page" {
		t.Errorf("the proxy was asked for %v", asked.Load())
	}
}

// TestBrowserAsUser runs as another user, in Chromium's own sandbox.
func TestBrowserAsUser(t *testing.T) {
	needChromium(t)
	if os.Geteuid() != 0 {
		t.Skip("only root can run as somebody else")
	}
	if err := os.Chmod(os.Getenv("TMPDIR"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := inBrowser(check.BrowserStep{Open: check.Text(pages(t)), Title: like("sign in")})
	p.NoSandbox, p.User = false, "nobody"
	o := outcomeOf(t, Browser(p), browserPatience)
	if o.State == check.Unknown && strings.Contains(o.Detail.Sentence, "sandbox") {
		t.Skipf("no sandbox can be made here: %s", o.Detail.Sentence)
	}
	want(t, o, check.Up, check.ReasonNone)
	cleanAfter(t)
}

// TestBrowserAuthority trusts an authority of its own, for the name that it stands for.
func TestBrowserAuthority(t *testing.T) {
	needChromium(t)
	program(t, "certutil")
	ca, other := newAuthority(t), newAuthority(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "<title>Private</title>here")
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{ca.issue(t, nil)}}
	s.StartTLS()
	defer s.Close()
	for name, tt := range map[string]struct {
		url    string
		trusts *authority
		state  check.State
	}{
		"trusted":   {s.URL, ca, check.Up},
		"not named": {strings.Replace(s.URL, "127.0.0.1", "elsewhere.localhost", 1), ca, check.Down},
		"another":   {s.URL, other, check.Down},
	} {
		t.Run(name, func(t *testing.T) {
			p := inBrowser(check.BrowserStep{Open: check.Text(tt.url), Title: like("Private")})
			if os.Geteuid() == 0 && name == "trusted" { // whose files they must be
				if err := os.Chmod(os.Getenv("TMPDIR"), 0o755); err != nil {
					t.Fatal(err)
				}
				p.User = "nobody"
			}
			p.Authorities = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tt.trusts.cert.Raw})
			o := outcomeOf(t, Browser(p), browserPatience)
			if tt.state == check.Up {
				want(t, o, check.Up, check.ReasonNone)
			} else {
				want(t, o, check.Down, check.ReasonTLS)
			}
			cleanAfter(t)
		})
	}
}
