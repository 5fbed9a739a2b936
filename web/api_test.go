package web_test

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/web"
)

func decode[T any](t *testing.T, h http.Handler, target string) T {
	t.Helper()
	w := ask(h, http.MethodGet, target)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", target, w.Code, w.Body)
	}
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return v
}

// TestVerdicts checks that the API gives the very JSON of the offline judge.
func TestVerdicts(t *testing.T) {
	got := decode[struct{ Verdicts []sla.VerdictJSON }](t, handler(t, options()), "/api/v1/verdicts")
	var want []sla.VerdictJSON
	for _, s := range made().Board.Services {
		for _, c := range s.Claims {
			want = append(want, c.Verdict.JSON())
		}
	}
	text := func(v any) string {
		b, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(text(want), text(got.Verdicts)); diff != "" {
		t.Error(diff)
	}
	if len(want) != 4 {
		t.Errorf("%d verdicts, want 4", len(want))
	}
}

func TestFilters(t *testing.T) {
	h := handler(t, options())
	type incidents struct {
		Incidents []struct {
			ID, Check, Service string
			Ongoing            bool
		}
	}
	all := decode[incidents](t, h, "/api/v1/incidents").Incidents
	open := decode[incidents](t, h, "/api/v1/incidents?open=true").Incidents
	join := decode[incidents](t, h, "/api/v1/incidents?check=meeting-join").Incidents
	files := decode[incidents](t, h, "/api/v1/incidents?service=files").Incidents
	if len(open) != 1 || !open[0].Ongoing || open[0].Check != "files-web" {
		t.Errorf("open: %v", open)
	}
	if len(all) <= len(join) || len(join) == 0 || len(files) != 2 {
		t.Errorf("%d in all, %d of meeting-join, %d of files", len(all), len(join), len(files))
	}
	one := decode[struct{ ID string }](t, h, "/api/v1/incidents/"+open[0].ID)
	if one.ID != open[0].ID {
		t.Errorf("got incident %q, want %q", one.ID, open[0].ID)
	}
	checks := decode[struct {
		Checks []struct{ ID, Service string }
	}](t, h, "/api/v1/checks?service=mail").Checks
	if len(checks) != 2 || checks[0].Service != "mail" {
		t.Errorf("checks of mail: %v", checks)
	}
}

func TestResultsCSV(t *testing.T) {
	h := handler(t, options())
	w := ask(h, http.MethodGet, "/api/v1/results?check=files-web&from=2026-09-20T14:15:00%2B09:00&to=2026-09-20T14:25:00%2B09:00")
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("%d %v", w.Code, err)
	}
	if want := []string{"time", "outcome", "duration_seconds", "reason", "site", "check", "base"}; !slices.Equal(rows[0], want) {
		t.Errorf("columns %v, want %v", rows[0], want)
	}
	up, failed := 0, 0
	for _, r := range rows[1:] {
		sent, err := time.Parse(time.RFC3339Nano, r[0])
		if err != nil || sent.Before(time.Date(2026, 9, 20, 5, 15, 0, 0, time.UTC)) || r[5] != "files-web" || r[4] != "tokyo-office" {
			t.Errorf("row %v", r)
		}
		switch {
		case r[1] == "up" && r[3] == "none":
			up++
		case r[1] == "down" && r[3] == "refused":
			failed++
		}
	}
	if up == 0 || failed < 10 || up+failed != len(rows)-1 {
		t.Errorf("%d up, %d down, %d in all", up, failed, len(rows)-1)
	}
}

func TestResultsJSON(t *testing.T) {
	h := handler(t, options())
	got := decode[struct {
		Results []struct {
			Time    time.Time
			Outcome check.State
			Base    bool
		}
	}](t, h, "/api/v1/results?check=mail-smtp&format=json&from=2026-09-20&to=2026-09-21")
	if len(got.Results) != 174 { // 14.5 hours of five minutes
		t.Errorf("%d results, want 174", len(got.Results))
	}
	empty := decode[struct{ Results []any }](t, h, "/api/v1/results?check=mail-smtp&format=json&from=2026-03-09&to=2026-03-09T01:00:00Z")
	if empty.Results == nil || len(empty.Results) != 0 {
		t.Errorf("results while the monitor was off: %v", empty.Results)
	}
}

