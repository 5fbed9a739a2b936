package metrics

import (
	"bytes"
	"flag"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
)

var update = flag.Bool("update", false, "rewrite testdata/catalogue.prom")

const catalogue = "testdata/catalogue.prom"

// filled is everything that slamon can expose, with figures that never change.
func filled(b *status.Board) *Metrics {
	m := New(func() *status.Board { return b }, Options{
		Version: "1.2.3", Revision: "0123abc", WithoutRuntime: true,
		Sensors: func() Sensors { return Sensors{Sensors: 3, Connected: 2, Probed: 5, Limited: 1} },
		Schedule: func() Schedule {
			return Schedule{MaxInFlight: 800, Panics: 1, Rounds: 2}
		},
		Store: func() Store {
			return Store{FreeBytes: 4096, Checks: 9, Waiting: 12, Late: 1, Failures: 2, LastCommit: noon, CheckpointTook: 40 * time.Millisecond, BackupBytes: 60000, SizeLimit: 1 << 20, DiskFree: 1 << 30, DiskFreeKnown: true}
		},
	})
	if b != nil {
		for _, s := range b.Services {
			for _, c := range s.Checks {
				m.Observe(c.Check, c.Last)
			}
		}
	}
	m.ObserveLag(1200 * time.Microsecond)
	m.ObserveCommit(800 * time.Microsecond)
	m.ObserveNotice(1500 * time.Millisecond)
	m.NoticeMissed()
	m.Channels([]string{"mail", "slack"})
	m.NoticeFailed("mail")
	m.Pending(func() int { return 2 })
	return m
}

func exposition(t *testing.T, m *Metrics) string {
	t.Helper()
	families, err := m.Gather().Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&out, f); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(out.String(), runtime.Version(), "go1.x")
}

func TestCatalogue(t *testing.T) {
	got := exposition(t, filled(made()))
	if *update {
		if err := os.WriteFile(catalogue, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), rewrite with -update:\n%s", catalogue, diff)
	}
}

// TestPedantic looks as strictly as client_golang can: every series has the labels of
// its family in order, and none is there twice.
func TestPedantic(t *testing.T) {
	m := filled(made())
	k := newSink()
	m.collect(k)
	for f, family := range k.families {
		if !slices.IsSorted(f.labels) {
			t.Errorf("%s declares the labels %v, want them in order", f.name, f.labels)
		}
		for _, series := range family.Metric {
			var names []string
			for _, l := range series.Label {
				names = append(names, l.GetName())
			}
			if !slices.Equal(names, f.labels) {
				t.Errorf("%s has the labels %v, want %v", f.name, names, f.labels)
			}
		}
	}
	if _, err := (prometheus.Gatherers{m.Gather()}).Gather(); err != nil { // checks every series again
		t.Error(err)
	}
}

