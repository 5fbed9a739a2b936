package snmp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"hash"

	"github.com/gosnmp/gosnmp"

	"github.com/slamon/slamon/device"
)

// sealer writes and reads v3 messages of one user and engine with keys that the
// codec has made. Its hash and cipher are set up once. It is used by one
// goroutine at a time.
type sealer struct {
	engine, user, context string
	flags                 byte

	mac    hash.Hash // nil without authentication
	macLen int
	block  cipher.Block // AES or DES; nil without privacy
	preIV  []byte       // DES only
	salt   uint64

	out, clear, sum []byte // kept for the next message
}

// macLens are the octets of a truncated digest (RFC 3414 section 6.3.1 and 7.3.1,
// RFC 7860 section 4).
var macLens = map[device.Auth]int{device.MD5: 12, device.SHA: 12, device.SHA224: 16, device.SHA256: 24, device.SHA384: 32, device.SHA512: 48}

// newSealer sets the sealer up.
func newSealer(c device.Credentials, context string, p *gosnmp.UsmSecurityParameters) (*sealer, error) {
	s := &sealer{engine: p.AuthoritativeEngineID, user: c.User, context: context}
	if c.Auth == device.NoAuth {
		return s, nil
	}
	s.flags = byte(gosnmp.AuthNoPriv)
	s.mac = hmac.New(p.AuthenticationProtocol.HashType().New, p.SecretKey)
	s.macLen = macLens[c.Auth]
	if c.Privacy == device.NoPrivacy {
		return s, nil
	}
	s.flags = byte(gosnmp.AuthPriv)
	var err error
	if c.Privacy == device.DES {
		s.block, err = des.NewCipher(p.PrivacyKey[:8])
		s.preIV = p.PrivacyKey[8:16] // RFC 3414 section 8.1.1.1
	} else {
		s.block, err = aes.NewCipher(p.PrivacyKey)
	}
	if err != nil {
		return nil, err
	}
	// A random start, then counting: no salt comes twice with one key (RFC 3826
	// section 3.1.2.1).
	var seed [8]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, err
	}
	s.salt = binary.BigEndian.Uint64(seed[:])
	return s, nil
}

// scope wraps a PDU into a scoped PDU (RFC 3412 section 6.8) of our own context.
func (s *sealer) scope(pdu []byte) []byte { return scope([]byte(s.engine), []byte(s.context), pdu) }

func scope(engine, context, pdu []byte) []byte {
	var inner []byte
	inner = appendTLV(inner, tagOctets, engine)
	inner = appendTLV(inner, tagOctets, context)
	inner = append(inner, pdu...)
	return appendTLV(nil, tagSequence, inner)
}

// seal writes a message around a scoped PDU; reportable asks for a report when it
// cannot be processed. The result is valid until the next call.
func (s *sealer) seal(scoped []byte, reportable bool, id, boots, seconds uint32) []byte {
	flags := s.flags
	if reportable {
		flags |= byte(gosnmp.Reportable)
	}
	var salt [8]byte
	data := scoped
	if s.block != nil {
		data = s.encrypt(scoped, boots, seconds, &salt)
	}
	var room [160]byte // engine 32, user 32, digest 48, salt 8, numbers and heads
	security := appendTLV(room[:0], tagOctets, []byte(s.engine))
	security = appendInt(security, boots)
	security = appendInt(security, seconds)
	security = appendTLV(security, tagOctets, []byte(s.user))
	security = appendHead(security, tagOctets, s.macLen)
	fromEnd := len(security) // of the digest, counted from the end below
	var zeros [48]byte
	security = append(security, zeros[:s.macLen]...)
	if s.block != nil {
		security = appendTLV(security, tagOctets, salt[:])
	} else {
		security = appendHead(security, tagOctets, 0)
	}
	fromEnd = len(security) - fromEnd

	var headRoom [32]byte
	header := appendInt(headRoom[:0], id)
	header = appendInt(header, maxDatagram)
	header = append(header, tagOctets, 1, flags, tagInteger, 1, byte(gosnmp.UserSecurityModel))

	inner := headLen(len(security)) + len(security)
	size := 3 + headLen(len(header)) + len(header) + headLen(inner) + inner + len(data)
	if s.block != nil {
		size += headLen(len(data))
	}
	out := appendHead(s.out[:0], tagSequence, size)
	out = append(out, tagInteger, 1, byte(gosnmp.Version3))
	out = appendTLV(out, tagSequence, header)
	out = appendHead(out, tagOctets, inner)
	out = appendTLV(out, tagSequence, security)
	digest := len(out) - fromEnd
	if s.block != nil {
		out = appendHead(out, tagOctets, len(data))
	}
	out = append(out, data...)
	s.out = out
	if s.mac != nil {
		copy(out[digest:], s.digest(out))
	}
	return out
}

