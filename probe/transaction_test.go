package probe

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// rooms is a small application: log in, join a room, post, leave.
type rooms struct {
	*httptest.Server
	mu       sync.Mutex
	asked    []string // method and path
	joined   int
	left     int
	conns    atomic.Int64
	trouble  string // the path that fails
	answer   http.HandlerFunc
	tokens   int
	expected string // token that is right
}

const (
	password = "s3cret-pässword/&"
	session  = "session-0123456789"
)

func newRooms(t testing.TB) *rooms {
	a := &rooms{expected: session}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(a.serve))
	a.Config.ErrorLog = quiet
	a.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			a.conns.Add(1)
		}
	}
	a.Start()
	t.Cleanup(a.Close)
	return a
}

func (a *rooms) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.asked = append(a.asked, r.Method+" "+r.URL.Path)
	if a.trouble == r.URL.Path {
		a.mu.Unlock()
		io.Copy(io.Discard, r.Body) // only then does the server notice that the client is gone
		a.answer(w, r)
		return
	}
	defer a.mu.Unlock()
	switch r.URL.Path {
	case "/login":
		if r.FormValue("user") != "monitor" || r.FormValue("password") != password {
			http.Error(w, "who are you? not "+r.FormValue("password"), http.StatusUnauthorized)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: session, Path: "/", HttpOnly: true})
		http.Redirect(w, r, "/home", http.StatusSeeOther)
		return
	case "/token":
		a.token(w, r)
		return
	}
	if c, err := r.Cookie("sid"); (err != nil || c.Value != session) && r.Header.Get("Authorization") != "Bearer "+a.expected {
		http.Error(w, "no session", http.StatusUnauthorized)
		return
	}
	switch r.URL.Path {
	case "/home":
		io.WriteString(w, `<a href="/room?csrf=c-42">Welcome</a>`)
	case "/room":
		a.joined++
		fmt.Fprintf(w, `{"room":{"id":"r 1/x","open":true,"members":3,"csrf":%q}}`, r.FormValue("csrf"))
	case "/room/r 1/x/posts":
		b, _ := io.ReadAll(r.Body)
		var in struct{ Text string }
		if json.Unmarshal(b, &in) != nil {
			http.Error(w, "not JSON: "+string(b), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusCreated)
		json.NewEncoder(w).Encode(map[string]string{"text": in.Text})
	case "/room/r 1/x":
		a.left++
		w.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(w, r)
	}
}

func (a *rooms) token(w http.ResponseWriter, r *http.Request) {
	user, pass, _ := r.BasicAuth()
	if user != "client" || pass != "hush%2Fhush" || r.FormValue("grant_type") != "client_credentials" {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":"invalid_client","error_description":"not hush/hush?"}`)
		return
	}
	a.tokens++
	a.expected = fmt.Sprintf("token-%d-of-the-vendor", a.tokens)
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, a.expected)
}

// errand is what a user does: login, join, post; and leaves in any case.
func (a *rooms) errand() check.Transaction {
	base := check.Text(a.URL)
	three := 3.0
	return check.Transaction{
		Variables: []check.Variable{{Name: "password", Value: secret.New(password)}, {Name: "user", Value: secret.New("monitor"), Plain: true}},
		Steps: []check.TransactionStep{
			{
				Name: "login", URL: base + "/login", MaxRedirects: 3,
				Form:      []check.TextPair{{Name: "user", Value: "${user}"}, {Name: "password", Value: "${password}"}},
				BodyMatch: []check.Match{{Pattern: regexp.MustCompile("Welcome")}},
				Capture: []check.Capture{
					{Name: "sid", Cookie: "sid", Secret: true},
					{Name: "csrf", Body: regexp.MustCompile(`csrf=([^"]+)`)},
				},
			},
			{
				Name: "join", URL: base + "/room?csrf=${csrf}", Method: "POST",
				JSONMatch: []check.JSONMatch{
					{Path: "room.open", Equal: "true"}, {Path: "room.csrf", Equal: "${csrf}"}, {Path: "room.members", Min: &three},
				},
				Capture: []check.Capture{{Name: "room", JSON: "room.id"}},
			},
			{
				Name: "post", URL: base + "/room/${room}/posts", JSON: `{"text":"hello \"${run}\" ${csrf}"}`,
				Status:    []check.StatusRange{{From: 201, To: 201}},
				JSONMatch: []check.JSONMatch{{Path: "text", Equal: `hello "${run}" ${csrf}`}},
			},
		},
		Cleanup: []check.TransactionStep{
			{Name: "leave", URL: base + "/room/${room}", Method: "DELETE"},
		},
	}
}

