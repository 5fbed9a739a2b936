package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/web/webtest"
)

// TestResponsePages: a claim on response time stands beside those on availability, has
// a page that explains it, and the response times of checks are shown.
func TestResponsePages(t *testing.T) {
	h := handler(t, options())
	for target, want := range map[string][]string{
		"/":                                  {"150 ms for 99 %", "not judged yet", "p50 "},
		"/services/meeting":                  {"150 ms for 99 %", "within the limit", "took at most 150 ms; at 95 % confidence", "slower than usual since 2026-09-20 14:05:00", `<h2 id="h-chart">`, "20,160 operations"},
		"/services/meeting?lang=ja":          {"150 ms以内が 99 %", "制限時間内", "通常より遅い"},
		"/claims/meeting-response":           {"The share within the limit", "20139 ÷ 20160 = 99.89 %", "--claim-response &#34;150ms for 99%&#34;", "Operations are answered within 150 ms."},
		"/claims/meeting-response?lang=ja":   {"応答時間の分布", "クロッパー・ピアソン法"},
		"/claims/meeting-response-month":     {"not judged yet", "Nothing has been measured yet"},
		"/checks/meeting-join?range=7d":      {"class=\"usual\"", "The dotted band is what is usual", "Usual now"},
		"/checks/meeting-join?range=30d":     {"from summaries of days"},
		"/api/v1/results?check=meeting-join": {"time,outcome,duration_seconds,reason,site,check,base"},
	} {
		w := ask(h, http.MethodGet, target)
		for _, text := range want {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s answers %d and does not say %q", target, w.Code, text)
			}
		}
	}
	if w := ask(h, http.MethodGet, "/badge/meeting-response.svg"); w.Code != 200 || !strings.Contains(w.Body.String(), "150ms for 99%: met") {
		t.Errorf("badge: %d %s", w.Code, w.Body)
	}
	for target, code := range map[string]int{"/api/v1/responses/none": 404, "/api/v1/checks/none/responses": 404, "/api/v1/checks/meeting-join/responses?from=never": 400} {
		if w := ask(h, http.MethodGet, target); w.Code != code {
			t.Errorf("%s answers %d, want %d", target, w.Code, code)
		}
	}
}

// TestResponseAPI: the verdict in JSON has the figures of the board, and a claim that
// was not judged says so.
func TestResponseAPI(t *testing.T) {
	h := handler(t, options())
	type answer struct {
		Judged  *string `json:"judged"`
		Verdict string  `json:"verdict"`
		Claim   struct {
			Limit float64 `json:"limit_seconds"`
		} `json:"claim"`
		Operations struct{ Total, Failed int } `json:"operations"`
		Rolling    map[string]any              `json:"rolling"`
	}
	judged := decode[answer](t, h, "/api/v1/responses/meeting-response")
	if judged.Judged == nil || judged.Verdict != "met" || judged.Claim.Limit != webtest.ResponseLimit.Seconds() || judged.Operations.Total != 20160 || judged.Operations.Failed != 21 || len(judged.Rolling) != 3 {
		t.Errorf("%+v", judged)
	}
	if fresh := decode[answer](t, h, "/api/v1/responses/meeting-response-month"); fresh.Judged != nil || fresh.Verdict != "cannot_tell" {
		t.Errorf("%+v", fresh)
	}
	if list := decode[struct{ Responses []answer }](t, h, "/api/v1/responses?service=files"); list.Responses == nil || len(list.Responses) != 0 {
		t.Errorf("claims of another service: %+v", list)
	}
}

// TestResponseCorrected: the page of a claim on response time shows what was corrected, lets
// people correct, and names the corrections beside the command that recomputes it.
func TestResponseCorrected(t *testing.T) {
	o, s := options(), made().NewStated()
	o.Ledger = s
	h := handler(t, o)
	from := made().Board.At.Add(-48 * time.Hour)
	if page := ask(h, http.MethodGet, "/claims/meeting-response").Body.String(); strings.Contains(page, "--corrections") || !strings.Contains(page, "Correct how a period counts") {
		t.Error("nothing is corrected yet, and the page says otherwise, or offers no form")
	}
	if _, err := s.Correct(sla.Correction{Claim: "meeting-response", From: from, To: from.Add(time.Hour), As: sla.AsUp, Why: "our proxy was slow", By: "Sato", At: from.Add(24 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	page := ask(h, http.MethodGet, "/claims/meeting-response").Body.String()
	for _, text := range []string{"our proxy was slow", "--corrections corrections.json", "/api/v1/corrections?claim=meeting-response", "Corrections (JSON)"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
	if said := ask(h, http.MethodGet, "/api/v1/corrections?claim=meeting-response").Body.String(); !strings.Contains(said, "our proxy was slow") {
		t.Errorf("corrections: %s", said)
	}
}
