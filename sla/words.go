package sla

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Percent prints a share with so many decimals, rounded down: 0.999909 with three
// is 99.990 %, never 99.991 %.
func Percent(share float64, decimals int) string {
	const steps = 1_000_000_000_000
	n := int64(share*steps + 0.5) // shares come in whole steps; undo binary noise
	s := fmt.Sprintf("%d.%010d", n/(steps/100), n%(steps/100))
	point := strings.IndexByte(s, '.')
	if decimals <= 0 {
		return s[:point] + "%"
	}
	return s[:point+1+min(decimals, 10)] + "%"
}

// AtLeast prints a duration for people, rounded down to what is worth reading:
// milliseconds below a second, tenths below ten, else seconds.
func AtLeast(d time.Duration) string { return clock(d.Truncate(grain(d))) }

// AtMost is AtLeast rounded up.
func AtMost(d time.Duration) string {
	step := grain(d)
	return clock((d + step - 1).Truncate(step))
}

func grain(d time.Duration) time.Duration {
	switch {
	case d < time.Second:
		return time.Millisecond
	case d < 10*time.Second:
		return 100 * time.Millisecond
	}
	return time.Second
}

// apart prints two durations, the first longer, so finely that they differ.
func apart(long, short time.Duration) (string, string) {
	if a, b := AtLeast(long), AtLeast(short); a != b {
		return a, b
	}
	for step := 100 * time.Millisecond; step > time.Nanosecond; step /= 10 {
		if a, b := clock(long.Truncate(step)), clock(short.Truncate(step)); a != b {
			return a, b
		}
	}
	return clock(long), clock(short)
}

// clock prints a duration in hours, minutes and seconds, leaving out what is zero.
func clock(d time.Duration) string {
	b := make([]byte, 0, 24)
	unit := func(n int64, name string) {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(strconv.AppendInt(b, n, 10), name...)
	}
	if h := d / time.Hour; h > 0 {
		unit(int64(h), " h")
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		unit(int64(m), " min")
	}
	s := d % time.Minute
	switch fraction := s % time.Second; {
	case fraction > 0:
		text := fmt.Sprintf(".%09d s", fraction)
		unit(int64(s/time.Second), strings.TrimRight(text[:10], "0")+text[10:])
	case s > 0 || len(b) == 0:
		unit(int64(s/time.Second), " s")
	}
	return string(b)
}
