package store

import (
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"time"
	"unicode/utf8"

	"github.com/slamon/slamon/check"
)

// StoredEvidence is what was kept of a failing or degraded result.
type StoredEvidence struct {
	Check    check.ID
	Site     string
	Sent     time.Time
	State    check.State
	Reason   check.Reason
	Took     time.Duration // exact, unlike that of a raw result
	Phases   check.Phases
	Evidence check.Evidence // without its picture
	Pictured bool           // Picture has it
}

const (
	evidenceVersion = 1
	// evidenceBurst pieces of evidence of one check may follow each other closely;
	// after them one a minute is kept. A target that answers every probe with
	// another page must not fill the disk.
	evidenceBurst = 20
	evidencePause = time.Minute
)

// gate decides which evidence of one check is worth keeping. The zero value lets a
// whole burst through.
type gate struct {
	hash  uint32 // of the last kept in this run of results that are not up; 0 for none
	spent uint8  // of evidenceBurst
	since int64  // when spent was last lowered, Unix milliseconds
}

// passes reports whether the evidence with this hash should be stored: it differs
// from the last one kept in the run, and the burst is not used up.
func (g gate) passes(r record) bool {
	return r.hash != 0 && r.hash != g.hash && g.refilled(r.ms).spent < evidenceBurst
}

// note takes the result that was stored.
func (g *gate) note(r record) {
	if r.outcome == check.Up {
		g.hash = 0
	}
	if !r.kept {
		return
	}
	*g = g.refilled(r.ms)
	if g.spent == 0 {
		g.since = r.ms
	}
	g.spent++
	g.hash = r.hash
}

// refilled returns the gate with a piece given back for every pause that has passed.
func (g gate) refilled(ms int64) gate {
	if g.spent == 0 || ms < g.since {
		return g
	}
	back := (ms - g.since) / evidencePause.Milliseconds()
	if back >= int64(g.spent) {
		g.spent = 0
		return g
	}
	g.spent -= uint8(back)
	g.since += back * evidencePause.Milliseconds()
	return g
}

// storedEvidence is the JSON of a record: short names, since there may be many.
type storedEvidence struct {
	Site     string         `json:"s,omitempty"`
	State    check.State    `json:"st"`
	Reason   check.Reason   `json:"r"`
	Took     time.Duration  `json:"t,omitempty"`
	Phases   *check.Phases  `json:"p,omitempty"`
	Evidence check.Evidence `json:"e"`
	Pictured bool           `json:"i,omitempty"`
}

// evidenceHash returns a number that is equal for equal evidence, and never 0.
func evidenceHash(o check.Outcome) uint32 {
	e := *o.Detail
	h := fnv.New32a()
	h.Write([]byte{byte(o.State), byte(o.Reason)})
	for _, s := range [...]string{e.Sentence, e.Address, string(e.Phase), e.Status, e.Certificate, e.Body, e.Want, e.Got} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return max(h.Sum32(), 1)
}

// evidenceKey sorts by check, then by time; the ordinal keeps apart two results of
// one moment.
func evidenceKey(no uint32, ms int64, ordinal uint64) []byte {
	k := binary.BigEndian.AppendUint32(make([]byte, 0, 20), no)
	k = binary.BigEndian.AppendUint64(k, sortable(ms))
	return binary.BigEndian.AppendUint64(k, ordinal)
}

// evidenceValue returns the evidence of r as it is kept under key.
func evidenceValue(key []byte, r check.Result, pictured bool) ([]byte, error) {
	e := storedEvidence{r.Site, r.State, r.Reason, r.Took, &r.Phases, bounded(*r.Detail), pictured}
	if r.Phases == (check.Phases{}) {
		e.Phases = nil
	}
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return seal(key, append([]byte{evidenceVersion}, text...)), nil
}

// bounded cuts every text to the limit, whoever filled it.
func bounded(e check.Evidence) check.Evidence {
	phase := string(e.Phase)
	for _, s := range [...]*string{&e.Sentence, &e.Address, &phase, &e.Status, &e.Certificate, &e.Body, &e.Want, &e.Got, &e.Steps} {
		*s = cut(*s, check.EvidenceLimit)
	}
	e.Phase, e.Console = check.Phase(phase), cut(e.Console, check.ConsoleLimit)
	return e
}

// cut returns the first n bytes of s, less the part of a character at the end.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// openEvidence is the inverse of evidenceKey and evidenceValue.
func openEvidence(key, value []byte) (StoredEvidence, error) {
	body, err := unseal(key, value, evidenceVersion)
	if err != nil || len(key) != 20 {
		return StoredEvidence{}, errRecord
	}
	var e storedEvidence
	if json.Unmarshal(body, &e) != nil {
		return StoredEvidence{}, errRecord
	}
	out := StoredEvidence{
		Site: e.Site, State: e.State, Reason: e.Reason, Took: e.Took, Evidence: e.Evidence, Pictured: e.Pictured,
		Sent: fromMS(unsortable(binary.BigEndian.Uint64(key[4:]))),
	}
	if e.Phases != nil {
		out.Phases = *e.Phases
	}
	return out, nil
}
