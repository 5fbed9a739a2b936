package probe

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/slamon/slamon/check"
)

// judge reads the body of the answer in x and says whether all is as expected.
// The first thing that is not decides: status, header fields, body.
func (h *httpProbe) judge(ctx context.Context, t *trace, x *exchange) check.Outcome {
	t.fact(check.HTTPStatus, float64(x.resp.StatusCode))
	limit, keep := h.maxBody(), len(h.params.BodyMatch) > 0
	wrong := h.judgeStatus(x.resp)
	if wrong == nil {
		wrong = h.judgeHeader(x.resp.Header)
	}
	if wrong != nil {
		limit, keep = min(limit, check.EvidenceLimit), false // the evidence is all that is missing
	}
	b, err := x.readBody(t, limit, keep)
	defer b.release()
	t.fact(check.BodyBytes, float64(b.size))
	if wrong == nil && err != nil {
		return h.failed(ctx, t, err)
	}
	t.enter(check.PhaseJudge)
	if wrong == nil {
		wrong = h.judgeBody(&b)
	}
	if wrong != nil {
		return wrong.outcome(t)
	}
	return t.up()
}

// complaint says what is wrong with an answer.
type complaint struct {
	state               check.State
	reason              check.Reason
	sentence, want, got string
}

func (c *complaint) outcome(t *trace) check.Outcome {
	return t.found(c.state, c.reason, c.sentence, c.want, c.got)
}

// accepts reports whether the check names code as expected.
func (h *httpProbe) accepts(code int) bool {
	for _, r := range h.params.Status {
		if r.From <= code && code <= r.To {
			return true
		}
	}
	return len(h.params.Status) == 0 && code >= 200 && code <= 299
}

func (h *httpProbe) wantStatus() string {
	if len(h.params.Status) == 0 {
		return "status 200-299"
	}
	var all []string
	for _, r := range h.params.Status {
		if r.From == r.To {
			all = append(all, fmt.Sprint(r.From))
		} else {
			all = append(all, fmt.Sprintf("%d-%d", r.From, r.To))
		}
	}
	return "status " + strings.Join(all, ", ")
}

func (h *httpProbe) judgeStatus(r *http.Response) *complaint {
	if h.accepts(r.StatusCode) {
		return nil
	}
	c := &complaint{check.Down, check.ReasonStatus, "answered with status " + r.Status, h.wantStatus(), r.Status}
	switch {
	case r.StatusCode == http.StatusUnauthorized && h.authorization() != "":
		c.reason, c.sentence = check.ReasonAuth, "our credentials were not accepted: status "+r.Status
	case r.StatusCode == http.StatusProxyAuthRequired && h.proxy != nil:
		c.state, c.reason = check.Unknown, check.ReasonOwnNetwork
		c.sentence = "the proxy did not accept our credentials: status " + r.Status
	}
	return c
}

func (h *httpProbe) judgeHeader(header http.Header) *complaint {
	for _, m := range h.params.HeaderMatch {
		values := header.Values(m.Name)
		got := strings.Join(values, ", ")
		found := len(values) > 0 && m.Pattern.MatchString(got)
		if found != m.Absent {
			continue
		}
		if len(values) == 0 {
			got = "no such field"
		}
		return &complaint{check.Down, check.ReasonContent,
			fmt.Sprintf("header field %s %s", m.Name, verdict(m.Absent)), pattern(m.Match), got}
	}
	return nil
}

func (h *httpProbe) judgeBody(b *body) *complaint {
	for _, m := range h.params.BodyMatch {
		if m.Pattern.Match(b.text.Bytes()) != m.Absent {
			continue
		}
		seen := fmt.Sprintf("the body (%d bytes) ", b.size)
		if b.cut {
			seen = fmt.Sprintf("the body (first %d bytes, there are more) ", b.size)
		}
		return &complaint{check.Down, check.ReasonContent, seen + verdict(m.Absent), pattern(m), ""}
	}
	return nil
}

func verdict(absent bool) string {
	if absent {
		return "matches what must not be there"
	}
	return "does not match"
}

func pattern(m check.Match) string {
	if m.Absent {
		return "no match of " + m.Pattern.String()
	}
	return "a match of " + m.Pattern.String()
}
