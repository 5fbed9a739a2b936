package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A notice is told within seconds when all goes well, and within its window of an
// hour when the fallback has to help.
var noticeBuckets = []float64{.5, 1, 2, 5, 10, 30, 60, 300, 900, 1800, 2700, 3600, 7200}

// notices are the metrics of telling people.
type notices struct {
	delay   prometheus.Histogram
	missed  prometheus.Counter
	failed  *prometheus.CounterVec
	pending atomic.Pointer[func() int]
}

func (m *Metrics) makeNotices() {
	n := &m.notices
	n.delay = prometheus.NewHistogram(histogram("notice_delay_seconds",
		"Time from the detection of what a notice is about to its acceptance by the first channel.", noticeBuckets))
	n.missed = prometheus.NewCounter(prometheus.CounterOpts{
		Name: prefix + "notice_deadline_missed_total", Help: "Notices that nobody had accepted when their window ended.",
	})
	n.failed = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: prefix + "notice_send_failures_total", Help: "Attempts to send a notice that failed, by channel.",
	}, []string{"channel"})
	pending := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: prefix + "notices_pending", Help: "Notices that no channel has accepted yet.",
	}, func() float64 {
		if count := n.pending.Load(); count != nil {
			return float64((*count)())
		}
		return 0
	})
	m.registry.MustRegister(n.delay, n.missed, n.failed, pending)
}

// ObserveNotice takes the time from detection to acceptance of one notice.
func (m *Metrics) ObserveNotice(d time.Duration) { m.notices.delay.Observe(d.Seconds()) }

// NoticeMissed counts a notice that missed its window.
func (m *Metrics) NoticeMissed() { m.notices.missed.Inc() }

// NoticeFailed counts an attempt over a channel that failed.
func (m *Metrics) NoticeFailed(channel string) { m.notices.failed.WithLabelValues(channel).Inc() }

// Channels shows a zero for every channel, so that an alert on a rate finds one to
// start from, and forgets those that are gone.
func (m *Metrics) Channels(names []string) {
	keep := make(map[string]bool, len(names))
	for _, name := range names {
		keep[name] = true
		m.notices.failed.WithLabelValues(name)
	}
	for _, name := range m.channels {
		if !keep[name] {
			m.notices.failed.DeleteLabelValues(name)
		}
	}
	m.channels = names
}

// Pending sets where to ask for the notices that nobody has accepted yet.
func (m *Metrics) Pending(count func() int) { m.notices.pending.Store(&count) }
