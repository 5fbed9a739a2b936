package snmp

import (
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/device"
)

// trapUsers are the v3 users of a receiver with their keys for each engine.
type trapUsers struct {
	users   map[string][]device.Credentials
	sealers map[string][]*sealer // by engine and user
}

// maxEngines bounds the keys that are kept. Only engines of authentic messages are.
const maxEngines = 4096

func newTrapUsers(accept []device.Credentials) *trapUsers {
	u := &trapUsers{users: make(map[string][]device.Credentials), sealers: make(map[string][]*sealer)}
	for _, c := range accept {
		if c.Version == device.V3 {
			u.users[c.User] = append(u.users[c.User], c)
		}
	}
	return u
}

// open finds the user that a message is authentic for.
func (u *trapUsers) open(b []byte, m *sealed) (*sealer, sealed, bool) {
	key := string(m.engine) + "\x00" + string(m.user)
	for _, s := range u.sealers[key] {
		if opened, ok := s.open(b); ok {
			return s, opened, true
		}
	}
	for _, c := range u.users[string(m.user)] {
		if !provesItself(c, b, m) {
			continue
		}
		params, err := withKeys(c, string(m.engine))
		if err != nil {
			continue
		}
		s, err := newSealer(c, "", params)
		if err != nil {
			continue
		}
		if opened, ok := s.open(b); ok {
			if len(u.sealers) >= maxEngines {
				clear(u.sealers)
			}
			u.sealers[key] = append(u.sealers[key], s)
			return s, opened, true
		}
	}
	return nil, sealed{}, false
}

// provesItself checks a message's digest with the authentication key alone. The
// other key may cost milliseconds to make, which a forger must not have for free.
func provesItself(c device.Credentials, b []byte, m *sealed) bool {
	c.Privacy = device.NoPrivacy
	params, err := withKeys(c, string(m.engine))
	if err != nil {
		return false
	}
	s, err := newSealer(c, "", params)
	return err == nil && s.authentic(b, m)
}

// secured reads a v3 message. A trap's authoritative engine is its sender, an
// inform's is this one (RFC 3414 section 1.5.1): senders of informs discover it,
// and its clock, by the reports that are made here.
func (t *Traps) secured(b []byte, now time.Time) (pdu, reply []byte, ok bool) {
	m, ok := takeApart(b)
	if !ok {
		t.unread.Add(1)
		return nil, nil, false
	}
	reportable := m.flags&byte(gosnmp.Reportable) != 0
	ours := string(m.engine) == t.o.EngineID
	if reportable && !ours {
		return nil, t.report(&sealer{engine: t.o.EngineID}, m.id, unknownEngine, now), false
	}
	if len(m.engine) < 5 || len(m.engine) > 32 {
		t.unread.Add(1)
		return nil, nil, false
	}
	s, opened, ok := t.users.open(b, &m)
	if !ok || len(opened.pdu) == 0 {
		t.refused.Add(1)
		return nil, nil, false
	}
	if !ours {
		return opened.pdu, nil, opened.pdu[0] == tagTrap2
	}
	boots, seconds := t.clock(now)
	if s.mac != nil && !inWindow(opened.boots, opened.seconds, boots, seconds) {
		return nil, t.report(s, m.id, notInWindow, now), false
	}
	if opened.pdu[0] != tagInform {
		t.unread.Add(1)
		return nil, nil, false
	}
	pdu = append([]byte(nil), opened.pdu...)
	answer := append([]byte(nil), opened.pdu...)
	answer[0] = tagResponse
	// The context is the sender's; it does not take an answer of another one.
	scoped := scope(opened.contextEngine, opened.context, answer)
	return pdu, s.seal(scoped, false, m.id, boots, seconds), true
}

// clock is that of this engine.
func (t *Traps) clock(now time.Time) (boots, seconds uint32) {
	return t.o.Boots, uint32(now.Sub(t.started) / time.Second)
}

// inWindow is the check of RFC 3414 section 3.2 step 7 a: 150 seconds.
func inWindow(theirBoots, theirs, boots, ours uint32) bool {
	const window = 150
	off := int64(theirs) - int64(ours)
	return theirBoots == boots && off >= -window && off <= window
}

// The objects of the reports, encoded: usmStatsNotInTimeWindows.0 and
// usmStatsUnknownEngineIDs.0, 1.3.6.1.6.3.15.1.1.2.0 and .4.0.
var (
	notInWindow   = []byte{0x2b, 6, 1, 6, 3, 15, 1, 1, 2, 0}
	unknownEngine = []byte{0x2b, 6, 1, 6, 3, 15, 1, 1, 4, 0}
)

// report makes a report about a message (RFC 3414 section 3.2). It is signed when
// the user is known, and never encrypted.
func (t *Traps) report(s *sealer, id uint32, object []byte, now time.Time) []byte {
	bind := appendTLV(nil, tagObject, object)
	bind = append(bind, tagCounter32, 1, 1)
	list := appendTLV(nil, tagSequence, appendTLV(nil, tagSequence, bind))
	body := appendInt(nil, id)
	body = append(appendInt(appendInt(body, 0), 0), list...)
	bare := *s
	bare.block, bare.out = nil, nil
	bare.flags &= byte(gosnmp.AuthNoPriv)
	boots, seconds := t.clock(now)
	return bare.seal(bare.scope(appendTLV(nil, tagReport, body)), false, id, boots, seconds)
}
