package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/slamon/slamon/web"
)

// TestReadingsBesideIncident wants what the service's gateway read around an incident,
// on the page and in the API, and not where strangers look.
func TestReadingsBesideIncident(t *testing.T) {
	h := handler(t, options())
	id := incidentID(t, "meeting", 0)
	for target, wants := range map[string][]string{
		"/incidents/" + id:              {"What the devices read and told", "linkDown, ifIndex 2", `href="/devices/meeting-gateway"`, "Processor", "at most", "Received ge-0/0/0"},
		"/incidents/" + id + "?lang=ja": {"機器の測定値とイベント", "トラップ：リンク断", "障害中", "最大"},
	} {
		body := ask(h, http.MethodGet, target).Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", target, want)
			}
		}
	}
	type seen struct {
		Known int
		Max   *float64
	}
	got := decode[struct {
		Readings []struct {
			Device, Kind   string
			Before, During seen
		}
	}](t, h, "/api/v1/incidents/"+id).Readings
	if len(got) != 2 || got[0].Kind != "cpu" || got[0].Device != "meeting-gateway" || got[0].Before.Known < 50 || got[0].During.Max == nil {
		t.Errorf("the API has %+v", got)
	}
	events := decode[struct {
		Events []struct{ Kind, Text string } `json:"device_events"`
	}](t, h, "/api/v1/incidents/"+id).Events
	if len(events) != 1 || events[0].Kind != "trap_link_down" {
		t.Errorf("the API has the events %+v", events)
	}
	other := ask(h, http.MethodGet, "/api/v1/incidents/"+incidentID(t, "files", 0)).Body.String()
	if !strings.Contains(other, `"readings":[]`) {
		t.Errorf("an incident of a service without devices: %s", other)
	}
	public, err := web.NewPublic(options())
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"/incidents/" + id, "/api/v1/incidents/" + id} {
		if body := ask(public, http.MethodGet, target).Body.String(); strings.Contains(body, "gateway") {
			t.Errorf("strangers see the gateway at %s", target)
		}
	}
}
