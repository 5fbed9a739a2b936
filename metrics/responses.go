package metrics

import (
	"strconv"

	dto "github.com/prometheus/client_model/go"

	"github.com/slamon/slamon/sla"
	"github.com/slamon/slamon/status"
)

// Of claims on response time.
var (
	responseInfo       = gauge("response_claim_info", "Name and kind of the claim on response time; always 1.", "claim", "kind", "name", "service")
	responseLimit      = gauge("response_claim_limit_seconds", "Time within which the claimed share of operations is answered.", "claim", "service")
	responseRatio      = gauge("response_claim_ratio", "Share of operations that is claimed to be answered within the limit.", "claim", "service")
	responseVerdict    = gauge("response_claim_verdict", "1 for the verdict in force over the claim's own window, 0 for the others. Absent until it was judged.", "claim", "service", "verdict")
	responseWithin     = gauge("response_within_ratio", "Measured share of operations within the limit, failed ones being late. Absent without any.", "claim", "service", "window")
	responseLower      = gauge("response_within_lower_ratio", "Lower end of the 95 % interval of the share within the limit.", "claim", "service", "window")
	responseUpper      = gauge("response_within_upper_ratio", "Upper end of the 95 % interval of the share within the limit.", "claim", "service", "window")
	responseOperations = gauge("response_operations", "Operations that were asked, with or without answer.", "claim", "service", "window")
	responseUnknown    = gauge("response_unknown_operations", "Slots in which nothing could be asked.", "claim", "service", "window")
	responseQuantile   = gauge("response_quantile_seconds", "Time that this share of the answered operations took at most, to 0.4 %.", "claim", "service", "share", "window")

	usualUpper = gauge("check_response_usual_upper_seconds", "Time that 95 of 100 answers usually take at most at this hour of the week. Absent while too little is known.", "check", "class", "service", "site")
	unusual    = gauge("check_response_unusual", "Whether the answers left their usual range for long. Absent while too little is known.", "check", "class", "service", "site")
)

func collectResponse(k *sink, c status.Response) {
	claim, service := string(c.Claim.ID), string(c.Claim.Service)
	k.put(responseInfo, k.labels("claim", claim, "kind", string(c.Claim.Kind), "name", c.Claim.Name, "service", service), 1)
	labels := k.labels("claim", claim, "service", service)
	k.put(responseLimit, labels, c.Claim.Limit.Seconds())
	k.put(responseRatio, labels, c.Claim.Share.Ratio())
	if c.Answer == "" {
		return
	}
	for _, a := range sla.Answers {
		k.flag(responseVerdict, k.labels("claim", claim, "service", service, "verdict", string(a)), a == c.Answer)
	}
	collectResponseWindow(k, claim, service, ownWindow, c.ResponseVerdict)
	for _, r := range c.Rolling {
		collectResponseWindow(k, claim, service, r.Name, r.ResponseVerdict)
	}
}

func collectResponseWindow(k *sink, claim, service, window string, v sla.ResponseVerdict) {
	labels := k.labels("claim", claim, "service", service, "window", window)
	k.put(responseOperations, labels, float64(v.Operations))
	k.put(responseUnknown, labels, float64(v.Unknown))
	if v.Operations == 0 {
		return
	}
	k.put(responseWithin, labels, v.Point)
	k.put(responseLower, labels, v.Low95)
	k.put(responseUpper, labels, v.High95)
	for _, q := range v.Quantiles {
		if q.High > 0 {
			k.put(responseQuantile, k.labels("claim", claim, "service", service, "share", strconv.FormatFloat(q.Share, 'g', -1, 64), "window", window), q.Middle().Seconds())
		}
	}
}

func collectUsual(k *sink, c *status.Check, labels []*dto.LabelPair) {
	if c.Paused || c.Usual.Range == nil {
		return
	}
	k.flag(unusual, labels, c.Usual.Unusual)
	if c.Usual.High > 0 {
		k.put(usualUpper, labels, c.Usual.High.Seconds())
	}
}