func TestLint(t *testing.T) {
	problems, err := testutil.GatherAndLint(filled(made()).Gather())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range excepted(problems) {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestPromtool(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("promtool is not installed")
		}
		t.Skip("promtool is not installed")
	}
	run := exec.Command(tool, "check", "metrics")
	run.Stdin = strings.NewReader(exposition(t, filled(made())))
	out, err := run.CombinedOutput()
	out, excused := exceptedLines(out)
	if err != nil && !excused || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// TestAbsent checks that what is not known has no series at all.
func TestAbsent(t *testing.T) {
	got := exposition(t, filled(made()))
	for name, series := range map[string]string{
		"up of an unknown check":              `slamon_check_up{check="relay"`,
		"up of a paused check":                `slamon_check_up{check="imap"`,
		"success of a check that had none":    `slamon_check_last_success_timestamp_seconds{check="media"`,
		"availability without known time":     `slamon_availability_ratio{claim="year",service="meeting",window="1h"}`,
		"availability of an unjudged claim":   `slamon_availability_ratio{claim="new"`,
		"verdict of an unjudged claim":        `slamon_claim_verdict{claim="new"`,
		"incidents of before the start":       `slamon_incidents_total{reason="timeout",service="meeting",side="unassigned"} 2`,
		"the name of an incident in a label":  `media-2`,
		"a pair of outcome and reason unseen": `outcome="down",reason="dns"`,
		"facts of a check that has none":      `slamon_check_http_status_code{check="edge"`,
	} {
		if strings.Contains(got, series) {
			t.Errorf("%s: found %s", name, series)
		}
	}
	for _, series := range []string{
		`slamon_coverage_ratio{claim="year",service="meeting",window="1h"} 0`,
		`slamon_unknown_seconds{claim="year",service="meeting",window="1h"} 3600`,
		`slamon_incidents_total{reason="timeout",service="meeting",side="vendor"} 1`,
		`slamon_incidents_total{reason="timeout",service="meeting",side="unassigned"} 1`,
		`slamon_incidents_total{reason="status",service="meeting",side="planned"} 1`,
		`slamon_incidents_total{reason="dns",service="meeting",side="unassigned"} 0`,
		`slamon_incidents_listed{service="meeting",side="vendor"} 1`,
		`slamon_incident_open{service="meeting"} 1`,
		`slamon_service_checks{service="meeting",state="paused"} 1`,
		`slamon_schedule_missed_total{reason="missed"} 0`,
	} {
		if !strings.Contains(got, series+"\n") {
			t.Errorf("want %s", series)
		}
	}
}

func TestNotKnownOfTheMonitor(t *testing.T) {
	b := made()
	b.Services = b.Services[:1] // no anchors
	b.Own = status.Own{ConfigError: "bad"}
	got := exposition(t, filled(b))
	for _, name := range []string{"slamon_own_network_up", "slamon_clock_offset_seconds", "slamon_store_backup_last_successful", "slamon_store_backup_last_success_timestamp_seconds", "slamon_config_last_reload_success_timestamp_seconds"} {
		if strings.Contains(got, name) {
			t.Errorf("%s is not known, but exposed", name)
		}
	}
	if !strings.Contains(got, "slamon_config_last_reload_successful 0\n") {
		t.Error("a failed reload is not exposed")
	}
}

func TestBeforeTheFirstBoard(t *testing.T) {
	got := exposition(t, filled(nil))
	if !strings.Contains(got, "slamon_build_info{") || strings.Contains(got, "slamon_config") {
		t.Errorf("before the first board:\n%s", got)
	}
}

func TestNaNIsAbsent(t *testing.T) {
	b := made()
	b.Services[0].Claims[0].Verdict.Availability.Point = math.NaN()
	b.Services[0].Checks[1].Last.Facts[0].Value = math.Inf(1)
	got := exposition(t, filled(b))
	if strings.Contains(got, "NaN") || strings.Contains(got, "Inf ") || strings.Contains(got, "+Inf\n") {
		t.Errorf("a value that is not a number is exposed:\n%s", got)
	}
}

// TestForget checks that a check's series end with the check.
func TestForget(t *testing.T) {
	b := made()
	m := filled(b)
	if got := exposition(t, m); !strings.Contains(got, `slamon_check_results_total{check="media"`) {
		t.Fatalf("no results of media:\n%s", got)
	}
	b.Services[0].Checks = b.Services[0].Checks[:3]
	if got := exposition(t, m); strings.Contains(got, `check="media"`) {
		t.Errorf("media was removed, but is exposed:\n%s", got)
	}
	if len(m.tallies) != 6 {
		t.Errorf("%d checks are counted, want 6", len(m.tallies))
	}
}

func TestHandler(t *testing.T) {
	m := filled(made())
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	for _, c := range []struct{ accept, want string }{
		{"text/plain", "slamon_check_up{check=\"join\""},
		{"application/openmetrics-text;version=1.0.0", "# EOF"},
		{"application/openmetrics-text;version=1.0.0", `reason="timeout",service="meeting"} 1.0 # {sent="2026-10-01T03:00:00Z"} 3.0`},
		{"application/openmetrics-text;version=1.0.0", `side="vendor"} 1.0 # {incident="media-2"} 1.0`},
		{"application/openmetrics-text;version=1.0.0", `service="meeting",le="0.05"} 1 # {check="join"} 0.042`},
		{"application/openmetrics-text;version=1.0.0", `slamon_incidents_created{reason="timeout",service="meeting",side="vendor"} 1.79082e+09`},
		{"application/openmetrics-text;version=1.0.0", "slamon_schedule_lag_seconds_created 1"},
	} {
		r, err := http.NewRequest(http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", c.accept)
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(body), c.want) {
			t.Errorf("%s: %d %v, want %q in\n%s", c.accept, answer.StatusCode, err, c.want, body)
		}
	}
}

// TestBrokenSeries checks that two checks of one name cost only themselves.
func TestBrokenSeries(t *testing.T) {
	b := made()
	b.Services[0].Checks = append(b.Services[0].Checks, b.Services[0].Checks[0])
	w := httptest.NewRecorder()
	m := filled(b)
	h := m.Handler()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `slamon_check_up{check="edge"`) {
		t.Errorf("%d, want the other series:\n%s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if want := `promhttp_metric_handler_errors_total{cause="gathering"} 1`; !strings.Contains(w.Body.String(), want) {
		t.Errorf("want %s", want)
	}
}

func TestMoveToAnotherClass(t *testing.T) {
	b := made()
	m := filled(b)
	c := &b.Services[0].Checks[0]
	c.Class = check.Platform
	m.Observe(c.Check, c.Last)
	if want := `slamon_check_results_total{check="join",outcome="up",reason="none",service="meeting"} 2`; !strings.Contains(exposition(t, m), want) {
		t.Errorf("want %s", want)
	}
}
