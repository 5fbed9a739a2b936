package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/report"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// operation is one result of the base grid.
type operation struct {
	sent  int64 // Unix nanoseconds
	cell  uint16
	state check.State
}

// judgeResponses holds the times of a results file against --claim-response.
func (f *judgeFlags) judgeResponses(stdin io.Reader, out io.Writer, now time.Time) error {
	v, err := f.responses(stdin, now)
	if err != nil {
		return exitError{codeUsage, err}
	}
	write := report.ResponseText
	if f.asJSON {
		write = report.ResponseJSON
	}
	if err := write(out, v); err != nil {
		return exitError{codeFailed, err}
	}
	return answerCode(v.Answer)
}

func (f *judgeFlags) responses(stdin io.Reader, now time.Time) (*sla.ResponseVerdict, error) {
	c, window, err := f.responseClaim()
	if err != nil {
		return nil, err
	}
	var exclusions []sla.Exclusion
	if f.exclude != "" {
		c.ExcludeMaintenance = true
		err := read(f.exclude, stdin, func(r io.Reader, name string) (err error) {
			exclusions, err = report.ReadExclusions(r, name)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	corrections, err := f.corrected(stdin)
	if err != nil {
		return nil, err
	}
	series, operations, err := f.operations(stdin, window)
	if err != nil {
		return nil, err
	}
	for _, s := range series {
		c.Checks = append(c.Checks, s.Check)
	}
	v, err := c.Hold(window, judgedUntil(window, series, now), sla.ResponseHistory{
		Series: series, Exclusions: exclusions, Corrections: corrections,
		Count: func(id check.ID, set timeline.Set) (sla.Responses, error) {
			return countOperations(operations[id], set), nil
		},
	})
	return &v, err
}

// responseClaim turns the flags into a claim on response time and its window.
func (f *judgeFlags) responseClaim() (sla.ResponseClaim, timeline.Period, error) {
	var c sla.ResponseClaim
	var err error
	if c.Promise, err = sla.ParsePromise(f.response); err != nil {
		return c, timeline.Period{}, fmt.Errorf("--claim-response %w\ntry: --claim-response \"3s for 99%%\"", err)
	}
	if f.rule != "" || f.combine != "" || len(f.weights) > 0 {
		return c, timeline.Period{}, errors.New("--rule, --combine and --weights say nothing about times of response: every operation counts\ntry: leave them out")
	}
	if len(f.results) != 1 {
		return c, timeline.Period{}, fmt.Errorf("--claim-response with %d --results: times of response are judged from one file\ntry: --results once", len(f.results))
	}
	f.claim = c.Share.String() // what parse asks for; it is not used
	var window timeline.Period
	if c.Claim, window, err = f.parse(); err != nil {
		return c, window, err
	}
	c.Availability = sla.Figure{}
	return c, window, nil
}

// operations reads the results: a series for what is known of each check, and its
// operations in order.
func (f *judgeFlags) operations(stdin io.Reader, window timeline.Period) (series []timeline.Series, all map[check.ID][]operation, err error) {
	all = map[check.ID][]operation{}
	silent := 0
	pacing := report.Pacing{Interval: f.interval, Reprobe: f.recheck, Borders: []time.Time{window.From, window.To}, Each: func(r check.Result) {
		if r.State.Good() && r.Took == 0 {
			silent++
		}
		if r.Base {
			all[r.Check] = append(all[r.Check], operation{r.Sent.UnixNano(), sla.ResponseCell(r.Took), r.State})
		}
	}}
	err = read(f.results[0], stdin, func(r io.Reader, name string) (err error) {
		series, err = report.ReadSeries(r, name, pacing)
		return err
	})
	if err == nil && silent > 0 {
		err = fmt.Errorf("--results %s: %d results are good and say no duration_seconds, so nobody knows whether they were in time\ntry: results with that column, or --claim", f.results[0], silent)
	}
	return series, all, err
}

// countOperations counts those within a set of time; both are in order.
func countOperations(all []operation, set timeline.Set) sla.Responses {
	var c sla.ResponseCounter
	for _, o := range all {
		for len(set) > 0 && o.sent >= set[0].To.UnixNano() {
			set = set[1:]
		}
		if len(set) > 0 && o.sent >= set[0].From.UnixNano() {
			c.Count(o.state, sla.CellMiddle(o.cell))
		}
	}
	return c.Take().Responses()
}