func TestTransaction(t *testing.T) {
	a := newRooms(t)
	o := outcomeOf(t, Transaction(a.errand()), patience)
	want(t, o, check.Up, check.ReasonNone)
	asked := []string{"POST /login", "GET /home", "POST /room", "POST /room/r 1/x/posts", "DELETE /room/r 1/x"}
	if diff := cmp.Diff(asked, a.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if n := a.conns.Load(); n != 1 {
		t.Errorf("%d connections for one run, want 1", n)
	}
	var steps []string
	for _, f := range o.Facts {
		if f.Kind == check.StepSeconds && f.Value > 0 {
			steps = append(steps, f.Label)
		}
	}
	if diff := cmp.Diff([]string{"login", "join", "post"}, steps); diff != "" {
		t.Errorf("times of steps (-want +got):\n%s", diff)
	}
	if got := fact(t, o, check.HTTPStatus); got != 201 {
		t.Errorf("status = %v, want that of the last step, 201", got)
	}
}

// TestTransactionFailures breaks one thing at a time. In every case the room is left
// if it was joined, and nothing secret is shown.
func TestTransactionFailures(t *testing.T) {
	status := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(code)
			io.WriteString(w, text)
		}
	}
	for name, c := range map[string]struct {
		path     string
		answer   http.HandlerFunc
		edit     func(*check.Transaction)
		state    check.State
		reason   check.Reason
		sentence string
		left     bool
	}{
		"login fails": {
			edit:  func(p *check.Transaction) { p.Variables[0].Value = secret.New("expired-password") },
			state: check.Down, reason: check.ReasonAuth, sentence: "step login (1 of 3): answered with status 401 Unauthorized",
		},
		"login works, join fails": {
			path: "/room", answer: status(503, "no room for "+session),
			state: check.Down, reason: check.ReasonStatus, sentence: "step join (2 of 3): answered with status 503 Service Unavailable",
		},
		"wrong answer with status 200": {
			path: "/room", answer: status(200, `{"room":{"open":false}}`),
			state: check.Down, reason: check.ReasonContent, sentence: "step join (2 of 3): the JSON value room.open is false, and not true",
		},
		"not JSON": {
			path: "/room", answer: status(200, "<h1>Welcome to nginx!</h1>"),
			state: check.Down, reason: check.ReasonContent, sentence: "step join (2 of 3): the body is not JSON, or nested too deeply",
		},
		"JSON of depth 100,000": {
			path: "/room", answer: status(200, strings.Repeat(`{"a":[`, 50_000)+strings.Repeat("]}", 50_000)),
			state: check.Down, reason: check.ReasonContent, sentence: "step join (2 of 3): the body is not JSON, or nested too deeply",
		},
		"captured value is missing": {
			path: "/room", answer: status(200, `{"room":{"open":true,"csrf":"c-42","members":3}}`),
			state: check.Down, reason: check.ReasonContent, sentence: "step join (2 of 3): nothing to capture as ${room}: the JSON value room.id",
		},
		"captured value is enormous": {
			path: "/room", answer: status(200, `{"room":{"open":true,"csrf":"c-42","members":3,"id":"`+strings.Repeat("x", 100_000)+`"}}`),
			state: check.Down, reason: check.ReasonContent, sentence: "step join (2 of 3): what is to be captured as ${room} has 100000 bytes",
		},
		"too few members": {
			path: "/room", answer: status(200, `{"room":{"open":true,"csrf":"c-42","members":2}}`),
			state: check.Down, reason: check.ReasonContent, sentence: "step join (2 of 3): the JSON value room.members is 2, and should be a number of at least 3",
		},
		"post fails": {
			path: "/room/r 1/x/posts", answer: status(500, "stack trace with "+session),
			state: check.Down, reason: check.ReasonStatus, sentence: "step post (3 of 3): answered with status 500 Internal Server Error", left: true,
		},
		"post fails, and is optional": {
			path: "/room/r 1/x/posts", answer: status(500, ""), edit: func(p *check.Transaction) { p.Steps[2].Optional = true },
			state: check.Degraded, reason: check.ReasonStatus, sentence: "step post (3 of 3): answered with status 500 Internal Server Error", left: true,
		},
		"slow but right": {
			edit:  func(p *check.Transaction) { p.Steps[1].DegradedAfter = 1 },
			state: check.Degraded, reason: check.ReasonSlow, sentence: "step join (2 of 3): answered after", left: true,
		},
		"clean-up fails": {
			path: "/room/r 1/x", answer: status(500, ""),
			state: check.Degraded, reason: check.ReasonStatus, sentence: "the clean-up failed: step leave of the clean-up: answered with status 500 Internal Server Error",
		},
		"redirects in a circle": {
			path: "/home", answer: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/home", http.StatusFound) },
			state: check.Down, reason: check.ReasonStatus, sentence: "step login (1 of 3): still redirected after 3 redirects",
		},
		"connection breaks off": {
			path: "/room", answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			state: check.Down, reason: check.ReasonReset, sentence: "step join (2 of 3): connected, but got no answer: the connection was closed too early",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newRooms(t)
			a.trouble, a.answer = c.path, c.answer
			p := a.errand()
			if c.edit != nil {
				c.edit(&p)
			}
			var told strings.Builder
			probe := Transaction(p)
			o := outcomeOf(t, func(ctx context.Context) check.Outcome {
				return probe(Watch(ctx, func(e StepEvent) { fmt.Fprintf(&told, "%+v\n", e) }))
			}, patience)
			want(t, o, c.state, c.reason)
			if o.Detail == nil || !strings.HasPrefix(o.Detail.Sentence, c.sentence) {
				t.Errorf("outcome = %s\nwant the sentence %q", describe(o), c.sentence)
			}
			if got := a.left > 0; got != c.left {
				t.Errorf("left = %v, want %v; steps: %s", got, c.left, o.Detail.Steps)
			}
			for _, hidden := range []string{password, "expired-password", session, "p%C3%A4ssword"} {
				if all := describe(o) + told.String(); strings.Contains(all, hidden) {
					t.Errorf("%q is shown: %s", hidden, all)
				}
			}
		})
	}
}