// digest returns the truncated digest of a message whose digest field is zero.
func (s *sealer) digest(message []byte) []byte {
	s.mac.Reset()
	s.mac.Write(message)
	s.sum = s.mac.Sum(s.sum[:0])
	return s.sum[:s.macLen]
}

// sealed is a v3 message taken apart.
type sealed struct {
	id             uint32
	flags          byte
	engine, user   []byte
	boots, seconds uint32
	digest, salt   []byte // within the message
	data           []byte // scoped PDU, or what it is encrypted to

	contextEngine, context []byte // after open
	pdu                    []byte // after open
}

// takeApart reads what stands in clear in a v3 message (RFC 3412 section 6, RFC
// 3414 section 2.4).
func takeApart(b []byte) (m sealed, ok bool) {
	body, ok := expectOnly(b, tagSequence)
	if !ok {
		return m, false
	}
	version, body, ok := small(body)
	if !ok || version != uint32(gosnmp.Version3) {
		return m, false
	}
	header, body, ok := expect(body, tagSequence)
	if !ok {
		return m, false
	}
	security, data, ok := expect(body, tagOctets)
	m.data = data
	return m, ok && m.takeHeader(header) && m.takeSecurity(security)
}

func (m *sealed) takeHeader(header []byte) (ok bool) {
	if m.id, header, ok = small(header); !ok {
		return false
	}
	if _, header, ok = small(header); !ok { // the sender's largest message
		return false
	}
	flags, header, ok := expect(header, tagOctets)
	if !ok || len(flags) != 1 {
		return false
	}
	m.flags = flags[0]
	model, _, ok := small(header)
	return ok && model == uint32(gosnmp.UserSecurityModel)
}

func (m *sealed) takeSecurity(security []byte) (ok bool) {
	if security, ok = expectOnly(security, tagSequence); !ok {
		return false
	}
	if m.engine, security, ok = expect(security, tagOctets); !ok {
		return false
	}
	if m.boots, security, ok = small(security); !ok {
		return false
	}
	if m.seconds, security, ok = small(security); !ok {
		return false
	}
	if m.user, security, ok = expect(security, tagOctets); !ok {
		return false
	}
	if m.digest, security, ok = expect(security, tagOctets); !ok {
		return false
	}
	m.salt, ok = expectOnly(security, tagOctets)
	return ok
}

// level returns the flags without the wish for a report.
func (m *sealed) level() byte { return m.flags &^ byte(gosnmp.Reportable) }

// open reads a message of our engine and user and of our level. It reports false
// for every other one, and leaves b as it was. The result is valid until the next
// call.
func (s *sealer) open(b []byte) (sealed, bool) {
	m, ok := takeApart(b)
	if !ok || m.level() != s.flags || string(m.engine) != s.engine || string(m.user) != s.user || !s.authentic(b, &m) {
		return m, false
	}
	data := m.data
	if s.block != nil {
		if data, ok = s.decrypt(&m); !ok {
			return m, false
		}
	}
	return m, m.unscope(data)
}

// authentic checks the digest over the whole message.
func (s *sealer) authentic(message []byte, m *sealed) bool {
	if len(m.digest) != s.macLen {
		return false
	}
	if s.mac == nil {
		return true
	}
	// The digest lies within message: it is zeroed for the computation and put back.
	var kept [48]byte
	copy(kept[:], m.digest)
	clear(m.digest)
	same := subtle.ConstantTimeCompare(s.digest(message), kept[:s.macLen]) == 1
	copy(m.digest, kept[:])
	return same
}

// unscope takes the PDU out of a scoped PDU (RFC 3412 section 6.8). Padding behind
// it is allowed.
func (m *sealed) unscope(data []byte) bool {
	scoped, _, ok := expect(data, tagSequence)
	if !ok {
		return false
	}
	if m.contextEngine, scoped, ok = expect(scoped, tagOctets); !ok {
		return false
	}
	m.context, m.pdu, ok = expect(scoped, tagOctets)
	return ok
}
