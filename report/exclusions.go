package report

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/slamon/slamon/sla"
)

// ReadExclusions reads maintenance as CSV: from and to (RFC 3339; to is not part
// of it), and, if they are there, announced (RFC 3339) and note. It returns them
// in order of time. The name is for complaints.
func ReadExclusions(r io.Reader, name string) ([]sla.Exclusion, error) {
	t, err := openTable(r, name, "from,to,announced,note", "from", "to")
	if err != nil {
		return nil, err
	}
	from, to, announced, note := t.column("from"), t.column("to"), t.column("announced"), t.column("note")
	var all []sla.Exclusion
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			slices.SortStableFunc(all, func(a, b sla.Exclusion) int { return a.From.Compare(b.From) })
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		e := sla.Exclusion{Note: strings.Clone(t.field(note))}
		if e.From, err = t.instant(from, "from"); err != nil {
			return nil, err
		}
		if e.To, err = t.instant(to, "to"); err != nil {
			return nil, err
		}
		if !e.From.Before(e.To) {
			return nil, t.complain("the maintenance ends before it begins", "swap from and to, or correct them")
		}
		if t.field(announced) != "" {
			if e.Announced, err = t.instant(announced, "announced"); err != nil {
				return nil, err
			}
		}
		all = append(all, e)
	}
}
