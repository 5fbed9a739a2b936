package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/slamon/slamon/check"
)

// maxCaptured bounds a captured value: it stands in URLs and header fields, where
// servers take 8 KiB at most.
const maxCaptured = 8 << 10

// judge reads the answer, says whether all is as expected, and captures.
func (r *txRun) judge(ctx context.Context, t *trace, h *httpProbe, x *txLine, a *ask, s *txStep) check.Outcome {
	t.fact(check.HTTPStatus, float64(x.resp.StatusCode))
	wrong := h.judgeStatus(x.resp)
	if wrong != nil && x.resp.StatusCode == http.StatusUnauthorized {
		wrong.reason = check.ReasonAuth
	}
	if wrong == nil {
		wrong = h.judgeHeader(x.resp.Header)
	}
	limit, keep := h.maxBody(), s.needsBody()
	if wrong != nil {
		limit, keep = min(limit, check.EvidenceLimit), false
	}
	b, err := x.readBody(t, limit, keep)
	defer b.release()
	x.bytes = b.size
	x.whole = err == nil && !b.cut && ended(x.resp.Body)
	t.fact(check.BodyBytes, float64(b.size))
	if wrong == nil && err != nil {
		return h.failed(ctx, t, err)
	}
	t.enter(check.PhaseJudge)
	if wrong == nil {
		wrong = h.judgeBody(&b)
	}
	if wrong == nil && s.asJSON {
		wrong = r.judgeJSON(s, &b)
	}
	if wrong == nil {
		wrong = r.capture(s, x, a, &b)
	}
	if wrong != nil {
		return wrong.outcome(t)
	}
	return t.up()
}

func (s *txStep) needsBody() bool {
	if s.asJSON || len(s.BodyMatch) > 0 {
		return true
	}
	for _, c := range s.Capture {
		if c.Body != nil {
			return true
		}
	}
	return false
}

// ended reports whether a body was read to its end, so that the next answer follows.
func ended(body io.Reader) bool {
	var one [1]byte
	n, err := body.Read(one[:])
	return n == 0 && errors.Is(err, io.EOF)
}

func contentWrong(sentence, want, got string) *complaint {
	return &complaint{check.Down, check.ReasonContent, sentence, want, got}
}

// unseen stands for what may hold a secret that is not known yet.
const unseen = "(not shown: it can hold a secret)"

// judgeJSON looks at single values. The whole is made sure to be JSON first: gjson
// finds something in anything. Its depth is limited to 10,000 there.
func (r *txRun) judgeJSON(s *txStep, b *body) *complaint {
	if b.cut {
		return contentWrong(fmt.Sprintf("the body is longer than the %d bytes that are read: too long to be taken for JSON", b.size), "JSON", "")
	}
	if !json.Valid(b.text.Bytes()) {
		return contentWrong("the body is not JSON, or nested too deeply", "JSON", string(b.text.Bytes()[:min(b.text.Len(), check.EvidenceLimit)]))
	}
	for _, m := range s.JSONMatch {
		if wrong := r.jsonMatch(&m, gjson.GetBytes(b.text.Bytes(), m.Path)); wrong != nil {
			if s.hides { // what is judged may be what is captured
				return contentWrong("the JSON value "+m.Path+" is not what it should be", wrong.want, unseen)
			}
			return wrong
		}
	}
	return nil
}

// word is a value of JSON as text: a string without its quotation marks, a number as
// it was written.
func word(v gjson.Result) string {
	if v.Type == gjson.String {
		return v.Str
	}
	return v.Raw
}

func (r *txRun) jsonMatch(m *check.JSONMatch, v gjson.Result) *complaint {
	got := word(v)
	if !v.Exists() {
		got = "no such value"
	}
	if m.Pattern != nil {
		if (v.Exists() && m.Pattern.MatchString(got)) != m.Absent {
			return nil
		}
		return contentWrong(fmt.Sprintf("the JSON value %s %s", m.Path, verdict(m.Absent)), pattern(m.Match), got)
	}
	if m.Min != nil || m.Max != nil {
		return jsonLimits(m, v, got)
	}
	want, err := r.fill(m.Equal, plainly)
	if err != nil {
		return contentWrong(err.Error(), "", "")
	}
	if v.Exists() && got == want {
		return nil
	}
	return contentWrong(valueWrong(m.Path, v.Exists(), got, "and not "+want), want, got)
}

