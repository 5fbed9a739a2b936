// Package deploy_test holds dashboards, rules and examples against the metrics that
// slamon has: against the golden catalogue, and against a real Prometheus.
package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var (
	sample   = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? \S+$`)
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	label    = regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)`)
	selector = regexp.MustCompile(`\b((?:\w+:)?slamon_[a-z_:0-9]+|up|scrape_duration_seconds)\b(\{[^}]*\})?`)
	grouping = regexp.MustCompile(`\b(?:by|without|on|ignoring|group_left)\s*\(([^)]*)\)`)
	inLegend = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)
)

// catalogue is every metric with its labels: slamon's golden ones, those that
// Prometheus makes itself, and those that rules record, which have the labels of
// what they are made from.
func catalogue(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{
		"up":                      {"job": true, "instance": true},
		"scrape_duration_seconds": {"job": true, "instance": true},
	}
	for _, line := range strings.Split(string(read(t, "../metrics/testdata/catalogue.prom")), "\n") {
		m := sample.FindStringSubmatch(quoted.ReplaceAllString(line, `""`))
		if m == nil {
			continue
		}
		if all[m[1]] == nil {
			all[m[1]] = map[string]bool{"job": true, "instance": true}
		}
		for _, l := range label.FindAllStringSubmatch(m[2], -1) {
			all[m[1]][l[1]] = true
		}
	}
	for _, q := range ofRules(t) {
		if q.record != "" {
			all[q.record] = map[string]bool{}
			for _, m := range selector.FindAllStringSubmatch(q.expr, -1) {
				for l := range all[m[1]] {
					all[q.record][l] = true
				}
			}
		}
	}
	return all
}

// TestNames checks that nothing asks for a metric or a label that does not exist.
func TestNames(t *testing.T) {
	known := catalogue(t)
	for _, q := range questions(t) {
		labels := map[string]bool{}
		found := selector.FindAllStringSubmatch(q.expr, -1)
		if len(found) == 0 {
			t.Errorf("%s: %s names no metric", q.where, q.expr)
		}
		for _, m := range found {
			if known[m[1]] == nil {
				t.Errorf("%s: metric %s is not in the catalogue", q.where, m[1])
			}
			for l := range known[m[1]] {
				labels[l] = true
			}
			for _, l := range label.FindAllStringSubmatch(quoted.ReplaceAllString(m[2], `""`), -1) {
				if !known[m[1]][l[1]] {
					t.Errorf("%s: metric %s has no label %s", q.where, m[1], l[1])
				}
			}
		}
		var used []string
		for _, m := range grouping.FindAllStringSubmatch(q.expr, -1) {
			used = append(used, strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' })...)
		}
		for _, m := range inLegend.FindAllStringSubmatch(q.legend, -1) {
			used = append(used, m[1])
		}
		for _, l := range used {
			if !labels[l] {
				t.Errorf("%s: no metric of %s has a label %s", q.where, q.expr, l)
			}
		}
	}
}

// unasked says why some metrics stand in no dashboard and no rule.
var unasked = map[string]string{
	"slamon_incidents_total":                              "for reports over months; dashboards show the list, which can be corrected",
	"slamon_response_claim_info":                          "its names stand on slamon's own pages",
	"slamon_store_checks":                                 "of interest only when something is looked for",
	"slamon_config_last_reload_success_timestamp_seconds": "whether it was taken is asked; when, the log says",
}

// TestAsked checks that what slamon exposes is shown or judged somewhere.
func TestAsked(t *testing.T) {
	asked := map[string]bool{}
	for _, q := range questions(t) {
		for _, m := range selector.FindAllStringSubmatch(q.expr, -1) {
			asked[strings.TrimSuffix(m[1], "_bucket")] = true
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (slamon_\w+)`).FindAllStringSubmatch(string(read(t, "../metrics/testdata/catalogue.prom")), -1) {
		if reason := unasked[m[1]]; asked[m[1]] == (reason != "") {
			t.Errorf("metric %s: asked for is %v, reason not to is %q", m[1], asked[m[1]], reason)
		}
	}
}

// TestTools lets Prometheus's and Alertmanager's own tools judge.
func TestTools(t *testing.T) {
	rules := files(t, "prometheus/*.rules.yml")
	for name, args := range map[string][]string{
		"rules":        append([]string{"promtool", "check", "rules"}, rules...),
		"tests":        append([]string{"promtool", "test", "rules"}, files(t, "prometheus/tests/*.yml")...),
		"scrape":       {"promtool", "check", "config", "prometheus/prometheus.yml"},
		"alertmanager": {"amtool", "check-config", "alertmanager/alertmanager.yml"},
	} {
		t.Run(name, func(t *testing.T) {
			need(t, args[0])
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
			}
		})
	}
}

// TestOrder checks that every test of rules says in which order groups are evaluated.
// Without one the order is another each time, and a test fails once in many runs.
func TestOrder(t *testing.T) {
	for _, file := range files(t, "prometheus/tests/*.yml") {
		var f struct {
			RuleFiles []string `yaml:"rule_files"`
			Order     []string `yaml:"group_eval_order"`
		}
		if err := yaml.Unmarshal(read(t, file), &f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var groups []string
		for _, name := range f.RuleFiles {
			var rules struct{ Groups []struct{ Name string } }
			if err := yaml.Unmarshal(read(t, filepath.Join(filepath.Dir(file), name)), &rules); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, g := range rules.Groups {
				groups = append(groups, g.Name)
			}
		}
		if !slices.Equal(f.Order, groups) {
			t.Errorf("%s: group_eval_order is %v, want %v", file, f.Order, groups)
		}
	}
}

// need skips the test where a program is absent; in CI it must be there.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("%s is not installed", program)
	}
}

// TestAlertsTested checks that every alert and record has a unit test.
func TestAlertsTested(t *testing.T) {
	var tests strings.Builder
	for _, file := range files(t, "prometheus/tests/*.yml") {
		tests.Write(read(t, file))
	}
	for _, q := range ofRules(t) {
		if q.alert != "" && !regexp.MustCompile(`\b`+q.alert+`\b`).MatchString(tests.String()) {
			t.Errorf("%s has no unit test in prometheus/tests", q.where)
		}
	}
}

// TestCompose checks that what is mounted is there.
func TestCompose(t *testing.T) {
	var c struct {
		Services map[string]struct{ Volumes []string }
		Volumes  map[string]any
	}
	if err := yaml.Unmarshal(read(t, "compose.yml"), &c); err != nil {
		t.Fatal(err)
	}
	mounted := 0
	for name, s := range c.Services {
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if _, ok := c.Volumes[from]; ok {
				continue
			}
			mounted++
			if _, err := os.Stat(from); err != nil {
				t.Errorf("%s mounts %v", name, err)
			}
		}
	}
	if mounted == 0 {
		t.Error("nothing of this directory is mounted")
	}
}

// TestUnit lets systemd judge the unit, with a program in slamon's place that is
// there.
func TestUnit(t *testing.T) {
	need(t, "systemd-analyze")
	unit := strings.ReplaceAll(string(read(t, "systemd/slamon.service")), "/usr/local/bin/slamon", "/bin/true")
	file := filepath.Join(t.TempDir(), "slamon.service")
	if err := os.WriteFile(file, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"slamon-browser.conf"} {
		dir := file + ".d"
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, part), read(t, "systemd/"+part), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("systemd-analyze", "verify", file).CombinedOutput(); err != nil || strings.Contains(string(out), "slamon.service:") || strings.Contains(string(out), "slamon-browser.conf:") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}
