// Package deploy_test holds dashboards, rules and examples against the metrics that
// slamon has: against the golden catalogue, and against a real Prometheus.
package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v2"
)

// TestTools lets Prometheus's and Alertmanager's own tools judge.
func TestTools(t *testing.T) {
	rules := files(t, "prometheus/*.rules.yml")
	for name, args := range map[string][]string{
		"rules":        append([]string{"promtool", "check", "rules"}, rules...),
		"tests":        append([]string{"promtool", "test", "rules"}, files(t, "prometheus/tests/*.yml")...),
		"scrape":       {"promtool", "check", "config", "prometheus/prometheus.yml"},
		"alertmanager": {"amtool", "check-config", "alertmanager/alertmanager.yml"},
		"pager":        {"amtool", "config", "routes", "test", "--config.file=alertmanager/alertmanager.yml", "--verify.receivers=pager", "severity=page"},
		"tickets":      {"amtool", "config", "routes", "test", "--config.file=alertmanager/alertmanager.yml", "--verify.receivers=tickets", "severity=ticket"},
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
