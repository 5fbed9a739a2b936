package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/store"
)

// TestDaemonResponses: a claim on response time is judged from history as soon as the
// daemon runs, shown in every place, and comes out the same from the exported file.
func TestDaemonResponses(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	dir := t.TempDir()
	path := filepath.Join(dir, "slamon.db")
	threeDays(t, path)
	write(t, filepath.Join(dir, "slamon.toml"), fmt.Sprintf(`
[site]
name = "test"
[storage]
path = %q
backup_directory = ""
[[service]]
id = "shop"
[[service.check]]
id = "page"
interval = "1m"
timeout = "5s"
http = { url = %q }
[[service.claim]]
id = "quick"
kind = "disclosure"
response = "1s for 95%%"
window = { kind = "rolling", days = 2 }
`, path, target.URL))
	d := live(t, dir)
	body := d.until("/api/v1/responses/quick", `"verdict":"met"`)
	var judged sla.ResponseJSON
	if err := json.Unmarshal([]byte(body), &judged); err != nil {
		t.Fatal(err)
	}
	if o := judged.Operations; o.Total < 2878 || o.Total > 2881 || o.Failed != 48 || o.Least != o.Total-96 || o.Most != o.Least {
		t.Errorf("operations %+v, want 2880 with 48 failed and 48 late", o)
	}
	for path, want := range map[string]string{
		"/metrics":                               `slamon_response_claim_verdict{claim="quick",service="shop",verdict="met"} 1`,
		"/services/shop?lang=en":                 "1 s for 95 %",
		"/claims/quick?lang=ja":                  "クロッパー",
		"/api/v1/reports/quick?format=text":      "95 % of all operations within 1 s",
		"/api/v1/reports/quick?format=html":      "Clopper and Pearson",
		"/api/v1/checks/page/responses":          `"exact":true`,
		"/api/v1/reports/quick?month=" + "never": "",
	} {
		if want == "" {
			if code, _ := d.ask(path); code != http.StatusBadRequest {
				t.Errorf("%s: %d, want 400", path, code)
			}
			continue
		}
		d.until(path, want)
	}
	if _, text := d.ask("/api/v1/reports/quick?format=text"); strings.Contains(text, "Still to come") {
		t.Errorf("a window that ends now has something to come:\n%s", text)
	}
	d.sameOffline(dir, judged)
	c, err := newClient(d.base, "", "")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := c.status(t.Context(), &out, false); err != nil || !strings.Contains(out.String(), "1s for 95%  met") {
		t.Errorf("status: %v\n%s", err, &out)
	}
}

// threeDays makes a history with an operation a minute: every sixtieth is late, and
// every sixtieth fails, followed by re-probes that count for nothing.
func threeDays(t *testing.T, path string) {
	t.Helper()
	kept, err := store.Open(path, store.Options{Site: "test", NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	n := 0
	for at := now.Add(-72 * time.Hour); at.Before(now); at = at.Add(time.Minute) {
		r := check.Result{Check: "page", Sent: at, Base: true, Outcome: check.Outcome{State: check.Up, Took: 120 * time.Millisecond}}
		switch n++; n % 60 {
		case 20:
			r.Took = 2 * time.Second
		case 40:
			r.Outcome = check.Outcome{State: check.Down, Reason: check.ReasonTimeout, Took: 5 * time.Second}
		}
		kept.Append(r, time.Minute)
		if r.State == check.Down {
			for i := range 4 {
				again := r
				again.Sent, again.Base = at.Add(time.Duration(i+1)*10*time.Second), false
				kept.Append(again, time.Minute)
			}
		}
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
}

// sameOffline judges the exported file over the same window.
func (d *asked) sameOffline(dir string, judged sla.ResponseJSON) {
	d.t.Helper()
	from, to := judged.Window.From.Format(time.RFC3339Nano), judged.Window.To.Format(time.RFC3339Nano)
	code, csv := d.ask("/api/v1/results?check=page&from=" + from + "&to=" + to)
	if code != http.StatusOK {
		d.t.Fatalf("results: %d %s", code, csv)
	}
	file := filepath.Join(dir, "page.csv")
	write(d.t, file, csv)
	f := judgeFlags{results: []string{file}, response: judged.Claim.Promise.String(), from: from, to: to, zone: "UTC", interval: time.Minute, recheck: 10 * time.Second}
	v, err := f.responses(nil, time.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	again := v.JSON()
	if diff := cmp.Diff(judged.Operations, again.Operations); diff != "" || judged.Verdict != again.Verdict || *judged.Share.Point != *again.Share.Point || !cmp.Equal(judged.Quantiles, again.Quantiles) {
		d.t.Errorf("the daemon says %s %v, the file %s %v (-daemon +file):\n%s", judged.Verdict, judged.Share, again.Verdict, again.Share, diff)
	}
}
