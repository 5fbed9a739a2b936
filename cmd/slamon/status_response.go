package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/slamon/slamon/sla"
)

type responsesAnswer struct {
	Responses []struct {
		sla.ResponseJSON
		Judged *time.Time `json:"judged"`
	} `json:"responses"`
}

// printResponses prints the claims on response time, if there are any.
func printResponses(out io.Writer, answer responsesAnswer) {
	if len(answer.Responses) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say(table, "SERVICE\tCLAIM\tRESPONSE\tVERDICT\tMEASURED\tWITHIN\tP50\tP95\tP99\tOPERATIONS\tUNKNOWN\n")
	for _, v := range answer.Responses {
		digits := max(2, v.Claim.Share.Digits+1)
		measured, within, verdict := "-", "-", v.Verdict.Words()
		if v.Share.Point != nil {
			measured = sla.Percent(*v.Share.Point, digits)
			within = sla.Percent(v.Share.Low95, digits) + " to " + sla.Percent(v.Share.High95, digits)
		}
		if v.Judged == nil {
			verdict = "not judged yet"
		}
		say(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\n", v.Claim.Service, v.Claim.ID, v.Claim.Promise, verdict, measured, within,
			quantile(v.Quantiles, .5), quantile(v.Quantiles, .95), quantile(v.Quantiles, .99), v.Operations.Total, v.Operations.Unknown)
	}
	table.Flush()
}

// quantile prints the time of one share.
func quantile(all []sla.QuantileJSON, share float64) string {
	for _, q := range all {
		if q.Share == share {
			return fmt.Sprintf("%.3g s", (q.Low+q.High)/2)
		}
	}
	return "-"
}

// answers are those of all claims, for the exit code.
func (a responsesAnswer) answers() []sla.Answer {
	var list []sla.Answer
	for _, v := range a.Responses {
		list = append(list, v.Verdict)
	}
	return list
}
