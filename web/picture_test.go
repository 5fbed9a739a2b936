package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

// shown is a history in which the first failing probe of a check has a picture.
type shown struct {
	web.History
	of  check.ID
	png string
}

func (h shown) Evidence(id check.ID, p timeline.Period, limit int) ([]web.Evidence, error) {
	all, err := h.History.Evidence(id, p, limit)
	if id == h.of && len(all) > 0 {
		all[0].Pictured, all[0].Console = true, "error: <media> failed"
	}
	return all, err
}

func (h shown) Picture(id check.ID, _ time.Time) ([]byte, error) {
	if id != h.of {
		return nil, nil
	}
	return []byte(h.png), nil
}

// TestPicture shows on an incident's page what a browser showed, and serves it as a
// picture and nothing else.
func TestPicture(t *testing.T) {
	o := options()
	id := incidentID(t, "meeting", 0)
	var of check.ID
	for _, s := range o.Board().Services {
		for _, i := range s.Incidents {
			if i.ID == id {
				of = i.Check
			}
		}
	}
	o.History = shown{o.History, of, "\x89PNG<script>"}
	h := handler(t, o)
	page := ask(h, http.MethodGet, "/incidents/"+id).Body.String()
	_, rest, ok := strings.Cut(page, `<img src="`)
	if !ok {
		t.Fatalf("no picture on the page:\n%s", page)
	}
	address, _, _ := strings.Cut(rest, `"`)
	if !strings.Contains(page, "error: &lt;media&gt; failed") {
		t.Error("the page does not show the console, or unescaped")
	}
	w := ask(h, http.MethodGet, strings.ReplaceAll(address, "&amp;", "&"))
	if w.Code != http.StatusOK || w.Body.String() != "\x89PNG<script>" || w.Header().Get("Content-Type") != "image/png" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("GET %s = %d %v %q", address, w.Code, w.Header(), w.Body)
	}
	for query, code := range map[string]int{
		"": 400, "?check=x": 400, "?check=x&sent=now": 400, "?check=x&sent=" + url.QueryEscape("2026-11-23T10:45:00Z"): 404,
	} {
		if w := ask(h, http.MethodGet, "/api/v1/picture"+query); w.Code != code {
			t.Errorf("GET /api/v1/picture%s = %d, want %d", query, w.Code, code)
		}
	}
}
