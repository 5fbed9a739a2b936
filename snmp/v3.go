package snmp

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/device"
)

// usm is what is remembered of an agent for the user-based security model of
// SNMPv3 (RFC 3414): its engine, its clock and the keys made for it.
type usm struct {
	credentials device.Credentials
	context     string

	codec  *gosnmp.GoSNMP // nil until the engine is known
	params *gosnmp.UsmSecurityParameters
	sealer *sealer
	boots  uint32
	time   uint32
	seen   time.Time // when boots and time were heard

	lastEngine string
	changes    int // how often another engine answered
}

// Errors that end an exchange and can be mended by another one.
var (
	errWindow = errors.New("not in the agent's time window")
	errEngine = errors.New("the agent does not know its engine id")
)

// The reports of RFC 3414 section 5, by their objects.
var usmReports = map[string]error{
	".1.3.6.1.6.3.15.1.1.1.0": &authError{"the agent does not offer this security level to the user"},
	".1.3.6.1.6.3.15.1.1.2.0": errWindow,
	".1.3.6.1.6.3.15.1.1.3.0": &authError{"the agent does not know the user"},
	".1.3.6.1.6.3.15.1.1.4.0": errEngine,
	".1.3.6.1.6.3.15.1.1.5.0": &authError{"the authentication password or protocol is wrong"},
	".1.3.6.1.6.3.15.1.1.6.0": &authError{"the privacy password or protocol is wrong"},
}

var authProtocols = map[device.Auth]gosnmp.SnmpV3AuthProtocol{
	device.NoAuth: gosnmp.NoAuth, device.MD5: gosnmp.MD5, device.SHA: gosnmp.SHA, device.SHA224: gosnmp.SHA224,
	device.SHA256: gosnmp.SHA256, device.SHA384: gosnmp.SHA384, device.SHA512: gosnmp.SHA512,
}

var privacyProtocols = map[device.Privacy]gosnmp.SnmpV3PrivProtocol{
	device.NoPrivacy: gosnmp.NoPriv, device.DES: gosnmp.DES, device.AES: gosnmp.AES, device.AES192: gosnmp.AES192,
	device.AES256: gosnmp.AES256, device.AES192C: gosnmp.AES192C, device.AES256C: gosnmp.AES256C,
}

func newUSM(c device.Credentials, context string) *usm {
	return &usm{credentials: c, context: context}
}

// flags returns the security level, as sent.
func (u *usm) flags() gosnmp.SnmpV3MsgFlags {
	switch {
	case u.credentials.Auth == device.NoAuth:
		return gosnmp.NoAuthNoPriv | gosnmp.Reportable
	case u.credentials.Privacy == device.NoPrivacy:
		return gosnmp.AuthNoPriv | gosnmp.Reportable
	}
	return gosnmp.AuthPriv | gosnmp.Reportable
}

// parameters makes the security parameters for an engine. Sessions never share
// them: the codec writes into them.
func parameters(c device.Credentials, engine string) *gosnmp.UsmSecurityParameters {
	p := &gosnmp.UsmSecurityParameters{
		UserName:               c.User,
		AuthoritativeEngineID:  engine,
		AuthenticationProtocol: authProtocols[c.Auth],
		PrivacyProtocol:        gosnmp.NoPriv,
	}
	if c.Auth != device.NoAuth {
		p.AuthenticationPassphrase = c.AuthPassword.Reveal()
		if c.Privacy != device.NoPrivacy {
			p.PrivacyProtocol = privacyProtocols[c.Privacy]
			p.PrivacyPassphrase = c.PrivacyPassword.Reveal()
		}
	}
	return p
}

// keyLens are the octets of the privacy keys.
var keyLens = map[device.Privacy]int{
	device.DES: 16, device.AES: 16, device.AES192: 24, device.AES192C: 24, device.AES256: 32, device.AES256C: 32,
}

