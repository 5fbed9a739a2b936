package sla

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Credits is what a contract gives back for a window below its figure. The zero
// value gives nothing.
type Credits struct {
	Tiers    []Tier   // the highest figure first
	Cap      Credit   // no more than this; zero for no cap
	Deadline Deadline // zero for none
}

// Tier is a credit that is due below a figure. A lower tier takes the place of a
// higher one.
type Tier struct {
	Below  Figure
	Credit Credit
}

// CreditForm is what the number of a credit means.
type CreditForm string

// The forms of a credit.
const (
	CreditShare   CreditForm = "share"    // parts per 10^9 of the fee of the window
	CreditDays    CreditForm = "days"     // days of service
	CreditTimes   CreditForm = "times"    // so many times the fee of the down time
	CreditProRata CreditForm = "pro_rata" // the fee of the down time
)

// Credit is an amount; the zero value is none.
type Credit struct {
	Form CreditForm
	N    int64
}

// ParseCredit reads "10%", "3d", "x10" or "pro_rata".
func ParseCredit(text string) (Credit, error) {
	t := strings.TrimSpace(text)
	if t == "pro_rata" {
		return Credit{CreditProRata, 1}, nil
	}
	bad := fmt.Errorf("%q: want \"10%%\" of the fee, \"3d\" of service, \"x10\" times the fee of the down time, or \"pro_rata\"", text)
	if strings.HasSuffix(t, "%") {
		f, err := ParseFigure(t)
		if err != nil {
			return Credit{}, bad
		}
		if f.PPB == 0 {
			return Credit{}, fmt.Errorf("%q: that is no credit", text)
		}
		return Credit{CreditShare, f.PPB}, nil
	}
	form := CreditDays
	number, ok := strings.CutSuffix(t, "d")
	if !ok {
		form = CreditTimes
		number, ok = strings.CutPrefix(t, "x")
	}
	n, err := strconv.ParseUint(number, 10, 10)
	if !ok || err != nil || n == 0 || number[0] == '+' || number[0] == '0' {
		return Credit{}, bad
	}
	return Credit{form, int64(n)}, nil
}

// String prints the credit as ParseCredit reads it.
func (c Credit) String() string {
	switch c.Form {
	case CreditShare:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%07d", c.N/10_000_000, c.N%10_000_000), "0"), ".") + "%"
	case CreditDays:
		return fmt.Sprintf("%dd", c.N)
	case CreditTimes:
		return fmt.Sprintf("x%d", c.N)
	case CreditProRata:
		return "pro_rata"
	}
	return "none"
}

// of returns the credit in parts per 10^9 of the fee of a window, of which so much
// counts: a fee is paid for the days of the calendar, and promised are those hours.
func (c Credit) of(down, window, calendar time.Duration) int64 {
	if window <= 0 {
		return 0
	}
	switch c.Form {
	case CreditShare:
		return c.N
	case CreditDays:
		return int64(float64(c.N) * float64(24*time.Hour) / float64(max(1, calendar)) * whole)
	case CreditTimes, CreditProRata:
		return int64(float64(c.N) * float64(down) / float64(window) * whole)
	}
	return 0
}

// Deadline is how long a credit can be claimed: so many days, or a day of the
// month after the window's last. The zero value is for ever.
type Deadline struct{ Days, DayOfNextMonth int }

// ParseDeadline reads "30d" or "15th of next month".
func ParseDeadline(text string) (Deadline, error) {
	t := strings.TrimSpace(text)
	if days, ok := strings.CutSuffix(t, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 3660 && days[0] != '+' && days[0] != '0' {
			return Deadline{Days: n}, nil
		}
	}
	if day, ok := strings.CutSuffix(t, " of next month"); ok {
		for n := 1; n <= 31; n++ {
			if day == ordinal(n) {
				return Deadline{DayOfNextMonth: n}, nil
			}
		}
	}
	return Deadline{}, fmt.Errorf("%q: want days such as \"30d\", or \"15th of next month\"", text)
}

func ordinal(n int) string {
	end := "th"
	if n/10 != 1 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return strconv.Itoa(n) + end
}

// String prints the deadline as ParseDeadline reads it.
func (d Deadline) String() string {
	switch {
	case d.Days > 0:
		return fmt.Sprintf("%dd", d.Days)
	case d.DayOfNextMonth > 0:
		return ordinal(d.DayOfNextMonth) + " of next month"
	}
	return ""
}

// Last returns the last day on which a credit for a window that ended at end can
// be claimed, in end's zone; false without a deadline.
func (d Deadline) Last(end time.Time) (Date, bool) {
	y, m, day := end.Add(-1).Date()
	switch {
	case d.Days > 0:
		return DateOf(time.Date(y, m, day+d.Days, 12, 0, 0, 0, time.UTC)), true
	case d.DayOfNextMonth > 0:
		return DateOf(time.Date(y, m+1, min(d.DayOfNextMonth, lastDay(y, m+1)), 12, 0, 0, 0, time.UTC)), true
	}
	return Date{}, false
}

// CreditDue is the credit of a window that has ended, in shares of its fee from 0
// on: for certain, most likely, and at most, with all unknown time down.
type CreditDue struct {
	Low, Point, High float64
	Terms            Credit // the tier that is most likely due; zero for none
	Capped           bool   // the cap holds the likely one down
	ClaimBy          Date   // the last day to claim it; zero for none
}

// credit works out what is due under the rule's tiers.
func (v *Verdict) credit() CreditDue {
	var due CreditDue
	all := v.Claim.Rule.Credits
	if len(all.Tiers) == 0 || !v.Final || v.Accounted <= v.Unknown {
		return due
	}
	most := v.Count.Denominator
	at := func(down time.Duration) (float64, Credit, bool) {
		down = min(down, most)
		var found Credit
		for _, t := range all.Tiers {
			if down > t.Below.Allowance(most) {
				found = t.Credit
			}
		}
		n := found.of(down, most, v.Period.Length())
		if c := all.Cap.of(down, most, v.Period.Length()); all.Cap != (Credit{}) && n > c {
			return float64(c) / whole, found, true
		}
		return float64(n) / whole, found, false
	}
	due.Low, _, _ = at(v.Downtime.HardLow)
	due.Point, due.Terms, due.Capped = at(v.Downtime.Point)
	due.High, _, _ = at(v.Downtime.High95 + v.Count.Unknown)
	due.ClaimBy, _ = all.Deadline.Last(v.Period.To)
	return due
}
