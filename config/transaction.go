package config

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
	"github.com/slamon/slamon/secret"
)

type transactionFile struct {
	table
	Variables   variableList         `toml:"variables"`
	OAuth       *oauthFile           `toml:"oauth"`
	Family      field[string]        `toml:"family"`
	HTTP2       field[bool]          `toml:"http2"`
	MaxBody     field[bytes]         `toml:"max_body"`
	TLS         *tlsFile             `toml:"tls"`
	CleanupTime field[time.Duration] `toml:"cleanup_time"`
	Step        []requestFile        `toml:"step"`
	Cleanup     []requestFile        `toml:"cleanup"`
}

type oauthFile struct {
	table
	TokenURL     field[string] `toml:"token_url"`
	ClientID     field[string] `toml:"client_id"`
	ClientSecret secretKey     `toml:"client_secret"`
	Scope        field[string] `toml:"scope"`
	InBody       field[bool]   `toml:"in_body"`
}

// requestFile is one step of a transaction.
type requestFile struct {
	table
	Name           field[string]   `toml:"name"`
	URL            field[string]   `toml:"url"`
	Method         field[string]   `toml:"method"`
	Headers        textList        `toml:"headers"`
	Form           textList        `toml:"form"`
	JSON           field[string]   `toml:"json"`
	Body           field[string]   `toml:"body"`
	User           field[string]   `toml:"user"`
	Password       field[string]   `toml:"password"`
	Bearer         field[string]   `toml:"bearer"`
	Status         statusList      `toml:"status"`
	BodyMatch      []field[string] `toml:"body_match"`
	BodyNotMatch   []field[string] `toml:"body_not_match"`
	HeaderMatch    patternList     `toml:"header_match"`
	HeaderNotMatch patternList     `toml:"header_not_match"`
	jsonKeys
	MaxRedirects  field[int64]         `toml:"max_redirects"`
	Timeout       field[time.Duration] `toml:"timeout"`
	DegradedAfter field[time.Duration] `toml:"degraded_after"`
	Optional      field[bool]          `toml:"optional"`
	Capture       []captureFile        `toml:"capture"`
}

// jsonKeys are the expectations on the values of a JSON answer.
type jsonKeys struct {
	JSONEqual    valueList `toml:"json_equal"`
	JSONMatch    valueList `toml:"json_match"`
	JSONNotMatch valueList `toml:"json_not_match"`
	JSONMin      valueList `toml:"json_min"`
	JSONMax      valueList `toml:"json_max"`
}

type captureFile struct {
	table
	Name   field[string] `toml:"name"`
	JSON   field[string] `toml:"json"`
	Header field[string] `toml:"header"`
	Cookie field[string] `toml:"cookie"`
	Body   field[string] `toml:"body"`
	Secret field[bool]   `toml:"secret"`
}

// The limits of a transaction.
const (
	maxTransactionSteps = 20 // each is a label of a metric; a user's errand has a handful
	defaultCleanupTime  = 2 * time.Second
	minCleanupTime      = 100 * time.Millisecond
	maxCleanupTime      = time.Minute
)

// scope is what is known of the variables while the steps are read in order.
type scope struct {
	names   []string
	from    map[string]place // where each was stated
	used    map[string]bool
	secrets map[string]bool
	remedy  string // where a variable comes from
}

func newScope() *scope {
	return &scope{from: map[string]place{}, used: map[string]bool{check.RunVariable: true}, secrets: map[string]bool{},
		remedy: "capture it in an earlier step, or state it in [service.check.transaction.variables]"}
}