// withKeys makes the parameters with the keys localized to an engine (RFC 3414
// section 2.6). The codec hashes a megabyte to extend every AES key, and keeps the
// result for ever; where the digest is long enough there is nothing to extend, so
// that ten thousand engines cost neither.
func withKeys(c device.Credentials, engine string) (*gosnmp.UsmSecurityParameters, error) {
	p := parameters(c, engine)
	if c.Auth != device.NoAuth && c.Privacy != device.NoPrivacy {
		if n := keyLens[c.Privacy]; n <= p.AuthenticationProtocol.HashType().Size() {
			// The privacy password is localized just as the other one.
			local := &gosnmp.UsmSecurityParameters{
				AuthoritativeEngineID: engine, AuthenticationProtocol: p.AuthenticationProtocol,
				AuthenticationPassphrase: p.PrivacyPassphrase, PrivacyProtocol: gosnmp.NoPriv,
			}
			if err := local.InitSecurityKeys(); err != nil {
				return nil, err
			}
			p.PrivacyKey = local.SecretKey[:n]
		}
	}
	return p, p.InitSecurityKeys()
}

// meet makes the keys for an engine that was discovered.
func (u *usm) meet(engine string, boots, seconds uint32) error {
	if len(engine) < 5 || len(engine) > 32 { // RFC 3411 section 5
		return &authError{"the agent's engine id is not one"}
	}
	var err error
	if u.params, err = withKeys(u.credentials, engine); err != nil {
		return err
	}
	if u.sealer, err = newSealer(u.credentials, u.context, u.params); err != nil {
		return err
	}
	u.codec = &gosnmp.GoSNMP{
		Version: gosnmp.Version3, MsgFlags: u.flags(), SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: u.params, ContextEngineID: engine, ContextName: u.context,
	}
	// Encoding once checks the parameters and draws the first salt.
	if _, err := u.codec.SnmpEncodePacket(gosnmp.GetRequest, nil, 0, 0); err != nil {
		u.codec = nil
		return err
	}
	if u.lastEngine != "" && u.lastEngine != engine {
		u.changes++
	}
	u.lastEngine = engine
	u.hear(boots, seconds)
	return nil
}

// hear notes the agent's clock.
func (u *usm) hear(boots, seconds uint32) {
	u.boots, u.time, u.seen = boots, seconds, time.Now()
}

// clock returns the agent's clock as it should be now. It went on since it was
// heard; a clock that stood still would fall out of the window of 150 s (RFC 3414
// section 2.2.3).
func (u *usm) clock() (boots, seconds uint32) {
	if u.boots == 0 && u.time == 0 {
		return 0, 0 // not heard yet
	}
	return u.boots, u.time + uint32(time.Since(u.seen)/time.Second)
}

// forget makes the next request discover the engine anew.
func (u *usm) forget() { u.codec = nil }

// askV3 asks in SNMP v3. A request is repeated once when the agent's clock had to
// be learned, and once after a new discovery when the agent does not accept what
// was right before: an agent with a new engine id, after a replacement or with its
// state lost, cannot be told from a wrong password otherwise.
func (s *session) askV3(ctx context.Context, ask func() error) error {
	fresh, synced := false, false
	for {
		if s.usm.codec == nil {
			if err := s.discover(ctx); err != nil {
				return err
			}
			fresh = true
		}
		err := ask()
		var auth *authError
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errWindow) && !synced:
			synced = true
		case errors.Is(err, errWindow):
			s.usm.forget()
			return &authError{"the agent's clock does not settle"}
		case errors.Is(err, errEngine) || errors.As(err, &auth):
			s.usm.forget()
			if !fresh {
				continue
			}
			if auth == nil {
				err = &authError{"the agent gives an engine id that it does not know"}
			}
			return err
		default:
			if !errors.Is(err, errSilent) {
				return err
			}
			if fresh {
				return s.mute(ctx)
			}
			s.usm.forget()
			return err
		}
	}
}

