package device

import (
	"fmt"
	"math"
	"time"
)

// Day is one calendar day of a series, in the zone of the installation.
type Day struct {
	Date  time.Time // its midnight
	P95   float64   // of the 5-minute means
	Known bool      // at least half of the day was seen
}

// bucket is the length of the means that a day's percentile is taken of: the
// sheet's interval for servers and network gear.
const bucket = 5 * time.Minute

// DayOf makes the day that runs from start to end (23, 24 or 25 hours) out of
// the readings of one series, in any order.
func DayOf(start, end time.Time, readings []Reading) Day {
	sums := make(map[int64][]float64)
	for _, r := range readings {
		if r.Known() && !r.At.Before(start) && r.At.Before(end) {
			slot := int64(r.At.Sub(start) / bucket)
			sums[slot] = append(sums[slot], r.Value)
		}
	}
	means := make([]float64, 0, len(sums))
	for _, values := range sums {
		means = append(means, Mean(values))
	}
	all := int(end.Sub(start) / bucket)
	return Day{Date: start, P95: P95(means), Known: len(means) > 0 && 2*len(means) >= all}
}

// CapacityRule says when a series needs somebody to think about its capacity.
type CapacityRule struct {
	ID      string
	Device  ID // empty for all
	Kind    Kind
	Limit   float64       // 0.5 for CPU, as the disclosure sheet has it
	Days    int           // looked at; 7
	Need    int           // of these with a p95 above Limit; 5
	Horizon time.Duration // a trend that reaches Limit within it counts too; 60 days
}

// DefaultCapacity is the sheet's rule: processors above 50 %.
var DefaultCapacity = CapacityRule{ID: "cpu", Kind: CPU, Limit: 0.5, Days: 7, Need: 5, Horizon: 60 * 24 * time.Hour}

// Cause is why a review is due.
type Cause string

// The causes. NoCause means that none is.
const (
	NoCause  Cause = ""
	BusyDays Cause = "busy_days"
	Trend    Cause = "trend"
)

// Finding is what a rule finds in the days.
type Finding struct {
	Cause   Cause
	Busy    int       // days above the limit among the last ones
	Known   int       // known days among them
	Reaches time.Time // when the trend reaches the limit; zero when it does not
	Because string    // for people
}

const (
	// trendDays is the fewest known days that a trend is drawn through: two weeks
	// hold each weekday twice, so that a quiet weekend is not a fall.
	trendDays = 14
	// trendSure is how many standard errors a slope must differ from flat; two
	// keep one in forty flat series from opening a review.
	trendSure = 2
)

// Judge looks at days, oldest first, the last one being the last whole day.
func (c CapacityRule) Judge(days []Day) Finding {
	var f Finding
	for _, d := range days[max(0, len(days)-c.Days):] {
		if d.Known {
			f.Known++
			if d.P95 > c.Limit {
				f.Busy++
			}
		}
	}
	unit := c.Kind.Unit()
	if f.Busy >= c.Need {
		f.Cause = BusyDays
		f.Because = fmt.Sprintf("the daily 95th percentile was above %s on %d of the last %d days",
			Format(c.Limit, unit), f.Busy, c.Days)
		return f
	}
	at, ok := c.reaches(days)
	if !ok {
		return f
	}
	f.Cause, f.Reaches = Trend, at
	f.Because = fmt.Sprintf("the daily 95th percentile grows and reaches %s on %s",
		Format(c.Limit, unit), at.Format(time.DateOnly))
	return f
}

// reaches extends the least-squares line through the known days.
func (c CapacityRule) reaches(days []Day) (time.Time, bool) {
	var xs, ys []float64
	for i, d := range days {
		if d.Known {
			xs, ys = append(xs, float64(i)), append(ys, d.P95)
		}
	}
	if len(xs) < trendDays {
		return time.Time{}, false
	}
	slope, at, err := line(xs, ys)
	last := float64(len(days) - 1)
	level := at(last)
	if !(slope > 0) || slope < trendSure*err || level >= c.Limit {
		return time.Time{}, false
	}
	ahead := math.Ceil((c.Limit - level) / slope)
	if !(ahead <= c.Horizon.Hours()/24) {
		return time.Time{}, false
	}
	return days[len(days)-1].Date.AddDate(0, 0, int(ahead)), true
}

// line fits y = a + b·x and returns b, the fitted line and the standard error of b.
func line(xs, ys []float64) (slope float64, at func(float64) float64, stderr float64) {
	mx, my := Mean(xs), Mean(ys)
	var sxx, sxy float64
	for i := range xs {
		sxx += (xs[i] - mx) * (xs[i] - mx)
		sxy += (xs[i] - mx) * (ys[i] - my)
	}
	slope = sxy / sxx
	at = func(x float64) float64 { return my + slope*(x-mx) }
	var rest float64
	for i := range xs {
		e := ys[i] - at(xs[i])
		rest += e * e
	}
	return slope, at, math.Sqrt(rest / float64(len(xs)-2) / sxx)
}
