package snmp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gosnmp/gosnmp"
)

// Limits of a walk. An agent decides how long a walk is; these decide what it may
// cost us.
type walkLimits struct {
	rows  int
	bytes int           // of names and values
	time  time.Duration // from the first request
}

// tableLimits are those of a column that a plan is made of: more interfaces than
// that are cut, and the plan says so.
var tableLimits = walkLimits{rows: 4096, bytes: 1 << 20, time: 30 * time.Second}

// errLimit ends a walk that reached a limit. What came before counts.
var errLimit = errors.New("the walk was cut at its limit")

// row is one object of a walk.
type row struct {
	oid   string
	value value
}

// walk visits everything below root in the agent's order, by GETBULK, or by
// GETNEXT on agents that fail at it.
func (s *session) walk(ctx context.Context, root string, limits walkLimits, visit func(row) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limits.time, errLimit)
	defer cancel()
	last, rows, size := root, 0, 0
	for {
		answer, err := s.following(ctx, last)
		if err != nil {
			if errors.Is(context.Cause(ctx), errLimit) {
				return fmt.Errorf("%w of %s", errLimit, limits.time)
			}
			return err
		}
		if len(answer) == 0 {
			return nil
		}
		for _, p := range answer {
			if p.Type == gosnmp.EndOfMibView || !under(root, p.Name) {
				return nil
			}
			if compare(p.Name, last) <= 0 {
				return fmt.Errorf("%w: %s after %s", errOrder, p.Name, last)
			}
			last = p.Name
			v := toValue(p)
			rows, size = rows+1, size+len(p.Name)+len(v.text)+8
			if rows > limits.rows || size > limits.bytes {
				return fmt.Errorf("%w of %d rows and %d bytes", errLimit, limits.rows, limits.bytes)
			}
			if v.shape == absent {
				continue
			}
			if err := visit(row{p.Name, v}); err != nil {
				return err
			}
		}
	}
}

// following returns one or more objects after last.
func (s *session) following(ctx context.Context, last string) ([]gosnmp.SnmpPDU, error) {
	if !s.noBulk {
		answer, err := s.roundTrip(ctx, gosnmp.GetBulkRequest, []string{last}, s.dev.MaxRepetitions)
		var status *statusError
		if err == nil || !errors.As(err, &status) && !errors.Is(err, errSilent) && !errors.Is(err, errGarbage) || ctx.Err() != nil {
			return answer, err
		}
		answer, err = s.roundTrip(ctx, gosnmp.GetNextRequest, []string{last}, 0)
		s.noBulk = err == nil
		return answer, endOfView(&err)
	}
	answer, err := s.roundTrip(ctx, gosnmp.GetNextRequest, []string{last}, 0)
	return answer, endOfView(&err)
}

// endOfView takes noSuchName for the end: agents that grew out of version 1 say
// it so (RFC 1157).
func endOfView(err *error) error {
	var status *statusError
	if errors.As(*err, &status) && status.status == int(gosnmp.NoSuchName) {
		return nil
	}
	return *err
}

// column reads one column of a table: the rows by their index.
func (s *session) column(ctx context.Context, root string) (map[string]value, error) {
	found := make(map[string]value)
	err := s.walk(ctx, root, tableLimits, func(r row) error {
		found[suffix(root, r.oid)] = r.value
		return nil
	})
	if errors.Is(err, errLimit) {
		return found, nil
	}
	return found, err
}
