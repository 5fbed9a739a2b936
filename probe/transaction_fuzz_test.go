package probe

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"testing"

	"github.com/slamon/slamon/check"
)

// FuzzTransactionAnswer lets a step look at, and capture from, whatever a server says.
func FuzzTransactionAnswer(f *testing.F) {
	f.Add([]byte(`{"room":{"id":"r-1","open":true,"members":3}}`), "sid=1")
	f.Add([]byte(`{"room":{"id":null,"members":"3"}}`), "sid")
	f.Add(bytes.Repeat([]byte(`{"room":[`), 12_000), "=")
	f.Add([]byte("<h1>csrf=\"x\"</h1>"), "")
	low := 1.0
	p, err := newTransaction(check.Transaction{Steps: []check.TransactionStep{{
		Name: "join", URL: "http://www.example.test/",
		JSONMatch: []check.JSONMatch{
			{Path: "room.open", Equal: "true"}, {Path: "room.members", Min: &low}, {Path: "room.#.id", Match: check.Match{Pattern: regexp.MustCompile("x"), Absent: true}},
		},
		Capture: []check.Capture{{Name: "id", JSON: "room.id", Secret: true}, {Name: "sid", Cookie: "sid"}, {Name: "csrf", Body: regexp.MustCompile(`csrf="([^"]*)"`)}},
	}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte, cookie string) {
		r := &txRun{transaction: p, values: map[string]string{}}
		b := &body{size: int64(len(text)), text: bytes.NewBuffer(text)}
		x := &txLine{exchange: &exchange{resp: &http.Response{Header: http.Header{"Set-Cookie": {cookie}}}}}
		a, err := new(httpProbe).ask(p.steps[0].url, "GET", nil)
		if err != nil {
			t.Fatal(err)
		}
		tr := begin(context.Background(), check.PhaseJudge)
		if wrong := r.judgeJSON(p.steps[0], b); wrong != nil {
			bounded(t, wrong.outcome(&tr))
		}
		if wrong := r.capture(p.steps[0], x, &a, b); wrong != nil {
			bounded(t, wrong.outcome(&tr))
		}
		for name, v := range r.values {
			if len(v) > maxCaptured {
				t.Fatalf("%s has %d bytes", name, len(v))
			}
		}
	})
}