func (r *reader) transaction(f *transactionFile) check.Params {
	p := check.Transaction{
		Family:  r.family(f.Family),
		HTTP2:   f.HTTP2.v,
		MaxBody: r.sized(f.MaxBody, "max_body", 1, maxMaxBody, defaultMaxBody),
		TLS:     f.TLS.options(r),
		OAuth:   r.oauth(f.OAuth),
	}
	s := newScope()
	s.declare(r, check.RunVariable, 0)
	for _, v := range f.Variables {
		if s.declare(r, v.name, v.at) {
			s.secrets[v.name] = !v.plain
			p.Variables = append(p.Variables, check.Variable{Name: v.name, Value: v.value, Plain: v.plain})
		}
	}
	if len(f.Step) == 0 {
		r.required(false, &f.table, "step", `[[service.check.transaction.step]] with name = "login" and url = "https://…"`, "the transaction table has no step")
	}
	names := map[string]place{}
	for i := range f.Step {
		p.Steps = append(p.Steps, r.request(&f.Step[i], s, names, p))
	}
	for i := range f.Cleanup {
		p.Cleanup = append(p.Cleanup, r.request(&f.Cleanup[i], s, names, p))
	}
	for _, list := range [][]requestFile{f.Step, f.Cleanup} {
		if len(list) > maxTransactionSteps {
			r.complain(list[maxTransactionSteps].at, "make two checks of it", "%d steps: %d at most", len(list), maxTransactionSteps)
		}
	}
	if len(f.Cleanup) > 0 {
		p.CleanupTime = r.between(f.CleanupTime, "cleanup_time", minCleanupTime, maxCleanupTime, defaultCleanupTime)
	} else if f.CleanupTime.set {
		r.complain(f.CleanupTime.at, "take it out, or add [[service.check.transaction.cleanup]]", "cleanup_time needs a clean-up step")
	}
	s.unused(r)
	return p
}

// declare makes a variable known.
func (s *scope) declare(r *reader, name string, at place) bool {
	first, taken := s.from[name]
	switch {
	case !check.VariableName(name):
		r.complain(at, "use letters, digits and '_'", "%s cannot be the name of a variable", quote(name))
	case taken && first == 0:
		r.complain(at, "choose another name", "the variable %s is there already: it is new in every run", name)
	case taken:
		r.complain(at, "choose another name", "the variable %s is there already: the first one is on line %d", name, r.line(first))
	default:
		s.from[name] = at
		s.names = append(s.names, name)
		return true
	}
	return false
}

// unused warns about values that are captured or stated for nothing.
func (s *scope) unused(r *reader) {
	for _, name := range s.names {
		if !s.used[name] {
			r.warn(s.from[name], "use it as ${"+name+"}, or take it out", "the variable %s is never used", name)
		}
	}
}

// text reads a text with variables, each of which must be known by then.
func (s *scope) text(r *reader, f field[string], key string) check.Text {
	t := check.Text(f.v)
	names, err := t.Variables()
	if err != nil {
		r.complain(f.at, "close it as in ${name}, or write $${ for the characters themselves", "%s %s: %s", key, quote(f.v), err)
		return ""
	}
	for _, name := range names {
		s.used[name] = true
		if _, ok := s.from[name]; ok {
			continue
		}
		remedy := s.remedy
		if like, ok := closest(name, s.names); ok {
			remedy = "${" + like + "}, if that was meant"
		}
		r.complain(f.at, remedy, "%s: no variable %s is known here", key, name)
		s.from[name] = f.at // one complaint is enough
	}
	return t
}

func (r *reader) request(f *requestFile, s *scope, names map[string]place, p check.Transaction) check.TransactionStep {
	step := check.TransactionStep{
		Name:         r.stepName(f.Name, &f.table, names),
		Status:       f.Status.accepted(),
		MaxRedirects: int(r.within(f.MaxRedirects, "max_redirects", 0, maxRedirects, defaultRedirects)),
		Timeout:      r.between(f.Timeout, "timeout", minTimeout, maxInterval, 0),
		Optional:     f.Optional.v,
	}
	step.DegradedAfter = f.DegradedAfter.or(0)
	r.requestURL(f, s, &step, p.Family)
	step.Form, step.JSON, step.Body = s.pairs(r, f.Form, "form"), s.text(r, f.JSON, "json"), s.text(r, f.Body, "body")
	r.requestBody(f, &step)
	step.Method = r.method(f.Method)
	if !f.Method.set && (f.Form != nil || f.JSON.set || f.Body.set) {
		step.Method = "POST"
	}
	for _, h := range f.Headers {
		step.Headers = append(step.Headers, r.textHeader(s, h))
	}
	step.User, step.Pass, step.Bearer = s.text(r, f.User, "user"), s.text(r, f.Password, "password"), s.text(r, f.Bearer, "bearer")
	r.requestCredentials(f)
	for _, e := range f.BodyMatch {
		step.BodyMatch = append(step.BodyMatch, check.Match{Pattern: r.pattern(e, "body_match")})
	}
	for _, e := range f.BodyNotMatch {
		step.BodyMatch = append(step.BodyMatch, check.Match{Pattern: r.pattern(e, "body_not_match"), Absent: true})
	}
	step.HeaderMatch = append(f.HeaderMatch.matches(r, "header_match", false), f.HeaderNotMatch.matches(r, "header_not_match", true)...)
	step.JSONMatch = r.jsonMatches(&f.jsonKeys, s)
	for i := range f.Capture {
		step.Capture = append(step.Capture, r.capture(&f.Capture[i], s))
	}
	return step
}

