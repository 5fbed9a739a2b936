package snmptest

import (
	"slices"
	"time"

	"github.com/gosnmp/gosnmp"
)

// engine is the authoritative side of the user-based security model (RFC 3414).
type engine struct {
	id      string
	boots   uint32
	started time.Time
	user    User
	codec   *gosnmp.GoSNMP
}

// The objects of the reports.
const (
	notInTimeWindows = ".1.3.6.1.6.3.15.1.1.2.0"
	unknownUserNames = ".1.3.6.1.6.3.15.1.1.3.0"
	unknownEngineIDs = ".1.3.6.1.6.3.15.1.1.4.0"
	wrongDigests     = ".1.3.6.1.6.3.15.1.1.5.0"
)

// timeWindow is that of RFC 3414 section 2.2.3, in seconds.
const timeWindow = 150

// NewV3 starts an agent that speaks v3 to one user.
func NewV3(engineID string, user User, objects ...Object) (*Agent, error) {
	a, err := New("", objects...)
	if err != nil {
		return nil, err
	}
	if err := a.Reboot(engineID, 1, user); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// Reboot makes the agent one that has just started: with this engine id, as often
// booted, and with its clock at zero.
func (a *Agent) Reboot(engineID string, boots uint32, user User) error {
	e := &engine{id: engineID, boots: boots, started: time.Now(), user: user}
	flags := gosnmp.NoAuthNoPriv
	if user.Auth > gosnmp.NoAuth {
		flags = gosnmp.AuthNoPriv
	}
	if user.Privacy > gosnmp.NoPriv {
		flags = gosnmp.AuthPriv
	}
	params := &gosnmp.UsmSecurityParameters{
		UserName: user.Name, AuthoritativeEngineID: engineID,
		AuthenticationProtocol: user.Auth, AuthenticationPassphrase: user.AuthPassword,
		PrivacyProtocol: user.Privacy, PrivacyPassphrase: user.PrivacyPassword,
	}
	if err := params.InitSecurityKeys(); err != nil {
		return err
	}
	e.codec = &gosnmp.GoSNMP{
		Version: gosnmp.Version3, MsgFlags: flags, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: params, ContextEngineID: engineID,
	}
	if _, err := e.codec.SnmpEncodePacket(gosnmp.GetRequest, nil, 0, 0); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.engine = e
	return nil
}

// Skip puts the clock of the agent's engine forward.
func (a *Agent) Skip(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.engine.started = a.engine.started.Add(-d)
}

func (e *engine) seconds() uint32 { return uint32(time.Since(e.started) / time.Second) }

// read decodes a request, or makes the report that is due instead.
func (e *engine) read(raw []byte) (*gosnmp.SnmpPacket, func(*gosnmp.SnmpPacket) []byte, [][]byte) {
	bare := &gosnmp.GoSNMP{
		Version: gosnmp.Version3, MsgFlags: gosnmp.NoAuthNoPriv, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: &gosnmp.UsmSecurityParameters{UserName: "nobody"},
	}
	if p, err := bare.SnmpDecodePacket(slices.Clone(raw)); err == nil {
		if usm(p).AuthoritativeEngineID == "" {
			return nil, nil, [][]byte{e.report(p, unknownEngineIDs, gosnmp.NoAuthNoPriv)}
		}
	}
	p, err := e.codec.UnmarshalTrap(slices.Clone(raw), false)
	if err != nil {
		return nil, nil, e.refuse(raw)
	}
	if sent := usm(p); sent.AuthoritativeEngineID != e.id {
		return nil, nil, [][]byte{e.report(p, unknownEngineIDs, gosnmp.NoAuthNoPriv)}
	}
	if e.user.Auth > gosnmp.NoAuth && !e.inWindow(usm(p)) {
		return nil, nil, [][]byte{e.report(p, notInTimeWindows, gosnmp.AuthNoPriv)}
	}
	return p, e.encode, nil
}

func usm(p *gosnmp.SnmpPacket) *gosnmp.UsmSecurityParameters {
	return p.SecurityParameters.(*gosnmp.UsmSecurityParameters)
}

func (e *engine) inWindow(sent *gosnmp.UsmSecurityParameters) bool {
	off := int64(sent.AuthoritativeEngineTime) - int64(e.seconds())
	return sent.AuthoritativeEngineBoots == e.boots && off > -timeWindow && off < timeWindow
}

// refuse makes the report for a message that is not authentic: as much as can be
// read of it without the right password says why.
func (e *engine) refuse(raw []byte) [][]byte {
	codec := &gosnmp.GoSNMP{
		Version: gosnmp.Version3, MsgFlags: e.codec.MsgFlags, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: e.codec.SecurityParameters.Copy(),
	}
	p, _ := codec.SnmpDecodePacket(slices.Clone(raw))
	if p == nil || p.MsgID == 0 {
		return nil
	}
	object := wrongDigests
	switch sent, ok := p.SecurityParameters.(*gosnmp.UsmSecurityParameters); {
	case !ok:
		return nil
	case sent.AuthoritativeEngineID != e.id:
		object = unknownEngineIDs
	case sent.UserName != e.user.Name:
		object = unknownUserNames
	}
	return [][]byte{e.report(p, object, gosnmp.NoAuthNoPriv)}
}

// report makes a report, at a security level.
func (e *engine) report(about *gosnmp.SnmpPacket, object string, level gosnmp.SnmpV3MsgFlags) []byte {
	p := &gosnmp.SnmpPacket{
		Version: gosnmp.Version3, MsgFlags: level, SecurityModel: gosnmp.UserSecurityModel,
		ContextEngineID: e.id, PDUType: gosnmp.Report, MsgID: about.MsgID, RequestID: about.RequestID,
		Variables: []gosnmp.SnmpPDU{{Name: object, Type: gosnmp.Counter32, Value: uint32(1)}},
	}
	params := &gosnmp.UsmSecurityParameters{AuthoritativeEngineID: e.id}
	if level != gosnmp.NoAuthNoPriv {
		params = e.codec.SecurityParameters.Copy().(*gosnmp.UsmSecurityParameters)
	}
	params.AuthoritativeEngineBoots, params.AuthoritativeEngineTime = e.boots, e.seconds()
	p.SecurityParameters = params
	return Encode(p)
}

// encode writes an answer with the agent's clock and a salt of its own.
func (e *engine) encode(p *gosnmp.SnmpPacket) []byte {
	params := e.codec.SecurityParameters.Copy().(*gosnmp.UsmSecurityParameters)
	params.AuthoritativeEngineBoots, params.AuthoritativeEngineTime = e.boots, e.seconds()
	out := *p
	out.MsgFlags = e.codec.MsgFlags &^ gosnmp.Reportable
	out.SecurityParameters = params
	if out.MsgFlags&gosnmp.AuthPriv > gosnmp.AuthNoPriv {
		if err := e.codec.SecurityParameters.InitPacket(&out); err != nil {
			return nil
		}
	}
	return Encode(&out)
}