func TestBadPeriods(t *testing.T) {
	h := handler(t, options())
	for _, query := range []string{"", "check=mail-smtp&from=yesterday", "check=mail-smtp&to=2026-13-01", "check=mail-smtp&from=2026-09-20&to=2026-09-19", "check=mail-smtp&format=xml"} {
		if w := ask(h, http.MethodGet, "/api/v1/results?"+query); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"error"`) {
			t.Errorf("%q: %d %s", query, w.Code, w.Body)
		}
	}
}

// TestBrokenResults checks that a part is never taken for the whole.
func TestBrokenResults(t *testing.T) {
	o := options()
	o.History = broken{}
	server := httptest.NewServer(handler(t, o))
	defer server.Close()
	for _, format := range []string{"csv", "json"} {
		answer, err := server.Client().Get(server.URL + "/api/v1/results?check=mail-smtp&format=" + format)
		if err != nil {
			continue // broken before the first byte came
		}
		_, err = io.ReadAll(answer.Body)
		answer.Body.Close()
		if err == nil {
			t.Errorf("%s: the answer ended as if it were whole", format)
		}
	}
}

func TestEvents(t *testing.T) {
	server := httptest.NewServer(handler(t, options()))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type %q", got)
	}
	lines := bufio.NewScanner(answer.Body)
	var got []string
	for len(got) < 2 && lines.Scan() {
		got = append(got, lines.Text())
	}
	if want := []string{"event: board", "data: 2026-09-20T05:30:00Z"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestEventsAreBounded opens more streams than there are places.
func TestEventsAreBounded(t *testing.T) {
	server := httptest.NewServer(handler(t, options()))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for n := range 101 {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if want := map[bool]int{true: 200, false: 503}[n < 100]; answer.StatusCode != want {
			t.Fatalf("stream %d: %d, want %d", n+1, answer.StatusCode, want)
		}
	}
}

func TestBadge(t *testing.T) {
	h := handler(t, options())
	w := ask(h, http.MethodGet, "/badge/files-contract.svg")
	if body := w.Body.String(); w.Header().Get("Content-Type") != "image/svg+xml; charset=utf-8" || !strings.Contains(body, "100%: breached") {
		t.Errorf("%v %s", w.Header(), body)
	}
	if err := xml.Unmarshal(w.Body.Bytes(), new(struct{})); err != nil {
		t.Errorf("not XML: %v", err)
	}
}

func TestFeed(t *testing.T) {
	o := options()
	o.ExternalURL = "https://slamon.example/"
	w := ask(handler(t, o), http.MethodGet, "/feed.atom")
	var feed struct {
		ID      string    `xml:"id"`
		Updated time.Time `xml:"updated"`
		Entries []struct {
			ID      string    `xml:"id"`
			Title   string    `xml:"title"`
			Updated time.Time `xml:"updated"`
			Summary string    `xml:"summary"`
			Link    struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if feed.ID != "tag:slamon,2026:tokyo-office" || len(feed.Entries) == 0 || feed.Updated.IsZero() {
		t.Fatalf("feed %+v", feed)
	}
	first := feed.Entries[0]
	if first.Title != "Web access: connection refused" || !strings.HasPrefix(first.Link.Href, "https://slamon.example/incidents/files-web-") || !strings.Contains(first.Summary, "so far") {
		t.Errorf("first entry %+v", first)
	}
}

// document is what the tests read of the description.
type document struct {
	OpenAPI    string
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	OperationID string
	Parameters  []struct{ Name, In string }
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 any
	Enum                 []any
	Required             []string
	Properties           map[string]schema
	AdditionalProperties *schema
	Items                *schema
	AllOf, AnyOf         []schema
}

func description(t *testing.T) document {
	t.Helper()
	data, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestDescription holds the description against the table of routes.
func TestDescription(t *testing.T) {
	d := description(t)
	if !strings.HasPrefix(d.OpenAPI, "3.1.") {
		t.Errorf("openapi %q", d.OpenAPI)
	}
	described, ids := map[string]bool{}, map[string]bool{}
	for path, operations := range d.Paths {
		for method, o := range operations {
			described[strings.ToUpper(method)+" "+path] = true
			if o.OperationID == "" || ids[o.OperationID] {
				t.Errorf("%s %s: operationId %q is missing or taken", method, path, o.OperationID)
			}
			ids[o.OperationID] = true
			for _, m := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(path, -1) {
				if !slices.ContainsFunc(o.Parameters, func(p struct{ Name, In string }) bool { return p.Name == m[1] && p.In == "path" }) {
					t.Errorf("%s: parameter %s is not described", path, m[1])
				}
			}
		}
	}
	served := map[string]bool{}
	for _, r := range web.Routes(options()) {
		if !r.Page {
			served[r.Method+" "+r.Path] = true
		}
	}
	if diff := cmp.Diff(served, described); diff != "" {
		t.Errorf("served (-) and described (+) differ:\n%s", diff)
	}
}

// TestAnswers holds what the handlers answer against the schemas: every required
// key is there, no key is undescribed, types and enumerations fit.
func TestAnswers(t *testing.T) {
	o, s := stated() // so that no list is empty
	state(t, s)
	d, h := description(t), handler(t, o)
	for path, operations := range d.Paths {
		get, ok := operations["get"]
		if !ok {
			continue
		}
		media, ok := get.Responses["200"].Content["application/json"]
		if !ok {
			continue
		}
		target := path
		switch {
		case strings.Contains(path, "checks/{id}"):
			target = strings.Replace(path, "{id}", "meeting-join", 1)
		case strings.Contains(path, "devices/{id}"):
			target = "/api/v1/devices/meeting-gateway"
		case strings.HasSuffix(path, "readings"):
			target = "/api/v1/readings?kind=cpu&device=meeting-gateway"
		case strings.Contains(path, "claims/{id}"):
			target = "/api/v1/claims/meeting-year"
		case strings.Contains(path, "responses/{id}"):
			target = "/api/v1/responses/meeting-response"
		case strings.Contains(path, "incidents/{id}"):
			target = "/api/v1/incidents/" + incidentID(t, "meeting", 0)
		case strings.HasSuffix(path, "series"):
			target = "/api/v1/series?check=files-web&check=meeting-join&check=nothing"
		case strings.HasSuffix(path, "results"):
			target = "/api/v1/results?format=json&check=files-web"
		}
		if path == "/api/v1/openapi.json" {
			continue // it is the description itself
		}
		d.fits(t, path, media.Schema, decode[any](t, h, target))
	}
}

func (d document) resolve(s schema) schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.resolve(d.Components.Schemas[name])
	}
	if len(s.AllOf) == 0 {
		return s
	}
	whole := schema{Type: "object", Properties: map[string]schema{}}
	for _, part := range s.AllOf {
		p := d.resolve(part)
		whole.Required = append(whole.Required, p.Required...)
		for name, x := range p.Properties {
			whole.Properties[name] = x
		}
	}
	return whole
}

func (d document) fits(t *testing.T, at string, s schema, v any) {
	t.Helper()
	s = d.resolve(s)
	if len(s.AnyOf) > 0 {
		if v == nil {
			return
		}
		s = d.resolve(s.AnyOf[0])
	}
	types := fmt.Sprint(s.Type)
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		t.Errorf("%s: %v is not one of %v", at, v, s.Enum)
	}
	want := ""
	switch x := v.(type) {
	case nil:
		want = "null"
	case bool:
		want = "boolean"
	case string:
		want = "string"
	case float64:
		want = "number"
		if strings.Contains(types, "integer") && x == float64(int64(x)) {
			want = "integer"
		}
	case []any:
		want = "array"
		for i, e := range x {
			d.fits(t, fmt.Sprintf("%s[%d]", at, i), *s.Items, e)
		}
	case map[string]any:
		want = "object"
		d.fitsObject(t, at, s, x)
	}
	if !strings.Contains(types, want) {
		t.Errorf("%s: %v is a %s, want %s", at, v, want, types)
	}
}

func (d document) fitsObject(t *testing.T, at string, s schema, v map[string]any) {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			t.Errorf("%s: %s is required, but missing", at, name)
		}
	}
	for name, x := range v {
		switch p, ok := s.Properties[name]; {
		case ok:
			d.fits(t, at+"."+name, p, x)
		case s.AdditionalProperties != nil:
			d.fits(t, at+"."+name, *s.AdditionalProperties, x)
		default:
			t.Errorf("%s: %s is not described", at, name)
		}
	}
}
