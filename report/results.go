package report

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
)

// resultsExample is the header that complaints suggest.
const resultsExample = "time,outcome,duration_seconds,reason,site,check"

// row is what one line of a results file says.
type row struct {
	sent        time.Time
	state       check.State
	reason      check.Reason
	took        time.Duration
	site, check string
	base        baseMark
}

// baseMark says whether a result is on the base grid.
type baseMark int8

const (
	baseUnstated baseMark = iota
	baseNo
	baseYes
)

// eachResult reads a results file line by line. Its columns are time (RFC 3339,
// the moment the probe was sent) and outcome (up, degraded, down, unknown), and,
// if they are there, duration_seconds, reason, site, check and base (true for a
// probe of the base grid, false for a re-probe). A reason that is not one of
// slamon's says nothing here.
func eachResult(r io.Reader, name string, take func(row)) error {
	t, err := openTable(r, name, resultsExample, "time", "outcome")
	if err != nil {
		return err
	}
	at, outcome := t.column("time"), t.column("outcome")
	took, reason := t.column("duration_seconds"), t.column("reason")
	site, id, base := t.column("site"), t.column("check"), t.column("base")
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		line := row{site: t.field(site), check: t.field(id)}
		if line.sent, err = t.instant(at, "time"); err != nil {
			return err
		}
		if line.state, err = check.ParseState(t.field(outcome)); err != nil {
			return t.complain(err.Error(), "use one of these four words, in lower case")
		}
		if line.took, err = t.seconds(took); err != nil {
			return err
		}
		if line.base, err = t.mark(base); err != nil {
			return err
		}
		if word := t.field(reason); word != "" {
			if known, err := check.ParseReason(word); err == nil {
				line.reason = known
			}
		}
		take(line)
	}
}

// seconds reads duration_seconds; an empty field is zero.
func (t *table) seconds(column int) (time.Duration, error) {
	text := t.field(column)
	if text == "" {
		return 0, nil
	}
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || !(s >= 0 && s <= math.MaxInt32) {
		return 0, t.complain(fmt.Sprintf("duration_seconds %q: want a number of seconds", text), "write it like 0.125, or leave the field empty")
	}
	return time.Duration(math.Round(s * 1e9)), nil
}

// mark reads base; an empty field leaves it unstated.
func (t *table) mark(column int) (baseMark, error) {
	switch text := t.field(column); text {
	case "":
		return baseUnstated, nil
	case "true":
		return baseYes, nil
	case "false":
		return baseNo, nil
	default:
		return 0, t.complain(fmt.Sprintf("base %q: want true or false", text), "write true for a probe of the base grid, or leave the field empty")
	}
}

// ReadResults reads a results file into order of check and send time; a line that
// stands there twice counts once. Where the file does not say which results are
// re-probes, all of them are taken for base probes. The name is for complaints.
func ReadResults(r io.Reader, name string) ([]check.Result, error) {
	var results []check.Result
	err := eachResult(r, name, func(line row) {
		results = append(results, check.Result{
			Check: check.ID(line.check), Site: line.site, Sent: line.sent.UTC(), Base: line.base != baseNo,
			Outcome: check.Outcome{State: line.state, Reason: line.reason, Took: line.took},
		})
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(results, compareResults)
	return slices.CompactFunc(results, func(a, b check.Result) bool {
		return a.Check == b.Check && a.Site == b.Site && a.Sent.Equal(b.Sent) && a.State == b.State
	}), nil
}

// compareResults is a total order, so that the order of lines cannot matter.
func compareResults(a, b check.Result) int {
	return cmp.Or(
		cmp.Compare(a.Check, b.Check), a.Sent.Compare(b.Sent), cmp.Compare(a.Site, b.Site),
		cmp.Compare(a.State, b.State), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Took, b.Took),
		cmp.Compare(onGrid(b.Base), onGrid(a.Base)),
	)
}

func onGrid(base bool) int {
	if base {
		return 1
	}
	return 0
}
