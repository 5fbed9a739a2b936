package metrics

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// TestProtobuf asks as a Prometheus with native histograms does: each histogram that
// is observed here has both kinds of buckets, and counters and histograms know since
// when they count.
func TestProtobuf(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	w := httptest.NewRecorder()
	filled(made()).Handler().ServeHTTP(w, r)
	d := expfmt.NewDecoder(w.Body, expfmt.ResponseFormat(w.Result().Header))
	families := map[string]*dto.MetricFamily{}
	for {
		f := new(dto.MetricFamily)
		if err := d.Decode(f); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		families[f.GetName()] = f
	}
	for _, name := range []string{"slamon_check_duration_seconds", "slamon_schedule_lag_seconds", "slamon_store_commit_duration_seconds", "slamon_notice_delay_seconds"} {
		h := families[name].GetMetric()[0].GetHistogram()
		if len(h.GetBucket()) == 0 || len(h.GetPositiveSpan()) == 0 || h.GetCreatedTimestamp() == nil {
			t.Errorf("%s: want classic and native buckets and a begin, got %v", name, h)
		}
	}
	if len(families["slamon_check_duration_seconds"].GetMetric()[0].GetHistogram().GetExemplars()) == 0 {
		t.Error("slamon_check_duration_seconds: want exemplars of the native histogram")
	}
	for _, name := range []string{"slamon_check_results_total", "slamon_incidents_total", "slamon_schedule_probes_total", "slamon_notice_send_failures_total"} {
		if c := families[name].GetMetric()[0].GetCounter(); c.GetCreatedTimestamp() == nil {
			t.Errorf("%s: want a begin, got %v", name, c)
		}
	}
}
