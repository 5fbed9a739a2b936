package probe

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

// vendor is a web application with one path for each thing to be judged.
func vendor() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Region", "tokyo")
		io.WriteString(w, "all is well\n")
	})
	m.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "method=%s host=%s agent=%s encoding=%s x=%s cookie=%s length=%d body=%s", r.Method, r.Host,
			r.UserAgent(), r.Header.Get("Accept-Encoding"), r.Header.Get("X-Key"), r.Header.Get("Cookie"), r.ContentLength, body)
	})
	m.HandleFunc("/basic", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ops" || password != "s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	m.HandleFunc("/bearer", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	m.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "all is well\n")
		z.Close()
	})
	m.HandleFunc("/error", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "<h1>Maintenance</h1>\x00\x1b[31m")
	})
	m.HandleFunc("/empty", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	m.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "abc", Path: "/"})
		http.Redirect(w, r, "/home?x=1#top", http.StatusFound)
	})
	m.HandleFunc("/home", func(w http.ResponseWriter, r *http.Request) {
		if c, err := r.Cookie("session"); err != nil || c.Value != "abc" || r.Method == "POST" {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	m.HandleFunc("/again", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "echo", http.StatusTemporaryRedirect)
	})
	return m
}

func mustMatch(pattern string) []check.Match {
	return []check.Match{{Pattern: regexp.MustCompile(pattern)}}
}

func mustLack(pattern string) []check.Match {
	return []check.Match{{Pattern: regexp.MustCompile(pattern), Absent: true}}
}

func onField(name, pattern string, absent bool) []check.HeaderMatch {
	return []check.HeaderMatch{{Name: name, Match: check.Match{Pattern: regexp.MustCompile(pattern), Absent: absent}}}
}

