package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

// browser is a headless Chromium that notes what it complains about and whom
// it asks.
type browser struct {
	ctx context.Context
	mu  sync.Mutex
	bad []string
	at  map[string]bool // hosts
}

// browserPatience bounds a whole test. A page takes a fraction of a second; a
// busy machine takes its time to start Chromium.
const browserPatience = 4 * time.Minute

func startBrowser(t testing.TB) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(context.Background(), browserPatience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{ctx: ctx, at: map[string]bool{}}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	enable(t, ctx, network.Enable)
	enable(t, ctx, cdplog.Enable)
	enable(t, ctx, runtime.Enable)
	return b
}

func enable[P, R any](t testing.TB, ctx context.Context, command cdp.Command[P, R]) {
	t.Helper()
	var none P
	if _, err := chromedp.Call(ctx, command, none); err != nil {
		t.Fatal(err)
	}
}

func (b *browser) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil {
			b.at[u.Host] = true
		}
	case *cdplog.EventEntryAdded:
		b.bad = append(b.bad, fmt.Sprintf("%s: %s (%s)", e.Entry.Level, e.Entry.Text, e.Entry.URL))
	case *runtime.EventExceptionThrown:
		b.bad = append(b.bad, e.ExceptionDetails.Text)
	}
}

func (b *browser) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// wait blocks until a JavaScript expression is true.
func (b *browser) wait(t *testing.T, expression string) {
	t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression)); err != nil {
		t.Fatalf("waiting for %s: %v", expression, err)
	}
}

func (b *browser) text(t *testing.T, selector string) string {
	t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
	return text
}

// TestBrowser walks from the overview through an incident to the evidence, sees
// the page follow the board, and listens to what the browser complains about.
func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	var board atomic.Pointer[status.Board]
	board.Store(made().Board)
	o := options()
	o.Board = board.Load
	server := httptest.NewServer(handler(t, o))
	defer server.Close()
	defer server.CloseClientConnections() // the event stream of an open page

	b.do(t, chromedp.Navigate(server.URL+"/"))
	if got := b.text(t, "h1 + section .headline"); !strings.Contains(got, "A service is down") {
		t.Errorf("headline %q", got)
	}
	b.do(t, chromedp.Click(chromedp.CSS("table.incidents tr.open td:first-child a")), chromedp.WaitVisible(chromedp.CSS("figure.bounds svg")))
	if got := b.text(t, "dl.evidence .sentence dd"); got != "connection refused by 203.0.113.7:443" {
		t.Errorf("evidence %q", got)
	}
	b.do(t, chromedp.Click(chromedp.CSS(".crumbs a:nth-of-type(2)")), chromedp.WaitVisible(chromedp.CSS("article.claim")))
	b.do(t, chromedp.Click(chromedp.CSS("article.claim .more a")), chromedp.WaitVisible(chromedp.CSS("ol.steps")))
	if got := b.text(t, "ol.steps li:last-child p"); !strings.Contains(got, "Breached") {
		t.Errorf("the last step is %q", got)
	}
	b.do(t, chromedp.Navigate(server.URL+"/services/meeting?range=claim"), chromedp.WaitVisible(chromedp.CSS("svg.plot")))
	b.do(t, chromedp.Click(chromedp.CSS(".langs a[lang=ja]")), chromedp.WaitVisible(chromedp.CSS("html[lang=ja] svg.strip")))

	b.do(t, chromedp.Navigate(server.URL+"/"))
	board.Store(recovered())
	b.wait(t, `document.querySelector(".headline").textContent.includes("All services are up")`)

	b.quiet(t, strings.TrimPrefix(server.URL, "http://"))

	server.CloseClientConnections()
	server.Close()
	b.wait(t, `getComputedStyle(document.querySelector(".stale")).display === "block"`)
}

// quiet checks that nobody but host was asked, and that nothing was wrong: no
// exception, and no breach of the content security policy.
func (b *browser) quiet(t *testing.T, host string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for asked := range b.at {
		if asked != host {
			t.Errorf("the browser asked %s, want %s only", asked, host)
		}
	}
	for _, complaint := range b.bad {
		t.Errorf("the browser complains: %s", complaint)
	}
}

// recovered is the board a minute later, with nothing down.
func recovered() *status.Board {
	later := *made().Board
	later.At = later.At.Add(time.Minute)
	later.Services = append([]status.Service(nil), later.Services...)
	for i := range later.Services {
		later.Services[i].State, later.Services[i].Incidents = check.Up, nil
	}
	return &later
}

// TestKeyboard reaches the content and the pages with the tabulator alone.
func TestKeyboard(t *testing.T) {
	b := startBrowser(t)
	server := httptest.NewServer(handler(t, options()))
	defer server.Close()
	defer server.CloseClientConnections()
	b.do(t, chromedp.Navigate(server.URL+"/"))
	var got []string
	for range 5 {
		b.do(t, chromedp.KeyEvent("\t"))
		name, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.activeElement.textContent.trim()`))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	if want := "Skip to content, slamon, Overview, Incidents, Maintenance"; strings.Join(got, ", ") != want {
		t.Errorf("the tabulator reaches %q, want %q", strings.Join(got, ", "), want)
	}
}

// TestKeyboardForm takes care of an incident without a mouse: every form is reached, and
// the focus is seen.
func TestKeyboardForm(t *testing.T) {
	b := startBrowser(t)
	o, s := stated()
	server := httptest.NewServer(handler(t, o))
	defer server.Close()
	defer server.CloseClientConnections()
	files := "/incidents/" + incidentID(t, "files", 0)
	b.do(t, chromedp.Navigate(server.URL+files))
	for range 40 {
		b.do(t, chromedp.KeyEvent("\t"))
		if b.evaluate(t, `document.activeElement.name || ""`) == "by" {
			break
		}
	}
	if outline := b.evaluate(t, `getComputedStyle(document.activeElement).outlineStyle`); outline == "none" {
		t.Error("the focus is not seen")
	}
	b.do(t, chromedp.KeyEvent("Sato"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("on it"), chromedp.KeyEvent("\r"), chromedp.WaitVisible(chromedp.CSS("p.done")))
	if act := s.Acknowledged(incidentKeyOf(files)); act == nil || act.By != "Sato" || act.Note != "on it" {
		t.Errorf("acknowledged by %+v", act)
	}
}

// TestWithoutScript looks at a page whose script never came.
func TestWithoutScript(t *testing.T) {
	b := startBrowser(t)
	site := handler(t, options())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".js") {
			http.NotFound(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}))
	defer server.Close()
	b.do(t, chromedp.Navigate(server.URL+"/services/meeting?range=365d"), chromedp.WaitVisible(chromedp.CSS("svg.strip")))
	if got := b.text(t, "article.claim .figure"); got != "99.991 %" {
		t.Errorf("claim %q", got)
	}
}
