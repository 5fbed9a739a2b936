package check

import "time"

// Outcome is what one probe found.
type Outcome struct {
	State  State
	Reason Reason        // ReasonNone for a plain Up
	Took   time.Duration // from the start of the probe to its judgement
	Phases Phases
	Facts  []Fact    // measured beside the time; nil for most
	Detail *Evidence // what an argument with the vendor needs; nil for a plain Up
}

// Phases are the parts of Took; a phase that did not happen is zero.
type Phases struct {
	Resolve  time.Duration // name to address
	Connect  time.Duration // TCP handshake
	TLS      time.Duration // TLS handshake
	Wait     time.Duration // request sent to first byte of the answer
	Transfer time.Duration // first to last byte that was read
}

// Phase names the part of a probe that was reached.
type Phase string

// The phases, in order.
const (
	PhaseResolve  Phase = "resolve"
	PhaseConnect  Phase = "connect"
	PhaseTLS      Phase = "tls"
	PhaseWait     Phase = "wait"
	PhaseTransfer Phase = "transfer"
	PhaseJudge    Phase = "judge"
)

// FactKind names a value measured beside the response time. The set is closed:
// each kind is a metric of its own.
type FactKind uint8

// The facts, with their units. Numbers are not written to disk.
const (
	CertificateExpiry FactKind = iota // Unix seconds of the earliest notAfter in the chain
	HTTPStatus                        // last status code
	BodyBytes                         // bytes of the body read
	PacketLoss                        // ratio 0-1 of echo requests without reply
	RTTMin                            // seconds
	RTTMax                            // seconds
	ClockOffset                       // seconds, theirs minus ours
	Stratum                           // NTP stratum (RFC 5905)
	Answers                           // records in a DNS answer
	StepSeconds                       // seconds that the step named by Label took
	Performance                       // a value that a command measured, named by Label; see Performance data of the monitoring plugins
	DownBits                          // bits per second from the target to us
	UpBits                            // bits per second from us to the target
	AddressSeconds                    // seconds that the address named by Label took to answer
	AddressesGood                     // addresses of the target's name that did what was asked
	AddressesDead                     // those that did not
	AddressesUnasked                  // those that could not be asked, or were too many
)

// Fact is one measured value.
type Fact struct {
	Kind  FactKind
	Value float64
	Label string // which of several of its kind; bounded by the configuration or by who measures
}

// Evidence is what is kept of a failing or degraded probe. Every string is
// bounded by whoever fills it (see EvidenceLimit).
type Evidence struct {
	Sentence    string `json:"sentence"`              // what happened, one line, for people
	Address     string `json:"address,omitempty"`     // the resolved address that was talked to
	Phase       Phase  `json:"phase,omitempty"`       // the phase that was reached
	Status      string `json:"status,omitempty"`      // status line, response code or greeting
	Certificate string `json:"certificate,omitempty"` // subject, issuer, validity
	Body        string `json:"body,omitempty"`        // first bytes of the answer, printable
	Want        string `json:"want,omitempty"`        // what was expected
	Got         string `json:"got,omitempty"`         // what came instead
	Steps       string `json:"steps,omitempty"`       // of a transaction or a conversation: a line for each step that was made
	Console     string `json:"console,omitempty"`     // of a browser: what was written there last, up to the failing step
	Picture     string `json:"-"`                     // of a browser: what it showed then, the bytes of a PNG; see PictureLimit
}

// PictureLimit is the most bytes a picture may have. A page of text has some 50 KiB;
// whoever makes one makes it smaller until it fits.
const PictureLimit = 192 << 10

// EvidenceLimit is the most bytes a single string of an Evidence may hold. 512
// show an error page's heading; a hostile target must not fill the store.
const EvidenceLimit = 512

// ConsoleLimit is the same for a Console: a dozen lines of error messages.
const ConsoleLimit = 2 << 10

// Result is an Outcome with its stamp.
type Result struct {
	Check ID
	Site  string    // the place it was probed from
	Sent  time.Time // UTC; the moment the probe was sent, or the slot that was missed
	Base  bool      // on the base grid; false for a re-probe
	Outcome
}

// Rounded is a duration with the three digits that a measurement of a network is good
// for.
func Rounded(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d.Abs()/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit)
}
