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
	if err := s.question(ctx, d); err != nil {
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