// maxStepName bounds a step's name, which is a label of metrics.
const maxStepName = 40

func (r *reader) stepName(f field[string], t *table, names map[string]place) string {
	if !r.required(f.set, t, "name", `name = "login"`, "this step has no name") || !f.ok {
		return ""
	}
	if f.v == "" || len(f.v) > maxStepName || strings.ContainsFunc(f.v, func(c rune) bool { return c < ' ' }) {
		r.complain(f.at, `name = "login"`, "step name %s: want 1 to %d bytes on one line", quote(f.v), maxStepName)
	}
	if first, ok := names[f.v]; ok {
		r.complain(f.at, "name = "+strconv.Quote(f.v+" again"), "step name %s is taken: the first one is on line %d", quote(f.v), r.line(first))
	}
	names[f.v] = f.at
	return f.v
}

// requestURL reads a URL with variables. Without them it must be right as it is; with
// them its beginning must show where the request goes, or be a captured URL.
func (r *reader) requestURL(f *requestFile, s *scope, step *check.TransactionStep, family check.Family) {
	if !r.required(f.URL.set, &f.table, "url", `url = "https://www.example.com/login"`, "this step has no url") || !f.URL.ok {
		return
	}
	step.URL = s.text(r, f.URL, "url")
	if !strings.Contains(f.URL.v, "${") {
		if u := r.url(f.URL, "url", family); u != nil {
			step.URL = check.Text(u.String())
		}
		return
	}
	if scheme, _, ok := strings.Cut(f.URL.v, "://"); !strings.HasPrefix(f.URL.v, "${") && (!ok || scheme != "http" && scheme != "https") {
		r.complain(f.URL.at, `url = "https://www.example.com/rooms/${room}"`, "url %s begins neither with http:// or https:// nor with a variable", quote(f.URL.v))
	}
}

func (r *reader) requestBody(f *requestFile, step *check.TransactionStep) {
	given := 0
	var last place
	for _, b := range []struct {
		at  place
		set bool
	}{{f.JSON.at, f.JSON.set}, {f.Body.at, f.Body.set}, {f.at, f.Form != nil}} {
		if b.set {
			given++
			last = max(last, b.at)
		}
	}
	if given > 1 {
		r.complain(last, "keep one of them", "form, json and body exclude each other")
	}
	if step.JSON == "" {
		return
	}
	plain, err := step.JSON.Expand(func(string, int) (string, error) { return "0", nil })
	if err == nil && !json.Valid([]byte(plain)) {
		r.complain(f.JSON.at, `json = '{"room":"${room}"}'`, "json is not JSON")
	}
}

// requestCredentials refuses secrets in clear: they come in by variables.
func (r *reader) requestCredentials(f *requestFile) {
	for key, c := range map[string]field[string]{"password": f.Password, "bearer": f.Bearer} {
		if c.ok && c.v != "" && !onlyVariables(c.v) {
			r.complain(c.at, key+` = "${`+key+`}", with variables = { `+key+` = { env = "NAME" } }`, "%s: a secret must not stand in this file", key)
		}
	}
	if f.User.set != f.Password.set {
		r.complain(max(f.User.at, f.Password.at), `user = "…" with password = "${password}"`, "user and password need each other")
	}
	if f.Bearer.set && f.User.set {
		r.complain(f.Bearer.at, "take out one of the two", "user and bearer exclude each other")
	}
}

// onlyVariables reports whether a text is a single variable.
func onlyVariables(s string) bool {
	return strings.HasPrefix(s, "${") && strings.IndexByte(s, '}') == len(s)-1
}

func (r *reader) oauth(f *oauthFile) *check.OAuth {
	if f == nil {
		return nil
	}
	p := &check.OAuth{ClientID: f.ClientID.v, Secret: f.ClientSecret.v, Scope: f.Scope.v, InBody: f.InBody.v}
	if r.required(f.TokenURL.set, &f.table, "token_url", `token_url = "https://login.example.com/token"`, "the oauth table has no token_url") && f.TokenURL.ok {
		if u := r.url(f.TokenURL, "url", check.AnyFamily); u != nil {
			p.URL = u.String()
		}
	}
	r.required(f.ClientID.set, &f.table, "client_id", `client_id = "monitor"`, "the oauth table has no client_id")
	r.required(f.ClientSecret.set, &f.table, "client_secret", `client_secret = { env = "NAME" } or { file = "path" }`, "the oauth table has no client_secret")
	return p
}

