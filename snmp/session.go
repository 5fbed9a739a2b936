package snmp

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/device"
)

// session asks one agent. It is used by one goroutine at a time.
type session struct {
	env *Env
	dev device.Device // with its defaults filled in

	line  *line
	to    netip.AddrPort
	codec *gosnmp.GoSNMP // never connected; only writes and reads messages
	usm   *usm           // nil for v2c

	id      uint32            // of the last request
	forms   map[*string]*form // of GETs that are repeated, by their first object
	perGet  int               // objects in one GET
	proven  int               // most objects in a GET that was answered
	noBulk  bool              // GETBULK failed where GETNEXT works
	packets int               // sent, for the survey
	silent  int               // polls in a row that nothing answered
}

const (
	// perGetAtFirst objects and their values stay within one Ethernet frame on most
	// agents; where they do not, the agent says tooBig and the number is halved.
	perGetAtFirst = 40
	perGetAtLeast = 8
	// maxBadObjects is how many objects of one GET are left out because the agent
	// answers the whole GET with an error over them.
	maxBadObjects = 4
	// silentAfter polls without any answer an agent is known to be silent. The second of
	// them confirms the failure to people by default, and is asked with all retries.
	silentAfter = 2
)

func newSession(env *Env, d device.Device) (*session, error) {
	if err := d.Credentials.Check(); err != nil {
		return nil, fmt.Errorf("credentials %q: %w", d.Credentials.Name, err)
	}
	if err := CheckAddress(d.Address); err != nil {
		return nil, err
	}
	s := &session{env: env, dev: d, perGet: perGetAtFirst, forms: make(map[*string]*form)}
	// A random start keeps answers to an earlier process from passing for ours.
	var seed [4]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, err
	}
	s.id = binary.BigEndian.Uint32(seed[:])
	if d.Credentials.Version == device.V3 {
		s.usm = newUSM(d.Credentials, d.Context)
		return s, nil
	}
	s.codec = &gosnmp.GoSNMP{Version: gosnmp.Version2c, Community: d.Credentials.Community.Reveal()}
	return s, nil
}

// dial finds the agent's address and the socket to it.
func (s *session) dial(ctx context.Context) error {
	to, err := s.env.resolve(ctx, s.dev.Address)
	if err != nil {
		return err
	}
	line, err := s.env.line(to.Addr())
	if err != nil {
		return err
	}
	s.line, s.to = line, to
	return nil
}

// smallestID is the first number of four octets: every id takes as many, so that
// it can be changed in a message that is written.
const smallestID = 1 << 24

// nextID returns the id of the next message, of 31 bits (RFC 3412 section 6.2) and
// never 0, because agents answer what they cannot read with the id 0.
func (s *session) nextID() uint32 {
	s.id = (s.id + 1) & 0x7fffffff
	s.id = max(s.id, smallestID)
	return s.id
}

// roundTrip sends one request and returns the objects of its answer.
func (s *session) roundTrip(ctx context.Context, kind gosnmp.PDUType, oids []string, repetitions int) ([]gosnmp.SnmpPDU, error) {
	s.packets++
	objects := make([]gosnmp.SnmpPDU, len(oids))
	for i, oid := range oids {
		objects[i] = gosnmp.SnmpPDU{Name: oid, Type: gosnmp.Null}
	}
	q := query{kind: kind, objects: objects, repetitions: uint32(repetitions)}
	var answer *gosnmp.SnmpPacket
	ask := func() (err error) { answer, err = s.exchange(ctx, q); return err }
	if s.usm != nil {
		if err := s.askV3(ctx, ask); err != nil {
			return nil, err
		}
	} else if err := ask(); err != nil {
		return nil, err
	}
	return objectsOf(answer)
}

// exchange asks once, with its retries.
func (s *session) exchange(ctx context.Context, q query) (*gosnmp.SnmpPacket, error) {
	if s.usm != nil {
		x := &exchange3{s: s, query: q}
		err := s.question(ctx, x)
		return x.result, err
	}
	x := &exchange2c{s: s, query: q}
	err := s.question(ctx, x)
	return x.result, err
}

// question asks it as often as tries says. After an answer the agent is not silent any
// more: the rest of the poll, which may be a whole plan, is asked with all retries.
func (s *session) question(ctx context.Context, q question) error {
	err := s.line.ask(ctx, s.to, q, s.dev.Timeout, s.tries())
	if err == nil {
		s.silent = 0
	}
	return err
}

// tries is how often a question is asked before it counts as not answered. Retries make
// up for lost datagrams, of which an agent that has been silent for silentAfter polls
// does not suffer: it gets one question a poll, so that its return is noticed as soon as
// ever and a hundred silent agents cost no more than others.
func (s *session) tries() int {
	if s.silent >= silentAfter {
		return 1
	}
	return s.dev.Retries + 1
}