func TestHTTP(t *testing.T) {
	s := httptest.NewServer(vendor())
	t.Cleanup(s.Close)
	key := []check.Header{{Name: "x-key", Value: secret.New("k")}, {Name: "Host", Value: secret.New("other.test")}}
	for _, c := range []struct {
		name   string
		path   string
		params check.HTTP
		state  check.State
		reason check.Reason
	}{
		{"plain", "/", check.HTTP{}, check.Up, check.ReasonNone},
		{"no content", "/empty", check.HTTP{}, check.Up, check.ReasonNone},
		{"head", "/", check.HTTP{Method: "HEAD"}, check.Up, check.ReasonNone},
		{"head of gzip", "/gzip", check.HTTP{Method: "HEAD"}, check.Up, check.ReasonNone},
		{"wrong status", "/error", check.HTTP{}, check.Down, check.ReasonStatus},
		{"expected status", "/error", check.HTTP{Status: []check.StatusRange{{From: 500, To: 599}}}, check.Up, check.ReasonNone},
		{"unexpected 200", "/", check.HTTP{Status: []check.StatusRange{{From: 500, To: 599}, {From: 404, To: 404}}}, check.Down, check.ReasonStatus},
		{"body", "/", check.HTTP{BodyMatch: mustMatch("is well")}, check.Up, check.ReasonNone},
		{"wrong body", "/", check.HTTP{BodyMatch: mustMatch("is ill")}, check.Down, check.ReasonContent},
		{"absent in body", "/", check.HTTP{BodyMatch: mustLack("is ill")}, check.Up, check.ReasonNone},
		{"not absent in body", "/", check.HTTP{BodyMatch: mustLack("is well")}, check.Down, check.ReasonContent},
		{"gzip body", "/gzip", check.HTTP{BodyMatch: mustMatch("is well")}, check.Up, check.ReasonNone},
		{"header", "/", check.HTTP{HeaderMatch: onField("x-region", "^tokyo$", false)}, check.Up, check.ReasonNone},
		{"wrong header", "/", check.HTTP{HeaderMatch: onField("X-Region", "osaka", false)}, check.Down, check.ReasonContent},
		{"missing header", "/", check.HTTP{HeaderMatch: onField("X-No", ".*", false)}, check.Down, check.ReasonContent},
		{"absent header", "/", check.HTTP{HeaderMatch: onField("X-No", ".*", true)}, check.Up, check.ReasonNone},
		{"header not absent", "/", check.HTTP{HeaderMatch: onField("X-Region", "tokyo", true)}, check.Down, check.ReasonContent},
		{"basic", "/basic", check.HTTP{User: "ops", Password: secret.New("s3cret")}, check.Up, check.ReasonNone},
		{"wrong password", "/basic", check.HTTP{User: "ops", Password: secret.New("wr0ng")}, check.Down, check.ReasonAuth},
		{"no credentials", "/basic", check.HTTP{}, check.Down, check.ReasonStatus},
		{"bearer", "/bearer", check.HTTP{Bearer: secret.New("s3cret")}, check.Up, check.ReasonNone},
		{"wrong bearer", "/bearer", check.HTTP{Bearer: secret.New("wr0ng")}, check.Down, check.ReasonAuth},
		{"agent and encoding", "/echo", check.HTTP{BodyMatch: mustMatch(`^method=GET host=127\.0\.0\.1:\d+ agent=slamon/\S+ encoding=identity x= cookie= length=0 body=$`)}, check.Up, check.ReasonNone},
		{"own header and host", "/echo", check.HTTP{Headers: key, BodyMatch: mustMatch(`host=other\.test .* x=k`)}, check.Up, check.ReasonNone},
		{"post", "/echo", check.HTTP{Method: "POST", Body: []byte("hello"), BodyMatch: mustMatch("method=POST .* length=5 body=hello$")}, check.Up, check.ReasonNone},
		{"empty post", "/echo", check.HTTP{Method: "POST", BodyMatch: mustMatch("length=0 ")}, check.Up, check.ReasonNone},
		{"redirect with cookie", "/login", check.HTTP{MaxRedirects: 1}, check.Up, check.ReasonNone},
		{"redirected post becomes get", "/login", check.HTTP{Method: "POST", Body: []byte("x"), MaxRedirects: 1}, check.Up, check.ReasonNone},
		{"redirect not followed", "/login", check.HTTP{}, check.Down, check.ReasonStatus},
		{"redirect expected", "/login", check.HTTP{MaxRedirects: 3, Status: []check.StatusRange{{From: 302, To: 302}}}, check.Up, check.ReasonNone},
		{"307 keeps all", "/again", check.HTTP{Method: "POST", Body: []byte("hello"), Headers: key[:1], MaxRedirects: 1, BodyMatch: mustMatch("method=POST .* x=k .*body=hello")}, check.Up, check.ReasonNone},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.params.URL = mustURL(t, s.URL+c.path)
			probe := HTTP(c.params)
			for range 2 { // a probe is asked again and again
				o := outcomeOf(t, probe, patience)
				want(t, o, c.state, c.reason)
				if strings.Contains(describe(o), "wr0ng") {
					t.Errorf("evidence tells the secret: %s", describe(o))
				}
			}
		})
	}
}

func TestHTTPFacts(t *testing.T) {
	s := httptest.NewServer(vendor())
	t.Cleanup(s.Close)
	o := outcomeOf(t, HTTP(check.HTTP{URL: mustURL(t, s.URL)}), patience)
	want(t, o, check.Up, check.ReasonNone)
	if o.Detail != nil {
		t.Errorf("a plain Up has evidence: %+v", o.Detail)
	}
	if status, size := fact(t, o, check.HTTPStatus), fact(t, o, check.BodyBytes); status != 200 || size != 12 {
		t.Errorf("status %v and %v bytes, want 200 and 12", status, size)
	}
	p := o.Phases
	if p.Connect <= 0 || p.Wait <= 0 || p.Transfer <= 0 || p.TLS != 0 {
		t.Errorf("phases %+v, want connect, wait and transfer", p)
	}
	if sum := p.Resolve + p.Connect + p.TLS + p.Wait + p.Transfer; sum > o.Took {
		t.Errorf("phases sum to %s, more than the whole of %s", sum, o.Took)
	}
}

