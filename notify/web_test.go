package notify

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/secret"
)

// call is a request as a service received it.
type call struct {
	method, path string
	header       http.Header
	body         string
}

// service answers every request alike and keeps what it was asked.
type service struct {
	*httptest.Server
	mu    sync.Mutex
	calls []call
}

func newService(t *testing.T, answer http.HandlerFunc) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.calls = append(s.calls, call{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body)})
		s.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) only(t *testing.T) call {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) != 1 {
		t.Fatalf("%d calls, want 1", len(s.calls))
	}
	return s.calls[0]
}

const token = "tok/en+hunter2"

func TestChatForms(t *testing.T) {
	tests := map[string]struct {
		way   func(base string) alert.Chat
		kind  alert.Kind
		path  string
		has   []string // in the body
		token string   // header that holds the token
	}{
		"slack":            {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b + "/services/T0/B0/x")} }, path: "/services/T0/B0/x", has: []string{"Connection refused by \\u0026lt;b\\u0026gt;"}},
		"teams":            {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b + "/workflows/x?sig=y")} }, path: "/workflows/x?sig=y", has: []string{`"AdaptiveCard"`, `"attention"`, `"Action.OpenUrl"`}},
		"pagerduty":        {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b)} }, path: "/v2/enqueue", has: []string{`"event_action":"trigger"`, `"dedup_key":"slamon-` + Short("incident/room-1@1790823600/opened"), `"severity":"critical"`}},
		"pagerduty over":   {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b)} }, kind: alert.Recovered, path: "/v2/enqueue", has: []string{`"event_action":"resolve"`, `"dedup_key":"slamon-` + Short("incident/room-1@1790823600/opened")}},
		"opsgenie":         {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b)} }, path: "/v2/alerts", has: []string{`"alias"`, `"P1"`}, token: "Authorization"},
		"opsgenie over":    {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b)} }, kind: alert.Recovered, path: "/v2/alerts/slamon-" + Short("incident/room-1@1790823600/opened") + "/close?identifierType=alias", token: "Authorization"},
		"telegram":         {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b), Target: "-100"} }, path: "/bot" + url.PathEscape(token) + "/sendMessage", has: []string{`"chat_id":"-100"`}},
		"chatwork":         {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b), Target: "42"} }, path: "/v2/rooms/42/messages", has: []string{"self_unread=1"}, token: "X-Chatworktoken"},
		"line":             {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b), Target: "U1"} }, path: "/v2/bot/message/push", has: []string{`"to":"U1"`}, token: "Authorization"},
		"line_works":       {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b + "/v1.0/bots/1/channels/2/messages")} }, path: "/v1.0/bots/1/channels/2/messages", has: []string{`"type":"text"`}, token: "Authorization"},
		"line_works, hook": {way: func(b string) alert.Chat { return alert.Chat{URL: secret.New(b + "/message/x")} }, path: "/message/x", has: []string{`"title"`, `"button"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newService(t, nil)
			w := test.way(s.URL)
			w.Service, _, _ = strings.Cut(strings.Fields(name)[0], ",")
			if name != "line_works, hook" {
				w.Token = secret.New(token)
			}
			sender, err := New(alert.Line{ID: "x", Way: w})
			if err != nil {
				t.Fatal(err)
			}
			kind := test.kind
			if kind == "" {
				kind = alert.Opened
			}
			if _, err := sender.Send(within(t, 20*time.Second), outage(kind, "en")); err != nil {
				t.Fatal(err)
			}
			got := s.only(t)
			if got.path != test.path || got.method != http.MethodPost {
				t.Errorf("%s %s, want POST %s", got.method, got.path, test.path)
			}
			for _, want := range test.has {
				if !strings.Contains(got.body, want) {
					t.Errorf("the body lacks %s:\n%s", want, got.body)
				}
			}
			if test.token != "" && !strings.Contains(got.header.Get(test.token), token) {
				t.Errorf("%s = %q, want the token", test.token, got.header.Get(test.token))
			}
			if strings.Contains(got.header.Get("Content-Type"), "json") && !json.Valid([]byte(got.body)) {
				t.Errorf("the body is not JSON:\n%s", got.body)
			}
		})
	}
}

// TestLineRetry sends the same message twice: the key is the same, and the answer to
// a repetition counts as taken.
func TestLineRetry(t *testing.T) {
	s := newService(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })
	sender, err := newChat(alert.Chat{Service: "line", URL: secret.New(s.URL), Token: secret.New(token), Target: "U1"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := sender.Send(within(t, 20*time.Second), outage(alert.Opened, "ja")); err != nil {
			t.Errorf("Send() = %v", err)
		}
	}
	a, b := s.calls[0].header.Get("X-Line-Retry-Key"), s.calls[1].header.Get("X-Line-Retry-Key")
	if a != b || len(a) != 36 || strings.Count(a, "-") != 4 {
		t.Errorf("retry keys %q and %q, want the same UUID", a, b)
	}
}

func TestWebhookTrouble(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			io.WriteString(w, "said "+token)
		}
	}
	tests := map[string]struct {
		answer    http.HandlerFunc
		taken     bool
		permanent bool
		after     time.Duration
	}{
		"taken": {answer: status(204), taken: true},
		"500":   {answer: status(500)},
		"429":   {answer: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "37"); w.WriteHeader(429) }, after: 37 * time.Second},
		"503 a day": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "86400")
			w.WriteHeader(503)
		}, after: longestAfter},
		"400": {answer: status(400), permanent: true},
		"404": {answer: status(404), permanent: true},
		"redirect": {answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		}, permanent: true},
		"a gigabyte": {answer: func(w http.ResponseWriter, _ *http.Request) {
			block := make([]byte, 1<<20)
			for range 1024 {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}, taken: true},
		"cuts off": {answer: func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newService(t, test.answer)
			sender, err := newWebhook(alert.Webhook{URL: secret.New(s.URL + "/hook/" + token), Headers: []alert.Header{{Name: "X-Api-Key", Value: secret.New(token)}}})
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			ctx := WithDialogue(within(t, 20*time.Second), func(l string) { said = append(said, l) })
			answer, err := sender.Send(ctx, outage(alert.Opened, "en"))
			if (err == nil) != test.taken {
				t.Fatalf("Send() = %q, %v; want taken %v", answer, err, test.taken)
			}
			if err != nil && (IsPermanent(err) != test.permanent || failure(err).After != test.after) {
				t.Errorf("Send() = %v, permanent %v, after %v; want %v, %v", err, IsPermanent(err), failure(err).After, test.permanent, test.after)
			}
			if all := strings.Join(said, "\n") + answer; strings.Contains(all, "hunter2") || err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the token is shown: %v\n%s", err, all)
			}
		})
	}
}

func TestWebhookNobodyThere(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	sender, err := newWebhook(alert.Webhook{URL: secret.New("http://" + gone.Addr().String() + "/hunter2")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sender.Send(within(t, 20*time.Second), outage(alert.Opened, "en"))
	if err == nil || IsPermanent(err) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Send() = %v, want a temporary failure that hides the URL", err)
	}
}

func TestWebhookHangs(t *testing.T) {
	release := make(chan struct{})
	s := newService(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	sender, err := newWebhook(alert.Webhook{URL: secret.New(s.URL)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = sender.Send(within(t, 200*time.Millisecond), outage(alert.Opened, "en")); err == nil || IsPermanent(err) {
		t.Errorf("Send() = %v, want a temporary failure", err)
	}
}

func TestWebhookSignature(t *testing.T) {
	s := newService(t, nil)
	key := secret.New("shared")
	sender, err := newWebhook(alert.Webhook{URL: secret.New(s.URL), Key: key, Template: `{"text": {{json .Subject}}, "lines": [{{range $i, $c := .Notice.Conditions}}{{if $i}},{{end}}{{json $c.Title}}{{end}}]}`})
	if err != nil {
		t.Fatal(err)
	}
	m := outage(alert.Opened, "ja")
	if _, err := sender.Send(within(t, 20*time.Second), m); err != nil {
		t.Fatal(err)
	}
	got := s.only(t)
	want := "sha256=" + Signature(key, got.header.Get("X-Slamon-Timestamp"), []byte(got.body))
	if got.header.Get("X-Slamon-Signature") != want {
		t.Errorf("signature %q, want %q", got.header.Get("X-Slamon-Signature"), want)
	}
	var body struct {
		Text  string
		Lines []string
	}
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || body.Text != m.Subject || len(body.Lines) != 1 {
		t.Errorf("body %s, %v", got.body, err)
	}
}

func TestWebhookTemplates(t *testing.T) {
	for name, template := range map[string]string{
		"does not parse": `{{.Subject`,
		"no such field":  `{{.Sbject}}`,
		"without end":    `{{range $i := .Endless}}{{end}}`,
		"too long":       `{{range 1000000}}{{$.Text}}{{end}}`,
	} {
		if _, err := newWebhook(alert.Webhook{Template: template}); err == nil {
			t.Errorf("%s: newWebhook(%q) succeeded", name, template)
		}
	}
}

// TestWebhookTemplateFails: one that fails on what nobody foresaw does not keep the
// notice from going out, and says so.
func TestWebhookTemplateFails(t *testing.T) {
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got, _ = io.ReadAll(r.Body) }))
	defer server.Close()
	sender, err := newWebhook(alert.Webhook{URL: secret.New(server.URL), Template: `{{with index .Notice.Conditions 0}}{{if gt .Failed 100}}{{index .Title 9999}}{{end}}{{end}}`})
	if err != nil {
		t.Fatal(err)
	}
	m := outage(alert.Opened, "en")
	m.Notice.Conditions[0].Failed = 101
	if _, err := sender.Send(within(t, 20*time.Second), m); err != nil {
		t.Fatal(err)
	}
	if text := string(got); !strings.Contains(text, `"subject":`) || !strings.Contains(text, "The template of this channel failed") {
		t.Errorf("sent %s; want the notice as JSON, with what failed", text)
	}
}

func TestAlertmanagerAlerts(t *testing.T) {
	s := newService(t, nil)
	u, err := url.Parse(s.URL + "/am")
	if err != nil {
		t.Fatal(err)
	}
	sender := newAlertmanager(alert.Alertmanager{URLs: []*url.URL{u}, Labels: map[string]string{"team": "web"}, User: "x", Password: secret.New("hunter2")}, "en")
	for _, kind := range []alert.Kind{alert.Opened, alert.Recovered} {
		if _, err := sender.Send(within(t, 20*time.Second), outage(kind, "en")); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	if err := sender.Keep(within(t, 20*time.Second), now, outage(alert.Opened, "en").Notice.Conditions, ""); err != nil {
		t.Fatal(err)
	}
	var posted [3][]postedAlert
	for i, c := range s.calls {
		if err := json.Unmarshal([]byte(c.body), &posted[i]); err != nil || c.path != "/am/api/v2/alerts" || len(posted[i]) != 1 {
			t.Fatalf("call %d: %s %s: %v", i, c.path, c.body, err)
		}
	}
	opened, over, kept := posted[0][0], posted[1][0], posted[2][0]
	if opened.Labels["alertname"] != "SlamonIncident" || opened.Labels["team"] != "web" || opened.Labels["check"] != "room" {
		t.Errorf("labels = %v", opened.Labels)
	}
	for _, other := range []postedAlert{over, kept} {
		for name, value := range opened.Labels {
			if other.Labels[name] != value {
				t.Errorf("label %s = %q, want %q: it would be another alert", name, other.Labels[name], value)
			}
		}
	}
	if !opened.EndsAt.After(now) || over.EndsAt.After(now) || !kept.EndsAt.Equal(now.Add(alertLife)) {
		t.Errorf("ends at %v, %v and %v; now is %v", opened.EndsAt, over.EndsAt, kept.EndsAt, now)
	}
}

func TestSyslog(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	if _, err := newSyslog(alert.Syslog{Network: "udp", Address: udp.LocalAddr().String()}).Send(t.Context(), outage(alert.Opened, "ja")); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 65536)
	n, _, err := udp.ReadFrom(buffer)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(buffer[:n]); !strings.HasPrefix(got, "<26>1 ") || !strings.Contains(got, " slamon ") || !strings.Contains(got, "\ufeff[slamon] 障害") || n > maxSyslog {
		t.Errorf("datagram = %q", got)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	if _, err := newSyslog(alert.Syslog{Network: "tcp", Address: tcp.Addr().String()}).Send(t.Context(), outage(alert.Recovered, "en")); err != nil {
		t.Fatal(err)
	}
	conn, err := tcp.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	frame, err := io.ReadAll(conn)
	if length, text, ok := strings.Cut(string(frame), " "); err != nil || !ok || length != itoa(len(text)) || !strings.HasPrefix(text, "<29>1 ") {
		t.Errorf("frame = %q, %v", frame, err)
	}
}

func TestCommand(t *testing.T) {
	tests := map[string]struct {
		script    string
		permanent bool
		text      string // of the answer or the error
		fails     bool
		limit     time.Duration
	}{
		"taken":         {script: `read line; test "$SLAMON_KIND" = opened && test -n "$line" && echo handed over`, text: "handed over"},
		"fails":         {script: `echo no route >&2; exit 1`, fails: true, text: "no route"},
		"for good":      {script: `exit 64`, fails: true, permanent: true, text: "64"},
		"comes back":    {script: `exit 75`, fails: true, text: "75"},
		"chatters":      {script: `while :; do echo chatter; done | head -c 10000000`, text: "chatter"},
		"hangs":         {script: `sleep 600 & sleep 600`, fails: true, limit: 2 * time.Second, text: "killed"},
		"no such thing": {script: "", fails: true, permanent: true, text: "no such file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := alert.Command{Path: "/bin/sh", Args: []string{"-c", test.script}}
			if test.script == "" {
				w = alert.Command{Path: "/no/such/program"}
			}
			limit := test.limit
			if limit == 0 {
				limit = 20 * time.Second
			}
			answer, err := command{w}.Send(within(t, limit), outage(alert.Opened, "en"))
			if (err != nil) != test.fails || IsPermanent(err) != test.permanent {
				t.Fatalf("Send() = %q, %v (permanent %v)", answer, err, IsPermanent(err))
			}
			if err != nil {
				answer = err.Error()
			}
			if !strings.Contains(answer, test.text) {
				t.Errorf("Send() says %q, want %q in it", answer, test.text)
			}
		})
	}
}

func TestPanicIsAFailure(t *testing.T) {
	b := &Outbox{options: Options{Render: func(alert.Notice, string) Message { return Message{} }}}
	_, err := b.deliver(context.Background(), "x", Channel{Sender: breaks{}}, alert.Notice{})
	if !IsPermanent(err) || !strings.Contains(err.Error(), "broke") {
		t.Errorf("deliver() = %v", err)
	}
}

type breaks struct{}

func (breaks) Send(context.Context, Message) (string, error) { panic("oops") }
