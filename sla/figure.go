package sla

import (
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// Figure is a share with the number of decimals it was stated with: 99.991 % and
// 99.9910 % are equal in value but not in what they promise to be exact about.
type Figure struct {
	PPB    int64 // parts per 10^9; 1e9 is 100 %
	Digits int   // decimals of the percentage as it was written, 0 to 7
}

// whole is 100 % in parts per 10^9.
const whole = 1_000_000_000

// ParseFigure reads a percentage with its sign, for example "99.991%" or
// "100 %". It refuses a comma, a missing sign, and anything outside 0-100 %.
func ParseFigure(text string) (Figure, error) {
	number, ok := strings.CutSuffix(strings.TrimSpace(text), "%")
	if !ok {
		return Figure{}, fmt.Errorf("%q: want a percentage with its sign, such as \"99.991%%\"", text)
	}
	number = strings.TrimSpace(number)
	if strings.Contains(number, ",") {
		return Figure{}, fmt.Errorf("%q: want a point between the digits, such as \"99.991%%\"", text)
	}
	integer, decimals, _ := strings.Cut(number, ".")
	if integer == "" || len(integer) > 3 || len(decimals) > 7 || strings.HasSuffix(number, ".") {
		return Figure{}, fmt.Errorf("%q: want a percentage between 0%% and 100%% with at most seven decimals", text)
	}
	var ppb int64
	for _, c := range integer + (decimals + "0000000")[:7] {
		if c < '0' || c > '9' {
			return Figure{}, fmt.Errorf("%q: want digits only, such as \"99.991%%\"", text)
		}
		ppb = ppb*10 + int64(c-'0')
	}
	if ppb > whole {
		return Figure{}, fmt.Errorf("%q: a share cannot be above 100%%", text)
	}
	return Figure{PPB: ppb, Digits: len(decimals)}, nil
}

// String prints the figure as it was written, without spaces.
func (f Figure) String() string {
	s := fmt.Sprintf("%d.%07d", f.PPB/10_000_000, f.PPB%10_000_000)
	if f.Digits == 0 {
		return s[:len(s)-8] + "%"
	}
	return s[:len(s)-7+f.Digits] + "%"
}

// Ratio returns the figure as a number between 0 and 1.
func (f Figure) Ratio() float64 { return float64(f.PPB) / whole }

// Allowance returns the downtime that the figure leaves in accounted time,
// rounded down to the nanosecond.
func (f Figure) Allowance(accounted time.Duration) time.Duration {
	if accounted <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(accounted), uint64(whole-f.PPB))
	q, _ := bits.Div64(hi, lo, whole)
	return time.Duration(q)
}

// UnmarshalText decodes as ParseFigure does.
func (f *Figure) UnmarshalText(text []byte) error {
	v, err := ParseFigure(string(text))
	if err == nil {
		*f = v
	}
	return err
}

// MarshalText encodes as String does.
func (f Figure) MarshalText() ([]byte, error) { return []byte(f.String()), nil }