func TestHTTPEvidence(t *testing.T) {
	s := httptest.NewServer(vendor())
	t.Cleanup(s.Close)
	o := outcomeOf(t, HTTP(check.HTTP{URL: mustURL(t, s.URL+"/error")}), patience)
	got := *o.Detail
	expected := check.Evidence{
		Sentence: "answered with status 503 Service Unavailable", Address: strings.TrimPrefix(s.URL, "http://"),
		Phase: check.PhaseJudge, Status: "HTTP/1.1 503 Service Unavailable",
		Body: "<h1>Maintenance</h1>..[31m", Want: "status 200-299", Got: "503 Service Unavailable",
	}
	if got != expected {
		t.Errorf("evidence\n%+v\nwant\n%+v", got, expected)
	}
}

// TestHTTPKeepsSecrets follows a redirect to another origin, which must not get
// what was meant for the first.
func TestHTTPKeepsSecrets(t *testing.T) {
	seen := make(chan *http.Request, 1)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { seen <- r }))
	t.Cleanup(other.Close)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "abc", Domain: "example.test"})
		http.Redirect(w, r, other.URL+"/there", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(first.Close)
	p := check.HTTP{
		URL: mustURL(t, strings.Replace(first.URL, "http://", "http://u:p@", 1)), MaxRedirects: 3,
		Bearer: secret.New("token"), Headers: []check.Header{
			{Name: "X-Key", Value: secret.New("k")}, {Name: "Cookie", Value: secret.New("c=d")},
			{Name: "Accept", Value: secret.New("text/html")}, {Name: "Host", Value: secret.New("first.test")},
		},
	}
	want(t, outcomeOf(t, HTTP(p), patience), check.Up, check.ReasonNone)
	r := <-seen
	for _, name := range []string{"Authorization", "X-Key", "Cookie"} {
		if r.Header.Get(name) != "" {
			t.Errorf("the other origin got %s: %s", name, r.Header.Get(name))
		}
	}
	if r.Header.Get("Accept") != "text/html" || r.Host == "first.test" {
		t.Errorf("the other origin got Accept %q and Host %q", r.Header.Get("Accept"), r.Host)
	}
	p.Method, p.Body = "POST", []byte("password=p")
	o := outcomeOf(t, HTTP(p), patience)
	want(t, o, check.Down, check.ReasonStatus)
	if !strings.Contains(o.Detail.Sentence, "shall not get the body") {
		t.Errorf("sentence %q", o.Detail.Sentence)
	}
}

// TestHTTPUnusable has parameters that cannot be asked.
func TestHTTPUnusable(t *testing.T) {
	u := mustURL(t, "http://127.0.0.1:1/")
	for name, p := range map[string]check.HTTP{
		"no URL":              {},
		"scheme":              {URL: mustURL(t, "ftp://127.0.0.1/")},
		"port":                {URL: mustURL(t, "http://127.0.0.1:99999/")},
		"no host":             {URL: mustURL(t, "http:///path")},
		"line break in field": {URL: u, Headers: []check.Header{{Name: "X-A", Value: secret.New("a\r\nX-B: c")}}},
		"no field name":       {URL: u, Headers: []check.Header{{Name: "X A", Value: secret.New("a")}}},
		"method":              {URL: u, Method: "GET /x HTTP/1.1\r\n"},
		"host":                {URL: u, Headers: []check.Header{{Name: "Host", Value: secret.New("a b")}}},
		"proxy":               {URL: u, Proxy: mustURL(t, "gopher://127.0.0.1:1")},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, outcomeOf(t, HTTP(p), patience), check.Unknown, check.ReasonInternal)
		})
	}
}

// TestHTTPConcurrently runs several probes at once, which share buffers.
func TestHTTPConcurrently(t *testing.T) {
	s := httptest.NewServer(vendor())
	t.Cleanup(s.Close)
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			body := strings.Repeat(fmt.Sprint(i), 2000*(i+1))
			probe := HTTP(check.HTTP{URL: mustURL(t, s.URL+"/echo"), Method: "POST", Body: []byte(body), BodyMatch: mustMatch("body=" + fmt.Sprint(i) + "+$")})
			for range 10 {
				want(t, outcomeOf(t, probe, time.Minute), check.Up, check.ReasonNone)
			}
		})
	}
}
