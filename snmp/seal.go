package snmp

import (
	"crypto/aes"
	"crypto/cipher"
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
// goroutine at a time. DES is left to the codec.
type sealer struct {
	engine, user, context string
	flags                 byte

	mac    hash.Hash // nil without authentication
	macLen int
	block  cipher.Block // nil without privacy
	salt   uint64

	out, clear, sum []byte // kept for the next message
}

// macLens are the octets of a truncated digest (RFC 3414 section 6.3.1 and 7.3.1,
// RFC 7860 section 4).
var macLens = map[device.Auth]int{device.MD5: 12, device.SHA: 12, device.SHA224: 16, device.SHA256: 24, device.SHA384: 32, device.SHA512: 48}

// newSealer returns nil for what the codec has to do.
func newSealer(c device.Credentials, context string, p *gosnmp.UsmSecurityParameters) *sealer {
	s := &sealer{engine: p.AuthoritativeEngineID, user: c.User, context: context, flags: byte(gosnmp.Reportable)}
	if c.Auth != device.NoAuth {
		s.flags |= byte(gosnmp.AuthNoPriv)
		s.mac = hmac.New(p.AuthenticationProtocol.HashType().New, p.SecretKey)
		s.macLen = macLens[c.Auth]
	}
	if c.Privacy == device.NoPrivacy || c.Auth == device.NoAuth {
		return s
	}
	if c.Privacy == device.DES {
		return nil
	}
	s.flags |= byte(gosnmp.AuthPriv)
	var err error
	if s.block, err = aes.NewCipher(p.PrivacyKey); err != nil {
		return nil
	}
	// A random start, then counting: no salt comes twice with one key (RFC 3826
	// section 3.1.2.1).
	var seed [8]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return nil
	}
	s.salt = binary.BigEndian.Uint64(seed[:])
	return s
}

// scope wraps a PDU into a scoped PDU (RFC 3412 section 6.8).
func (s *sealer) scope(pdu []byte) []byte {
	var inner []byte
	inner = appendTLV(inner, tagOctets, []byte(s.engine))
	inner = appendTLV(inner, tagOctets, []byte(s.context))
	inner = append(inner, pdu...)
	return appendTLV(nil, tagSequence, inner)
}

// seal writes a message around a scoped PDU. The result is valid until the next
// call.
func (s *sealer) seal(scoped []byte, id, boots, seconds uint32) ([]byte, error) {
	var salt [8]byte
	data := scoped
	if s.block != nil {
		s.salt++
		binary.BigEndian.PutUint64(salt[:], s.salt)
		s.clear = append(s.clear[:0], scoped...)
		s.cfb(s.clear, s.clear, boots, seconds, salt[:], true)
		data = s.clear
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
	header = append(header, tagOctets, 1, s.flags, tagInteger, 1, byte(gosnmp.UserSecurityModel))

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
	return out, nil
}

// digest returns the truncated digest of a message whose digest field is zero.
func (s *sealer) digest(message []byte) []byte {
	s.mac.Reset()
	s.mac.Write(message)
	s.sum = s.mac.Sum(s.sum[:0])
	return s.sum[:s.macLen]
}

// sealed is what a message holds.
type sealed struct {
	id, boots, seconds uint32
	pdu                []byte
}

// open reads a message of our engine and user and of the level that we ask with.
// It reports false for every other one, and leaves b as it was. The result is
// valid until the next call.
func (s *sealer) open(b []byte) (m sealed, ok bool) {
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
	if m.id, header, ok = small(header); !ok {
		return m, false
	}
	if _, header, ok = small(header); !ok {
		return m, false
	}
	flags, header, ok := expect(header, tagOctets)
	if !ok || len(flags) != 1 || flags[0]&^byte(gosnmp.Reportable) != s.flags&^byte(gosnmp.Reportable) {
		return m, false
	}
	if model, _, ok := small(header); !ok || model != uint32(gosnmp.UserSecurityModel) {
		return m, false
	}
	security, data, ok := expect(body, tagOctets)
	if !ok {
		return m, false
	}
	salt, ok := s.verify(b, security, &m)
	if !ok {
		return m, false
	}
	if s.block != nil {
		if data, ok = s.decrypt(data, m, salt); !ok {
			return m, false
		}
	}
	return m, s.unscope(data, &m)
}

// verify checks engine, user and digest, and returns the salt.
func (s *sealer) verify(message, security []byte, m *sealed) (salt []byte, ok bool) {
	security, ok = expectOnly(security, tagSequence)
	if !ok {
		return nil, false
	}
	engine, security, ok := expect(security, tagOctets)
	if !ok || string(engine) != s.engine {
		return nil, false
	}
	if m.boots, security, ok = small(security); !ok {
		return nil, false
	}
	if m.seconds, security, ok = small(security); !ok {
		return nil, false
	}
	user, security, ok := expect(security, tagOctets)
	if !ok || string(user) != s.user {
		return nil, false
	}
	digest, security, ok := expect(security, tagOctets)
	if !ok || len(digest) != s.macLen {
		return nil, false
	}
	if salt, ok = expectOnly(security, tagOctets); !ok {
		return nil, false
	}
	if s.mac == nil {
		return salt, true
	}
	// digest lies within message: it is zeroed for the computation and put back.
	var kept [48]byte
	copy(kept[:], digest)
	clear(digest)
	same := subtle.ConstantTimeCompare(s.digest(message), kept[:len(digest)]) == 1
	copy(digest, kept[:])
	return salt, same
}

// decrypt returns the scoped PDU of an encrypted one.
func (s *sealer) decrypt(data []byte, m sealed, salt []byte) ([]byte, bool) {
	secret, ok := expectOnly(data, tagOctets)
	if !ok || len(salt) != 8 {
		return nil, false
	}
	s.clear = append(s.clear[:0], secret...)
	s.cfb(s.clear, s.clear, m.boots, m.seconds, salt, false)
	return s.clear, true
}

// cfb is the cipher feedback mode of AES with 128 bits (RFC 3826 section 3.1.3).
// The standard library calls its own deprecated, because it does not
// authenticate; here the digest does.
func (s *sealer) cfb(dst, src []byte, boots, seconds uint32, salt []byte, encrypt bool) {
	var feed, key [aes.BlockSize]byte
	binary.BigEndian.PutUint32(feed[0:], boots)
	binary.BigEndian.PutUint32(feed[4:], seconds)
	copy(feed[8:], salt)
	for len(src) > 0 {
		s.block.Encrypt(key[:], feed[:])
		n := min(len(src), aes.BlockSize)
		if !encrypt {
			copy(feed[:], src[:n])
		}
		subtle.XORBytes(dst[:n], src[:n], key[:n])
		if encrypt {
			copy(feed[:], dst[:n])
		}
		dst, src = dst[n:], src[n:]
	}
}

// unscope takes the PDU out of a scoped PDU. Padding behind it is allowed.
func (s *sealer) unscope(data []byte, m *sealed) bool {
	scoped, _, ok := expect(data, tagSequence)
	if !ok {
		return false
	}
	if _, scoped, ok = expect(scoped, tagOctets); !ok {
		return false
	}
	name, pdu, ok := expect(scoped, tagOctets)
	m.pdu = pdu
	return ok && string(name) == s.context
}
