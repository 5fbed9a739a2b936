package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/timeline"
)

// serviceHours reads the hours and holidays that the flags name, nil for always.
func (f *judgeFlags) serviceHours(window timeline.Period, zone *time.Location) (*sla.Hours, error) {
	if f.hours == "" {
		if f.holidays != "" {
			return nil, errors.New("--holidays without --service-hours: nothing is closed\ntry: --service-hours \"Mo-Fr 08:00-18:00\"")
		}
		return nil, nil
	}
	var closed sla.Calendar
	if f.holidays != "" {
		var err error
		if closed, err = config.ReadHolidays(f.holidays, zone, window); err != nil {
			return nil, fmt.Errorf("--holidays %w\ntry: name an iCalendar file (RFC 5545) with one event for each holiday", err)
		}
	}
	hours, err := sla.ParseHours(f.hours, zone, closed)
	if err != nil {
		return nil, fmt.Errorf("--service-hours: %w\ntry: --service-hours \"Mo-Fr 08:00-18:00\"", err)
	}
	if len(hours.Open(window)) == 0 {
		return nil, fmt.Errorf("--service-hours %q: the window has none of them\ntry: other days, or a longer window", f.hours)
	}
	return hours, nil
}

// combined reads how the checks of the results make the service.
func (f *judgeFlags) combined(claim *sla.Claim, series []timeline.Series) error {
	var names []string
	for _, s := range series {
		claim.Checks = append(claim.Checks, s.Check)
		names = append(names, string(s.Check))
	}
	how := f.combine
	if how == "" {
		how = string(sla.AnyDown)
	}
	var err error
	if claim.Combine, err = sla.ParseCombine(how, len(series)); err != nil {
		return fmt.Errorf("--combine %w\ntry: --combine all_down, or --combine \"1 of %d down\"", err, len(series))
	}
	if len(series) == 1 {
		claim.Combine = ""
	}
	if len(f.weights) > 0 && claim.Combine != sla.Mean {
		return errors.New("--weights has no meaning without --combine mean\ntry: --combine mean")
	}
	for id, weight := range f.weights {
		switch {
		case !slices.Contains(names, id):
			return fmt.Errorf("--weights names %q, which is no check of the results\ntry: one of %s", id, strings.Join(names, ", "))
		case weight < 1 || weight > sla.MaxWeight:
			return fmt.Errorf("--weights %s=%d: want a number between 1 and %d\ntry: --weights %s=1", id, weight, sla.MaxWeight, id)
		}
		if claim.Weights == nil {
			claim.Weights = map[check.ID]int{}
		}
		claim.Weights[check.ID(id)] = weight
	}
	return nil
}
