package probe

import (
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/slamon/slamon/check"
)

const (
	// maxPerf bounds the values of one command: each label is a time series for as
	// long as the monitor runs.
	maxPerf = 20

	// maxPerfLabel bounds a label; real ones name a file system or an interface.
	maxPerfLabel = 64
)

// parsePlugin takes the output of a monitoring plugin apart: the text of its first
// line, and the performance data behind the bars (guidelines, sections 2 and 2.6). What
// is no proper performance data is passed over.
func parsePlugin(out []byte) (answer string, values []check.Fact) {
	first, rest, _ := strings.Cut(string(out), "\n")
	answer, perf, _ := strings.Cut(first, "|")
	if _, more, ok := strings.Cut(rest, "|"); ok {
		perf += " " + more
	}
	perf = strings.ReplaceAll(perf, "\n", " ")
	for perf != "" && len(values) < maxPerf {
		var label string
		var ok bool
		label, perf, ok = perfLabel(strings.TrimLeftFunc(perf, unicode.IsSpace))
		item, after := cutSpace(perf)
		perf = after
		if !ok {
			continue
		}
		if v, ok := perfValue(item); ok {
			values = append(values, check.Fact{Kind: check.Performance, Label: label, Value: v})
		}
	}
	return strings.TrimSpace(answer), values
}

// perfLabel takes a label and its equals sign off the front. A label in single
// quotation marks can hold anything; two of them stand for one.
func perfLabel(s string) (label, rest string, ok bool) {
	if !strings.HasPrefix(s, "'") {
		end := strings.IndexFunc(s, func(c rune) bool { return c == '=' || unicode.IsSpace(c) })
		if end <= 0 || s[end] != '=' {
			return "", s, false
		}
		return cleanLabel(s[:end]), s[end+1:], true
	}
	var b strings.Builder
	for s = s[1:]; ; {
		end := strings.IndexByte(s, '\'')
		if end < 0 {
			return "", "", false
		}
		b.WriteString(s[:end])
		s = s[end+1:]
		if !strings.HasPrefix(s, "'") {
			break
		}
		b.WriteByte('\'')
		s = s[1:]
	}
	if !strings.HasPrefix(s, "=") || b.Len() == 0 {
		return "", s, false
	}
	return cleanLabel(b.String()), s[1:], true
}

// cleanLabel makes a label fit to be shown.
func cleanLabel(s string) string {
	s = strings.Map(func(c rune) rune {
		if c == unicode.ReplacementChar || !unicode.IsPrint(c) {
			return '.'
		}
		return c
	}, strings.ToValidUTF8(s, "."))
	for len(s) > maxPerfLabel {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}

func cutSpace(s string) (item, rest string) {
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// perfValue reads value[unit];warn;crit;min;max, of which only the value counts: the
// plugin has already judged it.
func perfValue(s string) (float64, bool) {
	s, _, _ = strings.Cut(s, ";")
	end := strings.IndexFunc(s, func(c rune) bool { return !strings.ContainsRune("0123456789.,-+eE", c) })
	if end < 0 {
		end = len(s)
	}
	number := strings.Replace(s[:end], ",", ".", 1) // some plugins mind the locale
	v, err := strconv.ParseFloat(strings.TrimRight(number, "eE"), 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// perfLabels are the labels of a command so far. A command that makes up new ones in
// every run must not make new time series with them: the first ones stay.
type perfLabels struct {
	mu    sync.Mutex
	known map[string]bool
}

func (p *perfLabels) bounded(values []check.Fact) []check.Fact {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := values[:0]
	seen := map[string]bool{}
	for _, v := range values {
		if !p.known[v.Label] {
			if len(p.known) >= maxPerf {
				continue
			}
			if p.known == nil {
				p.known = map[string]bool{}
			}
			p.known[v.Label] = true
		}
		if !seen[v.Label] {
			seen[v.Label] = true
			kept = append(kept, v)
		}
	}
	return kept
}
