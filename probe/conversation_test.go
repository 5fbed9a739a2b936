package probe

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// socket serves a WebSocket, by talk once it is open.
func socket(t *testing.T, talk func(context.Context, *websocket.Conn)) string {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup // the server does not wait for connections that were taken over
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer good" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		all.Add(1)
		defer all.Done()
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat"}})
		if err != nil {
			return
		}
		defer c.CloseNow()
		talk(ctx, c)
	}))
	t.Cleanup(func() {
		cancel()
		s.Close()
		all.Wait()
	})
	return s.URL
}

// echoes sends back what comes.
func echoes(ctx context.Context, c *websocket.Conn) {
	for {
		kind, b, err := c.Read(ctx)
		if err != nil {
			return
		}
		if c.Write(ctx, websocket.MessageText, []byte("news that nobody asked for")) != nil || c.Write(ctx, kind, b) != nil {
			return
		}
	}
}

func TestWebSocket(t *testing.T) {
	silent := func(ctx context.Context, _ *websocket.Conn) { <-ctx.Done() }
	for name, c := range map[string]struct {
		talk     func(context.Context, *websocket.Conn)
		edit     func(*check.WebSocket)
		limit    time.Duration
		state    check.State
		reason   check.Reason
		sentence string
	}{
		"echo":             {talk: echoes, state: check.Up},
		"ping":             {talk: echoes, edit: func(p *check.WebSocket) { p.Ping = true }, state: check.Up},
		"not authorized":   {talk: echoes, edit: func(p *check.WebSocket) { p.Headers = nil }, state: check.Down, reason: check.ReasonAuth, sentence: "the handshake was refused: status 401"},
		"no subprotocol":   {talk: echoes, edit: func(p *check.WebSocket) { p.Subprotocols = []string{"video"} }, state: check.Down, reason: check.ReasonProtocol, sentence: "the server chose none"},
		"never answers":    {talk: silent, limit: brief, state: check.Down, reason: check.ReasonTimeout, sentence: "step 1 of the dialogue: no message that matches within"},
		"never pongs":      {talk: silent, limit: brief, edit: func(p *check.WebSocket) { p.Dialogue, p.Ping = nil, true }, state: check.Down, reason: check.ReasonTimeout, sentence: "no pong came back within"},
		"never closes":     {talk: silent, edit: func(p *check.WebSocket) { p.Dialogue = nil }, state: check.Degraded, reason: check.ReasonProtocol, sentence: "the server did not answer our wish to close"},
		"closes with 1008": {talk: func(_ context.Context, c *websocket.Conn) { c.Close(websocket.StatusPolicyViolation, "go away") }, state: check.Down, reason: check.ReasonReset, sentence: "step 1 of the dialogue: no message that matches: the server closed with 1008 go away"},
		"enormous message": {talk: func(ctx context.Context, c *websocket.Conn) {
			c.Write(ctx, websocket.MessageText, make([]byte, 1<<20))
			<-ctx.Done()
		}, state: check.Down, reason: check.ReasonProtocol, sentence: "step 1 of the dialogue"},
		"endless other talk": {talk: func(ctx context.Context, c *websocket.Conn) {
			for c.Write(ctx, websocket.MessageText, []byte("x")) == nil {
			}
		}, state: check.Down, reason: check.ReasonContent, sentence: "step 1 of the dialogue: none of 256 messages matches"},
	} {
		t.Run(name, func(t *testing.T) {
			p := check.WebSocket{
				URL: mustURL(t, socket(t, c.talk)+"/"), Subprotocols: []string{"chat"},
				Headers:  []check.Header{{Name: "Authorization", Value: secret.New("Bearer good")}},
				Dialogue: []check.Step{{Send: []byte("hello"), Expect: regexp.MustCompile("^hello$")}},
			}
			if c.edit != nil {
				c.edit(&p)
			}
			if c.limit == 0 {
				c.limit = patience
			}
			o := waitsFor(t, newProbe(t, p), c.limit, c.reason, c.sentence)
			want(t, o, c.state, c.reason)
			if o.Detail != nil && !strings.HasPrefix(o.Detail.Sentence, c.sentence) {
				t.Errorf("sentence = %q, want %q", o.Detail.Sentence, c.sentence)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		o := outcomeOf(t, newProbe(t, check.WebSocket{URL: mustURL(t, "ws://"+closedPort(t)+"/")}), patience)
		want(t, o, check.Down, check.ReasonRefused)
	})
	t.Run("not a WebSocket", func(t *testing.T) {
		u := mustURL(t, "http://"+target(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")))
		o := outcomeOf(t, newProbe(t, check.WebSocket{URL: u}), patience)
		want(t, o, check.Down, check.ReasonStatus)
	})
}

func TestWebSocketTLS(t *testing.T) {
	a := newAuthority(t)
	var all sync.WaitGroup
	defer all.Wait()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all.Add(1)
		defer all.Done()
		if c, err := websocket.Accept(w, r, nil); err == nil {
			echoes(r.Context(), c)
		}
	}))
	s.TLS = serverTLS(a.issue(t, nil))
	s.Config.ErrorLog = quiet
	s.StartTLS()
	defer s.Close()
	p := check.WebSocket{URL: mustURL(t, s.URL), TLS: check.TLSOptions{Roots: a.pool}, Dialogue: []check.Step{{Send: []byte("x"), Expect: regexp.MustCompile("x")}}}
	want(t, outcomeOf(t, newProbe(t, p), patience), check.Up, check.ReasonNone)
	p.TLS.Roots = newAuthority(t).pool
	want(t, outcomeOf(t, newProbe(t, p), patience), check.Down, check.ReasonTLS)
}

// TestTURNCoturn allocates at the real server of Debian, by UDP and by TCP.
func TestTURNCoturn(t *testing.T) {
	t.Parallel()
	turnserver := program(t, "turnserver")
	address, dir := ownAddress(35), t.TempDir()
	start(t, turnserver, "-n", "--lt-cred-mech", "--user=monitor:hunter2", "--realm=example.test", "--no-tls", "--no-dtls", "--no-cli",
		"--listening-ip="+address, "--relay-ip="+address, "--allow-loopback-peers", "--log-file=stdout", "--pidfile="+dir+"/pid", "--db="+dir+"/db")
	good := check.TURN{Address: address, User: "monitor", Password: secret.New("hunter2")}
	for _, network := range []string{"udp", "tcp"} {
		good.Network = network
		eventually(t, good)
		bad := good
		bad.Password = secret.New("expired")
		o := outcomeOf(t, newProbe(t, bad), patience)
		want(t, o, check.Down, check.ReasonAuth)
		t.Log(o.Detail.Sentence)
	}
	want(t, outcomeOf(t, newProbe(t, check.TURN{Address: address}), patience), check.Down, check.ReasonAuth)
}

func TestTURNSilent(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	o := outcomeOf(t, newProbe(t, check.TURN{Address: conn.LocalAddr().String()}), brief)
	want(t, o, check.Down, check.ReasonTimeout)
}

// line is a server of a stated rate, in bytes per 10 ms.
func lineOf(t *testing.T, bytesPerTick int) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			io.Copy(io.Discard, r.Body)
			return
		}
		part := make([]byte, bytesPerTick)
		for range time.Tick(10 * time.Millisecond) {
			if _, err := w.Write(part); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestThroughput(t *testing.T) {
	t.Parallel()
	fast, slow := mustURL(t, lineOf(t, 1<<20)), mustURL(t, lineOf(t, 100))
	p := check.Throughput{Down: fast, DownBytes: 64 << 10, DownMin: 512_000, Up: fast, UpBytes: 64 << 10, UpMin: 384_000}
	o := outcomeOf(t, newProbe(t, p), patience)
	want(t, o, check.Up, check.ReasonNone)
	if down, up := fact(t, o, check.DownBits), fact(t, o, check.UpBits); down < p.DownMin || up < p.UpMin {
		t.Errorf("rates %.0f and %.0f", down, up)
	}
	p.Down, p.DownBytes = slow, 2000 // 80 kbit/s at most
	o = outcomeOf(t, newProbe(t, p), patience)
	want(t, o, check.Degraded, check.ReasonThreshold)
	p.Reference = fast
	o = outcomeOf(t, newProbe(t, p), patience)
	want(t, o, check.Degraded, check.ReasonThreshold)
	if !strings.Contains(o.Detail.Sentence, "; the reference gives ") {
		t.Errorf("sentence = %q", o.Detail.Sentence)
	}
	p.Reference = slow
	o = outcomeOf(t, newProbe(t, p), patience)
	want(t, o, check.Unknown, check.ReasonOwnNetwork)
	asksAnchors(t, p)
	p.Down = mustURL(t, "http://"+target(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")))
	want(t, outcomeOf(t, newProbe(t, p), patience), check.Degraded, check.ReasonContent)
	p.Down = mustURL(t, "http://"+closedPort(t))
	want(t, outcomeOf(t, newProbe(t, p), patience), check.Down, check.ReasonRefused)
}

// asksAnchors has a slow transfer and no reference, or one that says nothing.
func asksAnchors(t *testing.T, p check.Throughput) {
	t.Helper()
	for _, c := range []struct {
		name      string
		reference string
		slow      bool
		state     check.State
		sentence  string
	}{
		{"the line is slow", "", true, check.Unknown, "our own line is slow: only "},
		{"the line is well", "", false, check.Degraded, "; 2 of 2 anchors answer at their usual pace"},
		{"the reference is dead", "http://" + closedPort(t), true, check.Unknown, "our own line is slow: only "},
	} {
		p.Reference = nil
		if c.reference != "" {
			p.Reference = mustURL(t, c.reference)
		}
		env, err := NewEnv(Options{LineSlow: func(context.Context) (string, bool) {
			if c.slow {
				return "0 of 2 anchors answer at their usual pace", true
			}
			return "2 of 2 anchors answer at their usual pace", false
		}})
		if err != nil {
			t.Fatal(err)
		}
		probe, err := env.New(check.Check{ID: "line", Params: p})
		if err != nil {
			t.Fatal(err)
		}
		o := outcomeOf(t, probe, patience)
		env.Close()
		if o.State != c.state || !strings.Contains(o.Detail.Sentence, c.sentence) || o.Facts == nil {
			t.Errorf("%s: %s, want %s and %q", c.name, describe(o), c.state, c.sentence)
		}
	}
}

// post is a mail server whose mail goes to a mailbox, unless it loses it.
type post struct {
	user  *imapmemserver.User
	mu    sync.Mutex
	loses bool
	got   []string
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return p, nil }
func (p *post) Mail(string, *smtp.MailOptions) error        { return nil }
func (p *post) Rcpt(to string, _ *smtp.RcptOptions) error   { return nil }
func (p *post) Reset()                                      {}
func (p *post) Logout() error                               { return nil }
func (p *post) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, string(b))
	if p.loses {
		return nil
	}
	_, err = p.user.Append("INBOX", bytes.NewReader(b), &imap.AppendOptions{})
	return err
}

func newPost(t *testing.T) (*post, check.Mailbox) {
	t.Helper()
	p := &post{user: imapmemserver.NewUser("monitor", "hunter2")}
	if err := p.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory := imapmemserver.New()
	memory.AddUser(p.user)
	reader := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		InsecureAuth: true, Logger: quiet, Caps: imap.CapSet{imap.CapIMAP4rev1: {}},
	})
	writer := smtp.NewServer(p)
	writer.Domain, writer.ErrorLog = "example.test", quiet
	listen := func(serve func(net.Listener) error, closing func() error) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			serve(l)
		}()
		t.Cleanup(func() { closing(); <-ended })
		return l.Addr().String()
	}
	return p, check.Mailbox{
		SMTP: check.Mail{Address: listen(writer.Serve, writer.Close)},
		IMAP: check.Mail{Address: listen(reader.Serve, reader.Close), User: "monitor", Password: secret.New("hunter2")},
		From: "monitor@example.test", To: "box@example.test",
	}
}

