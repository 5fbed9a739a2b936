package check

import (
	"regexp"
	"strings"
	"time"

	"github.com/slamon/slamon/secret"
)

// RunVariable is a variable that every run of a transaction has: 16 hexadecimal
// digits that no other run has, so that a message that was posted is found again.
const RunVariable = "run"

// Transaction does what a user of the application does: HTTP requests, one after
// the other, with cookies, and with values of earlier answers in later requests.
type Transaction struct {
	Variables []Variable
	Steps     []TransactionStep
	Cleanup   []TransactionStep // made at the end in any case; not part of the time that is judged
	// CleanupTime is what of the check's timeout is kept for the clean-up; 2 s when
	// zero and there is one.
	CleanupTime time.Duration
	OAuth       *OAuth // nil for none

	Family  Family
	HTTP2   bool  // offer HTTP/2 by ALPN
	MaxBody int64 // bytes read of each body; 1 MiB when zero
	TLS     TLSOptions
}

// Variable is a value that the file states.
type Variable struct {
	Name  string
	Value secret.Value
	Plain bool // stands in the file in clear, and may be shown
}

// OAuth is a client-credentials grant (RFC 6749 section 4.4). The token goes to
// every step that brings no credentials of its own.
type OAuth struct {
	URL      string
	ClientID string
	Secret   secret.Value
	Scope    string
	InBody   bool // client id and secret in the form instead of basic authentication
}

// TransactionStep is one request and what is expected of its answer.
type TransactionStep struct {
	Name    string
	URL     Text
	Method  string // GET when empty; POST for one with a body
	Headers []TextHeader
	Body    Text
	Form    []TextPair // sent as application/x-www-form-urlencoded
	JSON    Text       // sent as application/json; values are escaped for a JSON string
	User    Text       // basic authentication
	Pass    Text
	Bearer  Text

	Status       []StatusRange // accepted codes; 200-299 when empty
	BodyMatch    []Match
	HeaderMatch  []HeaderMatch
	JSONMatch    []JSONMatch
	MaxRedirects int

	Timeout       time.Duration // 0 for what is left of the check's
	DegradedAfter time.Duration // a slower step makes the transaction Degraded; 0 for no limit
	Optional      bool          // its failure is Degraded and not Down, and the next step is made

	Capture []Capture
}

// TextHeader is a header field whose value may have variables.
type TextHeader struct {
	Name  string
	Value Text
}

// TextPair is a field of a form.
type TextPair struct {
	Name  string
	Value Text
}

// JSONMatch is an expectation on one value of a JSON answer. A value that is
// missing meets only an Absent pattern.
type JSONMatch struct {
	Path string // as gjson writes it: "room.members.0.name"
	Match
	Equal Text     // the value as text, with variables; only when Pattern is nil and no limit is set
	Min   *float64 // smallest number that is right
	Max   *float64
}

// Capture takes a value out of an answer. Exactly one of JSON, Header, Cookie and
// Body is set.
type Capture struct {
	Name   string
	JSON   string         // path
	Header string         // name of the field
	Cookie string         // name of a cookie that the answer sets
	Body   *regexp.Regexp // the first group, or the whole match when it has none
	Secret bool           // shown nowhere
}

// Kind returns "transaction".
func (Transaction) Kind() string { return "transaction" }

// Target names the steps, and the host of the first one.
func (p Transaction) Target() string {
	names := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		names[i] = s.Name
	}
	at := ""
	if len(p.Steps) > 0 {
		if _, rest, ok := strings.Cut(string(p.Steps[0].URL), "://"); ok {
			host, _, _ := strings.Cut(rest, "/")
			at = " at " + host
		}
	}
	return strings.Join(names, ", ") + at
}

// JSONPath reports whether a path can be looked up. One with a modifier cannot: that is
// code which the answer is run through, and @dig needs seconds on an answer that was
// made for it. A name with @ is written with a backslash before it.
func JSONPath(path string) bool {
	for i := range len(path) {
		if path[i] == '@' && (i == 0 || path[i-1] != '\\') {
			return false
		}
	}
	return path != ""
}
