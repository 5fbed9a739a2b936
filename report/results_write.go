package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/slamon/slamon/check"
)

// WriteResults writes results as CSV in the form that ReadResults and
// `slamon judge` read, with the column base, so that nothing has to be inferred.
// It stops at the first error of the source.
func WriteResults(w io.Writer, results iter.Seq2[check.Result, error]) error {
	buffered := bufio.NewWriter(w)
	out := csv.NewWriter(buffered)
	fields := []string{"time", "outcome", "duration_seconds", "reason", "site", "check", "base"}
	if err := out.Write(fields); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	for r, err := range results {
		if err != nil {
			return fmt.Errorf("read results: %w", err)
		}
		fields[0] = r.Sent.UTC().Format(time.RFC3339Nano)
		fields[1] = r.State.String()
		fields[2] = strconv.FormatFloat(r.Took.Seconds(), 'f', -1, 64)
		fields[3] = r.Reason.String()
		fields[4] = r.Site
		fields[5] = string(r.Check)
		fields[6] = strconv.FormatBool(r.Base)
		if err := out.Write(fields); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