func TestTransactionStepTimes(t *testing.T) {
	a := newRooms(t)
	release := make(chan struct{})
	a.trouble, a.answer = "/room", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}
	defer close(release)
	p := a.errand()
	p.Steps[1].Timeout = 8 * brief // enough to connect in
	o := outcomeOf(t, Transaction(p), patience)
	want(t, o, check.Down, check.ReasonTimeout)
	if s := o.Detail.Sentence; !strings.HasPrefix(s, "step join (2 of 3): connected, but got no answer within") {
		t.Errorf("sentence = %q", s)
	}
	if !regexp.MustCompile(`^login up .*\njoin down .*\nleave not made: \$\{room\} was not captured$`).MatchString(o.Detail.Steps) {
		t.Errorf("steps = %q", o.Detail.Steps)
	}
}

// TestTransactionCleansUpInTime: a step that takes all the time there is leaves the
// clean-up its own, and the whole still ends with the deadline.
func TestTransactionCleansUpInTime(t *testing.T) {
	t.Parallel()
	a := newRooms(t)
	p := a.errand()
	hanging := target(t, hangs)
	p.Steps = append(p.Steps, check.TransactionStep{Name: "hang", URL: check.Text("http://" + hanging + "/")})
	p.CleanupTime = 6 * time.Second
	o := outcomeOf(t, Transaction(p), 9*time.Second)
	want(t, o, check.Down, check.ReasonTimeout)
	if a.left != 1 {
		t.Errorf("left %d times, want once", a.left)
	}
	if o.Took > 8*time.Second {
		t.Errorf("the steps took %s, want the clean-up's time left", o.Took)
	}
}

func TestTransactionStopped(t *testing.T) {
	a := newRooms(t)
	ctx, cancel := context.WithCancel(t.Context())
	a.trouble, a.answer = "/room/r 1/x/posts", func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}
	o := Transaction(a.errand())(ctx)
	want(t, o, check.Unknown, check.ReasonStopped)
	if a.left != 1 {
		t.Errorf("left %d times, want once", a.left)
	}
}

func TestTransactionOAuth(t *testing.T) {
	a := newRooms(t)
	p := a.errand()
	p.Steps = p.Steps[1:2]
	p.Steps[0].URL, p.Steps[0].Capture = check.Text(a.URL)+"/room?csrf=1", nil
	p.Steps[0].JSONMatch = p.Steps[0].JSONMatch[:1]
	p.Cleanup = nil
	p.OAuth = &check.OAuth{URL: a.URL + "/token", ClientID: "client", Secret: secret.New("hush/hush")}
	probe := Transaction(p)
	for range 3 {
		want(t, outcomeOf(t, probe, patience), check.Up, check.ReasonNone)
	}
	if a.tokens != 1 {
		t.Errorf("%d tokens for three runs, want 1", a.tokens)
	}
	a.expected = "another" // the server forgets: the kept token has expired
	want(t, outcomeOf(t, probe, patience), check.Up, check.ReasonNone)
	if a.tokens != 2 {
		t.Errorf("%d tokens after the first was withdrawn, want 2", a.tokens)
	}
	p.OAuth = &check.OAuth{URL: a.URL + "/token", ClientID: "client", Secret: secret.New("wrong-wrong")}
	o := outcomeOf(t, Transaction(p), patience)
	want(t, o, check.Down, check.ReasonAuth)
	if s := o.Detail.Sentence; s != "token: the token was refused: invalid_client not hush/hush?" {
		t.Errorf("sentence = %q", s)
	}
	p.OAuth = &check.OAuth{URL: "http://" + closedPort(t) + "/token", ClientID: "client", Secret: secret.New("hush/hush")}
	want(t, outcomeOf(t, Transaction(p), patience), check.Down, check.ReasonRefused)
}

