package snmp

import (
	"context"
	"slices"

	"github.com/gosnmp/gosnmp"
)

// discovery asks an agent for its engine (RFC 3414 section 4): a message without
// user and engine, that the agent answers with a report.
type discovery struct {
	s      *session
	ids    []uint32
	engine *gosnmp.UsmSecurityParameters
}

func (s *session) discover(ctx context.Context) error {
	d := &discovery{s: s}
	if err := s.line.ask(ctx, s.to, d, s.dev.Timeout, s.dev.Retries+1); err != nil {
		return err
	}
	return s.usm.meet(d.engine.AuthoritativeEngineID, d.engine.AuthoritativeEngineBoots, d.engine.AuthoritativeEngineTime)
}

func (d *discovery) request() ([]byte, error) {
	id := d.s.nextID()
	d.ids = append(d.ids, id)
	p := &gosnmp.SnmpPacket{
		Version: gosnmp.Version3, MsgFlags: gosnmp.NoAuthNoPriv | gosnmp.Reportable,
		SecurityModel: gosnmp.UserSecurityModel, SecurityParameters: &gosnmp.UsmSecurityParameters{},
		PDUType: gosnmp.GetRequest, MsgID: id, RequestID: id,
	}
	return p.MarshalMsg()
}

func (d *discovery) answer(b []byte) (bool, error) {
	p, err := decodeBare(b)
	if err != nil || p.PDUType != gosnmp.Report || !slices.Contains(d.ids, p.MsgID) {
		return false, nil
	}
	engine, ok := p.SecurityParameters.(*gosnmp.UsmSecurityParameters)
	if !ok || engine.AuthoritativeEngineID == "" {
		return false, nil
	}
	d.engine = engine
	return true, nil
}

// messageID reads msgID out of a v3 message whose rest cannot be read:
// SEQUENCE { INTEGER version, SEQUENCE { INTEGER msgID (RFC 3412 section 6).
func messageID(b []byte) (uint32, bool) {
	b, ok := inside(b, 0x30)
	if !ok {
		return 0, false
	}
	version, rest, ok := integerAt(b)
	if !ok || version != 3 {
		return 0, false
	}
	if rest, ok = inside(rest, 0x30); !ok {
		return 0, false
	}
	id, _, ok := integerAt(rest)
	return id, ok
}

// inside returns what a constructed value holds, cut where the message is.
func inside(b []byte, tag byte) ([]byte, bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, false
	}
	head := 2
	if b[1]&0x80 != 0 {
		head += int(b[1] & 0x7f)
	}
	if head > len(b) {
		return nil, false
	}
	return b[head:], true
}

// integerAt reads an INTEGER of at most four bytes and returns what follows it.
func integerAt(b []byte) (n uint32, rest []byte, ok bool) {
	if len(b) < 3 || b[0] != 0x02 || b[1] < 1 || b[1] > 4 || len(b) < 2+int(b[1]) {
		return 0, nil, false
	}
	for _, c := range b[2 : 2+b[1]] {
		n = n<<8 | uint32(c)
	}
	return n, b[2+b[1]:], true
}
