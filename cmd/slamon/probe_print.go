package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/slamon/slamon/check"
)

// factName is the name of a fact in JSON, with its unit, and its words for people.
type factName struct {
	key, words string
	show       func(float64) string
}

var factNames = map[check.FactKind]factName{
	check.CertificateExpiry: {"certificate_expiry_timestamp_seconds", "certificate", func(v float64) string {
		at := time.Unix(int64(v), 0).UTC()
		return fmt.Sprintf("valid until %s, %.1f days from now", at.Format(time.DateOnly), time.Until(at).Hours()/24)
	}},
	check.HTTPStatus:  {"http_status", "status", func(v float64) string { return fmt.Sprintf("%.0f", v) }},
	check.BodyBytes:   {"body_bytes", "body", func(v float64) string { return fmt.Sprintf("%.0f bytes", v) }},
	check.PacketLoss:  {"packet_loss_ratio", "packet loss", func(v float64) string { return fmt.Sprintf("%.4g %%", 100*v) }},
	check.RTTMin:      {"rtt_min_seconds", "shortest round trip", seconds},
	check.RTTMax:      {"rtt_max_seconds", "longest round trip", seconds},
	check.ClockOffset: {"clock_offset_seconds", "their clock", clockWords},
	check.Stratum:     {"stratum", "stratum", func(v float64) string { return fmt.Sprintf("%.0f", v) }},
	check.StepSeconds: {"step_seconds", "step", seconds},
	check.Performance: {"performance_value", "value", func(v float64) string { return fmt.Sprintf("%g", v) }},
	check.DownBits:    {"down_bits_per_second", "rate down", bitRate},
	check.UpBits:      {"up_bits_per_second", "rate up", bitRate},

	check.AddressesGood:    {"addresses_good", "addresses good", func(v float64) string { return fmt.Sprintf("%.0f", v) }},
	check.AddressesDead:    {"addresses_dead", "addresses dead", func(v float64) string { return fmt.Sprintf("%.0f", v) }},
	check.AddressesUnasked: {"addresses_not_asked", "addresses not asked", func(v float64) string { return fmt.Sprintf("%.0f", v) }},
	check.AddressSeconds:   {"address_seconds", "address", seconds},

	check.Answers: {"answers", "records", func(v float64) string { return fmt.Sprintf("%.0f", v) }},
}

func clockWords(v float64) string {
	if v < 0 {
		return seconds(-v) + " behind ours"
	}
	return seconds(v) + " ahead of ours"
}

func bitRate(v float64) string { return fmt.Sprintf("%.0f kbit/s", v/1000) }

func seconds(v float64) string {
	return check.Rounded(time.Duration(v * float64(time.Second))).String()
}

// phaseOf is one phase of an outcome with its name.
type phaseOf struct {
	name check.Phase
	took time.Duration
}

func phasesOf(p check.Phases) []phaseOf {
	return []phaseOf{
		{check.PhaseResolve, p.Resolve}, {check.PhaseConnect, p.Connect}, {check.PhaseTLS, p.TLS},
		{check.PhaseWait, p.Wait}, {check.PhaseTransfer, p.Transfer},
	}
}

// stateWords say the state before anything else.
var stateWords = map[check.State]string{
	check.Up:       "UP: it answered as expected",
	check.Degraded: "DEGRADED: it answered, but too slowly or partly wrong",
	check.Down:     "DOWN: the target failed",
	check.Unknown:  "UNKNOWN: we could not ask",
}

// printProbe tells a result to people.
func printProbe(w io.Writer, c check.Check, r check.Result) error {
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			indented := strings.ReplaceAll(strings.TrimRight(value, "\n"), "\n", "\n"+strings.Repeat(" ", 24))
			fmt.Fprintf(&b, "  %-20s  %s\n", name, indented)
		}
	}
	fmt.Fprintln(&b, stateWords[r.State])
	if e := r.Detail; e != nil && r.State != check.Up {
		fmt.Fprintf(&b, "  %s\n", e.Sentence)
	}
	fmt.Fprintln(&b)
	row("target", c.Kind()+" "+c.Target())
	if r.Reason != check.ReasonNone {
		row("reason", r.Reason.String())
	}
	row("took", check.Rounded(r.Took).String())
	for _, p := range phasesOf(r.Phases) {
		if p.took > 0 {
			row("  "+string(p.name), check.Rounded(p.took).String())
		}
	}
	for _, f := range r.Facts {
		if n, ok := factNames[f.Kind]; ok {
			row(strings.TrimSpace(n.words+" "+f.Label), n.show(f.Value))
		}
	}
	if e := r.Detail; e != nil {
		fmt.Fprintln(&b)
		row("address", e.Address)
		if r.State != check.Up {
			row("phase reached", string(e.Phase))
		}
		row("answer", e.Status)
		row("steps", e.Steps)
		row("console", e.Console)
		row("wanted", e.Want)
		row("got", e.Got)
		row("certificate", e.Certificate)
		row("first bytes", e.Body)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// probeJSON is a result for machines.
type probeJSON struct {
	Check    string             `json:"check"`
	Kind     string             `json:"kind"`
	Target   string             `json:"target"`
	Sent     time.Time          `json:"sent"`
	State    check.State        `json:"state"`
	Reason   check.Reason       `json:"reason"`
	Seconds  float64            `json:"duration_seconds"`
	Phases   map[string]float64 `json:"phases_seconds"`
	Facts    map[string]float64 `json:"facts"`
	Evidence *check.Evidence    `json:"evidence,omitempty"`
}

func printProbeJSON(w io.Writer, c check.Check, r check.Result) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(probeToJSON(c, r))
}

func probeToJSON(c check.Check, r check.Result) probeJSON {
	out := probeJSON{
		Check: string(c.ID), Kind: c.Kind(), Target: c.Target(), Sent: r.Sent, State: r.State, Reason: r.Reason,
		Seconds: r.Took.Seconds(), Phases: map[string]float64{}, Facts: map[string]float64{}, Evidence: r.Detail,
	}
	for _, p := range phasesOf(r.Phases) {
		if p.took > 0 {
			out.Phases[string(p.name)] = p.took.Seconds()
		}
	}
	for _, f := range r.Facts {
		if n, ok := factNames[f.Kind]; ok {
			key := n.key
			if f.Label != "" {
				key += "{" + f.Label + "}"
			}
			out.Facts[key] = f.Value
		}
	}
	return out
}