// shortValue is the length to which a value is told in the sentence itself, which is
// what a notice shows.
const shortValue = 40

func valueWrong(path string, there bool, got, rest string) string {
	switch {
	case !there:
		return "the JSON value " + path + " is missing"
	case len(got) > shortValue || len(rest) > shortValue:
		return "the JSON value " + path + " is not what it should be"
	case got == "":
		got = "empty"
	}
	return "the JSON value " + path + " is " + got + ", " + rest
}

func jsonLimits(m *check.JSONMatch, v gjson.Result, got string) *complaint {
	low, high := m.Min != nil && v.Num < *m.Min, m.Max != nil && v.Num > *m.Max
	if v.Type == gjson.Number && !low && !high {
		return nil
	}
	want := "a number"
	if m.Min != nil {
		want += " of at least " + strconv.FormatFloat(*m.Min, 'g', -1, 64)
	}
	if m.Max != nil {
		want += " of at most " + strconv.FormatFloat(*m.Max, 'g', -1, 64)
	}
	return contentWrong(valueWrong(m.Path, v.Exists(), got, "and should be "+want), want, got)
}

// capture takes the values that later steps use.
func (r *txRun) capture(s *txStep, x *txLine, a *ask, b *body) *complaint {
	for i := range s.Capture {
		c := &s.Capture[i]
		v, ok := r.find(c, x.resp, a, b)
		switch {
		case !ok:
			r.miss(c.Name, fmt.Sprintf("step %s did not find it", s.Name))
			return contentWrong(fmt.Sprintf("nothing to capture as ${%s}: %s", c.Name, source(c)), source(c), "no such value")
		case len(v) > maxCaptured:
			r.miss(c.Name, fmt.Sprintf("step %s found %d bytes", s.Name, len(v)))
			return contentWrong(fmt.Sprintf("what is to be captured as ${%s} has %d bytes", c.Name, len(v)), fmt.Sprintf("%d bytes at most", maxCaptured), "")
		}
		r.values[c.Name] = v
		if c.Secret {
			r.masks.add(v)
		}
	}
	return nil
}

func (r *txRun) miss(name, why string) {
	if r.missing == nil {
		r.missing = map[string]string{}
	}
	r.missing[name] = why
}

func (r *txRun) find(c *check.Capture, resp *http.Response, a *ask, b *body) (string, bool) {
	switch {
	case c.JSON != "":
		v := gjson.GetBytes(b.text.Bytes(), c.JSON)
		return word(v), v.Exists() && v.Type != gjson.Null
	case c.Header != "":
		v := resp.Header.Get(c.Header)
		return v, v != ""
	case c.Cookie != "":
		return r.cookie(c.Cookie, resp, a)
	}
	m := c.Body.FindSubmatch(b.text.Bytes())
	if m == nil {
		return "", false
	}
	return string(bytes.Clone(m[min(1, len(m)-1)])), true
}

// cookie finds a cookie that this answer or an earlier one of the run has set.
func (r *txRun) cookie(name string, resp *http.Response, a *ask) (string, bool) {
	all := resp.Cookies()
	if r.cookies.jar != nil {
		all = append(all, r.cookies.jar.Cookies(a.url)...)
	}
	for _, c := range all {
		if c.Name == name {
			return c.Value, true
		}
	}
	return "", false
}

func source(c *check.Capture) string {
	switch {
	case c.JSON != "":
		return "the JSON value " + c.JSON
	case c.Header != "":
		return "the header field " + c.Header
	case c.Cookie != "":
		return "the cookie " + c.Cookie
	}
	return "a match of " + c.Body.String() + " in the body"
}
