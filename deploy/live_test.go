package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// empty says which metrics the demo rightly does not have; what asks for them must
// be accepted, but need not find anything.
var empty = map[string]string{
	"slamon_check_certificate_expiry_timestamp_seconds": "the demo has no TLS",
	"slamon_check_icmp_loss_ratio":                      "ICMP needs a right that not every machine gives",
	"slamon_check_clock_offset_seconds":                 "the demo has no time server",
	"slamon_check_ntp_stratum":                          "the demo has no time server",
	"slamon_check_performance_value":                    "the demo runs no command",
	"slamon_check_throughput_bytes_per_second":          "the demo measures no throughput",
	"slamon_clock_offset_seconds":                       "the demo has no time server",
	"slamon_response_":                                  "the demo claims no response time",
	"slamon_check_response_":                            "what is usual is learned over weeks",
	"slamon_check_addresses":                            "the demo has addresses and no names",
	"slamon_claim_stage":                                "no claim of the demo has a counting rule",
	"slamon_sensor":                                     "the demo has no sensor",
	"slamon_peer_":                                      "the demo is in one place",
	"slamon_store_size_limit_bytes":                     "the demo's store has no limit",
	"changes(slamon_start_timestamp_seconds":            "the demo is started once",
	`kind=~"swap"`:                                      "the demo's gateway has no swap",
	`kind=~"load"`:                                      "the demo's gateway tells no load",
	`kind=~"temperature"`:                               "the demo's gateway tells no temperature",
	`kind=~"battery_remaining|on_battery"`:              "the demo has no UPS",
	`kind=~"custom"`:                                    "the demo reads nothing by OID",
}

const (
	liveLimit = 3 * time.Minute // outages and rates need some 15 s; the rest is for slow machines
	demoLife  = "200s"          // should the test be killed, the demo ends by itself
)

// TestLive runs every expression on a Prometheus that scrapes the demo.
func TestLive(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo and Prometheus")
	}
	need(t, "prometheus")
	demo := buildDemo(t)
	checkBeside(t, demo)
	ctx, cancel := context.WithTimeout(t.Context(), liveLimit)
	defer cancel()
	slamon := startDemo(t, demo)
	prometheus := startPrometheus(t, slamon)

	open := map[string]string{} // expressions without an answer, and where they stand
	alerts := map[string]string{}
	for _, q := range questions(t) {
		expr := q.expr
		if q.alert == "" {
			open[expr] = q.where
			continue
		}
		// An alert is rightly silent, but what it looks at must be there.
		alerts[expr] = q.where
		for _, m := range selector.FindAllString(expr, -1) {
			open[m] = q.where
		}
	}
	for expr := range open {
		for part := range empty {
			if strings.Contains(expr, part) {
				delete(open, expr)
			}
		}
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	asked := len(open)
	for len(open) > 0 {
		select {
		case <-ctx.Done():
			for expr, where := range open {
				t.Errorf("%s: no data for\n%s", where, expr)
			}
			return
		case <-tick.C:
		}
		for expr := range open {
			found, err := ask(ctx, prometheus, expr)
			if errors.As(err, new(refusal)) {
				t.Errorf("%s: %v", open[expr], err)
				delete(open, expr)
			}
			if len(found) > 0 {
				delete(open, expr)
			}
		}
	}
	for expr, where := range alerts {
		if _, err := ask(ctx, prometheus, expr); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
	t.Logf("%d expressions have data", asked)
	showPanels(t, ctx, prometheus)
	checkExemplars(t, ctx, prometheus)
	checkRules(t, ctx, prometheus)
	checkPages(t, ctx, slamon)
}

// checkRules looks whether Prometheus could evaluate all of them.
func checkRules(t *testing.T, ctx context.Context, prometheus string) {
	t.Helper()
	var found struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	if err := fetch(ctx, prometheus+"/api/v1/rules", &found); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, g := range found.Groups {
		for _, r := range g.Rules {
			n++
			if r.Health != "ok" {
				t.Errorf("rule %s is %s: %s", r.Name, r.Health, r.LastError)
			}
		}
	}
	if want := len(ofRules(t)); n != want {
		t.Errorf("Prometheus has %d rules, want %d", n, want)
	}
}

// checkExemplars looks for one that leads from a bucket to its check, as the data
// source of Grafana does.
func checkExemplars(t *testing.T, ctx context.Context, prometheus string) {
	t.Helper()
	now := time.Now().Unix()
	address := fmt.Sprintf("%s/api/v1/query_exemplars?query=slamon_check_duration_seconds_bucket&start=%d&end=%d", prometheus, now-60, now+1)
	var found []struct {
		Exemplars []struct{ Labels map[string]string }
	}
	if err := fetch(ctx, address, &found); err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 || found[0].Exemplars[0].Labels["check"] == "" {
		t.Errorf("exemplars of response times: got %v, want one with a check", found)
	}
}