// heard notes what became of a poll.
func (s *session) heard(now *sample, err error) {
	unanswered := now == nil || now.reached == 0
	if unanswered && (errors.Is(err, errSilent) || errors.Is(err, context.DeadlineExceeded)) {
		s.silent++
		return
	}
	s.silent = 0
}

// objectsOf returns what an answer holds, or its error.
func objectsOf(answer *gosnmp.SnmpPacket) ([]gosnmp.SnmpPDU, error) {
	if answer.Error != gosnmp.NoError {
		return nil, &statusError{int(answer.Error), int(answer.ErrorIndex)}
	}
	return answer.Variables, nil
}

// get asks for objects and returns their values in the same order. Values that
// were not reached before an error are absent, and the number that was reached
// comes with the error.
func (s *session) get(ctx context.Context, oids []string) ([]value, int, error) {
	values := make([]value, len(oids))
	reached, err := s.getAll(ctx, oids, values, s.getSome)
	return values, reached, err
}

// getAgain is get for a list that is asked for again and again. The list must not
// be changed, and forgetForms must be called before another one takes its place.
// The values go into room, if that is large enough.
func (s *session) getAgain(ctx context.Context, oids []string, room []value) ([]value, int, error) {
	if cap(room) < len(oids) {
		room = make([]value, len(oids))
	}
	room = room[:len(oids)]
	clear(room)
	reached, err := s.getAll(ctx, oids, room, s.getForm)
	return room, reached, err
}

// forgetForms drops what is kept for getAgain.
func (s *session) forgetForms() { clear(s.forms) }

func (s *session) getAll(ctx context.Context, oids []string, values []value, some func(context.Context, []string, []value) error) (reached int, err error) {
	for reached < len(oids) {
		n := min(s.perGet, len(oids)-reached)
		err := some(ctx, oids[reached:reached+n], values[reached:reached+n])
		var status *statusError
		switch {
		case err == nil:
			reached += n
			s.proven = max(s.proven, n)
		case errors.As(err, &status) && status.status == statusTooBig && n > 1:
			s.perGet = max(1, n/2)
		case errors.Is(err, errSilent) && n > max(s.proven, perGetAtLeast):
			// Some agents say nothing when an answer would be too big. One that has
			// answered as many before is silent for another reason.
			s.perGet = max(perGetAtLeast, n/2)
		default:
			return reached, err
		}
	}
	return reached, nil
}

// getForm is one GET by a form, and an ordinary one where that does not do.
func (s *session) getForm(ctx context.Context, oids []string, values []value) error {
	var objects []gosnmp.SnmpPDU
	done, formless := false, false
	ask := func() error {
		f := s.form(oids)
		if formless = f == nil; formless {
			return nil
		}
		q, err := s.askForm(ctx, f, values)
		if err != nil || q.done {
			done = err == nil
			return err
		}
		clear(values) // what was read before the odd one
		result := q.result()
		objects, err = objectsOf(result)
		return err
	}
	var err error
	if s.usm != nil {
		err = s.askV3(ctx, ask)
	} else {
		err = ask()
	}
	var status *statusError
	switch {
	case errors.As(err, &status) && status.status != statusTooBig, err == nil && formless:
		return s.getSome(ctx, oids, values) // finds out which object it is
	case err != nil || done:
		return err
	}
	assign(oids, values, objects)
	return nil
}

// getSome is one GET, without the objects that the agent fails over.
func (s *session) getSome(ctx context.Context, oids []string, values []value) error {
	asked := oids
	for bad := 0; ; bad++ {
		answer, err := s.roundTrip(ctx, gosnmp.GetRequest, asked, 0)
		if err == nil {
			assign(oids, values, answer)
			return nil
		}
		var status *statusError
		if !errors.As(err, &status) || status.status == statusTooBig || status.index < 1 || status.index > len(asked) || bad >= maxBadObjects {
			return err
		}
		asked = slices.Delete(slices.Clone(asked), status.index-1, status.index)
		if len(asked) == 0 {
			return nil
		}
	}
}

// assign puts each value to its object. Agents answer in the order of the
// question, but nothing that they send by another name is believed.
func assign(oids []string, values []value, answer []gosnmp.SnmpPDU) {
	next := 0
	for _, p := range answer {
		if next < len(oids) && oids[next] == p.Name {
			values[next] = toValue(p)
			next++
			continue
		}
		if i := slices.Index(oids, p.Name); i >= 0 {
			values[i] = toValue(p)
			next = i + 1
		}
	}
}