func TestMailbox(t *testing.T) {
	t.Parallel()
	p, params := newPost(t)
	o := outcomeOf(t, newProbe(t, params), patience)
	want(t, o, check.Up, check.ReasonNone)
	status, err := p.user.Status("INBOX", &imap.StatusOptions{NumMessages: true})
	if err != nil || *status.NumMessages != 0 {
		t.Errorf("the mail is still there: %v, %v", status, err)
	}
	if len(p.got) != 1 || !strings.Contains(p.got[0], "Auto-Submitted: auto-generated") {
		t.Errorf("sent: %q", p.got)
	}

	p.loses = true
	o = outcomeOf(t, newProbe(t, params), 2*time.Second)
	want(t, o, check.Down, check.ReasonTimeout)
	if s := o.Detail.Sentence; !strings.HasPrefix(s, "find: the mail was accepted, and did not arrive in INBOX within") {
		t.Errorf("sentence = %q", s)
	}

	params.IMAP.Password = secret.New("expired")
	want(t, outcomeOf(t, newProbe(t, params), patience), check.Down, check.ReasonAuth)
	params.SMTP.Address = closedPort(t)
	o = outcomeOf(t, newProbe(t, params), patience)
	want(t, o, check.Down, check.ReasonRefused)
	if s := o.Detail.Sentence; !strings.HasPrefix(s, "send: cannot connect") {
		t.Errorf("sentence = %q", s)
	}
}