// mute says why an agent is silent that has just told its engine. Agents drop
// what they cannot decrypt without a word (net-snmp does), and some drop requests
// that are too large for them: those answer a small one.
func (s *session) mute(ctx context.Context) error {
	small := query{kind: gosnmp.GetRequest, objects: []gosnmp.SnmpPDU{{Name: sysUpTime, Type: gosnmp.Null}}}
	if _, err := s.exchange(ctx, small); !errors.Is(err, errSilent) {
		return errSilent
	}
	s.usm.forget()
	return &authError{"the agent tells its engine but does not answer this user; most likely the privacy password or protocol is wrong"}
}

// exchange3 is one question in SNMP v3.
type exchange3 struct {
	s      *session
	query  query
	ids    []uint32
	result *gosnmp.SnmpPacket
}

func (x *exchange3) request() ([]byte, error) {
	u := x.s.usm
	u.params.AuthoritativeEngineBoots, u.params.AuthoritativeEngineTime = u.clock()
	p := u.codec.MkSnmpPacket(x.query.kind, x.query.objects, 0, x.query.repetitions)
	p.RequestID = x.s.nextID()
	p.MsgID = p.RequestID
	x.ids = append(x.ids, p.MsgID)
	if u.codec.MsgFlags&gosnmp.AuthPriv > gosnmp.AuthNoPriv {
		if err := u.params.InitPacket(p); err != nil {
			return nil, err
		}
	}
	return p.MarshalMsg()
}

func (x *exchange3) answer(b []byte) (bool, error) {
	u := x.s.usm
	m, ok := takeApart(b)
	if !ok || !slices.Contains(x.ids, m.id) {
		return false, nil
	}
	if string(m.engine) != u.lastEngine {
		// Not for the codec, which would make keys for whatever engine it is told.
		return false, x.plain(b)
	}
	// Reading a message that is authenticated overwrites it; the plain reading below
	// needs it whole.
	p, err := safely(func() (*gosnmp.SnmpPacket, error) { return u.codec.UnmarshalTrap(slices.Clone(b), false) })
	if err != nil {
		return false, x.plain(b)
	}
	heard, ok := p.SecurityParameters.(*gosnmp.UsmSecurityParameters)
	if !ok {
		return false, nil
	}
	if p.PDUType == gosnmp.Report {
		report := reportOf(p)
		if errors.Is(report, errWindow) {
			u.hear(heard.AuthoritativeEngineBoots, heard.AuthoritativeEngineTime)
		}
		return false, report
	}
	if p.PDUType != gosnmp.GetResponse || !slices.Contains(x.ids, p.RequestID) {
		return false, nil
	}
	u.hear(heard.AuthoritativeEngineBoots, heard.AuthoritativeEngineTime)
	x.result = p
	return true, nil
}

// plain looks at a message to us that is not authentic. A report says why; it
// proves nothing, so all it can do is make us discover the engine anew.
func (x *exchange3) plain(b []byte) error {
	p, err := decodeBare(b)
	if err != nil {
		return &authError{"the agent's answer is not authentic"}
	}
	if p.PDUType != gosnmp.Report {
		return nil
	}
	if report := reportOf(p); !errors.Is(report, errWindow) {
		return report
	}
	return errEngine
}

func reportOf(p *gosnmp.SnmpPacket) error {
	if len(p.Variables) == 1 {
		if err := usmReports[p.Variables[0].Name]; err != nil {
			return err
		}
	}
	return &authError{"the agent reports an error in the message"}
}

// decodeBare reads a message that carries no authentication: a report of an
// agent that could not verify ours, or does not know us yet.
func decodeBare(b []byte) (*gosnmp.SnmpPacket, error) {
	// A codec of its own for each message, because it writes its own fields. It
	// wants a user, which is never sent.
	codec := &gosnmp.GoSNMP{
		Version: gosnmp.Version3, MsgFlags: gosnmp.NoAuthNoPriv, SecurityModel: gosnmp.UserSecurityModel,
		SecurityParameters: &gosnmp.UsmSecurityParameters{UserName: "nobody"},
	}
	p, err := safely(func() (*gosnmp.SnmpPacket, error) { return codec.SnmpDecodePacket(slices.Clone(b)) })
	if err == nil && p.Version != gosnmp.Version3 {
		err = errGarbage
	}
	return p, err
}
