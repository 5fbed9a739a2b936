package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

const (
	// tokenMargin is how long before its end a token is no longer used: a run may
	// take that long.
	tokenMargin = 30 * time.Second

	// tokenLife is assumed of a token whose server does not tell (RFC 6749 section
	// 5.1 only recommends it). A 401 gets a new one in any case.
	tokenLife = 5 * time.Minute

	// maxTokenLife bounds what a server tells: a token is fetched once a day at
	// least, so that a grant that was withdrawn is noticed.
	maxTokenLife = 24 * time.Hour
)

// oauth fetches tokens, and keeps the last one for all runs.
type oauth struct {
	check.OAuth
	step *txStep

	mu   sync.Mutex
	kept token
}

// token is an access token.
type token struct {
	value  secret.Value
	ends   time.Time
	cached bool // of an earlier run
}

func newOAuth(p check.OAuth) (*oauth, error) {
	u, err := parseTarget(p.URL)
	if err != nil {
		return nil, fmt.Errorf("token_url: %w", err)
	}
	s := check.TransactionStep{
		Name: "token", URL: check.Text(p.URL), Method: "POST",
		Headers: []check.TextHeader{{Name: "Accept", Value: "application/json"}},
	}
	return &oauth{OAuth: p, step: &txStep{TransactionStep: s, url: u, asJSON: true, hides: true}}, nil
}

// authorize takes the kept token or fetches one. It reports whether there is one;
// if not, the run is over.
func (r *txRun) authorize(ctx context.Context) bool {
	r.oauth.mu.Lock()
	kept := r.oauth.kept
	r.oauth.mu.Unlock()
	if !kept.value.Empty() && time.Now().Before(kept.ends) {
		kept.cached = true
		r.use(kept)
		return true
	}
	return r.fetch(ctx)
}

// authorizeAnew replaces a kept token that was not accepted.
func (r *txRun) authorizeAnew(ctx context.Context) bool {
	r.oauth.mu.Lock()
	if r.oauth.kept.value == r.token.value {
		r.oauth.kept = token{}
	}
	r.oauth.mu.Unlock()
	r.token = token{}
	return r.fetch(ctx)
}

func (r *txRun) use(k token) {
	r.token = k
	r.masks.add(k.value.Reveal())
}

// fetch asks for a token (RFC 6749 section 4.4.2) and keeps it.
func (r *txRun) fetch(ctx context.Context) bool {
	o := r.oauth
	s := *o.step
	s.Form = []check.TextPair{{Name: "grant_type", Value: "client_credentials"}}
	if o.Scope != "" {
		s.Form = append(s.Form, check.TextPair{Name: "scope", Value: literal(o.Scope)})
	}
	if o.InBody {
		s.Form = append(s.Form, check.TextPair{Name: "client_id", Value: literal(o.ClientID)},
			check.TextPair{Name: "client_secret", Value: literal(o.Secret.Reveal())})
	} else { // both are encoded like a form first: RFC 6749 section 2.3.1
		s.User, s.Pass = literal(url.QueryEscape(o.ClientID)), literal(url.QueryEscape(o.Secret.Reveal()))
	}
	t := begin(ctx, check.PhaseResolve)
	got, outcome := r.grant(ctx, &t, &s)
	r.report.add(&s, outcome)
	if outcome.State != check.Up {
		return false
	}
	o.mu.Lock()
	o.kept = got
	o.mu.Unlock()
	r.use(got)
	return true
}

// literal protects what looks like a variable in a value that is none.
func literal(s string) check.Text {
	out := []byte(nil)
	for i := range len(s) {
		if s[i] == '$' && i+1 < len(s) && s[i+1] == '{' {
			out = append(out, '$')
		}
		out = append(out, s[i])
	}
	return check.Text(out)
}

// grant makes the request for a token. That the server refuses is not a failure of
// the application but of our credentials, and told apart by its reason.
func (r *txRun) grant(ctx context.Context, t *trace, s *txStep) (token, check.Outcome) {
	h, a, err := r.request(s)
	if err != nil {
		return token{}, r.done(t, s, nil, t.broken(check.ReasonInternal, err.Error()))
	}
	a.secrets = true
	if a.wire, err = h.wire(&a); err != nil {
		return token{}, r.done(t, s, nil, t.broken(check.ReasonInternal, err.Error()))
	}
	r.begins(s, &a)
	x, err := r.exchange(ctx, t, h, &a)
	if err != nil {
		return token{}, r.done(t, s, x, h.failed(ctx, t, err))
	}
	t.fact(check.HTTPStatus, float64(x.resp.StatusCode))
	b, err := x.readBody(t, grantBytes, true)
	defer b.release()
	x.bytes, x.whole = b.size, err == nil && !b.cut && ended(x.resp.Body)
	if err != nil {
		return token{}, r.done(t, s, x, h.failed(ctx, t, err))
	}
	t.enter(check.PhaseJudge)
	got, wrong := readToken(h, x, &b)
	if wrong != nil {
		return token{}, r.done(t, s, x, wrong.outcome(t))
	}
	return got, r.done(t, s, x, t.up())
}

// grantBytes is the most that is read of a token endpoint's answer: signed tokens
// have some kilobytes.
const grantBytes = 64 << 10

// readToken reads the answer of a token endpoint (RFC 6749 sections 5.1 and 5.2).
func readToken(h *httpProbe, x *txLine, b *body) (token, *complaint) {
	var answer struct {
		Token   string  `json:"access_token"`
		Type    string  `json:"token_type"`
		Expires float64 `json:"expires_in"`
		Error   string  `json:"error"`
		About   string  `json:"error_description"`
	}
	err := json.Unmarshal(b.text.Bytes(), &answer)
	code := x.resp.StatusCode
	switch {
	case code >= 500:
		wrong := h.judgeStatus(x.resp)
		return token{}, &complaint{check.Down, check.ReasonStatus, "the token endpoint " + wrong.sentence, "a token", wrong.got}
	case code != 200 && answer.Error != "":
		return token{}, &complaint{check.Down, check.ReasonAuth, line("the token was refused: " + answer.Error + " " + answer.About), "a token", x.resp.Status}
	case code != 200:
		return token{}, &complaint{check.Down, check.ReasonAuth, "the token was refused: status " + x.resp.Status, "a token", x.resp.Status}
	case err != nil || answer.Token == "" || len(answer.Token) > maxCaptured || !sendable(answer.Token):
		return token{}, &complaint{check.Down, check.ReasonAuth, "the token endpoint answered without a usable access_token", "a token (RFC 6749 section 5.1)", ""}
	}
	life := tokenLife
	if answer.Expires > 0 {
		life = time.Duration(min(answer.Expires, maxTokenLife.Seconds()) * float64(time.Second))
	}
	margin := min(tokenMargin, life/10)
	return token{value: secret.New(answer.Token), ends: time.Now().Add(life - margin)}, nil
}

// sendable reports whether a token can stand in a header field.
func sendable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
