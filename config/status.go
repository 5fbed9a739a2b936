package config

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slamon/slamon/check"
)

// statusList is a list of HTTP status codes: 200, "2xx", "300-399".
type statusList struct{ ranges []check.StatusRange }

// defaultStatus is shared by all checks that name no status.
var defaultStatus = []check.StatusRange{{From: 200, To: 299}}

func (l *statusList) decode(r *reader, key string, _ place, n *node) {
	if n.kind != aList {
		r.complain(n.at, key+" = ["+n.literal()+"]", "%s: want a list, got %s", key, n.describe())
		return
	}
	if len(n.inner) == 0 {
		r.complain(n.at, key+` = ["2xx"]`, "%s is empty: no answer could be right", key)
	}
	for _, e := range n.inner {
		item := e.value
		s, err := item.status()
		if err != nil {
			r.complain(item.at, key+` = [200, "3xx", "400-403"]`, "%s: %s", key, err)
			continue
		}
		l.ranges = append(l.ranges, s)
	}
}

// status reads one element.
func (n *node) status() (check.StatusRange, error) {
	from, to, ok := strings.Cut(n.text, "-")
	if !ok {
		to = from
	}
	if n.kind == aText && len(n.text) == 3 && strings.HasSuffix(strings.ToLower(n.text), "xx") {
		from, to = n.text[:1]+"00", n.text[:1]+"99"
	}
	a, err := strconv.Atoi(strings.TrimSpace(from))
	b, err2 := strconv.Atoi(strings.TrimSpace(to))
	if err != nil || err2 != nil || n.kind != aText && n.kind != anInteger {
		return check.StatusRange{}, fmt.Errorf("want a status such as 200, \"2xx\" or \"300-399\", got %s", n.describe())
	}
	if a < 100 || b > 599 || a > b {
		return check.StatusRange{}, fmt.Errorf("%s is not a range of status codes between 100 and 599", n.describe())
	}
	return check.StatusRange{From: a, To: b}, nil
}

// accepted returns the ranges of the list.
func (l statusList) accepted() []check.StatusRange {
	if len(l.ranges) == 0 {
		return defaultStatus
	}
	return l.ranges
}