// TestTransactionKeepsCredentials: an address that the vendor's answer names gets
// neither token nor password.
func TestTransactionKeepsCredentials(t *testing.T) {
	a := newRooms(t)
	var got string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization") + r.Header.Get("X-Key")
	}))
	defer other.Close()
	a.trouble, a.answer = "/go", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", other.URL+"/x") }
	o := outcomeOf(t, Transaction(check.Transaction{Steps: []check.TransactionStep{
		{Name: "one", URL: check.Text(a.URL + "/go"), Capture: []check.Capture{{Name: "to", Header: "Location"}}},
		{Name: "two", URL: "${to}", Bearer: "hidden-token", Headers: []check.TextHeader{{Name: "X-Key", Value: "key"}}},
	}}), patience)
	want(t, o, check.Up, check.ReasonNone)
	if got != "" {
		t.Errorf("another origin got the credentials %q", got)
	}
}

// TestTransactionConnections: a server that closes after each answer, by header or
// without a word, costs new connections and no failure.
func TestTransactionConnections(t *testing.T) {
	for name, closes := range map[string]string{
		"said":    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
		"silent":  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
		"garbage": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Injected\r\n\r\n",
		"old":     "HTTP/1.0 200 OK\r\n\r\nok",
	} {
		t.Run(name, func(t *testing.T) {
			u := check.Text("http://" + target(t, says(closes)))
			var steps []check.TransactionStep
			for i := range 3 {
				steps = append(steps, check.TransactionStep{
					Name: fmt.Sprint("step", i), URL: u + "/", BodyMatch: []check.Match{{Pattern: regexp.MustCompile("^ok$")}},
				})
			}
			want(t, outcomeOf(t, Transaction(check.Transaction{Steps: steps}), patience), check.Up, check.ReasonNone)
		})
	}
}

func TestTransactionTLS(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		a := newAuthority(t)
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }))
		var conns atomic.Int64
		s.Config.ConnState = func(_ net.Conn, st http.ConnState) {
			if st == http.StateNew {
				conns.Add(1)
			}
		}
		s.EnableHTTP2 = http2
		cert := a.issue(t, nil)
		s.TLS = serverTLS(cert)
		s.StartTLS()
		defer s.Close()
		p := check.Transaction{HTTP2: http2, TLS: check.TLSOptions{Roots: a.pool}}
		for i := range 3 {
			p.Steps = append(p.Steps, check.TransactionStep{Name: fmt.Sprint("s", i), URL: check.Text(s.URL + "/")})
		}
		o := outcomeOf(t, Transaction(p), patience)
		want(t, o, check.Up, check.ReasonNone)
		if n := conns.Load(); n != 1 {
			t.Errorf("http2 %v: %d connections, want 1", http2, n)
		}
		if got := fact(t, o, check.CertificateExpiry); got != float64(cert.Leaf.NotAfter.Unix()) {
			t.Errorf("certificate ends at %v, want %v", got, cert.Leaf.NotAfter)
		}
	}
}

func TestTransactionExplains(t *testing.T) {
	a := newRooms(t)
	probe := Transaction(a.errand())
	o := outcomeOf(t, func(ctx context.Context) check.Outcome { return probe(Explain(ctx)) }, patience)
	if !regexp.MustCompile(`(?s)^login up .*join up .*post up .*leave up `).MatchString(o.Detail.Steps) {
		t.Errorf("steps = %q", o.Detail.Steps)
	}
}

func TestMasksCutSecret(t *testing.T) {
	var m masks
	m.add("hunter2-hunter2")
	if got := m.hide("the body ends in hunter2-hu"); strings.Contains(got, "hunter") {
		t.Errorf("hide = %q", got)
	}
	if got := m.hide("nothing at all"); got != "nothing at all" {
		t.Errorf("hide = %q", got)
	}
}

func serverTLS(cert tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{cert}}
}

// TestTransactionPaths: a name with @ is found, and a modifier is refused.
func TestTransactionPaths(t *testing.T) {
	u := check.Text("http://" + target(t, says("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"@id\":\"room\"}")))
	step := check.TransactionStep{Name: "one", URL: u, JSONMatch: []check.JSONMatch{{Path: `\@id`, Equal: "room"}}}
	want(t, outcomeOf(t, Transaction(check.Transaction{Steps: []check.TransactionStep{step}}), patience), check.Up, check.ReasonNone)
	step.JSONMatch[0].Path = "@dig:id"
	if _, err := newTransaction(check.Transaction{Steps: []check.TransactionStep{step}}); err == nil {
		t.Error("a path with a modifier is taken")
	}
}
