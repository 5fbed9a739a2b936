package deploy_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
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
	"slamon_sensor":                                     "the demo has no sensor",
	"slamon_store_size_limit_bytes":                     "the demo's store has no limit",
	"changes(slamon_start_timestamp_seconds":            "the demo is started once",
	`kind=~"swap"`:                                      "the demo's gateway has no swap",
	`kind=~"load"`:                                      "the demo's gateway tells no load",
	`kind=~"temperature"`:                               "the demo's gateway tells no temperature",
	`kind=~"battery_remaining|on_battery"`:              "the demo has no UPS",
	`kind=~"custom"`:                                    "the demo reads nothing by OID",
}

const (
	liveLimit = 80 * time.Second // outages and rates need some 15 s; the rest is for slow machines
	demoLife  = "100s"           // should the test be killed, the demo ends by itself
)

// TestLive runs every expression on a Prometheus that scrapes the demo.
func TestLive(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the demo and Prometheus")
	}
	need(t, "prometheus")
	ctx, cancel := context.WithTimeout(t.Context(), liveLimit)
	defer cancel()
	prometheus := startPrometheus(t, startDemo(t, ctx))

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

// demoServices are what the dashboard of one service is opened for: each has what the
// others lack.
var demoServices = []string{"meeting", "rooms"}

// ask fills the variables in and returns what the expression has now, for the first
// service that has something.
func ask(ctx context.Context, base, expr string) (found []series, err error) {
	for _, service := range demoServices {
		if found, err = query(ctx, base, filled(expr, service)); err != nil || len(found) > 0 || !strings.Contains(expr, "$service") {
			return found, err
		}
	}
	return found, err
}

// filled puts values for Grafana's variables.
func filled(expr, service string) string {
	return strings.NewReplacer(
		`=~"$service"`, `=~".*"`, `"$service"`, `"`+service+`"`, `"$class"`, `".*"`, `"$claim"`, `".*"`, `"$site"`, `".*"`, `"$device"`, `".*"`, `"$instance"`, `".*"`,
		"$window", "claim", "$__rate_interval", "10s", "$__interval", "10s", "$__range", "30s",
	).Replace(expr)
}

// refusal is an expression that Prometheus does not take.
type refusal string

func (r refusal) Error() string { return string(r) }

// series is one line of an answer.
type series struct {
	Metric map[string]string
	Value  [2]any // when, and the value as a string
}

// query returns the series that the expression has now; NaN draws nothing.
func query(ctx context.Context, base, expr string) ([]series, error) {
	var data struct{ Result []series }
	err := fetch(ctx, base+"/api/v1/query?query="+url.QueryEscape(expr), &data)
	return slices.DeleteFunc(data.Result, func(s series) bool { return s.Value[1] == "NaN" }), err
}

// fetch asks Prometheus and takes the data of its answer.
func fetch(ctx context.Context, address string, data any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	a := struct {
		Error string
		Data  any
	}{Data: data}
	if err := json.NewDecoder(answer.Body).Decode(&a); err != nil {
		return err
	}
	if answer.StatusCode == http.StatusBadRequest || answer.StatusCode == http.StatusUnprocessableEntity {
		return refusal(a.Error + " at " + address)
	}
	return nil
}

var address = regexp.MustCompile(`metrics +http://([^/]+)/metrics`)

// startDemo builds and starts the demo, and returns where it listens.
func startDemo(t *testing.T, ctx context.Context) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "slamon")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "../cmd/slamon").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	demo := command(t, binary, "demo", "--for", demoLife, "--web.listen-address", "127.0.0.1:0")
	said, err := demo.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start(t, demo)
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if m := address.FindStringSubmatch(lines.Text()); m != nil {
			return m[1]
		}
	}
	t.Fatal("the demo did not say where its metrics are")
	return ""
}

// startPrometheus lets a Prometheus with our rules scrape the target every second.
func startPrometheus(t *testing.T, target string) string {
	t.Helper()
	rules, err := filepath.Abs("prometheus")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := fmt.Sprintf(`global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [%q]
scrape_configs: [{job_name: slamon, static_configs: [{targets: [%q]}]}]
`, rules+"/*.rules.yml", target)
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	// Prometheus does not say which port it took, so that one is looked for here.
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := free.Addr().String()
	free.Close()
	start(t, command(t, "prometheus", "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+listen, "--log.level=error", "--enable-feature=exemplar-storage"))
	return "http://" + listen
}

func command(t *testing.T, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Stderr = t.Output()
	return c
}

// start runs the child until the test ends.
func start(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(10*time.Second, func() { _ = c.Process.Kill() })
		defer late.Stop()
		_ = c.Wait() // the demo ends with a code of its own
	})
}
