package daemon

import (
	"context"
	"html"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"golang.org/x/crypto/bcrypt"

	"github.com/slamon/slamon/cmd/slamon/simulate"
)

// operator and its password are who signs in.
const operator, operatorPassword = "sato", "correct horse"

// liveOutage is a running daemon that anybody may read, where people sign in to act,
// and with a service that is down.
func liveOutage(t *testing.T) *lively {
	t.Helper()
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := target.Addr().String()
	target.Close() // what listened there is gone: refused
	box, err := simulate.NewMailbox("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	dir := t.TempDir()
	hash, err := bcrypt.GenerateFromPassword([]byte(operatorPassword), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "users.yml"), "basic_auth_users:\n  "+operator+": "+string(hash)+"\n")
	text := strings.NewReplacer("ADDRESS", address, "MAIL", box.Address(), "[web]\n", "[web]\nusers_file = \"users.yml\"\n").Replace(toldConfig)
	write(t, filepath.Join(dir, "slamon.toml"), text)
	l := live(t, dir, "http", "")
	until(t, "a mail about the failure", func() bool { return len(box.Letters()) == 1 })
	return l
}

// guest is a browser, and who it asked.
type guest struct {
	ctx   context.Context
	mu    sync.Mutex
	hosts map[string]bool
	asked int // times that a name was asked for
}

// newGuest starts Chromium, which answers the question for a name and a password.
func newGuest(t *testing.T) *guest {
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
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	g := &guest{ctx: ctx, hosts: map[string]bool{}}
	if err := chromedp.Listen(ctx, g.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	yes := true
	if _, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{HandleAuthRequests: &yes}); err != nil {
		t.Fatal(err)
	}
	return g
}

// hear lets requests through and answers as a person does who is asked for a name.
// Commands must not wait for the listener that calls them.
func (g *guest) hear(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" {
			g.mu.Lock()
			g.hosts[u.Host] = true
			g.mu.Unlock()
		}
	case *fetch.EventRequestPaused:
		go func() {
			_, _ = chromedp.Call(g.ctx, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID}) // the page may have gone
		}()
	case *fetch.EventAuthRequired:
		g.mu.Lock()
		g.asked++
		g.mu.Unlock()
		go func() {
			_, _ = chromedp.Call(g.ctx, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: e.RequestID, AuthChallengeResponse: &fetch.AuthChallengeResponse{
				Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: operator, Password: operatorPassword}})
		}()
	}
}

// TestAcknowledgeInBrowser goes as a person does: from the overview to the service and
// the incident, signs in, takes care of it, and everybody sees who does.
func TestAcknowledgeInBrowser(t *testing.T) {
	g := newGuest(t)
	l := liveOutage(t)
	defer l.stop()
	click := func(selector string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(selector)) }
	see := func(selector string) chromedp.Action[chromedp.Void] {
		return chromedp.WaitVisible(chromedp.CSS(selector))
	}
	steps := []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(l.base + "/?lang=en"), see(".headline.h-down"),
		click("article.service h3 a"), see("table.checks"),
		click("table.incidents tr.open td:first-child a"), see("section.act a.button"),
		click("section.act a.button"), see("form.ack"),
		chromedp.SendKeys(chromedp.CSS("form.ack input[name=note]"), "called the vendor"),
		click("form.ack button"), see("p.done"),
	}
	for n, step := range steps {
		if err := chromedp.Do(g.ctx, step); err != nil {
			page, _ := chromedp.Run(g.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`))
			t.Fatalf("step %d: %v\n%s", n+1, err, page)
		}
	}
	said, err := chromedp.Run(g.ctx, chromedp.Text(chromedp.CSS("#said")))
	if err != nil || !strings.Contains(said, operator+" takes care of it") || !strings.Contains(said, "called the vendor") {
		t.Errorf("the page says %q, %v", said, err)
	}
	if act := l.incident().Acknowledged; act == nil || act.By != operator || act.Note != "called the vendor" {
		t.Errorf("the API says %+v", act)
	}
	if _, page := l.ask(http.MethodGet, "/notices?lang=en", nil); !strings.Contains(page, operator+" takes care of it") {
		t.Error("the page of notices does not show who takes care")
	}
	if _, page := l.ask(http.MethodGet, "/notices?lang=ja", nil); !strings.Contains(page, "確認済み") {
		t.Error("why the notice was due is not said in Japanese")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.hosts) != 1 || !g.hosts[strings.TrimPrefix(l.base, "http://")] || g.asked != 1 {
		t.Errorf("asked %v, and %d times for a name; want slamon alone, and once", g.hosts, g.asked)
	}
}

var (
	serviceLink  = regexp.MustCompile(`<h3><a href="(/services/[^"]+)"`)
	incidentLink = regexp.MustCompile(`<tr class="open"><td><a href="(/incidents/[^"]+)"`)
	signInLink   = regexp.MustCompile(`href="(/sign-in\?[^"]+)"`)
	ackForm      = regexp.MustCompile(`action="(/incidents/[^"]+/acknowledge[^"]*)"`)
)

// TestAcknowledgeWithoutScript goes the same way with nothing but links and forms.
func TestAcknowledgeWithoutScript(t *testing.T) {
	l := liveOutage(t)
	defer l.stop()
	signedIn := false
	at := "/?lang=en"
	for _, link := range []*regexp.Regexp{serviceLink, incidentLink, signInLink, ackForm} {
		code, page := l.ask(http.MethodGet, at, func(r *http.Request) {
			if signedIn {
				r.SetBasicAuth(operator, operatorPassword)
			}
		})
		if signedIn = signedIn || link == signInLink; code != http.StatusOK {
			t.Fatalf("%s: %d", at, code)
		}
		m := link.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s: nothing like %s\n%s", at, link, page)
		}
		at = html.UnescapeString(m[1])
	}
	for name, c := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"nobody":         {func(*http.Request) {}, http.StatusUnauthorized},
		"a wrong secret": {func(r *http.Request) { r.SetBasicAuth(operator, "guess") }, http.StatusUnauthorized},
		"another site": {func(r *http.Request) {
			r.SetBasicAuth(operator, operatorPassword)
			r.Header.Set("Origin", "https://evil.example")
		}, http.StatusForbidden},
	} {
		if code, _ := l.ask(http.MethodPost, at, c.change); code != c.want {
			t.Errorf("%s: %d, want %d", name, code, c.want)
		}
	}
	code, page := l.ask(http.MethodPost, at, func(r *http.Request) { r.SetBasicAuth(operator, operatorPassword) })
	if code != http.StatusOK || !strings.Contains(page, operator+"</strong> <span class=\"what\">takes care of it") {
		t.Errorf("%d\n%s", code, page)
	}
}
