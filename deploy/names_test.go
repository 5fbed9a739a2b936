package deploy_test

import (
	"regexp"
	"strings"
	"testing"
)

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
	"slamon_claim_failures":                               "its meaning depends on the claim; reports and the page of the claim hold it against what was stated",
	"slamon_claim_failures_limit":                         "stands beside slamon_claim_failures",
	"slamon_claim_credit_ratio":                           "of the few contracts that give credit, once a month: the report has it with its deadline",
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
