package probe

import (
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

// TestTransactionJSONDepth looks for values in and behind JSON that is nested as
// deeply as is read, and one deeper.
func TestTransactionJSONDepth(t *testing.T) {
	const most = 10_000 // encoding/json's limit
	for depth, ok := range map[int]bool{most: true, most + 1: false, 10 * most: false} {
		inner := depth - 1 // the whole is one more
		body := `{"deep":` + strings.Repeat("[", inner) + strings.Repeat("]", inner) + `,"id":"r-1"}`
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }))
		o := outcomeOf(t, Transaction(check.Transaction{Steps: []check.TransactionStep{{
			Name: "ask", URL: check.Text(s.URL), Capture: []check.Capture{{Name: "deep", JSON: strings.Repeat("0.", 50) + "x"}},
			JSONMatch: []check.JSONMatch{{Path: "id", Equal: "r-1"}},
		}}}), patience)
		s.Close()
		switch {
		case ok && !strings.Contains(o.Detail.Sentence, "nothing to capture as ${deep}"):
			t.Errorf("depth %d: %s, want the values looked at", depth, describe(o))
		case !ok && !strings.Contains(o.Detail.Sentence, "the body is not JSON, or nested too deeply"):
			t.Errorf("depth %d: %s, want it refused", depth, describe(o))
		}
	}
}

// TestTransactionCircle: the address of one step leads to that of the next, on another
// host, and back. Each step ends by itself.
func TestTransactionCircle(t *testing.T) {
	var second string
	asked := 0
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, second, http.StatusFound)
	}))
	defer first.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, first.URL, http.StatusFound)
	}))
	defer other.Close()
	second = other.URL
	o := outcomeOf(t, Transaction(check.Transaction{Steps: []check.TransactionStep{
		{Name: "login", URL: check.Text(first.URL), MaxRedirects: 5, Optional: true},
		{Name: "join", URL: check.Text(second), MaxRedirects: 10},
	}}), patience)
	want(t, o, check.Down, check.ReasonStatus)
	mentions(t, o, "step join (2 of 2): still redirected after 10 redirects")
	if asked != 17 {
		t.Errorf("asked %d times, want 6 and 11", asked)
	}
}

// TestTransactionCaptureSources: what is missing or enormous is told, wherever it
// should stand.
func TestTransactionCaptureSources(t *testing.T) {
	for name, c := range map[string]struct {
		capture check.Capture
		says    string
	}{
		"header":  {check.Capture{Header: "X-Room"}, "the header field X-Room"},
		"cookie":  {check.Capture{Cookie: "room"}, "the cookie room"},
		"pattern": {check.Capture{Body: regexp.MustCompile(`room=([^;]*);`)}, "a match of room=([^;]*); in the body"},
	} {
		for _, size := range []int{0, 9 << 10} {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if size > 0 {
					long := strings.Repeat("x", size)
					w.Header().Set("X-Room", long)
					w.Header().Set("Set-Cookie", "room="+long)
					fmt.Fprintf(w, "room=%s;", long)
				}
			}))
			c.capture.Name = "room"
			o := outcomeOf(t, Transaction(check.Transaction{Steps: []check.TransactionStep{
				{Name: "join", URL: check.Text(s.URL), Capture: []check.Capture{c.capture}},
				{Name: "post", URL: check.Text(s.URL) + "/${room}"},
			}}), patience)
			s.Close()
			want(t, o, check.Down, check.ReasonContent)
			says := "step join (1 of 2): nothing to capture as ${room}: " + c.says
			if size > 0 {
				says = fmt.Sprintf("step join (1 of 2): what is to be captured as ${room} has %d bytes", size)
			}
			if o.Detail.Sentence != says {
				t.Errorf("%s of %d bytes: %q, want %q", name, size, o.Detail.Sentence, says)
			}
		}
	}
}

// TestTransactionExpired: a session that ends in the middle is a matter of the
// credentials, in the step where it was noticed.
func TestTransactionExpired(t *testing.T) {
	a := newRooms(t)
	a.trouble, a.answer = "/room/r 1/x/posts", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		io.WriteString(w, "session of "+password+" expired")
	}
	o := outcomeOf(t, Transaction(a.errand()), patience)
	want(t, o, check.Down, check.ReasonAuth)
	mentions(t, o, "step post (3 of 3): answered with status 401 Unauthorized")
	if a.left != 1 || strings.Contains(describe(o), password) {
		t.Errorf("left %d times, want once; %s", a.left, describe(o))
	}
}

// TestTransactionLongerThanInterval: a step that hangs for longer than the interval is
// cut by the check's timeout, which config holds below the interval; the runs that
// overlap do not disturb each other.
func TestTransactionLongerThanInterval(t *testing.T) {
	t.Parallel()
	hanging := target(t, hangs)
	probe := Transaction(check.Transaction{
		Variables: []check.Variable{{Name: "password", Value: secret.New(password)}},
		Steps:     []check.TransactionStep{{Name: "hang", URL: check.Text("http://" + hanging), Timeout: time.Hour}},
	})
	outcomes := make(chan check.Outcome)
	const runs, says = 20, "step hang (1 of 1): connected, but got no answer within"
	for range runs {
		go func() { outcomes <- waitsFor(t, probe, brief, check.ReasonTimeout, says) }()
	}
	for range runs {
		o := <-outcomes
		want(t, o, check.Down, check.ReasonTimeout)
		mentions(t, o, says)
	}
}

// TestTransactionUnseen: a value that is to be captured as a secret is not shown when it
// is wrong, and so never captured.
func TestTransactionUnseen(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"token":"`+session+`"}`) }))
	defer s.Close()
	p := check.Transaction{Steps: []check.TransactionStep{{
		Name: "token", URL: check.Text(s.URL), JSONMatch: []check.JSONMatch{{Path: "token", Match: check.Match{Pattern: regexp.MustCompile("^eyJ")}}},
		Capture: []check.Capture{{Name: "token", JSON: "token", Secret: true}},
	}}}
	o := outcomeOf(t, Transaction(p), patience)
	want(t, o, check.Down, check.ReasonContent)
	mentions(t, o, "step token (1 of 1): the JSON value token is not what it should be")
	if strings.Contains(describe(o), session) {
		t.Errorf("a secret is shown: %s", describe(o))
	}
	p.Steps[0].JSONMatch, p.Steps[0].Capture[0].Secret = []check.JSONMatch{{Path: "gone", Equal: "1"}}, false
	mentions(t, outcomeOf(t, Transaction(p), patience), "step token (1 of 1): the JSON value gone is missing")
}
