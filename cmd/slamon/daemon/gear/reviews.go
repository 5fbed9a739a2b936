package gear

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/slamon/slamon/device"
	"github.com/slamon/slamon/status"
	"github.com/slamon/slamon/store"
	"github.com/slamon/slamon/timeline"
	"github.com/slamon/slamon/web"
)

const (
	reviewPrefix = "review/"
	// trendLooksBack is how many days a trend is drawn through.
	trendLooksBack = 60
	// reviewShown is how long a review that was decided stays on the list.
	reviewShown = 180 * 24 * time.Hour
	// reviewPatience is how long after midnight the day before is looked at.
	reviewPatience = 15 * time.Minute
)

// review looks at capacity when a day is over. Its days are calendar days of the site's
// zone. It runs on the goroutine of run.
func (d *Devices) review(now time.Time) {
	d.mu.Lock()
	zone, rules := d.zone, d.config.Capacity
	y, m, day := now.Add(-reviewPatience).In(zone).Date()
	midnight := time.Date(y, m, day, 0, 0, 0, 0, zone)
	ids := make([]device.ID, 0, len(d.read))
	for id := range d.read {
		ids = append(ids, id)
	}
	due := midnight.After(d.reviewed) && len(ids) > 0
	if due {
		d.reviewed = midnight
	}
	d.mu.Unlock()
	if !due {
		return
	}
	for _, rule := range rules {
		for _, id := range ids {
			for _, series := range d.store.SeriesOf(id) {
				if series.Kind == rule.Kind && (rule.Device == "" || rule.Device == id) {
					d.judge(rule, series, midnight, now)
				}
			}
		}
	}
}

// judge holds one series against one rule.
func (d *Devices) judge(rule device.CapacityRule, series device.Series, midnight, now time.Time) {
	finding := rule.Judge(d.daysOf(series, midnight))
	if finding.Cause == device.NoCause {
		return
	}
	d.mu.Lock()
	existing := make([]device.Review, 0, len(d.reviews))
	for _, r := range d.reviews {
		existing = append(existing, r)
	}
	d.mu.Unlock()
	if r, opens := rule.Opens(series, finding, existing, now); opens {
		if err := d.keepReview(r); err != nil {
			d.log.Error("a capacity review could not be kept", "review", r.ID, "error", err)
			return
		}
		d.event(status.Event{At: now, Kind: "review_opened", Text: series.String() + ": " + r.Because})
		d.wake()
	}
}

// daysOf returns the days before midnight, oldest first. Days that are over do not
// change, so each is made once.
func (d *Devices) daysOf(series device.Series, midnight time.Time) []device.Day {
	known := d.days[series]
	kept := make(map[time.Time]device.Day, trendLooksBack)
	days := make([]device.Day, 0, trendLooksBack)
	for n := trendLooksBack; n > 0; n-- {
		start, end := midnight.AddDate(0, 0, -n), midnight.AddDate(0, 0, 1-n)
		day, ok := known[start]
		if !ok {
			readings, err := d.store.Readings(series, timeline.Period{From: start, To: end})
			if err != nil {
				d.log.Error("readings cannot be read", "series", series.String(), "error", err)
			}
			day = device.DayOf(start, end, readings)
		}
		kept[start] = day
		days = append(days, day)
	}
	d.days[series] = kept
	return days
}

func (d *Devices) keepReview(r device.Review) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := d.store.PutAll([]store.Fact{{Key: reviewPrefix + r.ID, Value: text}}); err != nil {
		return err
	}
	d.mu.Lock()
	d.reviews[r.ID] = r
	d.mu.Unlock()
	return nil
}

// Reviews returns open reviews and those of the last months, newest first.
func (d *Devices) Reviews(now time.Time) []device.Review {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]device.Review, 0, len(d.reviews))
	for _, r := range d.reviews {
		if r.Open() || now.Sub(r.Closed) < reviewShown {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b device.Review) int {
		if c := b.Opened.Compare(a.Opened); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return list
}

// ChangeReview does what somebody asks of a review: see web.Reviews.
func (d *Devices) ChangeReview(id string, c web.ReviewChange, now time.Time) (device.Review, error) {
	d.mu.Lock()
	r, ok := d.reviews[id]
	d.mu.Unlock()
	if !ok {
		return r, web.Refusal{Err: fmt.Errorf("no review is named %q", id)}
	}
	var err error
	switch {
	case c.Decision != "":
		r, err = r.Decide(c.Decision, c.By, now)
	case c.Owner != "":
		due := r.Due
		if c.Due != nil {
			due = *c.Due
		}
		r, err = r.Assign(c.Owner, due, c.By, now)
	default:
		r, err = r.Comment(c.Comment, c.By, now)
	}
	if err != nil {
		return r, web.Refusal{Err: err}
	}
	if err := d.keepReview(r); err != nil {
		return r, err
	}
	d.wake()
	return r, nil
}
