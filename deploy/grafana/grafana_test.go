package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGenerated holds the files that are mounted against the Go they come from.
func TestGenerated(t *testing.T) {
	var want []string
	for _, d := range dashboards() {
		want = append(want, file(d))
		got, err := os.ReadFile(file(d))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, render(d)) {
			t.Errorf("%s is not what the Go here makes; run go generate ./deploy/grafana", file(d))
		}
	}
	got, err := filepath.Glob("dashboards/*.json")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("dashboards (-want +got):\n%s", d)
	}
}

// TestFrame holds what makes dashboards work on any Grafana: a uid of their own, no
// number of one Grafana's database, and the data source as a variable everywhere.
func TestFrame(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range dashboards() {
		if d.UID == "" || seen[d.UID] || len(d.UID) > 40 {
			t.Errorf("%s: uid %q is missing, taken or longer than the 40 that Grafana allows", d.Title, d.UID)
		}
		seen[d.UID] = true
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(render(d), &keys); err != nil {
			t.Fatal(err)
		}
		if _, has := keys["id"]; has {
			t.Errorf("%s: has a numeric id", d.UID)
		}
		if v := d.Templating.List[0]; v.Name != "datasource" || v.Type != "datasource" {
			t.Errorf("%s: the first variable is %q, want the data source", d.UID, v.Name)
		}
		for _, v := range d.Templating.List {
			if v.Type == "query" && *v.Datasource != prometheus {
				t.Errorf("%s: variable %s asks %v, want %v", d.UID, v.Name, *v.Datasource, prometheus)
			}
		}
		if d.SchemaVersion != schemaVersion || d.Title == "" || d.Description == "" {
			t.Errorf("%s: want schema version, title and description", d.UID)
		}
	}
}

func TestPanels(t *testing.T) {
	kinds := []string{"stat", "timeseries", "state-timeline", "table", "bargauge", "heatmap"}
	for _, d := range dashboards() {
		ids, titles := map[int]bool{}, map[string]bool{}
		for _, p := range flat(d) {
			where := d.UID + ": " + p.Title
			if p.Title == "" || p.Type != "row" && titles[p.Title] || ids[p.ID] || p.ID == 0 {
				t.Errorf("%s: want a title and a number of its own, got %d", where, p.ID)
			}
			ids[p.ID] = true
			if p.Type == "row" {
				continue
			}
			titles[p.Title] = true
			if !slices.Contains(kinds, p.Type) {
				t.Errorf("%s: type %q is not in every Grafana from 10 to 13", where, p.Type)
			}
			if p.Description == "" || !strings.HasSuffix(p.Description, ".") || p.FieldConfig.Defaults.Unit == "" {
				t.Errorf("%s: want a description in a sentence, and a unit", where)
			}
			if p.FieldConfig.Defaults.NoValue == "" {
				t.Errorf("%s: want words for when there is no data", where)
			}
			if *p.Datasource != prometheus || len(p.Targets) == 0 {
				t.Errorf("%s: want queries to %v", where, prometheus)
			}
			for _, q := range p.Targets {
				if q.Datasource != prometheus || q.Expr == "" || q.Instant == q.Range {
					t.Errorf("%s: query %s: %+v", where, q.RefID, q)
				}
			}
		}
	}
}

// TestPlaces checks that panels lie inside the 24 columns and not over each other.
func TestPlaces(t *testing.T) {
	for _, d := range dashboards() {
		check := func(panels []panel) {
			for i, p := range panels {
				a := p.GridPos
				if a.X < 0 || a.X+a.W > 24 || a.H < 1 {
					t.Errorf("%s: %s lies at %+v", d.UID, p.Title, a)
				}
				for _, q := range panels[:i] {
					b := q.GridPos
					if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
						t.Errorf("%s: %s lies over %s", d.UID, p.Title, q.Title)
					}
				}
			}
		}
		check(d.Panels)
		for _, p := range d.Panels {
			check(p.Panels)
		}
	}
}

// TestLinks checks that links between dashboards lead to one that exists.
func TestLinks(t *testing.T) {
	var uids []string
	for _, d := range dashboards() {
		uids = append(uids, d.UID)
	}
	found := 0
	for _, d := range dashboards() {
		for _, rest := range strings.Split(string(render(d)), `"/d/`)[1:] {
			found++
			uid, _, _ := strings.Cut(rest, "?")
			if !slices.Contains(uids, uid) {
				t.Errorf("%s links to %q, want one of %v", d.UID, uid, uids)
			}
		}
	}
	if found == 0 {
		t.Error("no dashboard links to another")
	}
}

// flat returns all panels, those in folded rows too.
func flat(d dashboard) []panel {
	var all []panel
	for _, p := range d.Panels {
		all = append(append(all, p), p.Panels...)
	}
	return all
}