func (r *reader) capture(f *captureFile, s *scope) check.Capture {
	c := check.Capture{Name: f.Name.v, JSON: f.JSON.v, Header: f.Header.v, Cookie: f.Cookie.v, Body: r.pattern(f.Body, "body"), Secret: f.Secret.v}
	if r.required(f.Name.set, &f.table, "name", `{ name = "room", json = "room.id" }`, "this capture has no name") && f.Name.ok {
		if s.declare(r, f.Name.v, f.Name.at) {
			s.secrets[f.Name.v] = c.Secret
		}
	}
	if c.JSON != "" && !check.JSONPath(c.JSON) {
		r.complain(f.JSON.at, `write \@ for the character itself`, "json: the path %s has a modifier (@): want the way to a value only", quote(c.JSON))
	}
	given := 0
	for _, k := range []field[string]{f.JSON, f.Header, f.Cookie, f.Body} {
		if k.set {
			given++
		}
		if k.ok && k.v == "" {
			r.complain(k.at, `{ name = "room", json = "room.id" }`, "this capture takes nothing: the text is empty")
		}
	}
	if given != 1 {
		r.complain(f.at, `{ name = "room", json = "room.id" }`, "a capture has exactly one of json, header, cookie and body, got %d", given)
	}
	return c
}

// variable is one of the table of variables: a plain value or a secret.
type variable struct {
	name  string
	at    place
	value secret.Value
	plain bool
}

type variableList []variable

func (l *variableList) decode(r *reader, key string, _ place, n *node) {
	if !n.isTable() {
		r.complain(n.at, key+` = { password = { env = "NAME" }, user = "monitor" }`, "%s: want a table of names and values", key)
		return
	}
	for _, e := range n.inner {
		v := variable{name: e.name, at: e.at}
		switch {
		case e.value.isTable():
			v.value, _ = r.secret(e.name, e.at, e.value)
		case e.value.kind == aText:
			v.value, v.plain = secret.New(e.value.text), true
			if secretWord(e.name) {
				r.complain(e.value.at, e.name+` = { env = "NAME" } or { file = "path" }`, "%s: a secret must not stand in this file", e.name)
			}
		default:
			r.complain(e.value.at, e.name+` = "…"`, "%s: want text in quotation marks, or where to find a secret, got %s", e.name, e.value.describe())
			continue
		}
		*l = append(*l, v)
	}
}

// secretWord reports whether a variable of this name can only hold a secret.
func secretWord(name string) bool {
	for _, word := range []string{"password", "passwd", "secret", "token", "apikey", "api_key"} {
		if strings.Contains(strings.ToLower(name), word) {
			return true
		}
	}
	return false
}

// fitsTransaction complains about times of parts that the whole does not have.
func (r *reader) fitsTransaction(f *transactionFile, p check.Transaction, timeout time.Duration) {
	if len(p.Cleanup) > 0 && p.CleanupTime > timeout/2 {
		at := f.CleanupTime.at
		if at == 0 {
			at = f.at
		}
		r.complain(at, "cleanup_time = "+strconv.Quote(FormatDuration(timeout/4)), "cleanup_time %q: the clean-up may take at most half of the timeout of %s",
			FormatDuration(p.CleanupTime), FormatDuration(timeout))
	}
	for i := range f.Step {
		r.fitsTimes(f.Step[i].Timeout, f.Step[i].DegradedAfter, timeout)
	}
}

// fitsTimes complains about times of a step that its check does not have.
func (r *reader) fitsTimes(own, degraded field[time.Duration], timeout time.Duration) {
	if own.ok && own.v > timeout {
		r.complain(own.at, "take it out, or give the check a longer timeout", "timeout %q of a step is longer than the timeout of the check, which is %s",
			FormatDuration(own.v), FormatDuration(timeout))
	}
	if limit := own.or(timeout); degraded.ok && degraded.v >= limit {
		r.complain(degraded.at, "degraded_after = "+strconv.Quote(FormatDuration((limit/2).Round(time.Millisecond))),
			"degraded_after %q must be shorter than the timeout of %s: a slower answer is a timeout", FormatDuration(degraded.v), FormatDuration(limit))
	}
}
