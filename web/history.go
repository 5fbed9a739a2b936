package web

import (
	"iter"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/timeline"
)

// History is what the pages read of the past.
type History interface {
	// Series returns the stretches that touch the period, with a neighbour on
	// each side.
	Series(id check.ID, p timeline.Period) (timeline.Series, error)
	// Results yields raw results in order of time.
	Results(id check.ID, p timeline.Period) iter.Seq2[check.Result, error]
	// Columns cuts the period into n parts of one length and sums up each.
	Columns(id check.ID, p timeline.Period, n int) ([]Column, error)
	// Evidence returns what was kept of failing probes, oldest first.
	Evidence(id check.ID, p timeline.Period, limit int) ([]Evidence, error)
	// Picture returns what a browser showed when the evidence of that moment was
	// made, as PNG; nil for none.
	Picture(id check.ID, sent time.Time) ([]byte, error)
	// Days returns the summaries of the UTC days that touch the period.
	Days(id check.ID, p timeline.Period) ([]Day, error)
	// Events returns what happened to the monitor, newest first.
	Events(p timeline.Period, limit int) ([]status.Event, error)
}

// Column sums up the answered probes of a part of a period.
type Column struct {
	Count         int
	P50, P95, Max time.Duration // zero without any
}

// Evidence is what was kept of one failing probe.
type Evidence struct {
	Sent time.Time
	check.Evidence
	Pictured bool // Picture has what a browser showed
}

// Day sums up the results of one UTC day.
type Day struct {
	Start         time.Time
	Results       [len(check.States)]int // by State
	P50, P95, Max time.Duration          // of answered probes; zero without any
}
