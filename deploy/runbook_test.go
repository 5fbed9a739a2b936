package deploy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v2"
)

const runbook = "https://github.com/slamon/slamon/blob/main/deploy/runbook.md"

// chapter is what is written of one alert.
var chapter = regexp.MustCompile(`(?m)^### (\w+)\n\n(\S)?`)

// TestRunbook checks that whoever is woken by an alert is led to a page of slamon and to
// words on what to do first, and that no words are left of an alert that is gone.
func TestRunbook(t *testing.T) {
	var written, alerts []string
	for _, m := range chapter.FindAllStringSubmatch(string(read(t, "runbook.md")), -1) {
		if m[2] == "" {
			t.Errorf("runbook.md says nothing of %s", m[1])
		}
		written = append(written, m[1])
	}
	for _, file := range files(t, "prometheus/*.rules.yml") {
		var f struct {
			Groups []struct {
				Rules []struct {
					Alert       string
					Annotations map[string]string
				}
			}
		}
		if err := yaml.Unmarshal(read(t, file), &f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				if r.Alert == "" {
					continue
				}
				alerts = append(alerts, r.Alert)
				if got, want := r.Annotations["runbook_url"], runbook+"#"+strings.ToLower(r.Alert); got != want {
					t.Errorf("%s: %s: runbook_url is %q, want %q", file, r.Alert, got, want)
				}
				// A slamon that is down shows no page.
				if r.Alert != "SlamonDown" && !pageLink.MatchString(r.Annotations["page"]) {
					t.Errorf("%s: %s: page is %q, want a page of slamon", file, r.Alert, r.Annotations["page"])
				}
			}
		}
	}
	slices.Sort(written)
	slices.Sort(alerts)
	if !slices.Equal(written, alerts) {
		t.Errorf("runbook.md is about %v, want %v", written, alerts)
	}
}
