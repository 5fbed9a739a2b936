package deploy_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"go.yaml.in/yaml/v2"
)

// question is one expression of a dashboard, a rule or a variable.
type question struct {
	where, expr, legend string
	alert, record       string
}

// questions are all expressions that are delivered.
func questions(t *testing.T) []question {
	t.Helper()
	return append(ofDashboards(t), ofRules(t)...)
}

func ofDashboards(t *testing.T) []question {
	t.Helper()
	type panel struct {
		Title   string `json:"title"`
		Targets []struct {
			Expr   string `json:"expr"`
			Legend string `json:"legendFormat"`
		} `json:"targets"`
		Panels []json.RawMessage `json:"panels"`
	}
	var all []question
	for _, file := range files(t, "grafana/dashboards/*.json") {
		var d struct {
			Panels      []json.RawMessage `json:"panels"`
			Annotations struct {
				List []struct{ Name, Expr string } `json:"list"`
			} `json:"annotations"`
			Templating struct {
				List []struct{ Name, Definition string } `json:"list"`
			} `json:"templating"`
		}
		if err := json.Unmarshal(read(t, file), &d); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for queue := d.Panels; len(queue) > 0; queue = queue[1:] {
			var p panel
			if err := json.Unmarshal(queue[0], &p); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			queue = append(queue, p.Panels...)
			for _, q := range p.Targets {
				all = append(all, question{where: file + ": " + p.Title, expr: q.Expr, legend: q.Legend})
			}
		}
		for _, a := range d.Annotations.List {
			all = append(all, question{where: file + ": annotation " + a.Name, expr: a.Expr})
		}
		for _, v := range d.Templating.List {
			if m := labelValues.FindStringSubmatch(v.Definition); m != nil {
				all = append(all, question{where: file + ": variable " + v.Name, expr: "group by (" + m[2] + ") (" + m[1] + ")"})
			}
		}
	}
	return all
}

var labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)

func ofRules(t *testing.T) []question {
	t.Helper()
	var all []question
	for _, file := range files(t, "prometheus/*.rules.yml") {
		var f struct {
			Groups []struct {
				Rules []struct{ Record, Alert, Expr string }
			}
		}
		if err := yaml.Unmarshal(read(t, file), &f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				all = append(all, question{where: file + ": " + r.Record + r.Alert, expr: r.Expr, alert: r.Alert, record: r.Record})
			}
		}
	}
	return all
}
